"""The bundled parser and SAM, untrained: shapes, prompts, the file that holds both, and the published MobileSAM layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.drawing_trunk import MobileNetV2
from models.part_parser import CLASSES, new_parser
from models.prompts import Embedding, Prompt
from models.sam import BUILDERS, SamSegmenter, bundled_sam, load_sam
from models.segmenter import (
    BACKBONE_FILE,
    PARSER_FILE,
    SAM_FILE,
    PartReader,
    Remembering,
    both_ways,
    load_bundled,
    save_bundled,
)
from models.weights import WeightsError, write_manifest


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (150, 100, 3), np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("segmenter")
    parser = new_parser()
    save_bundled(parser, bundled_sam(parser.trunk), folder)
    write_manifest(folder)
    return folder


def test_parser_gives_probabilities_at_the_pictures_size(folder: Path, picture: np.ndarray) -> None:
    found = load_bundled(folder).parser.parse(picture)
    assert found.shape == (CLASSES, 150, 100) and found.dtype == np.float32
    assert np.allclose(found.sum(0), 1, atol=1e-3)


def test_all_fit_into_sixteen_megabytes_and_share_the_trunk(folder: Path) -> None:
    sizes = [(folder / file).stat().st_size for file in (PARSER_FILE, BACKBONE_FILE, SAM_FILE)]
    assert sum(sizes) < 16e6 and max(sizes) < 10e6
    found = load_bundled(folder)
    assert isinstance(found.parser, PartReader) and found.people is found.parser and isinstance(found.sam, Remembering)
    assert found.sam.sam.predictor.model.image_encoder.trunk is found.parser.parser.trunk


def test_a_picture_is_looked_at_once_for_parts_and_people(folder: Path, picture: np.ndarray, monkeypatch: Any) -> None:
    reader = load_bundled(folder).people
    assert isinstance(reader, PartReader)
    parts, middles = reader.parse(picture), reader.people(picture)
    assert middles.likely.shape == middles.towards.shape[1:] and ((middles.likely >= 0) & (middles.likely <= 1)).all()
    monkeypatch.setattr(reader, "parser", None)
    assert reader.parse(picture) is parts and reader.people(picture) is middles


def test_what_the_backbone_says_is_nothing_to_begin_with(picture: np.ndarray) -> None:
    """Zero convolutions: a parser of before goes on as it was."""
    first, second = new_parser(), new_parser()
    second.load_state_dict({**first.state_dict(), **{f"trunk.backbone.{k}": v for k, v in MobileNetV2().state_dict().items()}})
    with torch.no_grad():
        assert torch.equal(*(each.eval()(both_ways(picture, 96)) for each in (first, second)))


def test_what_is_saved_comes_back(folder: Path, picture: np.ndarray) -> None:
    first, second = (load_bundled(folder).sam for _ in range(2))
    prompt = Prompt(box=(10, 20, 60, 120))
    assert np.array_equal(first.predict(first.encode(picture), prompt)[0], second.predict(second.encode(picture), prompt)[0])


@pytest.mark.parametrize("kind", ["point", "points", "box", "prior"])
def test_every_kind_of_prompt_is_heard(folder: Path, picture: np.ndarray, kind: str) -> None:
    sam = load_bundled(folder).sam
    points, prior = np.array([[30, 40], [50, 90]], np.float32), np.full((150, 100), -4, np.float32)
    prior[40:90, 20:70] = 4
    prompts = {
        "point": Prompt(points[:1], np.array([1])),
        "points": Prompt(points, np.array([1, 0])),
        "box": Prompt(box=(10, 20, 60, 120)),
        "prior": Prompt(box=(10, 20, 60, 120), prior=prior),
    }
    embedding = sam.encode(picture)
    odds, quality = sam.predict(embedding, prompts[kind])
    assert odds.shape == (150, 100) and odds.dtype == np.float32 and 0 <= quality <= 1
    assert not np.array_equal(odds, sam.predict(embedding, Prompt(box=(0, 0, 30, 30)))[0])


def test_a_picture_is_encoded_once(picture: np.ndarray) -> None:
    class Counting:
        count = 0

        def encode(self, rgb: np.ndarray) -> Embedding:
            self.count += 1
            return Embedding(None, rgb.shape[:2])

        def predict(self, embedding: Embedding, prompt: Prompt) -> tuple[np.ndarray, float]:
            return np.zeros(embedding.size, np.float32), 1.0

    counting = Counting()
    sam = Remembering(counting, size=2)
    other, turned = 255 - picture, np.ascontiguousarray(picture.transpose(1, 0, 2))
    assert sam.encode(picture) is sam.encode(picture.copy()) and counting.count == 1
    sam.encode(other)
    sam.encode(picture)
    assert counting.count == 2
    sam.encode(turned)  # the one that was not used for longest goes
    sam.encode(other)
    assert counting.count == 4


def test_mobile_sam_is_read_from_a_published_file(tmp_path: Path, picture: np.ndarray) -> None:
    torch.manual_seed(0)
    torch.save(BUILDERS["vit_t"]().state_dict(), tmp_path / "mobile_sam.pt")
    sam = load_sam("vit_t", tmp_path / "mobile_sam.pt")
    assert isinstance(sam, SamSegmenter)
    odds, _ = sam.predict(sam.encode(picture), Prompt(np.array([[30, 40]], np.float32), np.array([1])))
    assert odds.shape == (150, 100)
    (tmp_path / "broken.pt").write_bytes(b"not weights")
    with pytest.raises(WeightsError, match=r"broken\.pt is damaged"):
        load_sam("vit_t", tmp_path / "broken.pt")
    with pytest.raises(WeightsError, match="missing"):
        load_sam("vit_t", tmp_path / "nowhere.pt")


@pytest.mark.parametrize(("kind", "parameters"), [("vit_b", 93.7e6), ("vit_l", 312e6), ("vit_h", 641e6)])
def test_the_packages_own_sizes_can_be_built(kind: str, parameters: float) -> None:
    with torch.device("meta"):
        model = BUILDERS[kind]()
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(parameters, rel=0.01)
