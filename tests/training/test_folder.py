"""A user's own pictures: read as batches, and every bad file told in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from training.folder import problems, read_batch, read_rows


def picture(path: Path, width: int = 96, height: int = 128, colour: int = 90) -> str:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.full((height, width, 3), colour, np.uint8)).save(path)
    return path.name


def write(folder: Path, rows: list[dict[str, Any]]) -> Path:
    (folder / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture
def good(tmp_path: Path) -> Path:
    rows = []
    for index in range(3):
        picture(tmp_path / f"{index}.png", colour=60 * index)
        picture(tmp_path / "lines" / f"{index}.png")
        picture(tmp_path / "masks" / f"{index}.png", colour=255)
        row = {"file_name": f"{index}.png", "text": f"outfit {index}", "condition_file_name": f"lines/{index}.png"}
        rows.append(row | {"mask_file_name": f"masks/{index}.png"})
    return write(tmp_path, rows)


def test_batches_depend_on_their_seed_alone(good: Path) -> None:
    rows = read_rows(good)
    read = [read_batch(rows, ("condition", "mask"), 2, 64, seed=[1, number]) for number in (0, 1, 2, 0)]
    assert read[0].texts == read[3].texts and (read[0].rgb == read[3].rgb).all()
    assert len({found.texts for found in read}) > 1
    later = read[2]
    assert later.rgb.shape == (2, 3, 64, 64) and later.condition is not None and later.garment is None
    assert later.mask is not None and later.mask.shape == (2, 1, 64, 64) and later.mask.min() == 1


def test_a_good_folder_has_no_problems(good: Path) -> None:
    assert list(problems(good, ["condition", "mask"])) == []
    assert len(list(problems(good, ["garment"]))) == 3


def test_every_bad_file_is_one_clear_line(good: Path) -> None:
    (good / "1.png").write_bytes(b"no picture")
    picture(good / "lines" / "2.png", width=128)
    picture(good / "tiny.png", 20, 20)
    picture(good / "wide.png", 300, 100)
    rows = [json.loads(line) for line in (good / "metadata.jsonl").read_text().splitlines()]
    rows += [{"file_name": name, "text": "x"} for name in ("gone.png", "wide.png")]
    rows += [{"file_name": "tiny.png", "text": " "}, rows[0]]
    found = list(problems(write(good, rows)))
    assert len(found) == 7 and all("\n" not in line for line in found)
    starts = ("1.png", "lines/2.png", "gone.png: not there", "tiny.png: has no text", "tiny.png: 20 x 20", "0.png: twice")
    for start in (*starts, "wide.png: of 300 x 100 only the middle square is seen, 33%"):
        assert any(line.startswith(start) for line in found), (start, found)


def test_broken_metadata_is_said(tmp_path: Path) -> None:
    assert "is missing" in next(problems(tmp_path))
    (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.png"}\n')
    assert "Line 1" in next(problems(tmp_path))
