"""Where the body is in a drawing, also under clothes and hair: limb segments as bits, and their axes.

The segments of people in pictures, with a place on each, are DensePose's idea (Gueler et al., arXiv:1802.00434); here they are
amodal, because a body under clothes is what an outfit is drawn on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.hint_reader import SEGMENTS, SWAPPED
from wardrobe.canvas import Frame
from wardrobe.figure import Figure
from wardrobe.path import Path
from wardrobe.segments import segments

Places = NDArray[np.float32]

CONE = 7  # numbers of a segment: x and y of both ends of its axis, half its width at either, its layer
FRACTION = 4  # bits of a pixel to which outlines are drawn


@dataclass(frozen=True)
class DrawnBody:
    """occupancy: H x W uint16, bit i where segment i of `models.hint_reader.SEGMENTS` is, whatever lies before it. cones: 14 x
    `CONE` float32, pixels; NaN for a segment that is not drawn."""

    occupancy: NDArray[np.uint16]
    cones: NDArray[np.float32]


def body_map(figure: Figure, frame: Frame) -> DrawnBody:
    """Of a figure on a canvas."""
    occupancy = np.zeros((frame.height, frame.width), np.uint16)
    cones = np.full((len(SEGMENTS), CONE), np.nan, np.float32)
    known = segments(figure)
    for index, name in enumerate(SEGMENTS):
        segment = known[name]
        occupancy |= np.uint16(1 << index) * _filled(segment.shapes, frame)
        (start, end), half = segment.axis, [width * frame.scale for width in segment.half]
        cones[index] = *frame.pixel(*start), *frame.pixel(*end), *half, segment.z
    return DrawnBody(occupancy, cones)


def _filled(shapes: tuple[Path, ...], frame: Frame) -> NDArray[np.uint16]:
    """1 inside. Pixel centres lie at whole numbers for OpenCV, at halves for the drawer."""
    plane = np.zeros((frame.height, frame.width), np.uint8)
    for path in shapes:
        corners = [(line * frame.scale + (frame.dx - 0.5, frame.dy - 0.5)) * 2**FRACTION for line, _ in path.flat(3)]
        for line in corners:
            cv2.fillPoly(plane, [np.rint(line).astype(np.int32)], 1, shift=FRACTION)
    return plane.astype(np.uint16)


def split(occupancy: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """... uint16 -> 14 x ..., where each segment is."""
    bits = np.arange(len(SEGMENTS), dtype=np.uint16).reshape(-1, *[1] * occupancy.ndim)
    return np.asarray((occupancy >> bits) & 1, bool)


def front(occupancy: NDArray[np.uint16], cones: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Which segment lies before the others, clothes and hair left aside: 0 none, i + 1 = segment i. H x W."""
    found = np.zeros(occupancy.shape, np.uint8)
    for index in np.argsort(cones[:, 6], kind="stable"):  # NaN last, of which there is no pixel
        found[(occupancy >> np.uint16(index)) & 1 > 0] = index + 1
    return found


def places(
    segment: NDArray[np.uint8], x: Any, y: Any, cones: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where on a segment a point is: along, 0 at the joint that is nearer to the trunk .. 1 at the far one, and across, -1 .. 1,
    positive to the right of the picture where the segment hangs down.

    segment: H x W as of `front`; x, y: H x W, pixels of the drawing in which the cones lie. 0 and 0 where no segment is.
    """
    rows = np.concatenate([np.full((1, CONE), np.nan, np.float32), cones])[segment]
    ax, ay, bx, by, first, last, _ = np.moveaxis(rows, -1, 0)
    bx, by = bx - ax, by - ay
    x, y = x - ax, y - ay
    square = np.maximum(bx * bx + by * by, 1e-6)
    along = ((x * bx + y * by) / square).clip(0, 1)
    across = (x * by - y * bx) / np.sqrt(square) / np.maximum(first + (last - first) * along, 1e-3)
    return np.nan_to_num(along).astype(np.float32), np.nan_to_num(across.clip(-1, 1)).astype(np.float32)


def seen(body: DrawnBody, x: Places, y: Places, mirrored: bool) -> tuple[NDArray[np.int32], NDArray[np.uint8], Places]:
    """The body where a picture shows the drawing's pixels x, y, h x w each: occupancy as bits, the segment in front, see `front`,
    and along and across, 2 x h x w, see `places`. mirrored: left and right are then swapped."""
    occupancy: Any = cv2.remap(body.occupancy, x, y, cv2.INTER_NEAREST, borderValue=(0,))
    nearest = front(occupancy, body.cones)
    along, across = places(nearest, x, y, body.cones)
    if not mirrored:
        return occupancy.astype(np.int32), nearest, np.stack([along, across])
    other = np.array(SWAPPED)
    bits = sum((np.int32(1 << index) * plane for index, plane in enumerate(split(occupancy)[other])), np.int32(0))
    return np.asarray(bits, np.int32), np.append(0, other + 1)[nearest].astype(np.uint8), np.stack([along, -across])
