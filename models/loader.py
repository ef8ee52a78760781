"""Profile -> loaded networks on a device. The only caller of `from_pretrained`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers.utils.logging
import torch
import transformers.utils.logging
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers import CLIPTextModel, CLIPTokenizer, CLIPVisionModelWithProjection

from models.controlnet import CC_ControlNet
from models.garment import GarmentReader
from models.group_norm import quicken
from models.ip_adapter import adapter_from_state
from models.profiles import ModelProfile
from models.tokenizer import known_words
from models.weights import WeightsError, verified

LORA_FOLDER = "lora"  # inside a model's folder
_VAES = {"AutoencoderKL": AutoencoderKL, "AutoencoderTiny": AutoencoderTiny}


@dataclass(frozen=True, eq=False)
class Networks:
    """Everything a profile needs, in evaluation mode and without gradients.

    controls: by the folder of the profile's `Control`. known_words: what the text encoder was trained on, None if
    anything goes. dtype: of U-Net, controls, text encoder and garment reader; the VAE has its own. garment: attached to
    the U-Net, None if the profile takes no pictures of garments.
    """

    unet: Any
    controls: Mapping[str, CC_ControlNet]
    vae: Any
    text_encoder: Any
    tokenizer: Any
    known_words: frozenset[str] | None
    scheduler_config: Mapping[str, Any]
    device: torch.device
    dtype: torch.dtype
    garment: GarmentReader | None = None


def best_device() -> torch.device:
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def best_dtype(device: torch.device) -> torch.dtype:
    """16 bits where the device computes in them; on a CPU without AMX or AVX-512 BF16 they would be far slower."""
    if device.type == "cuda":
        return torch.float16
    has_bf16 = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if device.type == "cpu" and has_bf16 else torch.float32


def load(profile: ModelProfile, device: torch.device | None = None, dtype: torch.dtype | None = None) -> Networks:
    """Load a profile's networks, by default onto the best device. Raises `WeightsError`."""
    folder = verified(profile.folder)
    device = device or best_device()
    dtype = dtype or best_dtype(device)
    vae_dtype = torch.float32 if profile.full_precision_vae else dtype
    try:
        with quiet():
            vae_class = _VAES[json.loads((folder / "model_index.json").read_text())["vae"][1]]
            unet = _network(UNet2DConditionModel, folder / "unet", device, dtype)
            if profile.few_steps:
                _merge_lora(unet, folder / LORA_FOLDER)
            networks = Networks(
                unet=unet,
                controls={
                    control.folder: _network(CC_ControlNet, folder / control.folder, device, dtype)
                    for control in profile.controls
                },
                vae=_network(vae_class, folder / "vae", device, vae_dtype),
                text_encoder=_network(CLIPTextModel, folder / "text_encoder", device, dtype),
                tokenizer=CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True),
                known_words=known_words(folder / "tokenizer"),
                scheduler_config=json.loads((folder / "scheduler" / "scheduler_config.json").read_text()),
                device=device,
                dtype=dtype,
                garment=_garment(folder, profile.garment, unet) if profile.garment else None,
            )
    except (OSError, KeyError, SafetensorError, json.JSONDecodeError) as error:
        raise WeightsError(
            f"The model folder {folder.name}/ cannot be read ({type(error).__name__}), please restore it (git checkout)."
        ) from error
    return networks


@contextmanager
def quiet() -> Iterator[None]:
    """No progress bars and notes of the libraries on stderr, which belongs to the command line."""
    levels = diffusers.utils.logging.get_verbosity(), transformers.utils.logging.get_verbosity()
    diffusers.utils.logging.set_verbosity_error()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    try:
        yield
    finally:
        diffusers.utils.logging.set_verbosity(levels[0])
        transformers.utils.logging.set_verbosity(levels[1])
        transformers.utils.logging.enable_progress_bar()


def _merge_lora(unet: Any, folder: Path) -> None:
    """Add a LoRA's matrices to the weights themselves, so that it costs nothing at work."""
    unet.load_lora_adapter(folder, prefix=None, weight_name="pytorch_lora_weights.safetensors", local_files_only=True)
    unet.fuse_lora()
    unet.unload_lora()
    unet.requires_grad_(False).eval()


def _garment(folder: Path, file: str, unet: Any) -> GarmentReader:
    """The garment adapter and its image encoder, attached to the U-Net, on its device and in its dtype."""
    encoder = _network(CLIPVisionModelWithProjection, folder / "image_encoder", unet.device, unet.dtype)
    try:
        adapter = adapter_from_state(load_file(folder / file), unet)
    except ValueError as error:
        raise WeightsError(str(error)) from error
    reader = GarmentReader(encoder, adapter).requires_grad_(False).eval().to(unet.device, unet.dtype)
    adapter.attach(unet)
    return reader


def read_network(kind: Any, folder: Path, dtype: torch.dtype) -> Any:
    """Read strictly and from disk alone: a folder with a weight too many or too few is another network's."""
    network, info = kind.from_pretrained(folder, dtype=dtype, local_files_only=True, output_loading_info=True)
    strays = [*info["missing_keys"], *info["unexpected_keys"]]
    if strays:
        raise WeightsError(f"The weights in {folder.name}/ belong to another network ({strays[0]}), please restore them.")
    return network


def _network(kind: Any, folder: Path, device: torch.device, dtype: torch.dtype) -> Any:
    network = read_network(kind, folder, dtype).requires_grad_(False)
    quicken(network)
    return network.eval().to(device=device, memory_format=torch.channels_last)
