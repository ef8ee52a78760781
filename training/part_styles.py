"""Drawings made to look as if many hands had made them: domain randomisation (Tobin et al., arXiv:1703.06907).

A parser that has only seen one drawing program's strokes knows that program, not clothes. So the people of a `Scene` are
recoloured, textured and lit, something is put behind and before them, the whole is drawn in one of the ways of
`training.part_paint`, and at last treated like a scan or a screenshot. What is a row in one of the tables happens by its
own chance, independently of the others, but for the ways of drawing, of which a picture has one.
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
from pipeline.request import CLOTHING, ClothingPart
from training.noise import Floats, Rng, colour, field
from training.part_backdrops import backdrop, stand
from training.part_brushes import grey_of
from training.part_camera import CAMERA, GENTLY, Shot
from training.part_paint import STYLES, Way, style
from training.part_scenes import Scene
from training.part_things import THINGS, Thing

SKINS = (ClothingPart.SKIN, FACE_HANDS)
DARK_SKIN, LIGHT_SKIN = (np.array(tone, np.float32) for tone in ((75, 48, 35), (250, 222, 200)))


# --- how the people look


def is_skin(scene: Scene, region: NDArray[np.bool_]) -> bool:
    return scene.parts[region][0] in SKINS


def recolour(scene: Scene, rng: Rng) -> None:
    """Some regions in another colour, light and shadow kept; skin mostly in one that people have."""
    for region in scene.regions():
        if rng.random() < 0.5:
            tone = colour(rng, 15, 250)
            if is_skin(scene, region) and rng.random() < 0.8:
                tone = DARK_SKIN + float(rng.random()) * (LIGHT_SKIN - DARK_SKIN) + rng.normal(0, 8, 3).astype(np.float32)
            grey = scene.rgb[region].mean(1)
            light = (grey / max(float(grey.mean()), 20.0)) ** float(rng.uniform(0.6, 1.4))
            scene.rgb[region] = (light[:, None] * tone).clip(0, 255)


@lru_cache(maxsize=8)
def _grain(size: tuple[int, int]) -> Floats:
    rng = np.random.default_rng(5)
    return sum((field(rng, size, cells, 1 / level) for level, cells in ((1, 12), (2, 40), (3, 110))), np.float32(0))


def _print(rng: Rng, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Dots, checks or stripes, from a weave to a few across the whole picture."""
    wave, angle = float(np.exp(rng.uniform(np.log(5), np.log(size[0] / 4)))), float(rng.uniform(0, np.pi))
    y, x = (np.float32(places) * np.float32(2 * np.pi / wave) for places in np.ogrid[: size[0], : size[1]])
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    u, v = cos * x + sin * y, cos * y - sin * x
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
        elif chance < 0.4 and not is_skin(scene, region):
            _dye(scene, region & _print(rng, scene.size), rng)


def emblems(scene: Scene, rng: Rng) -> None:
    """Large things on clothes: badges, rings, numbers, patches, panels of another colour."""
    side = max(scene.size)
    for region in scene.regions():
        if rng.random() < (0.95 if is_skin(scene, region) else 0.6):
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
    tone = (light * colour(rng, 0, 255)).clip(0, 255)
    scene.rgb[where] = scene.rgb[where] * (1 - share) + tone * share


def swell(scene: Scene, rng: Rng) -> None:
    """Every region lit as if it were a stuffed body: the look of a 3D model."""
    reach = float(rng.uniform(4, 18))
    height: Any = np.zeros(scene.size, np.float32)
    for region in scene.regions():
        inside = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 3)
        height += np.sqrt((np.minimum(inside, reach) * (2 * reach - np.minimum(inside, reach))).clip(0))
    height = cv2.GaussianBlur(height, (0, 0), float(rng.uniform(1, 3)))
    angle = float(rng.uniform(0, 2 * np.pi))
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    slope = cos * cv2.Sobel(height, cv2.CV_32F, 1, 0) + sin * cv2.Sobel(height, cv2.CV_32F, 0, 1)
    light = 1 + float(rng.uniform(0.1, 0.4)) * np.tanh(slope / 6)
    scene.rgb = (scene.rgb * light[..., None]).clip(0, 255)


def light(scene: Scene, rng: Rng) -> None:
    """Large soft shadows and patches of coloured light."""
    shade = 1 + field(rng, scene.size, int(rng.integers(2, 6)), float(rng.uniform(0.06, 0.25)))
    tint = 1 + rng.normal(0, 0.05, 3).astype(np.float32)
    scene.rgb = (scene.rgb * shade[..., None].clip(0.35, 1.5) * tint).clip(0, 255)


def one_tone(scene: Scene, rng: Rng) -> None:
    """All clothes, often all hair as well, nearly white or nearly black: shapes that only their shading tells apart."""
    where = np.isin(scene.parts, CLOTHING) | (scene.parts == ClothingPart.HAIR if rng.random() < 0.5 else False)
    tone = colour(rng, 215, 255) if rng.random() < 0.5 else colour(rng, 8, 60)
    light = scene.rgb[where].mean(1, keepdims=True) * np.float32(1 / 255)
    scene.rgb[where] = (tone * (1 - float(rng.uniform(0.05, 0.4)) + 0.4 * light)).clip(0, 255)


def lamp(scene: Scene, rng: Rng) -> None:
    """One strong light from a side or a lamp, deep coloured shadow where it does not reach."""
    y, x = np.ogrid[: scene.size[0], : scene.size[1]]
    at, reach = rng.uniform(-0.2, 1.2, 2) * scene.size, float(rng.uniform(0.3, 0.9)) * scene.size[0]
    lit = np.exp(-(((y - at[0]) / reach) ** 2 + ((x - at[1]) / reach) ** 2).astype(np.float32))[..., None]
    dark, bright = colour(rng, 0.08, 0.6), colour(rng, 0.9, 1.5)
    scene.rgb = (scene.rgb * (dark + lit * (bright - dark))).clip(0, 255)


def gloom(scene: Scene, rng: Rng) -> None:
    """A dark picture in which little differs: warm or green, with a ground that shimmers through."""
    tone = np.sort(colour(rng, 0.2, 0.6))[::-1][[0, 1, 2] if rng.random() < 0.7 else [1, 0, 2]]
    grey = grey_of(scene.rgb)[..., None]
    flatter = np.float32(rng.uniform(0, 0.5))
    scene.rgb = (scene.rgb + flatter * (grey - scene.rgb)) * tone + float(rng.uniform(0, 25))


Look = Callable[[Scene, Rng], None]
LOOKS: tuple[tuple[float, Look], ...] = (
    (0.35, recolour),
    (0.08, one_tone),
    (0.25, texture),
    (0.22, emblems),
    (0.18, swell),
)
LIGHTS: tuple[tuple[float, Look], ...] = (
    (0.30, light),
    (0.06, lamp),
    (0.05, gloom),
)


@dataclass(frozen=True)
class Manner:
    """Tables of what may be done to a picture: to the people in it, with things, how it is drawn, by light, and by a camera."""

    looks: Sequence[tuple[float, Look]] = LOOKS
    things: Sequence[tuple[float, Thing]] = THINGS
    styles: Sequence[tuple[float, Way]] = STYLES
    lights: Sequence[tuple[float, Look]] = LIGHTS
    camera: Sequence[tuple[float, Shot]] = CAMERA


DISGUISED = Manner()  # for drawings, which are all by one hand
AMONG_THINGS = Manner(looks=(), styles=())  # for real pictures, which have their own looks
AS_IT_IS = Manner((), (), (), (), GENTLY)


def restyle(
    scene: Scene, rng: Rng, grounds: Sequence[NDArray[np.uint8]] = (), manner: Manner = DISGUISED
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The picture that is to be read, H x W x 3 uint8, and its part map with `UNKNOWN` where something covers it.

    grounds: real pictures to stand behind the people, see `training.part_backdrops.real_backdrops`. The scene becomes
    what the picture shows.
    """
    apply(manner.looks, scene, rng)
    stand(scene, backdrop(scene, rng, grounds))
    apply(manner.things, scene, rng)
    style(scene, rng, manner.styles)
    apply(manner.lights, scene, rng)
    rgb = scene.rgb
    for chance, change in manner.camera:
        if rng.random() < chance:
            rgb = change(rgb, rng)
    return rgb.clip(0, 255).astype(np.uint8), scene.parts


def apply(rows: Sequence[tuple[float, Look]], scene: Scene, rng: Rng) -> None:
    for chance, row in rows:
        if rng.random() < chance:
            row(scene, rng)
