"""The trunk that the part parser, the bundled SAM and the reader of poses look through: a network that has seen real drawings.

MobileNetV2 (Sandler et al., arXiv:1801.04381) as nsfwjs ships it, trained to tell drawings from photographs among other
things; `training.import_nsfwjs` reads its weights. A feature pyramid and two attention layers on top are ours.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BLOCKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
STEM = 32
TAPPED = (0, 2, 5, 12, 16)  # blocks whose outputs are used: at strides 2, 4, 8, 16, 32
EPSILON = 1e-3


class NormedConv(nn.Conv2d):
    """A convolution with TensorFlow's padding and the batch normalisation after it as one, by the statistics that it came with,
    also in training: our batches are small and of another kind than the pictures which these were taken from."""

    def __init__(self, inputs: int, outputs: int, side: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, side, 1, side // 2, groups=groups)  # its bias is the norm's offset
        self.step = stride
        self.scale = nn.Parameter(torch.ones(outputs))
        self.mean: Tensor
        self.variance: Tensor
        self.register_buffer("mean", torch.zeros(outputs))
        self.register_buffer("variance", torch.ones(outputs))

    @property
    def offset(self) -> Tensor:
        assert self.bias is not None
        return self.bias

    def forward(self, x: Tensor) -> Tensor:
        """Equations of Ioffe & Szegedy, arXiv:1502.03167, algorithm 2."""
        factor = self.scale * (self.variance + EPSILON).rsqrt()
        weight, offset = self.weight * factor[:, None, None, None], self.offset - self.mean * factor
        if self.step == 1:
            return F.conv2d(x, weight, offset, 1, self.padding, 1, self.groups)
        x = F.pad(x, (0, 1, 0, 1))  # TensorFlow pads even sides for stride 2 only on the right and below
        if x.dtype == torch.bfloat16 and self.groups > 1:  # oneDNN is slow at the gradient of a strided one, channel by channel
            return F.avg_pool2d(F.conv2d(x, weight, offset, 1, 0, 1, self.groups), 1, self.step)
        return F.conv2d(x, weight, offset, self.step, 0, 1, self.groups)


class InvertedResidual(nn.Module):
    """Wider, filtered channel by channel, narrower again, beside a shortcut where the shapes agree."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        width = inputs * expansion
        self.expand = NormedConv(inputs, width) if expansion > 1 else None
        self.depthwise = NormedConv(width, width, 3, stride, width)
        self.project = NormedConv(width, outputs)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        wide = x if self.expand is None else F.relu6(self.expand(x))
        found: Tensor = self.project(F.relu6(self.depthwise(wide)))
        return x + found if self.shortcut else found


class MobileNetV2(nn.Module):
    """Features at strides 2, 4, 8, 16 and 32 with 16, 24, 32, 96 and 320 channels."""

    WIDTHS = (16, 24, 32, 96, 320)

    def __init__(self) -> None:
        super().__init__()
        self.stem = NormedConv(3, STEM, 3, 2)
        blocks, width = [], STEM
        for expansion, outputs, count, stride in BLOCKS:
            for number in range(count):
                blocks.append(InvertedResidual(width, outputs, stride if number == 0 else 1, expansion))
                width = outputs
        self.blocks = nn.ModuleList(blocks)

    def forward(self, rgb: Tensor) -> Iterator[Tensor]:
        """rgb: B x 3 x H x W in 0..1, sides multiples of 32."""
        x = F.relu6(self.stem(rgb))
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in TAPPED:
                yield x
