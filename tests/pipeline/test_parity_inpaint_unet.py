"""U-Nets of nine channels against the stock inpainting pipelines on the same weights, noise and pictures."""

from __future__ import annotations

import pytest
import torch
from diffusers import (
    StableDiffusionControlNetInpaintPipeline,
    StableDiffusionXLControlNetInpaintPipeline,
)
from torch import Tensor

from models.controlled_unet import Branch, Masked
from models.controlnet import AddedConditions, from_unet, randomise_zero_convolutions
from models.samplers import make_scheduler
from pipeline.conditions import inpaint_hint
from pipeline.denoise import Known, denoise
from pipeline.latents import encode_masked, encode_picture, latent_mask
from tests.pipeline.parity import EPSILON, SIZES, Given, apart, drawn_by, stock, unet_of
from tests.tiny import tiny_vae

STEPS = 6
PIPELINES = {"sd15": StableDiffusionControlNetInpaintPipeline, "sdxl": StableDiffusionXLControlNetInpaintPipeline}


class Scene(Given):
    """Networks, words and pictures, common to both sides."""

    def __init__(self, layout: str) -> None:
        super().__init__()
        self.layout = layout
        torch.manual_seed(0)
        self.unet = unet_of(layout, in_channels=9)
        self.control = from_unet(unet_of(layout), 3, (4, 4, 8, 8)).eval()
        randomise_zero_convolutions(self.control)
        self.vae = tiny_vae(kind="kl")
        self.hint = inpaint_hint(self.rgb, self.mask)

    def stock(self, strength: float) -> Tensor:
        parts = {"vae": self.vae, "unet": self.unet, "controlnet": self.control.stock()}
        return drawn_by(
            stock(PIPELINES[self.layout], **parts, scheduler=make_scheduler("euler", EPSILON)),
            self,
            image=self.rgb,
            mask_image=self.mask,
            control_image=self.hint,
            num_inference_steps=STEPS,
            guidance_scale=5.0,
            strength=strength,
            generator=torch.Generator().manual_seed(7),
            controlnet_conditioning_scale=0.8,
        )

    @torch.no_grad()
    def ours(self, strength: float, shown: Tensor | None = None) -> Tensor:
        generator = torch.Generator().manual_seed(7)
        known = None
        if strength < 1:  # nothing is put back, but the sampling begins with the picture
            known = Known(encode_picture(self.vae, self.rgb, generator), torch.ones(1, 1, 8, 8))
        noise = torch.randn(1, 4, 8, 8, generator=generator)
        kept = encode_masked(self.vae, self.rgb if shown is None else shown, self.mask, generator)
        added = AddedConditions(self.pooled, SIZES) if self.layout == "sdxl" else None
        return denoise(
            self.unet,
            [Branch(self.control, self.control.hint_stem(self.hint), 0.8)],
            self.text,
            make_scheduler("euler", EPSILON),
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
    assert apart(scene.ours(strength), wanted) <= 1e-4
    other = scene.ours(strength, shown=torch.zeros_like(scene.rgb))
    assert apart(other, wanted) > 1e-2, "what is kept must show"
