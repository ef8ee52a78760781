"""Dead-leaves pictures: overlapping outlined, shaded and patterned shapes, drawn in about a millisecond.

An autoencoder has to reproduce any artist's lines, flats and gradients, not only those of our own character
drawer; occluding shapes with a power-law size are the classical model of such statistics (Lee, Mumford and
Huang, 2001). Mixed with drawn characters they keep the autoencoder general.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator


def _colour(rng: Rng) -> tuple[int, int, int]:
    """Half vivid, half muted, near-white and near-black included; RGB 0..255."""
    hue, chroma, value = rng.random(), rng.beta(1.2, 1.6), rng.beta(1.6, 0.9)
    pixel = np.array([[[hue * 179, chroma * 255, value * 255]]]).astype(np.uint8)
    r, g, b = cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0]
    return int(r), int(g), int(b)


def _outline(rng: Rng, size: int) -> NDArray[np.int32]:
    """A closed curve round a random centre: blob, polygon, ribbon or strand. N x 1 x 2 in 1/16 pixels."""
    radius = size * 0.03 * (14.0 ** rng.random())
    centre = rng.random(2) * size
    corners = int(rng.integers(3, 9))
    angles = np.sort(rng.random(corners)) * 2 * np.pi
    reach = radius * rng.uniform(0.5, 1.3, corners)
    points = np.stack([np.cos(angles), np.sin(angles)], 1) * reach[:, None]
    points *= np.array([1.0, rng.choice([1.0, 0.5, 0.2])])
    turn = rng.random() * np.pi
    points = points @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) + centre
    if rng.random() < 0.7:  # a smooth closed spline through the corners (Chaikin's corner cutting)
        for _ in range(3):
            after = np.roll(points, -1, 0)
            points = np.stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after], 1).reshape(-1, 2)
    outline: NDArray[np.int32] = (points * 16).astype(np.int32)[:, None]
    return outline


def _texture(rng: Rng, size: int, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    """size x size x 3 picture of stripes, checks, dots or a gradient in two colours."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    turn, period = float(rng.random() * np.pi), float(rng.uniform(5, 28))
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    u = (x * cos + y * sin) / period
    v = (y * cos - x * sin) / period
    kind = rng.integers(5)
    if kind == 0:
        weight = (u % 1 < rng.uniform(0.2, 0.6)).astype(np.float32)
    elif kind == 1:
        weight = ((np.floor(u) + np.floor(v)) % 2).astype(np.float32)
    elif kind == 2:
        weight = (((u % 1 - 0.5) ** 2 + (v % 1 - 0.5) ** 2) < rng.uniform(0.04, 0.14)).astype(np.float32)
    elif kind == 3:
        weight = ((u % 1 < 0.35).astype(np.float32) + (v % 1 < 0.35)) / 2
    else:
        weight = np.clip((u * period / size + v * period / size) / 1.5 + 0.3, 0, 1)
    weight = cv2.GaussianBlur(weight, (3, 3), 0.6)[..., None]
    second = np.array(_colour(rng), np.float32)
    texture: NDArray[np.uint8] = (np.array(colour, np.float32) * (1 - weight) + second * weight).astype(np.uint8)
    return texture


def draw_leaves(rng: Rng, size: int = 128) -> NDArray[np.uint8]:
    """One size x size x 3 uint8 RGB picture."""
    picture: NDArray[np.uint8] = np.empty((size, size, 3), np.uint8)
    picture[:] = _texture(rng, size, _colour(rng)) if rng.random() < 0.4 else _colour(rng)
    line = tuple(int(channel * rng.uniform(0, 0.5)) for channel in _colour(rng))
    width = int(rng.choice([0, 1, 1, 2, 3]))
    for _ in range(int(rng.integers(8, 40))):
        outline, colour = _outline(rng, size), _colour(rng)
        if rng.random() < 0.25:
            inside = np.zeros((size, size), np.uint8)
            cv2.fillPoly(inside, [outline], 255, cv2.LINE_AA, 4)
            weight = inside[..., None].astype(np.float32) / 255
            picture = (picture * (1 - weight) + _texture(rng, size, colour) * weight).astype(np.uint8)
        else:
            cv2.fillPoly(picture, [outline], colour, cv2.LINE_AA, 4)
            if rng.random() < 0.4:  # a cel shadow: the same shape moved and darkened
                shade = tuple(int(channel * 0.75) for channel in colour)
                cv2.fillPoly(picture, [(outline * 0.7 + outline.mean(0) * 0.3).astype(np.int32)], shade, cv2.LINE_AA, 4)
        if width:
            cv2.polylines(picture, [outline], bool(rng.random() < 0.8), line, width, cv2.LINE_AA, 4)
    if rng.random() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.6))).astype(np.uint8)
    if rng.random() < 0.15:
        noise = rng.normal(0, rng.uniform(1, 6), picture.shape)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return picture
