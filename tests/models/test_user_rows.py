"""Rows that users add: what is understood, and what is said about the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.profiles import PROFILES
from models.user_rows import read_rows, source_of
from models.weights import WeightsError


def rows(tmp_path: Path, text: str) -> object:
    file = tmp_path / "models.toml"
    file.write_text(text, encoding="utf-8")
    return read_rows(file, PROFILES)


def test_a_row_is_another_with_differences(tmp_path: Path) -> None:
    (tmp_path / "my.safetensors").write_bytes(b"")
    found = rows(
        tmp_path,
        '[mine]\nlike = "sdxl-illustrious"\nbase = "my.safetensors"\nprediction = "v_prediction"\nrescale = 0.7\nsteps = 28\n'
        '[hub]\nlike = "mine"\nbase = "someone/model-xl"\nsamplers = ["euler", "ddim"]\n'
        '[file]\nlike = "sd15-anime"\nbase = "someone/model/folder/a.safetensors"\ntitle = "One file"\n'
        '[light]\nlike = "sd15-anime-light"\nbase = "someone/model"\n',
    )
    assert isinstance(found, dict)
    mine, hub, file, light = found["mine"], found["hub"], found["file"], found["light"]
    assert (mine.base.repo, mine.base.path, mine.title) == (tmp_path, "my.safetensors", "mine")
    assert (mine.prediction, mine.rescale, mine.steps) == ("v_prediction", 0.7, 28)
    assert mine.controls == PROFILES["sdxl-illustrious"].controls
    assert (hub.base.repo, hub.samplers, hub.rescale) == ("someone/model-xl", ("euler", "ddim"), 0.7)
    assert (file.base.repo, file.base.path, file.base.is_file) == ("someone/model", "folder/a.safetensors", True)
    assert (light.base.repo, light.controls) == ("someone/model", PROFILES["sd15-anime-light"].controls)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps = 3", "outside a table"),
        ("[a", "cannot be read"),
        ("[a]\nsteps = 3", "which row it resembles: bundled"),
        ('[a]\nlike = "sd15-anime"\nsteps = 300', "steps must lie between 1 and 150"),
        ('[a]\nlike = "sd15-anime"\nsteps = 2.5', "steps must lie between 1 and 150"),
        ('[a]\nlike = "sd15-anime"\nbase = "no such thing"', "neither a folder"),
        ('[a]\nlike = "sd15-anime"\nbase = "o/n/a.ckpt"', "no .safetensors"),
        ('[a]\nlike = "sd15-anime"\nsamplers = ["magic"]', "list of these"),
        ('[a]\nlike = "sd15-anime"\nprediction = "noise"', "epsilon or v_prediction"),
        ('[a]\nlike = "sd15-anime"\ncolour = "red"', "not understood"),
        ('[a]\nlike = "sd15-anime"\nsteps = "many"', "not understood"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(WeightsError, match=words):
        rows(tmp_path, text)


def test_a_file_that_can_hold_programs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ckpt").write_bytes(b"")
    with pytest.raises(ValueError, match="can hold programs"):
        source_of("a.ckpt", tmp_path)
