"""Where drawn skin meets the skin that stays of a picture it goes on in its tone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.regions import Region, box_of, near
from pipeline.request import Image8
from pipeline.strips import strips
from pipeline.surroundings import push_pull

Plane = NDArray[np.float32]  # H x W

BESIDE = 2.0  # pixels: blur with which tones on both sides of a border are compared
FAR = 0.5  # heads: how far from the border a tone is still led over
MOST = 72.0  # levels by which a drawn skin may be led to the tone beside it
INK = 0.72  # share of the skin's luminance below which a pixel is a line, no skin


def led_over(picture: Image8, rgb: Image8, drawn: Region, stays: Region, unit: float) -> Image8:
    """The picture with drawn skin led to the tone of the skin beside it that stays -> H x W x 3.

    picture, rgb: H x W x 3, the draft and the character; drawn, stays: H x W, their skin; unit: a head in pixels.
    """
    if not drawn.any():
        return picture
    whole, box = picture, box_of(drawn, round(4 * BESIDE))
    picture, rgb, drawn, stays = picture[box], rgb[box], drawn[box], stays[box]
    ours, ours_there = _tone(picture, drawn)
    theirs, theirs_there = _tone(rgb, stays)
    both = np.minimum(ours_there, theirs_there) > 0.05
    if not both.any():
        return whole
    weight = both.astype(np.float32)[..., None]
    theirs -= ours
    del ours
    theirs.clip(-MOST, MOST, out=theirs)
    apart = np.empty_like(theirs)
    for channel in range(3):
        apart[..., channel, None] = push_pull(theirs[..., channel, None] * weight, weight)
    del theirs
    way = cv2.distanceTransform((~both).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    share = (np.exp(-((way / (FAR * unit)) ** 2)) * drawn)[..., None]
    led, plain = whole.copy(), np.maximum(np.median(picture[drawn], axis=0), 1)
    for rows in strips(drawn.shape):
        lit = (picture[rows] / plain).clip(0, 1)  # lines are led over as they are dark
        led[box][rows] = np.rint((picture[rows] + apart[rows] * share[rows] * lit).clip(0, 255))
    return led


def _tone(rgb: Image8, skin: Region) -> tuple[NDArray[np.float32], Plane]:
    """Mean colour of the skin round every pixel, without lines, and how much of it there is, 0..1."""
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    plain = skin & ~near(luma <= INK * np.median(luma[skin]), 1) if skin.any() else skin  # soft rims of lines are none either
    there = cv2.GaussianBlur(plain.astype(np.float32), (0, 0), BESIDE)
    colours = rgb.astype(np.float32)
    colours *= plain[..., None]
    mean = np.asarray(cv2.GaussianBlur(colours, (0, 0), BESIDE), np.float32)
    mean /= np.maximum(there, 1e-6)[..., None]
    return mean, np.asarray(there, np.float32)
