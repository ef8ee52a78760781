"""Layers -> picture, part labels, garment map, line art and depth, by skia where it can be loaded, else by OpenCV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from wardrobe import display, tiles
from wardrobe.canvas import Frame, Layer, Maps
from wardrobe.style import Style

try:
    from wardrobe.render_skia import paint
except ImportError:  # skia-python loads libEGL and libGL, which a bare machine lacks
    from wardrobe.render_cv import paint


def paint_picture(layers: Iterable[Layer], style: Style, frame: Frame, background: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """H x W x 4 uint8, straight alpha. background: an opaque picture of the frame's size, H x W x 4, or None for transparency."""
    pixels = paint(display.picture(layers, style, frame), frame, background)
    return _washed(pixels, style) if style.wash else pixels


def paint_maps(layers: Sequence[Layer], style: Style, frame: Frame) -> Maps:
    """Ids and lines of the same layers."""
    packed = paint(display.ids(layers, style, frame), frame, hard=True)
    drawn = paint(display.lines(layers, style, frame), frame)
    part = packed[..., 0]
    return Maps(
        labels=np.ascontiguousarray(part >> 4),
        garments=np.ascontiguousarray(packed[..., 1]),
        face_hands=(part & 8).astype(bool),
        depth=np.ascontiguousarray(packed[..., 2]),
        lines=np.ascontiguousarray(drawn[..., 0]),
    )


def ink_weights(name: str) -> NDArray[np.float32]:
    """Ink of a pattern's tile: 64 x 64 x 2, shares 0..1 of the second and the third colour."""
    return tiles.ink_weights(name, paint)


def _washed(pixels: NDArray[np.uint8], style: Style) -> NDArray[np.uint8]:
    """Uneven pigment and paper grain, as of water colours."""
    height, width = pixels.shape[:2]
    rng = np.random.default_rng(style.texture)
    wash = np.zeros((height, width), np.float32)
    for cells, strength in ((5, 0.7), (14, 0.7), (90, 0.35)):
        patches = rng.standard_normal((cells, cells), np.float32) * np.float32(strength * style.wash)
        wash += cv2.resize(patches, (width, height), interpolation=cv2.INTER_CUBIC)
    pixels = pixels.copy()
    pixels[..., :3] = np.clip(pixels[..., :3] * (1 + wash[..., None]), 0, 255)
    return pixels
