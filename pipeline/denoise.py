"""The one sampling loop: noise in, latents out, a callback at every step."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from models.controlled_unet import Branch, Masked, guide, predict, within
from models.controlnet import AddedConditions
from models.ip_adapter import Garment
from models.samplers import count_steps
from models.schedulers import FlowEuler
from models.t2i_adapter import AdapterFeatures

OnLatents = Callable[[int, int, Tensor], None]  # step, steps, the clean latents as they look now


@dataclass(frozen=True)
class Known:
    """What an inpainting keeps. latents: B or 1 x C x h x w, the encoded picture; mask: 1 x 1 x h x w in 0..1, how much may
    change: 1 = repaint, 0 = keep, between them see `repainted_after`."""

    latents: Tensor
    mask: Tensor


@torch.no_grad()
def denoise(
    unet: Any,
    branches: Sequence[Branch],
    text: Tensor,
    scheduler: Any,
    noise: Tensor,
    *,
    steps: int,
    guidance: float = 1.0,
    rescale: float = 0.0,
    guidance_end: float = 1.0,
    strength: float = 1.0,
    known: Known | None = None,
    garments: Sequence[Garment] = (),
    added: AddedConditions | None = None,
    masked: Masked | None = None,
    adapter_states: Sequence[AdapterFeatures] = (),
    generators: list[torch.Generator] | None = None,
    on_step: OnLatents | None = None,
) -> Tensor:
    """Sample B x C x h x w float32 latents.

    text: 2B x tokens x D, negative prompts first, or B if guidance is off (1). scheduler: a fresh one; noise: standard
    normal, like the result. guidance_end: share of the schedule that is guided; the steps after it follow the prompt
    alone, at half the cost (Kynkäänniemi et al., arXiv:2404.07724). strength: share of the schedule that is run, 1 =
    from pure noise, less = from the noised known latents. known: outside its mask the picture is put back after every
    step, at that step's noise level, as the Stable Diffusion inpainting pipelines do for U-Nets without mask channels.
    With them (masked) they put nothing back: give no known picture, or for a strength below 1 one whose mask is 1
    everywhere. garments: reference pictures, added: what SDXL is told beside the words, each with as many rows as the text.
    adapter_states: of T2I-Adapters. generators: one a picture, for samplers that add noise, so that a picture does not depend on
    its batch. on_step may raise `Cancelled`.
    """
    scheduler.set_timesteps(steps, device=noise.device)
    skipped = (steps - count_steps(steps, strength)) * scheduler.order
    timesteps = scheduler.timesteps[skipped:]
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(skipped)
    adds_noise = "generator" in inspect.signature(scheduler.step).parameters
    own_noise = {"generator": generators} if generators and adds_noise else {}

    latents: Tensor = noise * scheduler.init_noise_sigma
    if strength < 1:
        assert known is not None, "only a known picture can be changed partly"
        latents = scheduler.add_noise(known.latents.expand_as(noise), noise, timesteps[:1].repeat(noise.shape[0]))

    for index, timestep in enumerate(timesteps):
        scaled = scheduler.scale_model_input(latents, timestep)
        guided = text.shape[0] > noise.shape[0] and within(0, guidance_end, skipped + index, skipped + len(timesteps))
        rows = slice(None) if guided else slice(-noise.shape[0], None)  # without guidance the negatives are left out
        seen = [replace(garment, tokens=garment.tokens[rows]) for garment in garments]
        beside = added and added.rows(rows)
        step = (scaled.to(text.dtype), timestep, text[rows], index, len(timesteps))
        prediction = predict(
            unet, branches, *step, garments=seen, added=beside, masked=masked, adapter_states=adapter_states
        ).float()
        if guided:
            prediction = guide(prediction, guidance, rescale)
        latents = scheduler.step(prediction, timestep, latents, return_dict=False, **own_noise)[0]

        if known is not None:
            kept = known.latents
            if index + 1 < len(timesteps):
                kept = scheduler.add_noise(kept.expand_as(noise), noise, timesteps[index + 1 : index + 2])
            mask = repainted_after(known.mask, index + 1, len(timesteps))
            latents = (1 - mask) * kept + mask * latents
        if on_step is not None:
            on_step(index + 1, len(timesteps), clean_estimate(scheduler, scaled, prediction, timestep))
    return latents


def repainted_after(mask: Tensor, step: int, steps: int) -> Tensor:
    """Where a soft mask lets go of the known picture after so many of the steps, 1 = repaint, 0 = keep.

    mask: in 0..1, for every pixel what `strength` is for a picture: that share of the steps, rounded up, begins from the
    known picture at the noise level of then, and what the steps before made of the pixel is undone (Levin & Fried,
    arXiv:2306.00950, algorithm 1). What is 0 or 1 stays so at every step.
    """
    return (mask > 1 - step / steps).to(mask.dtype)


def clean_estimate(scheduler: Any, scaled: Tensor, prediction: Tensor, timestep: Tensor) -> Tensor:
    """The clean latents that a prediction points at, for a preview (arXiv:2202.00512, appendix D)."""
    if isinstance(scheduler, FlowEuler):
        straight: Tensor = scaled - timestep / scheduler.config.num_train_timesteps * prediction
        return straight
    alpha: Tensor = scheduler.alphas_cumprod.to(scaled.device)[timestep.long()]
    signal, noise = alpha.sqrt(), (1 - alpha).sqrt()
    if scheduler.config.prediction_type == "v_prediction":
        return signal * scaled - noise * prediction
    return (scaled - noise * prediction) / signal
