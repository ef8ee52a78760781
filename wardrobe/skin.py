"""The bare body over which every outfit is worn."""

from __future__ import annotations

from collections.abc import Collection

from wardrobe.canvas import HAND, SKIN, Layer, Mark, Z
from wardrobe.figure import SIDES, Figure
from wardrobe.geometry import trace
from wardrobe.parts import ClothingPart
from wardrobe.shading import Tube
from wardrobe.style import RGB


def skin_layers(figure: Figure, skin: RGB, hands: Collection[str] = SIDES) -> list[Layer]:
    """Arms, legs, feet, the torso's base colour, and hands on these sides."""
    left, right = figure.torso.sides(0.0, 1.0)
    sides = trace(left, closed=False)  # no line where the trunk goes on as the legs
    sides.add_path(trace(right, closed=False))
    layers = [Layer(Z.BODY, figure.torso.outline(), skin, ClothingPart.SKIN, edge=sides, shading=0.5, casts=False)]
    for side in SIDES:
        arm, leg, hand, foot = figure.arms[side], figure.legs[side], figure.hand(side), figure.foot(side)
        layers.append(
            Layer(leg.z + SKIN, leg.outline(), skin, ClothingPart.SKIN, edge=leg.edge(), tube=Tube(*leg.sides(0.0, 1.0)))
        )
        layers.append(Layer(leg.z + SKIN, foot.path, skin, ClothingPart.SKIN))
        layers.append(
            Layer(arm.z + SKIN, arm.outline(), skin, ClothingPart.SKIN, edge=arm.edge(), tube=Tube(*arm.sides(0.0, 1.0)))
        )
        fingers = [Mark(line, width=0.7) for line in hand.lines]
        wrist = trace(hand.points[1:-1], closed=False)  # no line where the hand goes on as the arm
        if side not in hands:
            continue
        layers.append(Layer(arm.z + HAND, hand.path, skin, ClothingPart.SKIN, face=True, line=0.75, marks=fingers, edge=wrist))
    return layers
