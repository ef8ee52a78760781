"""T2I-Adapters against the stock adapter pipelines on the same weights, noise and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import (
    MultiAdapter,
    StableDiffusionAdapterPipeline,
    StableDiffusionXLAdapterPipeline,
    T2IAdapter,
)
from PIL import Image
from torch import Tensor

from models.annotators import Annotators
from models.controlnet import AddedConditions
from models.profiles import BUNDLED, SKETCH, Control
from models.samplers import make_scheduler
from models.sources import Source
from models.t2i_adapter import AdapterFeatures, adapter_features
from pipeline.conditions import Scene, make_adapter_features
from pipeline.denoise import denoise
from pipeline.hints import read
from pipeline.request import Hint
from tests.pipeline.parity import EPSILON, SIZE, SIZES, Given, apart, drawn_by, stock, unet_of
from tests.tiny import tiny_vae

STEPS = 4
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
KINDS = (("canny", 1), ("depth", 3))  # hints and their adapters' channels


def new_adapter(kind: str, factor: int, channels: Sequence[int], seed: int, hint: int = 3) -> T2IAdapter:
    """hint: its channels."""
    torch.manual_seed(seed)
    sizes = {"channels": list(channels), "num_res_blocks": 1, "downscale_factor": factor}
    return T2IAdapter(in_channels=hint, adapter_type=kind, **sizes).eval()


@pytest.fixture(scope="module")
def given() -> Given:
    return Given()


def ours(given: Given, unet: Any, adapter_states: Sequence[AdapterFeatures], added: AddedConditions | None = None) -> Tensor:
    scheduler = make_scheduler("ddim", EPSILON)
    return denoise(
        unet, [], given.text, scheduler, given.noise, steps=STEPS, guidance=5.0, added=added, adapter_states=adapter_states
    )


@pytest.mark.parametrize("count", [1, 2])
def test_sketch_parity(given: Given, count: int) -> None:
    torch.manual_seed(0)
    unet = unet_of("sd15", **SD15_BLOCKS)
    adapters = [new_adapter("full_adapter", 8, (16, 32), seed) for seed in range(count)]
    pictures, scales = list(given.drawn.split(1))[:count], [0.8, 0.6][:count]
    pipe = stock(
        StableDiffusionAdapterPipeline,
        vae=tiny_vae(),
        unet=unet,
        adapter=adapters[0] if count == 1 else MultiAdapter(adapters),
        scheduler=make_scheduler("ddim", EPSILON),
    )
    usual = {"num_inference_steps": STEPS, "guidance_scale": 5.0, "latents": given.noise}
    single = count == 1
    shown, followed = (pictures[0], scales[0]) if single else (pictures, scales)
    wanted = drawn_by(pipe, given, image=shown, adapter_conditioning_scale=followed, **usual)
    adapter_states = [adapter_features(*row) for row in zip(adapters, pictures, scales, strict=True)]
    assert apart(ours(given, unet, adapter_states), wanted) <= 1e-4
    assert apart(ours(given, unet, adapter_states[1:]), wanted) > 1e-2, "a missing adapter must show"


def test_parity_from_the_picture_of_a_hint_on(given: Given) -> None:
    """A row's adapters of one and of three channels, each at its own strength."""
    torch.manual_seed(0)
    unet = unet_of("sd15", **SD15_BLOCKS)
    adapters = {kind: new_adapter("full_adapter", 8, (16, 32), seed, channels) for seed, (kind, channels) in enumerate(KINDS)}
    rng = np.random.default_rng(0)
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[16:48, 8:40] = 255
    scene = Scene(rng.integers(0, 256, (SIZE, SIZE, 3), np.uint8), mask, Annotators())
    depth = rng.integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    hints = (Hint("canny", 0.8), Hint("depth", 0.6, image=depth))
    controls = tuple(Control(kind, Source("nobody/nothing"), (kind,), "picture", kind=SKETCH) for kind in adapters)
    networks: Any = SimpleNamespace(controls=adapters, device=torch.device("cpu"), dtype=torch.float32)
    adapter_states = make_adapter_features(networks, replace(BUNDLED, controls=controls), scene, hints)

    pictures = [Image.fromarray(read(hint.kind, scene.rgb, mask, hint.image)) for hint in hints]
    parts = {"vae": tiny_vae(), "unet": unet, "adapter": MultiAdapter(list(adapters.values()))}
    wanted = drawn_by(
        stock(StableDiffusionAdapterPipeline, scheduler=make_scheduler("ddim", EPSILON), **parts),
        given,
        image=[pictures[0].convert("L"), pictures[1]],
        num_inference_steps=STEPS,
        guidance_scale=5.0,
        latents=given.noise,
        adapter_conditioning_scale=[0.8, 0.6],
    )
    assert apart(ours(given, unet, adapter_states), wanted) <= 1e-4
    assert apart(ours(given, unet, adapter_states[::2]), wanted) > 1e-2, "a missing adapter must show"


@pytest.mark.parametrize("end", [1.0, 0.5])
def test_sdxl_sketch_parity(given: Given, end: float) -> None:
    """SDXL's first block shrinks the picture before the sketch joins it."""
    torch.manual_seed(0)
    unet = unet_of("sdxl", **SDXL_BLOCKS)
    adapter, picture = new_adapter("full_adapter_xl", 16, (16, 32, 32, 32), 0), given.drawn[:1]
    parts = {"vae": tiny_vae(), "unet": unet, "adapter": adapter, "scheduler": make_scheduler("ddim", EPSILON)}
    wanted = drawn_by(
        stock(StableDiffusionXLAdapterPipeline, **parts),
        given,
        image=picture,
        num_inference_steps=STEPS,
        guidance_scale=5.0,
        latents=given.noise,
        adapter_conditioning_scale=0.8,
        adapter_conditioning_factor=end,
    )
    added = AddedConditions(given.pooled, SIZES)
    sketch = adapter_features(adapter, picture, 0.8, end=end)
    assert apart(ours(given, unet, [sketch], added), wanted) <= 1e-4
    assert apart(ours(given, unet, [replace(sketch, features=sketch.features[:3])], added), wanted) > 1e-3, "the middle block's"
    assert apart(ours(given, unet, [], added), wanted) > 1e-2, "a missing adapter must show"
