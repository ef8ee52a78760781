"""How each dress, robe, suit and armour is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import folds, lower, skirts, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import SLEEVE, Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, across, discs, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.garments_top import (
    cuirass,
    cut,
    necked,
    padding,
    pauldrons,
    plated,
    polygon_line,
    quilted_sleeves,
    sailor_collar,
    sleeveless,
)
from wardrobe.geometry import Points, polygon, spline, trace
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
    body: list[Layer] | None = None,
) -> list[Layer]:
    """Bodice, skirt and waist of a dress; marks are the bodice's. body: another bodice."""
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
    if body is None:
        body = [upper.bodice(c, WAIST + 0.02, ease=ease, neck=neck, hem=0.05, z=c.z + 0.2, marks=marks)]
    found = [skirt[0], *body, *skirt[1:]]
    if band is not None:
        found.append(lower.waistband(c, WAIST + 0.02, band, c.z + 0.4, 0.07, 0.04))
    return found


def _strapped(c: Cloth, *, dip: float = 0.05, marks: tuple[Mark, ...] = (), rim: RGB | None = None) -> list[Layer]:
    """A fitted bodice on narrow straps, cut as its neckline says."""
    necks = {
        "v": [(1.0, 0.028), (0.6, 0.13), (0.0, 0.34)],
        "square": [(1.0, 0.028), (0.58, 0.2), (0.0, 0.2)],
        "round": [(1.0, 0.028), (0.6, 0.16), (0.5, 0.195), (0.36, 0.22), (0.18, 0.235), (0.0, 0.24)],
    }
    neck = necks[c.garment.neckline]
    return sleeveless(c, WAIST + 0.02, neck, (0.72, 0.045), marks=marks, rim=rim, dip=dip)


def sundress(c: Cloth) -> list[Layer]:
    return [*_gown(c, flare=0.65, body=_strapped(c)), lower.waistband(c, WAIST + 0.02, c.trim, c.z + 0.4, 0.03, 0.04)]


def dress(c: Cloth) -> list[Layer]:
    body = [necked(c, WAIST + 0.02, ease=0.04, z=c.z + 0.2)]
    trim = c.trim if c.garment.second_rgb and c.garment.pattern is None else None
    style = "pleats" if c.rng.random() < 0.35 else "folds"
    return [
        *_gown(c, style=style, flare=0.5, count=8, body=body, trim=trim, band=trim or darken(c.main, 0.2)),
        *upper.sleeves(c),
    ]


def sailor_dress(c: Cloth) -> list[Layer]:
    found = _gown(c, style="pleats", flare=0.42, count=9, neck="v", trim=c.trim)
    return [*found, *upper.sleeves(c, cuff=c.trim, cuff_size=0.05), *sailor_collar(c, c.z + 1)]


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
    found.append(necked(c, WAIST + 0.02, ease=0.03, z=c.z + 0.2, marks=marks))
    found.append(lower.waistband(c, WAIST + 0.01, frill, c.z + 0.4, 0.05, 0.04))
    if c.garment.neckline == "high":
        found += upper.stand_collar(c, frill, c.z + 1, 0.7)
    return [*found, *upper.sleeves(c, cuff=frill, cuff_size=0.06)]


def evening_gown(c: Cloth) -> list[Layer]:
    band = c.trim if c.garment.second_rgb else darken(c.main, 0.2)
    drape = [
        np.array([c.front(-0.8, 0.4 + k * 0.06), c.front(0.0, 0.46 + k * 0.06), c.front(0.8, 0.38 + k * 0.07)]) for k in range(3)
    ]
    drapes = Mark(strokes(*drape), width=0.7)
    sleeved = [necked(c, WAIST + 0.02, ease=0.02, z=c.z + 0.2, marks=(drapes,))]
    body = _strapped(c, marks=(drapes,)) if c.garment.sleeve == "none" else sleeved
    found = _gown(c, flare=0.42, count=7, reach=1.0, band=band, body=body)
    return [*found, *upper.sleeves(c, loose=-0.1)]


def ball_gown(c: Cloth) -> list[Layer]:
    """A fitted bodice with a pointed waist over a great bell skirt, parted swags in the second colour at its sides."""
    hip = c.figure.torso.half(0.92)
    over = c.trim if c.garment.second_rgb and c.garment.pattern is None else lighten(c.main, 0.35)
    left, right = lower.skirt_sides(c, WAIST - 0.02, 1.0, 0.0)
    bell = np.stack([1.8 * hip * np.sin(np.pi / 2 * np.linspace(0, 1, len(left)) ** 0.75), np.zeros(len(left))], 1)
    left, right = left - bell, right + bell
    lobes = skirts.lobes_of(c, 9)
    marks = [skirts.valleys(c, left, right, lobes[1:-1], 0.25 * hip), skirts.gathered(c, left, right, 8)]
    low = skirts.hanging_hem(left, right, lobes, 0.25 * hip, 0.14 * hip, 0.95)
    marks.append(Mark(trace(low, closed=False), colour=over, width=3.0))
    path = skirts.hanging_path(left, right, lobes, 0.25 * hip, 0.14 * hip)
    found = [c.piece(c.z, path, marks=marks, tube=Tube(left, right, front=1.1))]
    seams = Mark(folds.lines(*[cut(c, (k * 0.5, 0.22), (k * 0.42, 0.45), (k * 0.28, 0.7)) for k in (-1, 1)]), width=0.6)
    s = np.linspace(0.0, 1.0, 12)
    for sign in (-1, 1):
        edge = across(left, right, sign * (0.05 + 0.62 * s**1.5), 0.62 * s)
        hem = across(left, right, sign * np.linspace(0.67, 1.02, 13), 0.62 - 0.1 * s[-1] * np.linspace(0, 1, 13))
        hem[:, 1] += 0.1 * hip * np.abs(np.sin(np.linspace(0, 2 * np.pi, 13)))
        side = across(left, right, sign * 1.02, 0.5 * s[::-1])
        swags = [across(left, right, sign * np.array([0.2, 0.55, 1.0]), np.array([b, b + 0.14, b])) for b in (0.16, 0.3)]
        swag = c.detail(c.z + 0.1, polygon(np.concatenate([edge, hem, side])), over, marks=[Mark(strokes(*swags), width=0.8)])
        found.append(swag)
    return [*found, *_strapped(c, dip=0.5, rim=over, marks=(seams,)), *upper.sleeves(c, cuff=over)]


def cheongsam(c: Cloth) -> list[Layer]:
    """Smooth from the shoulders to the hem, a split stand collar, a slanting closure with frogs, a side slit."""
    w, torso = c.figure.body.shoulder, c.figure.torso
    trim = c.trim if c.garment.pattern is None else darken(c.main, 0.55)
    front = tailor.hang(c, tailor.level(c, lower.REACH[c.garment.length]), 0.02, -0.02)
    back = tailor.lining(c, front, Z.COAT_BACK, 0.9)
    open_ = np.clip((front.v - 1.06) / max(front.end - 1.06, 0.1), 0, 1) ** 0.7
    right = front.right - np.stack([open_ * 0.3 * (front.right - front.left)[:, 0], np.zeros(len(open_))], 1)
    hem = np.stack([front.left[-1], (front.left[-1] + right[-1]) / 2 + [0, 0.06 * w], right[-1]])
    neck = torso.neckline("round", 0.9, 0.03)
    low = spline(hem, 9)
    path = polygon(np.concatenate([front.left[:-1], low, right[:-1][::-1], neck]))
    slit = np.concatenate([low, right[front.v > 0.9][::-1]])
    flap = spline(cut(c, (0.0, 0.05), (0.2, 0.15), (0.55, 0.19), (0.98, 0.29)), 16)
    seams = [spline(cut(c, (s * 0.86, 0.22), (s * 0.52, 0.42), (s * 0.44, 0.64), (s * 0.5, 0.98)), 14) for s in (-1, 1)]
    pulls = [[(s * 0.98, 0.62), (s * 0.7, 0.66), (s * 0.45, 0.655)] for s in (-1, 1)]
    marks = [
        *folds.bust(c),
        folds.folds(*folds.on_front(c, pulls), depth=0.05 * w, width=0.5),
        Mark(folds.lines(*seams), width=0.5, strength=0.45),
        Mark(trace(flap, closed=False), colour=trim, width=2.6),
        Mark(trace(slit, closed=False), colour=trim, width=4.0),
    ]
    body = c.piece(c.z, path, marks=marks, tube=Tube(front.left, front.right, front=upper.BARREL))
    found = [back, body, *_split_collar(c, trim, c.z + 1)]
    for at in (1, 6, 11):  # frogs: a knot, and a loop to each side across the edge
        (x, y), along = flap[at], flap[at + 1] - flap[at - 1]
        across_ = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6) * 0.13 * w
        loops = strokes(np.stack([flap[at] - across_, flap[at] + across_]))
        knot = c.detail(c.over_sleeves(c.z + 1.2), Path.circle(float(x), float(y), 0.05 * w), trim, shading=0.2)
        knot.marks.append(Mark(loops, colour=trim, width=3.4, clip=False))
        found.append(knot)
    return [*found, *upper.sleeves(c, cuff=trim if c.garment.sleeve == "short" else None, cuff_size=0.04)]


def _split_collar(c: Cloth, trim: RGB, z: float) -> list[Layer]:
    """A stand collar of the dress's own cloth: two leaves with rounded tips that part at the throat."""
    n, (x, y), head = c.figure.body.neck_half, c.figure.torso.at(0, 0.0), c.figure.head.centre[0]
    top, lean = y - 0.13, (head - x) * 0.25
    found = []
    for sign in (-1, 1):
        rim = [(1.02 * n, top), (0.6 * n, top + 0.32 * n), (0.2 * n, top + 0.42 * n), (0.04 * n, top + 0.75 * n)]
        rim_line = spline(np.array([(x + lean + sign * a, b) for a, b in rim]), 12)
        base = [(0.0, y + 0.85 * n), (0.7 * n, y + 0.55 * n), (1.3 * n, y + 0.02)]
        foot = spline(np.array([(x + sign * a, b) for a, b in base]), 8)
        edge = trace(np.concatenate([rim_line, foot[:1]]), closed=False)
        found.append(
            c.piece(z, polygon(np.concatenate([rim_line, foot])), marks=[Mark(edge, colour=trim, width=2.8)], shading=0.3)
        )
    return found


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
    w = c.figure.body.shoulder
    skirt = lower.skirt(c, style="pleats", reach=_reach(c), flare=0.42, count=8, v=WAIST - 0.04, band=False)
    spots = cut(c, *[(s * 0.3, v) for v in (0.38, 0.5) for s in (-1, 1)])
    marks = [Mark(discs(spots, 0.05 * w), "fill", c.contrast), Mark(discs(spots, 0.05 * w), width=0.5)]
    neck = [(0.8, 0.025), (0.56, 0.14), (0.54, 0.29), (0.0, 0.29)]
    body = sleeveless(c, WAIST, neck, (0.84, 0.075), marks=marks, rim=c.trim)
    return [*skirt, *body, lower.waistband(c, WAIST + 0.01, darken(c.main, 0.2), c.z + 0.4, 0.06, 0.04)]


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
    """Cuirass, pauldrons, arm and leg plates, tassets, over padding of another shade."""
    front = tailor.hang(c, 1.25, 0.12, 0.15)
    found = lower.trousers(c, t1=0.96, ease=0.04, seams=False, colour=padding(c))
    for layer in found:
        layer.gloss = 0.0
    found += quilted_sleeves(c, "long")
    for side, sign in zip(SIDES, (-1, 1), strict=True):
        leg, arm = c.figure.legs[side], c.figure.arms[side]
        found += [plated(c, leg.z + SLEEVE + 0.3, leg, t0, t1, 0.16) for t0, t1 in ((0.14, 0.42), (0.56, 0.94))]
        found.append(plated(c, leg.z + SLEEVE + 0.4, leg, 0.43, 0.58, 0.28))
        found += [plated(c, arm.z + c.sleeve_z + 0.2, arm, t0, t1, 0.3) for t0, t1 in ((0.32, 0.44), (0.58, 0.94))]
        found.append(plated(c, arm.z + c.sleeve_z + 0.25, arm, 0.44, 0.57, 0.45))
        corners = ((1.0, 0.84), (0.1, 0.84), (0.16, 1.1), (0.5, 1.2), (0.98, 1.12))
        tasset = np.array([front.at(sign * u, v) for u, v in corners])
        rim = tasset[[2, 3, 4]] * 0.93 + tasset.mean(0) * 0.07
        found.append(c.piece(c.z + 1, polygon(tasset), marks=[Mark(strokes(polygon_line(rim)), colour=c.trim, width=2.4)]))
    return [*found, *cuirass(c, c.z + 1.5, 0.92), *pauldrons(c, 0.4)]


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
    """A military dress: lapels, a double row of buttons and the overlap from the breast to the hem, belt, stand collar."""
    reach = _reach(c)
    found = _gown(c, flare=0.5, count=6, reach=reach, neck="high")
    front = tailor.hang(c, tailor.level(c, reach), 0.04, 0.45)
    seam = front.line((0.1, 0.34), (0.1, WAIST), (0.14, front.end + 0.05))
    spots = [front.at(s * 0.3, v) for v in (0.4, 0.52) for s in (-1, 1)]
    found[1].marks += [Mark(strokes(seam), width=1.1), *tailor.buttons(c, spots, radius=0.055)]
    levels = np.arange(0.76, front.end - 0.06, 0.16)
    found[0].marks.append(Mark(strokes(seam), width=1.2))
    found[0].marks += tailor.buttons(c, [front.at(s * (0.27 + 0.03 * v), v) for v in levels for s in (-1, 1)], radius=0.055)
    found += tailor.buckled_belt(c, WAIST + 0.02, darken(c.main, 0.5), c.z + 0.5, ease=0.06)
    found += tailor.turned_lapels(c, front, lighten(c.main, 0.14), c.z + 1.1, deep=0.34, wide=0.55, tip=0.17, open_=0.02)
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
