"""Between the picture in full and the editor, which gets a smaller copy and one layer of paint."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.images import resize
from pipeline.mask import as_mask
from pipeline.request import Image8

LARGEST = 2048  # the editor returns blank pictures above some 8000 pixels and is slow long before
COLOUR, _OPACITY = (236, 52, 148), 0.6
BRUSH = (f"#{COLOUR[0]:02x}{COLOUR[1]:02x}{COLOUR[2]:02x}", _OPACITY)

EditorValue = dict[str, Any]


def proxy(character: Image8) -> Image8:
    """The picture itself, or where it is larger a copy of at most 2048 pixels a side."""
    height, width = character.shape[:2]
    shrink = max(height, width) / LARGEST
    return character if shrink <= 1 else resize(character, (max(1, round(width / shrink)), max(1, round(height / shrink))))


def show(character: Image8, mask: Image8 | None = None) -> EditorValue:
    """What to hand to the editor: the character (H x W x 4) under its mask (H x W, 255 = painted) as one layer."""
    background = proxy(character)
    layers = []
    if mask is not None and mask.any():
        small = as_mask(mask, (background.shape[1], background.shape[0]))
        layer = np.zeros((*small.shape, 4), np.uint8)
        layer[..., :3] = COLOUR
        layer[..., 3][small > 0] = round(255 * _OPACITY)
        layers = [layer]
    return {"background": background, "layers": layers, "composite": None}


def painted(value: EditorValue | None, size: tuple[int, int]) -> Image8 | None:
    """The union of all paint, scaled to `size` = (width, height) -> H x W uint8, 0 or 255; None if there is none."""
    if value is None:
        return None
    layers = [np.asarray(layer)[..., 3] > 0 for layer in value["layers"] or []]
    if not any(layer.any() for layer in layers):
        return None
    shape = layers[0].shape
    union = np.logical_or.reduce([layer for layer in layers if layer.shape == shape])
    return as_mask(union, size)


def inverted(mask: Image8 | None, size: tuple[int, int]) -> Image8:
    """Paint where there was none; `size` = (width, height)."""
    return np.full((size[1], size[0]), 255, np.uint8) if mask is None else 255 - mask


def is_lost(value: EditorValue | None) -> bool:
    """The editor gave back no picture at all, so its paint cannot be trusted either."""
    return value is None or value["background"] is None or not np.asarray(value["background"]).any()
