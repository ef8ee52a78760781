"""Planes of numbers that are looked up at points of the body's units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """Pixels = units * scale + origin; cells of `step` pixels, across and down, the first of which begins at pixel 0."""

    scale: float
    origin: Floats
    step: Floats

    def units(self, pixels: ArrayLike) -> Floats:
        return np.asarray((np.asarray(pixels, float) - self.origin) / self.scale)

    def cells(self, points: Floats) -> tuple[Floats, Floats]:
        """Points, ... x 2 in units -> columns and rows, whole numbers in the middle of cells."""
        x, y = np.moveaxis((points * self.scale + self.origin) / self.step - 0.5, -1, 0)
        return x, y

    def look(self, planes: Floats, points: Floats, index: NDArray[np.intp] | int = 0) -> Floats:
        """Bilinear values of planes, N x h x w, at points, ... x 2 in units, each in the plane `index`; beyond them those of
        their border."""
        x, y = self.cells(points)
        height, width = planes.shape[-2:]
        x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
        i, j = y.astype(int), x.astype(int)
        f, g = y - i, x - j
        top = planes[index, i, j] * (1 - g) + planes[index, i, j + 1] * g
        below = planes[index, i + 1, j] * (1 - g) + planes[index, i + 1, j + 1] * g
        return np.asarray(top * (1 - f) + below * f)
