"""Write trained networks as an ordinary diffusers folder in half precision, in shards under 9 MB.

The same folder is read by the app and by stock diffusers: `StableDiffusionControlNetPipeline` runs it as it is. (The stock
*inpaint* pipeline keeps the picture outside the mask only for models with 4 latent channels; ours has 8.)
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderTiny, StableDiffusionControlNetPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import CLIPTokenizer

from models.controlnet import CC_ControlNet
from models.garment import save_adapter, save_garment_reader
from models.profiles import LORA_FILE
from models.weights import write_manifest
from training import recipes
from training.distillation import save_lora

SHARD = "9MB"
COMPACT_FROM = 50_000  # values; smaller tensors are worth more than the bytes they take


Weights = dict[str, Tensor]


def export(
    parts: dict[str, Any], vae: AutoencoderTiny, tokenizer_folder: Path, folder: Path, lora: Weights | None = None
) -> None:
    """parts: unet, text_encoder, control and, if trained, garment, see `training.parts`; lora: weights of a student, see
    `training.distillation`. Weights that lie in `folder` go."""
    pipeline = StableDiffusionControlNetPipeline(
        vae=vae,
        text_encoder=parts["text_encoder"],
        tokenizer=CLIPTokenizer.from_pretrained(tokenizer_folder),
        unet=parts["unet"],
        controlnet=parts["control"].stock(),
        scheduler=recipes.scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    for part in folder.glob("*/*.safetensors*"):
        part.unlink()
    pipeline.to(dtype=torch.float16).save_pretrained(folder, max_shard_size=SHARD, safe_serialization=True)
    words = tokenizer_folder / "known_words.txt"
    (folder / "tokenizer" / words.name).write_text(words.read_text(encoding="utf-8"), encoding="utf-8")
    for config in folder.glob("*/config.json"):  # where the parts lay on the machine that trained them is nobody's business
        values = json.loads(config.read_text(encoding="utf-8"))
        values.pop("_name_or_path", None)
        config.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    if lora:
        save_lora(copy.deepcopy(parts["unet"]), lora, (folder / LORA_FILE).parent)
    if "garment" in parts:
        save_garment_reader(parts["garment"].half(), folder)
    for name in ("unet", "controlnet", "image_encoder", "ip_adapter"):
        for part in (folder / name).glob("*.safetensors"):
            compact(part)
    write_manifest(folder)


def export_additions(known: Mapping[str, Weights], base: Path, folder: Path) -> bool:
    """What a run added to a full-size model, in half precision: an ordinary `controlnet` folder, an adapter's file; False
    if it added nothing.

    known: state dicts by the names of the parts, see `training.parts.read_parts`; base: the model's folder.
    """
    if "control" in known:
        weights = {name: value.half() for name, value in known["control"].items()}
        with torch.device("meta"):
            unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(base / "unet"))
            control = CC_ControlNet.from_unet(
                unet,
                conditioning_channels=weights["controlnet_cond_embedding.conv_in.weight"].shape[1],
                load_weights_from_unet=False,
            )
        control.load_state_dict(weights, assign=True)
        control.save_pretrained(folder / "controlnet")
    if "adapter" in known:
        save_adapter({name: value.half() for name, value in known["adapter"].items()}, folder)
    return "control" in known or "adapter" in known


def compact(file: Path) -> None:
    """Store a file's large tensors in 8-bit floating point (e4m3), which every loader turns back into the dtype asked for.

    The repository's weights have to fit into 40 MB. The diffusion loss rises by 0.0003 of 0.37; autoencoder and text encoder,
    the small parts, stay as they are.
    """
    tensors = load_file(file)
    save_file(
        {name: value.to(torch.float8_e4m3fn) if value.numel() >= COMPACT_FROM else value for name, value in tensors.items()},
        file,
        metadata={"format": "pt"},
    )
