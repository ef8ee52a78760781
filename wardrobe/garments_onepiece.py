"""How each dress, robe, suit and armour is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import folds, lower, skirts, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import Layer, Mark
from wardrobe.cloth import WHITE, Cloth, across, discs, shape, strokes
from wardrobe.garments_festive import ruffle
from wardrobe.garments_top import (
    cut,
    necked,
    sailor_collar,
    sleeveless,
)
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.shading import Tube
from wardrobe.straps import on_shoulder, pair, share_of, strap, yoke
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
        "v": [(1.0, 0.028), (0.46, 0.13), (0.0, 0.34)],
        "square": [(1.0, 0.028), (0.48, 0.2), (0.0, 0.2)],
        "round": [(1.0, 0.028), (0.48, 0.14), (0.44, 0.185), (0.34, 0.217), (0.18, 0.235), (0.0, 0.24)],
    }
    slope, out = (_level(c, share) for share in (0.46, 0.62))
    neck = [(1.0, slope), *necks[c.garment.neckline][1:]]
    return sleeveless(c, WAIST + 0.02, neck, (0.67, out), marks=marks, rim=rim, dip=dip)


def _level(c: Cloth, share: float) -> float:
    """v of the shoulder's line this far from the neck's middle. share: of the shoulder's half-width."""
    torso = c.figure.torso
    return (on_shoulder(c, 1, share)[1] - torso.at(1, 0.0)[1]) / torso.length


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
    s = np.linspace(0.02, 0.66, 12)
    wide = 0.52 + 0.26 * (s / 0.66) ** 0.6
    wide[-4:] *= [0.99, 0.94, 0.8, 0.0]
    drop = np.interp(s, [0.02, 0.66], [0.0, 0.14 * hip])
    a, b = (across(left, right, k * wide, s) + np.stack([0 * s, drop], 1) for k in (-1, 1))
    round_ = spline(np.concatenate([a, b[-2::-1]]), 60)
    lines = lower.folds(c, a[:9], b[:9], 3, 0.06 * hip)
    found.append(c.detail(c.z + 0.5, polygon(round_), apron, marks=lines, tube=Tube(a[:9], b[:9], front=1.1)))
    found.append(ruffle(c, round_, 0.2 * hip, apron, c.z + 0.45))
    top, waist = spline(np.array([f.front(u, v) for u, v in ((-0.42, 0.25), (0.0, 0.22), (0.42, 0.25))]), 9), f.front
    bib = polygon(np.concatenate([top, [waist(0.34, WAIST)], [waist(-0.34, WAIST)]]))
    hem = Mark(trace(top + [0.0, 0.03 * f.length], closed=False), width=0.6, strength=0.7)
    found.append(c.detail(c.z + 0.6, bib, apron, marks=[hem]))
    w, over = c.figure.body.shoulder, c.over_sleeves(c.z + 0.7)
    for sign in (-1, 1):
        found.append(strap(c, sign, 0.0, 0.0, apron, c.z + 0.75, 0.08, 0.56, f.front(sign * 0.37, 0.27)))
        shoulder, low = np.array(on_shoulder(c, sign, 0.62)), f.front(sign * 0.36, WAIST)
        edge = spline(np.array([shoulder - [0.0, 0.03 * w], f.front(sign * 0.47, 0.26), low]), 24)
        found.append(ruffle(c, edge, -sign * 0.27 * w, apron, over))
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
        found += upper.stand_collar(c, frill, c.z + 1, 0.7, frill=True)
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


def robe(c: Cloth) -> list[Layer]:
    f = c.figure.torso
    trim = c.trim
    found = _gown(c, flare=0.6, count=6, reach=0.98, ease=0.14, neck=c.garment.neckline, trim=trim)
    half = np.array([0.085 * c.figure.body.shoulder, 0.0])
    line = np.array([*[f.front(0, v) for v in np.linspace(0.0, 1.0, 9)], (f.front(0, 1.0)[0], c.figure.floor)])
    border = polygon(np.concatenate([line - half, (line + half)[::-1]]))  # from beneath the collar down to the hem
    for layer in (found[0], found[1]):
        layer.marks += [Mark(border, "fill", trim), Mark(border, width=0.6)]
    found.append(lower.waistband(c, 0.64, darken(trim, 0.25), c.z + 0.5, 0.06, 0.14))
    collar = (
        upper.stand_collar(c, trim, c.z + 1, 0.7)
        if c.garment.neckline == "high"
        else [*upper.lapels(c, trim, c.z + 1, 0.3, 0.05, notch=False)]
    )
    return [*found, *collar, *upper.sleeves(c, kind="wide", loose=0.35, cuff=trim, cuff_size=0.05)]


def overalls(c: Cloth) -> list[Layer]:
    f, t1 = c.figure.torso, {"long": 0.96, "knee": 0.52, "short": 0.26}[c.garment.length]
    high, v, w = (0.2, 0.68, c.figure.body.shoulder) if c.figure.body.heads < 4.5 else (0.26, 0.62, c.figure.body.shoulder)
    found = lower.trousers(c, t1=t1, ease=0.2, v=v - 0.04, cuff=lighten(c.main, 0.25), seams=False)
    share = min(0.5, share_of(c, 0.085))
    wide = min(0.71, (share + 0.17) * w / f.half(high))  # between the arms, which on a short body stand close
    rows = [[f.at(s * wide, high), f.at(s * wide, high + 0.1), f.at(s * 0.86, 0.8 * v), f.at(s, v)] for s in (-1, 1)]
    sides = [spline(np.array(row), 40) + [s * 0.03 * w, 0.0] for s, row in zip((-1, 1), rows, strict=True)]
    low = np.array([f.front(u, v) for u in (0.5, 0.0, -0.5)]) + [0.0, 0.04 * w]
    at = np.array([0.32, 0.42, 0.74, 0.64]) * (v - high) + high
    mouth, lip, end, corner = (f.front(u, y) for u, y in zip((0.28, 0.28, 0.0, 0.26), at.tolist(), strict=True))
    pocket = np.array([mouth, corner, end, f.front(-0.26, at[3]), f.front(-0.28, at[0]), mouth, lip, f.front(-0.28, at[1])])
    rims = [tailor.beside(side, k * 0.05 * w) for side, k in zip(sides, (-1, 1), strict=True)]
    top = np.array([sides[0][0], sides[1][0]]) + [0.0, 0.06 * w]
    stitched = tailor.topstitch(c, *rims, top, np.concatenate([low[::-1] - [0.0, 0.12 * w]]))
    bib = polygon(np.concatenate([sides[0][::-1], sides[1], low]))
    front = c.piece(c.z + 0.2, bib, marks=[Mark(strokes(pocket), width=0.9), stitched])
    found += [front, *yoke(c, front, np.array([sides[1][0], sides[0][0]]), wide * f.half(high) / w)]
    for sign in (-1, 1):
        x, y = foot = f.at(sign * (wide * f.half(high) - 0.13 * w) / f.half(high), high + 0.02)
        found.append(strap(c, sign, 0.0, 0.0, darken(c.main, 0.12), c.z + 0.3, 0.085, share, foot))
        button = tailor.buttons(c, [(x, y + 0.07 * w)], tailor.BRASS, 0.07)
        clasp = shape(*[(x + a * w, y + b * w) for a, b in ((-0.11, -0.08), (0.11, -0.08), (0.11, 0.02), (-0.11, 0.02))])
        buckle = c.detail(c.over_sleeves(c.z + 0.4), clasp, tailor.BRASS, marks=button, shading=0.2, line=0.8)
        for mark in button:
            mark.clip = False
        found.append(buckle)
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
    if (share := share_of(c, 0.1)) > 0.5:
        neck = [(0.8, 0.025), (0.56, 0.14), (0.54, 0.29), (0.0, 0.29)]
        body = sleeveless(c, WAIST, neck, (0.84, 0.075), marks=marks, rim=c.trim)
    else:  # arms that stand close leave a short body no broad straps
        left, right = c.figure.torso.sides(0.27, WAIST, 0.04 * w)
        border = np.array([c.figure.torso.at(u, 0.27) for u in (1.0, 0.0, -1.0)])
        rim = Mark(strokes(border), width=2.2, colour=c.trim)
        front = c.piece(
            c.z + 0.2, polygon(np.concatenate([left, right[::-1], border])), marks=[upper.torso_folds(c, WAIST), *marks, rim]
        )
        body = [front, *yoke(c, front, border, share + 0.12), *pair(c, border, c.main, c.z + 0.3, 0.11, sink=0.0)]
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
    "robe": robe,
    "overalls": overalls,
    "overall shorts": overalls,
    "jumpsuit": jumpsuit,
    "pinafore dress": pinafore,
    "tracksuit": tracksuit,
    "sweater dress": sweater_dress,
    "coat dress": coat_dress,
}
