"""How clothes of rank and office are drawn: military uniform, pirate coat, tailcoat, tabard, track jacket, blazer, cape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from wardrobe import folds, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, discs, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.garments_draped import OVER_ARMS, gathers, hem_of, shoulders
from wardrobe.garments_top import polygon_line
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Box, Path
from wardrobe.straps import crest, laid_over
from wardrobe.style import DARK, RGB, darken, lighten
from wardrobe.tailoring import BRASS

Draw = Callable[[Cloth], list[Layer]]


def _braid(c: Cloth, line: Points, colour: RGB, width: float = 3.0) -> list[Mark]:
    """A flat cord sewn along a line, with its twist."""
    return [
        Mark(trace(line, closed=False), colour=colour, width=width),
        Mark(tailor.stitches(line, dash=0.018), colour=darken(colour, 0.4), width=0.7),
    ]


def _gold(c: Cloth) -> RGB:
    return c.garment.second_rgb or BRASS


def military_uniform(c: Cloth) -> list[Layer]:
    """A parade tunic: stand collar with tabs, two rows of buttons that narrow to the waist, cord to the shoulder, epaulettes."""
    gold = _gold(c)
    front = tailor.hang(c, 1.08, 0.09, 0.16)
    lap = front.line((0.34, 0.1), (0.36, 0.3), (0.26, 0.6), (0.3, 1.09))
    places = [front.at(s * u, v) for u, v in ((0.36, 0.2), (0.34, 0.32), (0.3, 0.44), (0.26, 0.55)) for s in (-1, 1)]
    flaps = [
        m for s in (-1, 1) for m in tailor.pocket(front, (s * 0.34, s * 0.68), (0.76, 0.9), flap=0.06, point=0.03, button=gold)
    ]
    marks = [
        upper.torso_folds(c, 1.0),
        *tailor.hem(front, 0.04),
        Mark(strokes(lap), width=0.9),
        *_braid(c, front.across(1.055, 1.05, 0.04), gold, 2.2),
        *flaps,
        *tailor.buttons(c, places, gold, 0.05),
    ]
    body = c.piece(c.z, front.closed(c.figure.torso.neckline("round", 0.8, 0.06), 0.04), marks=marks)
    x, y = c.figure.torso.at(0, 0.0)
    n = c.figure.body.neck_half
    tabs = [
        polygon(
            np.array(
                [
                    (x + s * 0.12 * n, y + 0.2 * n),
                    (x + s * 0.75 * n, y),
                    (x + s * 0.85 * n, y + 0.5 * n),
                    (x + s * 0.15 * n, y + 0.75 * n),
                ]
            )
        )
        for s in (-1, 1)
    ]
    collar = upper.stand_collar(c, darken(c.main, 0.2), c.z + 1, 0.75)
    collar[0].marks += [Mark(tab, "fill", gold) for tab in tabs]
    cord = [front.line((0.6, 0.1), (0.54, 0.25 + d), (0.4, 0.3 + d), (0.34, 0.2)) for d in (0.0, 0.06)]
    loops = c.detail(c.z + 0.6, polygon(np.concatenate([cord[0], cord[0][::-1] + [0, 0.004]])), gold, line=0.0, shading=0.0)
    loops.marks += [Mark(trace(line, closed=False), colour=gold, width=2.4, clip=False) for line in cord]
    loops.marks += [Mark(tailor.stitches(line, dash=0.02), colour=darken(gold, 0.4), width=0.8, clip=False) for line in cord]
    return [
        body,
        loops,
        *tailor.buckled_belt(c, 0.64, darken(c.main, 0.5), c.z + 0.8, ease=0.14, metal=gold),
        *collar,
        *upper.sleeves(c, loose=0.12, cuff=darken(c.main, 0.2), cuff_size=0.1),
        *[_ring(c, side, 0.85, gold, 0.42) for side in SIDES],
        *tailor.epaulettes(c, gold, gold, c.z, fringe=bool(c.garment.detail & 1)),
    ]


def _ring(c: Cloth, side: str, t: float, colour: RGB, ease: float) -> Layer:
    """A narrow band of braid round a sleeve. ease: of the sleeve, in arm half-widths."""
    arm = c.figure.arms[side]
    return c.detail(arm.z + c.sleeve_z + 0.25, arm.band(t, 0.018, ease * c.figure.body.arm_half), colour, shading=0.3)


def _deep_cuffs(c: Cloth, colour: RGB, braid: RGB, t: float = 0.72) -> list[Layer]:
    """Broad cuffs turned back to t of the arm, edged with braid, three buttons on each."""
    h, found = c.figure.body.arm_half, []
    for side in SIDES:
        arm = c.figure.arms[side]
        outer, inner = arm.sides(t, 0.95, 0.55 * h, 0.25 * h)
        edge = (
            np.stack([outer[0], (outer[0] + inner[0]) / 2, inner[0]]) * 0.9
            + np.stack([outer[1], (outer[1] + inner[1]) / 2, inner[1]]) * 0.1
        )
        n = min(len(outer), len(inner))
        places = [tuple((outer[k] * 0.5 + inner[k] * 0.5).tolist()) for k in (1, n // 2, n - 2)]
        cuff = c.detail(arm.z + c.sleeve_z + 0.2, arm.outline(t, 0.95, 0.55 * h, 0.25 * h), colour, shading=0.4)
        cuff.marks += [*_braid(c, edge, braid, 2.6), *tailor.buttons(c, [(x, y) for x, y in places], braid, 0.04)]
        found.append(cuff)
    return found


def pirate_coat(c: Cloth) -> list[Layer]:
    """Long and open over the shirt: gold braid down both edges, frogged buttonholes, huge cuffs, flapped pockets."""
    gold, front = _gold(c), tailor.hang(c, tailor.level(c, 0.55), 0.13, 0.4)
    end = front.end
    found = [tailor.lining(c, front, Z.COAT_BACK)]
    for sign in (-1, 1):
        rows = [(sign * u, v) for u, v in ((0.24, 0.2), (0.26, 0.5), (0.24, 0.7), (0.4, end))]
        edge = tailor.beside(front.line(*rows), -sign * 0.0)
        frogs = [front.line((sign * 0.28, v), (sign * 0.4, v - 0.008), (sign * 0.52, v)) for v in np.arange(0.3, 0.78, 0.115)]
        marks = [
            upper.torso_folds(c, 0.9),
            *tailor.drapes(c, front, 6, 0.72),
            *tailor.hem(front),
            *[m for line in frogs for m in _braid(c, line, gold, 1.8)],
            *_braid(c, edge * 0.97 + 0.03 * np.array(front.at(sign, 0.5)), gold, 4.0),
            *tailor.pocket(front, (sign * 0.44, sign * 0.8), (0.86, 1.02), flap=0.09, point=0.03, button=gold),
            *tailor.buttons(c, [front.at(sign * 0.53, v) for v in np.arange(0.3, 0.78, 0.115)], gold, 0.045),
        ]
        found.append(c.piece(c.z, front.panel(sign, *rows), marks=marks))
    lapels = tailor.turned_lapels(
        c,
        front,
        c.trim if c.garment.second_rgb is None else darken(c.main, 0.25),
        c.z + 1,
        deep=0.46,
        wide=0.52,
        tip=0.22,
        open_=0.25,
    )
    return [*found, *lapels, *upper.sleeves(c, loose=0.25), *_deep_cuffs(c, darken(c.main, 0.25), gold)]


def tailcoat(c: Cloth) -> list[Layer]:
    """A butler's evening coat: cut away at the waist over a buttoned waistcoat, peaked lapels of satin, tails behind the legs."""
    front = tailor.hang(c, 0.78, 0.09)
    vest, satin = c.trim if c.garment.second_rgb else lighten(c.main, 0.18), darken(c.main, 0.35)
    torso, w = c.figure.torso, c.figure.body.shoulder
    under = torso.outline(0.03, 0.74, 0.04 * w, 0.0, 0.12 * w, torso.neckline("v", 0.6, 0.36))
    points = [np.array([c.front(0, 0.36), c.front(0, 0.85)])]
    waistcoat = c.detail(
        c.z - 0.2,
        under,
        vest,
        marks=[
            Mark(strokes(*points), width=0.9),
            *tailor.buttons(c, [c.front(0.05, v) for v in (0.44, 0.53, 0.62, 0.71)], None, 0.04),
        ],
    )
    hip, long = torso.half(0.92), tailor.hang(c, tailor.level(c, 0.6), 0.05, 0.02)
    found: list[Layer] = []
    for sign in (-1, 1):
        out = [(0.96, 0.66), (1.34, 0.98), (1.48, 0.5 + 0.5 * long.end), (1.36, long.end)]
        inn = [(1.26, long.end), (0.9, 0.5 + 0.5 * long.end), (0.4, 1.05), (0.02, 0.8)]
        outer, inner = (long.line(*[(sign * u, v) for u, v in line]) for line in (out, inn))
        pleat = long.line((sign * 0.7, 0.76), (sign * 1.08, 1.08), (sign * 1.28, long.end - 0.08))
        marks = [folds.folds(pleat, depth=0.1 * w, ends=(0.8, 0.1))]
        found.append(c.piece(Z.COAT_BACK, polygon(np.concatenate([outer, inner])), marks=marks))
        rows = [(sign * u, v) for u, v in ((0.34, 0.12), (0.26, 0.4), (0.2, 0.56), (0.3, 0.68), (0.62, 0.78))]
        marks = [
            upper.torso_folds(c, 0.7),
            Mark(strokes(front.line((sign * 0.62, 0.18), (sign * 0.66, 0.45), (sign * 0.62, 0.78))), width=0.6, strength=0.7),
            *tailor.buttons(c, [front.at(sign * 0.32, v) for v in (0.5, 0.6)], c.contrast, 0.045),
        ]
        if sign > 0:
            cloth = [front.at(0.5, 0.3), front.at(0.54, 0.255), front.at(0.6, 0.29), front.at(0.65, 0.26), front.at(0.68, 0.3)]
            marks += [
                Mark(polygon(np.array(cloth)), "fill", WHITE),
                Mark(strokes(front.line((0.48, 0.31), (0.6, 0.305), (0.7, 0.31))), width=1.1),
            ]
        found.append(c.piece(c.z, front.panel(sign, *rows, sag=0.05 * hip), marks=marks))
        peak = [
            front.at(sign * 0.2, 0.54),
            front.at(sign * 0.26, 0.3),
            front.at(sign * 0.36, 0.1),
            torso.at(sign * 0.68, 0.0),
            torso.at(sign * 0.88, 0.05),
        ]
        peak += [
            front.at(sign * 0.5, 0.155),
            front.at(sign * 0.66, 0.125),
            front.at(sign * 0.58, 0.24),
            front.at(sign * 0.36, 0.44),
        ]
        gleam = front.line((sign * 0.34, 0.2), (sign * 0.3, 0.34), (sign * 0.26, 0.44))
        found.append(
            c.detail(
                c.z + 1,
                shape(*peak),
                satin,
                marks=[Mark(strokes(gleam), colour=lighten(satin, 0.5), width=1.6, strength=0.6)],
                shading=0.2,
            )
        )
        leaf = [
            torso.at(sign * 0.68, -0.02),
            torso.at(sign * 1.0, -0.015),
            torso.at(sign * 0.94, 0.05),
            front.at(sign * 0.52, 0.15),
            front.at(sign * 0.38, 0.1),
        ]
        found.append(c.detail(c.z + 1.1, shape(*leaf), c.main, shading=0.2))
    return [waistcoat, *found, *upper.sleeves(c, loose=0.08, cuff=WHITE, cuff_size=0.025)]


def _cross(c: Cloth, front: tailor.Front, v: float, size: float) -> Path:
    """A cross pattée, its centre on the button line at level v. size: units."""
    x, y = front.at(0.0, v)
    arm = [(0.1, 0.1), (0.34, 1.0), (-0.34, 1.0), (-0.1, 0.1)]
    rows: list[tuple[float, float]] = []
    for k in range(4):
        a = k * np.pi / 2
        cos, sin = float(np.cos(a)), float(np.sin(a))
        rows += [(x + size * (cos * p - sin * q), y + size * (sin * p + cos * q)) for p, q in arm]
    return shape(*rows)


def tabard(c: Cloth) -> list[Layer]:
    """A knight's surcoat: two straight panels, before and behind, open at the flanks where the shirt is seen; an emblem on the
    breast, a border all round, belted, split below."""
    w, trim, torso = c.figure.body.shoulder, c.trim, c.figure.torso
    end, half = tailor.level(c, 0.42), 0.66 * w
    levels = [0.3, 0.64, 0.8, 1.0, (1 + end) / 2, end]
    wide = [half, min(0.92 * half, 0.86 * torso.half(0.64)), half, 1.04 * half, 1.08 * half, 1.12 * half]

    def centre(v: float) -> Points:
        """The panel's middle: it hangs from both shoulders, so it follows a turned chest only half the way."""
        return np.asarray(np.mean([torso.front(0, v), torso.at(0, v)], 0))

    def side(sign: int, more: float = 0.0) -> Points:
        """An edge of a panel from the ridge of the shoulder, beyond which the back is, to the hem. more: units further out."""
        rows = [np.array(crest(c, sign, 0.84)) + [sign * more, -0.02 * w]]
        rows.append(centre(0.14) + [sign * 0.86 * half, 0])
        for v, x in zip(levels, wide, strict=True):
            middle = centre(min(v, 1.0)) + [sign * (x + more), max(v - 1.0, 0.0) * torso.length]
            rows.append(middle)
        return polygon_line(np.array(rows))

    left, right, n = side(-1), side(1), c.figure.body.neck_half
    ridge = [np.array(crest(c, sign, 1.2 * n / w)) - [0.0, 0.02 * w] for sign in (1, -1)]
    (x, y), low = torso.at(0, 0.0), centre(0.1)
    neck = spline(
        np.array([ridge[0], (x + 0.85 * n, (y + low[1]) / 2), tuple(low), (x - 0.85 * n, (y + low[1]) / 2), ridge[1]]), 17
    )
    a, b, split = left[-1], right[-1], centre(1.0) + [0, 0.12 * torso.length]
    gap = np.array([0.07 * w, 0.03 * w])
    hem = np.stack([a, (a + b) / 2 + gap * [-1, 1], split, (a + b) / 2 + gap, b])
    outline = np.concatenate([left, polygon_line(hem)[1:-1], right[::-1], neck])
    inset = 0.07 * w
    border = [left + [inset, 0.0], right - [inset, 0.0], polygon_line(hem[:2]) - [0, inset], polygon_line(hem[3:]) - [0, inset]]
    waist = centre(0.64)
    falls = []
    for k in (-0.66, -0.3, 0.34, 0.7):
        rise = float(c.rng.uniform(0.35, 0.85))
        foot, head = (a + b) / 2 + [k * wide[-1], 0.0], waist + [0.8 * k * half, 0.0]
        falls.append(np.stack([foot, foot + (head - foot) * 0.5 * rise, foot + (head - foot) * rise]))
    emblem = _cross(c, tailor.hang(c, 1.0, 0.05), 0.36, 0.27 * w)
    emblem.offset(float(centre(0.36)[0]) - torso.front(0, 0.36)[0], 0.0)
    marks = [
        folds.folds(*falls, depth=0.12 * w),
        Mark(strokes(*border, neck), colour=trim, width=3.4),
        Mark(emblem, "fill", trim),
        Mark(emblem, width=0.7),
    ]
    back = polygon(np.concatenate([side(-1, -0.03 * w), side(1, -0.03 * w)[::-1]]))
    panel = polygon(outline)
    front = c.piece(c.z, panel, marks=marks)
    # it lies over the shoulders whatever the arms do, and over arms that would cover its sides
    above = Path.rect(Box(x - 9, y - 9, x + 9, torso.at(0, 0.27 if c.over_sleeves(c.z) == c.z else 0.2)[1]))
    high = replace(front, z=Z.FRONT_ARM + 5.4, clip=above, casts=False)
    dense_l, dense_r = (line[line[:, 1] < torso.at(0, 0.55)[1]] for line in map(polygon_line, (left, right)))
    over = [high, *laid_over(c, front, dense_l, dense_r, neck)]
    return [
        c.detail(Z.COAT_BACK, back, darken(c.main, 0.4), shading=0.0),
        front,
        *over,
        *tailor.buckled_belt(c, 0.66, (104, 70, 44), c.z + 0.8, ease=0.03, height=0.06),
    ]


def track_jacket(c: Cloth) -> list[Layer]:
    """A sports jacket zipped to the chest: stand collar, stripes down the sleeves, a yoke of the second colour, ribbed hem."""
    front, trim = tailor.hang(c, 1.0, 0.12), c.trim
    zip_ = front.line((0.0, 0.14), (0.0, 0.5), (0.0, 1.0))
    yoke = [front.line((s * 0.06, 0.3), (s * 0.5, 0.26), (s * 1.02, 0.2)) for s in (-1, 1)]
    cap = [
        polygon(np.concatenate([line, [front.at(s * 1.05, 0.0), front.at(s * 0.06, 0.0)]]))
        for line, s in zip(yoke, (-1, 1), strict=True)
    ]
    second = c.garment.second_rgb is not None and c.garment.pattern is None
    marks = [
        upper.torso_folds(c, 1.0),
        *([Mark(path, "fill", trim) for path in cap] if second else []),
        Mark(strokes(*yoke), width=0.9),
        *[m for s in (-1, 1) for m in tailor.pocket(front, (s * 0.4, s * 0.62), (0.7, 0.85), slant=0.08)[1:]],
        upper.ribbing(c, 1.0, 0.12),
        *tailor.zipper(c, zip_, WHITE),
    ]
    body = c.piece(c.z, front.closed(c.figure.torso.neckline("v", 0.72, 0.14), 0.05), marks=marks)
    leaves = []
    torso = c.figure.torso
    for sign in (-1, 1):
        rows = [
            torso.at(sign * 0.62, -0.035),
            torso.at(sign * 1.0, -0.02),
            torso.at(sign * 0.92, 0.05),
            front.at(sign * 0.26, 0.17),
            front.at(sign * 0.03, 0.16),
            front.at(sign * 0.22, 0.1),
        ]
        inset = np.array(rows[2:5]) * 0.82 + np.mean(np.array(rows), 0) * 0.18
        leaves.append(c.detail(c.z + 1, shape(*rows), c.main, marks=[Mark(strokes(inset), colour=trim, width=1.8)], shading=0.2))
    return [body, *leaves, *upper.sleeves(c, loose=0.25, stripe=True, cuff=trim, cuff_size=0.05)]


def blazer(c: Cloth) -> list[Layer]:
    w = c.figure.body.shoulder
    pockets = [np.array([c.front(s * 0.35, 0.78), c.front(s * 0.72, 0.78)]) for s in (-1, 1)]
    crest = shape(c.front(0.42, 0.3), c.front(0.62, 0.3), c.front(0.6, 0.38), c.front(0.52, 0.41), c.front(0.44, 0.38))
    gold = (214, 178, 84)
    spots = [c.front(0.1, v) for v in (0.6, 0.72)]
    line = c.trim if c.garment.second_rgb else darken(c.main, 0.2)
    marks = [upper.torso_folds(c, 1.05), Mark(strokes(*pockets), width=1.0), Mark(crest, "fill", gold), Mark(crest, width=0.6)]
    if c.garment.second_rgb:  # piping beside the lapping edge, down to the hem
        marks.append(Mark(trace(_lap(c) + [0.04 * w, 0.0], closed=False), colour=line, width=1.8))
    arms = upper.sleeves(c, loose=0.15, cuff=line if c.garment.second_rgb else None, cuff_size=0.03)
    body = _closed_jacket(c, [*marks, *tailor.buttons(c, spots, gold, 0.055)])
    return [body, *upper.lapels(c, line, c.z + 1), *arms]


def _lap(c: Cloth) -> Points:
    """The edge of a jacket's front that lies on the other one, from the lapels to the hem, where it swings away."""
    return tailor.hang(c, 1.09, 0.08).line((0.0, 0.48), (0.0, 0.7), (0.01, 0.9), (0.1, 1.09))


def _closed_jacket(c: Cloth, marks: list[Mark]) -> Layer:
    """A jacket's body open to the breast, closed below it."""
    w = c.figure.body.shoulder
    rows = c.figure.torso.neckline("v", 0.78, 0.5)
    path = c.figure.torso.outline(0.012, 1.05, 0.08 * w, 0.06 * w, 0.04 * w, rows)
    return c.piece(c.z, path, marks=[*marks, Mark(trace(_lap(c), closed=False), width=0.9)])


def suit_jacket(c: Cloth) -> list[Layer]:
    rows = ((-0.35, 0.76, -0.72, 0.77), (0.35, 0.76, 0.72, 0.77), (0.36, 0.335, 0.6, 0.32))
    pockets = strokes(*(np.array([c.front(u0, v0), c.front(u1, v1)]) for u0, v0, u1, v1 in rows))
    spots = discs(np.array([c.front(0.05, 0.66), c.front(0.05, 0.76)]), 0.045 * c.figure.body.shoulder)
    other = lighten if sum(c.main) < DARK else darken  # on black a darker lapel would not be seen
    buttons = Mark(spots, "fill", other(c.main, 0.2))
    marks = [upper.torso_folds(c, 1.1), Mark(pockets, width=1.0), buttons, Mark(spots, width=0.45)]
    return [_closed_jacket(c, marks), *upper.lapels(c, other(c.main, 0.08), c.z + 1, 0.56), *upper.sleeves(c, loose=0.14)]


def cape(c: Cloth) -> list[Layer]:
    """A mantle over shoulders and upper arms, clasped at the neck; from beneath its borders the back falls to the calves."""
    f, w = c.figure, c.figure.body.shoulder
    x = f.torso.at(0, 0.0)[0]
    end = f.torso.length + 0.62 * (f.joints["ankle_l"][1] - f.torso.length)
    sides = {sign: shoulders(c, sign, 0.42, 0.1, over=True) for sign in (-1, 1)}
    falls = []
    for sign, side in sides.items():
        foot = sign * max(1.5 * w, sign * (side[-1, 0] - x) + 0.25 * w)
        knee = ((side[-1, 0] + x + foot) / 2, (side[-1, 1] + end) / 2)
        falls.append(spline(np.array([side[6], side[-1], knee, (x + foot, end)]), 24))
    hem = hem_of(falls[0], falls[1], 5, 0.05 * w, 0.05 * w)
    back = polygon(np.concatenate([falls[0], hem, falls[1][::-1]]))
    low = hem_of(sides[-1], sides[1], 4, 0.3 * w, 0.03 * w)
    path = polygon(np.concatenate([sides[-1], low, sides[1][::-1], [c.front(0.0, 0.06)]]))
    border = np.concatenate([sides[-1][-1:], low, sides[1][-1:]])
    slit = Mark(strokes(np.array([c.front(0, 0.1), c.front(0, 0.6)])), width=0.9)
    rims = [Mark(trace(line - [0.0, 0.05 * w], closed=False), colour=c.trim, width=3.0) for line in (border, hem)]
    clasp = c.detail(OVER_ARMS + 0.5, discs(np.array([c.front(0, 0.09)]), 0.09 * w), BRASS)
    return [
        c.piece(Z.BEHIND, back, marks=[*gathers(c, falls[0], falls[1], hem, 6), rims[1]]),
        c.piece(OVER_ARMS, path, marks=[*gathers(c, sides[-1], sides[1], low, 6), rims[0], slit]),
        clasp,
        *upper.stand_collar(c, c.trim, OVER_ARMS + 0.2, 0.6),
    ]


UNIFORMS: dict[str, Draw] = {
    "military uniform": military_uniform,
    "pirate coat": pirate_coat,
    "tailcoat": tailcoat,
    "tabard": tabard,
    "track jacket": track_jacket,
    "blazer": blazer,
    "suit jacket": suit_jacket,
    "cape": cape,
}
