"""What a recipe's `task` means: a module that turns a batch into a loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn

from training.diffusion import Diffusion
from training.distillation import Distillation
from training.imitation import Imitation
from training.recipes import Recipe

TASKS: dict[str, Callable[[dict[str, nn.Module], Recipe, Tensor, Sequence[float]], Any]] = {
    "diffusion": Diffusion,
    "distillation": Distillation,
    "imitation": Imitation,
}
