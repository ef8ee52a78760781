"""The body under the clothes: proportions, pose and the curves on which every garment is built.

Unit space: a head (chin to crown) is 1 high; the pit of the neck is (0, 0); y down. `v` runs down the torso from 0
(pit of the neck) to 1 (crotch), `u` across its front from -1 (left in the picture) to 1; see `Torso`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from training.characters import extremities
from training.characters.canvas import Z
from training.characters.geometry import XY, Limb, Points, spline, trace
from training.characters.poses import Pose, sample_pose

SIDES = ("l", "r")
LEVELS = {"neck": 0.0, "shoulder": 0.1, "armpit": 0.26, "chest": 0.36, "under": 0.48, "waist": 0.64, "hip": 0.9, "crotch": 1.0}


@dataclass(frozen=True)
class Body:
    """Proportions in heads. heads: total height; fem: 0 straight .. 1 curved; child: bool."""

    heads: float
    fem: float
    child: bool
    neck: float
    torso: float
    leg: float
    shoulder: float
    chest: float
    waist: float
    hip: float
    neck_half: float
    upper_arm: float
    forearm: float
    arm_half: float
    thigh_half: float
    hand: float
    foot: float


@dataclass(frozen=True)
class Torso:
    """Left and right silhouette of the naked torso, sampled at `v` (41 steps), and the spine between them."""

    v: NDArray[np.float64]
    left: Points
    right: Points
    turn: float

    def _row(self, v: float) -> tuple[Points, Points]:
        k = min(max(v, 0.0), 1.0) * (len(self.v) - 1)
        i = min(int(k), len(self.v) - 2)
        f = k - i
        return self.left[i] * (1 - f) + self.left[i + 1] * f, self.right[i] * (1 - f) + self.right[i + 1] * f

    def at(self, u: float, v: float) -> XY:
        """Straight across between the silhouettes: u -1 left edge, 0 middle, 1 right edge."""
        a, b = self._row(v)
        p = a + (b - a) * (u + 1) / 2
        return float(p[0]), float(p[1])

    def front(self, u: float, v: float) -> XY:
        """A point of the FRONT surface: u 0 is the breastbone / button line, which moves when the body is turned."""
        angle = np.clip(u, -1, 1) * np.pi / 2 + self.turn * 0.75
        return self.at(float(np.sin(np.clip(angle, -np.pi / 2, np.pi / 2))), v)

    def half(self, v: float) -> float:
        """Half the width at v."""
        a, b = self._row(v)
        return float(b[0] - a[0]) / 2

    def sides(self, v0: float, v1: float, ease: float = 0.0, flare: float = 0.0) -> tuple[Points, Points]:
        """(left, right) lines from v0 to v1, M x 2, moved outwards by ease, and by flare more at v1."""
        count = max(4, int((v1 - v0) * 24) + 2)
        t = np.linspace(v0, v1, count)
        grow = ease * np.clip((t - 0.02) / 0.1, 0.35, 1) + flare * np.linspace(0, 1, count) ** 1.6
        shift = np.stack([grow, np.zeros(count)], 1)
        out = [np.stack([np.interp(t, self.v, line[:, axis]) for axis in (0, 1)], 1) for line in (self.left, self.right)]
        if v1 > 1:  # below the crotch the sides go straight down
            drop = np.maximum(t - 1, 0)[:, None] * np.array([0.0, self.length])
            out = [side + drop for side in out]
        return out[0] - shift, out[1] + shift

    @property
    def length(self) -> float:
        return float(self.left[-1, 1] - self.left[0, 1])

    def outline(
        self,
        v0: float = 0.0,
        v1: float = 1.0,
        ease: float = 0.0,
        flare: float = 0.0,
        hem: float = 0.06,
        neckline: Points | None = None,
    ) -> skia.Path:
        """Closed path of a top (or the bare torso). hem: sag of the lower border in units. neckline: points from
        right to left that replace the straight upper border (see `neckline`)."""
        left, right = self.sides(v0, v1, ease, flare)
        low = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, hem], right[-1]]), 7)[1:-1]
        parts = [left, low, right[::-1]]
        if neckline is not None:
            parts.append(neckline)
        return trace(np.concatenate(parts))

    def neckline(self, kind: str, width: float = 0.5, depth: float = 0.2) -> Points:
        """A collar opening for `outline`: kind "round" | "v" | "square" | "boat" | "high"; width in u, depth in v."""
        rows = {
            "round": [(width, 0.03), (0.8 * width, 0.6 * depth), (0, depth), (-0.8 * width, 0.6 * depth), (-width, 0.03)],
            "v": [
                (width, 0.03),
                (0.5 * width, 0.52 * depth),
                (0.02, depth),
                (0, depth),
                (-0.02, depth),
                (-0.5 * width, 0.52 * depth),
                (-width, 0.03),
            ],
            "square": [
                (width, 0.05),
                (width, 0.9 * depth),
                (width * 0.9, depth),
                (-width * 0.9, depth),
                (-width, 0.9 * depth),
                (-width, 0.05),
            ],
            "boat": [(width, 0.05), (0, depth), (-width, 0.05)],
            "high": [(width, -0.02), (0, 0.02), (-width, -0.02)],
        }[kind]
        return np.array([self.front(u, v) if abs(u) < width * 0.95 else self.at(u, v) for u, v in rows])


@dataclass(frozen=True)
class Head:
    """Where the head is. Head space: (0, 0) the middle of the skull, crown at y -.5, chin at y .5, skull half-width
    `wide`. turn: -1 (towards the left of the picture) .. 1; tilt: degrees clockwise."""

    centre: XY
    tilt: float
    turn: float
    wide: float

    def matrix(self) -> skia.Matrix:
        """Head space -> unit space; `path.transform(figure.head.matrix())`."""
        a = np.deg2rad(self.tilt)
        c, s = float(np.cos(a)), float(np.sin(a))
        return skia.Matrix.MakeAll(c, -s, self.centre[0], s, c, self.centre[1], 0, 0, 1)

    def at(self, x: float, y: float) -> XY:
        a = np.deg2rad(self.tilt)
        c, s = float(np.cos(a)), float(np.sin(a))
        return self.centre[0] + c * x - s * y, self.centre[1] + s * x + c * y

    def landmarks(self) -> dict[str, XY]:
        """Nose, eyes and visible ears, whatever the face's style: about where pose networks see them."""
        middle = np.arcsin(np.array([-0.5, 0.0, 0.5])) + 0.5 * self.turn
        left, nose, right = (self.wide * float(value) for value in np.sin(middle))
        found = {"nose": self.at(nose, 0.24), "eye_l": self.at(left, 0.09), "eye_r": self.at(right, 0.09)}
        ears = {"ear_l": -1, "ear_r": 1}
        return found | {name: self.at(side * self.wide, 0.1) for name, side in ears.items() if self.turn * side <= 0.45}


@dataclass(frozen=True)
class Figure:
    """A posed body. arms, legs: {"l", "r"} by side of the PICTURE. far: the side turned away, or "" in front view."""

    body: Body
    pose: Pose
    turn: float
    torso: Torso
    arms: dict[str, Limb]
    legs: dict[str, Limb]
    head: Head
    joints: dict[str, XY]
    far: str

    @property
    def floor(self) -> float:
        """y of the soles."""
        return max(self.joints["ankle_l"][1], self.joints["ankle_r"][1]) + self.body.foot * 0.45

    def v(self, name: str) -> float:
        return LEVELS[name]

    def neck(self) -> skia.Path:
        """The neck, from under the chin to the collar bones."""
        n, (hx, hy) = self.body.neck_half, self.head.centre
        top = hy + 0.3
        base = self.torso.at(0, 0.0)
        rows = [(hx - n * 0.92, top), (hx - n * 0.9, (top + base[1]) / 2), (base[0] - n * 1.15, base[1] + 0.02)]
        rows += [(base[0], base[1] + n * 0.9), (base[0] + n * 1.15, base[1] + 0.02)]
        rows += [(hx + n * 0.9, (top + base[1]) / 2), (hx + n * 0.92, top)]
        return trace(np.array(rows))

    def skirt(
        self, v: float = 0.64, length: float = 1.0, flare: float = 0.4, ease: float = 0.03, sway: float = 0.0
    ) -> tuple[Points, Points]:
        """(left, right) sides of a skirt, coat or dress from torso level v downwards, `length` in torso lengths.

        It stays clear of the hips and of the legs. flare: units added to each side at the hem; sway: hem shift."""
        unit = self.torso.length
        top, end = v, v + length
        left, right = self.torso.sides(min(top, 0.999), 1.0, ease)
        count = max(6, int(length * 10))
        t = np.linspace(top, end, count)
        y0 = float(left[0, 1])
        y = y0 + (t - top) * unit
        sides = []
        for sign, line in ((-1, left), (1, right)):
            x = np.interp(y, line[:, 1], line[:, 0])
            reach = np.maximum.accumulate(sign * x)
            for limb in self.legs.values():
                leg = limb.centre[:, 0] + sign * (limb.half + ease)
                reach = np.maximum(reach, np.where(y > line[-1, 1] - 0.1, sign * np.interp(y, limb.centre[:, 1], leg), -9))
            reach = np.maximum.accumulate(reach)
            s = np.linspace(0, 1, count)
            sides.append(np.stack([sign * (reach + flare * s**1.15) + sway * s**2, y], 1))
        return sides[0], sides[1]

    def skirt_outline(
        self,
        v: float = 0.64,
        length: float = 1.0,
        flare: float = 0.4,
        ease: float = 0.03,
        sway: float = 0.0,
        waves: int = 0,
        sag: float = 0.08,
    ) -> tuple[skia.Path, list[skia.Path]]:
        """(closed path, fold lines from the hem up). waves: scallops of the hem (0 = smooth); sag: how far the hem
        hangs down in the middle, units."""
        left, right = self.skirt(v, length, flare, ease, sway)
        s = np.linspace(0, 1, max(9, 4 * waves + 1))[1:-1]
        a, b = left[-1], right[-1]
        hem = a + (b - a) * s[:, None]
        hem[:, 1] += sag * np.sin(np.pi * s) + (0.035 * np.cos(2 * np.pi * waves * s) if waves else 0)
        top = spline(np.stack([right[0], (left[0] + right[0]) / 2 + [0, 0.03], left[0]]), 5)[1:-1]
        folds = []
        for k in range(max(waves, 4)):
            f = (k + 0.5) / max(waves, 4)
            foot = a + (b - a) * f + [0, sag * np.sin(np.pi * f)]
            head = left[0] + (right[0] - left[0]) * (0.15 + 0.7 * f)
            folds.append(trace(np.stack([foot, foot * 0.6 + head * 0.4 + [0.02, 0], foot * 0.3 + head * 0.7]), closed=False))
        return trace(np.concatenate([left, hem, right[::-1], top])), folds

    def hand(self, side: str, ease: float = 0.0) -> extremities.Part:
        """Outline and finger lines of a hand; `ease` thickens it for a glove."""
        return extremities.hand(
            self.arms[side], self.body.hand + ease, self.pose.hands[SIDES.index(side)], self.body.arm_half * 0.62 + ease
        )

    def foot(self, side: str, ease: float = 0.0, heel: float = 0.0) -> extremities.Part:
        """Outline of a foot or shoe (its sole line in `lines`). heel: height of a heel in units."""
        return extremities.foot(self.legs[side], self.body.foot + ease, self.pose.feet[SIDES.index(side)], heel)


def sample_body(rng: np.random.Generator) -> Body:
    """Chibi, child, teen or adult, slim or sturdy."""
    kind = str(rng.choice(["chibi", "child", "teen", "adult"], p=[0.16, 0.14, 0.4, 0.3]))
    low, high = {"chibi": (2.2, 3.4), "child": (3.8, 4.9), "teen": (5.0, 6.0), "adult": (5.8, 7.2)}[kind]
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
    narrow = 1 - 0.2 * abs(turn)
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


def _limb(a: XY, b: XY, c: XY, half: list[float], outer: int, z: float, side: str, bend: float) -> Limb:
    """A limb through three joints, its middle joint rounded by `bend` (share of the bones)."""
    pa, pb, pc = (np.array(p) for p in (a, b, c))
    t = np.linspace(0, 1, 13)[:, None]
    q0, q1 = pb + (pa - pb) * bend, pb + (pc - pb) * bend
    upper, lower = pa + (q0 - pa) * t[:9] / t[8], q1 + (pc - q1) * t[:9] / t[8]
    arc = (1 - t) ** 2 * q0 + 2 * t * (1 - t) * (pb * 0.75 + (q0 + q1) * 0.125) + t**2 * q1
    dense = np.concatenate([upper[:-1], arc, lower[1:]])
    steps = np.hypot(*np.diff(dense, axis=0).T)
    where = np.concatenate([[0], np.cumsum(steps)])
    middle = where[len(upper) - 1 + 6]
    half_way = np.where(where <= middle, 0.5 * where / middle, 0.5 + 0.5 * (where - middle) / (where[-1] - middle))
    s = np.linspace(0, 1, 33)
    centre = np.stack([np.interp(s, half_way, dense[:, axis]) for axis in (0, 1)], 1)
    width = np.interp(s, np.linspace(0, 1, len(half)), half)
    return Limb(centre, np.convolve(np.pad(width, 2, mode="edge"), np.ones(5) / 5, mode="valid"), outer, int(z), side)


def build_figure(rng: np.random.Generator) -> Figure:
    """A random body in a random pose."""
    body = sample_body(rng)
    pose = sample_pose(rng, body.child)
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
        arms[side] = _limb(shoulder, elbow, wrist, half, sign, z, side, float(np.clip(0.1 + 0.9 * h / body.forearm, 0.2, 0.45)))
        step = pose.legs[index]
        hip = torso.at(sign * 0.5, 0.95)
        knee = _bone(hip, sign * step.upper, body.leg * 0.49)
        ankle = _bone(knee, sign * step.fore, body.leg * 0.5 * step.near)
        w = body.thigh_half
        half = [w * 0.98, w, w * 0.94, w * 0.82, w * 0.7, w * 0.68, w * 0.64, w * 0.5, w * 0.4]
        behind = side == far or (not far and step.behind)
        legs[side] = _limb(hip, knee, ankle, half, sign, Z.FAR_LEG if behind else Z.NEAR_LEG, side, 0.2)
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
    return Figure(body, pose, turn, torso, arms, legs, head, joints, far)
