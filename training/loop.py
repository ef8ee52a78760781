"""The training loop of every recipe.

It reads top to bottom: batch -> loss -> step -> moving average. What is random in a step depends on the step's number
alone, so a run stops anywhere and goes on from its checkpoint as if it had never stopped.
"""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs
from torch import Tensor, nn
from tqdm import tqdm

from training.optimizer import OPTIMIZERS, MuonAdamW, schedule
from training.precision import autocast
from training.recipes import Recipe, Stage

AVERAGE_EVERY = 4  # steps; a moving average needs no finer grain, and memory traffic counts on a CPU
TOLD_EVERY = 20.0  # seconds between two rows of the log
Batches = Callable[[Stage, int], Iterator[Any]]  # stage, number of its first batch in the whole run -> endless batches


class Task(Protocol):
    """A module that turns a batch into a loss, and the networks in it that learn, by name."""

    def trained(self) -> dict[str, nn.Module]: ...

    def __call__(self, batch: Any, generator: torch.Generator) -> Tensor: ...


@dataclass
class State:
    """A run: what is trained, its moving average, the optimiser, and how far it has come.

    average: of every trained network, by name. seen: pictures of all steps so far.
    """

    task: Any
    average: dict[str, nn.Module]
    optimizer: MuonAdamW
    step: int = 0
    seen: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)


def make_accelerator(recipe: Recipe, device: str | None = None, logs: Path | None = None) -> Accelerator:
    """One process or many, on CPUs or GPUs, as `accelerate launch` or `torchrun` started this one.

    device: "cpu" to keep away from a GPU. logs: where TensorBoard finds the curves, None for none.
    """
    accelerator = Accelerator(
        gradient_accumulation_steps=recipe.accumulate,
        cpu=device == "cpu" or not torch.cuda.is_available(),  # otherwise it leaves CPU processes alone with themselves
        log_with="tensorboard" if logs else None,
        project_dir=str(logs) if logs else None,
        kwargs_handlers=[DistributedDataParallelKwargs(gradient_as_bucket_view=True)],
    )
    if accelerator.device.type == "cpu" and accelerator.num_processes > 1:
        torch.set_num_threads(1)
    plugin = accelerator.state.deepspeed_plugin
    if plugin is not None:  # it cannot see the batches, which come from no `DataLoader`
        plugin.deepspeed_config["train_micro_batch_size_per_gpu"] = recipe.stages[-1].batch // accelerator.num_processes
    if logs:
        accelerator.init_trackers("training")
    return accelerator


def start(task: Any, recipe: Recipe, device: torch.device | str = "cpu") -> State:
    """task: a `Task`, which goes to the device; what its `share_of_rate` says of a parameter's name, if it has one, goes to the
    optimiser."""
    torch.manual_seed(recipe.seed)
    task.to(device, memory_format=torch.channels_last)
    optimizer = OPTIMIZERS[recipe.optimizer](recipe.weight_decay)
    for module in task.trained().values():
        optimizer.add(module, getattr(task, "share_of_rate", lambda name: 1.0))
    average = {name: copy.deepcopy(module).requires_grad_(False).eval() for name, module in task.trained().items()}
    return State(task, average, optimizer)


def step_seed(recipe: Recipe, step: int, worker: int) -> int:
    """One number for everything random in a step of one process."""
    return int(np.random.SeedSequence([recipe.seed, step, worker]).generate_state(1)[0])


@torch.no_grad()
def update_average(state: State, decay: float) -> None:
    """Exponential moving average of the weights every few steps, with a ramp so that short runs are not held back."""
    if state.step % AVERAGE_EVERY:
        return
    decay = min(decay, (1 + state.step) / (10 + state.step)) ** AVERAGE_EVERY
    for name, module in state.task.trained().items():
        average: list[Tensor] = list(state.average[name].parameters())
        torch._foreach_lerp_(average, list(module.parameters()), 1 - decay)


def train(
    state: State,
    recipe: Recipe,
    batches: Batches,
    folder: Path,
    accelerator: Accelerator,
    *,
    log: Callable[[dict[str, Any]], None] = lambda row: None,
    on_save: Callable[[State], None] | None = None,
    save_every: float = 300.0,
    stop: Callable[[State], bool] = lambda state: False,
    spent: Callable[[State], float] = lambda state: 0.0,
) -> bool:
    """Run the steps that are left; True when all are done, False when `stop` said so first.

    The checkpoint in `folder` is replaced atomically every `save_every` seconds, and `on_save` called after it.
    spent: share of the time that there is, 0..1; the rate falls with it where it runs ahead of the steps.
    """
    if accelerator.state.deepspeed_plugin is not None:
        state.task.to(memory_format=torch.contiguous_format)  # it sends weights about as plain bytes
    task, *optimizers = accelerator.prepare(state.task, *state.optimizer.optimizers)
    state.optimizer.optimizers = optimizers
    saved = time.monotonic()
    meter = Meter(state, recipe, accelerator, log)
    source: Iterator[Any] = iter(())
    stage: Stage | None = None
    while state.step < recipe.steps:
        if stage is not recipe.stage_at(state.step):
            stage = recipe.stage_at(state.step)
            source = batches(stage, state.step * recipe.accumulate)
        progress = max(state.step / recipe.steps, spent(state))
        state.optimizer.set_rate(recipe.rate * schedule(progress, state.step, recipe.warmup))
        generator = torch.Generator(accelerator.device)
        generator.manual_seed(step_seed(recipe, state.step, accelerator.process_index))
        for _ in range(recipe.accumulate):
            with accelerator.accumulate(task):
                with autocast(accelerator.device):
                    loss = task(next(source), generator)
                accelerator.backward(loss)
            meter.add(loss)
        state.optimizer.step()
        state.step += 1
        state.seen += stage.batch * recipe.accumulate
        update_average(state, recipe.ema)
        meter.tell(stage)
        stopped = _any(accelerator, stop(state))
        if stopped or state.step == recipe.steps or time.monotonic() - saved > save_every:
            if accelerator.is_main_process:
                save(state, folder, moments=accelerator.state.deepspeed_plugin is None)
                if on_save is not None:
                    on_save(state)
            saved = time.monotonic()
        if stopped:
            break
    meter.close()
    return state.step >= recipe.steps


def _any(accelerator: Accelerator, here: bool) -> bool:
    """Whether any process says so."""
    if accelerator.num_processes == 1:
        return here
    return bool(accelerator.reduce(torch.tensor([float(here)], device=accelerator.device), "sum") > 0)


class Meter:
    """Loss and speed: a bar with samples a second and the time left, rows for the log, curves for TensorBoard."""

    def __init__(self, state: State, recipe: Recipe, accelerator: Accelerator, log: Callable[[dict[str, Any]], None]) -> None:
        self.state, self.accelerator, self.log = state, accelerator, log
        self.steps = recipe.steps
        total = sum(stage.steps * stage.batch for stage in recipe.stages) * recipe.accumulate
        hidden = None if accelerator.is_main_process else True  # None: shown where somebody looks on
        self.bar = tqdm(total=total, initial=state.seen, unit=" samples", smoothing=0.1, disable=hidden, dynamic_ncols=True)
        self.losses: list[Tensor] = []
        self.seen, self.began, self.told = state.seen, time.monotonic(), time.monotonic()

    def add(self, loss: Tensor) -> None:
        self.losses.append(loss.detach())

    def tell(self, stage: Stage) -> None:
        """A row now and then, and at the end."""
        now = time.monotonic()
        self.bar.update(self.state.seen - self.bar.n)
        if now - self.told < TOLD_EVERY and self.state.step < self.steps:
            return
        speed = (self.state.seen - self.seen) / max(now - self.told, 1e-6)
        row = {"stage": stage.name, "step": self.state.step, "seen": self.state.seen}
        row |= {"loss": round(float(torch.stack(self.losses).mean()), 5), "samples_per_second": round(speed, 1)}
        self.bar.set_postfix(loss=row["loss"])
        self.accelerator.log({"loss": row["loss"], "samples_per_second": speed}, step=self.state.step)
        self.state.log.append(row | {"seconds": round(now - self.began)})
        if self.accelerator.is_main_process:
            self.log(self.state.log[-1])
        self.losses, self.seen, self.told = [], self.state.seen, now

    def close(self) -> None:
        self.bar.close()


def save(state: State, folder: Path, moments: bool = True) -> None:
    """Replace the folder's checkpoint atomically: a power cut leaves the old one or the new one.

    moments: the optimiser's too; with DeepSpeed no process has them all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = {
        "nets": {name: module.state_dict() for name, module in state.task.trained().items()},
        "average": {name: module.state_dict() for name, module in state.average.items()},
        "optimizer": state.optimizer.state_dict() if moments else None,
        "at": (state.step, state.seen),
    }
    torch.save(held, folder / "checkpoint.tmp")
    os.replace(folder / "checkpoint.tmp", folder / "checkpoint.pt")
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in state.log))


def resume(state: State, folder: Path) -> None:
    """Load `folder`'s checkpoint into a freshly started state."""
    held = torch.load(folder / "checkpoint.pt", map_location="cpu", weights_only=True)
    for nets, name in ((state.task.trained(), "nets"), (state.average, "average")):
        for key, module in nets.items():
            module.load_state_dict(held[name][key])
    if held["optimizer"] is not None:
        state.optimizer.load_state_dict(held["optimizer"])
    state.step, state.seen = held["at"]
    log = folder / "log.jsonl"
    state.log = [json.loads(line) for line in log.read_text().splitlines()] if log.is_file() else []


def averages(folder: Path) -> dict[str, dict[str, Tensor]]:
    """The moving average in a run's checkpoint: state dicts by the names of the networks."""
    found: dict[str, dict[str, Tensor]] = torch.load(folder / "checkpoint.pt", map_location="cpu", weights_only=True)["average"]
    return found
