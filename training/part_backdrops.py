"""What stands behind people: plain and fading colours, drawn places, real pictures, and grounds that nearly hide them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detect import BEHIND
from pipeline.surroundings import push_pull
from training.characters.background import draw_background
from training.noise import Colours, Rng, colour, field
from training.part_pictures import Labelled
from training.part_places import Drawn, drawn
from training.part_scenes import Scene

GROUND = 0.3  # share of a real picture that must show no figure
HALO = 5  # pixels round a figure that are not trusted to be without it
KINDS = {"plain": 0.3, "alike": 0.12, "blurred": 0.1, "drawn": 0.36, "real": 0.12}


def backdrop(scene: Scene, rng: Rng, grounds: Sequence[NDArray[np.uint8]] = ()) -> Drawn:
    """Something to stand behind the people of a scene. grounds: of `real_backdrops`; without them places are drawn."""
    side = max(scene.size)
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    if kind == "plain":
        return plain(rng, side)
    if kind == "blurred":
        return draw_background(rng, side, side)[0][..., :3].astype(np.float32), np.zeros((side, side), np.uint8)
    if kind == "real" and grounds:
        return real(rng, side, grounds)
    if kind == "alike" and (regions := scene.regions()):
        return camouflage(scene.rgb, regions[int(rng.integers(len(regions)))], rng)
    return drawn(rng, side)


def stand(scene: Scene, behind: Drawn) -> None:
    """From now on the scene is the whole picture; `Scene.alpha` still tells where its people are."""
    share = scene.alpha[..., None]
    scene.rgb *= share
    scene.rgb += behind[0] * (1 - share)
    np.maximum(scene.lines, behind[1], out=scene.lines, where=scene.alpha < 0.5)


def plain(rng: Rng, side: int) -> Drawn:
    """White, black, what sprites are read before, any colour, or one that fades into another."""
    ends = [
        np.full(3, rng.choice([255, 255, 0, 20, 245, *BEHIND[:1]]), np.float32) if rng.random() < 0.5 else colour(rng, 0, 255)
    ] * 2
    if rng.random() < 0.3:
        ends[1] = colour(rng, 0, 255)
    rgb = np.empty((side, side, 3), np.float32)
    rgb[:] = ends[0] + (ends[1] - ends[0]) * np.linspace(0, 1, side, dtype=np.float32)[:, None, None]
    return rgb, np.zeros((side, side), np.uint8)


def real(rng: Rng, side: int, grounds: Sequence[NDArray[np.uint8]]) -> Drawn:
    """A piece of one of the pictures of `real_backdrops`."""
    ground = grounds[int(rng.integers(len(grounds)))]
    length = int(min(ground.shape[:2]) * rng.uniform(0.5, 1))
    top, left = (int(rng.integers(0, size - length + 1)) for size in ground.shape[:2])
    piece = ground[top : top + length, left : left + length]
    piece = piece[:, ::-1] if rng.random() < 0.5 else piece
    rgb = cv2.resize(np.ascontiguousarray(piece), (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    return rgb, np.zeros((side, side), np.uint8)


def camouflage(rgb: Colours, region: NDArray[np.bool_], rng: Rng) -> Drawn:
    """Nearly the colour of a region: white on white, dark on dark."""
    tone = rgb[region].mean(0) + rng.normal(0, 14, 3).astype(np.float32)
    shade = 1 + field(rng, region.shape, int(rng.integers(1, 5)), float(rng.uniform(0, 0.1)))
    return (tone * shade[..., None]).clip(0, 255).astype(np.float32), np.zeros(region.shape, np.uint8)


# --- real pictures


def ground_of(rgba: NDArray[np.uint8], parts: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """A picture without those who are in it, H x W x 3: only pixels labelled 0 are kept, the rest is filled from them.

    rgba: H x W x 4; parts: H x W. None where there is too little to see: a cut-out figure, plain paper, a figure that
    fills the picture.
    """
    taken = cv2.dilate(((parts > 0) | (rgba[..., 3] < 250)).astype(np.uint8), np.ones((2 * HALO + 1, 2 * HALO + 1), np.uint8))
    if (taken == 0).mean() < GROUND or rgba[..., :3][taken == 0].std() < 12:
        return None
    return filled(np.ascontiguousarray(rgba[..., :3]), taken > 0)


def filled(rgb: NDArray[np.uint8], hole: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Holes take the mean of what is near, from fine to coarse."""
    known = (~hole).astype(np.float32)[..., None]
    near = push_pull(rgb.astype(np.float32) * known, known)
    return np.where(hole[..., None], np.rint(near.clip(0, 255)).astype(np.uint8), rgb)


def real_backdrops(pictures: Iterable[Labelled]) -> list[NDArray[np.uint8]]:
    """What lies behind the figures of labelled pictures, each H x W x 3, where there is enough to be seen."""
    grounds = (ground_of(each.rgba, each.parts) for each in pictures)
    return [ground for ground in grounds if ground is not None]
