"""The training loop of the bundled model: base U-Net, text encoder and CC_ControlNet.

`python -m training train` reads top to bottom here: batches -> noise -> prediction -> loss -> step -> EMA.
A run stops anywhere and goes on from its checkpoint.
"""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from diffusers import ControlNetModel, UNet2DConditionModel
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import CLIPTextModel

from models.controlled_unet import Branch, predict
from models.controlnet import CC_ControlNet, from_unet
from pipeline.conditions import INPAINT, LINEART, bundled_hint
from training import objective, recipes
from training.data import Batch
from training.optimizer import MuonAdamW, schedule
from training.recipes import Recipe, Stage

AVERAGE_EVERY = 4  # steps; a moving average needs no finer grain, and memory traffic counts on a CPU
Log = Callable[[dict[str, Any]], None]


def join_workers(device: str) -> None:
    """Join the other processes if `torchrun` started this one; on a CPU each then computes on one core."""
    if "WORLD_SIZE" in os.environ:
        dist.init_process_group("nccl" if device == "cuda" else "gloo")
        if device == "cpu":
            torch.set_num_threads(1)


def workers() -> int:
    """Processes that train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def worker() -> int:
    """This process among them; number 0 logs and saves."""
    return dist.get_rank() if dist.is_initialized() else 0


def average_gradients(parameters: list[nn.Parameter], stop: bool) -> bool:
    """The mean of all workers' gradients, in place; True if any of them wants to stop."""
    if workers() == 1:
        return stop
    held = [parameter for parameter in parameters if parameter.grad is not None]
    stops = held[0].new_tensor([float(stop)])
    flat = torch.cat([*(parameter.grad.flatten() for parameter in held if parameter.grad is not None), stops])
    dist.all_reduce(flat.div_(workers()))
    for parameter, part in zip(held, flat[:-1].split([parameter.numel() for parameter in held]), strict=True):
        assert parameter.grad is not None
        parameter.grad = part.view_as(parameter.grad)
    return bool(flat[-1] > 0)


@dataclass
class Nets:
    """What is trained. control is None until the text stage is over and the encoder is cloned."""

    unet: UNet2DConditionModel
    text_encoder: Any
    control: CC_ControlNet | None = None

    def modules(self) -> dict[str, nn.Module]:
        found = {"unet": self.unet, "text_encoder": self.text_encoder, "control": self.control}
        return {name: module for name, module in found.items() if module is not None}

    def add_control(self) -> None:
        self.control = from_unet(self.unet, recipes.HINT_CHANNELS, recipes.HINT_STEM)
        self.control.to(next(self.unet.parameters()).device, memory_format=torch.channels_last)


@dataclass
class State:
    """Everything a checkpoint holds: networks, their moving average, the optimiser, and how far the run has come."""

    nets: Nets
    average: Nets
    optimizer: MuonAdamW
    stage: int = 0
    seen: int = 0  # samples of this stage
    step: int = 0  # optimiser steps in all
    log: list[dict[str, Any]] = field(default_factory=list)


def start(recipe: Recipe, unet: UNet2DConditionModel, text_encoder: Any, device: str) -> State:
    torch.manual_seed(recipe.seed)
    optimizer = MuonAdamW(recipe.weight_decay)
    for module in (unet, text_encoder):
        module.to(device, memory_format=torch.channels_last).train()
        optimizer.add(module)
    nets = Nets(unet, text_encoder)
    return State(nets, copy.deepcopy(nets), optimizer)


def enter_stage(state: State, recipe: Recipe, stage: Stage) -> None:
    """Clone the encoder when control begins; its weights join the optimiser, the others keep their moments."""
    if stage.control and state.nets.control is None:
        state.nets.add_control()
        state.average = copy.deepcopy(state.nets) if state.step == 0 else _with_control(state)
        assert state.nets.control is not None
        state.optimizer.add(state.nets.control)


def _with_control(state: State) -> Nets:
    return Nets(state.average.unet, state.average.text_encoder, copy.deepcopy(state.nets.control))


def fast_attention(device: str) -> AbstractContextManager[None]:
    """On a CPU the fused attention's backward pass takes a third of a whole step; plain matrix products do not."""
    found: AbstractContextManager[None] = sdpa_kernel(SDPBackend.MATH) if device == "cpu" else nullcontext()
    return found


def batch_loss(nets: Nets, batch: Batch, recipe: Recipe, alphas: Tensor, channels: Tensor, generator: torch.Generator) -> Tensor:
    """One forward pass. Words, picture and line art are each dropped now and then, so that each can be left out."""
    device = alphas.device
    latents, mask = batch.latents.to(device), batch.mask.to(device)
    count = len(latents)

    def draw(shape: Any = (count,)) -> Tensor:
        return torch.rand(shape, generator=generator, device=device)

    timestep = (draw() * len(alphas)).long().clamp_max(len(alphas) - 1)
    noise = torch.randn(latents.shape, generator=generator, device=device)
    noised, target = objective.noisy(latents, noise, alphas[timestep])
    levels = objective.level_weight(alphas[timestep])
    tokens = torch.where((draw() < recipe.drop_text)[:, None], batch.empty.to(device), batch.tokens.to(device))
    with torch.autocast(device.type, torch.bfloat16), fast_attention(device.type):
        text = nets.text_encoder(tokens).last_hidden_state
        branches, region = [], torch.ones_like(latents[:, :1])
        if nets.control is not None:
            hint = bundled_hint(batch.rgb.to(device), mask, batch.lineart.to(device))
            hint[:, INPAINT] *= (draw() >= recipe.drop_inpaint)[:, None, None, None]
            hint[:, LINEART] *= (draw() >= recipe.drop_lineart)[:, None, None, None]
            branches = [Branch(nets.control, nets.control.hint_stem(hint.to(memory_format=torch.channels_last)))]
            region = objective.region_weight(mask, latents.shape, recipe.outside_weight)
        prediction = predict(nets.unet, branches, noised, timestep, text)
    return objective.loss(prediction, target, levels, region, channels)


@torch.no_grad()
def update_average(state: State, decay: float) -> None:
    """Exponential moving average of the weights every few steps, with a ramp so that short runs are not held back."""
    if state.step % AVERAGE_EVERY:
        return
    decay = min(decay, (1 + state.step) / (10 + state.step)) ** AVERAGE_EVERY
    for name, module in state.nets.modules().items():
        average: list[Tensor] = list(state.average.modules()[name].parameters())
        torch._foreach_lerp_(average, list(module.parameters()), 1 - decay)


def train(
    state: State,
    recipe: Recipe,
    batches: Callable[[Stage, int], Iterator[Batch]],
    folder: Path,
    *,
    channel_weights: Sequence[float],
    log: Log,
    save_every: float = 300.0,
    deadline: float = float("inf"),
) -> bool:
    """Run the stages that are left; True when all are done, False when `deadline` (seconds) came first.

    batches(stage, seed) gives an endless iterator; the checkpoint in `folder` is replaced atomically. channel_weights:
    one a latent channel, see `objective.channel_weight`.
    """
    device = next(state.nets.unet.parameters()).device
    alphas = recipes.scheduler().alphas_cumprod.to(device)
    channels = torch.tensor(channel_weights, device=device)
    total = sum(stage.samples for stage in recipe.stages)
    began = saved = told = time.monotonic()
    while state.stage < len(recipe.stages):
        stage = recipe.stages[state.stage]
        enter_stage(state, recipe, stage)
        before = sum(earlier.samples for earlier in recipe.stages[: state.stage])
        generator = torch.Generator(device).manual_seed(recipe.seed + 7919 * (state.step + 1) + worker())
        running: list[Tensor] = []
        for batch in batches(stage, recipe.seed + state.step):
            loss = batch_loss(state.nets, batch, recipe, alphas, channels, generator)
            loss.backward()
            stop = average_gradients(state.optimizer.parameters, time.monotonic() - began > deadline)
            state.optimizer.step(recipe.rate * schedule((before + state.seen) / total, state.step, recipe.warmup))
            state.step += 1
            state.seen += stage.batch
            update_average(state, recipe.ema)
            running.append(loss.detach())
            now = time.monotonic()
            if now - told > 20 or state.seen >= stage.samples:
                speed = len(running) * stage.batch / (now - told)
                row = {"stage": stage.name, "step": state.step, "seen": state.seen, "loss": float(torch.stack(running).mean())}
                state.log.append(row | {"samples_per_second": round(speed, 1), "seconds": round(now - began)})
                if not worker():
                    log(state.log[-1])
                running, told = [], now
            if now - saved > save_every:
                save(state, folder)
                saved = now
            if state.seen >= stage.samples:
                state.stage, state.seen = state.stage + 1, 0
                break
            if stop:
                save(state, folder)
                return False
        save(state, folder)
    return True


def begin_from(state: State, recipe: Recipe, folder: Path) -> None:
    """Start a fresh state from an exported folder's weights, at the first stage with control."""
    state.stage = next(index for index, stage in enumerate(recipe.stages) if stage.control)
    enter_stage(state, recipe, recipe.stages[state.stage])
    exported = {
        "unet": UNet2DConditionModel.from_pretrained(folder / "unet", dtype=torch.float32),
        "text_encoder": CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32),
        "control": ControlNetModel.from_pretrained(folder / "controlnet", dtype=torch.float32),
    }
    for nets in (state.nets, state.average):
        for name, module in nets.modules().items():
            module.load_state_dict(exported[name].state_dict())


def save(state: State, folder: Path) -> None:
    if worker():
        return
    folder.mkdir(parents=True, exist_ok=True)
    held = {
        "nets": {name: module.state_dict() for name, module in state.nets.modules().items()},
        "average": {name: module.state_dict() for name, module in state.average.modules().items()},
        "optimizer": state.optimizer.state_dict(),
        "at": (state.stage, state.seen, state.step),
    }
    torch.save(held, folder / "checkpoint.tmp")
    os.replace(folder / "checkpoint.tmp", folder / "checkpoint.pt")
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in state.log))


def resume(state: State, recipe: Recipe, folder: Path) -> None:
    """Load `folder`'s checkpoint into a freshly started state."""
    held = torch.load(folder / "checkpoint.pt", map_location="cpu", weights_only=True)
    if "control" in held["nets"]:
        enter_stage(state, recipe, next(stage for stage in recipe.stages if stage.control))
    for nets, name in ((state.nets, "nets"), (state.average, "average")):
        for key, module in nets.modules().items():
            module.load_state_dict(held[name][key])
    state.optimizer.load_state_dict(held["optimizer"])
    state.stage, state.seen, state.step = held["at"]
    log = folder / "log.jsonl"
    state.log = [json.loads(line) for line in log.read_text().splitlines()] if log.is_file() else []
