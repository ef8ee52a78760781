"""Training masks: what a user might paint over the clothes of the *source* picture, never of the target.

The mask must not tell the new garment's outline, or the model would learn to fill silhouettes instead of changing
shapes and lengths.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.mask import grow as widen
from pipeline.mask import hull as convex_hull
from pipeline.request import CLOTHING, ClothingPart
from training.characters import Drawing

ROOM = 0.03  # of the long side: the middle of what `sample_mask` grows masks by
Mask = NDArray[np.bool_]
Rng = np.random.Generator


def grow(mask: Mask, radius: int) -> Mask:
    """`pipeline.mask.grow` on booleans."""
    return widen(mask.astype(np.uint8) * 255, radius) > 0


def exact(region: Mask, rng: Rng) -> Mask:
    """A careful artist or a good segmenter."""
    return region


def hull(region: Mask, rng: Rng) -> Mask:
    """A lasso round everything."""
    return convex_hull(region.astype(np.uint8) * 255) > 0


def box(region: Mask, rng: Rng) -> Mask:
    """A rectangle dragged over the clothes."""
    y, x = np.nonzero(region)
    canvas = np.zeros(region.shape, bool)
    canvas[y.min() : y.max() + 1, x.min() : x.max() + 1] = True
    return canvas


def brush(region: Mask, rng: Rng) -> Mask:
    """Quick strokes with a round brush: wobbly edges, some clothing missed, some background taken."""
    height, width = region.shape
    radius = max(2, int(rng.uniform(0.02, 0.06) * max(height, width)))
    y, x = np.nonzero(region)
    chosen = rng.choice(len(y), size=min(len(y), int(3 * len(y) / (radius * radius * 2)) + 8), replace=False)
    canvas = np.zeros(region.shape, np.uint8)
    for index in chosen:
        cv2.circle(canvas, (int(x[index]), int(y[index])), radius, 1, -1)
    return canvas > 0


SHAPES: tuple[tuple[float, Callable[[Mask, Rng], Mask]], ...] = ((0.62, exact), (0.12, hull), (0.06, box), (0.20, brush))


def sample_mask(labels: NDArray[np.uint8], face_hands: Mask, rng: Rng) -> Mask:
    """One mask for a source drawing, H x W; face, hands and hair are always left alone.

    labels: part label map; face_hands: the skin that must never be repainted. Three in four masks take all clothing
    with the bare limbs; the others one or two garments.
    """
    clothing = np.isin(labels, CLOTHING)
    if rng.random() < 0.25:
        present = [part for part in CLOTHING if (labels == part).mean() > 0.01]
        if present:
            chosen = rng.choice(present, size=min(len(present), int(rng.integers(1, 3))), replace=False)
            clothing = np.isin(labels, chosen)
    region = clothing.copy()
    if rng.random() < 0.85:
        limbs = (labels == ClothingPart.SKIN) & ~face_hands
        if clothing.sum() < np.isin(labels, CLOTHING).sum():  # only the bare skin that the chosen garment touches
            limbs &= grow(clothing, max(2, labels.shape[0] // 12))
        region |= limbs
    weights, shapes = zip(*SHAPES, strict=True)
    region = shapes[rng.choice(len(shapes), p=weights)](region, rng)
    region = grow(region, int(rng.triangular(0, 0, 0.06) * max(labels.shape)))
    protected = face_hands | (labels == ClothingPart.HAIR) | (labels == ClothingPart.HELD)
    repaint: Mask = region & ~protected
    return repaint


def clothing_mask(drawing: Drawing, room: float = ROOM) -> Mask:
    """Clothing and bare limbs, never face, hands, hair or what is held; room: of the long side, for another shape."""
    limbs = (drawing.labels == ClothingPart.SKIN) & ~drawing.face_hands
    region = grow(np.isin(drawing.labels, CLOTHING) | limbs, round(room * max(drawing.labels.shape)))
    kept = drawing.face_hands | np.isin(drawing.labels, (ClothingPart.HAIR, ClothingPart.HELD, ClothingPart.HEADWEAR))
    return region & ~kept
