"""What people hold from day to day: vessels, books, bags, flowers, instruments, animals."""

from __future__ import annotations

import numpy as np

from training.characters.grips import Grip, in_both
from training.characters.held_arms import BRASS, PAPER, STEEL, WOOD, Draw
from wardrobe.canvas import Layer
from wardrobe.cloth import Cloth
from wardrobe.path import Path
from wardrobe.style import RGB, darken, lighten

LEAF: RGB = (92, 150, 84)


def umbrella(c: Cloth, g: Grip) -> list[Layer]:
    top, wide = -2.3, 1.5
    s = np.linspace(-1, 1, 9)
    dome = [(float(wide * x), float(top + 0.95 - 0.95 * np.sqrt(max(1 - x * x, 0)))) for x in s]
    hem = [(float(wide * x), float(top + 0.95 + (0.1 if k % 2 else -0.06))) for k, x in enumerate(np.linspace(1, -1, 11)[1:-1])]
    ribs = [
        g.smooth([(0, top), (0.55 * wide * k, top + 0.4), (0.62 * wide * k, top + 0.92)], False) for k in (-1, -0.33, 0.33, 1)
    ]
    cover = g.piece(c, g.path([*dome, *hem]), c.main, 1, ribs)
    cover.pattern = c.fabric()
    if c.garment.detail % 2:
        cover.z = 4.0  # behind the head
    stick = g.path([(-0.03, 0.3), (0.03, 0.3), (0.03, top), (-0.03, top)])
    return [g.piece(c, stick, WOOD), cover]


def furled(c: Cloth, g: Grip) -> list[Layer]:
    cloth = [(-0.05, 0.3), (0.05, 0.3), (0.14, 0.6), (0.08, 1.75), (0, 1.85), (-0.08, 1.75), (-0.14, 0.6)]
    hook = [(-0.03, 0.35), (0.03, 0.35), (0.03, -0.1), (-0.03, -0.1)]
    return [
        g.piece(c, g.path(hook), WOOD),
        g.piece(c, g.smooth(cloth), c.main, 1, [g.path([(0, 0.4), (0.04, 1.6)], closed=False)]),
    ]


def cup(c: Cloth, g: Grip) -> list[Layer]:
    tall, wide = (0.2, 0.15) if c.garment.detail % 2 else (0.3, 0.13)
    cup = [(-wide, -tall), (wide, -tall), (wide * 0.75, tall), (-wide * 0.75, tall)]
    found = [g.piece(c, g.path(cup), c.main)]
    found.append(g.piece(c, g.disc(0, -tall, wide, 0.04), darken(c.main, 0.3) if c.garment.detail % 3 else PAPER, 1))
    if tall > 0.25:
        found.append(g.piece(c, g.path([(0.03, -tall), (0.06, -tall), (0.12, -0.55), (0.09, -0.56)]), c.contrast, 2))
    return found


def bottle(c: Cloth, g: Grip) -> list[Layer]:
    rows = [
        (-0.13, 0.35),
        (0.13, 0.35),
        (0.13, -0.15),
        (0.05, -0.28),
        (0.05, -0.48),
        (-0.05, -0.48),
        (-0.05, -0.28),
        (-0.13, -0.15),
    ]
    label = g.path([(-0.13, 0.2), (0.13, 0.2), (0.13, 0.0), (-0.13, 0.0)])
    return [g.piece(c, g.path(rows), c.main), g.piece(c, label, PAPER, 1)]


def flowers(many: int) -> Draw:
    def draw(c: Cloth, g: Grip) -> list[Layer]:
        rng = np.random.default_rng(c.garment.detail)
        found, stems = [], Path()
        spread = 0.06 * many
        heads = [(float(rng.normal(0, spread)), -0.62 + float(rng.uniform(-0.16, 0.2))) for _ in range(many)]
        for x, y in heads:
            stems.add_path(g.path([(-0.02, 0.3), (0.02, 0.3), (x + 0.02, y), (x - 0.02, y)]))
        found.append(g.piece(c, stems, LEAF))
        if many > 2:
            wrap = [(-0.1, 0.35), (0.1, 0.35), (0.4, -0.45), (0.0, -0.3), (-0.4, -0.45)]
            found.append(g.piece(c, g.path(wrap), PAPER if c.garment.detail % 2 else c.trim, 1))
        for k, (x, y) in enumerate(heads):
            turns = np.linspace(0, 2 * np.pi, 11)[:-1]
            reach = np.where(np.arange(10) % 2, 0.1, 0.17) * float(rng.uniform(0.8, 1.3))
            petals = [(float(x + r * np.cos(t)), float(y + r * np.sin(t))) for r, t in zip(reach, turns, strict=True)]
            found.append(g.piece(c, g.smooth(petals), c.main if k % 3 else c.contrast, 2 + k, [g.disc(x, y, 0.05)]))
        return found

    return draw


def fan(c: Cloth, g: Grip) -> list[Layer]:
    turns = np.radians(np.linspace(-160, -20, 13))
    arc = [(float(0.75 * np.cos(t)), float(0.75 * np.sin(t))) for t in turns]
    ribs = [g.path([(0, 0), arc[k]], closed=False) for k in range(2, 12, 2)]
    return [g.piece(c, g.path([(0, 0.08), *arc]), c.main, 0, ribs)]


def lantern(c: Cloth, g: Grip) -> list[Layer]:
    glass = [(-0.17, 0.35), (0.17, 0.35), (0.2, 0.8), (-0.2, 0.8)]
    frame = [(-0.24, 0.78), (0.24, 0.78), (0.24, 0.9), (-0.24, 0.9)]
    roof = [(-0.22, 0.36), (0.22, 0.36), (0.04, 0.18), (0.04, -0.05), (-0.04, -0.05), (-0.04, 0.18)]
    return [
        g.piece(c, g.path(rows), tone, k)
        for k, (rows, tone) in enumerate(((glass, (255, 226, 140)), (frame, c.main), (roof, c.main)))
    ]


def slab(half: float, tall: float, over: float, screen: bool) -> Draw:
    """A phone, a tablet, a sheet, a closed book. over: how far it stands above the fingers, of its height."""

    def draw(c: Cloth, g: Grip) -> list[Layer]:
        rows = [(-half, tall * (1 - over)), (half, tall * (1 - over)), (half, -tall * (1 + over)), (-half, -tall * (1 + over))]
        inside = [(x * 0.84, y + (0.06 if y < 0 else -0.06)) for x, y in rows]
        found = [g.piece(c, g.path(rows), (50, 52, 58) if screen and c.garment.detail % 2 else c.main)]
        if screen:
            found.append(g.piece(c, g.path(inside), lighten(c.contrast, 0.5), 1))
        elif c.garment.detail % 2:
            found.append(
                g.piece(
                    c,
                    g.path([(-half, rows[0][1]), (-half * 0.8, rows[0][1]), (-half * 0.8, rows[2][1]), (-half, rows[2][1])]),
                    c.trim,
                    1,
                )
            )
            found[0].marks += g.piece(c, g.path(inside), c.main, 1, [g.path([(-0.1, -0.1), (0.15, -0.1)], closed=False)]).marks
        return found

    return draw


def open_book(c: Cloth, g: Grip) -> list[Layer]:
    cover = [(-0.62, -0.42), (0, -0.3), (0.62, -0.42), (0.62, 0.3), (0, 0.42), (-0.62, 0.3)]
    found = [g.piece(c, g.path(cover), c.main)]
    for sign in (-1, 1):
        page = [(0, -0.3), (sign * 0.3, -0.4), (sign * 0.57, -0.38), (sign * 0.57, 0.22), (sign * 0.3, 0.24), (0, 0.34)]
        lines = [g.path([(sign * 0.1, y), (sign * 0.48, y - 0.06)], closed=False) for y in (-0.16, -0.04, 0.08)]
        found.append(g.piece(c, g.path(page), PAPER, 1, lines))
    return found


def bag(half: float, tall: float, drop: float) -> Draw:
    """A handbag, shopping bag, basket, suitcase or bucket on its handle."""

    def draw(c: Cloth, g: Grip) -> list[Layer]:
        wide = half * (1 + 0.12 * (c.garment.detail % 3 - 1))
        handle = g.smooth([(-0.6 * half, drop), (-0.3 * half, 0.0), (0, -0.06), (0.3 * half, 0.0), (0.6 * half, drop)], False)
        strap = g.smooth(
            [
                (-0.6 * half, drop),
                (-0.32 * half, -0.02),
                (0.32 * half, -0.02),
                (0.6 * half, drop),
                (0.5 * half, drop),
                (0.25 * half, 0.05),
                (-0.25 * half, 0.05),
                (-0.5 * half, drop),
            ]
        )
        body = g.path([(-half, drop), (half, drop), (wide, drop + tall), (-wide, drop + tall)])
        flap = g.path([(-half, drop + 0.3 * tall), (half, drop + 0.3 * tall)], closed=False)
        layer = g.piece(c, body, c.main, 1, [flap])
        layer.pattern = c.fabric()
        found = [g.piece(c, strap, c.trim, 0, [handle]), layer]
        if c.garment.detail % 2:
            found.append(g.piece(c, g.disc(0, drop + 0.33 * tall, 0.05), BRASS, 2))
        return found

    return draw


def ball(c: Cloth, g: Grip) -> list[Layer]:
    r = 0.26 if c.garment.detail % 2 else 0.42
    seams = [g.smooth([(-r, -0.1), (0, 0.06), (r, -0.1)], False), g.smooth([(-0.1, -r), (0.1, 0), (-0.1, r)], False)]
    return [g.piece(c, g.disc(0, 0.05, r), c.main, 0, seams)]


def balloon(c: Cloth, g: Grip) -> list[Layer]:
    string = g.path([(-0.012, 0.2), (0.012, 0.2), (0.07, -2.0), (0.045, -2.0)])
    return [g.piece(c, string, PAPER), g.piece(c, g.disc(0.06, -2.5, 0.42, 0.52), c.main, 1)]


def tray(c: Cloth, g: Grip) -> list[Layer]:
    plate = g.disc(0, -0.12, 0.75, 0.12)
    cup = g.path([(-0.35, -0.5), (-0.05, -0.5), (-0.1, -0.14), (-0.3, -0.14)])
    cake = g.path([(0.1, -0.16), (0.5, -0.16), (0.46, -0.42), (0.14, -0.42)])
    return [g.piece(c, plate, STEEL), g.piece(c, cup, PAPER, 1), g.piece(c, cake, c.main, 2)]


def microphone(c: Cloth, g: Grip) -> list[Layer]:
    rows = [(-0.06, 0.35), (0.06, 0.35), (0.08, -0.2), (-0.08, -0.2)]
    return [g.piece(c, g.path(rows), (56, 56, 64)), g.piece(c, g.disc(0, -0.28, 0.13), STEEL, 1)]


def food(c: Cloth, g: Grip) -> list[Layer]:
    if c.garment.detail % 2:
        cone = g.path([(-0.13, -0.16), (0.13, -0.16), (0.0, 0.26)])
        return [
            g.piece(c, cone, (222, 176, 110)),
            g.piece(c, g.disc(0, -0.24, 0.16), c.main, 1),
            g.piece(c, g.disc(0, -0.44, 0.13), c.contrast, 2),
        ]
    return [
        g.piece(c, g.disc(0, -0.04, 0.2), c.main),
        g.piece(c, g.path([(0, -0.2), (0.03, -0.34), (0.06, -0.33), (0.03, -0.2)]), WOOD, 1),
    ]


FURS: tuple[RGB, ...] = ((240, 236, 228), (150, 112, 80), (70, 64, 66), (216, 160, 98), (170, 170, 176), (238, 208, 160))


def animal(c: Cloth, g: Grip) -> list[Layer]:
    """A cat, rabbit, dog or bear, real or a toy, its head up and its legs hanging over the arms."""
    detail = c.garment.detail
    fur = FURS[detail % len(FURS)] if detail % 7 else c.main
    ears = ("cat", "rabbit", "bear", "dog")[detail // 7 % 4]
    pale = lighten(fur, 0.4)
    body = g.smooth([(-0.28, -0.2), (0.28, -0.2), (0.42, 0.35), (0.2, 0.72), (-0.2, 0.72), (-0.42, 0.35)])
    found = [g.piece(c, body, fur, 0), g.piece(c, g.disc(0, 0.3, 0.2, 0.3), pale, 1)]
    for x in (-0.27, 0.27):
        found.append(g.piece(c, g.disc(x, 0.74, 0.13, 0.2), fur, 2))
        shapes = {
            "cat": g.path([(x - 0.13, -0.55), (x * 1.45, -0.92), (x + 0.13, -0.55)]),
            "rabbit": g.disc(0.6 * x, -1.05, 0.09, 0.36),
            "bear": g.disc(1.05 * x, -0.72, 0.13),
            "dog": g.disc(1.4 * x, -0.4, 0.12, 0.26),
        }
        found.append(g.piece(c, shapes[ears], darken(fur, 0.12), 3 if ears != "dog" else 6))
    eyes = Path()
    for x in (-0.13, 0.13):
        eyes.add_path(g.disc(x, -0.46, 0.045))
    found.append(g.piece(c, g.disc(0, -0.42, 0.36, 0.32), fur, 4))
    found.append(g.piece(c, g.disc(0, -0.3, 0.14, 0.1), pale, 5, [g.path([(0, -0.32), (0, -0.26)], closed=False)]))
    dark = g.piece(c, eyes, (36, 32, 36), 7)
    dark.line = 0.0
    return [*found, dark]


def box(c: Cloth, g: Grip) -> list[Layer]:
    gift = c.garment.detail % 2
    body = g.piece(c, g.path([(-0.6, -0.35), (0.6, -0.35), (0.55, 0.5), (-0.55, 0.5)]), c.main if gift else (196, 154, 104))
    lid = g.piece(c, g.path([(-0.66, -0.5), (0.66, -0.5), (0.66, -0.3), (-0.66, -0.3)]), lighten(body.colour, 0.15), 1)
    if not gift:
        return [body, lid]
    return [body, lid, g.piece(c, g.path([(-0.09, -0.5), (0.09, -0.5), (0.09, 0.5), (-0.09, 0.5)]), c.contrast, 2)]


def guitar(c: Cloth, g: Grip) -> list[Layer]:
    """Its body under the leading hand, its neck to the other; the strap over the far shoulder."""
    figure = c.figure
    other = np.array(in_both(figure, "l" if g.side > 0 else "r").at)
    reach = float(np.hypot(*(other - g.at))) / g.size + 0.1
    body = [
        (-0.3, -0.32),
        (0.3, -0.32),
        (0.24, -0.02),
        (0.46, 0.36),
        (0.3, 0.72),
        (0, 0.8),
        (-0.3, 0.72),
        (-0.46, 0.36),
        (-0.24, -0.02),
    ]
    neck = [(-0.05, 0.0), (0.05, 0.0), (0.045, -reach - 0.2), (-0.045, -reach - 0.2)]
    head = [(-0.06, -reach - 0.15), (0.06, -reach - 0.15), (0.09, -reach - 0.5), (-0.09, -reach - 0.5)]
    strings = [g.path([(x, 0.45), (x, -reach)], closed=False) for x in (-0.02, 0.02)]
    wood = WOOD if c.garment.detail % 2 else c.main
    start, low = figure.torso.at(-g.side * 0.66, 0.05), g.points([(-0.1, 0.66)])[0]
    strap = ribbon_between(start, (float(low[0]), float(low[1])), 0.05 * g.size + 0.02)
    return [
        c.detail(g.z - 0.05, strap, c.trim),
        g.piece(c, g.smooth(body), wood, 0, [g.path([(-0.1, 0.46), (0.1, 0.46)], closed=False)]),
        g.piece(c, g.disc(0, 0.12, 0.12), darken(wood, 0.6), 1),
        g.piece(c, g.path(neck), darken(WOOD, 0.35), 2, strings),
        g.piece(c, g.path(head), darken(WOOD, 0.2), 3),
    ]


def ribbon_between(a: tuple[float, float], b: tuple[float, float], half: float) -> Path:
    """A straight strap."""
    along = np.subtract(b, a) / max(float(np.hypot(*np.subtract(b, a))), 1e-6)
    over = np.array([-along[1], along[0]]) * half
    return Path.polygon([(a + over).tolist(), (b + over).tolist(), (b - over).tolist(), (a - over).tolist()])
