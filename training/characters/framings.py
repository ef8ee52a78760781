"""Where a figure in any stance lies on its canvas, as rows: from the whole of it in the distance to its face alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wardrobe.canvas import Frame
from wardrobe.figure import SIDES, Figure
from wardrobe.path import Box

Rng = np.random.Generator


@dataclass(frozen=True)
class Framing:
    """weight: how often; down: lowest and highest end of the picture, from 0 the chin over 1 the waist and 2 the knees to 3 the
    soles; room: over the head, units; fill: share of the canvas' height; words: for captions."""

    weight: float
    down: tuple[float, float]
    room: tuple[float, float]
    fill: tuple[float, float]
    words: str


FRAMINGS: dict[str, Framing] = {
    "whole": Framing(4.0, (3.05, 3.15), (0.1, 0.5), (0.78, 1.0), "full body"),
    "filling": Framing(1.5, (2.9, 3.02), (-0.1, 0.05), (1.0, 1.0), "full body"),
    "knees": Framing(1.4, (1.7, 2.3), (0.0, 0.4), (1.0, 1.0), "cowboy shot"),
    "waist": Framing(1.2, (0.8, 1.3), (0.0, 0.4), (1.0, 1.0), "upper body"),
    "bust": Framing(1.0, (0.3, 0.7), (-0.05, 0.35), (1.0, 1.0), "upper body"),
    "face": Framing(0.3, (0.05, 0.25), (-0.1, 0.2), (1.0, 1.0), "upper body"),
    "small": Framing(0.4, (3.05, 3.2), (0.1, 0.4), (0.35, 0.7), "full body"),
    "far": Framing(0.15, (3.05, 3.2), (0.1, 0.4), (0.1, 0.3), "full body"),
}


def extent(figure: Figure) -> Box:
    """What body and head take up, without hair and clothes."""
    points = list(figure.joints.values())
    points += [figure.head.at(x, y) for x, y in ((-0.5, 0), (0.5, 0), (0, -0.55))]
    for side in SIDES:
        (x, y), (dx, dy) = figure.arms[side].point(1.0), figure.arms[side].direction(1.0)
        points.append((x + dx * figure.body.hand, y + dy * figure.body.hand))
        box = figure.foot(side).path.bounds()
        points += [(box.left, box.top), (box.right, box.bottom)]
    xs, ys = zip(*points, strict=True)
    return Box(min(xs) - 0.15, min(ys), max(xs) + 0.15, max(ys))


def framed(rng: Rng, figure: Figure, name: str, height: int, width: int) -> Frame:
    """A row of `FRAMINGS` on a canvas of this size."""
    row, box = FRAMINGS[name], extent(figure)
    knees = (figure.joints["knee_l"][1] + figure.joints["knee_r"][1]) / 2
    levels = np.maximum.accumulate([figure.head.at(0, 0.5)[1], figure.joints["waist"][1], knees, box.bottom])
    down = float(rng.uniform(*row.down))
    bottom = float(np.interp(min(down, 3.0), range(4), levels)) + max(down - 3, 0.0)
    head = figure.head.centre[1] - 0.55
    top = (min(head, box.top) if down > 1.5 or rng.random() < 0.5 else head) - float(rng.uniform(*row.room))
    scale = height * float(rng.uniform(*row.fill)) / max(bottom - top, 0.5)
    middle = figure.head.centre[0]
    if down > 1.5:  # all of the limbs; nearer, arms may leave the picture
        scale, middle = min(scale, width / box.width), (box.left + box.right) / 2
    room = max(0.0, width - box.width * scale)
    dx = width / 2 - middle * scale + 0.4 * room * float(rng.uniform(-1, 1))
    spare = height - (bottom - top) * scale
    dy = -top * scale + spare * (float(rng.uniform(0.1, 0.95)) if down > 2.5 else 1.0)
    return Frame(width, height, scale, dx, dy)
