"""The networks that recipes train: made new, or read from an exported folder or a run's checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from safetensors.torch import load_file
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer, CLIPVisionModelWithProjection

from models.controlnet import from_unet
from models.garment import GarmentReader, new_image_encoder
from models.group_norm import quicken
from models.ip_adapter import GarmentAdapter, adapter_from_state, new_adapter
from models.profiles import GARMENT_FILE
from training import recipes
from training.data import GARMENT
from training.loop import averages

Weights = dict[str, torch.Tensor]
FOLDERS = {"unet": UNet2DConditionModel, "text_encoder": CLIPTextModel, "controlnet": ControlNetModel}
NAMES = {"controlnet": "control"}  # a folder's name -> the part's, where they differ


def make_parts(
    tokenizer: CLIPTokenizer, latent_channels: int, known: Mapping[str, Weights], seed: int = 0
) -> dict[str, nn.Module]:
    """U-Net, text encoder and CC_ControlNet of the bundled layout, in 32 bits.

    known: weights to take, see `read_parts`; the others are new, but a new ControlNet is a copy of the U-Net's encoder.
    """
    torch.manual_seed(seed)
    unet = recipes.new_unet(latent_channels)
    text_encoder = recipes.new_text_encoder(len(tokenizer), tokenizer.bos_token_id, tokenizer.eos_token_id)
    parts: dict[str, nn.Module] = {"unet": unet, "text_encoder": text_encoder}
    for name, part in parts.items():
        if name in known:
            part.load_state_dict(known[name])
    parts["control"] = from_unet(unet, recipes.HINT_CHANNELS, recipes.HINT_STEM)
    parts["garment"] = GarmentReader(*_garment(unet))
    for name in ("control", "garment"):
        if name in known:
            parts[name].load_state_dict(known[name])
    for part in parts.values():
        quicken(part)
    return parts


def _garment(unet: UNet2DConditionModel) -> tuple[Any, GarmentAdapter]:
    encoder = new_image_encoder(GARMENT)
    return encoder, new_adapter(unet, encoder.config.hidden_size)


def read_parts(*folders: Path) -> dict[str, Weights]:
    """State dicts by the names of the parts, in 32 bits, from exported folders and runs; later ones go before earlier."""
    return {name: weights for folder in folders for name, weights in _read(folder).items()}


def _read(folder: Path) -> dict[str, Weights]:
    if (folder / "checkpoint.pt").is_file():
        return averages(folder)
    found = {
        NAMES.get(name, name): kind.from_pretrained(folder / name, dtype=torch.float32).state_dict()
        for name, kind in FOLDERS.items()
        if (folder / name).is_dir()
    }
    if (folder / GARMENT_FILE).is_file():
        found["garment"] = _read_garment(folder)
    return found


def _read_garment(folder: Path) -> Weights:
    """State dict of a `GarmentReader` as exported."""
    encoder = CLIPVisionModelWithProjection.from_pretrained(folder / "image_encoder", dtype=torch.float32)
    unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(folder / "unet"))
    return GarmentReader(encoder, adapter_from_state(load_file(folder / GARMENT_FILE), unet)).state_dict()
