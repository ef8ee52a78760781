"""Mixed precision: 16 bits where the device computes in them, 32 where they would be emulated, at a ninth of the speed."""

from __future__ import annotations

import torch

from models.loader import best_dtype


def working_dtype(device: torch.device | str) -> torch.dtype:
    """What locked networks rest in and matrices are multiplied in: bfloat16, or float32 on a CPU without AMX and AVX-512 BF16."""
    device = torch.device(device)
    return best_dtype(device) if device.type == "cpu" else torch.bfloat16


def autocast(device: torch.device | str) -> torch.autocast:
    """`torch.autocast` to `working_dtype`, off where that is float32."""
    dtype = working_dtype(device)
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=dtype == torch.bfloat16)
