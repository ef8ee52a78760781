"""How kimono, haori, cheongsam and geta are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from wardrobe import folds, lower, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import SHOE, Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, across, discs, limb_angle, middle, shape, strokes
from wardrobe.extremities import Part
from wardrobe.figure import SIDES
from wardrobe.garments_feet import feet_of
from wardrobe.garments_top import (
    cut,
)
from wardrobe.geometry import XY, polygon, ribbon, spline, trace
from wardrobe.palette import luminance
from wardrobe.path import Path
from wardrobe.shading import Tube
from wardrobe.sleeves import sewn_above
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]
WOOD: RGB = (176, 128, 82)
LAID = -6.0  # degrees by which the half of a kimono is turned that lies over the other


def bag_sleeves(c: Cloth, lining: RGB, drop: float = 0.42, turns: tuple[float, float] = (0.0, 0.0)) -> list[Layer]:
    """Square kimono sleeves: a straight mouth, and a bag with a corner that hangs from the arm. drop: depth in arm lengths;
    turns: how the cloth of the body's left and right half lies, degrees: it covers the shoulders down to the sleeves' seams."""
    h, found = c.figure.body.arm_half, []
    for side, turn in zip(SIDES, turns, strict=True):
        arm = c.figure.arms[side]
        outer, inner = arm.sides(0.0, 0.9, 0.42 * h)
        n = min(len(outer), len(inner))
        outer, inner = outer[:n], inner[:n]
        root = sewn_above(c, arm, outer)
        bent = float(inner[n // 2 :, 1].mean() - outer[n // 2 :, 1].mean()) < -0.3 * h  # the elbow's side is below
        if bent:
            outer, inner = inner, outer
        s, (dx, dy) = np.linspace(0, 1, n), arm.direction(0.75)
        hangs = max(dy, 0.0) ** 2  # a hanging arm has the bag at both sides, a level one below it
        rise = np.clip((s - 0.1) / 0.22, 0, 1)
        depth = (rise * rise * (3 - 2 * rise) * drop * float(np.hypot(*np.diff(arm.centre, axis=0).T).sum()))[:, None]
        away = (inner - outer) / np.maximum(np.hypot(*(inner - outer).T), 1e-6)[:, None]
        low = inner + (away * 0.1 + np.array([0.0, 0.1 + 0.8 * (1 - hangs)])) * depth
        top = outer - away * 0.24 * hangs * depth[-1] * s[:, None]
        crown = (top[0] + low[0]) / 2 - np.array(arm.direction(0.0)) * 1.15 * arm.width(0.0)
        cap = spline(np.stack([low[0], crown, top[0]]), 9)[1:-1]
        ends = cap[:3] if bent else cap[-3:]
        if root is not None:
            cap = ends = root[::-1] if bent else root
        corner = np.stack([low[-1] * 0.88 + top[-1] * 0.12, low[-1] * 0.9 + low[-2] * 0.1])
        sewn, pit = max(2, n // 6), max(1, n // 10)  # where the sleeve is sewn on, on the shoulder and at the armpit
        k, m = (pit, sewn) if bent else (sewn, pit)  # on its two sides
        if bent:
            line, rounded = np.concatenate([top[k:], corner, low[::-1], ends]), np.concatenate([low[m::-1], ends])
        else:
            line = np.concatenate([ends, top, corner, low[: m - 1 : -1]])
            rounded = np.concatenate([ends, top[: k + 1]])
        rim = np.stack([top[-1], corner[0]]) - np.array([dx, dy]) * 0.1 * h
        creases = [
            np.stack([top[a] * (1 - f) + low[a] * f, top[b] * (0.9 - f) + low[b] * (0.1 + f), top[-2] * (1 - g) + low[-2] * g])
            for a, b, f, g in ((n // 3, n // 2, 0.4, 0.86), (n // 2, 3 * n // 4, 0.2, 0.5))
        ]
        seam = spline(np.stack([top[k], (top[k] + low[m]) / 2 + [0.1 * h * dx, 0.1 * h], low[m]]), 9)
        marks = [folds.folds(*[spline(row, 9) for row in creases], depth=0.3 * h), Mark(strokes(rim), colour=lining, width=3.4)]
        path, tube = polygon(np.concatenate([cap, top, corner, low[::-1]])), Tube(top, low, fade=(0.05, 0.3))
        z = arm.z + c.sleeve_z
        found.append(c.piece(z, path, edge=polygon(line, closed=False), marks=marks, angle=limb_angle(arm, 0.7), tube=tube))
        shoulder = polygon(np.concatenate([cap, top[: k + 1], seam[1:], low[m - 1 :: -1]]))
        joined = [Mark(polygon(seam, closed=False), width=0.8, clip=False)]
        edge = polygon(rounded, closed=False)
        found.append(c.piece(z + 0.05, shoulder, edge=edge, marks=joined, angle=turn, tube=tube))
        found[-1].casts = False
    return found


def _collar_bands(c: Cloth, colour: RGB, z: float, v1: float) -> list[Layer]:
    """Flat collar bands with a white one inside, crossed, the picture's right over the left, down into what lies at level v1."""
    unit, found = min(c.figure.body.shoulder, 3.2 * c.figure.body.neck_half), []
    lines = {s: spline(np.array([_nape(c, s)[0], *_lap(c, s, v1 + 0.04)]), 32) for s in (-1, 1)}
    for sign, line in lines.items():
        for shift, half, tone in ((-0.1 * sign, 0.05, WHITE), (0.0, 0.085, colour)):
            lie = line + [shift * unit, 0.0]
            if sign < 0:  # it goes on beneath the upper one
                lie = lie[: max(int((lines[1][:, 0] > lie[:, 0]).sum()), 8)]
            wide = half * unit * np.clip(0.6 + 0.1 * np.arange(len(lie)), 0, 1)
            own = z + 0.02 * (sign + 1) + (0.01 if tone is colour else 0.0)
            found += upper.collar_band(c, own, polygon(ribbon(lie, wide)), tone)
    return found


def _lap(c: Cloth, sign: int, v1: float) -> list[XY]:
    """The edge of one side of a crossed front, from the neck over the breast to level v1 on the other side."""
    (x0, y0), (x1, y1) = _nape(c, sign)[1], c.front(0.0, 0.24)
    bend = (x0 + x1) / 2 + sign * 0.05 * c.figure.body.shoulder, (y0 + y1) / 2
    return [(x0, y0), bend, (x1, y1), c.front(-sign * 0.88 * v1, v1)]


def _crossed(c: Cloth, v1: float, ease: float) -> Layer:
    """A bodice down to level v1, its neckline where the collar's bands lie."""
    body = upper.bodice(c, v1, ease=ease, neck="v")
    w, neck = c.figure.body.shoulder, np.array([*_lap(c, 1, v1)[:3], *_lap(c, -1, v1)[1::-1]])
    body.path = c.figure.torso.outline(0.015, v1, ease * w, 0.0, 0.06 * w, neck)
    return body


def _nape(c: Cloth, sign: int) -> list[XY]:
    """Where a collar that comes round the neck from behind leaves its side."""
    n, (x, y) = c.figure.body.neck_half, c.figure.torso.at(0, 0.0)
    return [(x + sign * 1.04 * n, y - 0.3 * n), (x + sign * 1.1 * n, y + 0.2 * n)]


def kimono(c: Cloth) -> list[Layer]:
    """Straight to the ankles, the left front over the right down to the hem, square sleeves, a wide obi with its cord."""
    f, hip, w = c.figure.torso, c.figure.torso.half(0.92), c.figure.body.shoulder
    obi, broad = c.contrast, c.figure.body.child or c.figure.body.fem > 0.35
    v0, v1 = (0.5, 0.7) if broad else (0.62, 0.73)
    reach = 0.97 if c.garment.length == "long" else 0.84
    left, right = lower.skirt_sides(c, v0, reach, 0.1)
    under = c.piece(c.z, lower.skirt_path(left, right, 0, 0.0, 0.1 * hip))
    s = np.linspace(0.0, 1.0, 9)
    edge = across(left, right, np.array([middle(c.figure, u) for u in -0.5 + 0.12 * s]), s)
    edge[-1] -= [0.0, 0.02 * hip]
    hem = (edge[-1] + right[-1]) / 2 + [0.0, 0.11 * hip]
    panel = np.concatenate([edge, spline(np.stack([edge[-1], hem, right[-1]]), 7)[1:-1], right[::-1]])
    inner = tailor.beside(edge, 0.24 * w)
    creases = folds.folds(
        *[folds.along(left, right, (u, 1.0), (u * 0.8, 0.7), (u * 0.5, top)) for u, top in ((0.2, 0.5), (0.75, 0.62))],
        depth=0.1 * hip,
    )
    front = c.piece(c.z + 0.1, polygon(panel), marks=[Mark(strokes(inner), width=0.6, strength=0.7), creases], angle=LAID)
    body = _crossed(c, v0 + 0.06, 0.07)
    body.z = c.z + 0.2
    side = f.sides(0.02, v0, 0.07 * w)[1]
    over = c.piece(c.z + 0.25, polygon(np.concatenate([spline(np.array(_lap(c, 1, v0)), 12), side[::-1]])), angle=LAID)
    over.edge, over.marks = polygon(side, closed=False), list(body.marks)
    band = darken(c.main, 0.2) if luminance(c.main) > 0.6 else lighten(c.main, 0.55)
    sash = lower.waistband(c, (v0 + v1) / 2, obi, c.z + 0.4, v1 - v0, 0.12)
    rows = [np.array([f.at(u, v) for u in (-1.1, -0.5, 0, 0.5, 1.1)]) + [0, 0.03 * hip] for v in (v0 + 0.025, (v0 + v1) / 2)]
    if broad:
        sash.marks += [
            Mark(trace(row, closed=False), colour=tone, width=wide)
            for row, tone, wide in zip(rows, (lighten(obi, 0.5), c.main), (3.0, 2.8), strict=True)
        ]
        knot = Path.circle(float(rows[1][2, 0]), float(rows[1][2, 1]), 0.085 * w)
        sash.marks += [Mark(knot, "fill", c.main), Mark(knot, width=0.7)]
    found = [under, front, body, over, *_collar_bands(c, band, c.z + 0.3, v0 + 0.012), sash]
    return [*found, *bag_sleeves(c, lighten(obi, 0.4), turns=(0.0, LAID))]


def haori(c: Cloth) -> list[Layer]:
    """An open jacket to the middle of the thigh over a crossed undershirt: straight bands to the hem, a cord at the chest."""
    w, z = c.figure.body.shoulder, max(c.z, Z.TUCKED + 0.5)
    front = tailor.hang(c, tailor.level(c, 0.3), 0.13, 0.1)
    beneath = WHITE if luminance(c.main) < 0.88 else darken(c.main, 0.4)
    shirt = _crossed(c, 0.98, 0.0)
    shirt.colour, shirt.pattern = beneath, None
    found = [tailor.lining(c, front, Z.COAT_BACK), shirt, *_collar_bands(c, darken(beneath, 0.14), c.z + 0.1, 0.6)]
    tone = c.trim if c.garment.pattern is None else darken(c.main, 0.3)
    bands, close = {}, 0.76 if c.figure.body.heads < 4.5 else 0.92  # so that they cover the roots of short arms' sleeves
    for sign in (-1, 1):
        rows = [(sign * close * u, v) for u, v in ((0.5, 0.09), (0.4, 0.2), (0.36, 0.6), (0.4, front.end))]
        marks = [upper.torso_folds(c, 0.9), *tailor.drapes(c, front, 4, 0.7, 0.04), *tailor.hem(front)]
        found.append(c.piece(z, front.panel(sign, *rows), marks=marks))
        bands[sign] = spline(np.array([_nape(c, sign)[0], *[front.at(*row) for row in rows]]), 40)
        wide = 0.1 * w * np.clip(0.5 + 0.1 * np.arange(40), 0, 1)
        band = polygon(ribbon(bands[sign], wide))
        found.append(c.detail(c.over_sleeves(z + 0.3), band, tone, shading=0.3))
    level = front.at(0.0, 0.44)[1]
    a, b = ((float(np.interp(level, bands[s][:, 1], bands[s][:, 0])), level) for s in (-1, 1))  # sewn on with a loop each
    x, y = (a[0] + b[0]) / 2, level + 0.12 * w
    cord = [np.array([a, (x - 0.1 * w, y), (x, y)]), np.array([b, (x + 0.1 * w, y), (x, y)])]
    ends = [np.array([(x, y), (x + s * 0.08 * w, y + 0.26 * w)]) for s in (-1, 1)]
    lace = darken(c.contrast if c.garment.pattern else tone, 0.35)
    knot = Path.circle(x, y, 0.075 * w)
    tie = c.detail(c.over_sleeves(z + 0.4), knot, lace, shading=0.2)
    sewn = discs(np.array([a, b]), 0.055 * w)
    tie.marks = [Mark(sewn, "fill", lace, clip=False), Mark(sewn, width=0.6, clip=False)]
    tie.marks += [Mark(strokes(*row), colour=lace, width=k, clip=False) for row, k in ((cord, 2.2), (ends, 3.4))]
    return [*found, tie, *bag_sleeves(c, darken(c.main, 0.3))]


def cheongsam(c: Cloth) -> list[Layer]:
    """Smooth from the shoulders to the hem, a split stand collar, a slanting closure with frogs, a side slit."""
    w, torso = c.figure.body.shoulder, c.figure.torso
    trim = c.trim if c.garment.pattern is None else darken(c.main, 0.55)
    front = tailor.hang(c, tailor.level(c, lower.REACH[c.garment.length]), 0.02, -0.02)
    open_ = np.clip((front.v - 1.06) / max(front.end - 1.06, 0.1), 0, 1) ** 0.7
    right = front.right - np.stack([open_ * 0.3 * (front.right - front.left)[:, 0], np.zeros(len(open_))], 1)
    # at the slit the leg covers the back, of which a strip beside the leg would look like a stick
    back = tailor.lining(c, replace(front, right=right), Z.COAT_BACK, 0.9)
    hem = np.stack([front.left[-1], (front.left[-1] + right[-1]) / 2 + [0, 0.06 * w], right[-1]])
    neck = torso.neckline("round", 0.9, 0.03)
    low = spline(hem, 9)
    path = polygon(np.concatenate([front.left[:-1], low, right[:-1][::-1], neck]))
    slit = np.concatenate([low, right[front.v > 0.9][::-1]])
    flap = spline(cut(c, (0.0, 0.05), (0.2, 0.15), (0.55, 0.19), (0.98, 0.29)), 16)
    spots = (5,) if c.figure.body.heads < 4.5 else (1, 5, 9)  # as far as no arm lies over the edge
    seams = [spline(cut(c, (s * 0.86, 0.22), (s * 0.52, 0.42), (s * 0.44, 0.64), (s * 0.5, 0.98)), 14) for s in (-1, 1)]
    pulls = [[(s * 0.98, 0.62), (s * 0.7, 0.66), (s * 0.45, 0.655)] for s in (-1, 1)]
    marks = [
        *folds.bust(c),
        folds.folds(*folds.on_front(c, pulls), depth=0.05 * w, width=0.5),
        Mark(folds.lines(*seams), width=0.5, strength=0.45),
        Mark(trace(flap, closed=False), colour=trim, width=2.6),
        Mark(trace(slit, closed=False), colour=trim, width=2.2),
    ]
    body = c.piece(c.z, path, marks=marks, tube=Tube(front.left, front.right, front=upper.BARREL))
    found = [back, body, *_split_collar(c, trim, c.z + 1)]
    for at in spots:  # frogs: a knot, and a loop to each side across the edge
        (x, y), along = flap[at], flap[at + 1] - flap[at - 1]
        across_ = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6) * 0.13 * w
        loops = strokes(np.stack([flap[at] - across_, flap[at] + across_]))
        knot = c.detail(c.over_sleeves(c.z + 1.2), Path.circle(float(x), float(y), 0.05 * w), trim, shading=0.2)
        knot.marks.append(Mark(loops, colour=trim, width=3.4 if len(spots) > 1 else 2.4, clip=False))
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
        leaf = polygon(np.concatenate([rim_line, foot]))  # plain, since a single motif of a pattern would fill it
        found.append(c.detail(z, leaf, c.main, marks=[Mark(edge, colour=trim, width=2.8)], shading=0.3))
    return found


def geta(c: Cloth) -> list[Layer]:
    """Wooden clogs on two teeth under the bare foot, held by a thong of cloth."""
    found = []
    for side, part, box in feet_of(c, 0.02):
        leg = c.figure.legs[side]
        x, _ = leg.point(0.98)
        left, right, base, h = box.left - 0.02, box.right + 0.02, box.bottom, box.height
        board = shape(
            (left, base - 0.12 * h), (right, base - 0.12 * h), (right - 0.02, base + 0.1 * h), (left + 0.02, base + 0.1 * h)
        )
        wide = right - left
        teeth = Path()
        for f in (0.2, 0.62):
            teeth.add_path(
                shape(
                    (left + f * wide, base),
                    (left + (f + 0.2) * wide, base),
                    (left + (f + 0.18) * wide, base + 0.32 * h),
                    (left + (f + 0.02) * wide, base + 0.32 * h),
                )
            )
        grain = [np.array([(left, base - 0.03 * h + k * h), (right, base - 0.02 * h + k * h)]) for k in (0.0, 0.05)]
        found.append(c.detail(leg.z + SHOE - 0.2, teeth, darken(WOOD, 0.25), shading=0.3))
        found.append(
            c.detail(leg.z + SHOE - 0.1, board, WOOD, marks=[Mark(strokes(*grain), width=0.5, strength=0.6)], shading=0.3)
        )
        toe = np.array([0.62 * x + 0.38 * (left + right) / 2 + 0.3 * ((left + right) / 2 - x), base - 0.2 * h])
        for foot in (np.array([left + 0.08 * wide, base - 0.16 * h]), np.array([right - 0.08 * wide, base - 0.16 * h])):
            line = spline(np.stack([toe, (toe + foot) / 2 + [0.0, -0.24 * h], foot]), 9)
            half = np.array([0.0, 0.055 * h + 0.008])
            found.append(
                c.piece(leg.z + SHOE, polygon(np.concatenate([line - half, (line + half)[::-1]])), clip=_over(part, board))
            )
    return found


def _over(part: Part, board: Path) -> Path:
    """The foot and the board that it stands on, as one region."""
    both = Path()
    both.add_path(part.path)
    both.add_path(board)
    return both


EASTERN: dict[str, Draw] = {
    "cheongsam": cheongsam,
    "kimono": kimono,
    "yukata": kimono,
    "haori": haori,
    "geta": geta,
}
