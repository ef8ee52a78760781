"""What pulls at a body while it is fitted: joints, silhouette, borders of parts, hands, shoes, and what bodies are like.

Every term gives residuals in standard deviations, B x R for B parameter vectors of `pipeline.body_model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.hint_reader import JOINTS
from pipeline import body_model as bm
from pipeline.evidence import Evidence, Mask
from pipeline.request import ClothingPart
from wardrobe.figure import SIDES

Floats = NDArray[np.float64]

MAP = 224  # long side in pixels of the maps of distances
BONES = tuple((f"{a}_{side}", f"{b}_{side}") for side in SIDES for chain in bm.CHAINS.values() for a, b in pairwise(chain))
LEVELS = np.array([0.13, 0.2, 0.27, 0.38, 0.5, 0.58, 0.66, 0.78, 0.9, 0.98])  # of the torso's sides
FREE = 3.0  # standard deviations from which a contradicted clue hardly pulls any more
EASE = 0.03  # units by which clothes are wider than the body


@dataclass(frozen=True)
class View:
    """A picture seen in units: pixels = units * scale + origin. room: distance in units to the character, below 0 inside; edge:
    distance to the nearest border between parts. Both on a coarse grid of `step` pixels."""

    scale: float
    origin: Floats
    room: Floats
    edge: Floats
    step: float

    def units(self, pixels: ArrayLike) -> Floats:
        return (np.asarray(pixels, float) - self.origin) / self.scale

    def look(self, plane: Floats, points: Floats) -> Floats:
        """Bilinear values at points, ... x 2 in units; beyond the picture those of its border."""
        x, y = np.moveaxis((points * self.scale + self.origin) / self.step - 0.5, -1, 0)
        height, width = plane.shape
        x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
        i, j = y.astype(int), x.astype(int)
        f, g = y - i, x - j
        top = plane[i, j] * (1 - g) + plane[i, j + 1] * g
        below = plane[i + 1, j] * (1 - g) + plane[i + 1, j + 1] * g
        return np.asarray(top * (1 - f) + below * f)


def view(evidence: Evidence, scale: float, origin: Floats) -> View:
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
    return View(scale, origin, room / per_unit, distance(1 - borders) / per_unit, step)


@dataclass(frozen=True)
class Clues:
    """What is known, in units. joints: N x 2 with their names; sigma: N; free: N, residuals from which one does not count; hands,
    feet: side -> x, y of the middle of a hand that is seen, and of the ankle over a shoe that is seen; nose: x, y."""

    view: View
    names: tuple[str, ...]
    joints: Floats
    sigma: Floats
    free: Floats
    hands: Mapping[str, Floats]
    feet: Mapping[str, Floats]
    nose: Floats


def residuals(p: Floats, clues: Clues) -> Floats:
    """B x SIZE -> B x R."""
    joints = bm.joints(p)
    terms = [_seen(joints, clues), _ends(p, joints, clues), *_outline(p, joints, clues), _usual(p, joints, clues)]
    return np.concatenate(terms, 1)


def saturated(r: Floats, free: float = FREE) -> Floats:
    """Geman & McClure (1985): large residuals stop to pull."""
    return np.asarray(r / np.sqrt(1 + (r / free) ** 2))


def _seen(joints: Mapping[str, Floats], clues: Clues) -> Floats:
    found = np.stack([joints[name] for name in clues.names], 1)
    off = (found - clues.joints) / clues.sigma[:, None]
    size = np.hypot(off[..., 0], off[..., 1])
    return np.asarray((off / np.sqrt(1 + (size / clues.free) ** 2)[..., None]).reshape(len(found), -1))


def _ends(p: Floats, joints: Mapping[str, Floats], clues: Clues) -> Floats:
    """Hands and ankles meet what is seen of them."""
    length = np.hypot(*(p[:, bm.HIP] - p[:, bm.NECK]).T)[:, None]
    found = [np.zeros((len(p), 0))]
    for side, place in clues.hands.items():
        wrist = joints[f"wrist_{side}"]
        fore = wrist - joints[f"elbow_{side}"]
        middle = wrist + fore / np.hypot(*fore.T)[:, None].clip(1e-6) * 0.5 * (0.15 + 0.058 * length)
        found.append((middle - place) / 0.07)
    for side, place in clues.feet.items():
        found.append((joints[f"ankle_{side}"] - place) / 0.09)
    return np.concatenate(found, 1)


def _outline(p: Floats, joints: Mapping[str, Floats], clues: Clues) -> tuple[Floats, Floats]:
    """The body lies inside the character, and its sides near borders that are near anyway."""
    rows = bm.rows(p, LEVELS)
    trunk = np.concatenate([rows.middle - rows.right, rows.middle + rows.right], 1)
    limbs = [_limb(joints, side, name, p) for name in bm.CHAINS for side in SIDES]
    sides = np.concatenate([trunk, *limbs], 1)
    deep = clues.view.look(clues.view.room, sides)
    out = np.sqrt(np.maximum(deep, 0)) * np.sqrt(np.maximum(deep, 0)) / 0.05
    trunk_near = saturated((deep[:, : 2 * len(LEVELS)] + EASE) / 0.06, 1.5) * 0.5
    limb_near = saturated((clues.view.look(clues.view.edge, sides[:, 2 * len(LEVELS) :]) - EASE) / 0.06, 1.0) * 0.35
    return out, np.concatenate([trunk_near, limb_near], 1)


def _limb(joints: Mapping[str, Floats], side: str, name: str, p: Floats) -> Floats:
    """Both sides of a limb, B x 14 x 2."""
    a, b, c = (joints[f"{part}_{side}"][:, None] for part in bm.CHAINS[name])
    thick = np.exp(p[:, bm.ARM if name == "arm" else bm.THIGH])[:, None, None]
    shape = np.array(bm.ARM_SHAPE if name == "arm" else bm.LEG_SHAPE)
    found = []
    for start, end, shares, places in ((a, b, shape[1:4], (0.25, 0.5, 0.75)), (b, c, shape[5:], (0.25, 0.5, 0.75, 1.0))):
        bone = end - start
        normal = np.stack([-bone[..., 1], bone[..., 0]], -1) / np.hypot(bone[..., 0], bone[..., 1])[..., None].clip(1e-6)
        middle = start + bone * np.array(places)[:, None]
        offset = normal * thick * shares[: len(places), None]
        found += [middle - offset, middle + offset]
    return np.concatenate(found, 1)


def _usual(p: Floats, joints: Mapping[str, Floats], clues: Clues) -> Floats:
    """What bodies are like: means of the bodies that training draws, chibi to adult; spreads doubled for other hands."""
    axis = p[:, bm.HIP] - p[:, bm.NECK]
    length = np.log(np.hypot(*axis.T).clip(1e-6))
    shoulder, chest, waist, hip = p[:, bm.WIDTHS].T
    lean = np.arctan2(axis[:, 0], axis[:, 1])
    wide = shoulder - length + 0.526 * length - np.log(0.441)
    found = [
        (length - np.log(1.71)) / 0.4,
        wide / np.where(wide > 0, 0.13, 0.25),  # a turned body is narrower
        (chest - shoulder - np.log(0.763)) / 0.05,
        (waist - chest - np.log(0.883)) / 0.1,
        (hip - shoulder - np.log(0.832)) / 0.09,
        (p[:, bm.ARM] - shoulder - np.log(0.262) + 0.276 * length) / 0.12,
        (p[:, bm.THIGH] - p[:, bm.ARM] - np.log(1.81)) / 0.1,
        lean / 0.2,
        (p[:, 4] + lean) / 0.12,
        (p[:, 5] + lean) / 0.12,
        p[:, bm.SWAY] / 0.03,
    ]
    neck = p[:, bm.NECK] - clues.nose - np.array([0.0, 0.38])
    found += [neck[:, 0] / 0.2, neck[:, 1] / 0.1]
    for (first, second), share in zip(BONES, (0.68, 0.6, 0.58, 0.59) * 2, strict=True):
        bone = joints[second] - joints[first]
        long = np.log(np.hypot(*bone.T).clip(1e-6)) - length - np.log(share)
        found.append(long / np.where(long > 0, 0.08, 0.3))
    for side in SIDES:
        sign = bm.OUTER[side]
        for first, second, angle, share, spread in (
            ("shoulder", "elbow", 12, 0.68, 0.6),
            ("elbow", "wrist", 6, 0.6, 0.9),
            ("thigh", "knee", 4, 0.58, 0.35),
            ("knee", "ankle", 2, 0.59, 0.35),
        ):
            turn = np.deg2rad(angle)
            usual = np.exp(length)[:, None] * share * np.array([sign * np.sin(turn), np.cos(turn)])
            off = (joints[f"{second}_{side}"] - joints[f"{first}_{side}"] - usual) / np.exp(length)[:, None] / spread
            found += [*saturated(off, 1.5).T]
    return np.stack(found, 1)


def clues(evidence: Evidence, scale: float, origin: Floats) -> Clues:
    seen = view(evidence, scale, origin)
    names = tuple(name for name in JOINTS if name.split("_")[0] in BODY and evidence.sure[name] > LEAST)
    sure = np.array([evidence.sure[name] for name in names])
    placed = np.array([name in evidence.placed for name in names], bool)
    sigma = np.where(placed, 0.02, 0.07 + 0.35 * (1 - sure) ** 2)
    places = {name: seen.units(np.array(place)) for name, place in evidence.joints.items()}
    nose = places["nose"] if evidence.sure["nose"] > LEAST else seen.units(origin) - (0, 0.38)
    return Clues(
        seen,
        names,
        np.array([places[name] for name in names]).reshape(-1, 2),
        sigma,
        np.where(placed, np.inf, FREE),
        _hands(evidence, seen, places),
        _feet(evidence, seen, places),
        nose,
    )


LEAST = 0.15  # joints less sure than this are not listened to
BODY = {"neck", *bm.CHAINS["arm"], *bm.CHAINS["leg"]}


def _pieces(mask: Mask, seen: View, least: float) -> list[Floats]:
    """Pixels, N x 2 in units, of every connected piece of at least so many square units."""
    count, pieces, table, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    large = [index for index in range(1, count) if table[index, cv2.CC_STAT_AREA] > least * seen.scale**2]
    return [seen.units(np.argwhere(pieces == index)[:, ::-1] + 0.5) for index in large]


def _hands(evidence: Evidence, seen: View, places: Mapping[str, Floats]) -> dict[str, Floats]:
    """Middle of the hand that is seen at either wrist."""
    mask = evidence.hands | (evidence.labels == ClothingPart.HANDWEAR)
    found: dict[str, tuple[float, Floats]] = {}
    for piece in _pieces(mask, seen, 0.006):
        middle, size = piece.mean(0), np.ptp(piece, axis=0)
        if max(size) > 0.75 or np.hypot(*(places["nose"] - piece).T).min() < 0.3:
            continue  # a face, or a long glove
        known = [side for side in SIDES if evidence.sure[f"wrist_{side}"] > LEAST]
        gaps = {side: float(np.hypot(*(middle - places[f"wrist_{side}"]))) for side in known}
        if gaps and (side := min(gaps, key=lambda key: gaps[key])) and gaps[side] < min(0.6, found.get(side, (9.0,))[0]):
            found[side] = gaps[side], middle
    return {side: middle for side, (_, middle) in found.items() if f"wrist_{side}" not in evidence.placed}


def _feet(evidence: Evidence, seen: View, places: Mapping[str, Floats]) -> dict[str, Floats]:
    """The ankle over the shoe that is seen under either leg."""
    found: dict[str, Floats] = {}
    pieces = _pieces(evidence.labels == ClothingPart.FOOTWEAR, seen, 0.006)
    for side in SIDES:
        name = f"ankle_{side}"
        if evidence.sure[name] <= LEAST or name in evidence.placed:
            continue
        for piece in pieces:
            sole = piece[:, 1].max()
            near = piece[piece[:, 1] > sole - 0.35]
            if np.abs(near - places[name]).max(1).min() < 0.25 and np.ptp(near[:, 0]) < 0.8:
                found[name[-1:]] = np.array([0.5 * near[:, 0].mean() + 0.5 * places[name][0], sole - 0.14])
    return found
