"""What happens to every picture that the part parser learns from, whatever it shows: scans, screens, print, lighting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from training.noise import Colours, Rng, field


def tones(rgb: Colours, rng: Rng) -> Colours:
    grey = rgb @ np.array([0.299, 0.587, 0.114], np.float32)
    saturation, contrast = float(rng.uniform(0.4, 1.5)), float(rng.uniform(0.6, 1.3))
    rgb = grey[..., None] + saturation * (rgb - grey[..., None])
    rgb = (rgb - 128) * contrast + 128 + float(rng.normal(0, 18))
    rgb = rgb * (1 + rng.normal(0, 0.08 if rng.random() < 0.8 else 0.25, 3)).clip(0.3, 1.7).astype(np.float32)
    return 255 * (rgb.clip(0, 255) / 255) ** np.float32(np.exp(rng.normal(0, 0.25)))


def turn_hues(rgb: Colours, rng: Rng) -> Colours:
    hsv = cv2.cvtColor(rgb.clip(0, 255).astype(np.uint8), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + int(rng.integers(0, 180))) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)


def without_colour(rgb: Colours, rng: Rng) -> Colours:
    grey = (rgb @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
    paper = np.array([255, 255, 255], np.float32) if rng.random() < 0.6 else rng.uniform(170, 255, 3).astype(np.float32)
    return grey / 255 * paper


def posterise(rgb: Colours, rng: Rng) -> Colours:
    step = 255 / float(rng.integers(3, 9))
    return np.rint(rgb / step) * step


def convolve(rgb: Colours, rng: Rng) -> Colours:
    """A random 3x3 convolution, mixed with the picture (Xu et al., arXiv:2007.13003)."""
    kernels = rng.normal(0, 1 / 27**0.5, (3, 3, 3, 3)).astype(np.float32)
    mixed = np.stack([sum(cv2.filter2D(rgb[..., i], -1, kernels[o, i]) for i in range(3)) for o in range(3)], 2)
    mixed = (mixed - mixed.mean()) / max(float(mixed.std()), 1) * 60 + 128
    share = np.float32(rng.uniform(0.2, 0.7))
    return (rgb * (1 - share) + mixed * share).clip(0, 255)


def soften(rgb: Colours, rng: Rng) -> Colours:
    return cv2.GaussianBlur(rgb, (0, 0), float(rng.uniform(0.4, 1.6)))


def sharpen(rgb: Colours, rng: Rng) -> Colours:
    return (rgb + float(rng.uniform(0.3, 1.2)) * (rgb - cv2.GaussianBlur(rgb, (0, 0), 1.2))).clip(0, 255)


def shrink(rgb: Colours, rng: Rng) -> Colours:
    """A small picture enlarged, smoothly or as a sprite of large pixels."""
    height, width = rgb.shape[:2]
    factor = float(rng.uniform(1.5, 4))
    small = cv2.resize(rgb, (round(width / factor), round(height / factor)), interpolation=cv2.INTER_AREA)
    way = cv2.INTER_NEAREST if rng.random() < 0.35 else cv2.INTER_CUBIC
    return cv2.resize(small, (width, height), interpolation=way).clip(0, 255)


def grain(rgb: Colours, rng: Rng) -> Colours:
    return rgb + rng.standard_normal(rgb.shape, np.float32) * np.float32(rng.uniform(2, 16))


def mottle(rgb: Colours, rng: Rng) -> Colours:
    """Colour that does not cover: paper or ground shows through in streaks and blots."""
    size = rgb.shape[:2]
    cells = int(rng.integers(8, 100))
    blots = field(rng, size, cells)
    if rng.random() < 0.6:  # drawn out in one direction
        length, angle = int(rng.integers(3, 16)), float(rng.uniform(0, np.pi))
        kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
        reach = (round(length * np.cos(angle)), round(length * np.sin(angle)))
        cv2.line(kernel, (length - reach[0], length - reach[1]), (length + reach[0], length + reach[1]), 1.0)
        blots = cv2.filter2D(rng.standard_normal(size, np.float32), -1, kernel / kernel.sum())
        blots = blots / max(float(blots.std()), 1e-3)
    ground = rng.uniform(200, 255, 3) if rng.random() < 0.7 else rng.uniform(0, 120, 3)
    share = (float(rng.uniform(-0.1, 0.3)) + float(rng.uniform(0.05, 0.3)) * blots).clip(0, 0.7)[..., None].astype(np.float32)
    return rgb * (1 - share) + ground.astype(np.float32) * share


def raster(rgb: Colours, rng: Rng) -> Colours:
    """A printing screen, a weave of canvas, the lines of a display: one or two plane waves, added or multiplied."""
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
    wave: Any = np.float32(1)
    for _ in range(int(rng.integers(1, 3))):
        length, angle = float(rng.uniform(2.2, 9)), float(rng.uniform(0, np.pi))
        wave = wave * np.sin((np.cos(angle) * x + np.sin(angle) * y) * (2 * np.pi / length))
    if rng.random() < 0.4:
        wave = np.sign(wave)
    if rng.random() < 0.5:
        return rgb + np.float32(rng.uniform(6, 36)) * wave[..., None]
    return rgb * (1 + np.float32(rng.uniform(0.05, 0.35)) * wave[..., None])


def jpeg(rgb: Colours, rng: Rng) -> Colours:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(18, 80))]
    _, data = cv2.imencode(".jpg", rgb.clip(0, 255).astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.float32)


CAMERA: tuple[tuple[float, Callable[[Colours, Rng], Colours]], ...] = (
    (0.12, turn_hues),
    (0.70, tones),
    (0.06, without_colour),
    (0.04, posterise),
    (0.10, convolve),
    (0.25, soften),
    (0.12, sharpen),
    (0.12, shrink),
    (0.14, mottle),
    (0.12, raster),
    (0.25, grain),
    (0.30, jpeg),
)
