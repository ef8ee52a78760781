"""Tails, buns, braids, drills and stray locks: blocks that are added to a hair style. Head space, like `hair`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from pipeline.request import ClothingPart
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.figure import Figure
from wardrobe.geometry import Points, curve, normals_of, ribbon, spline, taper, trace
from wardrobe.path import Box, Path
from wardrobe.style import RGB, Style, darken

Block = Callable[[np.random.Generator, Figure, RGB], list[Layer]]


def extra(name: str, rng: np.random.Generator, figure: Figure, colour: RGB, style: Style) -> list[Layer]:
    """Layers of a row of `EXTRAS`."""
    return EXTRAS[name](rng, figure, colour)


def _hair(z: float, path: Path, colour: RGB, marks: list[Mark]) -> Layer:
    return Layer(z, path, colour, ClothingPart.HAIR, marks=marks, shading=0.8)


def tail(rng: np.random.Generator, line: Points, width: float, z: float, colour: RGB, points: int = 3) -> Layer:
    """A tail of hair along a line, widest a third of the way down, with a forked tip."""
    s = np.linspace(0, 1, len(line))
    half = width * (0.35 + 0.65 * np.sin(np.pi * np.clip(s * 0.8 + 0.12, 0, 1)) ** 0.8)
    half[-1] *= 0.7
    outline = ribbon(line, half)
    a, b = outline[len(line) - 1], outline[len(line)]
    down = (line[-1] - line[-3]) / (np.hypot(*(line[-1] - line[-3])) + 1e-9)
    path = Path()
    path.move_to(*outline[0].tolist())
    for x, y in outline[1 : len(line)].tolist():
        path.line_to(x, y)
    cuts = np.linspace(0, 1, points + 1)
    for c0, c1 in pairwise(cuts):
        tip = a + (b - a) * (c0 + c1) / 2 + down * width * float(rng.uniform(0.7, 1.5))
        end = a + (b - a) * c1
        start = a + (b - a) * c0
        path.quad_to(*(start + down * width * 0.4).tolist(), *tip.tolist())
        path.quad_to(*(end + down * width * 0.3).tolist(), *end.tolist())
    for x, y in outline[len(line) + 1 :].tolist():
        path.line_to(x, y)
    path.close()
    normal = normals_of(line)
    marks = [Mark(trace((line + normal * half[:, None] * k)[2:], closed=False), width=0.5) for k in (-0.4, 0.15, 0.5)]
    return _hair(z, path, colour, marks)


def _tie(rng: np.random.Generator, x: float, y: float, size: float, z: float) -> Layer:
    """A hair tie: headwear that belongs to the hair, so that it stays in every outfit."""
    colour = tuple(
        int(c) for c in rng.choice([(200, 60, 70), (60, 80, 170), (40, 40, 48), (240, 190, 80), (245, 245, 245), (90, 170, 120)])
    )
    path = Path()
    path.add_oval(Box.xywh(x - size, y - size, 2 * size, 2 * size))
    return Layer(z, path, (colour[0], colour[1], colour[2]), ClothingPart.HEADWEAR, shading=0.6)


def _length(rng: np.random.Generator, figure: Figure, share: float) -> float:
    return min(float(rng.uniform(0.8, 1.25)) * share, figure.body.torso * 1.2 + 0.5)


def _twintails(rng: np.random.Generator, figure: Figure, colour: RGB, high: bool = True) -> list[Layer]:
    w, layers = figure.head.wide, []
    length = _length(rng, figure, 1.9 if high else 1.4)
    out = float(rng.uniform(0.15, 0.45)) if high else 0.12
    y0 = -0.28 if high else 0.34
    for side in (-1, 1):
        x = side * (w + (0.04 if high else 0.0))
        rows = [
            (x, y0),
            (x + side * out * 0.8, y0 + 0.06),
            (x + side * out, y0 + length * 0.45),
            (x + side * out * 0.75, y0 + length),
        ]
        layers.append(tail(rng, spline(np.array(rows), 12), float(rng.uniform(0.14, 0.2)), Z.BACK_HAIR + 2, colour))
    ties_seed = rng.integers(2**31)
    for side in (-1, 1):
        layers.append(
            _tie(np.random.default_rng(ties_seed), side * (w + 0.05), y0, 0.075, Z.FRONT_HAIR - 2 if high else Z.BACK_HAIR + 3)
        )
    return layers


def _low_twintails(rng: np.random.Generator, figure: Figure, colour: RGB) -> list[Layer]:
    return _twintails(rng, figure, colour, high=False)


def _ponytail(rng: np.random.Generator, figure: Figure, colour: RGB, out: float = 0.42) -> list[Layer]:
    side = -1 if figure.head.turn > 0.05 or (abs(figure.head.turn) <= 0.05 and rng.random() < 0.5) else 1
    length = _length(rng, figure, 1.35)
    w = figure.head.wide
    rows = [
        (side * 0.1, -0.5),
        (side * (w * 0.8), -0.6),
        (side * (w + out * 0.5), -0.1),
        (side * (w + out * 0.35), length * 0.5),
        (side * (w + out * 0.6), length),
    ]
    hanging = tail(rng, spline(np.array(rows), 14), 0.17, Z.BACK_HAIR - 1, darken(colour, 0.1))
    return [hanging, _tie(rng, side * 0.16, -0.54, 0.08, Z.BACK_HAIR - 0.5)]


def _side_ponytail(rng: np.random.Generator, figure: Figure, colour: RGB) -> list[Layer]:
    side = -1 if rng.random() < 0.5 else 1
    w, length = figure.head.wide, _length(rng, figure, 1.25)
    rows = [
        (side * w * 0.85, 0.2),
        (side * (w + 0.12), 0.36),
        (side * (w + 0.1), 0.36 + length * 0.5),
        (side * (w - 0.05), 0.3 + length),
    ]
    line = spline(np.array(rows), 12)
    return [tail(rng, line, 0.14, Z.FRONT_HAIR - 3, colour), _tie(rng, side * (w + 0.08), 0.3, 0.06, Z.FRONT_HAIR - 2.5)]


def _ball(x: float, y: float, r: float, z: float, colour: RGB) -> Layer:
    path = Path()
    path.add_oval(Box.xywh(x - r * 1.08, y - r, 2.16 * r, 2 * r))
    marks = [
        Mark(curve((x - r * 0.8, y + r * 0.1), (x, y - r * 0.55), (x + r * 0.7, y - r * 0.1)), width=0.6),
        Mark(curve((x - r * 0.5, y + r * 0.5), (x + r * 0.1, y + r * 0.05), (x + r * 0.85, y + r * 0.3)), width=0.6),
    ]
    return _hair(z, path, colour, marks)


def _bun(rng: np.random.Generator, figure: Figure, colour: RGB) -> list[Layer]:
    r = float(rng.uniform(0.17, 0.25))
    return [_ball(-figure.head.turn * 0.2, -0.56, r, Z.BACK_HAIR - 1, darken(colour, 0.06))]


def _double_buns(rng: np.random.Generator, figure: Figure, colour: RGB) -> list[Layer]:
    r, w = float(rng.uniform(0.16, 0.24)), figure.head.wide
    return [_ball(side * (w * 0.86) - figure.head.turn * 0.08, -0.46, r, Z.FRONT_HAIR - 3, colour) for side in (-1, 1)]


def braid_along(curve_points: Points, width: float, z: float, colour: RGB) -> list[Layer]:
    count = len(curve_points)
    size = 1 - 0.45 * np.arange(count) / count  # knots get smaller, and closer to each other, towards the end
    where = np.cumsum(size) - size[0]
    walked = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve_points, axis=0).T))])
    line = np.stack([np.interp(where / where[-1] * walked[-1], walked, curve_points[:, axis]) for axis in (0, 1)], 1)
    path, marks = Path(), []
    for i in range(count):
        x, y = line[i].tolist()
        r = width * float(size[i])
        path.add_oval(Box.xywh(x - r, y - r * 0.75, 2 * r, 1.7 * r))
        marks.append(Mark(curve((x - r, y - r * 0.3), (x - r * 0.1, y + r * 0.35), (x + r, y - r * 0.5)), width=0.4))
    x, y = line[-1].tolist()
    tuft = trace(
        np.array(
            [
                (x - width * 0.4, y),
                (x - width * 0.6, y + width * 1.8),
                (x, y + width * 2.6),
                (x + width * 0.6, y + width * 1.7),
                (x + width * 0.4, y),
            ]
        )
    )
    return [_hair(z, tuft, colour, []), _hair(z, path, colour, marks)]


def _braid(rng: np.random.Generator, figure: Figure, colour: RGB, side: int = 0, back: bool = False) -> list[Layer]:
    side = side or (-1 if rng.random() < 0.5 else 1)
    w, length = figure.head.wide, _length(rng, figure, 1.1)
    rows = [(side * w * 0.75, 0.36), (side * (w + 0.02), 0.6), (side * (w - 0.02), 0.45 + length)]
    line = spline(np.array(rows), max(5, int(length / 0.115)))
    z = Z.BACK_HAIR + 2 if back else Z.FRONT_HAIR - 3
    x, y = line[-1].tolist()
    return [*braid_along(line, 0.125, z, colour), _tie(rng, x, y + 0.06, 0.05, z + 0.5)]


def _twin_braids(rng: np.random.Generator, figure: Figure, colour: RGB) -> list[Layer]:
    seed = rng.integers(2**31)
    return [layer for side in (-1, 1) for layer in _braid(np.random.default_rng(seed), figure, colour, side)]


def _drills(rng: np.random.Generator, figure: Figure, colour: RGB) -> list[Layer]:
    w, length, layers = figure.head.wide, _length(rng, figure, 1.0), []
    count = max(4, int(length / 0.15))
    for side in (-1, 1):
        path, marks = Path(), []
        for i in range(count):
            s = i / count
            x, y, r = side * (w + 0.1 + 0.06 * s), 0.12 + length * s, 0.17 * (1 - 0.72 * s)
            path.add_oval(Box.xywh(x - r, y - r * 0.6, 2 * r, r * 1.6))
            marks.append(Mark(curve((x - r, y + r * 0.1), (x, y + r * 0.65), (x + r, y - r * 0.2)), width=0.7))
        layers.append(_hair(Z.BACK_HAIR + 2, path, colour, marks))
    return layers


def _ahoge(rng: np.random.Generator, figure: Figure, colour: RGB) -> list[Layer]:
    side = -1 if rng.random() < 0.5 else 1
    rows = np.array([(0.0, -0.5), (side * 0.03, -0.66), (side * 0.14, -0.74), (side * 0.24, -0.64)])
    return [_hair(Z.FRONT_HAIR - 0.5, taper(spline(rows, 12), 0.035, 0.25), colour, [])]


EXTRAS: dict[str, Block] = {
    "twintails": _twintails,
    "low twintails": _low_twintails,
    "ponytail": _ponytail,
    "side ponytail": _side_ponytail,
    "bun": _bun,
    "double buns": _double_buns,
    "braid": _braid,
    "twin braids": _twin_braids,
    "drills": _drills,
    "ahoge": _ahoge,
}
