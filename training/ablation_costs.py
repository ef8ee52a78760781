"""What the arms of the ablations cost: parameters, time and kept activations a sample. Nothing else may run meanwhile.

python -m training.ablation_costs connections fusions --data runs/data --check runs/unseen --out runs/ablations
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from training import loop
from training.ablations import BATCH, EXPERIMENTS, Arm, Bench, arm_parts, arm_recipe, check_batch
from training.data import Batch
from training.diffusion import Diffusion, reads
from training.precision import autocast
from training.recipes import alphas_of

ROUNDS, STEPS = 5, 6  # every arm has its turn in every round, so that none has the quiet minutes for itself


class Cost:
    """One arm, ready for steps on one batch."""

    def __init__(self, bench: Bench, arm: Arm, check: Path) -> None:
        parts = arm_parts(bench, arm)
        recipe = arm_recipe(parts, arm, BATCH, 0)
        whole = check_batch(bench, reads(recipe), check)
        self.name, self.rate, self.seconds = arm.name, recipe.rate, list[float]()
        self.batch = _first(whole, BATCH)
        task = Diffusion(parts, recipe, alphas_of(recipe.objective), [1.0] * whole.latents.shape[1])
        state = loop.start(task, recipe)
        self.task, self.optimizer = task, state.optimizer

    def run(self, steps: int) -> None:
        for _ in range(steps):
            began = time.perf_counter()
            with autocast("cpu"):
                loss = self.task(self.batch, torch.Generator().manual_seed(0))
            loss.backward()
            self.optimizer.set_rate(self.rate)
            self.optimizer.step()
            self.seconds.append(time.perf_counter() - began)

    def row(self) -> str:
        parameters = sum(p.numel() for module in self.task.trained().values() for p in module.parameters())
        fewer, more = (kept_bytes(self.task, _first(self.batch, count)) for count in (6, 12))
        kept = (more - fewer) / 6  # weights and their copies in 16 bits are in both; a third may be treated apart
        each = 1000 * statistics.median(self.seconds[1:]) / len(self.batch.latents)
        return f"| {self.name} | {parameters / 1e6:.2f} | {each:.1f} | {kept / 2**20:.2f} |"


def kept_bytes(task: Diffusion, batch: Batch) -> int:
    """What a step keeps for the backward pass, on a CPU with plain attention."""
    held: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        held[storage.data_ptr()] = storage.nbytes()
        return tensor

    hooks = torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor)
    with hooks, autocast("cpu"):
        loss = task(batch, torch.Generator().manual_seed(0))
    assert loss.requires_grad  # alive until here, so that no storage was used twice
    return sum(held.values())


def _first(batch: Batch, count: int) -> Batch:
    pictures = {name: picture[:count] for name, picture in batch.pictures.items()}
    return replace(batch, latents=batch.latents[:count], tokens=batch.tokens[:count], pictures=pictures)


def table(costs: Sequence[Cost]) -> str:
    lines = ["| arm | M parameters trained | ms a sample | MiB kept a sample |", "|---|---|---|---|"]
    return "\n".join(lines + [cost.row() for cost in costs])


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.ablation_costs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("experiments", nargs="+", choices=EXPERIMENTS)
    for name in ("data", "check", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    bench = Bench.open(options.data, options.out)
    costs = [Cost(bench, arm, options.check) for name in options.experiments for arm in EXPERIMENTS[name]]
    for _ in range(ROUNDS):
        for cost in costs:
            cost.run(STEPS)
    print(table(costs))


if __name__ == "__main__":
    main()
