"""What pulls at a body while it is fitted: joints, silhouette, borders of parts, pixels to explain, and what bodies are like.

Every term gives residuals in standard deviations, B x R for B parameter vectors of `pipeline.body_model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.hint_reader import SEGMENTS
from pipeline import body_model as bm
from pipeline.fit_segments import HIP
from pipeline.fit_view import Clues
from wardrobe.figure import SIDES

Floats = NDArray[np.float64]
Joints = Mapping[str, Floats]

BONES = tuple((f"{a}_{side}", f"{b}_{side}") for side in SIDES for chain in bm.CHAINS.values() for a, b in pairwise(chain))
LEVELS = np.array([0.13, 0.2, 0.27, 0.38, 0.5, 0.58, 0.66, 0.78, 0.9, 0.98])  # of the torso's sides
FREE = 3.0  # standard deviations from which a contradicted clue hardly pulls any more
EASE = 0.03  # units by which clothes are wider than the body
# how a side is drawn to a border nearby: standard deviation in units, reach in those, weight
TRUNK_NEAR, LIMB_NEAR = (0.06, 1.5, 0.5), (0.06, 1.0, 0.35)
OWN_NEAR = (0.06, 3.0, 0.8)  # the same, to the border of a segment of the body map
# which segment each of the sides' points belongs to
_LIMBS = [f"{piece}_{side}" for pieces in (("upper_arm", "lower_arm"), ("thigh", "shin")) for side in SIDES for piece in pieces]
OWNERS = np.repeat([SEGMENTS.index(name) for name in ("trunk", *_LIMBS)], [2 * len(LEVELS), *(6, 8) * 4])
BROAD, ARM_WIDE, LEG_WIDE = 0.18, 0.16, 0.12  # spreads of widths


def residuals(p: Floats, clues: Clues, free: float = FREE) -> Floats:
    """B x SIZE -> B x R. free: how soon clues that are contradicted give up."""
    joints = bm.joints(p)
    terms = [_seen(joints, clues, free), _axes(p, joints, clues, free), _ends(p, joints, clues), _outline(p, joints, clues)]
    return np.concatenate([*terms, _explained(p, joints, clues), _usual(p, joints, clues)], 1)


def saturated(r: Floats, free: float) -> Floats:
    """Geman & McClure (1985): large residuals stop to pull."""
    return np.asarray(r / np.sqrt(1 + (r / free) ** 2))


def _seen(joints: Joints, clues: Clues, free: float) -> Floats:
    """Distance to the most likely of the places where a joint may be (max-mixture, Olson & Agarwal 2013)."""
    if not clues.names:
        return np.zeros((len(joints["neck"]), 0))
    found = np.stack([joints[name] for name in clues.names], 1)
    off = (found[:, :, None] - clues.guesses) / clues.sigma[:, None, None]  # B x N x K x 2
    size = (off**2).sum(-1)
    best = (size + clues.doubt**2).argmin(2)[..., None]
    off = np.take_along_axis(off, best[..., None], 2)[:, :, 0]
    size, doubt = (np.take_along_axis(plane, best, 2)[..., 0] for plane in (size, np.broadcast_to(clues.doubt, size.shape)))
    limit = np.where(clues.placed, np.inf, free)
    off = off / np.sqrt(1 + size / limit**2)[..., None]
    return np.concatenate([off.reshape(len(off), -1), saturated(doubt, free)], 1)


def _ends(p: Floats, joints: Joints, clues: Clues) -> Floats:
    """Hands and ankles meet what is seen of them."""
    found = []
    for side in SIDES:
        hand = 0.5 * (joints[f"wrist_{side}"] + fingers(p, joints, side))
        wrist = clues.wrist(side)
        if wrist is not None:  # a hand may be bent
            found.append((joints[f"wrist_{side}"] - wrist) / 0.05)
            found.append((hand - clues.hands[side]) / 0.3)
        elif side in clues.hands:
            found.append((hand - clues.hands[side]) / 0.07)
        else:
            found.append(saturated(clues.view.look(clues.view.grip, hand) / 0.07, FREE)[:, None])
    for side, place in clues.feet.items():
        found.append((joints[f"ankle_{side}"] - place) / 0.09)
    return np.concatenate(found, 1)


def fingers(p: Floats, joints: Joints, side: str) -> Floats:
    """Where a stretched hand ends, B x 2."""
    length = np.hypot(*(p[:, bm.HIP] - p[:, bm.NECK]).T)[:, None]
    fore = joints[f"wrist_{side}"] - joints[f"elbow_{side}"]
    return np.asarray(joints[f"wrist_{side}"] + fore / np.hypot(*fore.T)[:, None].clip(1e-6) * bm.hand_length(length))


def _axes(p: Floats, joints: Joints, clues: Clues, free: float) -> Floats:
    """Segments of the body map begin and end at joints."""
    if clues.segments is None or not clues.segments.joints:
        return np.zeros((len(p), 0))
    places = {**joints, HIP: p[:, bm.HIP]}
    off = np.stack([places[name] for name in clues.segments.joints], 1) - clues.segments.places
    off = off / clues.segments.sigma[:, None]
    size = (off**2).sum(-1, keepdims=True)
    return np.asarray((off / np.sqrt(1 + size / free**2)).reshape(len(p), -1))


def _outline(p: Floats, joints: Joints, clues: Clues) -> Floats:
    """The body lies inside the character. Its sides are where the body map has them; where that is silent, near borders that
    are near anyway."""
    rows = bm.rows(p, LEVELS)
    trunk = np.concatenate([rows.middle - rows.right, rows.middle + rows.right], 1)
    limbs = [limb_sides(joints, side, name, p) for name in bm.CHAINS for side in SIDES]
    sides = np.concatenate([trunk, *limbs], 1)
    deep = clues.view.look(clues.view.room, sides)
    out = saturated(np.maximum(deep, 0) / 0.05, 4.0)
    trunk_near = saturated((deep[:, : trunk.shape[1]] + EASE) / TRUNK_NEAR[0], TRUNK_NEAR[1]) * TRUNK_NEAR[2]
    edge = clues.view.look(clues.view.edge, sides[:, trunk.shape[1] :])
    limb_near = saturated((edge - EASE) / LIMB_NEAR[0], LIMB_NEAR[1]) * LIMB_NEAR[2]
    near = np.concatenate([trunk_near, limb_near], 1)
    if clues.segments is None:
        return np.concatenate([out, near], 1)
    own = saturated(clues.segments.beside(sides, OWNERS) / OWN_NEAR[0], OWN_NEAR[1]) * OWN_NEAR[2]
    sure = clues.segments.sure[OWNERS]
    return np.concatenate([out, near * np.sqrt(1 - sure), own * np.sqrt(sure)], 1)


def limb_sides(joints: Joints, side: str, name: str, p: Floats) -> Floats:
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


def _explained(p: Floats, joints: Joints, clues: Clues) -> Floats:
    """Skin and close clothes lie on the body or near it."""
    return saturated(np.maximum(distance(p, joints, clues.pixels) - clues.slack, 0) / 0.1, 2.0) * clues.weight


def distance(p: Floats, joints: Joints, points: Floats) -> Floats:
    """B x M, from points, M x 2, to the body: 0 inside. The torso is a band, limbs are cones with round ends."""
    arm, thigh = np.exp(p[:, bm.ARM]), np.exp(p[:, bm.THIGH])
    starts, ends, wide, narrow = [], [], [], []
    for side in SIDES:
        hand, ankle = fingers(p, joints, side), joints[f"ankle_{side}"]
        toes = ankle + np.stack([0 * arm, 0.25 + 0 * arm], 1)
        chain = [joints[f"{name}_{side}"] for name in ("shoulder", "elbow", "wrist")]
        leg = [joints[f"{name}_{side}"] for name in ("thigh", "knee", "ankle")]
        starts += [*chain, *leg]
        ends += [*chain[1:], hand, *leg[1:], toes]
        wide += [arm * 1.08, arm * 0.86, arm * 0.75, thigh, thigh * 0.7, thigh * 0.45]
        narrow += [arm * 0.86, arm * 0.6, arm * 0.75, thigh * 0.7, thigh * 0.4, thigh * 0.6]
    (ax, ay), (bx, by) = (np.moveaxis(np.stack(tips, 1).astype(np.float32), 2, 0)[..., None] for tips in (starts, ends))
    x, y = points.T.astype(np.float32)
    bx, by, x, y = bx - ax, by - ay, x - ax, y - ay  # B x S x M
    t = ((x * bx + y * by) / np.maximum(bx * bx + by * by, 1e-9)).clip(0, 1)
    x -= t * bx
    y -= t * by
    first, last = (np.stack(radii, 1).astype(np.float32)[..., None] for radii in (wide, narrow))
    gap = np.sqrt(x * x + y * y + 1e-9) - first - (last - first) * t
    return np.asarray(np.maximum(np.minimum(gap.min(1), _from_torso(p, points)), 0))


def _from_torso(p: Floats, points: Floats) -> Floats:
    """B x M: sideways from the torso's sides, or lengthways from its ends."""
    axis = p[:, bm.HIP] - p[:, bm.NECK]
    length = np.hypot(*axis.T)[:, None]
    unit_x, unit_y = (axis / length).T[..., None]
    x, y = points.T[:, None] - p[:, bm.NECK].T[..., None]  # B x M
    level = (x * unit_x + y * unit_y) / length
    v = level.clip(0, 1)
    rows = bm.rows(p, TRUNK)
    where = v * (len(TRUNK) - 1)
    low = np.minimum(where.astype(int), len(TRUNK) - 2)
    f = where - low
    along = np.stack([axis[:, 1], -axis[:, 0]], 1) / length
    sideways = x * unit_y - y * unit_x
    middle = ((rows.middle - p[:, None, bm.NECK]) * along[:, None]).sum(-1)
    half = np.hypot(rows.right[..., 0], rows.right[..., 1])

    def between(plane: Floats) -> Floats:
        return np.asarray(np.take_along_axis(plane, low, 1) * (1 - f) + np.take_along_axis(plane, low + 1, 1) * f)

    beside = np.maximum(np.abs(sideways - between(middle)) - between(half), 0)
    return np.asarray(np.hypot(beside, np.abs(level - v) * length))


TRUNK = np.linspace(0, 1, 11)


def _usual(p: Floats, joints: Joints, clues: Clues) -> Floats:
    """What bodies are like: means of the bodies that training draws, chibi to adult; spreads doubled for other hands."""
    axis = p[:, bm.HIP] - p[:, bm.NECK]
    length = np.log(np.hypot(*axis.T).clip(1e-6))
    shoulder, chest, waist, hip = p[:, bm.WIDTHS].T
    lean = np.arctan2(axis[:, 0], axis[:, 1])
    wide = shoulder - length + 0.526 * length - np.log(0.441)
    found = [
        (length - np.log(1.71)) / 0.4,
        wide / np.where(wide > 0, BROAD, 0.25),  # a turned body is narrower
        (chest - shoulder - np.log(0.763)) / 0.05,
        (waist - chest - np.log(0.883)) / 0.1,
        (hip - shoulder - np.log(0.832)) / 0.09,
        (p[:, bm.ARM] - shoulder - np.log(0.262) + 0.276 * length) / ARM_WIDE,
        (p[:, bm.THIGH] - p[:, bm.ARM] - np.log(1.81)) / LEG_WIDE,
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
