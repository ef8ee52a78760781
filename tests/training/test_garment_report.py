"""What the report on pictures of garments measures, and one real round with untrained networks."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import training.cases
from models.profiles import PROFILES, ModelProfile
from training import garment_report
from training.cases import cases
from training.garment_report import LOCKED, OUTSIDE, histogram, measure, table
from training.judges import Judge, save
from training.pairs import EVALUATION_SEEDS


def test_histograms_of_other_colours_do_not_overlap() -> None:
    red, blue = (np.full((50, 3), colour, np.uint8) for colour in ((200, 30, 30), (30, 30, 200)))
    assert np.minimum(histogram(red), histogram(red)).sum() == pytest.approx(1)
    assert np.minimum(histogram(red), histogram(blue)).sum() == 0


def test_a_round_has_a_row_for_every_way_to_ask(
    tiny_profile: ModelProfile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROFILES, "tiny", replace(tiny_profile, steps=1))
    monkeypatch.setattr(training.cases, "SIZE", (256, 192))  # as large as the model draws: nothing is enlarged
    monkeypatch.setattr(garment_report, "cases", lambda seeds: islice(cases(seeds), 1))  # a character is two
    scales = (0.0, 1.0)
    monkeypatch.setattr(garment_report, "SCALES", scales)
    save(Judge(), tmp_path, {})
    found = measure([EVALUATION_SEEDS + 1], "tiny", tmp_path)
    likenesses, leaks = found[0]
    assert len(likenesses) == 2 * len(scales) - 1 + 2  # words alone have no picture to leave out; locked
    assert all(0 <= row.colours <= 1 and -1 <= row.encoder <= 1 for row in likenesses.values())
    for asked in ("words and picture", "picture alone"):
        assert likenesses[f"{asked}, {LOCKED}"].palette < likenesses[f"{asked}, lambda 1"].palette
    assert leaks[OUTSIDE] == 0
    text = table(found * 2)
    assert "| words alone |" in text and "| picture alone, lambda 1 |" in text and f"| {OUTSIDE} | 0.00 |" in text
