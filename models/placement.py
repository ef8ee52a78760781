"""How a profile's networks fit into the memory of a device: a ladder of rows, each slower and smaller than the one above.

Weights that are not needed at the moment rest in the computer's memory, or on the device in 8 bits (float8, cast layer by
layer: the numbers of the computation stay in 16 bits).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from models.streaming import REST, stream

HEADROOM = 700  # megabytes for the driver, other programs and fragments
SENSITIVE = ("time_embedding", "add_embedding", "norm", "conv_in", "conv_out", "to_k_ip", "to_v_ip")  # stay in 16 bits


def _leave(network: Any, device: torch.device, dtype: torch.dtype) -> None:
    network.to(device)


def _in_eight_bits(network: Any, device: torch.device, dtype: torch.dtype) -> None:
    from diffusers.hooks import apply_layerwise_casting  # seconds to import, and only small GPUs need it

    network.to(device)
    quick = device.type == "cuda"
    # `nn.MultiheadAttention` reads the weights of its layers without calling them, so that nothing would cast them back
    joint = (name for name, module in network.named_modules() if isinstance(module, nn.MultiheadAttention))
    skipped = (*SENSITIVE, *(rf"^{re.escape(name)}(\.|$)" for name in joint))
    apply_layerwise_casting(network, torch.float8_e4m3fn, dtype, skip_modules_pattern=skipped, non_blocking=quick)


def _streamed(network: Any, device: torch.device, dtype: torch.dtype) -> None:
    stream(network, device)


@dataclass(frozen=True)
class Placement:
    """share: of the profile's `memory` that is needed at most; arrange: what happens to U-Net and control networks; offload:
    encoders and autoencoder are on the device only while they work; tiled: large pictures go through the autoencoder in tiles;
    not_on: types of devices that cannot do it."""

    name: str
    share: float
    arrange: Callable[[Any, torch.device, torch.dtype], None]
    offload: bool = False
    tiled: bool = False
    not_on: tuple[str, ...] = ()

    def needs(self, memory: int, dtype: torch.dtype) -> int:
        """Megabytes of a profile of so much `memory`, which is counted in 16 bits, where it computes in dtype."""
        return round(self.share * memory * dtype.itemsize / torch.float16.itemsize) + (HEADROOM if memory else 0)


RESIDENT = Placement("resident", 1.0, _leave)
LADDER = (
    RESIDENT,
    Placement("encoders rest", 0.75, _leave, offload=True),
    Placement("8 bits", 0.45, _in_eight_bits, offload=True, tiled=True, not_on=("mps",)),  # Metal has no float8
    Placement("streamed", 0.2, _streamed, offload=True, tiled=True),
)


def ladder(device: torch.device) -> tuple[Placement, ...]:
    """The rows that a device can do."""
    return tuple(row for row in LADDER if device.type not in row.not_on)


def fitting(memory: int, free: float, device: torch.device, dtype: torch.dtype) -> Placement:
    """The first row for a profile of so many megabytes (in 16 bits) that fits into the free ones of a device; the last one if
    none does."""
    rows = ladder(device)
    return next((row for row in rows if row.needs(memory, dtype) <= free), rows[-1])


def below(placement: Placement, device: torch.device) -> Placement | None:
    """The next smaller row of a device, None after the last."""
    rows = ladder(device)
    index = rows.index(placement) + 1
    return rows[index] if index < len(rows) else None


def free_megabytes(device: torch.device) -> float:
    """Of the device, for a CPU without end: what does not fit there is swapped."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] / 2**20
    if device.type == "mps":
        return (torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()) / 2**20
    return float("inf")


class Onload:
    """Networks that rest while they do not work; `with onload(encoder): ...` brings them to the device and back."""

    def __init__(self, device: torch.device, offload: bool) -> None:
        self.device, self.offload = device, offload

    @contextmanager
    def __call__(self, *networks: nn.Module) -> Iterator[None]:
        if not self.offload:
            yield
            return
        try:
            for network in networks:
                network.to(self.device)
            yield
        finally:
            for network in networks:
                network.to(REST)
