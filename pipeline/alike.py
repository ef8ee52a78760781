"""One new outfit for several pictures of a character: an expression sheet is dressed once."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.regions import box_of
from pipeline.request import Image8, UserError

OTHER_CLOTHES = 0.25  # share of the mask in which two pictures may differ and still be thought dressed alike
FARTHEST = 0.1  # of the long side: how far the clothes may lie from where they were
WHOLE = 0.12  # pixels: a way that is so near to whole ones is one of whole pixels
_DIFFERS = 32  # levels
_AROUND = 8  # pixels round the mask that are compared


def dress_alike(original: Image8, dressed: Image8, mask: Image8, other: Image8) -> Image8:
    """The new outfit of one picture in another of the same character: the next face of an expression sheet.

    original, dressed: H x W x 4, before and after; mask: H x W, the composite mask used; other: H x W x 4, with the old
    clothes, perhaps some pixels away (phase correlation, Kuglin & Hines 1975). Exact where the mask is soft too: dressed =
    (1 - m) original + m new, so the same with `other` is dressed + (1 - m) (other - original), in premultiplied colours.
    Bit-identical to `other` wherever the mask, so moved, is 0. Raises `UserError` where the clothes cannot be the same.
    """
    if other.shape != original.shape:
        sizes = [f"{picture.shape[1]} x {picture.shape[0]}" for picture in (other, original)]
        raise UserError(f"This picture has {sizes[0]} pixels and the dressed one {sizes[1]}, please scale it to the same size.")
    ways = ((0.0, 0.0), _way(original, other, mask))
    places = [tuple(_moved(picture, way) for picture in (original, dressed, mask)) for way in ways]
    original, dressed, mask = min(places, key=lambda place: _unlike(place[0], other, place[2]))
    if _unlike(original, other, mask) > OTHER_CLOTHES:
        raise UserError("The clothes of this picture lie elsewhere than those of the dressed one, please dress it by itself.")
    solid, soft = mask == 255, (mask > 0) & (mask < 255)
    result = other.copy()
    result[solid] = dressed[solid]
    old, worn, mine = (picture[soft].astype(np.float32) for picture in (original, dressed, other))
    for picture in (old, worn, mine):
        picture[:, :3] *= picture[:, 3:] / 255
    mixed = worn + (1 - mask[soft].astype(np.float32) / 255)[:, None] * (mine - old)
    alpha = mixed[:, 3:].clip(0, 255)
    result[soft] = np.rint(np.hstack([mixed[:, :3] * 255 / alpha.clip(1), alpha]).clip(0, 255))
    return result


def _unlike(original: Image8, other: Image8, mask: Image8) -> float:
    """Share of the mask in which two pictures differ."""
    if not mask.any():
        return 1.0
    apart = np.abs(_seen(original) - _seen(other)).max(axis=2) > _DIFFERS
    return float(apart[mask > 0].mean())


def _seen(picture: Image8) -> NDArray[np.float32]:
    return np.asarray(picture[..., :3] * (picture[..., 3:] / np.float32(255)), np.float32)


def _way(original: Image8, other: Image8, mask: Image8) -> tuple[float, float]:
    """From where the clothes were to where they are, x and y in pixels; whole ones where they nearly are."""
    if not mask.any():
        return 0.0, 0.0
    far = FARTHEST * max(mask.shape)
    box = box_of(mask > 0, _AROUND + round(far))
    one, two = (_seen(picture)[box].mean(axis=2) for picture in (original, other))
    (x, y), _ = cv2.phaseCorrelate(one, two, cv2.createHanningWindow(one.shape[::-1], cv2.CV_32F))
    if max(abs(x), abs(y)) > far:
        return 0.0, 0.0
    near = [float(round(value)) if abs(value - round(value)) < WHOLE else float(value) for value in (x, y)]
    return near[0], near[1]


def _moved(picture: Image8, way: tuple[float, float]) -> Image8:
    """A picture or mask moved so many pixels to the right and down; colours weighed by alpha."""
    if way == (0.0, 0.0):
        return picture
    matrix, size = np.array([[1, 0, way[0]], [0, 1, way[1]]]), picture.shape[1::-1]
    if picture.ndim == 2 or all(value == round(value) for value in way):
        return np.asarray(cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)
    weighed = np.dstack([_seen(picture), picture[..., 3].astype(np.float32)])
    moved = cv2.warpAffine(weighed, matrix, size, flags=cv2.INTER_CUBIC).clip(0, 255)
    colour = moved[..., :3] * 255 / np.maximum(moved[..., 3:], 1)
    return np.asarray(np.rint(np.dstack([colour.clip(0, 255), moved[..., 3]])), np.uint8)
