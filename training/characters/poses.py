"""Poses as rows: two arms, two legs, spine and head. Angles in degrees from straight down, outwards positive."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Arm:
    """upper, fore: angles of the two bones; near, near_fore: foreshortening of each; behind: behind the torso;
    high: in front of the face; hand: row of `extremities.HANDS`."""

    upper: float
    fore: float
    near: float = 1.0
    near_fore: float = 1.0
    behind: bool = False
    high: bool = False
    hand: str = "relaxed"


@dataclass(frozen=True)
class Leg:
    """upper, fore: angles of thigh and shin; near, near_thigh: foreshortening of shin and thigh; behind: drawn first."""

    upper: float
    fore: float
    near: float = 1.0
    behind: bool = False
    near_thigh: float = 1.0


@dataclass(frozen=True)
class Pose:
    """turn: -1 (to the left of the picture) .. 1; sway, lean: of the spine in torso lengths; tilts: share of the
    half-width, + = left side lower. head_turn adds to turn; head_tilt in degrees. feet: toe-out -1 .. 1."""

    turn: float
    sway: float
    lean: float
    shoulder_tilt: float
    hip_tilt: float
    head_turn: float
    head_tilt: float
    arms: tuple[Arm, Arm]
    legs: tuple[Leg, Leg]
    hands: tuple[str, str]
    feet: tuple[float, float]


# (weight, left arm, right arm); one-armed rows are mirrored at random and paired with a hanging arm.
BOTH_ARMS: tuple[tuple[float, Arm, Arm], ...] = (
    (4.0, Arm(10, 6), Arm(10, 6)),
    (1.5, Arm(20, 26), Arm(20, 26)),
    (1.0, Arm(38, 44, hand="open"), Arm(38, 44, hand="open")),
    (2.0, Arm(42, -52, 0.95, hand="fist"), Arm(42, -52, 0.95, hand="fist")),
    (1.6, Arm(20, -34, behind=True), Arm(20, -34, behind=True)),
    (1.4, Arm(14, -52, 1.0, 0.95, hand="fist"), Arm(14, -48, 1.0, 0.9, hand="fist")),
    (0.7, Arm(22, -112, 0.95, 0.85, hand="fist"), Arm(22, -118, 0.95, 0.85, hand="fist")),
    (0.6, Arm(110, 158, hand="open"), Arm(110, 158, hand="open")),
    (0.5, Arm(78, 84, hand="open"), Arm(78, 84, hand="open")),
)
ONE_ARM: tuple[tuple[float, Arm], ...] = (
    (1.4, Arm(42, -52, 0.95, hand="fist")),
    (1.2, Arm(30, 150, 0.9, hand="open")),
    (0.8, Arm(62, 168, hand="open")),
    (0.8, Arm(118, 150, hand="open")),
    (1.0, Arm(22, -118, 0.95, 0.85, hand="open")),
    (0.8, Arm(38, -146, 0.95, 0.95, high=True, hand="point")),
    (0.8, Arm(30, 78, hand="open")),
    (0.7, Arm(24, -34, behind=True)),
    (0.6, Arm(60, 66, hand="point")),
    (0.5, Arm(46, 150, hand="peace")),
    (0.6, Arm(18, -70, 0.95, 0.6, hand="fist")),
)
LEGS: tuple[tuple[float, Leg, Leg], ...] = (
    (3.0, Leg(3, 1), Leg(3, 1)),
    (1.5, Leg(9, 6), Leg(9, 6)),
    (1.5, Leg(2, 0), Leg(13, 6)),
    (1.0, Leg(5, -4), Leg(5, -4)),
    (1.0, Leg(2, 2), Leg(10, -12, 0.95, True)),
    (0.7, Leg(4, 0), Leg(-4, -9, 1.0, True)),
    (0.5, Leg(3, 2), Leg(16, -22, 0.62, True)),
    (0.6, Leg(17, 13), Leg(17, 13)),
)


def sample_pose(rng: np.random.Generator, child: bool) -> Pose:
    """A random pose; every angle jittered."""

    def jitter(arm: Arm) -> Arm:
        return replace(arm, upper=arm.upper + float(rng.normal(0, 3.5)), fore=arm.fore + float(rng.normal(0, 4)))

    if rng.random() < 0.5:
        weights = np.array([row[0] for row in BOTH_ARMS])
        _, left, right = BOTH_ARMS[int(rng.choice(len(BOTH_ARMS), p=weights / weights.sum()))]
    else:
        weights = np.array([row[0] for row in ONE_ARM])
        left, right = ONE_ARM[int(rng.choice(len(ONE_ARM), p=weights / weights.sum()))][1], Arm(11, 5)
    if rng.random() < 0.5:
        left, right = right, left
    left, right = jitter(left), jitter(right)
    weights = np.array([row[0] for row in LEGS])
    _, first, second = LEGS[int(rng.choice(len(LEGS), p=weights / weights.sum()))]
    if rng.random() < 0.5:
        first, second = second, first
    wobble = [float(x) for x in rng.normal(0, 1.5, 2)]
    first, second = replace(first, upper=first.upper + wobble[0]), replace(second, upper=second.upper + wobble[1])
    turn = 0.0 if rng.random() < 0.3 else float(rng.uniform(-0.75, 0.75))
    hip = float(rng.normal(0, 0.05)) if rng.random() < 0.5 else 0.0
    return Pose(
        turn=turn,
        sway=float(rng.normal(0, 0.025)),
        lean=float(rng.normal(0, 0.02)),
        shoulder_tilt=-0.6 * hip + float(rng.normal(0, 0.03)),
        hip_tilt=hip,
        head_turn=float(rng.normal(0, 0.22)),
        head_tilt=float(rng.normal(0, 5)) * (1.2 if child else 1.0),
        arms=(left, right),
        legs=(first, second),
        hands=(left.hand, right.hand),
        feet=(float(np.clip(0.55 - turn * 0.9, -1, 1)), float(np.clip(0.55 + turn * 0.9, -1, 1))),
    )
