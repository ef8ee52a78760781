"""The tools with which `training.part_paint` draws: lines, strokes along the form, brushes, few colours, paper."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.noise import Colours, Floats, Rng, colour, field
from training.part_scenes import Scene

ANGLES = 8  # directions of strokes
THREE = np.ones((3, 3), np.uint8)


def grey_of(rgb: Colours) -> Floats:
    return cv2.transform(rgb, np.array([[0.299, 0.587, 0.114]], np.float32))


def codes(scene: Scene) -> NDArray[np.uint8]:
    """A number for every garment and part of everybody, H x W, nearly always another for another."""
    code: NDArray[np.uint8] = scene.garments * np.uint8(37) + scene.parts * np.uint8(5) + scene.owner * np.uint8(101)
    return code


def borders(scene: Scene) -> NDArray[np.uint8]:
    """1 where a region of a person ends, H x W."""
    return (cv2.morphologyEx(codes(scene), cv2.MORPH_GRADIENT, THREE) > 0).astype(np.uint8)


def without_lines(scene: Scene, size: int) -> Colours:
    """Lines filled with what is beside them."""
    soft = cv2.medianBlur(scene.rgb.clip(0, 255).astype(np.uint8), size).astype(np.float32)
    near = cv2.dilate(scene.lines, THREE).astype(np.float32)[..., None] / 255
    return scene.rgb * (1 - near) + soft * near


def drawn_lines(scene: Scene, rng: Rng) -> Floats:
    """How dark a line is everywhere, 0..1: those of the drawing, of its borders, and of its shading."""
    lines = scene.lines.astype(np.float32) * np.float32(1 / 255)
    if rng.random() < 0.5:
        lines = np.maximum(lines, cv2.GaussianBlur(borders(scene).astype(np.float32), (0, 0), 0.6))
    if rng.random() < 0.5:
        grey = grey_of(scene.rgb)
        lines = np.maximum(lines, (cv2.GaussianBlur(grey, (0, 0), 1.6) - grey) * np.float32(0.03))
    if rng.random() < 0.4:  # a pen that is pressed and lifted
        lines = lines * (0.8 + field(rng, scene.size, 24, 0.4)).clip(0.1, 1)
    return lines.clip(0, 1)


@lru_cache(maxsize=8)
def _strokes(size: tuple[int, int], length: int) -> Floats:
    """Noise drawn out along each of the directions, deviation 1; ANGLES x H x W."""
    noise = np.random.default_rng(11).standard_normal(size, np.float32)
    found = []
    for number in range(ANGLES):
        angle = np.pi * number / ANGLES
        reach = round(length * np.cos(angle)), round(length * np.sin(angle))
        kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
        cv2.line(kernel, (length - reach[0], length - reach[1]), (length + reach[0], length + reach[1]), 1.0)
        drawn = cv2.filter2D(noise, -1, kernel / kernel.sum())
        found.append(drawn / drawn.std())
    return np.stack(found)


def along(rgb: Colours) -> NDArray[np.uint8]:
    """Direction of the forms, 0 .. ANGLES - 1: across the mean gradient (structure tensor: Kang et al., NPAR 2007)."""
    grey = cv2.resize(grey_of(rgb), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    cross = cv2.GaussianBlur(dx * dy, (0, 0), 3)
    straight = cv2.GaussianBlur(dx * dx - dy * dy, (0, 0), 3)
    angle = cv2.phase(straight, 2 * cross) / 2 + np.float32(np.pi / 2)
    turns = (angle * np.float32(ANGLES / np.pi)).astype(np.uint8) % ANGLES
    return np.asarray(cv2.resize(turns, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


def along_regions(scene: Scene, rng: Rng) -> NDArray[np.uint8]:
    """One direction for every garment and part, as a hand hatches."""
    turns = rng.integers(0, ANGLES, 256).astype(np.uint8)
    turned: NDArray[np.uint8] = turns[codes(scene)]
    return turned


def strokes(directions: NDArray[np.uint8], length: int, rng: Rng) -> Floats:
    """Noise drawn out along the directions, H x W, deviation about 1."""
    textures = _strokes(directions.shape, length)
    shift = tuple(int(value) for value in rng.integers(0, 99, 2))
    found = np.empty(directions.shape, np.float32)
    for number in range(ANGLES):
        np.copyto(found, np.roll(textures[number], shift, (0, 1)), where=directions == number)
    return found


def kuwahara(rgb: Colours, reach: int) -> Colours:
    """Every pixel takes the mean of the calmest of four squares beside it (Kuwahara et al., 1976)."""
    size = 2 * reach + 1
    mean, grey = cv2.blur(rgb, (size, size)), grey_of(rgb)
    unrest = cv2.blur(grey * grey, (size, size)) - cv2.blur(grey, (size, size)) ** 2
    found: Any = None
    least: Any = None
    for dy, dx in ((-reach, -reach), (-reach, reach), (reach, -reach), (reach, reach)):
        shift = np.array([[1, 0, -dx], [0, 1, -dy]], np.float32)
        moved = [
            cv2.warpAffine(each, shift, rgb.shape[1::-1], flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
            for each in (mean, unrest)
        ]
        if found is None:
            found, least = moved
        else:
            calmer = moved[1] < least
            np.copyto(found, moved[0], where=calmer[..., None])
            np.copyto(least, moved[1], where=calmer)
    return found


def few_colours(rgb: Colours, count: int, rng: Rng) -> Colours:
    """Every pixel takes the nearest of colours that are somewhere in the picture."""
    pixels = rgb.reshape(-1, 3)
    chosen = pixels[rng.integers(0, len(pixels), count)]
    distance = (chosen * chosen).sum(1) - 2 * (pixels @ chosen.T)
    return chosen[distance.argmin(1)].reshape(rgb.shape)


def paper(rng: Rng, size: tuple[int, int]) -> Colours:
    """White, grey, old or coloured paper with its grain; H x W x 3."""
    tone: Any = np.full(3, rng.uniform(232, 255), np.float32)
    if rng.random() < 0.4:
        tone = tone * np.array([1, rng.uniform(0.88, 1), rng.uniform(0.7, 0.97)], np.float32)
    elif rng.random() < 0.15:
        tone = colour(rng, 120, 240)
    grain = field(rng, size, size[0] // 2, float(rng.uniform(0, 5))) + field(rng, size, 6, float(rng.uniform(0, 4)))
    return tone + grain[..., None]


def drawn_on(scene: Scene, rng: Rng) -> Floats:
    """How much of the colour is laid on the paper, 0..1: all of it, or nothing where nobody is, or a little round them."""
    if rng.random() < 0.5:
        return np.ones(scene.size, np.float32)
    if rng.random() < 0.5:
        return scene.alpha
    halo = cv2.GaussianBlur(scene.alpha, (0, 0), 0.05 * scene.size[0]) * 3 + field(rng, scene.size, 7, 0.3)
    return np.maximum(halo.clip(0, 1), scene.alpha)
