"""Our loop against `StableDiffusionXLControlNetInpaintPipeline` on the same weights, words, noise and pictures."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import StableDiffusionXLControlNetInpaintPipeline
from torch import Tensor

from models.controlled_unet import Branch
from models.controlnet import AddedConditions, from_unet, randomise_zero_convolutions
from models.samplers import SAMPLERS, make_scheduler
from pipeline.conditions import inpaint_hint
from pipeline.denoise import Known, denoise
from pipeline.latents import encode_picture, latent_mask
from tests.pipeline.parity import EPSILON, SIZES, VPRED, Given, apart, drawn_by, stock, unet_of
from tests.tiny import tiny_vae

STEPS = 6
SCALES = (0.8, 0.6, 0.5)
SPANS = ((0.0, 1.0), (0.0, 0.6), (0.3, 1.0))


class Scene(Given):
    """Networks, words and pictures, common to both sides."""

    def __init__(self) -> None:
        super().__init__()
        self.unet = unet_of("sdxl")
        self.controls = [from_unet(self.unet, 3, (4, 4, 8, 8)).eval() for _ in SCALES]
        for seed, control in enumerate(self.controls):
            randomise_zero_convolutions(control, seed)
        self.vae = tiny_vae(kind="kl")
        self.hints = [inpaint_hint(self.rgb, self.mask), *self.drawn.split(1)]

    def stock(self, sampler: str = "ddim", config: Any = EPSILON, count: int = 1, rescale: float = 0.0) -> Tensor:
        parts = {"vae": self.vae, "unet": self.unet, "scheduler": make_scheduler(sampler, config)}
        nets = [control.stock() for control in self.controls[:count]]
        return drawn_by(
            stock(StableDiffusionXLControlNetInpaintPipeline, **parts, controlnet=nets),
            self,
            image=self.rgb,
            mask_image=self.mask,
            control_image=self.hints[:count],
            num_inference_steps=STEPS,
            guidance_scale=5.0,
            guidance_rescale=rescale,
            strength=1.0,
            latents=self.noise,
            generator=torch.Generator().manual_seed(7),
            controlnet_conditioning_scale=list(SCALES[:count]),
            control_guidance_start=[start for start, _ in SPANS[:count]],
            control_guidance_end=[end for _, end in SPANS[:count]],
        )

    @torch.no_grad()
    def ours(
        self,
        sampler: str = "ddim",
        config: Any = EPSILON,
        count: int = 1,
        rescale: float = 0.0,
        sizes: Tensor = SIZES,
    ) -> Tensor:
        generator = torch.Generator().manual_seed(7)
        known = Known(encode_picture(self.vae, self.rgb, generator), latent_mask(self.mask, 8, 8))
        encode_picture(self.vae, self.rgb, generator)  # the stock pipeline draws for the masked picture too
        branches = [
            Branch(control, control.hint_stem(hint), scale, *span)
            for control, hint, scale, span in zip(self.controls, self.hints, SCALES, SPANS, strict=True)
        ]
        return denoise(
            self.unet,
            branches[:count],
            self.text,
            make_scheduler(sampler, config),
            self.noise,
            steps=STEPS,
            guidance=5.0,
            rescale=rescale,
            known=known,
            added=AddedConditions(self.pooled, sizes),
            generators=[generator],
        )


@pytest.fixture(scope="module")
def scene() -> Scene:
    torch.manual_seed(0)
    return Scene()


@pytest.mark.parametrize("sampler", [name for name in SAMPLERS if name != "flow"])
def test_sdxl_loop_parity(scene: Scene, sampler: str) -> None:
    wanted = scene.stock(sampler)
    assert apart(scene.ours(sampler), wanted) <= 1e-4
    assert apart(scene.ours(sampler, count=0), wanted) > 1e-2, "a missing ControlNet must show"


@pytest.mark.parametrize("count", [2, 3])
def test_sdxl_span_parity(scene: Scene, count: int) -> None:
    wanted = scene.stock(count=count)
    assert apart(scene.ours(count=count), wanted) <= 1e-4
    assert apart(scene.ours(count=count - 1), wanted) > 1e-2, "a missing ControlNet must show"


@pytest.mark.parametrize("sampler", ["ddim", "euler", "euler_a"])
def test_sdxl_rescaled_v_prediction_parity(scene: Scene, sampler: str) -> None:
    wanted = scene.stock(sampler, VPRED, rescale=0.7)
    assert apart(scene.ours(sampler, VPRED, rescale=0.7), wanted) <= 1e-4
    assert apart(scene.ours(sampler, VPRED), wanted) > 1e-2, "rescaling must show"


def test_sdxl_listens_to_the_sizes(scene: Scene) -> None:
    assert apart(scene.ours(sizes=SIZES + torch.tensor([0, 0, 16, 0, 0, 0])), scene.stock()) > 1e-3
