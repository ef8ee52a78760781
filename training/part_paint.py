"""Ways in which a whole picture is drawn, people and what is behind them alike: oil, water, ink, pencil, vectors, pixels.

Each changes the colours of a `Scene` that stands before its backdrop, and nothing else of it. One picture is drawn in one
of these ways or in none: the rows of `STYLES` exclude each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from models.part_parser import FACE_HANDS
from training.noise import Floats, Rng, colour, field
from training.part_brushes import (
    ANGLES,
    THREE,
    along,
    along_regions,
    borders,
    codes,
    drawn_lines,
    drawn_on,
    few_colours,
    grey_of,
    kuwahara,
    paper,
    strokes,
    without_lines,
)
from training.part_scenes import Scene

SMALL = 0.03  # share of a picture: people that have less are not drawn in any way


def painted(scene: Scene, rng: Rng) -> None:
    """Oil or digital paint: no lines, dabs along the form, soft edges, light from behind, one tone over all."""
    rgb = kuwahara(without_lines(scene, 5), int(rng.integers(1, 4)))
    if rng.random() < 0.5:
        edge = cv2.GaussianBlur(borders(scene).astype(np.float32), (0, 0), float(rng.uniform(1, 2.5)))[..., None]
        share = (edge * float(rng.uniform(1, 3))).clip(0, 1)
        rgb += share * (cv2.GaussianBlur(rgb, (0, 0), float(rng.uniform(1, 2.5))) - rgb)
    dabs = strokes(along(rgb), int(rng.choice([4, 7, 11])), rng)
    rgb *= (1 + np.float32(rng.uniform(0.02, 0.14)) * dabs)[..., None]
    if rng.random() < 0.4:
        rgb += rim(scene, rng)[..., None] * colour(rng, 60, 255)
    if rng.random() < 0.6:
        tone = colour(rng, 0.4, 1.6)
        cast = float(rng.uniform(0.15, 0.6))
        rgb = rgb * (1 - cast) + cast * grey_of(rgb)[..., None] * (tone / tone.mean())
    scene.rgb = rgb.clip(0, 255)


def rim(scene: Scene, rng: Rng) -> Floats:
    """Where light from behind meets the border of the people, 0..1."""
    angle, width = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.008, 0.03)) * scene.size[0]
    shift = np.array([[1, 0, width * np.cos(angle)], [0, 1, width * np.sin(angle)]], np.float32)
    inner = cv2.warpAffine(scene.alpha, shift, scene.size[::-1])
    found: Floats = scene.alpha * (1 - inner)
    return cv2.GaussianBlur(found, (0, 0), width / 4 + 0.3) if rng.random() < 0.6 else found


def cel(scene: Scene, rng: Rng) -> None:
    """Hard shadows on one side of every shape, a hard light on the other."""
    code = codes(scene)
    angle, width = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.01, 0.05)) * scene.size[0]
    shift = np.array([[1, 0, width * np.cos(angle)], [0, 1, width * np.sin(angle)]], np.float32)
    moved = cv2.warpAffine(code, shift, scene.size[::-1], flags=cv2.INTER_NEAREST)
    shaded = ((code != moved) & (scene.parts > 0)).astype(np.uint8)
    shaded = cv2.medianBlur(shaded, 5).astype(np.float32)[..., None]
    tone = colour(rng, 0.3, 0.85)
    scene.rgb = scene.rgb * (1 - shaded * (1 - tone))
    if rng.random() < 0.6:
        scene.rgb += rim(scene, rng)[..., None] * colour(rng, 60, 220)
    scene.rgb = scene.rgb.clip(0, 255)


def flat(scene: Scene, rng: Rng) -> None:
    """Vectors: no lines, every shape of one colour, at most one darker tone in it."""
    rgb = without_lines(scene, 7)
    steps = float(rng.uniform(0.75, 0.95)) if rng.random() < 0.5 else 0.0
    rgb = few_colours(rgb, int(rng.integers(16, 40)), rng)
    for region in scene.regions():
        if not (scene.parts[region][:1] == FACE_HANDS).any():  # eyes and mouth are not flat
            there = rgb[region]
            tone = np.median(there[:: max(1, len(there) // 200)], axis=0)
            dark = (there.sum(1) < 0.85 * tone.sum()).astype(np.float32)[:, None] * np.float32(steps > 0)
            rgb[region] = tone * (1 - dark + dark * np.float32(steps))
    scene.rgb = rgb


def ink(scene: Scene, rng: Rng) -> None:
    """Black lines on paper, black shadows, grey or one-coloured washes, hatching."""
    grey = cv2.GaussianBlur(grey_of(scene.rgb), (0, 0), 1.2)
    page = paper(rng, scene.size)
    wash = colour(rng, 20, 200) if rng.random() < 0.25 else np.full(3, rng.uniform(20, 90), np.float32)
    dense = np.zeros(scene.size, np.float32)
    if rng.random() < 0.6:  # washes, in steps as a brush lays them
        levels = int(rng.integers(2, 5))
        dense = np.rint((1 - grey / 255) * levels) * np.float32(rng.uniform(0.5, 1) / levels)
        dense = cv2.GaussianBlur(dense, (0, 0), float(rng.uniform(0.5, 1.5))) * (1 + field(rng, scene.size, 12, 0.15))
    if rng.random() < 0.6:
        hatched = strokes(along_regions(scene, rng), int(rng.choice([7, 11])), rng) > float(rng.uniform(0.3, 0.9))
        dense = np.maximum(dense, hatched * (grey < float(rng.uniform(70, 150))) * np.float32(rng.uniform(0.5, 1)))
    if rng.random() < 0.7:
        dense = np.maximum(dense, (grey < float(rng.uniform(15, 70))) * np.float32(0.95))
    page += dense.clip(0, 1)[..., None] * (wash - page)
    scene.rgb = (page * (1 - drawn_lines(scene, rng)[..., None] * float(rng.uniform(0.8, 1)))).clip(0, 255)


def engraved(scene: Scene, rng: Rng) -> None:
    """An old book's plate: lines alone, that swell in the dark and bend with the form, crossed in the deepest shadows."""
    grey = cv2.GaussianBlur(grey_of(scene.rgb), (0, 0), 1.5)
    grey = cv2.normalize(grey, None, float(rng.uniform(20, 70)), float(rng.uniform(200, 255)), cv2.NORM_MINMAX)  # type: ignore[call-overload]
    height, width = scene.size
    y, x = np.ogrid[:height, :width]
    wave, angle, bend = float(rng.uniform(2.6, 5)), float(rng.uniform(0, np.pi)), cv2.GaussianBlur(grey, (0, 0), 5)
    inked = np.zeros(scene.size, np.bool_)
    turns = along_regions(scene, rng) if rng.random() < 0.6 else np.zeros(scene.size, np.uint8)
    own = np.arange(ANGLES) * (np.pi / ANGLES)
    for turn, least in ((0.0, float(rng.uniform(120, 235))), (float(rng.uniform(0.6, 1.6)), float(rng.uniform(60, 110)))):
        cos, sin = (np.float32(2 * np.pi / wave) * way(angle + turn + own).astype(np.float32)[turns] for way in (np.cos, np.sin))
        phase = cos * np.float32(x) + sin * np.float32(y) + bend * np.float32(rng.uniform(-0.12, 0.12))
        inked |= (np.sin(phase) > (grey / 128 - 1)) & (grey < least)
    dense = np.maximum(cv2.GaussianBlur(inked.astype(np.float32), (0, 0), 0.5), drawn_lines(scene, rng))[..., None]
    page = paper(rng, scene.size)
    scene.rgb = (page + dense * (colour(rng, 0, 50) - page) * float(rng.uniform(0.75, 1))).clip(0, 255)


def toned(scene: Scene, rng: Rng) -> None:
    """A page of manga: black lines, black and white, and screens of dots or bars that are the same all over a tone."""
    grey = cv2.GaussianBlur(grey_of(scene.rgb), (0, 0), 1)
    page = np.full(scene.size, 255, np.float32)
    y, x = np.ogrid[: scene.size[0], : scene.size[1]]
    cuts = np.sort(rng.uniform(30, 230, 3))
    for low, high in ((cuts[0], cuts[1]), (cuts[1], cuts[2])):
        wave = 2 * np.pi / float(rng.uniform(2.5, 6))
        screen = (
            np.sin(wave * (x + y)) + np.sin(wave * (x - y))
            if rng.random() < 0.6
            else 2 * np.sin(wave * (x * rng.uniform(0, 1) + y))
        )
        np.copyto(
            page, np.where(screen > rng.uniform(-0.4, 1.2), np.float32(20), np.float32(255)), where=(grey >= low) & (grey < high)
        )
    page[grey < cuts[0] * 0.6] = 15
    page *= 1 - drawn_lines(scene, rng)
    scene.rgb = cv2.merge([cv2.GaussianBlur(page, (0, 0), float(rng.uniform(0.3, 0.9)))] * 3)


def watercolour(scene: Scene, rng: Rng) -> None:
    """Thin colour that runs, gathers at the borders of shapes, and lets the grain of the paper through."""
    size = scene.size
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    amount = float(rng.uniform(0.5, 2))
    x, y = x + field(rng, size, 30, amount), y + field(rng, size, 30, amount)
    rgb = without_lines(scene, 5) if rng.random() < 0.5 else scene.rgb
    rgb = cv2.blur(cv2.remap(rgb, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), (3, 3))
    page = paper(rng, size)
    density = 0.75 + field(rng, size, 9, 0.12) + field(rng, size, 60, 0.06)
    density += cv2.GaussianBlur(borders(scene).astype(np.float32), (0, 0), 1.2) * float(rng.uniform(0.1, 0.5))
    density *= float(rng.uniform(0.6, 1.1))
    thin: Any = page - (255 - rgb) * density[..., None]
    thin = page + drawn_on(scene, rng)[..., None] * (thin - page)
    if rng.random() < 0.6:
        thin *= 1 - drawn_lines(scene, rng)[..., None] * float(rng.uniform(0.3, 0.9))
    scene.rgb = thin.clip(0, 255)


def pencil(scene: Scene, rng: Rng) -> None:
    """Coloured pencils: every shape hatched its own way, twice over where it is dark; paper between the strokes."""
    directions = along_regions(scene, rng) if rng.random() < 0.6 else along(scene.rgb)
    dark = 1 - grey_of(scene.rgb) * np.float32(1 / 255)
    cover = strokes(directions, 11, rng) * np.float32(rng.uniform(0.12, 0.3)) + np.float32(rng.uniform(0.35, 0.6)) + 0.5 * dark
    if rng.random() < 0.5:
        cover += strokes((directions + np.uint8(3)) % ANGLES, 7, rng) * dark * np.float32(0.3)
    page = paper(rng, scene.size)
    page += (cover.clip(0.08, 1) * drawn_on(scene, rng))[..., None] * (scene.rgb - page)
    lines = drawn_lines(scene, rng)[..., None] * float(rng.uniform(0.4, 0.9))
    scene.rgb = (page + lines * (colour(rng, 0, 110) - page)).clip(0, 255)


def pixels(scene: Scene, rng: Rng) -> None:
    """Large pixels of few colours, mostly with a dark outline."""
    height, width = scene.size
    factor = float(rng.uniform(1.6, 3.6))
    small = round(width / factor), round(height / factor)
    rgb: Any = cv2.resize(scene.rgb, small, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.6:
        edge = cv2.resize(borders(scene), small, interpolation=cv2.INTER_NEAREST).astype(np.float32)[..., None]
        rgb *= 1 - edge * float(rng.uniform(0.4, 0.9))
    rgb = few_colours(rgb, int(rng.integers(8, 32)), rng)
    scene.rgb = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_NEAREST)


def sketch(scene: Scene, rng: Rng) -> None:
    """Line art: paper shows under the lines, here and there a flat tone; sometimes what was written there before."""
    page = paper(rng, scene.size)
    for region in scene.regions():
        if rng.random() < 0.3:
            page[region] = colour(rng, 90, 250) if rng.random() < 0.3 else np.float32(rng.uniform(90, 240))
    if rng.random() < 0.35:  # the picture's colours, faint: a light ground, ruled lines, a first wash
        share = np.float32(rng.uniform(0.1, 0.5))
        page += share * (scene.rgb - page)
    lines = drawn_lines(scene, rng)
    if rng.random() < 0.3:  # drawn twice
        shift = np.array([[1, 0, rng.normal(0, 2)], [0, 1, rng.normal(0, 2)]], np.float32)
        lines = np.maximum(lines, cv2.warpAffine(lines, shift, scene.size[::-1]) * np.float32(rng.uniform(0.3, 0.9)))
    if rng.random() < 0.3:
        _construct(lines, scene, rng)
    share = lines[..., None] * float(rng.uniform(0.5, 1))
    scene.rgb = (page + share * (colour(rng, 0, 90) - page)).clip(0, 255)


def _construct(lines: Any, scene: Scene, rng: Rng) -> None:
    """Circles and axes with which a drawing was begun."""
    side = scene.size[0]
    for _ in range(int(rng.integers(1, 6))):
        x, y = (int(value) for value in rng.uniform(0, side, 2))
        strength = float(rng.uniform(0.15, 0.5))
        if rng.random() < 0.5:
            cv2.ellipse(lines, (x, y), (int(rng.uniform(4, side / 5)), int(rng.uniform(4, side / 5))), 0, 0, 360, strength, 1)
        else:
            dx, dy = (int(value) for value in rng.normal(0, side / 4, 2))
            cv2.line(lines, (x, y), (x + dx, y + dy), strength, 1, cv2.LINE_AA)


def outline(scene: Scene, rng: Rng) -> None:
    """Other lines than the drawing's: round every region, thin or fat, dark or coloured."""
    edge: Any = borders(scene)
    for chance in (0.4, 0.15, 0.1):
        if rng.random() < chance:
            edge = cv2.dilate(edge, THREE)
    tone = colour(rng, 0, 70) if rng.random() < 0.7 else colour(rng, 0, 200)
    strength = cv2.GaussianBlur(edge.astype(np.float32), (0, 0), 0.7) * float(rng.uniform(0.5, 1))
    share = (strength * (1 + field(rng, scene.size, 20, 0.4)).clip(0, 1))[..., None].clip(0, 1)
    scene.rgb = scene.rgb * (1 - share) + tone * share


def unline(scene: Scene, rng: Rng) -> None:
    """The same without its lines."""
    scene.rgb = without_lines(scene, int(rng.choice([5, 7])))


def brushwork(scene: Scene, rng: Rng) -> None:
    """Strokes that run over the borders, as of a painted page."""
    size = scene.size
    amount = float(rng.uniform(0.6, 2.2))
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    x, y = x + field(rng, size, 40, amount), y + field(rng, size, 40, amount)
    rgb = cv2.remap(scene.rgb, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    scene.rgb = (rgb + field(rng, size, 60, float(rng.uniform(2, 9)))[..., None]).clip(0, 255)


Way = Callable[[Scene, Rng], None]
STYLES: tuple[tuple[float, Way], ...] = (
    (0.16, painted),
    (0.05, brushwork),
    (0.06, unline),
    (0.08, flat),
    (0.08, outline),
    (0.06, cel),
    (0.05, ink),
    (0.03, engraved),
    (0.03, toned),
    (0.06, watercolour),
    (0.04, pencil),
    (0.03, pixels),
    (0.05, sketch),
)


def style(scene: Scene, rng: Rng, styles: Sequence[tuple[float, Way]] = STYLES) -> None:
    """One of the ways, or what the drawing was; nobody draws who is smaller than the strokes."""
    if scene.alpha.mean() < SMALL:
        return
    draw = rng.random()
    for chance, way in styles:
        draw -= chance
        if draw < 0:
            return way(scene, rng)
