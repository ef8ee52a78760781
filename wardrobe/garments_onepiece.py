"""How each dress, robe, suit and armour is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import lower, upper
from wardrobe.canvas import SLEEVE, Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, across, discs, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.geometry import Points, trace
from wardrobe.palette import luminance
from wardrobe.path import Path
from wardrobe.shading import Tube
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]
WAIST = 0.62


def _reach(c: Cloth) -> float:
    return lower.REACH[c.garment.length] + float(c.rng.uniform(-0.03, 0.03))


def _gown(
    c: Cloth,
    *,
    style: str = "folds",
    flare: float = 0.5,
    count: int = 6,
    reach: float | None = None,
    ease: float = 0.04,
    neck: str | None = None,
    marks: tuple[Mark, ...] = (),
    band: RGB | None = None,
    trim: RGB | None = None,
) -> list[Layer]:
    """Bodice, skirt and waist of a dress; marks are the bodice's."""
    skirt = lower.skirt(
        c,
        style=style,
        reach=_reach(c) if reach is None else reach,
        flare=flare,
        count=count,
        v=WAIST - 0.03,
        band=False,
        trim=trim,
    )
    body = upper.bodice(c, WAIST + 0.02, ease=ease, neck=neck, hem=0.05, z=c.z + 0.2, marks=marks)
    found = [skirt[0], body, *skirt[1:]]
    if band is not None:
        found.append(lower.waistband(c, WAIST + 0.02, band, c.z + 0.4, 0.07, 0.04))
    return found


def sundress(c: Cloth) -> list[Layer]:
    marks = (upper.neck_band(c, None, c.garment.neckline),)
    return [*_gown(c, flare=0.65, marks=marks), lower.waistband(c, WAIST + 0.02, c.trim, c.z + 0.4, 0.03, 0.04)]


def dress(c: Cloth) -> list[Layer]:
    marks = (upper.neck_band(c, None, c.garment.neckline),)
    trim = c.trim if c.garment.second_rgb and c.garment.pattern is None else None
    style = "pleats" if c.rng.random() < 0.35 else "folds"
    return [
        *_gown(c, style=style, flare=0.5, count=8, marks=marks, trim=trim, band=trim or darken(c.main, 0.2)),
        *upper.sleeves(c),
    ]


def sailor_dress(c: Cloth) -> list[Layer]:
    found = _gown(c, style="pleats", flare=0.42, count=9, neck="v", trim=c.trim)
    return [*found, *upper.sleeves(c, cuff=c.trim, cuff_size=0.05), *upper.sailor_collar(c, c.trim, c.z + 1)]


def maid_dress(c: Cloth) -> list[Layer]:
    """A dress in the main colour under a bibbed, frilled apron in the second."""
    f, hip = c.figure.torso, c.figure.torso.half(0.92)
    apron = c.trim if c.garment.second_rgb else WHITE
    reach = _reach(c)
    found = _gown(c, flare=0.62, count=6, reach=reach, neck="")
    left, right = lower.skirt_sides(c, WAIST - 0.03, reach, 0.62)
    s = np.linspace(0.02, 0.68, 6)
    a, b = across(left, right, np.linspace(-0.5, -0.44, 6), s), across(left, right, np.linspace(0.5, 0.44, 6), s)
    lines = lower.folds(c, a, b, 3, 0.06 * hip)
    found.append(c.detail(c.z + 0.5, lower.skirt_path(a, b, 0, 0.0, 0.12 * hip), apron, marks=lines, tube=Tube(a, b, front=1.1)))
    found.append(lower.frill(c, a, b, apron, c.z + 0.45))
    bib = shape(f.front(-0.42, 0.24), f.front(0.42, 0.24), f.front(0.5, WAIST), f.front(-0.5, WAIST))
    found.append(c.detail(c.z + 0.6, bib, apron))
    for sign in (-1, 1):
        rows = [
            f.at(sign * 0.95, 0.02),
            f.at(sign * 1.04, 0.09),
            f.front(sign * 0.72, 0.28),
            f.front(sign * 0.5, 0.5),
            f.front(sign * 0.4, 0.3),
            f.front(sign * 0.5, 0.1),
        ]
        found.append(c.detail(c.z + 0.7, upper.curve_blob(rows), apron, shading=0.3))
    found.append(lower.waistband(c, WAIST + 0.02, apron, c.z + 0.8, 0.06, 0.05))
    cuff = apron if c.garment.sleeve == "long" else None
    return [*found, *upper.sleeves(c, cuff=cuff or apron, cuff_size=0.05), *upper.round_collar(c, apron, c.z + 1)]


def gothic_dress(c: Cloth) -> list[Layer]:
    """Tiers of frills under a laced bodice."""
    f = c.figure.torso
    frill = c.trim if c.garment.pattern is None else c.contrast
    laces = []
    for k in range(4):
        v = 0.28 + 0.08 * k
        laces += [np.array([f.front(-0.22, v), f.front(0.22, v + 0.06)]), np.array([f.front(0.22, v), f.front(-0.22, v + 0.06)])]
    sides = [np.array([f.front(s * 0.26, 0.26), f.front(s * 0.2, 0.6)]) for s in (-1, 1)]
    marks = (Mark(strokes(*laces, *sides), colour=frill, width=1.3),)
    found = lower.tiers(c, reach=_reach(c), flare=0.75, rows=3, v=WAIST - 0.03, trim=frill)
    found.append(upper.bodice(c, WAIST + 0.02, ease=0.03, z=c.z + 0.2, marks=marks))
    found.append(lower.waistband(c, WAIST + 0.01, frill, c.z + 0.4, 0.05, 0.04))
    if c.garment.neckline == "high":
        found += upper.stand_collar(c, frill, c.z + 1, 0.7)
    return [*found, *upper.sleeves(c, cuff=frill, cuff_size=0.06)]


def evening_gown(c: Cloth) -> list[Layer]:
    band = c.trim if c.garment.second_rgb else darken(c.main, 0.2)
    drape = [
        np.array([c.front(-0.8, 0.4 + k * 0.06), c.front(0.0, 0.46 + k * 0.06), c.front(0.8, 0.38 + k * 0.07)]) for k in range(3)
    ]
    marks = (Mark(strokes(*drape), width=0.7), upper.neck_band(c, None, c.garment.neckline))
    return [*_gown(c, flare=0.42, count=7, reach=1.0, ease=0.02, marks=marks, band=band), *upper.sleeves(c, loose=-0.1)]


def ball_gown(c: Cloth) -> list[Layer]:
    """A wide floor-length skirt with gathered swags in the second colour."""
    hip = c.figure.torso.half(0.92)
    over = c.trim if c.garment.second_rgb and c.garment.pattern is None else lighten(c.main, 0.35)
    marks = (upper.neck_band(c, over, c.garment.neckline),)
    found = _gown(c, flare=1.35, count=8, reach=1.0, ease=0.02, marks=marks)
    left, right = lower.skirt_sides(c, WAIST - 0.02, 1.0, 1.38)
    s = np.linspace(0.0, 0.4, 5)
    a, b = across(left, right, -1.02, s), across(left, right, 1.02, s)
    found.append(
        c.detail(c.z + 0.1, lower.skirt_path(a, b, 4, 0.12 * hip, 0.25 * hip), over, marks=lower.folds(c, a, b, 6, 0.2 * hip))
    )
    return [*found, *upper.sleeves(c, cuff=over)]


def cheongsam(c: Cloth) -> list[Layer]:
    f = c.figure.torso
    reach = _reach(c)
    trim = c.trim if c.garment.pattern is None else c.contrast
    flap = np.array([f.front(0.0, 0.05), f.front(0.3, 0.18), f.front(0.8, 0.27)])
    knots = np.array([f.front(0.05, 0.06), f.front(0.32, 0.18), f.front(0.72, 0.26)])
    marks = (Mark(strokes(flap), colour=trim, width=2.4), Mark(discs(knots, 0.05 * c.figure.body.shoulder), "fill", trim))
    found = _gown(c, style="plain", flare=0.05, reach=reach, ease=0.02, neck="high", marks=marks, trim=trim)
    left, right = lower.skirt_sides(c, WAIST - 0.03, reach, 0.05)
    slit = across(left, right, np.array([0.72, 0.78, 0.8]), np.array([0.55, 0.8, 1.05]))
    found[0].marks.append(Mark(strokes(slit), colour=trim, width=2.2))
    return [
        *found,
        *upper.stand_collar(c, trim, c.z + 1, 0.75),
        *upper.sleeves(c, cuff=trim if c.garment.sleeve == "short" else None, cuff_size=0.04),
    ]


def kimono(c: Cloth) -> list[Layer]:
    """Straight to the ankles, crossed collar, hanging sleeves, a wide obi with its cord."""
    f, hip = c.figure.torso, c.figure.torso.half(0.92)
    obi = c.contrast
    reach = 0.97 if c.garment.length == "long" else 0.84
    found = lower.skirt(c, style="plain", reach=reach, flare=0.16, v=0.5, band=False)
    left, right = lower.skirt_sides(c, 0.5, reach, 0.16)
    found[0].marks.append(Mark(strokes(across(left, right, np.array([0.15, 0.25, 0.42]), np.array([0.0, 0.5, 1.05]))), width=1.2))
    found.append(upper.bodice(c, 0.62, ease=0.08, neck="v", z=c.z + 0.1, folds=True))
    found += upper.crossed_collar(c, lighten(c.main, 0.55) if luminance(c.main) < 0.7 else darken(c.main, 0.25), c.z + 0.2, 0.5)
    found.append(lower.waistband(c, 0.6, obi, c.z + 0.4, 0.2, 0.12))
    cord = np.array([f.at(u, 0.6) for u in (-1.05, -0.5, 0, 0.5, 1.05)]) + [0, 0.03 * hip]
    found[-1].marks.append(Mark(strokes(cord), colour=c.main, width=2.6))
    if c.rng.random() < 0.5:  # the bow of the obi shows behind the waist
        x, y = f.at(0, 0.55)
        found.append(c.detail(Z.COAT_BACK, upper.bow(x, y, 2.0 * f.half(0.6), tails=0.0)[0], obi))
    return [*found, *upper.sleeves(c, kind="wide", loose=0.25)]


def robe(c: Cloth) -> list[Layer]:
    f = c.figure.torso
    trim = c.trim
    found = _gown(c, flare=0.6, count=6, reach=0.98, ease=0.14, neck=c.garment.neckline, trim=trim)
    seam = np.array([f.front(0, v) for v in np.linspace(0.12, 1.0, 6)])
    low = np.array([[f.front(0, 1.0)[0], c.figure.floor]])
    for layer in (found[0], found[1]):
        layer.marks.append(Mark(strokes(np.concatenate([seam, low])), colour=trim, width=3.2))
    found.append(lower.waistband(c, 0.64, darken(trim, 0.25), c.z + 0.5, 0.06, 0.14))
    collar = (
        upper.stand_collar(c, trim, c.z + 1, 0.7)
        if c.garment.neckline == "high"
        else [*upper.lapels(c, trim, c.z + 1, 0.3, 0.05, notch=False)]
    )
    return [*found, *collar, *upper.sleeves(c, kind="wide", loose=0.35, cuff=trim, cuff_size=0.05)]


def overalls(c: Cloth) -> list[Layer]:
    f, t1 = c.figure.torso, {"long": 0.96, "knee": 0.52, "short": 0.26}[c.garment.length]
    found = lower.trousers(c, t1=t1, ease=0.2, v=0.56, cuff=lighten(c.main, 0.25), seams=False)
    bib = shape(
        f.front(-0.5, 0.3), f.front(0.5, 0.3), f.front(0.62, 0.6), f.at(0.98, 0.62), f.at(-0.98, 0.62), f.front(-0.62, 0.6)
    )
    pocket = np.array([f.front(u, v) for u, v in ((-0.25, 0.4), (0.25, 0.4), (0.22, 0.53), (-0.22, 0.53), (-0.25, 0.4))])
    found.append(c.piece(c.z + 0.2, bib, marks=[Mark(strokes(pocket), width=0.9)]))
    for sign in (-1, 1):
        strap = shape(f.at(sign * 0.8, 0.0), f.at(sign * 0.58, 0.01), f.front(sign * 0.3, 0.34), f.front(sign * 0.48, 0.34))
        buckle = Mark(
            discs(np.array([f.front(sign * 0.39, 0.33)]), 0.06 * c.figure.body.shoulder), "fill", (224, 196, 110), clip=False
        )
        found.append(c.detail(c.z + 0.3, strap, darken(c.main, 0.12), marks=[buckle]))
    return found


def jumpsuit(c: Cloth) -> list[Layer]:
    front = c.figure.torso.front
    zip_ = np.array([front(0, v) for v in (0.1, 0.4, 0.7, 0.98)])
    pockets = [
        np.array([front(s * 0.3, 0.36), front(s * 0.6, 0.36), front(s * 0.58, 0.46), front(s * 0.32, 0.46), front(s * 0.3, 0.36)])
        for s in (-1, 1)
    ]
    marks = (Mark(strokes(zip_), colour=c.contrast, width=1.6), Mark(strokes(*pockets), width=0.8))
    found = [
        *lower.trousers(c, t1=0.96, ease=0.2, v=0.58, seams=False),
        upper.bodice(c, 0.68, ease=0.1, z=c.z + 0.1, marks=marks),
    ]
    found.append(lower.waistband(c, 0.65, c.trim, c.z + 0.4, 0.06, 0.08))
    return [
        *found,
        *upper.sleeves(c, loose=0.2, cuff=darken(c.main, 0.15)),
        *upper.shirt_collar(c, darken(c.main, 0.12), c.z + 1),
    ]


def pinafore(c: Cloth) -> list[Layer]:
    f = c.figure.torso
    w = c.figure.body.shoulder
    skirt = lower.skirt(c, style="pleats", reach=_reach(c), flare=0.42, count=8, v=WAIST - 0.04, band=False)
    path = f.outline(0.03, WAIST, 0.04 * w, 0.0, 0.04 * w, f.neckline("square", 0.62, 0.3))
    rim = Mark(trace(f.neckline("square", 0.62, 0.3), closed=False), colour=c.trim, width=1.6)
    spots = np.array([f.front(s * 0.25, v) for v in (0.4, 0.52) for s in (-1, 1)])
    body = c.piece(c.z + 0.2, path, marks=[rim, Mark(discs(spots, 0.05 * w), "fill", c.contrast)])
    return [*skirt, body, lower.waistband(c, WAIST + 0.01, darken(c.main, 0.2), c.z + 0.4, 0.06, 0.04)]


def tracksuit(c: Cloth) -> list[Layer]:
    front = c.figure.torso.front
    zip_ = np.array([front(0, v) for v in (0.06, 0.4, 0.7, 1.02)])
    marks = (Mark(strokes(zip_), colour=c.trim, width=1.6), upper.ribbing(c, 1.0, 0.12))
    found = lower.trousers(c, t1=0.95, ease=0.22, stripe=c.trim, cuff=darken(c.main, 0.15), seams=False)
    found.append(upper.bodice(c, 1.0, ease=0.12, neck="high", z=c.z + 0.1, marks=marks))
    return [
        *found,
        *upper.sleeves(c, loose=0.25, stripe=True, cuff=darken(c.main, 0.15), cuff_size=0.05),
        *upper.stand_collar(c, c.trim, c.z + 1, 0.7),
    ]


def plate_armor(c: Cloth) -> list[Layer]:
    """Breastplate, pauldrons, vambraces, tassets and greaves over padding of a darker shade."""
    w, f = c.figure.body.shoulder, c.figure.torso
    padding = darken(c.main, 0.3)
    trim = c.trim
    found = lower.trousers(c, t1=0.96, ease=0.04, seams=False, colour=padding)
    arms = upper.sleeves(c, kind="long", loose=-0.1)
    for layer in arms:
        layer.colour = padding
    found += arms
    thigh, h = c.figure.body.thigh_half, c.figure.body.arm_half
    for side, sign in zip(SIDES, (-1, 1), strict=True):
        leg, arm = c.figure.legs[side], c.figure.arms[side]
        for t0, t1 in ((0.12, 0.4), (0.56, 0.93)):
            rim = Mark(leg.ring(t1 - 0.02, 0.14 * thigh), colour=trim, width=2.4)
            found.append(c.piece(leg.z + SLEEVE + 0.3, leg.outline(t0, t1, 0.16 * thigh), marks=[rim]))
        knee = trace(np.array([leg.point(0.5)]) + thigh * 0.62 * np.array([(0, -1.1), (0.9, 0), (0, 1.1), (-0.9, 0)]))
        found.append(c.detail(leg.z + SLEEVE + 0.4, knee, trim))
        found.append(
            c.piece(
                arm.z + c.sleeve_z + 0.2,
                arm.outline(0.54, 0.92, 0.3 * h),
                marks=[Mark(arm.ring(0.9, 0.3 * h), colour=trim, width=2.4)],
            )
        )
        x, y = arm.point(0.06)
        pad = trace(
            np.array(
                [
                    (x + sign * a * w, y + b * w)
                    for a, b in ((-0.32, -0.14), (0.0, -0.36), (0.38, -0.12), (0.4, 0.34), (0.05, 0.4), (-0.24, 0.22))
                ]
            )
        )
        ridge = strokes(
            np.array([(x - sign * 0.25 * w, y + 0.1 * w), (x + sign * 0.1 * w, y + 0.22 * w), (x + sign * 0.4 * w, y + 0.14 * w)])
        )
        found.append(c.piece(arm.z + c.sleeve_z + 0.4, pad, marks=[Mark(ridge, colour=trim, width=2.4)]))
        tasset = shape(
            f.at(sign * 1.1, 0.74),
            f.front(sign * 0.05, 0.74),
            f.front(sign * 0.12, 1.02),
            f.at(sign * 0.6, 1.2),
            f.at(sign * 1.25, 1.1),
        )
        found.append(
            c.piece(
                c.z + 1, tasset, marks=[Mark(strokes(np.array([f.at(sign * 1.2, 0.95), f.front(sign * 0.1, 0.95)])), width=1.0)]
            )
        )
    chest = [np.array([f.front(-0.9, v), f.front(0, v + 0.05), f.front(0.9, v)]) for v in (0.5, 0.63)]
    breast = np.array([f.front(0, v) for v in (0.08, 0.3, 0.7)])
    shine = shape(f.front(-0.55, 0.16), f.front(-0.38, 0.15), f.front(-0.28, 0.4), f.front(-0.5, 0.42))
    rim = upper.neck_band(c, trim, "round")
    body = upper.bodice(
        c,
        0.76,
        ease=0.08,
        neck="round",
        z=c.z + 1.2,
        marks=(Mark(strokes(breast, *chest), width=1.0), Mark(shine, "light", strength=0.45), rim),
        folds=False,
    )
    return [
        *found,
        body,
        lower.waistband(c, 0.73, darken(trim, 0.3), c.z + 1.4, 0.06, 0.1),
        *upper.stand_collar(c, padding, c.z + 0.9, 0.8),
    ]


def sweater_dress(c: Cloth) -> list[Layer]:
    reach = _reach(c)
    found = lower.skirt(c, style="plain", reach=reach, flare=0.1, v=0.58, band=False)
    left, right = lower.skirt_sides(c, 0.58, reach, 0.1)
    rib = across(left, right, np.linspace(-0.9, 0.9, 12), 0.93), across(left, right, np.linspace(-0.9, 0.9, 12), 1.02)
    found[0].marks += [
        lower.hem_band(left, right, darken(c.main, 0.2), 0.92, 1.0),
        Mark(strokes(*[np.stack([p, q + [0, 0.1]]) for p, q in zip(*rib, strict=True)]), width=0.6),
    ]
    body = upper.bodice(c, 0.66, ease=0.1, neck="high" if c.garment.neckline == "high" else None, z=c.z + 0.1)
    body.line = 0.0
    w = c.figure.body.shoulder
    left, right = c.figure.torso.sides(0.015, 0.66, 0.1 * w)
    body.edge, body.line = _two(left, right), 1.0
    collar = upper.stand_collar(c, darken(c.main, 0.08), c.z + 1, ribs=True) if c.garment.neckline == "high" else []
    return [*found, body, *collar, *upper.sleeves(c, loose=0.25, cuff=darken(c.main, 0.12))]


def _two(left: Points, right: Points) -> Path:
    """Both side lines in one path, without the borders between them."""
    path = trace(left, closed=False)
    path.add_path(trace(right, closed=False))
    return path


def coat_dress(c: Cloth) -> list[Layer]:
    """A military dress: double row of buttons, belt, stand collar."""
    f, w = c.figure.torso, c.figure.body.shoulder
    spots = np.array([f.front(s * 0.3, v) for v in (0.2, 0.32, 0.44, 0.54) for s in (-1, 1)])
    seam = np.array([f.front(0.06, v) for v in (0.06, 0.3, 0.62)])
    shoulders = [np.array([f.at(s * 0.95, 0.06), f.at(s * 0.7, 0.03)]) for s in (-1, 1)]
    marks = (
        Mark(strokes(seam), width=0.9),
        Mark(discs(spots, 0.06 * w), "fill", c.contrast),
        Mark(strokes(*shoulders), colour=c.contrast, width=4.0),
    )
    found = _gown(c, flare=0.5, count=6, neck="high", marks=marks)
    found.append(lower.waistband(c, WAIST + 0.02, darken(c.main, 0.5), c.z + 0.5, 0.07, 0.05))
    return [*found, *upper.stand_collar(c, c.contrast, c.z + 1, 0.7), *upper.sleeves(c, cuff=c.contrast, cuff_size=0.06)]


ONEPIECES: dict[str, Draw] = {
    "sundress": sundress,
    "dress": dress,
    "sailor dress": sailor_dress,
    "maid dress": maid_dress,
    "gothic dress": gothic_dress,
    "evening gown": evening_gown,
    "ball gown": ball_gown,
    "cheongsam": cheongsam,
    "kimono": kimono,
    "yukata": kimono,
    "robe": robe,
    "overalls": overalls,
    "overall shorts": overalls,
    "jumpsuit": jumpsuit,
    "pinafore dress": pinafore,
    "tracksuit": tracksuit,
    "plate armor": plate_armor,
    "sweater dress": sweater_dress,
    "coat dress": coat_dress,
}
