"""Soft masks: how much a pixel may change says from which step on it does."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from models.samplers import make_scheduler
from pipeline.denoise import Known, denoise, repainted_after
from tests.tiny import tiny_unet

STEPS = 4
CONFIG = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1, "clip_sample": False}


def drawn(mask: Tensor, **settings: Any) -> Tensor:
    generator = torch.Generator().manual_seed(2)
    noise, text = torch.randn(1, 4, 8, 8, generator=generator), torch.randn(1, 77, 16, generator=generator)
    scheduler = make_scheduler("ddim", CONFIG)
    return denoise(tiny_unet(), [], text, scheduler, noise, steps=STEPS, known=Known(KNOWN, mask), **settings)


KNOWN = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))


def test_hard_masks_are_the_same_at_every_step() -> None:
    mask = (torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    for step in range(1, STEPS + 1):
        assert torch.equal(repainted_after(mask, step, STEPS), mask)


def test_a_pixel_is_kept_for_the_first_part_of_the_steps() -> None:
    mask = torch.arange(9) / 8
    found = torch.stack([repainted_after(mask, step, 8) for step in range(1, 9)])
    assert (found.diff(dim=0) >= 0).all() and (found.diff(dim=1) >= 0).all(), "later and softer never means kept longer"
    assert found.sum(dim=0).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8], "so many steps are not undone"


@pytest.mark.parametrize("value", [0.25, 0.5, 0.75])
def test_a_mask_of_one_value_is_a_strength(value: float) -> None:
    """All that the steps before it made is undone: the picture goes on as one that begins there."""
    soft, hard = torch.full((1, 1, 8, 8), value), torch.ones(1, 1, 8, 8)
    assert torch.allclose(drawn(soft), drawn(hard, strength=value), atol=1e-4)
    assert (drawn(soft) - drawn(hard)).abs().max() > 1e-2


@pytest.mark.parametrize("softer", [0.25, 0.5, 0.75])
def test_the_softer_the_mask_the_nearer_the_picture(softer: float) -> None:
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 4:] = 1
    hard, soft = drawn(mask), drawn(mask * softer)
    assert torch.equal(soft[..., :4], KNOWN[..., :4]), "kept"
    assert 1e-2 < (soft - KNOWN).abs().mean() < (hard - KNOWN).abs().mean()
