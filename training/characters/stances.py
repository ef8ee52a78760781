"""How people in uploads hold themselves: rows of arms, of stances from standing to lying, and of builds.

Angles as in `poses`; a row with a turn faces the right of the picture, and is mirrored at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from training.characters.figures import PROFILE, sample_body
from training.characters.poses import Arm, Leg, Pose
from wardrobe.figure import Body

Rng = np.random.Generator

ARMS: dict[str, tuple[float, Arm, Arm]] = {  # weight, left, right
    "hanging": (3.0, Arm(10, 6), Arm(10, 6)),
    "akimbo": (1.0, Arm(42, -52, 0.95, hand="fist"), Arm(42, -52, 0.95, hand="fist")),
    "one akimbo": (1.0, Arm(42, -52, 0.95, hand="fist"), Arm(12, 4)),
    "crossed": (1.3, Arm(18, -98, 0.95, 0.9, hand="fist"), Arm(18, -84, 0.95, 0.85, hand="fist")),
    "behind the back": (1.0, Arm(20, -36, behind=True), Arm(20, -36, behind=True)),
    "behind the head": (0.7, Arm(128, -132, 0.9, 0.85, behind=True), Arm(128, -132, 0.9, 0.85, behind=True)),
    "raised": (0.8, Arm(148, 172, hand="open"), Arm(152, 170, hand="open")),
    "one raised": (1.0, Arm(155, 176, hand="fist"), Arm(14, 4)),
    "waving": (0.9, Arm(70, 168, hand="open"), Arm(10, 4)),
    "spread": (0.7, Arm(82, 92, hand="open"), Arm(80, 76, hand="open")),
    "hand on cheek": (0.9, Arm(16, -168, 0.85, 0.95, high=True), Arm(12, -80, 0.95, 0.85, hand="fist")),
    "both hands on cheeks": (0.5, Arm(24, -172, 0.8, 0.95, high=True), Arm(24, -172, 0.8, 0.95, high=True)),
    "hand to mouth": (0.6, Arm(24, -152, 0.9, 0.95, high=True, hand="fist"), Arm(10, 6)),
    "hand on chest": (0.8, Arm(22, -118, 0.95, 0.85, hand="open"), Arm(12, 4)),
    "folded": (0.8, Arm(16, -52, 1.0, 0.95), Arm(16, -48, 1.0, 0.9)),
    "prayer": (0.4, Arm(16, -128, 0.95, 0.75), Arm(16, -128, 0.95, 0.75)),
    "pointing": (0.6, Arm(66, 74, hand="point"), Arm(24, -54, hand="fist")),
    "reaching forward": (0.6, Arm(20, 30, 0.75, 0.35, hand="open"), Arm(12, 8)),
    "on the knees": (0.0, Arm(12, -8, 0.9, 0.8), Arm(12, -8, 0.9, 0.8)),
    "leaning back": (0.0, Arm(26, 18), Arm(26, 18)),
    "running": (0.0, Arm(52, -28, hand="fist"), Arm(18, 116, hand="fist")),
    "walking": (0.0, Arm(26, 14), Arm(16, 34)),
    "one knee": (0.0, Arm(10, -14, 0.95, 0.9), Arm(22, -30, 0.95, 0.8, hand="fist")),
}
FREE = {name: row[0] for name, row in ARMS.items() if row[0]}


@dataclass(frozen=True)
class Stance:
    """weight: how often; legs: left and right; arms: rows of `ARMS` that suit it and their weights; turn: lowest and highest;
    feet: toe-out of both, None = as the turn has it; bow: share of the torso's length lost by leaning to the viewer; on: rows
    of `scenery.SUPPORTS` that it may rest on; lying: seen from above, head to a side; lean: of the spine; foot: share of the
    feet's length that is seen."""

    weight: float
    legs: tuple[Leg, Leg]
    arms: Mapping[str, float]
    turn: tuple[float, float] = (-0.75, 0.75)
    feet: tuple[float, float] | None = None
    bow: float = 0.0
    on: tuple[str, ...] = ()
    lying: bool = False
    lean: float = 0.0
    foot: float = 1.0


SEATED = {"on the knees": 2.5, "folded": 1.5, "hanging": 0.6} | {
    name: 0.4 * FREE[name] for name in FREE if name not in ("hanging", "folded", "spread")
}
ON_GROUND = {"leaning back": 1.0} | SEATED
SEATS = ("chair", "chair", "stool", "bench", "ledge", "crate", "armchair", "")
STANCES: dict[str, Stance] = {
    "standing": Stance(3.0, (Leg(3, 1), Leg(3, 1)), FREE),
    "feet apart": Stance(1.2, (Leg(14, 9), Leg(14, 9)), FREE),
    "on one leg": Stance(0.6, (Leg(2, 0), Leg(14, -38, 0.8, True)), FREE),
    "legs crossed": Stance(0.6, (Leg(1, -6), Leg(-2, -10, 1.0, True)), FREE),
    "side": Stance(1.2, (Leg(2, 3), Leg(-1, 4)), FREE, (0.8, 1.0), (-0.55, 0.9)),
    "leaning forward": Stance(1.0, (Leg(4, 2), Leg(4, 2)), FREE, bow=0.3),
    "walking": Stance(1.5, (Leg(16, 30), Leg(20, 8)), {"walking": 2.0} | FREE, (0.35, 1.0), (-0.5, 0.85)),
    "walking to the viewer": Stance(0.8, (Leg(5, 1), Leg(3, 2, 0.5, True)), FREE, (-0.3, 0.3)),
    "running": Stance(1.3, (Leg(22, 68), Leg(58, 4)), {"running": 5.0, "spread": 0.5}, (0.5, 1.0), (-0.6, 0.9), lean=-0.12),
    "jumping": Stance(
        0.8, (Leg(22, -12, 0.8), Leg(38, -42, 0.85)), {"raised": 2, "spread": 2, "one raised": 2, "running": 1}, (-0.4, 0.4)
    ),
    "kicking": Stance(0.3, (Leg(6, 2), Leg(76, 62)), {"spread": 1, "crossed": 1, "folded": 1}, (-0.5, 0.5)),
    "lunging": Stance(0.6, (Leg(46, 40), Leg(40, 2)), FREE, (-0.3, 0.7)),
    "squatting": Stance(0.5, (Leg(66, -12, 0.85, near_thigh=0.7), Leg(66, -12, 0.85, near_thigh=0.7)), SEATED, (-0.3, 0.3)),
    "sitting to the viewer": Stance(
        1.6, (Leg(12, 2, 0.92, near_thigh=0.4), Leg(12, 2, 0.92, near_thigh=0.4)), SEATED, (-0.35, 0.35), on=SEATS
    ),
    "sitting with legs apart": Stance(
        0.7, (Leg(42, -4, 0.9, near_thigh=0.6), Leg(42, -4, 0.9, near_thigh=0.6)), SEATED, (-0.3, 0.3), on=SEATS
    ),
    "sitting to the side": Stance(1.6, (Leg(-58, 0), Leg(66, -2)), SEATED, (0.5, 0.95), (-0.75, 0.85), on=SEATS),
    "legs over each other": Stance(
        0.9, (Leg(-46, -26, near_thigh=0.8), Leg(40, -8, near_thigh=0.7)), SEATED, (0.2, 0.7), (-0.6, 0.8), on=SEATS
    ),
    "cross-legged": Stance(
        1.0,
        (Leg(54, -82, 0.9, near_thigh=0.85), Leg(54, -76, 0.9, True, near_thigh=0.85)),
        ON_GROUND,
        (-0.25, 0.25),
        on=("", "cushion", "grass"),
    ),
    "legs stretched": Stance(
        0.7, (Leg(16, 10, 0.45, near_thigh=0.4), Leg(16, 10, 0.45, near_thigh=0.4)), ON_GROUND, (-0.3, 0.3), on=("", "grass")
    ),
    "legs to the side": Stance(0.8, (Leg(-62, 76, 0.9), Leg(60, -70, 0.9)), ON_GROUND, (0.2, 0.7), on=("", "grass", "cushion")),
    "legs along the ground": Stance(
        0.6, (Leg(-72, -78), Leg(76, 84)), {"leaning back": 2} | SEATED, (0.5, 0.95), (-0.8, 0.8), on=("", "grass")
    ),
    "kneeling": Stance(1.0, (Leg(-6, 80), Leg(8, -82)), ON_GROUND, (0.4, 0.95), (0.2, -0.2), on=("", "grass")),
    "kneeling to the viewer": Stance(
        0.9,
        (Leg(8, 2, 0.14, near_thigh=0.85), Leg(8, 2, 0.14, near_thigh=0.85)),
        SEATED,
        (-0.3, 0.3),
        on=("", "cushion"),
        foot=0.4,
    ),
    "sitting on the heels": Stance(
        0.8,
        (Leg(14, 4, 0.12, near_thigh=0.55), Leg(14, 4, 0.12, near_thigh=0.55)),
        SEATED,
        (-0.3, 0.3),
        on=("", "cushion"),
        foot=0.4,
    ),
    "on one knee": Stance(0.7, (Leg(-4, 82), Leg(68, -4)), {"one knee": 2} | SEATED, (0.4, 0.9), (0.2, 0.8), on=("", "grass")),
    "lying": Stance(0.7, (Leg(4, 2), Leg(8, -4)), FREE, (-0.5, 0.5), lying=True),
    "lying with bent legs": Stance(0.7, (Leg(-20, 40), Leg(34, -24)), FREE, (-0.6, 0.6), lying=True),
}


def stand(name: str, arms: str, rng: Rng, child: bool, handed: tuple[Arm | None, Arm | None] = (None, None)) -> Pose:
    """A row of `STANCES` with a row of `ARMS`, every angle jittered. handed: left and right arms that hold something, instead
    of the row's; a mirrored pose swaps everything else."""
    row = STANCES[name]
    turn = float(rng.uniform(*row.turn))
    legs, feet = row.legs, row.feet or (0.55 - turn * 0.9, 0.55 + turn * 0.9)
    _, left, right = ARMS[arms]
    if rng.random() < 0.5:
        turn, legs, feet = -turn, (legs[1], legs[0]), (feet[1], feet[0])
        left, right = right, left
    lean = row.lean * (1 if turn > 0 else -1)
    left, right = handed[0] or left, handed[1] or right
    arm_l, arm_r = (
        replace(arm, upper=arm.upper + float(rng.normal(0, 4)), fore=arm.fore + float(rng.normal(0, 5))) for arm in (left, right)
    )
    leg_l, leg_r = (
        replace(leg, upper=leg.upper + float(rng.normal(0, 2.5)), fore=leg.fore + float(rng.normal(0, 2.5))) for leg in legs
    )
    hip = float(rng.normal(0, 0.05)) if rng.random() < 0.4 else 0.0
    return Pose(
        turn=turn,
        sway=float(rng.normal(0, 0.025)),
        lean=lean + float(rng.normal(0, 0.025)),
        shoulder_tilt=-0.6 * hip + float(rng.normal(0, 0.035)),
        hip_tilt=hip,
        head_turn=float(rng.normal(0, 0.25)) + 0.3 * np.sign(turn) * (abs(turn) > PROFILE),
        head_tilt=float(rng.normal(0, 7)) * (1.2 if child else 1.0),
        arms=(arm_l, arm_r),
        legs=(leg_l, leg_r),
        hands=(arm_l.hand, arm_r.hand),
        feet=(float(np.clip(feet[0], -1, 1)), float(np.clip(feet[1], -1, 1))),
    )


# --- builds

AGES = {
    "chibi": (0.24, 2.0, 3.2),
    "child": (0.12, 3.6, 4.9),
    "teen": (0.3, 5.0, 6.0),
    "adult": (0.24, 5.8, 7.2),
    "tall": (0.1, 7.2, 8.0),
}


@dataclass(frozen=True)
class Build:
    """Factors on the body's half-widths: shoulders, chest, waist, hips, arms, thighs, neck."""

    weight: float
    shoulder: float = 1.0
    chest: float = 1.0
    waist: float = 1.0
    hip: float = 1.0
    arm: float = 1.0
    thigh: float = 1.0
    neck: float = 1.0


BUILDS: dict[str, Build] = {
    "usual": Build(6.0),
    "slight": Build(1.0, 0.9, 0.88, 0.88, 0.92, 0.8, 0.82, 0.9),
    "muscular": Build(1.0, 1.2, 1.22, 1.02, 0.98, 1.4, 1.18, 1.35),
    "stout": Build(1.0, 1.06, 1.3, 1.7, 1.4, 1.25, 1.25, 1.2),
    "full": Build(0.8, 1.0, 1.1, 1.0, 1.22, 1.08, 1.25, 1.0),
}


def built(rng: Rng, name: str, stance: str) -> Body:
    """A random body of a row of `BUILDS`, as a row of `STANCES` shows it."""
    body, row, bow = sample_body(rng, AGES), BUILDS[name], STANCES[stance].bow
    return replace(
        body,
        shoulder=body.shoulder * row.shoulder,
        chest=body.chest * row.chest,
        waist=body.waist * row.waist,
        hip=body.hip * row.hip,
        arm_half=body.arm_half * row.arm,
        thigh_half=body.thigh_half * row.thigh,
        neck_half=body.neck_half * row.neck,
        torso=body.torso * (1 - bow),
        neck=body.neck - 0.35 * bow,
        leg=body.leg * (1 - 0.2 * bow),
        foot=body.foot * STANCES[stance].foot,
    )
