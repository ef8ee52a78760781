"""What lies behind a character: the picture carried on into where the character was."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.grain import grained, measure_grain
from pipeline.regions import Region, away_from
from pipeline.request import Image8

RIM = 3  # pixels beside a figure that hold some of its colours
NEAR = 0.15  # of the long side: how far from a hole its grain is measured
FINE = 0.15  # of the long side: about a head


def push_pull(values: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """values: H x W x C, each already times its weight; weight: H x W x 1 in 0..1 -> H x W x C without a hole: means of ever
    coarser pictures (Gortler et al. 1996)."""
    height, width = weight.shape[:2]
    if min(height, width) <= 1 or weight.min() >= 1:
        return np.asarray(values / np.maximum(weight, 1e-6), np.float32)
    half = (max(1, width // 2), max(1, height // 2))
    both = np.asarray(cv2.resize(np.dstack([values, weight]), half, interpolation=cv2.INTER_AREA), np.float32)
    known = both[..., -1:].clip(1e-6)
    spread = np.asarray(np.minimum(1, 2 * known) / known, np.float32)  # what half of a cell knows, all of it does
    coarse = push_pull(both[..., :-1] * spread, known * spread)
    return values + (1 - weight) * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)


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
    filled = push_pull(rgb.astype(np.float32) * weight, weight)
    grain = measure_grain(rgb, known & _near(hole), FINE * max(hole.shape))
    filled = grained(np.rint(filled).clip(0, 255).astype(np.uint8), grain, hole).astype(np.float32)
    share = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), 1.0)[..., None]
    share = np.where(hole[..., None], np.maximum(share, 0.999), share * ~figure[..., None])
    return np.asarray(np.rint(rgb + (filled - rgb) * share).clip(0, 255), np.uint8)


def _near(hole: Region) -> Region:
    return np.asarray(away_from(hole) < NEAR * max(hole.shape))
