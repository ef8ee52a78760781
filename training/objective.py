"""What is minimised: v-prediction with capped low-noise weights, more weight inside the mask and on what shows."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

SNR_CAP = 5.0


def noisy(latents: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> tuple[Tensor, Tensor]:
    """Latents at noise level `alphas_cumprod` (B) and the velocity to predict there (Salimans & Ho, arXiv:2202.00512)."""
    signal = alphas_cumprod.sqrt()[:, None, None, None]
    sigma = (1 - alphas_cumprod).sqrt()[:, None, None, None]
    return signal * latents + sigma * noise, signal * noise - sigma * latents


def level_weight(alphas_cumprod: Tensor) -> Tensor:
    """min-SNR-gamma (Hang et al., arXiv:2303.09556), B -> B.

    An error in v counts SNR + 1 times as an error in x0. Min-SNR caps the x0 weight at gamma; taken literally for v it
    also vanishes where SNR is 0, the very step that decides colours at zero terminal SNR. So only the cap is kept:
    min(SNR + 1, gamma + 1) / (SNR + 1).
    """
    snr = alphas_cumprod / (1 - alphas_cumprod).clamp_min(1e-8)
    return (snr + 1).clamp_max(SNR_CAP + 1) / (snr + 1)


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


def loss(prediction: Tensor, target: Tensor, levels: Tensor, region: Tensor, channels: Tensor) -> Tensor:
    """Weighted mean squared error; every sample counts by its noise level's weight, not by its mask's size.

    prediction, target: B x C x h x w; levels: B; region: B x 1 x h x w; channels: C, mean 1.
    """
    error = ((prediction.float() - target).square() * channels[:, None, None]).mean(1, keepdim=True)
    per_sample = (error * region).sum((1, 2, 3)) / region.sum((1, 2, 3))
    return (per_sample * levels).mean()
