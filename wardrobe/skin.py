"""The bare body over which every outfit is worn."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from wardrobe import lower
from wardrobe.canvas import HAND, SKIN, Layer, Mark, Z
from wardrobe.figure import SIDES, Figure
from wardrobe.geometry import Points, polygon, trace
from wardrobe.parts import ClothingPart
from wardrobe.shading import Tube
from wardrobe.style import RGB

ROOT = slice(1, 15)  # rows of a thigh's inner side that `Limb.edge` leaves out; the trunk hides what lies above the crotch
GROWS_FROM = 0.07  # level of the torso at which arms begin: below where sleeves do, which cover them
FLAT = 1.5  # `Tube.front` of the bare trunk


def skin_layers(figure: Figure, skin: RGB, hands: Collection[str] = SIDES) -> list[Layer]:
    """Arms, legs, feet, the torso's base colour, and hands on these sides."""
    layers = [_trunk(figure, skin)]
    for side in SIDES:
        arm, leg, hand, foot = figure.arms[side], figure.legs[side], figure.hand(side), figure.foot(side)
        edge = leg.edge()
        edge.add_path(polygon(_dense(leg.sides(0.0, 1.0)[1])[ROOT], closed=False))
        layers.append(Layer(leg.z + SKIN, leg.outline(), skin, ClothingPart.SKIN, edge=edge, tube=Tube(*leg.sides(0.0, 1.0))))
        layers.append(Layer(leg.z + SKIN, foot.path, skin, ClothingPart.SKIN))
        sides = arm.sides(0.0, 1.0)
        root = figure.shoulder(arm, sides[0], GROWS_FROM)
        shape, edge = arm.outline(root=root), arm.edge(root=root)
        layers.append(Layer(arm.z + SKIN, shape, skin, ClothingPart.SKIN, edge=edge, tube=Tube(*sides)))
        fingers = [Mark(line, width=0.7) for line in hand.lines]
        wrist = trace(hand.points[1:-1], closed=False)  # no line where the hand goes on as the arm
        if side not in hands:
            continue
        layers.append(Layer(arm.z + HAND, hand.path, skin, ClothingPart.SKIN, face=True, line=0.75, marks=fingers, edge=wrist))
    return layers


def _trunk(figure: Figure, skin: RGB) -> Layer:
    """From the shoulders into both thighs in one piece: no border across the hips, and no gap between the thighs' tops."""
    left, right = figure.torso.sides(0.0, 1.0)
    legs = {side: (_dense(outer), _dense(inner)) for side in SIDES for outer, inner in (figure.legs[side].sides(0.0, 1.0),)}
    form = lower.seat(figure, legs, (left[-6:], right[-6:]), rise=1)  # above the end of all hips that lie over it
    left, right = np.concatenate([left[:-6], form.left]), np.concatenate([right[:-6], form.right])
    edge = polygon(left[:-1], closed=False)
    edge.add_path(polygon(right[:-1], closed=False))
    if form.arch is not None:
        edge.add_path(form.arch)
    path = polygon(np.concatenate([left, form.low, right[::-1]]))
    # a barrel, or the shade would follow the lower border as a line; so flat that its shade is as narrow as the thigh's
    tube = Tube(left, right, front=FLAT, wave=0.0)
    return Layer(Z.BODY, path, skin, ClothingPart.SKIN, edge=edge, shading=0.5, tube=tube, casts=False)


def _dense(line: Points) -> Points:
    """The same line in six times as many steps."""
    at, where = np.linspace(0, len(line) - 1, 6 * len(line) - 5), np.arange(len(line))
    return np.stack([np.interp(at, where, line[:, axis]) for axis in (0, 1)], 1)
