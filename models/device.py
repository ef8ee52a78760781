"""Which device there is; importing this takes no torch, and asking takes it only where there may be a GPU."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def may_have_gpu() -> bool:
    """Whether it is worth asking torch for a GPU, which takes seconds. Nodes that drivers make on Linux (NVIDIA, AMD, WSL)."""
    if sys.platform != "linux":
        return True
    return any(Path("/dev", name).exists() for name in ("nvidia0", "nvidiactl", "kfd", "dxg"))


def best_device() -> torch.device:
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
