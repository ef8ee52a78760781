"""How dresses of feasts, stages and wards are drawn: wedding gown, nurse dress, idol dress, dirndl."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import lower, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, across, cross, shape, strokes
from wardrobe.geometry import XY, Points, normals_of, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.straps import pair, share_of, yoke
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]


def scallops(c: Cloth, line: Points, depth: float, colour: RGB, z: float, *, count: int = 0) -> Layer:
    """A strip of lace that hangs from a line, its lower edge in scallops with an eyelet in each. depth: units; count: of
    scallops, 0 = as many as fit."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    where = np.concatenate([[0.0], np.cumsum(steps)])
    count = count or max(4, round(float(where[-1]) / (1.3 * depth)))
    s = np.linspace(0, where[-1], 10 * count + 1)
    top = np.stack([np.interp(s, where, line[:, axis]) for axis in (0, 1)], 1)
    round_ = min(0.38 * depth, 0.45 * float(where[-1]) / count)
    low = top + np.stack([np.zeros(len(s)), depth - round_ + round_ * np.abs(np.sin(np.pi * count * s / where[-1]))], 1)
    holes = Path()
    for x, y in (top[5::10] + [0.0, 0.62 * depth]).tolist():
        holes.add_circle(x, y, 0.13 * depth)
    inner = top + (low - top) * 0.35
    marks = [Mark(holes, "shade", strength=0.9), Mark(trace(inner, closed=False), width=0.5, strength=0.7)]
    return c.detail(z, polygon(np.concatenate([top, low[::-1]])), colour, marks=marks, shading=0.2)


def sweetheart(c: Cloth, depth: float = 0.3, width: float = 0.95, drop: float = 0.0) -> Points:
    """A strapless neckline from right to left, dipping in the middle. depth: v of the dip; drop: by how much it sinks towards the
    armpits, v."""
    rows = [
        (width, depth - 0.11 + drop),
        (0.72, depth - 0.11 + 0.35 * drop),
        (0.42, depth - 0.1),
        (0.14, depth - 0.03),
        (0.0, depth),
    ]
    half = [c.front(u, v) if abs(u) < 0.9 else c.figure.torso.at(u, v) for u, v in rows]
    other = [c.front(-u, v) if abs(u) < 0.9 else c.figure.torso.at(-u, v) for u, v in rows[-2::-1]]
    return np.concatenate([spline(np.array(half), 12), spline(np.array([half[-1], *other]), 12)[1:]])


def _corseted(c: Cloth, v1: float, z: float, marks: list[Mark], ease: float = 0.02) -> Layer:
    """A strapless bodice down to a point at the waist."""
    w, torso = c.figure.body.shoulder, c.figure.torso
    left, right = torso.sides(0.19, v1, ease * w)
    point = np.array(c.front(0.0, v1 + 0.08))
    low = spline(
        np.stack([left[-1], (left[-1] + point) / 2 + [0, 0.02 * w], point, (right[-1] + point) / 2 + [0, 0.02 * w], right[-1]]),
        17,
    )
    bones = [np.array([c.front(s * 0.5, 0.22), c.front(s * 0.3, 0.44), c.front(s * 0.34, v1)]) for s in (-1, 1)]
    path = polygon(np.concatenate([left, low[1:-1], right[::-1], sweetheart(c)]))
    return c.piece(z, path, marks=[Mark(strokes(*bones), width=0.7, strength=0.8), *marks])


def ruffle(c: Cloth, line: Points, depth: float, colour: RGB, z: float) -> Layer:
    """A gathered frill sewn on along a line, standing off to its right (a negative depth: to its left)."""
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    count = max(4, round(float(steps[-1]) / (0.8 * abs(depth))))
    s = np.linspace(0.0, steps[-1], 8 * count + 1)
    seam = np.stack([np.interp(s, steps, line[:, axis]) for axis in (0, 1)], 1)
    wave = depth * (0.78 + 0.22 * np.abs(np.sin(np.pi * count * s / steps[-1]))) * np.sin(np.pi * s / steps[-1]).clip(0) ** 0.3
    outer = seam - normals_of(seam) * wave[:, None]
    gathers = [np.stack([seam[k] * f + outer[k] * (1 - f) for f in (1.0, 0.35)]) for k in range(4, 8 * count, 4)]
    marks = [Mark(strokes(*gathers), width=0.5, strength=0.6)]
    return c.detail(z, polygon(np.concatenate([seam, outer[::-1]])), colour, marks=marks, shading=0.3, line=0.8)


def great_bow(c: Cloth, v: float, size: float, colour: RGB) -> Layer:
    """A bow tied behind the back at level v, its loops and ends seen at both sides. size: half its width, in half-widths of
    the torso there."""
    x, y = c.figure.torso.at(0, v)
    w = size * c.figure.torso.half(v)
    path, lines = Path(), []
    loop = [(0.0, -0.06), (0.4, -0.16), (0.8, -0.26), (1.08, -0.2), (1.17, 0.12), (1.1, 0.42), (0.86, 0.44), (0.4, 0.2)]
    loop.append((0.0, 0.1))
    ends = ([(0.4, 0.22), (0.56, 0.8), (0.72, 1.5)], [(1.14, 1.36), (0.96, 0.8), (0.8, 0.3)])
    creases = (
        [(0.4, 0.0), (0.66, -0.05), (0.92, -0.06)],
        [(0.4, 0.08), (0.66, 0.12), (0.9, 0.2)],
        [(1.02, -0.16), (0.96, 0.1), (1.02, 0.38)],
        [(0.62, 0.5), (0.78, 0.8), (0.88, 1.1)],
    )
    for sign in (-1, 1):

        def at(rows: list[XY], sign: int = sign) -> Points:
            return np.asarray(np.array([x, y]) + np.array(rows) * [sign * w, w])

        path.add_path(trace(spline(at(loop), 40)))
        outer, inner = (spline(at(rows), 9) for rows in ends)
        path.add_path(polygon(np.concatenate([outer, at([(0.88, 1.26)]), inner])))
        lines += [spline(at(rows), 7) for rows in creases]
    return c.detail(Z.COAT_BACK, path, colour, marks=[Mark(strokes(*lines), width=0.8)])


def wedding_gown(c: Cloth) -> list[Layer]:
    """A strapless bodice under a yoke of lace, lace sleeves, a wide skirt in swags over a lace hem, a bow behind the waist."""
    hip, torso, w = c.figure.torso.half(0.92), c.figure.torso, c.figure.body.shoulder
    lace, satin = lighten(c.main, 0.5), c.trim if c.garment.second_rgb else darken(c.main, 0.06)
    v, flare = 0.6, 1.5
    left, right = lower.skirt_sides(c, v, 1.0, flare)
    skirt = lower.skirt(c, style="folds", reach=1.0, flare=flare, v=v, count=9, band=False)[0]
    found = [skirt]
    low = across(left, right, np.linspace(-1.0, 1.0, 31), 0.93)
    low[:, 1] += 0.28 * hip * np.cos(np.linspace(-1, 1, 31) * np.pi / 2)
    found.append(scallops(c, low, 0.2 * hip, lace, c.z + 0.05))
    for k, (s0, s1) in enumerate(((0.0, 0.3), (0.0, 0.55))[::-1]):
        us = np.linspace(-1.02, 1.02, 41)
        rim = across(left, right, us, s1)
        rim[:, 1] += 0.16 * hip * np.abs(np.sin((us + 1) / 2 * np.pi * (3 + k)))
        top = across(left, right, us, s0)
        t = (us + 1) / 2 * (3 + k) % 1.0
        swag = []
        for f in (0.35, 0.6, 0.8):  # folds that leave the gathers and hang parallel to the rim between them
            share = (f + (0.97 - f) * np.abs(np.cos(np.pi * t)) ** 4)[:, None]
            swag.append(top * (1 - share) + rim * share)
        found.append(
            c.piece(
                c.z + 0.1 + 0.05 * k,
                polygon(np.concatenate([top, rim[::-1]])),
                marks=[Mark(strokes(*swag), width=0.7, strength=0.8)],
            )
        )
    yoke = torso.outline(0.015, 0.3, 0.02 * w, 0.0, 0.0, torso.neckline("round", 0.82, 0.07))
    flowers = Path()
    for u, vv in (
        (-0.55, 0.12),
        (-0.3, 0.16),
        (0.3, 0.16),
        (0.55, 0.12),
        (-0.7, 0.2),
        (0.7, 0.2),
        (0.0, 0.2),
        (-0.2, 0.22),
        (0.2, 0.22),
    ):
        x, y = c.front(u, vv)
        for a in np.arange(5) * 0.4 * np.pi:
            flowers.add_circle(x + 0.05 * w * float(np.sin(a)), y + 0.05 * w * float(np.cos(a)), 0.034 * w)
    found.append(
        c.detail(
            c.z + 0.2,
            yoke,
            lace,
            marks=[Mark(flowers, "shade", strength=0.45), Mark(flowers, width=0.3, strength=0.4)],
            shading=0.4,
        )
    )
    pearls = [
        c.front(u, vv + 0.012)
        for u, vv in ((-0.42, 0.2), (-0.28, 0.235), (-0.14, 0.275), (0.0, 0.3), (0.14, 0.275), (0.28, 0.235), (0.42, 0.2))
    ]
    found.append(_corseted(c, v, c.z + 0.3, tailor.buttons(c, pearls, WHITE, 0.026)))
    x, y = c.front(0.0, 0.68)
    bow, creases = upper.bow(x, y - 0.02 * w, 0.36 * w, tails=1.7)
    found.append(c.detail(c.z + 0.5, bow, satin, marks=[Mark(creases, width=0.8)], shading=0.4))
    found.append(great_bow(c, 0.64, 1.5, satin))
    arms = upper.sleeves(c, cuff=lace, cuff_size=0.06) if c.garment.sleeve != "none" else []
    for layer in arms:
        layer.colour = lace
    return [*found, *arms]


def nurse_dress(c: Cloth) -> list[Layer]:
    """Buttoned to one side, an open round collar, breast pocket with a cross, two patch pockets, belted; a watch pinned on."""
    w = c.figure.body.shoulder
    cross_colour = c.garment.second_rgb or (206, 44, 56)
    reach = lower.REACH[c.garment.length or "short"] + 0.02
    front = tailor.hang(c, tailor.level(c, reach), 0.05, 0.22)
    neck = c.figure.torso.neckline("v", 0.72, 0.15)
    placket = front.line((0.2, 0.17), (0.17, 0.4), (0.14, 0.64), (0.16, front.end + 0.02))
    x, y = front.at(-0.46, 0.37)
    plus = shape(*cross(x, y, 0.13 * w))
    marks = [
        upper.torso_folds(c, 0.9),
        *tailor.drapes(c, front, 4, 0.7, 0.05),
        *tailor.hem(front, 0.05),
        Mark(strokes(placket), width=0.9),
        tailor.topstitch(c, tailor.beside(placket, 0.035), colour=darken(c.main, 0.2)),
        *tailor.buttons(
            c,
            [front.at(u, v) for u, v in ((0.13, 0.22), (0.1, 0.36), (0.07, 0.5), (0.08, 0.8), (0.09, 0.95))],
            cross_colour,
            0.038,
        ),
        *tailor.pocket(front, (-0.68, -0.26), (0.28, 0.46)),
        Mark(plus, "fill", cross_colour),
        *[m for s in (-1, 1) for m in tailor.pocket(front, (s * 0.3, s * 0.72), (0.8, 1.0))],
    ]
    body = c.piece(c.z, front.closed(neck, 0.05), marks=marks)
    belt = lower.waistband(c, 0.64, darken(c.main, 0.12), c.z + 0.4, 0.055, 0.07)
    edged = upper.round_collar(c, lighten(c.main, 0.3), c.z + 1)
    for layer in edged:
        layer.marks.append(Mark(layer.path, colour=cross_colour, width=2.2))
    return [
        body,
        belt,
        *edged,
        *upper.sleeves(c, cuff=cross_colour if c.garment.sleeve == "long" else lighten(c.main, 0.3), cuff_size=0.04),
    ]


def _star(x: float, y: float, r: float) -> Path:
    return shape(
        *[
            (x + r * k * float(np.sin(a)), y - r * k * float(np.cos(a)))
            for a, k in zip(np.arange(10) * np.pi / 5, [1.0, 0.45] * 5, strict=True)
        ]
    )


def idol_dress(c: Cloth) -> list[Layer]:
    """For the stage: a bodice with a panel and rows of buttons, three tiers of frills over a petticoat, a great bow behind,
    a bow with a star on the breast."""
    w, hip = c.figure.body.shoulder, c.figure.torso.half(0.92)
    second = c.trim if c.garment.pattern is None else c.contrast
    pale, gold = lighten(second, 0.7), (240, 196, 84)
    v, reach = 0.59, lower.REACH["short"] + 0.03
    under = lower.skirt(c, style="pleats", reach=reach + 0.05, flare=1.0, v=v, count=14, band=False)[0]
    under.colour, under.pattern = pale, None
    found = [
        under,
        *lower.tiers(c, reach=reach, flare=1.0, rows=3, v=v, z=c.z + 0.1, trim=second, alternate=True),
    ]
    panel = polygon(
        np.array([c.front(u, vv) for u, vv in ((-0.3, 0.12), (0.3, 0.12), (0.22, 0.4), (0.2, 0.64), (-0.2, 0.64), (-0.22, 0.4))])
    )
    rows = [np.array([c.front(s * 0.3, 0.12), c.front(s * 0.22, 0.4), c.front(s * 0.2, 0.64)]) for s in (-1, 1)]
    marks = (
        Mark(panel, "fill", pale),
        Mark(strokes(*rows), colour=second, width=2.2),
        *tailor.buttons(c, [c.front(s * 0.1, vv) for vv in (0.36, 0.45, 0.54) for s in (-1, 1)], gold, 0.035),
        upper.neck_band(c, second, c.garment.neckline or "square"),
    )
    found.append(upper.bodice(c, v + 0.04, ease=0.03, z=c.z + 0.4, hem=0.1, marks=marks))
    found.append(lower.waistband(c, v + 0.04, second, c.z + 0.6, 0.06, 0.05))
    found.append(great_bow(c, 0.63, 1.5, second))
    x, y = c.front(0.0, 0.2)
    bow, creases = upper.bow(x, y, 0.42 * w, tails=0.7)
    found.append(c.detail(c.z + 1, bow, second, marks=[Mark(creases, width=0.8)]))
    found.append(c.detail(c.z + 1.1, _star(x, y, 0.13 * w), gold, shading=0.2))
    stars = Path()
    left, right = lower.skirt_sides(c, v, reach, 1.0)
    for sx, sy in across(left, right, np.array([-0.66, -0.24, 0.2, 0.62]), 0.2).tolist():
        stars.add_path(_star(sx, sy + 0.06 * hip, 0.07 * hip))
    for layer in found[1:4]:
        layer.marks.append(Mark(stars, "fill", gold))
    return [*found, *upper.sleeves(c, cuff=second)]


def dirndl(c: Cloth) -> list[Layer]:
    """A white blouse with puffed sleeves, a laced bodice in the main colour, a full skirt and an apron tied with a bow."""
    w, hip, torso = c.figure.body.shoulder, c.figure.torso.half(0.92), c.figure.torso
    apron = c.trim if c.garment.second_rgb and c.garment.pattern is None else lighten(c.main, 0.6)
    v, reach = 0.6, lower.REACH[c.garment.length or "knee"]
    blouse = upper.bodice(c, 0.4, ease=0.04, neck="round")
    blouse.colour, blouse.pattern = WHITE, None
    neck = torso.neckline("round", 0.78, 0.1)
    frill = scallops(c, neck[::-1], 0.1 * w, WHITE, c.z + 0.1)
    skirt = lower.skirt(c, style="folds", reach=reach, flare=0.75, v=v, count=8, band=False, z=c.z + 0.2)
    left, right = lower.skirt_sides(c, v, reach, 0.75)
    s = np.linspace(0.02, 0.9, 8)
    a, b = across(left, right, np.linspace(-0.56, -0.5, 8), s), across(left, right, np.linspace(0.56, 0.5, 8), s)
    front = c.detail(c.z + 0.3, lower.skirt_path(a, b, 0, 0.0, 0.14 * hip), apron, marks=lower.folds(c, a, b, 4, 0.12 * hip))
    turned = 0.15 * c.figure.turn
    rows = [(0.97, 0.26), (0.6, 0.235), (0.42, 0.24), (0.25, 0.3), (0.0, 0.33)]
    rows += [(-u, v_) for u, v_ in rows[-2::-1]]
    cut = spline(np.array([torso.at(u + turned * (abs(u) < 0.9), v_) for u, v_ in rows]), 25)
    side_l, side_r = torso.sides(0.26, v + 0.02, 0.03 * w)
    body = c.piece(c.z + 0.4, polygon(np.concatenate([side_l, side_r[::-1], cut])))
    arms = upper.sleeves(c, kind="puff", cuff=WHITE)
    for layer in arms:
        layer.colour, layer.pattern = WHITE, None
    c.beneath = arms
    straps = pair(c, cut, c.main, c.z + 0.4, 0.1, most=0.46)
    laces, hooks = [], []
    for k in range(4):
        y0, y1 = 0.34 + 0.065 * k, 0.385 + 0.065 * k
        laces += [np.array([c.front(-0.16, y0), c.front(0.16, y1)]), np.array([c.front(0.16, y0), c.front(-0.16, y1)])]
        hooks += [c.front(s_ * 0.17, y0) for s_ in (-1, 1)]
    edges = [np.array([c.front(s_ * 0.1, 0.31), c.front(s_ * 0.09, v)]) for s_ in (-1, 1)]
    body.marks += [
        Mark(strokes(*edges), width=0.8),
        Mark(strokes(*laces), colour=tailor.STEEL, width=1.4),
        *tailor.buttons(c, hooks, tailor.STEEL, 0.022),
        Mark(trace(cut, closed=False), colour=apron, width=2.0),
    ]
    band = lower.waistband(c, v + 0.02, apron, c.z + 0.6, 0.06, 0.06)
    x, y = c.front(0.4, v + 0.04)
    bow, creases = upper.bow(x, y, 0.26 * w, tails=1.8)
    tied = c.detail(c.z + 0.8, bow, apron, marks=[Mark(creases, width=0.7)])
    return [
        blouse,
        frill,
        *skirt,
        front,
        body,
        *yoke(c, body, cut, min(0.46, share_of(c, 0.1)) + 0.1),
        *straps,
        band,
        tied,
        *arms,
    ]


FESTIVE: dict[str, Draw] = {"wedding gown": wedding_gown, "nurse dress": nurse_dress, "idol dress": idol_dress, "dirndl": dirndl}
