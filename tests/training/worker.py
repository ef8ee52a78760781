"""One of two training processes, as `torchrun` starts them; a module of its own, since they import it anew."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import models  # noqa: F401  before diffusers is imported: the torchvision cure


def train_in_worker(worker: int, data: Path, folder: Path, port: int) -> None:
    """Train a little and leave the ControlNet's weights in `folder`."""
    import torch

    from tests.training.test_loop import run
    from training.recipes import Budget, controlnet

    os.environ.update(WORLD_SIZE="2", RANK=str(worker), LOCAL_RANK=str(worker), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    state = run(data, folder / str(worker), replace(controlnet(Budget(half=24, batch=8)), warmup=1))
    torch.save(state.task.trained()["control"].state_dict(), folder / f"{worker}.pt")
