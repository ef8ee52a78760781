"""ControlNet-lite: a single convolution a block where the ControlNet has a trainable copy (arXiv:2302.05543, section 4.2).

It reads the hint and the noisy latents, knows neither the words nor the noise level, and costs next to nothing. The
paper keeps it as an ablation; here it is a choice wherever a control network may stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin, UNet2DConditionModel
from diffusers.configuration_utils import register_to_config
from diffusers.models.controlnets.controlnet import ControlNetConditioningEmbedding
from torch import Tensor, nn

from models.controlnet import AddedConditions, Residuals


def zero_convolution(channels: int) -> nn.Conv2d:
    """1x1, all zeros."""
    layer = nn.Conv2d(channels, channels, 1)
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


class ControlNetLite(ModelMixin, ConfigMixin):
    """The same interface as `CC_ControlNet`: `hint_stem` once a picture, `residuals` at every step."""

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(
        self,
        in_channels: int = 4,
        conditioning_channels: int = 3,
        block_out_channels: Sequence[int] = (320, 640, 1280, 1280),
        layers_per_block: int = 2,
        conditioning_embedding_out_channels: Sequence[int] = (16, 32, 96, 256),
    ) -> None:
        """The same meaning as in diffusers' `ControlNetModel`."""
        super().__init__()
        first = block_out_channels[0]
        self.controlnet_cond_embedding = ControlNetConditioningEmbedding(
            first, conditioning_channels, tuple(conditioning_embedding_out_channels)
        )
        self.conv_in = nn.Conv2d(in_channels, first, 3, padding=1)
        widths = [first, *block_out_channels]
        self.blocks = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairwise(widths))
        self.middle = nn.Conv2d(widths[-1], widths[-1], 3, padding=1)
        self.controlnet_down_blocks = nn.ModuleList(zero_convolution(width) for width in skip_channels(self))
        self.controlnet_mid_block = zero_convolution(widths[-1])

    def hint_stem(self, hint: Tensor) -> Tensor:
        """B x conditioning_channels x 8h x 8w -> B x C x h x w."""
        stem: Tensor = self.controlnet_cond_embedding(hint)
        return stem

    def residuals(
        self,
        latents: Tensor,
        timestep: Tensor,
        text: Tensor,
        stem: Tensor,
        scale: float = 1.0,
        added: AddedConditions | None = None,
    ) -> Residuals:
        """What to add to the skip connections and the middle block; `timestep`, `text` and `added` are not looked at."""
        x = self.conv_in(latents) + stem
        skips = [x]
        for index, block in enumerate(self.blocks):
            x = F.silu(block(x))
            skips += [x] * self.config.layers_per_block
            if index + 1 < len(self.blocks):
                x = F.avg_pool2d(x, 2)
                skips.append(x)
        down = [zero(skip) * scale for zero, skip in zip(self.controlnet_down_blocks, skips, strict=True)]
        return down, self.controlnet_mid_block(F.silu(self.middle(x))) * scale


def skip_channels(network: ModelMixin) -> list[int]:
    """Channels of every skip connection, first to last, of a U-Net or control network of Stable Diffusion's layout."""
    widths, layers = network.config.block_out_channels, network.config.layers_per_block
    found = [widths[0]]
    for index, width in enumerate(widths):
        found += [width] * (layers + (index + 1 < len(widths)))
    return found


def lite_from_unet(
    unet: UNet2DConditionModel, conditioning_channels: int = 3, stem_channels: Sequence[int] = (16, 32, 96, 256)
) -> ControlNetLite:
    """A new ControlNet-lite that fits this U-Net."""
    shape = unet.config
    net: ControlNetLite = ControlNetLite(
        shape.in_channels, conditioning_channels, shape.block_out_channels, shape.layers_per_block, tuple(stem_channels)
    )
    return net
