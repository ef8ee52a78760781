"""IP-Adapter: a picture as a prompt (Ye et al., arXiv:2308.06721).

The picture's features become a few tokens (`Resampler`, or `ImageProjection` for the small variant). Every
cross-attention layer of the locked U-Net gets a second pair of key and value matrices for them, and what they find is
added to what the words found: Z = Attention(Q, K, V) + lambda Attention(Q, K', V').

Files have the published layout (`image_proj.*`, `ip_adapter.1.to_k_ip.weight` ...), so ours load into stock diffusers
and published ones load here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from torch import Tensor, nn

HEAD = 64  # width of an attention head in published resamplers


@dataclass(frozen=True)
class Garment:
    """A reference picture, ready for the cross-attention layers.

    tokens: B x n x D, or 2B (first the negatives) like the text; scale: lambda, 0..1.5; mask: 1 x 1 x H x W in 0..1, best in
    the drawn picture's pixels, where in it the reference acts, None for everywhere. adapter: whose tokens these are, the
    index among those that are attached.
    """

    tokens: Tensor
    scale: float = 1.0
    mask: Tensor | None = None
    adapter: int = 0


class DecoupledCrossAttention(nn.Module):
    """What one adapter adds to one cross-attention layer."""

    def __init__(self, inner: int, width: int) -> None:
        """inner: channels of the layer's keys; width: of a token."""
        super().__init__()
        self.to_k_ip = nn.Linear(width, inner, bias=False)
        self.to_v_ip = nn.Linear(width, inner, bias=False)

    def look(self, query: Tensor, tokens: Tensor, heads: int) -> Tensor:
        """What the layer's queries, B x places x inner, find in a picture's tokens, before its output layer."""

        def split(x: Tensor) -> Tensor:  # B x n x inner -> B x heads x n x inner / heads
            parts: Tensor = x.unflatten(-1, (heads, -1)).transpose(1, 2)
            return parts

        seen = F.scaled_dot_product_attention(split(query), split(self.to_k_ip(tokens)), split(self.to_v_ip(tokens)))
        return seen.transpose(1, 2).flatten(2)


class IPAdapterAttnProcessor(nn.Module):
    """Processor of one cross-attention layer: what it finds in the words, and in every garment. Without garments it
    computes exactly what it stands in for."""

    def __init__(self, layers: Sequence[DecoupledCrossAttention]) -> None:
        """layers: one for every adapter."""
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        ip_hidden_states: Sequence[Garment] = (),
    ) -> Tensor:
        found: Tensor = AttnProcessor2_0()(attn, hidden_states, encoder_hidden_states, attention_mask, temb)
        garments = [garment for garment in ip_hidden_states if garment.scale != 0]
        if not garments:
            return found
        query = attn.to_q(hidden_states)
        seen = torch.zeros_like(query)
        for garment in garments:
            layer = self.layers[garment.adapter]
            assert isinstance(layer, DecoupledCrossAttention)
            one = layer.look(query, garment.tokens.to(query.dtype), attn.heads) * garment.scale
            if garment.mask is not None:
                one = one * places_of(garment.mask, query.shape[1]).to(one)
            seen = seen + one
        output = attn.to_out[0]  # called, because a LoRA may be on it, or its weights elsewhere
        shown = output(seen)
        if output.bias is not None:  # what the words found has passed it already
            shown = shown - output.bias.to(shown)
        found = found + shown / attn.rescale_output_factor
        return found


def places_of(mask: Tensor, count: int) -> Tensor:
    """A mask of the picture at one of the U-Net's resolutions: B x 1 x h x w -> B x count x 1.

    count: places of that resolution, which halves, rounded up, as often as the U-Net does. Like diffusers'
    `IPAdapterMaskProcessor` it interpolates bicubically, so values just beyond 0..1 occur beside an edge, the closer to it
    the more pixels the mask has.
    """
    rows = _rows(*mask.shape[-2:], count)
    places: Tensor = F.interpolate(mask, (rows, count // rows), mode="bicubic").flatten(1)[..., None]
    return places


@cache
def _rows(height: int, width: int, count: int) -> int:
    """Into how many rows so many places fall, if their shape is as near to height x width as it can be."""
    divisors = (rows for rows in range(1, count + 1) if count % rows == 0)
    return min(divisors, key=lambda rows: abs(math.log(rows * rows * width / (count * height))))


class ImageProjection(nn.Module):
    """The pooled feature of a picture -> n tokens; B x features -> B x n x width."""

    def __init__(self, features: int, width: int, count: int = 4) -> None:
        super().__init__()
        self.proj, self.norm = nn.Linear(features, count * width), nn.LayerNorm(width)

    def forward(self, pooled: Tensor) -> Tensor:
        tokens: Tensor = self.norm(self.proj(pooled).unflatten(-1, (-1, self.norm.normalized_shape[0])))
        return tokens


class PerceiverAttention(nn.Module):
    """Learned queries look at a picture's features and at each other (Alayrac et al., arXiv:2204.14198)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.to_q = nn.Linear(width, heads * HEAD, bias=False)
        self.to_kv = nn.Linear(width, 2 * heads * HEAD, bias=False)
        self.to_out = nn.Linear(heads * HEAD, width, bias=False)

    def forward(self, features: Tensor, queries: Tensor) -> Tensor:
        queries = self.norm2(queries)
        key, value = self.to_kv(torch.cat([self.norm1(features), queries], dim=1)).chunk(2, dim=-1)
        parts = (x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (self.to_q(queries), key, value))
        found: Tensor = self.to_out(F.scaled_dot_product_attention(*parts).transpose(1, 2).flatten(2))
        return found


class Resampler(nn.Module):
    """All features of a picture -> n tokens; B x m x features -> B x n x width. The 'plus' variant."""

    def __init__(self, features: int, width: int, hidden: int = 768, count: int = 16, depth: int = 4) -> None:
        super().__init__()
        self.latents = nn.Parameter(torch.randn(1, count, hidden) / hidden**0.5)
        self.proj_in, self.proj_out = nn.Linear(features, hidden), nn.Linear(hidden, width)
        self.norm_out = nn.LayerNorm(width)
        self.layers = nn.ModuleList(
            nn.ModuleList([PerceiverAttention(hidden, hidden // HEAD), _feed_forward(hidden)]) for _ in range(depth)
        )

    def forward(self, features: Tensor) -> Tensor:
        x, queries = self.proj_in(features), self.latents.expand(len(features), -1, -1)
        for layer in self.layers:
            attention, feed_forward = layer.children()
            queries = queries + attention(x, queries)
            queries = queries + feed_forward(queries)
        tokens: Tensor = self.norm_out(self.proj_out(queries))
        return tokens


def _feed_forward(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width), nn.Linear(width, 4 * width, bias=False), nn.GELU(), nn.Linear(4 * width, width, bias=False)
    )


class GarmentAdapter(nn.Module):
    """Projection and decoupled layers of one adapter for one U-Net layout."""

    def __init__(self, projection: ImageProjection | Resampler, layers: list[DecoupledCrossAttention]) -> None:
        super().__init__()
        self.image_proj = projection
        self.layers = nn.ModuleList(layers)

    @property
    def reads_all_features(self) -> bool:
        """Whether `tokens` wants the encoder's penultimate hidden states, B x m x features, or its pooled embedding."""
        return isinstance(self.image_proj, Resampler)

    def tokens(self, features: Tensor) -> Tensor:
        found: Tensor = self.image_proj(features)
        return found

    def attach(self, unet: UNet2DConditionModel) -> None:
        """Let the U-Net's cross-attention layers listen to this adapter alone; `detach` leaves no trace."""
        attach(unet, [self])


def attach(unet: UNet2DConditionModel, adapters: Sequence[GarmentAdapter]) -> None:
    """Let the U-Net's cross-attention layers listen to several adapters, which garments name by their place here."""
    rows = zip(cross_attention_names(unet), *(adapter.layers for adapter in adapters), strict=True)
    processors = {name: IPAdapterAttnProcessor(layers) for name, *layers in rows}
    unet.set_attn_processor({name: processors.get(name, old) for name, old in unet.attn_processors.items()})


def published(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A `GarmentAdapter`'s tensors by the names of published files, which count the self-attention layers too."""

    def name_of(name: str) -> str:
        if not name.startswith("layers."):
            return name
        _, index, rest = name.split(".", 2)
        return f"ip_adapter.{2 * int(index) + 1}.{rest}"

    return {name_of(name): value for name, value in state.items()}


def detach(unet: UNet2DConditionModel) -> None:
    """Take whatever adapter listens out of the U-Net."""
    names = cross_attention_names(unet)
    unet.set_attn_processor({name: AttnProcessor2_0() if name in names else old for name, old in unet.attn_processors.items()})


def cross_attention_names(unet: UNet2DConditionModel) -> list[str]:
    """Processors of the cross-attention layers, in the order in which published files count them."""
    return [name for name in unet.attn_processors if name.endswith("attn2.processor")]


def new_adapter(unet: UNet2DConditionModel, features: int, hidden: int = 128, count: int = 16) -> GarmentAdapter:
    """An untrained adapter whose keys and values begin as those for words, so that it learns from there.

    features: width of the image encoder's hidden states; hidden: of the resampler, a multiple of 64; count: tokens.
    """
    layers = []
    for name in cross_attention_names(unet):
        attention = unet.get_submodule(name.removesuffix(".processor"))
        layer = DecoupledCrossAttention(attention.to_k.out_features, attention.to_k.in_features)
        layer.to_k_ip.load_state_dict(attention.to_k.state_dict())
        layer.to_v_ip.load_state_dict(attention.to_v.state_dict())
        layers.append(layer)
    return GarmentAdapter(Resampler(features, unet.config.cross_attention_dim, hidden, count), layers)


def adapter_from_state(state: Mapping[str, Tensor], unet: UNet2DConditionModel) -> GarmentAdapter:
    """An adapter from a published or an own file's tensors; ValueError if it is for another U-Net."""
    image = {name.removeprefix("image_proj."): value for name, value in state.items() if name.startswith("image_proj.")}
    projection: ImageProjection | Resampler
    if "latents" in image:
        _, count, hidden = image["latents"].shape
        depth = 1 + max(int(name.split(".")[1]) for name in image if name.startswith("layers."))
        width, features = image["proj_out.weight"].shape[0], image["proj_in.weight"].shape[1]
        projection = Resampler(features, width, hidden, count, depth)
    elif "proj.weight" in image:
        width = image["norm.weight"].shape[0]
        projection = ImageProjection(image["proj.weight"].shape[1], width, image["proj.weight"].shape[0] // width)
    else:
        raise ValueError("The garment adapter's file has no image projection that this app knows.")
    layers = []
    for index, name in enumerate(cross_attention_names(unet)):
        key = state.get(f"ip_adapter.{2 * index + 1}.to_k_ip.weight")
        wanted = unet.get_submodule(name.removesuffix(".processor")).to_k.weight.shape
        if key is None or key.shape != wanted:
            raise ValueError("The garment adapter was made for another model, please restore its file.")
        layers.append(DecoupledCrossAttention(*key.shape))
    adapter = GarmentAdapter(projection, layers)
    adapter.image_proj.load_state_dict(image)
    for index, layer in enumerate(adapter.layers):
        layer.load_state_dict({name: state[f"ip_adapter.{2 * index + 1}.{name}"] for name in layer.state_dict()})
    return adapter.eval()
