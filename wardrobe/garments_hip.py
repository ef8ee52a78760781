"""How more skirts, shorts and aprons are drawn: mini skirt, tutu, suspender skirt, high-waist shorts, both aprons."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import lower, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import Cloth, across, shape, strokes
from wardrobe.garments_festive import scallops
from wardrobe.geometry import Points, polygon, spline
from wardrobe.straps import THICK, crest, share_of
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]


def mini_skirt(c: Cloth) -> list[Layer]:
    """Straight and short, buttoned down the front, with curved pockets, a yoke's seams and a stitched hem."""
    v, reach, hip = 0.6, 0.27, c.figure.torso.half(0.92)
    left, right = lower.skirt_sides(c, v, reach, 0.16)

    def at(u: float, s: float) -> Points:
        return np.asarray(across(left, right, u, s)[0])

    sag = 0.1 * hip
    curve = [spline(np.stack([at(k * 0.42, 0.1), at(k * 0.5, 0.34), at(k * 0.92, 0.42)]), 9) for k in (-1, 1)]
    front = [np.stack([at(k * 0.07, 0.05), at(k * 0.08, 1.06)]) for k in (-1, 1)]
    us = np.linspace(-1.02, 1.02, 13)
    hems = [across(left, right, us, s) + np.stack([0 * us, sag * s * np.cos(us * np.pi / 2).clip(0)], 1) for s in (0.9, 0.93)]
    creases = [np.stack([at(k * 0.2, 0.55), at(k * 0.5, 0.5), at(k * 0.75, 0.56)]) for k in (-1, 1)]
    spots = [(float(x), float(y)) for x, y in (at(0.0, s) for s in (0.26, 0.5, 0.74))]
    marks = [
        Mark(strokes(*creases), width=0.7, strength=0.7),
        Mark(strokes(*curve, *front), width=0.85),
        tailor.topstitch(c, *[line + [0.0, 0.03 * hip] for line in curve], *hems),
        *tailor.buttons(c, spots, tailor.BRASS, 0.045),
    ]
    band = lower.waistband(c, v + 0.02, darken(c.main, 0.08), c.z + 0.2, 0.07)
    band.marks += tailor.buttons(c, [c.front(0.0, v + 0.035)], tailor.BRASS, 0.05)
    return [
        c.piece(c.z, lower.skirt_path(left, right, 0, 0.0, sag), marks=marks),
        band,
        *lower.belt_loops(c, v + 0.02, 0.06, darken(c.main, 0.14), c.z + 0.3),
    ]


def tutu(c: Cloth) -> list[Layer]:
    """A basque down to the hips, below it stiff net standing out flat, layer on layer, each paler than the one above."""
    hip = c.figure.torso.half(0.92)
    x, y = c.figure.torso.at(0.0, 0.84)
    full = 1.0 if c.figure.body.heads < 4.5 else 1.25
    found: list[Layer] = []
    for k, (wide, drop, tint) in enumerate(((1.95, 0.66, 0.62), (2.1, 0.5, 0.46), (2.16, 0.34, 0.28), (2.05, 0.18, 0.08))):
        waves, deep, wide = 15 - k, 0.06 * hip, wide * full
        s = np.linspace(0.0, 1.0, 6 * waves + 1)
        u = -np.cos(np.pi * s)
        hem = np.stack(
            [x + u * wide * hip, y + (drop + 0.34 * np.sin(np.pi * s)) * hip + deep * np.cos(2 * np.pi * waves * s)], 1
        )
        arch = np.linspace(1.0, -1.0, 15)
        top = np.stack([x + 0.99 * arch * wide * hip, y + (drop * np.abs(arch) ** 1.5 - 0.16 * (1 - arch**2)) * hip], 1)
        path = polygon(np.concatenate([hem, top[1:-1]]))
        ends = np.linspace(-0.95, 0.95, 19 - 2 * k) + c.rng.uniform(-0.02, 0.02, 19 - 2 * k)
        rays = [
            np.array([[x + e * 0.62 * hip, y + 0.02 * hip], [x + e * wide * hip, y + (drop + 0.3 * np.sqrt(1 - e * e)) * hip]])
            for e in ends.tolist()
        ]
        marks = [Mark(strokes(*rays), width=0.5, strength=0.55)]
        if k == 3:
            found.append(c.piece(c.z + 0.05 * k, path, marks=marks))
        else:
            found.append(c.detail(c.z + 0.05 * k, path, lighten(c.main, tint), marks=marks, shading=0.5))
    left, right = c.figure.torso.sides(0.62, 0.85, 0.05 * hip)
    low = spline(np.array([left[-1], *[c.front(u, 0.91) for u in (-0.5, 0.0, 0.5)], right[-1]]), 13)
    basque = polygon(np.concatenate([left, low[1:-1], right[::-1]]))
    gathers = [np.array([c.front(u, 0.93), c.front(u * 0.97, 0.8)]) for u in np.linspace(-0.9, 0.9, 15)]
    seams = [np.array([c.front(u, 0.65), c.front(u, 0.93)]) for u in (-0.4, 0.4)]
    marks = [Mark(strokes(*gathers), width=0.5, strength=0.55), Mark(strokes(*seams), width=0.6)]
    edge = polygon(np.concatenate([left[::-1], left[:1]]), closed=False)  # below, the net grows out of it without a border
    edge.add_path(polygon(right, closed=False))
    found.append(c.piece(c.z + 0.4, basque, edge=edge, marks=marks))
    return [*found, lower.waistband(c, 0.635, c.trim, c.z + 0.5, 0.06, 0.06)]


def suspender_skirt(c: Cloth) -> list[Layer]:
    """A pleated skirt with a deep waistband worn over the blouse, two straps buttoned on, a bar between them on the breast."""
    w, z = c.figure.body.shoulder, float(Z.TUCKED)
    reach = lower.REACH[c.garment.length or "short"]
    skirt = lower.skirt(c, style="pleats", reach=reach, flare=0.45, v=0.58, count=9, band=False, z=z)
    band = lower.waistband(c, 0.6, darken(c.main, 0.14), z + 0.2, 0.11, 0.05)
    band.marks.append(
        tailor.topstitch(
            c,
            np.array([c.front(u, 0.566) for u in np.linspace(-1, 1, 9)]) + [0, 0.03 * w],
            np.array([c.front(u, 0.638) for u in np.linspace(-1, 1, 9)]) + [0, 0.03 * w],
        )
    )
    found = [*skirt, band]
    high = max(c.over_sleeves(Z.INNER + 0.5), z)  # over the shoulders of the sleeves, below a collar
    share, ends = share_of(c, 0.1), {}
    for sign in (-1, 1):
        foot = c.front(sign * 0.36, 0.6)
        tops = [np.array(crest(c, sign, share + k * 0.1)) - [0.0, THICK * w] for k in (-sign, sign)]
        low = [np.array(foot) + [k * 0.1 * w, 0.0] for k in (-1, 1)]
        bend = 0.03 * w * sign
        left, right = (spline(np.stack([a, a * 0.5 + b * 0.5 + [bend, 0.0], b]), 12) for a, b in zip(tops, low, strict=True))
        ends[sign] = across(left, right, 0.0, 0.42)[0]
        inner = [across(left, right, k, np.linspace(0.02, 1, 10)) for k in (-0.6, 0.6)]
        buttons = tailor.buttons(c, [(foot[0], foot[1] - 0.05 * w)], c.contrast, 0.045)
        strap = polygon(np.concatenate([left, right[::-1]]))
        found.append(c.piece(high + 0.02, strap, marks=[tailor.topstitch(c, *inner), *buttons]))
    middle = (ends[-1] + ends[1]) / 2 + [0.0, 0.02 * w]
    bar = np.stack([ends[-1], middle, ends[1]])
    found.append(c.piece(high, polygon(np.concatenate([bar - [0, 0.07 * w], (bar + [0, 0.07 * w])[::-1]]))))
    return found


def high_waist_shorts(c: Cloth) -> list[Layer]:
    """Up to the ribs, worn over the top: a deep band with two rows of buttons, darts, turned-up hems."""
    z, v = float(Z.TUCKED), 0.52
    darts = [np.array([c.front(s * u, 0.6), c.front(s * u * 0.96, 0.74)]) for s in (-1, 1) for u in (0.42, 0.62)]
    pockets = [
        spline(np.array([c.front(s * 0.62, 0.7), c.front(s * 0.72, 0.82), c.figure.torso.at(s * 0.98, 0.88)]), 8) for s in (-1, 1)
    ]
    marks = (
        Mark(strokes(*darts), width=0.8),
        Mark(strokes(*pockets), width=0.8),
        *tailor.buttons(c, [c.front(s * 0.2, x) for x in (0.64, 0.74, 0.84) for s in (-1, 1)], c.contrast, 0.045),
    )
    band = lower.waistband(c, v + 0.035, darken(c.main, 0.12), z + 0.3, 0.09, 0.06)
    found = lower.trousers(c, t1=0.23, ease=0.22, flare=0.16, v=v, z=z, marks=marks, cuff=lighten(c.main, 0.14))
    return [*found, band, *lower.belt_loops(c, v + 0.035, 0.07, darken(c.main, 0.2), z + 0.4)]


def _skirt_of_apron(c: Cloth, v: float, reach: float, wide: float, z: float, lace: RGB | None) -> list[Layer]:
    """The part below the waist: hems, folds and a big pocket; edged with lace where a colour is given."""
    hip = c.figure.torso.half(0.92)
    left, right = lower.skirt_sides(c, v, reach, 0.5, 0.12)
    s = np.linspace(0.0, 1.0, 9)
    a, b = across(left, right, np.linspace(-wide, -wide - 0.04, 9), s), across(left, right, np.linspace(wide, wide + 0.04, 9), s)
    folds = lower.folds(c, a, b, 3, 0.1 * hip)
    rim = [a + (b - a) * f for f in (0.05, 0.95)]
    low = across(a, b, np.linspace(-1, 1, 13), 0.93) + np.stack(
        [np.zeros(13), 0.1 * hip * np.cos(np.linspace(-1, 1, 13) * np.pi / 2)], 1
    )
    bag = across(a, b, np.array([-0.5, -0.46, 0.46, 0.5, -0.5]), np.array([0.28, 0.56, 0.56, 0.28, 0.28]))
    middle = across(a, b, np.array([0.0, 0.0]), np.array([0.28, 0.56]))
    mouth = across(a, b, np.array([-0.5, 0.5]), np.array([0.33, 0.33]))
    marks = [
        *folds,
        Mark(strokes(*rim, low), width=0.65, strength=0.8),
        Mark(polygon(bag[:4]), "fill"),
        Mark(strokes(bag, middle), width=0.85),
        tailor.topstitch(c, mouth),
    ]
    path = lower.skirt_path(a, b, 0, 0.0, 0.1 * hip)
    found = [c.piece(z, path, marks=marks)]
    if lace is not None:
        edge = np.concatenate(
            [
                across(a, b, np.linspace(-1, 1, 21), 0.97)
                + np.stack([np.zeros(21), 0.1 * hip * np.cos(np.linspace(-1, 1, 21) * np.pi / 2)], 1)
            ]
        )
        found.insert(0, scallops(c, edge, 0.2 * hip, lace, z - 0.1))
    return found


def apron(c: Cloth) -> list[Layer]:
    """With a bib: a strap round the neck, a pocket, its strings wound round the waist and tied in front."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    trim = c.trim
    bib = [
        c.front(-0.36, 0.22),
        c.front(0.36, 0.22),
        c.front(0.46, 0.4),
        torso.at(0.92, 0.62),
        torso.at(-0.92, 0.62),
        c.front(-0.46, 0.4),
    ]
    rim = np.array([bib[4], bib[5], bib[0], bib[1], bib[2], bib[3]])
    found = _skirt_of_apron(c, 0.6, 0.36, 0.8, c.z, None)
    pocket = tailor.pocket(tailor.hang(c, 0.9, 0.05), (-0.2, 0.2), (0.33, 0.46))
    found.append(
        c.piece(c.z + 0.1, shape(*bib), marks=[upper.torso_folds(c, 0.6), *pocket, Mark(strokes(rim), colour=trim, width=2.8)])
    )
    for sign in (-1, 1):
        line = spline(np.array([torso.at(sign * 0.8, -0.01), torso.at(sign * 0.64, 0.06), c.front(sign * 0.34, 0.23)]), 9)
        half = np.array([0.06 * w, 0.0])
        found.append(c.detail(c.z + 0.05, polygon(np.concatenate([line - half, (line + half)[::-1]])), trim, shading=0.2))
    found.append(lower.waistband(c, 0.61, trim, c.z + 0.3, 0.05, 0.05))
    x, y = c.front(0.0, 0.625)
    loops, lines = upper.bow(x, y, 0.34 * w, tails=1.5)
    found.append(c.detail(c.z + 0.4, loops, trim, marks=[Mark(lines, width=0.8)], shading=0.3))
    return found


def waist_apron(c: Cloth) -> list[Layer]:
    """From the waist down, edged with lace, as wide as the hips; its strings tied in a small bow at one side."""
    z, hip = Z.BELT + 4.5, c.figure.torso.half(0.92)
    lace, sign = lighten(c.trim, 0.6), 1 if c.garment.detail & 1 else -1
    x, y = c.front(sign * 0.62, 0.63)
    loops, lines = upper.bow(x, y, 0.3 * hip, tails=1.7)
    found = [
        *_skirt_of_apron(c, 0.62, 0.3, 0.84, z, lace),
        lower.waistband(c, 0.63, darken(c.main, 0.1), z + 0.3, 0.07, 0.1),
        c.detail(z + 0.4, loops, darken(c.main, 0.1), marks=[Mark(lines, width=0.8)], shading=0.3),
    ]
    # what hangs on a neck goes over sleeves, but a hanging arm lies in front of this
    for layer, level in zip(found, (z - 0.1, z, z + 0.3, z + 0.4), strict=True):
        layer.z = level
    return found


HIP: dict[str, Draw] = {
    "mini skirt": mini_skirt,
    "tutu": tutu,
    "suspender skirt": suspender_skirt,
    "high-waist shorts": high_waist_shorts,
    "apron": apron,
    "waist apron": waist_apron,
}
