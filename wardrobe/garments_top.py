"""How each top is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import folds, upper
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, across, discs, shape, strokes
from wardrobe.geometry import spline, trace
from wardrobe.style import darken, lighten

Draw = Callable[[Cloth], list[Layer]]


def t_shirt(c: Cloth) -> list[Layer]:
    marks = [upper.neck_band(c, None, c.garment.neckline)]
    return [upper.bodice(c, 0.98, ease=0.07, marks=tuple(marks)), *upper.sleeves(c, loose=0.12)]


def shirt(c: Cloth) -> list[Layer]:
    marks = upper.placket(c, 0.1, 0.96, buttons=5)
    cuff = c.trim if c.garment.sleeve == "long" else None
    return [
        upper.bodice(c, 0.96, ease=0.05, neck="", marks=tuple(marks)),
        *upper.sleeves(c, cuff=cuff),
        *upper.shirt_collar(c, lighten(c.main, 0.2), c.z + 1),
    ]


def blouse(c: Cloth) -> list[Layer]:
    marks = upper.placket(c, 0.12, 0.8, buttons=3)
    ruffle = [np.array([c.front(s * (0.12 + 0.05 * (k % 2)), 0.14 + 0.045 * k) for k in range(9)]) for s in (-1, 1)]
    marks.append(Mark(strokes(*ruffle), width=0.8))
    body = upper.bodice(c, 0.9, ease=0.07, flare=0.02, neck="", marks=tuple(marks))
    long = c.garment.sleeve in ("long", "elbow")
    return [
        body,
        *upper.sleeves(c, loose=0.2, cuff=c.trim if long else None),
        *upper.round_collar(c, lighten(c.main, 0.25), c.z + 1),
    ]


def puff_blouse(c: Cloth) -> list[Layer]:
    laces = [np.array([c.front(-0.12, v), c.front(0.12, v + 0.05)]) for v in (0.3, 0.38, 0.46)]
    marks = (upper.neck_band(c, None, c.garment.neckline), Mark(strokes(*laces), colour=c.contrast, width=1.2))
    return [upper.bodice(c, 0.9, ease=0.05, marks=marks), *upper.sleeves(c, loose=0.15)]


def sailor_top(c: Cloth) -> list[Layer]:
    body = upper.bodice(c, 0.92, ease=0.06, neck="v")
    cuff = c.trim if c.garment.sleeve == "long" else None
    return [body, *upper.sleeves(c, cuff=cuff or c.trim, cuff_size=0.05), *upper.sailor_collar(c, c.trim, c.z + 1)]


def polo(c: Cloth) -> list[Layer]:
    marks = upper.placket(c, 0.1, 0.32, buttons=2)
    return [
        upper.bodice(c, 0.98, ease=0.06, neck="", marks=tuple(marks)),
        *upper.sleeves(c, cuff=c.trim, cuff_size=0.03),
        *upper.shirt_collar(c, c.trim, c.z + 1, 0.5, 0.13),
    ]


def hoodie(c: Cloth) -> list[Layer]:
    pocket = np.array([c.front(u, v) for u, v in ((-0.38, 0.7), (0.38, 0.7), (0.62, 0.92), (-0.62, 0.92), (-0.38, 0.7))])
    marks = (Mark(strokes(pocket), width=0.9), upper.ribbing(c, 1.04, 0.14))
    return [
        upper.bodice(c, 1.04, ease=0.14, neck="", marks=marks),
        *upper.sleeves(c, loose=0.3, cuff=c.trim, cuff_size=0.05),
        *upper.hood(c, c.z + 1),
    ]


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
    marks = (upper.neck_band(c, None, c.garment.neckline),)
    return [upper.bodice(c, 0.98, ease=0.03, v0=0.03, marks=marks)]


def jersey(c: Cloth) -> list[Layer]:
    digit = int(c.rng.integers(len(_DIGITS)))
    number = [np.array([c.front(0.34 * x, 0.36 + 0.26 * y) for x, y in line]) for line in _DIGITS[digit]]
    sides = [np.array([c.figure.torso.at(s * 0.9, v) for v in (0.3, 0.6, 0.98)]) for s in (-1, 1)]
    marks = (
        Mark(strokes(*number), colour=c.contrast, width=5.0),
        Mark(strokes(*sides), colour=c.trim, width=3.5),
        upper.neck_band(c, c.trim, c.garment.neckline),
    )
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
    marks = [upper.neck_band(c, c.contrast, c.garment.neckline), Mark(strokes(*hem), colour=c.trim, width=4.0)]
    body = upper.bodice(c, 1.24, ease=0.06, flare=0.22, marks=tuple(marks))
    w = c.figure.body.shoulder
    left, right = c.figure.torso.sides(0.62, 0.69, 0.1 * w)
    belt = trace(np.concatenate([left, right[::-1]]))
    return [body, *upper.sleeves(c, loose=0.1), c.detail(c.z + 0.5, belt, darken(c.trim, 0.35))]


def haori(c: Cloth) -> list[Layer]:
    body = upper.bodice(c, 0.98, ease=0.1, neck="v", folds=True)
    return [body, *upper.sleeves(c, kind="wide", loose=0.3), *upper.crossed_collar(c, c.trim, c.z + 1, 0.62)]


def breastplate(c: Cloth) -> list[Layer]:
    w = c.figure.body.shoulder
    cloth = darken(c.main, 0.3)
    shirt = upper.sleeves(c, loose=-0.05)
    for layer in shirt:
        layer.colour = cloth
    ridge = np.array([c.front(0, v) for v in (0.08, 0.3, 0.55)])
    chest = [np.array([c.front(-0.9, 0.5), c.front(0, 0.55), c.front(0.9, 0.5)])]
    plates = [np.array([c.front(-0.9, v), c.front(0, v + 0.05), c.front(0.9, v)]) for v in (0.66, 0.78, 0.9)]
    shine = shape(c.front(-0.55, 0.16), c.front(-0.4, 0.15), c.front(-0.3, 0.4), c.front(-0.5, 0.42))
    rim = Mark(trace(c.figure.torso.neckline("round", 0.8, 0.1), closed=False), colour=c.trim, width=3.0)
    marks = (Mark(strokes(ridge, *chest, *plates), width=1.0), Mark(shine, "light", strength=0.45), rim)
    found = [*shirt, upper.bodice(c, 0.98, ease=0.08, neck="round", marks=marks, folds=False)]
    for side, sign in (("l", -1), ("r", 1)):
        arm = c.figure.arms[side]
        x, y = arm.point(0.06)
        pad = trace(
            np.array(
                [
                    (x + sign * a * w, y + b * w)
                    for a, b in ((-0.3, -0.12), (0.0, -0.32), (0.34, -0.1), (0.36, 0.3), (0.05, 0.36), (-0.22, 0.2))
                ]
            )
        )
        line = strokes(
            np.array([(x - sign * 0.2 * w, y + 0.06 * w), (x + sign * 0.1 * w, y + 0.16 * w), (x + sign * 0.36 * w, y + 0.1 * w)])
        )
        found.append(c.piece(arm.z + c.sleeve_z + 0.3, pad, marks=[Mark(line, colour=c.trim, width=2.0)]))
    return found


def _open_front(
    c: Cloth, v1: float, ease: float, gap: tuple[float, float], flare: float = 0.0, marks: tuple[Mark, ...] = ()
) -> list[Layer]:
    w = c.figure.body.shoulder
    left, right = c.figure.torso.sides(0.012, v1, ease * w, flare * w)
    return upper.panels(c, left, right, *gap, c.z, marks=(upper.torso_folds(c, v1), *marks))


def cardigan(c: Cloth) -> list[Layer]:
    edge = [np.array([c.front(s * (0.24 + 0.02 * k), 0.14 + 0.11 * k) for k in range(9)]) for s in (-1, 1)]
    spots = np.array([c.front(0.3, v) for v in (0.45, 0.6, 0.75, 0.9)])
    marks = (
        Mark(strokes(*edge), width=0.7),
        upper.ribbing(c, 1.06, 0.1),
        Mark(discs(spots, 0.04 * c.figure.body.shoulder), "fill", c.contrast),
    )
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
    return [
        *_closed_jacket(c, found),
        *upper.lapels(c, line, c.z + 1),
        *upper.sleeves(c, loose=0.15, cuff=line if c.garment.second_rgb else None, cuff_size=0.03),
    ]


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
    marks = (
        Mark(strokes(*pockets), width=1.0),
        Mark(cloth, "fill", WHITE),
        Mark(discs(np.array([c.front(0.05, 0.66), c.front(0.05, 0.76)]), 0.045 * w), "fill", c.contrast),
    )
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
    marks = (
        (upper.neck_band(c, None, "v"), upper.ribbing(c, 0.95, 0.06))
        if c.rng.random() < 0.5
        else tuple(upper.placket(c, 0.42, 0.95, buttons=4))
    )
    kind, width, depth = "v", 0.74, 0.36
    w = c.figure.body.shoulder
    path = c.figure.torso.outline(0.03, 0.95, 0.05 * w, 0.0, 0.05 * w, c.figure.torso.neckline(kind, width, depth))
    rim = Mark(trace(c.figure.torso.neckline(kind, width, depth), closed=False), colour=c.trim, width=2.4)
    return [c.piece(c.z, path, marks=[upper.torso_folds(c, 0.95), *marks[-1:], rim])]


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
    marks = (
        upper.torso_folds(c, 0.9),
        hangs,
        Mark(strokes(*pockets), width=0.9),
        Mark(strokes(turned), width=0.45, strength=0.6),
        Mark(discs(spots, 0.045 * w), "fill", c.contrast),
        Mark(discs(spots, 0.045 * w), width=0.45),
    )
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
    v = 0.4
    mantle = [
        f.torso.at(-0.85, -0.005),
        f.torso.at(-1.05, 0.06),
        (f.arms["l"].point(0.1)[0] - 0.3 * w, y + 0.35 * w),
        (x - 1.12 * w, y + v * f.torso.length),
    ]
    low = [
        (x + k * w, y + (v + drop) * f.torso.length)
        for k, drop in ((-0.75, 0.06), (-0.4, 0.09), (0.0, 0.1), (0.4, 0.09), (0.75, 0.06))
    ]
    other = [
        (x + 1.12 * w, y + v * f.torso.length),
        (f.arms["r"].point(0.1)[0] + 0.3 * w, y + 0.35 * w),
        f.torso.at(1.05, 0.06),
        f.torso.at(0.85, -0.005),
        c.front(0.0, 0.08),
    ]
    outline = np.array([*mantle, *low, *other])
    rim = Mark(trace(np.array([mantle[-1], *low, other[0]]), closed=False), colour=c.trim, width=3.0)
    slit = Mark(strokes(np.array([c.front(0, 0.1), c.front(0, v + 0.12)])), width=0.9)
    falling = [
        [(u, v + 0.12), (u * 0.95, v - 0.03), (u * 0.8, top)]
        for u, top in ((-0.85, 0.24), (-0.4, 0.18), (0.45, 0.2), (0.9, 0.26))
    ]
    falls = folds.folds(*folds.on_front(c, falling), depth=0.12 * w)
    clasp = c.detail(Z.FRONT_ARM + 6, discs(np.array([c.front(0, 0.09)]), 0.09 * w), (222, 184, 80))
    return [
        back,
        c.piece(Z.FRONT_ARM + 5.5, trace(outline), marks=[rim, slit, falls]),
        clasp,
        *upper.stand_collar(c, c.trim, Z.FRONT_ARM + 5.7, 0.6),
    ]


TOPS: dict[str, Draw] = {
    "t-shirt": t_shirt,
    "shirt": shirt,
    "blouse": blouse,
    "puff-sleeve blouse": puff_blouse,
    "sailor top": sailor_top,
    "polo shirt": polo,
    "hoodie": hoodie,
    "sweater": sweater,
    "turtleneck": turtleneck,
    "tank top": tank_top,
    "jersey": jersey,
    "tunic": tunic,
    "haori": haori,
    "breastplate": breastplate,
    "cardigan": cardigan,
    "blazer": blazer,
    "suit jacket": suit_jacket,
    "jacket": jacket,
    "vest": vest,
    "coat": coat,
    "cape": cape,
}
