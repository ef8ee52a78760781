"""Grounding DINO from a folder of the published layout, against transformers' own pipeline."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    BertTokenizer,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessor,
    GroundingDinoProcessor,
)

from models.grounding import BOX_THRESHOLD, TEXT_THRESHOLD, GroundingDino, caption, load_grounding_dino
from models.weights import WeightsError

HEIGHT, WIDTH = 45, 80
WORDS = ("apron", "belt", "red", "skirt", "##s")


def tiny_tokenizer() -> BertTokenizer:
    """A WordPiece vocabulary whose marks stand where the network looks for them: at 101, 102, 1012 and 1029 like BERT's."""
    tokens = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "[MASK]": 103, ".": 1012, "?": 1029}
    vocabulary = tokens | {word: 104 + index for index, word in enumerate(WORDS)}
    taken = set(vocabulary.values())
    return BertTokenizer(vocab=vocabulary | {f"[unused{index}]": index for index in range(1100) if index not in taken})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dino") / "grounding-dino-tiny"
    config = GroundingDinoConfig(
        backbone_config={
            "model_type": "swin",
            "image_size": 64,
            "embed_dim": 16,
            "depths": [1, 1, 1, 1],
            "num_heads": [1, 1, 2, 2],
            "window_size": 4,
            "out_indices": [2, 3, 4],
        },
        text_config={
            "model_type": "bert",
            "vocab_size": 1100,
            "hidden_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 32,
        },
        d_model=32,
        num_queries=12,
        encoder_layers=1,
        encoder_ffn_dim=32,
        encoder_attention_heads=2,
        decoder_layers=2,
        decoder_ffn_dim=32,
        decoder_attention_heads=2,
    )
    network = GroundingDinoForObjectDetection(config)
    torch.manual_seed(6)  # about half of the boxes are sure enough with these
    for name, parameter in network.named_parameters():  # with first values every box is the same, whatever is asked
        if "norm" not in name:
            torch.nn.init.normal_(parameter, std=0.3)
    network.save_pretrained(path)
    # like the published folder: settings and vocabulary in files of their own, and the tokenizer's own settings unread
    pictures = GroundingDinoImageProcessor(size={"shortest_edge": 64, "longest_edge": 100}).to_dict()
    published = {"processor_class": "GroundingDinoProcessor", "_valid_processor_keys": ["images"]}
    (path / "preprocessor_config.json").write_text(json.dumps(pictures | published))
    tiny_tokenizer().save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def finder(folder: Path) -> GroundingDino:
    return load_grounding_dino(folder)


@pytest.fixture
def rgb() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("apron", "apron."), (" Red Apron. BELT", "red apron. belt."), ("belt.", "belt."), ("a..b . ", "a. b.")],
)
def test_words_become_a_caption(words: str, wanted: str) -> None:
    assert caption(words) == wanted


@pytest.mark.parametrize("words", ["", " ", "..", " . "])
def test_nothing_named_is_said_so(words: str, finder: GroundingDino, rgb: np.ndarray) -> None:
    with pytest.raises(ValueError, match="what to look for"):
        finder.find(rgb, words)


@torch.no_grad()
@pytest.mark.parametrize("words", ["apron.", "red apron. belt."])
def test_equals_transformers_pipeline(words: str, folder: Path, finder: GroundingDino, rgb: np.ndarray) -> None:
    stock = GroundingDinoForObjectDetection.from_pretrained(folder, local_files_only=True).eval()
    tokenizer = BertTokenizer.from_pretrained(folder, local_files_only=True)
    processor = GroundingDinoProcessor(GroundingDinoImageProcessor.from_pretrained(folder, local_files_only=True), tokenizer)
    inputs = processor(images=rgb, text=words, return_tensors="pt")
    outputs = stock(**inputs)
    (wanted,) = processor.post_process_grounded_object_detection(
        outputs, inputs["input_ids"], BOX_THRESHOLD, TEXT_THRESHOLD, target_sizes=[(HEIGHT, WIDTH)]
    )
    named = [index for index, label in enumerate(wanted["text_labels"]) if any(word in label for word in WORDS[:4])]
    order = sorted(named, key=lambda index: -float(wanted["scores"][index]))
    boxes = wanted["boxes"][order].numpy().clip(0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
    assert 0 < len(order) < len(outputs.logits[0]), "the thresholds decide"

    found = finder.find(rgb, words)
    assert np.abs(np.asarray([one.box for one in found]) - boxes).max() <= 1e-4
    assert np.allclose([one.score for one in found], wanted["scores"][order].numpy(), rtol=0, atol=1e-4)


def test_boxes_are_in_the_picture_the_surest_first(finder: GroundingDino, rgb: np.ndarray) -> None:
    found = finder.find(rgb, "red apron. belt")
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(BOX_THRESHOLD < score <= 1 for score in scores)
    for x0, y0, x1, y1 in (one.box for one in found):
        assert 0 <= x0 <= x1 <= WIDTH and 0 <= y0 <= y1 <= HEIGHT


def test_words_change_the_answer_and_case_does_not(finder: GroundingDino, rgb: np.ndarray) -> None:
    apron = finder.find(rgb, "apron")
    assert finder.find(rgb, "APRON") == apron == finder.find(rgb, "apron.")
    assert finder.find(rgb, "skirts") != apron


@pytest.mark.filterwarnings("error")
def test_a_picture_may_be_a_view_and_read_only(finder: GroundingDino, rgb: np.ndarray) -> None:
    view = rgb[:, ::-1]
    view.flags.writeable = False
    assert finder.find(view, "apron") == finder.find(view.copy(), "apron")


def test_more_words_than_the_network_reads_are_cut_off(finder: GroundingDino, rgb: np.ndarray) -> None:
    assert isinstance(finder.find(rgb, "red apron. belt. " * 400), list)


def test_nothing_seen_is_an_empty_list(finder: GroundingDino, rgb: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.grounding.BOX_THRESHOLD", 1.0)
    assert finder.find(rgb, "apron") == []


def test_a_box_that_answers_to_no_word_is_dropped(finder: GroundingDino) -> None:
    assert finder._names_something("red apron") and finder._names_something("[CLS] belt [SEP]")
    assert not any(finder._names_something(label) for label in ("", ".", "[SEP]", ". [SEP]", "[CLS] [PAD]"))


def test_settings_as_transformers_5_saves_them(folder: Path, finder: GroundingDino, rgb: np.ndarray, tmp_path: Path) -> None:
    for file in folder.iterdir():
        if file.name != "preprocessor_config.json":
            shutil.copy(file, tmp_path)
    finder.processor.save_pretrained(tmp_path / "processor")
    shutil.copy(tmp_path / "processor" / "processor_config.json", tmp_path)
    assert "image_processor" in json.loads((tmp_path / "processor_config.json").read_text())
    assert load_grounding_dino(tmp_path).find(rgb, "apron") == finder.find(rgb, "apron")


def test_a_folder_that_is_none_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"dino/ has no config\.json, please download"):
        load_grounding_dino(tmp_path / "dino")
    copy = shutil.copytree(folder, tmp_path / "copy")
    for name, content in (("tokenizer.json", "{}"), ("preprocessor_config.json", "{"), ("preprocessor_config.json", "[]")):
        (copy / name).write_text(content)
        with pytest.raises(WeightsError, match=r"copy/ lacks its tokenizer\.json or preprocessor_config\.json"):
            load_grounding_dino(copy)
        (copy / name).unlink()
        with pytest.raises(WeightsError, match=r"copy/ lacks its tokenizer\.json or preprocessor_config\.json"):
            load_grounding_dino(copy)
        shutil.copy(folder / name, copy)
    (copy / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:5000])
    with pytest.raises(WeightsError, match="please download the model again"):
        load_grounding_dino(copy)
