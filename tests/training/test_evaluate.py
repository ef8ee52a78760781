"""The evaluation: its measures on made-up pictures, and one real round with an untrained judge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import training.cases
from models.profiles import PROFILES, ModelProfile
from training.cases import cases
from training.evaluate import Options, fresh, main, measure, summary
from training.judges import Judge, save
from training.metrics import colour_distance, outside_identical, recolour, seam, telea
from training.pairs import EVALUATION_SEEDS

RED, BLUE = (200, 30, 30), (30, 30, 200)


def picture(colour: tuple[int, int, int]) -> np.ndarray:
    """40 x 40, grey with a square of one colour."""
    image = np.full((40, 40, 3), 128, np.uint8)
    image[10:30, 10:30] = colour
    return image


@pytest.fixture
def square() -> np.ndarray:
    mask = np.zeros((40, 40), bool)
    mask[10:30, 10:30] = True
    return mask


def test_colours_are_told_apart(square: np.ndarray) -> None:
    assert colour_distance(picture(RED), picture(RED), square) == 0
    assert colour_distance(picture(RED), picture(BLUE), square) > 40


def test_one_changed_level_outside_the_mask_is_seen(square: np.ndarray) -> None:
    mask = square.astype(np.uint8) * 255
    assert outside_identical(picture(RED), picture(BLUE), mask)
    changed = picture(RED)
    changed[0, 0, 2] += 1
    assert not outside_identical(changed, picture(BLUE), mask)


def test_a_smear_and_an_edge_score_worse_than_the_truth(square: np.ndarray) -> None:
    truth = picture(RED)
    assert seam(truth, truth, square) == 0
    assert seam(telea(truth, square), truth, square) > 1
    assert seam(picture((255, 255, 0)), truth, square) > 0.3


def test_recolouring_fills_the_mask_only(square: np.ndarray) -> None:
    result = recolour(picture(RED), square, BLUE)
    assert (result[~square] == 128).all()
    assert colour_distance(result, picture(BLUE), square) < 10


def test_cases_have_two_prompts_and_name_garments_inside_the_mask() -> None:
    found = list(cases(range(EVALUATION_SEEDS, EVALUATION_SEEDS + 2)))
    assert [case.seed - EVALUATION_SEEDS for case in found] == [0, 0, 1, 1]
    assert len(found[0].named) == 2 and found[0].held_out and not found[2].held_out
    assert all(case.prompt and case.region(index).any() for case in found for index in case.named)


def test_a_round_gives_every_method_a_score(tiny_profile: ModelProfile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, "tiny", tiny_profile)
    monkeypatch.setattr(training.cases, "SIZE", (256, 192))  # as large as the model draws: nothing is enlarged
    save(Judge(), tmp_path, {})
    found = measure(fresh([EVALUATION_SEEDS + 1]), Options("tiny", tmp_path, steps=2))
    names = {"ours", "ours without ControlNet", "Telea", "flat recolour"}
    assert len(found) == 2 and all(set(scores) == names for _, scores in found)
    assert all(summary([scores[name] for _, scores in found])["outside-identical"] == 1 for name in names)


def test_training_seeds_are_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate", "--first-seed", "5"])
    with pytest.raises(SystemExit):
        main()
    assert "belong to training" in capsys.readouterr().err
