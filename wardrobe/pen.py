"""The pen: lines whose width follows the light and tapers where they end, as filled shapes in unit space.

An even line of one width is what a machine draws; an artist's is thin where the light falls, heavy in the shade, and runs
out where it meets nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wardrobe.geometry import Points, unit_steps
from wardrobe.path import Path

Contours = list[tuple[Points, bool]]  # polylines, N x 2 each, and whether they are closed
RUN_OUT = 0.14  # units over which the open end of an outline thins out
FAINT = 0.45  # of a line's width, at the open ends of an outline


def flat(path: Path, steps: int = 2) -> Contours:
    """As `Path.flat`, but quick where all is lines and quadratic curves (nearly everything is)."""
    commands = "".join(path.commands)
    if "C" in commands or "K" in commands:
        return path.flat(3 * steps)
    found: Contours = []
    rows, at = path.array(), 0
    for contour in commands.split("M")[1:]:
        closed, drawn = contour.endswith("Z"), contour.rstrip("Z")
        count = 1 + len(drawn) + drawn.count("Q")
        points, at = rows[at : at + count], at + count
        if "Q" not in drawn:
            found.append((points, closed))
            continue
        if "L" in drawn:
            points = _bent(points, drawn)
        start, pull, end = points[:-1:2], points[1::2], points[2::2]
        t = unit_steps(steps + 1)[1:, None]
        curves = (1 - t) ** 2 * start[:, None] + 2 * t * (1 - t) * pull[:, None] + t**2 * end[:, None]
        found.append((np.concatenate([points[:1], curves.reshape(-1, 2)]), closed))
    return found


def add_closed(path: Path, corners: Points) -> None:
    """Adds a polygon to a path."""
    path.commands += ["M", *"L" * (len(corners) - 1), "Z"]
    path.points += corners.ravel().tolist()


def _bent(points: Points, drawn: str) -> Points:
    """The lines among curves as curves that are straight."""
    rows, at = [points[:1]], 1
    for command in drawn:
        if command == "Q":
            rows.append(points[at : at + 2])
        else:
            rows.append(np.stack([(points[at - 1] + points[at]) / 2, points[at]]))
        at += 2 if command == "Q" else 1
    return np.concatenate(rows)


def mitres(line: Points, closed: bool) -> Points:
    """N x 2: how a line's points move when the line is moved sideways by 1, to the right of travel on a y-down canvas."""
    rows = np.concatenate([line, line[:1]]) if closed else line
    step = rows[1:] - rows[:-1]
    normal = step[:, ::-1] / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)[:, None]
    normal[:, 1] *= -1
    if closed:
        total = np.concatenate([normal[-1:], normal[:-1]]) + normal
    else:
        total = np.concatenate([normal[:1], normal]) + np.concatenate([normal, normal[-1:]])
    return np.asarray(total / np.maximum((total * total).sum(1) / 2, 0.7)[:, None])


def _clean(line: Points, closed: bool) -> Points:
    """Without points that lie on each other: they have no direction."""
    step = np.abs(np.diff(line, axis=0)).sum(1)
    keep = np.concatenate([[True], step > 1e-5])
    line = line[keep]
    if closed and len(line) > 2 and np.abs(line[0] - line[-1]).sum() < 1e-5:
        line = line[:-1]
    return line


def _arc(line: Points) -> NDArray[np.float64]:
    """Length up to every point."""
    step = np.diff(line, axis=0)
    return np.concatenate([[0.0], np.cumsum(np.hypot(step[:, 0], step[:, 1]))])


def _ribbon(path: Path, line: Points, side: Points, half: NDArray[np.float64], closed: bool) -> None:
    offset = side * half[:, None]
    if closed:
        add_closed(path, line + offset)
        add_closed(path, (line - offset)[::-1])
    else:
        add_closed(path, np.concatenate([line + offset, (line - offset)[::-1]]))


def outline(edge: Path, width: float, weight: float, dark: tuple[float, float], centre: tuple[float, float], steps: int) -> Path:
    """A contour's line as a filled shape.

    width: units; weight: 0..1, how much heavier the side in shadow is and how much lighter the other; dark: unit vector
    into the shade, y down; centre: of the shape that is bounded; steps: lines for each curve.
    """
    inked = Path()
    for points, closed in flat(edge, steps):
        line = _clean(points, closed)
        if len(line) < 2:
            continue
        side = mitres(line, closed)
        outward = ((line - centre) * side).sum()
        if closed:
            following = np.roll(line, -1, 0)
            outward = (line[:, 0] * following[:, 1] - following[:, 0] * line[:, 1]).sum()
        turned = side @ np.array(dark) * (1 if outward > 0 else -1)
        arc = _arc(line)
        half = 0.5 * width * (1 + weight * (0.1 + 0.5 * np.clip(turned, -1, 1)) + 0.1 * np.sin(arc * 5.3 + line[0, 0] * 40))
        if not closed:
            reach = min(RUN_OUT, 0.3 * arc[-1]) + 1e-9
            near = np.minimum(arc, arc[-1] - arc)
            half *= FAINT + (1 - FAINT) * np.minimum(1, near / reach) ** 0.7
        _ribbon(inked, line, side, half, closed)
    return inked


def crease(path: Path, width: float, ends: tuple[float, float], steps: int) -> Path:
    """Lines that swell and run out, as one filled shape. width: units, at the thickest; ends: share of it at both ends."""
    inked = Path()
    for points, closed in flat(path, steps):
        line = _clean(points, closed)
        if len(line) < 2:
            continue
        if len(line) == 2:
            line = line[0] + (line[1] - line[0]) * unit_steps(5)[:, None]
        arc = _arc(line)
        t = arc / max(arc[-1], 1e-9)
        swell = (ends[0] + (1 - ends[0]) * np.minimum(1, t / 0.3) ** 0.7) * (
            ends[1] + (1 - ends[1]) * np.minimum(1, (1 - t) / 0.75) ** 0.85
        )
        _ribbon(inked, line, mitres(line, False), 0.5 * width * swell, False)
    return inked
