"""How more headwear is drawn: veil, crown, tiara, flower crown, nurse cap, sailor hat, pirate hat, cat ears, top hat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, cross, shape, strokes
from wardrobe.garments_head import Rows, blob, corners, lines, on_head, skull
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Box, Path
from wardrobe.style import RGB, darken, lighten
from wardrobe.tailoring import BRASS

Draw = Callable[[Cloth], list[Layer]]
GEMS: tuple[RGB, ...] = ((204, 52, 70), (58, 110, 206), (60, 160, 110), (236, 236, 244))


def _arc(c: Cloth, y: float, rise: float, reach: float = 1.0, count: int = 25) -> Points:
    """A line over the skull from side to side, N x 2 in head space. y: its height at the sides; rise: how much higher it is
    in the middle; reach: share of the skull's half-width."""
    s = np.linspace(-reach, reach, count)
    shift = 0.05 * c.figure.head.turn * (1 - s**2)
    return np.stack([s * skull(c) + shift, y - rise * (1 - s**2)], 1)


def _gem(c: Cloth, places: Points, radius: float, z: float, colour: RGB) -> Layer:
    path, glint = Path(), Path()
    for x, y in places.tolist():
        path.add_circle(x, y, radius)
        glint.add_circle(x - 0.3 * radius, y - 0.35 * radius, 0.3 * radius)
    return c.detail(z, on_head(c, path), colour, marks=[Mark(on_head(c, glint), "light", strength=0.8)], shading=0.4)


def _sheer(c: Cloth, path: Path, colour: RGB, *folds_: Points) -> list[Layer]:
    """Thin cloth over the hair: pale, seen through, with a light edge and faint folds. From the arms' height down it lies behind
    them and the body."""
    top = min(float((arm.centre[:, 1] - 1.5 * arm.half).min()) for arm in c.figure.arms.values())
    box, neck, found = path.bounds(), c.figure.torso.at(0, 0.0), []
    for z, low, high in ((float(Z.HEADWEAR), box.top - 1, top), (Z.BACK_HAIR + 6.0, top, box.bottom + 1)):
        if low >= high:
            continue
        # nothing but what lies on it is seen of this layer: it has to be where another hides it
        x, y = c.figure.head.at(0.0, -0.54) if z == Z.HEADWEAR else neck
        host = c.detail(z, Path.circle(x, y, 0.01), colour, line=0.0, shading=0.0)
        host.clip = Path.rect(Box(box.left - 1, low, box.right + 1, high))
        host.marks = [Mark(path, "fill", colour, clip=False, strength=0.42)]
        host.marks += [Mark(trace(fold, closed=False), colour=WHITE, width=1.1, strength=0.55, clip=False) for fold in folds_]
        found.append(host)
    return found


def veil(c: Cloth) -> list[Layer]:
    """One sheet of tulle from a band of flowers: thin over the hair, so that this is seen through it, then wide behind the
    shoulders down to the hips."""
    w, torso, head = skull(c), c.figure.torso, c.figure.head
    end, x0 = 1.12 * torso.length, torso.at(0, 0.3)[0]
    wide = max(1.75 * c.figure.body.shoulder, w + 0.24)
    tone = lighten(c.main, 0.62)
    rows = ((w * 0.55, -0.56), (w * 1.06, -0.4), (w + 0.17, 0.0), (w + 0.24, 0.4))
    ends = (wide * 0.92, 0.5 * end), (wide * 1.12, end)
    sides = {
        s: spline(np.array([*(head.at(s * x, y) for x, y in rows), *((x0 + s * x, y) for x, y in ends)]), 31) for s in (-1, 1)
    }
    s = np.linspace(0, 1, 49)[:, None]
    wave = 0.035 * np.cos(12 * np.pi * s[:, 0]) + 0.14 * np.sin(np.pi * s[:, 0])
    hem = sides[-1][-1] + (sides[1][-1] - sides[-1][-1]) * s + np.stack([0 * s[:, 0], wave], 1)
    outline = np.concatenate([sides[-1], hem[1:-1], sides[1][::-1]])
    middle = np.array(head.at(0.0, -0.4))
    falls = [
        spline(np.stack([middle, (middle + hem[k]) / 2 + (hem[k] - hem[24]) * [0.22, 0], hem[k]]), 12) for k in range(4, 48, 4)
    ]
    back = c.detail(Z.BEHIND + 1, polygon(outline), tone, line=0.7, shading=0.25)
    back.marks += [
        Mark(trace(hem - [0, 0.05], closed=False), colour=WHITE, width=2.2),
        Mark(strokes(*falls), width=0.6, strength=0.5),
    ]
    crown = np.concatenate([_arc(c, -0.42, 0.16, 0.92), _arc(c, -0.36, 0.1, 0.86)[::-1]])
    band = c.piece(Z.HEADWEAR + 0.05, on_head(c, polygon(crown)))
    found = [back, band]
    for sign, line in sides.items():
        inner = spline(
            np.array(
                [
                    head.at(sign * w * 0.5, -0.47),
                    head.at(sign * w * 0.92, -0.26),
                    head.at(sign * (w + 0.0), 0.05),
                    head.at(sign * (w + 0.02), 0.42),
                    (x0 + sign * 0.8 * wide, 0.42 * end),
                    (x0 + sign * wide * 1.1, 0.95 * end),
                ]
            ),
            31,
        )
        folds_ = [line[2:29] * f + inner[2:29] * (1 - f) for f in (0.3, 0.65)]
        found += _sheer(c, polygon(np.concatenate([line, inner[::-1]])), tone, inner, *folds_)
    flowers = _arc(c, -0.4, 0.13, 0.86, 9)
    for k, (x, y) in enumerate(flowers.tolist()):
        found.append(
            _flower(c, x, y, 0.075 if k % 2 else 0.095, Z.HEADWEAR + 0.1 + 0.01 * k, lighten(c.trim, 0.65) if k % 2 else WHITE)
        )
    return found


def _flower(c: Cloth, x: float, y: float, r: float, z: float, colour: RGB, heart: RGB = (240, 206, 108)) -> Layer:
    """Five round petals about a heart. r: of the whole, head space."""
    a = np.linspace(0, 2 * np.pi, 41)[:-1]
    radius = r * (0.78 + 0.22 * np.abs(np.cos(2.5 * a)))
    petals = on_head(c, polygon(np.stack([x + radius * np.sin(a), y - radius * np.cos(a)], 1)))
    middle = Path.circle(x, y, 0.32 * r)
    middle.transform(c.figure.head.matrix())
    rays: list[Rows] = [
        [
            (x + 0.36 * r * float(np.sin(b)), y - 0.36 * r * float(np.cos(b))),
            (x + 0.7 * r * float(np.sin(b)), y - 0.7 * r * float(np.cos(b))),
        ]
        for b in np.arange(5) * 0.4 * np.pi + 0.2 * np.pi
    ]
    return c.detail(
        z,
        petals,
        colour,
        marks=[Mark(lines(c, *rays), width=0.5, strength=0.8), Mark(middle, "fill", heart), Mark(middle, width=0.5)],
        line=0.8,
        shading=0.3,
    )


def crown(c: Cloth) -> list[Layer]:
    """A king's: a jewelled ring round the head, five points with pearls, a cap of the second colour's velvet inside."""
    w, points = skull(c), 5
    low = _arc(c, -0.3, -0.1, 1.03, 41)
    s = np.linspace(-1, 1, 41)
    top, seam = low * [1.04, 1.0] - [0, 0.15], low * [1.01, 1.0] - [0, 0.035]
    f = np.linspace(-1, 1, 2 * points + 1)
    saw = np.stack([np.interp(f, s, top[:, 0]), np.interp(f, s, top[:, 1])], 1)
    saw[1::2] = saw[1::2] * [1.12, 1.0] - np.stack([0 * f[1::2], 0.25 - 0.05 * f[1::2] ** 2], 1)
    saw[2:-1:2, 1] -= 0.03
    velvet = c.trim if c.garment.second_rgb else (150, 34, 52)
    cap: Rows = [(-w * 1.02, -0.38), (-w * 0.9, -0.58), (-w * 0.5, -0.7), (w * 0.5, -0.7), (w * 0.9, -0.58), (w * 1.02, -0.38)]
    creases = lines(c, *[[(k * w * 0.3, -0.69), (k * w * 0.6, -0.6), (k * w * 0.7, -0.44)] for k in (-1.2, -0.4, 0.4, 1.2)])
    metal = c.piece(Z.HEADWEAR + 0.1, on_head(c, polygon(np.concatenate([low, saw[::-1]]))))
    gleam = polygon(np.concatenate([(seam - [0, 0.012])[2:39], (seam - [0, 0.026])[2:39][::-1]]))
    metal.marks += [Mark(on_head(c, gleam), "light", strength=0.5)]
    metal.marks += [Mark(on_head(c, trace(line, closed=False)), width=0.9) for line in (seam, top + [0, 0.025])]
    gems = (low * [1.02, 1.0])[4:-3:8] - [0, 0.08]
    found = [c.detail(Z.HEADWEAR, blob(c, cap), velvet, marks=[Mark(creases, width=0.7, ends=(0.2, 1.0))]), metal]
    found += [_gem(c, gems[k : k + 1], 0.04, Z.HEADWEAR + 0.2, GEMS[k % 3]) for k in range(len(gems))]
    return [*found, _gem(c, saw[1::2] - [0, 0.02], 0.036, Z.HEADWEAR + 0.2, (250, 246, 236))]


def tiara(c: Cloth) -> list[Layer]:
    """A princess's: a fine band that rises to a point, with scrolls and stones."""
    s = np.linspace(-1, 1, 33)
    a = s * np.pi / 2  # round the forehead, from temple to temple
    low = np.stack([skull(c) * np.sin(a) + 0.08 * c.figure.head.turn * np.cos(a), -0.19 - 0.14 * np.cos(a)], 1)
    rise = 0.04 + 0.2 * np.exp(-((s / 0.24) ** 2)) + 0.06 * np.abs(np.cos(3.5 * np.pi * s)) * (1 - s**2)
    top = low - np.stack([0 * s, rise], 1)
    peak = top[16]
    scroll = [
        spline(
            np.array(
                [low[16] + [k * 0.02, -0.03], low[16] + [k * 0.1, -0.12], low[16] + [k * 0.03, -0.19], low[16] + [k * 0.06, -0.1]]
            ),
            12,
        )
        for k in (-1, 1)
    ]
    scroll += [
        spline(np.array([low[16 + 5 * k] + [0, -0.03], low[16 + 7 * k] + [0, -0.09], low[16 + 8 * k] + [0, -0.03]]), 8)
        for k in (-1, 1)
    ]
    metal = c.piece(Z.HEADWEAR, on_head(c, polygon(np.concatenate([low, top[::-1]]))))
    metal.marks += [Mark(on_head(c, trace(line, closed=False)), width=0.8) for line in scroll]
    metal.marks.append(Mark(on_head(c, trace(low - [0, 0.026], closed=False)), "line", lighten(c.main, 0.6), 1.0))
    stone = c.trim if c.garment.second_rgb else GEMS[1]
    places = low[[5, 9, 23, 27]] - [0, 0.045]
    return [
        metal,
        _gem(c, (low[16] * 0.55 + peak * 0.45)[None], 0.05, Z.HEADWEAR + 0.1, stone),
        _gem(c, places, 0.024, Z.HEADWEAR + 0.1, lighten(stone, 0.5)),
        _gem(c, peak[None] - [0, 0.01], 0.026, Z.HEADWEAR + 0.1, WHITE),
    ]


def flower_crown(c: Cloth) -> list[Layer]:
    """A wreath: flowers of the main colour among leaves."""
    line = _arc(c, -0.33, 0.14, 0.98, 27)
    vine = np.concatenate([line - [0, 0.02], (line + [0, 0.03])[::-1]])
    found = [c.detail(Z.HEADWEAR, on_head(c, polygon(vine)), (86, 132, 64), shading=0.3)]
    leaves = Path()
    for k in range(1, 26, 2):
        (x, y), turn = line[k].tolist(), (1 if k % 4 == 1 else -1)
        leaves.add_path(shape((x, y), (x + 0.05, y - 0.07 * turn), (x + 0.13, y - 0.1 * turn), (x + 0.1, y - 0.02 * turn)))
    found.append(c.detail(Z.HEADWEAR + 0.05, on_head(c, leaves), (110, 164, 84), shading=0.2, line=0.8))
    for k, index in enumerate(range(2, 27, 4)):
        x, y = line[index].tolist()
        colour = c.main if k % 2 == 0 else (c.trim if c.garment.second_rgb else lighten(c.main, 0.5))
        found.append(_flower(c, x, y, 0.1 if k % 2 == 0 else 0.08, Z.HEADWEAR + 0.1 + 0.01 * k, colour))
    return found


def nurse_cap(c: Cloth) -> list[Layer]:
    """Stiff and folded: its turned-up brim lies round the head from temple to temple, a cross in the middle."""
    w, d = skull(c), 0.08 * c.figure.head.turn
    s = np.linspace(-1, 1, 25)
    a = s * np.pi / 2
    low = np.stack([w * 0.98 * np.sin(a) + d * np.cos(a), -0.24 - 0.1 * np.cos(a)], 1)
    tall = 0.1 + 0.22 * np.cos(a) ** 0.6
    top = low * [1.04, 1.0] - np.stack([0 * s, tall], 1)
    rim = (low + (top - low) * 0.86)[1:-1]
    right: Rows = [(w * 0.5, -0.78), (w * 0.86, -0.64), (w * 0.96, -0.42)]
    crown: Rows = [*((-x, y) for x, y in right[::-1]), *right]
    pleats = lines(c, *[[(k * w * 0.3 + d, -0.78), (k * w * 0.34 + d, -0.6)] for k in (-1, 1)])
    plus = cross(d, -0.49, 0.085)
    marks = [
        Mark(on_head(c, trace(rim, closed=False)), width=0.6, strength=0.7),
        Mark(corners(c, plus), "fill", c.garment.second_rgb or (206, 44, 56)),
        Mark(corners(c, plus), width=0.5),
    ]
    return [
        c.piece(Z.HEADWEAR, blob(c, crown), marks=[Mark(pleats, width=0.8)]),
        c.piece(Z.HEADWEAR + 0.1, on_head(c, polygon(np.concatenate([low, top[::-1]]))), marks=marks),
    ]


def sailor_hat(c: Cloth) -> list[Layer]:
    """A round flat crown over a band with a stripe that lies round the head, two ribbons behind."""
    w = skull(c)
    lean = 0.06 if c.garment.detail & 1 else -0.06
    band_colour = c.trim
    dome: Rows = [
        (-w * 0.96, -0.4),
        (-w * 1.2 + lean, -0.58),
        (-w * 0.66 + lean, -0.75),
        (w * 0.66 + lean, -0.75),
        (w * 1.2 + lean, -0.58),
        (w * 0.96, -0.4),
        (0, -0.34),
    ]
    low, high = _arc(c, -0.28, -0.08, 1.02), _arc(c, -0.45, -0.06, 1.04)
    band, stripe = np.concatenate([low, high[::-1]]), low * 0.45 + high * 0.55
    pleats = lines(c, *[[(k * w * 0.75 + lean, -0.72 + 0.06 * k * k), (k * w * 0.9, -0.46)] for k in (-0.8, -0.4, 0.0, 0.4, 0.8)])
    tails = Path()
    side = 1 if lean > 0 else -1
    for a, b in ((0.06, 0.5), (0.16, 0.42)):
        x = side * w * 1.0
        tails.add_path(
            shape(*((x + side * p, q) for p, q in ((-0.05, -0.36), (0.04, -0.4), (a + 0.12, b - 0.3), (a + 0.02, b - 0.24))))
        )
    return [
        c.detail(Z.BACK_HAIR + 5, on_head(c, tails), band_colour),
        c.piece(Z.HEADWEAR, blob(c, dome), marks=[Mark(pleats, width=0.65, strength=0.8)]),
        c.piece(
            Z.HEADWEAR + 0.1,
            on_head(c, polygon(band)),
            marks=[Mark(on_head(c, trace(stripe, closed=False)), colour=band_colour, width=4.0)],
        ),
    ]


def pirate_hat(c: Cloth) -> list[Layer]:
    """A cocked hat, its brim turned up in front and edged with braid, a skull on it, a feather at the side."""
    w = skull(c)
    gold = c.garment.second_rgb or BRASS
    dome: Rows = [(-w * 0.86, -0.42), (-w * 0.8, -0.74), (-w * 0.36, -0.9), (w * 0.36, -0.9), (w * 0.8, -0.74), (w * 0.86, -0.42)]
    brim_top = spline(
        np.array(
            [
                (-w * 1.6, -0.3),
                (-w * 1.2, -0.56),
                (-w * 0.6, -0.74),
                (0.0, -0.82),
                (w * 0.6, -0.74),
                (w * 1.2, -0.56),
                (w * 1.6, -0.3),
            ]
        ),
        33,
    )
    brim_low = spline(np.array([(w * 1.6, -0.3), (w * 0.9, -0.31), (0.0, -0.37), (-w * 0.9, -0.31), (-w * 1.6, -0.3)]), 21)
    front = c.piece(Z.HEADWEAR + 0.2, on_head(c, polygon(np.concatenate([brim_top, brim_low[1:-1]]))))
    front.marks.append(Mark(on_head(c, trace(brim_top * [0.97, 1.0] + [0, 0.03], closed=False)), colour=gold, width=3.4))
    bone = (240, 234, 218)
    head_ = blob(c, [(-0.09, -0.62), (0.0, -0.7), (0.09, -0.62), (0.06, -0.52), (-0.06, -0.52)])
    eyes = Path()
    for x in (-0.035, 0.035):
        eyes.add_circle(x, -0.61, 0.021)
    bones = lines(c, [(-0.15, -0.54), (0.15, -0.42)], [(0.15, -0.54), (-0.15, -0.42)])
    front.marks += [
        Mark(bones, colour=bone, width=3.2),
        Mark(head_, "fill", bone),
        Mark(head_, width=0.6),
        Mark(on_head(c, eyes), "fill", (40, 32, 40)),
        Mark(lines(c, [(-0.03, -0.54), (0.03, -0.54)]), colour=(40, 32, 40), width=0.9),
    ]
    side = 1 if c.garment.detail & 1 else -1
    quill = spline(np.array([(side * w * 0.7, -0.62), (side * w * 1.25, -0.98), (side * w * 1.9, -0.9)]), 14)
    vane = np.concatenate(
        [
            quill + np.stack([0 * quill[:, 0], -0.11 * np.sin(np.pi * np.linspace(0, 1, 14)) ** 0.7], 1),
            (quill + np.stack([0 * quill[:, 0], 0.07 * np.sin(np.pi * np.linspace(0, 1, 14)) ** 0.7], 1))[::-1],
        ]
    )
    barbs: list[Rows] = [[(float(a), float(b)), (float(a) + side * 0.07, float(b) - 0.07)] for a, b in quill[3:12:2]]
    feather = c.detail(
        Z.HEADWEAR + 0.1,
        on_head(c, polygon(vane)),
        c.trim if c.garment.second_rgb else (236, 232, 226),
        marks=[Mark(on_head(c, trace(quill, closed=False)), width=0.9), Mark(lines(c, *barbs), width=0.5, strength=0.8)],
    )
    behind = _arc(c, -0.42, 0.26, 1.2)
    back = c.detail(Z.BACK_HAIR - 1, on_head(c, polygon(behind)), darken(c.main, 0.35), shading=0.2)
    return [back, c.piece(Z.HEADWEAR, blob(c, dome)), feather, front]


def cat_ears(c: Cloth) -> list[Layer]:
    """Two furred ears that stand on a thin band over the head, each broad at its root, a tuft of fur inside."""
    w = skull(c)

    def over(degrees: float | Points, grow: float = 0.0) -> Points:
        """Points of the band, by their angle from the crown of the head."""
        a = np.deg2rad(np.atleast_1d(np.asarray(degrees, np.float64)))
        return np.stack([(w * 1.0 + grow) * np.sin(a), -0.06 - (0.49 + grow) * np.cos(a)], 1)

    inside, fur = c.trim if c.garment.second_rgb else lighten(c.main, 0.55), lighten(c.main, 0.7)
    sweep = np.linspace(-74, 74, 41)
    band = polygon(np.concatenate([over(sweep, 0.025), over(sweep, -0.03)[::-1]]))
    found = [c.detail(Z.HEADWEAR + 0.2, on_head(c, band), darken(c.main, 0.35), shading=0.2)]
    for sign in (-1, 1):
        root = over(sign * np.linspace(15, 68, 9))
        tip = np.array([sign * w * 0.98, -0.9])
        swell = np.array([sign * 0.05, -0.03])
        near = spline(np.stack([root[0], (root[0] + tip) / 2 - swell * [0.6, -0.6], tip]), 11)
        far = spline(np.stack([tip, (tip + root[-1]) / 2 + swell, root[-1]]), 11)
        outline = np.concatenate([near, far[1:], root[-2:0:-1]])
        heart = root[4] * 0.92 + tip * 0.08
        hollow = heart + (outline - heart) * [0.62, 0.74]
        base = root[1:8]
        teeth = base + (tip - base) * np.where(np.arange(7) % 2, 0.34, 0.12)[:, None]
        tuft = polygon(np.concatenate([base, teeth[::-1]]))
        marks = [
            Mark(on_head(c, polygon(hollow)), "fill", inside),
            Mark(on_head(c, polygon(hollow)), width=0.5, strength=0.6),
            Mark(on_head(c, tuft), "fill", fur),
        ]
        found.append(c.piece(Z.HEADWEAR + 0.1, on_head(c, polygon(outline)), marks=marks))
    return found


def top_hat(c: Cloth) -> list[Layer]:
    """A tall tube that widens to its flat oval top, a ribbon round its foot, a brim that rolls up at the sides."""
    w, a = skull(c), np.linspace(0, np.pi, 19)
    below, above = np.stack([np.cos(a), np.sin(a)], 1), np.stack([-np.cos(a), -np.sin(a)], 1)

    def ring(half: float, y: float, deep: float) -> Points:
        """The front half of the tube's round at height y, from right to left."""
        return below * [w * half, deep] + [0, y]

    foot, rim = ring(0.9, -0.36, 0.1), ring(0.98, -0.87, 0.07)
    half = np.array([(1.42, -0.42), (1.3, -0.31), (0.7, -0.22)])
    front = spline(np.concatenate([half, [(0, -0.19)], half[::-1] * [-1, 1]]), 31)
    back = spline(np.array([(-1.42, -0.42), (-0.8, -0.4), (0, -0.44), (0.8, -0.4), (1.42, -0.42)]), 21)
    brim_ = np.concatenate([front, back[1:-1]]) * [w, 1.0]
    edge = Mark(on_head(c, trace(front[2:-2] * [0.97 * w, 1.0] - [0, 0.025], closed=False)), width=0.6, strength=0.7)
    lid = np.concatenate([rim, (above * [w * 0.98, 0.07] + [0, -0.87])[1:-1]])
    band = np.concatenate([foot, ring(0.915, -0.5, 0.1)[::-1]])
    gleam = polygon(np.array([(-w * 0.68, -0.77), (-w * 0.5, -0.75), (-w * 0.46, -0.44), (-w * 0.62, -0.46)]))
    return [
        c.piece(Z.HEADWEAR, on_head(c, polygon(brim_)), marks=[edge]),
        c.piece(
            Z.HEADWEAR + 0.1,
            on_head(c, polygon(np.concatenate([foot, rim[::-1]]))),
            marks=[Mark(on_head(c, gleam), "light", strength=0.45)],
        ),
        c.detail(Z.HEADWEAR + 0.15, on_head(c, polygon(lid)), lighten(c.main, 0.14), shading=0.0),
        c.detail(Z.HEADWEAR + 0.2, on_head(c, polygon(band)), c.trim, shading=0.3),
    ]


CROWNS: dict[str, Draw] = {
    "veil": veil,
    "crown": crown,
    "tiara": tiara,
    "flower crown": flower_crown,
    "nurse cap": nurse_cap,
    "sailor hat": sailor_hat,
    "pirate hat": pirate_hat,
    "cat ears": cat_ears,
    "top hat": top_hat,
}
