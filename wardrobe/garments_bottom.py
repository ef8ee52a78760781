"""How each skirt and each pair of trousers is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import folds as creases
from wardrobe import lower, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import SLEEVE, Layer, Mark, Z
from wardrobe.cloth import Cloth, across, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.shading import Tube
from wardrobe.sleeves import ring
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]


def _reach(c: Cloth) -> float:
    return lower.REACH[c.garment.length] + float(c.rng.uniform(-0.03, 0.03))


def pleated_skirt(c: Cloth) -> list[Layer]:
    return lower.skirt(c, style="pleats", reach=_reach(c), flare=0.42, count=int(c.rng.integers(7, 11)))


def flared_skirt(c: Cloth) -> list[Layer]:
    return lower.skirt(c, style="folds", reach=_reach(c), flare=float(c.rng.uniform(0.55, 0.85)), count=6)


def pencil_skirt(c: Cloth) -> list[Layer]:
    """Narrow, drawn in from the hips to the knees: darts below a high band, a seam down the front, a slit at the hem."""
    v, reach, hip = (
        0.58,
        {"short": 0.5}.get(c.garment.length, 0.64) + float(c.rng.uniform(-0.02, 0.03)),
        c.figure.torso.half(0.92),
    )
    reach += 0.1 if c.figure.body.heads < 4.5 else 0.0  # short legs: down to where they are slim
    left, right = lower.tapered(c, v, reach, 0.3)
    for line in (left, right):
        for _ in range(3):  # round hips
            line[1:-1, 0] = (line[:-2, 0] + 2 * line[1:-1, 0] + line[2:, 0]) / 4
    sag = 0.07 * hip
    darts = [creases.along(left, right, (s * u, 0.04), (s * u * 1.04, 0.26)) for s in (-1, 1) for u in (0.32, 0.6)]
    side = 0.5 if c.rng.random() < 0.5 else -0.5
    seam = creases.along(left, right, (side, 0.03), (side * 1.02, 0.5), (side, 1.1))
    slit = across(left, right, np.array([side - 0.1, side, side + 0.1]), np.array([1.1, 0.76, 1.1]))
    under = across(left, right, np.array([side - 0.03, side, side + 0.13]), np.array([1.1, 0.79, 1.1]))
    extra = (
        Mark(strokes(*darts), width=0.75),
        Mark(strokes(seam), width=0.6, strength=0.7),
        Mark(shape(*under.tolist()), "shade", strength=1.0),
        Mark(shape(*under.tolist()), "shade", strength=1.0),
        Mark(polygon(slit, closed=False), width=1.0),
    )
    found = lower.skirt(c, style="plain", reach=reach, flare=0.0, v=v, sag=sag, band=False, extra=extra, sides=(left, right))
    hem = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0.0, sag], right[-1]]), 11)[1:-1]
    found[0].path = polygon(np.concatenate([left, hem, right[::-1]]))  # sharp corners, or it would be bloomers
    band = lower.waistband(c, v + 0.025, darken(c.main, 0.14), c.z + 0.2, 0.08)
    return [*found, band]


def long_skirt(c: Cloth) -> list[Layer]:
    trim = c.trim if c.garment.second_rgb and c.garment.pattern is None else None
    return lower.skirt(c, style="folds", reach=0.95, flare=0.5, count=7, trim=trim)


def ruffled_skirt(c: Cloth) -> list[Layer]:
    reach = _reach(c)
    trim = c.trim if c.garment.second_rgb and c.garment.pattern is None else None
    band = lower.waistband(c, 0.64, darken(c.main, 0.22), c.z + 0.2)
    return [*lower.tiers(c, reach=reach, flare=0.6, rows=2 if reach < 0.45 else 3, trim=trim), band]


def wrap_skirt(c: Cloth) -> list[Layer]:
    """One side lies over the other: a slanting edge from the waist to a hem that rises, tied with a bow at the hip."""
    v, reach, hip, side = 0.6, _reach(c), c.figure.torso.half(0.92), 1 if c.garment.detail & 2 else -1
    found = lower.skirt(c, style="folds", reach=reach, flare=0.26, v=v, count=4, band=False)
    found[0].marks.append(Mark(found[0].path, "shade", strength=0.7))
    left, right = lower.skirt_sides(c, v, reach + 0.02, 0.3, 0.08)
    far = left if side > 0 else right

    def at(u: float | Points, s: float | Points) -> Points:
        return across(left, right, np.asarray(u) * side, s)

    edge = spline(np.concatenate([at(0.62, 0.0), at(0.58, 0.35), at(0.42, 0.7), at(0.08, 0.97)]), 17)
    hem = spline(np.concatenate([edge[-1:], at(-0.3, 1.05), at(-0.7, 1.06), far[-1:]]), 13)
    lap = polygon(np.concatenate([far[:1], edge, hem[1:-1], far[1:][::-1]]))
    tie = at(0.6, 0.05)[0]
    rows = [(0.58, 0.04), (0.5, 0.1), (0.56, 0.09)]
    ends = [((-0.2, 0.3), (-0.55, 0.34)), ((0.2, 0.22), (-0.1, 0.42)), ((0.5, 0.05), (0.1, 0.2))]
    pulls = [
        creases.along(left, right, *((u0 * side, s0), *[(u * side, s) for u, s in more]))
        for (u0, s0), more in zip(rows, ends, strict=True)
    ]
    cones = [
        creases.along(left, right, (side * u, 1.1), (side * u * 0.95, 0.8), (side * u * 0.9, r))
        for u, r in ((-0.25, 0.6), (-0.62, 0.45))
    ]
    trim = tailor.topstitch(c, tailor.beside(edge, -side * 0.05 * hip))
    marks = [
        creases.folds(*cones, depth=0.2 * hip),
        creases.folds(*pulls, depth=0.1 * hip),
        trim,
        Mark(trace(edge, closed=False), width=1.3),
    ]
    band = lower.waistband(c, v + 0.02, darken(c.main, 0.12), c.z + 0.3)
    w = 0.4 * hip
    knot, lines = upper.bow(float(tie[0]), float(tie[1]), w, tails=1.9)
    bow = c.detail(c.z + 0.5, knot, darken(c.main, 0.12), marks=[Mark(lines, width=0.8)], shading=0.3)
    return [*found, c.piece(c.z + 0.15, lap, marks=marks, tube=Tube(left, right, front=lower.CONE)), band, bow]


def jeans(c: Cloth) -> list[Layer]:
    """Curved pockets with rivets, a stitched fly, belt loops, double seams in orange thread, faded thighs."""
    c = tailor.as_denim(c)
    t, thread, copper, hip = c.figure.torso, (226, 160, 84), (196, 126, 70), c.figure.torso.half(0.92)
    gap, band = 0.045 * hip, darken(c.main, 0.08)
    curves = [
        spline(np.array([t.front(s * 0.4, 0.68), t.front(s * 0.43, 0.77), t.front(s * 0.6, 0.83), t.at(s * 1.02, 0.845)]), 11)
        for s in (-1, 1)
    ]
    coin = np.array([t.front(0.56, 0.74), t.front(0.56, 0.82), t.front(0.74, 0.84), t.front(0.76, 0.74)])
    fly = spline(np.array([t.front(0.19, 0.68), t.front(0.19, 0.86), t.front(0.14, 0.92), t.front(0.02, 0.97)]), 11)
    double = [line + [0.0, k * gap] for line in curves for k in (0.8, 1.7)] + [fly, fly - [gap, 0.0]]
    rivets = [t.front(s * u, v) for s in (-1, 1) for u, v in ((0.4, 0.71), (0.84, 0.815))]
    marks = (
        Mark(strokes(np.array([coin[0], coin[3]]), coin[:3]), width=0.6),
        Mark(strokes(*curves), width=1.1),
        _thread(thread, *double),
        *tailor.buttons(c, rivets, copper, 0.022),
    )
    cuff = lighten(c.main, 0.45) if c.rng.random() < 0.6 else None
    found = lower.trousers(c, t1=0.97, ease=0.1, marks=marks, cuff=cuff, band=band, seams=False)
    legs = [layer for layer in found if layer.edge is not None and layer.casts]
    for layer, side in zip(legs, SIDES, strict=True):
        _denim_leg(c, layer, side, thread, cuff is None)
    belt = next(layer for layer in found if layer.colour == band)
    rows = [np.array([c.front(u, v) for u in np.linspace(-1, 1, 9)]) + [0, 0.03 * hip] for v in (0.637, 0.683)]
    belt.marks += [_thread(thread, *rows), *tailor.buttons(c, [c.front(0.03, 0.662)], copper, 0.05)]
    return [*found, *lower.belt_loops(c, 0.66, 0.055, darken(c.main, 0.16), c.z + 0.4)]


def _thread(colour: RGB, *lines: Points) -> Mark:
    """Seams in thread that is to be seen."""
    return Mark(tailor.stitches(*lines, dash=0.02), colour=colour, width=1.0)


def _denim_leg(c: Cloth, layer: Layer, side: str, thread: RGB, hemmed: bool) -> None:
    """A faded thigh and knee, the double seam down the outside, the stitched hem."""
    leg, w = c.figure.legs[side], c.figure.body.thigh_half
    outer, inner = leg.sides(0.0, 0.97, 0.1 * w)
    n = min(len(outer), len(inner))
    seams = [outer[4 : n - 1] * f + inner[4 : n - 1] * (1 - f) for f in (0.9, 0.84)]
    hems = [ring(outer, inner, s) for s in (0.955, 0.975)] if hemmed else []
    below = float((leg.centre[:, 1] < c.figure.torso.at(0, 1.0)[1] + 0.2).mean())  # where the hips' piece has ended
    if below < 0.36:
        layer.marks.insert(0, Mark(leg.outline(max(below, 0.16), 0.42, -0.5 * w), "light", strength=0.3, soft=0.06))
    layer.marks.insert(0, Mark(leg.outline(0.5, 0.62, -0.45 * w), "light", strength=0.26, soft=0.05))
    inseam = [outer[n // 4 : n - 1] * f + inner[n // 4 : n - 1] * (1 - f) for f in (0.12,)]
    worn = [creases.along(outer, inner, (0.85, t), (0.3, t + 0.025), (-0.35, t + 0.005)) for t in (0.14, 0.19, 0.24)]
    layer.marks.append(Mark(strokes(*worn), colour=lighten(layer.colour, 0.35), width=1.5, strength=0.7, ends=(1.0, 0.2)))
    layer.marks += [_thread(thread, *seams, *inseam, *hems)]


def trousers(c: Cloth) -> list[Layer]:
    return lower.trousers(c, t1=0.97, ease=0.14, band=darken(c.main, 0.2))


def wide_trousers(c: Cloth) -> list[Layer]:
    return lower.trousers(c, t1=0.98, ease=0.2, flare=0.75, band=darken(c.main, 0.2))


def cargo_pants(c: Cloth) -> list[Layer]:
    found = lower.trousers(c, t1=0.95, ease=0.26, puff=0.1, cuff=darken(c.main, 0.2), band=darken(c.main, 0.3), seams=False)
    w = c.figure.body.thigh_half
    for side in SIDES:
        leg = c.figure.legs[side]
        outer, inner = leg.sides(0.36, 0.54, 0.3 * w)
        n = min(len(outer), len(inner))
        outer, inner = outer[:n], inner[:n]
        flap = np.stack(
            [outer[0] * 1.02 + inner[0] * -0.02, outer[0] * 0.35 + inner[0] * 0.65, outer[1] * 0.35 + inner[1] * 0.65, outer[1]]
        )
        pocket = np.concatenate([outer, (outer * 0.38 + inner * 0.62)[::-1]])
        found.append(
            c.detail(
                leg.z + SLEEVE + 0.2,
                trace(pocket),
                darken(c.main, 0.12),
                marks=[Mark(shape(*flap.tolist()), "shade", strength=0.7), Mark(strokes(flap), width=0.9)],
            )
        )
    return found


def sweatpants(c: Cloth) -> list[Layer]:
    stripe = c.trim if c.garment.second_rgb else None
    cord = [np.array([c.front(s * 0.06, 0.68), c.front(s * 0.1, 0.78)]) for s in (-1, 1)]
    marks = (Mark(strokes(*cord), colour=c.contrast, width=1.5),)
    return lower.trousers(
        c,
        t1=0.95,
        ease=0.26,
        puff=0.05,
        cuff=darken(c.main, 0.15),
        stripe=stripe,
        marks=marks,
        band=darken(c.main, 0.12),
        seams=False,
    )


def leggings(c: Cloth) -> list[Layer]:
    return lower.trousers(c, t1=0.94, ease=0.03, seams=False, band=darken(c.main, 0.15))


def shorts(c: Cloth) -> list[Layer]:
    cuff = c.trim if c.garment.second_rgb and c.garment.pattern is None else None
    return lower.trousers(
        c, t1=0.27 + float(c.rng.uniform(-0.02, 0.04)), ease=0.24, flare=0.12, cuff=cuff, band=darken(c.main, 0.2)
    )


def bermuda(c: Cloth) -> list[Layer]:
    return lower.trousers(
        c, t1=0.5 + float(c.rng.uniform(-0.03, 0.08)), ease=0.2, flare=0.1, cuff=darken(c.main, 0.15), band=darken(c.main, 0.2)
    )


def hakama(c: Cloth) -> list[Layer]:
    """Tied high: few deep pleats that spread from the ties, open at the sides, two wide legs parted below."""
    v, reach, hip, z = 0.54, 0.93, c.figure.torso.half(0.92), c.z
    left, right = lower.skirt_sides(c, v, reach, 0.62, 0.1)
    sag, pick = 0.1 * hip, c.rng
    us = np.linspace(-1.0, 1.0, 15)
    hem = across(left, right, us, 1.0) + np.stack([0 * us, sag * np.cos(us * np.pi / 2)], 1)
    notch = across(left, right, np.array([-0.07, 0.0, 0.07]), np.array([1.0, 0.8, 1.0])) + [[0, sag], [0, 0], [0, sag]]
    low = np.concatenate([hem[:7], notch, hem[8:]])
    top = (left[:1] + right[:1]) / 2 + [0.0, 0.03]
    path = polygon(np.concatenate([left[:-1], low, right[:-1][::-1], top]))
    heads, feet = np.array([0.1, 0.3, 0.5]), np.array([0.24, 0.54, 0.8]) + pick.uniform(-0.03, 0.03)
    edges, deep, soft = [], Path(), Path()
    for sign in (-1, 1):
        for head, foot in zip(heads.tolist(), feet.tolist(), strict=True):
            line = across(left, right, sign * np.array([head, 0.45 * head + 0.55 * foot, foot]), np.array([0.03, 0.55, 1.1]))
            inner = across(left, right, sign * np.array([foot - 0.13, foot - 0.06]), np.array([1.1, 1.1]))
            edges.append(line)
            soft.add_polygon([*line.tolist(), *inner[:1].tolist()])
            deep.add_polygon([*line[1:].tolist(), *inner[1:].tolist()])
    parting = across(left, right, np.zeros(3), np.array([0.03, 0.5, 0.86]))
    slits = [across(left, right, np.array([0.98, 0.76, 0.72, 1.04]) * s, np.array([0.0, 0.1, 0.2, 0.4])) for s in (-1, 1)]
    opening = Path()
    for slit in slits:
        opening.add_polygon(spline(slit, 11).tolist())
    marks = [
        Mark(soft, "shadow"),
        Mark(deep, "deep"),
        Mark(strokes(*edges), width=1.0, ends=(0.9, 0.7)),
        Mark(strokes(parting), width=1.2),
        Mark(opening, "fill", darken(c.main, 0.45)),
        Mark(strokes(*[spline(slit, 11) for slit in slits]), width=0.9),
    ]
    back = lower.skirt(c, style="plain", reach=reach - 0.01, flare=0.6, v=v, sag=0.6 * sag, band=False)[0]
    inside = c.detail(Z.COAT_BACK + 1, back.path, darken(c.main, 0.42), shading=0.0, line=0.7)
    return [inside, c.piece(z, path, marks=marks, tube=Tube(left, right, front=lower.CONE)), *_hakama_ties(c, v)]


def _hakama_ties(c: Cloth, v: float) -> list[Layer]:
    """The broad band, its ties wound round above it, knotted in front, their ends hanging down over the pleats."""
    hip, tone, z = c.figure.torso.half(0.92), darken(c.main, 0.16), c.z + 0.3
    band = lower.waistband(c, v + 0.01, tone, z, 0.14, 0.09)
    rows = [
        np.array([c.front(u, v + at - 0.03 * u * u) for u in np.linspace(-1, 1, 9)]) + [0, 0.04 * hip] for at in (-0.02, 0.03)
    ]
    band.marks.append(Mark(strokes(*rows), width=0.8))
    x, y = c.front(0.0, v + 0.03)
    half, found = 0.13 * hip, [band]
    for sign, long in ((-1, 0.72), (1, 0.86)):
        end = [
            (x, y),
            (x + sign * 0.9 * half, y),
            (x + sign * 2.4 * half, y + long * hip),
            (x + sign * 0.9 * half, y + (long + 0.03) * hip),
        ]
        found.append(c.detail(z + 0.1, shape(*end), tone, shading=0.3))
    loops, creases_ = upper.bow(x, y, 3.6 * half, tails=0.0)
    found.append(c.detail(z + 0.2, loops, tone, marks=[Mark(creases_, width=0.8)], shading=0.3))
    return found


BOTTOMS: dict[str, Draw] = {
    "pleated skirt": pleated_skirt,
    "flared skirt": flared_skirt,
    "pencil skirt": pencil_skirt,
    "long skirt": long_skirt,
    "ruffled skirt": ruffled_skirt,
    "wrap skirt": wrap_skirt,
    "jeans": jeans,
    "trousers": trousers,
    "wide-leg trousers": wide_trousers,
    "cargo pants": cargo_pants,
    "sweatpants": sweatpants,
    "leggings": leggings,
    "shorts": shorts,
    "bermuda shorts": bermuda,
    "hakama": hakama,
}
