"""From a batch to a loss: one module for every recipe that trains networks of a latent diffusion model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from models.controlled_unet import Branch, predict
from models.controlnet import AddedConditions
from models.ip_adapter import Garment
from training import objective
from training.data import Batch
from training.hints import HINTS
from training.recipes import Recipe

Draw = Callable[[], Tensor]  # a uniform number in 0..1 for every sample of the batch


def fast_attention(unet: Any) -> AbstractContextManager[None]:
    """On a CPU the fused attention's backward pass takes a third of a whole step; plain matrix products do not.

    Large networks with checkpointed activations keep the fused one: plain products would fill the memory, and what is
    computed a second time in the backward pass, outside this context, must be the same.
    """
    small = unet.device.type == "cpu" and not unet.is_gradient_checkpointing
    found: AbstractContextManager[None] = sdpa_kernel(SDPBackend.MATH) if small else nullcontext()
    return found


def held(parts: dict[str, nn.Module], recipe: Recipe) -> nn.ModuleDict:
    """The recipe's networks; those that it does not train are locked."""
    assert set(parts) >= set(recipe.parts), sorted(set(recipe.parts) - set(parts))
    found = nn.ModuleDict({name: parts[name] for name in recipe.parts})
    for name, part in found.items():
        part.requires_grad_(name in recipe.trained).train(name in recipe.trained)
    return found


class Diffusion(nn.Module):
    """Networks of a recipe, by name; calling it gives a batch's loss. Those that the recipe does not train are locked."""

    alphas: Tensor
    channels: Tensor

    def __init__(
        self, parts: dict[str, nn.Module], recipe: Recipe, alphas_cumprod: Tensor, channel_weights: Sequence[float]
    ) -> None:
        """channel_weights: one a latent channel, see `objective.channel_weight`."""
        super().__init__()
        self.recipe = recipe
        self.parts = held(parts, recipe)
        garment: Any = parts["garment"] if "garment" in recipe.parts else None
        if garment is not None:
            garment.adapter.attach(self.parts["unet"])
            garment.lock_idle()
        self.register_buffer("alphas", alphas_cumprod.float(), persistent=False)
        self.register_buffer("channels", torch.tensor(channel_weights), persistent=False)

    def trained(self) -> dict[str, nn.Module]:
        return {name: self.parts[name] for name in self.recipe.trained}

    def forward(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """One forward pass. Words, picture and line art are each dropped now and then, so that each can be left out."""
        device = self.channels.device
        latents = batch.latents.to(device)

        def draw() -> Tensor:
            return torch.rand(len(latents), generator=generator, device=device)

        where, noise = draw(), torch.randn(latents.shape, generator=generator, device=device)
        noised = objective.OBJECTIVES[self.recipe.objective](latents, noise, where, self.alphas)
        with fast_attention(self.parts["unet"]):
            text, added, garments = self._prompt(batch, draw())
            branches, region = self._control(batch, draw)
            step = (noised.latents, noised.timestep, text)
            prediction = predict(self.parts["unet"], branches, *step, garments=garments, added=added)
            loss = objective.loss(prediction, noised, region, self.channels)
            if self.recipe.consistency:
                loss = loss + self.recipe.consistency * self._inconsistency(batch, noised, prediction)
        return loss

    def _inconsistency(self, batch: Batch, noised: objective.Noised, prediction: Tensor) -> Tensor:
        """How far the edges of the picture that the prediction points at are from the wanted ones, for the clearest
        third of the samples: decoding costs more than the rest of a step, and noisier ones weigh next to nothing."""
        vae: Any = self.parts["vae"]
        rows = noised.clarity.topk(max(1, len(prediction) // 3)).indices
        clean = noised.clean(prediction.float())[rows]
        picture = vae.decode(clean / vae.config.scaling_factor).sample.float() / 2 + 0.5
        wanted = batch.pictures["target"].to(picture.device)[rows]
        return objective.consistency(picture, wanted, noised.clarity[rows]) * len(rows) / len(prediction)

    def _prompt(self, batch: Batch, chance: Tensor) -> tuple[Tensor, AddedConditions | None, list[Garment]]:
        """Words and, with an adapter, a picture of the garment; either or both are dropped now and then."""
        recipe, device = self.recipe, chance.device
        no_text = chance < recipe.drop_text + recipe.drop_both
        shown = batch.tokens.to(device)
        tokens = torch.where(no_text.view(-1, *[1] * (shown.ndim - 1)), batch.empty.to(device), shown)
        encoded = self.parts["text_encoder"](tokens)
        text: Tensor = encoded.last_hidden_state
        added = None if batch.sizes is None else AddedConditions(encoded.pooler_output, batch.sizes.to(text))
        if "garment" not in self.parts:
            return text, added, []
        no_garment = (chance >= recipe.drop_text) & (chance < recipe.drop_text + recipe.drop_both + recipe.drop_garment)
        return text, added, [Garment(self.parts["garment"](batch.pictures["garment"].to(device), ~no_garment))]

    def _control(self, batch: Batch, draw: Draw) -> tuple[list[Branch], Tensor]:
        """The control branch, if any, and how much every latent cell counts."""
        if "control" not in self.parts:
            return [], torch.ones_like(batch.latents[:, :1]).to(self.channels.device)
        control: Any = self.parts["control"]
        shown = HINTS[self.recipe.hint]
        pictures = {name: batch.pictures[name].to(self.channels.device) for name in shown.reads}
        hint = shown.build(pictures)
        for channels, rate in shown.drops:
            hint[:, channels] *= (draw() >= rate)[:, None, None, None]
        region = torch.ones_like(batch.latents[:, :1]).to(self.channels.device)
        if "mask" in pictures:
            region = objective.region_weight(pictures["mask"], batch.latents.shape, self.recipe.outside_weight)
        fusion: Any = dict(self.parts.items()).get("fusion")
        return [Branch(control, control.hint_stem(hint.to(memory_format=torch.channels_last)), fusion=fusion)], region


def reads(recipe: Recipe) -> set[str]:
    """Names of the pictures that a recipe's batches must hold."""
    found = set(HINTS[recipe.hint].reads) if "control" in recipe.parts else set()
    found |= {"garment"} if "garment" in recipe.parts else set()
    found |= {"mask"} if recipe.task == "imitation" else set()
    return found | ({"target"} if recipe.consistency else set())
