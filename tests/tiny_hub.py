"""The repositories that `models.profiles` names, with tiny random networks: real structure, names of files and of tensors.

write_hub(root)         # root/owner/name/..., for `tests.fake_hub.FakeHub`
write_layouts(folder)   # for `models.loader.LAYOUTS`: what single files of these sizes are read by
write_single(file)      # a whole SD1.5 model of the original layout in one file
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, ControlNetModel, ControlNetUnionModel, T2IAdapter, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from models.ip_adapter import new_adapter, published
from models.loader import LAYOUTS

TOKENIZER = LAYOUTS / "tokenizer"
TEXT, FEATURES, LORA_RANK = 16, 32, 4
WIDTHS = {"sd15": (8, 8, 16, 16), "sdxl": (8, 16, 16)}
NETWORK = {"norm_num_groups": 4}
OF_LAYOUT: Mapping[str, dict[str, Any]] = {
    "sd15": {"cross_attention_dim": TEXT, "attention_head_dim": 2},
    "sdxl": {
        "cross_attention_dim": 2 * TEXT,  # what both text encoders say, side by side
        "attention_head_dim": (1, 2, 2),
        "transformer_layers_per_block": (1, 1, 2),
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": TEXT + 6 * 8,
    },
}
WEIGHTS, FP16 = "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors"
PICKLE = "diffusion_pytorch_model.bin"
FILE = "noobaiInpainting_v10.fp16.safetensors"
_LORA_LAYERS = (
    "to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2",
    "conv1", "conv2", "conv_shortcut", "time_emb_proj", "downsamplers.0.conv", "upsamplers.0.conv",
)  # fmt: skip


def config_of(layout: str, part: str) -> dict[str, Any]:
    """The full size's configuration with small widths."""
    config: dict[str, Any] = json.loads((LAYOUTS / layout / part / "config.json").read_text(encoding="utf-8"))
    if part == "vae":
        return config | NETWORK | {"block_out_channels": (4, 4, 8, 8)}
    config |= NETWORK | OF_LAYOUT[layout] | {"block_out_channels": WIDTHS[layout]}
    return config | ({"conditioning_embedding_out_channels": (4, 4, 8, 8)} if part == "controlnet" else {})


def unet_of(layout: str, in_channels: int = 4, seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return UNet2DConditionModel.from_config(config_of(layout, "unet") | {"in_channels": in_channels})


def vae_of(layout: str, seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return AutoencoderKL.from_config(config_of(layout, "vae"))


def control_of(layout: str, seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return _awake(ControlNetModel.from_config(config_of(layout, "controlnet")))


def sketch_of(channels: int, seed: int = 0) -> Any:
    """A T2I-Adapter of SD1.5."""
    torch.manual_seed(seed)
    return T2IAdapter(in_channels=channels, channels=list(WIDTHS["sd15"]), num_res_blocks=2)


def union_of(seed: int = 0) -> Any:
    """Of eight types, as the published "promax" networks are."""
    torch.manual_seed(seed)
    keys = ControlNetUnionModel._get_init_keys(ControlNetUnionModel)
    config = {name: value for name, value in config_of("sdxl", "controlnet").items() if name in keys}
    own = {"num_control_type": 8, "num_trans_channel": WIDTHS["sdxl"][0], "num_trans_head": 2}
    return _awake(ControlNetUnionModel(**config, **own, num_proj_channel=WIDTHS["sdxl"][0]))


def text_encoder_of(kind: Any = CLIPTextModel, seed: int = 0) -> Any:
    """With the configuration that old files have: token numbers that are not the tokenizer's."""
    torch.manual_seed(seed)
    return kind(
        CLIPTextConfig(
            hidden_size=TEXT,
            intermediate_size=2 * TEXT,
            num_hidden_layers=3,
            num_attention_heads=2,
            projection_dim=TEXT,
            bos_token_id=0,
            eos_token_id=2,
            pad_token_id=1,
            hidden_act="quick_gelu" if kind is CLIPTextModel else "gelu",
        )
    )


def image_encoder() -> Any:
    torch.manual_seed(0)
    sizes = {"hidden_size": FEATURES, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    return CLIPVisionModelWithProjection(CLIPVisionConfig(**sizes, image_size=56, patch_size=14, projection_dim=16))


def write_sd15(root: Path) -> None:
    """The repositories of `sd15-anime`."""
    write_base(root / "stablediffusionapi/anything-v5", "sd15")
    for name in ("anything-v5.safetensors", "unet/diffusion_pytorch_model.bin", "safety_checker/model.safetensors"):
        _other(root / "stablediffusionapi/anything-v5" / name)
    rows = ("p_sd15_inpaint", "p_sd15s2_lineart_anime", "p_sd15_canny", "p_sd15_openpose")
    rows += ("f1p_sd15_depth", "p_sd15_seg", "p_sd15_softedge")
    for seed, name in enumerate(rows):
        _control(root / f"lllyasviel/control_v11{name}", "sd15", seed)
    _adapters(root / "h94/IP-Adapter")


def write_hub(root: Path) -> None:
    """Every repository of the rows that come from the hub."""
    write_sd15(root)
    for seed, (name, channels) in enumerate(
        (("sketch_sd15v2", 1), ("canny_sd15v2", 1), ("openpose_sd14v1", 3), ("depth_sd15v2", 3))
    ):
        _pickled(sketch_of(channels, seed), root / f"TencentARC/t2iadapter_{name}")
    for name in ("cagliostrolab/animagine-xl-4.0", "OnomaAIResearch/Illustrious-xl-early-release-v0"):
        write_base(root / name, "sdxl", seed=len(name))
    _other(root / "cagliostrolab/animagine-xl-4.0/animagine-xl-4.0.safetensors")
    schedule = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True}
    write_base(root / "Laxhar/noobai-XL-Vpred-1.0", "sdxl", scheduler=schedule)
    _network(vae_of("sdxl", 1), root / "madebyollin/sdxl-vae-fp16-fix", WEIGHTS)
    _other(root / "madebyollin/sdxl-vae-fp16-fix/sdxl_vae.safetensors")
    _network(union_of(), root / "OzzyGT/controlnet-union-promax-sdxl-1.0", FP16)
    siblings = ("lineart_anime", "canny", "depth_midas-v1-1", "softedge_hed")
    for seed, name in enumerate(siblings):
        _control(root / f"Eugeoter/noob-sdxl-controlnet-{name}", "sdxl", seed)
    _network(control_of("sdxl", 9), root / "Laxhar/noob_openpose", WEIGHTS)  # of no variant
    _other(root / "Laxhar/noob_openpose/openpose_pre.safetensors")
    file = root / "Acly/NoobAI-Inpainting" / FILE
    file.parent.mkdir(parents=True)
    save_file(_half(control_of("sdxl", 7).state_dict()), file)
    (file.parent / "README.md").write_text("---\nlicense: other\n---\n", encoding="utf-8")
    (root / "ByteDance/Hyper-SD").mkdir(parents=True)
    for layout, name in (("sd15", "Hyper-SD15-8steps-CFG-lora"), ("sdxl", "Hyper-SDXL-8steps-CFG-lora")):
        save_file(lora_of(unet_of(layout)), root / f"ByteDance/Hyper-SD/{name}.safetensors")


def write_base(
    folder: Path, layout: str, in_channels: int = 4, seed: int = 0, scheduler: Mapping[str, Any] | None = None
) -> None:
    """A whole model as diffusers lays it out, in 16 bits without a variant."""
    folder.mkdir(parents=True)
    shutil.copy(LAYOUTS / layout / "model_index.json", folder)
    _network(unet_of(layout, in_channels, seed), folder / "unet", WEIGHTS)
    _network(vae_of(layout), folder / "vae", WEIGHTS)
    config = json.loads((LAYOUTS / layout / "scheduler/scheduler_config.json").read_text(encoding="utf-8"))
    _json(folder / "scheduler/scheduler_config.json", config | dict(scheduler or {}))
    _text(text_encoder_of(), folder / "text_encoder")
    _tokenizer(folder / "tokenizer", "<|endoftext|>")
    if layout == "sdxl":
        _text(text_encoder_of(CLIPTextModelWithProjection, 1), folder / "text_encoder_2")
        _tokenizer(folder / "tokenizer_2", "!")


def write_layouts(folder: Path) -> Path:
    """What `assets/layouts` is for networks of full size."""
    for layout in ("sd15", "sdxl"):
        shutil.copytree(LAYOUTS / layout, folder / layout)
        for part in ("unet", "vae", "controlnet"):
            _json(folder / layout / part / "config.json", config_of(layout, part))
        names = {"text_encoder": CLIPTextModel, "text_encoder_2": CLIPTextModelWithProjection}
        for part, kind in names.items():
            if (folder / layout / part).is_dir():
                text_encoder_of(kind).config.save_pretrained(folder / layout / part)
    shutil.copytree(TOKENIZER, folder / "tokenizer")
    return folder


def write_single(file: Path, seed: int = 0) -> Path:
    """SD1.5 in one file, its tensors named and shaped as in the original repository, checkpoints of A1111 and ComfyUI."""
    state = {f"model.diffusion_model.{_ldm(name)}": value for name, value in unet_of("sd15", seed=seed).state_dict().items()}
    for name, value in vae_of("sd15").state_dict().items():
        is_matrix = "attentions" in name and value.ndim == 2  # these were convolutions once
        state[f"first_stage_model.{_ldm_vae(name)}"] = value[..., None, None] if is_matrix else value
    prefix = "cond_stage_model.transformer."
    state |= {prefix + name: value for name, value in _published(text_encoder_of().state_dict(), "text_model.").items()}
    state[f"{prefix}text_model.embeddings.position_ids"] = torch.arange(77)[None]
    save_file(_half(state), file)
    return file


def lora_of(unet: nn.Module, seed: int = 0) -> dict[str, Tensor]:
    """Named as kohya's scripts do, in 32 bits: the layout of the LCM and Hyper-SD files, for all these layers."""
    generator = torch.Generator().manual_seed(seed)
    state: dict[str, Tensor] = {}
    for name, layer in unet.named_modules():
        if name.endswith(_LORA_LAYERS) and isinstance(layer, nn.Linear | nn.Conv2d):
            weight, key = layer.weight, f"lora_unet_{name.replace('.', '_')}"
            state[f"{key}.lora_down.weight"] = torch.randn(LORA_RANK, *weight.shape[1:], generator=generator) * 0.2
            up = (weight.shape[0], LORA_RANK, *(1,) * (weight.ndim - 2))
            state[f"{key}.lora_up.weight"] = torch.randn(up, generator=generator) * 0.2
            state[f"{key}.alpha"] = torch.tensor(LORA_RANK / 2)
    return state


def _control(folder: Path, layout: str, seed: int) -> None:
    """In both widths and, as old repositories are, in several formats."""
    network = control_of(layout, seed)
    _network(network, folder, FP16)
    save_file(network.state_dict(), folder / WEIGHTS)
    for name in (WEIGHTS, FP16):
        _other(folder / name.replace(".safetensors", ".bin"))


def _adapters(folder: Path) -> None:
    _text(image_encoder(), folder / "models/image_encoder", "vision_model.")
    rows = {"sd15": "models/ip-adapter-plus_sd15", "sdxl": "sdxl_models/ip-adapter-plus_sdxl_vit-h"}
    for layout, name in rows.items():
        file = folder / f"{name}.safetensors"
        file.parent.mkdir(parents=True, exist_ok=True)
        adapter = new_adapter(unet_of(layout), FEATURES, hidden=64, count=4)
        save_file(_half(published(adapter.state_dict())), file)
        _other(file.with_suffix(".bin"))


def _network(network: Any, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    network.save_config(folder)
    save_file(_half(network.state_dict()), folder / name)


def _pickled(network: Any, folder: Path) -> None:
    """In 32 bits and as nothing but a pickle: the layout of the T2I-Adapters of SD1.5."""
    folder.mkdir(parents=True)
    network.save_config(folder)
    torch.save(network.state_dict(), folder / PICKLE)


def _text(encoder: Any, folder: Path, prefix: str = "text_model.") -> None:
    """A CLIP model as older transformers wrote it: names below `text_model.` or `vision_model.`, positions beside."""
    encoder.config.save_pretrained(folder)
    state = _published(encoder.state_dict(), prefix)
    count = state[f"{prefix}embeddings.position_embedding.weight"].shape[0]
    state[f"{prefix}embeddings.position_ids"] = torch.arange(count)[None]
    save_file(_half(state), folder / "model.safetensors", metadata={"format": "pt"})
    _other(folder / "pytorch_model.bin")


def _published(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    heads = (prefix, "text_projection", "visual_projection")
    return {name if name.startswith(heads) else prefix + name: value for name, value in state.items()}


def _tokenizer(folder: Path, pad: str) -> None:
    """As older transformers wrote it: no file for the quick tokenizers, and special words as tables."""
    folder.mkdir()
    for name in ("merges.txt", "vocab.json"):
        shutil.copy(TOKENIZER / name, folder)
    table = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    words = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    special = {name: {"content": word, **table} for name, word in words.items()}
    _json(folder / "special_tokens_map.json", special | {"pad_token": pad})
    typed = {name: {"__type": "AddedToken", **value} for name, value in special.items()}
    config = {"add_prefix_space": False, "do_lower_case": True, "errors": "replace", "model_max_length": 77}
    _json(folder / "tokenizer_config.json", config | typed | {"pad_token": pad, "tokenizer_class": "CLIPTokenizer"})


def _json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")


def _other(path: Path) -> None:
    """A file beside that nobody should fetch."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"not for us")


def _half(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.half().contiguous() if value.is_floating_point() else value for name, value in state.items()}


def _awake(network: Any) -> Any:
    """No layer left at zero, or nothing would be seen of it."""
    with torch.no_grad():
        for parameter in network.parameters():
            if not parameter.any():
                parameter.normal_(std=0.1)
    return network


_INNER = {
    "norm1.": "in_layers.0.",
    "conv1.": "in_layers.2.",
    "time_emb_proj.": "emb_layers.1.",
    "norm2.": "out_layers.0.",
    "conv2.": "out_layers.3.",
    "conv_shortcut.": "skip_connection.",
}
_ENDS = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}
_VAE = {
    "mid_block.resnets.0": "mid.block_1",
    "mid_block.resnets.1": "mid.block_2",
    "mid_block.attentions.0.": "mid.attn_1.",
    "group_norm": "norm",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
    "to_out.0": "proj_out",
    "conv_norm_out": "norm_out",
    "conv_shortcut": "nin_shortcut",
    "samplers.0": "sample",
    "resnets": "block",
}


def _ldm(name: str) -> str:
    """A tensor of SD1.5's U-Net by its name in the original repository, two layers a block."""
    for old, new in _ENDS.items():
        if name.startswith(old + "."):
            name = new + name.removeprefix(old)
            break
    if match := re.fullmatch(r"(down|up)_blocks\.(\d)\.(resnets|attentions|downsamplers|upsamplers)\.(\d)\.(.+)", name):
        side, block, kind, layer, rest = match[1], int(match[2]), match[3], int(match[4]), match[5]
        if side == "down":
            first = 3 * block + 1
            place = f"{first + 2}.0.op" if kind == "downsamplers" else f"{first + layer}.{int(kind == 'attentions')}"
            name = f"input_blocks.{place}.{rest.removeprefix('conv.') if kind == 'downsamplers' else rest}"
        else:
            where = 1 if block == 0 else 2  # the first block has no attention
            place = f"{3 * block + 2}.{where}" if kind == "upsamplers" else f"{3 * block + layer}.{int(kind == 'attentions')}"
            name = f"output_blocks.{place}.{rest}"
    if re.match(r"(input_blocks|output_blocks)\.\d+\.0\.|middle_block\.[02]\.", name):
        for old, new in _INNER.items():
            name = re.sub(rf"(?<=\d\.){re.escape(old)}", new, name)
    return name


def _ldm_vae(name: str) -> str:
    for old, new in _VAE.items():
        name = name.replace(old, new)
    name = re.sub(r"down_blocks\.(\d)", r"down.\1", name)
    return re.sub(r"up_blocks\.(\d)", lambda match: f"up.{3 - int(match[1])}", name)


def tensors_of(file: Path) -> dict[str, Tensor]:
    return load_file(file)
