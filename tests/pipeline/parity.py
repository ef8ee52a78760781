"""What the comparisons with stock pipelines share: a picture with words and noise, schedules, the call, the distance."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from tests.tiny import SDXL, tiny_unet

SIZE = 64  # pixels a side
SIZES = torch.tensor([[SIZE, SIZE, 0, 0, SIZE, SIZE]] * 2)  # what SDXL's stock pipelines always say: from the upper left corner
EPSILON = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1, "clip_sample": False}
VPRED = {
    **EPSILON,
    "steps_offset": 0,
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
}


class Given:
    """What both sides are given. rgb, drawn: one and two pictures in 0..1; mask: 1 = repaint; text, pooled: for the negative
    prompt, then the prompt."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(3)
        self.mask = torch.zeros(1, 1, SIZE, SIZE)
        self.mask[..., 16:48, 8:40] = 1
        self.rgb = torch.rand(1, 3, SIZE, SIZE, generator=generator)
        self.noise = torch.randn(1, 4, SIZE // 8, SIZE // 8, generator=generator)
        self.text = torch.randn(2, 77, 16, generator=generator)
        self.pooled = torch.randn(2, 24, generator=generator)
        self.drawn = torch.rand(2, 3, SIZE, SIZE, generator=generator)


def unet_of(layout: str, **changes: Any) -> Any:
    """layout: "sd15" or "sdxl"; changes: of the tiny U-Net's configuration."""
    return UNet2DConditionModel.from_config(tiny_unet().config, **(SDXL if layout == "sdxl" else {}), **changes).eval()


def stock(kind: Any, **parts: Any) -> Any:
    """A pipeline of diffusers without its readers of words, and without what else is not in `parts`."""
    wanted = inspect.signature(kind.__init__).parameters
    absent = ("text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "safety_checker", "feature_extractor")
    nothing: dict[str, Any] = {name: None for name in absent if name in wanted}
    pipe = kind(**nothing | ({"requires_safety_checker": False} if "safety_checker" in wanted else {}) | parts)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def drawn_by(pipe: Any, given: Given, **settings: Any) -> Tensor:
    """The latents that a stock pipeline ends with."""
    words = {"prompt_embeds": given.text[1:], "negative_prompt_embeds": given.text[:1]}
    if hasattr(pipe, "text_encoder_2"):
        words |= {"pooled_prompt_embeds": given.pooled[1:], "negative_pooled_prompt_embeds": given.pooled[:1]}
    images: Tensor = pipe(**words, height=SIZE, width=SIZE, output_type="latent", **settings).images
    assert torch.isfinite(images).all()
    return images


def apart(one: Tensor, other: Tensor) -> float:
    """Largest difference."""
    return float((one - other).abs().max())
