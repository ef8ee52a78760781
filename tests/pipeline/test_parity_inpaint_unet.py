"""U-Nets of nine channels against the stock inpainting pipelines on the same weights, noise and pictures."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import (
    StableDiffusionControlNetInpaintPipeline,
    StableDiffusionXLControlNetInpaintPipeline,
    UNet2DConditionModel,
)
from torch import Tensor

from models.controlled_unet import Branch, Masked
from models.controlnet import Added, from_unet, randomise_zero_convolutions
from models.samplers import make_scheduler
from pipeline.conditions import inpaint_hint
from pipeline.denoise import Known, denoise
from pipeline.latents import encode_masked, encode_picture, latent_mask
from tests.tiny import SDXL, tiny_unet, tiny_vae

SIZE, STEPS = 64, 6
CONFIG = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1, "clip_sample": False}
PIPELINES = {"sd15": StableDiffusionControlNetInpaintPipeline, "sdxl": StableDiffusionXLControlNetInpaintPipeline}
NOTHING = {"sd15": {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}, "sdxl": {}}


class Scene:
    """Networks, words and pictures, common to both sides."""

    def __init__(self, layout: str) -> None:
        generator = torch.Generator().manual_seed(3)
        self.layout, more = layout, SDXL if layout == "sdxl" else {}
        torch.manual_seed(0)
        self.unet: Any = UNet2DConditionModel.from_config(tiny_unet(in_channels=9).config, **more).eval()
        self.control = from_unet(UNet2DConditionModel.from_config(tiny_unet().config, **more), 3, (4, 4, 8, 8)).eval()
        randomise_zero_convolutions(self.control)
        self.vae = tiny_vae(kind="kl")
        self.mask = torch.zeros(1, 1, SIZE, SIZE)
        self.mask[..., 16:48, 8:40] = 1
        self.rgb = torch.rand(1, 3, SIZE, SIZE, generator=generator)
        self.text = torch.randn(2, 77, 16, generator=generator)
        self.pooled = torch.randn(2, 24, generator=generator)
        self.hint = inpaint_hint(self.rgb, self.mask)

    def stock(self, strength: float) -> Tensor:
        nothing = dict.fromkeys(("text_encoder", "tokenizer"))
        words = {"prompt_embeds": self.text[1:], "negative_prompt_embeds": self.text[:1]}
        if self.layout == "sdxl":
            nothing |= dict.fromkeys(("text_encoder_2", "tokenizer_2"))
            words |= {"pooled_prompt_embeds": self.pooled[1:], "negative_pooled_prompt_embeds": self.pooled[:1]}
        pipe = PIPELINES[self.layout](
            vae=self.vae,
            unet=self.unet,
            controlnet=self.control.stock(),
            scheduler=make_scheduler("euler", CONFIG),
            **nothing,
            **NOTHING[self.layout],
        )
        pipe.set_progress_bar_config(disable=True)
        images: Tensor = pipe(
            **words,
            image=self.rgb,
            mask_image=self.mask,
            control_image=self.hint,
            height=SIZE,
            width=SIZE,
            num_inference_steps=STEPS,
            guidance_scale=5.0,
            strength=strength,
            generator=torch.Generator().manual_seed(7),
            controlnet_conditioning_scale=0.8,
            output_type="latent",
        ).images
        assert torch.isfinite(images).all()
        return images

    @torch.no_grad()
    def ours(self, strength: float, shown: Tensor | None = None) -> Tensor:
        generator = torch.Generator().manual_seed(7)
        known = None
        if strength < 1:  # nothing is put back, but the sampling begins with the picture
            known = Known(encode_picture(self.vae, self.rgb, generator), torch.ones(1, 1, 8, 8))
        noise = torch.randn(1, 4, 8, 8, generator=generator)
        kept = encode_masked(self.vae, self.rgb if shown is None else shown, self.mask, generator)
        added = Added(self.pooled, torch.tensor([[SIZE, SIZE, 0, 0, SIZE, SIZE]] * 2)) if self.layout == "sdxl" else None
        return denoise(
            self.unet,
            [Branch(self.control, self.control.hint_stem(self.hint), 0.8)],
            self.text,
            make_scheduler("euler", CONFIG),
            noise,
            steps=STEPS,
            guidance=5.0,
            strength=strength,
            known=known,
            added=added,
            masked=Masked(latent_mask(self.mask, 8, 8), kept),
        )


@pytest.mark.parametrize("strength", [1.0, 0.5])
@pytest.mark.parametrize("layout", ["sd15", "sdxl"])
def test_inpainting_unet_parity(layout: str, strength: float) -> None:
    scene = Scene(layout)
    wanted = scene.stock(strength)
    assert float((scene.ours(strength) - wanted).abs().max()) <= 1e-4
    other = scene.ours(strength, shown=torch.zeros_like(scene.rgb))
    assert float((other - wanted).abs().max()) > 1e-2, "what is kept must show"
