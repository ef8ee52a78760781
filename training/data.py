"""Training pictures on disk: many drawn pairs, read back as random batches through memory maps.

A `Store` is a folder of plain arrays for one crop shape:
  rgb      N x H x W x 3 uint8   the source picture over a background, as the app crops it
  mask     N x H x W     uint8   0/1, what is to be repainted
  lineart  N x H x W     uint8   line art of the source (`pipeline.conditions.read_lineart`)
  target   N x H x W x 3 uint8   the same picture with the other outfit inside the mask
  latents  N x C x H/8 x W/8 float16, latents_half N x C x H/16 x W/16: the target, encoded
  captions.jsonl                 a list of captions a line
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from pipeline.conditions import token_ids
from training.recipes import Stage

PICTURES = {"rgb": 3, "mask": 0, "lineart": 0, "target": 3}


@dataclass(frozen=True)
class Batch:
    """latents: B x C x h x w; rgb: B x 3 x H x W in 0..1; mask, lineart: B x 1 x H x W in 0..1;
    tokens: B x 77; empty: 1 x 77, the tokens of no words."""

    latents: Tensor
    rgb: Tensor
    mask: Tensor
    lineart: Tensor
    tokens: Tensor
    empty: Tensor


@dataclass(frozen=True)
class Store:
    folder: Path

    @property
    def meta(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "meta.json").read_text())
        return found

    def array(self, name: str, mode: Any = "r") -> NDArray[Any]:
        return np.load(self.folder / f"{name}.npy", mmap_mode=mode)

    def captions(self) -> list[list[str]]:
        with open(self.folder / "captions.jsonl", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def __len__(self) -> int:
        return int(self.meta["count"])


def create(folder: Path, count: int, shape: tuple[int, int]) -> Store:
    """Empty arrays for `count` pairs of `shape` (height, width)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, channels in PICTURES.items():
        size = (count, *shape, channels) if channels else (count, *shape)
        np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.uint8, size)
    (folder / "meta.json").write_text(json.dumps({"count": count, "shape": shape}))
    return Store(folder)


@torch.no_grad()
def encode(store: Store, vae: Any, device: str = "cpu", chunk: int = 32) -> None:
    """Add the targets' latents at full and at half size, scaled as the U-Net sees them."""
    target, (height, width) = store.array("target"), store.meta["shape"]
    channels, scale = vae.config.latent_channels, vae.config.scaling_factor
    outputs = {
        factor: np.lib.format.open_memmap(
            store.folder / f"{name}.npy", "w+", np.float16, (len(store), channels, height // factor, width // factor)
        )
        for name, factor in (("latents", 8), ("latents_half", 16))
    }
    for start in range(0, len(store), chunk):
        images = torch.from_numpy(target[start : start + chunk]).to(device).permute(0, 3, 1, 2).float().div(127.5).sub(1)
        for factor, output in outputs.items():
            scaled = images if factor == 8 else F.avg_pool2d(images, 2)
            with torch.autocast(torch.device(device).type, torch.bfloat16):
                latents = vae.encode(scaled.to(memory_format=torch.channels_last)).latents
            output[start : start + chunk] = (latents.float() * scale).cpu().numpy()


def batches(stores: Sequence[Store], tokenizer: Any, stage: Stage, seed: int, ahead: int = 4) -> Iterator[Batch]:
    """Endless random batches of one stage, one store (so one shape) a batch, prepared ahead in a thread."""
    empty = token_ids(tokenizer, [""])
    tokens = [[token_ids(tokenizer, texts) for texts in store.captions()] for store in stores]
    sizes = np.array([len(store) for store in stores], float)
    names = ("latents_half" if stage.half else "latents", "rgb", "mask", "lineart")
    arrays = [[store.array(name) for name in names] for store in stores]
    rng = np.random.default_rng(seed)
    ready: queue.Queue[Batch] = queue.Queue(ahead)
    stop = threading.Event()

    def pictures(array: NDArray[Any], rows: NDArray[np.int64]) -> Tensor:
        picked = torch.from_numpy(array[rows])
        return (picked.permute(0, 3, 1, 2) if picked.ndim == 4 else picked[:, None]).float()

    def work() -> None:
        while not stop.is_set():
            which = int(rng.choice(len(stores), p=sizes / sizes.sum()))
            latents, rgb, mask, lineart = arrays[which]
            rows = np.sort(rng.choice(len(latents), stage.batch, replace=stage.batch > len(latents)))
            chosen = [tokens[which][row] for row in rows]
            batch = Batch(
                torch.from_numpy(latents[rows]).float(),
                pictures(rgb, rows) / 255,
                pictures(mask, rows),
                pictures(lineart, rows) / 255,
                torch.stack([texts[rng.integers(len(texts))] for texts in chosen]),
                empty,
            )
            batch = _halved(batch) if stage.half else batch
            while not stop.is_set():
                try:
                    ready.put(batch, timeout=1)
                    break
                except queue.Full:
                    continue

    threading.Thread(target=work, daemon=True).start()
    try:
        while True:
            yield ready.get()
    finally:
        stop.set()


def _halved(batch: Batch) -> Batch:
    """Hints at half size: a mask stays a mask, thin lines stay visible."""
    return Batch(
        batch.latents,
        F.avg_pool2d(batch.rgb, 2),
        F.max_pool2d(batch.mask, 2),
        F.max_pool2d(batch.lineart, 2),
        batch.tokens,
        batch.empty,
    )
