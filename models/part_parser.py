"""The bundled part parser: a picture of a character -> what every pixel belongs to.

A small convolutional pyramid with a few attention layers at its top, so that a sleeve knows whose arm it is on, read out at half
the picture's resolution. Its trunk is also the image encoder of the bundled SAM (`models.sam`) and what the reader of poses looks
through (`models.hint_reader`).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.drawing_trunk import MobileNetV2
from models.group_norm import quicken

CLASSES = 13  # the twelve values of a part label map, then face and hands, which are skin that nothing may cover
FACE_HANDS = 12
FINE, WIDTHS, BLOCKS, MERGED = 24, (48, 96, 192, 256), (1, 2, 3, 1), 64
FAR = 16.0  # cells: the distances to middles that are told are numbers about 1 times this
RARELY = -4.0  # log odds of a middle to begin with
STRIDE = 32  # sides of a picture must be multiples of this
MEAN, STD = (0.6, 0.56, 0.55), (0.29, 0.28, 0.27)  # of RGB in 0..1, about those of drawings over all backgrounds


def _norm(width: int) -> nn.GroupNorm:
    """Statistics of the one picture: another style's brightness and contrast are gone after the first layers."""
    return nn.GroupNorm(8, width)


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut (He et al., arXiv:1603.05027, with the norms first)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.norm1, self.conv1 = _norm(inputs), nn.Conv2d(inputs, outputs, 3, stride, 1)
        self.norm2, self.conv2 = _norm(outputs), nn.Conv2d(outputs, outputs, 3, 1, 1)
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, stride, stride)

    def forward(self, x: Tensor) -> Any:
        found = self.conv1(F.silu(self.norm1(x)))
        found = self.conv2(F.silu(self.norm2(found)))
        return self.shortcut(x) + found


class Attention(nn.Module):
    """A transformer layer over all cells; where a cell lies is told by a depthwise convolution (Chu et al.,
    arXiv:2102.10882), which knows no largest picture."""

    def __init__(self, width: int, heads: int = 8) -> None:
        super().__init__()
        self.heads = heads
        self.place = nn.Conv2d(width, width, 3, 1, 1, groups=width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Any:
        x = x + self.place(x)
        height, width = x.shape[-2:]
        cells = x.flatten(2).transpose(1, 2)
        q, k, v = self.qkv(self.norm1(cells)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        cells = cells + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        cells = cells + self.mlp(self.norm2(cells))
        return cells.transpose(1, 2).unflatten(2, (height, width))


class PartTrunk(nn.Module):
    """Features of a picture at half and at a quarter of its size; the coarser ones know of everything above them.

    A pyramid that has learnt from our drawings, and beside it a network that has seen real ones, whose features join every stage
    through zero convolutions (Zhang et al., arXiv:2302.05543).
    """

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Conv2d(3, FINE, 3, 2, 1)
        stages, width = [], FINE
        for wider, blocks in zip(WIDTHS, BLOCKS, strict=True):
            stages.append(nn.Sequential(Residual(width, wider, 2), *(Residual(wider, wider) for _ in range(blocks - 1))))
            width = wider
        self.stages = nn.ModuleList(stages)
        self.backbone = MobileNetV2()
        self.joins = nn.ModuleList(
            zero(channels, width) for channels, width in zip(self.backbone.WIDTHS[1:], WIDTHS, strict=True)
        )
        self.whole = nn.Sequential(Attention(width), Attention(width))
        self.lateral = nn.ModuleList(nn.Conv2d(channels, MERGED, 1) for channels in WIDTHS)
        self.merge = Residual(MERGED, MERGED)

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """rgb: B x 3 x H x W in 0..1, sides multiples of 32 -> B x 24 x H/2 x W/2 and B x 64 x H/4 x W/4."""
        mean, std = (rgb.new_tensor(values)[:, None, None] for values in (MEAN, STD))
        fine = self.fine((rgb - mean) / std)
        x, pyramid = fine, []
        _, *known = self.backbone(rgb)
        for stage, join, features in zip(self.stages, self.joins, known, strict=True):
            x = stage(x) + join(features)
            pyramid.append(x)
        pyramid[-1] = self.whole(x)
        return fine, self.merge(top_down(self.lateral, pyramid))


def zero(inputs: int, outputs: int) -> nn.Conv2d:
    """A 1x1 convolution that says nothing to begin with."""
    found = nn.Conv2d(inputs, outputs, 1)
    nn.init.zeros_(found.weight)
    assert found.bias is not None
    nn.init.zeros_(found.bias)
    return found


def top_down(laterals: Any, pyramid: list[Tensor]) -> Tensor:
    """Features at the size of the finest, which know of all coarser ones (Lin et al., arXiv:1612.03144)."""
    merged: Tensor = laterals[-1](pyramid[-1])
    for lateral, skip in zip(laterals[-2::-1], pyramid[-2::-1], strict=True):
        merged = F.interpolate(merged, size=skip.shape[-2:], mode="bilinear", align_corners=False) + lateral(skip)
    return merged


def sharpened(narrow: nn.Module, refine: nn.Module, fine: Tensor, merged: Tensor) -> Tensor:
    """What coarse features mean, at the size of the fine ones and with their borders."""
    near = F.interpolate(narrow(merged), size=fine.shape[-2:], mode="bilinear", align_corners=False)
    return F.silu(refine(F.silu(torch.cat([near, fine], 1))))


def planes(count: int) -> nn.Sequential:
    """A head of so many planes on features B x 64 x h x w."""
    return nn.Sequential(Residual(MERGED, MERGED), _norm(MERGED), nn.SiLU(), nn.Conv2d(MERGED, count, 1))


class PartParser(nn.Module):
    """Trunk, a head that says for every second pixel which part it is, and one that says for every fourth whose it is."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = PartTrunk()
        self.narrow = nn.Conv2d(MERGED, FINE, 1)
        self.refine = nn.Conv2d(2 * FINE, 32, 3, 1, 1)
        self.parts = nn.Conv2d(32, CLASSES, 1)
        self.people = planes(3)
        nn.init.constant_(self.people[-1].bias[:1], RARELY)  # type: ignore[index]
        quicken(self)

    def forward(self, rgb: Tensor) -> Tensor:
        """B x 3 x H x W in 0..1, sides multiples of 32 -> logits B x 13 x H/2 x W/2."""
        return self.read(*self.trunk(rgb))

    def read(self, fine: Tensor, merged: Tensor) -> Tensor:
        """Logits from the trunk's features."""
        found: Tensor = self.parts(sharpened(self.narrow, self.refine, fine, merged))
        return found

    def whose(self, merged: Tensor) -> Tensor:
        """From the trunk's features: B x 3 x H/4 x W/4, log odds of a person's middle, and `models.prompts.Middles.towards` over
        `FAR`."""
        found: Tensor = self.people(merged)
        return found


def new_parser() -> Any:
    """An untrained parser, channels-last as convolutions on a CPU like it."""
    return PartParser().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
