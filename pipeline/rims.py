"""The rim of what stays of a picture: smooth, and at the outer side of its outline, whatever labels say."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.request import ClothingPart, Image8
from pipeline.throat import RIM, inked

Region = NDArray[np.bool_]  # H x W

CALM = 0.012  # heads: half the width of teeth that borders of labels have
SLIVER, LIGHTER = 3, 20  # pixels of old clothes outside an outline, levels by which they are lighter
NEARBY, ALIKE = 9, 30.0  # pixels: a window in which colours are compared; levels: of one colour


def calm(region: Region, reach: float) -> Region:
    """With smooth borders; what is thin stays as it is."""
    side = 2 * max(1, round(reach)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    flags = region.astype(np.uint8)
    thin = (region & (cv2.morphologyEx(flags, cv2.MORPH_OPEN, disc) == 0)).astype(np.uint8)
    smooth = cv2.GaussianBlur(flags.astype(np.float32), (0, 0), 0.5 * side) > 0.5
    _, where, table, _ = cv2.connectedComponentsWithStats(thin, connectivity=8)
    long = table[:, cv2.CC_STAT_AREA] > side**2
    long[0] = False
    return np.asarray(smooth | long[where])


def to_line(rgb: Image8, front: Region, old: Image8, drawn: Region, unit: float) -> Region:
    """What stays, to the outer side of its outline, in the middle of which labels end; it is moved where something is drawn.

    old: H x W, labels of old clothes, 0 elsewhere."""
    square, ink = np.ones((3, 3), np.uint8), inked(rgb, unit)
    light = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    core = ink & (light <= cv2.erode(np.where(ink, light, np.uint8(255)), square).astype(np.int32) + LIGHTER)
    to_old, to_own = (np.sqrt(((rgb - _mean(rgb, side & ~ink)) ** 2).sum(2)) for side in (~front, front))
    usual = np.array([np.median(light[old == part]) if (old == part).any() else 255.0 for part in range(len(ClothingPart))])
    dark = (old > 0) & (light > usual[old] - ALIKE)  # on black cloth nobody can tell a line
    cloth = dark | (to_old < ALIKE)
    found = front.copy()
    for _ in range(SLIVER):  # a line's outer pixel is half of the old cloth's colour
        border = found & drawn & (to_old < to_own) & (cv2.dilate((~found).astype(np.uint8), square) > 0)
        found &= ~(border & (cloth | (~core & (cv2.dilate((found & core).astype(np.uint8), square) > 0))))
    reach = max(2, round(RIM * unit))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    line = core & ~cloth & (cv2.dilate(found.astype(np.uint8), disc) > 0) & drawn
    whole = cv2.morphologyEx((found | line).astype(np.uint8), cv2.MORPH_CLOSE, square) > 0  # it has no gaps
    return np.asarray(found | line | (whole & ~front & ~cloth & drawn))


def _mean(rgb: Image8, where: Region) -> NDArray[np.float32]:
    """H x W x 3, the mean colour of what is near every pixel of a region."""
    total = cv2.blur(np.dstack([rgb * where[..., None], where]).astype(np.float32), (NEARBY, NEARBY))
    return np.asarray(total[..., :3] / np.maximum(total[..., 3:], 1e-6))
