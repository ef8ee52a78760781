"""T2I-Adapter: a small network that reads a drawing once a picture, not once a step (Mou et al., arXiv:2302.08453).

What it finds is added inside the U-Net's encoder, one feature a block, before the block shrinks the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from diffusers import T2IAdapter
from torch import Tensor


@dataclass(frozen=True)
class AdapterFeatures:
    """What an adapter found in a drawing, a pose or a depth map.

    features: one for each of the U-Net's encoder blocks (SDXL's adapters have one for the middle block too), 1 or B x C x
    h x w; scale: 0..2; start, end: the span of the sampling during which it acts, as of a `Branch`.
    """

    features: tuple[Tensor, ...]
    scale: float = 1.0
    start: float = 0.0
    end: float = 1.0


@torch.no_grad()
def adapter_features(
    adapter: T2IAdapter, hint: Tensor, scale: float = 1.0, start: float = 0.0, end: float = 1.0
) -> AdapterFeatures:
    """hint: B x channels x 8h x 8w in 0..1, white lines on black for line art; its sides must be multiples of
    `adapter.total_downscale_factor`."""
    return AdapterFeatures(tuple(adapter(hint)), scale, start, end)


def summed(adapters: Sequence[AdapterFeatures]) -> list[Tensor]:
    """What several adapters add together, one feature a block; none if there are none."""
    scaled = [[feature * adapter.scale for feature in adapter.features] for adapter in adapters]
    return [torch.stack(features).sum(dim=0) for features in zip(*scaled, strict=True)]
