"""How armour is drawn: breastplate and plate armour."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from wardrobe import lower, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import SLEEVE, Layer, Mark, Z
from wardrobe.cloth import Cloth, across, strokes
from wardrobe.figure import SIDES
from wardrobe.garments_top import (
    cut,
    polygon_line,
)
from wardrobe.geometry import Limb, polygon, ribbon, spline, trace
from wardrobe.palette import luminance
from wardrobe.shading import into_shade
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]


def padding(c: Cloth) -> RGB:
    """The cloth under armour."""
    return darken(c.main, 0.5) if luminance(c.main) > 0.3 else lighten(c.main, 0.45)


def quilted_sleeves(c: Cloth, kind: str | None = None) -> list[Layer]:
    """Sleeves of matt cloth under armour."""
    found = upper.sleeves(c, kind=kind, loose=0.05)
    for layer in found:
        layer.colour, layer.gloss = padding(c), 0.0
    return found


def plated(c: Cloth, z: float, limb: Limb, t0: float, t1: float, ease: float) -> Layer:
    """A plate round a limb from t0 to t1: its rolled edge, a hard light along it. ease: shares of its half-width."""
    room = ease * limb.width((t0 + t1) / 2)
    outer, inner = limb.sides(max(t0, 0.001), t1, room)
    u = -0.45 if (limb.outer < 0) == (limb.side == "l") else 0.45
    lit = [across(outer, inner, np.full(5, k), np.linspace(0.15, 0.85, 5)) for k in (u, u + 0.16)]
    marks = [Mark(polygon(np.concatenate([lit[0], lit[1][::-1]])), "light", strength=0.75)]
    end = (outer[-1] - outer[-2]) * 0.3
    rim = np.stack([outer[-1] - end, (outer[-1] + inner[-1]) / 2 + end, inner[-1] - end])
    marks += [Mark(strokes(rim), colour=c.trim, width=3.0), Mark(strokes(rim - 2 * end), width=0.6)]
    return c.piece(z, limb.outline(t0, t1, room), marks=marks)


def pauldrons(c: Cloth, z: float) -> list[Layer]:
    """Shoulder plates in three layers, the uppermost a dome."""
    lames = ((0.2, 0.34, 0.5), (0.11, 0.25, 0.66), (0.0, 0.16, 0.85))
    arms = [(max(arm.z + c.sleeve_z, Z.NECKWEAR - 1) + z, arm) for arm in c.figure.arms.values()]  # before the cuirass
    return [plated(c, top + 0.1 * k, arm, *row) for top, arm in arms for k, row in enumerate(lames)]


def cuirass(c: Cloth, z: float, skirted: float) -> list[Layer]:
    """A breastplate with a raised ridge and rolled edges, the lames of its skirt down to level `skirted`, a gorget."""
    torso, w, n = c.figure.torso, c.figure.body.shoulder, c.figure.body.neck_half
    found = [upper.bodice(c, 0.3, ease=0.02, neck="high", z=z - 0.5, folds=False)]  # the padding
    found[0].colour, found[0].gloss = padding(c), 0.0
    for k, (v0, v1) in enumerate(pairwise(np.linspace(0.62, skirted, 4).tolist())):
        left, right = torso.sides(v0 - 0.04, v1, (0.13 + 0.04 * k) * w)
        low = polygon_line(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, 0.09 * w], right[-1]]))
        marks = [Mark(strokes(low - [0, 0.035 * w]), colour=c.trim, width=2.2), Mark(strokes(low - [0, 0.075 * w]), width=0.6)]
        found.append(c.piece(z - 0.1 * k, polygon(np.concatenate([left[:-1], low, right[:-1][::-1]])), marks=marks))
    left, right = torso.sides(0.285, 0.62, 0.12 * w)
    hole = ((1.02, 0.075), (0.84, 0.15), (0.82, 0.23), (1.0, 0.285))
    a, b = (spline(cut(c, *[(s * u, v) for u, v in hole]), 12) for s in (-1, 1))
    neck = spline(cut(c, (0.9, 0.03), (0.5, 0.11), (0.0, 0.13), (-0.5, 0.11), (-0.9, 0.03)), 14)
    low = cut(c, (-0.5, 0.66), (0.0, 0.7), (0.5, 0.66))
    ridge = spline(cut(c, (0.0, 0.13), (0.0, 0.38), (0.0, 0.7)), 8)
    sign = 1 if into_shade(c.style.light)[0] > 0 else -1
    dark = polygon(np.concatenate([ridge, (right if sign > 0 else left)[::-1], cut(c, (sign * 0.7, 0.1))]))
    glints = ((0.05, 0.18), (0.12, 0.2), (0.07, 0.52)), ((0.56, 0.2), (0.72, 0.22), (0.66, 0.44), (0.5, 0.5))
    lights = [polygon(cut(c, *[(-sign * u, v) for u, v in row])) for row in glints]
    belly = spline(cut(c, (-1.0, 0.47), (0.0, 0.56), (1.0, 0.47)), 11)
    marks = [Mark(dark, "shadow"), *[Mark(row, "light", strength=0.8) for row in lights]]
    marks += [Mark(strokes(ridge), width=1.1), Mark(strokes(belly), width=1.0)]
    marks.append(Mark(strokes(belly + [0, 0.03 * w]), colour=lighten(c.main, 0.6), width=0.9))
    found.append(c.piece(z + 0.1, polygon(np.concatenate([a, left[1:], low, right[:0:-1], b[::-1], neck])), marks=marks))
    for line in (neck, a, b):
        found.append(c.detail(z + 0.2, polygon(ribbon(line, 0.045 * w)), c.trim, shading=0.3))
    (x, y), over = torso.at(0, 0.0), c.over_sleeves(z + 1)
    for k, rows in enumerate((((2.3, 0.25), (1.5, -0.2), 1.9), ((1.35, 0.25), (1.2, -1.1), 1.1))):
        (u0, v0), (u1, v1), v2 = rows
        half = np.array([(0.5 * u0, 0.6 * v2), (u0, v0), (u1, v1)])
        line = np.concatenate([[(0.0, v2)], half, [(0.0, v1 + 0.45)], half[::-1] * [-1, 1]]) * n + [x, y]
        rim = Mark(strokes(line[[6, 7, 0, 1, 2]] - [0, 0.12 * n]), colour=c.trim, width=2.2)
        found.append(c.piece(over + 0.01 * k, trace(spline(line, 32, closed=True)), marks=[rim], shading=0.6))
    return found


def breastplate(c: Cloth) -> list[Layer]:
    return [*quilted_sleeves(c), *cuirass(c, max(c.z, Z.TUCKED + 0.5), 0.95), *pauldrons(c, 0.3)]


def plate_armor(c: Cloth) -> list[Layer]:
    """Cuirass, pauldrons, arm and leg plates, tassets, over padding of another shade."""
    front = tailor.hang(c, 1.25, 0.12, 0.15)
    found = lower.trousers(c, t1=0.96, ease=0.04, seams=False, colour=padding(c))
    for layer in found:
        layer.gloss = 0.0
    found += quilted_sleeves(c, "long")
    for side, sign in zip(SIDES, (-1, 1), strict=True):
        leg, arm = c.figure.legs[side], c.figure.arms[side]
        found += [plated(c, leg.z + SLEEVE + 0.3, leg, t0, t1, 0.16) for t0, t1 in ((0.14, 0.42), (0.56, 0.94))]
        found.append(plated(c, leg.z + SLEEVE + 0.4, leg, 0.43, 0.58, 0.28))
        found += [plated(c, arm.z + c.sleeve_z + 0.2, arm, t0, t1, 0.3) for t0, t1 in ((0.32, 0.44), (0.58, 0.94))]
        found.append(plated(c, arm.z + c.sleeve_z + 0.25, arm, 0.44, 0.57, 0.45))
        corners = ((1.0, 0.84), (0.1, 0.84), (0.16, 1.1), (0.5, 1.2), (0.98, 1.12))
        tasset = np.array([front.at(sign * u, v) for u, v in corners])
        rim = tasset[[2, 3, 4]] * 0.93 + tasset.mean(0) * 0.07
        found.append(c.piece(c.z + 1, polygon(tasset), marks=[Mark(strokes(polygon_line(rim)), colour=c.trim, width=2.4)]))
    return [*found, *cuirass(c, c.z + 1.5, 0.92), *pauldrons(c, 0.4)]


ARMOUR: dict[str, Draw] = {
    "breastplate": breastplate,
    "plate armor": plate_armor,
}
