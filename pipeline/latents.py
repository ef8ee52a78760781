"""Between pictures and latents."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


@torch.no_grad()
def encode_picture(vae: Any, rgb01: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """B x 3 x H x W in 0..1 -> B x C x h x w float32 latents of the diffusion model's scale.

    A variational autoencoder draws from its distribution with `generator`; a plain one has only one answer.
    """
    encoded = vae.encode((rgb01 * 2 - 1).to(vae.device, vae.dtype))
    latents = encoded.latents if hasattr(encoded, "latents") else encoded.latent_dist.sample(generator)
    result: Tensor = latents.float() * vae.config.scaling_factor
    return result


@torch.no_grad()
def decode_picture(vae: Any, latents: Tensor) -> Tensor:
    """B x C x h x w latents -> B x 3 x H x W float32 in 0..1."""
    decoded = vae.decode((latents / vae.config.scaling_factor).to(vae.dtype)).sample
    result: Tensor = (decoded.float() / 2 + 0.5).clamp(0, 1)
    return result


def latent_mask(mask: Tensor, height: int, width: int) -> Tensor:
    """B x 1 x H x W, 1 = repaint -> B x 1 x height x width: a latent is repainted if any of its pixels is."""
    return F.adaptive_max_pool2d(mask, (height, width))
