"""What stands behind a character: one colour, a gradient, or something busy and out of focus."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
from numpy.typing import NDArray

KINDS: dict[str, float] = {
    "plain": 0.26,
    "white": 0.16,
    "gradient": 0.16,
    "blobs": 0.12,
    "bokeh": 0.08,
    "tiles": 0.07,
    "room": 0.08,
    "outdoors": 0.07,
}
WORDS = {
    "white": "white background", "plain": "simple background", "gradient": "gradient background", "blobs": "blurry background",
    "bokeh": "bokeh background", "tiles": "patterned background", "room": "indoors", "outdoors": "outdoors",
}  # fmt: skip


def draw_background(rng: np.random.Generator, width: int, height: int) -> tuple[NDArray[np.uint8], str]:
    """An opaque picture of this size, height x width x 4, and the word for it."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    pixels = np.full((height, width, 4), 255, np.uint8)
    if kind == "plain":
        pixels[..., :3] = _colour(rng)
    elif kind == "gradient":
        pixels[..., :3] = _gradient(rng, width, height)
    elif kind != "white":
        pixels[..., :3] = _busy(rng, kind, width, height)
    return pixels, WORDS[kind]


def _colour(rng: np.random.Generator, light: tuple[float, float] = (0.2, 0.97)) -> tuple[int, int, int]:
    r, g, b = colorsys.hls_to_rgb(float(rng.random()), float(rng.uniform(*light)), float(rng.beta(1.2, 1.4)))
    return int(r * 255), int(g * 255), int(b * 255)


def _gradient(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    a, b = np.array(_colour(rng), float), np.array(_colour(rng), float)
    angle = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)])
    x, y = np.linspace(0, np.sin(angle), width, dtype=np.float32), np.linspace(0, np.cos(angle), height, dtype=np.float32)
    t = x[None] + y[:, None]
    t = (t - t.min()) * (255 / max(float(np.ptp(t)), 1e-6))
    ramp = (a + (b - a) * np.linspace(0, 1, 256)[:, None]).astype(np.uint8)
    return np.asarray(ramp[t.astype(np.uint8)])


def _busy(rng: np.random.Generator, kind: str, width: int, height: int) -> NDArray[np.uint8]:
    """Drawn small and enlarged: that is the blur, and it costs next to nothing."""
    blur = float(rng.choice([2, 5, 10])) if kind != "tiles" else float(rng.choice([1, 2, 4]))
    w, h = max(12, int(width / blur)), max(12, int(height / blur))
    small = np.asarray(_gradient(rng, w, h)).copy()
    if kind == "tiles":
        small = _tiles(rng, w, h)
    elif kind == "room":
        _room(rng, small)
    elif kind == "outdoors":
        _outdoors(rng, small)
    else:
        _blobs(rng, small, circles=kind == "bokeh")
    image = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.3:
        grain = rng.standard_normal((height, width, 1), np.float32) * np.float32(rng.uniform(1, 7))
        image = np.clip(image + grain, 0, 255).astype(np.uint8)
    return np.asarray(image, np.uint8)


def _blobs(rng: np.random.Generator, image: NDArray[np.uint8], circles: bool) -> None:
    h, w = image.shape[:2]
    for _ in range(int(rng.integers(10, 32))):
        centre = (int(rng.uniform(0, w)), int(rng.uniform(0, h)))
        colour = _colour(rng, (0.4, 0.97) if circles else (0.15, 0.9))
        axes = (max(1, int(rng.uniform(0.03, 0.22) * w)), max(1, int(rng.uniform(0.03, 0.22) * h)))
        if circles:
            layer = image.copy()
            cv2.circle(layer, centre, axes[0], colour, -1, cv2.LINE_AA)
            image[:] = cv2.addWeighted(layer, 0.55, image, 0.45, 0)
        elif rng.random() < 0.5:
            cv2.ellipse(image, centre, axes, float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
        else:
            corners = cv2.boxPoints(
                ((float(centre[0]), float(centre[1])), (2.0 * axes[0], 2.0 * axes[1]), float(rng.choice([0, rng.uniform(0, 90)])))
            )
            cv2.fillPoly(image, [corners.astype(np.int32)], colour, cv2.LINE_AA)


def _tiles(rng: np.random.Generator, w: int, h: int) -> NDArray[np.uint8]:
    a, b = np.array(_colour(rng)), np.array(_colour(rng))
    step = max(2, int(w * rng.uniform(0.04, 0.16)))
    x, y = np.meshgrid(np.arange(w) // step, np.arange(h) // step)
    parity = {"checks": (x + y) % 2, "stripes": x % 2, "diagonal": (np.arange(w)[None] + np.arange(h)[:, None]) // step % 2}
    mask = parity[str(rng.choice(list(parity)))]
    return np.where(mask[..., None] > 0, a, b).astype(np.uint8)


def _room(rng: np.random.Generator, image: NDArray[np.uint8]) -> None:
    h, w = image.shape[:2]
    floor = int(h * rng.uniform(0.6, 0.85))
    image[:floor] = _colour(rng, (0.5, 0.95))
    image[floor:] = _colour(rng, (0.2, 0.6))
    for _ in range(int(rng.integers(3, 9))):  # windows, pictures, shelves, books
        x, y = int(rng.uniform(-0.1, 0.95) * w), int(rng.uniform(0.0, 0.8) * h)
        x1, y1 = x + int(rng.uniform(0.06, 0.4) * w), y + int(rng.uniform(0.06, 0.45) * h)
        cv2.rectangle(image, (x, y), (x1, y1), _colour(rng), -1)
        cv2.rectangle(image, (x, y), (x1, y1), _colour(rng, (0.1, 0.5)), max(1, w // 90))
        if rng.random() < 0.5:
            for k in range(x, x1, max(2, w // 25)):
                cv2.line(image, (k, y), (k, y1), _colour(rng), max(1, w // 60))


def _outdoors(rng: np.random.Generator, image: NDArray[np.uint8]) -> None:
    h, w = image.shape[:2]
    sky = np.linspace(0, 1, h)[:, None, None]
    image[:] = ((1 - sky) * np.array([110, 170, 235]) + sky * np.array([225, 238, 250])).astype(np.uint8)
    for _ in range(int(rng.integers(2, 6))):
        cv2.ellipse(
            image,
            (int(rng.uniform(0, w)), int(rng.uniform(0, 0.4) * h)),
            (max(1, int(rng.uniform(0.08, 0.25) * w)), max(1, int(0.05 * h))),
            0,
            0,
            360,
            (250, 250, 252),
            -1,
            cv2.LINE_AA,
        )
    for k in range(3):
        xs = np.linspace(0, w, 9)
        ys = h * (0.45 + 0.16 * k + 0.06 * rng.normal(size=9))
        land = np.concatenate([np.stack([xs, ys], 1), [[w, h], [0, h]]]).astype(np.int32)
        green = (int(rng.uniform(50, 130)), int(rng.uniform(110, 180)), int(rng.uniform(50, 120)))
        cv2.fillPoly(image, [land], green, cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 6))):
        x, y, r = rng.uniform(0, w), rng.uniform(0.4, 0.75) * h, rng.uniform(0.05, 0.13) * w
        cv2.rectangle(image, (int(x - r / 6), int(y)), (int(x + r / 6), int(y + 2 * r)), (104, 74, 52), -1)
        cv2.circle(
            image,
            (int(x), int(y)),
            max(1, int(r)),
            (int(rng.uniform(40, 110)), int(rng.uniform(110, 170)), int(rng.uniform(50, 90))),
            -1,
            cv2.LINE_AA,
        )
