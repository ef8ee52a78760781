"""Hair over clothes, settled by colour: a parser looks at pictures too small to show strands that are a few pixels wide.

A strand hangs together with the hair, has its colour, is long and thin, and lies on cloth of another colour. What was taken for
hair beside it and has the colour of the cloth is cloth.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.part_maps import Labels, fill_unknown
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.surroundings import push_pull
from pipeline.tones import Lab, Region, apart_from, calm_lab, grown, tones_of

SIDE = 640  # pixels, long side: the size at which they are looked for
LIGHT = 0.6  # of a difference of lightness: a strand may be lit or lie in shadow
LIKE = 11.0  # CIELAB: of one colour
APART = 12.0  # CIELAB: of two
SHADED = 20.0  # CIELAB: of one cloth in light and shade
NEARER = 0.7  # and so much nearer to one of them
REACH, GAP = 0.05, 0.02  # heads: how far a strand may begin from the hair, and how wide a line may cross it
WIDEST = 0.14  # heads: half the width of a strand
LONG = 10.0  # least area of a strand in squares of half its width
SMALLEST = 0.0008  # of the figure
RIM = 0.02  # heads: the outline of a strand


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
    tones = _own_tones(lab, hair, clothes)
    own = apart_from(lab, tones)
    weight = (clothes & (own > LIKE)).astype(np.float32)[..., None]
    if not len(tones) or not weight.any():
        return labels
    cloth = np.asarray(np.linalg.norm(lab - push_pull(lab * weight, weight), axis=2), np.float32)
    head = float(np.sqrt(hair.sum()))
    found = _long_and_thin(clothes & (own < LIKE) & (cloth > APART) & (own < NEARER * cloth), hair, clothes, head, figure)
    found |= grown(found, RIM * head) & clothes & (cloth > APART) if found.any() else False
    mistaken = _touching(hair & (cloth < SHADED) & (own > APART) & (cloth < NEARER * own), clothes, SMALLEST * figure)
    if not (found.any() or mistaken.any()):
        return labels
    settled, whole = labels.copy(), np.isin(labels, CLOTHING)
    settled[_enlarged(mistaken, labels) & (labels == ClothingPart.HAIR)] = 0
    settled = np.where(settled == labels, labels, fill_unknown(np.where(whole, labels, np.uint8(0)), whole))
    settled[_enlarged(found, labels) & whole] = ClothingPart.HAIR
    return np.asarray(settled, np.uint8)


def _own_tones(lab: Lab, hair: Region, clothes: Region) -> NDArray[np.float32]:
    """Colours of hair that more of the hair has than of the clothes: some of either may be mistaken for the other."""
    inner = hair & ~grown(~hair, 2)
    tones = tones_of(lab, inner if inner.any() else hair)
    near = [np.linalg.norm(lab - tone, axis=2) < LIKE for tone in tones]
    return np.array(
        [tone for tone, like in zip(tones, near, strict=True) if like[hair].mean() > like[clothes].mean()], np.float32
    )


def _long_and_thin(like: Region, hair: Region, clothes: Region, head: float, figure: int) -> Region:
    """Pieces that begin at the hair."""
    gap = 2 * max(1, round(GAP * head)) + 1
    closed = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)) > 0
    joined = np.asarray(closed & clothes, np.uint8)
    _, where, table, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    depth = cv2.distanceTransform(joined, cv2.DIST_L2, cv2.DIST_MASK_3)
    found = np.zeros_like(hair)
    for index in np.unique(where[grown(hair, REACH * head) & (joined > 0)]):
        piece = where == index
        half, area = float(depth[piece].max()), table[index, cv2.CC_STAT_AREA]
        if area > SMALLEST * figure and half < WIDEST * head and area > LONG * half**2:
            found |= piece
    return found


def _touching(region: Region, other: Region, least: float) -> Region:
    """Pieces of some size that lie beside the other region."""
    _, where, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=8)
    beside = np.unique(where[grown(other, 2) & region])
    return np.asarray(np.isin(where, beside[table[beside, cv2.CC_STAT_AREA] > least]) & region)


def _enlarged(region: Region, labels: Labels) -> Region:
    whole = cv2.resize(region.astype(np.uint8), labels.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole > 0)
