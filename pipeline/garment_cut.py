"""A picture of a garment without what is around it: the reference's background and face must not show in the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from pipeline.images import is_opaque, with_alpha
from pipeline.request import CLOTHING, Detection, DetectRequest, GarmentPicture, Image8, SwapRequest

FRAME = 0.02  # of the shorter side: the border in which a plain background shows itself
PLAIN = 10.0  # levels by which nine tenths of it may differ from its middle
TOLERANCE = (8, 8, 8)  # levels from one pixel of the background to the next
LEAST, MOST = 0.03, 0.97  # of the picture: what is left is a garment, or the cut has failed

Detect = Callable[[DetectRequest], Detection]


def cut_out_garments(request: SwapRequest, detect: Detect) -> SwapRequest:
    """The request with its garments' pictures cut out: a plain background is taken away, and from any other picture the
    clothes of the character in it are taken. Pictures that are transparent already, or where neither finds anything, stay."""
    return replace(request, garments=tuple(replace(picture, image=_cut(picture, detect)) for picture in request.garments))


def _cut(picture: GarmentPicture, detect: Detect) -> Image8:
    image = picture.image
    if not is_opaque(image):
        return image
    garment = without_plain_background(image[..., :3])
    found = detect(DetectRequest(image))
    worn = found.mask(picture.parts or CLOTHING) if found.parts and (found.keep > 0).any() else None  # somebody wears it
    for mask in (worn, garment):
        if mask is not None and LEAST < (mask > 0).mean() < MOST:
            return with_alpha(image[..., :3], mask)
    return image


def without_plain_background(rgb: Image8) -> Image8 | None:
    """H x W x 3 -> H x W, 255 = what stands on a plain background; None where the border is not plain."""
    height, width = rgb.shape[:2]
    frame = max(1, round(FRAME * min(height, width)))
    border = np.ones((height, width), bool)
    border[frame:-frame, frame:-frame] = False
    colours = rgb[border].astype(np.float32)
    away = np.abs(colours - np.median(colours, axis=0)).max(axis=1)
    if np.percentile(away, 90) > PLAIN:
        return None
    filled = np.zeros((height + 2, width + 2), np.uint8)
    picture = np.ascontiguousarray(rgb)
    near = away <= PLAIN
    for y, x in np.argwhere(border)[near][:: max(1, int(near.sum()) // 64)]:
        if not filled[y + 1, x + 1]:
            flags = 8 | (255 << 8) | cv2.FLOODFILL_MASK_ONLY
            cv2.floodFill(picture, filled, (int(x), int(y)), (0, 0, 0), TOLERANCE, TOLERANCE, flags)
    return np.where(filled[1:-1, 1:-1] > 0, np.uint8(0), np.uint8(255))
