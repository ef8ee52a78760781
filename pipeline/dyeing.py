"""Old clothes in new colours: what is left to do where no body can be made out to draw new ones on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.regions import Region
from pipeline.request import ClothingPart, Garment, Image8
from wardrobe.outfit import dressed_in_order
from wardrobe.style import RGB

Part = ClothingPart

DRESS = (Part.ONEPIECE, Part.TOPWEAR, Part.BOTTOMWEAR)  # what a dress takes the place of
# what is dyed where the part itself is not worn
INSTEAD: Mapping[Part, tuple[Part, ...]] = {
    Part.TOPWEAR: (Part.ONEPIECE,),
    Part.BOTTOMWEAR: (Part.LEGWEAR,),
}
EDGE = 0.1  # of a part: what of it only the rim of a mask holds is not meant
DEEP = 12.0  # levels added to both tones before they are compared: in black cloth noise is no shade
LIT = 0.6  # of the way to white that light may lead

DYED = "No new garments could be drawn here, so the old ones take the new colours."


def recoloured(rgb: Image8, labels: Image8, garments: Sequence[Garment], allowed: Region | None = None) -> tuple[Image8, Image8]:
    """The parts that are named in the colours that are named, light, shadow and lines as they were.

    rgb: H x W x 3; labels: H x W; garments: the innermost first; allowed: H x W, outside of which nothing changes. Returns the
    picture, and which garment every pixel is now: H x W uint8, its index + 1, 0 where nothing that is named was worn.
    """
    changed, worn = rgb.copy(), np.zeros(labels.shape, np.uint8)
    # what is worn outermost has the last word, but what is worn with a dress is no part of it
    for garment in sorted(dressed_in_order(garments), key=lambda garment: garment.slot != Part.ONEPIECE):
        region = worn_as(labels, garment.slot)
        whole = region.sum()
        if allowed is not None:
            region = region & allowed
        if region.any() and region.sum() > EDGE * whole:
            changed[region] = _in_colour(rgb, region, garment.rgb)
            worn[region] = garments.index(garment) + 1
    return changed, worn


def worn_as(labels: Image8, slot: Part) -> Region:
    """H x W, the old clothes that a garment of this part takes the place of."""
    region = np.isin(labels, DRESS if slot == Part.ONEPIECE else (slot,))
    if not region.any():
        region = np.isin(labels, INSTEAD.get(slot, ()))
    return np.asarray(region)


def _in_colour(rgb: Image8, region: Region, colour: RGB) -> NDArray[np.uint8]:
    """N x 3, the pixels of a region in another colour: as much lighter or darker than it as they were than their own."""
    tone = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[region].astype(np.float32)
    share = ((tone + DEEP) / (float(np.median(tone)) + DEEP))[:, None]
    own = np.array(colour, np.float32)
    dark = own * np.minimum(share, 1)
    lit = dark + (255 - dark) * LIT * np.clip(share - 1, 0, 1)
    return np.asarray(np.rint(lit).clip(0, 255), np.uint8)
