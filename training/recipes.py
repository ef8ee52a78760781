"""Recipes as rows: which networks, which stages, how long. A new recipe is a new function here, not a new branch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

TEXT_WIDTH = 256
HINT_CHANNELS = 5
HINT_STEM = (8, 24, 64, 96)  # narrow where pixels are many: at full size the stem costs as much as the U-Net


@dataclass(frozen=True)
class Stage:
    """A stretch of training: so many steps of `batch` pictures; half: at half size (16 x 16 latents for native 256)."""

    name: str
    steps: int
    batch: int
    half: bool = False


@dataclass(frozen=True)
class Recipe:
    """What `training.loop` needs besides data.

    parts: the networks that take part; trained: those of them that learn, the others stay locked. task: a row of
    `training.tasks.TASKS`; hint: of `training.hints.HINTS`; objective: of `training.objective.OBJECTIVES`; optimizer: of
    `training.optimizer.OPTIMIZERS`. Drop rates are probabilities per sample; text and garment are dropped alone or both
    together. consistency: weight of the edge consistency loss, 0 leaves it out. accumulate: batches a step.
    """

    stages: tuple[Stage, ...]
    parts: tuple[str, ...] = ("unet", "text_encoder", "control")
    trained: tuple[str, ...] = ("unet", "text_encoder", "control")
    task: str = "diffusion"
    hint: str = "bundled"
    objective: str = "v_prediction"
    optimizer: str = "muon"
    rate: float = 1.2e-3
    warmup: int = 100
    weight_decay: float = 0.01
    accumulate: int = 1
    ema: float = 0.9995
    drop_text: float = 0.1
    drop_garment: float = 0.0
    drop_both: float = 0.0
    outside_weight: float = 0.1
    consistency: float = 0.0
    seed: int = 0

    @property
    def steps(self) -> int:
        return sum(stage.steps for stage in self.stages)

    def stage_at(self, step: int) -> Stage:
        for stage in self.stages:
            if step < stage.steps:
                return stage
            step -= stage.steps
        raise IndexError("all stages are over")


@dataclass(frozen=True)
class Budget:
    """How long to train. half, full: pictures seen at half and at full size; batch: pictures at once at half size, at full
    size half as many; rate: the optimiser's, None for the recipe's own; accumulate: batches a step."""

    half: int = 0
    full: int = 0
    batch: int = 64
    rate: float | None = None
    accumulate: int = 1

    def stages(self, name: str) -> tuple[Stage, ...]:
        small, large = self.batch, max(1, self.batch // 2)
        found = (
            Stage(f"{name}-half", self._steps(self.half, small), small, half=True),
            Stage(f"{name}-full", self._steps(self.full, large), large),
        )
        return tuple(stage for stage in found if stage.steps)

    def stage(self, name: str) -> tuple[Stage]:
        """All at one size, `batch` pictures at once."""
        return (Stage(name, self._steps(self.full, self.batch), self.batch),)

    def _steps(self, pictures: int, batch: int) -> int:
        return -(-pictures // (batch * self.accumulate))


def base(budget: Budget) -> Recipe:
    """Words to picture from nothing, the first fifth or quarter of the bundled model's way, at half size."""
    parts = ("unet", "text_encoder")
    return Recipe(budget.stages("text"), parts, parts, rate=budget.rate or 1.2e-3)


def controlnet(budget: Budget) -> Recipe:
    """The bundled model: base and CC_ControlNet together. Locking protects a strong base; a small one learns on.

    Small latents first, full size last: a sample at half size costs a third.
    """
    return Recipe(budget.stages("control"), rate=budget.rate or 1.2e-3)


def controlnet_locked(budget: Budget) -> Recipe:
    """The published ControlNet: the base stays as it is (arXiv:2302.05543), half of the prompts dropped."""
    return Recipe(budget.stages("control"), trained=("control",), rate=budget.rate or 1e-3, drop_text=0.5)


def garment_reader(budget: Budget) -> Recipe:
    """An image encoder and adapter from nothing, see `training.imitation`; what `ip_adapter` begins from."""
    parts = ("unet", "text_encoder", "garment")
    return Recipe(budget.stages("reader"), parts, ("garment",), task="imitation", rate=budget.rate or 1e-3)


def ip_adapter(budget: Budget) -> Recipe:
    """A picture of a garment as a prompt, on locked networks (arXiv:2308.06721), from what `garment_reader` learned.

    There the words are dropped in 5 % of the samples: they seldom say what the picture shows. Our captions name the whole
    outfit, and beside them the best that a picture can do is to be silent. So it learns nearly always without them (as in
    MimicBrush, Chen et al., arXiv:2406.07547); words and picture together are a matter of lambda.
    """
    parts = ("unet", "text_encoder", "control", "garment")
    return Recipe(
        budget.stages("garment"), parts, ("garment",), rate=budget.rate or 5e-4, drop_text=0.9, drop_garment=0.05, drop_both=0.05
    )


def distill(budget: Budget) -> Recipe:
    """Four steps instead of 25: a LoRA on locked networks, see `training.distillation`."""
    return Recipe(
        budget.stages("distill"), trained=("lora",), task="distillation", optimizer="adamw", rate=budget.rate or 5e-4, warmup=20
    )


def controlnet_full_size(budget: Budget) -> Recipe:
    """A ControlNet on a locked Stable Diffusion 1.5 or XL, with the paper's rate and half of the prompts dropped."""
    return Recipe(
        budget.stage("control"),
        trained=("control",),
        hint="condition",
        optimizer="adamw",
        rate=budget.rate or 1e-5,
        warmup=500,
        ema=0.999,
        drop_text=0.5,
        outside_weight=1.0,
    )


def ip_adapter_full_size(budget: Budget) -> Recipe:
    """The published IP-Adapter on a locked Stable Diffusion 1.5: text, picture or both dropped in 5 % each."""
    return Recipe(
        budget.stage("garment"),
        parts=("unet", "text_encoder", "garment", "adapter"),
        trained=("adapter",),
        optimizer="adamw",
        rate=budget.rate or 1e-4,
        ema=0.999,
        drop_text=0.05,
        drop_garment=0.05,
        drop_both=0.05,
    )


RECIPES: dict[str, Callable[[Budget], Recipe]] = {
    "base": base,
    "controlnet": controlnet,
    "controlnet-locked": controlnet_locked,
    "garment-reader": garment_reader,
    "ip-adapter": ip_adapter,
    "distill": distill,
}


@dataclass(frozen=True)
class FullSize:
    """A recipe for weights that this repository does not bring. side: of the square pictures, in pixels."""

    recipe: Callable[[Budget], Recipe]
    side: int


FULL_SIZE = {
    "controlnet-sd15": FullSize(controlnet_full_size, 512),
    "controlnet-sdxl": FullSize(controlnet_full_size, 1024),
    "ip-adapter-sd15": FullSize(ip_adapter_full_size, 512),
}


def new_unet(latent_channels: int, side: int = 32, widths: tuple[int, int, int] = (64, 128, 192)) -> UNet2DConditionModel:
    """The bundled base: attention only where pixels are few, about 11 M parameters; side: of the latents."""
    return UNet2DConditionModel(
        sample_size=side,
        in_channels=latent_channels,
        out_channels=latent_channels,
        block_out_channels=widths,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=tuple(width // 32 for width in widths),
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


def alphas_of(objective: str) -> Tensor:
    """1000 values of alphas_cumprod; rectified flow looks only at how many there are."""
    config = scheduler_config("v_prediction" if objective == "flow" else objective)
    return torch.as_tensor(DDIMScheduler(**config).alphas_cumprod)


def scheduler_config(objective: str = "v_prediction") -> dict[str, Any]:
    """The noise schedule of an objective. Noise cannot be told from a picture of pure noise, so epsilon keeps some signal."""
    if objective == "flow":
        return {"num_train_timesteps": 1000}
    return {
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "prediction_type": objective,
        "rescale_betas_zero_snr": objective == "v_prediction",
        "timestep_spacing": "trailing",
        "clip_sample": False,
        "set_alpha_to_one": True,
        "steps_offset": 0,
    }
