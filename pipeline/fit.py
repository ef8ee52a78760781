"""The body under the clothes as the wardrobe's figure: robust least squares from joints, silhouette and parts.

After Bogo et al. 2016 (SMPLify): joints weighted by how sure they are, a prior on bodies, and penalties; here in the plane, with
the silhouette and the borders of parts beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline import body_model as bm
from pipeline.body import CLAIMED
from pipeline.doubt import LIMBS as LIMBS
from pipeline.doubt import Doubt as Doubt
from pipeline.doubt import trust as trusted
from pipeline.evidence import Evidence, floor_of
from pipeline.fit_segments import layers
from pipeline.fit_terms import FREE, fingers, residuals
from pipeline.fit_view import AT, Clues, clues, grasped
from pipeline.seen_limbs import with_seen_limbs
from wardrobe.canvas import Frame, Z
from wardrobe.figure import SIDES, Figure, Head

Floats = NDArray[np.float64]

UPPER_ARM, FOREARM = 0.62, 0.58  # of the torso's length
STEP = 0.004  # of every number, for the Jacobian
ROUNDS = 30
# Trust of torso and surer arm together below which nothing is drawn: of 60 real drawings below it two thirds were wrong, of 95
# above it one in five. Trust is the share of limbs, of restyled drawings and of real ones with joints told by hand, that lie
# within 5 % of the height.
ENOUGH = 0.5
# Trust below which the user is told that a limb may be wrong: four of five such arms are, and hang down. They are drawn, for an
# outfit with an arm in another place is better than one with an old sleeve, and can be put right by hand.
GUESSED = {"torso": 0.0, "head": 0.0, "arm": 0.1, "leg": 0.05}
SLEEVE = 0.6  # units: how far a hand may be from the sleeve that it comes out of
REST = 0.86  # of the usual length: wrists hang about as low as the crotch
ACROSS = 0.3  # heads from the nose: an arm that is not sure lies across no face
HANGING = 0.12  # how far from straight down, outwards, in lengths of its bones
BESIDE = 1.2  # of the waist: how far from its middle a wrist may be that is hidden behind the back
FADES = 1.5  # units from the body over which trust goes down to nothing


@dataclass(frozen=True)
class Fit:
    """A figure in units and its way to the picture's pixels. trust: how sure each of `LIMBS` is in its place, 0..1. floor: the
    row from which on nothing of it is seen, see `evidence.floor_of`."""

    figure: Figure
    frame: Frame
    trust: Mapping[str, float]
    floor: int | None = None

    @property
    def guessed(self) -> list[str]:
        """Limbs that are drawn where they seem likely, without much to tell where they are."""
        return [name for name in LIMBS if self.trust[name] < GUESSED[name.split("_")[0]]]

    def filled(self, corners: NDArray[np.float64]) -> NDArray[np.bool_]:
        """H x W, what lies within corners of the figure, N x 2 in units."""
        found = np.zeros((self.frame.height, self.frame.width), np.uint8)
        placed = self.frame.pixels(corners)
        cv2.fillPoly(found, [np.rint(placed).astype(np.int32)], 1)
        return found > 0

    def trust_map(self) -> NDArray[np.float32]:
        """H x W, 0..1: the trust of the limb that is nearest, less and less with the distance from it."""
        shape = self.frame.height, self.frame.width
        nearest, owner = np.full(shape, np.inf, np.float32), np.zeros(shape, np.float32)
        for name, outline in _outlines(self.figure).items():
            away = np.ones(shape, np.uint8)
            corners = self.frame.pixels(outline)
            cv2.fillPoly(away, [np.rint(corners).astype(np.int32)], 0)
            if not away.all():
                distance = cv2.distanceTransform(away, cv2.DIST_L2, 3) / np.float32(self.frame.scale)
                nearer = distance < nearest if name in ("torso", "head") else distance <= nearest  # limbs lie in front
                owner = np.where(nearer, np.float32(self.trust[name]), owner)
                nearest = np.minimum(nearest, distance)
        return np.asarray(owner * np.clip(1 - nearest / FADES, 0, 1), np.float32)


def fit(evidence: Evidence) -> Fit | Doubt:
    """The figure, or why there is none. Never raises for what a picture shows."""
    height, width = evidence.shape
    floor = floor_of(evidence.labels)
    if floor is not None:
        evidence = evidence.above(floor)
    found = settled(evidence)
    if found is None:
        return Doubt.NOBODY
    p, known = found
    trust = trusted(p, known, evidence)
    if trust["torso"] + max(trust["arm_l"], trust["arm_r"]) < ENOUGH:
        return Doubt.UNSURE
    for side in SIDES:
        sure = side in known.led | known.hands.keys() and not _before_face(p, side, evidence, known)
        if trust[f"arm_{side}"] < GUESSED["arm"] and not sure:
            p = _at_rest(p, side)
    head = _head(evidence, known, p)
    order = _order(evidence, known, p, head)
    origin = known.view.origin.tolist()
    frame = Frame(width, height, known.view.scale, origin[0], origin[1])
    return Fit(with_seen_limbs(bm.figure(p, head, order), frame, evidence), frame, trust, floor)


def settled(evidence: Evidence) -> tuple[Floats, Clues] | None:
    """The body's numbers, SIZE of `pipeline.body_model`, and what they were made from; None where no body is seen."""
    measured = _measured(evidence)
    if measured is None:
        return None
    known = clues(evidence, *measured)
    p = _settled(_start(evidence, known), known)
    return _with_all_hands(p, known, _ungrasped(evidence, known, p))


def _before_face(p: Floats, side: str, evidence: Evidence, known: Clues) -> bool:
    """Whether an arm lies across the middle of the face."""
    if evidence.sure["nose"] < CLAIMED:
        return False
    nose = (np.array(evidence.joints["nose"]) - known.view.origin) / known.view.scale
    joints = bm.joints(p[None])
    arm = np.array([joints[f"{part}_{side}"][0] for part in bm.CHAINS["arm"]])
    places = np.concatenate([np.linspace(*bone, 20) for bone in pairwise(arm)])
    return bool(np.hypot(*(places - nose).T).min() < ACROSS)


def _at_rest(p: Floats, side: str) -> Floats:
    """The body with an arm hanging down beside it."""
    axis = p[bm.HIP] - p[bm.NECK]
    length = REST * float(np.hypot(*axis))
    down = REST * axis / length + HANGING * bm.OUTER[side] * np.array([axis[1], -axis[0]]) * REST / length
    found, at = p.copy(), bm.ARMS.start + 4 * SIDES.index(side)
    elbow = bm.joints(p[None])[f"shoulder_{side}"][0] + UPPER_ARM * length * down
    found[at : at + 4] = *elbow, *(elbow + FOREARM * length * down)
    return found


def _outlines(figure: Figure) -> dict[str, Floats]:
    """Corners of every one of `LIMBS`, in units."""
    head = figure.head
    round_ = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    found = {
        "torso": np.concatenate([figure.torso.left, figure.torso.right[::-1]]),
        "head": np.array([head.at(head.wide * x, y / 2) for x, y in np.stack([np.cos(round_), np.sin(round_)], 1)]),
    }
    for name, limbs in (("leg", figure.legs), ("arm", figure.arms)):
        for side, one in limbs.items():
            outer, inner = one.sides(0, 1)
            found[f"{name}_{side}"] = np.concatenate([outer, inner[::-1]])
    return found


def _measured(evidence: Evidence) -> tuple[float, Floats] | None:
    """Pixels of a unit (the height of the head), and where the neck is; None where too little is seen."""
    at = {name: np.array(place) for name, place in evidence.joints.items() if evidence.sure[name] > 0.3}
    if "neck" not in at or not {"shoulder_l", "shoulder_r"} <= at.keys():
        return None

    def apart(first: str, second: str) -> list[float]:
        return [float(np.hypot(*(at[first] - at[second])))] if first in at and second in at else []

    face = [length / 0.38 for length in apart("nose", "neck")] + [length / 0.39 for length in apart("eye_l", "eye_r")]
    face += [length / 0.82 for length in apart("ear_l", "ear_r")]
    half = apart("shoulder_l", "shoulder_r")[0] / 2 / 0.8
    hips = [at[name] for name in ("thigh_l", "thigh_r") if name in at]
    if hips:
        half = max(half, float(np.hypot(*(np.mean(hips, axis=0) - at["neck"]))) / 3.4)
    unit = float(np.median(face)) if face else half / 0.55
    unit = float(np.clip(unit, half / 0.8, half / 0.36))
    return (unit, at["neck"]) if unit > 4 else None


def _start(evidence: Evidence, known: Clues) -> Floats:
    """Joints as they were read, the rest as usual."""
    seen = {name: place for name, place in zip(known.names, known.guesses[:, 0], strict=True) if evidence.sure[name] > 0.3}
    across = seen["shoulder_r"] - seen["shoulder_l"]
    half = max(float(np.hypot(*across)) / 2 / 0.8, 0.25)
    hips = [seen[name] for name in ("thigh_l", "thigh_r") if name in seen]
    length = 2.6 * half
    hip = np.mean(hips, axis=0) / 0.95 if hips else np.array([0.0, length])
    length = max(float(np.hypot(*hip)), 0.5)
    tilts = float(np.arctan2(across[1], abs(across[0]) + 1e-6)), 0.0
    ends: dict[str, tuple[float, float]] = {}
    for side in SIDES:
        sign = bm.OUTER[side]
        roots = {"shoulder": np.array([sign * 0.8 * half, 0.15 * length]), "thigh": hip + (sign * 0.4 * half, -0.05)}
        for chain in bm.CHAINS.values():
            place = seen.get(f"{chain[0]}_{side}", roots[chain[0]])
            for name in chain[1:]:
                place = seen.get(f"{name}_{side}", place + np.array([sign * 0.06, 0.6]) * length)
                ends[f"{name}_{side}"] = float(place[0]), float(place[1])
    widths = (half, 0.763 * half, 0.68 * half, 0.84 * half)
    return bm.vector((0.0, 0.0), (float(hip[0]), float(hip[1])), tilts, widths, 0.23 * half, 0.41 * half, ends)


def _settled(start: Floats, known: Clues) -> Floats:
    """The most likely body. Clues that contradict each other first all pull, then the lonely ones give up (graduated
    non-convexity, Blake & Zisserman 1987); between, each limb may jump to where it would be likelier."""
    p = _descended(start, known, 4 * FREE, ROUNDS // 3)
    for limb in ("arm_l", "arm_r", "leg_l", "leg_r"):
        p = _jumped(p, known, limb)
    return _descended(p, known, FREE, ROUNDS)


def _with_all_hands(p: Floats, known: Clues, palms: Sequence[Floats]) -> tuple[Floats, Clues]:
    """A hand that is seen is somebody's: an arm that has none is led to it."""
    for palm in palms:
        joints = {name: place[0] for name, place in bm.joints(p[None]).items()}
        taken = {*known.hands, *_grips(joints, p, known)}
        free = [side for side in SIDES if side not in taken]
        if not free or min(float(np.hypot(*(palm - place))) for place in _palms(joints, p).values()) < AT:
            continue
        tries = []
        for side in free:
            with_hand = replace(known, hands={**known.hands, side: palm}, led=known.led | {side})
            led = _descended(_jumped(p, with_hand, f"arm_{side}", palm), with_hand, FREE, ROUNDS)
            tries.append((float((residuals(led[None], with_hand) ** 2).sum()), led, with_hand))
        _, p, known = min(tries, key=lambda row: row[0])
    return p, known


def _descended(p: Floats, known: Clues, free: float, rounds: int) -> Floats:
    """Least squares by Levenberg's and Marquardt's method; every Jacobian is one call for all shifted vectors."""
    steps = np.concatenate([np.zeros((1, bm.SIZE)), STEP * np.eye(bm.SIZE)])
    damping = 0.3
    for _ in range(rounds):
        found = residuals(p + steps, known, free)
        slopes, left = (found[1:] - found[0]) / STEP, found[0]
        normal, pull = slopes @ slopes.T, slopes @ left
        tries = damping * 10.0 ** np.arange(-1, 3)
        moved = np.array([p - np.linalg.solve(normal + amount * np.diag(np.diag(normal) + 1e-3), pull) for amount in tries])
        costs = (residuals(moved, known, free) ** 2).sum(1)
        best = int(costs.argmin())
        before = float(left @ left)
        if not costs[best] < before:
            break
        p, damping = moved[best], float(np.clip(tries[best], 1e-4, 1e4))
        if before - costs[best] < 1e-3 * before:
            break
    return p


def _jumped(p: Floats, known: Clues, limb: str, hand: Floats | None = None) -> Floats:
    """The likeliest of the places where a limb may be: as it is, at other guesses of its joints, at many angles, at a hand."""
    name, side = limb.split("_")
    chain = bm.CHAINS[name]
    root = bm.joints(p[None])[f"{chain[0]}_{side}"][0]
    length = float(np.hypot(*(p[bm.HIP] - p[bm.NECK])))
    angles = np.deg2rad(np.arange(-40, 181, 20) if name == "arm" else np.arange(-40, 81, 20))
    ways = np.stack([bm.OUTER[side] * np.sin(angles), np.cos(angles)], 1) * UPPER_ARM * length
    folds = np.deg2rad(np.arange(-160, 161, 40) if name == "arm" else np.arange(-120, 121, 40))
    middles = [root + ways, *[known.guesses[index] for index in _named(known, f"{chain[1]}_{side}")]]
    found = [p]
    where = (bm.ARMS if name == "arm" else bm.LEGS).start + (0 if side == "l" else 4)
    for middle in np.concatenate(middles):
        bone = middle - root
        turned = [np.array([bone[0] * np.cos(a) + bone[1] * np.sin(a), bone[1] * np.cos(a) - bone[0] * np.sin(a)]) for a in folds]
        long = max(float(np.hypot(*bone)), 1e-6)
        ends = [middle + one * (FOREARM * length / long) for one in turned]
        ends += [] if hand is None else [hand]
        ends += [end for index in _named(known, f"{chain[2]}_{side}") for end in known.guesses[index]]
        for end in ends:
            other = p.copy()
            other[where : where + 4] = *middle, *end
            found.append(other)
    tried = np.array(found)
    return np.asarray(tried[(residuals(tried, known) ** 2).sum(1).argmin()])


def _named(known: Clues, name: str) -> list[int]:
    return [known.names.index(name)] if name in known.names else []


def _head(evidence: Evidence, known: Clues, p: Floats) -> Head:
    places = {name: known.view.units(np.array(place)) for name, place in evidence.joints.items() if evidence.sure[name] > 0.3}
    neck = p[bm.NECK]
    if not {"nose", "eye_l", "eye_r"} <= places.keys():
        return Head((float(neck[0]), float(neck[1]) - 0.6), 0.0, 0.0, 0.42)
    nose, left, right = places["nose"], places["eye_l"], places["eye_r"]
    line = right - left
    tilt = float(np.clip(np.degrees(np.arctan2(line[1], max(line[0], 0.05))), -30, 30))
    a = np.deg2rad(tilt)
    middle = (left + right) / 2
    shift = float((nose - middle) @ np.array([np.cos(a), np.sin(a)]))
    wide = 0.42
    turn = float(np.clip(shift / (wide * 0.5 * (1 - np.cos(0.5)) + 0.12) * 0.5, -1, 1))
    centre = nose - np.array([-np.sin(a), np.cos(a)]) * 0.24 - np.array([np.cos(a), np.sin(a)]) * wide * np.sin(0.5 * turn)
    return Head((float(centre[0]), float(centre[1])), tilt, turn, wide)


def _order(evidence: Evidence, known: Clues, p: Floats, head: Head) -> bm.Order:
    """What lies before what."""
    turn = float(np.clip(0.8 * head.turn, -0.75, 0.75)) if abs(head.turn) > 0.25 else 0.0
    far = "" if abs(turn) < 0.3 else ("r" if turn > 0 else "l")
    z = dict(bm.FRONT)
    if far:
        z[f"leg_{far}"] = int(Z.FAR_LEG)
    joints = {name: place[0] for name, place in bm.joints(p[None]).items()}
    if evidence.body:
        z |= layers(evidence.body)
    seen = known.hands.keys() | _grips(joints, p, known)
    for side in SIDES:  # a hand in front of the body would be seen
        if side not in seen and _behind(joints, p, side):
            z[f"arm_{side}"] = int(Z.BACK_ARM)
    feet = tuple(float(np.clip(0.55 + bm.OUTER[side] * 0.9 * turn, -1, 1)) for side in SIDES)
    return bm.Order(turn, far, z, (feet[0], feet[1]))


def _grips(joints: Mapping[str, Floats], p: Floats, known: Clues) -> set[str]:
    """Sides at whose wrist a hand is seen; a hand is only one of theirs."""
    hands, found = _palms(joints, p), set[str]()
    for palm in known.palms:
        gaps = {side: float(np.hypot(*(palm - place))) for side, place in hands.items()}
        side = min(gaps, key=lambda key: gaps[key])
        found |= {side} if gaps[side] < AT else set()
    return found


def _ungrasped(evidence: Evidence, known: Clues, p: Floats) -> list[Floats]:
    """Where an arm might lead to a hand, or to what a hand holds, that has none: the nearest to a sleeve first."""
    joints = {name: place[0] for name, place in bm.joints(p[None]).items()}
    palms = np.array(list(_palms(joints, p).values()))
    roots = np.array([joints[f"shoulder_{side}"] for side in SIDES])
    found = []
    for piece, gap in grasped(evidence, known):
        if gap < SLEEVE and np.linalg.norm(piece[:, None] - palms, axis=2).min() > AT:
            near = piece[np.linalg.norm(piece[:, None] - roots, axis=2).min(1).argmin()]
            found.append((gap, next((palm for palm in known.palms if np.hypot(*(piece - palm).T).min() < 0.1), near)))
    return [place for _, place in sorted(found, key=lambda row: row[0])]


def _palms(joints: Mapping[str, Floats], p: Floats) -> dict[str, Floats]:
    """The middle of both hands."""
    every = {name: place[None] for name, place in joints.items()}
    return {side: 0.5 * (joints[f"wrist_{side}"] + fingers(p[None], every, side)[0]) for side in SIDES}


def _behind(joints: Mapping[str, Floats], p: Floats, side: str) -> bool:
    """Whether a wrist lies on the torso."""
    axis = p[bm.HIP] - p[bm.NECK]
    off = joints[f"wrist_{side}"] - p[bm.NECK]
    level = float(off @ axis / (axis @ axis))
    sideways = abs(float(off @ np.array([axis[1], -axis[0]])) / float(np.hypot(*axis)))
    return 0.2 < level < 1.1 and sideways < BESIDE * float(np.exp(p[bm.WIDTHS][2]))
