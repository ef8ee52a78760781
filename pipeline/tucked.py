"""Boots that stay: what is drawn on the legs ends inside them, as trousers and stockings are tucked into boots."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.request import ClothingPart, Image8
from wardrobe.compatible import LEG_COVERING
from wardrobe.outfit import Outfit

Region = NDArray[np.bool_]  # H x W

TALL = 0.5  # heads: a shoe is lower
BESIDE = 0.35  # heads: how far from a boot a leg is drawn that is the one in it
TOP = 0.08  # heads: from so far below the boot's upper border on
WIDE = ("wide-leg trousers", "hakama")  # they hang over boots


def tucked(labels: Image8, outfit: Outfit, worn: Image8, unit: float) -> tuple[Region, Region]:
    """Boots that lie over the legs' new clothes, and what of those stands out beside them, H x W each.

    labels: of the character, without shoes that go; worn: index + 1 of the garment at every pixel; unit: a head in pixels.
    """
    over, away = np.zeros(labels.shape, bool), np.zeros(labels.shape, bool)
    close = [
        number
        for number, garment in enumerate(outfit.garments, 1)
        if garment.slot == ClothingPart.LEGWEAR or (garment.kind in LEG_COVERING and garment.kind not in WIDE)
    ]
    legs = np.isin(worn, close)
    shoes = (labels == ClothingPart.FOOTWEAR).astype(np.uint8)
    _, where, table, _ = cv2.connectedComponentsWithStats(shoes, connectivity=8)
    side = round(BESIDE * unit)
    for index in range(1, len(table)):
        left, top, wide, tall, _ = table[index]
        if tall > TALL * unit:
            over |= (where == index) & legs
            box = slice(top + round(TOP * unit), top + tall), slice(max(0, left - side), left + wide + side)
            away[box] |= (legs | (worn == 0))[box] & (shoes[box] == 0)
    return over, away
