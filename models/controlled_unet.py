"""One step of a U-Net with any number of control branches.

    latents -> encoder -> skip connections  <- fusion <- control branches
                            | middle block  <-
                          decoder -> prediction

The forward pass of diffusers' `UNet2DConditionModel` is opened up here, because a fusion needs to see the U-Net's own
feature where control joins it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from models.controlnet import AddedConditions, Residuals, with_added_conditions
from models.fusion import Fusions
from models.ip_adapter import Garment
from models.t2i_adapter import AdapterFeatures, summed


class ControlNetwork(Protocol):
    """What a control branch needs: `CC_ControlNet`, `ControlNetLite`."""

    def hint_stem(self, hint: Tensor) -> Tensor: ...

    def residuals(
        self,
        latents: Tensor,
        timestep: Tensor,
        text: Tensor,
        stem: Tensor,
        scale: float = 1.0,
        added: AddedConditions | None = None,
    ) -> Residuals: ...


@dataclass(frozen=True)
class Masked:
    """What an inpainting U-Net of nine channels reads beside the noisy latents; its control networks do not.

    mask: 1 or B x 1 x h x w, 1 = repaint; latents: 1 or B x C x h x w, the encoded picture with grey under the mask.
    """

    mask: Tensor
    latents: Tensor

    def behind(self, latents: Tensor) -> Tensor:
        """B x (C + 1 + C) x h x w, or a multiple of B if the latents are."""
        more = (x.to(latents).repeat(len(latents) // len(x), 1, 1, 1) for x in (self.mask, self.latents))
        return torch.cat([latents, *more], dim=1)


@dataclass(frozen=True)
class Branch:
    """A control network with its encoded hint.

    stem: `network.hint_stem(hint)`, batch 1 or that of the latents. scale: 0..2. start, end: the span of the sampling
    during which it acts, as fractions 0..1. A step belongs to the span if all of it lies inside. fusion: how it joins
    the U-Net's features, None for addition. by_resolution: CFG resolution weighting, see `weigh_by_resolution`.
    """

    network: ControlNetwork
    stem: Tensor
    scale: float = 1.0
    start: float = 0.0
    end: float = 1.0
    fusion: Fusions | None = None
    by_resolution: bool = False

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
    *,
    garments: Sequence[Garment] = (),
    added: AddedConditions | None = None,
    masked: Masked | None = None,
    adapter_states: Sequence[AdapterFeatures] = (),
) -> Tensor:
    """The U-Net's output for one step; branches outside their span are not run at all.

    latents: B x C x h x w, scaled as the scheduler wants them; timestep: scalar or B; text: B x tokens x D, or 2B
    (first the negative prompts) for classifier-free guidance, which gives 2B predictions. garments: reference pictures
    for a U-Net with adapters attached (`models.ip_adapter`), with as many rows as the text; what they find is summed.
    added: for SDXL. masked: for inpainting U-Nets. adapter_states: of T2I-Adapters.
    """
    copies = text.shape[0] // latents.shape[0]
    latents = torch.cat([latents] * copies)
    time = unet.time_embedding(unet.get_time_embed(latents, timestep))
    time = with_added_conditions(unet, time, added)
    drawn = summed([state for state in adapter_states if within(state.start, state.end, step, steps)])
    features = encode(unet, masked.behind(latents) if masked else latents, time, text, garments, drawn)
    for branch in branches:
        if branch.acts_at(step, steps):
            features = join(branch, features, controls_of(branch, latents, timestep, text, copies, added))
    return decode(unet, features, time, text, garments)


def encode(
    unet: UNet2DConditionModel,
    latents: Tensor,
    time: Tensor,
    text: Tensor,
    garments: Sequence[Garment] = (),
    drawn: Sequence[Tensor] = (),
) -> list[Tensor]:
    """Every skip connection's feature, then the middle block's.

    drawn: what adapters add to the blocks in their order, the middle one last; of one picture, or of a number that
    divides the batch.
    """
    x = unet.conv_in(latents)
    skips = [x]
    waiting = [feature.repeat(len(x) // len(feature), 1, 1, 1) for feature in drawn]
    for block in unet.down_blocks:
        seen = _seen(block, text, garments)
        if waiting and seen:
            seen["additional_residuals"] = waiting.pop(0)
        x, found = block(x, time, **seen)
        if waiting and not seen:  # stock diffusers adds it in place here, so that the skip connection has it too
            x = x + waiting.pop(0)
            found = (*found[:-1], x)
        skips.extend(found)
    x = unet.mid_block(x, time, **_seen(unet.mid_block, text, garments))
    return [*skips, x + waiting[0] if waiting and waiting[0].shape == x.shape else x]


def decode(
    unet: UNet2DConditionModel, features: Sequence[Tensor], time: Tensor, text: Tensor, garments: Sequence[Garment] = ()
) -> Tensor:
    """The prediction from what `encode` gave."""
    *skips, x = features
    for block in unet.up_blocks:
        taken = len(block.resnets)
        skips, own = skips[:-taken], tuple(skips[-taken:])
        size = skips[-1].shape[2:] if skips else None
        x = block(x, own, time, upsample_size=size, **_seen(block, text, garments))
    if unet.conv_norm_out is not None:
        x = unet.conv_act(unet.conv_norm_out(x))
    prediction: Tensor = unet.conv_out(x)
    return prediction


def _seen(block: Any, text: Tensor, garments: Sequence[Garment]) -> dict[str, Any]:
    """What a block's cross-attention layers look at, if it has any."""
    if not getattr(block, "has_cross_attention", False):
        return {}
    # the keyword is one that diffusers hands to the processors that know it and keeps from the others without a word
    return {"encoder_hidden_states": text, "cross_attention_kwargs": {"ip_hidden_states": garments} if garments else None}


def controls_of(
    branch: Branch, latents: Tensor, timestep: Tensor, text: Tensor, copies: int, added: AddedConditions | None = None
) -> list[Tensor]:
    """What a branch has to say, in the order of `encode`."""
    stem = torch.cat([branch.stem] * copies) if branch.stem.shape[0] > 1 else branch.stem
    down, middle = branch.network.residuals(latents, timestep, text, stem, branch.scale, added)
    controls = [*down, middle]
    if branch.by_resolution:
        return weigh_by_resolution(controls, latents.shape[-2], unconditional=len(latents) // 2 if copies == 2 else 0)
    return controls


def weigh_by_resolution(controls: Sequence[Tensor], height: int, unconditional: int) -> list[Tensor]:
    """CFG resolution weighting (arXiv:2302.05543, section 3.4): each connection scaled by w = 64 / h, on the
    conditional pass only, so that guidance also points towards the hint.

    h is the feature's height where the latents' is 64; height: the latents'. unconditional: how many leading samples of
    the batch are the unconditional pass.
    """
    weighed = []
    for control in controls:
        found = control * (height / control.shape[-2])
        found[:unconditional] = 0
        weighed.append(found)
    return weighed


def join(branch: Branch, features: Sequence[Tensor], controls: Sequence[Tensor]) -> list[Tensor]:
    """The U-Net's features with a branch's controls in them."""
    if branch.fusion is None:
        return [feature + control for feature, control in zip(features, controls, strict=True)]
    joined: list[Tensor] = branch.fusion(features, controls)
    return joined


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
