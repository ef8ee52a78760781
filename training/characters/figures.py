"""Random bodies in random poses."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from training.characters.poses import Pose, sample_pose
from wardrobe.canvas import Z
from wardrobe.figure import LEVELS, SIDES, Body, Figure, Head, Torso, limb
from wardrobe.geometry import XY

PROFILE = 0.75  # a body that is turned further is seen from the side, and narrower
AGES: dict[str, tuple[float, float, float]] = {  # how often, and from how many to how many heads high
    "chibi": (0.16, 2.2, 3.4),
    "child": (0.14, 3.8, 4.9),
    "teen": (0.4, 5.0, 6.0),
    "adult": (0.3, 5.8, 7.2),
}


def sample_body(rng: np.random.Generator, ages: Mapping[str, tuple[float, float, float]] = AGES) -> Body:
    """Chibi, child, teen or adult, slim or sturdy."""
    kind = str(rng.choice(list(ages), p=[row[0] for row in ages.values()]))
    _, low, high = ages[kind]
    heads = float(rng.uniform(low, high))
    young = kind in ("chibi", "child")
    fem = float(np.clip(rng.beta(0.7, 0.7), 0.0, 1.0)) * (0.35 if young else 1.0)
    rest = heads - 1
    build = float(rng.normal(1.0, 0.07))
    shoulder = (0.27 + 0.066 * rest) * (1.17 - 0.2 * (fem if not young else 0.7)) * build
    neck = 0.02 + 0.045 * max(rest - 1.4, 0.0) ** 0.8
    torso = rest * float(rng.uniform(0.41, 0.45)) + 0.04 - neck * 0.3
    chest = shoulder * (0.74 + 0.04 * (1 - fem))
    arm_half = (0.085 + 0.0095 * rest) * (1.12 - 0.2 * fem) * build
    arm = torso * float(rng.uniform(1.2, 1.3)) + 0.05
    return Body(
        heads=heads,
        fem=fem,
        child=young,
        neck=neck,
        torso=torso,
        leg=rest - torso - neck - 0.09,
        shoulder=shoulder,
        chest=chest,
        waist=chest * (0.95 - 0.2 * fem if not young else 0.98),
        hip=shoulder * (0.74 + 0.16 * fem if not young else 0.86),
        neck_half=(0.105 + 0.012 * rest) * (1.15 - 0.22 * fem) if not young else 0.115,
        upper_arm=arm * 0.53,
        forearm=arm * 0.47,
        arm_half=arm_half,
        thigh_half=arm_half * (1.75 + 0.15 * fem),
        hand=0.15 + 0.025 * rest,
        foot=0.17 + 0.035 * rest,
    )


def _torso(body: Body, pose: Pose, turn: float) -> Torso:
    narrow = 1 - 0.2 * abs(turn) - 0.6 * max(abs(turn) - PROFILE, 0.0)
    n = body.neck_half
    rows = [
        (0.0, n * 1.05),
        (0.035, n * 1.5 + 0.1 * body.shoulder),
        (0.075, body.shoulder * 0.8),
        (0.11, body.shoulder * 0.97),
        (0.17, body.shoulder * 0.99),
        (0.27, (body.shoulder + 2 * body.chest) / 3),
        (0.38, body.chest * (1 + 0.02 * body.fem)),
        (0.5, (body.chest + body.waist) / 2),
        (0.64, body.waist),
        (0.78, (body.waist * 0.55 + body.hip * 0.45)),
        (0.9, body.hip),
        (1.0, body.hip * 1.0),
    ]
    level, half = np.array(rows).T
    v = np.linspace(0, 1, 41)
    width = np.interp(v, level, half)
    width = np.convolve(np.pad(width, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid") * narrow
    y = v * body.torso
    spine = pose.sway * body.torso * np.sin(np.pi * np.clip(v, 0, 1) * 0.9) ** 2 + pose.lean * body.torso * (v - 0.1)
    lift = pose.shoulder_tilt * body.shoulder * np.clip(1 - v / 0.5, 0, 1) * np.clip(v / 0.08, 0, 1)
    drop = pose.hip_tilt * body.hip * np.clip((v - 0.5) / 0.5, 0, 1)
    belly = 1 + 0.12 * turn * np.sin(np.pi * v)
    left = np.stack([spine - width * (2 - belly), y + lift - drop], 1)
    right = np.stack([spine + width * belly, y - lift + drop], 1)
    return Torso(v, left, right, turn)


def _bone(start: XY, angle: float, length: float) -> XY:
    a = np.deg2rad(angle)
    return start[0] + float(np.sin(a)) * length, start[1] + float(np.cos(a)) * length


def build_figure(rng: np.random.Generator) -> Figure:
    """A random body in a random pose."""
    body = sample_body(rng)
    return posed(rng, body, sample_pose(rng, body.child))


def posed(rng: np.random.Generator, body: Body, pose: Pose) -> Figure:
    """A body in a pose, and a head on it."""
    turn = pose.turn
    torso = _torso(body, pose, turn)
    joints: dict[str, XY] = {"neck": torso.at(0, 0.0), "waist": torso.at(0, LEVELS["waist"]), "hip": torso.at(0, 0.92)}
    far = "" if abs(turn) < 0.3 else ("r" if turn > 0 else "l")
    arms, legs = {}, {}
    for index, side in enumerate(SIDES):
        sign = -1 if side == "l" else 1
        swing = pose.arms[index]
        edge = torso.at(sign, 0.15)
        shoulder = (edge[0] - sign * body.arm_half * 0.95, edge[1] + body.arm_half * 0.15)
        elbow = _bone(shoulder, sign * swing.upper, body.upper_arm * swing.near)
        wrist = _bone(elbow, sign * swing.fore, body.forearm * swing.near_fore)
        h = body.arm_half
        half = [h * 1.08, h * 1.06, h * 0.98, h * 0.9, h * 0.86, h * 0.86, h * 0.84, h * 0.72, h * 0.6]
        z = Z.BACK_ARM if swing.behind or (side == far and abs(turn) > 0.5) else Z.FRONT_ARM
        z = Z.HIGH_ARM if swing.high else z
        arms[side] = limb(shoulder, elbow, wrist, half, sign, z, side, float(np.clip(0.1 + 0.9 * h / body.forearm, 0.2, 0.45)))
        step = pose.legs[index]
        hip = torso.at(sign * 0.5, 0.95)
        knee = _bone(hip, sign * step.upper, body.leg * 0.49 * step.near_thigh)
        ankle = _bone(knee, sign * step.fore, body.leg * 0.5 * step.near)
        w = body.thigh_half
        half = [w * 0.98, w, w * 0.94, w * 0.82, w * 0.7, w * 0.68, w * 0.64, w * 0.5, w * 0.4]
        behind = side == far or (not far and step.behind)
        legs[side] = limb(hip, knee, ankle, half, sign, Z.FAR_LEG if behind else Z.NEAR_LEG, side, 0.2)
        for name, point in zip(
            ("shoulder", "elbow", "wrist", "thigh", "knee", "ankle"), (shoulder, elbow, wrist, hip, knee, ankle), strict=True
        ):
            joints[f"{name}_{side}"] = point
    head_turn = float(np.clip(turn * 0.8 + pose.head_turn, -1, 1))
    base = torso.at(0, 0.0)
    tilt = pose.head_tilt
    reach = body.neck + 0.5
    centre = (
        base[0] + float(np.sin(np.deg2rad(tilt))) * reach + head_turn * 0.03,
        base[1] - float(np.cos(np.deg2rad(tilt))) * reach,
    )
    wide = float(rng.uniform(0.4, 0.47)) if body.heads < 4.8 else float(rng.uniform(0.36, 0.42))
    head = Head(centre, tilt, head_turn, wide)
    joints["head"] = centre
    return Figure(body, turn, torso, arms, legs, head, joints, far, pose.hands, pose.feet)
