"""Full-size weights: a locked Stable Diffusion 1.5 or XL, trained on with the user's own folder of pictures.

    python -m training train --recipe controlnet-sd15 --base MODEL --data DIR --full 20000 --batch 8 --out runs/mine

MODEL is a diffusers folder (`unet`, `vae`, `text_encoder`, `tokenizer`, `scheduler`, for SDXL also `text_encoder_2` and
`tokenizer_2`), DIR the pictures as in `training.folder`. Locked networks rest in 16 bits, activations are checkpointed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
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
from models.loader import read_network
from models.text import TextEncoders
from pipeline.conditions import token_ids
from pipeline.request import UserError
from training.data import Batch
from training.folder import Pictures
from training.hints import HINTS
from training.objective import OBJECTIVES
from training.precision import working_dtype
from training.recipes import Recipe

FOLDERS = ("unet", "vae", "text_encoder", "tokenizer", "scheduler")
PLUS_WIDTH = 768  # of the published "plus" adapter's resampler for Stable Diffusion 1.5


@dataclass(frozen=True)
class Base:
    """A model to train on. text_encoder: a `CLIPTextModel`, or `TextEncoders` for SDXL, with a tokenizer each; scheduler: its
    configuration."""

    unet: Any
    vae: Any
    text_encoder: nn.Module
    tokenizers: tuple[Any, ...]
    scheduler: Mapping[str, Any]

    @property
    def alphas(self) -> Tensor:
        """1000 values of alphas_cumprod."""
        return torch.as_tensor(DDIMScheduler.from_config(dict(self.scheduler)).alphas_cumprod)

    def tokens(self, texts: Sequence[str]) -> Tensor:
        """B x 77, or B x 2 x 77 for two tokenizers."""
        found = [token_ids(tokenizer, texts) for tokenizer in self.tokenizers]
        return found[0] if len(found) == 1 else torch.stack(found, dim=1)


def read_base(folder: Path) -> Base:
    """Read a diffusers folder, in 32 bits. Raises `UserError` if it is none that can be trained on, `WeightsError`."""
    if missing := [name for name in FOLDERS if not (folder / name).is_dir()]:
        raise UserError(f"{folder} has no {missing[0]}/, please give the folder of a Stable Diffusion 1.5 or XL model.")
    scheduler = json.loads((folder / "scheduler" / "scheduler_config.json").read_text(encoding="utf-8"))
    scheduler.setdefault("prediction_type", "epsilon")
    if scheduler["prediction_type"] not in OBJECTIVES:
        raise UserError(f"A model that predicts {scheduler['prediction_type']} cannot be trained here, please choose another.")
    text: nn.Module = read_network(CLIPTextModel, folder / "text_encoder", torch.float32)
    tokenizers = [_tokenizer(folder / "tokenizer")]
    if (folder / "text_encoder_2").is_dir():
        text = TextEncoders(text, read_network(CLIPTextModelWithProjection, folder / "text_encoder_2", torch.float32))
        tokenizers.append(_tokenizer(folder / "tokenizer_2"))
    unet = read_network(UNet2DConditionModel, folder / "unet", torch.float32)
    vae = read_network(AutoencoderKL, folder / "vae", torch.float32)
    vae.enable_slicing()
    return Base(unet, vae, text, tuple(tokenizers), scheduler)


def _tokenizer(folder: Path) -> Any:
    return CLIPTokenizer.from_pretrained(folder, local_files_only=True)


def make_parts(
    base: Base, recipe: Recipe, image_encoder: Path | None = None, device: torch.device | str = "cpu"
) -> dict[str, nn.Module]:
    """The recipe's networks; what it does not train rests in 16 bits where the device that is to train computes in them.

    image_encoder: folder of a `CLIPVisionModelWithProjection`, for a garment adapter.
    """
    torch.manual_seed(recipe.seed)
    parts: dict[str, nn.Module] = {"unet": base.unet, "text_encoder": base.text_encoder}
    networks: list[Any] = [base.unet]
    locked = [parts[name] for name in parts if name not in recipe.trained]
    if "control" in recipe.parts:
        parts["control"] = from_unet(base.unet, HINTS[recipe.hint].channels)
        networks.append(parts["control"])
    if "adapter" in recipe.parts:
        if image_encoder is None or not image_encoder.is_dir():
            raise UserError("A garment adapter looks through an image encoder, please give its folder with --image-encoder.")
        encoder = read_network(CLIPVisionModelWithProjection, image_encoder, torch.float32)
        adapter = new_adapter(base.unet, encoder.config.hidden_size, PLUS_WIDTH)
        parts["garment"], parts["adapter"] = GarmentReader(encoder, adapter), adapter
        locked.append(encoder)
    for network in networks:
        network.enable_gradient_checkpointing()
    for part in locked:
        nn.Module.to(part, working_dtype(device))  # the libraries' own `to` warns of layers that they would keep in 32 bits
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
