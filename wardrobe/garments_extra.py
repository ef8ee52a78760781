"""How legwear, footwear, handwear, neckwear and belts are drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import lower, upper
from wardrobe.canvas import GLOVE, LEGWEAR, SHOE, Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, limb_angle, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.geometry import trace
from wardrobe.path import Box, Path
from wardrobe.style import darken, lighten

Draw = Callable[[Cloth], list[Layer]]


def sock(c: Cloth, t0: float, *, band: bool = True, loose: float = 0.06, foot: bool = True) -> list[Layer]:
    w = c.figure.body.thigh_half
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        if foot:
            found.append(c.piece(leg.z + LEGWEAR, c.figure.foot(side, 0.01).path))
        folds = Mark(leg.ring(0.985, loose * w), width=0.7, strength=0.7)
        edge = leg.edge(t0, 1.0, loose * w) if t0 <= 0 else None
        found.append(
            c.piece(leg.z + LEGWEAR, leg.outline(t0, 1.0, loose * w), edge=edge, marks=[folds], angle=limb_angle(leg, 0.75))
        )
        if band:
            found.append(c.detail(leg.z + LEGWEAR + 0.1, leg.band(t0, 0.035, (loose + 0.03) * w), c.trim, shading=0.3))
    return found


def ankle_socks(c: Cloth) -> list[Layer]:
    return sock(c, 0.87, loose=0.08)


def knee_socks(c: Cloth) -> list[Layer]:
    return sock(c, 0.55 + 0.05 * float(c.rng.random()))


def thigh_highs(c: Cloth) -> list[Layer]:
    return sock(c, 0.27 + 0.08 * float(c.rng.random()), loose=0.03)


def tights(c: Cloth) -> list[Layer]:
    w = c.figure.body.thigh_half
    hips = c.piece(Z.BODY + 0.5, c.figure.torso.outline(0.7, 1.0, 0.03 * w, hem=0.1), line=0.0)
    return [*sock(c, 0.0, band=False, loose=0.02), hips]


def leg_warmers(c: Cloth) -> list[Layer]:
    w = c.figure.body.thigh_half
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        rings = Path()
        for t in np.arange(0.64, 0.97, 0.055):
            rings.add_path(leg.ring(float(t), 0.24 * w))
        found.append(
            c.piece(
                leg.z + SHOE + 0.3,
                leg.outline(0.57, 0.98, 0.16 * w, 0.18 * w),
                marks=[Mark(rings, width=0.6, strength=0.7)],
                angle=limb_angle(leg, 0.75),
            )
        )
    return found


def shoe(
    c: Cloth,
    *,
    shaft: float | None,
    sole: tuple[int, int, int],
    heel: float = 0.0,
    marks: bool = True,
    loose: float = 0.14,
    flare: float = 0.0,
    cuff: bool = False,
) -> list[Layer]:
    """shaft: t at which a boot's shaft begins, None for a shoe; loose, flare: its room, and how much more at the ankle, in
    half-widths of the thigh; sole: colour of the sole's stripe."""
    w = c.figure.body.thigh_half
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        part = c.figure.foot(side, 0.03, heel)
        box = part.path.bounds()
        details = [
            Mark(
                shape(
                    (box.left, box.bottom - 0.16 * box.height),
                    (box.right, box.bottom - 0.16 * box.height),
                    (box.right, box.bottom + 0.1),
                    (box.left, box.bottom + 0.1),
                ),
                "fill",
                sole,
            )
        ]
        if marks:
            details.append(Mark(_laces(c, side), colour=c.contrast if shaft is None else darken(c.main, 0.55), width=1.1))
        if shaft is not None:
            found.append(c.piece(leg.z + SHOE + 0.2, part.path, marks=details))
            creases = Mark(
                strokes(*[np.array([leg.point(t), (leg.point(t)[0] + 0.4 * w, leg.point(t)[1] + 0.03)]) for t in (0.9, 0.93)]),
                width=0.7,
            )
            found.append(c.piece(leg.z + SHOE + 0.3, leg.outline(shaft, 0.99, loose * w, flare * w, hem=0.3), marks=[creases]))
            if cuff:
                found.append(c.detail(leg.z + SHOE + 0.4, leg.band(shaft, 0.05, (loose + 0.06) * w), c.trim, shading=0.3))
        else:
            found.append(c.piece(leg.z + SHOE, part.path, marks=details))
    return found


def _laces(c: Cloth, side: str) -> Path:
    leg = c.figure.legs[side]
    x, y = leg.point(0.99)
    s, r = c.figure.body.foot, leg.width(1.0)
    tilt = (1 if side == "r" else -1) * c.figure.feet[SIDES.index(side)] * 0.12
    rows = [
        np.array([(x - 0.5 * r + tilt * k * s, y + (0.14 + 0.1 * k) * s), (x + 0.6 * r + tilt * k * s, y + (0.16 + 0.1 * k) * s)])
        for k in range(3)
    ]
    return strokes(*rows)


def shoes(c: Cloth) -> list[Layer]:
    return shoe(c, shaft=None, sole=darken(c.main, 0.6), marks=bool(c.garment.detail & 2))


def mary_janes(c: Cloth) -> list[Layer]:
    """Low shoes, skin or sock at the instep, one strap."""
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        part = c.figure.foot(side, 0.03)
        box = part.path.bounds()
        cut = box.top + 0.36 * box.height
        low = Path()
        low.add_rect(Box(box.left - 1, cut, box.right + 1, box.bottom + 1))
        x, y = leg.point(0.98)
        strap = shape((x - 0.2, y + 0.05), (x + 0.2, y + 0.05), (x + 0.2, y + 0.1), (x - 0.2, y + 0.1))
        found.append(c.piece(leg.z + SHOE, part.path, clip=low, marks=[Mark(part.lines[0], width=0.7)]))
        found.append(c.piece(leg.z + SHOE + 0.1, strap, clip=part.path))
    return found


def sneakers(c: Cloth) -> list[Layer]:
    return shoe(c, shaft=None, sole=c.trim if c.garment.second_rgb else WHITE, marks=True)


def boots(c: Cloth) -> list[Layer]:
    return shoe(c, shaft=0.8, sole=darken(c.main, 0.6), marks=True)


def knee_boots(c: Cloth) -> list[Layer]:
    return shoe(c, shaft=0.56, sole=darken(c.main, 0.6), heel=0.04, marks=False, cuff=True)


def sandals(c: Cloth) -> list[Layer]:
    """A sole and two straps over the bare foot."""
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        part = c.figure.foot(side, 0.02)
        box = part.path.bounds()
        sole, bars = Path(), Path()
        sole.add_rect(Box(box.left - 1, box.bottom - 0.2 * box.height, box.right + 1, box.bottom + 1))
        for f in (0.02, 0.42, 0.62):
            y = box.top + f * box.height
            bars.add_rect(Box(box.left - 1, y, box.right + 1, y + 0.13 * box.height))
        found.append(c.piece(leg.z + SHOE, part.path, clip=sole, line=1.2))
        found.append(c.piece(leg.z + SHOE + 0.1, bars, clip=part.path))
    return found


def heels(c: Cloth) -> list[Layer]:
    """Pumps: a low-cut shoe with a thin heel."""
    found = []
    s = c.figure.body.foot
    for side in SIDES:
        leg = c.figure.legs[side]
        part = c.figure.foot(side, 0.02, 0.12)
        box = part.path.bounds()
        cut = box.top + 0.42 * box.height
        low = Path()
        low.add_rect(Box(box.left - 1, cut, box.right + 1, box.bottom + 1))
        x, _ = leg.point(0.98)
        back = -1 if side == "r" else 1
        x += back * leg.width(1.0) * 0.7
        heel = shape(
            (x - 0.14 * s, box.bottom - 0.5 * box.height),
            (x + 0.14 * s, box.bottom - 0.5 * box.height),
            (x + 0.05 * s, box.bottom + 0.04),
            (x - 0.05 * s, box.bottom + 0.04),
        )
        found.append(c.piece(leg.z + SHOE - 0.1, heel))
        found.append(c.piece(leg.z + SHOE, part.path, clip=low))
    return found


def glove(c: Cloth, t0: float) -> list[Layer]:
    h = c.figure.body.arm_half
    found = []
    for side in SIDES:
        arm = c.figure.arms[side]
        z = arm.z + GLOVE
        hand = c.figure.hand(side, 0.02)
        found.append(c.piece(z, hand.path, marks=[Mark(line, width=0.7) for line in hand.lines]))
        found.append(c.piece(z + 0.1, arm.outline(t0, 1.0, 0.12 * h, 0.1 * h), angle=limb_angle(arm, 0.8)))
        found.append(c.detail(z + 0.2, arm.band(t0, 0.04, 0.2 * h), c.trim, shading=0.3))
    return found


def gloves(c: Cloth) -> list[Layer]:
    return glove(c, 0.9)


def long_gloves(c: Cloth) -> list[Layer]:
    return glove(c, 0.44)


def arm_warmers(c: Cloth) -> list[Layer]:
    """Tubes from above the elbow to the knuckles; fingers stay bare."""
    h = c.figure.body.arm_half
    found = []
    for side in SIDES:
        arm = c.figure.arms[side]
        z = arm.z + GLOVE
        found.append(c.piece(z, arm.outline(0.42, 1.0, 0.14 * h, 0.35 * h), angle=limb_angle(arm, 0.75)))
        for t in (0.42, 0.96):
            found.append(c.detail(z + 0.1, arm.band(t, 0.04, (0.2 if t < 0.5 else 0.5) * h), c.trim, shading=0.3))
    return found


def neck_ribbon(c: Cloth) -> list[Layer]:
    """A soft bow with hanging ends under the collar."""
    w = c.figure.body.shoulder
    x, y = c.front(0.0, 0.15)
    path, creases = upper.bow(x, y, 0.48 * w, tails=1.25)
    return [c.piece(Z.NECKWEAR, path, marks=[Mark(creases, width=0.9)])]


def bow_tie(c: Cloth) -> list[Layer]:
    w = c.figure.body.shoulder
    x, y = c.front(0.0, 0.1)
    path, creases = upper.bow(x, y, 0.42 * w, tails=0.0)
    return [c.piece(Z.NECKWEAR, path, marks=[Mark(creases, width=0.9)])]


def necktie(c: Cloth) -> list[Layer]:
    f = c.front
    w = c.figure.body.shoulder
    (kx, ky), (ex, ey) = f(0.0, 0.09), f(0.0, 0.55)
    knot = shape(
        (kx - 0.13 * w, ky - 0.08 * w),
        (kx + 0.13 * w, ky - 0.08 * w),
        (kx + 0.08 * w, ky + 0.14 * w),
        (kx - 0.08 * w, ky + 0.14 * w),
    )
    blade = shape(
        (kx - 0.07 * w, ky + 0.12 * w),
        (kx + 0.07 * w, ky + 0.12 * w),
        (ex + 0.19 * w, ey - 0.16 * w),
        (ex, ey + 0.06 * w),
        (ex - 0.19 * w, ey - 0.16 * w),
    )
    return [c.piece(Z.NECKWEAR, blade), c.piece(Z.NECKWEAR + 0.1, knot)]


def scarf(c: Cloth) -> list[Layer]:
    """Wound round the neck, one end hanging."""
    w, (x, y) = c.figure.body.shoulder, c.figure.torso.at(0, 0.0)
    chin = c.figure.head.at(0, 0.5)[1]
    top = min(chin + 0.03, y - 0.05)
    wrap = [
        (x - 0.62 * w, y - 0.06 * w),
        (x - 0.45 * w, top - 0.05),
        (x, top + 0.03),
        (x + 0.45 * w, top - 0.05),
        (x + 0.62 * w, y - 0.06 * w),
        (x + 0.5 * w, y + 0.26 * w),
        (x, y + 0.36 * w),
        (x - 0.5 * w, y + 0.26 * w),
    ]
    side = -1 if c.garment.detail & 1 else 1
    ex, ey = c.front(side * 0.34, 0.62)
    sx, sy = c.front(side * 0.3, 0.08)
    tail = shape((sx - 0.2 * w, sy), (sx + 0.2 * w, sy), (ex + 0.22 * w, ey), (ex - 0.2 * w, ey + 0.03))
    fringe = strokes(*[np.array([(ex + k * w, ey - 0.02), (ex + k * w, ey + 0.12 * w)]) for k in (-0.16, -0.08, 0.0, 0.08, 0.16)])
    lines = strokes(
        np.array([(x - 0.55 * w, y), (x, y + 0.12 * w), (x + 0.5 * w, y - 0.08 * w)]),
        np.array([(x - 0.4 * w, y + 0.16 * w), (x, y + 0.24 * w), (x + 0.45 * w, y + 0.1 * w)]),
    )
    return [
        c.piece(Z.NECKWEAR + 1, tail, marks=[Mark(fringe, clip=False, width=1.0)]),
        c.piece(Z.NECKWEAR + 1.2, upper.curve_blob(wrap), marks=[Mark(lines, width=0.8)]),
    ]


def choker(c: Cloth) -> list[Layer]:
    body, (x, y) = c.figure.body, c.figure.torso.at(0, 0.0)
    n = body.neck_half * 1.02
    top = (y + c.figure.head.at(0, 0.5)[1]) / 2 + 0.02
    line = np.array([(x - n, top), (x, top + 0.35 * n), (x + n, top)])
    thick = 0.05
    band = np.concatenate([line, (line + [0, thick])[::-1]])
    gem = Path.circle(float(line[1, 0]), float(line[1, 1]) + thick * 1.3, 0.045)
    return [c.piece(Z.NECKWEAR, trace(band)), c.detail(Z.NECKWEAR + 0.1, gem, lighten(c.main, 0.4))]


def neckerchief(c: Cloth) -> list[Layer]:
    f, w = c.figure.torso, c.figure.body.shoulder
    kx, ky = c.front(0.0, 0.28)
    rows = [
        f.at(-0.8, 0.0),
        c.front(-0.3, 0.14),
        (kx, ky),
        c.front(0.3, 0.14),
        f.at(0.8, 0.0),
        c.front(0.4, 0.2),
        (kx + 0.08 * w, ky + 0.12 * w),
        (kx + 0.3 * w, ky + 0.6 * w),
        (kx, ky + 0.25 * w),
        (kx - 0.3 * w, ky + 0.62 * w),
        (kx - 0.08 * w, ky + 0.12 * w),
        c.front(-0.4, 0.2),
    ]
    knot = shape(
        (kx - 0.1 * w, ky - 0.06 * w),
        (kx + 0.1 * w, ky - 0.06 * w),
        (kx + 0.08 * w, ky + 0.14 * w),
        (kx - 0.08 * w, ky + 0.14 * w),
    )
    return [c.piece(Z.NECKWEAR, shape(*rows)), c.piece(Z.NECKWEAR + 0.1, knot)]


def belt(c: Cloth) -> list[Layer]:
    w = c.figure.body.shoulder
    band = lower.waistband(c, 0.66, c.main, Z.BELT + 4, 0.06, 0.16)
    x, y = c.front(0.0, 0.67)
    buckle = Path()
    buckle.add_rect(Box(x - 0.13 * w, y - 0.11 * w, x + 0.13 * w, y + 0.11 * w))
    metal = c.trim if c.garment.second_rgb else (222, 188, 92)
    band.marks.append(Mark(buckle, colour=metal, width=2.6, clip=False))
    return [band]


def sash(c: Cloth) -> list[Layer]:
    """A broad cloth tied at the side."""
    w = c.figure.body.shoulder
    band = lower.waistband(c, 0.64, c.main, Z.BELT + 4, 0.12, 0.16)
    band.pattern = c.fabric()
    side = -1 if c.garment.detail & 1 else 1
    x, y = c.front(side * 0.6, 0.65)
    path, creases = upper.bow(x, y, 0.45 * w, tails=1.8)
    return [band, c.piece(Z.BELT + 4.2, path, marks=[Mark(creases, width=0.9)])]


EXTRAS: dict[str, Draw] = {
    "ankle socks": ankle_socks,
    "knee socks": knee_socks,
    "thigh highs": thigh_highs,
    "tights": tights,
    "leg warmers": leg_warmers,
    "shoes": shoes,
    "mary janes": mary_janes,
    "sneakers": sneakers,
    "boots": boots,
    "knee boots": knee_boots,
    "sandals": sandals,
    "heels": heels,
    "gloves": gloves,
    "long gloves": long_gloves,
    "arm warmers": arm_warmers,
    "neck ribbon": neck_ribbon,
    "necktie": necktie,
    "bow tie": bow_tie,
    "scarf": scarf,
    "choker": choker,
    "neckerchief": neckerchief,
    "belt": belt,
    "sash": sash,
}
