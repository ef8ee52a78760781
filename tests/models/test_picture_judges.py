"""Judges on tiny networks in the layouts that are published: timm's safetensors with a list of tags, and ONNX with labels."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

import models  # noqa: F401  before timm: the torchvision cure
from models.picture_judges import PHOTOGRAPHS, RATING, chosen, load_judges
from models.weights import WeightsError

TAGS = (("general", 9), ("sensitive", 9), ("questionable", 9), ("explicit", 9), ("1girl", 0), ("skirt", 0))
WHITE, BLACK = np.full((20, 30, 3), 255, np.uint8), np.zeros((20, 30, 3), np.uint8)


def put_tagger(root: Path, explicit: float | None = None) -> Path:
    """A random tagger; explicit: the logit of that tag whatever is seen."""
    import timm
    from safetensors.torch import save_file

    folder = root / "wd-vit-tagger-v3"
    folder.mkdir(parents=True)
    arguments = {"img_size": 32, "embed_dim": 16, "depth": 1, "num_heads": 2, "class_token": False, "global_pool": "avg"}
    torch.manual_seed(0)
    network = timm.create_model("vit_base_patch16_224", num_classes=len(TAGS), **arguments)
    if explicit is not None:
        torch.nn.init.zeros_(network.head.weight)
        network.head.bias.data = torch.full((len(TAGS),), -9.0)
        network.head.bias.data[3] = explicit
    save_file(network.state_dict(), folder / "model.safetensors")
    config = {"architecture": "vit_base_patch16_224", "num_classes": len(TAGS), "model_args": arguments}
    (folder / "config.json").write_text(json.dumps(config | {"pretrained_cfg": {"input_size": [3, 32, 32]}}))
    rows = [f"{index},{name},{category},1" for index, (name, category) in enumerate(TAGS)]
    (folder / "selected_tags.csv").write_text("\n".join(["tag_id,name,category,count", *rows]))
    return folder


def put_classifier(root: Path, path: str, labels: tuple[str, str]) -> Path:
    """An ONNX network that gives the first label to light pictures."""
    folder = root / path
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(json.dumps({"labels": labels}))
    (folder / "model.onnx").write_bytes(bright_or_dark())
    return folder


def field(number: int, value: int | bytes | str) -> bytes:
    """One field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    low, rest = value & 127, value >> 7
    return bytes([low]) if not rest else bytes([low | 128]) + varint(rest)


def bright_or_dark() -> bytes:
    """softmax(9 x mean, -9 x mean) as an ONNX file: N x 3 x 384 x 384 -> N x 2."""

    def node(kind: str, inputs: tuple[str, ...], output: str) -> bytes:
        return field(1, b"".join(field(1, name) for name in inputs) + field(2, output) + field(3, output) + field(4, kind))

    def tensor(name: str, shape: tuple[int, ...], values: tuple[float, ...]) -> bytes:
        dims = b"".join(field(1, size) for size in shape)
        return field(5, dims + field(2, 1) + field(8, name) + field(9, struct.pack(f"<{len(values)}f", *values)))

    def value(number: int, name: str, shape: tuple[int, ...]) -> bytes:
        dims = b"".join(field(1, field(1, size)) for size in shape)
        return field(number, field(1, name) + field(2, field(1, field(1, 1) + field(2, dims))))

    graph = node("GlobalAveragePool", ("input",), "mean") + node("Flatten", ("mean",), "flat")
    graph += node("MatMul", ("flat", "weight"), "logits") + node("Softmax", ("logits",), "output") + field(2, "g")
    graph += tensor("weight", (3, 2), (3, -3, 3, -3, 3, -3))
    graph += value(11, "input", (1, 3, 384, 384)) + value(12, "output", (1, 2))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))


def test_without_weights_in_the_folder_what_ships_looks_for_explicit_pictures(tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "missing"):
        (judge,) = load_judges(root)
        assert judge.row.name == "nsfwjs" and judge.row.licence == "MIT"
        assert load_judges(root, {PHOTOGRAPHS}) == ()


def test_a_tagger_scores_as_its_network_does(tmp_path: Path) -> None:
    put_tagger(tmp_path)
    (judge,) = load_judges(tmp_path)
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    scores = judge.scores(picture)
    seen = torch.from_numpy(picture[..., ::-1].copy()).permute(2, 0, 1)[None] / 127.5 - 1  # blue first
    with torch.inference_mode():
        expected = judge.scores.network(seen)[0].sigmoid()
        other = judge.scores.network(seen.flip(1))[0].sigmoid()
    assert scores == pytest.approx(
        {name: float(expected[index]) for index, (name, kind) in enumerate(TAGS) if kind == 9}, abs=1e-5
    )
    assert not torch.allclose(expected, other, atol=1e-4)


def test_explicit_pictures_are_refused_and_others_pass(tmp_path: Path) -> None:
    put_tagger(tmp_path / "yes", explicit=9.0)
    put_tagger(tmp_path / "no", explicit=-9.0)
    assert load_judges(tmp_path / "yes")[0].refuses(WHITE)
    assert not load_judges(tmp_path / "no")[0].refuses(WHITE)


def test_classifiers_run_from_onnx(tmp_path: Path) -> None:
    put_classifier(tmp_path, "anime_real_cls/mobilenetv3_v1.4_dist", ("real", "anime"))
    put_classifier(tmp_path, "anime_rating/mobilenetv3_sce_dist", ("safe", "r18"))
    judges = {judge.role: judge for judge in load_judges(tmp_path)}
    assert judges[PHOTOGRAPHS].refuses(WHITE) and not judges[PHOTOGRAPHS].refuses(BLACK)
    assert judges[RATING].refuses(BLACK) and not judges[RATING].refuses(WHITE)
    assert [judge.role for judge in load_judges(tmp_path, {RATING})] == [RATING]


def test_opencv_runs_the_published_kind_of_network_as_onnx_runtime_does(tmp_path: Path) -> None:
    """A MobileNetV3 with every kind of its blocks, eight channels wide and random, exported as the published ones were."""
    folder = tmp_path / "anime_real_cls/mobilenetv3_v1.4_dist"
    folder.mkdir(parents=True)
    shutil.copy(Path(__file__).parent / "tiny_mobilenetv3.onnx", folder / "model.onnx")
    (folder / "meta.json").write_text(json.dumps({"labels": ["anime", "real"]}))
    (judge,) = load_judges(tmp_path, {PHOTOGRAPHS})
    y, x = np.mgrid[:384, :384]
    slopes = np.stack([y // 2, x // 2, (x + y) // 4], -1).astype(np.uint8)
    checks = np.stack([x // 16 % 2, y // 16 % 2, (x + y) // 16 % 2], -1).astype(np.uint8) * np.uint8(255)
    assert judge.scores(slopes) == pytest.approx({"anime": 0.12369262, "real": 0.87630737}, abs=1e-5)  # onnxruntime 1.32.0
    assert judge.scores(checks) == pytest.approx({"anime": 0.38055387, "real": 0.61944616}, abs=1e-5)


def test_the_best_of_a_role_is_chosen(tmp_path: Path) -> None:
    put_classifier(tmp_path, "anime_rating/mobilenetv3_sce_dist", ("safe", "r18"))
    put_tagger(tmp_path)
    assert chosen(tmp_path)[RATING].name == "wd-vit-tagger"


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "selected_tags.csv"])
def test_missing_and_damaged_files_are_told(tmp_path: Path, name: str) -> None:
    file = put_tagger(tmp_path) / name
    file.write_bytes(b"{")
    with pytest.raises(WeightsError, match="is damaged"):
        load_judges(tmp_path)
    file.unlink()
    with pytest.raises(WeightsError, match=f"{name} is missing"):
        load_judges(tmp_path)
