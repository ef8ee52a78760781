"""Between pictures, tensors and latents."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pipeline.request import Image8, UserError

FLAT = 3  # levels of 255: what a picture spans at least
_MEND = (
    "so its weights are damaged or overflow in 16 bits: please run python app.py models verify {name}, or choose another model."
)
NO_NUMBERS = f"The model computed infinities instead of a picture, {_MEND}"
FLAT_PICTURE = f"The model drew one flat colour instead of a picture, {_MEND}"


def to_tensor(picture: Image8) -> Tensor:
    """H x W (x C) uint8 -> 1 x C x H x W float32 in 0..1."""
    planes = torch.from_numpy(np.atleast_3d(picture).astype(np.float32)).permute(2, 0, 1)
    return planes[None] / 255


def to_picture(rgb01: Tensor) -> Image8:
    """1 x 3 x H x W in 0..1 -> H x W x 3 uint8."""
    picture: Image8 = np.rint(rgb01[0].permute(1, 2, 0).cpu().numpy() * 255).astype(np.uint8)
    return picture


@torch.no_grad()
def encode_picture(vae: Any, rgb01: Tensor, generator: torch.Generator) -> Tensor:
    """B x 3 x H x W in 0..1 -> B x C x h x w float32 latents of the diffusion model's scale.

    A variational autoencoder draws from its distribution with `generator`, the request's own, so that the request replays; a
    plain one has only one answer.
    """
    encoded = vae.encode((rgb01 * 2 - 1).to(vae.device, vae.dtype))
    latents = encoded.latents if hasattr(encoded, "latents") else encoded.latent_dist.sample(generator)
    result: Tensor = latents.float() * vae.config.scaling_factor
    return result


def encode_masked(vae: Any, rgb01: Tensor, mask: Tensor, generator: torch.Generator) -> Tensor:
    """`encode_picture` of what is kept: grey under the mask, B x 1 x H x W with 1 = repaint."""
    return encode_picture(vae, torch.where(mask >= 0.5, 0.5, rgb01), generator)


def require_numbers(latents: Tensor, profile: str) -> None:
    """Raises `UserError` where a network gave infinities or no numbers at all; all steps after it would too."""
    if not bool(torch.isfinite(latents).all()):
        raise UserError(NO_NUMBERS.format(name=profile))


def require_picture(drawn: Image8, start: Image8, profile: str) -> None:
    """Raises `UserError` where a drawing, H x W x 3, is one flat colour though what it was drawn from is not."""
    if _spread(drawn) < FLAT <= _spread(start):
        raise UserError(FLAT_PICTURE.format(name=profile))


def _spread(picture: Image8) -> int:
    """Between the darkest and the lightest value of the channel where that is most."""
    return int(np.ptp(picture, axis=(0, 1)).max())


@torch.no_grad()
def decode_picture(vae: Any, latents: Tensor) -> Tensor:
    """B x C x h x w latents -> B x 3 x H x W float32 in 0..1."""
    decoded = vae.decode((latents / vae.config.scaling_factor).to(vae.dtype)).sample
    result: Tensor = (decoded.float() / 2 + 0.5).clamp(0, 1)
    return result


def latent_mask(mask: Tensor, height: int, width: int) -> Tensor:
    """B x 1 x H x W, 1 = repaint -> B x 1 x height x width: a latent is repainted if any of its pixels is."""
    return F.adaptive_max_pool2d(mask, (height, width))


def soft_mask(mask: Tensor, reach: float) -> Tensor:
    """Values between 0 and 1 beyond the border of a hard mask, 1 x 1 x h x w: the farther from it, the less may change.

    reach: latents over which it falls to 0; below half of one the mask stays as it is. What the values mean:
    `pipeline.denoise.repainted_after`.
    """
    if reach < 0.5:
        return mask
    away = cv2.distanceTransform((mask[0, 0].cpu().numpy() < 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return torch.from_numpy(np.clip(1 - away / (reach + 1), 0, 1))[None, None].to(mask)
