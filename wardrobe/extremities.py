"""Hands and feet: simple outlines with a thumb, finger lines, toes and soles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wardrobe.geometry import Limb, Points, normals_of, spline, trace
from wardrobe.path import Path

Rows = tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True)
class Part:
    """A closed outline and the lines drawn on it (fingers, sole); points: the outline as N x 2."""

    path: Path
    lines: tuple[Path, ...]
    points: Points


# Hands in their own space: wrist at (0, 0), fingers towards +y, 1 long; +x is the thumb's side.
HANDS: dict[str, tuple[tuple[tuple[float, float], ...], tuple[tuple[tuple[float, float], ...], ...]]] = {
    "relaxed": (
        (
            (-0.24, -0.05),
            (-0.32, 0.3),
            (-0.3, 0.62),
            (-0.2, 0.92),
            (-0.02, 1.0),
            (0.14, 0.9),
            (0.2, 0.66),
            (0.3, 0.62),
            (0.38, 0.44),
            (0.3, 0.2),
            (0.24, -0.05),
        ),
        (((-0.1, 0.62), (-0.1, 0.93)), ((0.06, 0.6), (0.06, 0.92)), ((0.2, 0.66), (0.19, 0.46))),
    ),
    "open": (
        (
            (-0.22, -0.05),
            (-0.3, 0.25),
            (-0.34, 0.5),
            (-0.46, 0.76),
            (-0.38, 0.82),
            (-0.24, 0.62),
            (-0.24, 0.98),
            (-0.14, 1.0),
            (-0.08, 0.66),
            (-0.03, 1.06),
            (0.07, 1.05),
            (0.08, 0.66),
            (0.19, 0.96),
            (0.28, 0.92),
            (0.22, 0.5),
            (0.42, 0.5),
            (0.55, 0.42),
            (0.46, 0.32),
            (0.3, 0.18),
            (0.22, -0.05),
        ),
        (((-0.1, 0.3), (0.1, 0.36)),),
    ),
    "fist": (
        (
            (-0.22, -0.05),
            (-0.34, 0.2),
            (-0.36, 0.45),
            (-0.26, 0.64),
            (0.0, 0.68),
            (0.24, 0.62),
            (0.34, 0.42),
            (0.3, 0.18),
            (0.22, -0.05),
        ),
        (
            ((-0.12, 0.42), (-0.13, 0.64)),
            ((0.03, 0.42), (0.03, 0.66)),
            ((0.17, 0.4), (0.18, 0.62)),
            ((0.3, 0.24), (0.12, 0.3), (0.1, 0.4)),
        ),
    ),
    "point": (
        (
            (-0.22, -0.05),
            (-0.32, 0.2),
            (-0.34, 0.45),
            (-0.24, 0.62),
            (0.02, 0.64),
            (0.06, 0.7),
            (0.08, 1.04),
            (0.19, 1.06),
            (0.25, 0.6),
            (0.36, 0.4),
            (0.3, 0.16),
            (0.22, -0.05),
        ),
        (((-0.12, 0.42), (-0.13, 0.62)), ((0.03, 0.42), (0.03, 0.62)), ((0.3, 0.24), (0.1, 0.34))),
    ),
    "peace": (
        (
            (-0.22, -0.05),
            (-0.32, 0.2),
            (-0.32, 0.45),
            (-0.2, 0.58),
            (-0.16, 0.62),
            (-0.22, 1.0),
            (-0.12, 1.04),
            (0.0, 0.66),
            (0.14, 1.04),
            (0.24, 1.0),
            (0.18, 0.58),
            (0.34, 0.42),
            (0.3, 0.16),
            (0.22, -0.05),
        ),
        (((-0.1, 0.4), (0.12, 0.44)), ((0.3, 0.24), (0.06, 0.32))),
    ),
}


# Feet and parts of shoes on a `Last`: along and up as seen from the front, along and up as seen from the side.
CUTS: dict[str, Rows] = {
    "foot": (
        (-1.0, 1.07, -1.0, 1.07),
        (-1.12, 0.45, -1.06, 0.45),
        (-1.0, 0.02, -0.92, 0.05),
        (-0.2, -0.1, 0.29, -0.06),
        (0.45, -0.02, 0.68, -0.06),
        (1.0, 0.28, 1.0, 0.18),
        (0.85, 0.52, 0.87, 0.44),
        (0.55, 0.8, 0.61, 0.78),
        (0.5, 1.07, 0.5, 1.07),
    ),
    "low shoe": (
        (-1.02, 1.08, -1.02, 1.12),
        (-1.16, 0.5, -1.1, 0.5),
        (-1.05, 0.05, -1.0, 0.02),
        (-0.2, -0.06, 0.2, -0.05),
        (0.45, -0.02, 0.85, -0.05),
        (1.06, 0.28, 1.05, 0.32),
        (0.95, 0.56, 0.94, 0.63),
        (0.6, 0.85, 0.68, 0.82),
        (0.52, 1.08, 0.54, 1.12),
        (0.0, 0.98, 0.0, 0.98),
    ),
    "thick sole": (
        (-1.18, 0.26, -1.15, 0.28),
        (-0.6, 0.16, -0.4, 0.2),
        (0.0, 0.12, 0.4, 0.17),
        (0.35, 0.16, 0.8, 0.22),
        (1.1, 0.26, 1.06, 0.36),
        (1.14, 0.02, 1.1, 0.08),
        (0.5, -0.2, 0.86, -0.2),
        (0.0, -0.24, 0.1, -0.18),
        (-0.95, -0.2, -0.95, -0.2),
        (-1.22, 0.0, -1.22, 0.0),
    ),
    "heeled sole": (
        (-1.16, 0.12, -1.14, 0.12),
        (-0.5, 0.0, -0.2, 0.05),
        (0.0, -0.03, 0.5, 0.02),
        (0.45, 0.0, 0.85, 0.03),
        (1.06, 0.14, 1.07, 0.16),
        (1.04, 0.0, 1.05, 0.02),
        (0.45, -0.14, 0.85, -0.13),
        (0.0, -0.2, 0.1, -0.1),
        (-0.5, -0.18, -0.3, -0.08),
        (-0.55, -0.18, -0.34, -0.26),
        (-1.05, -0.1, -1.1, -0.26),
    ),
    "toe cap": (
        (-0.9, -0.1, 0.54, -0.1),
        (-0.62, 0.26, 0.57, 0.28),
        (0.0, 0.4, 0.68, 0.56),
        (0.45, 0.28, 0.9, 0.9),
        (0.6, -0.1, 1.4, 0.0),
    ),
    "heel tab": (
        (-1.4, 0.7, -1.4, 0.7),
        (-1.05, 0.6, -0.72, 0.64),
        (-1.05, 0.3, -0.55, 0.35),
        (-1.05, 0.0, -0.55, 0.0),
        (-1.4, 0.0, -1.4, 0.0),
    ),
    "lacing": ((0.0, 1.04, 0.26, 1.04), (0.0, 0.74, 0.42, 0.8), (0.0, 0.46, 0.6, 0.6)),
    "mary jane": (
        (-1.08, 0.62, -1.06, 0.72),
        (-1.18, 0.35, -1.14, 0.35),
        (-1.02, -0.02, -0.98, -0.02),
        (-0.2, -0.12, 0.2, -0.07),
        (0.5, -0.04, 0.85, -0.08),
        (1.08, 0.16, 1.08, 0.14),
        (1.1, 0.4, 1.04, 0.46),
        (0.95, 0.58, 0.86, 0.6),
        (0.45, 0.42, 0.68, 0.46),
        (0.2, 0.32, 0.4, 0.32),
        (-0.2, 0.3, -0.2, 0.32),
        (-0.7, 0.42, -0.7, 0.5),
    ),
    "instep strap": ((-1.12, 0.6, -0.95, 0.56), (-0.5, 0.7, -0.3, 0.7), (0.2, 0.7, 0.35, 0.78), (0.9, 0.58, 0.7, 0.72)),
    "pump": (
        (-1.06, 0.7, -1.08, 0.86),
        (-1.16, 0.3, -1.16, 0.4),
        (-0.98, -0.1, -1.04, 0.0),
        (-0.7, -0.6, -0.4, -0.1),
        (-0.3, -1.02, 0.3, -0.48),
        (0.18, -1.02, 0.78, -0.88),
        (0.5, -0.5, 1.2, -0.88),
        (1.06, 0.05, 1.1, -0.3),
        (1.08, 0.4, 0.94, 0.4),
        (0.35, 0.02, 0.7, 0.26),
        (0.0, -0.02, 0.3, 0.12),
        (-0.35, 0.04, -0.4, 0.36),
    ),
    "stiletto": ((-0.95, 0.1, -1.12, 0.25), (-0.3, 0.0, -0.3, 0.0), (-0.58, -1.0, -0.84, -0.88), (-0.72, -1.0, -1.0, -0.88)),
    "sandal sole": (
        (-1.2, 0.14, -1.14, 0.14),
        (-0.5, 0.0, -0.2, 0.04),
        (0.0, -0.05, 0.5, 0.02),
        (0.45, 0.0, 0.85, 0.02),
        (1.14, 0.14, 1.12, 0.12),
        (1.1, -0.06, 1.1, -0.1),
        (0.45, -0.22, 0.85, -0.2),
        (0.0, -0.27, 0.2, -0.18),
        (-0.6, -0.24, -0.95, -0.22),
        (-1.18, -0.04, -1.2, -0.04),
    ),
    "toe strap": ((-1.2, 0.24, 0.26, 0.0), (-0.4, 0.4, 0.5, 0.24), (0.3, 0.4, 0.68, 0.48), (1.2, 0.3, 0.82, 0.7)),
    "ankle strap": ((-1.2, 0.86, -1.2, 0.84), (-0.4, 0.74, -0.3, 0.74), (0.3, 0.76, 0.3, 0.78), (0.7, 0.9, 0.66, 0.94)),
    "heel strap": ((-1.3, 0.8, -0.72, 0.84), (-1.2, 0.5, -0.58, 0.5), (-1.2, 0.2, -0.5, 0.2), (-1.2, 0.0, -0.48, 0.0)),
    "toes": ((-0.8, 0.12, 0.72, 0.1), (-0.4, 0.02, 0.82, 0.08), (0.0, 0.0, 0.9, 0.1), (0.36, 0.06, 0.96, 0.18)),
}


def hand(arm: Limb, size: float, kind: str, wrist: float) -> Part:
    """size: length of the hand in units; wrist: its half-width where it joins the arm."""
    outline, lines = HANDS[kind]
    dx, dy = arm.direction(1.0)
    x, y = arm.point(0.985)
    mirror = -arm.outer  # the thumb points to the body's front
    wide = 1.15
    across = np.array([-dy, dx]) * mirror * size * wide
    along = np.array([dx, dy]) * size * 1.1

    def place(rows: tuple[tuple[float, float], ...]) -> Points:
        r = np.array(rows)
        return np.asarray(np.array([x, y]) + r[:, :1] * across + r[:, 1:] * along)

    shape = place(outline)
    scale = wrist / (0.23 * size * wide)
    shape[0] = [x, y] + (shape[0] - [x, y]) * scale
    shape[-1] = [x, y] + (shape[-1] - [x, y]) * scale
    dense = spline(shape, 3 * len(shape))
    return Part(trace(dense), tuple(trace(place(row), closed=False) for row in lines), dense)


def padded(part: Part, thick: float) -> Path:
    """The outline of a hand or foot grown on all sides by `thick`."""
    around = np.concatenate([part.points[-1:], part.points, part.points[:1]])
    x, y = part.points.T
    turn = np.sign(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))))
    return trace(part.points + turn * thick * normals_of(around)[1:-1])


@dataclass(frozen=True)
class Last:
    """A foot's form on which shoes are built. ankle: its middle; half: its half-width; tip: how far the toes reach from its
    middle; drop: its height over the sole; front: 1 where the toes point right, else -1; profile: 0 seen from the front .. 1
    from the side."""

    ankle: tuple[float, float]
    half: float
    tip: float
    drop: float
    front: float
    profile: float

    def points(self, rows: Rows) -> Points:
        """along: -1 the heel, 0 the ankle's middle, .5 its front, 1 the toes; up: 0 the sole, 1 the ankle."""
        r = np.array(rows)
        along, up = (r[:, k] * (1 - self.profile) + r[:, k + 2] * self.profile for k in (0, 1))
        beyond = np.maximum(along - 0.5, 0) * 2 * (self.tip - self.half)
        x = np.where(along < 0, along, 2 * np.minimum(along, 0.5)) * self.half + beyond
        return np.stack([self.ankle[0] + self.front * x, self.ankle[1] + self.drop * (1 - up)], 1)

    def cut(self, name: str) -> Path:
        """The outline of a row of `CUTS`."""
        return trace(spline(self.points(CUTS[name]), 4 * len(CUTS[name]), closed=True))

    def sole(self, name: str) -> Path:
        """A row of `CUTS` with its corners."""
        return Path.polygon(self.points(CUTS[name]).tolist())

    def line(self, name: str, count: int = 13) -> Points:
        """A row of `CUTS` that is an open line."""
        return spline(self.points(CUTS[name]), count)


def last(leg: Limb, size: float, toe_out: float, ease: float = 0.0) -> Last:
    """The form of a foot turned outwards by toe_out (-1 inwards .. 1 outwards, a side view), thicker by `ease`."""
    x, y = leg.point(0.98)
    half = leg.width(1.0) * 1.12 + 0.5 * ease
    reach = (-1.0 if leg.side == "l" else 1.0) * toe_out
    size += ease
    tip = max(size * (abs(reach) * (0.55 + 0.6 * abs(toe_out)) + 0.255), 1.15 * half)
    return Last((x, y), half, tip, 0.55 * size, 1.0 if reach >= 0 else -1.0, min(abs(toe_out) / 0.5, 1.0))


def foot(leg: Limb, size: float, toe_out: float, heel: float) -> Part:
    """A foot seen from the front, turned outwards by toe_out (-1 inwards .. 1 outwards, a side view)."""
    rows = last(leg, size, toe_out).points(CUTS["foot"])
    rows[1:3, 1] -= np.array([0.8, 0.4]) * heel
    dense = spline(rows, 30)
    sole = spline(rows[2:6] + [0.0, -size * 0.09], 10)
    return Part(trace(dense), (trace(sole, closed=False),), dense)
