"""Which attention a device computes fastest: PyTorch's own, or xformers' where a trial shows that it works and is faster."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from diffusers.models.attention_processor import AttnProcessor2_0, XFormersAttnProcessor

SHAPE = (2, 4096, 8, 40)  # picture and its unguided copy, places, heads, width: SD 1.5's largest layer at 512 x 512
ROUNDS = 10
GAIN = 0.95  # of PyTorch's time: less is not worth another library


@lru_cache
def prefers_xformers(device: torch.device, dtype: torch.dtype) -> bool:
    """A trial run on the device itself; False wherever xformers is missing, has no kernels, or is not clearly faster."""
    if device.type != "cuda":
        return False  # it imports without CUDA, but has no kernels there
    try:
        from xformers.ops import memory_efficient_attention

        query = torch.randn(SHAPE, device=device, dtype=dtype)
        heads_first = query.transpose(1, 2)
        theirs = _seconds(lambda: memory_efficient_attention(query, query, query))
        ours = _seconds(lambda: F.scaled_dot_product_attention(heads_first, heads_first, heads_first))
    except Exception:  # whatever a library built for another torch or card raises
        return False
    return theirs < GAIN * ours


def _seconds(run: Any) -> float:
    run()
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(ROUNDS):
        run()
    torch.cuda.synchronize()
    return time.perf_counter() - began


def choose_attention(network: Any, device: torch.device, dtype: torch.dtype) -> None:
    """Give a network's self-attention what the trial says. Cross-attention keeps PyTorch's: garment adapters listen there."""
    if hasattr(network, "attn_processors") and prefers_xformers(device, dtype):
        processors = network.attn_processors.items()
        network.set_attn_processor(
            {
                name: XFormersAttnProcessor() if isinstance(old, AttnProcessor2_0) and name.endswith("attn1.processor") else old
                for name, old in processors
            }
        )
