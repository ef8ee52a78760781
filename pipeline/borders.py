"""Where hair, clothes and background meet, settled by the picture: a parser looks at it too small to see where a lock ends.

Every pixel near a border, and whatever beyond it has the colours of the other side, is given to the kind that a random walker
reaches first who starts there and shuns edges (Grady 2006, "Random walks for image segmentation"); on the way he is drawn to
kinds by the parser's odds and by their colours (Grady 2005, "Multilabel random walker segmentation using prior models").
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import scipy.sparse
import scipy.sparse.linalg
from numpy.typing import NDArray

from pipeline.part_maps import Labels, fill_unknown
from pipeline.part_tables import FACE_HANDS, Probabilities
from pipeline.regions import Region, away_from, box_of, crumbs, grown, touching
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.surroundings import apart_from_nearby
from pipeline.tones import LIGHT, LIKE, Lab, apart_from, calm_lab, hair_tones, inked, main_tones

Part = ClothingPart
Plane = NDArray[np.float32]  # h x w
Planes = NDArray[np.float32]  # h x w x kinds

BACKGROUND, HAIR, CLOTHES, OTHER = range(4)  # the kinds; others stay as they are, as hands are told from cloth elsewhere
KIND = np.full(FACE_HANDS + 1, OTHER, np.uint8)
KIND[[Part.BACKGROUND, Part.HAIR]] = BACKGROUND, HAIR
KIND[list(CLOTHING)] = CLOTHES

BAND, FAR = 0.05, 0.35  # heads: how far from a border a pixel is open, and if it has the colours of the other side
NEARER = 0.6  # and so much nearer to those
SPREAD, STRANGE = 8.0, 40.0  # CIELAB: spread of a kind's colours, and from where on all others are alike
LEAST = 0.02  # odds of a kind whose colour it is not
INSIDE = 2.0  # pixels: how far from its border a kind has its own colours
MAIN = 0.2  # of a garment: least share of one of its tones
EDGE, HARDEST = 0.01, 1e-4  # by which a squared step in CIELAB parts two pixels; the ease of any step at least
PRIOR = 0.02  # weight of parser and colours beside that of one neighbour
MOST = {HAIR: 0.04, CLOTHES: 0.1}  # of clothes and of hair: a larger piece that would change sides is no error of a border
SMALLEST = 30  # pixels of hair
LINE, LARGEST, TOUCHES = 0.015, 0.01, 0.25  # heads: half the width of a line; of the clothes; of its border: clothes beside it
SPUR = 5  # pixels: twice what a spur is wide, and one
STEPS, EXACT = 60, 1e-3  # of the solver at most, and its relative error
NEIGHBOURS = ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 0.7), (1, -1, 0.7))  # down, right, weight


def with_borders(rgb: Image8, labels: Labels, probabilities: Probabilities, alpha: Image8 | None = None) -> Labels:
    """Labels whose borders lie where the picture has them.

    rgb: h x w x 3; labels: h x w of a part map; probabilities: 13 x h x w; alpha: h x w, None for a picture that is opaque
    everywhere.
    """
    kinds = KIND[labels]
    hair, clothes = kinds == HAIR, kinds == CLOTHES
    if np.count_nonzero(hair) < SMALLEST or not clothes.any():
        return labels
    colours = _colours(rgb, labels, kinds, alpha is None)
    head = float(np.sqrt(np.count_nonzero(hair | (labels == FACE_HANDS))))
    open_ = _open(labels, kinds, colours, head, None if alpha is None else alpha > 0)
    if not open_.any():
        return labels
    box = box_of(open_, 2)
    odds = np.zeros((*open_[box].shape, CLOTHES + 1), np.float32)
    for part, plane in enumerate(probabilities):
        if KIND[part] != OTHER:
            odds[..., KIND[part]] += plane[box]
    likely = np.exp(-(np.minimum(colours[box], STRANGE) ** 2) / (2 * SPREAD**2)) + LEAST
    priors = np.asarray(odds * likely, np.float32)
    priors /= np.maximum(priors.sum(-1, keepdims=True), 1e-6)
    lab = cv2.cvtColor(rgb[box].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    found = kinds.copy()
    ends = (HAIR, CLOTHES) if alpha is not None else (HAIR, CLOTHES, BACKGROUND)  # a sprite is empty where its background is
    found[box] = _walked(np.asarray(lab, np.float32), kinds[box], open_[box], priors, ends)
    for old, new in ((CLOTHES, HAIR), (HAIR, CLOTHES)):
        turned = (kinds == old) & (found == new)
        found[turned & ~crumbs(turned, MOST[new] * np.count_nonzero(kinds == old))] = old
    found[_outlines(found, head)] = HAIR
    found[_lined(rgb, found, head)] = HAIR
    settled = labels.copy()
    for kind in np.unique(found[found != kinds]):
        turned = (found == kind) & (kinds != kind)
        settled[turned] = fill_unknown(labels, kinds == kind)[turned]
    return settled


def _outlines(kinds: Labels, head: float) -> Region:
    """H x W, what was taken for clothes of the lines round locks: thin pieces at hair that hardly touch any other clothes."""
    clothes = kinds == CLOTHES
    side = 2 * max(1, round(LINE * head)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    thin = clothes & (cv2.morphologyEx(clothes.astype(np.uint8), cv2.MORPH_OPEN, disc) == 0)
    thin = crumbs(touching(thin, grown(kinds == HAIR, 1)), LARGEST * np.count_nonzero(clothes))
    count, where = cv2.connectedComponents(thin.astype(np.uint8), connectivity=8)
    around, cloth = np.zeros(count), np.zeros(count)
    for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        beside = np.roll(where, shift, axis)
        outside = (beside > 0) & ~thin
        around += np.bincount(beside[outside], minlength=count)
        cloth += np.bincount(beside[outside & clothes], minlength=count)
    alone = cloth < TOUCHES * around
    alone[0] = False
    return np.asarray(alone[where])


def _lined(rgb: Image8, kinds: Labels, head: float) -> Region:
    """H x W, lines between locks and the clothes that they lie on: they are those of the locks."""
    hair, light = kinds == HAIR, cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    free = (kinds == CLOTHES) & inked(rgb, head) & (light < light[hair].mean())
    found = hair
    for _ in range(max(1, round(LINE * head))):
        found = found | (grown(found, 1) & free)
    along = cv2.medianBlur(found.astype(np.uint8), SPUR) > 0  # folds that run to a lock would be spurs of it
    return np.asarray(found & ~hair & along)


def _open(labels: Labels, kinds: Labels, colours: Planes, head: float, there: Region | None) -> Region:
    """H x W, what may change its kind. there: where a sprite is, None for a picture with a background."""
    ways = [away_from(kinds == kind) for kind in range(CLOTHES + 1)]
    reach = max(2.0, BAND * head)
    pairs = [(HAIR, CLOTHES)]
    if there is None:
        pairs += [(BACKGROUND, kind) for kind in (HAIR, CLOTHES)]
    found = np.zeros(kinds.shape, bool)
    for one, other in pairs:
        found |= (ways[one] < reach) & (ways[other] < reach)
    for one, other in ((HAIR, CLOTHES), (CLOTHES, HAIR)):
        beyond = (colours[..., one] < NEARER * colours[..., other]) & (labels != Part.NECKWEAR)  # which often matches the hair
        found |= (kinds == other) & (ways[one] < FAR * head) & beyond
    found &= kinds != OTHER
    return found if there is None else found & there


def _colours(rgb: Image8, labels: Labels, kinds: Labels, backed: bool) -> Planes:
    """H x W x 3, how far in CIELAB every pixel is from the colours of every kind: hair has the same tones everywhere, all else
    those that are nearest. backed: whether there is a background to compare with."""
    lab = calm_lab(rgb) * np.array([LIGHT, 1, 1], np.float32)
    hair, clothes = kinds == HAIR, kinds == CLOTHES
    found = np.full((*labels.shape, CLOTHES + 1), STRANGE, np.float32)
    found[..., HAIR] = np.minimum(apart_from(lab, hair_tones(lab, hair, clothes)), STRANGE)
    found[..., CLOTHES] = _from_clothes(lab, labels, clothes, found[..., HAIR])
    behind = _inner(kinds == BACKGROUND)
    if backed and behind.any():
        found[..., BACKGROUND] = apart_from_nearby(lab, behind)
    return found


def _from_clothes(lab: Lab, labels: Labels, clothes: Region, own: Plane) -> Plane:
    """H x W, how far from the cloth nearby, or from a main tone of the garment there. own: H x W, how far from the hair's."""
    surely = _inner(clothes) & (own > 2 * SPREAD)
    found = apart_from_nearby(lab, surely if surely.any() else clothes)
    nearest = fill_unknown(labels, clothes)
    for part in np.unique(labels[clothes]):
        inner, there = _inner(labels == part), nearest == part
        if not inner.any():
            continue
        found[there] = np.minimum(found, apart_from(lab, main_tones(lab, inner, LIKE, MAIN)))[there]
    return found


def _inner(region: Region) -> Region:
    return np.asarray(away_from(~region) > INSIDE)


def _walked(lab: Lab, kinds: Labels, open_: Region, priors: Planes, ends: Sequence[int]) -> Labels:
    """H x W, the kinds after the walks. lab: H x W x 3; priors: H x W x 3, the odds of every kind; ends: kinds that may be
    reached."""
    one, other, ease = (np.concatenate(values) for values in zip(*(_steps(lab, *way) for way in NEIGHBOURS), strict=True))
    start, end, ease = np.concatenate([one, other]), np.concatenate([other, one]), np.concatenate([ease, ease])
    leaves = open_.ravel()[start]
    start, end, ease = start[leaves], end[leaves], ease[leaves]
    count, own = np.count_nonzero(open_), priors[open_].astype(np.float64)
    place = np.cumsum(open_.ravel()) - 1  # of a pixel among those that are open
    total = np.bincount(place[start], ease, count) + PRIOR * own.sum(1)
    on = open_.ravel()[end]
    between = scipy.sparse.csr_matrix((ease[on], (place[start[on]], place[end[on]])), (count, count))
    system, scale = scipy.sparse.diags(total) - between, scipy.sparse.diags(1 / total)
    start, reached, ease = place[start[~on]], kinds.ravel()[end[~on]], ease[~on]
    chances = np.full_like(own, -np.inf)
    for kind in ends:
        here = reached == kind
        wanted = np.bincount(start[here], ease[here], count) + PRIOR * own[:, kind]
        chances[:, kind], _ = scipy.sparse.linalg.cg(system, wanted, x0=own[:, kind], M=scale, rtol=EXACT, maxiter=STEPS)
    found = kinds.copy()
    found[open_] = chances.argmax(1)
    return found


def _steps(lab: Lab, down: int, right: int, weight: float) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """All steps in one direction: from which pixel, counted row by row, to which, and how easy they are."""
    height, width = lab.shape[:2]
    places = np.arange(height * width).reshape(height, width)
    one = slice(0, height - down), slice(max(0, -right), width - max(0, right))
    other = slice(down, height), slice(max(0, right), width + min(0, right))
    far = ((lab[one] - lab[other]) ** 2).sum(-1).ravel()
    return places[one].ravel(), places[other].ravel(), weight * np.exp(-EDGE * far.astype(np.float64)) + HARDEST
