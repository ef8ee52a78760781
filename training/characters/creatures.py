"""What makes a figure more than human: animal ears and tails, horns, wings, muzzles, and skin of other colours.

Ears that are as furry as the hair are hair; tails, wings, horns, muzzles and furry heads are of the body.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.characters.creature_limbs import (
    SKIN,
    Beast,
    Draw,
    antlers,
    elf,
    hanging_ears,
    horns,
    long_ears,
    many_tails,
    pointed,
    round_ears,
    tail,
    wings,
)
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.geometry import curve, polygon
from wardrobe.path import Path
from wardrobe.style import RGB, darken, lighten

SKINS: dict[str, RGB] = {
    "green": (138, 186, 110), "blue": (120, 160, 214), "red": (206, 92, 80), "purple": (168, 130, 200),
    "grey": (166, 170, 176), "steel": (196, 202, 210), "white": (246, 246, 250), "ash": (104, 104, 112),
    "fox": (226, 146, 78), "brown fur": (158, 116, 80), "cream fur": (240, 222, 190), "dark fur": (84, 72, 70),
    "grey fur": (164, 160, 158), "scales": (96, 158, 116),
}  # fmt: skip


# --- heads


def _muzzle(long: bool) -> Draw:
    """A snout with a nose over the lower half of the face, tufts at the cheeks."""

    def draw(b: Beast) -> list[Layer]:
        if b.behind:
            return []
        head, w = b.figure.head, b.figure.head.wide
        x = 0.32 * w * head.turn * (1.6 if long else 1.0)
        wide, low = w * float(b.rng.uniform(0.42, 0.6)), 0.5 if not long else 0.56
        pale = lighten(b.skin, 0.5) if b.rng.random() < 0.75 else b.skin
        rows = [
            (x - 0.35 * wide, 0.12),
            (x - wide, 0.3),
            (x - 0.7 * wide, low - 0.02),
            (x, low + 0.02),
            (x + 0.7 * wide, low - 0.02),
            (x + wide, 0.3),
            (x + 0.35 * wide, 0.12),
        ]
        mouth = [
            curve(head.at(x - 0.6 * wide, 0.38), head.at(x - 0.25 * wide, 0.43), head.at(x, 0.36)),
            curve(head.at(x, 0.36), head.at(x + 0.25 * wide, 0.43), head.at(x + 0.6 * wide, 0.38)),
        ]
        nose = b.head([(x - 0.09, 0.17), (x + 0.09, 0.17), (x + 0.05, 0.24), (x, 0.265), (x - 0.05, 0.24)])
        drop = Path.polygon([head.at(x, 0.26), head.at(x, 0.36)], closed=False)
        lines = [Mark(line, width=0.9) for line in (*mouth, drop)]
        found = []
        for sign in (-1, 1):
            tuft = [
                (sign * 0.8 * w, 0.1),
                (sign * (w + 0.16), 0.22),
                (sign * (w + 0.02), 0.28),
                (sign * (w + 0.12), 0.38),
                (sign * 0.86 * w, 0.4),
                (sign * 0.75 * w, 0.52),
                (sign * 0.4 * w, 0.48),
            ]
            path = Path.polygon([head.at(*p) for p in tuft])
            found.append(Layer(Z.HEAD + 0.3, path, b.skin, SKIN, face=True, line=0.7, shading=0.4))
        found.append(Layer(Z.FACE + 3.5, b.head(rows), pale, SKIN, face=True, line=0.8, shading=0.5, marks=lines))
        found.append(Layer(Z.FACE + 3.6, nose, (52, 42, 46), SKIN, face=True, shading=0.2))
        return found

    return draw


def _beak(b: Beast) -> list[Layer]:
    if b.behind:
        return []
    x = 0.3 * b.figure.head.wide * b.figure.head.turn
    path = b.head([(x - 0.13, 0.18), (x, 0.12), (x + 0.13, 0.18), (x + 0.05, 0.36), (x, 0.46), (x - 0.05, 0.36)])
    line = Path.polygon([b.figure.head.at(x - 0.1, 0.26), b.figure.head.at(x + 0.1, 0.26)], closed=False)
    return [Layer(Z.FACE + 3.5, path, (236, 176, 74), SKIN, face=True, marks=[Mark(line)], shading=0.5)]


def _joints(b: Beast) -> list[Layer]:
    """Seams of a robot or a doll at elbows, knees and on the face."""
    found = []
    for limb in (*b.figure.arms.values(), *b.figure.legs.values()):
        found.append(b.limb(limb.z + 0.2, limb.band(0.47, 0.06, 0.05 * limb.width(0.5), hem=0.1), darken(b.skin, 0.25)))
    if not b.behind:
        w, head = b.figure.head.wide, b.figure.head
        seams = Path()
        for sign in (-1, 1):
            seams.add_path(Path.polygon([head.at(sign * 0.55 * w, 0.2), head.at(sign * 0.6 * w, 0.42)], closed=False))
        patch = b.head([(-0.05, 0.44), (0.05, 0.44), (0.05, 0.49), (-0.05, 0.49)])
        found.append(Layer(Z.FACE - 0.5, patch, b.skin, SKIN, face=True, marks=[Mark(seams, clip=False)], shading=0.0))
    return found


def _gem(b: Beast) -> list[Layer]:
    """A mark on the brow."""
    if b.behind:
        return []
    x, y = b.figure.head.at(0.12 * b.figure.head.turn, -0.16)
    path = polygon(np.array([(x, y - 0.08), (x + 0.05, y), (x, y + 0.08), (x - 0.05, y)]))
    return [Layer(Z.FACE + 1, path, (210, 60, 80), SKIN, face=True, shading=0.3)]


@dataclass(frozen=True)
class Feature:
    weight: float
    draw: Draw


FEATURES: dict[str, Feature] = {
    "cat ears": Feature(2.0, pointed(0.36, 0.26, 0.1)),
    "fox ears": Feature(1.6, pointed(0.52, 0.3, 0.18, 0.66)),
    "wolf ears": Feature(1.0, pointed(0.42, 0.24, 0.04, 0.56)),
    "rabbit ears": Feature(1.2, long_ears),
    "round ears": Feature(0.8, round_ears),
    "hanging ears": Feature(0.8, hanging_ears),
    "elf ears": Feature(1.6, elf),
    "curved horns": Feature(1.0, horns([(0, 0), (0.14, -0.16), (0.1, -0.36), (-0.02, -0.48)], 0.09)),
    "ram horns": Feature(0.7, horns([(0.05, 0.02), (0.26, -0.1), (0.42, 0.08), (0.34, 0.32), (0.14, 0.3), (0.16, 0.16)], 0.11)),
    "long horns": Feature(0.6, horns([(0, 0), (0.3, -0.1), (0.5, -0.3), (0.5, -0.6)], 0.1)),
    "small horns": Feature(0.8, horns([(0, 0), (0.02, -0.1), (0.0, -0.22)], 0.07)),
    "antlers": Feature(0.5, antlers),
    "bushy tail": Feature(1.8, tail(1.25, 0.5, "bushy")),
    "cat tail": Feature(1.4, tail(1.3, 0.1, "thin")),
    "lizard tail": Feature(0.8, tail(1.5, 0.42, "taper")),
    "cow tail": Feature(0.5, tail(1.2, 0.14, "tuft")),
    "devil tail": Feature(0.7, tail(1.3, 0.11, "spade")),
    "many tails": Feature(0.4, many_tails),
    "feathered wings": Feature(1.0, wings("feather")),
    "bat wings": Feature(0.8, wings("bat")),
    "insect wings": Feature(0.5, wings("insect")),
    "muzzle": Feature(0.0, _muzzle(False)),
    "long muzzle": Feature(0.0, _muzzle(True)),
    "beak": Feature(0.0, _beak),
    "joints": Feature(0.0, _joints),
    "gem": Feature(0.3, _gem),
}


@dataclass(frozen=True)
class Creature:
    """weight: how often; features: rows of `FEATURES`, one of each group; skins: of `SKINS`, () = a human's; furry: see `Beast`;
    bald: chance that it has no human hair."""

    weight: float
    features: tuple[tuple[str, ...], ...]
    skins: tuple[str, ...] = ()
    furry: bool = False
    bald: float = 0.0


FUR = ("fox", "brown fur", "cream fur", "dark fur", "grey fur", "white", "blue")
MUZZLES = ("muzzle", "muzzle", "long muzzle")
TALL_EARS = ("cat ears", "fox ears", "wolf ears")
CREATURES: dict[str, Creature] = {
    "cat": Creature(2.0, (TALL_EARS, ("cat tail", "cat tail", ""))),
    "fox": Creature(2.0, (("fox ears", "wolf ears"), ("bushy tail", "bushy tail", "many tails"))),
    "rabbit": Creature(1.0, (("rabbit ears",),)),
    "bear": Creature(0.7, (("round ears", "hanging ears"), ("bushy tail", "cow tail", ""))),
    "elf": Creature(1.2, (("elf ears",), ("", "gem"))),
    "demon": Creature(
        1.2,
        (("curved horns", "small horns", "ram horns", "long horns"), ("devil tail", ""), ("bat wings", "")),
        ("red", "purple", "grey", "ash", "blue"),
    ),
    "imp": Creature(0.7, (("curved horns", "small horns", "elf ears"), ("devil tail", "bat wings"))),
    "angel": Creature(0.8, (("feathered wings",),)),
    "fairy": Creature(0.5, (("insect wings",), ("elf ears", ""))),
    "dragon": Creature(
        0.9, (("curved horns", "long horns", "antlers"), ("lizard tail",), ("bat wings", "")), ("scales", "green", "red", "blue")
    ),
    "deer": Creature(0.4, (("antlers",), ("hanging ears", ""))),
    "goblin": Creature(0.7, (("elf ears",),), ("green", "grey", "blue"), bald=0.3),
    "alien": Creature(0.6, (("", "gem", "small horns"),), ("blue", "green", "purple", "grey", "white"), bald=0.3),
    "robot": Creature(0.8, (("joints",),), ("steel", "grey", "white", "ash"), bald=0.25),
    "furry": Creature(1.8, (MUZZLES, (*TALL_EARS, "round ears", "hanging ears"), ("bushy tail", "cat tail", "")), FUR, True, 0.6),
    "hare": Creature(0.6, (("muzzle",), ("rabbit ears",)), FUR, True, 0.6),
    "ram": Creature(0.5, (("long muzzle",), ("ram horns", "long horns"), ("hanging ears",), ("cow tail",)), FUR, True, 0.4),
    "lizard": Creature(
        0.5, (("long muzzle",), ("", "curved horns"), ("lizard tail",)), ("scales", "green", "blue", "red"), True, 0.8
    ),
    "bird": Creature(0.4, (("beak",), ("feathered wings", "")), (*FUR, "blue", "red"), True, 0.5),
}


def layers(features: tuple[str, ...], beast: Beast) -> list[Layer]:
    """Rows of `FEATURES` on a figure, each with random numbers of its own."""
    found = []
    for name in filter(None, features):
        found += FEATURES[name].draw(replace(beast, rng=np.random.default_rng(int(beast.rng.integers(2**31)))))
    return found
