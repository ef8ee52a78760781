"""What happens to every picture that the part parser learns from, whatever it shows: scans, screens, print, lighting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from training.noise import Colours, Rng, colour, field

GREY = np.array([[0.299, 0.587, 0.114]], np.float32)


def tones(rgb: Colours, rng: Rng) -> Colours:
    """Saturation, contrast, brightness, the colour of the light, and the curve of the film: one matrix, one table."""
    saturation, contrast = float(rng.uniform(0.4, 1.5)), float(rng.uniform(0.6, 1.3))
    gains = (1 + rng.normal(0, 0.08 if rng.random() < 0.88 else 0.25, 3)).clip(0.3, 1.7)[:, None]
    mix = gains * contrast * (saturation * np.eye(3) + (1 - saturation) * GREY)
    shift = gains * (128 - 128 * contrast + float(rng.normal(0, 18)))
    rgb = cv2.transform(rgb, np.hstack([mix, shift]).astype(np.float32)).clip(0, 255)
    return 255 * cv2.pow(rgb * np.float32(1 / 255), float(np.exp(rng.normal(0, 0.25))))


def lights(rgb: Colours, rng: Rng) -> Colours:
    """Another light and exposure, and a little more or less colour."""
    gains, curve = np.exp(rng.normal(0, 0.12, 3)).astype(np.float32), float(np.exp(rng.normal(0, 0.2)))
    rgb = 255 * cv2.pow(rgb.clip(0, 255) * np.float32(1 / 255), curve) * gains
    grey = rgb.mean(2, keepdims=True)
    return grey + (rgb - grey) * np.float32(np.exp(rng.normal(0, 0.25)))


def duotone(rgb: Colours, rng: Rng) -> Colours:
    """Every grey another colour: a gradient of two to four, some of what was there left."""
    ends = np.stack([colour(rng, 0, 90), *(colour(rng, 30, 230) for _ in range(int(rng.integers(0, 3)))), colour(rng, 170, 255)])
    grey = cv2.transform(rgb, GREY).clip(0, 255).astype(np.uint8)
    stops = np.linspace(0, 255, len(ends))
    table = np.stack([np.interp(np.arange(256), stops, ends[:, channel]) for channel in range(3)], 1).astype(np.float32)
    return rgb + np.float32(rng.uniform(0.4, 1)) * (table[grey] - rgb)


def photograph(rgb: Colours, rng: Rng) -> Colours:
    """Paper under a lamp and a lens: light that falls off to a side and to the corners, a shadow's edge, less black."""
    y, x = np.ogrid[-1 : 1 : rgb.shape[0] * 1j, -1 : 1 : rgb.shape[1] * 1j]
    x, y = x.astype(np.float32), y.astype(np.float32)
    slope, corner, at = rng.normal(0, 0.18, 2), float(rng.uniform(0, 0.3)), rng.uniform(-0.4, 0.4, 2)
    shade = 1 + float(slope[0]) * x + float(slope[1]) * y - corner * ((x - float(at[0])) ** 2 + (y - float(at[1])) ** 2)
    if rng.random() < 0.4:  # the hand or head of whoever takes it
        turn = float(rng.uniform(0, 2 * np.pi))
        depth = (float(np.cos(turn)) * x + float(np.sin(turn)) * y - float(rng.uniform(-0.2, 0.9))) * float(rng.uniform(2, 12))
        shade = shade * (1 - float(rng.uniform(0.1, 0.4)) * depth.clip(0, 1))
    light = np.array([1, rng.uniform(0.86, 1.02), rng.uniform(0.68, 1.05)], np.float32)
    veil = float(rng.uniform(0, 35))
    return (veil + rgb * np.float32(1 - veil / 255)) * (shade.clip(0.2, 1.3)[..., None] * light)


def turn_hues(rgb: Colours, rng: Rng) -> Colours:
    hsv = cv2.cvtColor(rgb.clip(0, 255).astype(np.uint8), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + int(rng.integers(0, 180))) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)


def without_colour(rgb: Colours, rng: Rng) -> Colours:
    paper = np.array([255, 255, 255], np.float32) if rng.random() < 0.6 else colour(rng, 170, 255)
    return cv2.transform(rgb, GREY)[..., None] * (paper / 255)


def posterise(rgb: Colours, rng: Rng) -> Colours:
    step = 255 / float(rng.integers(3, 9))
    return np.rint(rgb / step) * step


def convolve(rgb: Colours, rng: Rng) -> Colours:
    """A random 3x3 convolution, mixed with the picture (Xu et al., arXiv:2007.13003)."""
    kernels = rng.normal(0, 1 / 27**0.5, (3, 3, 3, 3)).astype(np.float32)
    channels = cv2.split(rgb)
    filtered: Any = [sum(cv2.filter2D(channels[i], -1, kernels[o, i]) for i in range(3)) for o in range(3)]
    mixed = cv2.merge(filtered)
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
    ground = colour(rng, 200, 255) if rng.random() < 0.7 else colour(rng, 0, 120)
    share = (float(rng.uniform(-0.1, 0.3)) + float(rng.uniform(0.05, 0.3)) * blots).clip(0, 0.7)[..., None].astype(np.float32)
    return rgb * (1 - share) + ground * share


def raster(rgb: Colours, rng: Rng) -> Colours:
    """A printing screen, a weave of canvas, the lines of a display: one or two plane waves, added or multiplied."""
    y, x = (np.float32(places) for places in np.ogrid[: rgb.shape[0], : rgb.shape[1]])
    wave: Any = np.float32(1)
    for _ in range(int(rng.integers(1, 3))):
        length, angle = float(rng.uniform(2.2, 9)), float(rng.uniform(0, np.pi))
        wave = wave * np.sin((float(np.cos(angle)) * x + float(np.sin(angle)) * y) * (2 * np.pi / length))
    if rng.random() < 0.4:
        wave = np.sign(wave)
    if rng.random() < 0.5:
        return rgb + np.float32(rng.uniform(6, 36)) * wave[..., None]
    return rgb * (1 + np.float32(rng.uniform(0.05, 0.35)) * wave[..., None])


def jpeg(rgb: Colours, rng: Rng) -> Colours:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(18, 80))]
    _, data = cv2.imencode(".jpg", rgb.clip(0, 255).astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.float32)


Shot = Callable[[Colours, Rng], Colours]
CAMERA: tuple[tuple[float, Shot], ...] = (
    (0.06, turn_hues),
    (0.60, tones),
    (0.06, without_colour),
    (0.04, duotone),
    (0.04, posterise),
    (0.04, convolve),
    (0.10, photograph),
    (0.22, soften),
    (0.12, sharpen),
    (0.12, shrink),
    (0.08, mottle),
    (0.08, raster),
    (0.20, grain),
    (0.30, jpeg),
)
# what does not make another picture of one
GENTLY: tuple[tuple[float, Shot], ...] = (
    (0.50, lights),
    (0.10, without_colour),
    (0.05, soften),
    (0.05, grain),
    (0.10, jpeg),
)
