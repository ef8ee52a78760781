"""Where what is drawn meets what stays of a picture: outlines of what lies in front are whole, and skin goes on in its tone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.request import Image8
from pipeline.surroundings import push_pull

Region = NDArray[np.bool_]  # H x W
Plane = NDArray[np.float32]  # H x W

THINNEST = 0.75  # pixels that are drawn round what is in front where a picture has no lines: its soft border
LINE = 2  # pixels: how deep in the front its line may lie
BESIDE = 2.0  # pixels: blur with which tones on both sides of a border are compared
FAR = 0.5  # heads: how far from the border a tone is still led over
MOST = 40.0  # levels by which a drawn skin may be led to the tone beside it
INK = 0.72  # share of the skin's luminance below which a pixel is a line, no skin


def ringed(picture: Image8, character: Image8, front: Region, drawn: Region, line: float) -> Image8:
    """The picture with the outline of what lies in front drawn whole -> H x W x 4.

    Labels end in the middle of an outline, and what is drawn has covered its outer half; without lines a border's soft pixels
    hold the old clothes' colour. picture, character: H x W x 4, after and before; drawn: H x W, what may be drawn on; line:
    its width in pixels, 0 = none.
    """
    reach = max(THINNEST, 0.5 * line)
    away = (~front).astype(np.uint8)
    if not front.any():
        return picture
    way, nearest = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    share = np.clip(reach + 1 - way, 0, 1) * (drawn & ~front)
    source = _darkest(character, front) if line else _inner(character, front)
    colours = np.zeros((int(nearest.max()) + 1, 4), np.float32)
    colours[nearest[front]] = source[front]
    share = share[..., None]
    ring, under = colours[nearest], picture.astype(np.float32)
    over, rest = ring[..., 3:] / 255 * share, under[..., 3:] / 255 * (1 - share)
    alpha = over + rest
    colour = (ring[..., :3] * over + under[..., :3] * rest) / np.maximum(alpha, 1e-6)
    mixed = np.rint(np.dstack([colour, alpha * 255]).clip(0, 255)).astype(np.uint8)
    return np.where(share > 0, mixed, picture)


def _darkest(character: Image8, front: Region) -> Image8:
    """At every pixel of the front near its border the darkest of it and its neighbours in front: its line."""
    luma = np.where(front, cv2.cvtColor(character[..., :3], cv2.COLOR_RGB2GRAY).astype(np.int32), 1000)
    border = cv2.dilate((~front).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    y, x = np.nonzero(front & border)
    reach = np.arange(-LINE, LINE + 1)
    ys = (y[:, None, None] + reach[:, None] + 0 * reach).clip(0, front.shape[0] - 1).reshape(len(y), -1)
    xs = (x[:, None, None] + reach + 0 * reach[:, None]).clip(0, front.shape[1] - 1).reshape(len(x), -1)
    best = luma[ys, xs].argmin(1)
    row = np.arange(len(y))
    found = character.copy()
    found[y, x] = character[ys[row, best], xs[row, best]]
    return found


def _inner(character: Image8, front: Region) -> Image8:
    """At every pixel of the front the colour one pixel farther in, where there is one."""
    core = cv2.erode(front.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    weighed = character.astype(np.float32) * core[..., None]
    total = cv2.blur(np.dstack([weighed, core]), (3, 3))
    share = total[..., 4:]
    return np.where(share > 0, np.rint(total[..., :4] / np.maximum(share, 1e-6)), character).astype(np.uint8)


def led_over(picture: Image8, rgb: Image8, drawn: Region, stays: Region, unit: float) -> Image8:
    """The picture with drawn skin led to the tone of the skin beside it that stays -> H x W x 3.

    picture, rgb: H x W x 3, the draft and the character; drawn, stays: H x W, their skin; unit: a head in pixels.
    """
    ours, ours_there = _tone(picture, drawn)
    theirs, theirs_there = _tone(rgb, stays)
    both = np.minimum(ours_there, theirs_there) > 0.05
    if not both.any():
        return picture
    weight = both.astype(np.float32)[..., None]
    apart = push_pull(np.clip(theirs - ours, -MOST, MOST) * weight, weight)
    way = cv2.distanceTransform((~both).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    share = (np.exp(-((way / (FAR * unit)) ** 2)) * drawn)[..., None]
    return np.asarray(np.rint((picture + apart * share).clip(0, 255)), np.uint8)


def _tone(rgb: Image8, skin: Region) -> tuple[NDArray[np.float32], Plane]:
    """Mean colour of the skin round every pixel, without lines, and how much of it there is, 0..1."""
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    plain = skin & (luma > INK * np.median(luma[skin])) if skin.any() else skin
    there = cv2.GaussianBlur(plain.astype(np.float32), (0, 0), BESIDE)
    mean = cv2.GaussianBlur(rgb.astype(np.float32) * plain[..., None], (0, 0), BESIDE) / np.maximum(there, 1e-6)[..., None]
    return np.asarray(mean, np.float32), np.asarray(there, np.float32)
