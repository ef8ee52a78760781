"""Line F: are the lines of a result where the true picture has them?

Lines are found in both pictures by the same finder: the difference of two Gaussians (Winnemoeller 2012), a threshold, and
Zhang and Suen's thinning (1984), at a height of 512 pixels. Precision and recall with a tolerance are the boundary
measures of Martin, Fowlkes and Malik (2004). The constants belong to the yardstick and are not to be tuned.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.request import Image8

HEIGHT = 512  # pixels at which lines are looked for
FINE, COARSE, DARKER = 0.7, 2.4, 0.1  # blur radii in pixels; by how much of the range a line is darker than what is round it
NEAR = 0.01  # of the height: tolerance
WAYS, APART = 12, 2  # directions of lines that are told apart; so many steps of them are still the same way (30 degrees)
LEAST = 24  # pixels of true line below which a picture has none to be found
SHORTEST = 5  # pixels: smaller specks are no lines
Mask = NDArray[np.bool_]

_RING = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))  # neighbours of a pixel, from above, clockwise


@dataclass(frozen=True)
class LineScore:
    """F-scores 0..1: of all lines, of those along the borders of garments, of those inside them; and of all, where only lines
    that run the same way match, which fewer do by chance. None: no such true lines."""

    all: float | None
    outline: float | None
    inner: float | None
    directed: float | None


def _removable() -> NDArray[np.uint8]:
    """2 x 256: may a pixel with these neighbours (bit i: `_RING`[i]) go, in the first and in the second half of a round?"""
    table = np.zeros((2, 256), np.uint8)
    for code in range(256):
        ring = [code >> bit & 1 for bit in range(8)]
        steps = sum(not ring[bit] and ring[(bit + 1) % 8] for bit in range(8))
        if 2 <= sum(ring) <= 6 and steps == 1:
            up, right, down, left = ring[0], ring[2], ring[4], ring[6]
            table[0, code] = not (up and right and down) and not (right and down and left)
            table[1, code] = not (up and right and left) and not (up and down and left)
    return table


_REMOVABLE = _removable()


def thinned(region: Mask) -> Mask:
    """Lines one pixel wide."""
    thin = np.pad(region, 1).astype(np.uint8)
    weights = np.zeros((3, 3), np.float32)
    for bit, (y, x) in enumerate(_RING):
        weights[y, x] = 1 << bit
    changed = True
    while changed:
        changed = False
        for table in _REMOVABLE:
            codes = cv2.filter2D(thin, cv2.CV_32F, weights, borderType=cv2.BORDER_CONSTANT).astype(np.uint8)
            gone = (table[codes] & thin) > 0
            changed |= bool(gone.any())
            thin[gone] = 0
    return thin[1:-1, 1:-1] > 0


def find_lines(rgb: Image8) -> Mask:
    """H x W x 3 -> H x W, true on lines one pixel wide. The picture is looked at as it is: bring it to `HEIGHT` first."""
    picture = rgb.astype(np.float32) / 255
    darker = cv2.GaussianBlur(picture, (0, 0), COARSE) - cv2.GaussianBlur(picture, (0, 0), FINE)
    drawn = (darker.max(axis=2) > DARKER).astype(np.uint8)
    _, pieces, table, _ = cv2.connectedComponentsWithStats(drawn, connectivity=8)
    drawn[(table[:, cv2.CC_STAT_AREA] < SHORTEST)[pieces]] = 0
    return thinned(drawn > 0)


def line_score(result: Image8, truth: Image8, region: Mask, parts: Image8) -> LineScore:
    """result, truth: H x W x 3 of the same size; region: H x W, where lines count, with what is within the tolerance of it;
    parts: H x W, the true garment or part at every pixel, at whose borders outlines lie."""
    height, width = truth.shape[:2]
    size = round(width * HEIGHT / height), HEIGHT
    near = NEAR * HEIGHT
    pictures = [_resized(picture, size) for picture in (result, truth)]
    seen, wanted = (find_lines(picture) for picture in pictures)
    inside = _distance(_nearest(region.astype(np.uint8), size) > 0) <= near
    along = _distance(_borders(_nearest(parts, size))) <= near
    hit, found = _distance(wanted) <= near, _distance(seen) <= near
    ways, true_ways = (_ways(picture) for picture in pictures)
    directed = _f(
        seen, wanted, inside, _same_way(seen, ways, wanted, true_ways, near), _same_way(wanted, true_ways, seen, ways, near)
    )
    every, outline, inner = (_f(seen, wanted, inside & where, hit, found) for where in (inside, along, ~along))
    return LineScore(every, outline, inner, directed)


def _f(seen: Mask, wanted: Mask, where: Mask, hit: Mask, found: Mask) -> float | None:
    """hit: where a line of the result is right; found: where one of the truth is."""
    ours, true = seen & where, wanted & where
    if true.sum() < LEAST:
        return None
    if not ours.any():
        return 0.0
    precision, recall = float(hit[ours].mean()), float(found[true].mean())
    return 2 * precision * recall / max(1e-9, precision + recall)


def _ways(rgb: Image8) -> NDArray[np.intp]:
    """H x W, 0 to `WAYS` - 1: the direction across the lines, from the structure tensor."""
    picture = cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), 1.0)
    dx, dy = (cv2.Sobel(picture, cv2.CV_32F, *axes) for axes in ((1, 0), (0, 1)))
    xx, yy, xy = (cv2.GaussianBlur((a * b).sum(2), (0, 0), 1.5) for a, b in ((dx, dx), (dy, dy), (dx, dy)))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) % np.pi
    return np.asarray(np.floor(angle / np.pi * WAYS), np.intp) % WAYS


def _same_way(lines: Mask, ways: NDArray[np.intp], others: Mask, other_ways: NDArray[np.intp], near: float) -> Mask:
    """Pixels of lines that have one of the others, running the same way, within reach."""
    found = np.zeros(lines.shape, bool)
    for way in range(WAYS):
        apart = (other_ways - way) % WAYS
        found |= lines & (ways == way) & (_distance(others & ((apart <= APART) | (apart >= WAYS - APART))) <= near)
    return found


def _distance(region: Mask) -> NDArray[np.float32]:
    """Of every pixel to the region, in pixels."""
    if not region.any():
        return np.full(region.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def _borders(parts: Image8) -> Mask:
    found = np.zeros(parts.shape, bool)
    found[1:] |= parts[1:] != parts[:-1]
    found[:, 1:] |= parts[:, 1:] != parts[:, :-1]
    return found


def _resized(picture: Image8, size: tuple[int, int]) -> Image8:
    """cv2.INTER_AREA makes smaller pictures without moire; larger ones are interpolated."""
    way = cv2.INTER_AREA if size[1] < picture.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


def _nearest(labels: Image8, size: tuple[int, int]) -> Image8:
    return np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
