"""LoRA (Hu et al., arXiv:2106.09685): small files that bend a model, worn for one request and taken off again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from warnings import catch_warnings

import torch
from diffusers.loaders import StableDiffusionLoraLoaderMixin, StableDiffusionXLLoraLoaderMixin
from diffusers.utils import convert_unet_state_dict_to_peft, set_weights_and_activate_adapters
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from models.loader import quiet
from models.streaming import restream
from models.weights import WeightsError

KEPT = 4  # files that stay read between requests


@dataclass(frozen=True, eq=False)
class Lora:
    """A file as diffusers reads it: tensors by the part of the model they are for, factors of the ranks, and settings."""

    name: str
    tensors: Mapping[str, Tensor]
    alphas: Mapping[str, float] | None
    settings: Mapping[str, Any] | None

    def of(self, part: str) -> int:
        """How many tensors it has for a part."""
        return sum(name.startswith(part + ".") for name in self.tensors)


@contextmanager
def worn(unet: Any, text_encoders: Sequence[Any], loras: Sequence[tuple[Path, float]]) -> Iterator[None]:
    """Inside, the model wears LoRAs, each with its own scale; afterwards it is as before, whatever happened.

    text_encoders: one for SD1.5, two for SDXL; loras: `.safetensors` files with the names of kohya's scripts or of
    diffusers, and how strong each is, usually 0..1. The same file may come twice. Raises `WeightsError`.
    """
    parts = {"unet": unet, **dict(zip(("text_encoder", "text_encoder_2"), text_encoders, strict=False))}
    read = [(read_lora(path, unet, len(text_encoders)), scale) for path, scale in loras if scale != 0]
    with ExitStack() as stack:
        if read:
            for model in parts.values():
                stack.enter_context(_as_before(model))
            with quiet(), catch_warnings(action="ignore", category=UserWarning):  # that there are several
                for index, (lora, _) in enumerate(read):
                    _put_on(lora, f"worn{index}", parts)
            for model in parts.values():
                scales = {f"worn{index}": scale for index, (_, scale) in enumerate(read)}
                own = [name for name in scales if name in getattr(model, "peft_config", {})]
                if own:
                    set_weights_and_activate_adapters(model, own, [scales[name] for name in own])
                    restream(model)
        yield


def read_lora(path: Path, unet: Any, text_encoders: int) -> Lora:
    """A file for a model with so many text encoders; what was read lately is remembered. Raises `WeightsError`."""
    if path.suffix.lower() != ".safetensors":
        raise WeightsError(f"{path.name} is not a .safetensors file, please choose a LoRA that is one.")
    try:
        stamp = path.stat()
        with quiet():
            return _read(path, stamp.st_mtime_ns, stamp.st_size, unet.config.layers_per_block if text_encoders == 2 else None)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"The LoRA {path.name} cannot be read, please get the file again.") from error


@lru_cache(maxsize=KEPT)
def _read(path: Path, changed: int, size: int, sdxl_layers: int | None) -> Lora:
    """sdxl_layers: of each of the U-Net's blocks, by which kohya's names for SDXL count; None for SD1.5."""
    with safe_open(path, framework="pt") as file:
        names = list(file.keys())
    loader = StableDiffusionLoraLoaderMixin if sdxl_layers is None else StableDiffusionXLLoraLoaderMixin
    config = None if sdxl_layers is None else SimpleNamespace(layers_per_block=sdxl_layers)
    try:
        if any("dora_scale" in name for name in names):
            raise ValueError("DoRA, which diffusers would load without its scales")
        tensors, alphas, settings = loader.lora_state_dict(
            str(path), unet_config=config, use_safetensors=True, local_files_only=True, return_lora_metadata=True
        )
        if not tensors or not all("lora" in name for name in tensors):
            raise ValueError("no LoRA")
    except (ValueError, KeyError, IndexError) as error:  # names that diffusers' conversion does not know
        raise WeightsError(f"{path.name} is no LoRA of a kind that this app knows, please choose another file.") from error
    return Lora(path.name, tensors, alphas, settings)


def _put_on(lora: Lora, name: str, parts: Mapping[str, Any]) -> None:
    """Add a file's layers to a model as an adapter of this name. Raises `WeightsError` if not all of them fit."""
    foreign = WeightsError(f"The LoRA {lora.name} was made for another model, please choose one for this model.")
    if sum(lora.of(part) for part in parts) != len(lora.tensors):
        raise foreign
    common = {"adapter_name": name, "metadata": lora.settings, "low_cpu_mem_usage": True}
    for part, model in parts.items():
        if not lora.of(part):
            continue
        state, alphas = dict(lora.tensors), None if lora.alphas is None else dict(lora.alphas)
        try:
            if part == "unet":
                StableDiffusionXLLoraLoaderMixin.load_lora_into_unet(state, alphas, model, **common)
                _in_full(model, name, state)
            else:
                StableDiffusionXLLoraLoaderMixin.load_lora_into_text_encoder(state, alphas, model, prefix=part, **common)
        except torch.OutOfMemoryError:
            raise
        except Exception as error:  # diffusers, transformers and peft have one each for what does not fit
            raise foreign from error
        found = [value for key, value in model.named_parameters() if f".{name}." in key]
        if len(found) != lora.of(part) or any(value.is_meta for value in found):
            raise foreign


def _in_full(unet: Any, name: str, state: Mapping[str, Tensor]) -> None:
    """peft gives an adapter the type of the weights below, but 8 bits are only for keeping them, not for computing."""
    stored = {key: value for key, value in unet.named_parameters() if f".{name}." in key and value.dtype.itemsize == 1}
    if stored:
        own = {key.removeprefix("unet."): value for key, value in state.items() if key.startswith("unet.")}
        if not any("lora_A" in key for key in own):
            own = convert_unet_state_dict_to_peft(own)
        for key, value in stored.items():
            value.data = own[key.replace(f".{name}.", ".")].to(value.device, unet.dtype)


@contextmanager
def _as_before(model: nn.Module) -> Iterator[None]:
    """Every module and flag back in its place afterwards, even if the libraries gave up half way."""
    assert not hasattr(model, "peft_config"), "LoRAs are worn all at once"
    attributes = set(vars(model))
    modules = [(module, dict(module._modules), module.training) for module in model.modules()]
    gradients = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    try:
        yield
    finally:
        for module, children, training in modules:
            module._modules.clear()
            module._modules.update(children)
            module.training = training
        for parameter, wanted in gradients:
            parameter.requires_grad_(wanted)
        for name in set(vars(model)) - attributes:
            delattr(model, name)
        restream(model)
