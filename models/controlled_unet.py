"""One step of a U-Net with any number of control branches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from models.controlnet import CC_ControlNet


@dataclass(frozen=True)
class Branch:
    """A control network with its encoded hint.

    stem: `network.hint_stem(hint)`, batch 1 or that of the latents. scale: 0..2. start, end: the span of the sampling
    during which it acts, as fractions 0..1. A step belongs to the span if all of it lies inside.
    """

    network: CC_ControlNet
    stem: Tensor
    scale: float = 1.0
    start: float = 0.0
    end: float = 1.0

    def acts_at(self, step: int, steps: int) -> bool:
        return self.scale != 0 and within(self.start, self.end, step, steps)


def within(start: float, end: float, step: int, steps: int) -> bool:
    """Whether all of a step lies in a span of the sampling: diffusers' `control_guidance_start` and `_end`."""
    return step / steps >= start and (step + 1) / steps <= end


def predict(
    unet: UNet2DConditionModel,
    branches: Sequence[Branch],
    latents: Tensor,
    timestep: Tensor,
    text: Tensor,
    step: int = 0,
    steps: int = 1,
) -> Tensor:
    """The U-Net's output for one step; branches outside their span are not run at all.

    latents: B x C x h x w, scaled as the scheduler wants them; timestep: scalar or B; text: B x tokens x D, or 2B
    (first the negative prompts) for classifier-free guidance, which gives 2B predictions.
    """
    copies = text.shape[0] // latents.shape[0]
    latents = torch.cat([latents] * copies)
    down: list[Tensor] | None = None
    middle: Tensor | None = None
    for branch in branches:
        if not branch.acts_at(step, steps):
            continue
        stem = torch.cat([branch.stem] * copies) if branch.stem.shape[0] > 1 else branch.stem
        found, found_middle = branch.network.residuals(latents, timestep, text, stem, branch.scale)
        down = found if down is None else [a + b for a, b in zip(down, found, strict=True)]
        middle = found_middle if middle is None else middle + found_middle
    prediction: Tensor = unet(
        latents,
        timestep,
        encoder_hidden_states=text,
        down_block_additional_residuals=down,
        mid_block_additional_residual=middle,
        return_dict=False,
    )[0]
    return prediction


def guide(prediction: Tensor, guidance: float, rescale: float = 0.0) -> Tensor:
    """Classifier-free guidance (arXiv:2207.12598) of a doubled batch, 2B -> B.

    rescale: 0..1, how far the result's standard deviation is pulled back to that of the conditional prediction, which
    models with zero terminal SNR need (arXiv:2305.08891, section 3.4).
    """
    negative, positive = prediction.chunk(2)
    guided = negative + guidance * (positive - negative)
    if rescale:
        dims = tuple(range(1, guided.ndim))
        pulled = guided * (positive.std(dim=dims, keepdim=True) / guided.std(dim=dims, keepdim=True))
        guided = rescale * pulled + (1 - rescale) * guided
    return guided
