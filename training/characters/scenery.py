"""Furniture and other things round a figure: what it sits on, and what stands behind its legs or before them.

All of it is background (0), but is drawn with lines and shade as the figure is.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.characters.framings import extent
from wardrobe.canvas import Layer, Mark
from wardrobe.figure import Figure
from wardrobe.geometry import XY, curve, spline, trace
from wardrobe.parts import ClothingPart
from wardrobe.path import Box, Path
from wardrobe.style import RGB, darken, lighten

Rng = np.random.Generator
BACK, FRONT = 1.0, 132.0  # levels behind everything, and before all but raised hands


@dataclass(frozen=True)
class Ground:
    """What scenery hangs on. box: of body and head; seat: y of the underside of the thighs; x: middle of the hips; floor: y; w:
    half the shoulders' width; z: where it is drawn; main, other: two colours."""

    rng: Rng
    box: Box
    x: float
    seat: float
    floor: float
    w: float
    z: float
    main: RGB
    other: RGB

    def piece(self, path: Path, colour: RGB, dz: float = 0.0, lines: tuple[Path, ...] = ()) -> Layer:
        marks = [Mark(line, width=0.7) for line in lines]
        return Layer(self.z + 0.01 * dz, path, colour, ClothingPart.BACKGROUND, marks=marks, shading=0.6, casts=False)

    def block(self, left: float, top: float, right: float, bottom: float, colour: RGB, dz: float = 0.0) -> Layer:
        return self.piece(Path.rect(Box(left, top, right, bottom)), colour, dz)

    def line(self, *points: XY) -> Path:
        return Path.polygon(points, closed=False)


def _colour(rng: Rng) -> RGB:
    hue = float(rng.choice([0.08, 0.1, float(rng.random())]))
    r, g, b = colorsys.hls_to_rgb(hue, float(rng.uniform(0.2, 0.85)), float(rng.uniform(0.05, 0.6)))
    return int(255 * r), int(255 * g), int(255 * b)


def _ground(rng: Rng, figure: Figure, z: float) -> Ground:
    hip = figure.torso.at(0, 1.0)
    seat = hip[1] + figure.body.thigh_half * 0.7
    return Ground(rng, extent(figure), hip[0], seat, figure.floor, figure.body.shoulder, z, _colour(rng), _colour(rng))


Draw = Callable[[Ground], list[Layer]]


# --- to sit on


def _legs(g: Ground, wide: float, thick: float, dz: float) -> list[Layer]:
    places = (g.x - wide, g.x + wide - thick)
    return [g.block(x, g.seat, x + thick, g.floor, darken(g.main, 0.15), dz) for x in places]


def chair(g: Ground) -> list[Layer]:
    """Its back behind the body, four legs."""
    wide, thick = g.w * float(g.rng.uniform(1.0, 1.35)), 0.12 * g.w + 0.03
    top = g.seat - float(g.rng.uniform(1.2, 2.6)) * g.w
    found = [
        g.block(g.x - wide, top, g.x - wide + thick, g.seat, g.main),
        g.block(g.x + wide - thick, top, g.x + wide, g.seat, g.main),
    ]
    if g.rng.random() < 0.5:
        found.append(g.block(g.x - wide, top, g.x + wide, (top + g.seat) / 2, g.main, 1))
    else:
        found += [g.block(g.x - wide, y, g.x + wide, y + 1.6 * thick, g.main, 1) for y in np.linspace(top, g.seat - 0.6 * g.w, 3)]
    seat = g.block(g.x - 1.1 * wide, g.seat - 0.05, g.x + 1.1 * wide, g.seat + 0.22 * g.w, g.other, 3)
    return [*found, *_legs(g, wide, thick, 2), seat]


def stool(g: Ground) -> list[Layer]:
    wide = g.w * float(g.rng.uniform(0.8, 1.1))
    seat = Path()
    seat.add_round_rect(Box(g.x - wide, g.seat - 0.1 * g.w, g.x + wide, g.seat + 0.25 * g.w), 0.12 * g.w, 0.12 * g.w)
    bar = g.block(g.x - wide * 0.8, (g.seat + g.floor) / 2, g.x + wide * 0.8, (g.seat + g.floor) / 2 + 0.1 * g.w, g.main, 1)
    return [*_legs(g, 0.85 * wide, 0.14 * g.w, 0), bar, g.piece(seat, g.other, 3)]


def bench(g: Ground) -> list[Layer]:
    wide, thick = g.w * float(g.rng.uniform(2.2, 4.5)), 0.16 * g.w
    found = [g.block(g.x - wide, g.seat - 0.05, g.x + wide, g.seat + 0.25 * g.w, g.main, 3), *_legs(g, 0.85 * wide, thick, 1)]
    if g.rng.random() < 0.6:
        found += [
            g.block(g.x - wide, g.seat - k * g.w, g.x + wide, g.seat - (k - 0.35) * g.w, g.main, 2) for k in (0.7, 1.2, 1.7)
        ]
    return found


def ledge(g: Ground) -> list[Layer]:
    """A wall, a quay, a bed's edge: from here to the floor across the whole picture, or a half of it."""
    left = g.x - (20 if g.rng.random() < 0.6 else 1.5 * g.w)
    courses = tuple(g.line((left, y), (g.x + 20, y)) for y in np.linspace(g.seat, g.floor, 5)[1:-1])
    wall = g.piece(Path.rect(Box(left, g.seat, g.x + 20, g.floor + 3)), g.main, 0, courses if g.rng.random() < 0.6 else ())
    return [wall, g.block(left - 0.1, g.seat - 0.08, g.x + 20, g.seat + 0.14 * g.w, lighten(g.main, 0.2), 1)]


def crate(g: Ground) -> list[Layer]:
    wide = g.w * float(g.rng.uniform(1.0, 1.6))
    box = Box(g.x - wide, g.seat - 0.05, g.x + wide, g.floor)
    lines = (
        g.line((box.left, box.top), (box.right, box.bottom)),
        g.line((box.left, box.top + 0.25), (box.right, box.top + 0.25)),
    )
    return [g.piece(Path.rect(box), g.main, 0, lines)]


def armchair(g: Ground) -> list[Layer]:
    wide, found = g.w * float(g.rng.uniform(1.5, 1.9)), []
    back = Path()
    back.add_round_rect(
        Box(g.x - wide, g.seat - float(g.rng.uniform(2, 3.4)) * g.w, g.x + wide, g.floor - 0.1), 0.5 * g.w, 0.5 * g.w
    )
    found.append(g.piece(back, g.main))
    found.append(g.block(g.x - wide, g.seat - 0.05, g.x + wide, g.floor - 0.1, lighten(g.main, 0.12), 1))
    for sign in (-1, 1):
        arm = Path()
        x = g.x + sign * wide
        arm.add_round_rect(Box(x - 0.35 * g.w, g.seat - 0.8 * g.w, x + 0.35 * g.w, g.floor), 0.3 * g.w, 0.3 * g.w)
        found.append(g.piece(arm, darken(g.main, 0.08), 2))
    return found


def cushion(g: Ground) -> list[Layer]:
    wide = (g.box.right - g.box.left) * 0.5
    middle = (g.box.left + g.box.right) / 2
    path = Path()
    path.add_oval(Box(middle - wide, g.floor - 0.28 * g.w, middle + wide, g.floor + 0.3 * g.w))
    return [g.piece(path, g.main)]


def grass(g: Ground) -> list[Layer]:
    """Ground with a horizon, tufts in front of it."""
    top = g.floor - float(g.rng.uniform(0.1, 1.5))
    x = g.x + np.linspace(-9, 9, 15)
    rows = [(float(a), top + 0.15 * float(g.rng.normal())) for a in x]
    lines = []
    for _ in range(8):
        a, b = g.x + float(g.rng.uniform(-3, 3)), g.floor + float(g.rng.uniform(-0.2, 0.4))
        lines.append(curve((a - 0.12, b - 0.2), (a, b), (a + 0.02, b - 0.26), (a + 0.05, b), (a + 0.2, b - 0.18)))
    tone = (104, 150, 84) if g.rng.random() < 0.6 else g.main
    return [g.piece(Path.polygon([*rows, (g.x + 9, g.floor + 4), (g.x - 9, g.floor + 4)]), tone, 0, tuple(lines))]


SUPPORTS: dict[str, Draw] = {
    "chair": chair,
    "stool": stool,
    "bench": bench,
    "ledge": ledge,
    "crate": crate,
    "armchair": armchair,
    "cushion": cushion,
    "grass": grass,
}


# --- behind a figure, or before its legs


def _beside(g: Ground) -> float:
    """x of a thing that the figure covers in part."""
    return g.x + float(g.rng.choice([-1, 1])) * float(g.rng.uniform(0.4, 2.4)) * g.w


def table(g: Ground) -> list[Layer]:
    """Its top between the waist and the knees."""
    x, wide = _beside(g), g.w * float(g.rng.uniform(1.4, 4))
    top, thick = g.floor - float(g.rng.uniform(0.3, 0.55)) * (g.floor - g.box.top), 0.2 * g.w
    found = [g.block(a, top, a + 0.8 * thick, g.floor + 0.1, darken(g.main, 0.15)) for a in (x - 0.9 * wide, x + 0.85 * wide)]
    found.append(g.block(x - wide, top, x + wide, top + thick, g.main, 1))
    if g.rng.random() < 0.4:
        found.append(
            g.block(x - 0.95 * wide, top + thick, x + 0.95 * wide, g.floor - float(g.rng.uniform(0.05, 0.6)), g.other, 2)
        )
    for k in range(int(g.rng.integers(0, 3))):
        a, r = x + float(g.rng.uniform(-0.8, 0.7)) * wide, float(g.rng.uniform(0.1, 0.3)) * g.w + 0.03
        found.append(g.block(a - r, top - float(g.rng.uniform(0.6, 2.5)) * r, a + r, top, _colour(g.rng), 3 + k))
    return found


def fence(g: Ground) -> list[Layer]:
    top = g.floor - float(g.rng.uniform(0.2, 0.5)) * (g.floor - g.box.top)
    step, wide = float(g.rng.uniform(0.35, 1.0)), float(g.rng.uniform(0.08, 0.28))
    rails = [g.block(g.x - 9, y, g.x + 9, y + 0.14, g.main, 1) for y in (top + 0.2, (top + g.floor) / 2 + 0.2)]
    posts = [g.block(x, top, x + wide, g.floor + 0.15, g.main, k) for k, x in enumerate(np.arange(g.x - 6, g.x + 6, step))]
    return [*rails, *posts]


def stairs(g: Ground) -> list[Layer]:
    rise, count, found = float(g.rng.uniform(0.25, 0.5)), int(g.rng.integers(3, 8)), []
    slope = float(g.rng.choice([-1, 0, 1])) * 0.6
    for k in range(count, -1, -1):
        y, inset = g.floor - k * rise, 0.35 * k
        found.append(
            g.block(g.x - 6 + inset + slope * k, y, g.x + 6 - inset + slope * k, y + rise, lighten(g.main, 0.06 * k), count - k)
        )
    return found


def cart(g: Ground) -> list[Layer]:
    x, wide, r = _beside(g), g.w * float(g.rng.uniform(1.5, 3.2)), float(g.rng.uniform(0.35, 0.7))
    top = g.floor - r - float(g.rng.uniform(0.6, 1.3))
    found = [g.block(x - wide, top, x + wide, g.floor - 0.8 * r, g.main, 0)]
    planks = tuple(g.line((x - wide, y), (x + wide, y)) for y in np.linspace(top, g.floor - 0.8 * r, 4)[1:-1])
    found[0].marks += [Mark(line, width=0.7) for line in planks]
    for k, a in enumerate((x - 0.6 * wide, x + 0.6 * wide)):
        spokes = tuple(
            g.line((a - r * np.cos(t), g.floor - r - r * np.sin(t)), (a + r * np.cos(t), g.floor - r + r * np.sin(t)))
            for t in (0.3, 1.35, 2.4)
        )
        found.append(g.piece(Path.circle(a, g.floor - r, r), g.other, 1 + 2 * k, spokes))
        found.append(g.piece(Path.circle(a, g.floor - r, 0.25 * r), g.main, 2 + 2 * k))
    return found


def barrel(g: Ground) -> list[Layer]:
    x, wide, tall = _beside(g), float(g.rng.uniform(0.5, 0.9)), float(g.rng.uniform(1.2, 2.2))
    y = g.floor + 0.1
    rows = [
        (x - 0.8 * wide, y),
        (x - wide, y - tall / 2),
        (x - 0.8 * wide, y - tall),
        (x + 0.8 * wide, y - tall),
        (x + wide, y - tall / 2),
        (x + 0.8 * wide, y),
    ]
    hoops = tuple(g.line((x - 1.1 * wide, y - k * tall), (x + 1.1 * wide, y - k * tall)) for k in (0.2, 0.25, 0.75, 0.8))
    return [g.piece(trace(spline(np.array(rows), 30, closed=True)), g.main, 0, hoops)]


def pillar(g: Ground) -> list[Layer]:
    x, wide = _beside(g) + float(g.rng.choice([-0.6, 0.6])), float(g.rng.uniform(0.25, 0.7))
    return [
        g.block(x - wide, g.box.top - 3, x + wide, g.floor + 0.1, g.main),
        g.block(x - 1.3 * wide, g.floor - 0.4, x + 1.3 * wide, g.floor + 0.15, g.main, 1),
    ]


def bush(g: Ground) -> list[Layer]:
    x, wide = _beside(g), float(g.rng.uniform(0.7, 1.8))
    tall = wide * float(g.rng.uniform(0.6, 1.1))
    turns = np.linspace(np.pi, 2 * np.pi, 25)
    bumps = 1 + 0.12 * np.abs(np.sin(turns * float(g.rng.integers(4, 8))))
    rows = np.stack([x + wide * bumps * np.cos(turns), g.floor + 0.2 + tall * bumps * np.sin(turns)], 1)
    tone = (86, 136, 80) if g.rng.random() < 0.7 else g.main
    return [
        g.piece(
            trace(rows),
            tone,
            0,
            (
                curve(
                    (x - 0.4 * wide, g.floor - 0.3 * tall),
                    (x - 0.1 * wide, g.floor - 0.5 * tall),
                    (x + 0.1 * wide, g.floor - 0.3 * tall),
                ),
            ),
        )
    ]


def plants(g: Ground) -> list[Layer]:
    """Blades and leaves that grow up from the floor."""
    blades = Path()
    for _ in range(int(g.rng.integers(5, 16))):
        x, tall = g.x + float(g.rng.uniform(-3, 3)), float(g.rng.uniform(0.4, 1.6))
        lean = 0.5 * tall * float(g.rng.normal(0, 0.6))
        blades.add_path(Path.polygon([(x - 0.07, g.floor + 0.3), (x + lean, g.floor - tall), (x + 0.07, g.floor + 0.3)]))
    return [g.piece(blades, (96, 146, 88) if g.rng.random() < 0.7 else g.main)]


def rock(g: Ground) -> list[Layer]:
    x, wide = _beside(g), float(g.rng.uniform(0.5, 1.6))
    rows = [
        (
            x + wide * float(np.cos(t)) * float(g.rng.uniform(0.8, 1.1)),
            g.floor + 0.2 + wide * float(np.sin(t)) * float(g.rng.uniform(0.6, 1)),
        )
        for t in np.linspace(np.pi, 2 * np.pi, 7)
    ]
    return [g.piece(Path.polygon(rows), g.main, 0, (g.line(rows[2], (x, g.floor)),))]


def curtain(g: Ground) -> list[Layer]:
    """Cloth that hangs behind: it is nobody's clothes."""
    x, wide = _beside(g), g.w * float(g.rng.uniform(1.0, 3))
    folds = tuple(g.line((x + k * wide, g.box.top - 2), (x + 0.95 * k * wide, g.floor)) for k in (-0.7, -0.35, 0.0, 0.3, 0.7))
    return [g.piece(Path.rect(Box(x - wide, g.box.top - 3, x + wide, g.floor + 0.2)), g.main, 0, folds)]


@dataclass(frozen=True)
class Scenery:
    """before: chance that it stands before the figure, not behind it."""

    weight: float
    draw: Draw
    before: float


SCENERY: dict[str, Scenery] = {
    "table": Scenery(2.0, table, 0.6),
    "fence": Scenery(1.0, fence, 0.4),
    "stairs": Scenery(1.0, stairs, 0.0),
    "cart": Scenery(0.8, cart, 0.4),
    "barrel": Scenery(0.8, barrel, 0.5),
    "pillar": Scenery(0.6, pillar, 0.15),
    "bush": Scenery(0.8, bush, 0.5),
    "plants": Scenery(0.8, plants, 0.8),
    "rock": Scenery(0.6, rock, 0.5),
    "curtain": Scenery(0.8, curtain, 0.0),
    "chair": Scenery(0.8, chair, 0.0),
    "armchair": Scenery(0.4, armchair, 0.0),
}


def layers(name: str, rng: Rng, figure: Figure) -> list[Layer]:
    """A row of `SCENERY` round a figure, or nothing for ""."""
    if not name:
        return []
    row = SCENERY[name]
    return row.draw(_ground(rng, figure, FRONT if rng.random() < row.before else BACK))


def support(name: str, rng: Rng, figure: Figure) -> list[Layer]:
    """What a sitting figure sits on, a row of `SUPPORTS`, or nothing for ""."""
    return SUPPORTS[name](_ground(rng, figure, BACK + 0.5)) if name else []
