"""Layers of a mask as text: lengths of runs, unset and set by turns, as LEB128 numbers in base64; `scripts/mask.js` too."""

from __future__ import annotations

import base64
import binascii

import numpy as np
from numpy.typing import NDArray

Layer = NDArray[np.bool_]  # H x W

_BITS, _MORE = 7, 0x80  # of a number in each byte, the lowest first, and the mark that another byte follows
_LONGEST = 5  # bytes of a number: pictures have fewer than 2^35 pixels


def encode(layer: Layer) -> str:
    flat = layer.ravel()
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    lengths = np.diff(np.concatenate(([0], ends, [flat.size])))
    if flat.size and flat[0]:
        lengths = np.concatenate(([0], lengths))
    digits = lengths[:, None] >> np.arange(0, _BITS * _LONGEST, _BITS)
    used = digits > 0
    used[:, 0] = True
    coded = (digits & (_MORE - 1)) | np.where(digits >> _BITS > 0, _MORE, 0)
    return base64.b64encode(coded[used].astype(np.uint8).tobytes()).decode("ascii")


def decode(text: str, shape: tuple[int, int]) -> Layer:
    """shape: height and width. Raises `ValueError` for a text that does not describe a layer of this shape."""
    try:
        data = np.frombuffer(base64.b64decode(text, validate=True), np.uint8).astype(np.int64)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    ends = np.flatnonzero(data < _MORE)
    if not ends.size or ends[-1] != data.size - 1:
        raise ValueError("The last run is not complete.")
    starts = np.concatenate(([0], ends[:-1] + 1))
    place = np.arange(data.size) - np.repeat(starts, ends - starts + 1)
    if place.max() >= _LONGEST:
        raise ValueError("A run is too long.")
    lengths = np.add.reduceat((data & (_MORE - 1)) << (_BITS * place), starts)
    if lengths.sum() != shape[0] * shape[1]:
        raise ValueError(f"The runs do not fill {shape[1]} x {shape[0]} pixels.")
    layer: Layer = np.repeat(np.arange(lengths.size) % 2 == 1, lengths).reshape(shape)
    return layer


def resized(layer: Layer, size: tuple[int, int]) -> Layer:
    """Scaled to `size` = (width, height) by nearest neighbour, without a copy where it has that size."""
    width, height = size
    if layer.shape == (height, width):
        return layer
    rows, columns = ((2 * np.arange(n) + 1) * have // (2 * n) for n, have in zip((height, width), layer.shape, strict=True))
    scaled: Layer = layer[rows][:, columns]
    return scaled
