"""Few steps: a LoRA that jumps to the end of the way, distilled from the model itself.

Latent consistency models (Luo et al., arXiv:2310.04378) as LoRA (arXiv:2311.05556): the student's picture from a noisy
point must be the one that it sees from the point one solver step of the guided teacher further on. Guidance is thereby
built in, so a step needs no second pass for the negative prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig
from torch import Tensor, nn

from models.controlled_unet import Branch, guide, predict
from models.profiles import BUNDLED
from training import objective
from training.data import Batch
from training.diffusion import fast_attention
from training.hints import HINTS
from training.recipes import Recipe

GRID, JUMP = 20, 40  # timesteps: where `LCMScheduler` with its 50 original steps may stand, and the teacher's step
SIGMA_DATA, SCALING = 0.5, 10.0  # of the boundary condition, as in diffusers' `LCMScheduler`
HUBER = 0.01
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
    """A batch's consistency loss. All networks are locked but the student's LoRA."""

    alphas: Tensor
    channels: Tensor

    def __init__(
        self, parts: dict[str, nn.Module], recipe: Recipe, alphas_cumprod: Tensor, channel_weights: Sequence[float]
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self.parts = nn.ModuleDict(
            {name: parts[name].requires_grad_(False).eval() for name in ("unet", "text_encoder", "control")}
        )
        self.lora = add_lora(self.parts["unet"])
        self.register_buffer("alphas", torch.cat([alphas_cumprod.float(), torch.ones(1)]), persistent=False)  # [-1]: clean
        self.register_buffer("channels", torch.tensor(channel_weights), persistent=False)

    def trained(self) -> dict[str, nn.Module]:
        return {"lora": self.lora}

    def forward(self, batch: Batch, generator: torch.Generator) -> Tensor:
        device = self.channels.device
        latents, mask = batch.latents.to(device), batch.pictures["mask"].to(device)
        count = len(latents)
        steps = torch.randint(1, len(self.alphas) // GRID + 1, (count,), generator=generator, device=device)
        high = steps * GRID - 1
        low = (high - JUMP).clamp_min(-1)
        noise = torch.randn(latents.shape, generator=generator, device=device)
        region = objective.region_weight(mask, latents.shape, 0.0)
        noised = self._at(high, latents, noise)
        with fast_attention(self.parts["unet"]):
            words = torch.cat([batch.empty.expand(count, -1), batch.tokens]).to(device)
            text = self.parts["text_encoder"](words).last_hidden_state
            control: Any = self.parts["control"]
            hint = HINTS[self.recipe.hint].build({name: picture.to(device) for name, picture in batch.pictures.items()})
            branch = Branch(control, control.hint_stem(hint.to(memory_format=torch.channels_last)))
            with torch.no_grad():
                earlier = self._teacher(branch, noised, high, low, text)
                earlier = region * earlier + (1 - region) * self._at(low, latents, noise)  # as the sampling loop does
                target = self._student(branch, earlier, low, text[count:])
            found = self._student(branch, noised, high, text[count:])
        difference = (found - target).square()
        error = ((difference + HUBER**2).sqrt() - HUBER) * self.channels[:, None, None] * region
        loss: Tensor = error.sum() / region.sum().clamp_min(1) / len(self.channels)
        return loss

    def _levels(self, timestep: Tensor) -> tuple[Tensor, Tensor]:
        """Signal and noise factors, B x 1 x 1 x 1; timestep -1 is the clean picture."""
        alphas = self.alphas[timestep][:, None, None, None]
        return alphas.sqrt(), (1 - alphas).sqrt()

    def _at(self, timestep: Tensor, latents: Tensor, noise: Tensor) -> Tensor:
        signal, sigma = self._levels(timestep)
        return signal * latents + sigma * noise

    def _teacher(self, branch: Branch, noised: Tensor, high: Tensor, low: Tensor, text: Tensor) -> Tensor:
        """One DDIM step of the model as the app runs it: guided, but only in the profile's share of the schedule."""
        unet: Any = self.parts["unet"]
        unet.disable_adapters()
        both = predict(unet, [branch], noised, high.repeat(2), text).float()
        unet.enable_adapters()
        guided = high >= (1 - BUNDLED.guidance_end) * (len(self.alphas) - 1)
        velocity = torch.where(guided[:, None, None, None], guide(both, BUNDLED.guidance, BUNDLED.rescale), both.chunk(2)[1])
        signal, sigma = self._levels(high)
        clean, noise = signal * noised - sigma * velocity, signal * velocity + sigma * noised
        return self._at(low, clean, noise)

    def _student(self, branch: Branch, noised: Tensor, timestep: Tensor, text: Tensor) -> Tensor:
        """The clean latents it jumps to; at the end of the way (timestep -1) the point itself."""
        at = timestep.clamp_min(0)
        velocity = predict(self.parts["unet"], [branch], noised, at, text).float()
        signal, sigma = self._levels(at)
        scaled = (timestep + 1).float()[:, None, None, None] * SCALING
        keep, go = SIGMA_DATA**2 / (scaled**2 + SIGMA_DATA**2), scaled / (scaled**2 + SIGMA_DATA**2).sqrt()
        return keep * noised + go * (signal * noised - sigma * velocity)
