"""How light and close clothes are drawn: crop top, off-shoulder top, camisole, corset, halter, bodysuit, leotard, swimsuit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import lower, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import SLEEVE, Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.garments_festive import scallops, sweetheart
from wardrobe.geometry import Points, polygon, ribbon, spline, trace
from wardrobe.path import Path
from wardrobe.straps import neck_band, on_shoulder, pair, round_neck, share_of, yoke
from wardrobe.style import darken, lighten

Draw = Callable[[Cloth], list[Layer]]
HIGH = 0.76  # level to which the legs of a one-piece are cut
BELOW = 0.09  # units below the crotch, where the bare body ends


def crop_top(c: Cloth) -> list[Layer]:
    """A short tee that ends above the waist, its hem a loose band."""
    marks = (
        upper.neck_band(c, None, c.garment.neckline),
        Mark(strokes(np.array([c.front(u, 0.475) for u in np.linspace(-1, 1, 9)])), width=0.7),
    )
    body = upper.bodice(c, 0.51, ease=0.1, flare=0.05, marks=marks)
    return [body, *upper.sleeves(c, loose=0.12)]


def off_shoulder(c: Cloth) -> list[Layer]:
    """Cut straight round below the shoulders, sleeves from there, a deep flounce that runs on over breast and arms."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    left, right = torso.sides(0.2, 0.94, 0.03 * w)
    rim = np.array([torso.at(u, 0.2 + 0.035 * np.cos(u * np.pi / 2)) for u in np.linspace(1.0, -1.0, 11)])
    low = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, 0.06 * w], right[-1]]), 9)[1:-1]
    body = c.piece(c.z, polygon(np.concatenate([left, low, right[::-1], rim])), marks=[upper.torso_folds(c, 0.9)])
    found: list[Layer] = [body]
    h = c.figure.body.arm_half
    long = {"short": 0.36, "elbow": 0.52, "long": 0.95}.get(c.garment.sleeve, 0.36)
    for side in SIDES:
        arm = c.figure.arms[side]
        puffed = arm.outline(0.14, long, 0.26 * h, 0.2 * h, 0.25 * h)
        outer, inner = arm.sides(0.14, long, 0.26 * h, 0.2 * h, 0.25 * h)
        n = min(len(outer), len(inner))
        folds = [
            np.stack([outer[0] * f + inner[0] * (1 - f), outer[n // 2] * f + inner[n // 2] * (1 - f)]) for f in (0.3, 0.5, 0.7)
        ]
        found.append(c.piece(arm.z + c.sleeve_z, puffed, marks=[Mark(strokes(*folds), width=0.7, strength=0.8)]))
        found.append(c.detail(arm.z + c.sleeve_z + 0.1, arm.band(long - 0.04, 0.04, 0.4 * h), c.trim, shading=0.3))
        around = arm.outline(0.06, 0.26, 0.3 * h, 0.35 * h)
        found.append(c.piece(arm.z + c.sleeve_z + 0.2, around, marks=[_frill(*arm.sides(0.06, 0.26, 0.3 * h, 0.35 * h))]))
    return [*found, _flounce(c)]


def _frill(outer: Points, inner: Points) -> Mark:
    """Gathers of a ruffle round an arm. outer, inner: its sides."""
    rows = [(outer[[0, -2]] * f + inner[[0, -2]] * (1 - f)) for f in (0.2, 0.4, 0.6, 0.8)]
    return Mark(strokes(*rows), width=0.6, strength=0.8)


def _flounce(c: Cloth) -> Layer:
    """The ruffle of an off-shoulder top: unbroken from arm to arm across the breast, but where an arm is raised before it."""
    torso, w, h = c.figure.torso, c.figure.body.shoulder, c.figure.body.arm_half
    tops, lows = [], []
    for sign, side in zip((-1, 1), SIDES, strict=True):
        arm = c.figure.arms[side]
        outer = arm.sides(0.06, 0.26, 0.3 * h, 0.35 * h)[0]
        raised = arm.z > Z.FRONT_ARM or arm.direction(0.15)[1] < 0.3
        tops.append(torso.at(sign, 0.16) if raised else tuple(outer[0]))
        lows.append(torso.at(sign, 0.36) if raised else tuple(outer[-1]))
    upper_rows = [tops[0], torso.at(-0.6, 0.175), torso.at(0.0, 0.2), torso.at(0.6, 0.175), tops[1]]
    lower_rows = [lows[0], torso.at(-0.6, 0.37), torso.at(0.0, 0.38), torso.at(0.6, 0.37), lows[1]]
    top, edge = spline(np.array(upper_rows), 65), spline(np.array(lower_rows), 65)
    edge[:, 1] -= 0.05 * w * np.abs(np.cos(np.linspace(0, 8 * np.pi, 65)))
    elastic = top * 0.86 + edge * 0.14
    gathers = [np.stack([elastic[k], elastic[k] * 0.6 + edge[k] * 0.4]) for k in range(2, 64, 4)]
    valleys = [np.stack([edge[k], edge[k] * 0.5 + top[k] * 0.5]) for k in range(8, 60, 8)]
    marks = [
        Mark(strokes(*gathers), width=0.5, strength=0.7),
        Mark(strokes(*valleys), width=0.8),
        Mark(trace(elastic, closed=False), width=0.6),
        Mark(trace(edge - [0, 0.06 * w], closed=False), colour=c.trim, width=1.8),
    ]
    return c.piece(c.over_sleeves(c.z + 0.3), polygon(np.concatenate([top, edge[::-1]])), marks=marks)


def _strapless(c: Cloth, v1: float, neck: Points, ease: float, marks: list[Mark], hem: float = 0.05) -> Layer:
    w = c.figure.body.shoulder
    left, right = c.figure.torso.sides(0.26, v1, ease * w)
    low = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, hem * w], right[-1]]), 9)[1:-1]
    return c.piece(c.z, polygon(np.concatenate([left, low, right[::-1], neck])), marks=marks)


def camisole(c: Cloth) -> list[Layer]:
    """Thin straps, a soft neckline edged with lace, gently loose to the hip, a tiny bow."""
    w = c.figure.body.shoulder
    neck = sweetheart(c, 0.27, 0.98, 0.09)
    body = _strapless(c, 0.96, neck, 0.05, [upper.torso_folds(c, 0.96)], 0.08)
    straps = pair(c, neck, c.main, c.z + 0.3, 0.04, most=0.52)
    lace = scallops(c, neck[::-1] - [0.0, 0.02 * w], 0.1 * w, lighten(c.trim, 0.5), c.z + 0.2)
    hem = [np.array([c.figure.torso.at(u, 0.96) for u in np.linspace(-1, 1, 11)]) + [0, -0.02 * w]]
    hem[0][:, 1] += 0.04 * w * np.cos(np.linspace(-1, 1, 11) * np.pi / 2)
    x, y = c.front(0.0, 0.29)
    bow, creases = upper.bow(x, y, 0.13 * w, tails=0.6)
    chest = yoke(c, body, neck, share_of(c, 0.04) + 0.1)
    if chest:
        lace.z = c.over_sleeves(lace.z)
        lace.clip = Path.rect(chest[0].path.bounds())
    return [
        body,
        *chest,
        *straps,
        scallops(c, hem[0], 0.1 * w, lighten(c.trim, 0.5), c.z + 0.1),
        lace,
        c.detail(c.z + 0.4, bow, c.trim, marks=[Mark(creases, width=0.6)]),
    ]


def corset_top(c: Cloth) -> list[Layer]:
    """Boned panels from the breast to a point over the hips, a busk with clasps, laced beside it, piped edges, broad straps."""
    w, trim = c.figure.body.shoulder, c.trim
    neck = sweetheart(c, 0.27, 0.98, 0.09)
    left, right = c.figure.torso.sides(0.26, 0.78, 0.01 * w)
    point = np.array(c.front(0.0, 0.88))
    low = spline(
        np.stack([left[-1], (left[-1] + point) / 2 + [0, -0.02 * w], point, (right[-1] + point) / 2 + [0, -0.02 * w], right[-1]]),
        17,
    )
    bones = [
        spline(np.array([c.front(s * a, 0.2), c.front(s * b, 0.5), c.front(s * d, 0.8)]), 10)
        for s in (-1, 1)
        for a, b, d in ((0.5, 0.32, 0.36), (0.8, 0.62, 0.7), (0.22, 0.17, 0.18))
    ]
    laces = []
    for k in range(6):
        v = 0.34 + 0.075 * k
        laces += [np.array([c.front(-0.15, v), c.front(0.15, v + 0.06)]), np.array([c.front(0.15, v), c.front(-0.15, v + 0.06)])]
    placket = polygon(np.array([c.front(u, v) for u, v in ((-0.13, 0.27), (0.13, 0.27), (0.12, 0.8), (0.0, 0.86), (-0.12, 0.8))]))
    eyelets = [c.front(s * 0.16, 0.34 + 0.075 * k) for k in range(7) for s in (-1, 1)]
    path = polygon(np.concatenate([left, low[1:-1], right[::-1], neck]))
    marks = [
        Mark(placket, "fill", darken(c.main, 0.3)),
        Mark(strokes(*bones), width=0.85),
        tailor.topstitch(c, *[tailor.beside(line, 0.02) for line in bones]),
        Mark(strokes(*laces), colour=c.contrast, width=1.5),
        *tailor.buttons(c, eyelets, tailor.BRASS, 0.02),
        Mark(trace(neck, closed=False), colour=trim, width=3.0),
        Mark(trace(low, closed=False), colour=trim, width=3.0),
    ]
    x, y = c.front(0.0, 0.84)
    bow, creases = upper.bow(x, y, 0.17 * w, tails=1.3)
    body = c.piece(c.z, path, marks=marks)
    return [
        *pair(c, neck, c.main, c.z + 0.1, 0.085, most=0.52),
        body,
        *yoke(c, body, neck, share_of(c, 0.085) + 0.09),
        c.detail(c.z + 0.3, bow, c.contrast, marks=[Mark(creases, width=0.6)], line=0.8),
    ]


def halter_top(c: Cloth) -> list[Layer]:
    """Bare shoulders: the front narrows to a band round the neck, gathered there and into a band under the breast."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    left, right = torso.sides(0.3, 0.72, 0.03 * w)
    neck = round_neck(c, 0.6)
    front = neck[4:21]
    up_l = spline(np.array([front[0], c.front(-0.34, 0.14), left[0]]), 10)
    up_r = spline(np.array([right[0], c.front(0.34, 0.14), front[-1]]), 10)
    low = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, 0.06 * w], right[-1]]), 9)[1:-1]
    band = np.array([c.front(u, 0.47) for u in np.linspace(-1, 1, 9)])
    gathers = [np.array([front[8 + k], c.front(0.045 * k, 0.24), c.front(0.06 * k, 0.34)]) for k in (-6, -3, -1, 2, 5)] + [
        np.array([c.front(u, 0.47), c.front(0.9 * u, 0.39), c.front(0.7 * u, 0.32)]) for u in (-0.55, -0.2, 0.15, 0.5)
    ]
    marks = [
        Mark(strokes(*gathers), width=0.7, strength=0.8, ends=(1.0, 0.2)),
        Mark(strokes(band, band + [0, 0.05 * w]), width=0.7),
        Mark(trace(up_l, closed=False), colour=c.trim, width=2.0),
        Mark(trace(up_r, closed=False), colour=c.trim, width=2.0),
    ]
    body = c.piece(c.z, polygon(np.concatenate([up_l, left[1:], low, right[1:][::-1], up_r, front[-2:0:-1]])), marks=marks)
    collar = c.detail(c.z + 0.2, neck_band(neck, 0.06 * w + 0.006), c.trim, shading=0.3)
    return [body, collar]


def close_suit(c: Cloth, t1: float, ease: float, neck: Points, marks: list[Mark], v0: float = 0.015) -> list[Layer]:
    """Torso and legs down to t1 in one close cloth. ease: share of the shoulder's half-width."""
    w, torso = c.figure.body.shoulder, c.figure.torso
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        room = ease * w
        cuff = Mark(leg.ring(max(t1 - 0.025, 0.05), room), width=0.6, strength=0.8)
        found.append(c.piece(leg.z + SLEEVE, leg.outline(0.0, t1, room), edge=leg.edge(0.0, t1, room), marks=[cuff]))
    legs = {side: c.figure.legs[side].sides(0.0, t1, ease * w) for side in SIDES}
    left, right = torso.sides(v0, 1.0, ease * w)
    form = lower.seat(c.figure, legs, (left[-6:], right[-6:]))
    left, right = np.concatenate([left[:-6], form.left]), np.concatenate([right[:-6], form.right])
    path = polygon(np.concatenate([left, form.low, right[::-1], neck]))
    edge = trace(left[:-1], closed=False)
    for line in (right[:-1], neck):
        edge.add_path(trace(line, closed=False))
    if form.arch is not None:
        edge.add_path(form.arch)
    creases = [np.array([torso.front(s * 0.08, 0.97), torso.front(s * 0.35, 0.93), torso.front(s * 0.55, 0.94)]) for s in (-1, 1)]
    body = c.piece(c.z, path, edge=edge, marks=[upper.torso_folds(c, 0.9, 0.6), Mark(strokes(*creases), width=0.7), *marks])
    body.casts = False
    return [*found, body]


def bodysuit(c: Cloth) -> list[Layer]:
    """From the neck to wrists and ankles, close: panels along the sides, seams, a zip from the stand collar down."""
    torso = c.figure.torso
    legs = [c.figure.legs[side].sides(0.0, 0.97, 0.025 * c.figure.body.shoulder) for side in SIDES]
    seams = [o[:n] * 0.74 + i[:n] * 0.26 for o, i in legs for n in (min(len(o), len(i)),)]
    hip, panels = torso.at(0, 0.92)[1], []
    for s, seam in zip((-1, 1), seams, strict=True):
        rows = [torso.at(s * 0.62, 0.1), c.front(s * 0.5, 0.34), c.front(s * 0.36, 0.62)]
        start = int(np.searchsorted(seam[:, 1], hip))
        panels.append(np.concatenate([spline(np.array([*rows, tuple(seam[start])]), 16), seam[start + 1 :]]))
    outer = []
    for s, line in zip((-1, 1), panels, strict=True):
        beyond = float(line[-1, 0]) + s * 0.5
        corners = [(beyond, float(line[-1, 1])), (beyond, torso.at(0, 0.9)[1]), torso.at(s * 1.2, 0.1)]
        outer.append(polygon(np.concatenate([line, corners])))
    second = c.garment.second_rgb is not None and c.garment.pattern is None
    marks = [
        *[Mark(path, "fill", c.trim) for path in outer if second],
        Mark(strokes(*panels), width=0.9),
        *tailor.zipper(c, np.array([c.front(0, v) for v in np.linspace(0.05, 0.62, 8)])),
    ]
    found = close_suit(c, 0.96, 0.025, torso.neckline("round", 0.8, 0.05), marks)
    for (o, _), seam, layer in zip(legs, seams, found, strict=False):
        side = polygon(np.concatenate([seam, (o + (o - seam[: len(o)]))[::-1]]))
        layer.marks += [Mark(side, "fill", c.trim)] if second else []
        layer.marks.append(Mark(strokes(seam), width=0.9))
    return [
        *found,
        *upper.stand_collar(c, c.trim if second else darken(c.main, 0.12), c.z + 1, 0.75),
        *upper.sleeves(c, loose=-0.14, stripe=second),
    ]


def _leg_openings(c: Cloth, hip: float, ease: float) -> tuple[Points, Points]:
    """Both leg openings of a one-piece, each from the hip at level `hip` down to the crotch. ease: units."""
    lines = []
    for sign in (-1, 1):
        rows = [(0.98, 0.0), (0.7, 0.22), (0.4, 0.56), (0.21, 0.86), (0.14, 1.0)]
        line = [c.figure.torso.at(sign * u, hip + (1 - hip) * s) for u, s in rows]
        fall = [(sign * ease * (s == 0.0), BELOW * s * s) for _, s in rows]
        lines.append(spline(np.array(line) + fall, 14))
    return lines[0], lines[1]


def _one_piece(c: Cloth, neck: Points, arms: tuple[Points, Points], hip: float, marks: list[Mark]) -> Layer:
    """A close suit without legs, cut from shoulders to crotch in one. neck: from right to left; arms: the armholes, from the
    shoulder down; hip: level to which the leg openings rise."""
    torso, ease = c.figure.torso, 0.015 * c.figure.body.shoulder
    v0 = float(np.interp(arms[0][-1, 1], torso.left[:, 1], torso.v))
    left, right = torso.sides(v0, hip, ease)
    leg_l, leg_r = _leg_openings(c, hip, ease)
    seat = np.array(torso.at(0.0, 1.0)) + [0.0, 1.12 * BELOW]
    path = polygon(np.concatenate([arms[0][:-1], left, leg_l[1:], [seat], leg_r[:0:-1], right[::-1], arms[1][-2::-1], neck]))
    hems = [tailor.beside(leg_l, 0.03 * c.figure.body.shoulder), tailor.beside(leg_r, -0.03 * c.figure.body.shoulder)]
    waist = [[torso.at(s, 0.26), torso.at(s * 0.84, 0.42), torso.at(s * 0.72, 0.6), torso.at(s * 0.84, 0.74)] for s in (-1, 1)]
    panels = Path()
    for sign, rows in zip((-1, 1), waist, strict=True):
        panels.add_path(polygon(np.concatenate([spline(np.array(rows), 14), [torso.at(sign * 1.2, v) for v in (0.86, 0.26)]])))
    marks = [Mark(panels, "shade", strength=0.7), *marks]  # they draw in the waist of a straight body
    return c.piece(c.z, path, marks=[upper.torso_folds(c, 0.9, 0.5), *marks, Mark(strokes(*hems), width=0.5, strength=0.7)])


def _scooped(c: Cloth, inner: float, outer: float, depth: float) -> tuple[Points, tuple[Points, Points]]:
    """Neckline (from right to left) and armholes between which broad straps lie. inner, outer: the straps' edges, shares of
    the shoulder's half-width; depth: v of the neckline."""
    torso = c.figure.torso
    rows = [(inner + 0.04, 0.45 * depth), (0.8 * inner, 0.85 * depth)]
    turned = 0.5 * c.figure.turn
    half = [[torso.at(sign * u + turned * v / depth, v) for u, v in rows] for sign in (-1, 1)]
    top_l, top_r = on_shoulder(c, -1, inner), on_shoulder(c, 1, inner)
    neck = spline(np.array([top_r, *half[1], torso.at(turned, depth), *half[0][::-1], top_l]), 25)
    left, right = (
        spline(np.array([on_shoulder(c, sign, outer), torso.at(sign * (outer + 0.06), 0.15), torso.at(sign, 0.29)]), 12)
        for sign in (-1, 1)
    )
    return neck, (left, right)


def leotard(c: Cloth) -> list[Layer]:
    """A dancer's or gymnast's, bare legs: scooped neck, a sash of the second colour from the shoulder across to the hip."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    sash = spline(np.array([torso.at(-1.25, 0.16), c.front(-0.2, 0.36), c.front(0.45, 0.62), torso.at(1.25, 0.86)]), 20)
    marks = [
        Mark(polygon(ribbon(sash, 0.13 * w)), "fill", c.trim),
        Mark(polygon(ribbon(tailor.beside(sash, -0.2 * w), 0.03 * w)), "fill", lighten(c.trim, 0.4)),
    ]
    if c.garment.sleeve == "none":
        return [_one_piece(c, *_scooped(c, 0.34, 0.58, 0.18), HIGH, marks)]
    kind, width, depth = upper.NECKS["round"]
    left, right = torso.sides(0.015, 0.28, 0.0)
    body = _one_piece(c, torso.neckline(kind, width, depth + 0.05), (left, right), HIGH, marks)
    return [body, *upper.sleeves(c, loose=-0.14)]


def swimsuit(c: Cloth) -> list[Layer]:
    """A school swimsuit: broad straps, scooped armholes, bare legs, side seams, a name patch, white piping."""
    w = c.figure.body.shoulder
    neck, arms = _scooped(c, 0.34, 0.56, 0.22)
    x, y = c.front(0.0, 0.4)
    patch = shape(
        (x - 0.3 * w, y - 0.13 * w), (x + 0.3 * w, y - 0.13 * w), (x + 0.3 * w, y + 0.13 * w), (x - 0.3 * w, y + 0.13 * w)
    )
    seams = [spline(np.array([c.front(s * 0.5, 0.3), c.front(s * 0.36, 0.6), c.front(s * 0.42, 0.9)]), 12) for s in (-1, 1)]
    edges = (*arms, neck, *_leg_openings(c, HIGH, 0.015 * w))
    piping = [Mark(trace(line, closed=False), colour=c.contrast if c.garment.second_rgb else WHITE, width=2.4) for line in edges]
    writing = strokes(*[np.array([(x - 0.2 * w, y + k * w), (x + (0.2 - abs(k)) * w, y + k * w)]) for k in (-0.05, 0.04)])
    marks = [
        Mark(strokes(*seams), width=0.75),
        *piping,
        Mark(patch, "fill", WHITE),
        Mark(patch, width=0.6),
        Mark(writing, colour=(60, 60, 80), width=0.9),
    ]
    return [_one_piece(c, neck, arms, HIGH, marks)]


LIGHT: dict[str, Draw] = {
    "crop top": crop_top,
    "off-shoulder top": off_shoulder,
    "camisole": camisole,
    "corset top": corset_top,
    "halter top": halter_top,
    "bodysuit": bodysuit,
    "leotard": leotard,
    "swimsuit": swimsuit,
}
