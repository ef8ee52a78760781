"""Bare skin that was taken for clothes, and cloth that was taken for skin, settled by colour: a hand on a coat is small, and has
the colour of the face.

Artists paint all of a character's skin in the same few tones. What has them, lies on or beside cloth of another colour and is
no larger than a limb is skin; whether it is a hand, which nothing may cover, the parser's own odds say.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.part_maps import Labels
from pipeline.part_tables import FACE_HANDS, Probabilities
from pipeline.regions import Region, box_round, enlarged, grown, touching
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.surroundings import push_pull
from pipeline.tones import LIGHT, apart_from, calm_lab, tones_of

SIDE = 640  # pixels, long side: the size at which it is looked for
LIKE = 9.0  # CIELAB: of one colour
APART = 14.0  # CIELAB: of two
PALE, AT_LIMB = 8.0, 0.6  # CIELAB: of two beside a limb that is seen; heads: how far from it
NEARER = 0.6  # and so much nearer to one of them
MAIN = 0.12  # of the face: least share of one of its tones
COMMON = 0.4  # of the clothes: more of them in the colours of skin are clothes in such colours
CLOTHED, CLOTHED_HAND = 0.85, 0.5  # of the way to skin's tones: so near to the cloth beside it a limb is cloth; face and hands
SPECK = 3  # pixels: what is thinner is a line
SMALLEST, LARGEST = 0.012, 0.7  # of the head's square
LEFT = 0.004  # of that square: least rest of a neck or hand that was seen
THICK = 0.03  # heads: half the width of the middle of a hand
REST = 0.15  # of that square: most of a hand that was seen already
GAP = 0.02  # heads: how wide a line may cross it
EVIDENCE, HAND = 0.12, 0.25  # odds of skin without which it is none; of a hand, beside those of a limb, from which it is one
BELOW_WAIST = ClothingPart.BOTTOMWEAR, ClothingPart.ONEPIECE, ClothingPart.LEGWEAR
SKIRTED = 0.7  # share of these in what lies above legs
UPPER = ClothingPart.TOPWEAR, ClothingPart.ONEPIECE
ON_CLOTH, ALONE, BELOW = 0.9, (0.012, 0.13), 0.5  # share of its border; of the head's square; heads below the face: a hand on cloth
BORDER, DISTINCT = 3, 0.4  # pixels; of them: what lies round it is of another colour, or it is the light side of a cloth


def with_bare_skin(rgb: Image8, labels: Labels, probabilities: Probabilities) -> Labels:
    """Labels in which hands and limbs on clothes are told from them by colour.

    rgb: H x W x 3; labels: H x W of a part map; probabilities: 13 x H x W.
    """
    scale = min(1.0, SIDE / max(labels.shape))
    size = max(8, round(labels.shape[1] * scale)), max(8, round(labels.shape[0] * scale))
    parts = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    face, clothes = parts == FACE_HANDS, np.isin(parts, CLOTHING)
    inner = face & ~grown(~face, 2)
    if not inner.any() or not clothes.any():
        return labels
    lab = calm_lab(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)) * np.array([LIGHT, 1, 1], np.float32)
    tones = tones_of(lab, inner)
    tones = tones[[(np.linalg.norm(lab[inner] - tone, axis=1) < LIKE).mean() > MAIN for tone in tones]]
    skin = apart_from(lab, tones)
    if (skin < LIKE)[clothes].mean() > COMMON:
        return labels
    weight = (clothes & (skin > LIKE)).astype(np.float32)[..., None]
    cloth = np.linalg.norm(lab - push_pull(lab * weight, weight), axis=2)
    head = float(np.sqrt((face | (parts == ClothingPart.HAIR)).sum()))
    gap = 2 * max(1, round(GAP * head)) + 1
    limbs = np.isin(parts, (ClothingPart.SKIN, FACE_HANDS))
    surely = cloth > APART
    like = clothes & (skin < LIKE) & (surely | ((cloth > PALE) & grown(limbs, AT_LIMB * head))) & (skin < NEARER * cloth)
    closed = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)) * clothes.astype(np.uint8)
    count, where, table, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    depth = cv2.distanceTransform(closed, cv2.DIST_L2, cv2.DIST_MASK_3)
    beside, at_limbs = grown(face, BORDER), grown(limbs, BORDER)
    likely = [cv2.resize(probabilities[part], size, interpolation=cv2.INTER_AREA) for part in (ClothingPart.SKIN, FACE_HANDS)]
    found = labels.copy()
    for index in range(1, count):
        piece = where == index
        rest = bool((beside & piece).any())  # of a neck or hand that was seen
        if not (LEFT if rest else SMALLEST) < table[index, cv2.CC_STAT_AREA] / head**2 < LARGEST:
            continue
        round_ = grown(piece, BORDER) & clothes & ~grown(piece, 1)
        joined = bool((at_limbs & piece).any())
        distinct = not round_.any() or (skin[round_] > (LIKE if joined else APART)).mean() > DISTINCT
        if distinct and (joined or surely[piece].any()) and (rest or depth[piece].max() > THICK * head):
            bare, hand = (float(plane[piece].mean()) for plane in likely)
            if bare + hand > EVIDENCE:
                part = FACE_HANDS if rest or hand > HAND * bare else ClothingPart.SKIN
                found[enlarged(piece, labels.shape) & np.isin(labels, CLOTHING)] = part
    cloth_here = cloth < np.where(face, CLOTHED_HAND, CLOTHED) * skin
    return _without_cloth(_with_whole_hands(found, head / scale), parts, limbs & (skin > LIKE) & cloth_here)


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


def _without_cloth(labels: Labels, parts: Labels, wrong: Region) -> Labels:
    """Labels, H x W, in which skin beside clothes that has their colour is of them. parts: h x w, the same in a smaller size;
    wrong: h x w, what has that colour."""
    clothes = np.isin(parts, CLOTHING)
    solid = cv2.morphologyEx(wrong.astype(np.uint8), cv2.MORPH_OPEN, np.ones((SPECK, SPECK), np.uint8)) > 0
    wrong = touching(solid, grown(clothes, 2))
    if not wrong.any():
        return labels
    _, nearest = cv2.distanceTransformWithLabels(
        (~clothes).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    theirs = np.zeros(int(nearest.max()) + 1, np.uint8)
    theirs[nearest[clothes]] = parts[clothes]
    theirs = cv2.resize(theirs[nearest] * wrong, labels.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.where((theirs > 0) & np.isin(labels, (ClothingPart.SKIN, FACE_HANDS)), theirs, labels)


def _with_whole_hands(labels: Labels, head: float) -> Labels:
    """The rest of a hand that was found in part, and taken for an arm, is one too, and what is as large as one and lies on a top,
    far below the face. head: pixels."""
    hands = (labels == FACE_HANDS).astype(np.uint8)
    _, where, table, _ = cv2.connectedComponentsWithStats(hands, connectivity=8)
    table[0, cv2.CC_STAT_AREA] = 0
    face = where == table[:, cv2.CC_STAT_AREA].argmax()
    hands[face] = 0  # the face, below which bare skin is the chest
    skin = labels == ClothingPart.SKIN
    _, where, table, _ = cv2.connectedComponentsWithStats(skin.astype(np.uint8), connectivity=8)
    beside = np.unique(where[grown(hands > 0, BORDER) & skin])
    small = [index for index in beside if table[index, cv2.CC_STAT_AREA] < REST * head**2]
    rows = np.flatnonzero(face.any(1))
    low = rows[-1] + BELOW * head if len(rows) else np.inf
    for index in np.setdiff1d(np.arange(1, len(table)), beside):
        left, top, wide, high, area = table[index]
        if top > low and ALONE[0] < area / head**2 < ALONE[1]:
            box = box_round((left, top, wide, high), 2 * BORDER)
            piece = where[box] == index
            around = labels[box][grown(piece, BORDER) & ~piece]
            small += [index] if np.isin(around, UPPER).mean() > ON_CLOTH else []
    return np.where(np.isin(where, small) & skin, np.uint8(FACE_HANDS), labels)
