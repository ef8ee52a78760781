"""Our loop against `StableDiffusionXLControlNetInpaintPipeline` on the same weights, words, noise and pictures."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import StableDiffusionXLControlNetInpaintPipeline, UNet2DConditionModel
from torch import Tensor

from models.controlled_unet import Branch
from models.controlnet import Added, from_unet, randomise_zero_convolutions
from models.samplers import make_scheduler
from pipeline.conditions import inpaint_hint
from pipeline.denoise import Known, denoise
from pipeline.latents import encode_picture, latent_mask
from tests.tiny import SDXL, tiny_unet, tiny_vae

SIZE, STEPS = 64, 4
CONFIG = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1, "clip_sample": False}


@torch.no_grad()
def both(sampler: str, sizes: Tensor) -> tuple[Tensor, Tensor]:
    """Final latents of ours and of the stock pipeline, which always says 64 x 64 from the upper left corner."""
    generator = torch.Generator().manual_seed(3)
    unet: Any = UNet2DConditionModel.from_config(tiny_unet().config, **SDXL).eval()
    control = from_unet(unet, 3, (4, 4, 8, 8)).eval()
    randomise_zero_convolutions(control)
    vae = tiny_vae(kind="kl")
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., 16:48, 8:40] = 1
    rgb, noise = torch.rand(1, 3, SIZE, SIZE, generator=generator), torch.randn(1, 4, 8, 8, generator=generator)
    text, pooled = torch.randn(2, 77, 16, generator=generator), torch.randn(2, 24, generator=generator)
    hint = inpaint_hint(rgb, mask)

    pipe = StableDiffusionXLControlNetInpaintPipeline(
        vae=vae,
        text_encoder=None,
        text_encoder_2=None,
        tokenizer=None,
        tokenizer_2=None,
        unet=unet,
        controlnet=control.stock(),
        scheduler=make_scheduler(sampler, CONFIG),
    )
    pipe.set_progress_bar_config(disable=True)
    stock = pipe(
        prompt_embeds=text[1:],
        negative_prompt_embeds=text[:1],
        pooled_prompt_embeds=pooled[1:],
        negative_pooled_prompt_embeds=pooled[:1],
        image=rgb,
        mask_image=mask,
        control_image=hint,
        height=SIZE,
        width=SIZE,
        num_inference_steps=STEPS,
        guidance_scale=5.0,
        strength=1.0,
        latents=noise,
        generator=torch.Generator().manual_seed(7),
        controlnet_conditioning_scale=0.8,
        output_type="latent",
    ).images
    known = Known(encode_picture(vae, rgb, torch.Generator().manual_seed(7)), latent_mask(mask, 8, 8))
    ours = denoise(
        unet,
        [Branch(control, control.hint_stem(hint), 0.8)],
        text,
        make_scheduler(sampler, CONFIG),
        noise,
        steps=STEPS,
        guidance=5.0,
        known=known,
        added=Added(pooled, sizes.repeat(2, 1)),
    )
    return ours, stock


@pytest.mark.parametrize("sampler", ["ddim", "euler", "dpm++2m_karras"])
def test_sdxl_loop_parity(sampler: str) -> None:
    ours, stock = both(sampler, torch.tensor([[SIZE, SIZE, 0, 0, SIZE, SIZE]]))
    assert torch.isfinite(stock).all()
    assert float((ours - stock).abs().max()) <= 1e-4


def test_sdxl_listens_to_the_sizes() -> None:
    ours, stock = both("ddim", torch.tensor([[SIZE, SIZE, 16, 0, SIZE, SIZE]]))
    assert float((ours - stock).abs().max()) > 1e-3
