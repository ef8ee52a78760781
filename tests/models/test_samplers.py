"""Samplers take as many steps as are counted."""

from __future__ import annotations

import pytest
import torch

from models.samplers import SAMPLERS, count_steps, make_scheduler
from pipeline.denoise import Known, denoise

CONFIG = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


class Still(torch.nn.Module):
    """Predicts nothing, as `predict` asks."""


@pytest.mark.parametrize("strength", [1.0, 0.5])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_steps_are_counted_as_they_are_run(sampler: str, strength: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.denoise.predict", lambda unet, branches, latents, *rest, **more: torch.zeros_like(latents))
    seen: list[tuple[int, int]] = []
    noise, text = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0)), torch.zeros(1, 77, 8)
    config = CONFIG if sampler != "flow" else {"num_train_timesteps": 1000}
    denoise(
        Still(),
        (),
        text,
        make_scheduler(sampler, config),
        noise,
        steps=8,
        strength=strength,
        known=Known(torch.zeros_like(noise), torch.ones(1, 1, 8, 8)),
        on_step=lambda step, steps, latents: seen.append((step, steps)),
    )
    count = count_steps(8, strength, sampler)
    assert seen == [(step, count) for step in range(1, count + 1)]
    assert count_steps(8, 0.0, sampler) == 0
