"""Hands and feet: simple outlines with a thumb, finger lines, toes and soles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wardrobe.geometry import Limb, Points, spline, trace
from wardrobe.path import Path


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


def foot(leg: Limb, size: float, toe_out: float, heel: float) -> Part:
    """A foot seen from the front, turned outwards by toe_out (-1 inwards .. 1 outwards, a side view)."""
    x, y = leg.point(0.98)
    w = leg.width(1.0) * 1.12
    sign = -1.0 if leg.side == "l" else 1.0
    reach = sign * toe_out
    length = size * (0.55 + 0.6 * abs(toe_out))
    drop = size * 0.55
    toe = np.array([x + reach * length, y + drop])
    b = size * 0.3
    lift = heel * 0.8
    side = 1.0 if reach >= 0 else -1.0
    rows = [
        (x - side * w, y - 0.04),
        (x - side * (w + 0.02), y + drop * 0.55 - lift),
        (x - side * w * 0.9, y + drop * 0.95 - lift * 0.5),
        (x + reach * length * 0.4, y + drop * 1.06),
        (toe[0], toe[1] + b * 0.12),
        (toe[0] + side * b * 0.85, toe[1] - b * 0.25),
        (toe[0] + side * b * 0.4, toe[1] - b * 0.85),
        (x + side * w * 0.95 + reach * length * 0.22, y + drop * 0.22),
        (x + side * w, y - 0.04),
    ]
    dense = spline(np.array(rows), 26)
    sole = spline(np.array(rows[2:6]) + [0.0, -size * 0.09], 10)
    return Part(trace(dense), (trace(sole, closed=False),), dense)
