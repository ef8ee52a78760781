"""What is minimised: noise, velocity or flow, with capped low-noise weights, more weight inside the mask and on what shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

SNR_CAP = 5.0


@dataclass(frozen=True)
class Noised:
    """Latents made noisy, and what is to be said about them.

    latents: B x C x h x w, what the network sees; timestep: B, what it is told; target: what it should answer; weight:
    B, how much that answer counts; clarity: B, how much of the picture is left, 0..1; clean: an answer -> the clean
    latents that it points at.
    """

    latents: Tensor
    timestep: Tensor
    target: Tensor
    weight: Tensor
    clarity: Tensor
    clean: Callable[[Tensor], Tensor]


Objective = Callable[[Tensor, Tensor, Tensor, Tensor], Noised]  # latents, noise, where in 0..1, alphas_cumprod


def predict_velocity(latents: Tensor, noise: Tensor, where: Tensor, alphas_cumprod: Tensor) -> Noised:
    """v-prediction (Salimans & Ho, arXiv:2202.00512), min-SNR-gamma weights (Hang et al., arXiv:2303.09556).

    An error in v counts SNR + 1 times as an error in x0. Min-SNR caps the x0 weight at gamma; taken literally for v it
    also vanishes where SNR is 0, the very step that decides colours at zero terminal SNR. So only the cap is kept:
    min(SNR + 1, gamma + 1) / (SNR + 1).
    """
    timestep, signal, sigma, snr = _levels(where, alphas_cumprod)
    noised = signal * latents + sigma * noise
    weight = velocity_weight(snr)
    clarity = signal.flatten() ** 2
    return Noised(noised, timestep, signal * noise - sigma * latents, weight, clarity, lambda v: signal * noised - sigma * v)


def velocity_weight(snr: Tensor) -> Tensor:
    """How much an error in v counts at a signal-to-noise ratio, see `predict_velocity`."""
    return (snr + 1).clamp_max(SNR_CAP + 1) / (snr + 1)


def predict_noise(latents: Tensor, noise: Tensor, where: Tensor, alphas_cumprod: Tensor) -> Noised:
    """The noise itself (Ho et al., arXiv:2006.11239) with min-SNR-gamma weights min(SNR, gamma) / SNR; needs a schedule
    that does not end at zero SNR."""
    timestep, signal, sigma, snr = _levels(where, alphas_cumprod)
    noised = signal * latents + sigma * noise
    weight = snr.clamp_max(SNR_CAP) / snr.clamp_min(1e-8)
    return Noised(noised, timestep, noise, weight, signal.flatten() ** 2, lambda found: (noised - sigma * found) / signal)


def predict_flow(latents: Tensor, noise: Tensor, where: Tensor, alphas_cumprod: Tensor) -> Noised:
    """Rectified flow (Liu et al., arXiv:2209.03003): the straight way from picture to noise; no schedule is needed."""
    at = where[:, None, None, None]
    noised = (1 - at) * latents + at * noise
    timestep = where * len(alphas_cumprod)
    return Noised(noised, timestep, noise - latents, torch.ones_like(where), 1 - where, lambda flow: noised - at * flow)


def _levels(where: Tensor, alphas_cumprod: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Timestep B, signal and noise factors B x 1 x 1 x 1, and signal-to-noise ratio B."""
    timestep = (where * len(alphas_cumprod)).long().clamp_max(len(alphas_cumprod) - 1)
    alphas = alphas_cumprod[timestep]
    signal, sigma = alphas.sqrt()[:, None, None, None], (1 - alphas).sqrt()[:, None, None, None]
    return timestep, signal, sigma, alphas / (1 - alphas).clamp_min(1e-8)


OBJECTIVES: dict[str, Objective] = {
    "v_prediction": predict_velocity,
    "epsilon": predict_noise,
    "flow": predict_flow,
}


def region_weight(mask: Tensor, shape: torch.Size, outside: float) -> Tensor:
    """1 where a latent cell touches the mask, `outside` elsewhere; mask: B x 1 x H x W -> B x 1 x h x w."""
    touched = F.adaptive_max_pool2d(mask, shape[-2:])
    return outside + (1 - outside) * touched


@torch.no_grad()
def channel_weight(decoder: Callable[[Tensor], Tensor], latents: Tensor, error: float = 0.3) -> Tensor:
    """How much an error in each latent channel changes the decoded picture (root mean square), mean 1; B x C x h x w -> C.

    An autoencoder with standardised latents keeps the colours in a few channels and fills the others with detail that
    nobody can foresee. Counted alike, the detail would drown what decides the looks.
    """
    generator = torch.Generator().manual_seed(0)
    noise = error * torch.randn(latents[:, 0].shape, generator=generator).to(latents)
    picture, changes = decoder(latents), []
    for channel in range(latents.shape[1]):
        disturbed = latents.clone()
        disturbed[:, channel] += noise
        changes.append((decoder(disturbed) - picture).square().mean().sqrt())
    found = torch.stack(changes).float()
    return found / found.mean()


def loss(prediction: Tensor, noised: Noised, region: Tensor, channels: Tensor) -> Tensor:
    """Weighted mean squared error; every sample counts by its noise level's weight, not by its mask's size.

    prediction: B x C x h x w; region: B x 1 x h x w; channels: C, mean 1.
    """
    error = ((prediction.float() - noised.target).square() * channels[:, None, None]).mean(1, keepdim=True)
    per_sample = (error * region).sum((1, 2, 3)) / region.sum((1, 2, 3))
    return (per_sample * noised.weight).mean()


def edges(rgb: Tensor) -> Tensor:
    """Differentiable edges by Sobel's filter, the strongest colour channel: B x 3 x H x W in 0..1 -> B x 1 x H x W."""
    kernel = rgb.new_tensor([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / 4
    filters = torch.stack([kernel, kernel.T])[:, None]
    channels = rgb.flatten(0, 1)[:, None]
    slopes = F.conv2d(F.pad(channels, (1, 1, 1, 1), mode="replicate"), filters)
    found: Tensor = (slopes.square().sum(1) + 1e-6).sqrt().unflatten(0, rgb.shape[:2]).amax(1, keepdim=True)
    return found


def consistency(found: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """How far the edges re-read from a predicted picture are from those of the condition (ControlNet++, Li et al.,
    arXiv:2404.07987, section 3.2); pictures B x 3 x H x W in 0..1; weight: B, small where noise hides the picture."""
    difference = (edges(found) - edges(wanted)).abs().mean((1, 2, 3))
    return (difference * weight).mean()
