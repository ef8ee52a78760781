"""Drawings made to look as if many hands had made them: domain randomisation (Tobin et al., arXiv:1703.06907).

A parser that has only seen one drawing program's strokes knows that program, not clothes. So every drawing is bent,
recoloured, textured, lit, redrawn, put in front of something else, covered in part, and at last treated like a scan or
a screenshot. What is a row in one of the tables happens by its own chance, independently of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.part_parser import FACE_HANDS
from pipeline.request import ClothingPart
from training.characters.background import draw_background
from training.noise import Colours, Floats, Rng, field
from training.part_camera import CAMERA

UNKNOWN = 255  # in a part map: nobody can say, no answer is wrong


@dataclass
class Scene:
    """A picture on its way. rgb: H x W x 3 float 0..255, straight; alpha: H x W, 0..1; parts, garments, lines: see
    `training.part_drawings.Sheet`."""

    rgb: Colours
    alpha: Floats
    parts: NDArray[np.uint8]
    garments: NDArray[np.uint8]
    lines: NDArray[np.uint8]

    @property
    def size(self) -> tuple[int, int]:
        return self.parts.shape[0], self.parts.shape[1]

    def regions(self) -> list[NDArray[np.bool_]]:
        """Every garment, and every other part that is there; all skin is one, because it has one colour wherever it shows."""
        found = [self.garments == index for index in np.unique(self.garments) if index]
        bare = np.where(self.garments > 0, np.uint8(0), self.parts)
        bare[bare == FACE_HANDS] = ClothingPart.SKIN
        return found + [bare == part for part in np.unique(bare) if part not in (0, UNKNOWN)]


# --- where things are


def place(rng: Rng, shape: tuple[int, int], side: int) -> tuple[Floats, Floats]:
    """Maps for `cv2.remap` that show a drawing of `shape` in a square: turned, mirrored, nearer or farther, and bent."""
    height, width = shape
    zoom = side / max(shape) * float(np.exp(rng.uniform(np.log(0.8), np.log(2.1))))
    stretch = float(np.exp(rng.normal(0, 0.08)))
    angle = float(np.clip(rng.normal(0, 0.12), -0.5, 0.5))
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = np.cos(angle) / zoom, np.sin(angle) / zoom
    y, x = np.mgrid[:side, :side].astype(np.float32) - (side - 1) / 2
    if rng.random() < 0.5:
        amount, cells = float(rng.uniform(0.005, 0.025)) * side, int(rng.integers(3, 9))
        x, y = x + field(rng, (side, side), cells, amount), y + field(rng, (side, side), cells, amount)
    slack = [max(0.0, length - side / zoom * 0.75) / 2 for length in (width, height)]
    centre = [length / 2 + float(rng.uniform(-1, 1)) * room for length, room in zip((width, height), slack, strict=True)]
    from_x = mirror * stretch * (cos * x - sin * y) + centre[0]
    from_y = (sin * x + cos * y) / stretch + centre[1]
    return from_x.astype(np.float32), from_y.astype(np.float32)


def show(drawing: tuple[NDArray[np.uint8], ...], side: int, rng: Rng) -> Scene:
    """A drawing (rgba, parts, garments, lines) as seen in a square of `side` pixels."""
    return seen_by(drawing, place(rng, drawing[1].shape[:2], side))


def seen_by(drawing: tuple[NDArray[np.uint8], ...], maps: tuple[Floats, Floats]) -> Scene:
    """A drawing as `cv2.remap` shows it by maps, see `place`."""
    rgba, parts, garments, lines = drawing
    x, y = maps
    opaque = rgba[..., 3:].astype(np.float32) / 255
    premultiplied = np.concatenate([rgba[..., :3] * opaque, opaque], 2)
    seen = cv2.remap(premultiplied, x, y, cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0))
    alpha = seen[..., 3]
    rgb = seen[..., :3] / np.maximum(alpha, 1e-3)[..., None]
    nearest: list[Any] = [cv2.remap(values, x, y, cv2.INTER_NEAREST, borderValue=(0,)) for values in (parts, garments)]
    drawn: Any = cv2.remap(lines, x, y, cv2.INTER_LINEAR, borderValue=(0,))
    return Scene(rgb.clip(0, 255), alpha, nearest[0], nearest[1], drawn)


# --- how the character looks


def recolour(scene: Scene, rng: Rng) -> None:
    """Some regions in another colour, light and shadow kept."""
    for region in scene.regions():
        if rng.random() < 0.5:
            grey = scene.rgb[region].mean(1)
            light = (grey / max(float(grey.mean()), 20.0)) ** float(rng.uniform(0.6, 1.4))
            scene.rgb[region] = (light[:, None] * rng.uniform(15, 250, 3)).clip(0, 255)


@lru_cache(maxsize=8)
def _grain(size: tuple[int, int]) -> Floats:
    rng = np.random.default_rng(5)
    return sum((field(rng, size, cells, 1 / level) for level, cells in ((1, 12), (2, 40), (3, 110))), np.float32(0))


def _print(rng: Rng, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Dots, checks or stripes, from a weave to a few across the whole picture."""
    wave, angle = float(np.exp(rng.uniform(np.log(5), np.log(size[0] / 4)))), float(rng.uniform(0, np.pi))
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32) * np.float32(2 * np.pi / wave)
    u, v = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    found: NDArray[np.bool_] = np.sin(u) > float(rng.uniform(-0.6, 0.6))
    if (kind := rng.random()) < 0.66:
        found = np.cos(u) * np.cos(v) > float(rng.uniform(0.1, 0.6)) if kind < 0.33 else np.sin(u) * np.sin(v) > 0
    return found


def texture(scene: Scene, rng: Rng) -> None:
    """Cloth with a weave or a print on it, fur-like hair, rough skin."""
    for region in scene.regions():
        chance = rng.random()
        if chance < 0.15:
            grain = np.roll(_grain(scene.size), rng.integers(0, 99, 2), (0, 1))[region][:, None]
            scene.rgb[region] = (scene.rgb[region] * (1 + float(rng.uniform(0.04, 0.2)) * grain)).clip(0, 255)
        elif chance < 0.4:
            _dye(scene, region & _print(rng, scene.size), rng)


def emblems(scene: Scene, rng: Rng) -> None:
    """Large things on clothes: badges, rings, numbers, patches, panels of another colour."""
    side = max(scene.size)
    for region in scene.regions():
        if rng.random() < 0.6:
            continue
        y, x = np.nonzero(region)
        shape = np.zeros(scene.size, np.uint8)
        for _ in range(int(rng.integers(1, 4))):
            index = int(rng.integers(len(y)))
            centre = int(x[index]), int(y[index])
            reach = int(rng.integers(2, max(4, side // 7))), int(rng.integers(2, max(4, side // 7)))
            thick = -1 if rng.random() < 0.6 else int(rng.integers(1, max(2, side // 40)))
            if rng.random() < 0.6:
                cv2.ellipse(shape, centre, reach, float(rng.uniform(0, 180)), 0, 360, 1, thick)
            else:
                corners = np.array(centre) + rng.normal(0, reach, (int(rng.integers(3, 7)), 2))
                cv2.fillPoly(shape, [corners.astype(np.int32)], 1)
        _dye(scene, region & (shape > 0), rng)


def _dye(scene: Scene, where: NDArray[np.bool_], rng: Rng) -> None:
    """Another colour, which the light and shadow of the old one may shine through."""
    if not where.any():
        return
    grey = scene.rgb[where].mean(1, keepdims=True)
    light = (grey / max(float(grey.mean()), 20.0)) ** float(rng.uniform(0, 1))
    share = float(rng.uniform(0.5, 1))
    colour = (light * rng.uniform(0, 255, 3)).clip(0, 255)
    scene.rgb[where] = scene.rgb[where] * (1 - share) + colour * share


def swell(scene: Scene, rng: Rng) -> None:
    """Every region lit as if it were a stuffed body: the look of a 3D model."""
    reach = float(rng.uniform(4, 18))
    height: Any = np.zeros(scene.size, np.float32)
    for region in scene.regions():
        inside = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 3)
        height += np.sqrt((np.minimum(inside, reach) * (2 * reach - np.minimum(inside, reach))).clip(0))
    height = cv2.GaussianBlur(height, (0, 0), float(rng.uniform(1, 3)))
    angle = float(rng.uniform(0, 2 * np.pi))
    slope = np.cos(angle) * cv2.Sobel(height, cv2.CV_32F, 1, 0) + np.sin(angle) * cv2.Sobel(height, cv2.CV_32F, 0, 1)
    light = 1 + float(rng.uniform(0.1, 0.4)) * np.tanh(slope / 6)
    scene.rgb = (scene.rgb * light[..., None]).clip(0, 255)


def light(scene: Scene, rng: Rng) -> None:
    """Large soft shadows and patches of coloured light."""
    shade = 1 + field(rng, scene.size, int(rng.integers(2, 6)), float(rng.uniform(0.06, 0.25)))
    tint = 1 + rng.normal(0, 0.05, 3).astype(np.float32)
    scene.rgb = (scene.rgb * shade[..., None].clip(0.35, 1.5) * tint).clip(0, 255)


def outline(scene: Scene, rng: Rng) -> None:
    """Other lines than the drawing's: round every region, thin or fat, dark or coloured."""
    kernel = np.ones((3, 3), np.uint8)
    regions = (scene.garments.astype(np.uint16) * 16 + np.minimum(scene.parts, 15)).astype(np.uint16)
    borders: NDArray[Any] = (cv2.morphologyEx(regions, cv2.MORPH_GRADIENT, kernel) > 0).astype(np.uint8)
    for chance in (0.4, 0.15, 0.1):
        if rng.random() < chance:
            borders = cv2.dilate(borders, kernel)
    ink = rng.uniform(0, 70, 3) if rng.random() < 0.7 else rng.uniform(0, 200, 3)
    strength = cv2.GaussianBlur(borders.astype(np.float32), (0, 0), 0.7) * float(rng.uniform(0.5, 1))
    wobble = (1 + field(rng, scene.size, 20, 0.4)).clip(0, 1)
    share = (strength * wobble)[..., None].clip(0, 1)
    scene.rgb = scene.rgb * (1 - share) + ink.astype(np.float32) * share


def unline(scene: Scene, rng: Rng) -> None:
    """Painted without lines."""
    size = int(rng.choice([5, 7]))
    soft = cv2.medianBlur(scene.rgb.astype(np.uint8), size).astype(np.float32)
    near = cv2.dilate(scene.lines, np.ones((3, 3), np.uint8)).astype(np.float32)[..., None] / 255
    scene.rgb = scene.rgb * (1 - near) + soft * near


def sketch(scene: Scene, rng: Rng) -> None:
    """Line art: white or grey paper under the lines, here and there a flat tone."""
    paper = np.full((*scene.size, 3), rng.uniform(225, 255), np.float32)
    for region in scene.regions():
        if rng.random() < 0.4:
            paper[region] = rng.uniform(90, 240)
    drawn = scene.lines.astype(np.float32)
    if rng.random() < 0.6:
        grey = cv2.cvtColor(scene.rgb.astype(np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float32)
        drawn = np.maximum(drawn, 4 * np.abs(cv2.GaussianBlur(grey, (0, 0), 2) - grey)).clip(0, 255)
    share = drawn[..., None] / 255 * float(rng.uniform(0.7, 1))
    scene.rgb = paper * (1 - share) + float(rng.uniform(0, 60)) * share


def brushwork(scene: Scene, rng: Rng) -> None:
    """Strokes that run over the borders, as of a painted page."""
    size = scene.size
    amount = float(rng.uniform(0.6, 2.2))
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    x, y = x + field(rng, size, 40, amount), y + field(rng, size, 40, amount)
    painted = cv2.remap(
        scene.rgb.astype(np.float32), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    painted = cv2.bilateralFilter(painted, 5, 40, 3)
    scene.rgb = (painted + field(rng, size, 60, float(rng.uniform(2, 9)))[..., None]).clip(0, 255)


LOOKS: tuple[tuple[float, Callable[[Scene, Rng], None]], ...] = (
    (0.35, recolour),
    (0.30, texture),
    (0.25, emblems),
    (0.12, unline),
    (0.25, swell),
    (0.40, light),
    (0.18, outline),
    (0.06, sketch),
    (0.20, brushwork),
)


# --- what stands behind and before it


def backdrop(scene: Scene, rng: Rng, others: Sequence[NDArray[np.uint8]]) -> Colours:
    """others: rgba pictures that may be seen behind, large and out of place."""
    height, width = scene.size
    kind = rng.random()
    if kind < 0.3:
        return np.full((height, width, 3), rng.choice([rng.uniform(0, 255, 3), np.full(3, 255.0)]), np.float32)
    if kind < 0.7 or not others:
        return draw_background(rng, width, height)[0][..., :3].astype(np.float32)
    behind: Any = np.full((height, width, 3), rng.uniform(0, 255, 3), np.float32)
    for other in others:
        top, left = (int(rng.integers(0, max(1, length // 2))) for length in other.shape[:2])
        patch = other[top : top + int(rng.integers(20, 160)), left : left + int(rng.integers(20, 160))]
        patch = cv2.resize(patch, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        if rng.random() < 0.5:
            patch = patch[::-1]
        share = patch[..., 3:] / 255
        behind = behind * (1 - share) + patch[..., :3] * share
    return cv2.GaussianBlur(behind, (0, 0), float(rng.choice([0.5, 1, 3])))


def cover(rgb: Colours, parts: NDArray[np.uint8], rng: Rng) -> None:
    """Something in front: a stick, a leaf, a sign. What it hides is unknown."""
    shape = np.zeros(parts.shape, np.uint8)
    side = max(parts.shape)
    for _ in range(int(rng.integers(1, 4))):
        x, y = (int(rng.integers(0, length)) for length in parts.shape[::-1])
        reach = rng.integers(side // 30 + 2, side // 6, 2)
        if rng.random() < 0.4:
            end = (int(x + rng.normal(0, side / 3)), int(y + rng.normal(0, side / 3)))
            cv2.line(shape, (x, y), end, 1, int(rng.integers(2, 9)))
        else:
            cv2.ellipse(shape, (x, y), (int(reach[0]), int(reach[1])), float(rng.uniform(0, 180)), 0, 360, 1, -1)
    hidden = shape > 0
    rgb[hidden] = (rng.uniform(0, 255, 3) * (1 + field(rng, parts.shape[:2], 8, 0.2))[..., None])[hidden].clip(0, 255)
    parts[hidden & (parts > 0)] = UNKNOWN


def restyle(scene: Scene, rng: Rng, others: Sequence[NDArray[np.uint8]] = ()) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The picture that is to be read, H x W x 3 uint8, and its part map with `UNKNOWN` where something covers it."""
    for chance, look in LOOKS:
        if rng.random() < chance:
            look(scene, rng)
    share = scene.alpha[..., None]
    rgb = (scene.rgb * share + backdrop(scene, rng, others) * (1 - share)).astype(np.float32)
    parts = scene.parts.copy()
    if rng.random() < 0.15:
        cover(rgb, parts, rng)
    for chance, change in CAMERA:
        if rng.random() < chance:
            rgb = change(rgb, rng).astype(np.float32)
    return rgb.clip(0, 255).astype(np.uint8), parts
