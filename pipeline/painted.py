"""A draft within a mask that was painted: the mask says where the new outfit ends.

A garment that is drawn wider is not cut off raw: its silhouette is moved to the inside of the mask and drawn anew, with the
line that the rest of it has. In front of background and on bare skin it ends a little before the mask does; on clothes that stay
it ends at the mask; beside hair and what is held, which lie over it, it goes on to them.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.draft import Draft
from pipeline.regions import Region, away_from
from pipeline.request import ClothingPart, Image8
from wardrobe.style import RGB

Plane = NDArray[np.float32]  # H x W
Part = ClothingPart

ROOM, LEAST_ROOM = 0.006, 2.0  # of the long side, and pixels: between a moved silhouette and the mask
CALM = 0.5  # of that room: blur of the way to the mask, so that a silhouette does not repeat every wobble of a brush
IN_FRONT = (Part.HAIR, Part.HEADWEAR, Part.HELD)
FEATHER, LEAST_FEATHER = 0.0025, 2.0  # of the long side, and pixels: how softly flat areas meet at a mask


def trimmed(draft: Draft, painted: Region, labels: Image8) -> Draft:
    """The draft with its garments' silhouettes inside the mask. painted: H x W, the mask; labels: of the detection."""
    image = draft.image.copy()
    image[~painted, 3] = 0
    lines = np.where(painted, draft.lines, np.uint8(0))
    over = draft.covers & (draft.worn > 0) & ~painted
    if draft.sheet is None or not over.any():  # the user's own draft ends where its owner let it end
        return replace(draft, image=image, lines=lines)
    room = max(LEAST_ROOM, ROOM * max(labels.shape))
    free, lying = over & (labels == 0), over & (labels > 0) & ~np.isin(labels, IN_FRONT)
    on_skin = np.where(labels == Part.SKIN, _way(lying, room), _way(lying, 0.0))  # elsewhere nothing else is to be seen there
    ahead = np.minimum(_way(free, room), on_skin)  # pixels to the new silhouette, negative beyond it
    inside = np.clip(ahead + 0.5, 0, 1)
    width = draft.sheet.style.line * draft.sheet.frame.scale
    inked = np.clip(width + 0.5 - ahead, 0, 1) * (draft.worn > 0) if width else np.zeros_like(ahead)
    inked = np.where(np.isfinite(ahead), inked, 0)[..., None]
    image[..., :3] = np.rint(image[..., :3] * (1 - inked) + _inks(draft) * inked)
    image[..., 3] = np.rint(image[..., 3] * np.where(draft.worn > 0, inside, 1))
    lines = np.maximum(lines, np.rint(255 * inked[..., 0]).astype(np.uint8)) * (image[..., 3] >= 128)
    return replace(draft, image=image, lines=lines.astype(np.uint8))


def _way(beyond: Region, room: float) -> Plane:
    """Pixels from everywhere to a line that lies `room` before a region."""
    if not beyond.any():
        return np.full(beyond.shape, np.inf, np.float32)
    way = cv2.distanceTransform((~beyond).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    calm = cv2.GaussianBlur(way, (0, 0), max(0.7, CALM * room))
    return np.asarray(np.minimum(way - 0.5, calm - room), np.float32)


def _inks(draft: Draft) -> NDArray[np.float32]:
    """H x W x 3, the outline's colour of the garment at every pixel."""
    assert draft.sheet is not None
    style = draft.sheet.style
    own: list[RGB] = [style.line_colour, *(style.ink(style.tone(garment.rgb)) for garment in draft.outfit.garments)]
    return np.array(own, np.float32)[draft.worn]


def feathered(before: Image8, after: Image8, painted: Region, labels: Image8, old: Region) -> Image8:
    """The dressed picture, mixed softly with the old one along a mask that ends on skin or background.

    before, after: H x W x 4; old: H x W, the clothes that go, of which nothing is mixed in. Outside the mask nothing changes;
    at what lies in front it stays sharp.
    """
    reach = max(LEAST_FEATHER, FEATHER * max(labels.shape))
    flat = ~painted & ((labels == 0) | (labels == Part.SKIN))
    if not flat.any():
        return after
    way = cv2.distanceTransform((~flat).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    room = way - 0.5 + np.maximum(0, away_from(old & painted) - 0.5) if (old & painted).any() else np.float32(np.inf)
    share = np.clip((way - 0.5) / np.minimum(reach, room), 0, 1)[..., None]
    old, new = before.astype(np.float32), after.astype(np.float32)
    old_alpha, new_alpha = old[..., 3:] * (1 - share), new[..., 3:] * share
    alpha = old_alpha + new_alpha
    colour = (old[..., :3] * old_alpha + new[..., :3] * new_alpha) / np.maximum(alpha, 1e-6)
    mixed = np.rint(np.dstack([colour, alpha]).clip(0, 255)).astype(np.uint8)
    return np.where((share < 1) & painted[..., None], mixed, after)
