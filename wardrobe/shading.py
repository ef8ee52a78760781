"""Where a drawn form lies in shade: shapes in unit space, which `wardrobe.display` fills in the style's manner.

Sleeves, legs, torsos and skirts are tubes between two side lines. On a tube's cross-section, a half circle towards the
viewer, the light of direction l leaves the point u in shade where u (d . l) + k sqrt(1 - u^2) < 0, with d the direction across
and k the share of the light that comes from the front (Lambert's law for a cylinder); this is the painter's terminator.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardrobe.geometry import Points, unit_steps
from wardrobe.path import Path
from wardrobe.pen import add_closed, flat

XY = tuple[float, float]
BEYOND = 1.3  # u to which a dark side is filled, past the silhouette, so that a blurred edge is still dark there


class Tube(NamedTuple):
    """left, right: side lines, M x 2 each, row by row across from each other. front: k above: the larger, the less shade;
    a flat front has more of it than a round limb. fade: shares of the length between which the shade grows from
    nothing to its full width. wave: how much the shade's edge wavers."""

    left: Points
    right: Points
    front: float = 0.75
    fade: XY = (0.0, 0.0)
    wave: float = 1.0


def into_shade(light: XY) -> XY:
    """Unit vector on the canvas (y down) away from a light of `Style.light`."""
    x, y = -light[0], 0.55 * light[1]
    length = max(float(np.hypot(x, y)), 1e-6)
    return x / length, y / length


def terminators(tube: Tube, light: XY, fronts: tuple[float, ...]) -> list[list[Points]]:
    """Closed shapes, N x 2 each, of a tube's dark side, for each factor on the tube's own `front`: the larger, the narrower."""
    count = min(len(tube.left), len(tube.right))
    left = _longer(tube.left[:count])
    across = _longer(tube.right[:count]) - left
    count += 2
    wide = np.maximum(np.hypot(across[:, 0], across[:, 1]), 1e-6)
    facing = -(across @ np.array(into_shade(light))) / wide
    s = unit_steps(count)
    bend = (
        tube.wave
        * min(0.05, 0.012 / float(wide.mean()))
        * np.minimum(1, 6 * s)
        * (np.sin(9.0 * s + 30 * left[0, 0]) + 0.6 * np.sin(23.0 * s + 50 * left[0, 1]))
    )
    found = []
    for front in fronts:
        k = tube.front * front
        edge = k / np.sqrt(k * k + facing**2) + bend * np.abs(facing)
        if tube.fade[1]:
            start, full = tube.fade
            edge = BEYOND - (BEYOND - edge) * np.clip((s - start) / (full - start), 0, 1) ** 0.7
        shapes = []
        for sign in (-1, 1):
            dark = np.where(facing * sign < 0, np.minimum(edge, BEYOND), BEYOND)
            if dark.min() < 0.98:
                inner = left + across * ((sign * dark + 1) / 2)[:, None]
                outer = left + across * ((sign * BEYOND + 1) / 2)
                shapes.append(np.concatenate([inner, outer[::-1]]))
        found.append(shapes)
    return found


def _longer(side: Points) -> Points:
    """A side line that goes a little on at both ends, so that what is blurred ends in the piece, not before its border."""
    return np.concatenate([2 * side[:1] - side[1:2], side, 2 * side[-1:] - side[-2:-1]])


def rim(path: Path, shift: XY) -> Path:
    """What a shape, moved by `shift`, leaves of itself, as a path to be filled inside of the shape (non-zero rule)."""
    moved = _turned(path, -1)
    moved.offset(*shift)
    whole = _turned(path, 1)
    whole.add_path(moved)
    return whole


def cast(path: Path, shift: XY) -> Path:
    """A shape's shadow on what lies behind it."""
    shadow = _turned(path, 1)
    shadow.offset(*shift)
    return shadow


def valleys(path: Path, depth: float, light: XY, stride: int = 1) -> Path:
    """The shaded side of folds, leaf by leaf. path: their creases, each from its root to where it runs out; depth: units, the
    leaf's greatest width; stride: of each crease's points, every how many-th is taken (on a small canvas)."""
    dark = np.array(into_shade(light))
    alike: dict[int, list[Points]] = {}
    for line, _ in flat(path, 3):
        if len(line) == 2:
            line = line[0] + (line[1] - line[0]) * unit_steps(6)[:, None]
        if stride > 1:
            line = np.concatenate([line[:-1:stride], line[-1:]])
        alike.setdefault(len(line), []).append(line)
    found = Path()
    for count, rows in alike.items():
        if count < 2:
            continue
        spines = np.stack(rows)  # K x N x 2
        ahead = np.concatenate(
            [spines[:, 1:2] - spines[:, :1], spines[:, 2:] - spines[:, :-2], spines[:, -1:] - spines[:, -2:-1]], 1
        )
        side = ahead[..., ::-1] * [1, -1] / np.maximum(np.hypot(ahead[..., :1], ahead[..., 1:]), 1e-9)
        sign = np.where((side @ dark).sum(1) > 0, 1.0, -1.0)
        length = np.hypot(*(spines[:, -1] - spines[:, 0]).T)
        t = unit_steps(count)
        wide = (sign * np.minimum(depth, 0.3 * length))[:, None] * (0.75 + 0.6 * t) * (1 - t) ** 0.9
        leaves = np.concatenate([spines, (spines + side * wide[..., None])[:, ::-1]], 1)
        for leaf in leaves:
            add_closed(found, _positive(leaf))
    return found


def joined(shapes: list[Points], paths: list[Path]) -> Path:
    """Shapes and paths in one path, so that one fill of the non-zero rule covers where they overlap once."""
    whole = Path()
    for shape in shapes:
        add_closed(whole, _positive(shape))
    for path in paths:
        whole.add_path(path)
    return whole


def _area(points: Points) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(x[:-1] @ y[1:] - y[:-1] @ x[1:] + x[-1] * y[0] - y[-1] * x[0])


def _positive(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return points if _area(points) >= 0 else points[::-1]


def _turned(path: Path, sign: int) -> Path:
    """The same shape with every contour going round in one direction."""
    turned = Path()
    rows, at = path.array(), 0
    for contour in "".join(path.commands).split("M")[1:]:
        drawn = contour.rstrip("Z")
        count = 1 + sum(_POINTS[command] for command in drawn)
        points, at = rows[at : at + count], at + count
        if _area(points) * sign < 0:
            points, drawn = points[::-1], drawn[::-1]
        turned.commands += ["M", *drawn, "Z"]
        turned.points += points.ravel().tolist()
    return turned


_POINTS = {"L": 1, "Q": 2, "C": 3, "K": 2}
