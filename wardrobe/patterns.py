"""Cloth patterns as repeating tiles of ink, coloured when a garment is drawn.

A tile is a list of inked shapes (second colour, third colour), which `wardrobe.tiles` turns into two masks once a
process; colouring them is one small array operation, so every garment can have its own colours. The ground colour always
covers most of the tile: a garment's main colour is the one that dominates its area.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from wardrobe.path import Box, Path

RGB = tuple[int, int, int]
TILE = 64  # side of the finest tile in pixels
CLEAR, SECOND, THIRD = 0, 1, 2  # inks: the ground colour again, and the pattern's two


@dataclass(frozen=True)
class Ink:
    """One shape on a tile. ink: CLEAR, SECOND or THIRD; alpha: 0..1; stroke: width of its line, 0 = filled."""

    path: Path
    ink: int
    alpha: float = 1.0
    stroke: float = 0.0


@dataclass
class Tile:
    """What a pattern's painter draws on: 64 x 64, y down."""

    inks: list[Ink] = field(default_factory=list)

    def path(self, path: Path, ink: int, alpha: float = 1.0, stroke: float = 0.0) -> None:
        self.inks.append(Ink(path, ink, alpha, stroke))

    def rect(self, ink: int, x: float, y: float, w: float, h: float, alpha: float = 1.0) -> None:
        self.path(Path.rect(Box.xywh(x, y, w, h)), ink, alpha)

    def circle(self, ink: int, x: float, y: float, r: float, stroke: float = 0.0) -> None:
        self.path(Path.circle(x, y, r), ink, stroke=stroke)

    def oval(self, ink: int, x: float, y: float, w: float, h: float, alpha: float = 1.0) -> None:
        path = Path()
        path.add_oval(Box.xywh(x, y, w, h))
        self.path(path, ink, alpha)


Painter = Callable[[Tile], None]


@dataclass(frozen=True)
class Pattern:
    """One cloth pattern.

    paint: draws ink on a 64 x 64 tile (None: a gradient over the whole garment). period: side of the tile as a
    share of the shoulder width, smallest and largest. turns: angles in degrees that the tile may be turned by.
    words: how captions call it; the first is the usual word. third: how the third ink relates to the colours.
    """

    paint: Painter | None
    period: tuple[float, float]
    words: tuple[str, ...]
    turns: tuple[float, ...] = (0.0,)
    third: str = "blend"


def _stripes(tile: Tile) -> None:
    tile.rect(SECOND, 0, 20, 64, 24)


def _pinstripes(tile: Tile) -> None:
    tile.rect(SECOND, 27, 0, 11, 64)


def _plaid(tile: Tile) -> None:
    for x, y, w, h in ((24, 0, 16, 64), (0, 24, 64, 16)):
        tile.rect(SECOND, x, y, w, h, alpha=0.62)
    for x, y, w, h in ((3, 0, 5, 64), (0, 3, 64, 5)):
        tile.rect(THIRD, x, y, w, h)


def _gingham(tile: Tile) -> None:
    for x, y, w, h in ((0, 0, 24, 64), (0, 0, 64, 24)):
        tile.rect(SECOND, x, y, w, h, alpha=0.6)


def _checks(tile: Tile) -> None:
    tile.rect(SECOND, 2, 2, 28, 28)
    tile.rect(SECOND, 34, 34, 28, 28)


def _dots(tile: Tile) -> None:
    for x, y in ((16, 16), (48, 48)):
        tile.circle(SECOND, x, y, 10.5)


def _flower(tile: Tile, petal: int, heart: int, x: float, y: float, r: float) -> None:
    for k in range(5):
        angle = k * 2 * np.pi / 5 - np.pi / 2
        tile.circle(petal, x + 0.62 * r * np.cos(angle), y + 0.62 * r * np.sin(angle), 0.45 * r)
    tile.circle(heart, x, y, 0.34 * r)


def _floral(tile: Tile) -> None:
    _flower(tile, SECOND, THIRD, 18, 18, 16)
    _flower(tile, SECOND, THIRD, 48, 48, 13)
    for x, y in ((50, 14), (14, 50)):
        tile.oval(SECOND, x - 6, y - 3, 12, 6, alpha=0.55)


def _lace(tile: Tile) -> None:
    for x, y in ((0, 0), (64, 0), (0, 64), (64, 64), (32, 32)):
        tile.circle(SECOND, x, y, 19, stroke=4.5)
        tile.circle(SECOND, x, y, 7)


def _heart(x: float, y: float, r: float) -> Path:
    path = Path()
    path.move_to(x, y + r)
    path.cubic_to(x - 1.9 * r, y - 0.2 * r, x - 0.9 * r, y - 1.5 * r, x, y - 0.4 * r)
    path.cubic_to(x + 0.9 * r, y - 1.5 * r, x + 1.9 * r, y - 0.2 * r, x, y + r)
    return path


def _hearts(tile: Tile) -> None:
    tile.path(_heart(17, 17, 13), SECOND)
    tile.path(_heart(49, 49, 13), SECOND)


def _star(x: float, y: float, r: float) -> Path:
    reach = [r if k % 2 == 0 else 0.45 * r for k in range(10)]
    return Path.polygon([(x + q * np.sin(k * np.pi / 5), y - q * np.cos(k * np.pi / 5)) for k, q in enumerate(reach)])


def _stars(tile: Tile) -> None:
    tile.path(_star(17, 17, 16), SECOND)
    tile.path(_star(49, 49, 16), SECOND)


def _argyle(tile: Tile) -> None:
    tile.path(Path.polygon([(32, 8), (53, 32), (32, 56), (11, 32)]), SECOND)
    for x in (-32, 0, 32):
        tile.path(Path.polygon([(x, 0), (x + 64, 64)], closed=False), THIRD, stroke=2.5)
        tile.path(Path.polygon([(x + 64, 0), (x, 64)], closed=False), THIRD, stroke=2.5)


def _camouflage(tile: Tile) -> None:
    blobs = np.random.default_rng(5)
    for index in range(15):
        x, y = blobs.random(2) * 64
        w, h = 10 + blobs.random() * 14, 6 + blobs.random() * 7
        for dx in (-64, 0, 64):
            for dy in (-64, 0, 64):
                tile.oval(SECOND if index % 2 else THIRD, x + dx - w / 2, y + dy - h / 2, w, h)


def _zigzag(tile: Tile) -> None:
    tile.path(Path.polygon([(0, 46), (32, 14), (64, 46), (64, 70), (32, 38), (0, 70)]), SECOND)
    tile.path(Path.polygon([(0, -18), (32, -50), (64, -18), (64, 6), (32, -26), (0, 6)]), SECOND)


def _houndstooth(tile: Tile) -> None:
    tile.path(
        Path.polygon([(4, 4), (32, 4), (32, 16), (44, 4), (58, 4), (32, 30), (32, 44), (18, 58), (4, 58), (16, 44), (4, 32)]),
        SECOND,
    )


def _leopard(tile: Tile) -> None:
    for x, y in ((16, 15), (48, 46), (14, 50), (49, 14)):
        tile.oval(SECOND, x - 11, y - 9, 22, 18)
        tile.oval(THIRD, x - 4, y - 4, 10, 7)


def _waves(tile: Tile) -> None:
    for row in range(8):
        for x in (-32, 32, 96) if row % 2 else (0, 64):
            y = row * 16
            tile.circle(CLEAR, x, y, 32)
            tile.circle(SECOND, x, y, 28, stroke=4.5)
            tile.circle(SECOND, x, y, 15, stroke=4.5)


PATTERNS: dict[str, Pattern] = {
    "striped": Pattern(_stripes, (0.22, 0.38), ("striped", "horizontal striped", "stripy")),
    "vertical-striped": Pattern(_stripes, (0.20, 0.34), ("vertical striped", "vertically striped"), (90.0,)),
    "diagonal-striped": Pattern(_stripes, (0.24, 0.38), ("diagonal striped", "diagonally striped"), (45.0, -45.0)),
    "pinstriped": Pattern(_pinstripes, (0.13, 0.20), ("pinstriped", "pinstripe")),
    "plaid": Pattern(_plaid, (0.36, 0.60), ("plaid", "tartan", "checked plaid"), (0.0, 0.0, 45.0), "light"),
    "gingham": Pattern(_gingham, (0.20, 0.32), ("gingham", "gingham checked")),
    "checkered": Pattern(_checks, (0.32, 0.52), ("checkered", "checkerboard", "chequered"), (0.0, 0.0, 45.0)),
    "polka dot": Pattern(_dots, (0.28, 0.50), ("polka dot", "polka dotted", "dotted")),
    "floral": Pattern(_floral, (0.42, 0.70), ("floral", "flower print", "flowery"), (0.0, 20.0, -20.0), "light"),
    "lace": Pattern(_lace, (0.28, 0.42), ("lace", "lacy")),
    "heart print": Pattern(_hearts, (0.34, 0.55), ("heart print", "heart patterned")),
    "star print": Pattern(_stars, (0.34, 0.55), ("star print", "star patterned", "starry")),
    "argyle": Pattern(_argyle, (0.42, 0.60), ("argyle", "diamond patterned"), (0.0,), "light"),
    "gradient": Pattern(None, (1.0, 1.0), ("gradient", "ombre", "two-tone gradient")),
    "camouflage": Pattern(_camouflage, (0.75, 1.10), ("camouflage", "camo"), (0.0, 90.0), "dark"),
    "zigzag": Pattern(_zigzag, (0.30, 0.46), ("zigzag", "chevron")),
    "houndstooth": Pattern(_houndstooth, (0.24, 0.36), ("houndstooth",)),
    "leopard print": Pattern(_leopard, (0.45, 0.65), ("leopard print", "leopard spotted"), (0.0, 15.0)),
    "wave patterned": Pattern(_waves, (0.40, 0.60), ("wave patterned", "seigaiha")),
}


@dataclass(frozen=True)
class Weave:
    """A pattern in two colours that repeats over unit space. period: side of its tile in units; angle: degrees,
    clockwise; origin: a point that the tile's corner lies on."""

    pattern: str
    colour: RGB
    second: RGB
    period: float
    angle: float = 0.0
    origin: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Gradient:
    """Colours along a line. start, end: in units; colours: as many as positions, which rise from 0 to 1."""

    start: tuple[float, float]
    end: tuple[float, float]
    colours: tuple[RGB, ...]
    positions: tuple[float, ...] = (0.0, 1.0)


Fabric = Weave | Gradient


def fabric(
    name: str,
    colour: RGB,
    second: RGB,
    *,
    period: float,
    angle: float = 0.0,
    origin: tuple[float, float] = (0.0, 0.0),
    span: tuple[float, float] = (0.0, 1.0),
) -> Fabric:
    """The pattern in two colours. period, angle, origin: of `Weave`; span: y at which a gradient starts and ends."""
    if PATTERNS[name].paint is None:
        return Gradient((0, span[0] + 0.45 * (span[1] - span[0])), (0, span[1]), (colour, second))
    return Weave(name, colour, second, period, angle, origin)


def inks(name: str) -> list[Ink]:
    """The shapes on a pattern's tile."""
    paint = PATTERNS[name].paint
    assert paint is not None, f"{name} has no tile"
    tile = Tile()
    paint(tile)
    return tile.inks


def third_colour(name: str, colour: RGB, second: RGB) -> RGB:
    """The accent that a pattern needs beside its two named colours: a mix, or a lighter or darker one of them."""
    a, b = np.array(colour, np.float32), np.array(second, np.float32)
    rule = PATTERNS[name].third
    mixed = {"light": 0.25 * b + 0.75 * 250, "dark": 0.55 * a + 0.25 * b, "blend": 0.5 * a + 0.5 * b}[rule]
    return (int(mixed[0]), int(mixed[1]), int(mixed[2]))
