"""Larger networks take over as soon as their files are there, each in its role; a list says where to get them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from models.detectors import DETECTORS, chosen, load_segmenter
from models.listing import helpers, listed
from models.part_parser import new_parser
from models.profiles import PROFILES
from models.sam import BUILDERS, bundled_sam
from models.segmenter import save_bundled
from models.weights import WeightsError, write_manifest
from pipeline.part_tables import TABLES

CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    folder = tmp_path / "segmenter"
    folder.mkdir()
    parser = new_parser()
    save_bundled(parser, bundled_sam(parser.trunk), folder)
    write_manifest(folder)
    return folder


def put(root: Path, name: str) -> None:
    path = root / next(row.path for row in DETECTORS if row.name == name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def test_the_best_that_is_there_and_fits_is_chosen(tmp_path: Path) -> None:
    assert not chosen(GPU, tmp_path)
    for name in ("sam-vit-b", "sam-vit-h", "mobile-sam", "grounding-dino-tiny", "see-through-parser"):
        put(tmp_path, name)
    on_gpu = {role: row.name for role, row in chosen(GPU, tmp_path).items()}
    assert on_gpu == {"parser": "see-through-parser", "sam": "sam-vit-h", "words": "grounding-dino-tiny"}
    on_cpu = {role: row.name for role, row in chosen(CPU, tmp_path).items()}
    assert on_cpu == {"sam": "mobile-sam", "words": "grounding-dino-tiny"}, "what a CPU does in seconds"


def test_a_sam_from_the_shelf_stands_beside_the_bundled_parser(bundled: Path, tmp_path: Path) -> None:
    own = load_segmenter(bundled, CPU, tmp_path / "root")
    assert own.words is None and own.table == "bundled"
    (tmp_path / "root").mkdir()
    torch.save(BUILDERS["vit_t"]().state_dict(), tmp_path / "root" / "mobile_sam.pt")
    larger = load_segmenter(bundled, CPU, tmp_path / "root")
    assert larger.sam.sam.predictor.model.image_encoder.img_size == 1024
    assert type(larger.parser) is type(own.parser) and larger.table == "bundled"


def test_a_damaged_one_is_said_in_one_sentence(bundled: Path, tmp_path: Path) -> None:
    put(tmp_path, "mobile-sam")
    with pytest.raises(WeightsError, match=r"mobile_sam\.pt is damaged"):
        load_segmenter(bundled, CPU, tmp_path)


def test_every_row_says_where_it_comes_from(tmp_path: Path) -> None:
    put(tmp_path, "sam-vit-l")
    rows = {row.name: row for row in (*listed(PROFILES.values()), *helpers(root=tmp_path))}
    assert {"bundled", *(detector.name for detector in DETECTORS)} <= set(rows)
    assert rows["sam-vit-l"].state == "installed" and rows["sam-vit-h"].state == "not installed"
    assert all(row.origin and row.task and row.megabytes > 0 and row.licence for row in rows.values() if row.state != "missing")
    assert all(row.table in TABLES for row in DETECTORS if row.role == "parser")
