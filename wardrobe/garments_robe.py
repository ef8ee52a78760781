"""How robes and dress of other times and places are drawn: hanfu, hanbok, cassock, monk's and wizard's robe, kimono, haori."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import folds, lower, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, across, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.sleeves import sewn_above
from wardrobe.style import RGB, darken, lighten
from wardrobe.tailoring import BRASS

Draw = Callable[[Cloth], list[Layer]]


def _second(c: Cloth) -> RGB:
    """The colour of the garment's other cloth, a neighbour of the main one where none was chosen."""
    if c.garment.second_rgb is not None and c.garment.pattern is None:
        return c.garment.second_rgb
    return lighten(c.main, 0.55) if sum(c.main) < 380 else darken(c.main, 0.3)


def hanging_sleeves(
    c: Cloth, colour: RGB | None, rim: RGB, *, width: float = 2.2, t1: float = 0.92, round_: bool = False
) -> list[Layer]:
    """Sleeves that widen to a hanging bag, bordered at the mouth. width: of the mouth beyond
    the arm, in arm half-widths; round_: curved below, close at the wrist again (hanbok); colour: None is the garment's."""
    h, found = c.figure.body.arm_half, []
    for side in SIDES:
        arm = c.figure.arms[side]
        outer, inner = arm.sides(0.0, t1, 0.3 * h, 0.35 * h)
        n = min(len(outer), len(inner))
        s = np.linspace(0, 1, n)
        drop = np.sin(np.pi * s**1.3) ** 1.2 if round_ else s**1.5
        dx, dy = arm.direction(0.7)
        level = abs(dx)  # the bag hangs below a level arm; a hanging arm has it all round
        away = (inner[:n] - outer[:n]) / np.maximum(np.hypot(*(inner[:n] - outer[:n]).T), 1e-6)[:, None]
        low = inner[:n] + (away * 0.5 + np.array([0.0, 0.25 + 0.6 * level])) * (drop * width * h)[:, None]
        top = outer[:n] - away * ((0.15 + 0.3 * (1 - level) * width) * h * drop)[:, None]
        crown = (top[0] + low[0]) / 2 - np.array(arm.direction(0.0)) * 1.15 * arm.width(0.0)
        cap = spline(np.stack([low[0], crown, top[0]]), 9)[1:-1]
        root, ends = sewn_above(c, arm, outer), cap[-3:]
        if root is not None:
            cap = ends = root
        mouth = spline(np.stack([top[-1], (top[-1] + low[-1]) / 2 + np.array([dx, dy]) * 0.3 * h, low[-1]]), 9)
        path = trace(np.concatenate([cap, top, mouth[1:-1], low[::-1]]))
        edge = trace(np.concatenate([ends, top, mouth[1:-1], low[: max(2, n // 6) : -1]]), closed=False)
        creases = [
            np.stack([top[k] * 0.45 + low[k] * 0.55, (top[k] + low[k]) / 2 * 0.5 + low[j] * 0.5, low[j] * 0.85 + top[j] * 0.15])
            for k, j in ((n // 2, n - 3), (n // 3, 2 * n // 3))
        ]
        z = arm.z + c.sleeve_z
        marks = [Mark(strokes(*creases), width=0.75, strength=0.85)]
        if not round_:
            border = [mouth - np.array([dx, dy]) * 0.16 * h]
            marks.append(Mark(trace(border[0], closed=False), colour=rim, width=5.0))
        found.append(
            c.piece(z, path, edge=edge, marks=marks) if colour is None else c.detail(z, path, colour, edge=edge, marks=marks)
        )
        if round_:
            found.append(c.detail(z + 0.1, arm.band(t1 - 0.05, 0.07, 0.7 * h), rim, shading=0.3))
    return found


def _long_ribbon(c: Cloth, u: float, v: float, v1: float, colour: RGB, z: float, spread: float = 0.1) -> list[Layer]:
    """Two ends of a ribbon hanging from (u, v) to level v1, and the bow that holds them."""
    w = c.figure.body.shoulder
    x, y = c.front(u, v)
    end = c.figure.torso.at(0, 1.0)[1] * v1
    found = []
    for sign, short in ((-1, 0.0), (1, 0.12)):
        foot = end - short * w
        bend = (x + sign * (0.5 * spread + 0.05) * w, (y + foot) / 2)
        line = spline(np.array([(x + sign * 0.03 * w, y), bend, (x + sign * (spread + 0.06) * w, foot)]), 12)
        wide = np.array([0.075 * w, 0.0])
        band = np.concatenate([line - wide, [line[-1] + [0.0, -0.06 * w]], (line + wide)[::-1]])
        found.append(c.detail(z, polygon(band), colour, shading=0.3))
    path, creases = upper.bow(x, y, 0.3 * w, tails=0.0)
    return [*found, c.detail(z + 0.1, path, colour, marks=[Mark(creases, width=0.8)], shading=0.3)]


def hanfu(c: Cloth) -> list[Layer]:
    """Ruqun: a crossed jacket with hanging sleeves under a high, finely pleated skirt, tied at the breast with long ends."""
    skirt, hip = _second(c), c.figure.torso.half(0.92)
    v, flare = 0.42, 0.5
    left, right = lower.skirt_sides(c, v, 0.98, flare)
    hang = lower.skirt(c, style="pleats", reach=0.98, flare=flare, v=v, count=11, band=False, z=c.z + 0.3)[0]
    hang.colour, hang.pattern = skirt, None
    veil = (
        across(left, right, np.array([-0.62, -0.72, -0.98]), np.array([0.0, 0.5, 1.0])),
        across(left, right, np.array([0.62, 0.72, 0.98]), np.array([0.0, 0.5, 1.0])),
    )
    hang.marks += [Mark(strokes(*veil), width=1.0), lower.hem_band(left, right, c.main, 0.955, 3.0, 0.15 * hip)]
    band = lower.waistband(c, v + 0.02, c.main, c.z + 0.5, 0.1, 0.06)
    band.marks.append(
        Mark(trace(np.array([c.front(u, v + 0.03) for u in np.linspace(-1, 1, 7)]), closed=False), colour=BRASS, width=1.4)
    )
    body = upper.bodice(c, v + 0.05, ease=0.06, neck="v", z=c.z)
    collar = upper.crossed_collar(c, lighten(skirt, 0.5), c.z + 0.2, 0.46)
    ribbon = _long_ribbon(c, 0.0, v + 0.03, 1.75, BRASS if c.rng.random() < 0.3 else c.main, c.z + 0.6)
    return [body, *collar, hang, band, *ribbon, *hanging_sleeves(c, None, lighten(skirt, 0.3))]


def hanbok(c: Cloth) -> list[Layer]:
    """A short jacket, its white collar crossed, tied with one long loop, over a full skirt from the breast down."""
    skirt, torso, w = _second(c), c.figure.torso, c.figure.body.shoulder
    v = 0.36
    full = lower.skirt(c, style="folds", reach=0.98, flare=1.25, v=v, count=9, band=False)[0]
    full.colour, full.pattern = skirt, None
    left, right = lower.skirt_sides(c, v, 0.98, 1.25)
    gathers = [
        across(left, right, np.array([u * 0.9, u * 0.94]), np.array([0.0, 0.1 + 0.04 * (k % 2)]))
        for k, u in enumerate(np.linspace(-0.9, 0.9, 15))
    ]
    full.marks.append(Mark(strokes(*gathers), width=0.7, strength=0.8))
    jacket = upper.bodice(c, v + 0.06, ease=0.07, neck="v", hem=0.16, z=c.z + 0.3)
    collar = upper.crossed_collar(c, WHITE, c.z + 0.5, 0.34)
    ribbon = darken(skirt, 0.25)
    x, y = c.front(-0.14, 0.35)
    loop = upper.curve_blob([(x, y), (x - 0.34 * w, y - 0.05 * w), (x - 0.5 * w, y + 0.08 * w), (x - 0.3 * w, y + 0.14 * w)])
    tie = [c.detail(c.z + 0.8, loop, ribbon, shading=0.3)]
    for dx, v1 in ((-0.05, 1.3), (0.12, 1.05)):
        foot = torso.length * v1
        line = spline(np.array([(x, y), (x + 0.6 * dx * w, (y + foot) / 2), (x + dx * w, foot)]), 10)
        half = np.array([0.085 * w, 0.0])
        tie.append(c.detail(c.z + 0.7, polygon(np.concatenate([line - half, (line + half)[::-1]])), ribbon, shading=0.3))
    knot = upper.curve_blob(
        [(x - 0.09 * w, y - 0.06 * w), (x + 0.08 * w, y - 0.05 * w), (x + 0.08 * w, y + 0.1 * w), (x - 0.08 * w, y + 0.1 * w)]
    )
    tie.append(c.detail(c.z + 0.9, knot, ribbon, shading=0.2))
    return [full, jacket, *collar, *tie, *hanging_sleeves(c, None, WHITE, width=1.5, round_=True)]


def _long_front(
    c: Cloth, ease: float, flare: float, neckline: Points, marks: list[Mark], reach: float = 0.97
) -> tuple[Layer, tailor.Front]:
    """A robe in one piece from the shoulders to the ankles."""
    front = tailor.hang(c, tailor.level(c, reach), ease, flare)
    shared = [upper.torso_folds(c, 0.9), *tailor.drapes(c, front, 7, 0.7, 0.08), *tailor.hem(front, 0.08)]
    return c.piece(c.z, front.closed(neckline, 0.08, 6, 0.012), marks=[*shared, *marks]), front


def cassock(c: Cloth) -> list[Layer]:
    """A priest's robe: buttoned from neck to hem, white tab at the collar, a broad sash with a hanging end, a cross."""
    w = c.figure.body.shoulder
    neck = c.figure.torso.neckline("round", 0.8, 0.06)
    body, front = _long_front(c, 0.07, 0.42, neck, [])
    seam = front.line((0.05, 0.07), (0.05, 0.6), (0.05, front.end))
    body.marks += [
        Mark(strokes(seam), width=0.9),
        *tailor.buttons(c, [front.at(0.0, v) for v in np.arange(0.14, front.end - 0.05, 0.085)], c.contrast, 0.026),
    ]
    sash = lower.waistband(c, 0.62, c.trim, c.z + 0.5, 0.1, 0.1)
    x, y = c.front(0.34, 0.66)
    foot = y + 0.52 * c.figure.torso.length
    tail = [(x - 0.13 * w, y), (x + 0.13 * w, y), (x + 0.2 * w, foot), (x - 0.12 * w, foot)]
    more = 0.04 * c.figure.torso.length
    fringe = [np.array([(x + k * w, foot - 0.5 * more), (x + 1.1 * k * w, foot + more)]) for k in np.linspace(-0.1, 0.17, 7)]
    ends = Mark(strokes(*fringe), colour=c.trim, width=1.6, clip=False)
    hanging = c.detail(c.z + 0.4, shape(*tail), c.trim, marks=[ends], shading=0.3)
    deep, ky = 0.06 * c.figure.torso.length, c.front(0.34, 0.63)[1]
    rows = [(-0.17, -0.7), (0.0, -1.05), (0.18, -0.7), (0.15, 0.9), (0.0, 1.15), (-0.14, 0.9)]
    folded = strokes(*[np.array([(x + a * w, ky - 0.7 * deep), (x + 0.5 * a * w, ky + 0.8 * deep)]) for a in (-0.07, 0.08)])
    knot = c.detail(
        c.z + 0.6, upper.curve_blob([(x + a * w, ky + b * deep) for a, b in rows]), c.trim, marks=[Mark(folded, width=0.6)]
    )
    on, at = c.figure.torso.at, front.at
    cape = [
        [on(s * 0.8, 0.0), on(s * 1.14, 0.05), on(s * 1.26, 0.21), at(s * 0.5, 0.33), at(s * 0.05, 0.3), at(s * 0.04, 0.08)]
        for s in (-1, 1)
    ]
    mantle = []
    for rows in cape:
        rim = Mark(strokes(np.array(rows[2:5]) * 0.94 + np.array(rows[0]) * 0.06), colour=c.trim, width=1.6)
        mantle.append(c.piece(Z.FRONT_ARM + 5.5, trace(spline(np.array(rows), 30, closed=True)), marks=[rim]))
    collar = upper.stand_collar(c, c.main, Z.FRONT_ARM + 5.6, 0.8)
    (cx, cy), n = c.figure.torso.at(0, 0.0), c.figure.body.neck_half
    tab = shape(*[(cx + a * n, cy + b * n) for a, b in ((-0.34, -1.5), (0.34, -1.5), (0.34, 0.9), (-0.34, 0.9))])
    collar[0].marks.append(Mark(tab, "fill", WHITE))
    px, py = front.at(0.0, 0.44)
    chain = [np.array([c.figure.torso.at(s * 0.7, 0.0), front.at(s * 0.3, 0.26), (px, py - 0.14 * w)]) for s in (-1, 1)]
    arms = [(0.035, -0.14), (0.035, -0.06), (0.11, -0.06), (0.11, 0.01), (0.035, 0.01), (0.035, 0.17)]
    bars = shape(*[(px + a * w, py + b * w) for a, b in (*arms, *[(-a, b) for a, b in arms[::-1]])])
    links = Mark(strokes(*chain), colour=BRASS, width=1.2, clip=False)
    cross = c.detail(Z.FRONT_ARM + 5.55, bars, BRASS, marks=[links], shading=0.0)  # its chain goes round beneath the collar
    return [body, sash, hanging, knot, *mantle, *collar, cross, *upper.sleeves(c, loose=0.15, cuff=c.trim, cuff_size=0.05)]


def _cowl(c: Cloth) -> list[Layer]:
    """A hood laid back: its bag behind the neck, its opening rolled round the throat, its cape over the shoulders."""
    torso, w, n = c.figure.torso, c.figure.body.shoulder, c.figure.body.neck_half
    x, y = torso.at(0, 0.0)
    rows = (-1.9, 0.3), (-1.5, -0.8), (0.0, -1.15), (1.5, -0.8), (1.9, 0.3)
    bag = upper.curve_blob([(x + a * n, y + b * n) for a, b in rows])
    side = [np.array([torso.at(s * u, v) for u, v in ((0.7, -0.01), (1.1, 0.05), (1.24, 0.15), (1.26, 0.23))]) for s in (-1, 1)]
    low = spline(np.array([side[0][-1], *[c.front(u, v) for u, v in ((-0.5, 0.3), (0.0, 0.34), (0.5, 0.3))], side[1][-1]]), 25)
    neck = np.array([(x + 0.8 * n, y), c.front(0.0, 0.1), (x - 0.8 * n, y)])
    cape = polygon(np.concatenate([spline(side[0], 12), low[1:-1], spline(side[1], 12)[::-1], spline(neck, 9)]))
    hem = Mark(trace(low[1:-1] - [0.0, 0.07 * w], closed=False), width=0.5, strength=0.6)
    falls = [[c.front(k * u, v) for k, v in ((1.0, 0.14), (1.15, 0.21), (1.2, 0.28))] for u in (-0.5, 0.2, 0.62)]
    turns = np.linspace(-0.62, 0.62, 25) * np.pi
    u, ahead = np.sin(turns), np.cos(turns)
    out, inside = (np.stack([x + a * n * u, y + (b * ahead + d) * n], 1) for a, b, d in ((1.85, 1.55, 0.1), (1.15, 0.95, -0.1)))
    roll = polygon(np.concatenate([out, inside[::-1]]))
    laps = [inside[k:m] * (1 - f) + out[k:m] * f for k, m, f in ((2, 15, 0.4), (11, 23, 0.62))]
    z = Z.FRONT_ARM + 5.5  # over the shoulders of any arm
    return [
        c.piece(33, bag),
        c.piece(z, cape, marks=[hem, folds.folds(*[spline(np.array(fall), 9) for fall in falls], depth=0.1 * w)]),
        c.piece(z + 0.01, roll, marks=[Mark(folds.lines(*laps), width=0.7, ends=(0.1, 0.6))], shading=0.5),
    ]


def monk_robe(c: Cloth) -> list[Layer]:
    """Rough cloth, a hood laid back, wide sleeves, girded with a knotted rope."""
    w, rope = c.figure.body.shoulder, (214, 190, 142)
    neck = c.figure.torso.neckline("v", 0.72, 0.16)
    body, _ = _long_front(c, 0.14, 0.42, neck, [])
    u = np.linspace(-1.5, 1.5, 13)  # wider than the robe, which cuts it off at its sides: it goes on round the back
    cord = np.array([c.figure.torso.at(x, 0.655) for x in u.tolist()]) + np.stack([0 * u, 0.05 * w * (1 - u * u)], 1)
    ring = np.concatenate([cord - [0.0, 0.05 * w], (cord + [0.0, 0.05 * w])[::-1]])
    twist = Mark(tailor.stitches(cord, dash=0.028), colour=darken(rope, 0.4), width=1.0)
    girdle = c.detail(c.z + 0.5, polygon(ring), rope, marks=[twist], shading=0.3, clip=body.path)
    x = c.front(0.3, 0.67)[0]
    y = float(np.interp(x, cord[:, 0], cord[:, 1]))
    ends = []
    for dx, long in ((-0.06, 0.5), (0.1, 0.72)):
        fall = long * c.figure.torso.length
        line = spline(np.array([(x, y), (x + 0.5 * dx * w, y + 0.5 * fall), (x + dx * w, y + fall)]), 12)
        strip = np.concatenate([line - [0.04 * w, 0], (line + [0.04 * w, 0])[::-1]])
        knots = [tuple(line[k].tolist()) for k in (5, 8, 11)]
        twist = Mark(tailor.stitches(line, dash=0.028), colour=darken(rope, 0.4), width=0.9)
        ends.append(c.detail(c.z + 0.6, polygon(strip), rope, shading=0.2, marks=[twist]))
        for kx, ky in knots:
            ends.append(c.detail(c.z + 0.65, Path.circle(kx, ky, 0.062 * w), rope, shading=0.3))
    knot = c.detail(c.z + 0.7, Path.circle(x, y, 0.1 * w), rope, shading=0.3)
    return [body, girdle, *ends, knot, *_cowl(c), *hanging_sleeves(c, None, darken(c.main, 0.2), width=1.5)]


def wizard_robe(c: Cloth) -> list[Layer]:
    """Open from the belt down over a long underrobe, a pointed capelet with stars, hanging sleeves, broad borders."""
    trim, torso, w = _second(c), c.figure.torso, c.figure.body.shoulder
    inner = darken(trim, 0.2)
    neck = torso.neckline("v", 0.72, 0.2)
    under, _ = _long_front(c, 0.06, 0.3, neck, [])
    under.colour, under.pattern = inner, None
    front = tailor.hang(c, tailor.level(c, 0.98), 0.13, 0.6)
    found: list[Layer] = [tailor.lining(c, front, Z.COAT_BACK), under]
    for sign in (-1, 1):
        rows = [(sign * u, v) for u, v in ((0.3, 0.12), (0.2, 0.4), (0.12, 0.64), (0.26, 0.95), (0.5, front.end))]
        edge = front.line(*rows)
        marks = [
            upper.torso_folds(c, 0.9),
            *tailor.drapes(c, front, 6, 0.7, 0.04),
            *tailor.hem(front),
            Mark(trace(tailor.beside(edge, sign * -0.04), closed=False), colour=trim, width=6.0),
        ]
        low = front.across(front.end - 0.06, 1.0)
        marks.append(Mark(trace(low, closed=False), colour=trim, width=4.5))
        found.append(c.piece(c.z + 0.2, front.panel(sign, *rows), marks=marks))
    shoulder = ((0.85, -0.005), (1.17, 0.045), (1.36, 0.24))
    rows = [*[torso.at(-u, v) for u, v in shoulder], *[front.at(u, v) for u, v in ((-0.5, 0.33), (0.0, 0.5), (0.5, 0.33))]]
    rows += [*[torso.at(u, v) for u, v in shoulder[::-1]], c.front(0.0, 0.09)]
    outline = np.array(rows)
    low = np.array(rows[2:7]) * [1.0, 0.95] + np.array(c.front(0.0, 0.1)) * [0.0, 0.05]
    stars = Path()
    for u, v, size in ((-0.4, 0.24, 0.09), (0.05, 0.36, 0.11), (0.42, 0.22, 0.08), (-0.12, 0.2, 0.05), (0.2, 0.26, 0.05)):
        turns, rays = np.arange(10) * np.pi / 5, size * w * np.array([1.0, 0.42] * 5)
        star = np.stack([rays * np.sin(turns), -rays * np.cos(turns)], 1) + np.array(front.at(u, v))
        stars.add_path(polygon(star))
    marks = [Mark(stars, "fill", BRASS), Mark(trace(low, closed=False), colour=trim, width=3.0)]
    cape = c.piece(Z.FRONT_ARM + 5.5, polygon(outline), marks=marks)
    x, y = c.front(0.0, 0.1)
    gem = c.detail(Z.FRONT_ARM + 6, Path.circle(x, y, 0.09 * w), (108, 196, 220))
    gem.marks.append(Mark(Path.circle(x - 0.02 * w, y - 0.03 * w, 0.025 * w), "light"))
    return [
        *found,
        *tailor.buckled_belt(c, 0.66, (104, 70, 44), c.z + 0.8, ease=0.2),
        cape,
        gem,
        *upper.stand_collar(c, trim, Z.FRONT_ARM + 5.7, 0.55),
        *hanging_sleeves(c, None, trim, width=2.0),
    ]


ROBES: dict[str, Draw] = {
    "hanfu": hanfu,
    "hanbok": hanbok,
    "cassock": cassock,
    "monk robe": monk_robe,
    "wizard robe": wizard_robe,
}
