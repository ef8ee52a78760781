"""How each skirt and each pair of trousers is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import lower
from wardrobe.canvas import SLEEVE, Layer, Mark
from wardrobe.cloth import Cloth, across, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.geometry import trace
from wardrobe.style import darken, lighten

Draw = Callable[[Cloth], list[Layer]]


def _reach(c: Cloth) -> float:
    return lower.REACH[c.garment.length] + float(c.rng.uniform(-0.03, 0.03))


def pleated_skirt(c: Cloth) -> list[Layer]:
    return lower.skirt(c, style="pleats", reach=_reach(c), flare=0.42, count=int(c.rng.integers(7, 11)))


def flared_skirt(c: Cloth) -> list[Layer]:
    return lower.skirt(c, style="folds", reach=_reach(c), flare=float(c.rng.uniform(0.55, 0.85)), count=6)


def pencil_skirt(c: Cloth) -> list[Layer]:
    f = c.figure.torso
    slit = Mark(strokes(np.array([f.front(0.1, 0.75), f.front(0.1, 1.3)])), width=0.6)
    return lower.skirt(c, style="plain", reach=_reach(c) + 0.05, flare=-0.06, extra=(slit,))


def long_skirt(c: Cloth) -> list[Layer]:
    trim = c.trim if c.garment.second_rgb and c.garment.pattern is None else None
    return lower.skirt(c, style="folds", reach=0.95, flare=0.5, count=7, trim=trim)


def ruffled_skirt(c: Cloth) -> list[Layer]:
    reach = _reach(c)
    trim = c.trim if c.garment.second_rgb and c.garment.pattern is None else None
    band = lower.waistband(c, 0.64, darken(c.main, 0.22), c.z + 0.2)
    return [*lower.tiers(c, reach=reach, flare=0.6, rows=2 if reach < 0.45 else 3, trim=trim), band]


def wrap_skirt(c: Cloth) -> list[Layer]:
    reach = _reach(c)
    left, right = lower.skirt_sides(c, 0.62, reach, 0.22)
    edge = across(left, right, np.array([0.35, 0.25, 0.4]), np.array([0.0, 0.5, 1.0]))
    lap = across(left, right, np.array([0.35, 0.25, 0.4, 0.75]), np.array([0.0, 0.5, 1.05, 1.05]))
    knot = np.array([edge[0], edge[0] + [0.1, 0.16], edge[0] + [0.04, 0.2]])
    extra = (Mark(shape(*lap.tolist()), "shade", strength=0.9), Mark(strokes(edge, knot), width=1.1))
    return lower.skirt(c, style="folds", reach=reach, flare=0.22, count=3, extra=extra)


def jeans(c: Cloth) -> list[Layer]:
    t, stitch = c.figure.torso, lighten(c.main, 0.5)
    pockets = [np.array([t.front(s * 0.45, 0.7), t.front(s * 0.5, 0.8), t.front(s * 0.85, 0.84)]) for s in (-1, 1)]
    fly = np.array([t.front(0.12, 0.7), t.front(0.12, 0.88), t.front(0.0, 0.94)])
    marks = (Mark(strokes(*pockets, fly), colour=stitch, width=0.9),)
    found = lower.trousers(
        c, t1=0.97, ease=0.08, marks=marks, cuff=lighten(c.main, 0.4) if c.rng.random() < 0.4 else None, band=darken(c.main, 0.15)
    )
    if c.rng.random() < 0.5:  # faded thighs
        for layer, side in zip([layer for layer in found if layer.edge is not None][:2], SIDES, strict=False):
            leg = c.figure.legs[side]
            layer.marks.insert(0, Mark(leg.outline(0.16, 0.4, -0.5 * c.figure.body.thigh_half), "light", strength=0.3, soft=0.05))
    return found


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
    f = c.figure
    hip = f.torso.half(0.92)
    found = lower.skirt(c, style="pleats", reach=0.97, flare=0.6, v=0.56, count=7, band=False)
    left, right = lower.skirt_sides(c, 0.56, 0.97, 0.6)
    split = Mark(strokes(across(left, right, np.array([0.0, 0.0]), np.array([0.45, 1.05]))), width=1.6)
    found[0].marks.append(split)
    band = lower.waistband(c, 0.6, darken(c.main, 0.15), c.z + 6.2, 0.1)
    x, y = c.front(0.0, 0.62)
    tie = shape((x - 0.1 * hip, y), (x + 0.1 * hip, y), (x + 0.14 * hip, y + 0.7 * hip), (x - 0.12 * hip, y + 0.62 * hip))
    return [*found, band, c.detail(c.z + 6.3, tie, darken(c.main, 0.15))]


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
