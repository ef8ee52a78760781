"""Measures of one finished swap against the drawer's own picture of the same outfit; plain NumPy."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from wardrobe.palette import ciede2000

Mask = NDArray[np.bool_]
Picture = NDArray[np.uint8]

SAME_COLOUR = 20.0  # CIEDE2000: plainly the same colour word


def outside_identical(result: Picture, original: Picture, composite_mask: Picture) -> bool:
    """Whether every pixel (all channels) where the composite mask is 0 is bit for bit the original's."""
    outside = composite_mask == 0
    return bool((result[outside] == original[outside]).all())


def colour_distance(result: Picture, truth: Picture, region: Mask) -> float:
    """CIEDE2000 between the median colours of two H x W x 3 pictures over a region."""
    seen, wanted = np.median(result[region], axis=0), np.median(truth[region], axis=0)
    return float(ciede2000(seen, wanted))


def border_gradient(picture: Picture, mask: Mask) -> float:
    """Mean luminance step between neighbouring pixels of which one is masked and the other is not, 0..255."""
    grey = picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    steps = []
    for axis in (0, 1):
        crossing = np.diff(mask.astype(np.int8), axis=axis) != 0
        steps.append(np.abs(np.diff(grey, axis=axis))[crossing])
    return float(np.concatenate(steps).mean())


def seam(result: Picture, truth: Picture, mask: Mask) -> float:
    """|log2| of the gradient across the mask border over the true drawing's; 0 is perfect, smears and edges score high."""
    return abs(float(np.log2((border_gradient(result, mask) + 0.5) / (border_gradient(truth, mask) + 0.5))))


def telea(picture: Picture, mask: Mask) -> Picture:
    """OpenCV's inpainting (Telea 2004): what happens with no idea of clothes."""
    return np.asarray(cv2.inpaint(np.ascontiguousarray(picture), mask.astype(np.uint8), 3, cv2.INPAINT_TELEA), np.uint8)


def recolour(picture: Picture, mask: Mask, rgb: tuple[int, int, int]) -> Picture:
    """The mask filled with one colour that keeps the old light and shade: a recolouring tool."""
    grey = picture.astype(np.float32).mean(2)
    middle = np.median(grey[mask]) if mask.any() else 128.0
    shade = np.clip(grey / max(float(middle), 32.0), 0.4, 1.3)[..., None]
    filled = np.clip(np.array(rgb, np.float32) * shade, 0, 255).astype(np.uint8)
    return np.where(mask[..., None], filled, picture)
