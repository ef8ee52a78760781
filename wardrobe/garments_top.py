"""How each top is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from wardrobe import folds, upper
from wardrobe.canvas import OVER, Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, across, discs, shape, strokes
from wardrobe.folds import bust
from wardrobe.geometry import XY, Limb, Points, polygon, ribbon, spline, trace
from wardrobe.palette import luminance
from wardrobe.shading import Tube, into_shade
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]


def necked(
    c: Cloth, v1: float, *, ease: float, z: float | None = None, marks: tuple[Mark, ...] = (), rim: RGB | None = None
) -> Layer:
    """A bodice and the rim of its neckline; the corners of a square one are sharp."""
    body, rim = upper.bodice(c, v1, ease=ease, flare=0.22 * (v1 > 1.1), z=z, marks=marks), c.trim if rim is None else rim
    if c.garment.neckline != "square" or body.tube is None:
        body.marks.append(upper.neck_band(c, rim, c.garment.neckline))
        return body
    left, right, u = body.tube.left, body.tube.right, 0.4 if c.garment.sleeve == "none" else 0.62
    neck = polygon_line(cut(c, (u, 0.035), (0.94 * u, 0.18), (-0.94 * u, 0.18), (-u, 0.035)))
    low = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, 0.06 * c.figure.body.shoulder], right[-1]]), 7)[1:-1]
    body.path = polygon(np.concatenate([left, low, right[::-1], neck]))
    body.marks.append(Mark(strokes(neck), colour=rim, width=2.4))
    return body


def t_shirt(c: Cloth) -> list[Layer]:
    return [necked(c, 0.98, ease=0.07), *upper.sleeves(c, loose=0.12)]


def shirt(c: Cloth) -> list[Layer]:
    marks = upper.placket(c, 0.1, 0.96, buttons=5)
    cuff = c.trim if c.garment.sleeve == "long" else None
    body = upper.bodice(c, 0.96, ease=0.05, neck="", marks=tuple(marks))
    return [body, *upper.sleeves(c, cuff=cuff), *upper.shirt_collar(c, lighten(c.main, 0.2), c.z + 1)]


def blouse(c: Cloth) -> list[Layer]:
    marks = upper.placket(c, 0.12, 0.8, buttons=3)
    ruffle = [np.array([c.front(s * (0.12 + 0.05 * (k % 2)), 0.14 + 0.045 * k) for k in range(9)]) for s in (-1, 1)]
    marks.append(Mark(strokes(*ruffle), width=0.8))
    body = upper.bodice(c, 0.9, ease=0.07, flare=0.02, neck="", marks=tuple(marks))
    arms = upper.sleeves(c, loose=0.2, cuff=c.trim if c.garment.sleeve in ("long", "elbow") else None)
    return [body, *arms, *upper.round_collar(c, lighten(c.main, 0.25), c.z + 1)]


def puff_blouse(c: Cloth) -> list[Layer]:
    marks = upper.placket(c, 0.2 if c.garment.neckline == "square" else 0.12, 0.9, buttons=4)
    return [necked(c, 0.9, ease=0.05, marks=tuple(marks)), *upper.sleeves(c, loose=0.15)]


def sailor_collar(c: Cloth, z: float) -> list[Layer]:
    """The broad square collar: flaps over the shoulders that meet at the breast, striped; its scarf knotted there."""
    torso, w, colour, z = c.figure.torso, c.figure.body.shoulder, c.trim, c.over_sleeves(z)
    stripe = WHITE if luminance(colour) < 0.6 else darken(colour, 0.5)
    scarf = darken(colour, 0.25) if luminance(colour) > 0.3 else lighten(colour, 0.3)
    found = []
    chest = polygon(cut(c, (-0.6, 0.02), (0.6, 0.02), (0.0, 0.36)))
    bib = c.piece(z - 0.03, chest, marks=[Mark(strokes(cut(c, (-0.5, 0.17), (0.5, 0.17))), colour=colour, width=1.8)])
    for sign in (-1, 1):
        inner = cut(c, (sign * 0.24, 0.2), (0.0, 0.36))
        outer = np.array([torso.at(sign * 1.02, 0.07), *cut(c, (sign * 1.04, 0.17), (sign * 0.74, 0.25), (sign * 0.06, 0.41))])
        neck = np.array([torso.at(sign * 1.0, 0.01), torso.at(sign * 0.82, -0.03), torso.at(sign * 0.66, 0.03)])
        flap = np.concatenate([neck, inner, outer[::-1]])
        centre = (neck[2] + inner[0]) / 2
        rows = [outer + (centre - outer) * f for f in (0.14, 0.26)]
        marks = [Mark(strokes(*[polygon_line(row) for row in rows]), colour=stripe, width=max(0.9, 1.3 * w))]
        found.append(c.detail(z, polygon(flap), colour, marks=marks, shading=0.3))
    (x, y), k = cut(c, (0.0, 0.38))[0], w
    for sign, long in ((-1, 0.5), (1, 0.42)):
        tail = [(0, 0), (0.14, 0.04), (0.36, long - 0.08), (0.22, long), (0.02, 0.2)]
        path = polygon(np.array([(x + sign * a * k, y + b * k) for a, b in tail]))
        crease = strokes(np.array([(x + sign * 0.05 * k, y + 0.08 * k), (x + sign * 0.24 * k, y + (long - 0.12) * k)]))
        found.append(c.detail(z + 0.01, path, scarf, marks=[Mark(crease, width=0.7)], shading=0.4))
    knot = [(x - 0.1 * k, y - 0.07 * k), (x + 0.1 * k, y - 0.07 * k), (x + 0.08 * k, y + 0.12 * k), (x - 0.08 * k, y + 0.12 * k)]
    return [bib, *found, c.detail(z + 0.02, upper.curve_blob(knot), scarf, shading=0.3)]


def sailor_top(c: Cloth) -> list[Layer]:
    body = upper.bodice(c, 0.92, ease=0.06, neck="v")
    return [body, *upper.sleeves(c, cuff=c.trim, cuff_size=0.05), *sailor_collar(c, c.z + 1)]


def polo(c: Cloth) -> list[Layer]:
    marks = upper.placket(c, 0.1, 0.32, buttons=2)
    body = upper.bodice(c, 0.98, ease=0.06, neck="", marks=tuple(marks))
    return [body, *upper.sleeves(c, cuff=c.trim, cuff_size=0.03), *upper.shirt_collar(c, c.trim, c.z + 1, 0.5, 0.13)]


def hoodie(c: Cloth) -> list[Layer]:
    pocket = np.array([c.front(u, v) for u, v in ((-0.38, 0.7), (0.38, 0.7), (0.62, 0.92), (-0.62, 0.92), (-0.38, 0.7))])
    marks = (Mark(strokes(pocket), width=0.9), upper.ribbing(c, 1.04, 0.14))
    body = upper.bodice(c, 1.04, ease=0.14, neck="", marks=marks)
    return [body, *upper.sleeves(c, loose=0.3, cuff=c.trim, cuff_size=0.05), *upper.hood(c, c.z + 1)]


def _knit(c: Cloth, v0: float, v1: float) -> Mark:
    """Cable stitches: two columns of small v."""
    rows = [
        np.array([c.front(u - 0.09, v), c.front(u, v + 0.03), c.front(u + 0.09, v)])
        for u in (-0.35, 0.0, 0.35)
        for v in np.arange(v0, v1, 0.085)
    ]
    return Mark(strokes(*rows), width=0.55, strength=0.55)


def sweater(c: Cloth) -> list[Layer]:
    marks = [upper.neck_band(c, None, c.garment.neckline), upper.ribbing(c, 1.0, 0.12)]
    if c.garment.pattern is None:
        marks.append(_knit(c, 0.3, 0.85))
    return [upper.bodice(c, 1.0, ease=0.12, marks=tuple(marks)), *upper.sleeves(c, loose=0.25, cuff=c.trim, cuff_size=0.06)]


def turtleneck(c: Cloth) -> list[Layer]:
    body = upper.bodice(c, 0.98, ease=0.04, neck="high", marks=(upper.ribbing(c, 0.98, 0.04),))
    return [body, *upper.sleeves(c), *upper.stand_collar(c, darken(c.main, 0.08), c.z + 1, ribs=True)]


def tank_top(c: Cloth) -> list[Layer]:
    return [necked(c, 0.98, ease=0.03)]


def jersey(c: Cloth) -> list[Layer]:
    digit = int(c.rng.integers(len(_DIGITS)))
    number = [np.array([c.front(0.34 * x, 0.36 + 0.26 * y) for x, y in line]) for line in _DIGITS[digit]]
    sides = [np.array([c.figure.torso.at(s * 0.9, v) for v in (0.3, 0.6, 0.98)]) for s in (-1, 1)]
    prints = (Mark(strokes(*number), colour=c.contrast, width=5.0), Mark(strokes(*sides), colour=c.trim, width=3.5))
    marks = (*prints, upper.neck_band(c, c.trim, c.garment.neckline))
    return [upper.bodice(c, 1.0, ease=0.09, marks=marks), *upper.sleeves(c, loose=0.2, cuff=c.trim, cuff_size=0.03)]


_DIGITS = (
    (((-0.4, 0.15), (0.05, 0.0)), ((0.05, 0.0), (0.05, 1.0))),
    (((-0.5, 0.0), (0.5, 0.0), (0.0, 0.55), (-0.2, 1.0)),),
    (((0.5, 0.0), (-0.5, 0.0), (-0.5, 0.5), (0.5, 0.5)), ((0.5, 0.5), (0.5, 1.0), (-0.5, 1.0))),
    (((-0.5, 0.0), (-0.5, 0.55), (0.5, 0.55)), ((0.3, 0.0), (0.3, 1.0))),
    (((-0.5, 0.0), (0.5, 0.0), (0.5, 1.0), (-0.5, 1.0), (-0.5, 0.0)), ((-0.5, 0.5), (0.5, 0.5))),
)


def tunic(c: Cloth) -> list[Layer]:
    hem = [np.array([c.figure.torso.at(u, 1.0) for u in np.linspace(-1, 1, 5)]) + [0, 0.22 * c.figure.torso.length]]
    body = necked(c, 1.24, ease=0.06, rim=c.contrast, marks=(Mark(strokes(*hem), colour=c.trim, width=4.0),))
    w = c.figure.body.shoulder
    left, right = c.figure.torso.sides(0.62, 0.69, 0.1 * w)
    belt = trace(np.concatenate([left, right[::-1]]))
    return [body, *upper.sleeves(c, loose=0.1), c.detail(c.z + 0.5, belt, darken(c.trim, 0.35))]


def cut(c: Cloth, *rows: XY) -> Points:
    """A line on the chest through these (u, v); u is a share of the half-width as it is seen, and turns with the body."""
    return np.array([c.front(float(np.arcsin(np.clip(u, -1, 1))) * 2 / np.pi, v) for u, v in rows])


def sleeveless(
    c: Cloth, v1: float, neck: Sequence[XY], hole: XY, *, marks: Sequence[Mark] = (), rim: RGB | None = None, dip: float = 0.05
) -> list[Layer]:
    """A body without sleeves and, over the arms' shoulders, its straps. neck: (u, v) of the neckline's right half, from the
    shoulder to the middle; hole: the armhole's deepest u, and its upper end on the shoulder's slope, in v; dip: how far the
    lower border hangs in the middle."""
    w, z, (deep, slope) = c.figure.body.shoulder, c.z + 0.2, hole
    left, right = c.figure.torso.sides(0.285, v1, 0.04 * w)
    rows = ((1.02, slope), (deep, 0.15), (deep - 0.06, 0.23), (deep - 0.05, 0.33))
    a, b = (spline(cut(c, *[(s * u, v) for u, v in rows]), 14) for s in (-1, 1))
    top = polygon_line(cut(c, *neck, *[(-u, v) for u, v in neck[::-1] if u]))
    low = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, dip * w], right[-1]]), 11)[1:-1]
    edge = np.concatenate([a[:10], left, low, right[::-1], b[9::-1], top])
    tube = Tube(*c.figure.torso.sides(0.015, v1, 0.04 * w), front=upper.BARREL)
    border = darken(c.main, 0.2) if rim is None else rim
    rims = [Mark(strokes(top), colour=border, width=2.2), Mark(strokes(a, b), width=1.6, colour=border)]
    folded = [] if dip > 0.2 else [upper.torso_folds(c, v1)]  # what is boned lies smooth
    body = c.piece(z, polygon(edge), marks=[*bust(c), *folded, *marks, rims[0]], tube=tube)
    if (over := c.over_sleeves(z)) == z:
        return [body]
    chest, high = polygon(np.concatenate([a, b[::-1], top])), min(over, Z.FRONT_ARM + OVER + 0.4)
    yoke = c.piece(high, chest, edge=folds.lines(a, b, top), marks=rims, tube=tube)
    yoke.casts = False
    return [body, yoke]


def polygon_line(corners: Points) -> Points:
    """The same line with points on its straight stretches, so that marks keep its corners."""
    f = np.linspace(0, 1, 5)[:-1, None]
    return np.concatenate([*[a + (b - a) * f for a, b in pairwise(corners)], corners[-1:]])


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


def _open_front(
    c: Cloth, v1: float, ease: float, gap: tuple[float, float], flare: float = 0.0, marks: tuple[Mark, ...] = ()
) -> list[Layer]:
    w = c.figure.body.shoulder
    left, right = c.figure.torso.sides(0.012, v1, ease * w, flare * w)
    return upper.panels(c, left, right, *gap, c.z, marks=(upper.torso_folds(c, v1), *marks))


def cardigan(c: Cloth) -> list[Layer]:
    edge = [np.array([c.front(s * (0.24 + 0.02 * k), 0.14 + 0.11 * k) for k in range(9)]) for s in (-1, 1)]
    spots = np.array([c.front(0.3, v) for v in (0.45, 0.6, 0.75, 0.9)])
    buttons = Mark(discs(spots, 0.04 * c.figure.body.shoulder), "fill", c.contrast)
    marks = (Mark(strokes(*edge), width=0.7), upper.ribbing(c, 1.06, 0.1), buttons)
    return [*_open_front(c, 1.06, 0.1, (0.16, 0.26), marks=marks), *upper.sleeves(c, loose=0.22, cuff=c.trim, cuff_size=0.05)]


def blazer(c: Cloth) -> list[Layer]:
    w = c.figure.body.shoulder
    pockets = [np.array([c.front(s * 0.35, 0.78), c.front(s * 0.72, 0.78)]) for s in (-1, 1)]
    crest = shape(c.front(0.42, 0.3), c.front(0.62, 0.3), c.front(0.6, 0.38), c.front(0.52, 0.41), c.front(0.44, 0.38))
    gold = (214, 178, 84)
    spots = np.array([c.front(0.06, v) for v in (0.6, 0.7)])
    marks = (Mark(strokes(*pockets), width=1.0), Mark(crest, "fill", gold), Mark(discs(spots, 0.055 * w), "fill", gold))
    line = c.trim if c.garment.second_rgb else darken(c.main, 0.2)
    found = _open_front(c, 1.05, 0.08, (0.3, 0.02), flare=0.06, marks=marks)
    edges = [np.array([c.front(s * 0.05, 0.5), c.front(s * 0.015, 0.75), c.front(s * 0.02, 1.0)]) for s in (-1, 1)]
    found[-1].marks.append(Mark(strokes(*edges), colour=line, width=1.2))
    arms = upper.sleeves(c, loose=0.15, cuff=line if c.garment.second_rgb else None, cuff_size=0.03)
    return [*_closed_jacket(c, found), *upper.lapels(c, line, c.z + 1), *arms]


def _closed_jacket(c: Cloth, found: list[Layer]) -> list[Layer]:
    """A jacket's body open to the breast, closed below it."""
    w = c.figure.body.shoulder
    marks = list(found[0].marks)
    rows = c.figure.torso.neckline("v", 0.78, 0.5)
    path = c.figure.torso.outline(0.012, 1.05, 0.08 * w, 0.06 * w, 0.04 * w, rows)
    front = strokes(np.array([c.front(0, v) for v in (0.5, 0.8, 1.05)]))
    return [c.piece(c.z, path, marks=[*marks, *found[-1].marks[len(marks) :], Mark(front, width=0.9)])]


def suit_jacket(c: Cloth) -> list[Layer]:
    w = c.figure.body.shoulder
    pockets = [np.array([c.front(s * 0.35, 0.76), c.front(s * 0.72, 0.77)]) for s in (-1, 1)]
    cloth = shape(c.front(0.4, 0.32), c.front(0.6, 0.32), c.front(0.58, 0.37), c.front(0.42, 0.37))
    buttons = Mark(discs(np.array([c.front(0.05, 0.66), c.front(0.05, 0.76)]), 0.045 * w), "fill", c.contrast)
    marks = (Mark(strokes(*pockets), width=1.0), Mark(cloth, "fill", WHITE), buttons)
    found = _open_front(c, 1.1, 0.09, (0.25, 0.02), marks=marks)
    return [*_closed_jacket(c, found), *upper.lapels(c, darken(c.main, 0.12), c.z + 1, 0.56), *upper.sleeves(c, loose=0.14)]


def jacket(c: Cloth) -> list[Layer]:
    zips = [np.array([c.front(s * (0.2 + 0.01 * k), 0.12 + 0.12 * k) for k in range(8)]) for s in (-1, 1)]
    pockets = [np.array([c.front(s * 0.45, 0.66), c.front(s * 0.62, 0.82)]) for s in (-1, 1)]
    marks = (Mark(strokes(*zips), colour=c.contrast, width=1.2), Mark(strokes(*pockets), width=1.0), upper.ribbing(c, 0.98, 0.16))
    body = _open_front(c, 0.98, 0.16, (0.2, 0.28), marks=marks)
    collar = upper.lapels(c, c.trim, c.z + 1, 0.26, 0.2, notch=False)
    return [*body, *upper.sleeves(c, loose=0.4, cuff=c.trim, cuff_size=0.06), *collar]


def vest(c: Cloth) -> list[Layer]:
    knitted = c.rng.random() < 0.5
    if knitted:
        marks = [upper.ribbing(c, 0.95, 0.06)]
    else:  # a waistcoat: buttons and two welt pockets
        pockets = [cut(c, (s * 0.35, 0.74), (s * 0.7, 0.72)) for s in (-1, 1)]
        marks = [*upper.placket(c, 0.4, 0.98, buttons=4), Mark(strokes(*pockets), width=1.2)]
    neck = [(0.86, 0.02), (0.4, 0.24), (0.0, 0.38)]
    return sleeveless(c, 0.95, neck, (0.87, 0.085), marks=marks, rim=c.trim if knitted else None)


def coat(c: Cloth) -> list[Layer]:
    f, w = c.figure, c.figure.body.shoulder
    reach = {"short": 0.28, "knee": 0.5, "midi": 0.72, "long": 0.86}[c.garment.length or "knee"]
    v1 = 1 + reach * (f.joints["ankle_l"][1] - f.torso.length) / f.torso.length
    top_l, top_r = f.torso.sides(0.012, 0.64, 0.12 * w)
    low_l, low_r = f.skirt(0.64, v1 - 0.64, 0.22 * w, 0.12 * w)
    left, right = np.concatenate([top_l[:-1], low_l]), np.concatenate([top_r[:-1], low_r])
    back = c.detail(Z.COAT_BACK, trace(np.concatenate([low_l, low_r[::-1]])), darken(c.main, 0.4), shading=0.0)
    pockets = [np.array([c.front(s * 0.5, 0.78), c.front(s * 0.72, 0.9)]) for s in (-1, 1)]
    spots = np.array([c.front(s * 0.36, v) for v in (0.4, 0.54, 0.7, 0.84) for s in (-1, 1)])
    rises = c.rng.uniform(0.2, 0.5, 4)
    hangs = folds.folds(*folds.cones(left, right, np.array([-0.78, -0.42, 0.45, 0.8]), rises, 0.03), depth=0.16 * w)
    turned = across(left, right, np.linspace(-1.02, 1.02, 13), 0.97)
    buttons = (Mark(discs(spots, 0.045 * w), "fill", c.contrast), Mark(discs(spots, 0.045 * w), width=0.45))
    seams = (Mark(strokes(*pockets), width=0.9), Mark(strokes(turned), width=0.45, strength=0.6))
    marks = (upper.torso_folds(c, 0.9), hangs, *seams, *buttons)
    found = [back, *upper.panels(c, left, right, 0.1, 0.22, c.z, marks=marks)]
    return [*found, *upper.lapels(c, c.trim, c.z + 1, 0.32, 0.12), *upper.sleeves(c, loose=0.3, cuff=c.trim, cuff_size=0.06)]


def cape(c: Cloth) -> list[Layer]:
    """A cloak: a back falling to the calves and a short mantle over the shoulders, clasped at the neck."""
    f, w = c.figure, c.figure.body.shoulder
    end = f.torso.length + 0.62 * (f.joints["ankle_l"][1] - f.torso.length)
    x, y = f.torso.at(0, 0.0)
    wide = 1.55 * w
    rows = [(x - 0.7 * w, y + 0.08), (x - 1.25 * w, y + 0.5 * w), (x - wide, end)]
    rows += [(x + k * wide, end + (0.06 if i % 2 else 0.0) * w) for i, k in enumerate((-0.6, -0.2, 0.2, 0.6))]
    rows += [(x + wide, end), (x + 1.25 * w, y + 0.5 * w), (x + 0.7 * w, y + 0.08)]
    hangs = [
        np.array([(x + k * wide, end + 0.05), (x + k * 0.88 * wide, 0.6 * end), (x + k * 0.8 * wide, rise * end)])
        for k, rise in ((-0.85, 0.3), (-0.5, 0.45), (-0.2, 0.7), (0.2, 0.6), (0.5, 0.4), (0.85, 0.25))
    ]
    back = c.piece(Z.BEHIND, trace(np.array(rows)), marks=[folds.folds(*(spline(row, 10) for row in hangs), depth=0.2 * w)])
    v, tip, low_y = 0.4, c.figure.arms["l"].point(0.1)[0] - 0.3 * w, y + 0.4 * f.torso.length
    mantle = [f.torso.at(-0.85, -0.005), f.torso.at(-1.05, 0.06), (tip, y + 0.35 * w), (x - 1.12 * w, low_y)]
    sags = ((-0.75, 0.06), (-0.4, 0.09), (0.0, 0.1), (0.4, 0.09), (0.75, 0.06))
    low = [(x + k * w, y + (v + drop) * f.torso.length) for k, drop in sags]
    tip = f.arms["r"].point(0.1)[0] + 0.3 * w
    other = [(x + 1.12 * w, low_y), (tip, y + 0.35 * w), f.torso.at(1.05, 0.06), f.torso.at(0.85, -0.005), c.front(0.0, 0.08)]
    outline = np.array([*mantle, *low, *other])
    rim = Mark(trace(np.array([mantle[-1], *low, other[0]]), closed=False), colour=c.trim, width=3.0)
    slit = Mark(strokes(np.array([c.front(0, 0.1), c.front(0, v + 0.12)])), width=0.9)
    rises = ((-0.85, 0.24), (-0.4, 0.18), (0.45, 0.2), (0.9, 0.26))
    falling = [[(u, v + 0.12), (u * 0.95, v - 0.03), (u * 0.8, top)] for u, top in rises]
    falls = folds.folds(*folds.on_front(c, falling), depth=0.12 * w)
    clasp = c.detail(Z.FRONT_ARM + 6, discs(np.array([c.front(0, 0.09)]), 0.09 * w), (222, 184, 80))
    front = c.piece(Z.FRONT_ARM + 5.5, trace(outline), marks=[rim, slit, falls])
    return [back, front, clasp, *upper.stand_collar(c, c.trim, Z.FRONT_ARM + 5.7, 0.6)]


_SHIRTS: dict[str, Draw] = {"t-shirt": t_shirt, "shirt": shirt, "blouse": blouse, "puff-sleeve blouse": puff_blouse}
_KNITS: dict[str, Draw] = {"hoodie": hoodie, "sweater": sweater, "turtleneck": turtleneck, "cardigan": cardigan}
_SPORTS: dict[str, Draw] = {"polo shirt": polo, "sailor top": sailor_top, "tank top": tank_top, "jersey": jersey}
_LAYERS: dict[str, Draw] = {"tunic": tunic, "breastplate": breastplate, "vest": vest, "cape": cape}
_JACKETS: dict[str, Draw] = {"blazer": blazer, "suit jacket": suit_jacket, "jacket": jacket, "coat": coat}
TOPS = {**_SHIRTS, **_KNITS, **_SPORTS, **_LAYERS, **_JACKETS}
