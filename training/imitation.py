"""A garment's picture learns to speak to a locked U-Net as the words do.

Trained by denoising alone, an image encoder from nothing hears of its garment only through the little that one answer
about noise betrays. Here every cross-attention layer tells it at once what the words would have added there, at every
place: the keys and values that the picture's tokens give are to find the same. No noise is in that target, and nothing
goes backward through the U-Net. Denoising afterwards (`recipes.ip_adapter`) adds what words cannot say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from torch import Tensor, nn

from models.controlled_unet import predict
from models.ip_adapter import DecoupledCrossAttention, cross_attention_names, detach, places_of
from training import objective
from training.data import Batch
from training.diffusion import fast_attention, held
from training.recipes import Recipe


class _Comparison:
    """Processor of one cross-attention layer: goes on with what the words found, and compares the picture with it."""

    def __init__(self, layer: DecoupledCrossAttention, tokens: Tensor, empty: Tensor, mask: Tensor) -> None:
        """tokens: B x n x D, the picture's; empty: 1 x 77 x D, no words encoded; mask: B x 1 x h x w, where it counts."""
        self.layer, self.tokens, self.empty, self.mask = layer, tokens, empty, mask
        self.error = tokens.new_zeros(())

    def __call__(self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor, **_: Any) -> Tensor:
        with torch.no_grad():
            found: Tensor = AttnProcessor2_0()(attn, hidden_states, encoder_hidden_states)
            wanted = (found - AttnProcessor2_0()(attn, hidden_states, self.empty.expand(len(hidden_states), -1, -1))).float()
        seen = F.linear(self.layer.look(attn.to_q(hidden_states), self.tokens, attn.heads), attn.to_out[0].weight).float()
        places = places_of(self.mask, hidden_states.shape[1]).clamp(0, 1)
        self.error = ((seen - wanted).square() * places).sum() / (wanted.square() * places).sum().clamp_min(1e-6)
        return found


class Imitation(nn.Module):
    """A batch's loss: the share of what the words add that the picture does not account for, mean over the layers."""

    alphas: Tensor

    def __init__(self, parts: dict[str, nn.Module], recipe: Recipe, alphas_cumprod: Tensor, _: Sequence[float]) -> None:
        super().__init__()
        self.recipe = recipe
        self.parts = held(parts, recipe)
        garment: Any = self.parts["garment"]
        garment.lock_idle()
        self.register_buffer("alphas", alphas_cumprod.float(), persistent=False)

    def trained(self) -> dict[str, nn.Module]:
        return {name: self.parts[name] for name in self.recipe.trained}

    def forward(self, batch: Batch, generator: torch.Generator) -> Tensor:
        device = self.alphas.device
        latents, garment = batch.latents.to(device), self.parts["garment"]
        unet: Any = self.parts["unet"]
        where = torch.rand(len(latents), generator=generator, device=device)
        noise = torch.randn(latents.shape, generator=generator, device=device)
        noised = objective.OBJECTIVES[self.recipe.objective](latents, noise, where, self.alphas)
        mask = objective.region_weight(batch.pictures["mask"].to(device), latents.shape, 0.0)
        with fast_attention(unet):
            words = torch.cat([batch.empty, batch.tokens]).to(device)
            text = self.parts["text_encoder"](words).last_hidden_state
            tokens = garment(batch.pictures["garment"].to(device))
            adapter: Any = garment.adapter
            compared = {
                name: _Comparison(layer, tokens, text[:1], mask)
                for name, layer in zip(cross_attention_names(unet), adapter.layers, strict=True)
            }
            unet.set_attn_processor({name: compared.get(name, old) for name, old in unet.attn_processors.items()})
            predict(unet, [], noised.latents, noised.timestep, text[1:])
        detach(unet)
        return torch.stack([layer.error for layer in compared.values()]).mean()
