"""Smooth noise, and the types of the code that restyles drawings."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

Rng = np.random.Generator
Floats = Any  # arrays of 32 or 64 bits, which numpy's stubs would tell apart in every line
Colours = Any  # the same, H x W x 3, 0..255


def field(rng: Rng, size: tuple[int, int], cells: int, contrast: float = 1.0) -> Floats:
    """Smooth noise, about `cells` bumps a side, standard deviation about `contrast`; H x W."""
    coarse = rng.standard_normal((cells + 1, cells + 1), np.float32) * np.float32(contrast)
    return cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)


def colour(rng: Rng, low: float, high: float) -> Floats:
    """Any red, green and blue between these, float32."""
    return rng.uniform(low, high, 3).astype(np.float32)
