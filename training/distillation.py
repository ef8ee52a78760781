"""Few steps: a LoRA with which the model jumps in one step where it went in several before.

Progressive distillation (Salimans & Ho, arXiv:2202.00512) in one go, of the guided model (Meng et al., arXiv:2210.03142): the
schedule is cut into as many stretches as the student has steps. The teacher walks through a stretch as the app runs it,
guided where the app guides, and the student's one DDIM step is to end where the teacher did. Guidance is thereby built
in, so a step needs no second pass for the negative prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig
from torch import Tensor, nn

from models.controlled_unet import Branch, guide, predict, within
from models.profiles import BUNDLED
from training import objective
from training.data import Batch
from training.diffusion import fast_attention, held
from training.hints import HINTS
from training.recipes import Recipe

STEPS, SUBSTEPS = 4, 4  # of the student, and of the teacher for each of them
LAYERS = (
    *("to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2"),
    *("conv1", "conv2", "conv_shortcut", "conv", "time_emb_proj"),
)


class LoraWeights(nn.Module):
    """The LoRA parameters inside a network, as a module of their own: what is trained, averaged and saved."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.values = nn.ParameterList(value for name, value in network.named_parameters() if "lora_" in name)


def add_lora(unet: Any, rank: int = 16) -> LoraWeights:
    """Give the U-Net a LoRA that changes nothing yet."""
    unet.add_adapter(LoraConfig(r=rank, lora_alpha=rank, init_lora_weights=True, target_modules=list(LAYERS)))
    return LoraWeights(unet)


def save_lora(unet: Any, weights: dict[str, Tensor], folder: Path) -> None:
    """Write trained `LoraWeights` of this U-Net where loaders of LoRAs find them: folder/pytorch_lora_weights.safetensors."""
    lora = add_lora(unet)
    lora.load_state_dict(weights)
    unet.half().save_lora_adapter(folder)


class Distillation(nn.Module):
    """A batch's loss, on one stretch of the schedule. All networks are locked but the student's LoRA."""

    alphas: Tensor
    channels: Tensor

    def __init__(
        self, parts: dict[str, nn.Module], recipe: Recipe, alphas_cumprod: Tensor, channel_weights: Sequence[float]
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self.parts = held(parts, recipe)
        self.lora = add_lora(self.parts["unet"])
        self.register_buffer("alphas", torch.cat([alphas_cumprod.float(), torch.ones(1)]), persistent=False)  # [-1]: clean
        self.register_buffer("channels", torch.tensor(channel_weights), persistent=False)

    def trained(self) -> dict[str, nn.Module]:
        return {"lora": self.lora}

    def forward(self, batch: Batch, generator: torch.Generator) -> Tensor:
        device = self.channels.device
        latents, count = batch.latents.to(device), len(batch.latents)
        noise = torch.randn(latents.shape, generator=generator, device=device)
        stretch = int(torch.randint(STEPS, (), generator=generator, device=device))
        way = trailing(len(self.alphas) - 1, STEPS * SUBSTEPS)[stretch * SUBSTEPS : (stretch + 1) * SUBSTEPS + 1]
        region = objective.region_weight(batch.pictures["mask"].to(device), latents.shape, 0.0)
        begun = self._at(way[0], latents, noise)
        with fast_attention(self.parts["unet"]):
            words = torch.cat([batch.empty.expand(count, -1), batch.tokens]).to(device)
            text = self.parts["text_encoder"](words).last_hidden_state
            control: Any = self.parts["control"]
            hint = HINTS[self.recipe.hint].build({name: picture.to(device) for name, picture in batch.pictures.items()})
            branch = Branch(control, control.hint_stem(hint.to(memory_format=torch.channels_last)))
            reached = begun
            for index, (high, low) in enumerate(pairwise(way)):
                guided = within(0, BUNDLED.guidance_end, stretch * SUBSTEPS + index, STEPS * SUBSTEPS)
                reached = self._walk(branch, reached, high, low, text if guided else text[count:])
                reached = region * reached + (1 - region) * self._at(low, latents, noise)  # as the sampling loop does
            found = predict(self.parts["unet"], [branch], begun, torch.tensor(way[0], device=device), text[count:]).float()
        wanted, weight = self._jump(begun, reached, way[0], way[-1])
        error = (found - wanted).square() * self.channels[:, None, None] * region
        loss: Tensor = weight * error.sum() / region.sum().clamp_min(1) / len(self.channels)
        return loss

    def _jump(self, begun: Tensor, reached: Tensor, high: int, low: int) -> tuple[Tensor, Tensor]:
        """The velocity whose one DDIM step leads from here to there (arXiv:2202.00512, appendix G), and its weight."""
        (signal, sigma), (signal_low, sigma_low) = self._levels(high), self._levels(low)
        clean = (reached - sigma_low / sigma * begun) / (signal_low - sigma_low / sigma * signal)
        return (signal * begun - clean) / sigma, objective.velocity_weight((signal / sigma) ** 2)

    def _levels(self, timestep: int) -> tuple[Tensor, Tensor]:
        """Signal and noise factors; timestep -1 is the clean picture."""
        alpha = self.alphas[timestep]
        return alpha.sqrt(), (1 - alpha).sqrt()

    def _at(self, timestep: int, latents: Tensor, noise: Tensor) -> Tensor:
        signal, sigma = self._levels(timestep)
        return signal * latents + sigma * noise

    @torch.no_grad()
    def _walk(self, branch: Branch, noised: Tensor, high: int, low: int, text: Tensor) -> Tensor:
        """One DDIM step of the teacher, guided if the text has a second half."""
        unet: Any = self.parts["unet"]
        unet.disable_adapters()
        velocity = predict(unet, [branch], noised, torch.tensor(high, device=noised.device), text).float()
        unet.enable_adapters()
        if len(text) > len(noised):
            velocity = guide(velocity, BUNDLED.guidance, BUNDLED.rescale)
        signal, sigma = self._levels(high)
        clean, noise = signal * noised - sigma * velocity, signal * velocity + sigma * noised
        return self._at(low, clean, noise)


def trailing(timesteps: int, steps: int) -> list[int]:
    """Where a sampler with trailing spacing stands before each of its steps, and at the end, -1."""
    return [round(timesteps * (steps - step) / steps) - 1 for step in range(steps + 1)]
