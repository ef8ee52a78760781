"""CC_ControlNet: spatial conditions for a diffusion U-Net (Zhang et al., ICCV 2023, arXiv:2302.05543).

The U-Net stays as it is. A trainable copy of its encoder reads the same noisy latents plus a hint, and what it
finds is added to the U-Net's skip connections through 1x1 convolutions that start at zero: before training the
copy changes nothing, and training starts from the U-Net's own knowledge.

The class is diffusers' `ControlNetModel` with the forward pass opened up: the hint's convolution stem never
depends on the noise, so it runs once a picture instead of once a step. Folders are interchangeable both ways.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from torch import Tensor, nn

Residuals = tuple[list[Tensor], Tensor]  # one addend a skip connection, and one for the middle block


@dataclass(frozen=True)
class AddedConditions:
    """What SDXL's networks are told beside the words (Podell et al., arXiv:2307.01952, section 2.2).

    pooled: B x D, the second text encoder's embedding of the whole text; sizes: B x 6, the picture's original height and
    width, how much was cut off at the top and the left, and the wanted height and width, in pixels. As many rows as the
    text.
    """

    pooled: Tensor
    sizes: Tensor

    def rows(self, which: slice) -> AddedConditions:
        return AddedConditions(self.pooled[which], self.sizes[which])


def with_added_conditions(network: Any, time: Tensor, added: AddedConditions | None) -> Tensor:
    """A U-Net's or a ControlNet's embedding of the timestep, B x D, with what an SDXL one is told beside the words."""
    assert (added is None) == (network.config.addition_embed_type is None), "SDXL's networks, and no others, need `added`"
    if added is None:
        return time
    sizes = network.add_time_proj(added.sizes.flatten()).view(len(added.sizes), -1)
    found: Tensor = time + network.add_embedding(torch.cat([added.pooled, sizes.to(added.pooled)], dim=-1))
    return found


def encoder_residuals(network: Any, x: Tensor, emb: Tensor, text: Tensor, scale: float) -> Residuals:
    """What the trainable copy of the encoder makes of x, B x C x h x w: latents and hint behind the first convolution."""
    skips = [x]
    for block in [*network.down_blocks, network.mid_block]:
        seen = {"encoder_hidden_states": text} if getattr(block, "has_cross_attention", False) else {}
        if block is network.mid_block:
            x = block(x, emb, **seen)
        else:
            x, found = block(hidden_states=x, temb=emb, **seen)
            skips.extend(found)
    down = [zero(skip) * scale for zero, skip in zip(network.controlnet_down_blocks, skips, strict=True)]
    return down, network.controlnet_mid_block(x) * scale


def named(config: str, kind: type) -> str:
    """A saved configuration as that of a stock class."""
    return json.dumps({**json.loads(config), "_class_name": kind.__name__}, indent=2, sort_keys=True) + "\n"


class CC_ControlNet(ControlNetModel):  # noqa: N801  the product's name
    """Trainable copy of a U-Net's encoder with zero convolutions and a hint stem."""

    def hint_stem(self, hint: Tensor) -> Tensor:
        """Encode a hint, B x conditioning_channels x 8h x 8w, to B x C x h x w. Depends on nothing else: keep it."""
        if self.config.controlnet_conditioning_channel_order == "bgr":
            hint = hint.flip(1)
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
        """What to add to the U-Net's skip connections, the same values as `forward` gives.

        latents: B x C x h x w, noisy; timestep: scalar or B; text: B x tokens x D; stem: from `hint_stem`, batch B or
        1; scale: strength of the control, 0..2; added: for SDXL.
        """
        time = self.time_proj(timestep.expand(latents.shape[0]).to(latents.device)).to(latents.dtype)
        emb = self.time_embedding(time)
        emb = with_added_conditions(self, emb, added)

        x = self.conv_in(latents) + stem  # the only place where the hint enters
        return encoder_residuals(self, x, emb, text, scale)

    def to_json_string(self) -> str:
        """The saved folder is an ordinary `ControlNetModel`, so that stock diffusers reads it."""
        return named(super().to_json_string(), ControlNetModel)

    def stock(self) -> ControlNetModel:
        """The same network as diffusers' own class, for stock pipelines and their `save_pretrained`."""
        net: ControlNetModel = ControlNetModel.from_config(self.config)
        net.load_state_dict({name: value.clone() for name, value in self.state_dict().items()}, assign=True)
        return net.eval()


def from_unet(
    unet: UNet2DConditionModel, conditioning_channels: int = 3, stem_channels: Sequence[int] = (16, 32, 96, 256)
) -> CC_ControlNet:
    """A new CC_ControlNet on this U-Net: its encoder's weights copied, every zero convolution at zero.

    conditioning_channels: channels of the hint; stem_channels: widths of the hint stem, each after the first halves
    the size, so four of them fit latents of one eighth of the pixels.
    """
    net: CC_ControlNet = CC_ControlNet.from_unet(
        unet, conditioning_embedding_out_channels=tuple(stem_channels), conditioning_channels=conditioning_channels
    )
    return net


def gaussian_from_unet(
    unet: UNet2DConditionModel, conditioning_channels: int = 3, stem_channels: Sequence[int] = (16, 32, 96, 256)
) -> CC_ControlNet:
    """`from_unet` with Gaussian-initialised convolutions instead of zero ones (arXiv:2302.05543, section 4.2, ablation)."""
    net = from_unet(unet, conditioning_channels, stem_channels)
    for layer in connections(net):
        assert isinstance(layer, nn.Conv2d)
        nn.init.normal_(layer.weight, std=layer.weight[0].numel() ** -0.5)
    return net


def connections(net: ControlNetModel) -> list[nn.Module]:
    """The convolutions that begin at zero: where the copy's findings leave it, and where the hint enters."""
    return [*net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding.conv_out]


def randomise_zero_convolutions(net: ControlNetModel, seed: int = 0, std: float = 0.1) -> None:
    """Give an untrained control network an effect, for tests and timings: zeros hide mistakes and cost nothing."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in (p for layer in connections(net) for p in layer.parameters()):
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * std)
