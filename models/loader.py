"""Profile -> loaded networks on a device. The only caller of `from_pretrained` and `from_single_file`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import diffusers.utils.logging
import torch
import transformers.utils.logging
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    T2IAdapter,
    UNet2DConditionModel,
)
from diffusers.loaders import StableDiffusionLoraLoaderMixin, StableDiffusionXLLoraLoaderMixin
from diffusers.loaders.single_file_utils import SingleFileComponentError
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer, CLIPVisionModelWithProjection

from models.attention import choose_attention
from models.controlnet import CC_ControlNet
from models.controlnet_union import CC_ControlNetUnion
from models.device import best_device as best_device
from models.garment import GarmentReader
from models.group_norm import quicken
from models.hub import find, find_intact
from models.ip_adapter import adapter_from_state
from models.placement import RESIDENT, Onload, Placement
from models.profiles import SKETCH, Control, ModelProfile
from models.sources import Source
from models.streaming import REST
from models.text import TextReader
from models.tokenizer import known_words
from models.weights import WeightsError, has_manifest, intact, verified

LAYOUTS = Path(__file__).resolve().parent.parent / "assets" / "layouts"  # configurations for single files
CONTROLS = {"controlnet": CC_ControlNet, "union": CC_ControlNetUnion, SKETCH: T2IAdapter}
_VAES = {"AutoencoderKL": AutoencoderKL, "AutoencoderTiny": AutoencoderTiny}
_PIPELINES = {"sd15": StableDiffusionPipeline, "sdxl": StableDiffusionXLPipeline}
_HARMLESS = "position_ids"  # old files hold it, newer libraries compute it
_ENCODERS = {"text_encoder": CLIPTextModel, "text_encoder_2": CLIPTextModelWithProjection}


@dataclass(frozen=True, eq=False)
class Networks:
    """Everything a profile needs, in evaluation mode and without gradients.

    controls: by the name of the profile's `Control`, read when first asked for. text_encoders, tokenizers: one of each, or two
    for SDXL. known_words: what the text encoder was trained on, None if anything goes. dtype: of U-Net, controls, text encoders
    and garment reader; the VAE has its own. garment: attached to the U-Net, None if the profile takes no pictures of garments.
    """

    unet: Any
    controls: Mapping[str, Any]
    vae: Any
    text_encoders: tuple[Any, ...]
    tokenizers: tuple[Any, ...]
    known_words: frozenset[str] | None
    scheduler_config: Mapping[str, Any]
    device: torch.device
    dtype: torch.dtype
    garment: GarmentReader | None = None
    clip_skip: int = 1
    placement: Placement = RESIDENT

    @property
    def onload(self) -> Onload:
        """`with networks.onload(encoder): ...`: on the device while it works."""
        return Onload(self.device, self.placement.offload)

    @property
    def text_encoder(self) -> Any:
        return self.text_encoders[0]

    @property
    def tokenizer(self) -> Any:
        return self.tokenizers[0]

    @cached_property
    def reader(self) -> TextReader:
        return TextReader(self.tokenizers, self.text_encoders, self.clip_skip)

    @property
    def quick_vae(self) -> bool:
        """Small enough to decode a preview at every step."""
        return isinstance(self.vae, AutoencoderTiny)

    @property
    def masked_inputs(self) -> bool:
        """A U-Net of nine channels, which sees the mask and the masked picture itself."""
        return int(self.unet.config.in_channels) > int(self.unet.config.out_channels)


def best_dtype(device: torch.device) -> torch.dtype:
    """16 bits where the device computes in them; on a CPU without AMX or AVX-512 BF16 they would be far slower."""
    if device.type == "cuda":
        return torch.float16
    has_bf16 = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if device.type == "cpu" and has_bf16 else torch.float32


def load(
    profile: ModelProfile,
    device: torch.device | None = None,
    dtype: torch.dtype | None = None,
    placement: Placement = RESIDENT,
) -> Networks:
    """Load a profile's networks, by default onto the best device, as the row of `models.placement` says. Raises
    `WeightsError`."""
    device = device or best_device()
    dtype = dtype or best_dtype(device)
    vae_dtype = torch.float32 if profile.full_precision_vae else dtype
    base = place(profile.base)
    with _readable(profile.base), quiet():
        read = _read_file if base.is_file() else _read_folder
        parts = read(base, profile, dtype, vae_dtype)
        unet = parts["unet"]
        if profile.lora:
            _merge_lora(unet, place(profile.located(profile.lora)))
        if profile.vae:
            parts["vae"] = read_network(AutoencoderKL, place(profile.vae), vae_dtype)
        tokenizers = [parts["tokenizer"], *([parts["tokenizer_2"]] if "tokenizer_2" in parts else [])]
        encoders = [parts[name] for name in _ENCODERS if name in parts]
        resting = REST if placement.offload else device
        garment = _garment(profile, unet, resting) if profile.garment else None
        settle(unet, dtype)
        choose_attention(unet, device, dtype)
        placement.arrange(unet, device, dtype)
        networks = Networks(
            unet=unet,
            controls=Controls(profile, device, dtype, placement),
            vae=settle(parts["vae"], vae_dtype).to(resting),
            text_encoders=tuple(settle(encoder, dtype).to(resting) for encoder in encoders),
            tokenizers=tuple(tokenizers),
            known_words=known_words(base / "tokenizer"),
            scheduler_config=parts["scheduler"] | ({"prediction_type": profile.prediction} if profile.prediction else {}),
            device=device,
            dtype=dtype,
            garment=garment,
            clip_skip=profile.clip_skip,
            placement=placement,
        )
        if placement.tiled:
            networks.vae.enable_tiling()
        for control in profile.controls:
            if not control.optional:
                networks.controls[control.name]
    return networks


def place(source: Source) -> Path:
    """The folder or file of a source on this disk, to be read next: bit by bit what it should be, as far as that is known.
    Raises `WeightsError`."""
    places((source,))
    if isinstance(source.repo, Path) and has_manifest(source.repo):
        intact(source.repo)
    return find_intact(source)


def places(sources: Sequence[Source]) -> list[Path]:
    """Where the sources are, their files compared by size alone; a folder in which many of them lie is compared once."""
    for folder in dict.fromkeys(source.repo for source in sources if isinstance(source.repo, Path)):
        if has_manifest(folder):
            verified(folder)
    return [find(source) for source in sources]


class Controls(Mapping[str, Any]):
    """A profile's control networks by name; one is read when it is first asked for, and stays."""

    def __init__(self, profile: ModelProfile, device: torch.device, dtype: torch.dtype, placement: Placement) -> None:
        self._profile, self._device, self._dtype, self._placement = profile, device, dtype, placement
        self._rows = {control.name: control for control in profile.controls}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            source = self._profile.located(self._rows[name].source)
            with _readable(source), quiet():
                network = _read_control(self._rows[name], source, self._profile.layout, self._dtype)
                choose_attention(settle(network, self._dtype), self._device, self._dtype)
                self._placement.arrange(network, self._device, self._dtype)
                self._loaded[name] = network
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _read_control(control: Control, source: Source, layout: str, dtype: torch.dtype) -> Any:
    kind: Any = CONTROLS[control.kind]
    where = place(source)
    if where.is_file():
        config = {"config": str(LAYOUTS / layout), "subfolder": "controlnet"}
        with _whole(source):
            return _filled(kind.from_single_file(str(where), **config, dtype=dtype, local_files_only=True))
    return read_network(kind, where, dtype, source.variant)


def _read_folder(folder: Path, profile: ModelProfile, dtype: torch.dtype, vae_dtype: torch.dtype) -> dict[str, Any]:
    """The parts of a diffusers folder by their names."""
    index, variant = json.loads((folder / "model_index.json").read_text(encoding="utf-8")), profile.base.variant
    parts: dict[str, Any] = {
        "unet": read_network(UNet2DConditionModel, folder / "unet", dtype, variant),
        "scheduler": json.loads((folder / "scheduler" / "scheduler_config.json").read_text(encoding="utf-8")),
    }
    if profile.vae is None:
        parts["vae"] = read_network(_VAES[index["vae"][1]], folder / "vae", vae_dtype, variant)
    for name, kind in _ENCODERS.items():
        if (folder / name).is_dir():
            parts[name] = read_network(kind, folder / name, dtype, variant)
            tokenizer = name.replace("text_encoder", "tokenizer")
            parts[tokenizer] = CLIPTokenizer.from_pretrained(folder / tokenizer, local_files_only=True)
    return parts


def _read_file(file: Path, profile: ModelProfile, dtype: torch.dtype, vae_dtype: torch.dtype) -> dict[str, Any]:
    """The parts of a single file of the original layout, whose tokenizers are always CLIP's."""
    tokenizers = {"tokenizer": CLIPTokenizer.from_pretrained(LAYOUTS / "tokenizer", local_files_only=True)}
    if profile.layout == "sdxl":  # its second encoder was trained with another padding
        tokenizers["tokenizer_2"] = CLIPTokenizer.from_pretrained(LAYOUTS / "tokenizer", local_files_only=True, pad_token="!")
    with _whole(profile.base):
        pipe = _PIPELINES[profile.layout].from_single_file(
            str(file), config=str(LAYOUTS / profile.layout), local_files_only=True, dtype=dtype, **tokenizers
        )
        for name in ("unet", "vae", *_ENCODERS):
            if getattr(pipe, name, None) is not None:
                _filled(getattr(pipe, name))
    pipe.vae.to(vae_dtype)
    parts = {name: part for name, part in pipe.components.items() if part is not None}
    return parts | {"scheduler": dict(pipe.scheduler.config)}


@contextmanager
def _whole(source: Source) -> Iterator[None]:
    """A single file that lacks tensors, or has them in another network's shapes, becomes one sentence."""
    try:
        yield
    except (ValueError, NotImplementedError, SingleFileComponentError) as error:  # the second: a tensor without values is moved
        raise WeightsError(
            f"The file {source.title} does not hold a whole network of the kind that its row says, please choose another file "
            "or another row."
        ) from error


def _filled(network: Any) -> Any:
    """diffusers leaves what a single file lacks without values, and says so only in a note. Raises ValueError."""
    for name, value in network.named_parameters():
        if value.is_meta:
            raise ValueError(f"no {name}")
    return network


@contextmanager
def _readable(source: Source) -> Iterator[None]:
    """What cannot be read becomes one sentence."""
    try:
        yield
    except (OSError, KeyError, SafetensorError, json.JSONDecodeError) as error:
        raise WeightsError(
            f"The weights of {source.title} cannot be read ({type(error).__name__}), please restore them "
            "(git checkout, or python app.py models download)."
        ) from error


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


def _merge_lora(unet: Any, file: Path) -> None:
    """Add a LoRA's matrices to the weights themselves, so that it costs nothing at work.

    The names in the file are diffusers', or kohya's as in most published files. Raises `WeightsError` if one does not fit.
    """
    is_sdxl = unet.config.addition_embed_type is not None
    reader = StableDiffusionXLLoraLoaderMixin if is_sdxl else StableDiffusionLoraLoaderMixin
    foreign = WeightsError(f"The file {file.name} was made for another model, please name another lora in the row.")
    try:
        state, alphas = reader.lora_state_dict(str(file), unet_config=unet.config, local_files_only=True)
        prefix = "unet" if any(name.startswith("unet.") for name in state) else None
        unet.load_lora_adapter(state, prefix=prefix, network_alphas=alphas if prefix else None)
    except (ValueError, RuntimeError) as error:  # of names that are not known, and of shapes
        raise foreign from error
    # diffusers passes over what it does not know with a note
    if sum(".lora_A." in name or ".lora_B." in name for name, _ in unet.named_parameters()) != len(state):
        raise foreign
    unet.fuse_lora()
    unet.unload_lora()


def _garment(profile: ModelProfile, unet: Any, device: torch.device) -> GarmentReader:
    """The garment adapter and its image encoder, attached to the U-Net, in its dtype; the encoder on a device of its own."""
    assert profile.garment is not None
    encoder = read_network(CLIPVisionModelWithProjection, place(profile.located(profile.garment.encoder)), unet.dtype)
    try:
        adapter = adapter_from_state(load_file(place(profile.located(profile.garment.adapter))), unet)
    except ValueError as error:
        raise WeightsError(str(error)) from error
    reader = GarmentReader(encoder, adapter).requires_grad_(False).eval().to(dtype=unet.dtype)
    adapter.attach(unet)
    for module in reader.image_modules:
        module.to(device)
    return reader


def read_network(kind: Any, folder: Path, dtype: torch.dtype, variant: str = "") -> Any:
    """Read strictly and from disk alone: a folder with a weight too many or too few is another network's.

    variant: of the file names, taken where there are such files.
    """
    has_variant = variant and any(folder.glob(f"*.{variant}*"))
    network, info = kind.from_pretrained(
        folder, dtype=dtype, local_files_only=True, output_loading_info=True, variant=variant if has_variant else None
    )
    strays = [name for name in (*info["missing_keys"], *info["unexpected_keys"]) if not name.endswith(_HARMLESS)]
    if strays:
        raise WeightsError(f"The weights in {folder.name}/ belong to another network ({strays[0]}), please restore them.")
    return network


def settle(network: Any, dtype: torch.dtype) -> Any:
    """In evaluation mode, without gradients, as quick as it gets."""
    network.requires_grad_(False)
    quicken(network)
    return network.eval().to(dtype=dtype, memory_format=torch.channels_last)
