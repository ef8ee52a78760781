"""Recipes as rows: which networks, which stages, how long. A new recipe is a new function here, not a new branch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from diffusers import DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

TEXT_WIDTH = 256
HINT_CHANNELS = 5
HINT_STEM = (8, 24, 64, 96)  # narrow where pixels are many: at full size the stem costs as much as the U-Net


@dataclass(frozen=True)
class Stage:
    """A stretch of training. samples: pictures seen; half: at half size (16 x 16 latents for native 256);
    control: with CC_ControlNet, else text-to-image only."""

    name: str
    samples: int
    batch: int
    half: bool
    control: bool


@dataclass(frozen=True)
class Recipe:
    """What `training.loop` needs besides data. Drop rates are probabilities per sample."""

    stages: tuple[Stage, ...]
    rate: float = 1.2e-3
    warmup: int = 100
    weight_decay: float = 0.01
    ema: float = 0.9995
    drop_text: float = 0.1
    drop_lineart: float = 0.3
    drop_inpaint: float = 0.02
    outside_weight: float = 0.1
    seed: int = 0


def bundled(samples: int) -> Recipe:
    """The shipped model: a fifth of the samples text-to-image, then base and CC_ControlNet together.

    Small latents first, full size last: about 60 % of the *time* is spent at half size, where a sample costs a
    third, so most samples are seen there.
    """
    text, small, full = round(samples * 0.20), round(samples * 0.68), round(samples * 0.12)
    return Recipe((Stage("text", text, 64, half=True, control=False), *_control_stages(small, full)))


def _control_stages(half: int, full: int) -> tuple[Stage, ...]:
    """So many samples at half size, then at full size."""
    return Stage("control-half", half, 64, half=True, control=True), Stage("control-full", full, 32, half=False, control=True)


def bundled_more(samples: int) -> Recipe:
    """More of `bundled` for weights that are trained already: no text stage, and a rate that does not undo them."""
    full = round(samples * 0.12)
    return Recipe(_control_stages(samples - full, full), rate=7e-4)


def bundled_full(samples: int) -> Recipe:
    """More of `bundled` at full size alone, where the app works, once half size has taught the shapes."""
    return Recipe(_control_stages(0, samples)[1:], rate=5e-4)


def bundled_gpu(samples: int) -> Recipe:
    """`bundled` for one large GPU: batches that keep it busy."""
    recipe = bundled(samples)
    stages = tuple(replace(stage, batch=1024 if stage.half else 512) for stage in recipe.stages)
    return replace(recipe, stages=stages)


def smoke(samples: int = 64) -> Recipe:
    """A minute's run of every stage, for tests."""
    recipe = bundled(samples)
    return replace(recipe, warmup=2, stages=tuple(replace(stage, batch=8) for stage in recipe.stages))


def new_unet(latent_channels: int) -> UNet2DConditionModel:
    """The bundled base: attention only where pixels are few, about 11 M parameters."""
    return UNet2DConditionModel(
        sample_size=32,
        in_channels=latent_channels,
        out_channels=latent_channels,
        block_out_channels=(64, 128, 192),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=(2, 4, 6),
        norm_num_groups=32,
    )


def new_text_encoder(vocabulary: int, start: int, end: int) -> CLIPTextModel:
    """A small CLIP text encoder, trained together with the U-Net."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=TEXT_WIDTH,
            intermediate_size=2 * TEXT_WIDTH,
            num_hidden_layers=3,
            num_attention_heads=4,
            max_position_embeddings=77,
            projection_dim=TEXT_WIDTH,
            bos_token_id=start,
            eos_token_id=end,
            pad_token_id=end,
        )
    )


def scheduler() -> DDIMScheduler:
    """v-prediction with zero terminal SNR and trailing spacing (Lin et al., arXiv:2305.08891)."""
    return DDIMScheduler(**scheduler_config())


def scheduler_config() -> dict[str, Any]:
    return {
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "prediction_type": "v_prediction",
        "rescale_betas_zero_snr": True,
        "timestep_spacing": "trailing",
        "clip_sample": False,
        "set_alpha_to_one": True,
        "steps_offset": 0,
    }
