"""Full-size weights: a locked Stable Diffusion 1.5 or XL, trained on with the user's own folder of pictures.

    python -m training train --recipe controlnet-sd15 --base MODEL --data DIR --full 20000 --batch 8 --out runs/mine

MODEL is a diffusers folder (`unet`, `vae`, `text_encoder`, `tokenizer`, `scheduler`, for SDXL also `text_encoder_2` and
`tokenizer_2`), DIR the pictures as in `training.folder`. Locked networks rest in bfloat16, activations are checkpointed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer, CLIPVisionModelWithProjection

from models.controlnet import from_unet
from models.garment import GarmentReader
from models.ip_adapter import new_adapter
from models.text import TextEncoders
from pipeline.conditions import token_ids
from training.data import Batch
from training.folder import Pictures
from training.hints import HINTS
from training.recipes import Recipe

PLUS_WIDTH = 768  # of the published "plus" adapter's resampler for Stable Diffusion 1.5


@dataclass(frozen=True)
class Base:
    """A model to train on. text_encoder: a `CLIPTextModel`, or `TextEncoders` for SDXL, with a tokenizer each; alphas: 1000
    values of alphas_cumprod; prediction: what the U-Net says, a row of `training.objective.OBJECTIVES`."""

    unet: Any
    vae: Any
    text_encoder: nn.Module
    tokenizers: tuple[Any, ...]
    alphas: Tensor
    prediction: str

    def tokens(self, texts: Sequence[str]) -> Tensor:
        """B x 77, or B x 2 x 77 for two tokenizers."""
        found = [token_ids(tokenizer, texts) for tokenizer in self.tokenizers]
        return found[0] if len(found) == 1 else torch.stack(found, dim=1)


def read_base(folder: Path) -> Base:
    """Read a diffusers folder, in 32 bits."""
    text: nn.Module = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32)
    tokenizers = [CLIPTokenizer.from_pretrained(folder / "tokenizer")]
    if (folder / "text_encoder_2").is_dir():
        second = CLIPTextModelWithProjection.from_pretrained(folder / "text_encoder_2", dtype=torch.float32)
        text = TextEncoders(text, second)
        tokenizers.append(CLIPTokenizer.from_pretrained(folder / "tokenizer_2"))
    scheduler = DDIMScheduler.from_pretrained(folder / "scheduler")
    return Base(
        UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=torch.float32),
        AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32),
        text,
        tuple(tokenizers),
        torch.as_tensor(scheduler.alphas_cumprod),
        scheduler.config.prediction_type,
    )


def make_parts(base: Base, recipe: Recipe, image_encoder: Path | None = None) -> dict[str, nn.Module]:
    """The recipe's networks; what it does not train rests in bfloat16.

    image_encoder: folder of a `CLIPVisionModelWithProjection`, for a garment adapter.
    """
    torch.manual_seed(recipe.seed)
    parts: dict[str, nn.Module] = {"unet": base.unet, "text_encoder": base.text_encoder}
    if "control" in recipe.parts:
        parts["control"] = from_unet(base.unet, HINTS[recipe.hint].channels)
    if "adapter" in recipe.parts:
        assert image_encoder is not None, "a garment adapter needs an image encoder"
        encoder = CLIPVisionModelWithProjection.from_pretrained(image_encoder, dtype=torch.float32)
        adapter = new_adapter(base.unet, encoder.config.hidden_size, PLUS_WIDTH)
        parts["garment"], parts["adapter"] = GarmentReader(encoder, adapter), adapter
    for name in ("unet", "control"):
        if name in parts:
            network: Any = parts[name]
            network.enable_gradient_checkpointing()
    locked = [parts["unet"], parts["text_encoder"]]
    if "garment" in parts:
        reader: Any = parts["garment"]
        locked.append(reader.image_encoder)
    for part in locked:
        nn.Module.to(part, torch.bfloat16)  # the libraries' own `to` warns of layers that they would keep in 32 bits
    return parts


def encoded(base: Base, pictures: Iterator[Pictures], device: torch.device) -> Iterator[Batch]:
    """Pictures as `training.diffusion` wants them, their latents encoded on the way."""
    empty = base.tokens([""])
    vae = base.vae.to(device).eval()
    for picture in pictures:
        with torch.no_grad():
            latents = vae.encode(picture.rgb.to(device) * 2 - 1).latent_dist.mode() * vae.config.scaling_factor
        held = {"rgb": picture.rgb, "target": picture.rgb}
        for name in ("condition", "mask", "garment"):
            found: Tensor | None = getattr(picture, name)
            if found is not None:
                held[name] = found
        sizes = None
        if len(base.tokenizers) == 2:
            height, width = picture.rgb.shape[-2:]
            sizes = torch.tensor([[height, width, 0, 0, height, width]]).expand(len(latents), -1)
        yield Batch(latents, held, base.tokens(picture.texts), empty, sizes)
