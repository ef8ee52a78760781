"""The student's target: where the teacher gets to."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from models.controlnet import from_unet
from models.samplers import make_scheduler
from tests.tiny import tiny_text_encoder, tiny_tokenizer, tiny_unet
from training import distillation
from training.data import Batch
from training.distillation import STEPS, Distillation, trailing
from training.recipes import RECIPES, Budget, alphas_of, scheduler_config


@pytest.fixture
def task(tmp_path: Path) -> Distillation:
    unet = tiny_unet()
    parts = {
        "unet": unet,
        "text_encoder": tiny_text_encoder(tiny_tokenizer(tmp_path)),
        "control": from_unet(unet, 5, (4, 4, 8, 8)),
    }
    return Distillation(parts, RECIPES["distill"](Budget(half=8)), alphas_of("v_prediction"), [1.0] * 4)


def losses(task: Distillation) -> dict[int, float]:
    """By the stretch of the schedule."""
    drawn = torch.Generator().manual_seed(2)
    pictures = {"rgb": torch.rand(2, 3, 64, 64, generator=drawn), "lineart": torch.zeros(2, 1, 64, 64)}
    pictures["mask"] = torch.ones(2, 1, 64, 64)
    batch = Batch(
        torch.randn(2, 4, 8, 8, generator=drawn), pictures, torch.full((2, 77), 3), torch.zeros(1, 77, dtype=torch.long)
    )
    found = {}
    for seed in range(30):
        generator = torch.Generator().manual_seed(seed)
        torch.randn(batch.latents.shape, generator=generator)
        stretch = int(torch.randint(STEPS, (), generator=generator))
        if stretch not in found:
            found[stretch] = task(batch, torch.Generator().manual_seed(seed)).item()
    return dict(sorted(found.items()))


def test_a_teacher_that_jumps_too_has_nothing_to_teach_but_guidance(task: Distillation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distillation, "SUBSTEPS", 1)
    found = losses(task)
    assert list(found) == list(range(STEPS))
    assert found[0] > 1e-6 and found[1] > 1e-6, "the first half of the schedule is guided"
    assert found[2] == pytest.approx(0, abs=1e-8) and found[3] == pytest.approx(0, abs=1e-8)


def test_several_steps_lead_elsewhere_than_one(task: Distillation) -> None:
    assert all(loss > 1e-6 for loss in losses(task).values())


@pytest.mark.parametrize("steps", [4, 16])
def test_stretches_lie_where_the_sampler_steps(steps: int) -> None:
    sampler = make_scheduler("ddim", scheduler_config())
    sampler.set_timesteps(steps)
    assert trailing(1000, steps) == [*sampler.timesteps.tolist(), -1]
