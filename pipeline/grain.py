"""Grain: paper, brushwork and noise of a picture, measured where it is even and laid over what is drawn anew.

The texture is new, only its spectrum is the picture's: asymptotic discrete spot noise (Galerne, Gousseau & Morel, IEEE TIP
2011), white noise convolved with an even patch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.regions import Region
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.strips import strips

LARGEST, SMALLEST = 40, 8  # pixels: side of a patch
PATCHES, ENOUGH = 5, 3  # that are looked at, the largest first, and that say something
COARSE = 0.04  # heads: what is broader is shading
EVERYWHERE = 0.75  # of its standard deviation: median difference (times 1.48, as of a normal one) of what fills its patch
EDGE = 20.0  # levels: lines, borders and prints are no grain
SEEN, MOST = 1.0, 9.0  # levels: grain below is not seen, above it is a print
DIRECTED = 0.5  # coherence above which it is strands of hair or folds
TONE = 0.45, 0.8  # least and most of the grain, on darker and lighter cloth than the patch's
HUE = 0.2  # of the grain's colours: on another cloth they would be spots


@dataclass(frozen=True)
class Grain:
    """spot: k x k x 3 float32, what white noise is convolved with; tone: mean level of the patch, 0..255."""

    spot: NDArray[np.float32]
    tone: float

    def texture(self, size: tuple[int, int], seed: int) -> Iterator[NDArray[np.float32]]:
        """The three channels, one after the other: H x W levels each, with mean 0."""
        noise = np.random.default_rng([seed, 101]).standard_normal(size, np.float32)
        for channel in range(3):
            spot = self.spot[..., channel]
            yield np.asarray(cv2.filter2D(noise, cv2.CV_32F, spot, borderType=cv2.BORDER_REFLECT), np.float32)


def measure_grain(rgb: Image8, where: Region, unit: float) -> Grain | None:
    """rgb: H x W x 3; where: what may be looked at; unit: a head in pixels. None where nothing or little is even."""
    found = _patches(rgb, where, unit)
    return _usual(found) if found else None


def _usual(found: list[tuple[float, Grain | None]]) -> Grain | None:
    """The middle one of the grains of patches, by strength, if most of them have one."""
    grains = [grain for _, grain in sorted(found, key=lambda row: row[0]) if grain is not None]
    return grains[(len(grains) - 1) // 2] if len(grains) > len(found) / 2 else None


def _patches(rgb: Image8, where: Region, unit: float) -> list[tuple[float, Grain | None]]:
    calm = where & ~_edges(rgb)
    calm[[0, -1]] = calm[:, [0, -1]] = False
    room = cv2.distanceTransform(calm.astype(np.uint8), cv2.DIST_C, 3)
    found: list[tuple[float, Grain | None]] = []
    for _ in range(PATCHES):
        y, x = np.unravel_index(int(room.argmax()), room.shape)
        half = int(min(room[y, x], LARGEST // 2))
        if 2 * half < SMALLEST:
            break
        box = slice(y - half + 1, y + half), slice(x - half + 1, x + half)
        found.append(_of_patch(rgb[box].astype(np.float32), unit))
        room[max(0, y - 2 * half) : y + 2 * half, max(0, x - 2 * half) : x + 2 * half] = 0
    return found


def _edges(rgb: Image8) -> Region:
    """Lines and borders, and what lies just beside them."""
    grey = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    wide = np.ones((7, 7), np.uint8)
    strong = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, wide) > 2 * EDGE
    return np.asarray(cv2.dilate(strong.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def _of_patch(patch: NDArray[np.float32], unit: float) -> tuple[float, Grain | None]:
    """How strong the grain of a patch is, in levels, and what it is."""
    broad = min(COARSE * unit, len(patch) / 4)
    fine = patch - cv2.GaussianBlur(patch, (0, 0), max(1.5, broad), borderType=cv2.BORDER_REFLECT)
    fine -= fine.mean((0, 1))
    level = fine.mean(2)
    fine = level[..., None] + HUE * (fine - level[..., None])
    strength = 1.48 * float(np.median(np.abs(level)))
    if not SEEN < strength < MOST or strength < EVERYWHERE * level.std() or _coherence(level) > DIRECTED:
        return strength, None
    window = np.hanning(len(patch) + 2)[1:-1].astype(np.float32)
    window = window[:, None] * window
    return strength, Grain(fine * (window / np.sqrt((window**2).sum()))[..., None], float(patch.mean()))


def _coherence(level: NDArray[np.float32]) -> float:
    """0 for a texture without a direction .. 1 for stripes (structure tensor, Bigun & Granlund 1987)."""
    down, across = np.gradient(level)
    a, b, c = (across**2).sum(), (across * down).sum(), (down**2).sum()
    return float(np.hypot(a - c, 2 * b) / max(a + c, 1e-6))


def of_figure(rgb: Image8, labels: Image8, unit: float) -> Grain | None:
    """Of clothes and bare skin; where too little of them is even, of hair."""
    for parts in ((*CLOTHING, ClothingPart.SKIN), (ClothingPart.HAIR, ClothingPart.HEADWEAR)):
        found = _patches(rgb, np.isin(labels, parts), unit)
        if len(found) >= ENOUGH:
            return _usual(found)
    return None


def grained(picture: Image8, grain: Grain | None, share: NDArray[np.floating] | Region, seed: int = 0) -> Image8:
    """H x W x 3 with a share of the grain, H x W in 0..1; less of it where the picture is dark."""
    if grain is None or not share.any():
        return picture
    left, top, width, height = cv2.boundingRect((share > 0).astype(np.uint8))
    box = slice(top, top + height), slice(left, left + width)
    drawn = picture[box]
    tone = cv2.cvtColor(drawn, cv2.COLOR_RGB2GRAY).astype(np.float32) / max(grain.tone, 1.0)
    amount = share[box] * tone.clip(*TONE)
    result = picture.copy()
    for channel, plane in enumerate(grain.texture(drawn.shape[:2], seed)):
        for rows in strips(plane.shape):
            result[box][rows, :, channel] = np.rint(drawn[rows, :, channel] + plane[rows] * amount[rows]).clip(0, 255)
    return result
