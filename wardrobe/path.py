"""Shapes as our own values: lines and curves in the order in which a pen draws them, as in SVG's path data.

No renderer is imported here, so that garments can be shaped, measured and written as SVG on a machine that has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# points that each command takes: those of SVG's path data, and K, a quarter of an ellipse (a conic of weight sqrt(1/2))
POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "K": 2, "Z": 0}
WEIGHT = float(np.sqrt(0.5))
_BULGE = WEIGHT / (1 + WEIGHT)  # of its middle, from the chord towards the corner
_PULL = float(np.tan(np.pi / 8))  # how far the two quadratic curves that are nearest to a quarter are pulled


class Box(NamedTuple):
    """A rectangle, y down."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def xywh(cls, x: float, y: float, width: float, height: float) -> Box:
        return cls(x, y, x + width, y + height)

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class Matrix(NamedTuple):
    """An affine map: x' = a x + c y + e, y' = b x + d y + f (SVG's order)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def map(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """N x 2 -> N x 2."""
        return np.asarray(points @ np.array([[self.a, self.b], [self.c, self.d]]) + np.array([self.e, self.f]))


class Path:
    """Contours of lines, quadratic and cubic Bezier curves; filled by the non-zero winding rule.

    commands: letters of `POINTS`; points: a flat list of coordinates, x before y.
    """

    __slots__ = ("__weakref__", "commands", "points")

    def __init__(self, other: Path | None = None) -> None:
        self.commands: list[str] = list(other.commands) if other else []
        self.points: list[float] = list(other.points) if other else []

    @classmethod
    def of(cls, commands: list[str], points: list[float]) -> Path:
        path = cls()
        path.commands, path.points = commands, points
        return path

    @classmethod
    def polygon(cls, corners: Iterable[Sequence[float]], closed: bool = True) -> Path:
        path = cls()
        path.add_polygon(corners, closed)
        return path

    @classmethod
    def rect(cls, box: Box) -> Path:
        path = cls()
        path.add_rect(box)
        return path

    @classmethod
    def circle(cls, x: float, y: float, radius: float) -> Path:
        path = cls()
        path.add_circle(x, y, radius)
        return path

    def move_to(self, x: float, y: float) -> None:
        self._add("M", x, y)

    def line_to(self, x: float, y: float) -> None:
        self._add("L", x, y)

    def quad_to(self, x1: float, y1: float, x: float, y: float) -> None:
        self._add("Q", x1, y1, x, y)

    def cubic_to(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> None:
        self._add("C", x1, y1, x2, y2, x, y)

    def close(self) -> None:
        self.commands.append("Z")

    def _add(self, command: str, *numbers: float) -> None:
        self.commands.append(command)
        self.points += numbers

    @property
    def end(self) -> tuple[float, float]:
        """The last point drawn."""
        return self.points[-2], self.points[-1]

    def add_polygon(self, corners: Iterable[Sequence[float]], closed: bool = True) -> None:
        for index, (x, y) in enumerate(corners):
            self._add("L" if index else "M", float(x), float(y))
        if closed:
            self.close()

    def add_rect(self, box: Box) -> None:
        self.add_polygon([(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)])

    def add_oval(self, box: Box) -> None:
        self.add_round_rect(box, box.width / 2, box.height / 2)

    def add_circle(self, x: float, y: float, radius: float) -> None:
        self.add_oval(Box(x - radius, y - radius, x + radius, y + radius))

    def add_round_rect(self, box: Box, rx: float, ry: float) -> None:
        """rx, ry: radii of the corners, at most half of the box's sides. Clockwise from the middle of the right side."""
        rx, ry = min(rx, box.width / 2), min(ry, box.height / 2)
        left, top, right, bottom = box
        self.move_to(right, bottom - ry)
        for corner, end, start in (
            ((right, bottom), (right - rx, bottom), (left + rx, bottom)),
            ((left, bottom), (left, bottom - ry), (left, top + ry)),
            ((left, top), (left + rx, top), (right - rx, top)),
            ((right, top), (right, top + ry), None),
        ):
            self._add("K", *corner, *end)
            if start is not None and start != end:
                self.line_to(*start)
        self.close()

    def add_path(self, other: Path) -> None:
        self.commands += other.commands
        self.points += other.points

    def transform(self, matrix: Matrix) -> None:
        self.points = matrix.map(self.array()).ravel().tolist()

    def offset(self, dx: float, dy: float) -> None:
        self.transform(Matrix(1, 0, 0, 1, dx, dy))

    def array(self) -> NDArray[np.float64]:
        """All points, also those that only pull at curves, N x 2."""
        return np.array(self.points, np.float64).reshape(-1, 2)

    def bounds(self) -> Box:
        """Of all points: no smaller than the shape; four zeros for an empty path."""
        if not self.points:
            return Box(0, 0, 0, 0)
        xs, ys = self.points[::2], self.points[1::2]
        return Box(min(xs), min(ys), max(xs), max(ys))

    def flat(self, steps: int = 6) -> list[tuple[NDArray[np.float64], bool]]:
        """Contours as polylines, each N x 2 and whether it is closed; a curve becomes `steps` lines."""
        contours: list[tuple[NDArray[np.float64], bool]] = []
        line: list[NDArray[np.float64]] = []
        t = np.linspace(0, 1, steps + 1)[1:, None]
        rows, at = self.array(), 0
        for command in self.commands:
            count = POINTS[command]
            taken, at = rows[at : at + count], at + count
            if command == "M" and line:
                contours.append((np.concatenate(line), False))
            if command == "M":
                line = [taken]
            elif command == "L":
                line.append(taken)
            elif command == "Z":
                if line:
                    contours.append((np.concatenate(line), True))
                    line = []
            else:
                start = line[-1][-1]
                if command in "QK":
                    weights = (1 - t) ** 2, 2 * t * (1 - t) * (WEIGHT if command == "K" else 1), t**2
                    curve = (weights[0] * start + weights[1] * taken[0] + weights[2] * taken[1]) / sum(weights)
                else:
                    curve = (1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * taken[0]
                    curve = curve + 3 * t**2 * (1 - t) * taken[1] + t**3 * taken[2]
                line.append(curve)
        if line:
            contours.append((np.concatenate(line), False))
        return contours

    def svg(self, digits: int = 4) -> str:
        """SVG path data; a quarter of an ellipse becomes two quadratic curves."""
        words: list[str] = []
        rows, at = self.array(), 0
        for command in self.commands:
            start, taken = rows[at - 1], rows[at : at + POINTS[command]]
            at += len(taken)
            if command == "K":
                corner, end = taken
                middle = (start + end) / 2 * (1 - _BULGE) + corner * _BULGE
                pulls = [start + (corner - start) * _PULL, end + (corner - end) * _PULL]
                command, taken = "Q", np.array([pulls[0], middle, pulls[1], end])
            words.append(command + " ".join(f"{round(value, digits):g}" for value in taken.ravel().tolist()))
        return "".join(words)
