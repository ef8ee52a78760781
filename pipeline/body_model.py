"""A body as a few numbers, and the way from them to points and to the wardrobe's `Figure`.

Unit space: an origin near the pit of the neck, one unit a head high, x right and y down; `l` and `r` as seen in the picture.
All functions take B parameter vectors at once, B x SIZE, so that a fit gets its Jacobian with one call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardrobe.canvas import Z
from wardrobe.figure import LEVELS, SIDES, Body, Figure, Head, Torso, limb
from wardrobe.geometry import XY

Floats = NDArray[np.float64]

# where each number lies in a parameter vector
NECK, HIP = slice(0, 2), slice(2, 4)  # pit of the neck, middle of the crotch
TILT, SWAY = slice(4, 6), 6  # angles of shoulders and hips from level, radians; bow of the spine, torso lengths
WIDTHS = slice(7, 11)  # logarithms of half the width of shoulders, chest, waist and hips, units
ARM, THIGH = 11, 12  # logarithms of half the width of upper arm and thigh, units
ARMS, LEGS = slice(13, 21), slice(21, 29)  # left elbow, left wrist, right elbow, right wrist; knees and ankles alike
SIZE = 29

NECK_SHARE = 0.27  # half the width of the neck, of that of the shoulders
ARM_SHAPE = (1.08, 1.06, 0.98, 0.9, 0.86, 0.86, 0.84, 0.72, 0.6)  # half-widths from shoulder to wrist, of ARM
LEG_SHAPE = (0.98, 1.0, 0.94, 0.82, 0.7, 0.68, 0.64, 0.5, 0.4)  # from hip to ankle, of THIGH
OUTER = {"l": -1, "r": 1}

# level, and the half-width there as shares of neck, shoulders, chest, waist, hips: as bodies are drawn in training
_PROFILE = (
    (0.0, (1.05, 0, 0, 0, 0)),
    (0.035, (1.5, 0.1, 0, 0, 0)),
    (0.075, (0, 0.8, 0, 0, 0)),
    (0.11, (0, 0.97, 0, 0, 0)),
    (0.17, (0, 0.99, 0, 0, 0)),
    (0.27, (0, 1 / 3, 2 / 3, 0, 0)),
    (0.38, (0, 0, 1.01, 0, 0)),
    (0.5, (0, 0, 0.5, 0.5, 0)),
    (0.64, (0, 0, 0, 1, 0)),
    (0.78, (0, 0, 0, 0.55, 0.45)),
    (0.9, (0, 0, 0, 0, 1)),
    (1.0, (0, 0, 0, 0, 1)),
)
_V = np.linspace(0, 1, 41)


def _shares() -> Floats:
    """41 x 5: half-widths at the levels `_V` as shares of the five widths."""
    levels, rows = np.array([row[0] for row in _PROFILE]), np.array([row[1] for row in _PROFILE])
    shares = np.stack([np.interp(_V, levels, column) for column in rows.T], 1)
    return np.stack([np.convolve(np.pad(column, 1, mode="edge"), [0.25, 0.5, 0.25], "valid") for column in shares.T], 1)


_SHARES = _shares()


@dataclass(frozen=True)
class Rows:
    """Levels of the torso, B x K x 2 each: the middle, and from there to the right side."""

    middle: Floats
    right: Floats


def rows(p: Floats, v: Floats) -> Rows:
    """The torso at the levels v, K numbers from 0 (neck) to 1 (crotch)."""
    axis = p[:, HIP] - p[:, NECK]
    angle = p[:, TILT]
    across = np.stack([np.cos(angle), np.sin(angle)], 2)  # B x 2 x 2: shoulders, hips
    share = v[None, :, None]
    along = across[:, :1] * (1 - share) + across[:, 1:] * share
    along[..., 1] *= np.clip(v / 0.1, 0, 1)
    bow = p[:, SWAY, None] * np.sin(np.pi * 0.9 * v) ** 2
    middle = p[:, None, NECK] + share * axis[:, None] + bow[..., None] * np.stack([axis[:, 1], -axis[:, 0]], 1)[:, None]
    wide = np.exp(p[:, WIDTHS])
    shares = np.stack([np.interp(v, _V, column) for column in _SHARES.T], 0)  # 5 x K
    half = np.concatenate([NECK_SHARE * wide[:, :1], wide], 1) @ shares
    return Rows(middle, along * half[..., None])


def joints(p: Floats) -> dict[str, Floats]:
    """Neck, and both shoulders, elbows, wrists, thighs, knees and ankles; B x 2 each."""
    at = rows(p, np.array([0.15, 0.95]))
    found = {"neck": p[:, NECK]}
    arm = np.exp(p[:, ARM])[:, None]
    wide = np.hypot(*at.right[:, 0].T)[:, None]
    for index, side in enumerate(SIDES):
        sign = OUTER[side]
        inwards = at.right[:, 0] * sign * np.maximum(1 - 0.95 * arm / wide, 0.3)
        found[f"shoulder_{side}"] = at.middle[:, 0] + inwards + np.concatenate([0 * arm, 0.15 * arm], 1)
        found[f"thigh_{side}"] = at.middle[:, 1] + 0.5 * sign * at.right[:, 1]
        for names, where in ((("elbow", "wrist"), ARMS), (("knee", "ankle"), LEGS)):
            four = p[:, where].reshape(-1, 2, 2, 2)
            found |= {f"{name}_{side}": four[:, index, number] for number, name in enumerate(names)}
    return found


def vector(neck: XY, hip: XY, tilts: XY, widths: Sequence[float], arm: float, thigh: float, ends: Mapping[str, XY]) -> Floats:
    """A parameter vector, SIZE numbers. widths: half of shoulders, chest, waist, hips; ends: elbows, wrists, knees, ankles."""
    limbs = [ends[f"{name}_{side}"] for names in (("elbow", "wrist"), ("knee", "ankle")) for side in SIDES for name in names]
    sizes = np.log([*widths, arm, thigh])
    return np.concatenate([neck, hip, tilts, [0.0], sizes, np.ravel(limbs)])


@dataclass(frozen=True)
class Order:
    """What the numbers do not say: turn of body and its far side; layers of the limbs, e.g. `arm_l`; feet's toe-out."""

    turn: float
    far: str
    z: Mapping[str, int]
    feet: tuple[float, float]
    hands: tuple[str, str] = ("relaxed", "relaxed")


def figure(p: Floats, head: Head, order: Order) -> Figure:
    """One parameter vector, SIZE numbers, as the wardrobe's figure."""
    at = rows(p[None], _V)
    torso = Torso(_V, at.middle[0] - at.right[0], at.middle[0] + at.right[0], order.turn)
    found = {name: (float(xy[0, 0]), float(xy[0, 1])) for name, xy in joints(p[None]).items()}
    shoulder, chest, waist, hip = np.exp(p[WIDTHS]).tolist()
    arm, thigh = float(np.exp(p[ARM])), float(np.exp(p[THIGH]))
    limbs = {}
    for side in SIDES:
        bones = {name: [found[f"{part}_{side}"] for part in parts] for name, parts in CHAINS.items()}
        lower = float(np.hypot(*np.subtract(bones["arm"][2], bones["arm"][1])))
        bends = {"arm": float(np.clip(0.1 + 0.9 * arm / max(lower, 0.2), 0.2, 0.45)), "leg": 0.2}
        shapes = {"arm": [arm * share for share in ARM_SHAPE], "leg": [thigh * share for share in LEG_SHAPE]}
        for name, (a, b, c) in bones.items():
            key = f"{name}_{side}"
            limbs[key] = limb(a, b, c, shapes[name], OUTER[side], order.z[key], side, bends[name])
    length = float(np.hypot(*(p[HIP] - p[NECK])))
    body = Body(
        heads=1 + length / 0.43,
        fem=float(np.clip((1.08 - waist / chest) / 0.3, 0, 1)),
        child=length < 1.45,
        neck=0.054 * length,
        torso=length,
        leg=_longest(found, "thigh", "knee", "ankle"),
        shoulder=shoulder,
        chest=chest,
        waist=waist,
        hip=hip,
        neck_half=NECK_SHARE * shoulder,
        upper_arm=_longest(found, "shoulder", "elbow"),
        forearm=_longest(found, "elbow", "wrist"),
        arm_half=arm,
        thigh_half=thigh,
        hand=hand_length(length),
        foot=foot_length(length),
    )
    found |= {"waist": torso.at(0, LEVELS["waist"]), "hip": torso.at(0, 0.92), "head": head.centre}
    arms, legs = ({side: limbs[f"{name}_{side}"] for side in SIDES} for name in ("arm", "leg"))
    return Figure(body, order.turn, torso, arms, legs, head, found, order.far, order.hands, order.feet)


CHAINS = {"arm": ("shoulder", "elbow", "wrist"), "leg": ("thigh", "knee", "ankle")}
FRONT = {**dict.fromkeys(("arm_l", "arm_r"), int(Z.FRONT_ARM)), **dict.fromkeys(("leg_l", "leg_r"), int(Z.NEAR_LEG))}


def hand_length(torso: float) -> float:
    """Units, of a torso of so many units, as hands are drawn in training."""
    return 0.15 + 0.058 * torso


def foot_length(torso: float) -> float:
    return 0.17 + 0.081 * torso


def _longest(found: Mapping[str, XY], *chain: str) -> float:
    """Length of a chain of bones; the longer of both sides, because the other may point at us."""
    lengths = []
    for side in SIDES:
        points = np.array([found[f"{name}_{side}"] for name in chain])
        lengths.append(float(np.hypot(*np.diff(points, axis=0).T).sum()))
    return max(lengths)
