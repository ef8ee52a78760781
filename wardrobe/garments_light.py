"""How light and close clothes are drawn: crop top, off-shoulder top, camisole, corset, halter, bodysuit, leotard, swimsuit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import lower, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import SLEEVE, Layer, Mark
from wardrobe.cloth import WHITE, Cloth, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.garments_festive import scallops, sweetheart
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]
BELOW = 0.09  # units below the crotch, where the bare body ends


def _strap(c: Cloth, sign: int, u: float, v: float, colour: RGB, z: float, half: float = 0.05, top: float = 0.62) -> Layer:
    """A strap from the breast at (u, v) over the shoulder. half: its half-width, a share of the shoulder's."""
    w, torso = c.figure.body.shoulder, c.figure.torso
    line = spline(np.array([torso.at(sign * top, 0.0), torso.at(sign * top, 0.06), c.front(sign * u, v)]), 9)
    across = np.array([half * w, 0.0])
    return c.detail(z, polygon(np.concatenate([line - across, (line + across)[::-1]])), colour, shading=0.2)


def crop_top(c: Cloth) -> list[Layer]:
    """A short tee that ends above the waist, its hem a loose band."""
    marks = (
        upper.neck_band(c, None, c.garment.neckline),
        Mark(strokes(np.array([c.front(u, 0.475) for u in np.linspace(-1, 1, 9)])), width=0.7),
    )
    body = upper.bodice(c, 0.51, ease=0.1, flare=0.05, marks=marks)
    return [body, *upper.sleeves(c, loose=0.12)]


def off_shoulder(c: Cloth) -> list[Layer]:
    """Cut straight round below the shoulders, gathered by elastic, a deep flounce over breast and arms, sleeves from there."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    left, right = torso.sides(0.16, 0.94, 0.03 * w)
    rim = np.array([torso.at(u, 0.165 + 0.035 * np.cos(u * np.pi / 2)) for u in np.linspace(1.0, -1.0, 11)])
    low = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, 0.06 * w], right[-1]]), 9)[1:-1]
    body = c.piece(c.z, polygon(np.concatenate([left, low, right[::-1], rim])), marks=[upper.torso_folds(c, 0.9)])
    found: list[Layer] = [body]
    h = c.figure.body.arm_half
    long = {"short": 0.36, "elbow": 0.52, "long": 0.95}.get(c.garment.sleeve, 0.36)
    for side in SIDES:
        arm = c.figure.arms[side]
        puffed = arm.outline(0.06, long, 0.26 * h, 0.3 * h, 0.2 * h)
        outer, inner = arm.sides(0.06, long, 0.26 * h, 0.3 * h, 0.2 * h)
        n = min(len(outer), len(inner))
        folds = [
            np.stack([outer[0] * f + inner[0] * (1 - f), outer[n // 2] * f + inner[n // 2] * (1 - f)]) for f in (0.3, 0.5, 0.7)
        ]
        found.append(c.piece(arm.z + c.sleeve_z, puffed, marks=[Mark(strokes(*folds), width=0.7, strength=0.8)]))
        found.append(c.detail(arm.z + c.sleeve_z + 0.1, arm.band(long - 0.04, 0.04, 0.4 * h), c.trim, shading=0.3))
        ring = arm.outline(0.01, 0.14, 0.42 * h, 0.25 * h)
        frill = [
            np.stack([a * f + b * (1 - f) for a, b in ((outer[0], inner[0]), (outer[2], inner[2]))]) for f in (0.25, 0.5, 0.75)
        ]
        found.append(c.piece(arm.z + c.sleeve_z + 0.2, ring, marks=[Mark(strokes(*frill), width=0.7)]))
    us = np.linspace(-1.0, 1.0, 33)
    top = np.array([torso.at(u, 0.15 + 0.035 * np.cos(u * np.pi / 2)) for u in us])
    edge = np.array([torso.at(1.02 * u, 0.3 + 0.05 * np.cos(u * np.pi / 2)) for u in us]) + np.stack(
        [0 * us, 0.035 * w * np.cos(us * 8 * np.pi)], 1
    )
    lines = [np.stack([edge[k], top[k] * 0.7 + edge[k] * 0.3]) for k in range(4, 30, 4)]
    gathers = [np.stack([top[k], top[k] * 0.75 + edge[k] * 0.25]) for k in range(2, 32, 2)]
    found.append(
        c.piece(
            c.z + 0.3,
            polygon(np.concatenate([top, edge[::-1]])),
            marks=[
                Mark(strokes(*lines), width=0.75),
                Mark(strokes(*gathers), width=0.5, strength=0.7),
                Mark(trace(edge - [0, 0.04 * w], closed=False), colour=c.trim, width=1.6),
            ],
        )
    )
    return found


def _strapless(c: Cloth, v1: float, neck: Points, ease: float, marks: list[Mark], hem: float = 0.05) -> Layer:
    w = c.figure.body.shoulder
    left, right = c.figure.torso.sides(0.2, v1, ease * w)
    low = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, hem * w], right[-1]]), 9)[1:-1]
    return c.piece(c.z, polygon(np.concatenate([left, low, right[::-1], neck])), marks=marks)


def camisole(c: Cloth) -> list[Layer]:
    """Thin straps, a soft neckline edged with lace, gently loose to the hip, a tiny bow."""
    w = c.figure.body.shoulder
    neck = sweetheart(c, 0.27)
    body = _strapless(c, 0.96, neck, 0.05, [upper.torso_folds(c, 0.96)], 0.08)
    straps = [_strap(c, sign, 0.46, 0.18, c.main, c.z + 0.1, 0.035) for sign in (-1, 1)]
    lace = scallops(c, neck[::-1] - [0.0, 0.02 * w], 0.1 * w, lighten(c.trim, 0.5), c.z + 0.2)
    hem = [np.array([c.figure.torso.at(u, 0.96) for u in np.linspace(-1, 1, 11)]) + [0, -0.02 * w]]
    hem[0][:, 1] += 0.04 * w * np.cos(np.linspace(-1, 1, 11) * np.pi / 2)
    x, y = c.front(0.0, 0.29)
    bow, creases = upper.bow(x, y, 0.13 * w, tails=0.6)
    return [
        body,
        *straps,
        scallops(c, hem[0], 0.1 * w, lighten(c.trim, 0.5), c.z + 0.1),
        lace,
        c.detail(c.z + 0.4, bow, c.trim, marks=[Mark(creases, width=0.6)]),
    ]


def corset_top(c: Cloth) -> list[Layer]:
    """Boned panels from the breast to a point over the hips, a busk with clasps, laced beside it, piped edges, broad straps."""
    w, trim = c.figure.body.shoulder, c.trim
    neck = sweetheart(c, 0.27)
    left, right = c.figure.torso.sides(0.2, 0.78, 0.01 * w)
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
    return [
        *[_strap(c, sign, 0.52, 0.2, c.main, c.z - 0.1, 0.09) for sign in (-1, 1)],
        c.piece(c.z, path, marks=marks),
        c.detail(c.z + 0.3, bow, c.contrast, marks=[Mark(creases, width=0.6)], line=0.8),
    ]


def halter_top(c: Cloth) -> list[Layer]:
    """Tied behind the neck: the front narrows to the collar, bare shoulders, a band under the breast."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    x, y = torso.at(0, 0.0)
    n = c.figure.body.neck_half
    left, right = torso.sides(0.3, 0.72, 0.03 * w)
    up_l = spline(np.array([(x - 0.95 * n, y - 0.02), c.front(-0.34, 0.14), left[0]]), 10)
    up_r = spline(np.array([right[0], c.front(0.34, 0.14), (x + 0.95 * n, y - 0.02)]), 10)
    neck = np.array(
        [(x + 0.5 * n, y + 0.02), c.front(0.08, 0.15), c.front(0.0, 0.2), c.front(-0.08, 0.15), (x - 0.5 * n, y + 0.02)]
    )
    low = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, 0.06 * w], right[-1]]), 9)[1:-1]
    band = np.array([c.front(u, 0.47) for u in np.linspace(-1, 1, 9)])
    gathers = [
        np.array([c.front(s * 0.06, 0.22), c.front(s * a, 0.34), c.front(s * b, 0.46)])
        for s in (-1, 1)
        for a, b in ((0.12, 0.14), (0.3, 0.4))
    ]
    marks = [
        Mark(strokes(*gathers), width=0.7, strength=0.8),
        Mark(strokes(band, band + [0, 0.05 * w]), width=0.7),
        Mark(trace(up_l, closed=False), colour=c.trim, width=2.0),
        Mark(trace(up_r, closed=False), colour=c.trim, width=2.0),
    ]
    body = c.piece(c.z, polygon(np.concatenate([up_l, left[1:], low, right[1:][::-1], up_r, neck])), marks=marks)
    return [body]


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
    form = lower.seat(c, legs, (left[-6:], right[-6:]))
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
    panels = [
        spline(np.array([torso.at(s * 0.62, 0.1), c.front(s * 0.5, 0.34), c.front(s * 0.34, 0.62), c.front(s * 0.62, 1.0)]), 16)
        for s in (-1, 1)
    ]
    outer = [
        polygon(np.concatenate([line, line[-1:] + [0.0, 0.3], [line[-1] + [s * 0.5, 0.3]], [torso.at(s * 1.2, 0.1)]]))
        for line, s in zip(panels, (-1, 1), strict=True)
    ]
    second = c.garment.second_rgb is not None and c.garment.pattern is None
    marks = [
        *[Mark(path, "fill", c.trim) for path in outer if second],
        Mark(strokes(*panels), width=0.9),
        *tailor.zipper(c, np.array([c.front(0, v) for v in np.linspace(0.05, 0.62, 8)])),
    ]
    found = close_suit(c, 0.96, 0.025, torso.neckline("round", 0.8, 0.05), marks)
    for side, layer in zip(SIDES, found, strict=False):
        o, i = c.figure.legs[side].sides(0.05, 0.94, 0.0)
        layer.marks.append(Mark(strokes(o * 0.78 + i * 0.22), colour=c.trim if second else None, width=2.2 if second else 0.8))
    return [
        *found,
        *upper.stand_collar(c, c.trim if second else darken(c.main, 0.12), c.z + 1, 0.75),
        *upper.sleeves(c, loose=-0.14, stripe=second),
    ]


def leotard(c: Cloth) -> list[Layer]:
    """A dancer's or gymnast's, with shorts: scooped neck, a band of the second colour crossing the breast."""
    torso = c.figure.torso
    sash = spline(np.array([torso.at(-1.0, 0.22), c.front(-0.2, 0.4), c.front(0.5, 0.72), torso.at(1.0, 0.98)]), 20)
    marks = [
        Mark(trace(sash, closed=False), colour=c.trim, width=9.0),
        Mark(trace(sash + [0.0, 0.07], closed=False), colour=lighten(c.trim, 0.4), width=2.6),
    ]
    kind, width, depth = upper.NECKS["round"]
    found = close_suit(c, 0.17, 0.015, torso.neckline(kind, width, depth + 0.05), marks)
    return [*found, *upper.sleeves(c, loose=-0.14)]


def swimsuit(c: Cloth) -> list[Layer]:
    """A school swimsuit with short legs: broad straps, side seams, a name patch, white piping."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    neck = torso.neckline("square", 0.42, 0.2)
    arms = [spline(np.array([torso.at(s * 0.66, 0.0), torso.at(s * 0.7, 0.14), torso.at(s * 0.99, 0.28)]), 12) for s in (-1, 1)]
    found = close_suit(c, 0.15, 0.015, neck, [], v0=0.28)
    left, right = torso.sides(0.28, 0.999, 0.015 * w)
    drop = max(0.3 * c.figure.body.thigh_half, BELOW)
    low = np.array([torso.at(u, 1.0) for u in (-0.5, 0.0, 0.5)]) + [0.0, drop]
    found[-1].path = polygon(np.concatenate([arms[0], left, low, right[::-1], arms[1][::-1], neck]))
    found[-1].edge = None
    x, y = c.front(0.0, 0.4)
    patch = shape(
        (x - 0.3 * w, y - 0.13 * w), (x + 0.3 * w, y - 0.13 * w), (x + 0.3 * w, y + 0.13 * w), (x - 0.3 * w, y + 0.13 * w)
    )
    seams = [spline(np.array([c.front(s * 0.55, 0.24), c.front(s * 0.4, 0.6), c.front(s * 0.5, 1.0)]), 12) for s in (-1, 1)]
    piping = [
        Mark(trace(line, closed=False), colour=c.contrast if c.garment.second_rgb else WHITE, width=1.8) for line in (*arms, neck)
    ]
    writing = strokes(*[np.array([(x - 0.2 * w, y + k * w), (x + (0.2 - abs(k)) * w, y + k * w)]) for k in (-0.05, 0.04)])
    found[-1].marks += [
        Mark(strokes(*seams), width=0.75),
        *piping,
        Mark(patch, "fill", WHITE),
        Mark(patch, width=0.6),
        Mark(writing, colour=(60, 60, 80), width=0.9),
    ]
    skirt = Path()
    skirt.add_path(polygon(np.array([c.front(u, v) for u, v in ((-1.0, 0.9), (0.0, 0.93), (1.0, 0.9))]), closed=False))
    found[-1].marks.append(Mark(skirt, width=0.8))
    return found


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
