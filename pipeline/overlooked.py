"""Old clothes that detection has overlooked: pieces beside them in their colours, which would stay next to the new ones."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np

from pipeline.regions import Region, box_of, box_round, grown, near
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.surroundings import apart_from_nearby
from pipeline.tones import apart_from, calm_lab, inked, tones_of

Part = ClothingPart

SIDE = 384  # pixels, long side: the size at which they are looked for
REACH = 0.4  # heads: how far from the old clothes
APART = 14.0  # CIELAB: what lies so far from its surroundings belongs to something else
NEARER = 0.6  # and is so much nearer to the old clothes
LARGEST = 0.06  # of the figure: more is no oversight
SMALLEST = 0.0006  # of the figure
MAIN = 0.15  # of the old clothes: a large piece of them
SAME, GOES_ON = 10.0, 5.0  # CIELAB: two parts of one cloth, and places of it that are next to each other
BESIDE, SEAMLESS = 4, 0.66  # pixels on either side of a border, and share of it that lies in one colour
OWNERS = {Part.LEGWEAR: (Part.BOTTOMWEAR, Part.ONEPIECE), Part.HANDWEAR: (Part.TOPWEAR, Part.ONEPIECE)}
ISLAND = 0.25  # of the largest piece of its part: a smaller piece that lies in the old clothes is theirs
AT_HAND = 0.04  # heads: how near to it the cloth lies that a piece of a hand is of
SPOT, ENCLOSED = 0.01, 0.9  # of the figure, and of its border: so small a part that lies all in old clothes is theirs too


def overlooked(rgb: Image8, labels: Image8, old: Region, front: Region, unit: float) -> Region:
    """H x W, what belongs to the old clothes besides `old`.

    rgb: H x W x 3; labels: of the detection; old, front: H x W, what goes and what stays; unit: a head in pixels. Only nameless
    pieces are looked at, beside the large pieces of the old clothes: hair is often of their colour, and small pieces far from
    the rest may be somebody else's.
    """
    found = _islands(labels, old)
    if not old.any():
        return found
    scale = min(1.0, SIDE / max(labels.shape))
    size = max(8, round(labels.shape[1] * scale)), max(8, round(labels.shape[0] * scale))
    lab = calm_lab(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    parts = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    gone, stays = (cv2.resize(region.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0 for region in (old, front))
    gone = _large(gone)
    near = grown(gone, REACH * unit * scale)
    beside = (parts == 0) & ~grown(parts > 0, REACH * unit * scale)
    if not beside.any():
        return found
    cloth = apart_from(lab, tones_of(lab, cv2.erode(gone.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0))
    behind = apart_from_nearby(lab, beside)
    wrong = (parts == 0) & ~stays & (behind > APART) & (cloth < NEARER * behind)
    hair = parts == Part.HAIR
    if hair.any():  # a curl that was overlooked as well
        wrong &= (cloth < NEARER * apart_from(lab, tones_of(lab, hair))) | ~grown(hair, REACH * unit * scale)
    pieces = cv2.morphologyEx((wrong & near).astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    _, where, table, _ = cv2.connectedComponentsWithStats(pieces, connectivity=8)
    touching = np.unique(where[grown(gone, 2) & (pieces > 0)])
    figure = (parts > 0).sum()
    fits = [i for i in touching if SMALLEST * figure < table[i, cv2.CC_STAT_AREA] < LARGEST * figure]
    missed = grown(np.isin(where, fits) & (pieces > 0), 1.0)
    whole = cv2.resize(missed.astype(np.uint8), labels.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    return np.asarray(found | (whole & ~old & (labels == 0)))


def in_hands(rgb: Image8, hands: Region, like: Region, old: Region, unit: float) -> Region:
    """H x W, cloth beside a hand that was taken for it: broad pieces in the colour of the old clothes next to them.

    hands: H x W, those that stay; like: what has the skin's hue; old: the old clothes.
    """
    found = np.zeros(hands.shape, bool)
    strange = hands & ~like & ~inked(rgb, unit)
    broad = cv2.morphologyEx(strange.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    if not broad.any() or not old.any():
        return found
    _, where, table, _ = cv2.connectedComponentsWithStats(broad, connectivity=8)
    for index in range(1, len(table)):
        box = box_round(table[index, : cv2.CC_STAT_AREA], round(AT_HAND * unit) + 2)
        piece = where[box] == index
        beside = grown(piece, AT_HAND * unit) & old[box]
        if not beside.any():
            continue
        if _between(rgb[box], piece, beside) < SAME:
            found[box] |= grown(piece, 2) & hands[box] & ~like[box]
    return found


def of_one_cloth(rgb: Image8, labels: Image8, changed: Collection[Part]) -> frozenset[Part]:
    """Parts that go with those that change, as they are more of them: trousers' legs that were read as stockings, sleeves as
    gloves. They touch, in one colour, or without a border; or there is nothing else below the top."""
    found = set()
    for part, owners in OWNERS.items():
        region = labels == part
        if part in changed or not region.any():
            continue
        close = grown(region, 3)
        for owner in owners:
            own = labels == owner
            if owner not in changed:
                continue
            alone = owner == Part.BOTTOMWEAR and not own.any() and (close & (labels == Part.TOPWEAR)).any()
            touch = (close & own).any()
            if alone or (touch and (_between(rgb, region, own) < SAME or _goes_on(rgb, region, own))):
                found.add(part)
    return frozenset(found)


def _between(rgb: Image8, one: Region, other: Region) -> float:
    """How far the middle colours of two regions are from each other, CIELAB."""
    seen = np.array([[np.median(rgb[region], axis=0) for region in (one, other)]], np.float32) / 255
    first, second = cv2.cvtColor(seen, cv2.COLOR_RGB2LAB)[0]
    return float(np.linalg.norm(first - second))


def _goes_on(rgb: Image8, one: Region, other: Region) -> bool:
    """Whether a cloth goes on as another one: most of the border between them lies where the picture has none."""
    box = box_of(near(one, BESIDE) & near(other, BESIDE), BESIDE)
    lab = cv2.cvtColor(rgb[box].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    sides = [cv2.erode(region[box].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0 for region in (one, other)]
    if not sides[1].any():
        return False
    away, nearest = cv2.distanceTransformWithLabels(
        (~sides[1]).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), np.float32)
    colours[nearest[sides[1]]] = lab[sides[1]]
    border = sides[0] & (away <= BESIDE)
    same = np.linalg.norm(lab - colours[nearest], axis=2)[border] < GOES_ON
    return bool(border.any() and same.mean() > SEAMLESS)


def _islands(labels: Image8, old: Region) -> Region:
    """Small pieces of clothes that stay, lying in those that go: misread, as most of their part lies elsewhere."""
    found = np.zeros(labels.shape, bool)
    close, figure = grown(old, 2), np.count_nonzero(labels)
    for part in CLOTHING:
        region = (labels == part) & ~old
        if not region.any():
            continue
        _, where, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=8)
        largest = table[1:, cv2.CC_STAT_AREA].max()
        small = []
        for index in np.unique(where[close & region]):
            size, box = table[index, cv2.CC_STAT_AREA], box_round(table[index, : cv2.CC_STAT_AREA], 2)
            piece = where[box] == index
            spot = size < SPOT * figure and old[box][near(piece, 1) & ~piece].mean() > ENCLOSED
            small += [index] if size < ISLAND * largest or spot else []
        found |= np.isin(where, small) & region
    return found


def _large(region: Region) -> Region:
    _, where, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=8)
    large = table[:, cv2.CC_STAT_AREA] > MAIN * region.sum()
    large[0] = False
    return np.asarray(large[where])
