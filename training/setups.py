"""What a run trains on: networks, noise schedule and batches, of the bundled model or of a full-size one."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from diffusers import AutoencoderTiny
from torch import Tensor, nn
from transformers import CLIPTokenizer

from pipeline.request import UserError
from training import folder, full_size, parts
from training.data import Batch, batches, open_source, stores_in
from training.diffusion import reads
from training.recipes import FULL_SIZE, Recipe, Stage, alphas_of


@dataclass(frozen=True)
class Setup:
    """recipe: as the networks want it; parts: networks by name; alphas: 1000 values of alphas_cumprod; channel_weights: one
    a latent channel; batches: of a stage, so many pictures, from this number on, for this process; vae: decodes pictures of
    the run, None for no pictures."""

    recipe: Recipe
    parts: dict[str, nn.Module]
    alphas: Tensor
    channel_weights: Sequence[float]
    batches: Callable[[Stage, int, int, int], Iterator[Batch]]
    vae: Any


def bundled(arguments: Namespace, recipe: Recipe, device: torch.device) -> Setup:
    """Drawn pairs, encoded beforehand."""
    stores = stores_in(arguments.data)
    tokenizer = CLIPTokenizer.from_pretrained(arguments.tokenizer)
    meta = stores[0].meta
    found = parts.make_parts(tokenizer, meta["latent_channels"], parts.read_parts(*arguments.begin_from), recipe.seed)
    sources = [open_source(store, tokenizer, reads(recipe), str(device)) for store in stores]

    def of(stage: Stage, size: int, first: int, worker: int) -> Iterator[Batch]:
        return batches(sources, size, stage.half, recipe.seed, first, worker)

    vae = AutoencoderTiny.from_pretrained(arguments.vae).eval() if arguments.vae else None
    return Setup(recipe, found, alphas_of(recipe.objective), meta["channel_weights"], of, vae)


def full(arguments: Namespace, recipe: Recipe, device: torch.device) -> Setup:
    """The user's own folder of pictures, on a locked model that lies in another."""
    rows = folder.read_rows(arguments.data)
    if arguments.hint:
        recipe = replace(recipe, hint=arguments.hint)
    kinds = reads(recipe) & set(folder.KINDS)
    for kind in sorted(kinds):
        if not all(kind in row.files for row in rows):
            raise UserError(f"Not every picture has a {kind}, please run: python -m training check-data DIR --needs {kind}")
    base = full_size.read_base(arguments.base)
    recipe = replace(recipe, objective=base.prediction)
    found = full_size.make_parts(base, recipe, arguments.image_encoder)
    side = arguments.side or FULL_SIZE[arguments.recipe].side
    reader: Any = found.get("garment")

    def of(stage: Stage, size: int, first: int, worker: int) -> Iterator[Batch]:
        pictures = folder.batches(rows, kinds, size, side, recipe.seed, first, worker, reader.side if reader else 0)
        return full_size.encoded(base, pictures, device)

    return Setup(recipe, found, base.alphas, [1.0] * base.vae.config.latent_channels, of, base.vae)
