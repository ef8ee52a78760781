"""A sticker's border: a band of one light colour round a whole figure, which goes on round its new clothes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.images import is_opaque
from pipeline.regions import Region, away_from, near
from pipeline.request import Image8
from wardrobe.style import RGB

LIGHT = 225  # of 255: such borders are white or nearly so
ALIKE = 14  # levels by which a band differs from its own colour
NARROWEST, WIDEST = 3.0, 0.08  # pixels, and of the long side
ROUND = 0.8  # share of a silhouette that has it
EVEN = 0.35  # of its width: what that differs by in half of all places


@dataclass(frozen=True)
class Sticker:
    """colour: of the band; width: in pixels."""

    colour: RGB
    width: float


def sticker_of(character: Image8, labels: Image8) -> Sticker | None:
    """The band round a sprite, H x W x 4, that lies outside its parts; None where there is none."""
    solid = character[..., 3] >= 250
    if is_opaque(character) or not solid.any() or not labels.any():
        return None
    depth = cv2.distanceTransform(np.pad(solid.astype(np.uint8), 1), cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    rim = (depth >= 1.5) & (depth < 3)  # within the soft edge
    rim[[0, 1, 2, -3, -2, -1]] = rim[:, [0, 1, 2, -3, -2, -1]] = False  # a figure that is cut off has no band there
    if not rim.any():
        return None
    colour = np.median(character[rim][:, :3], axis=0)
    like = solid & _like(character, colour)
    if colour.min() < LIGHT or like[rim].mean() < ROUND:
        return None
    outer = rim & like
    ways = away_from(solid & ~like)[outer] + depth[outer]  # across the whole band
    low, middle, high = np.percentile(ways, (25, 50, 75))
    if not NARROWEST <= middle <= WIDEST * max(labels.shape) or high - low > EVEN * middle:
        return None
    return Sticker((int(colour[0]), int(colour[1]), int(colour[2])), float(middle))


def old_band(sticker: Sticker, character: Image8, labels: Image8, old: Region) -> Region:
    """H x W, what of the band went round the old clothes."""
    return np.asarray((labels == 0) & near(old, sticker.width + 2) & _like(character, np.array(sticker.colour)))


def backed(
    sticker: Sticker, colours: Image8, alpha: Image8, share: NDArray[np.float32], outside: Region, old: Region
) -> tuple[Image8, Image8]:
    """A draft, H x W x 3 and its alpha, with the band behind it. share: H x W in 0..1, what lies before it; outside, old: H x W,
    what is no figure, and where old clothes were."""
    stays = share >= 0.5
    drawn = (alpha >= 128) & ~stays
    free = old | (outside & near(drawn, sticker.width + 1))
    cover = np.clip(sticker.width + 0.5 - away_from(drawn | stays), 0, 1) * free * (1 - share)
    over = alpha.astype(np.float32) / 255
    behind = np.maximum(cover - over, 0)[..., None]
    whole = over[..., None] + behind
    mixed = (colours * over[..., None] + np.array(sticker.colour, np.float32) * behind) / np.maximum(whole, 1e-6)
    return np.where(behind > 0, np.rint(mixed), colours).astype(np.uint8), np.rint(255 * whole[..., 0]).astype(np.uint8)


def _like(character: Image8, colour: NDArray[np.floating]) -> Region:
    return np.asarray(np.abs(character[..., :3].astype(np.int16) - np.rint(colour).astype(np.int16)).max(2) <= ALIKE)
