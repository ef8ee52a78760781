"""A draft: an outfit as a picture, what it replaces and what stays in front of it; and the character in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from pipeline.dyeing import recoloured
from pipeline.hints import read_lineart
from pipeline.images import flatten, is_opaque, with_alpha
from pipeline.leftovers import outline, reach_of_outline
from pipeline.regions import Region, away_from, box_of
from pipeline.request import CLOTHING, ClothingPart, Detection, Garment, Image8
from pipeline.sitter import BEHIND
from pipeline.strips import strips
from pipeline.surroundings import carried_on
from wardrobe.outfit import Outfit
from wardrobe.svg import Sheet

Part = ClothingPart

WHOLE = 250  # of 255: from there on a pixel of what stays is no mixture


@dataclass(frozen=True)
class Draft:
    """image: H x W x 4 uint8, straight alpha, opaque where the draft draws. worn: H x W uint8, index + 1 of the garment in
    `outfit.garments`, 0 for skin and nothing. lines: H x W uint8, 255 = line. kept: H x W x 4 uint8, straight alpha, what of
    the picture stays in front of it, without the colour of old clothes. old: H x W, the clothes that it replaces; redrawn: H x W,
    where what stays is drawn anew along them."""

    image: Image8
    worn: Image8
    lines: Image8
    kept: Image8
    old: Region
    redrawn: Region
    outfit: Outfit = field(default_factory=lambda: Outfit(()))
    sheet: Sheet | None = None

    @property
    def covers(self) -> Region:
        """H x W, where it draws."""
        return np.asarray(self.image[..., 3] >= 128)

    @property
    def front(self) -> Region:
        """H x W, where what stays lies in front of it."""
        return np.asarray(self.kept[..., 3] >= 128)

    @property
    def alone(self) -> Image8:
        """H x W x 4, the garments without the skin that they leave bare."""
        return self._only(self.worn > 0)

    @property
    def parts(self) -> tuple[Image8, ...]:
        """Each garment alone, as `alone`."""
        return tuple(self._only(self.worn == number) for number in range(1, len(self.outfit.garments) + 1))

    def _only(self, region: Region) -> Image8:
        return with_alpha(self.image[..., :3], np.where(region, self.image[..., 3], np.uint8(0)))

    @property
    def unknown(self) -> Region:
        """H x W, where old clothes were and the draft says nothing."""
        return self.old & ~self.covers & ~self.front


def dyed_draft(character: Image8, found: Detection, garments: Sequence[Garment], allowed: Region | None = None) -> Draft | None:
    """The old clothes in the new colours as a draft, where no body could be made out; None where nothing that is named is
    worn. As `recoloured`, character: H x W x 4."""
    rgb = flatten(character, BEHIND)
    colours, worn = recoloured(rgb, found.labels, garments, allowed)
    there = worn > 0
    if not there.any():
        return None
    soft = cv2.GaussianBlur(there.astype(np.float32), (0, 0), 0.7) * there
    image = with_alpha(colours, np.rint(255 * soft).astype(np.uint8))
    kept = with_alpha(rgb, np.where(there, np.uint8(0), character[..., 3]))
    return Draft(image, worn, np.zeros_like(worn), kept, np.zeros_like(there), np.zeros_like(there), Outfit(tuple(garments)))


def own_draft(character: Image8, image: Image8, found: Detection, changed: Iterable[Part] = CLOTHING) -> Draft:
    """A draft of the user's own, H x W x 4, which lies over whatever it covers of the character, H x W x 4."""
    covers = image[..., 3] >= 128
    lines = np.where(covers, read_lineart(flatten(image, BEHIND)), np.uint8(0))
    stays = ((found.keep > 0) | np.isin(found.labels, (Part.HAIR, Part.HELD))) & ~covers
    kept = with_alpha(flatten(character, BEHIND), np.where(stays, character[..., 3], np.uint8(0)))
    old = np.isin(found.labels, list(changed))
    return Draft(image, covers.astype(np.uint8), lines, kept, np.asarray(old), np.zeros_like(stays))


def dressed(character: Image8, draft: Draft, labels: Image8) -> Image8:
    """The character in its draft -> H x W x 4: old clothes taken away, what lies behind them carried on, the draft over it.

    character: H x W x 4; labels: of its detection. A sprite is empty where its old clothes were.
    """
    hole = old_clothes(draft, labels)
    if is_opaque(character):
        base = with_alpha(carried_on(flatten(character, BEHIND), hole, labels > 0), 255)
    else:
        base = character.copy()
        base[hole] = 0
    changes = (draft.image[..., 3] > 0) | hole | draft.redrawn
    if not changes.any():
        return base
    box = box_of(changes, 0)
    for rows in strips(changes[box].shape):
        images = draft.kept[box][rows], draft.image[box][rows], base[box][rows]
        kept, over, behind = (image[..., 3:].astype(np.float32) / 255 for image in images)
        shares = kept, over, (behind - kept - over).clip(0, 1)
        alpha = sum(shares, np.float32(0))
        colour = sum((image[..., :3] * share for image, share in zip(images, shares, strict=True)), np.float32(0))
        mixed = np.dstack([colour / np.maximum(alpha, 1e-6), 255 * alpha])
        base[box][rows] = np.where(changes[box][rows][..., None], np.rint(mixed.clip(0, 255)).astype(np.uint8), images[2])
    return base


def old_clothes(draft: Draft, labels: Image8) -> Region:
    """Where old clothes and their outline are to go: labels end in the middle of a line, which is that of what is nearer."""
    if not draft.old.any():
        return draft.old
    kept = draft.kept[..., 3]
    rim = (kept > 0) & (away_from(draft.old) <= reach_of_outline(labels)) & ((labels == 0) | (draft.image[..., 3] > 0))
    return np.asarray((draft.old | outline(draft.old, labels) | rim | draft.redrawn) & (kept < WHOLE))
