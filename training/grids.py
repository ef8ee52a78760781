"""Pictures of a training run: what the moving average makes of a few pairs it trains on, drawn while it trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.controlled_unet import Branch
from models.controlnet import AddedConditions
from models.garment import GarmentReader
from models.ip_adapter import Garment
from models.samplers import make_scheduler
from pipeline.denoise import denoise
from training.data import Batch
from training.hints import HINTS
from training.precision import autocast
from training.recipes import Recipe, scheduler_config

STEPS, GUIDANCE = 12, 3.0


def _picture(rgb01: Tensor) -> NDArray[np.uint8]:
    """B x 3 x H x W in 0..1 -> H x (B W) x 3."""
    found: NDArray[np.uint8] = (rgb01.clamp(0, 1) * 255).round().byte().permute(2, 0, 3, 1).flatten(1, 2).cpu().numpy()
    return found


@torch.no_grad()
def draw(
    parts: Any,
    recipe: Recipe,
    batch: Batch,
    vae: Any,
    tokens: Tensor,
    more: Sequence[Branch] = (),
    scheduler: Mapping[str, Any] | None = None,
) -> Tensor:
    """What a recipe's networks make of a batch and these words, B x 77 tokens: B x 3 x H x W, about 0..1.

    parts: every network of the recipe, in evaluation mode. Without a ControlNet the whole picture comes from the words.
    more: control branches beside the recipe's own; scheduler: its configuration, None for the bundled model's.
    """
    device = next(vae.parameters()).device
    branches = list(more)
    if "control" in recipe.parts:
        hint = _hint(recipe, batch).to(device)
        fusion = parts["fusion"] if "fusion" in recipe.parts else None
        branches.append(Branch(parts["control"], parts["control"].hint_stem(hint), fusion=fusion))
    words = torch.cat([batch.empty.expand_as(tokens), tokens]).to(device)
    encoded = parts["text_encoder"](words)
    added = None if batch.sizes is None else AddedConditions(encoded.pooler_output, batch.sizes.repeat(2, 1).to(device))
    garments = []
    if "garment" in recipe.parts:
        reader, seen = parts["garment"], batch.pictures["garment"].to(device)
        if "adapter" in recipe.parts:
            reader = GarmentReader(reader.image_encoder, parts["adapter"])
        reader.adapter.attach(parts["unet"])
        kept = torch.arange(2 * len(seen), device=device) >= len(seen)
        garments = [Garment(reader(seen.repeat(2, 1, 1, 1), kept))]
    noise = torch.randn(batch.latents.shape, generator=torch.Generator().manual_seed(0)).to(device)
    config = scheduler or scheduler_config(recipe.objective)
    sampler = make_scheduler("flow" if recipe.objective == "flow" else "ddim", config)
    latents = denoise(
        parts["unet"],
        branches,
        encoded.last_hidden_state,
        sampler,
        noise,
        steps=STEPS,
        guidance=GUIDANCE,
        rescale=0.7,
        garments=garments,
        added=added,
    )
    return _decoded(vae, latents)


def _hint(recipe: Recipe, batch: Batch) -> Tensor:
    return HINTS[recipe.hint].build(batch.pictures)


@torch.no_grad()
def _decoded(vae: Any, latents: Tensor) -> Tensor:
    picture: Tensor = vae.decode(latents.to(next(vae.parameters()).device) / vae.config.scaling_factor).sample
    return picture / 2 + 0.5


def grid(parts: Any, recipe: Recipe, batch: Batch, vae: Any, scheduler: Mapping[str, Any] | None = None) -> NDArray[np.uint8]:
    """Rows for a batch: the hint, the garment, what the networks make of it, what was drawn; H x W x 3 uint8."""
    rows = []
    if "control" in recipe.parts:
        hint = _hint(recipe, batch)
        rows = [hint[:, :3] if hint.shape[1] >= 3 else hint[:, :1].expand(-1, 3, -1, -1)]
    if "garment" in recipe.parts:
        rows.append(F.interpolate(batch.pictures["garment"], size=batch.pictures["rgb"].shape[-2:]))
    rows += [draw(parts, recipe, batch, vae, batch.tokens, scheduler=scheduler), _decoded(vae, batch.latents)]
    return np.concatenate([_picture(row) for row in rows])


def save_grid(
    parts: dict[str, Any],
    recipe: Recipe,
    batch: Batch,
    vae: Any,
    folder: Path,
    step: int,
    scheduler: Mapping[str, Any] | None = None,
) -> Path:
    """`folder`/samples/0001234.png"""
    path = folder / "samples" / f"{step:07d}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    with autocast(next(vae.parameters()).device):  # locked networks may rest in 16 bits
        Image.fromarray(grid(parts, recipe, batch, vae, scheduler)).save(path)
    return path
