"""The frozen judge: its classes lie beside its weights, whatever the wardrobe gains."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.torch import load_file

from training.judge_drawings import SLOTS
from training.judges import load_judge, read_kinds
from wardrobe.kinds import KINDS

FOLDER = Path("assets/weights/judge")


def test_the_bundled_judge_has_a_class_for_every_kind_of_its_list_and_one_for_not_worn() -> None:
    kinds = json.loads((FOLDER / "judge.json").read_text())["kinds"]
    weights = load_file(FOLDER / "judge.safetensors")
    for slot in SLOTS:
        names = kinds[slot.name]
        assert len(weights[f"heads.{slot.name}.3.weight"]) == len(names) + 1
        assert len(set(names)) == len(names)
        assert all(KINDS[name].slot == slot for name in names)


def test_the_judge_names_garments_of_its_own_list() -> None:
    judge = load_judge(FOLDER)
    (seen,) = read_kinds(judge, [np.full((64, 64, 3), 200, np.uint8)])
    assert all(kind is None or kind in judge.kinds[slot] for slot, kind in seen.items())
