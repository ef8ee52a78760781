"""The body under the clothes: proportions, pose and the curves on which every garment is built.

Unit space: a head (chin to crown) is 1 high; the pit of the neck is (0, 0); y down. `v` runs down the torso from 0
(pit of the neck) to 1 (crotch), `u` across its front from -1 (left in the picture) to 1; see `Torso`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wardrobe import extremities
from wardrobe.geometry import XY, Limb, Points, spline, trace
from wardrobe.path import Matrix, Path

SIDES = ("l", "r")
LEVELS = {"neck": 0.0, "shoulder": 0.1, "armpit": 0.26, "chest": 0.36, "under": 0.48, "waist": 0.64, "hip": 0.9, "crotch": 1.0}

HANGS = 0.5, 0.9  # sine of the angle below the horizontal from which on an arm hangs, and hangs down
SHOULDER = 0.14  # level down to which an arm grows out of the torso
BACK = 0.35  # of half a head's width: how far behind its middle the neck of a head in profile begins
NAPE = 0.6  # of half a neck's width: how much broader it is behind, seen from the side
WAIST = 0.2  # of the torso's length: how far above and below it a waist is drawn in


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
    ) -> Path:
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
    `wide`. turn: -1 (towards the left of the picture) .. 1; tilt: degrees clockwise; nape: x of the neck's middle under the chin,
    in unit space, where it is known; neck: its left side and its right one as far as they are seen, from above, in unit space."""

    centre: XY
    tilt: float
    turn: float
    wide: float
    nape: float | None = None
    neck: tuple[Points | None, Points | None] = (None, None)

    def matrix(self) -> Matrix:
        """Head space -> unit space; `path.transform(figure.head.matrix())`."""
        a = np.deg2rad(self.tilt)
        c, s = float(np.cos(a)), float(np.sin(a))
        return Matrix(c, s, -s, c, *self.centre)

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
    """A posed body. arms, legs: {"l", "r"} by side of the PICTURE. far: the side turned away, or "" in front view. hands: rows
    of `extremities.HANDS`, left first; feet: toe-out of both, -1 .. 1."""

    body: Body
    turn: float
    torso: Torso
    arms: dict[str, Limb]
    legs: dict[str, Limb]
    head: Head
    joints: dict[str, XY]
    far: str
    hands: tuple[str, str]
    feet: tuple[float, float]

    @property
    def floor(self) -> float:
        """y of the soles."""
        return max(self.joints["ankle_l"][1], self.joints["ankle_r"][1]) + self.body.foot * 0.45

    def waisted(self, most: float) -> Figure:
        """The same, its waist at most so much of the chest's width, and as curved as that makes it; children have none."""
        share = most * self.body.chest / self.body.waist
        if share >= 1 or self.body.child:
            return self
        line, middle = self.torso, (self.torso.left + self.torso.right) / 2
        drawn = 1 - (1 - share) * np.exp(-(((line.v - LEVELS["waist"]) / WAIST) ** 2))[:, None]
        torso = replace(line, left=middle + (line.left - middle) * drawn, right=middle + (line.right - middle) * drawn)
        curved = float(np.clip((1.08 - most) / 0.3, self.body.fem, 1))
        return replace(self, torso=torso, body=replace(self.body, waist=self.body.waist * share, fem=curved))

    def v(self, name: str) -> float:
        return LEVELS[name]

    def neck(self) -> tuple[Path, Path]:
        """The neck, from under the chin to the collar bones, and its two sides."""
        n, (x, y), (left, right) = self.body.neck_half, self.torso.at(0, 0.0), self.neck_sides()
        edge = trace(left, closed=False)
        edge.add_path(trace(right, closed=False))
        return trace(np.array([*left, (x, y + n * 0.9), *right[::-1]])), edge

    def neck_sides(self) -> tuple[Points, Points]:
        """From under the chin to the collar bones, each N x 2: the one on the left of the picture first."""
        n, (x, y) = self.body.neck_half, self.torso.at(0, 0.0)
        hx, top = self.head.at(-BACK * self.head.turn * self.head.wide, 0.3)  # below the ears, not below the face
        wide = {s: n * (0.92 + NAPE * max(0.0, -s * self.head.turn)) for s in (-1, 1)}
        if self.head.nape is not None:
            hx, wide = self.head.nape, {-1: n, 1: n}
        left, right = (
            _neck_side([(hx + s * wide[s], top), (hx + s * 0.96 * wide[s], (top + y) / 2), (x + s * n * 1.15, y + 0.02)], seen)
            for s, seen in zip((-1, 1), self.head.neck, strict=True)
        )
        return left, right

    def shoulder(self, arm: Limb, outer: Points, level: float, ease: float = 0.0) -> Points | None:
        """The line of the shoulder from beside the neck to where an arm that hangs, or its sleeve, goes on from it, N x 2; None
        if it is raised: then it has a round of its own.

        outer: its outer side; level: of the torso, where the line begins; ease: units outside of the shoulder.
        """
        down = arm.direction(0.0)[1]
        index = SIDES.index(arm.side)
        line = self.torso.sides(level, SHOULDER, ease)[index]
        above = line[:3][line[:3, 1] < outer[0, 1]]
        if down < HANGS[0] or not len(above):
            return None
        farthest = (min, max)[index](outer[0, 0], *line[:, 0])  # a shoulder may be wider than its arm
        corner = [(farthest, outer[0, 1])] if down > HANGS[1] else []
        return spline(np.array([*above, *corner, outer[1]]), 13)[:-1]

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
    ) -> tuple[Path, list[Path]]:
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
            self.arms[side], self.body.hand + ease, self.hands[SIDES.index(side)], self.body.arm_half * 0.62 + ease
        )

    def foot(self, side: str, ease: float = 0.0, heel: float = 0.0) -> extremities.Part:
        """Outline of a foot or shoe (its sole line in `lines`). heel: height of a heel in units."""
        return extremities.foot(self.legs[side], self.body.foot + ease, self.feet[SIDES.index(side)], heel)


def limb(a: XY, b: XY, c: XY, half: list[float], outer: int, z: float, side: str, bend: float) -> Limb:
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


def _neck_side(usual: list[XY], seen: Points | None) -> Points:
    """A side of a neck, N x 2: along what is seen of it, else as it usually is. usual: at its top, middle and end."""
    (_, top), _, (end, low) = usual
    along: Points = np.zeros((0, 2)) if seen is None else seen[(seen[:, 1] > top + 0.01) & (seen[:, 1] < low - 0.05)]
    if len(along) and along[-1][1] > low - 0.065:  # it is known to its end
        end = along[-1][0]
    return spline(np.array([(along[0][0], top), *along, (end, low)] if len(along) else usual), 17)
