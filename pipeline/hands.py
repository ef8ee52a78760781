"""Hands that were seen in part, completed by colour: a finger that no label has would go with the old clothes.

All of a hand has the same few tones, other ones than the cloth that it lies on, and hangs together but for lines.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.part_maps import Labels
from pipeline.part_tables import FACE_HANDS
from pipeline.regions import Region, away_from, box_round, crumbs, near, touching
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.tones import LIGHT, apart_from, calm_lab, main_tones, tones_of

REACH = 0.3  # heads: how far beyond what was seen of a hand its fingers may be
LIKE, APART, NEARER = 10.0, 16.0, 0.5  # CIELAB: of one colour, of another one, and so much nearer to one of them
MAIN = 0.2  # of a hand: least share of one of its tones
GAP, THIN = 0.03, 0.008  # heads: how wide a line between fingers is; half of what is too thin to be a finger
INNER = 0.015  # heads: how far from its border a hand has its own colour
CRUMB = 0.0015  # of that square: smaller pieces are no fingers
CROSSED = 2  # lines: across a finger, and round its nail
MOST = 1.2  # of what was seen of it: a hand that would grow more is no hand
SMALLEST, LARGEST = 0.01, 0.35  # of the head's square: what is seen of a hand


def with_whole_hands(rgb: Image8, labels: Labels, alpha: Image8 | None = None) -> Labels:
    """Labels whose hands have all their fingers.

    rgb: H x W x 3; labels: H x W of a part map; alpha: H x W, None for a picture that is opaque everywhere.
    """
    count, where, table, _ = cv2.connectedComponentsWithStats((labels == FACE_HANDS).astype(np.uint8), connectivity=8)
    if count < 3:
        return labels
    face = int(table[1:, cv2.CC_STAT_AREA].argmax()) + 1
    head = float(np.sqrt(((where == face) | (labels == ClothingPart.HAIR)).sum()))
    there = np.ones(labels.shape, bool) if alpha is None else alpha > 0
    found = labels.copy()
    for index in range(1, count):
        if index == face or not SMALLEST < table[index, cv2.CC_STAT_AREA] / head**2 < LARGEST:
            continue
        box = box_round(table[index, : cv2.CC_STAT_AREA], round(REACH * head))
        found[box][_rest(rgb[box], labels[box], where[box] == index, there[box], head)] = FACE_HANDS
    return found


def _rest(rgb: Image8, labels: Labels, hand: Region, there: Region, head: float) -> Region:
    """What lies on clothes or beside them in the colour of a hand and hangs together with it. All H x W."""
    nothing = np.zeros_like(hand)
    lab = calm_lab(rgb) * np.array([LIGHT, 1, 1], np.float32)
    inner = hand & (away_from(~hand) > max(1.0, INNER * head))
    if not inner.any():
        return nothing
    own = apart_from(lab, main_tones(lab, inner, LIKE, MAIN))
    open_to = (np.isin(labels, CLOTHING) | (labels == 0)) & there
    other = open_to & (own > APART)
    if not other.any():
        return nothing
    cloth = apart_from(lab, tones_of(lab, other))
    like = open_to & (own < LIKE) & (own < NEARER * cloth)
    whole = hand
    for _ in range(CROSSED):
        whole = whole | touching(like, near(whole, GAP * head))
    closed = cv2.morphologyEx(whole.astype(np.uint8), cv2.MORPH_CLOSE, _square(GAP * head / 2)) > 0
    rest = (whole | (closed & open_to & (cloth > LIKE))) & ~hand  # cloth shows between fingers
    solid = cv2.morphologyEx(rest.astype(np.uint8), cv2.MORPH_OPEN, _square(THIN * head)) > 0
    rest &= near(solid, THIN * head) & ~crumbs(rest, CRUMB * head**2)  # rims and lines are nobody's
    return rest if np.count_nonzero(rest) < MOST * np.count_nonzero(hand) else nothing


def _square(half: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(half)) + 1
    return np.ones((side, side), np.uint8)
