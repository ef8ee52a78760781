"""Hair far from the head and before the body: flying manes, strands across clothes, pigtails on the chest. Head space.

Blocks as those of `tails`; each is added to whatever hair style a figure has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.characters.tails import Block, braid_along, tail
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.figure import Figure
from wardrobe.geometry import Points, ribbon, spline, taper, trace
from wardrobe.parts import ClothingPart
from wardrobe.style import RGB, darken

Rng = np.random.Generator
BEFORE = Z.FRONT_HAIR - 3  # level: over clothes and arms, below the fringe


def _lock(line: Points, width: float, z: float, colour: RGB) -> Layer:
    """A strand that is thickest near its root and ends in a point."""
    half = width * np.linspace(1, 0.04, len(line)) ** 0.7
    marks = [Mark(trace((line + 0.3 * half[:, None])[1:-1], closed=False), width=0.5)]
    return Layer(z, trace(ribbon(line, half)), colour, ClothingPart.HAIR, marks=marks, shading=0.7)


def flying(rng: Rng, figure: Figure, colour: RGB) -> list[Layer]:
    """A long mane blown to one side."""
    side, w = 1 if rng.random() < 0.5 else -1, figure.head.wide
    reach, rise, found = float(rng.uniform(1.2, 3.4)), float(rng.uniform(-0.4, 0.9)), []
    for k in range(int(rng.integers(4, 8))):
        y = float(rng.uniform(-0.35, 0.35))
        end = (side * (w + reach * float(rng.uniform(0.6, 1.1))), y + rise + float(rng.normal(0, 0.35)))
        wave = float(rng.normal(0, 0.3))
        rows = [(-side * 0.1, y - 0.1), (side * (w + 0.1), y + 0.05), (side * (w + 0.4 * reach), (y + end[1]) / 2 + wave), end]
        found.append(_lock(spline(np.array(rows), 22), float(rng.uniform(0.1, 0.24)), Z.BACK_HAIR + 0.1 * k, darken(colour, 0.1)))
    return found


def very_long(rng: Rng, figure: Figure, colour: RGB) -> list[Layer]:
    """Down to the knees or the floor behind the body, spreading."""
    w, found = figure.head.wide, []
    low = float(rng.uniform(0.5, 1.0)) * (figure.floor - figure.head.centre[1])
    spread = float(rng.uniform(0.3, 1.3))
    for k, share in enumerate(np.linspace(-1, 1, 7) + rng.normal(0, 0.06, 7)):
        rows = [
            (0.5 * w * share, -0.3),
            ((w + 0.1) * share, 0.3),
            ((w + spread) * share + float(rng.normal(0, 0.15)), 0.6 * low),
            ((w + 0.8 * spread) * share, low),
        ]
        found.append(_lock(spline(np.array(rows), 24), 0.3, Z.BACK_HAIR + 0.1 * (k % 3), darken(colour, 0.16)))
    return found


def strands(rng: Rng, figure: Figure, colour: RGB) -> list[Layer]:
    """From beside the face down over the chest and the arms."""
    w, found = figure.head.wide, []
    for side in (-1, 1) if rng.random() < 0.7 else (1 if rng.random() < 0.5 else -1,):
        long = float(rng.uniform(0.9, 1.1 + 0.9 * figure.body.torso))
        for _ in range(int(rng.integers(1, 5))):
            x = side * w * float(rng.uniform(0.75, 1.05))
            end = (x + float(rng.normal(side * 0.05, 0.18)), long * float(rng.uniform(0.7, 1.1)))
            rows = [(x, -0.1), (x + side * 0.06, 0.35), ((x + end[0]) / 2 + float(rng.normal(0, 0.07)), (0.35 + end[1]) / 2), end]
            found.append(_lock(spline(np.array(rows), 18), float(rng.uniform(0.035, 0.12)), BEFORE, colour))
    return found


def pigtails(rng: Rng, figure: Figure, colour: RGB) -> list[Layer]:
    """Two tails that lie on the chest."""
    w, long = figure.head.wide, float(rng.uniform(0.7, 0.6 + figure.body.torso))
    found = []
    for side in (-1, 1):
        rows = [
            (side * w * 0.85, 0.34),
            (side * (w * 0.9 + 0.06), 0.55),
            (side * w * 0.75, 0.5 + 0.6 * long),
            (side * w * 0.7, 0.45 + long),
        ]
        found.append(tail(rng, spline(np.array(rows), 14), float(rng.uniform(0.1, 0.17)), BEFORE, colour))
    return found


def braid_before(rng: Rng, figure: Figure, colour: RGB) -> list[Layer]:
    """One braid over a shoulder, down the chest."""
    side, w = 1 if rng.random() < 0.5 else -1, figure.head.wide
    long = float(rng.uniform(0.8, 0.7 + figure.body.torso))
    rows = [(side * w * 0.8, 0.36), (side * (w * 0.85), 0.65), (side * w * 0.45, 0.45 + long)]
    return braid_along(spline(np.array(rows), max(5, int(long / 0.12))), 0.12, BEFORE, colour)


def flyaway(rng: Rng, figure: Figure, colour: RGB) -> list[Layer]:
    """Single hairs and thin locks that stand off all round."""
    w, found = figure.head.wide + 0.05, []
    for _ in range(int(rng.integers(3, 9))):
        turn = float(rng.uniform(-np.pi, 0.3 * np.pi))
        at = np.array([w * np.cos(turn), 0.55 * np.sin(turn)])
        out = np.array([np.cos(turn), np.sin(turn)])
        reach = float(rng.uniform(0.15, 0.6))
        line = spline(np.stack([at - 0.1 * out, at + 0.5 * reach * out, at + reach * out + rng.normal(0, 0.12, 2)]), 10)
        layer = Layer(Z.BACK_HAIR + 0.5, taper(line, float(rng.uniform(0.012, 0.04))), colour, ClothingPart.HAIR, shading=0.5)
        found.append(layer)
    return found


def side_mane(rng: Rng, figure: Figure, colour: RGB) -> list[Layer]:
    """All of it drawn over one shoulder, before the chest."""
    side, w = 1 if rng.random() < 0.5 else -1, figure.head.wide
    long = float(rng.uniform(0.9, 0.8 + figure.body.torso))
    rows = [(side * w * 0.7, 0.1), (side * (w + 0.02), 0.5), (side * w * 0.8, 0.5 + 0.5 * long), (side * w * 0.55, 0.4 + long)]
    return [tail(rng, spline(np.array(rows), 16), float(rng.uniform(0.2, 0.3)), BEFORE, colour, 5)]


@dataclass(frozen=True)
class Loose:
    weight: float
    block: Block


LOOSE: dict[str, Loose] = {
    "flying": Loose(1.4, flying),
    "very long": Loose(1.2, very_long),
    "strands": Loose(2.0, strands),
    "pigtails": Loose(1.0, pigtails),
    "braid": Loose(0.6, braid_before),
    "flyaway": Loose(0.6, flyaway),
    "side mane": Loose(1.0, side_mane),
}
