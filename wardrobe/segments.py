"""The body taken apart: the shape, axis and layer of every limb segment, whatever is worn over it or lies before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wardrobe.canvas import HAND, Z
from wardrobe.extremities import Part
from wardrobe.figure import SIDES, Figure, Head
from wardrobe.geometry import XY, Limb, Points, spline, trace
from wardrobe.path import Path

# half of a face, from the crown to the chin: share of `Head.wide`, y in head space, share of the chin's shift when turned
_FACE = ((0.0, -0.5, 0.0), (0.72, -0.42, 0.0), (1.0, -0.18, 0.0), (1.0, 0.05, 0.0), (0.97, 0.19, 0.2), (0.76, 0.36, 0.7))
_CHIN = ((0.34, 0.475, 1.0), (0.0, 0.505, 1.0))
_LIMBS = (("arm", ("shoulder", "elbow", "wrist"), "upper_arm", "lower_arm"), ("leg", ("thigh", "knee", "ankle"), "thigh", "shin"))


@dataclass(frozen=True)
class Segment:
    """In units. shapes: closed paths that it fills; axis: from the joint that is nearer to the trunk to the far one; half: half
    its width at both; z: its layer, see `canvas.Layer`."""

    shapes: tuple[Path, ...]
    axis: tuple[XY, XY]
    half: tuple[float, float]
    z: float


def segments(figure: Figure) -> dict[str, Segment]:
    """head (with the neck), trunk, and upper_arm, lower_arm, hand, thigh, shin, foot of `_l` and `_r` as seen in the picture."""
    torso = figure.torso
    trunk = Segment((torso.outline(),), (torso.at(0, 0), torso.at(0, 1)), (torso.half(0.15), torso.half(0.9)), Z.BODY)
    found = {"head": _head(figure), "trunk": trunk}
    for side in SIDES:
        for name, chain, upper, lower in _LIMBS:
            one = (figure.arms if name == "arm" else figure.legs)[side]
            joints = [figure.joints[f"{joint}_{side}"] for joint in chain]
            found[f"{upper}_{side}"] = _half(one, 0.0, (joints[0], joints[1]))
            found[f"{lower}_{side}"] = _half(one, 0.5, (joints[1], joints[2]))
        arm, leg = figure.arms[side], figure.legs[side]
        found[f"hand_{side}"] = _end(figure.hand(side), figure.joints[f"wrist_{side}"], arm.z + HAND)
        found[f"foot_{side}"] = _end(figure.foot(side), figure.joints[f"ankle_{side}"], leg.z + 1)
    return found


def _half(one: Limb, start: float, axis: tuple[XY, XY]) -> Segment:
    """The half of a limb from t = start on. The lower half lies over the upper one where they fold."""
    widths = one.width(start + 0.05), one.width(start + 0.45)
    return Segment((one.outline(start, start + 0.5),), axis, widths, one.z + start)


def _end(part: Part, joint: XY, z: float) -> Segment:
    """A hand or a foot, stretched from its joint to the farthest point of its outline."""
    away = part.points - joint
    tip = away[np.hypot(*away.T).argmax()]
    across = away @ np.array([-tip[1], tip[0]]) / np.hypot(*tip)
    half = float(np.ptp(across)) / 2
    return Segment((part.path,), (joint, (joint[0] + float(tip[0]), joint[1] + float(tip[1]))), (half, half), z)


def _head(figure: Figure) -> Segment:
    """Skull and face without hair and ears, and the neck down to its pit."""
    head, n = figure.head, figure.body.neck_half
    (x, y), base = head.at(0, 0.3), figure.torso.at(0, 0)
    neck = np.array([(x - 0.92 * n, y), (base[0] - 1.15 * n, base[1]), (base[0] + 1.15 * n, base[1]), (x + 0.92 * n, y)])
    return Segment((trace(_skull(head)), Path.polygon(neck.tolist())), (base, head.at(0, -0.5)), (head.wide, head.wide), Z.HEAD)


def _skull(head: Head) -> Points:
    right = [*_FACE, *_CHIN]
    rows = [(sign * wide, y, chin) for sign, half in ((1, right), (-1, right[-2:0:-1])) for wide, y, chin in half]
    shape = np.array([head.at(wide * head.wide + chin * 0.1 * head.turn, y) for wide, y, chin in rows])
    return spline(shape, 48, closed=True)
