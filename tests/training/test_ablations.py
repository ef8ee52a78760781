"""What the ablations measure, and that every arm can be built."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from models.fusion import FUSIONS
from training import ablations
from training.ablation_measures import _iou, kid
from training.ablation_tables import PROMPTS, plot, read_results, table
from training.ablations import COMPOSED, CONNECTIONS, EXPERIMENTS, Arm
from training.hints import HINTS


def test_arms_are_rows_that_exist() -> None:
    for arm in (arm for arms in EXPERIMENTS.values() for arm in arms):
        assert arm.connection in CONNECTIONS and arm.fusion in FUSIONS and arm.hint in HINTS
    assert all(len({arm.name for arm in arms}) == len(arms) for arms in EXPERIMENTS.values())
    assert {hint for hints in COMPOSED for hint in hints} <= {arm.hint for arm in EXPERIMENTS["hints"]}


def test_iou_counts_the_parts_that_are_drawn() -> None:
    wanted = torch.zeros(1, 4, 4, dtype=torch.long)
    wanted[:, 2:] = 3
    found = wanted.clone()
    assert _iou(found, wanted) == [1.0]
    found[:, 2] = 0
    assert _iou(found, wanted) == [pytest.approx((8 / 12 + 4 / 8) / 2)]


def test_kernel_distance_tells_sets_apart() -> None:
    generator = torch.Generator().manual_seed(0)
    first, second = torch.randn(200, 8, generator=generator), torch.randn(200, 8, generator=generator)
    assert 10 * abs(kid(first, second)) < kid(first, second + 1)


def test_the_table_has_a_row_a_prompt_and_the_spread_over_seeds(tmp_path: Path) -> None:
    rows = []
    for seed in (0, 1):
        values = {"condition IoU": 0.5 + 0.1 * seed, "KID": 3.0}
        row = {"name": Arm().name, "seed": seed, "prompts": dict.fromkeys(PROMPTS, values)}
        rows.append(row | {"curve": {"1": 0.1, "25": 0.2 + 0.1 * seed}})
    other = [{**row, "name": replace(Arm(), fusion="concat").name} for row in rows]
    (tmp_path / "fusions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows + other))
    results = read_results(tmp_path / "fusions.jsonl")
    text = table(results)
    assert text.count("0.550 ± 0.050") == 2 * len(PROMPTS) and "step 25" in text
    plot(results, tmp_path / "plots" / "fusions.png")
    assert Image.open(tmp_path / "plots" / "fusions.png").size == (900, 420)


def test_a_stopped_experiment_goes_on_with_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []

    def run_arm(bench: object, arm: Arm, seed: int, *_: object) -> dict[str, object]:
        ran.append((arm.name, seed))
        if len(ran) == 4:
            raise KeyboardInterrupt
        return {"name": arm.name, "seed": seed, "steps": 2, "prompts": {"perfect": {}}}

    monkeypatch.setattr(ablations, "run_arm", run_arm)
    options = Namespace(experiment="connections", seeds=2, samples=64, check=tmp_path, data=tmp_path, out=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        ablations.command_run(options)
    ablations.command_run(options)
    assert len(ran) == 7 and ran[3] == ran[4]
    assert set(ran) == {(arm.name, seed) for arm in EXPERIMENTS["connections"] for seed in (0, 1)}
    both = Namespace(**vars(options) | {"experiment": "fusions"})
    ablations.command_run(both)
    assert len(ran) == 7 + 2 * (len(EXPERIMENTS["fusions"]) - 1)  # plain addition is among the connections too
