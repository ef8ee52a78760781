"""What lies behind a character: the picture carried on into where the character was."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.grain import grained, measure_grain
from pipeline.regions import Region, away_from
from pipeline.request import Image8
from pipeline.strips import strips

RIM = 3  # pixels beside a figure that hold some of its colours
NEAR = 0.15  # of the long side: how far from a hole its grain is measured
FINE = 0.15  # of the long side: about a head


def apart_from_nearby(values: NDArray[np.float32], region: Region) -> NDArray[np.float32]:
    """H x W, the distance of every pixel's colour, H x W x C, from those of what is nearest of a region."""
    weight = region.astype(np.float32)[..., None]
    return np.asarray(np.linalg.norm(values - push_pull(values * weight, weight), axis=2), np.float32)


def push_pull(values: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """values: H x W x C, each already times its weight; weight: H x W x 1 in 0..1 -> H x W x C without a hole: means of ever
    coarser pictures (Gortler et al. 1996). Channels do not know of each other: large pictures are given one by one."""
    height, width = weight.shape[:2]
    if min(height, width) <= 1 or weight.min() >= 1:
        return np.asarray(values / np.maximum(weight, 1e-6), np.float32)
    half = (max(1, width // 2), max(1, height // 2))
    known = _halved(weight, half).clip(1e-6)
    spread = np.asarray(np.minimum(1, 2 * known) / known, np.float32)  # what half of a cell knows, all of it does
    coarse = push_pull(_halved(values, half) * spread, known * spread)
    found = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.float32).reshape(values.shape)
    for rows in strips(found.shape):
        found[rows] *= 1 - weight[rows]
        found[rows] += values[rows]
    return found


def _halved(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """H x W x C, one channel after the other: together OpenCV rounds them in another way."""
    planes = (np.ascontiguousarray(values[..., channel]) for channel in range(values.shape[2]))
    return np.dstack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes]).astype(np.float32, copy=False)


def carried_on(rgb: Image8, hole: Region, figure: Region) -> Image8:
    """The picture with the hole filled from what lies round the figure -> H x W x 3.

    rgb: H x W x 3; hole: H x W, what is to be filled; figure: H x W, the character, whose colours are no surroundings. Where
    the character fills the picture there is nothing to carry on, and the hole stays as it was.
    """
    reach = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    known = cv2.dilate((figure | hole).astype(np.uint8), reach) == 0
    if not known.any() or not hole.any():
        return rgb
    weight = known.astype(np.float32)[..., None]
    filled = np.empty_like(rgb)
    for channel in range(3):
        plane = push_pull(rgb[..., channel, None] * weight, weight)[..., 0]
        filled[..., channel] = np.rint(plane, out=plane).clip(0, 255)
        del plane
    del weight
    grain = measure_grain(rgb, known & _near(hole), FINE * max(hole.shape))
    filled = grained(filled, grain, hole)
    blurred = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), 1.0)
    for rows in strips(hole.shape):
        inside, share, there = hole[rows][..., None], blurred[rows][..., None], rgb[rows]
        share = np.where(inside, np.maximum(share, 0.999), share * ~figure[rows][..., None])
        filled[rows] = np.rint(there + (filled[rows].astype(np.float32) - there) * share).clip(0, 255)
    return filled


def _near(hole: Region) -> Region:
    return np.asarray(away_from(hole) < NEAR * max(hole.shape))
