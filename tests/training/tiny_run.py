"""Trainings of tiny networks, for tests and for the processes that they start."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

import models  # noqa: F401  before diffusers is imported: the torchvision cure
from models.controlnet import from_unet
from models.garment import GarmentReader, new_image_encoder
from models.ip_adapter import new_adapter
from tests.tiny import tiny_text_encoder, tiny_tokenizer, tiny_unet
from training import loop
from training.data import batches, open_source, stores_in
from training.diffusion import reads
from training.recipes import Budget, Recipe, alphas_of, controlnet
from training.tasks import TASKS


def tiny_parts(folder: Path, seed: int = 0) -> dict[str, torch.nn.Module]:
    tokenizer = tiny_tokenizer(folder / "tokenizer")
    unet, encoder = tiny_unet(seed=seed), new_image_encoder(128, 64, 2)
    return {
        "unet": unet,
        "text_encoder": tiny_text_encoder(tokenizer, seed),
        "control": from_unet(unet, 5, (4, 4, 8, 8)),
        "garment": GarmentReader(encoder, new_adapter(unet, 64, hidden=64, count=4)),
    }


def run(
    data: Path,
    folder: Path,
    recipe: Recipe,
    resume: bool = False,
    until: int = 10**9,
    spent: Callable[[loop.State], float] = lambda state: 0.0,
) -> loop.State:
    """Train tiny networks in `folder`."""
    tokenizer, stores = tiny_tokenizer(folder / "tokenizer"), stores_in(data)
    alphas = alphas_of(recipe.objective)
    task = TASKS[recipe.task](tiny_parts(folder), recipe, alphas, stores[0].meta["channel_weights"])
    state = loop.start(task, recipe)
    if resume:
        loop.resume(state, folder)
    sources = [open_source(store, tokenizer, reads(recipe)) for store in stores]
    loop.train(
        state,
        recipe,
        lambda stage, first: batches(sources, stage.batch, stage.half, recipe.seed, first),
        folder,
        loop.make_accelerator(recipe, "cpu"),
        stop=lambda state: state.step == until,
        spent=spent,
    )
    return state


def train_in_worker(worker: int, data: Path, folder: Path, port: int) -> None:
    """One of two processes, as `torchrun` starts them: train a little and leave the ControlNet's weights in `folder`."""
    os.environ.update(WORLD_SIZE="2", RANK=str(worker), LOCAL_RANK=str(worker), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    state = run(data, folder / str(worker), replace(controlnet(Budget(half=24, batch=8)), warmup=1))
    torch.save(state.task.trained()["control"].state_dict(), folder / f"{worker}.pt")
