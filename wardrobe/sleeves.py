"""Sleeves of every cut: their folds, seams, cuffs and openings."""

from __future__ import annotations

import numpy as np

from wardrobe import folds
from wardrobe.canvas import Layer, Mark
from wardrobe.cloth import Cloth, across, limb_angle
from wardrobe.figure import SIDES
from wardrobe.geometry import Limb, Points, polygon, trace, unit_steps
from wardrobe.shading import Tube
from wardrobe.style import RGB, darken

# t1 along the arm, ease, flare, puff in shares of the arm's half-width
SLEEVES = {
    "short": (0.30, 0.30, 0.35, 0.0),
    "elbow": (0.50, 0.26, 0.25, 0.0),
    "long": (0.96, 0.22, 0.08, 0.0),
    "puff": (0.30, 0.15, -0.05, 0.75),
    "wide": (0.90, 0.30, 1.7, 0.0),
}
SEWN_FROM = 0.045  # level of the torso
SEWN = 0.08  # of the shoulders' half-width: so far outside of them a sleeve is sewn on, or its bodice would stand out
ENDS = 0.1, 0.98  # of an arm: the shortest and the longest sleeve
_SHORT_CUFF = 0.36  # of what a wrist's cuff measures: round an upper arm it would look like a bracelet
_PUFF_BAND = 0.02  # of the arm
_CUFF_WIDER = 1.03  # than the sleeve's end


def sleeves(
    cloth: Cloth,
    *,
    kind: str | None = None,
    loose: float = 0.0,
    cuff: RGB | None = None,
    cuff_size: float = 0.07,
    stripe: bool = False,
) -> list[Layer]:
    """Both sleeves. loose: more ease, in arm half-widths; cuff: colour of a cuff band; stripe: a line down the outside."""
    kind = cloth.garment.sleeve if kind is None else kind
    if kind in ("none", ""):
        return []
    t1, ease, flare, puff = SLEEVES[kind]
    t1 = float(np.clip(t1 + cloth.garment.cuff, *ENDS))
    found = []
    h = cloth.figure.body.arm_half
    for side in SIDES:
        arm = cloth.figure.arms[side]
        room, spread, bulge = (ease + loose) * h, flare * h, puff * h
        z, sides = arm.z + cloth.sleeve_z, arm.sides(0, t1, room, spread, bulge)
        root = sewn_on(cloth, arm, sides[0])
        path, edge = (shape(0, t1, room, spread, bulge, root=root) for shape in (arm.outline, arm.edge))
        marks = _sleeve_marks(cloth, arm, sides, t1, ease + loose, kind, cuff is not None)
        if stripe:
            outer, inner = arm.sides(0.04, t1, room)
            marks.insert(0, Mark(trace((outer * 0.72 + inner * 0.28), closed=False), colour=cloth.trim, width=4.0))
        angle = limb_angle(arm, 0.25 if t1 < 0.6 else 0.5)
        found.append(cloth.piece(z, path, edge=edge, marks=marks, angle=angle, tube=Tube(*sides, fade=(0.0, 0.1))))
        colour = cloth.trim if cuff is None and kind == "puff" else cuff
        if colour is not None:
            size = _PUFF_BAND if kind == "puff" else cuff_size * (_SHORT_CUFF if t1 < 0.6 else 1.0)
            found.append(_cuff(cloth, sides, size / t1, colour, z + 0.1))
    return found


def sewn_on(cloth: Cloth, arm: Limb, outer: Points) -> Points | None:
    """`Figure.shoulder` for a sleeve: a little outside of a bodice that lies below it, along one that lies over it."""
    beside = SEWN * cloth.figure.body.shoulder if arm.z + cloth.sleeve_z > cloth.z else 0.0
    return cloth.figure.shoulder(arm, outer, SEWN_FROM, beside)


def sewn_above(cloth: Cloth, arm: Limb, outer: Points) -> Points | None:
    """`sewn_on` as far as it lies above the sleeve's own outer side."""
    root = sewn_on(cloth, arm, outer)
    return None if root is None else root[root[:, 1] < outer[0, 1]]


def _cuff(cloth: Cloth, sides: tuple[Points, Points], share: float, colour: RGB, z: float) -> Layer:
    """A band round the end of a sleeve, hardly wider than the sleeve is there, with its seam and the turn of its edge.
    share: of the sleeve's length."""
    outer, inner = sides
    s = np.linspace(1 - share, 1, 5)
    left, right = (across(outer, inner, np.full(len(s), u), s) for u in (-_CUFF_WIDER, _CUFF_WIDER))
    tube, low, high = Tube(left, right), ring(left, right, 1.0), ring(left, right, 0.0)
    path = polygon(np.concatenate([left, low[1:-1], right[::-1], high[-2:0:-1]]))
    seams = folds.lines(*(ring(left, right, at) for at in (0.18, 0.84))) if share > 0.1 else folds.lines(ring(left, right, 0.8))
    return cloth.detail(z, path, colour, marks=[Mark(seams, width=0.45, strength=0.6)], shading=0.3, tube=tube)


def ring(outer: Points, inner: Points, s: float, hem: float = 0.25) -> Points:
    """A line across a sleeve or leg at a share s of its side lines, curved as its hem is; from the outer to the inner side."""
    a, b = across(outer, inner, np.array([-1.0, 1.0]), s)
    (x, y), f = b - a, unit_steps(7)[:, None]
    down, ahead = np.array([-y, x]), outer[-1] + inner[-1] - outer[0] - inner[0]
    down = down if float(down @ ahead) > 0 else -down
    return np.asarray(a + (b - a) * f + down * (0.5 * hem) * np.sin(np.pi * f))


def _sleeve_marks(
    cloth: Cloth, arm: Limb, sides: tuple[Points, Points], t1: float, loose: float, kind: str, cuffed: bool
) -> list[Mark]:
    """Seams and folds of a sleeve. sides: outer and inner line; loose: ease in half-widths of the arm."""
    outer, inner = sides
    half = float(np.hypot(*(outer - inner).T).mean()) / 2
    if kind == "puff":
        us = np.array([-0.62, -0.2, 0.2, 0.6]) + cloth.rng.uniform(-0.1, 0.1, 4)
        rows = [[(u * 0.8, 1.0), (u, 0.78), (u * 1.15, 0.45 + 0.15 * abs(u))] for u in us.tolist()]
        rows += [[(u, 0.1), (u * 1.1, 0.24), (u * 1.2, 0.42)] for u in (-0.45, 0.05, 0.5)]
        return [folds.folds(*folds.along_all(outer, inner, rows), depth=0.3 * half)]
    marks = [] if kind == "wide" else folds.limb_folds(cloth, arm, sides, t1, loose=loose)
    seam = folds.along(outer, inner, (0.0, 0.0), (0.55, 0.03 / t1), (0.93, 0.11 / t1))
    marks.insert(0, Mark(folds.lines(seam), width=0.5, strength=0.6, ends=(0.0, 0.5)))
    if kind == "wide":
        if not cuffed:  # a border hides the opening of a hanging sleeve
            marks += _mouth(cloth, arm, np.concatenate([outer[-1:], inner[-1:]]), half)
        hang = [
            folds.along(outer, inner, (u, 0.99), (u * 0.8, 0.8), (u * 0.3, rise))
            for u, rise in ((-0.4, 0.62), (0.1, 0.76), (0.5, 0.5))
        ]
        hang += [folds.along(outer, inner, (0.97, 0.13), (0.5, 0.17), (0.1, 0.3))]
        marks.insert(0, folds.folds(*hang, depth=0.25 * half))
    elif not cuffed:
        marks.append(Mark(folds.lines(ring(outer, inner, 1 - 0.022 / t1)), width=0.45, strength=0.6))
    return marks


def _mouth(cloth: Cloth, arm: Limb, mouth: Points, half: float) -> list[Mark]:
    """The opening of a wide sleeve, into which one sees. mouth: its two ends; half: half the sleeve's width."""
    down = np.array(arm.direction(1.0)) * half
    s = np.linspace(0, 1, 9)[:, None]
    chord, arc = mouth[0] + (mouth[1] - mouth[0]) * s, np.sin(np.pi * s)
    opening = trace(np.concatenate([chord + down * 0.5 * arc, (chord - down * 0.1 * arc)[::-1]]))
    line = folds.lines(chord - down * 0.1 * arc)
    return [Mark(opening, "fill", darken(cloth.main, 0.5)), Mark(line, width=0.8, ends=(0.4, 0.4))]
