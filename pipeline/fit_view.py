"""What is known of a picture, in the units of the body that is fitted to it: distances, joints, hands, shoes, pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.hint_reader import JOINTS
from pipeline import body_model as bm
from pipeline.evidence import Evidence, Mask
from pipeline.fit_grid import Grid
from pipeline.fit_segments import Segments, segments
from pipeline.request import ClothingPart
from wardrobe.figure import SIDES

Floats = NDArray[np.float64]
Part = ClothingPart

MAP = 224  # long side in pixels of the maps of distances
LEAST = 0.15  # joints less sure than this are not listened to
ROOTS = "shoulder", "thigh"
BODY = {"neck", *bm.CHAINS["arm"], *bm.CHAINS["leg"]}
HIPS = 0.6  # units: half the width within which legs come out of a skirt
MAIN = 0.15  # of a figure's largest piece of clothes: smaller ones are perhaps somebody else's
GRASPED = 0.006  # square units: smaller pieces are no hands
HAND, LONGEST = 0.02, 1.4  # square units and units: least and largest size of a hand
AT = 0.6  # units: how far from its wrist the middle of a hand is at most
BESIDE, WRIST = 0.06, 0.5  # units: how near to a sleeve a hand ends, and how broad it is there at most
REACH = 1.35  # of the torso's length, from a shoulder: no hand is farther
SURER = 1.0  # units: by how much a hand is nearer to a wrist that is sure than to one that is not
STRAY, SEEN = 0.3, 0.5  # share of a wrist's probability that such a hand is given, and how sure it is that there is one
PIXELS = 120  # that the body has to explain
# parts that clothe the body closely: how much a pixel weighs, and how far from the body it may be, units
CLOSE = {
    Part.SKIN: (0.7, 0.03),
    Part.LEGWEAR: (0.7, 0.05),
    Part.FOOTWEAR: (0.5, 0.12),
    Part.HANDWEAR: (0.6, 0.1),
    Part.TOPWEAR: (0.5, 0.1),
    Part.ONEPIECE: (0.25, 0.2),
    Part.BOTTOMWEAR: (0.25, 0.15),
}
# where a hand is: seen, gloved, round something, in a sleeve, behind the back or hair; never on a skirt or on bare ground
GRIP = (Part.SKIN, Part.HANDWEAR, Part.HELD, Part.TOPWEAR, Part.ONEPIECE, Part.HAIR, Part.NECKWEAR)


@dataclass(frozen=True)
class View:
    """A picture seen in units: pixels = units * scale + origin. room: distance in units to the character, below 0 inside; edge:
    distance to the nearest border between parts; grip: distance to where a hand may be. On a coarse grid of `step` pixels."""

    scale: float
    origin: Floats
    room: Floats
    edge: Floats
    grip: Floats
    step: float

    @property
    def grid(self) -> Grid:
        return Grid(self.scale, self.origin, np.array([self.step, self.step]))

    def units(self, pixels: ArrayLike) -> Floats:
        return self.grid.units(pixels)

    def look(self, plane: Floats, points: Floats) -> Floats:
        """Bilinear values at points, ... x 2 in units; beyond the picture those of its border."""
        return self.grid.look(plane[None], points)


@dataclass(frozen=True)
class Clues:
    """What is known, in units.

    names: N joints; guesses: N x K x 2, where each may be; share: N x K, of its probability; doubt: N x K, root of twice the
    surprise that it is there and not at the likeliest place; sigma: N; placed: N, by the user. hands, feet: side -> middle of
    a hand that is seen, ankle over a shoe that is seen; palms: all hands that are seen; roots: those of them that come out of
    a sleeve, and where. nose: x, y. pixels: M x 2 that the body has to explain, weight and slack: M. segments: of the body
    map, None where there is none. led: sides whose arm was led to a hand that no arm had.
    """

    view: View
    names: tuple[str, ...]
    guesses: Floats
    share: Floats
    doubt: Floats
    sigma: Floats
    placed: NDArray[np.bool_]
    hands: Mapping[str, Floats]
    palms: tuple[Floats, ...]
    roots: tuple[tuple[Floats, Floats], ...]
    feet: Mapping[str, Floats]
    nose: Floats
    pixels: Floats
    weight: Floats
    slack: Floats
    segments: Segments | None
    led: frozenset[str] = frozenset()

    def wrist(self, side: str) -> Floats | None:
        """Where the hand that is seen at this side comes out of its sleeve, if that is known."""
        return next((wrist for palm, wrist in self.roots if side in self.hands and (palm == self.hands[side]).all()), None)


def clues(evidence: Evidence, scale: float, origin: Floats) -> Clues:
    seen = _view(evidence, scale, origin)
    places = {name: seen.units(place) for name, place in evidence.joints.items()}
    hands, loose, palms = _hands(evidence, seen, places)
    middles = {side: piece.mean(0) for side, piece in hands.items()}
    sleeves = _to_sleeves(evidence, scale)
    roots = [(piece.mean(0), wrist) for piece in palms if (wrist := _wrist(piece, sleeves, seen)) is not None]
    ends = [piece.mean(0) if (wrist := _wrist(piece, sleeves, seen)) is None else wrist for piece in loose]
    evidence = _with_hands(evidence, seen, middles, ends)
    names = tuple(name for name in JOINTS if name.split("_")[0] in BODY and evidence.sure[name] > LEAST)
    rows = [evidence.guesses.get(name, np.array([[*evidence.joints[name], 1.0]])) for name in names]
    most = max((len(row) for row in rows), default=1)
    guesses = np.array([np.pad(row, ((0, most - len(row)), (0, 0)), mode="edge") for row in rows]).reshape(-1, most, 3)
    for row, values in zip(rows, guesses, strict=True):
        values[len(row) :, 2] = 0  # what fills up
    shares = guesses[..., 2].clip(1e-4)
    sure = np.array([evidence.sure[name] for name in names])
    face = evidence.sure["nose"] > LEAST
    nose = places["nose"] if face else np.array([0.0, -0.38])
    placed = np.array([name in evidence.placed for name in names], bool)
    pixels, weight, slack = _pixels(evidence, seen, nose)
    return Clues(
        seen,
        names,
        seen.units(guesses[..., :2]),
        guesses[..., 2],
        np.sqrt(2 * np.log(shares[:, :1] / shares).clip(0)),
        np.where(placed, 0.02, 0.06 + 0.3 * (1 - sure) ** 2 + 0.15 * (1 - shares[:, 0].clip(0, 1)) ** 2),
        placed,
        middles,
        tuple(piece.mean(0) for piece in palms),
        tuple(roots),
        _feet(evidence, seen, places),
        nose,
        pixels,
        weight,
        slack,
        segments(evidence.body, scale, origin) if evidence.body else None,
    )


def _view(evidence: Evidence, scale: float, origin: Floats) -> View:
    height, width = evidence.shape
    step = max(1.0, max(height, width) / MAP)
    size = max(2, round(width / step)), max(2, round(height / step))
    labels = cv2.resize(evidence.labels, size, interpolation=cv2.INTER_NEAREST)
    hands = cv2.resize(evidence.hands.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    there = (labels > 0).astype(np.uint8)
    per_unit = scale / step

    def distance(mask: NDArray[np.uint8]) -> Floats:
        if not (mask == 0).any():
            return np.full(mask.shape, float(MAP))
        return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 3), float)

    borders = np.zeros(there.shape, np.uint8)
    kinds = labels + np.uint8(32) * (hands > 0)
    borders[:, 1:] |= kinds[:, 1:] != kinds[:, :-1]
    borders[1:] |= kinds[1:] != kinds[:-1]
    room = np.where(there > 0, 0.5 - distance(there), distance(1 - there) - 0.5)
    nowhere = (~np.isin(labels, GRIP)).astype(np.uint8)
    return View(scale, origin, room / per_unit, distance(1 - borders) / per_unit, distance(nowhere) / per_unit, step)


def _pixels(evidence: Evidence, seen: View, nose: Floats) -> tuple[Floats, Floats, Floats]:
    """Evenly spread pixels of close clothes and skin, the face apart, with their weights and slacks."""
    stride = max(1, round(seen.step))
    labels, hands = evidence.labels[::stride, ::stride], evidence.hands[::stride, ::stride]
    rows = np.argwhere(np.isin(labels, list(CLOSE)))
    places = seen.units(rows[:, ::-1] * stride + 0.5)
    parts, own = labels[rows[:, 0], rows[:, 1]], hands[rows[:, 0], rows[:, 1]]
    face = own & (np.hypot(*(places - nose).T) < 0.75)
    rows, places, parts = rows[~face], places[~face], parts[~face]
    if not len(places):
        return np.zeros((0, 2)), np.zeros(0), np.zeros(0)
    apart = max(1, int(np.sqrt(len(places) / PIXELS)))
    chosen = (rows % apart == 0).all(1)
    table = np.zeros((len(Part), 2))
    for part, row in CLOSE.items():
        table[part] = row
    weight, slack = table[parts[chosen]].T
    return places[chosen], weight * np.sqrt(PIXELS / max(chosen.sum(), PIXELS / 4)), slack


def _pieces(mask: Mask, seen: View, least: float) -> list[Floats]:
    """Pixels, N x 2 in units, of every connected piece of at least so many square units."""
    _, pieces, table, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    found = []
    for index in np.flatnonzero(table[:, cv2.CC_STAT_AREA] > least * seen.scale**2):
        if index:
            x, y, wide, high = table[index, : cv2.CC_STAT_AREA]
            there = np.argwhere(pieces[y : y + high, x : x + wide] == index)
            found.append(seen.units(there[:, ::-1] + (x + 0.5, y + 0.5)))
    return found


def grasped(evidence: Evidence, known: Clues) -> list[tuple[Floats, float]]:
    """Pixels, N x 2 in units, of every hand with what it holds, and how far it is from clothes; the face is none."""
    mask = evidence.hands | np.isin(evidence.labels, (Part.HANDWEAR, Part.HELD))
    away = _to_sleeves(evidence, known.view.scale)
    places = {name: known.view.units(place) for name, place in evidence.joints.items()}
    found = []
    for piece in _pieces(mask, known.view, GRASPED):
        if np.hypot(*(known.nose - piece).T).min() > 0.3 and not _is_leg(piece, evidence, known.view, places):
            found.append((piece, float(_at(away, piece, known.view).min())))
    return found


def _to_sleeves(evidence: Evidence, scale: float) -> Floats:
    """H x W, how far from clothes and limbs that lead to a hand, units."""
    sleeves = _large(np.isin(evidence.labels, (Part.TOPWEAR, Part.ONEPIECE, Part.SKIN)) & ~evidence.hands)
    if not sleeves.any():
        return np.full(sleeves.shape, np.inf)
    return np.asarray(cv2.distanceTransform((~sleeves).astype(np.uint8), cv2.DIST_L2, 3) / scale, float)


def _at(plane: Floats, piece: Floats, seen: View) -> Floats:
    """Values at the pixels of a piece, N x 2 in units."""
    x, y = (piece * seen.scale + seen.origin).astype(int).T
    return np.asarray(plane[y, x])


def _wrist(piece: Floats, sleeves: Floats, seen: View) -> Floats | None:
    """Where a hand, N x 2 in units, comes out of a sleeve; None where it lies on one or touches none."""
    beside = piece[_at(sleeves, piece, seen) < BESIDE]
    if len(beside) < 2 or np.ptp(beside, axis=0).max() > WRIST:
        return None
    return np.asarray(beside.mean(0))


def _large(region: Mask) -> Mask:
    """Without the pieces that are small beside the largest."""
    _, where, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=8)
    areas = table[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return np.asarray((areas > MAIN * areas.max())[where])


def _hands(evidence: Evidence, seen: View, places: Mapping[str, Floats]) -> tuple[dict[str, Floats], list[Floats], list[Floats]]:
    """Pixels of the hand that is seen at either wrist, of those that are seen where no wrist was, and of all of them."""
    mask = evidence.hands | (evidence.labels == Part.HANDWEAR)
    found: dict[str, tuple[float, Floats]] = {}
    known = [side for side in SIDES if evidence.sure[f"wrist_{side}"] > LEAST]
    loose, palms, either = [], [], set[str]()
    for piece in _pieces(mask, seen, GRASPED):
        middle, size = piece.mean(0), np.ptp(piece, axis=0)
        if max(size) > LONGEST or np.hypot(*(places["nose"] - piece).T).min() < 0.3 or _out_of_reach(middle, evidence, places):
            continue  # a face, a long glove, or somebody else's
        if _is_leg(piece, evidence, seen, places):
            continue
        palms.append(piece)
        gaps = {side: float(np.hypot(*(middle - places[f"wrist_{side}"]))) for side in known}
        near = {side: gap - SURER * evidence.sure[f"wrist_{side}"] for side, gap in gaps.items() if gap < AT} or gaps
        side = min(near, key=lambda key: near[key], default="")
        if side and gaps[side] < min(AT, found.get(side, (9.0,))[0]):
            found[side] = gaps[side], piece
            either |= {side} if max(gaps.values()) < AT else set()
        elif len(piece) > HAND * seen.scale**2:
            loose.append(piece)
    sure = {side: piece for side, (_, piece) in found.items() if f"wrist_{side}" not in evidence.placed}
    if loose and len(found) == 1 and either:  # both wrists were read at one hand, and there is another
        return {}, loose, palms
    return sure, loose, palms


def _is_leg(piece: Floats, evidence: Evidence, seen: View, places: Mapping[str, Floats]) -> bool:
    """Whether a piece of bare skin at the picture's lower end comes out of a skirt there."""
    end = seen.units([0.0, evidence.shape[0] - 1.0])[1]
    hips = [places[f"thigh_{side}"] for side in SIDES if evidence.sure[f"thigh_{side}"] > LEAST]
    if not hips or piece[:, 1].max() < end - 0.05:
        return False
    middle, off = np.mean(hips, axis=0), piece.mean(0)
    return bool(off[1] > middle[1] and abs(off[0] - middle[0]) < HIPS)


def _out_of_reach(hand: Floats, evidence: Evidence, places: Mapping[str, Floats]) -> bool:
    """Whether no shoulder is near enough; where shoulders and hips are not seen nobody can say."""
    shoulders, hips = ([places[f"{name}_{side}"] for side in SIDES if evidence.sure[f"{name}_{side}"] > LEAST] for name in ROOTS)
    if not (shoulders and hips):
        return False
    length = float(np.hypot(*(np.mean(hips, axis=0) - places["neck"])))
    return min(float(np.hypot(*(hand - place))) for place in shoulders) > REACH * length


def _with_hands(evidence: Evidence, seen: View, hands: Mapping[str, Floats], loose: Sequence[Floats]) -> Evidence:
    """With hands that are seen where no wrist was read as places where one may be nevertheless."""
    sides = [side for side in SIDES if side not in hands and f"wrist_{side}" not in evidence.placed]
    if not loose or not sides:
        return evidence
    more = np.array([[*(middle * seen.scale + seen.origin), STRAY] for middle in loose])
    guesses, sure = dict(evidence.guesses), dict(evidence.sure)
    for name in (f"wrist_{side}" for side in sides):
        read = guesses.get(name, np.array([[*evidence.joints[name], 1.0]]))
        guesses[name], sure[name] = np.concatenate([read, more]), max(sure[name], SEEN)
    return replace(evidence, guesses=guesses, sure=sure)


def _feet(evidence: Evidence, seen: View, places: Mapping[str, Floats]) -> dict[str, Floats]:
    """The ankle over the shoe that is seen under either leg."""
    found: dict[str, Floats] = {}
    pieces = _pieces(evidence.labels == Part.FOOTWEAR, seen, 0.006)
    for side in SIDES:
        name = f"ankle_{side}"
        if evidence.sure[name] <= LEAST or name in evidence.placed:
            continue
        for piece in pieces:
            sole = piece[:, 1].max()
            near = piece[piece[:, 1] > sole - 0.35]
            if np.abs(near - places[name]).max(1).min() < 0.25 and np.ptp(near[:, 0]) < 0.8:
                found[side] = np.array([0.5 * near[:, 0].mean() + 0.5 * places[name][0], sole - 0.14])
    return found
