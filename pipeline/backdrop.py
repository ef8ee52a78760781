"""What lies behind the character: where a model has drawn it again, some levels off, it is put back as it was.

A model repaints everything in its mask, and neither it nor its autoencoder returns a flat colour exactly. What came out nearly as
it went in was not meant to change.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.images import Crop
from pipeline.leftovers import outline
from pipeline.mask import connected
from pipeline.regions import Region
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.surroundings import carried_on, push_pull

WORN = (*CLOTHING, ClothingPart.HEADWEAR)
CLOTHED = 0.1  # share of a mask in which old clothes must be found, or detection has missed what is meant
SAME, OTHER = 9.0, 20.0  # levels: up to the one it was drawn as it was, from the other on it is something else
CALM = 1.0  # pixels: blur of that difference, for a single pixel may be grain


@dataclass(frozen=True)
class Backdrop:
    """colours: H x W x 3, the picture without its old clothes, what lies behind them carried on; seen: H x W, 255 where nobody
    lies before it; hidden: H x W, 255 where old clothes that go do."""

    colours: Image8
    seen: Image8
    hidden: Image8

    def taken(self, crop: Crop) -> Backdrop:
        """What of it lies in a crop, at the crop's size."""
        return Backdrop(crop.take(self.colours), crop.take(self.seen), crop.take(self.hidden))


def worn_before(labels: Image8, mask: Image8) -> Region:
    """H x W, old clothes with their outline in a mask; all of the mask where detection sees hardly any in it.

    labels: H x W, values of `ClothingPart`; mask: H x W, 255 = repaint.
    """
    inside, clothes = mask >= 128, np.isin(labels, WORN)
    if (clothes & inside).sum() <= CLOTHED * inside.sum():
        return np.asarray(inside)
    return np.asarray((clothes | outline(clothes, labels)) & inside)


def backdrop_of(flat: Image8, labels: Image8, old: Region) -> Backdrop:
    """flat: H x W x 3, the character over one colour; labels: H x W; old: H x W, the clothes that go."""
    colours = carried_on(flat, old, labels > 0)
    planes = ((labels == 0) & ~old, old)
    seen, hidden = (np.where(plane, np.uint8(255), np.uint8(0)) for plane in planes)
    return Backdrop(colours, seen, hidden)


def put_back(drawn: Image8, backdrop: Backdrop, mask: Image8) -> Image8:
    """A decoded crop, H x W x 3, with the backdrop as it was wherever it was drawn again.

    backdrop: of the same size; mask: H x W, 255 = drawn anew. Only what hangs together with the backdrop outside the mask
    counts: a garment in the same colour has a line round it. Where old clothes hid it nobody knows what it was, and it moves as
    what is seen of it does.
    """
    seen, inside = backdrop.seen >= 128, mask >= 128
    free = seen | (backdrop.hidden >= 128)
    way = backdrop.colours - drawn.astype(np.float32)
    gap = np.abs(way).max(axis=-1)
    gap = cv2.GaussianBlur(gap, (0, 0), CALM)
    like = free & inside & (gap < OTHER)
    beyond = seen & ~inside
    if not like.any() or not beyond.any():
        return drawn
    share = ((OTHER - gap) / (OTHER - SAME)).clip(0, 1) * (connected(like | beyond, beyond) & inside)
    share = share.astype(np.float32)[..., None]
    known = share * seen[..., None]
    way = np.where(seen[..., None], way, push_pull(way * known, known))
    return np.asarray(np.rint(drawn + way * share).clip(0, 255), np.uint8)
