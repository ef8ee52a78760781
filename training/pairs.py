"""Training pairs: one character in two outfits, a mask from the first, framed as the app frames it.

python -m training.pairs --out runs/data --count 20000 --workers 2
python -m training.pairs --out runs/small --count 50000 --side 128     # for the ablations: a third of the time
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from models.profiles import BUNDLED
from pipeline.composite import key_colour
from pipeline.hints import read_lineart
from pipeline.images import Crop, crop_around, flatten, garment_picture
from pipeline.request import CLOTHING, ClothingPart
from training.characters import Drawing, draw, draw_outfit
from training.characters.caption import caption
from training.characters.outfits import HeldOut
from training.data import GARMENT, Writer
from training.masks import sample_mask

EVALUATION_SEEDS = 10**9  # training seeds lie below, evaluation seeds from here up
CAPTION_STYLES: tuple[Literal["tags", "sentence"], ...] = ("tags", "tags", "sentence", "sentence")
NATIVE = BUNDLED.native
REFERENCE = 192  # pixels a side of a drawn reference
SPRITES = 0.25  # share of transparent characters, seen over the key colour that the app gives them


@dataclass(frozen=True)
class Pair:
    """source and target: the whole drawings; mask: H x W bool, what is repainted of the source; shown: indices
    of the target's garments of which a good part lies inside the mask, the ones that the captions name; garment: h x w x
    4, a reference picture of the target's outfit, never on this character.
    """

    source: Drawing
    target: Drawing
    mask: NDArray[np.bool_]
    shown: tuple[int, ...]
    captions: tuple[str, ...]
    garment: NDArray[np.uint8]


def visible(drawing: Drawing, mask: NDArray[np.bool_], share: float = 0.35, least: float = 0.004) -> list[int]:
    """Indices of garments with at least `share` of their own area, and `least` of the picture's, inside the mask."""
    whole = np.bincount(drawing.garment_map.ravel(), minlength=256)
    inside = np.bincount(drawing.garment_map[mask], minlength=256)
    return [
        index
        for index in range(len(drawing.garments))
        if inside[index + 1] >= share * whole[index + 1] and inside[index + 1] >= least * mask.size
    ]


def make_pair(seed: int, side: int = NATIVE, *, held_out: HeldOut = "exclude") -> Pair | None:
    """Draw one pair for crops of about side x side pixels; None where the mask came out too small or would show none of
    the new outfit."""
    rng = np.random.default_rng([seed, 41])
    height = round(int(rng.integers(300, 460)) * side / NATIVE)
    size = (height, round(height * float(rng.choice([0.5, 0.6, 0.67, 0.75, 1.0]))))
    scenery = bool(rng.random() > SPRITES)
    source = draw(seed, size, outfit_seed=2 * seed, background=scenery, held_out="exclude")
    target = draw(seed, size, outfit_seed=2 * seed + 1, background=scenery, held_out=held_out)
    mask = sample_mask(source.labels, source.face_hands, rng)
    if mask.mean() < 0.02:
        return None
    shown = visible(target, mask)
    if not shown:
        return None
    garments = [target.garments[index] for index in shown]
    captions = tuple(caption(garments, rng, style) for style in CAPTION_STYLES)
    return Pair(source, target, mask, tuple(shown), captions, draw_reference(seed, 2 * seed + 1, held_out))


def draw_reference(seed: int, outfit_seed: int, held_out: HeldOut = "exclude") -> NDArray[np.uint8]:
    """A picture of an outfit that tells nothing about the character `seed` who is to wear it: the clothes alone, cut out of
    a picture of somebody else, or that picture as it is; h x w x 4 uint8."""
    rng = np.random.default_rng([seed, 47])
    other = seed + int(rng.integers(1, 10**8))
    kind = rng.choice(("flat", "cut out", "worn"), p=(0.4, 0.35, 0.25))
    if kind == "flat":
        return draw_outfit(outfit_seed, REFERENCE, figure_seed=other, held_out=held_out)
    worn = draw(other, REFERENCE, outfit_seed=outfit_seed, background=kind == "worn", held_out=held_out)
    if kind == "worn":
        return worn.image
    clothing = np.isin(worn.labels, (*CLOTHING, ClothingPart.HEADWEAR))
    cut = worn.image.copy()
    cut[~clothing] = 0
    return cut


def frame(pair: Pair, side: int = NATIVE) -> dict[str, NDArray[np.uint8]]:
    """The arrays of `training.data.Store`, cropped round the mask like a request to a model of `side` pixels."""
    mask = pair.mask.astype(np.uint8) * 255
    crop = crop_around(mask, side, multiple=side // 4)
    background = key_colour(pair.source.image)
    inside = (crop.take(mask) >= 128).astype(np.uint8)
    rgb = crop.take(flatten(pair.source.image, background))
    redraw = crop.take(flatten(pair.target.image, background))
    return {
        "rgb": rgb,
        "mask": inside,
        "lineart": read_lineart(rgb),
        "target": np.where(inside[..., None] > 0, redraw, rgb),
        "labels": np.where(inside > 0, take_labels(crop, pair.target.labels), take_labels(crop, pair.source.labels)),
        "depth": np.where(inside > 0, crop.take(pair.target.depth), crop.take(pair.source.depth)),
        "pose": draw_pose(crop, pair.target.keypoints),
        "garment": garment_picture(pair.garment, GARMENT),
    }


BONES = (
    *(("head", "neck"), ("neck", "waist"), ("waist", "hip")),
    *((a + side, b + side) for side in ("_l", "_r") for a, b in (("shoulder", "elbow"), ("elbow", "wrist"))),
    *((a + side, b + side) for side in ("_l", "_r") for a, b in (("thigh", "knee"), ("knee", "ankle"))),
    *((("neck", "shoulder_l"), ("neck", "shoulder_r"), ("hip", "thigh_l"), ("hip", "thigh_r"))),
)


def draw_pose(crop: Crop, keypoints: Mapping[str, tuple[float, float]]) -> NDArray[np.uint8]:
    """The skeleton in a crop, H x W x 3, on black; a hue a bone, as pose networks are used to."""
    canvas = np.zeros((crop.height, crop.width, 3), np.uint8)
    hues = np.array([[[round(180 * index / len(BONES)), 255, 255] for index in range(len(BONES))]], np.uint8)
    colours = cv2.cvtColor(hues, cv2.COLOR_HSV2RGB)[0]
    scale = crop.width / (crop.right - crop.left), crop.height / (crop.bottom - crop.top)
    thick = max(1, round(max(canvas.shape) / 80))

    def place(joint: str) -> tuple[int, int]:
        x, y = keypoints[joint]
        return round((x - crop.left) * scale[0]), round((y - crop.top) * scale[1])

    for (first, second), colour in zip(BONES, colours, strict=True):
        cv2.line(canvas, place(first), place(second), colour.tolist(), thick, cv2.LINE_AA)
    return canvas


def take_labels(crop: Crop, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Nearest-neighbour version of `Crop.take`, for index values; beyond the picture is background."""
    y = np.floor(crop.top + (np.arange(crop.height) + 0.5) * (crop.bottom - crop.top) / crop.height).astype(int)
    x = np.floor(crop.left + (np.arange(crop.width) + 0.5) * (crop.right - crop.left) / crop.width).astype(int)
    height, width = labels.shape
    taken = labels[y.clip(0, height - 1)][:, x.clip(0, width - 1)]
    beyond = ((y < 0) | (y >= height))[:, None] | ((x < 0) | (x >= width))[None]
    return np.where(beyond, np.uint8(0), taken)


def record(pair: Pair) -> dict[str, Any]:
    """What `training.data.Store` keeps in words."""
    area = np.bincount(pair.target.garment_map[pair.mask], minlength=256)
    kinds: dict[int, tuple[int, str]] = {}
    for index in pair.shown:
        garment = pair.target.garments[index]
        kinds[int(garment.slot)] = max(kinds.get(int(garment.slot), (0, "")), (int(area[index + 1]), garment.kind))
    return {"captions": list(pair.captions), "kinds": {part: kind for part, (_, kind) in kinds.items()}}


def write(folder: Path, seeds: Sequence[int], side: int = NATIVE) -> int:
    """One store a crop shape below `folder`; the number of pairs written."""
    gc.freeze()  # what was imported stays; looking through it for garbage again and again took a quarter of the time
    writers: dict[tuple[int, int], Writer] = {}
    for seed in seeds:
        pair = make_pair(seed, side)
        if pair is None:
            continue
        pictures = frame(pair, side)
        shape = pictures["mask"].shape
        if shape not in writers:
            writers[shape] = Writer(folder / f"{shape[0]}x{shape[1]}", shape)
        writers[shape].add(pictures, record(pair))
    return sum(len(writer.close()) for writer in writers.values())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.pairs", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--side", type=int, default=NATIVE, choices=(NATIVE // 2, NATIVE), help="default: %(default)s")
    arguments = parser.parse_args()
    if arguments.first_seed + arguments.count > EVALUATION_SEEDS:
        parser.error(f"training seeds stay below {EVALUATION_SEEDS}")
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.count)
    parts = [
        (arguments.out / f"{arguments.first_seed}-{worker}", seeds[worker :: arguments.workers], arguments.side)
        for worker in range(arguments.workers)
    ]
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(arguments.workers) as pool:
        written = sum(pool.starmap(write, parts))
    seconds = time.monotonic() - began
    print(f"{written} pairs in {seconds:.0f} s ({written / seconds:.1f} a second)")


if __name__ == "__main__":
    main()
