"""How each top is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from wardrobe import folds, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import OVER, Layer, Mark, Z
from wardrobe.cloth import COLLAR, WHITE, Cloth, across, discs, lengthened, strokes
from wardrobe.folds import bust
from wardrobe.geometry import XY, Points, polygon, spline, trace
from wardrobe.palette import luminance
from wardrobe.shading import Tube
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
    """The broad square collar: flaps over the shoulders that meet at the breast, striped."""
    torso, w, colour, z = c.figure.torso, c.figure.body.shoulder, c.trim, c.over_sleeves(z, COLLAR)
    stripe = WHITE if luminance(colour) < 0.6 else darken(colour, 0.5)
    found = []
    rim, line = (spline(cut(c, (-0.8, v - 0.035), (0.0, v), (0.8, v - 0.035)), 11) for v in (0.09, 0.15))
    chest = polygon(np.concatenate([rim, cut(c, (0.56, 0.22), (0.0, 0.39), (-0.56, 0.22))]))  # out to under the flaps
    bib = c.piece(z - 0.03, chest, marks=[Mark(strokes(line), colour=colour, width=1.8)])
    for sign in (-1, 1):
        inner = spline(cut(c, (sign * 0.47, 0.05), (sign * 0.3, 0.19), (sign * 0.02, 0.375)), 9)
        shoulder = np.array([torso.at(sign * 0.9, 0.015)])
        outer = spline(np.concatenate([shoulder, cut(c, (sign * 0.86, 0.14), (sign * 0.55, 0.27), (sign * 0.05, 0.42))]), 13)
        neck = np.array([torso.at(sign * 0.82, -0.015), torso.at(sign * 0.64, 0.02)])
        flap = np.concatenate([neck, inner, outer[::-1]])
        rows = [outer + (spline(inner, len(outer)) - outer) * f for f in (0.16, 0.28)]
        marks = [Mark(strokes(*[polygon_line(row) for row in rows]), colour=stripe, width=max(0.9, 1.3 * w))]
        found.append(c.detail(z, polygon(flap), colour, marks=marks, shading=0.3))
    return [bib, *found]


def sailor_scarf(c: Cloth, z: float, colour: RGB) -> list[Layer]:
    """Knotted where the flaps of a sailor's collar meet, two ends hanging."""
    (x, y), k, found = cut(c, (0.0, 0.38))[0], c.figure.body.shoulder, []
    for sign, long in ((-1, 0.62), (1, 0.54)):
        outside = [(0.03, 0.0), (0.15, 0.1), (0.25, 0.3), (0.32, long - 0.07)]
        inside = [(0.17, long), (0.1, 0.32), (0.01, 0.12)]
        ends = (spline(np.array([(x + sign * a * k, y + b * k) for a, b in side]), 9) for side in (outside, inside))
        folds = [[(0.04, 0.1), (0.13, 0.25), (0.19, long - 0.16)], [(0.08, 0.1), (0.17, 0.22), (0.23, 0.34)]]
        lines = strokes(*(np.array([(x + sign * a * k, y + b * k) for a, b in fold]) for fold in folds))
        found.append(c.detail(z + 0.01, polygon(np.concatenate(list(ends))), colour, marks=[Mark(lines, width=0.7)], shading=0.5))
    knot = [(-0.09, -0.06), (0, -0.075), (0.09, -0.06), (0.075, 0.04), (0.085, 0.13), (0, 0.15), (-0.085, 0.13), (-0.075, 0.04)]
    creases = strokes(*(np.array([(x + a * k, y - 0.02 * k), (x + 0.4 * a * k, y + 0.1 * k)]) for a in (-0.045, 0.045)))
    tied = upper.curve_blob([(x + a * k, y + b * k) for a, b in knot])
    return [*found, c.detail(z + 0.02, tied, colour, marks=[Mark(creases, width=0.6)], shading=0.4)]


def own_scarf(c: Cloth) -> list[Layer]:
    """Of a sailor's collar that nothing else is tied under."""
    colour = darken(c.trim, 0.25) if luminance(c.trim) > 0.3 else lighten(c.trim, 0.3)
    return sailor_scarf(c, c.over_sleeves(c.z + 1, COLLAR), colour)


def sailor_top(c: Cloth) -> list[Layer]:
    body = upper.bodice(c, 0.92, ease=0.06, neck="v")
    return [body, *upper.sleeves(c, cuff=c.trim, cuff_size=0.05), *sailor_collar(c, c.z + 1)]


def polo(c: Cloth) -> list[Layer]:
    marks = upper.placket(c, 0.1, 0.32, buttons=2)
    body = upper.bodice(c, 0.98, ease=0.06, neck="", marks=tuple(marks))
    return [body, *upper.sleeves(c, cuff=c.trim, cuff_size=0.03), *upper.shirt_collar(c, c.trim, c.z + 1, 0.5, 0.13)]


def laid_hood(c: Cloth, z: float) -> list[Layer]:
    """A hood laid back: a bag behind the neck, its dark opening round it, and thick rolls that meet at the throat. The last
    layer's last mark is the seam of the opening."""
    torso, w, z = c.figure.torso, c.figure.body.shoulder, c.over_sleeves(z)
    x, y = torso.at(0, 0)

    def about(*rows: XY) -> list[XY]:
        return [(x + a * w, y + b * w) for a, b in rows]

    bag = about((-0.74, 0.12), (-0.8, -0.2), (-0.5, -0.5), (0.0, -0.56), (0.5, -0.5), (0.8, -0.2), (0.74, 0.12))
    mouth = about((-0.5, 0.14), (-0.6, -0.14), (-0.4, -0.34), (0.0, -0.38), (0.4, -0.34), (0.6, -0.14), (0.5, 0.14))
    found = [
        c.piece(Z.COAT_BACK + 1, upper.curve_blob(bag)),
        c.detail(Z.COAT_BACK + 1.1, upper.curve_blob(mouth), darken(c.main, 0.45), shading=0.0),
    ]
    rims = []
    for sign in (-1, 1):
        over = [*about((sign * 0.56, -0.36), (sign * 0.86, -0.14), (sign * 0.82, 0.16)), c.front(sign * 0.36, 0.22)]
        inner = [c.front(0.0, 0.16), *about((sign * 0.34, 0.1), (sign * 0.52, -0.1)), about((sign * 0.5, -0.32))[0]]
        outer, rim = spline(np.array([*over, c.front(0.0, 0.27)]), 22), spline(np.array(inner), 16)
        crease = spline(np.array([*about((sign * 0.68, -0.2), (sign * 0.68, 0.08)), c.front(sign * 0.32, 0.18)]), 10)
        crook = spline(np.array([*about((sign * 0.82, 0.02), (sign * 0.7, 0.1)), c.front(sign * 0.5, 0.15)]), 8)
        creases = folds.folds(crease, crook, depth=0.07 * w, ends=(0.2, 0.6))
        found.append(c.piece(z, polygon(np.concatenate([outer, rim])), marks=[creases], shading=0.5))
        rims.append(rim[1:] + [sign * 0.06 * w, 0.02 * w])
    found[-1].marks.append(Mark(strokes(*rims), width=0.6, strength=0.7, clip=False))
    return found


def hoodie(c: Cloth) -> list[Layer]:
    pocket = np.array([c.front(u, v) for u, v in ((-0.38, 0.7), (0.38, 0.7), (0.62, 0.92), (-0.62, 0.92), (-0.38, 0.7))])
    marks = (Mark(strokes(pocket), width=0.9), upper.ribbing(c, 1.04, 0.14))
    body = upper.bodice(c, 1.04, ease=0.14, neck="", marks=marks)
    cords = [np.array([c.front(s * 0.1, 0.19), c.front(s * 0.18, 0.3), c.front(s * 0.15, 0.41)]) for s in (-1, 1)]
    ends = discs(np.stack([cord[-1] for cord in cords]), 0.03 * c.figure.body.shoulder + 0.006)
    hood = laid_hood(c, c.z + 1)
    hood[-1].marks += [
        Mark(strokes(*cords), colour=c.contrast, width=1.9, clip=False),
        Mark(ends, "fill", c.contrast, clip=False),
    ]
    return [body, *upper.sleeves(c, loose=0.3, cuff=c.trim, cuff_size=0.05), *hood]


def _knit(c: Cloth, v0: float, v1: float) -> list[Mark]:
    """Two cables, each a rope of slanting stitches between two ribs, and plain ribs beside them."""
    ropes, ribs = [], []
    for u in (-0.3, 0.3):
        for v in np.arange(v0, v1, 0.062):
            twist = ((-0.085, 0.06), (-0.03, 0.045), (0.03, 0.015), (0.085, 0.0))
            ropes.append(np.array([c.front(u + a, v + b) for a, b in twist]))
        ribs += [np.array([c.front(u + k, v) for v in (v0, (v0 + v1) / 2, v1 + 0.05)]) for k in (-0.11, 0.11)]
    ribs += [np.array([c.front(u, v) for v in (v0 + 0.06, 0.6, v1 + 0.05)]) for u in (-0.62, 0.0, 0.62)]
    return [Mark(strokes(*ropes), width=0.7, strength=0.75), Mark(strokes(*ribs), width=0.6, strength=0.55)]


def _ribbed(found: list[Layer]) -> list[Layer]:
    """The same sleeves with ribs on their cuffs."""
    for cuff in found[1::2]:
        if cuff.tube is not None:
            left, right = cuff.tube.left, cuff.tube.right
            ribs = [across(left, right, float(u), np.array([0.05, 0.95])) for u in np.linspace(-0.75, 0.75, 6)]
            cuff.marks.append(Mark(strokes(*ribs), width=0.55, strength=0.8))
    return found


def sweater(c: Cloth) -> list[Layer]:
    marks = [upper.neck_band(c, None, c.garment.neckline), upper.ribbing(c, 1.0, 0.12)]
    if c.garment.pattern is None:
        marks += _knit(c, 0.28, 0.86)
    arms = _ribbed(upper.sleeves(c, loose=0.25, cuff=c.trim, cuff_size=0.06))
    return [upper.bodice(c, 1.0, ease=0.12, marks=tuple(marks)), *arms]


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
    c: Cloth,
    v1: float,
    neck: Sequence[XY],
    hole: XY,
    *,
    marks: Sequence[Mark] = (),
    rim: RGB | None = None,
    dip: float = 0.05,
    tip: float = 1.02,
) -> list[Layer]:
    """A body without sleeves and, over the arms' shoulders, its straps. neck: (u, v) of the neckline's right half, from the
    shoulder to the middle; hole: the armhole's deepest u, and its upper end on the shoulder's slope, in v; dip: how far the
    lower border hangs in the middle; tip: the strap's outer u on the shoulder."""
    w, z, (deep, slope) = c.figure.body.shoulder, c.z + 0.2, hole
    left, right = c.figure.torso.sides(0.285, v1, 0.04 * w)
    rows = ((tip, slope), (deep, 0.15), (deep - 0.06, 0.23), (deep - 0.05, 0.33))
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


def _open_front(
    c: Cloth, v1: float, ease: float, gap: tuple[float, float], flare: float = 0.0, marks: tuple[Mark, ...] = ()
) -> list[Layer]:
    w = c.figure.body.shoulder
    left, right = c.figure.torso.sides(0.012, v1, ease * w, flare * w)
    return upper.panels(c, left, right, *gap, c.z, marks=(upper.torso_folds(c, v1), *marks))


def cardigan(c: Cloth) -> list[Layer]:
    """Knitted, open in a deep v to its lowest buttons: ribbed bands along both edges, round the hem and the wrists."""
    w, front, band = c.figure.body.shoulder, tailor.hang(c, 1.05, 0.12, v0=0.03), darken(c.main, 0.14)
    low, found = 0.96, []
    for sign in (-1, 1):
        rows = [(sign * u, v) for u, v in ((0.62, 0.03), (0.35, 0.2), (0.12, 0.42), (0.05, 0.62), (0.1, front.end))]
        edge = front.line(*rows)
        outer = tailor.beside(edge, sign * 0.16 * w)
        outer = outer if np.mean(sign * (outer - edge)[:, 0]) > 0 else tailor.beside(edge, -sign * 0.16 * w)
        hem = front.across(low, 1.05, 0.03 * w)
        ribs = [np.array([front.at(u, low), front.at(u, front.end + 0.02)]) for u in np.linspace(-0.97, 0.97, 27)]
        welt = np.concatenate([hem, front.across(front.end + 0.04, 1.1)[::-1]])
        pocket = [front.line((sign * 0.42, 0.74), (sign * 0.6, 0.745), (sign * 0.78, 0.735))]
        marks = [
            upper.torso_folds(c, 0.9),
            Mark(strokes(*pocket, *[line + [0, 0.05 * w] for line in pocket]), width=0.8),
            Mark(polygon(welt), "fill", band),
            Mark(strokes(hem), width=0.8),
            Mark(strokes(*ribs), width=0.6, strength=0.7),
        ]
        found.append(c.piece(c.z, front.panel(sign, *rows, sag=0.03 * w), marks=marks))
        rungs = [np.stack([edge[k] * 0.93 + outer[k] * 0.07, outer[k] * 0.93 + edge[k] * 0.07]) for k in range(1, len(edge) - 1)]
        breast = len(edge) // 2  # above it the band lies on the sleeves too
        strip, high = (
            c.detail(z, polygon(np.concatenate([edge[part], outer[part][::-1]])), band, shading=0.3)
            for z, part in ((c.z + 0.2, slice(breast, None)), (c.over_sleeves(c.z + 0.2), slice(breast + 1)))
        )
        for layer in (strip, high):
            layer.marks.append(Mark(strokes(*rungs), width=0.5, strength=0.55))
        if sign > 0:
            middle = (edge + outer) / 2
            spots = [middle[int(k)] for k in np.linspace(0.5 * len(middle), len(middle) - 3, 4)]
            strip.marks += tailor.buttons(c, [(float(a), float(b)) for a, b in spots], c.contrast, 0.055)
        found += [strip, high]
    return [*found, *_ribbed(upper.sleeves(c, loose=0.22, cuff=band, cuff_size=0.06))]


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
    tip, deep = (0.76, 0.7) if c.figure.body.heads < 4.5 else (0.84, 0.8)  # on short bodies broad straps stand out as wings
    return sleeveless(c, 0.95, neck, (deep, 0.085), marks=marks, rim=c.trim if knitted else None, tip=tip)


def coat(c: Cloth) -> list[Layer]:
    f, w = c.figure, c.figure.body.shoulder
    reach = {"short": 0.28, "knee": 0.5, "midi": 0.72, "long": 0.86}[c.garment.length or "knee"]
    v1 = 1 + lengthened(c.garment, reach) * (f.joints["ankle_l"][1] - f.torso.length) / f.torso.length
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


_SHIRTS: dict[str, Draw] = {"t-shirt": t_shirt, "shirt": shirt, "blouse": blouse, "puff-sleeve blouse": puff_blouse}
_KNITS: dict[str, Draw] = {"hoodie": hoodie, "sweater": sweater, "turtleneck": turtleneck, "cardigan": cardigan}
_SPORTS: dict[str, Draw] = {"polo shirt": polo, "sailor top": sailor_top, "tank top": tank_top, "jersey": jersey}
_LAYERS: dict[str, Draw] = {"tunic": tunic, "vest": vest}
_JACKETS: dict[str, Draw] = {"jacket": jacket, "coat": coat}
TOPS = {**_SHIRTS, **_KNITS, **_SPORTS, **_LAYERS, **_JACKETS}
