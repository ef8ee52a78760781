"""What a drawing is made of: ordered layers in unit space, and where the canvas lies. Values alone; `wardrobe.display`
decides how they look, `wardrobe.render` turns them into pixels.

A layer is filled, shaded, gets its marks (folds, seams, buttons, prints; clipped to it) and its outline.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from wardrobe.geometry import Points
from wardrobe.parts import ClothingPart
from wardrobe.path import Box, Matrix, Path
from wardrobe.patterns import Fabric
from wardrobe.shading import Tube
from wardrobe.style import RGB


class Z(IntEnum):
    """Layer numbers, back to front. Arms and legs carry their own base (`Limb.z`); add `SKIN` .. `OVER` to it."""

    BEHIND = 0  # wings, backpack, cape
    BACK_HAIR = 10
    BACK_ARM = 20  # far arm, or hands behind the back
    COAT_BACK = 32  # inside of open coats, back of skirts, bows tied behind
    FAR_LEG = 40
    NEAR_LEG = 50
    BODY = 60  # naked torso and neck
    INNER = 62  # shirt worn under something
    BOTTOM = 64  # skirts, shorts' hip part, trousers' hip part
    TOP = 68
    TUCKED = 70  # bottomwear over the top
    BELT = 72
    OUTER = 74  # jacket, coat, apron
    NECKWEAR = 80
    FRONT_ARM = 84
    HEAD = 100
    FACE = 104
    FRONT_HAIR = 110
    HEADWEAR = 120
    HIGH_ARM = 130  # a hand in front of the face


SKIN, LEGWEAR, SHOE, SLEEVE, OVER, HAND, GLOVE, HELD = 0, 1, 2, 3, 4, 5, 6, 4.5  # offsets from Limb.z


@dataclass(slots=True)
class Mark:
    """A detail on a layer. kind: "line" (stroke), "fill", "shade" (darkens, keeps a pattern), "light" (brightens); "fold"
    (the path's lines are creases, from root to end: a tapering line and the shade beside it), "shadow" and "deep" (shapes
    that join the layer's form shadow, or its darker core).

    colour: None = the layer's ink (line), or the style's shadow. width: of a line, in outline widths. clip: keep it
    inside the layer. strength: 0..1 opacity. ends: shares of a line's width at its two ends. depth: of a fold's shade, units.
    soft: blur of a light's or a fill's edge, units.
    """

    path: Path
    kind: str = "line"
    colour: RGB | None = None
    width: float = 0.8
    clip: bool = True
    strength: float = 1.0
    ends: tuple[float, float] = (1.0, 1.0)
    depth: float = 0.05
    soft: float = 0.0


@dataclass(slots=True)
class Layer:
    """One filled shape. Paths in units; see `Frame` for the way to pixels.

    garment: index + 1 in the outfit's garments, 0 = none. face: True for face, neck and hands (never repainted).
    pattern: a fabric in unit space, drawn instead of `colour` (which still chooses the ink). edge: the line to
    stroke, None = the path itself. line: outline width factor, 0 = none. shading: 0 = no automatic shadow.
    clip: everything of this layer stays inside it. inked: the fill itself is a drawn line (a lash, a mouth). tube: how it is
    rounded, None = no more than its outline tells. gloss: 0 cloth .. 1 patent leather. casts: whether it throws a shadow; what
    goes on into the pieces behind it does not.
    """

    z: float
    path: Path
    colour: RGB
    part: ClothingPart
    garment: int = 0
    face: bool = False
    pattern: Fabric | None = None
    edge: Path | None = None
    line: float = 1.0
    shading: float = 1.0
    marks: list[Mark] = field(default_factory=list)
    clip: Path | None = None
    inked: bool = False
    tube: Tube | None = None
    gloss: float = 0.0
    casts: bool = True


@dataclass(frozen=True)
class Frame:
    """Pixels = units * scale + (dx, dy)."""

    width: int
    height: int
    scale: float
    dx: float
    dy: float

    def matrix(self) -> Matrix:
        """Units -> pixels."""
        return Matrix(self.scale, 0, 0, self.scale, self.dx, self.dy)

    def box(self) -> Box:
        """The canvas in units."""
        return Box.xywh(-self.dx / self.scale, -self.dy / self.scale, self.width / self.scale, self.height / self.scale)

    def shows(self, layer: Layer) -> bool:
        """Whether any of this layer may fall on the canvas."""
        box, mine, edge = layer.path.bounds(), self.box(), 0.1
        across = box.left < mine.right + edge and box.right > mine.left - edge
        return bool(across and box.top < mine.bottom + edge and box.bottom > mine.top - edge)

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        return x * self.scale + self.dx, y * self.scale + self.dy

    def pixels(self, points: Points) -> Points:
        """N x 2, `pixel` of each point."""
        return points * self.scale + (self.dx, self.dy)


@dataclass(frozen=True)
class Maps:
    """What the layers give besides the picture, H x W each. lines: 255 = line. depth: brighter = nearer."""

    labels: NDArray[np.uint8]
    garments: NDArray[np.uint8]
    face_hands: NDArray[np.bool_]
    depth: NDArray[np.uint8]
    lines: NDArray[np.uint8]
