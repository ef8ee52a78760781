"""Weapons, staffs and tools in hands: upright in their own space, the blade or head upwards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.characters.grips import Grip
from wardrobe.canvas import Layer
from wardrobe.cloth import Cloth
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth, Grip], list[Layer]]
WOOD: RGB = (150, 104, 66)
STEEL: RGB = (196, 204, 214)
BRASS: RGB = (206, 168, 84)
PAPER: RGB = (244, 240, 226)


def _hilt(c: Cloth, g: Grip, length: float, guard: float) -> list[Layer]:
    half = 0.045
    return [
        g.piece(c, g.path([(-half, 0.5 * length), (half, 0.5 * length), (half, -0.5 * length), (-half, -0.5 * length)]), c.trim),
        g.piece(c, g.disc(0, 0.5 * length + 0.04, 0.075), BRASS, 1),
        g.piece(
            c,
            g.smooth([(-guard, -0.48 * length), (0, -0.44 * length), (guard, -0.48 * length), (0, -0.58 * length)]),
            BRASS if c.garment.detail % 3 else darken(c.main, 0.4),
            2,
        ),
    ]


def sword(length: float, half: float, hilt: float, guard: float) -> Draw:
    def draw(c: Cloth, g: Grip) -> list[Layer]:
        start, bend = -0.5 * hilt, 0.25 * half * (c.garment.detail % 5 == 0)
        tip = start - length
        rows = [
            (-half, start),
            (-half + bend, (start + tip) / 2),
            (-half * 0.9 + 3 * bend, tip + 2.2 * half),
            (0.0 + 4 * bend, tip),
            (half * 0.9 + 3 * bend, tip + 2.2 * half),
            (half + bend, (start + tip) / 2),
            (half, start),
        ]
        fuller = g.path([(0, start), (bend, (start + tip) / 2), (3 * bend, tip + 3 * half)], closed=False)
        steel = STEEL if c.garment.detail % 4 else lighten(c.main, 0.3)
        return [g.piece(c, g.path(rows), steel, 0, [fuller]), *_hilt(c, g, hilt, guard)]

    return draw


def scabbard(c: Cloth, g: Grip) -> list[Layer]:
    rows = [(-0.07, -0.1), (0.07, -0.1), (0.09, -1.4), (0.1, -2.5), (0.05, -2.62), (-0.03, -2.5), (-0.06, -1.4)]
    bands = [g.path([(-0.08, y), (0.09, y)], closed=False) for y in (-0.5, -2.3)]
    return [g.piece(c, g.smooth(rows), c.main, 0, bands), *_hilt(c, g, 0.55, 0.13)]


def pole(above: float, below: float, half: float, head: str) -> Draw:
    """A staff, spear, axe, broom, flag ..."""

    def draw(c: Cloth, g: Grip) -> list[Layer]:
        shaft = g.path([(-half, below), (half, below), (half, -above), (-half, -above)])
        found = [g.piece(c, shaft, WOOD if c.garment.detail % 3 else c.trim)]
        top, main = -above, c.main
        if head == "orb":
            ring = g.smooth(
                [(-0.24, top - 0.2), (0, top + 0.1), (0.24, top - 0.2), (0.13, top - 0.08), (0, top - 0.03), (-0.13, top - 0.08)]
            )
            found += [g.piece(c, ring, BRASS, 1), g.piece(c, g.disc(0, top - 0.2, 0.14), main, 2)]
        elif head == "crook":
            rows = [
                (0.0, top + 0.1),
                (0.02, top - 0.3),
                (0.25, top - 0.45),
                (0.36, top - 0.2),
                (0.22, top - 0.1),
                (0.22, top - 0.2),
            ]
            rows += [(0.27, top - 0.3), (0.12, top - 0.3), (0.1, top + 0.1)]
            found.append(g.piece(c, g.smooth(rows), WOOD, 1))
        elif head == "blade":
            rows = [(0, top - 0.62), (0.13, top - 0.2), (0.05, top + 0.06), (-0.05, top + 0.06), (-0.13, top - 0.2)]
            found.append(g.piece(c, g.path(rows), STEEL, 1, [g.path([(0, top - 0.5), (0, top)], closed=False)]))
            if c.garment.detail % 2:
                found.append(
                    g.piece(
                        c, g.smooth([(-0.09, top), (0.09, top), (0.16, top + 0.3), (0, top + 0.2), (-0.16, top + 0.34)]), main, 2
                    )
                )
        elif head == "axe":
            rows = [(0.0, top + 0.36), (0.42, top + 0.5), (0.52, top + 0.16), (0.42, top - 0.18), (0.0, top + 0.02)]
            found.append(
                g.piece(
                    c, g.smooth(rows), STEEL, 1, [g.smooth([(0.36, top + 0.44), (0.43, top + 0.16), (0.36, top - 0.12)], False)]
                )
            )
        elif head == "hammer":
            rows = [(-0.36, top - 0.2), (0.36, top - 0.2), (0.36, top + 0.2), (-0.36, top + 0.2)]
            found.append(g.piece(c, g.path(rows), STEEL if c.garment.detail % 2 else main, 1))
        elif head == "scythe":
            rows = [
                (-0.05, top),
                (0.5, top - 0.2),
                (1.1, top + 0.1),
                (1.4, top + 0.6),
                (1.0, top + 0.24),
                (0.45, top + 0.08),
                (0, top + 0.16),
            ]
            found.append(g.piece(c, g.smooth(rows), STEEL, 1))
        elif head == "broom":
            rows = [
                (-0.08, top + 0.1),
                (0.08, top + 0.1),
                (0.26, top - 0.55),
                (0.1, top - 0.64),
                (-0.12, top - 0.62),
                (-0.26, top - 0.52),
            ]
            straws = [g.path([(0, top), (x, top - 0.5)], closed=False) for x in (-0.14, 0.0, 0.14)]
            found.append(g.piece(c, g.path(rows), (214, 180, 110), 1, straws))
        elif head == "flag":
            rows = [(0.02, top), (0.5, top + 0.08), (1.1, top - 0.05), (1.12, top + 0.6), (0.55, top + 0.72), (0.02, top + 0.62)]
            found.append(g.piece(c, g.smooth(rows), main, 1))
        elif head == "star":
            turns = np.arange(10) * np.pi / 5 - np.pi / 2
            reach = np.where(np.arange(10) % 2, 0.1, 0.22)
            star = [(float(r * np.cos(t)), float(top - 0.15 + r * np.sin(t))) for r, t in zip(reach, turns, strict=True)]
            found.append(g.piece(c, g.path(star), main, 1))
        elif head == "sweet":
            found.append(
                g.piece(
                    c,
                    g.disc(0, top - 0.14, 0.17),
                    main,
                    1,
                    [g.smooth([(-0.1, top - 0.1), (0, top - 0.24), (0.08, top - 0.1), (0, top - 0.1)], False)],
                )
            )
        elif head == "net":
            found.append(g.piece(c, g.disc(0, top - 0.34, 0.32, 0.36), lighten(main, 0.5), 1, [g.disc(0, top - 0.34, 0.2, 0.24)]))
        return found

    return draw


def bow(c: Cloth, g: Grip) -> list[Layer]:
    bend = [(-0.42, -1.5), (-0.1, -1.15), (0.05, -0.5), (0.02, 0.0), (0.05, 0.5), (-0.1, 1.15), (-0.42, 1.5)]
    inner = [(x - 0.07, y * 0.97) for x, y in bend[::-1]]
    string = [(-0.43, -1.48), (-0.41, -1.48), (-0.41, 1.48), (-0.43, 1.48)]
    return [g.piece(c, g.path(string), PAPER), g.piece(c, g.smooth([*bend, *inner]), WOOD if c.garment.detail % 2 else c.main, 1)]


def shield(c: Cloth, g: Grip) -> list[Layer]:
    kind = c.garment.detail % 3
    if kind == 0:
        return [
            g.piece(c, g.disc(0, 0, 0.75), c.trim, over=True),
            g.piece(c, g.disc(0, 0, 0.62), c.main, 1, over=True),
            g.piece(c, g.disc(0, 0, 0.16), STEEL, 2, over=True),
        ]
    low = 1.15 if kind == 1 else 0.8
    rows = [(-0.6, -0.75), (0, -0.85), (0.6, -0.75), (0.58, 0.1), (0.32, 0.65 * low), (0, low), (-0.32, 0.65 * low), (-0.58, 0.1)]
    cross = [g.path([(0, -0.6), (0, low - 0.2)], closed=False), g.path([(-0.4, -0.25), (0.4, -0.25)], closed=False)]
    return [
        g.piece(c, g.path(rows), c.trim, over=True),
        g.piece(c, g.path([(0.82 * x, 0.84 * y) for x, y in rows]), c.main, 1, cross, over=True),
    ]


def pistol(c: Cloth, g: Grip) -> list[Layer]:
    tone = (70, 72, 80) if c.garment.detail % 3 else c.main
    rows = [(-0.06, 0.14), (0.08, 0.14), (0.1, -0.06), (0.52, -0.06), (0.52, -0.22), (-0.1, -0.22), (-0.1, -0.1)]
    return [g.piece(c, g.path(rows), tone, 0, [g.path([(0.1, -0.14), (0.5, -0.14)], closed=False)])]


def rifle(c: Cloth, g: Grip) -> list[Layer]:
    tone: RGB = (66, 70, 76) if c.garment.detail % 2 else darken(c.main, 0.3)
    stock = [(-0.05, 0.15), (0.09, 0.12), (0.16, 0.85), (-0.12, 0.95)]
    body = [(-0.08, 0.2), (0.09, 0.2), (0.08, -0.85), (-0.07, -0.85)]
    barrel = [(-0.04, -0.8), (0.03, -0.8), (0.03, -1.75), (-0.04, -1.75)]
    magazine = [(0.06, -0.1), (0.36, -0.02), (0.36, -0.22), (0.06, -0.32)]
    found = [
        g.piece(c, g.path(rows), colour, k)
        for k, (rows, colour) in enumerate(((barrel, tone), (magazine, tone), (stock, WOOD), (body, darken(tone, 0.2))))
    ]
    if c.garment.detail % 3:
        found.append(g.piece(c, g.path([(-0.08, -0.1), (-0.2, -0.1), (-0.2, -0.6), (-0.08, -0.6)]), tone, 5))
    return found
