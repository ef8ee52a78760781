"""How gloves, neckwear, belts and sashes are drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import folds, lower, upper
from wardrobe.canvas import GLOVE, Layer, Mark, Z
from wardrobe.cloth import Cloth, limb_angle, shape, strokes
from wardrobe.extremities import padded
from wardrobe.figure import SIDES
from wardrobe.garments_feet import strap
from wardrobe.geometry import XY, normals_of, polygon, ribbon, spline, trace
from wardrobe.path import Box, Path
from wardrobe.straps import neck_band, round_neck
from wardrobe.style import darken, lighten

Draw = Callable[[Cloth], list[Layer]]
BUCKLE = (222, 188, 92)
TIED = (1.05, 0.5)  # how far a tie's band hangs lower in front and rises at the sides, half-widths of the neck
PALMS = ("open", "peace")  # hands that show their palms


def glove(c: Cloth, t0: float) -> list[Layer]:
    """The whole hand in cloth: thick fingers, three seams on its back, a cuff that widens upwards to level t0 of the arm."""
    h, size = c.figure.body.arm_half, 1.1 * c.figure.body.hand
    found = []
    for side, gesture in zip(SIDES, c.figure.hands, strict=True):
        arm = c.figure.arms[side]
        z = arm.z + GLOVE
        hand = c.figure.hand(side, 0.02)
        along = np.array(arm.direction(1.0)) * size
        over, wrist = np.array([-along[1], along[0]]), np.array(arm.point(0.985))
        seams = [np.stack([wrist + k * over + a * along for a in (0.16, 0.44)]) for k in (-0.13, 0.0, 0.13)]
        marks = [Mark(line, width=0.9) for line in hand.lines]
        if gesture not in PALMS:
            marks.append(Mark(strokes(*seams), width=0.9, strength=0.8, ends=(0.6, 1.0)))
        found.append(c.piece(z, padded(hand, 0.035 * size), marks=marks))
        wide = 0.4 if t0 > 0.8 else 0.14
        hems = [Mark(arm.ring(t0 + 0.022, wide * h), colour=c.trim, width=1.5), Mark(arm.ring(0.965, 0.2 * h), width=0.7)]
        cuff = arm.outline(t0, 1.0, wide * h, (0.16 - wide) * h, hem=0.15)
        found.append(c.piece(z + 0.1, cuff, marks=hems, angle=limb_angle(arm, 0.8)))
    return found


def gloves(c: Cloth) -> list[Layer]:
    return glove(c, 0.87)


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
    """A soft bow with hanging ends, on a band round the neck or under the collar."""
    w = c.figure.body.shoulder
    x, y = _knot(c, 0.15)
    path, creases = upper.bow(x, y, (0.48 if c.collared else 0.4) * w, tails=1.4)
    return [*_loop(c), c.piece(Z.NECKWEAR, path, marks=[Mark(creases, width=0.9)])]


def _behind_neck(c: Cloth, reach: float, rise: float, half: float) -> Layer:
    """What goes round behind the neck. reach: to its ends, in half-widths of the neck; rise, half: units."""
    n, (x, y) = c.figure.body.neck_half, c.figure.torso.at(0, 0.0)
    line = spline(np.array([(x - reach * n, y - 0.4 * n), (x, y - 0.4 * n - rise), (x + reach * n, y - 0.4 * n)]), 13)
    return c.detail(Z.BODY - 1, strap(line, half), darken(c.main, 0.3), shading=0.4)


def _knot(c: Cloth, v: float) -> XY:
    """Where a tie is knotted: at level v under a collar, on its band round a bare neck."""
    x, y = round_neck(c, *TIED)[12].tolist()
    return c.front(0.0, v) if c.collared else (x, y)


def _loop(c: Cloth) -> list[Layer]:
    """The band of a tie, close round the root of the neck; a collar that is worn hides it."""
    if c.collared:
        return []
    return [c.detail(Z.BODY + 1.5, neck_band(round_neck(c, *TIED), 0.055 * c.figure.body.shoulder + 0.01), c.main, shading=0.4)]


def bow_tie(c: Cloth) -> list[Layer]:
    """A stiff bow on a band round the neck."""
    w = c.figure.body.shoulder
    x, y = _knot(c, 0.1)
    path, creases = upper.bow(x, y, (0.42 if c.collared else 0.36) * w, tails=0.0)
    return [*_loop(c), c.piece(Z.NECKWEAR, path, marks=[Mark(creases, width=0.9)])]


def necktie(c: Cloth) -> list[Layer]:
    """A knot, the broad blade below it, the loop round the neck."""
    f = c.front
    w = c.figure.body.shoulder
    (kx, ky), (ex, ey) = _knot(c, 0.09), f(0.0, 0.55)
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
    return [*_loop(c), c.piece(Z.NECKWEAR, blade), c.piece(Z.NECKWEAR + 0.1, knot)]


def _roll(c: Cloth, z: float, rows: list[XY], halves: list[float], creases: tuple[float, ...] = (-0.35, 0.3)) -> Layer:
    """Cloth rolled along a line, half as thick as `halves` at its rows; creases: where they run, across the roll."""
    line = spline(np.array(rows), 6 * len(rows))
    half = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(halves)), halves)
    across = normals_of(line) * half[:, None]
    inner = slice(len(line) // 7, -len(line) // 7)
    lines = strokes(*[(line + k * across)[inner] for k in creases])
    return c.piece(z, trace(ribbon(line, half)), marks=[Mark(lines, width=0.75, ends=(0.3, 0.3))])


def scarf(c: Cloth) -> list[Layer]:
    """Two thick turns round the neck; one end comes out between them and hangs over the lower one."""
    w, n, (x, y) = c.figure.body.shoulder, c.figure.body.neck_half, c.figure.torso.at(0, 0.0)
    a, s = max(1.5 * n, 0.5 * w), -1 if c.garment.detail & 1 else 1
    low = [
        (x - a, y - 0.12 * w),
        (x - 0.75 * a, y + 0.14 * w),
        (x, y + 0.27 * w),
        (x + 0.75 * a, y + 0.14 * w),
        (x + a, y - 0.12 * w),
    ]
    high = [(x - 0.88 * a, y - 0.27 * w), (x - 0.6 * a, y - 0.1 * w), (x + 0.1 * s * a, y + 0.03 * w)]
    high += [(x + 0.62 * a, y - 0.1 * w), (x + 0.88 * a, y - 0.29 * w)]
    ex, ey = c.front(s * 0.4, 0.62)
    hang = [(x + 0.05 * s * a, y + 0.02 * w), (x + 0.3 * s * a, y + 0.22 * w), (0.3 * x + 0.7 * ex, y + 0.6 * w), (ex, ey)]
    tail = _roll(c, Z.NECKWEAR + 1.3, hang, [0.12 * w, 0.17 * w, 0.2 * w, 0.23 * w], (-0.3, 0.35))
    fringe = [np.array([(ex + k * w, ey - 0.01), (ex + 1.1 * k * w, ey + 0.13 * w)]) for k in np.linspace(-0.2, 0.2, 7)]
    tail.marks.append(Mark(strokes(*fringe), clip=False, width=1.1))
    return [
        _behind_neck(c, 0.8 * a / n, 0.3 * w, 0.18 * w),
        _roll(c, Z.NECKWEAR + 1.2, low, [0.05 * w, 0.2 * w, 0.21 * w, 0.2 * w, 0.05 * w], (-0.4, 0.1, 0.5)),
        tail,
        _roll(c, Z.NECKWEAR + 1.4, high, [0.03 * w, 0.18 * w, 0.17 * w, 0.18 * w, 0.03 * w]),
    ]


def choker(c: Cloth) -> list[Layer]:
    """A ribbon close round the bare neck, above the neckline, a stone hanging from it."""
    (hx, hy), (x, y), n = c.figure.head.centre, c.figure.torso.at(0, 0.0), c.figure.body.neck_half
    chin = c.figure.head.at(0, 0.5)[1]
    top = min(chin + 0.4 * (y - chin), y - 0.4 * n)
    low = min(max((top - (hy + 0.3 + y) / 2) / ((y - hy - 0.3) / 2), 0.0), 1.0)  # 0 half-way up the neck .. 1 its root
    middle, half = hx + (x - hx) * low, n * (0.93 + 0.25 * low)
    thick = 0.3 * n
    line = spline(np.array([(middle - half, top), (middle, top + 0.3 * n), (middle + half, top)]), 11)
    edges = strokes(line + [0.0, 0.2 * thick], line + [0.0, 0.8 * thick])
    band = polygon(np.concatenate([line, (line + [0.0, thick])[::-1]]))
    r, (gx, gy) = 0.22 * n, line[5].tolist()
    gem = Path.circle(gx, gy + thick + 0.6 * r, r)
    gleam = Path.circle(gx - 0.3 * r, gy + thick + 0.3 * r, 0.3 * r)
    return [
        c.piece(Z.NECKWEAR, band, marks=[Mark(edges, width=0.5, strength=0.7)]),
        c.detail(Z.NECKWEAR + 0.1, gem, lighten(c.main, 0.4), marks=[Mark(gleam, "light", strength=0.8)], line=0.8),
    ]


def neckerchief(c: Cloth) -> list[Layer]:
    """A kerchief rolled broadly round the neck, or under the collar that is worn, knotted in front, two short broad ends."""
    w, n, (x, y) = c.figure.body.shoulder, c.figure.body.neck_half, c.figure.torso.at(0, 0.0)
    kx, ky = c.front(0.0, 0.2)
    found = [] if c.collared else [_behind_neck(c, 1.05, 0.25 * n, 0.11 * w)]
    shown = _below_collar(c) if c.collared else None
    for s in (-1, 1):
        end = [(kx + 0.02 * s * w, ky), (kx + 0.4 * s * w, ky + 0.3 * w), (kx + 0.2 * s * w, ky + 0.62 * w), (kx, ky + 0.14 * w)]
        fold = strokes(np.array([(kx, ky), (kx + 0.12 * s * w, ky + 0.2 * w), (kx + 0.26 * s * w, ky + 0.4 * w)]))
        found.append(c.piece(Z.NECKWEAR, shape(*end), marks=[Mark(fold, width=0.8)]))
        side = [
            (x + 1.08 * s * n, y - 0.42 * n),
            (x + 1.2 * s * n, y + 0.04 * n),
            (0.55 * (x + 1.3 * s * n) + 0.45 * kx, 0.4 * y + 0.6 * ky),
        ]
        roll = _roll(c, Z.NECKWEAR + 0.1, [*side, (kx, ky)], [0.05 * w, 0.14 * w, 0.17 * w, 0.1 * w], (-0.3, 0.3))
        roll.clip = shown
        found.append(roll)
    knot = [(kx + a * w, ky + b * w) for a, b in ((-0.13, -0.06), (0.0, -0.11), (0.13, -0.06), (0.1, 0.13), (-0.1, 0.13))]
    return [*found, c.piece(Z.NECKWEAR + 0.2, upper.curve_blob(knot))]


def _below_collar(c: Cloth) -> Path:
    """The front below the leaves of a collar, which part in the middle: what is tied under them shows there alone."""
    half = ((0.14, 0.146), (0.5, 0.156), (1.0, 0.156))
    edge = [c.front(u, v) for u, v in (*[(-u, v) for u, v in half[::-1]], (0.0, 0.09), *half)]
    (x0, y0), (x1, y1) = edge[0], edge[-1]
    return shape((x0 - 9, y0), *edge, (x1 + 9, y1), (x1 + 9, y1 + 9), (x0 - 9, y0 + 9))


def _girdle(c: Cloth, v: float, height: float) -> Layer:
    """A band round the waist, behind the arms: what hangs on a neck goes over sleeves, this does not."""
    band = lower.waistband(c, v, c.main, Z.BELT + 4, height, 0.05)
    band.z = Z.BELT + 4
    return band


def belt(c: Cloth) -> list[Layer]:
    """Leather with a row of stitches, its end through the buckle and a loop."""
    w, v = c.figure.body.shoulder, 0.66
    band = _girdle(c, v, 0.075 if c.figure.body.heads > 4 else 0.12)
    (x, y), h = c.front(0.0, v + 0.012), band.path.bounds().height / 2
    metal = c.trim if c.garment.second_rgb else (222, 188, 92)
    holes = Path()
    for k in (2.2, 2.9, 3.6):
        holes.add_circle(x + k * 0.1 * w, y, 0.022 * w)
    loop = shape(*[(x + a * w, y + b * h) for a, b in ((0.44, -1.1), (0.5, -1.1), (0.5, 1.1), (0.44, 1.1))])
    band.marks += [Mark(holes, "fill", darken(c.main, 0.55)), Mark(loop, "fill", darken(c.main, 0.25)), Mark(loop, width=0.6)]
    frame, prong = (
        Path.rect(Box(x - 0.17 * w, y - 1.15 * h, x + 0.17 * w, y + 1.15 * h)),
        np.array([(x - 0.15 * w, y), (x + 0.17 * w, y)]),
    )
    rim = [
        Mark(line, colour=colour, width=width, clip=False)
        for colour, width in ((darken(metal, 0.5), 3.4), (metal, 2.2))
        for line in (frame, strokes(prong))
    ]
    band.marks += rim
    return [band]


def sash(c: Cloth) -> list[Layer]:
    """A broad soft cloth in folds round the waist, knotted at the side, two ends hanging."""
    w, side = c.figure.body.shoulder, -1 if c.garment.detail & 1 else 1
    band = _girdle(c, 0.64, 0.15)
    x, y = c.front(side * 0.55, 0.655)
    drawn = folds.on_front(
        c, [[(side * 0.5, 0.65 + k * 0.3), (side * -0.1, 0.655 + k), (side * -0.95, 0.645 + k)] for k in (-0.035, 0.005, 0.04)]
    )
    band.marks.append(folds.folds(*drawn, depth=0.06 * w, ends=(0.9, 0.1)))
    found = [band]
    for k, (lean, long) in enumerate(((0.42, 0.95), (0.1, 1.15))):
        out = side * lean * w
        rows = [
            (x - 0.06 * w, y),
            (x + out - 0.16 * w, y + long * w),
            (x + out + 0.2 * w, y + (long + 0.06) * w),
            (x + 0.1 * w, y),
        ]
        crease = spline(np.array([(x, y + 0.1 * w), (x + 0.5 * out, y + 0.5 * long * w), (x + out, y + 0.9 * long * w)]), 9)
        hem = np.array([np.array(rows[1]) - [0, 0.1 * w], np.array(rows[2]) - [0, 0.1 * w]])
        marks = [
            folds.folds(crease, depth=0.07 * w),
            Mark(trace(np.stack([hem[0], hem.mean(0), hem[1]]), closed=False), colour=c.contrast, width=2.0),
        ]
        tail = c.piece(Z.BELT + 4, shape(*rows), marks=marks)
        tail.z = Z.BELT + 4.1 + 0.1 * k
        found.append(tail)
    knot = c.piece(
        Z.BELT + 4,
        upper.curve_blob(
            [
                (x - 0.15 * w, y - 0.17 * w),
                (x + 0.15 * w, y - 0.17 * w),
                (x + 0.18 * w, y + 0.16 * w),
                (x - 0.18 * w, y + 0.16 * w),
            ]
        ),
    )
    knot.z = Z.BELT + 4.4
    knot.marks.append(
        Mark(strokes(np.array([(x - 0.1 * w, y - 0.1 * w), (x - 0.02 * w, y), (x - 0.1 * w, y + 0.12 * w)])), width=0.7)
    )
    return [*found, knot]


EXTRAS: dict[str, Draw] = {
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
