"""Curves and limbs: numpy centre lines turned into outlines.

Unit space everywhere: one unit is the height of the head, x to the right, y down. `l` and `r` are the left and
right side of the PICTURE, not of the character.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from wardrobe.path import Path

Points = NDArray[np.float64]  # N x 2
XY = tuple[float, float]


@lru_cache(maxsize=256)
def unit_steps(count: int) -> NDArray[np.float64]:
    """`count` even steps from 0 to 1; never write to it."""
    return np.linspace(0, 1, count)


def spline(control: Points, count: int = 24, closed: bool = False) -> Points:
    """`count` points on the Catmull-Rom curve THROUGH the control points."""
    weights = spline_weights(len(control), count, closed)
    return np.asarray(weights @ control)


@lru_cache(maxsize=256)
def spline_weights(size: int, count: int, closed: bool = False) -> NDArray[np.float64]:
    """`count` x `size`: shares of the control points in every point of `spline`; never write to it."""
    where = np.linspace(0, size, count, endpoint=False) if closed else np.linspace(0, size - 1, count)
    span = np.minimum(where.astype(int), size - 1 if closed else size - 2)
    f = where - span
    basis = 0.5 * np.stack([-(f**3) + 2 * f**2 - f, 3 * f**3 - 5 * f**2 + 2, -3 * f**3 + 4 * f**2 + f, f**3 - f**2], 1)
    weights = np.zeros((count, size))
    for offset in range(4):
        index = span + offset - 1
        index = index % size if closed else np.clip(index, 0, size - 1)
        np.add.at(weights, (np.arange(count), index), basis[:, offset])
    return weights


def trace(curve: Points, closed: bool = True) -> Path:
    """A path along dense points, rounded with quadratics whose corners are the points."""
    count = len(curve)
    if closed:
        following = np.roll(curve, -1, 0)
        middle = (curve + following) / 2
        rows = np.concatenate([middle[-1], np.concatenate([curve, middle], 1).ravel()])
        return Path.of(["M", *"Q" * count, "Z"], rows.tolist())
    middle = (curve[1:-1] + curve[2:]) / 2
    rows = np.concatenate([curve[0], np.concatenate([curve[1:-1], middle], 1).ravel(), curve[-1]])
    return Path.of(["M", *"Q" * (count - 2), "L"], rows.tolist())


def blob(*pairs: XY, count: int = 0) -> Path:
    """A closed smooth shape through the given points."""
    control = np.array(pairs, np.float64)
    return trace(spline(control, count or 5 * len(pairs), closed=True))


def curve(*pairs: XY, count: int = 0) -> Path:
    """An open smooth line through the given points."""
    control = np.array(pairs, np.float64)
    return trace(spline(control, count or 4 * len(pairs)), closed=False) if len(pairs) > 2 else polygon(control, closed=False)


def polygon(corners: Points, closed: bool = True) -> Path:
    """Straight lines through the corners."""
    return Path.polygon(corners.tolist(), closed)


def ribbon(line: Points, width: Points | NDArray[np.float64] | float) -> Points:
    """The closed outline of a brush stroke: `line` (N x 2) thickened by half-widths `width` (N or one number)."""
    normals = normals_of(line)
    offset = normals * np.broadcast_to(np.asarray(width, np.float64), (len(line),))[:, None]
    return np.concatenate([line + offset, (line - offset)[::-1]])


def taper(line: Points, width: float, root: float = 0.3) -> Path:
    """A brush stroke, thickest at `root` (0..1 of its length), thin at both ends."""
    t = unit_steps(len(line))
    thick = np.where(t < root, t / max(root, 1e-6), (1 - t) / max(1 - root, 1e-6))
    return trace(ribbon(line, width * np.sqrt(np.maximum(thick, 0))))


def normals_of(line: Points) -> Points:
    """Unit normals, to the right of the direction of travel as seen on a y-down canvas turned by -90 degrees."""
    tangent = np.empty_like(line)
    tangent[1:-1] = line[2:] - line[:-2]
    tangent[0], tangent[-1] = line[1] - line[0], line[-1] - line[-2]
    length = np.hypot(tangent[:, 0], tangent[:, 1])
    return np.stack([tangent[:, 1], -tangent[:, 0]], 1) / np.maximum(length, 1e-9)[:, None]


def rotate(about: XY, curve_points: Points, degrees: float) -> Points:
    """Points turned clockwise (on screen) about a centre."""
    a = np.deg2rad(degrees)
    matrix = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    return np.asarray((curve_points - about) @ matrix + about)


@dataclass(frozen=True)
class Limb:
    """An arm (shoulder 0, elbow .5, wrist 1) or a leg (hip 0, knee .5, ankle 1).

    centre: N x 2 samples at equal steps of t; half: N half-widths of the naked limb; outer: +1 if the side away
    from the body is the +normal side, else -1; z: layer number of its skin (see `canvas.Z`); side: "l" or "r".
    """

    centre: Points
    half: NDArray[np.float64]
    outer: int
    z: int
    side: str

    @cached_property
    def _table(self) -> NDArray[np.float64]:
        """N x 5: centre, normal, half-width."""
        return np.concatenate([self.centre, normals_of(self.centre), self.half[:, None]], 1)

    @cached_property
    def _known(self) -> dict[tuple[float, ...], tuple[Points, Points]]:
        return {}

    def _at(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows of `_table` between its samples."""
        last = len(self.half) - 1
        where = np.minimum(np.maximum(t, 0), 1) * last
        low = np.minimum(where.astype(int), last - 1)
        f = (where - low)[:, None]
        return np.asarray(self._table[low] * (1 - f) + self._table[low + 1] * f)

    def point(self, t: float) -> XY:
        x, y = self._at(np.array([t]))[0, :2].tolist()
        return x, y

    def width(self, t: float) -> float:
        """Half-width of the naked limb at t."""
        return float(self._at(np.array([t]))[0, 4])

    def direction(self, t: float) -> XY:
        """Unit vector towards the hand or foot."""
        a, b = self._at(np.array([max(t - 0.06, 0.0), min(t + 0.06, 1.0)]))[:, :2]
        length = float(np.hypot(*(b - a))) or 1.0
        return float(b[0] - a[0]) / length, float(b[1] - a[1]) / length

    def sides(self, t0: float, t1: float, ease: float = 0.0, flare: float = 0.0, puff: float = 0.0) -> tuple[Points, Points]:
        """(outer, inner) side lines from t0 to t1, M x 2 each.

        ease: units added to the half-width all along; flare: more units, growing towards t1; puff: a bulge in
        the middle (a puff sleeve, baggy trousers).
        """
        key = (t0, t1, ease, flare, puff)
        if key not in self._known:
            s = unit_steps(max(4, int(np.ceil((t1 - t0) * 16)) + 1))
            table = self._at(t0 + (t1 - t0) * s)
            line, half = table[:, :2], table[:, 4] + ease
            if flare:
                half = half + flare * s**1.6
            if puff:
                half = half + puff * np.sin(np.pi * s)
            offset = table[:, 2:4] * (self.outer * half)[:, None]
            step = line[1:] - line[:-1]
            self._known[key] = _forward(line + offset, step), _forward(line - offset, step)
        return self._known[key]

    def outline(
        self,
        t0: float = 0.0,
        t1: float = 1.0,
        ease: float = 0.0,
        flare: float = 0.0,
        puff: float = 0.0,
        hem: float = 0.25,
        root: Points | None = None,
    ) -> Path:
        """Closed path of a sleeve, trouser leg, sock or bare limb.

        Where t0 is 0 the start is a round cap over the joint, or `root`, N x 2: the line on which it comes to its outer side.
        hem: how far the end bulges (share of its half-width; negative curves it the other way).
        """
        outer, inner = self.sides(t0, t1, ease, flare, puff)
        start = _bulge(inner[0], outer[0], -self.outer * (0.9 if t0 <= 0 else -hem * 0.6), 5 if t0 <= 0 else 3)
        if root is not None:
            outer, start = outer[1:], root
        return trace(np.concatenate([outer, _bulge(outer[-1], inner[-1], -self.outer * hem), inner[::-1], start]))

    def edge(
        self,
        t0: float = 0.0,
        t1: float = 1.0,
        ease: float = 0.0,
        flare: float = 0.0,
        puff: float = 0.0,
        hem: float = 0.25,
        root: Points | None = None,
    ) -> Path:
        """Open line to stroke instead of the outline where the limb grows out of the body: no line across the joint."""
        outer, inner = self.sides(t0, t1, ease, flare, puff)
        cap = _bulge(inner[0], outer[0], -0.9 * self.outer, 5)[-3:] if t0 <= 0 else outer[:0]  # the shoulder's round
        if root is not None:
            outer, cap = outer[1:], root
        skip = max(1, round(0.12 / max(t1 - t0, 0.12) * (len(inner) - 1))) if t0 <= 0.02 else 0
        inner = inner[min(skip, len(inner) - 2) :]
        start, low = np.concatenate([cap, outer]), _bulge(outer[-1], inner[-1], -self.outer * hem)
        line = np.concatenate([start, low, inner[::-1]])
        gap = np.hypot(*(line[:, None] - self.centre[None]).transpose(2, 0, 1))
        shown = (gap > 0.8 * (self.half + ease)).all(1)  # a sharp bend laps one half of the limb over the other
        shown[: len(cap)] = shown[len(start) - 1 : len(start) + len(low) + 1] = True
        if shown.all():
            return trace(line, closed=False)
        path = Path()
        for run in np.split(np.arange(len(line)), np.flatnonzero(np.diff(shown)) + 1):
            if shown[run[0]] and len(run) > 2:
                path.add_path(trace(line[run], closed=False))
        return path

    def band(self, t: float, thickness: float = 0.06, ease: float = 0.0, hem: float = 0.25) -> Path:
        """A cuff or ring round the limb, `thickness` in t, starting at t."""
        return self.outline(max(t, 0.001), min(t + thickness, 1.0), ease, hem=hem)

    def ring(self, t: float, ease: float = 0.0, hem: float = 0.25) -> Path:
        """A line across the limb (hem stitching, stripes of a sock)."""
        outer, inner = self.sides(max(t - 0.05, 0), max(t, 0.05), ease)
        return trace(np.concatenate([outer[-1:], _bulge(outer[-1], inner[-1], -self.outer * hem), inner[-1:]]), closed=False)


def _bulge(a: Points, b: Points, amount: float, count: int = 3) -> Points:
    """Points strictly between a and b on an arc that leaves the chord to the right of a->b turned outwards."""
    s = unit_steps(count + 2)[1:-1, None]
    chord = b - a
    out = np.array([-chord[1], chord[0]]) * 0.5
    return np.asarray(a + chord * s + out * amount * np.sin(np.pi * s))


def _forward(line: Points, along: Points) -> Points:
    """Cut off the loop that an offset curve makes inside a sharp bend; as many points as before."""
    step = line[1:] - line[:-1]
    if ((step * along).sum(1) > 0).all():
        return line
    crossing = _first_crossing(line, step)
    if crossing is None:
        keep = np.concatenate([[True], (step * along).sum(1) > 0])
        keep[-1] = True
        where, all_of = np.flatnonzero(keep), np.arange(len(line))
        return np.stack([np.interp(all_of, where, line[keep, axis]) for axis in (0, 1)], 1)
    i, j, point = crossing
    line = line.copy()
    line[i + 1 : j + 1] = point
    return line


def _first_crossing(line: Points, step: Points) -> tuple[int, int, Points] | None:
    """The widest pair of segments i < j - 1 of a polyline that cross, and where."""
    gap = line[None, :-1] - line[:-1, None]
    across = step[:, None, 0] * step[None, :, 1] - step[:, None, 1] * step[None, :, 0]
    safe = np.where(np.abs(across) < 1e-12, np.inf, across)
    s = (gap[..., 0] * step[None, :, 1] - gap[..., 1] * step[None, :, 0]) / safe
    t = (gap[..., 0] * step[:, None, 1] - gap[..., 1] * step[:, None, 0]) / safe
    hit = (s >= 0) & (s <= 1) & (t >= 0) & (t <= 1) & np.isfinite(safe)
    i, j = np.nonzero(np.triu(hit, 2))
    if not len(i):
        return None
    best = int(np.argmax(j - i))
    return int(i[best]), int(j[best]), line[i[best]] + s[i[best], j[best]] * step[i[best]]
