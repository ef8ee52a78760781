"""How a control feature joins the U-Net's own at a skip connection or in the middle block.

The published ControlNet adds (arXiv:2302.05543). The others learn how much of it to take, mix both by a 1x1
convolution, or let every place of the U-Net look for control anywhere in the picture. Each starts as plain addition or
as close to it as it can, so that with zero convolutions an untrained network still changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn


class Add(nn.Module):
    """h + c. No parameters; what a branch without a fusion of its own does."""

    def __init__(self, channels: int = 0) -> None:
        super().__init__()

    def forward(self, feature: Tensor, control: Tensor) -> Tensor:
        return feature + control


class Residual(nn.Module):
    """h + alpha c, one learned alpha a channel; set it with `nn.init.constant_` and freeze it for a fixed one."""

    def __init__(self, channels: int, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.full((channels, 1, 1), alpha))

    def forward(self, feature: Tensor, control: Tensor) -> Tensor:
        joined: Tensor = feature + self.alpha * control
        return joined


class Concat(nn.Module):
    """A 1x1 convolution of [h, c] that begins as h + c."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(2 * channels, channels, 1)
        nn.init.zeros_(self.mix.bias)  # type: ignore[arg-type]
        with torch.no_grad():
            self.mix.weight.copy_(torch.eye(channels).repeat(1, 2)[..., None, None])

    def forward(self, feature: Tensor, control: Tensor) -> Tensor:
        mixed: Tensor = self.mix(torch.cat([feature, control], dim=1))
        return mixed


class Attention(nn.Module):
    """h + softmax(q(h) k(c)) v(c): every place of h gathers control from all places of c.

    Queries and keys carry the same sinusoidal place codes, so that at first each place mostly finds its own control.
    """

    PLACES = 32  # channels of the place code, in queries and keys

    def __init__(self, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Conv2d(channels, channels, 1, bias=False) for _ in range(3))
        nn.init.dirac_(self.value.weight)
        for layer in (self.query, self.key):
            nn.init.normal_(layer.weight, std=0.1 / channels**0.5)

    def forward(self, feature: Tensor, control: Tensor) -> Tensor:
        batch, _, height, width = feature.shape

        def split(x: Tensor) -> Tensor:  # B x C x h x w -> B x heads x hw x C / heads
            parts: Tensor = x.flatten(2).transpose(1, 2).unflatten(2, (self.heads, -1)).transpose(1, 2)
            return parts

        places = place_code(height, width, self.PLACES).to(feature).expand(batch, self.heads, -1, -1)
        query = torch.cat([split(self.query(feature)), places], dim=-1)
        key = torch.cat([split(self.key(control)), places], dim=-1)
        found = F.scaled_dot_product_attention(query, key, split(self.value(control)), scale=1.0)
        joined: Tensor = feature + found.transpose(1, 2).flatten(2).transpose(1, 2).unflatten(2, (height, width))
        return joined


def place_code(height: int, width: int, channels: int, sharpness: float = 3.0) -> Tensor:
    """hw x channels, a multiple of 4: inner products fall off with distance, by some e-fold per place at `sharpness` 3."""
    waves = 2.0 ** (torch.arange(channels // 4) / 2) * (torch.pi / max(height, width))
    y, x = torch.arange(height)[:, None] * waves, torch.arange(width)[:, None] * waves
    rows, columns = torch.cat([y.sin(), y.cos()], 1), torch.cat([x.sin(), x.cos()], 1)
    code = torch.cat([rows[:, None].expand(-1, width, -1), columns[None].expand(height, -1, -1)], dim=-1)
    scaled: Tensor = code.flatten(0, 1) * sharpness**0.5
    return scaled


FUSIONS: dict[str, Callable[[int], nn.Module]] = {"add": Add, "residual": Residual, "concat": Concat, "attention": Attention}


class Fusions(ModelMixin, ConfigMixin):
    """One fusion a skip connection, and one for the middle block; a folder of its own beside the control network's."""

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(self, kind: str, channels: Sequence[int]) -> None:
        """kind: a row of `FUSIONS`; channels: of every skip connection in the U-Net's order, then the middle block."""
        super().__init__()
        self.places = nn.ModuleList(FUSIONS[kind](width) for width in channels)

    def forward(self, features: Sequence[Tensor], controls: Sequence[Tensor]) -> list[Tensor]:
        return [place(h, c) for place, h, c in zip(self.places, features, controls, strict=True)]
