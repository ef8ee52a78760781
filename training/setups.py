"""What a run trains on: networks, noise schedule and batches, of the bundled model or of a full-size one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderTiny
from torch import Tensor, nn
from transformers import CLIPTokenizer

from pipeline.request import UserError
from training import folder, full_size, parts
from training.ahead import ahead
from training.data import Batch, batches, open_source, stores_in
from training.diffusion import reads
from training.recipes import Recipe, Stage, alphas_of, scheduler_config


@dataclass(frozen=True)
class Setup:
    """recipe: as the networks want it; parts: networks by name; alphas: 1000 values of alphas_cumprod; channel_weights: one
    a latent channel; batches: of a stage, so many pictures, from this number on, for this process; vae and scheduler, a
    configuration: what pictures of the run are drawn with, without a vae none."""

    recipe: Recipe
    parts: dict[str, nn.Module]
    alphas: Tensor
    channel_weights: Sequence[float]
    batches: Callable[[Stage, int, int, int], Iterator[Batch]]
    vae: Any
    scheduler: Mapping[str, Any]


def bundled(
    recipe: Recipe, device: torch.device, data: Path, tokenizer: Path, begin_from: Sequence[Path], vae: Path | None
) -> Setup:
    """Drawn pairs, encoded beforehand."""
    stores, words = stores_in(data), CLIPTokenizer.from_pretrained(tokenizer)
    if not stores:
        raise UserError(f"There are no drawn pairs in {data}, please make some with: python -m training.pairs --out {data}")
    meta = stores[0].meta
    found = parts.make_parts(words, meta["latent_channels"], parts.read_parts(*begin_from), recipe.seed)
    sources = [open_source(store, words, reads(recipe), str(device)) for store in stores]

    def of(stage: Stage, size: int, first: int, worker: int) -> Iterator[Batch]:
        return batches(sources, size, stage.half, recipe.seed, first, worker)

    decoder = AutoencoderTiny.from_pretrained(vae).eval() if vae else None
    alphas, config = alphas_of(recipe.objective), scheduler_config(recipe.objective)
    return Setup(recipe, found, alphas, meta["channel_weights"], of, decoder, config)


def full(recipe: Recipe, device: torch.device, data: Path, base: Path, side: int, image_encoder: Path | None = None) -> Setup:
    """The user's own folder of pictures, on a locked model that lies in another; side: of the squares that are seen."""
    rows = folder.read_rows(data)
    kinds = sorted(reads(recipe) & set(folder.KINDS))
    for kind in kinds:
        if not all(kind in row.files for row in rows):
            raise UserError(f"Not every picture has a {kind}, please run: python -m training check-data DIR --needs {kind}")
    model = full_size.read_base(base)
    recipe = replace(recipe, objective=model.scheduler["prediction_type"])
    found = full_size.make_parts(model, recipe, image_encoder, device)
    reader: Any = found.get("garment")

    def of(stage: Stage, size: int, first: int, worker: int) -> Iterator[Batch]:
        def read(number: int) -> folder.Pictures:
            return folder.read_batch(rows, kinds, size, side, [recipe.seed, number, worker], reader.side if reader else 0)

        return full_size.encoded(model, ahead(read, first), device)

    weights = [1.0] * model.vae.config.latent_channels
    return Setup(recipe, found, model.alphas, weights, of, model.vae, model.scheduler)
