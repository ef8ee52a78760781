"""What is worn over the clothes: bags on their straps, quivers, scabbards; capes, hoods and plates of armour.

A row says which part it is: bags and weapons are held objects, cloth and armour of the upper body is topwear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wardrobe.canvas import OVER, Layer, Mark, Z
from wardrobe.cloth import Cloth, strokes
from wardrobe.figure import SIDES
from wardrobe.geometry import XY, Points, polygon, ribbon, spline, trace
from wardrobe.parts import ClothingPart
from wardrobe.path import Box, Path
from wardrobe.style import RGB, darken

Draw = Callable[[Cloth, bool], list[Layer]]
STEEL: RGB = (188, 196, 208)
LEATHER: RGB = (140, 96, 62)
ON_BACK = 97.0  # level of what hangs on a back that is seen: over all clothes and arms, below the hair


def _strap_z(c: Cloth, behind: bool) -> float:
    """Over the clothes and the shoulders of sleeves; below an arm that crosses the chest."""
    return min(c.over_sleeves(83.0) + 0.6, Z.FRONT_ARM + OVER + 0.98) if not behind else ON_BACK - 1


def _side(c: Cloth) -> int:
    return 1 if c.garment.detail % 2 else -1


def _strap(c: Cloth, start: XY, end: XY, z: float, wide: float = 0.055, sag: float = 0.06) -> Layer:
    w = c.figure.body.shoulder
    a, b = np.array(start), np.array(end)
    line = spline(np.stack([a, (a + b) / 2 + [0, sag * w], b]), 14)
    return c.detail(z, polygon(ribbon(line, wide * w + 0.015)), c.trim)


def _shoulder(c: Cloth, sign: int) -> XY:
    x, y = c.figure.torso.at(sign * 0.7, 0.06)
    return x, y - 0.03 * c.figure.body.shoulder


def _sack(c: Cloth, x: float, y: float, wide: float, tall: float, z: float) -> list[Layer]:
    """A bag's body with its flap, middle of the upper border at x, y."""
    path = Path()
    path.add_round_rect(Box.xywh(x - wide, y, 2 * wide, tall), 0.18 * wide, 0.18 * wide)
    body = c.piece(z, path, marks=[Mark(strokes(np.array([(x - wide, y + 0.9 * tall), (x + wide, y + 0.9 * tall)])), width=0.5)])
    flap = polygon(
        spline(
            np.array(
                [
                    (x - wide, y),
                    (x - 0.9 * wide, y + 0.45 * tall),
                    (x, y + 0.55 * tall),
                    (x + 0.9 * wide, y + 0.45 * tall),
                    (x + wide, y),
                ]
            ),
            18,
        )
    )
    buckle = Path.circle(x, y + 0.5 * tall, 0.1 * wide)
    return [
        body,
        c.detail(z + 0.05, flap, c.trim if c.garment.detail % 3 else darken(c.main, 0.12)),
        c.detail(z + 0.1, buckle, (210, 180, 96)),
    ]


def satchel(c: Cloth, behind: bool) -> list[Layer]:
    """Its strap across the chest, the bag at the other hip."""
    sign, w, torso = _side(c), c.figure.body.shoulder, c.figure.torso
    x, y = torso.at(-sign * 1.02, 0.86 + 0.1 * (c.garment.detail % 3))
    wide = w * (0.32 + 0.06 * (c.garment.detail % 4))
    before = c.garment.detail % 5 < 2
    z = 92.0 if before else _strap_z(c, behind) + 0.01
    return [_strap(c, _shoulder(c, sign), (x, y + 0.1), _strap_z(c, behind)), *_sack(c, x, y, wide, 1.3 * wide, z)]


def tote(c: Cloth, behind: bool) -> list[Layer]:
    """Hangs from one shoulder under the arm."""
    sign, w, torso = _side(c), c.figure.body.shoulder, c.figure.torso
    x, y = torso.at(sign * 1.05, 0.62)
    a, b = _shoulder(c, sign), (x - sign * 0.12 * w, y + 0.05)
    found = [_strap(c, a, b, _strap_z(c, behind), sag=0.0)]
    return [*found, *_sack(c, x, y, 0.38 * w, 0.62 * w, _strap_z(c, behind) + 0.01)]


def backpack(c: Cloth, behind: bool) -> list[Layer]:
    """From the front two straps, and what stands out beside the body."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    wide, detail = w * (0.95 + 0.1 * (c.garment.detail % 4)), c.garment.detail
    (x, y0), (_, y1) = torso.at(0, 0.02), torso.at(0, 0.66 + 0.1 * (detail % 3))
    path = Path()
    path.add_round_rect(Box(x - wide, y0 - 0.06 * w, x + wide, y1), 0.35 * w, 0.3 * w)
    z = ON_BACK if behind else Z.BEHIND + 5
    body = c.piece(z, path)
    if behind:
        pocket = Path()
        pocket.add_round_rect(Box(x - 0.65 * wide, (y0 + y1) / 2, x + 0.65 * wide, y1 - 0.1 * w), 0.15 * w, 0.15 * w)
        return [
            body,
            c.detail(
                z + 0.1,
                pocket,
                darken(c.main, 0.1),
                marks=[Mark(strokes(np.array([(x - 0.6 * wide, y1 - 0.4 * w), (x + 0.6 * wide, y1 - 0.4 * w)])))],
            ),
        ]
    found = [body]
    if detail % 3 == 0:
        roll = Path()
        roll.add_round_rect(Box(x - 1.25 * wide, y0 - 0.3 * w, x + 1.25 * wide, y0 + 0.05 * w), 0.17 * w, 0.17 * w)
        found.append(c.detail(z + 0.1, roll, c.trim))
    found += [_strap(c, _shoulder(c, sign), torso.at(sign * 0.86, 0.5), _strap_z(c, behind), 0.085, sag=0.0) for sign in (-1, 1)]
    if detail % 4 == 1:
        found.append(_strap(c, torso.at(-0.72, 0.3), torso.at(0.72, 0.3), _strap_z(c, behind) + 0.005, 0.035, 0.03))
    return found


def quiver(c: Cloth, behind: bool) -> list[Layer]:
    """Arrows over one shoulder, its strap across the chest."""
    sign, w, torso = _side(c), c.figure.body.shoulder, c.figure.torso
    top, low = np.array(torso.at(sign * 0.95, 0.0)) + [sign * 0.2 * w, -0.35 * w], np.array(torso.at(-sign * 0.3, 0.75))
    z = ON_BACK if behind else Z.BEHIND + 6
    found = [c.piece(z, polygon(ribbon(np.stack([top, low]), 0.17 * w)))]
    along = (top - low) / np.hypot(*(top - low))
    over = np.array([-along[1], along[0]])
    for k in (-1, 0, 1):
        end = top + along * 0.4 * w + over * 0.1 * w * k
        found.append(c.detail(z - 0.2, polygon(ribbon(np.stack([top, end]), 0.02 + 0.01 * w)), LEATHER))
        found.append(c.detail(z - 0.1, polygon(ribbon(np.stack([end - along * 0.2 * w, end]), 0.055 * w)), c.contrast))
    return [*found, _strap(c, _shoulder(c, sign), torso.at(-sign * 0.98, 0.8), _strap_z(c, behind))]


def _blade_on_back(c: Cloth, behind: bool) -> list[Layer]:
    """A long sword in its sheath aslant over the back: hilt over one shoulder, tip beside the other hip."""
    sign, w, torso = _side(c), c.figure.body.shoulder, c.figure.torso
    top, low = (
        np.array(torso.at(sign * 1.0, 0.0)) + [sign * 0.25 * w, -0.3 * w],
        np.array(torso.at(-sign * 1.0, 1.0)) + [-sign * 0.45 * w, 0.4 * w],
    )
    z = ON_BACK if behind else Z.BEHIND + 6
    along = (top - low) / np.hypot(*(top - low))
    over = np.array([-along[1], along[0]])
    hilt = top + along * 0.6 * w
    return [
        c.piece(z, polygon(ribbon(np.stack([top, low]), 0.09 * w + 0.02))),
        c.detail(z + 0.1, polygon(ribbon(np.stack([hilt, top]), 0.045 * w + 0.01)), LEATHER),
        c.detail(z + 0.2, polygon(ribbon(np.stack([top - over * 0.24 * w, top + over * 0.24 * w]), 0.05 * w)), STEEL),
        _strap(c, _shoulder(c, sign), torso.at(-sign * 0.98, 0.78), _strap_z(c, behind)),
    ]


def _blade_at_hip(c: Cloth, behind: bool) -> list[Layer]:
    """A sword in its sheath on the belt, behind the arm."""
    sign, w, torso = _side(c), c.figure.body.shoulder, c.figure.torso
    at, turn = np.array(torso.at(sign * 0.92, 0.74)), np.radians(float(20 + c.garment.detail % 40))
    along = np.array([sign * np.sin(turn), np.cos(turn)])
    over = np.array([-along[1], along[0]])
    z = 79.0
    return [
        c.piece(z, polygon(ribbon(np.stack([at, at + along * 2.4 * w]), 0.075 * w + 0.01))),
        c.detail(z + 0.1, polygon(ribbon(np.stack([at - along * 0.6 * w, at]), 0.04 * w + 0.01)), LEATHER),
        c.detail(z + 0.2, polygon(ribbon(np.stack([at - over * 0.22 * w, at + over * 0.22 * w]), 0.045 * w)), STEEL),
    ]


def pouch(c: Cloth, behind: bool) -> list[Layer]:
    """A small bag on the belt."""
    w = c.figure.body.shoulder
    x, y = c.figure.torso.at(_side(c) * 0.6, 0.7)
    return _sack(c, x, y, 0.2 * w, 0.34 * w, 79.5)


def guitar_case(c: Cloth, behind: bool) -> list[Layer]:
    """On the back, its neck above one shoulder; two straps."""
    sign, w, torso = _side(c), c.figure.body.shoulder, c.figure.torso
    low, top = np.array(torso.at(-sign * 0.25, 1.02)), np.array(torso.at(sign * 0.7, 0.0)) + [sign * 0.25 * w, -1.3 * w]
    line = low + (top - low) * np.linspace(0, 1, 9)[:, None]
    half = w * np.array([0.45, 0.62, 0.56, 0.42, 0.5, 0.3, 0.2, 0.18, 0.18])
    body = c.piece(ON_BACK if behind else Z.BEHIND + 5, trace(ribbon(line, half)))
    if behind:
        return [body]
    return [body, *(_strap(c, _shoulder(c, s), torso.at(s * 0.86, 0.5), _strap_z(c, behind), 0.07, 0.0) for s in (-1, 1))]


# --- cloth and armour


def _cape_sides(c: Cloth, reach: float, flare: float) -> tuple[Points, Points]:
    """From the shoulders down, `reach` of the way from there to the floor."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    y1 = torso.at(0, 0.1)[1] + reach * (c.figure.floor - torso.at(0, 0.1)[1])
    sides = []
    for sign in (-1, 1):
        (x0, y0), (x, y) = torso.at(sign * 0.75, 0.03), torso.at(sign * 1.12, 0.16)
        end = x + sign * flare * w + c.figure.turn * -0.3 * flare * w
        sides.append(spline(np.array([(x0, y0), (x, y), ((x + end) / 2 + sign * 0.05 * w, (y + y1) / 2), (end, y1)]), 14))
    return sides[0], sides[1]


def cloak(c: Cloth, behind: bool) -> list[Layer]:
    """Hangs from the shoulders down the back, closed by a clasp."""
    rng, w = c.rng, c.figure.body.shoulder
    left, right = _cape_sides(c, float(rng.uniform(0.45, 0.97)), float(rng.uniform(0.2, 1.3)))
    s = np.linspace(0, 1, 15)[1:-1]
    hem = left[-1] + (right[-1] - left[-1]) * s[:, None]
    hem[:, 1] += 0.12 * w * np.cos(6 * np.pi * s) + 0.15 * w * np.sin(np.pi * s)
    folds = [np.stack([left[2] * (1 - f) + right[2] * f, left[-1] * (1 - f) + right[-1] * f]) for f in np.linspace(0.12, 0.88, 6)]
    path = trace(np.concatenate([left, hem, right[::-1]]))
    body = c.piece(ON_BACK - 2 if behind else Z.BEHIND + 3, path, marks=[Mark(strokes(*folds), width=0.7)])
    if behind:
        return [body]
    body.colour = darken(body.colour, 0.15)
    z, found = _strap_z(c, behind) - 0.02, [body]
    for sign in (-1, 1):
        rows = [
            c.figure.torso.at(sign * u, v)
            for u, v in ((0.1, 0.01), (0.6, 0.0), (1.04, 0.11), (0.98, 0.2), (0.5, 0.13), (0.08, 0.1))
        ]
        found.append(c.piece(z, trace(spline(np.array(rows), 24, closed=True))))
    x, y = c.front(0, 0.06)
    return [*found, c.detail(z + 0.02, Path.circle(x, y, 0.09 * w), (214, 182, 96))]


def hood(c: Cloth, behind: bool) -> list[Layer]:
    """Up over the hair, round the face, with a short cape on the shoulders."""
    head, v = c.figure.head, float(c.rng.uniform(0.08, 0.16))
    wide, turn = head.wide + v + 0.04, 0.1 * head.turn
    half = [(0.55 * wide, -0.52 - v), (wide, -0.25), (wide * 1.04, 0.15), (wide * 0.92, 0.5), (0.75 * wide, 0.66)]
    rim = [
        (0.45 * head.wide, -0.4),
        (0.88 * head.wide, -0.1),
        (0.9 * head.wide, 0.2),
        (0.62 * head.wide, 0.5),
        (0.2 * head.wide, 0.58),
    ]
    peak = -0.62 - v - 0.14 * (c.garment.detail % 3 == 0)
    outer = [(0.0, peak), *half, *((-x, y) for x, y in half[::-1])]
    path = trace(spline(np.array([head.at(x, y) for x, y in outer]), 48, closed=True))
    edge = Path(path)
    if not behind:
        inner = [(turn, -0.44), *((x + turn, y) for x, y in rim), *((-x + turn, y) for x, y in rim[::-1])]
        hole = trace(spline(np.array([head.at(x, y) for x, y in inner])[::-1], 48, closed=True))
        path.add_path(hole)
        edge.add_path(hole)
    found = [c.piece(118.0, path, edge=edge)]
    torso = c.figure.torso
    rows = [
        torso.at(u, y)
        for u, y in ((-0.5, -0.02), (-1.06, 0.1), (-1.1, 0.26), (0, 0.34), (1.1, 0.26), (1.06, 0.1), (0.5, -0.02), (0, 0.04))
    ]
    return [*found, c.piece(_strap_z(c, behind) - 0.02, trace(spline(np.array(rows), 32, closed=True)))]


def pauldrons(c: Cloth, behind: bool) -> list[Layer]:
    """Plates on both shoulders or on one."""
    w, found = c.figure.body.shoulder, []
    for side in SIDES if c.garment.detail % 3 else (SIDES[c.garment.detail % 2],):
        arm = c.figure.arms[side]
        for k in (2, 1, 0):
            path = arm.outline(0.0 if k == 0 else 0.1 * k, 0.14 + 0.09 * k, (0.9 - 0.12 * k) * c.figure.body.arm_half)
            found.append(c.detail(arm.z + OVER + 0.6 - 0.05 * k, path, STEEL if c.garment.detail % 4 else c.main, shading=1.0))
        x, y = arm.point(0.06)
        found.append(c.detail(arm.z + OVER + 0.7, Path.circle(x, y, 0.08 * w), c.contrast))
    return found


def cuirass(c: Cloth, behind: bool) -> list[Layer]:
    """A breastplate over whatever is worn, with tassets below the waist or without."""
    torso, tone = c.figure.torso, STEEL if c.garment.detail % 3 else c.main
    path = torso.outline(0.06, 0.66, 0.06, neckline=torso.neckline("round", 0.5, 0.12))
    ridge = np.array([c.front(0, v) for v in (0.16, 0.4, 0.64)])
    ribs = [np.array([c.front(s * 0.8, 0.36), c.front(s * 0.35, 0.44), c.front(s * 0.05, 0.4)]) for s in (-1, 1)]
    found = [c.detail(78.5, path, tone, marks=[Mark(strokes(ridge, *ribs), width=0.9)], shading=1.0)]
    if c.garment.detail % 2:
        for sign in (-1, 1):
            rows = [torso.at(sign * u, v) for u, v in ((0.15, 0.66), (1.08, 0.66), (1.25, 1.05), (0.7, 1.12), (0.25, 1.0))]
            found.append(c.detail(78.4, polygon(np.array(rows)), tone, shading=1.0))
    return found


def gauntlets(c: Cloth, behind: bool) -> list[Layer]:
    """Bracers from the elbow to the wrist."""
    found = []
    for side in SIDES:
        arm = c.figure.arms[side]
        found.append(
            c.detail(
                arm.z + OVER + 0.4,
                arm.outline(0.58, 0.96, 0.25 * c.figure.body.arm_half),
                c.main if c.garment.detail % 2 else STEEL,
                shading=1.0,
            )
        )
    return found


def tabard(c: Cloth, behind: bool) -> list[Layer]:
    """A long apron before and behind, open at the sides."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    y1 = torso.at(0, 1)[1] + float(c.rng.uniform(0.2, 0.6)) * (c.figure.floor - torso.at(0, 1)[1])
    x, y = c.front(0, 0.2)
    half = 0.62 * w
    rows = [
        (x - 0.7 * half, y),
        (x + 0.7 * half, y),
        (x + half, y + 0.5),
        (x + half, y1),
        (x, y1 + 0.08),
        (x - half, y1),
        (x - half, y + 0.5),
    ]
    folds = [np.array([(x + k * half, y1), (x + 0.9 * k * half, (y + y1) / 2)]) for k in (-0.5, 0.1, 0.6)]
    found = [c.piece(78.0, polygon(np.array(rows)), marks=[Mark(strokes(*folds), width=0.7)])]
    return [*found, *(_strap(c, (x + s * 0.6 * half, y + 0.03), _shoulder(c, s), 78.1) for s in (-1, 1))]


@dataclass(frozen=True)
class Carried:
    """weight: how often; part: what it is; draw: its layers, with whether the figure is seen from behind."""

    weight: float
    part: ClothingPart
    draw: Draw


HELD, TOP = ClothingPart.HELD, ClothingPart.TOPWEAR
CARRIED: dict[str, Carried] = {
    "satchel": Carried(2.0, HELD, satchel),
    "tote": Carried(0.8, HELD, tote),
    "backpack": Carried(1.6, HELD, backpack),
    "quiver": Carried(0.6, HELD, quiver),
    "sword on the back": Carried(0.7, HELD, _blade_on_back),
    "sword at the hip": Carried(1.0, HELD, _blade_at_hip),
    "pouch": Carried(0.8, HELD, pouch),
    "guitar case": Carried(0.3, HELD, guitar_case),
    "cloak": Carried(2.0, TOP, cloak),
    "hood": Carried(1.2, TOP, hood),
    "pauldrons": Carried(1.0, TOP, pauldrons),
    "cuirass": Carried(0.8, TOP, cuirass),
    "gauntlets": Carried(0.6, ClothingPart.HANDWEAR, gauntlets),
    "tabard": Carried(0.7, TOP, tabard),
}
