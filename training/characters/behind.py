"""A figure seen from behind: hair where the face would be, arms that reach forward behind the body."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.characters.poses import Pose
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.figure import Figure
from wardrobe.geometry import curve, spline, trace
from wardrobe.parts import ClothingPart
from wardrobe.style import darken

RAISED = 101  # levels by which hair behind the head comes to the front
LOCKS = (Z.FRONT_HAIR - 1, Z.FRONT_HAIR)  # side locks and cap, which only a front view shows


def turned_round(pose: Pose) -> Pose:
    """Forearms before the body are now behind it, and those behind it before."""
    left, right = (replace(arm, behind=not arm.behind, high=False) if arm.fore < -10 else arm for arm in pose.arms)
    return replace(pose, arms=(left, right), feet=(pose.feet[0] * 0.6, pose.feet[1] * 0.6))


def hair_from_behind(layers: list[Layer], figure: Figure, rng: np.random.Generator) -> list[Layer]:
    """The back of the head, and over it what hangs behind. layers: hair as of a front view."""
    cap = next((layer for layer in layers if layer.z == Z.FRONT_HAIR), None)
    kept = [layer for layer in layers if layer.z not in LOCKS]
    for layer in kept:
        if layer.z < Z.BACK_ARM:
            layer.z += RAISED
    return [*kept, _nape(cap, figure, rng)] if cap is not None else kept


def _nape(cap: Layer, figure: Figure, rng: np.random.Generator) -> Layer:
    head = figure.head
    w, y = head.wide + float(rng.uniform(0.05, 0.11)), float(rng.uniform(0.36, 0.52))
    half = [(0.6 * w, -0.5), (w, -0.2), (w * 0.98, 0.1), (w * 0.82, y - 0.12), (w * 0.55, y)]
    rows = [(0.0, -0.57), *half, (0.0, y + float(rng.uniform(-0.04, 0.05))), *((-x, y) for x, y in half[::-1])]
    path = trace(spline(np.array(rows), 40, closed=True))
    crown = (float(rng.normal(0, 0.06)), -0.38)
    ends = [(x * w, y - 0.1 - 0.25 * abs(x)) for x in (-0.75, -0.4, 0.0, 0.4, 0.75)]
    marks = [Mark(curve(crown, ((crown[0] + x) / 2 + 0.25 * x, -0.1), (x, low)), width=0.5) for x, low in ends]
    matrix = head.matrix()
    for shape in (path, *(mark.path for mark in marks)):
        shape.transform(matrix)
    return Layer(Z.FRONT_HAIR, path, darken(cap.colour, 0.05), ClothingPart.HAIR, pattern=cap.pattern, marks=marks, shading=0.8)
