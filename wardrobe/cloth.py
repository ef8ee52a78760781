"""What every garment's drawing needs: the cloth it is cut from, and the pieces that garments share.

A garment function takes a `Cloth` and returns layers; shapes hang on the figure's curves, never on pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wardrobe import patterns
from wardrobe.canvas import OVER, Layer, Mark, Z
from wardrobe.figure import Figure
from wardrobe.geometry import XY, Limb, Points
from wardrobe.outfit import Garment
from wardrobe.palette import luminance
from wardrobe.parts import ClothingPart
from wardrobe.path import Path
from wardrobe.shading import Tube
from wardrobe.style import RGB, Style, darken, lighten

WHITE: RGB = (248, 248, 248)
HEMS = 0.12, 1.0  # of the way down legs: the shortest and the longest garment that hangs there
GLOSS = {  # 0 cloth .. 1 patent leather; what is not named is matt
    "leather jacket": 0.9,
    "raincoat": 0.6,
    "bomber jacket": 0.35,
    "shoes": 0.7,
    "loafers": 0.8,
    "heels": 1.0,
    "mary janes": 1.0,
    "rain boots": 0.9,
    "boots": 0.7,
    "knee boots": 0.8,
    "thigh boots": 0.9,
    "belt": 0.5,
    "corset top": 0.4,
    "cheongsam": 0.45,
    "evening gown": 0.45,
    "ball gown": 0.3,
    "plate armor": 1.0,
    "breastplate": 1.0,
    "necktie": 0.25,
    "neck ribbon": 0.3,
    "bow tie": 0.3,
}

COLLAR, KNOT = 0.44, 0.54  # of the torso's length: no collar reaches lower; an arm that crosses above lies before a tie


@dataclass
class Cloth:
    """One garment on one figure. number: index + 1 in the outfit; z: where its torso part lies;
    sleeve_z: where on the arms its sleeves lie; rng: for folds and small variations, from the garment's own seed;
    collared: whether a collar is worn that lies over what is tied round the neck; beneath: what is worn under this one."""

    garment: Garment
    number: int
    figure: Figure
    style: Style
    z: float
    sleeve_z: float
    rng: np.random.Generator
    collared: bool = False
    beneath: Sequence[Layer] = ()

    @property
    def main(self) -> RGB:
        return self.garment.rgb

    @property
    def trim(self) -> RGB:
        """Collars, bands, edges: the second colour where there is no pattern, else a shade of the main colour."""
        garment = self.garment
        if garment.second_rgb is not None and garment.pattern is None:
            return garment.second_rgb
        return lighten(self.main, 0.3) if luminance(self.main) < 0.3 else darken(self.main, 0.28)

    @property
    def contrast(self) -> RGB:
        """Small things that must be seen: buttons, laces, drawstrings."""
        if self.garment.second_rgb is not None:
            return self.garment.second_rgb
        return lighten(self.main, 0.75) if luminance(self.main) < 0.5 else darken(self.main, 0.5)

    def fabric(self, angle: float = 0.0) -> patterns.Fabric | None:
        """The pattern turned by `angle` degrees (a sleeve follows its arm), or None for a plain garment."""
        garment, body = self.garment, self.figure.body
        if garment.pattern is None or garment.second_rgb is None:
            return None
        row = patterns.PATTERNS[garment.pattern]
        pick = np.random.default_rng(garment.detail)
        period = float(pick.uniform(*row.period)) * (body.shoulder + 0.12) * 1.7
        turn = row.turns[int(pick.integers(len(row.turns)))]
        x, y = self.figure.joints["neck"]
        return patterns.fabric(
            garment.pattern,
            self.style.tone(garment.rgb),
            self.style.tone(garment.second_rgb),
            period=period,
            angle=turn + round(angle / 6) * 6,
            origin=(x, y + float(pick.random()) * period),
            span=self._span(),
        )

    def _span(self) -> tuple[float, float]:
        """Top and bottom of the garment for a gradient, by where its kind is worn."""
        figure, slot = self.figure, self.garment.slot.name
        y = {"top": 0.0, "hip": figure.torso.length, "floor": figure.floor}
        knee = figure.joints["knee_l"][1]
        spans = {"TOPWEAR": ("top", "hip"), "BOTTOMWEAR": ("hip", "floor"), "ONEPIECE": ("top", "floor")}
        if slot in spans:
            start, end = (y[name] for name in spans[slot])
            short = self.garment.length in ("short", "knee")
            return start - 0.2, (knee if short else end)
        return (knee - 0.3, y["floor"]) if slot == "LEGWEAR" else (0.0, y["hip"])

    def piece(
        self,
        z: float,
        path: Path,
        *,
        edge: Path | None = None,
        marks: Sequence[Mark] = (),
        angle: float = 0.0,
        line: float = 1.0,
        shading: float = 1.0,
        clip: Path | None = None,
        tube: Tube | None = None,
    ) -> Layer:
        """A part of the garment in its main cloth."""
        tube = self._form(path) if tube is None and shading > 0 else tube
        layer = self.detail(z, path, self.main, edge=edge, marks=marks, line=line, shading=shading, clip=clip, tube=tube)
        layer.pattern = self.fabric(angle)
        return layer

    def detail(
        self,
        z: float,
        path: Path,
        colour: RGB,
        *,
        edge: Path | None = None,
        marks: Sequence[Mark] = (),
        line: float = 1.0,
        shading: float = 0.6,
        clip: Path | None = None,
        tube: Tube | None = None,
    ) -> Layer:
        """A part of the garment in a colour of its own, without the pattern."""
        if self.garment.slot == ClothingPart.NECKWEAR:
            z = self.over_sleeves(z, KNOT, with_hand=True)
        slot, own, gloss = self.garment.slot, list(marks), GLOSS.get(self.garment.kind, 0.0)
        return Layer(z, path, colour, slot, self.number, False, None, edge, line, shading, own, clip, tube=tube, gloss=gloss)

    def over_sleeves(self, z: float, v: float = 0.62, with_hand: bool = False) -> float:
        """Where what lies on the chest down to level v (collar, lapels, a tie at layer z) is drawn: over the shoulders of the
        sleeves, unless an arm crosses it, or its hand."""
        if not Z.BODY <= z < Z.FRONT_ARM or self._crossed[with_hand] < v:
            return z
        return Z.FRONT_ARM + OVER + 0.5 + 0.45 * (z - Z.BODY) / (Z.FRONT_ARM - Z.BODY)

    @cached_property
    def _crossed(self) -> tuple[float, float]:
        """The highest level at which an arm lies in front of the chest, infinity for none; and an arm with its hand."""
        arms = [
            (arm, np.array(arm.point(1.0)) + self.figure.body.hand * np.array(arm.direction(1.0)))
            for arm in self.figure.arms.values()
        ]
        without = [self._crosses(arm, arm.centre) for arm, _ in arms]
        return min(without), min(*without, *(self._crosses(arm, np.array([*arm.centre, tip])) for arm, tip in arms))

    def _crosses(self, arm: Limb, centre: Points) -> float:
        """The highest level at which an arm's lower part lies in front of the chest, infinity where it does not."""
        torso = self.figure.torso
        x, y = centre[len(arm.centre) // 3 :].T
        y = y - torso.left[0, 1]
        level = np.clip(y / torso.length, 0, 1)
        left, right = (np.interp(level, torso.v, side[:, 0]) for side in (torso.left, torso.right))
        inside = np.abs(x - (left + right) / 2) < 0.8 * (right - left) / 2 + arm.half[-1]
        there = y[inside & (y > -0.15 * torso.length)] / torso.length
        return float(there.min()) if arm.z >= Z.FRONT_ARM and len(there) else np.inf

    def _form(self, path: Path) -> Tube | None:
        """How a piece that does not say so is rounded: as the limb that it is worn on, or, where it is large (one side of an
        open coat), as a part of the whole body's barrel."""
        box, figure = path.bounds(), self.figure
        middle = np.array(box.centre)
        for limb in (*figure.legs.values(), *figure.arms.values()):
            gap = np.hypot(*(limb.centre - middle).T)
            at = int(gap.argmin())
            half = float(limb.half[at])
            if 2 < at < len(gap) - 3 and gap[at] < 0.7 * half and min(box.width, box.height) < 5 * half:
                return Tube(*limb.sides(0.0, 1.0, 0.15 * half))
        torso, w = figure.torso, figure.body.shoulder
        if box.height < 0.45 * torso.length or box.width < 0.35 * w:
            return None
        left, right = torso.sides(0.02, 0.64, 0.12 * w)
        drop = max(0.4, (box.bottom - torso.at(0, 0.64)[1]) / torso.length)
        low, high = figure.skirt(0.64, drop, 0.2 * w, 0.12 * w)
        return Tube(np.concatenate([left[:-1], low]), np.concatenate([right[:-1], high]), front=1.15)

    def front(self, u: float, v: float) -> XY:
        return self.figure.torso.front(u, v)


def middle(figure: Figure, u: float) -> float:
    """u of the front surface -> u across the picture: the button line moves when the body is turned."""
    return float(np.sin(np.clip(u * np.pi / 2 + figure.turn * 0.75, -np.pi / 2, np.pi / 2)))


def lengthened(garment: Garment, reach: float) -> float:
    """How far down legs a garment goes, with what its hem was let down or taken up by hand: shares of the way."""
    return float(np.clip(reach + garment.hem, *HEMS)) if garment.hem else reach


def across(left: Points, right: Points, u: float | Points, s: float | Points) -> Points:
    """Points between two side lines: u -1 (left) .. 1 (right), s 0 (top) .. 1 (bottom); arrays broadcast. -> N x 2."""
    u, s = np.broadcast_arrays(np.atleast_1d(np.asarray(u, np.float64)), np.atleast_1d(np.asarray(s, np.float64)))
    where = s * (len(left) - 1)
    low = np.minimum(where.astype(int), len(left) - 2)
    f = (where - low)[:, None]
    a = left[low] * (1 - f) + left[low + 1] * f
    b = right[low] * (1 - f) + right[low + 1] * f
    return np.asarray(a + (b - a) * ((u + 1) / 2)[:, None])


def limb_angle(limb: Limb, t: float) -> float:
    """Degrees by which the limb is turned from straight down at t, clockwise."""
    x, y = limb.direction(t)
    return float(-np.degrees(np.arctan2(x, y)))


def strokes(*lines: Points) -> Path:
    """Several open polylines in one path: one mark draws them all."""
    path = Path()
    for line in lines:
        rows = line.tolist()
        path.move_to(*rows[0])
        if len(rows) == 3:
            path.quad_to(*rows[1], *rows[2])
        else:
            for row in rows[1:]:
                path.line_to(*row)
    return path


def discs(centres: Points, radius: float) -> Path:
    """Several filled circles (buttons, rivets) in one path."""
    path = Path()
    for x, y in centres.tolist():
        path.add_circle(x, y, radius)
    return path


def cross(x: float, y: float, size: float) -> list[XY]:
    """Corners of a nurse's cross round (x, y), `size` from its middle to its ends."""
    quarter = [(-1 / 3, -1.0), (1 / 3, -1.0), (1 / 3, -1 / 3)]
    turned = [quarter, *([(-b, a) for a, b in quarter], [(-a, -b) for a, b in quarter], [(b, -a) for a, b in quarter])]
    return [(x + a * size, y + b * size) for corners in turned for a, b in corners]


def shape(*corners: Sequence[float]) -> Path:
    """A closed polygon."""
    path = Path()
    path.move_to(*corners[0])
    for corner in corners[1:]:
        path.line_to(*corner)
    path.close()
    return path
