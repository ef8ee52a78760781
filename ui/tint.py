"""The mask's colour: of a few strong ones the one that stands out most from what lies under the mask."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.request import Image8

Colour = tuple[int, int, int]

TINTS: tuple[Colour, ...] = (
    (255, 0, 170),  # pink
    (0, 190, 255),  # sky blue
    (0, 225, 90),  # green
    (255, 205, 0),  # yellow
    (255, 100, 0),  # orange
    (125, 50, 255),  # violet
)
OPACITY = 0.5  # of a tint over the picture, as in scripts/view.js
_SIDE = 512  # pixels of the long side that are looked at
_SAMPLES = 4096  # pixels that are looked at
_FEW = 10  # percent of them that may come closer to a tint than the distance it is judged by


def tint(character: Image8, mask: Image8 | None = None) -> Colour:
    """character: H x W x 4; mask: H x W, 255 = painted, None or empty for the whole figure."""
    apart = max(1, round(max(character.shape) / _SIDE))
    character = character[::apart, ::apart]
    seen = character[..., 3] > 0
    under = seen if mask is None else seen & (mask[::apart, ::apart] > 0)
    pixels = character[..., :3][under if under.any() else seen]
    if not len(pixels):
        return TINTS[0]
    sampled = pixels[:: max(1, len(pixels) // _SAMPLES), None].astype(np.float64)
    tinted = sampled + OPACITY * (np.array(TINTS) - sampled)
    away = np.linalg.norm(oklab(tinted) - oklab(sampled), axis=2)
    return TINTS[int(np.percentile(away, _FEW, axis=0).argmax())]


def oklab(rgb: NDArray[Any]) -> NDArray[np.float64]:
    """... x 3 sRGB, 0..255 -> lightness 0..1 and two axes of colour, in which equal distances look alike (Ottosson 2020)."""
    level = rgb / 255.0
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear @ np.array(_TO_CONES).T)
    lab: NDArray[np.float64] = cones @ np.array(_TO_LAB).T
    return lab


_TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
