"""A model folder of the shipped layout with tiny random networks: real parts, no training, well under a second."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    StableDiffusionControlNetInpaintPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from models.controlnet import from_unet, randomise_zero_convolutions
from models.garment import GarmentReader, new_image_encoder, save_garment_reader
from models.ip_adapter import new_adapter
from models.profiles import BUNDLED, ModelProfile
from models.sources import Source
from models.tokenizer import build_tokenizer
from models.weights import write_manifest

WORDS = ("a red skirt and blue shirt with white dress",)
MERGES = ("r e", "re d</w>", "s k", "i r", "ir t</w>", "sk irt</w>", "b l", "u e</w>", "bl ue</w>")

SDXL = {  # what a U-Net of SDXL's layout has beside; its pooled words are 24 wide
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 24 + 6 * 8,
}


def tiny_unet(latent_channels: int = 4, in_channels: int | None = None, seed: int = 0) -> UNet2DConditionModel:
    torch.manual_seed(seed)
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=in_channels or latent_channels,
        out_channels=latent_channels,
        block_out_channels=(16, 32),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=4,
        norm_num_groups=4,
    ).eval()


def tiny_vae(latent_channels: int = 4, kind: str = "tiny", seed: int = 0) -> AutoencoderTiny | AutoencoderKL:
    torch.manual_seed(seed)
    if kind == "kl":
        return AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=(4, 4, 8, 8),
            norm_num_groups=4,
            latent_channels=latent_channels,
        ).eval()
    return AutoencoderTiny(
        encoder_block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1),
        latent_channels=latent_channels,
    ).eval()


def tiny_tokenizer(folder: Path) -> CLIPTokenizer:
    folder.mkdir(parents=True, exist_ok=True)
    bpe = folder / "bpe.txt.gz"
    bpe.write_bytes(gzip.compress("\n".join(["#version", *MERGES]).encode()))
    tokenizer = build_tokenizer(WORDS, bpe, folder)
    bpe.unlink()
    return tokenizer


def tiny_text_encoder(tokenizer: CLIPTokenizer, seed: int = 0) -> CLIPTextModel:
    torch.manual_seed(seed)
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        projection_dim=16,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return CLIPTextModel(config).eval()


def tiny_garment_reader(unet: UNet2DConditionModel, seed: int = 0) -> GarmentReader:
    torch.manual_seed(seed)
    encoder = new_image_encoder(side=32, width=64, layers=2)
    return GarmentReader(encoder, new_adapter(unet, 64, hidden=64, count=4)).eval()


def tiny_scheduler() -> DDIMScheduler:
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
    )


def build_tiny(folder: Path, latent_channels: int = 4, vae: str = "tiny") -> ModelProfile:
    """Write the folder and return the bundled profile pointing at it."""
    tokenizer = tiny_tokenizer(folder / "tokenizer")
    unet = tiny_unet(latent_channels)
    control = from_unet(unet, conditioning_channels=5, stem_channels=(4, 4, 8, 8))
    randomise_zero_convolutions(control)
    pipe = StableDiffusionControlNetInpaintPipeline(
        vae=tiny_vae(latent_channels, vae),
        text_encoder=tiny_text_encoder(tokenizer),
        tokenizer=tokenizer,
        unet=unet,
        controlnet=control.stock(),
        scheduler=tiny_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.save_pretrained(folder)
    save_garment_reader(tiny_garment_reader(unet), folder)
    write_manifest(folder)
    return replace(BUNDLED, base=Source(folder))


def folder_of(profile: ModelProfile) -> Path:
    """Where a profile's base lies."""
    assert isinstance(profile.base.repo, Path)
    return profile.base.repo
