"""How things are held: in one hand, along both, or hugged; each with its own space, in which it is drawn upright."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.characters.poses import Arm
from wardrobe.canvas import HELD, Layer, Mark, Z
from wardrobe.cloth import Cloth
from wardrobe.figure import SIDES, Figure
from wardrobe.geometry import XY, Points, rotate, spline, trace
from wardrobe.path import Path
from wardrobe.style import RGB

ADULT_HAND = 0.28  # units: with a hand of this size, one unit of a thing is a head
HUGGED = 83.4  # level: over all that is worn on the chest, below the arms
Rows = Sequence[XY]


@dataclass(frozen=True)
class Grip:
    """A thing's own space: (0, 0) where it is held, y down, x away from the body, one unit about a head.

    at: that place on the figure; angle: of the thing's upright in degrees, outwards positive; side: 1 right, -1 left in the
    picture; size: units of the figure for one of the thing; z: of what lies below the fingers; over: of what covers them."""

    at: XY
    angle: float
    side: int
    size: float
    z: float
    over: float

    def points(self, rows: Rows) -> Points:
        own = np.asarray(rows, np.float64) * [self.side * self.size, self.size] + self.at
        return rotate(self.at, own, self.side * self.angle)

    def path(self, rows: Rows, closed: bool = True) -> Path:
        """Straight lines."""
        return Path.polygon(self.points(rows).tolist(), closed)

    def smooth(self, rows: Rows, closed: bool = True) -> Path:
        """A curve through the points."""
        return trace(spline(self.points(rows), 5 * len(rows), closed), closed)

    def disc(self, x: float, y: float, across: float, down: float | None = None) -> Path:
        turns = np.linspace(0, 2 * np.pi, 13)[:-1]
        ring = np.stack([x + across * np.cos(turns), y + (across if down is None else down) * np.sin(turns)], 1)
        return trace(spline(self.points(ring.tolist()), 36, closed=True))

    def piece(self, c: Cloth, path: Path, colour: RGB, dz: float = 0.0, marks: Sequence[Path] = (), over: bool = False) -> Layer:
        """dz: in steps of .01 above what is drawn first; marks: lines on it; over: before the fingers."""
        lines = [Mark(line, width=0.7) for line in marks]
        return c.detail((self.over if over else self.z) + 0.01 * dz, path, colour, marks=lines)


def palm(figure: Figure, side: str) -> XY:
    """The middle of a closed hand."""
    (x, y), (dx, dy) = figure.arms[side].point(0.985), figure.arms[side].direction(1.0)
    reach = 0.42 * figure.body.hand
    return x + dx * reach, y + dy * reach


def _size(figure: Figure) -> float:
    return figure.body.hand / ADULT_HAND


def in_hand(figure: Figure, side: str, angle: float) -> Grip:
    z = figure.arms[side].z
    return Grip(palm(figure, side), angle, -1 if side == "l" else 1, _size(figure), z + HELD, z + 7)


def in_both(figure: Figure, lead: str) -> Grip:
    """From the leading hand upright towards the other."""
    start, end = palm(figure, lead), palm(figure, SIDES[1 - SIDES.index(lead)])
    side = -1 if lead == "l" else 1
    angle = float(np.degrees(np.arctan2(end[0] - start[0], start[1] - end[1]))) * side
    return Grip(start, angle, side, _size(figure), HUGGED, 91.0)


def hugged(figure: Figure, lead: str) -> Grip:
    """In front of the chest, between both hands."""
    ends = np.array([palm(figure, side) for side in SIDES])
    middle = 0.5 * ends.mean(0) + 0.5 * np.array(figure.torso.at(0, 0.5))
    return Grip((float(middle[0]), float(middle[1])), 0.0, -1 if lead == "l" else 1, _size(figure), HUGGED, 91.0)


# --- arms that hold: the arm and the angles that suit a thing in it

Hold = tuple[Arm, tuple[float, float]]
UP: Hold = Arm(24, 116, hand="fist"), (-15, 25)
FRONT: Hold = Arm(16, -66, 1.0, 0.85, hand="fist"), (-25, 15)
SIDE: Hold = Arm(26, 38, hand="fist"), (-6, 8)
DOWN: Hold = Arm(13, 8, hand="fist"), (110, 165)
ACROSS: Hold = Arm(14, -50, 1.0, 0.9, hand="fist"), (20, 75)
RAISED: Hold = Arm(148, 168, hand="fist"), (-35, 40)
FORWARD: Hold = Arm(46, 74, 0.95, 0.85, hand="fist"), (30, 100)
SHOULDERED: Hold = Arm(20, 160, 0.9, 0.6, hand="fist"), (35, 70)
HANGING: Hold = Arm(11, 6, hand="fist"), (-4, 4)
BENT: Hold = Arm(16, 60, 0.95, 0.7, hand="fist"), (-4, 4)
TO_MOUTH: Hold = Arm(26, -150, 0.9, 0.9, high=True, hand="fist"), (-10, 10)
Pair = tuple[Arm, Arm]  # of the leading hand, of the other
HUG: Pair = Arm(14, -66, 1.0, 0.9), Arm(16, -60, 1.0, 0.9)
HUG_LOW: Pair = Arm(12, -46, 1.0, 0.95), Arm(12, -46, 1.0, 0.95)
AIM: Pair = Arm(22, -58, 1.0, 0.75, hand="fist"), Arm(34, -92, 0.9, 0.55, hand="fist")
PLAY: Pair = Arm(22, -62, 1.0, 0.9), Arm(30, 112, 0.9, 0.75, hand="fist")
READY: Pair = Arm(20, -52, 1.0, 0.8, hand="fist"), Arm(30, -88, 0.95, 0.75, hand="fist")
assert HUGGED < Z.FRONT_ARM
