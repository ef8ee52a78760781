"""Small pictures of a drawing in progress."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor

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


class Previews:
    """Decodes clean-looking latents now and then, at half size."""

    def __init__(self, vae: Any, thumbnail: Thumbnail) -> None:
        self.vae, self.thumbnail = vae, thumbnail
        self.next = 0.0

    def at(self, latents: Tensor) -> Image8 | None:
        """1 x C x h x w latents -> a preview, or None if the last one is too recent."""
        if time.monotonic() < self.next:
            return None
        rgb = to_picture(decode_picture(self.vae, F.avg_pool2d(latents, 2)))
        self.next = time.monotonic() + PAUSE
        return self.thumbnail.show(rgb)
