"""What the judge learns from: whole drawings framed as the app frames them, at half the size, made on the spot."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from models.profiles import BUNDLED
from pipeline.composite import key_colour
from pipeline.images import crop_around, flatten
from pipeline.request import ClothingPart
from training.characters import draw
from training.masks import clothing_mask
from training.pairs import SPRITES, take_labels
from wardrobe.kinds import KINDS

SLOTS = (
    ClothingPart.TOPWEAR,
    ClothingPart.BOTTOMWEAR,
    ClothingPart.ONEPIECE,
    ClothingPart.LEGWEAR,
    ClothingPart.FOOTWEAR,
)
CELL = 8  # pixels of a picture a side of one cell of the judge's part map
Sample = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]


def kinds_of(slot: ClothingPart) -> list[str]:
    return [name for name, kind in KINDS.items() if kind.slot == slot]


def halved(rgb: NDArray[np.uint8]) -> Tensor:
    """N x H x W x 3 uint8 pictures as the judge reads them: N x 3 x H/2 x W/2 in 0..1."""
    return F.avg_pool2d(torch.tensor(rgb).permute(0, 3, 1, 2).float(), 2) / 255


@dataclass(frozen=True)
class Drawings:
    """Drawings of one shape: pictures N x H/2 x W/2 x 3 uint8, labels N x H/8 x W/8, wanted N x slots, the index of the
    garment that shows most in every slot, one past the last if there is none."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    wanted: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.wanted)

    def take(self, rows: Any) -> tuple[Tensor, Tensor, Tensor]:
        rgb = torch.from_numpy(self.pictures[rows]).permute(0, 3, 1, 2).float() / 255
        return rgb, torch.from_numpy(self.labels[rows].astype(np.int64)), torch.from_numpy(self.wanted[rows])


def sample(seed: int) -> Sample | None:
    """One drawing; None where hardly any clothing shows."""
    rng = np.random.default_rng([seed, 43])
    height = int(rng.integers(300, 500))
    size = (height, round(height * float(rng.choice([0.5, 0.6, 0.67, 0.75, 1.0]))))
    drawing = draw(seed, size, background=bool(rng.random() > SPRITES))
    mask = clothing_mask(drawing, float(rng.uniform(0, 0.06)))
    if mask.mean() < 0.02:
        return None
    crop = crop_around(mask.astype(np.uint8) * 255, BUNDLED.native)
    picture = halved(crop.take(flatten(drawing.image, key_colour(drawing.image)))[None])[0]
    areas = np.bincount(drawing.garment_map.ravel(), minlength=256)[1:]
    wanted = [len(kinds_of(slot)) for slot in SLOTS]
    for index in np.argsort(areas[: len(drawing.garments)]):  # the largest comes last and stays
        garment = drawing.garments[index]
        if garment.slot in SLOTS and areas[index] > 0.001 * mask.size:
            wanted[SLOTS.index(garment.slot)] = kinds_of(garment.slot).index(garment.kind)
    labels = take_labels(crop, drawing.labels)[CELL // 2 :: CELL, CELL // 2 :: CELL]
    return (picture * 255).round().byte().permute(1, 2, 0).numpy(), labels, np.array(wanted, np.int64)


def _samples(seeds: Sequence[int]) -> list[Drawings]:
    shapes: dict[tuple[int, ...], list[Sample]] = {}
    for seed in seeds:
        found = sample(seed)
        if found is not None:
            shapes.setdefault(found[0].shape, []).append(found)
    return [Drawings(*(np.stack(column) for column in zip(*rows, strict=True))) for rows in shapes.values()]


def make_drawings(seeds: range, workers: int, chunk: int = 250) -> list[Drawings]:
    """Drawings of these seeds, one item a shape."""
    parts = [seeds[start : start + chunk] for start in range(0, len(seeds), chunk)]
    shapes: dict[tuple[int, ...], list[Drawings]] = {}
    with multiprocessing.get_context("spawn").Pool(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for found in pool.imap(_samples, parts):
            for item in found:
                shapes.setdefault(item.pictures.shape[1:], []).append(item)
    return [
        Drawings(*(np.concatenate([getattr(item, name) for item in items]) for name in ("pictures", "labels", "wanted")))
        for items in shapes.values()
    ]


def disturb(rgb: Tensor, labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The same pictures moved, mirrored, recoloured a little, softened and made noisy, as generated ones are.

    rgb: B x 3 x h x w in 0..1; labels: B x h' x w' class indices.
    """
    count = len(rgb)

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(count, generator=generator) * (high - low) + low

    scale, angle, mirror = uniform(0.9, 1.1), uniform(-0.08, 0.08), torch.sign(uniform(-1, 1))
    move = torch.zeros(count, 2, 3)
    move[:, 0, 0], move[:, 0, 1], move[:, 0, 2] = scale * angle.cos() * mirror, -scale * angle.sin(), uniform(-0.06, 0.06)
    move[:, 1, 0], move[:, 1, 1], move[:, 1, 2] = scale * angle.sin() * mirror, scale * angle.cos(), uniform(-0.06, 0.06)
    grid = F.affine_grid(move, list(rgb.shape), align_corners=False)
    rgb = F.grid_sample(rgb, grid, padding_mode="border", align_corners=False)
    grid = F.affine_grid(move, [count, 1, *labels.shape[-2:]], align_corners=False)
    labels = F.grid_sample(labels[:, None].float(), grid, "nearest", "border", align_corners=False)[:, 0].long()

    grey, saturation = rgb.mean(1, keepdim=True), uniform(0.6, 1.3)[:, None, None, None]
    gain = torch.rand(count, 3, 1, 1, generator=generator) * 0.3 + 0.85
    rgb = (grey + saturation * (rgb - grey)) * gain
    softness = uniform(-0.7, 1).clamp_min(0)[:, None, None, None]
    rgb = torch.lerp(rgb, F.avg_pool2d(rgb, 3, 1, 1, count_include_pad=False), softness)
    noise = torch.randn(rgb.shape, generator=generator) * uniform(0, 0.06)[:, None, None, None]
    return (rgb + noise).clamp(0, 1), labels


def batches(drawings: Sequence[Drawings], size: int, seed: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Endless random batches of one shape each: pictures, labels and wanted kinds, disturbed."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    sizes = np.array([len(drawing) for drawing in drawings], float)
    while True:
        which = drawings[int(rng.choice(len(drawings), p=sizes / sizes.sum()))]
        rgb, labels, wanted = which.take(rng.integers(0, len(which), size))
        rgb, labels = disturb(rgb, labels, generator)
        yield rgb.contiguous(memory_format=torch.channels_last), labels, wanted
