"""How half gloves, sleeves of their own, jabots, ascots and necklaces are drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import folds, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import GLOVE, Layer, Mark, Z
from wardrobe.cloth import Cloth, limb_angle, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.style import darken, lighten

Draw = Callable[[Cloth], list[Layer]]


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
        falls = [
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
            Mark(strokes(*falls), width=0.75, strength=0.85),
            Mark(trace(np.array(border), closed=False), colour=c.trim, width=4.5),
        ]
        found.append(c.piece(z, arm.outline(0.3, 0.97, 0.18 * h, 1.5 * h), marks=marks, angle=limb_angle(arm, 0.7)))
        found.append(c.detail(z + 0.1, arm.band(0.3, 0.045, 0.26 * h), c.trim, shading=0.3))
        x, y = outer[1] * 0.9 + inner[1] * 0.1
        bow, creases = upper.bow(float(x), float(y), 0.7 * h, tails=0.8)
        found.append(c.detail(z + 0.2, bow, c.trim, marks=[Mark(creases, width=0.6)], line=0.9))
    return found


def _ruffle(c: Cloth, v0: float, v1: float, half: float, z: float) -> list[Layer]:
    """A fan of pleats from the throat at level v0 to v1, edged with lace; the back of its folds shows between them."""
    w, count = c.figure.body.shoulder, 5
    (x, y0), (_, y1) = c.front(0.0, v0), c.front(0.0, v1)
    s = np.linspace(-1, 1, 10 * count + 1)
    dip = y1 - 0.3 * half * s**2
    found, middles = [], np.arange(5, 10 * count, 10)
    for shift, colour in ((0.0, darken(c.main, 0.3)), (1.0, c.main)):
        lobes = np.abs(np.sin(0.5 * np.pi * count * (s + 1)) if shift else np.cos(0.5 * np.pi * count * (s + 1)))
        low = np.stack([x + half * s, dip + 0.2 * half * lobes**0.7 * (1.0 if shift else 0.7)], 1)
        side = spline(np.array([low[-1], (x + 0.72 * half, 0.45 * y0 + 0.55 * dip[-1]), (x + 0.12 * w, y0)]), 9)[1:]
        root = np.concatenate([side, (side * [-1, 1] + [2 * x, 0])[::-1]])
        marks = []
        if shift:
            lace = low * [0.96, 1.0] + [0.04 * x, -0.2 * half]
            band = np.concatenate([lace, low[::-1] + [0, 0.1]])
            eyes = Path()
            for px, py in (low[middles] - [0.0, 0.09 * half]).tolist():
                eyes.add_circle(px, py, 0.04 * half)
            gathered = [np.stack([[x + 0.09 * w * s[i], y0], low[i] * [1, 1] - [0, 0.02]]) for i in range(10, 10 * count, 10)]
            marks = [
                Mark(polygon(band), "fill", lighten(c.main, 0.8)),
                Mark(trace(lace, closed=False), width=0.5, strength=0.7),
                Mark(eyes, "shade", strength=0.9),
                folds.folds(*[line[::-1] for line in gathered], depth=0.1 * half, ends=(0.9, 0.2)),
            ]
        path = polygon(np.concatenate([low, root]))
        found.append(c.piece(z + 0.05, path, marks=marks) if shift else c.detail(z, path, colour, shading=0.2))
    return found


def jabot(c: Cloth) -> list[Layer]:
    """A band round the neck, three fans of lace one over the other below it, a brooch where they are gathered."""
    w = c.figure.body.shoulder
    found = upper.stand_collar(c, lighten(c.main, 0.5), Z.NECKWEAR + 0.4, 0.45)
    for k, (v0, v1, half) in enumerate(((0.12, 0.46, 0.6), (0.09, 0.34, 0.5), (0.06, 0.21, 0.38))):
        found += _ruffle(c, v0, v1, half * w, Z.NECKWEAR + 0.1 * k)
    x, y = c.front(0.0, 0.1)
    gem = c.detail(
        Z.NECKWEAR + 0.6,
        Path.circle(x, y, 0.1 * w),
        tailor.BRASS,
        marks=[Mark(Path.circle(x, y, 0.066 * w), "fill", c.contrast if c.garment.second_rgb else (52, 92, 168))],
    )
    return [*found, gem]


def ascot(c: Cloth) -> list[Layer]:
    """Soft silk wound round the throat, its two ends lapped into a puff that goes into the open neckline."""
    w, n, (x, y) = c.figure.body.shoulder, c.figure.body.neck_half, c.figure.torso.at(0, 0.0)
    hx, chin = c.figure.head.centre[0], c.figure.head.at(0, 0.5)[1]
    top, q = min(chin + 0.45 * (y - chin), y - 0.3 * n), max(1.08 * n, 0.32 * w)
    turned = (c.front(0.0, 0.1)[0] - c.figure.torso.at(0, 0.1)[0]) / c.figure.torso.half(0.1)
    lean, found = 0.6 * (hx - x), []

    def at(u: float, down: float) -> tuple[float, float]:
        return x + turned * n * (0.5 + 0.6 * down) + u * q, y + down * q

    def drape(*rows: tuple[float, float]) -> Points:
        return spline(np.array([at(*row) for row in rows]), 12)

    for k, sign in enumerate((-1, 1)):  # the ends: the second one lies over the first
        edge = [(x + 1.24 * sign * n, y + 0.06 * n), at(0.94 * sign, 0.7), at(0.62 * sign, 1.3), at(0.0, 1.86)]
        lap = [at(0.0, 1.86), at(-0.26 * sign, 1.5), at(-0.3 * sign, 0.9), at(-0.1 * sign, 0.3)]
        opening, inner = spline(np.array(edge), 14), spline(np.array(lap), 12)
        creases = [
            drape((0.26 * sign, 0.5), (0.56 * sign, 0.74), (0.66 * sign, 1.14)),
            drape((0.14 * sign, 0.6), (0.32 * sign, 0.95), (0.34 * sign, 1.5)),
            drape((0.02 * sign, 0.6), (0.02 * sign, 1.0), (0.06 * sign, 1.6)),
        ]
        under = np.concatenate([opening, (opening - [sign * 0.2 * q, 0.16 * q])[::-1]])
        marks = [
            folds.folds(*creases, depth=0.16 * q, ends=(0.9, 0.1)),
            Mark(polygon(under), "shade", strength=0.9),
            Mark(trace(opening, closed=False), width=2.0),
        ]
        found.append(c.piece(Z.NECKWEAR + 0.1 * k, polygon(np.concatenate([opening, inner])), marks=marks))
        found[-1].casts = False  # it goes on under the shirt
    for k, sign in enumerate((1, -1)):  # the turns round the neck, the second one lies over the first
        nape = [(x + lean + sign * 1.06 * n, top), (x + lean + sign * 0.5 * n, top + 0.2 * n), at(-0.3 * sign, 0.4)]
        turn = [*nape, at(-0.34 * sign, 0.62), at(0.1 * sign, 0.66), at(0.66 * sign, 0.46), (x + sign * 1.28 * n, y + 0.06 * n)]
        crease = np.array([(x + lean + sign * 1.0 * n, 0.6 * top + 0.4 * y), at(0.5 * sign, 0.24), at(-0.16 * sign, 0.52)])
        marks = [folds.folds(spline(crease, 12)[::-1], depth=0.12 * q, ends=(0.9, 0.2))]
        found.append(c.piece(Z.NECKWEAR + 0.3 + 0.1 * k, upper.curve_blob(turn), marks=marks))
    pin = c.detail(Z.NECKWEAR + 0.6, Path.circle(*at(0.02, 0.92), 0.13 * q), tailor.BRASS, line=0.8, shading=0.2)
    return [*found, pin]


def necklace(c: Cloth) -> list[Layer]:
    """A fine chain and a faceted pendant in its setting."""
    w, torso = c.figure.body.shoulder, c.figure.torso
    x, y = c.front(0.0, 0.35)
    r = 0.09 * w + 0.012
    chain = spline(
        np.array([torso.at(-0.8, -0.02), c.front(-0.36, 0.19), (x, y - 0.9 * r), c.front(0.36, 0.19), torso.at(0.8, -0.02)]), 30
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
    "fingerless gloves": fingerless_gloves,
    "detached sleeves": detached_sleeves,
    "jabot": jabot,
    "ascot": ascot,
    "necklace": necklace,
}
