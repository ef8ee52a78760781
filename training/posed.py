"""A drawing restyled, with what is known of the body in it carried to where the picture shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.hint_reader import MIRRORED
from pipeline.body import dome
from training.characters.body_map import DrawnBody, seen
from training.noise import Floats, Rng
from training.parsing import DRAWN, Real, as_planes
from training.part_drawings import Sheet
from training.part_scenes import Scene, compose
from training.part_styles import restyle

CELL = 4  # pixels of a cell of joints and bodies
ROUND, DROP = 0.08, 0.12  # of a relief: how far from a border a limb is still round, in sides, and how much lower its border is


@dataclass(frozen=True)
class Posed:
    """A batch. rgb: B x S x S x 3 uint8; joints: B x 18 x 2 float32, x and y in pixels, NaN where there is none; depth: B x
    S x S float32 in 0..1, near = 1; occupancy: B x S/4 x S/4 int32, front: uint8 and place: B x 2 x S/4 x S/4 float32, see
    `training.characters.body_map.seen`."""

    rgb: Tensor
    joints: Tensor
    depth: Tensor
    occupancy: Tensor
    front: Tensor
    place: Tensor

    def planes(self, device: torch.device | str) -> Tensor:
        return as_planes(self.rgb, device)

    def rows(self, which: Tensor) -> Posed:
        """Some pictures of it, and of these no more than a `Posed` knows."""
        return Posed(*(getattr(self, field.name)[which] for field in fields(Posed)))


def look(sheets: Sequence[Sheet], side: int, rng: Rng, real: Real = DRAWN) -> tuple[Any, ...]:
    """A scene of drawings, restyled: rgb, everybody's relief, and what is to be read of the main person, see `Posed`."""
    return look_at_all(sheets, side, rng, real)[0]


def look_at_all(sheets: Sequence[Sheet], side: int, rng: Rng, real: Real) -> tuple[tuple[Any, ...], Scene]:
    """As `look`, and the scene."""
    composition = compose(sheets, side, rng)
    levels = composition.depth()
    rgb, _ = restyle(composition.scene, rng, real.grounds)
    main = composition.people[0]
    sheet, row = main.sheet, main.row
    joints = carried(sheet.joints[row], main.maps, sheet.parts.shape[1:])
    body = body_in(DrawnBody(sheet.body[row], sheet.cones[row]), main.maps)
    return (rgb, joints, relief(levels), *body), composition.scene


def body_in(body: DrawnBody, maps: tuple[Floats, Floats]) -> tuple[Any, Any, Any]:
    """The body of a drawing in the cells of a picture that `cv2.remap` makes by maps: occupancy, front and place, see `Posed`."""
    x, y = ((plane[1::CELL, 1::CELL] + plane[2::CELL, 2::CELL]) / 2 for plane in maps)
    return seen(body, x, y, _mirrored(maps))


def _mirrored(maps: tuple[Floats, Floats]) -> bool:
    return bool(maps[0][0, -1] < maps[0][0, 0])


def carried(joints: NDArray[np.float32], maps: tuple[Floats, Floats], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Where joints of a drawing of `shape` lie in a picture that `cv2.remap` makes by maps; NaN outside either."""
    x, y = (plane[::2, ::2] for plane in maps)
    if _mirrored(maps):
        joints = joints[list(MIRRORED)]
    found = np.full(joints.shape, np.nan, np.float32)
    step = 2 * float(np.hypot(maps[0][1, 0] - maps[0][0, 0], maps[1][1, 0] - maps[1][0, 0])) + 1
    for row, (left, top) in enumerate(joints):
        if not (0 <= left < shape[1] and 0 <= top < shape[0]):  # also where there is none
            continue
        distance = (x - left) ** 2 + (y - top) ** 2
        nearest = np.unravel_index(int(distance.argmin()), distance.shape)
        if distance[nearest] < step**2:
            found[row] = 2 * nearest[1], 2 * nearest[0]
    return found


def relief(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Flat layers, H x W, brighter = nearer -> 0..1, every piece lower towards its border, as bodies are."""
    reach = ROUND * levels.shape[0]
    found = np.zeros(levels.shape, np.float32)
    for level in np.unique(levels):
        if level:
            piece = (levels == level).astype(np.uint8)
            inside = np.minimum(cv2.distanceTransform(piece, cv2.DIST_L2, 3), reach)
            found += piece * (level / np.float32(255) - DROP * (1 - dome(inside)))
    return found
