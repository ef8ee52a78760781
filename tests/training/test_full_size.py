"""Recipes for full-size weights, on tiny random networks of the same layouts and a folder of pictures."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from PIL import Image
from safetensors.torch import load_file
from transformers import CLIPTextConfig, CLIPTextModelWithProjection

from models.garment import new_image_encoder
from models.ip_adapter import adapter_from_state
from models.profiles import GARMENT_FILE
from pipeline.request import UserError
from tests.tiny import SDXL, build_tiny, tiny_tokenizer, tiny_unet
from training import __main__ as command
from training.full_size import read_base
from training.loop import averages


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    rows = []
    for index in range(3):
        for kind in ("picture", "condition", "mask", "garment"):
            Image.fromarray(rng.integers(0, 256, (80, 64, 3), np.uint8)).save(folder / f"{kind}{index}.png")
        row = {"file_name": f"picture{index}.png", "text": "a red skirt"}
        rows.append(row | {f"{kind}_file_name": f"{kind}{index}.png" for kind in ("condition", "mask", "garment")})
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


@pytest.fixture(scope="module")
def sd15(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sd15")
    build_tiny(folder, vae="kl")
    new_image_encoder(side=32, width=64, layers=2).save_pretrained(folder / "clip")
    return folder


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdxl")
    build_tiny(folder, vae="kl")
    tokenizer = tiny_tokenizer(folder / "tokenizer_2")
    words = CLIPTextConfig(**json.loads((folder / "text_encoder" / "config.json").read_text()) | {"projection_dim": 24})
    CLIPTextModelWithProjection(words).save_pretrained(folder / "text_encoder_2")
    assert len(tokenizer)
    unet = UNet2DConditionModel.from_config(tiny_unet().config, **SDXL, cross_attention_dim=32)
    unet.save_pretrained(folder / "unet")
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    monkeypatch.setattr(sys, "argv", ["python -m training", *map(str, words)])
    command.main()


SHORT = ("--full", 16, "--batch", 4, "--rate", 1e-2, "--side", 64, "--device", "cpu")


@pytest.mark.parametrize("hint", ["condition", "masked image", "canny"])
def test_a_controlnet_for_sd15(pictures: Path, sd15: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hint: str) -> None:
    begin = ("train", "--recipe", "controlnet-sd15", "--base", sd15, "--data", pictures)
    run(monkeypatch, *begin, "--hint", hint, "--out", tmp_path / "run", *SHORT)
    assert Image.open(tmp_path / "run" / "samples" / "0000004.png").size == (6 * 64, 3 * 64)
    run(monkeypatch, "export", "--run", tmp_path / "run", "--base", sd15, "--out", tmp_path / "out")
    control = ControlNetModel.from_pretrained(tmp_path / "out" / "controlnet")
    assert any(layer.weight.abs().max() > 0 for layer in control.controlnet_down_blocks)
    assert control.config.conditioning_channels == (1 if hint == "canny" else 3)


def test_a_full_size_run_goes_on_bit_for_bit(pictures: Path, sd15: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = ("train", "--recipe", "controlnet-sd15", "--base", sd15, "--data", pictures)
    run(monkeypatch, *begin, *SHORT, "--out", tmp_path / "whole")
    run(monkeypatch, *begin, *SHORT, "--out", tmp_path / "parts", "--minutes", 0)
    assert torch.load(tmp_path / "parts" / "checkpoint.pt", weights_only=True)["at"] == (1, 4)
    run(monkeypatch, *begin, *SHORT, "--out", tmp_path / "parts", "--resume")
    whole, parts = (averages(tmp_path / name)["control"] for name in ("whole", "parts"))
    assert all(torch.equal(value, parts[name]) for name, value in whole.items())


def test_a_controlnet_for_sdxl(pictures: Path, sdxl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = ("train", "--recipe", "controlnet-sdxl", "--base", sdxl, "--data", pictures)
    run(monkeypatch, *begin, "--out", tmp_path / "run", *SHORT, "--accumulate", 2, "--full", 32)
    assert torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["at"] == (4, 32)  # as many pictures as asked for
    run(monkeypatch, "export", "--run", tmp_path / "run", "--base", sdxl, "--out", tmp_path / "out")
    control = ControlNetModel.from_pretrained(tmp_path / "out" / "controlnet")
    assert control.config.addition_embed_type == "text_time"
    assert any(layer.weight.abs().max() > 0 for layer in control.controlnet_down_blocks)


def test_an_ip_adapter_for_sd15(pictures: Path, sd15: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = ("train", "--recipe", "ip-adapter-sd15", "--base", sd15, "--image-encoder", sd15 / "clip", "--data", pictures)
    run(monkeypatch, *begin, "--out", tmp_path / "run", *SHORT)
    run(monkeypatch, "export", "--run", tmp_path / "run", "--base", sd15, "--out", tmp_path / "out")
    held = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    assert list(held["average"]) == ["adapter"]  # the image encoder stays as it was published
    adapter_from_state(load_file(tmp_path / "out" / GARMENT_FILE), read_base(sd15).unet)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--recipe", "controlnet-sd15", "--full", 8), "--base"),
        (("--recipe", "controlnet-sd15", "--base", "x"), "--full"),
        (("--recipe", "controlnet-sd15", "--base", "x", "--full", 8), "metadata.jsonl is missing"),
        (("--recipe", "controlnet-sd15", "--base", "x", "--full", 8, "--half", 8), "--half"),
        (("--recipe", "controlnet-sd15", "--base", "x", "--full", 8, "--side", 100), "multiple of 64"),
        (("--recipe", "controlnet-sd15", "--base", "x", "--full", 8, "--vae", "x"), "the base's"),
        (("--recipe", "ip-adapter-sd15", "--base", "x", "--full", 8, "--hint", "canny"), "trains none"),
        (("--recipe", "controlnet", "--full", 8, "--hint", "canny"), "leave it out"),
        (("--recipe", "controlnet", "--full", 8), "no drawn pairs"),
    ],
)
def test_options_that_do_not_go_together_are_told_in_one_sentence(
    words: tuple[object, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "train", *words, "--data", tmp_path, "--out", tmp_path / "out", "--device", "cpu")
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["unet", "text_encoder"])
def test_no_model_is_told_in_one_sentence(sd15: Path, tmp_path: Path, missing: str) -> None:
    for part in sd15.iterdir():
        if part.name != missing:
            (tmp_path / part.name).symlink_to(part)
    with pytest.raises(UserError, match=f"no {missing}/"):
        read_base(tmp_path)


def test_what_the_folder_lacks_is_said_before_anything_is_loaded(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [json.loads(line) for line in (pictures / "metadata.jsonl").read_text().splitlines()]
    (tmp_path / "metadata.jsonl").write_text(json.dumps({"file_name": rows[0]["file_name"], "text": "a skirt"}))
    with pytest.raises(SystemExit):
        run(
            monkeypatch,
            "train",
            "--recipe",
            "controlnet-sd15",
            "--base",
            "nowhere",
            "--data",
            tmp_path,
            "--out",
            tmp_path,
            *SHORT,
        )
    assert "Not every picture has a condition" in capsys.readouterr().err
