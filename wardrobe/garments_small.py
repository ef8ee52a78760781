"""How more socks, shoes, gloves and neckwear are drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import tailoring as tailor
from wardrobe import upper
from wardrobe.canvas import GLOVE, LEGWEAR, SHOE, Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, limb_angle, shape, strokes
from wardrobe.extremities import Part
from wardrobe.figure import SIDES
from wardrobe.garments_extra import shoe, sock
from wardrobe.garments_festive import scallops
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Box, Path
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]
WOOD: RGB = (176, 128, 82)


def loose_socks(c: Cloth) -> list[Layer]:
    """Thick socks slouched in rolls round the shin and over the shoe."""
    w, found = c.figure.body.thigh_half, []
    rolls = 6
    for side in SIDES:
        leg = c.figure.legs[side]
        outer, inner = leg.sides(0.6, 1.0, 0.16 * w, 0.26 * w)
        n = min(len(outer), len(inner))
        s = np.linspace(0, 1, 4 * n)
        fine = [np.stack([np.interp(s, np.linspace(0, 1, n), line[:n, axis]) for axis in (0, 1)], 1) for line in (outer, inner)]
        middle = (fine[0] + fine[1]) / 2
        bulge = (1 + 0.16 * np.abs(np.sin(np.pi * rolls * s)))[:, None]
        a, b = middle + (fine[0] - middle) * bulge, middle + (fine[1] - middle) * bulge
        low = spline(np.stack([a[-1], (a[-1] + b[-1]) / 2 + [0, 0.22 * w], b[-1]]), 7)[1:-1]
        high = spline(np.stack([b[0], (a[0] + b[0]) / 2 + [0, 0.08 * w], a[0]]), 7)[1:-1]
        creases, shades = [], Path()
        for k in range(1, rolls):
            i = int(k / rolls * (len(s) - 1))
            start, end = (a[i], b[i]) if k % 2 else (b[i], a[i])
            sag = (start + end) / 2 + [0.0, 0.2 * w]
            creases.append(np.stack([start, sag, end * 0.82 + start * 0.18]))
            shades.add_path(polygon(np.stack([start, sag, end, sag + [0.0, 0.14 * w]])))
        ribs = [np.stack([a[0] * f + b[0] * (1 - f), a[5] * f + b[5] * (1 - f)]) for f in np.linspace(0.12, 0.88, 7)]
        marks = [
            Mark(shades, "shade", strength=0.6),
            Mark(strokes(*creases), width=0.85),
            Mark(strokes(*ribs), width=0.55, strength=0.8),
        ]
        found.append(c.piece(leg.z + LEGWEAR, c.figure.foot(side, 0.01).path))
        found.append(
            c.piece(leg.z + SHOE + 0.3, trace(np.concatenate([a, low, b[::-1], high])), marks=marks, angle=limb_angle(leg, 0.75))
        )
    return found


def lace_stockings(c: Cloth) -> list[Layer]:
    """To the thigh, a broad band of lace that holds by itself, a seam's shine down the shin."""
    w, t0 = c.figure.body.thigh_half, 0.26
    found = sock(c, t0, band=False, loose=0.025)
    for side in SIDES:
        leg = c.figure.legs[side]
        outer, inner = leg.sides(t0, t0 + 0.12, 0.05 * w)
        top, low = np.stack([outer[0], inner[0]]), np.stack([outer[-1], inner[-1]])
        line = top[0] + (top[1] - top[0]) * np.linspace(0, 1, 9)[:, None]
        line[:, 1] += 0.08 * w * np.sin(np.pi * np.linspace(0, 1, 9))
        depth = float(np.hypot(*(low.mean(0) - top.mean(0))))
        found.append(scallops(c, line, depth, c.trim, leg.z + LEGWEAR + 0.2, count=6))
        shine, _ = leg.sides(0.45, 0.9, -0.55 * w)
        found[-2 if len(found) > 4 else 1].marks.append(Mark(strokes(shine), "line", lighten(c.main, 0.5), 1.6, strength=0.35))
    return found


def _low(box: Box, share: float) -> Path:
    """What lies below this share of a foot's height."""
    return Path.rect(Box(box.left - 1, box.top + share * box.height, box.right + 1, box.bottom + 1))


def _sole(box: Box, thick: float) -> Path:
    return Path.rect(Box(box.left - 1, box.bottom - thick * box.height, box.right + 1, box.bottom + 1))


def _feet(c: Cloth, ease: float = 0.03) -> list[tuple[str, Part, Box]]:
    parts = [(side, c.figure.foot(side, ease)) for side in SIDES]
    return [(side, part, part.path.bounds()) for side, part in parts]


def loafers(c: Cloth) -> list[Layer]:
    """Low leather slip-ons: a strap with its slot over the instep, a raised seam round the toe, a heeled sole, gloss."""
    found = []
    for side, part, box in _feet(c):
        leg = c.figure.legs[side]
        x, _ = leg.point(0.985)
        tip = box.right if box.right - x > x - box.left else box.left
        reach, r = tip - x, leg.width(1.0)

        def at(along: float, down: float, x: float = x, reach: float = reach, box: Box = box) -> tuple[float, float]:
            return x + along * reach, box.top + down * box.height

        seam = spline(np.array([at(-0.1, 0.62), at(0.4, 0.6), at(0.78, 0.72), at(0.66, 0.84), at(0.2, 0.84)]), 20)
        line = spline(np.array([at(-0.7, 0.5), at(0.1, 0.42), at(0.75, 0.52)]), 12)
        strap = polygon(np.concatenate([line, (line + [0.0, 0.13 * box.height])[::-1]]))
        slot = np.array([at(0.1 - 0.35 * r / abs(reach), 0.485), at(0.1 + 0.35 * r / abs(reach), 0.485)])
        gleam = np.array([at(0.5, 0.7), at(0.72, 0.76)])
        marks = [
            Mark(trace(seam, closed=False), width=0.9),
            Mark(strap, "fill", darken(c.main, 0.1)),
            Mark(strap, width=0.65),
            Mark(strokes(slot), width=1.5),
            Mark(_sole(box, 0.12), "fill", darken(c.main, 0.6)),
            Mark(strokes(gleam), colour=lighten(c.main, 0.6), width=1.6, strength=0.6),
        ]
        found.append(c.piece(leg.z + SHOE, part.path, clip=_low(box, 0.26), marks=marks))
    return found


def rain_boots(c: Cloth) -> list[Layer]:
    """Wide rubber boots to below the knee: a rim, a thick sole, a long gloss."""
    w = c.figure.body.thigh_half
    found = shoe(
        c,
        shaft=0.64,
        sole=darken(c.trim, 0.1) if c.garment.second_rgb else darken(c.main, 0.45),
        marks=False,
        loose=0.3,
        flare=-0.1,
    )
    for side, shaft in zip(SIDES, found[1::2], strict=True):
        leg = c.figure.legs[side]
        outer, inner = leg.sides(0.68, 0.94, 0.3 * w)
        n = min(len(outer), len(inner))
        shaft.marks.append(Mark(strokes(outer[:n] * 0.72 + inner[:n] * 0.28), colour=WHITE, width=3.0, strength=0.55))
        shaft.marks.append(
            Mark(strokes(outer[1 : n // 2] * 0.62 + inner[1 : n // 2] * 0.38), colour=WHITE, width=1.2, strength=0.45)
        )
        found.append(c.detail(leg.z + SHOE + 0.5, leg.band(0.63, 0.03, 0.38 * w), c.trim, shading=0.3))
    return found


def thigh_boots(c: Cloth) -> list[Layer]:
    """Close boots to the middle of the thigh, with heels and a turned-over top."""
    return shoe(c, shaft=0.3, sole=darken(c.main, 0.6), heel=0.06, marks=False, loose=0.09, cuff=True)


def geta(c: Cloth) -> list[Layer]:
    """Wooden clogs on two teeth under the bare foot, held by a thong of cloth."""
    found = []
    for side, part, box in _feet(c, 0.02):
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


def slippers(c: Cloth) -> list[Layer]:
    """Soft mules: closed over the toes, open at the heel, a fluffy rim, a flat sole."""
    found = []
    for side, part, box in _feet(c, 0.035):
        leg = c.figure.legs[side]
        found.append(c.detail(leg.z + SHOE - 0.1, part.path, darken(c.main, 0.4), clip=_sole(box, 0.14)))
        cut = 0.5
        found.append(
            c.piece(leg.z + SHOE, part.path, clip=_low(box, cut), marks=[Mark(_sole(box, 0.12), "fill", darken(c.main, 0.4))])
        )
        y = box.top + cut * box.height
        row = part.points[np.abs(part.points[:, 1] - y) < 0.22 * box.height]
        left, right = float(row[:, 0].min()), float(row[:, 0].max())
        rim = spline(np.array([(left + 0.01, y), ((left + right) / 2, y + 0.06 * box.height), (right - 0.01, y)]), 12)
        found.append(tailor.fur(c, rim, 0.1 * box.height + 0.012, leg.z + SHOE + 0.1, lighten(c.trim, 0.5)))
    return found


def _across_hand(c: Cloth, side: str, share: float) -> tuple[Points, Points, Points]:
    """(point on the hand's axis at this share of its length, unit vector along it, unit vector across it)."""
    arm = c.figure.arms[side]
    along = np.array(arm.direction(1.0))
    return np.array(arm.point(0.985)) + along * share * 1.1 * c.figure.body.hand, along, np.array([-along[1], along[0]])


def fingerless_gloves(c: Cloth) -> list[Layer]:
    """Cut off at the knuckles: stitched edge, a strap at the wrist with its snap."""
    h, found = c.figure.body.arm_half, []
    for side in SIDES:
        arm = c.figure.arms[side]
        z, size = arm.z + GLOVE, c.figure.body.hand
        hand = c.figure.hand(side, 0.018)
        end, along, over = _across_hand(c, side, 0.6)
        start = end - along * 2 * size
        clip = polygon(np.stack([start - over * size, end - over * size, end + over * size, start + over * size]))
        edge = np.stack([end - over * size - along * 0.02 * size, end + over * size - along * 0.02 * size])
        seams = [np.stack([end + over * k * size - along * 0.34 * size, end + over * k * size]) for k in (-0.14, 0.02, 0.17)]
        marks = [Mark(strokes(edge, edge - along * 0.1 * size), width=0.9), Mark(strokes(*seams), width=0.6, strength=0.8)]
        found.append(c.piece(z, hand.path, clip=clip, marks=marks))
        cuff = arm.outline(0.88, 1.0, 0.14 * h, 0.08 * h)
        found.append(c.piece(z + 0.1, cuff, angle=limb_angle(arm, 0.8)))
        strap = c.detail(z + 0.2, arm.band(0.945, 0.045, 0.24 * h), c.trim, shading=0.3)
        strap.marks += tailor.buttons(c, [arm.point(0.967)], tailor.STEEL, 0.03)
        found.append(strap)
    return found


def detached_sleeves(c: Cloth) -> list[Layer]:
    """From a ribbon above the elbow widening to the wrist, bordered at the mouth."""
    h, found = c.figure.body.arm_half, []
    for side in SIDES:
        arm = c.figure.arms[side]
        z = arm.z + GLOVE
        outer, inner = arm.sides(0.3, 0.97, 0.18 * h, 1.5 * h)
        n = min(len(outer), len(inner))
        folds = [
            np.stack(
                [
                    outer[-1] * f + inner[-1] * (1 - f),
                    outer[n // 2] * f + inner[n // 2] * (1 - f),
                    outer[2] * 0.5 + inner[2] * 0.5,
                ]
            )
            for f in (0.25, 0.5, 0.75)
        ]
        border = [outer[-2] * (1 - f) + inner[-2] * f for f in np.linspace(-0.02, 1.02, 7)]
        marks = [
            Mark(strokes(*folds), width=0.75, strength=0.85),
            Mark(trace(np.array(border), closed=False), colour=c.trim, width=4.5),
        ]
        found.append(c.piece(z, arm.outline(0.3, 0.97, 0.18 * h, 1.5 * h), marks=marks, angle=limb_angle(arm, 0.7)))
        found.append(c.detail(z + 0.1, arm.band(0.3, 0.045, 0.26 * h), c.trim, shading=0.3))
        x, y = outer[1] * 0.9 + inner[1] * 0.1
        bow, creases = upper.bow(float(x), float(y), 0.7 * h, tails=0.8)
        found.append(c.detail(z + 0.2, bow, c.trim, marks=[Mark(creases, width=0.6)], line=0.9))
    return found


def jabot(c: Cloth) -> list[Layer]:
    """A band round the neck and three falls of lace below a brooch."""
    w, found = c.figure.body.shoulder, []
    for k, (v, half, depth) in enumerate(((0.34, 0.3, 0.12), (0.24, 0.26, 0.13), (0.14, 0.2, 0.13))):
        x, y = c.front(0.0, v - 0.02)
        _, y1 = c.front(0.0, v + depth)
        s = np.linspace(-1, 1, 21)
        low = np.stack([x + half * w * s, y1 + 0.05 * w * np.cos(3 * np.pi * s) - 0.1 * w * s**2], 1)
        top = np.array([(x + 0.09 * w, y), (x - 0.09 * w, y)])
        pleats = [np.stack([[x + 0.05 * w * f, y + 0.02], low[int((f + 1) * 10)]]) for f in (-0.66, -0.33, 0.0, 0.33, 0.66)]
        rim = low * [1.0, 1.0] - [0.0, 0.05 * w]
        marks = [Mark(strokes(*pleats), width=0.65, strength=0.85), Mark(trace(rim, closed=False), width=0.5, strength=0.7)]
        found.append(c.piece(Z.NECKWEAR + 0.1 * k, trace(np.concatenate([low, top])), marks=marks))
    found += _band_round_neck(c, c.main)
    x, y = c.front(0.0, 0.1)
    gem = c.detail(
        Z.NECKWEAR + 0.6,
        Path.circle(x, y, 0.085 * w),
        tailor.BRASS,
        marks=[Mark(Path.circle(x, y, 0.052 * w), "fill", c.contrast if c.garment.second_rgb else (52, 92, 168))],
    )
    return [*found, gem]


def _band_round_neck(c: Cloth, colour: RGB) -> list[Layer]:
    n, (x, y) = c.figure.body.neck_half, c.figure.torso.at(0, 0.0)
    rows = [
        (x - 1.15 * n, y - 0.1),
        (x, y + 0.02),
        (x + 1.15 * n, y - 0.1),
        (x + 1.3 * n, y + 0.04),
        (x, y + 0.9 * n + 0.03),
        (x - 1.3 * n, y + 0.04),
    ]
    return [c.detail(Z.NECKWEAR + 0.4, trace(spline(np.array(rows), 24, closed=True)), colour, shading=0.3)]


def ascot(c: Cloth) -> list[Layer]:
    """Broad silk folded over itself and tucked away on the breast, a pin through it."""
    w = c.figure.body.shoulder
    puff = [
        c.front(-0.1, 0.08),
        c.front(-0.3, 0.16),
        c.front(-0.34, 0.26),
        c.front(-0.16, 0.38),
        c.front(0.0, 0.42),
        c.front(0.16, 0.38),
        c.front(0.34, 0.26),
        c.front(0.3, 0.16),
        c.front(0.1, 0.08),
    ]
    folds = [np.array([c.front(s * 0.04, 0.12), c.front(s * 0.16, 0.22), c.front(s * 0.1, 0.37)]) for s in (-1, 1)]
    folds.append(np.array([c.front(-0.06, 0.11), c.front(0.1, 0.2), c.front(0.24, 0.3)]))
    body = c.piece(Z.NECKWEAR, upper.curve_blob(puff), marks=[Mark(strokes(*folds), width=0.8)])
    knot = upper.curve_blob([c.front(-0.13, 0.06), c.front(0.13, 0.06), c.front(0.1, 0.14), c.front(-0.1, 0.14)])
    x, y = c.front(0.05, 0.24)
    pin = c.detail(Z.NECKWEAR + 0.7, Path.circle(x, y, 0.05 * w), tailor.BRASS, shading=0.2)
    return [body, *_band_round_neck(c, c.main), c.piece(Z.NECKWEAR + 0.5, knot), pin]


def necklace(c: Cloth) -> list[Layer]:
    """A fine chain and a faceted pendant in its setting."""
    w, torso = c.figure.body.shoulder, c.figure.torso
    x, y = c.front(0.0, 0.25)
    r = 0.09 * w + 0.012
    chain = spline(
        np.array([torso.at(-0.85, -0.01), c.front(-0.34, 0.12), (x, y - 0.9 * r), c.front(0.34, 0.12), torso.at(0.85, -0.01)]), 30
    )
    gem = shape((x, y - r), (x + 0.75 * r, y - 0.2 * r), (x, y + 1.3 * r), (x - 0.75 * r, y - 0.2 * r))
    facets = strokes(
        np.array([(x - 0.75 * r, y - 0.2 * r), (x + 0.75 * r, y - 0.2 * r)]),
        np.array([(x - 0.25 * r, y - 0.2 * r), (x, y + 1.3 * r)]),
        np.array([(x + 0.25 * r, y - 0.2 * r), (x, y + 1.3 * r)]),
    )
    glint = shape((x - 0.2 * r, y - 0.7 * r), (x + 0.1 * r, y - 0.8 * r), (x - 0.1 * r, y - 0.3 * r), (x - 0.4 * r, y - 0.3 * r))
    metal = c.trim if c.garment.second_rgb else tailor.BRASS
    setting = c.detail(Z.NECKWEAR + 0.1, Path.circle(x, y - 1.1 * r, 0.24 * r), metal, shading=0.2)
    setting.marks += [
        Mark(trace(chain, closed=False), colour=metal, width=1.5, clip=False),
        Mark(tailor.stitches(chain, dash=0.014), colour=darken(metal, 0.4), width=0.6, clip=False),
    ]
    return [
        setting,
        c.piece(Z.NECKWEAR + 0.2, gem, marks=[Mark(facets, width=0.5, strength=0.8), Mark(glint, "light", strength=0.5)]),
    ]


SMALL: dict[str, Draw] = {
    "loose socks": loose_socks,
    "lace stockings": lace_stockings,
    "loafers": loafers,
    "rain boots": rain_boots,
    "thigh boots": thigh_boots,
    "geta": geta,
    "slippers": slippers,
    "fingerless gloves": fingerless_gloves,
    "detached sleeves": detached_sleeves,
    "jabot": jabot,
    "ascot": ascot,
    "necklace": necklace,
}
