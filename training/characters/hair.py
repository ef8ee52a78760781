"""Hair styles as rows of blocks: what hangs behind, the fringe, the side locks, and extras such as tails and buns.

Head space (see `figure.Head`): skull middle (0, 0), crown y -.5, chin y .5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.request import ClothingPart
from training.characters import tails
from training.characters.comb import Comb, Fringe, Hair
from training.characters.tails import Block
from wardrobe.canvas import Layer
from wardrobe.figure import Figure
from wardrobe.path import Matrix, Path
from wardrobe.patterns import Gradient
from wardrobe.style import RGB, Style

COLOURS: dict[str, RGB] = {
    "black": (44, 40, 50), "dark brown": (74, 50, 42), "brown": (124, 80, 52),
    "light brown": (172, 122, 80), "blonde": (240, 208, 116),
    "red": (178, 48, 44), "orange": (232, 128, 52), "pink": (244, 150, 182), "purple": (126, 84, 180), "blue": (70, 104, 200),
    "aqua": (110, 208, 222), "green": (92, 170, 104), "white": (240, 238, 244),
    "silver": (190, 196, 212), "grey": (128, 128, 138),
}  # fmt: skip


FRINGES: dict[str, Fringe | None] = {
    "blunt bangs": Fringe(7, -0.06, 0.03, 0.05, None, 0.0, 0.008),
    "bangs": Fringe(5, -0.05, 0.07, 0.15, None, 0.02, 0.03),
    "choppy bangs": Fringe(7, -0.06, 0.06, 0.12, None, -0.02, 0.045),
    "swept bangs": Fringe(5, -0.14, 0.17, 0.12, 0.16, -0.1, 0.025),
    "parted bangs": Fringe(6, -0.22, 0.33, 0.12, 0.0, 0.0, 0.02),
    "side part": Fringe(4, -0.2, 0.2, 0.07, -0.2, 0.05, 0.02),
    "spiky bangs": Fringe(4, -0.02, 0.02, 0.22, None, 0.05, 0.05),
    "long bangs": Fringe(4, 0.0, 0.08, 0.18, None, -0.07, 0.035),
    "hair between eyes": Fringe(3, 0.06, -0.08, 0.2, None, 0.0, 0.02),
    "hair over one eye": Fringe(4, 0.04, 0.1, 0.14, 0.2, -0.16, 0.03),
    "forehead": None,
}


_ANY = ("bangs", "choppy bangs", "swept bangs", "parted bangs", "blunt bangs", "spiky bangs", "long bangs", "hair between eyes")
_SHORT = (
    "bangs",
    "choppy bangs",
    "swept bangs",
    "side part",
    "spiky bangs",
    "long bangs",
    "hair between eyes",
    "hair over one eye",
)
STYLES: tuple[Hair, ...] = (
    Hair("cap", 0.3, 0.22, _SHORT, "", "short hair", (3.0, 0.8)),
    Hair("messy", 0.34, 0.3, _SHORT, "", "messy short hair", (2.5, 0.6)),
    Hair("spikes", 0.4, 0.25, ("spiky bangs", "choppy bangs", "hair between eyes"), "", "spiky hair", (2.2, 0.3)),
    Hair("cap", 0.18, 0.0, ("forehead",), "", "slicked back hair", (0.7, 0.1)),
    Hair("cap", 0.24, 0.12, ("side part", "swept bangs"), "", "short combed hair", (1.2, 0.2)),
    Hair("cap", 0.2, 0.05, ("blunt bangs",), "", "bowl cut", (0.6, 0.2)),
    Hair("buzz", 0.1, 0.0, ("forehead",), "", "buzz cut", (0.5, 0.0)),
    Hair("bob", 0.5, 0.42, _ANY, "", "bob cut", (0.4, 2.2)),
    Hair("bob", 0.66, 0.6, _ANY, "ahoge", "medium hair", (0.6, 2.0)),
    Hair("messy", 0.75, 0.6, _ANY, "", "messy medium hair", (0.7, 1.0)),
    Hair("long", 1.1, 0.8, _ANY, "", "shoulder-length hair", (0.4, 1.5)),
    Hair("long", 1.9, 0.95, _ANY, "", "long straight hair", (0.25, 2.6)),
    Hair("long", 2.4, 0.66, ("blunt bangs",), "", "hime cut", (0.05, 1.2)),
    Hair("wavy", 1.7, 0.9, _ANY, "", "long wavy hair", (0.1, 1.8)),
    Hair("wavy", 1.0, 0.7, _ANY, "", "wavy hair", (0.3, 1.2)),
    Hair("cap", 0.34, 0.6, _ANY, "twintails", "twintails", (0.0, 2.2)),
    Hair("cap", 0.4, 0.5, _ANY, "low twintails", "low twintails", (0.0, 1.4)),
    Hair("cap", 0.32, 0.5, _ANY, "ponytail", "ponytail", (0.5, 2.0)),
    Hair("cap", 0.34, 0.55, _ANY, "side ponytail", "side ponytail", (0.0, 1.2)),
    Hair("cap", 0.3, 0.45, _ANY, "bun", "hair bun", (0.2, 1.2)),
    Hair("cap", 0.3, 0.45, _ANY, "double buns", "double bun", (0.0, 1.3)),
    Hair("cap", 0.34, 0.45, _ANY, "braid", "single braid", (0.1, 1.0)),
    Hair("cap", 0.36, 0.4, _ANY, "twin braids", "twin braids", (0.0, 1.4)),
    Hair("cap", 0.4, 0.45, _ANY, "drills", "drill hair", (0.0, 0.8)),
    Hair("afro", 0.5, 0.0, ("forehead", "bangs"), "", "afro", (0.5, 0.6)),
    Hair("curls", 0.7, 0.35, ("bangs", "parted bangs", "choppy bangs"), "", "curly hair", (0.5, 1.0)),
)


@dataclass(frozen=True)
class HairDraw:
    """Layers in unit space, the fringe's path in unit space (for its shadow on the face), and words."""

    layers: list[Layer]
    fringe: Path
    colour: str
    words: str


def draw_hair(rng: np.random.Generator, figure: Figure, style: Style, more: Sequence[Block] = ()) -> HairDraw:
    """One head of hair; the choice leans on the body. more: is added to it."""
    fem = figure.body.fem if not figure.body.child else float(rng.random())
    weights = np.array([row.who[0] * (1 - fem) + row.who[1] * fem for row in STYLES])
    row = STYLES[int(rng.choice(len(STYLES), p=weights / weights.sum()))]
    name = str(rng.choice(list(COLOURS)))
    jitter = rng.normal(0, 9, 3)
    base = COLOURS[name]
    colour: RGB = (_byte(base[0] + jitter[0]), _byte(base[1] + jitter[1]), _byte(base[2] + jitter[2]))
    fringe_name = str(rng.choice(row.fringes))
    brush = Comb(rng, figure, style, colour)
    front = brush.front(FRINGES[fringe_name], row)
    layers = brush.back(row) + front
    if row.extra:
        layers += tails.extra(row.extra, rng, figure, colour, style)
    if row.extra != "ahoge" and rng.random() < 0.12:
        layers += tails.extra("ahoge", rng, figure, colour, style)
    for block in more:
        layers += block(np.random.default_rng(int(jitter[0] * 1e6) & 0xFFFF), figure, colour)
    matrix = figure.head.matrix()
    for layer in layers:
        _place(layer, matrix)
    if rng.random() < 0.14:
        second = COLOURS[str(rng.choice(list(COLOURS)))]
        shader = _dip_dyed(style.flesh(colour), style.flesh(second), figure, max(row.length, 0.4))
        for layer in layers:
            if layer.part == ClothingPart.HAIR:
                layer.pattern = shader
    words = row.words if fringe_name == "forehead" else f"{row.words}, {fringe_name}"
    return HairDraw(layers, front[-1].path, name, words)


def _byte(value: float) -> int:
    return int(min(255, max(0, value)))


def _place(layer: Layer, matrix: Matrix) -> None:
    layer.path.transform(matrix)
    if layer.edge is not None:
        layer.edge.transform(matrix)
    for mark in layer.marks:
        mark.path.transform(matrix)


def _dip_dyed(root: RGB, tip: RGB, figure: Figure, length: float) -> Gradient:
    x, y = figure.head.centre
    return Gradient((x, y - 0.3), (x, y + length), (root, root, tip), (0, 0.35, 1))
