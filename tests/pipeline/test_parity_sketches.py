"""T2I-Adapters against the stock adapter pipelines on the same weights, noise and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from diffusers import (
    MultiAdapter,
    StableDiffusionAdapterPipeline,
    StableDiffusionXLAdapterPipeline,
    T2IAdapter,
    UNet2DConditionModel,
)
from torch import Tensor

from models.controlnet import Added
from models.samplers import make_scheduler
from models.t2i_adapter import Sketch, read_sketch
from pipeline.denoise import denoise
from tests.tiny import SDXL, tiny_unet, tiny_vae

SIZE, STEPS = 64, 4
CONFIG = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1, "clip_sample": False}
SIZES = torch.tensor([[SIZE, SIZE, 0, 0, SIZE, SIZE]] * 2)
# attention in the first and not in the last block, as SD1.5 has it; SDXL is the other way round and
# has three blocks, so that its middle one gets a feature too
SD15_BLOCKS = {
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
}
SDXL_BLOCKS = {
    "block_out_channels": (16, 32, 32),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
}


def new_adapter(kind: str, factor: int, channels: Sequence[int], seed: int) -> T2IAdapter:
    torch.manual_seed(seed)
    return T2IAdapter(in_channels=3, channels=list(channels), num_res_blocks=1, downscale_factor=factor, adapter_type=kind).eval()


def drawings() -> Tensor:
    return torch.rand(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(5))


def words() -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    text, pooled = torch.randn(2, 77, 16, generator=generator), torch.randn(2, 24, generator=generator)
    return text, pooled, torch.randn(1, 4, SIZE // 8, SIZE // 8, generator=generator)


def call(pipe: Any, **settings: Any) -> Tensor:
    text, _, noise = words()
    pipe.set_progress_bar_config(disable=True)
    images: Tensor = pipe(
        prompt_embeds=text[1:],
        negative_prompt_embeds=text[:1],
        height=SIZE,
        width=SIZE,
        num_inference_steps=STEPS,
        guidance_scale=5.0,
        latents=noise,
        output_type="latent",
        **settings,
    ).images
    assert torch.isfinite(images).all()
    return images


def ours(unet: Any, sketches: Sequence[Sketch], added: Added | None = None) -> Tensor:
    text, _, noise = words()
    scheduler = make_scheduler("ddim", CONFIG)
    return denoise(unet, [], text, scheduler, noise, steps=STEPS, guidance=5.0, added=added, sketches=sketches)


def apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())


@pytest.mark.parametrize("count", [1, 2])
def test_sketch_parity(count: int) -> None:
    torch.manual_seed(0)
    unet: Any = UNet2DConditionModel.from_config(tiny_unet().config, **SD15_BLOCKS).eval()
    adapters = [new_adapter("full_adapter", 8, (16, 32), seed) for seed in range(count)]
    pictures, scales = list(drawings().split(1))[:count], [0.8, 0.6][:count]
    pipe = StableDiffusionAdapterPipeline(
        vae=tiny_vae(),
        text_encoder=None,
        tokenizer=None,
        unet=unet,
        adapter=adapters[0] if count == 1 else MultiAdapter(adapters),
        scheduler=make_scheduler("ddim", CONFIG),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    single = count == 1
    wanted = call(pipe, image=pictures[0] if single else pictures, adapter_conditioning_scale=scales[0] if single else scales)
    sketches = [read_sketch(*row) for row in zip(adapters, pictures, scales, strict=True)]
    assert apart(ours(unet, sketches), wanted) <= 1e-4
    assert apart(ours(unet, sketches[1:]), wanted) > 1e-2, "a missing sketch must show"


@pytest.mark.parametrize("end", [1.0, 0.5])
def test_sdxl_sketch_parity(end: float) -> None:
    """SDXL's first block shrinks the picture before the sketch joins it."""
    torch.manual_seed(0)
    unet: Any = UNet2DConditionModel.from_config(tiny_unet().config, **SDXL, **SDXL_BLOCKS).eval()
    adapter, picture = new_adapter("full_adapter_xl", 16, (16, 32, 32, 32), 0), drawings()[:1]
    pipe = StableDiffusionXLAdapterPipeline(
        vae=tiny_vae(),
        text_encoder=None,
        text_encoder_2=None,
        tokenizer=None,
        tokenizer_2=None,
        unet=unet,
        adapter=adapter,
        scheduler=make_scheduler("ddim", CONFIG),
    )
    _, pooled, _ = words()
    wanted = call(
        pipe,
        image=picture,
        pooled_prompt_embeds=pooled[1:],
        negative_pooled_prompt_embeds=pooled[:1],
        adapter_conditioning_scale=0.8,
        adapter_conditioning_factor=end,
    )
    added = Added(pooled, SIZES)
    sketch = read_sketch(adapter, picture, 0.8, end=end)
    assert apart(ours(unet, [sketch], added), wanted) <= 1e-4
    assert apart(ours(unet, [replace(sketch, features=sketch.features[:3])], added), wanted) > 1e-3, "the middle block's"
    assert apart(ours(unet, [], added), wanted) > 1e-2, "a missing sketch must show"
