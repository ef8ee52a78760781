"""The configurations of full-size networks, by which the app reads single-file checkpoints and benchmarks make random ones.

python -m training.layouts --bpe bpe_simple_vocab_16e6.txt.gz

`bpe_simple_vocab_16e6.txt.gz` is the vocabulary file of OpenAI's CLIP (MIT). The figures are those of the papers' models:
Stable Diffusion 1.5 (Rombach et al., arXiv:2112.10752) and XL (Podell et al., arXiv:2307.01952).
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, ControlNetModel, EulerDiscreteScheduler, PNDMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPVisionConfig
from transformers.convert_slow_tokenizer import bytes_to_unicode

from models.loader import LAYOUTS
from models.tokenizer import CLIP_MERGES, END, START, WORD_END

SCHEDULE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 2,
    "latent_channels": 4,
}
CLIP_L = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
OPEN_CLIP_G = {"hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 20}
WORDS = {"vocab_size": 49408, "bos_token_id": 49406, "eos_token_id": 49407, "pad_token_id": 1}
XL_ENCODER: dict[str, Any] = {
    "block_out_channels": (320, 640, 1280),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "transformer_layers_per_block": [1, 2, 10],
    "attention_head_dim": [5, 10, 20],
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
XL_DECODER = {"up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), "sample_size": 128}


def networks(layout: str) -> dict[str, Any]:
    """Folder -> network or configuration; networks without memory for their weights."""
    text = CLIPTextConfig(**CLIP_L, **WORDS, hidden_act="quick_gelu", projection_dim=768)
    with torch.device("meta"):
        if layout == "sd15":
            return {
                "unet": UNet2DConditionModel(sample_size=64, cross_attention_dim=768),
                "controlnet": ControlNetModel(cross_attention_dim=768),
                "vae": AutoencoderKL(**VAE, sample_size=512, scaling_factor=0.18215),
                "text_encoder": text,
                "image_encoder": vit_h(),
            }
        return {
            "unet": UNet2DConditionModel(**XL_ENCODER, **XL_DECODER),
            "controlnet": ControlNetModel(**XL_ENCODER),
            "vae": AutoencoderKL(**VAE, sample_size=1024, scaling_factor=0.13025),
            "text_encoder": text,
            "text_encoder_2": CLIPTextConfig(**OPEN_CLIP_G, **WORDS, hidden_act="gelu", projection_dim=1280),
            "image_encoder": vit_h(),
        }


def vit_h() -> CLIPVisionConfig:
    """The image encoder of the published garment adapters."""
    return CLIPVisionConfig(
        hidden_size=1280,
        intermediate_size=5120,
        num_hidden_layers=32,
        num_attention_heads=16,
        patch_size=14,
        projection_dim=1024,
        hidden_act="gelu",
    )


SCHEDULERS = {
    "sd15": PNDMScheduler(**SCHEDULE, skip_prk_steps=True),
    "sdxl": EulerDiscreteScheduler(**SCHEDULE),
}
INDEX = {
    "sd15": {
        "_class_name": "StableDiffusionPipeline",
        "feature_extractor": [None, None],
        "image_encoder": [None, None],
        "safety_checker": [None, None],
        "requires_safety_checker": False,
        "scheduler": ["diffusers", "PNDMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    },
    "sdxl": {
        "_class_name": "StableDiffusionXLPipeline",
        "feature_extractor": [None, None],
        "image_encoder": [None, None],
        "force_zeros_for_empty_prompt": True,
        "scheduler": ["diffusers", "EulerDiscreteScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "tokenizer_2": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    },
}


def write_tokenizer(bpe: Path, folder: Path) -> None:
    """CLIP's whole vocabulary as the two files that published models carry."""
    merges = gzip.decompress(bpe.read_bytes()).decode("utf-8").splitlines()[1 : CLIP_MERGES + 1]
    letters = list(bytes_to_unicode().values())
    tokens = [*letters, *(letter + WORD_END for letter in letters), *(merge.replace(" ", "") for merge in merges), START, END]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n", encoding="utf-8")
    vocabulary = {token: index for index, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    settings = {"model_max_length": 77, "bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"tokenizer_class": "CLIPTokenizer"}, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.layouts", description=__doc__)
    parser.add_argument("--bpe", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=LAYOUTS)
    options = parser.parse_args()
    for layout, index in INDEX.items():
        folder = options.out / layout
        for name, network in (networks(layout) | {"scheduler": SCHEDULERS[layout]}).items():
            (network.save_config if hasattr(network, "save_config") else network.save_pretrained)(folder / name)
        (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    write_tokenizer(options.bpe, options.out / "tokenizer")


if __name__ == "__main__":
    main()
