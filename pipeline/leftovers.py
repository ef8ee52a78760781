"""What would be left of old clothes beside the new ones: their outline, scraps that detection has missed, and specks."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.images import is_opaque
from pipeline.regions import Region, away_from, box_of, box_round, crumbs, near, touching
from pipeline.request import ClothingPart, Image8
from pipeline.sitter import Sitter
from pipeline.surroundings import push_pull

Part = ClothingPart

SCRAP = 0.01  # of the figure: larger pieces that nobody has a name for stay
ABOUT = 6  # pixels round a speck, whose colours it is compared with
CLOSE, ALIKE = 3, 12.0  # pixels beside a border, and levels by which they differ within one thing
NEARER = 0.5  # times as far from what stays as from the old clothes: a lock in another light is nearer to the hair
AROUND, STRANGE = 0.02, 30.0  # of the long side: what lies so near old clothes, and levels by which it is no background
OUTLINE = 0.006  # of the long side: the outline of old clothes beside their labels


def outline(old: Region, labels: Image8) -> Region:
    """The line round old clothes, outside of all labels, that is theirs and not that of what stays beside them."""
    if not old.any():
        return old
    ways = [away_from(region) for region in (old, (labels > 0) & ~old)]
    return np.asarray((labels == 0) & (ways[0] <= reach_of_outline(labels)) & (ways[0] <= ways[1]))


def reach_of_outline(labels: Image8) -> float:
    return float(OUTLINE * max(labels.shape) + 1)


def scraps(character: Image8, labels: Image8, old: Region, front: Region) -> Region:
    """Small pieces beside old clothes that are neither skin nor background nor stay in front, nor hang together with what does in
    one colour: detection has missed them."""
    there = _before_the_rest(character, labels, old, front) if is_opaque(character) else character[..., 3] > 0
    loose = there & ~old & ~near(front, 1) & (labels != Part.SKIN)
    _, where, table, _ = cv2.connectedComponentsWithStats(loose.astype(np.uint8), connectivity=8)
    beside, close = (
        np.bincount(where[near(region, gap)], minlength=len(table)) > 0 for region, gap in ((old, 2), (front, CLOSE))
    )
    found = beside & (table[:, cv2.CC_STAT_AREA] < SCRAP * np.count_nonzero(labels))
    found[0] = False
    for index in np.flatnonzero(found & close):
        box = box_round(table[index, : cv2.CC_STAT_AREA], CLOSE)
        piece, seen, parts = where[box] == index, character[box][..., :3].astype(np.float32), labels[box]
        ends, ahead = piece & near(front[box], CLOSE), front[box] & near(piece, CLOSE)
        tone = np.median(seen[ends], axis=0)
        to_front = min(float(np.abs(tone - np.median(seen[ahead & part], axis=0)).max()) for part in _parts(parts, ahead))
        to_old = np.abs(tone - np.median(seen[old[box] & near(piece, CLOSE)], axis=0)).max()
        found[index] = to_front >= ALIKE and (to_front >= STRANGE or to_front >= NEARER * to_old)
    return np.asarray(found[where])


def _parts(labels: Image8, region: Region) -> list[Region]:
    """What of each part lies in a region, and the whole."""
    return [np.ones_like(region), *(labels == part for part in np.unique(labels[region]))]


def _before_the_rest(character: Image8, labels: Image8, old: Region, front: Region) -> Region:
    """What near the old clothes of a picture with a background is not of the background's colours; a soft edge of hair is
    nearer to the hair."""
    found: Region = np.zeros_like(old)
    reach, away = AROUND * max(labels.shape), away_from(old)
    if not old.any():
        return found
    box = box_of(away <= reach, round(2 * reach))
    rgb, figure = character[box][..., :3], away_from(labels[box] > 0) <= reach
    weight = (~figure).astype(np.float32)[..., None]
    if weight.any():
        strange = np.zeros(figure.shape, np.bool_)
        for channel in range(3):
            strange |= np.abs(rgb[..., channel] - push_pull(rgb[..., channel, None] * weight, weight)[..., 0]) > STRANGE
        strange &= (labels[box] == 0) & (away < away_from(front))[box]
        found[box] = strange & ~touching(strange, away[box] > reach)  # what reaches farther is something else
    return found


def specks(sitter: Sitter, seen: Region, old: Region) -> Region:
    """What would be left of a sprite beside its old clothes as specks, apart from all that is seen or in the clothes' colours."""
    if is_opaque(sitter.character):
        return np.zeros_like(old)
    gone = old | outline(old, sitter.found.labels)
    left = touching(crumbs((sitter.character[..., 3] > 0) & ~gone & ~seen, sitter.speck), near(gone, 2))
    _, where, table, _ = cv2.connectedComponentsWithStats(left.astype(np.uint8), connectivity=8)
    lost, cloth = np.bincount(where[near(seen, 1)], minlength=len(table)) == 0, old & (sitter.found.labels > 0)
    for index in np.flatnonzero(~lost[1:]) + 1:
        box = box_round(table[index, : cv2.CC_STAT_AREA], ABOUT)
        rgb, own = sitter.rgb[box].astype(np.float32), where[box] == index
        regions = [region[box] for region in (cloth, seen)]
        apart = [np.abs(rgb[own].mean(0) - rgb[r].mean(0)).sum() if r.any() else np.inf for r in regions]
        lost[index] = apart[0] < apart[1]
    lost[0] = False
    return np.asarray(lost[where])
