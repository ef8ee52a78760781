"""What a training step costs: a ControlNet on a locked base beside fine-tuning the whole base, at full size.

    python -m benchmarks.training_cost [--layout sd15] [--steps 3] [--batch 1] [--side 512]

Real steps (forward, backward, AdamW) on random weights and pictures, each arm in a process of its own, with checkpointed
activations and locked networks in bfloat16. Memory is the most that the process (on a GPU: its tensors) ever held.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import time
from dataclasses import replace
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

from training.data import Batch
from training.diffusion import Diffusion
from training.full_size import Base, make_parts
from training.optimizer import OPTIMIZERS
from training.recipes import Budget, Recipe, controlnet_full_size, scheduler_config

ARMS = ("whole base", "ControlNet")
LAYOUTS: dict[str, dict[str, Any]] = {
    "sd15": {"cross_attention_dim": 768, "attention_head_dim": 8},  # the rest is `UNet2DConditionModel`'s default
    "small": {"cross_attention_dim": 64, "attention_head_dim": 8, "block_out_channels": (32, 64, 64, 64)},
}


def random_base(layout: str) -> Base:
    """A model of that layout with random weights; no step needs its autoencoder."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(**LAYOUTS[layout])
    width = unet.config.cross_attention_dim
    words = CLIPTextConfig(
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=12,
        num_attention_heads=width // 64,
        projection_dim=width,
    )
    return Base(unet, AutoencoderKL(), CLIPTextModel(words), (), scheduler_config("epsilon"))


def recipe_of(arm: str) -> Recipe:
    recipe = replace(controlnet_full_size(Budget(full=1)), objective="epsilon")
    if arm == "whole base":
        recipe = replace(recipe, parts=("unet", "text_encoder"), trained=("unet",))
    return recipe


def measure(arm: str, layout: str, steps: int, batch: int, side: int) -> dict[str, Any]:
    """Seconds of every step and the most memory, in bytes."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    base, recipe = random_base(layout), recipe_of(arm)
    parts: dict[str, nn.Module] = make_parts(base, recipe)
    task = Diffusion(parts, recipe, base.alphas, [1.0] * 4).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    del base, parts
    optimizer = OPTIMIZERS[recipe.optimizer](recipe.weight_decay)
    for module in task.trained().values():
        optimizer.add(module)
    generator = torch.Generator(device).manual_seed(0)
    pictures = {"condition": torch.rand(batch, 3, side, side)}
    tokens = torch.randint(0, 49000, (batch, 77))
    seen = Batch(torch.randn(batch, 4, side // 8, side // 8), pictures, tokens, tokens[:1])
    seconds = []
    for _ in range(steps):
        began = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16):
            loss = task(seen, generator)
        loss.backward()
        optimizer.set_rate(recipe.rate)
        optimizer.step()
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - began)
        print(f"{arm}: step {len(seconds)}, loss {loss.item():.4f}, {seconds[-1]:.1f} s", flush=True)
    held = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    memory = torch.cuda.max_memory_allocated() if device.type == "cuda" else held
    trained = sum(p.numel() for module in task.trained().values() for p in module.parameters())
    return {"seconds": seconds, "memory": memory, "trained": trained}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training_cost", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default="sd15")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--side", type=int, default=512)
    options = parser.parse_args()
    found = {}
    for arm in ARMS:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found[arm] = pool.apply(measure, (arm, options.layout, options.steps, options.batch, options.side))
    print("\n| arm | trained | seconds a step | memory |\n|---|---|---|---|")
    for arm, row in found.items():
        middle = statistics.median(row["seconds"][1:] or row["seconds"])  # the first step pays for kernels and moments
        print(f"| {arm} | {row['trained'] / 1e6:.0f} M | {middle:.2f} | {row['memory'] / 2**30:.1f} GiB |")


if __name__ == "__main__":
    main()
