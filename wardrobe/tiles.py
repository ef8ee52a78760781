"""The tiles of repeating patterns as pixels, whoever paints them."""

from __future__ import annotations

from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wardrobe.canvas import Frame
from wardrobe.display import Fill, Operation, Stroke
from wardrobe.path import Box, Path
from wardrobe.patterns import CLEAR, SECOND, THIRD, TILE, Weave, inks, third_colour

_FINER = 4  # a tile is painted this much larger, then averaged
_INKS = {CLEAR: (0, 0, 0), SECOND: (255, 0, 0), THIRD: (0, 255, 0)}


class Paint(Protocol):
    """A renderer: operations -> H x W x 4 uint8, straight alpha."""

    def __call__(self, operations: list[Operation], frame: Frame) -> NDArray[np.uint8]: ...

    def __hash__(self) -> int: ...


@cache
def ink_weights(name: str, paint: Paint) -> NDArray[np.float32]:
    """Ink of a pattern's tile: 64 x 64 x 2, shares 0..1 of the second and the third colour."""
    operations: list[Operation] = [Fill(Path.rect(Box(0, 0, TILE, TILE)), _INKS[CLEAR])]
    for ink in inks(name):
        colour = _INKS[ink.ink]
        operations.append(Stroke(ink.path, colour, ink.stroke, ink.alpha) if ink.stroke else Fill(ink.path, colour, ink.alpha))
    pixels = paint(operations, Frame(TILE * _FINER, TILE * _FINER, _FINER, 0, 0))[..., :2].astype(np.float32) / 255
    return np.asarray(pixels.reshape(TILE, _FINER, TILE, _FINER, 2).mean((1, 3)))


def weave_tile(weave: Weave, paint: Paint) -> NDArray[np.uint8]:
    """A pattern's tile in its colours, 64 x 64 x 4, opaque."""
    ground = np.array(weave.colour, np.float32)
    colours = np.array([weave.second, third_colour(weave.pattern, weave.colour, weave.second)], np.float32) - ground
    tile = np.full((TILE, TILE, 4), 255, np.uint8)
    tile[..., :3] = ink_weights(weave.pattern, paint) @ colours + ground
    return tile
