"""From soft guesses to a clean map: every pixel one part, borders where the picture has them, no holes, no crumbs."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.cancelling import raise_if_cancelled
from pipeline.mask import HOLE_AREA, SPECK_AREA
from pipeline.part_tables import FACE_HANDS, Probabilities
from pipeline.request import CLOTHING, ClothingPart

Labels = NDArray[np.uint8]  # H x W

EPS = 0.02**2  # of the guided filter: contrasts below 2 % are no border
SHAFT = 0.12  # of the figure's height: what lies between two pieces of a boot
REACH = 1 / 90  # of the long side: how far a border may move to the picture's


def snap(probabilities: Probabilities, rgb: NDArray[np.uint8]) -> Probabilities:
    """Probabilities whose borders lie where the picture has an edge: the guided filter (He et al., ECCV 2010) with a
    colour guide, in boxes of `REACH`."""
    radius = max(2, round(REACH * max(rgb.shape[:2])))
    size = (2 * radius + 1, 2 * radius + 1)

    def mean(values: NDArray[Any]) -> NDArray[Any]:
        return cv2.blur(values, size, borderType=cv2.BORDER_REFLECT)

    guide = rgb.astype(np.float32) / 255
    centre = mean(guide)
    covariance = np.empty((*guide.shape[:2], 3, 3), np.float32)
    for i in range(3):
        for j in range(i, 3):
            covariance[..., i, j] = mean(guide[..., i] * guide[..., j]) - centre[..., i] * centre[..., j]
            covariance[..., j, i] = covariance[..., i, j]
    inverse = np.linalg.inv(covariance + EPS * np.eye(3, dtype=np.float32))
    found = np.empty_like(probabilities)
    for index, plane in enumerate(probabilities):
        raise_if_cancelled()
        if plane.max() < 0.05:
            found[index] = plane
            continue
        middle = mean(plane)
        slope = (inverse @ (mean(guide * plane[..., None]) - centre * middle[..., None])[..., None])[..., 0]
        offset = middle - (slope * centre).sum(-1)
        found[index] = (mean(slope) * guide).sum(-1) + mean(offset)
    return found.clip(0, 1)


def most_likely(probabilities: Probabilities) -> Labels:
    """The part of every pixel. Clothes stand together against all else: what may be a top or a dress is not skin."""
    clothes = list(CLOTHING)
    others = [part for part in range(len(probabilities)) if part not in CLOTHING]
    dressed = probabilities[clothes].sum(0) > probabilities[others].max(0)
    worn, bare = (np.array(group, np.uint8)[probabilities[group].argmax(0)] for group in (clothes, others))
    found: Labels = np.where(dressed, worn, bare)
    return found


def clean(labels: Labels) -> Labels:
    """Holes and crumbs of a label map given to what surrounds them."""
    height, width = labels.shape
    unit = height * width / 512**2
    dressed = np.isin(labels, CLOTHING)
    known = np.ones(labels.shape, bool)
    for part in np.unique(labels):
        region = labels == part
        least = (HOLE_AREA if part == 0 else SPECK_AREA) * unit
        known &= ~_small(region, least, spare_largest=part not in (0, FACE_HANDS, ClothingPart.SKIN))
    known &= ~(_small(dressed, SPECK_AREA * unit, spare_largest=True) & dressed)
    return _with_whole_boots(fill_unknown(labels, known))


def _with_whole_boots(labels: Labels) -> Labels:
    """A stocking between the top of a boot and its foot is the boot's shaft."""
    shoes, rows = (labels == ClothingPart.FOOTWEAR).astype(np.uint8), np.flatnonzero((labels > 0).any(1))
    if not shoes.any():
        return labels
    tall = max(3, round(SHAFT * (rows[-1] - rows[0])))
    whole = cv2.morphologyEx(shoes, cv2.MORPH_CLOSE, np.ones((tall, 1), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.where((whole > 0) & (labels == ClothingPart.LEGWEAR), np.uint8(ClothingPart.FOOTWEAR), labels)


def _small(region: NDArray[np.bool_], least: float, spare_largest: bool) -> NDArray[np.bool_]:
    """Pieces of a region below `least` pixels; those that touch the picture's edge count as larger than they look."""
    _, pieces, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=8)
    small = table[:, cv2.CC_STAT_AREA] < least
    small[0] = False
    if spare_largest and len(table) > 1:
        small[1 + int(table[1:, cv2.CC_STAT_AREA].argmax())] = False
    found: NDArray[np.bool_] = small[pieces]
    return found


def fill_unknown(labels: Labels, known: NDArray[np.bool_]) -> Labels:
    """Every unknown pixel like the nearest known one."""
    if known.all() or not known.any():
        return labels
    _, nearest = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_pixel = np.zeros(int(nearest.max()) + 1, np.uint8)
    of_pixel[nearest[known]] = labels[known]
    found: Labels = of_pixel[nearest]
    return found


def largest_share(values: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """H x W, names of things at a larger size (width, height), with smooth borders: every pixel takes the value that is most of
    what lies there."""
    width, height = size
    if values.shape == (height, width):
        return values
    found, most = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    for value in np.unique(values):
        share = cv2.resize((values == value).astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_LINEAR)
        found[share > most] = value
        np.maximum(most, share, out=most)
    return found
