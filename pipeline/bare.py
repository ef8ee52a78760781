"""Bare skin that was taken for clothes, and cloth that was taken for skin, settled by colour: a hand on a coat is small, and has
the colour of the face.

Artists paint all of a character's skin in the same few tones. What has them, lies on or beside cloth of another colour and is
no larger than a limb is skin; whether it is a hand, which nothing may cover, the parser's own odds say.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.part_maps import Labels, fill_unknown
from pipeline.part_tables import BARE, FACE_HANDS, Probabilities
from pipeline.regions import Region, box_round, enlarged, grown, largest, touching
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.surroundings import apart_from_nearby
from pipeline.tones import LIGHT, apart_from, calm_lab, lighter_than_lines, main_tones

Plane = NDArray[np.float32]  # h x w

SIDE = 640  # pixels, long side: the size at which it is looked for
LIKE = 9.0  # CIELAB: of one colour
APART = 14.0  # CIELAB: of two
PALE, AT_LIMB = 8.0, 0.6  # CIELAB: of two beside a limb that is seen; heads: how far from it
NEARER = 0.6  # and so much nearer to one of them
SHADOW, SHADY, RARE = 0.8, 20.0, 0.17  # of skin's lightness; CIELAB: of skin in shadow; most of the clothes that may have its hue
MAIN = 0.12  # of the face: least share of one of its tones
COMMON = 0.4  # of the clothes: more of them in the colours of skin are clothes in such colours
CLOTHED, IN_SHADE = 0.85, 0.5  # of the way to skin's tones: so near to the cloth beside it a limb is cloth; where skin has shade
CHEST = 0.15, 0.035  # heads below the face, and of the head's square: what begins at a neck and is more is a chest
SPECK = 3  # pixels: what is thinner is a line
SMALLEST, LARGEST = 0.012, 0.7  # of the head's square
LEFT = 0.004  # of that square: least rest of a neck or hand that was seen
THICK = 0.03  # heads: half the width of the middle of a hand
REST = 0.15  # of that square: most of a hand that was seen already
GAP = 0.02  # heads: how wide a line may cross it
EVIDENCE, HAND = 0.12, 0.25  # odds of skin without which it is none; of a hand, beside those of a limb, from which it is one
CLEAR = 4.0, 16.0, 0.02  # CIELAB: so near to skin and so far from the cloth, and its odds without which even that is none
MOSTLY = 0.5  # of a piece is lighter than lines, or it may be one
BELOW_WAIST = ClothingPart.BOTTOMWEAR, ClothingPart.ONEPIECE, ClothingPart.LEGWEAR
SKIRTED = 0.7  # share of these in what lies above legs
UPPER = ClothingPart.TOPWEAR, ClothingPart.ONEPIECE, ClothingPart.NECKWEAR
ON_TOP, ALONE, BELOW = 0.9, (0.012, 0.18), 0.7  # of its border; of the head's square; heads below the face: a hand on a top
BORDER, DISTINCT = 3, 0.4  # pixels; of them: what lies round it is of another colour, or it is the light side of a cloth


@dataclass(frozen=True)
class _Seen:
    """A picture at a small size, h x w. parts: labels; skin: CIELAB distance to the face's tones; cloth: to the clothes that are
    nearest; shade: what is darker than those tones; shaded: skin in shadow, where nothing else has its hue; no_line: what is
    lighter than lines; head: pixels; scale: of the size."""

    parts: Labels
    skin: Plane
    cloth: Plane
    shade: Region
    shaded: Region
    no_line: Region
    head: float
    scale: float


def with_bare_skin(rgb: Image8, labels: Labels, probabilities: Probabilities) -> Labels:
    """Labels in which hands and limbs on clothes are told from them by colour, and sleeves and collars from skin.

    rgb: H x W x 3; labels: H x W of a part map; probabilities: 13 x H x W.
    """
    seen = _seen(rgb, labels)
    if seen is None:
        return labels
    found = _uncovered(labels, seen, probabilities)
    return _with_whole_hands(_without_cloth(found, seen), seen.head / seen.scale)


def _seen(rgb: Image8, labels: Labels) -> _Seen | None:
    """None where nothing can be told: no face, no clothes, or clothes in the colours of skin."""
    scale = min(1.0, SIDE / max(labels.shape))
    shape = max(8, round(labels.shape[1] * scale)), max(8, round(labels.shape[0] * scale))
    parts = np.asarray(cv2.resize(labels, shape, interpolation=cv2.INTER_NEAREST), np.uint8)
    face, clothes = parts == FACE_HANDS, np.isin(parts, CLOTHING)
    inner = face & ~grown(~face, 2)
    if not inner.any() or not clothes.any():
        return None
    lab = calm_lab(cv2.resize(rgb, shape, interpolation=cv2.INTER_AREA)) * np.array([LIGHT, 1, 1], np.float32)
    tones = main_tones(lab, inner, LIKE, MAIN)
    shade = lab[..., 0] < tones[:, 0].min(initial=np.inf)
    darker = np.concatenate([tones, tones * np.array([SHADOW, 1, 1], np.float32)])
    in_shadow = apart_from(lab, darker)
    of_hue = (apart_from(lab[..., 1:], tones[:, 1:]) < LIKE) & (in_shadow < SHADY)
    of_hue &= lab[..., 0] < tones[:, 0].max(initial=0)
    lone = of_hue[clothes].mean() < RARE  # or clothes have such colours, and a hand in shadow cannot be told from them
    skin = apart_from(lab, tones)
    inside = clothes & (skin > LIKE) & ~(of_hue & lone)
    inside = cv2.erode(inside.astype(np.uint8), np.ones((SPECK, SPECK), np.uint8))  # not the lines of a hand
    if not inside.any() or (skin < LIKE)[clothes].mean() > COMMON:
        return None
    cloth = apart_from_nearby(lab, inside > 0)
    head = float(np.sqrt((face | (parts == ClothingPart.HAIR)).sum()))
    shaded = of_hue & lone & (cloth > APART) & (in_shadow < NEARER * cloth)
    return _Seen(parts, skin, cloth, shade, shaded, lighter_than_lines(lab, parts > 0), head, scale)


def _uncovered(labels: Labels, seen: _Seen, probabilities: Probabilities) -> Labels:
    """Labels, H x W, with the pieces of clothes that have the face's tones as skin."""
    parts, skin, cloth, head = seen.parts, seen.skin, seen.cloth, seen.head
    face, clothes, limbs = parts == FACE_HANDS, np.isin(parts, CLOTHING), np.isin(parts, BARE)
    gap = 2 * max(1, round(GAP * head)) + 1
    surely = cloth > APART
    perhaps = (cloth > PALE) & grown(limbs, AT_LIMB * head) & seen.no_line
    like = clothes & (seen.shaded | ((skin < LIKE) & (surely | perhaps) & (skin < NEARER * cloth)))
    closed = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)) * clothes.astype(np.uint8)
    count, where, table, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    depth = cv2.distanceTransform(closed, cv2.DIST_L2, cv2.DIST_MASK_3)
    likely = [cv2.resize(probabilities[part], parts.shape[::-1], interpolation=cv2.INTER_AREA) for part in BARE]
    main = largest(face)
    beside, at_limbs, beside_main = (grown(region, BORDER) for region in (face, limbs, main))
    low = np.flatnonzero(main.any(1))[-1] + CHEST[0] * head
    found = labels.copy()
    for index in range(1, count):
        piece, size = where == index, table[index, cv2.CC_STAT_AREA] / head**2
        rest, joined = (bool((region & piece).any()) for region in (beside, at_limbs))  # of a neck or hand, of a limb
        if not (LEFT if rest else SMALLEST) < size < LARGEST:
            continue
        lines = float(seen.no_line[piece].mean()) < MOSTLY
        joined &= not lines
        round_ = grown(piece, BORDER) & clothes & ~grown(piece, 1)
        distinct = not round_.any() or (skin[round_] > (LIKE if joined else APART)).mean() > DISTINCT
        if distinct and (joined or surely[piece].any()) and (rest or depth[piece].max() > THICK * head):
            bare, hand = (float(plane[piece].mean()) for plane in likely)
            clear = not lines and np.median(skin[piece]) < CLEAR[0] and np.median(cloth[piece]) > CLEAR[1]
            if bare + hand > (CLEAR[2] if clear else EVIDENCE):
                chest = (beside_main & piece).any() and size > CHEST[1] and np.flatnonzero(piece.any(1))[-1] > low
                part = FACE_HANDS if not chest and (rest or hand > HAND * bare) else ClothingPart.SKIN
                found[enlarged(piece, labels.shape) & np.isin(labels, CLOTHING)] = part
    return found


def with_legs(labels: Labels) -> Labels:
    """Labels, H x W of a part map, in which what comes out of a skirt and reaches the picture's lower end is no hand."""
    pieces = (labels == FACE_HANDS).astype(np.uint8)
    if not pieces[-2:].any():
        return labels
    _, where, table, _ = cv2.connectedComponentsWithStats(pieces, connectivity=8)
    found = labels.copy()
    for index in np.unique(where[-2:][pieces[-2:] > 0]):
        left, top, wide, high = table[index, : cv2.CC_STAT_AREA]
        box = slice(max(0, top - 1), top + high), slice(left, left + wide)
        piece = where[box] == index
        first = np.where(piece.any(0), piece.argmax(0) - 1, -1)  # the pixel above every column of it
        above = labels[box][first.clip(0), np.arange(wide)][first >= 0]
        if np.isin(above, BELOW_WAIST).mean() > SKIRTED:
            found[where == index] = ClothingPart.SKIN
    return found


def _without_cloth(labels: Labels, seen: _Seen) -> Labels:
    """Labels, H x W, in which limbs beside clothes that have their colour are of them; a beard would be darker than skin too."""
    clothes = np.isin(seen.parts, CLOTHING)
    wrong = (
        (seen.parts == ClothingPart.SKIN)
        & (seen.skin > LIKE)
        & (seen.cloth < np.where(seen.shade, IN_SHADE, CLOTHED) * seen.skin)
    )
    solid = cv2.morphologyEx(wrong.astype(np.uint8), cv2.MORPH_OPEN, np.ones((SPECK, SPECK), np.uint8)) > 0
    wrong = touching(solid, grown(clothes, 2))
    if not wrong.any():
        return labels
    whole = cv2.resize(fill_unknown(seen.parts, clothes) * wrong, labels.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray(np.where((whole > 0) & (labels == ClothingPart.SKIN), whole, labels), np.uint8)


def _with_whole_hands(labels: Labels, head: float) -> Labels:
    """The rest of a hand that was found in part, and taken for an arm, is one too, and what is as large as one and lies on a top,
    far below the face. head: pixels."""
    face = largest(labels == FACE_HANDS)  # below it bare skin is the chest
    hands = (labels == FACE_HANDS) & ~face
    skin = labels == ClothingPart.SKIN
    _, where, table, middles = cv2.connectedComponentsWithStats(skin.astype(np.uint8), connectivity=8)
    beside = np.unique(where[grown(hands, BORDER) & skin])
    small = [index for index in beside if table[index, cv2.CC_STAT_AREA] < REST * head**2]
    rows = np.flatnonzero(face.any(1))
    low = rows[-1] + BELOW * head if len(rows) else np.inf
    for index in np.setdiff1d(np.arange(1, len(table)), beside):
        left, top, wide, high, area = table[index]
        if middles[index, 1] > low and ALONE[0] < area / head**2 < ALONE[1]:
            box = box_round((left, top, wide, high), 2 * BORDER)
            piece = where[box] == index
            around = labels[box][grown(piece, BORDER) & ~piece]
            small += [index] if np.isin(around, UPPER).mean() > ON_TOP else []
    return np.where(np.isin(where, small) & skin, np.uint8(FACE_HANDS), labels)
