"""The blocks of a hair style: cap and fringe, side locks, and what hangs behind. Head space (see `figure.Head`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.request import ClothingPart
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.figure import Figure
from wardrobe.geometry import curve, spline, trace
from wardrobe.path import Path
from wardrobe.style import RGB, Style, darken, lighten


@dataclass(frozen=True)
class Fringe:
    """locks: how many; tip: y of the middle tips; spread: extra length towards the sides; depth: valley above tip;
    part: x of the parting or None; lean: sideways slant of the tips; ragged: jitter of tips."""

    locks: int
    tip: float
    spread: float
    depth: float
    part: float | None
    lean: float
    ragged: float


@dataclass(frozen=True)
class Hair:
    """back: block of `Comb`; length: of the back hair below the skull middle; sides: length of the side locks (0 =
    none); extra: block of `tails.EXTRAS`; words: for captions; who: weight for straight bodies, for curved bodies."""

    back: str
    length: float
    sides: float
    fringes: tuple[str, ...]
    extra: str
    words: str
    who: tuple[float, float]


class Comb:
    """Blocks that share one head, colour and random stream."""

    def __init__(self, rng: np.random.Generator, figure: Figure, style: Style, colour: RGB) -> None:
        self.rng, self.head, self.style, self.colour = rng, figure.head, style, colour
        self.w, self.turn = figure.head.wide, figure.head.turn
        self.volume = float(rng.uniform(0.055, 0.11))

    def layer(self, z: float, path: Path, marks: list[Mark] | None = None, shade: float = 0.0) -> Layer:
        colour = darken(self.colour, shade) if shade else self.colour
        return Layer(z, path, colour, ClothingPart.HAIR, marks=marks or [], shading=0.8)

    def front(self, fringe: Fringe | None, row: Hair) -> list[Layer]:
        """Side locks, then the cap with its fringe (last)."""
        layers = []
        if row.sides > 0:
            for side in (-1, 1):
                layers.append(self._side_lock(side, row.sides * float(self.rng.uniform(0.8, 1.15))))
        layers.append(self._cap(fringe))
        return layers

    def _cap(self, fringe: Fringe | None) -> Layer:
        w, t, v = self.w, self.turn, self.volume
        left, right = -w - v, w + v
        low = 0.06
        path = Path()
        path.move_to(left, low)
        path.cubic_to(left - 0.03, -0.32, left + 0.16, -0.5 - v, t * 0.05, -0.5 - v)
        path.cubic_to(right - 0.16, -0.5 - v, right + 0.03, -0.32, right, low)
        inner_r, inner_l = (w * (1.0 + 0.05 * t), 0.1), (-w * (1.0 - 0.05 * t), 0.1)
        if fringe is None:
            x = t * 0.12
            path.line_to(*inner_r)
            path.cubic_to(w * 0.95, -0.12, w * 0.8 + x, -0.27, w * 0.45 + x, -0.29)
            path.quad_to(x, -0.35, -w * 0.45 + x, -0.29)
            path.cubic_to(-w * 0.8 + x, -0.27, -w * 0.95, -0.12, *inner_l)
            tips: list[tuple[float, float]] = [
                (w * k + x, -0.3 + 0.16 * k * k) for k in (-0.85, -0.6, -0.35, -0.1, 0.15, 0.4, 0.65, 0.88)
            ]
        else:
            tips = self._fringe(path, fringe, inner_r, inner_l)
        path.close()
        crown = (-t * 0.12 + float(self.rng.normal(0, 0.03)), -0.5 - v * 0.6)
        if fringe is not None and fringe.part is not None:
            crown = (fringe.part * 0.6 + t * 0.06, -0.48 - v)
        marks = [
            Mark(curve(crown, ((crown[0] + x) / 2 + (x - crown[0]) * 0.28, (crown[1] + y) / 2 - 0.06), (x, y)), width=0.5)
            for x, y in (tips[::2] if fringe is not None and len(tips) > 5 else tips)
        ]
        marks = self._gloss() + marks
        return self.layer(Z.FRONT_HAIR, path, marks)

    def _fringe(
        self, path: Path, fringe: Fringe, start: tuple[float, float], end: tuple[float, float]
    ) -> list[tuple[float, float]]:
        """Adds pointed locks from right to left; returns where their strands end."""
        n, t, w = fringe.locks, self.turn, self.w
        borders = np.linspace(1, -1, n + 1)
        borders[1:-1] += self.rng.normal(0, 0.18 / n, n - 1)
        mirror = -1 if self.rng.random() < 0.5 else 1
        part = None if fringe.part is None else fringe.part * mirror / w
        if part is not None:
            borders[int(np.abs(borders[1:-1] - part).argmin()) + 1] = part
        xs = w * np.sin(np.clip(np.arcsin(np.clip(borders, -1, 1)) + t * 0.45 * np.cos(borders * 1.5), -1.57, 1.57))
        xs[0], xs[-1] = start[0], end[0]

        def tip_y(u: float) -> float:
            far = abs(u - part) if part is not None else abs(u) ** 2
            return fringe.tip + fringe.spread * far

        ends = []
        path.line_to(float(xs[0]), start[1])
        for i in range(n):
            u = (borders[i] + borders[i + 1]) / 2
            y = tip_y(float(u)) + float(self.rng.normal(0, fringe.ragged))
            away = 0.0 if part is None else 0.25 * float(np.sign(u - part)) * abs(float(xs[i] - xs[i + 1]))
            x = float(xs[i] + xs[i + 1]) / 2 + fringe.lean * mirror * 0.6 + away
            last = i == n - 1
            valley = end[1] if last else tip_y(float(borders[i + 1])) - fringe.depth
            if part is not None and not last and abs(borders[i + 1] - part) < 1e-6:
                valley = -0.36
            before = start[1] if i == 0 else path.end[1]
            path.quad_to(float(xs[i]) * 0.85 + x * 0.15, (before + 2 * y) / 3, x, y)
            path.quad_to(float(xs[i + 1]) * 0.9 + x * 0.1, (valley + y) / 2, float(xs[i + 1]), valley)
            ends.append((float(xs[i + 1]), valley))
        return ends[:-1]

    def _gloss(self) -> list[Mark]:
        if self.style.gloss < 0.25:
            return []
        w, t = self.w, self.turn
        u = np.linspace(-0.78, 0.78, 15) * (w + 0.02)
        arch = -0.3 + 0.5 * (u / w) ** 2 * 0.25 + t * 0.02
        zig = np.where(np.arange(15) % 2, 0.055, -0.005) * self.rng.uniform(0.5, 1.4, 15)
        top = np.stack([u + t * 0.05, arch - 0.035 + zig * 0.4], 1)
        low = np.stack([u + t * 0.05, arch + 0.015 + zig], 1)[::-1]
        low[[0, -1]] = top[[-1, 0]]
        shine = Path()
        shine.add_polygon(np.concatenate([top, low]).tolist())
        tone = lighten(self.colour, 0.55)
        return [Mark(shine, "fill", tone, strength=0.3 + 0.6 * self.style.gloss)]

    def _side_lock(self, side: int, length: float) -> Layer:
        w, v, rng = self.w, self.volume, self.rng
        near = 1.0 + 0.1 * side * self.turn
        x0, x1 = side * (w + v), side * (w * 0.72) * near
        sway = float(rng.normal(0, 0.03))
        tip = side * (w * 0.92) + sway
        path = Path()
        path.move_to(side * w * 0.8, -0.3)
        path.cubic_to(x0, -0.25, x0 + side * 0.04, length * 0.4, tip, length)
        path.cubic_to(x1 + side * 0.09, length * 0.75, x1 + side * 0.03, length * 0.3, x1 + side * 0.06, -0.08)
        path.close()
        inner = curve((side * w * 0.95, -0.1), (side * (w + 0.01), length * 0.4), (tip, length * 0.85))
        return self.layer(Z.FRONT_HAIR - 1, path, [Mark(inner, width=0.5)])

    def back(self, row: Hair) -> list[Layer]:
        """What is seen behind the head and the shoulders."""
        path, marks = getattr(self, f"_back_{row.back}")(row.length * float(self.rng.uniform(0.9, 1.12)))
        layers = [self.layer(Z.BACK_HAIR, path, marks, shade=0.22)]
        if row.back == "messy":
            layers += self._flicks(row.length)
        return layers

    def _flicks(self, length: float) -> list[Layer]:
        """Locks that stand out to both sides."""
        w, layers = self.w + self.volume, []
        for side in (-1, 1):
            for y in np.linspace(-0.12, max(length * 0.75, 0.1), 3) + self.rng.normal(0, 0.04, 3):
                tip = (side * (w + float(self.rng.uniform(0.1, 0.2))), y + 0.16)
                path = Path()
                path.move_to(side * w * 0.7, y - 0.2)
                path.quad_to(side * (w + 0.04), y - 0.12, *tip)
                path.quad_to(side * w * 0.95, y + 0.14, side * w * 0.6, y + 0.12)
                path.close()
                layers.append(self.layer(Z.BACK_HAIR - 0.5, path, shade=0.12))
        return layers

    def _back_cap(self, length: float) -> tuple[Path, list[Mark]]:
        w = self.w + self.volume
        rows = [(0, -0.54), (-w * 0.7, -0.42), (-w, -0.1), (-w * 0.95, length * 0.7), (-w * 0.6, length), (0, length + 0.03)]
        return _mirror(rows), []

    def _back_buzz(self, length: float) -> tuple[Path, list[Mark]]:
        self.volume = 0.015
        return self._back_cap(length)

    def _back_bob(self, length: float) -> tuple[Path, list[Mark]]:
        w = self.w + self.volume + 0.03
        sides = np.array([(w * 0.7, -0.42), (w, -0.1), (w + 0.06, length * 0.5), (w + 0.02, length)])
        return self._hanging(sides, 6, 0.05)

    def _back_long(self, length: float) -> tuple[Path, list[Mark]]:
        w = self.w + self.volume + 0.02
        sides = np.array([(w * 0.7, -0.42), (w, -0.05), (w + 0.06, length * 0.35), (w + 0.1, length * 0.7), (w + 0.04, length)])
        return self._hanging(sides, 7, 0.12)

    def _back_wavy(self, length: float) -> tuple[Path, list[Mark]]:
        w = self.w + self.volume + 0.02
        y = np.linspace(-0.05, length, 9)
        x = w + 0.08 * (y > 0.2) + 0.08 * np.sin(y * 7.5) * np.clip(y, 0, 1) + 0.1 * np.clip(y / length, 0, 1)
        sides = np.concatenate([[(w * 0.7, -0.42)], np.stack([x, y], 1)])
        return self._hanging(sides, 5, 0.15)

    def _back_messy(self, length: float) -> tuple[Path, list[Mark]]:
        w = self.w + self.volume + 0.01
        sides = np.array([(w * 0.7, -0.44), (w + 0.02, -0.1), (w + 0.07, length * 0.55), (w + 0.0, length * 0.8)])
        return self._hanging(sides, 7, 0.16)

    def _back_spikes(self, length: float) -> tuple[Path, list[Mark]]:
        n = int(self.rng.integers(7, 11))
        ends = np.linspace(0.72 * np.pi, 2.28 * np.pi, n + 1)
        lean = float(self.rng.choice([-1, 1]) * self.rng.uniform(0.05, 0.2))
        inner_x, inner_y = self.w + 0.03, 0.5
        path = Path()
        path.move_to(inner_x * float(np.cos(ends[0])), inner_y * float(np.sin(ends[0])))
        for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
            reach, middle = float(self.rng.uniform(0.16, 0.32)), (a + b) / 2 + lean
            tip = ((inner_x + reach) * float(np.cos(middle)), (inner_y + reach) * float(np.sin(middle)))
            near = 0.55 * a + 0.45 * middle
            path.quad_to((inner_x + 0.75 * reach) * float(np.cos(near)), (inner_y + 0.75 * reach) * float(np.sin(near)), *tip)
            near = 0.55 * b + 0.45 * middle
            end = (inner_x * float(np.cos(b)), inner_y * float(np.sin(b)))
            path.quad_to((inner_x + 0.3 * reach) * float(np.cos(near)), (inner_y + 0.3 * reach) * float(np.sin(near)), *end)
        path.close()
        return path, []

    def _back_afro(self, length: float) -> tuple[Path, list[Mark]]:
        self.volume += 0.16
        return self._cloud((0.0, -0.12), self.w + 0.3, 0.62, 19), []

    def _back_curls(self, length: float) -> tuple[Path, list[Mark]]:
        self.volume += 0.04
        return self._cloud((0.0, length / 2 - 0.25), self.w + 0.2, 0.32 + length / 2, 17), []

    def _cloud(self, centre: tuple[float, float], rx: float, ry: float, bumps: int) -> Path:
        angle = np.linspace(0, 2 * np.pi, 4 * bumps, endpoint=False)
        bump = 1 + 0.07 * np.abs(np.sin(angle * bumps / 2)) + 0.02 * self.rng.normal(size=4 * bumps)
        return trace(np.stack([centre[0] + rx * bump * np.cos(angle), centre[1] + ry * bump * np.sin(angle)], 1))

    def _hanging(self, right: NDArray[np.float64], locks: int, ragged: float) -> tuple[Path, list[Mark]]:
        """Mirror the right side and end below in pointed locks."""
        side = spline(right, 4 * len(right))
        path = Path()
        path.move_to(0, -0.54)
        path.quad_to(side[0, 0] * 0.6, -0.54, *side[0].tolist())
        for x, y in side[1:].tolist():
            path.line_to(x, y)
        x, y = side[-1].tolist()
        cuts = np.linspace(x, -x, locks + 1)
        cuts[1:-1] += self.rng.normal(0, 0.12 * x / locks, locks - 1)
        marks = []
        for a, b in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            tip_x, tip_y = (a + b) / 2 + 0.02 * float(np.sign(a)), y + ragged * float(self.rng.uniform(0.5, 1.3))
            end = y - ragged * 0.3 * float(self.rng.random())
            path.quad_to(a, (y + tip_y) / 2, tip_x, tip_y)
            path.quad_to((b + tip_x) / 2, (end + tip_y) / 2, b, end if b > -x else y)
            marks.append(Mark(curve((b * 0.8, y * 0.2), (b * 1.02, y * 0.7), (b, end)), width=0.5))
        for px, py in side[::-1].tolist():
            path.line_to(-px, py)
        path.quad_to(-side[0, 0] * 0.6, -0.54, 0, -0.54)
        path.close()
        return path, marks[:-1]


def _mirror(rows: list[tuple[float, float]]) -> Path:
    left = np.array(rows, np.float64)
    right = left[1:-1][::-1] * [-1, 1]
    return trace(spline(np.concatenate([left, right]), 30, closed=True))
