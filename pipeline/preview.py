"""Small pictures of a drawing in progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from models.placement import Onload
from pipeline.composite import paste
from pipeline.images import Crop, flatten, resize
from pipeline.latents import decode_picture, to_picture
from pipeline.request import Image8

LONG_SIDE = 384  # pixels
PAUSE = 0.7  # seconds between two previews: decoding must stay a small part of the work
_PAPER = (255, 255, 255)


@dataclass(frozen=True)
class Thumbnail:
    """A request's picture, masks and crop, small."""

    character: Image8
    mask: Image8
    limit: Image8 | None
    crop: Crop

    @classmethod
    def of(cls, character: Image8, mask: Image8, limit: Image8 | None, crop: Crop) -> Thumbnail:
        """Arguments as for `composite.paste`."""
        height, width = character.shape[:2]
        shrink = min(1.0, LONG_SIDE / max(height, width))
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        left, top = round(crop.left * shrink), round(crop.top * shrink)
        box = max(1, round((crop.right - crop.left) * shrink)), max(1, round((crop.bottom - crop.top) * shrink))
        small = Crop(left, top, left + box[0], top + box[1], crop.width, crop.height)
        return cls(resize(character, size), resize(mask, size), None if limit is None else resize(limit, size), small)

    def show(self, crop_rgb: Image8) -> Image8:
        """The whole character with a generated crop (any size) in place -> h x w x 3."""
        crop = Crop(self.crop.left, self.crop.top, self.crop.right, self.crop.bottom, crop_rgb.shape[1], crop_rgb.shape[0])
        return flatten(paste(self.character, crop_rgb, crop, self.mask, self.limit), _PAPER)


Decoder = Callable[[Tensor], Image8]  # 1 x C x h x w latents -> H x W x 3


def small_decoder(vae: Any, onload: Onload) -> Decoder:
    """The autoencoder itself, at half size: for one as small as the bundled. onload: brings it to the latents' device."""

    def decode(latents: Tensor) -> Image8:
        with onload(vae):
            return to_picture(decode_picture(vae, F.avg_pool2d(latents, 2)))

    return decode


def linear_decoder(latents: Tensor, rgb: Image8) -> Decoder:
    """Colours as a linear function of the latents, fitted to one picture that was encoded: free of cost, at an eighth of the
    size, and as good as a thumbnail needs for latents of Stable Diffusion.

    latents: 1 x C x h x w; rgb: H x W x 3, the picture that they encode.
    """
    height, width = latents.shape[-2:]
    wanted = torch.from_numpy(np.asarray(resize(rgb, (width, height)), np.float32)).reshape(-1, 3) / 255
    seen = _with_one(latents.float().cpu())
    fitted = torch.linalg.lstsq(seen.T @ seen + 1e-2 * torch.eye(seen.shape[1]), seen.T @ wanted).solution

    def decode(now: Tensor) -> Image8:
        colours = (_with_one(now.float().cpu()) @ fitted).clamp(0, 1).T.reshape(1, 3, *now.shape[-2:])
        return to_picture(colours)

    return decode


def _with_one(latents: Tensor) -> Tensor:
    """1 x C x h x w -> hw x C + 1."""
    cells = latents[0].flatten(1).T
    return torch.cat([cells, torch.ones(len(cells), 1)], dim=1)


class Previews:
    """Shows clean-looking latents now and then, as far as it is allowed to."""

    def __init__(self, thumbnail: Thumbnail, may_be_shown: Callable[[Image8], bool] = lambda _: True) -> None:
        self.thumbnail, self.may_be_shown, self.next = thumbnail, may_be_shown, 0.0

    def at(self, latents: Tensor, decode: Decoder) -> Image8 | None:
        """1 x C x h x w latents -> a preview, or None if the last one is too recent or this one must not be shown."""
        if time.monotonic() < self.next:
            return None
        preview = self.thumbnail.show(decode(latents))
        self.next = time.monotonic() + PAUSE
        return preview if self.may_be_shown(preview) else None
