"""Hair over clothes, settled by colour: a parser looks at pictures too small to show strands that are a few pixels wide.

A strand hangs together with the hair, has its colour, is long and thin, and lies on cloth of another colour. What was taken for
hair beside it and has the colour of the cloth is cloth, and what has that of the background is background.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.part_maps import Labels, fill_unknown
from pipeline.regions import Region, enlarged, grown, spans_of, touching
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.surroundings import apart_from_nearby
from pipeline.tones import LIGHT, LIKE, Lab, apart_from, calm_lab, hair_tones, lighter_than_lines, tones_of

SIDE = 640  # pixels, long side: the size at which they are looked for
APART = 12.0  # CIELAB: of two
NEARER = 0.5  # and so much nearer to one of them
FAR = 20.0  # CIELAB: no shade of the hair's own
REACH, GAP = 0.05, 0.02  # heads: how far a strand may begin from the hair, and how wide a line may cross it
WIDEST, LOCK, CLEAR = 0.14, 0.25, 25.0  # heads: half the width of a strand, and of a lock that is so far from the cloth in CIELAB
FARTHEST = 3.0  # heads: how far from the hair its end may be
MOST = 0.2  # of the clothes that a strand may cover, and of the hair that may be cloth
LARGEST = 0.5  # of the hair: no strand is larger
LONE = 0.02  # of the figure: a smaller piece of clothes, apart from the rest, may be all hair
DARK = 0.6  # of the hair's darkest tone: outlines are darker
LINE, INKED = 2.0, 0.018  # pixels and heads: half the width of lines, which have the colour of dark hair
COLOURED = 15.0  # CIELAB: what is lighter than lines and so far from grey is none
FINE = 1.2  # pixels: half the width of such hair
RIDGE = 65  # percentile of the width along a strand: spurs at its border are thin
LONG, CLEARLY, TIP = 10.0, 7.0, 5.5  # least area of a strand in squares of half its width
CLOSE = 0.25  # heads: how far a tip reaches
SMALLEST = 0.0008  # of the figure
RIM, OUTLINE, INK = 0.03, 3.0, 0.8  # heads and pixels: the outline of a strand, and how dark it is beside it
THREAD, NEIGHBOUR = 0.03, 0.06  # heads: half the width of what is left beside cloth that was taken for hair, and how far from it
MOSTLY = 0.8  # share of a strand
NECK, FILLED = (0.12, 0.6), 0.4  # heads between hair and hair beside a neck, and share of that which a scarf fills


def with_strands(rgb: Image8, labels: Labels) -> Labels:
    """Labels in which hair and clothes are told apart by colour where they meet.

    rgb: H x W x 3; labels: H x W, values of `ClothingPart` or of a part map.
    """
    scale = min(1.0, SIDE / max(labels.shape))
    size = max(8, round(labels.shape[1] * scale)), max(8, round(labels.shape[0] * scale))
    parts = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    hair, clothes = parts == ClothingPart.HAIR, np.isin(parts, CLOTHING)
    figure = int((parts > 0).sum())
    if hair.sum() <= SMALLEST * figure or not clothes.any():
        return labels
    lab = calm_lab(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)) * np.array([LIGHT, 1, 1], np.float32)
    tones = hair_tones(lab, hair, clothes)
    own = apart_from(lab, tones)
    surely = clothes & (own > 2 * LIKE)
    if not len(tones) or not surely.any():
        return labels
    cloth = apart_from_nearby(lab, surely)
    head = float(np.sqrt(hair.sum()))
    scarf = parts == ClothingPart.NECKWEAR  # these often match the hair
    like = clothes & ~scarf & (lab[..., 0] > DARK * tones[:, 0].min())
    if scarf.any():
        like &= own < apart_from(lab, tones_of(lab, scarf))
    like &= ~_across(like, hair, head)
    like &= (own < NEARER * cloth) & (cloth > APART)
    no_line = lighter_than_lines(lab, parts > 0) & (np.hypot(lab[..., 1], lab[..., 2]) > COLOURED)
    found = _long_and_thin(like, no_line, cloth, hair, clothes, head, figure)
    if found.any():  # and its outline
        found |= grown(found, max(OUTLINE, RIM * head)) & clothes & (lab[..., 0] < INK * lab[found][:, 0].mean())
    mistaken = touching(hair & (cloth < FAR) & (own > FAR) & (cloth < NEARER * own), grown(clothes, 2), SMALLEST * figure)
    mistaken &= mistaken.sum() < MOST * hair.sum()
    pocket = _pockets(lab, parts, own, SMALLEST * figure)
    if not (found.any() or mistaken.any() or pocket.any()):
        return labels
    settled, whole = labels.copy(), np.isin(labels, CLOTHING)
    if mistaken.any():
        left = hair & ~mistaken  # their lines and lights are left as threads
        side = 2 * max(1, round(THREAD * head)) + 1
        solid = cv2.morphologyEx(left.astype(np.uint8), cv2.MORPH_OPEN, np.ones((side, side), np.uint8)) > 0
        mistaken |= left & ~grown(solid, 2) & grown(mistaken, NEIGHBOUR * head)
        wrong = enlarged(mistaken, labels.shape) & (labels == ClothingPart.HAIR)
        settled[wrong] = fill_unknown(labels, whole)[wrong]
    settled[enlarged(found, labels.shape) & whole] = ClothingPart.HAIR
    settled[enlarged(pocket, labels.shape) & (labels == ClothingPart.HAIR)] = ClothingPart.BACKGROUND
    return settled


def _pockets(lab: Lab, parts: NDArray[Any], own: Lab, least: float) -> Region:
    """What is seen of the background between hair and a shoulder. own: H x W, how far from the hair's colours."""
    hair, around = parts == ClothingPart.HAIR, parts == ClothingPart.BACKGROUND
    if not around.any():
        return np.zeros_like(hair)
    back = apart_from_nearby(lab, around)
    return touching(hair & (own > FAR) & (back < NEARER * own) & (back < LIKE), grown(~hair & ~around, 2), least)


def _across(like: Region, hair: Region, head: float) -> Region:
    """What fills most of a row from hair to hair: a scarf round a neck, no strand."""
    found = np.zeros_like(like)
    for y in np.flatnonzero(hair.any(1) & like.any(1)):
        for (_, start), (stop, _) in pairwise(spans_of(hair[y])):
            if NECK[0] * head < stop - start < NECK[1] * head and like[y, start:stop].mean() > FILLED:
                found[y, start:stop] = True
    return like & found


def _long_and_thin(like: Region, no_line: Region, cloth: Lab, hair: Region, clothes: Region, head: float, figure: int) -> Region:
    """Pieces that begin at the hair. no_line: H x W, whose colour is no line's; cloth: H x W, how far from the cloth's colour."""
    gap = 2 * max(1, round(GAP * head)) + 1
    closed = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)) > 0
    joined = np.asarray(closed & clothes, np.uint8)
    _, where, table, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    depth = cv2.distanceTransform(joined, cv2.DIST_L2, cv2.DIST_MASK_3)
    away = cv2.distanceTransform((~hair).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
    _, garment, sizes, _ = cv2.connectedComponentsWithStats(clothes.astype(np.uint8), connectivity=8)
    found = np.zeros_like(hair)
    for index in np.unique(where[grown(hair, REACH * head) & (joined > 0)]):
        piece = where == index
        half, area = float(depth[piece].max()), table[index, cv2.CC_STAT_AREA]
        ridge = depth[piece & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)))]
        widest = WIDEST if float(cloth[piece].mean()) < CLEAR else LOCK
        own = np.count_nonzero(piece & like)
        coloured = own > 0 and np.count_nonzero(piece & like & no_line) > MOSTLY * own
        clear = coloured and float(cloth[piece].mean()) > CLEAR
        least = FINE if coloured else max(LINE, INKED * head)
        long = TIP if coloured and away[piece].max() < CLOSE * head else CLEARLY if clear else LONG
        thin = half < widest * head and area > long * half**2 and float(np.percentile(ridge, RIDGE)) > least
        cloths = int(sizes[np.unique(garment[piece]), cv2.CC_STAT_AREA].sum())
        most = min(LARGEST * hair.sum(), MOST * cloths if cloths > LONE * figure else figure)
        small = area < most and away[piece].max() < FARTHEST * head
        if area > SMALLEST * figure and thin and small:
            found |= piece
    return found
