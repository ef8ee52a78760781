"""Training pictures on disk: many drawn pairs, read back as random batches through memory maps.

A `Store` is a folder of raw arrays for one crop shape:
  rgb      N x H x W x 3 uint8   the source picture over a background, as the app crops it
  mask     N x H x W     uint8   0/1, what is to be repainted
  lineart  N x H x W     uint8   line art of the source (`pipeline.hints.read_lineart`)
  target   N x H x W x 3 uint8   the same picture with the other outfit inside the mask
  latents  N x C x H/8 x W/8 float16, latents_half N x C x H/16 x W/16: the target, encoded
  labels   N x H x W     uint8   its part labels (`pipeline.request.ClothingPart`)
  depth    N x H x W     uint8   brighter = nearer, 0 = background
  pose     N x H x W x 3 uint8   the skeleton, a colour a bone
  garment  N x 128 x 128 x 3 uint8  a reference picture of the other outfit (`pipeline.images.garment_picture`)
  records.jsonl                  a line a pair: {"captions": [...], "kinds": {part: kind of the garment shown most}}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from pipeline.conditions import token_ids
from training.ahead import ahead
from training.objective import channel_weight
from training.precision import autocast

GARMENT = 128  # pixels a side of a reference picture
CHANNELS = {"rgb": 3, "mask": 1, "lineart": 1, "target": 3, "labels": 1, "depth": 1, "pose": 3, "garment": 3}
INDICES = ("mask", "labels")  # kept as the numbers they are, the others become 0..1
LATENTS = {"latents": 8, "latents_half": 16}  # pixels a cell


@dataclass(frozen=True)
class Batch:
    """latents: B x C x h x w; pictures: by their arrays' names, B x channels x H x W, colours and greys in 0..1; tokens: B x
    77, or B x 2 x 77 for SDXL's two text encoders; empty: the tokens of no words, 1 row; sizes: for SDXL, B x 6, see
    `models.controlnet.AddedConditions`."""

    latents: Tensor
    pictures: dict[str, Tensor]
    tokens: Tensor
    empty: Tensor
    sizes: Tensor | None = None


@dataclass(frozen=True)
class Store:
    """A folder of pairs of one shape, readable once its writer is closed."""

    folder: Path

    @cached_property
    def meta(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "meta.json").read_text())
        return found

    def __len__(self) -> int:
        return int(self.meta["count"])

    def array(self, name: str) -> NDArray[Any]:
        """One of the arrays above, memory-mapped read-only."""
        height, width = self.meta["shape"]
        if name in CHANNELS:
            return np.memmap(self.folder / name, np.uint8, "r", shape=(len(self), *picture_shape(name, (height, width))))
        factor = LATENTS[name]
        shape = (len(self), self.meta["latent_channels"], height // factor, width // factor)
        return np.memmap(self.folder / name, np.float16, "r", shape=shape)

    def records(self) -> list[dict[str, Any]]:
        with open(self.folder / "records.jsonl", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def note(self, **values: Any) -> None:
        self.__dict__["meta"] = (self.meta if (self.folder / "meta.json").is_file() else {}) | values
        (self.folder / "meta.json").write_text(json.dumps(self.meta))


def picture_shape(name: str, shape: tuple[int, int]) -> tuple[int, ...]:
    """Of one picture of an array, in a store for crops of `shape`."""
    size = (GARMENT, GARMENT) if name == "garment" else shape
    return size if CHANNELS[name] == 1 else (*size, CHANNELS[name])


class Writer:
    """Appends pairs of one shape to a new store."""

    def __init__(self, folder: Path, shape: tuple[int, int]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "meta.json").unlink(missing_ok=True)  # latents of older pictures are void
        self.store, self.shape, self.count = Store(folder), shape, 0
        self.files = {name: open(folder / name, "wb") for name in CHANNELS}
        self.records = open(folder / "records.jsonl", "w", encoding="utf-8")

    def add(self, pictures: dict[str, NDArray[np.uint8]], record: dict[str, Any]) -> None:
        for name, file in self.files.items():
            assert pictures[name].shape == picture_shape(name, self.shape), name
            file.write(np.ascontiguousarray(pictures[name]).data)
        self.records.write(json.dumps(record, ensure_ascii=False) + "\n")
        self.count += 1

    def close(self) -> Store:
        for file in (*self.files.values(), self.records):
            file.close()
        self.store.note(count=self.count, shape=self.shape)
        return self.store


def stores_in(folder: Path) -> list[Store]:
    """All finished stores below a folder, in a fixed order."""
    return [Store(path.parent) for path in sorted(folder.rglob("meta.json"))]


@torch.no_grad()
def encode(store: Store, vae: Any, device: str = "cpu", chunk: int = 32) -> None:
    """Add the targets' latents at full and at half size, scaled as the U-Net sees them."""
    target, scale = store.array("target"), vae.config.scaling_factor
    files = {factor: open(store.folder / name, "wb") for name, factor in LATENTS.items()}
    for start in range(0, len(store), chunk):
        images = (
            torch.from_numpy(np.array(target[start : start + chunk])).to(device).permute(0, 3, 1, 2).float().div(127.5).sub(1)
        )
        for factor, file in files.items():
            scaled = images if factor == 8 else F.avg_pool2d(images, 2)
            with autocast(device):
                latents = vae.encode(scaled.to(memory_format=torch.channels_last)).latents
            file.write((latents.float() * scale).half().cpu().contiguous().numpy().data)
    for file in files.values():
        file.close()
    store.note(latent_channels=vae.config.latent_channels)


def weigh_channels(store: Store, vae: Any, device: str = "cpu", count: int = 32) -> None:
    """Note what each latent channel weighs in training, measured on some of the store's pictures."""
    some = torch.from_numpy(np.array(store.array("latents")[:count])).float().to(device)
    scale = vae.config.scaling_factor
    store.note(channel_weights=channel_weight(lambda latents: vae.decode(latents / scale).sample, some).tolist())


@dataclass(frozen=True)
class Source:
    """A store made ready for training. read: arrays by name, rows -> Tensor on the device; tokens: of every pair,
    captions x 77; empty: 1 x 77, the tokens of no words."""

    count: int
    read: dict[str, Callable[[NDArray[np.int64]], Tensor]]
    tokens: list[Tensor]
    empty: Tensor


def open_source(store: Store, tokenizer: Any, names: Iterable[str], device: str = "cpu") -> Source:
    """names: of the pictures that are needed. On a CPU they stay on disk, memory-mapped; a GPU holds them all, since
    nothing else would keep it busy."""

    def reader(array: NDArray[Any]) -> Callable[[NDArray[np.int64]], Tensor]:
        if torch.device(device).type == "cpu":
            return lambda rows: torch.from_numpy(array[rows])
        held = torch.from_numpy(np.array(array)).to(device)
        return lambda rows: held[torch.from_numpy(rows).to(device)]

    tokens = [token_ids(tokenizer, record["captions"]) for record in store.records()]
    read = {name: reader(store.array(name)) for name in (*LATENTS, *names)}
    return Source(len(store), read, tokens, token_ids(tokenizer, [""]))


def batches(sources: Sequence[Source], size: int, half: bool, seed: int, first: int = 0, worker: int = 0) -> Iterator[Batch]:
    """Endless random batches of `size`, one source (so one shape) a batch, prepared ahead in a thread.

    first: number of the first batch; what is in a batch depends on seed, number and worker alone. worker: processes that
    train together take the same shapes in turn, so that none waits, but other pictures.
    """
    sizes = np.array([source.count for source in sources], float)

    def draw(number: int) -> Batch:
        rng, shapes = np.random.default_rng([seed, number, worker]), np.random.default_rng([seed, number])
        source = sources[int(shapes.choice(len(sources), p=sizes / sizes.sum()))]
        rows = np.sort(rng.choice(source.count, size, replace=size > source.count))
        texts = [source.tokens[row] for row in rows]
        tokens = torch.stack([captions[rng.integers(len(captions))] for captions in texts])
        latents = source.read["latents_half" if half else "latents"](rows).float()
        pictures = {name: _planes(name, read(rows)) for name, read in source.read.items() if name in CHANNELS}
        if half:
            pictures = {name: HALVED.get(name, _average)(picture) for name, picture in pictures.items()}
        return Batch(latents, pictures, tokens, source.empty)

    return ahead(draw, first)


def _planes(name: str, picture: Tensor) -> Tensor:
    """B x H x W (x 3) uint8 -> B x channels x H x W float."""
    planes = (picture[..., None] if CHANNELS[name] == 1 else picture).permute(0, 3, 1, 2).float()
    return planes if name in INDICES else planes / 255


def _average(picture: Tensor) -> Tensor:
    return F.avg_pool2d(picture, 2)


def _strongest(picture: Tensor) -> Tensor:
    return F.max_pool2d(picture, 2)


# at half size a mask stays a mask, thin lines stay visible, labels stay labels, and a reference stays as it is
HALVED: dict[str, Callable[[Tensor], Tensor]] = {
    "mask": _strongest,
    "lineart": _strongest,
    "pose": _strongest,
    "labels": lambda labels: labels[..., ::2, ::2],
    "garment": lambda garment: garment,
}
