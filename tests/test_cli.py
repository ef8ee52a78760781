"""The command line: one line of JSON, one line for a mistake, and a page that answers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import app
from models.profiles import PROFILES, ModelProfile
from pipeline.embedded import chunks_of, read_chunks
from pipeline.hints import KINDS
from pipeline.images import load_character, read_text, save_png
from pipeline.marking import read_parameters
from pipeline.request import HINT_KINDS
from serving.local import LocalEngine
from serving.stock import Stock
from tests.pipeline.test_colour_profile import P3, grey_profile, matrix_profile
from tests.pipeline.test_detect import person, segmenter
from training.characters import draw

ROOT = Path(__file__).parents[1]


@pytest.fixture
def character(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (96, 80, 4), np.uint8)
    save_png(pixels, tmp_path / "character.png")
    return tmp_path / "character.png"


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    pixels = np.zeros((48, 40), np.uint8)  # half the size: it is scaled
    pixels[16:40, 10:30] = 255
    save_png(pixels, tmp_path / "mask.png")
    return tmp_path / "mask.png"


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tiny_profile: ModelProfile) -> None:
    monkeypatch.setitem(PROFILES, "bundled", tiny_profile)


def swap(character: Path, mask: Path, out: Path, *more: str) -> int:
    where = ["--character", str(character), "--mask", str(mask), "--out", str(out)]
    return app.main(["swap", *where, "--prompt", "red skirt", "--steps", "2", *more])


def test_a_signal_ends_the_wait_on_windows_too() -> None:
    class Stop(threading.Event):
        """As on Windows, where a wait without an end cannot be interrupted."""

        waits = 0

        def wait(self, timeout: float | None = None) -> bool:
            assert timeout is not None and timeout <= 1
            self.waits += 1
            if self.waits == 3:
                self.set()  # what the signal's handler does
            return self.is_set()

    stop = Stop()
    app._until(stop)
    assert stop.waits == 3


@pytest.mark.usefixtures("tiny")
def test_a_garment_stands_for_the_prompt(character: Path, mask: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    where = ["swap", "--character", str(character), "--mask", str(mask), "--out", str(tmp_path / "o.png"), "--steps", "1"]
    assert app.main(where) == 2
    assert "--garment" in capfd.readouterr().err
    assert app.main([*where, "--garment", "missing.png"]) == 2
    assert "--garment" in capfd.readouterr().err
    assert app.main([*where, "--garment", str(character), "--garment-scale", "0.7"]) == 0
    assert read_parameters(read_text(tmp_path / "o.png"))["garments"][0]["scale"] == 0.7
    assert app.main([*where, "--garment", str(character), "--lock-palette"]) == 0
    assert read_parameters(read_text(tmp_path / "o.png"))["garments"][0]["lock_palette"] is True
    assert app.main([*where, "--prompt", "red skirt", "--lock-palette"]) == 2
    assert "--lock-palette" in capfd.readouterr().err


@pytest.mark.usefixtures("tiny")
def test_a_picture_with_a_colour_profile_comes_back_in_it(
    character: Path, mask: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    icc, stored = matrix_profile(P3), np.asarray(Image.open(character))
    wide, other, grey = (tmp_path / name for name in ("wide.png", "other.png", "grey.png"))
    Image.fromarray(stored).save(wide, icc_profile=icc)
    Image.fromarray(stored).save(other, icc_profile=icc)
    assert swap(wide, mask, tmp_path / "o.png", "--also", str(other)) == 0
    painted = np.asarray(Image.open(mask).resize((80, 96), Image.Resampling.NEAREST)) > 0
    for name in ("o.png", "o_other.png"):
        with Image.open(tmp_path / name) as file:
            assert file.info["icc_profile"] == icc
            np.testing.assert_array_equal(np.asarray(file)[~painted], stored[~painted])
    Image.fromarray(stored[..., 0]).save(grey, icc_profile=grey_profile(1.0))
    assert swap(grey, mask, tmp_path / "g.png") == 0
    assert "sRGB" in capfd.readouterr().err
    assert "icc_profile" not in Image.open(tmp_path / "g.png").info


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch, tiny: None) -> None:
    def engine(profile: str, stock: Stock) -> LocalEngine:
        made = LocalEngine(profile, stock.profiles)
        made._segmenter = segmenter()
        return made

    monkeypatch.setattr(app, "_engine", engine)


@pytest.mark.usefixtures("eyes")
def test_detect_writes_labels_and_a_mask(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    save_png(person(), tmp_path / "person.png")
    where = ["detect", "--character", str(tmp_path / "person.png"), "--out", str(tmp_path / "labels.png")]
    assert app.main([*where, "--mask", str(tmp_path / "mask.png"), "--parts", "bottomwear"]) == 0
    line = json.loads(capfd.readouterr().out)
    assert set(line["parts"]) == {"topwear", "bottomwear"} and line["parts"]["topwear"] > 0.8 and line["seconds"] > 0
    with Image.open(tmp_path / "labels.png") as labels:
        assert labels.mode == "L" and labels.getpixel((100, 120)) == 3 and labels.getpixel((100, 60)) == 1
    mask = load_character(tmp_path / "mask.png")[..., 0]
    assert mask[230, 100] == 255 and mask[120, 100] == 0

    assert app.main([*where, "--parts", "hat"]) == 2
    assert "no part called 'hat'" in capfd.readouterr().err
    assert app.main([*where, "--text", "apron"]) == 0
    assert "note: 'apron' is not one of" in capfd.readouterr().err


@pytest.mark.usefixtures("eyes")
def test_swap_without_a_mask_finds_the_clothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    save_png(person(), tmp_path / "person.png")
    where = ["swap", "--character", str(tmp_path / "person.png"), "--out", str(tmp_path / "out.png")]
    asked = ["--prompt", "red skirt", "--steps", "1", "--no-detail", "--parts", "topwear", "--draft", "off"]
    assert app.main([*where, *asked]) == 0
    before, after = person(), load_character(tmp_path / "out.png")
    changed = (before != after).any(2)
    assert changed[100:180, 70:130].mean() > 0.5 and not changed[200:].any() and not changed[:85].any()
    assert app.main([*where, "--prompt", "red skirt", "--mask", str(tmp_path / "person.png"), "--parts", "topwear"]) == 2
    assert "leave it out" in capfd.readouterr().err


def test_a_draft_is_drawn_alone_and_given_back(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    save_png(draw(890000004, (320, 240)).image, tmp_path / "c.png")
    where = ["--character", str(tmp_path / "c.png"), "--prompt", "red hoodie, blue jeans", "--seed", "5"]
    assert app.main(["draft", *where, "--out", str(tmp_path / "d.png"), "--svg", "--parts"]) == 0
    line = json.loads(capfd.readouterr().out)
    assert [garment["kind"] for garment in line["garments"]] == ["jeans", "hoodie"] and len(line["parts"]) == 2
    assert (tmp_path / "d.svg").read_text(encoding="utf-8").startswith("<svg")
    draft, before = load_character(tmp_path / "d.png"), load_character(tmp_path / "c.png")
    assert draft.shape == before.shape and 0.02 < (draft[..., 3] > 0).mean() < 0.9

    assert app.main(["swap", *where, "--draft", str(tmp_path / "d.png"), "--out", str(tmp_path / "out.png")]) == 0
    after = load_character(tmp_path / "out.png")
    solid = draft[..., 3] == 255
    assert (after[solid] == draft[solid]).all()

    capfd.readouterr()
    assert app.main(["draft", *where[:2], "--prompt", "sunshine", "--out", str(tmp_path / "none.png")]) == 2
    assert "No garment is named" in capfd.readouterr().err and not (tmp_path / "none.png").exists()
    (tmp_path / "j.json").write_text('{"wrist_l": [9999, 3]}')
    assert app.main(["draft", *where, "--joints", str(tmp_path / "j.json"), "--out", str(tmp_path / "none.png")]) == 2
    assert "outside the picture" in capfd.readouterr().err


@pytest.mark.usefixtures("tiny")
def test_swap_prints_one_line_of_json(character: Path, mask: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert swap(character, mask, tmp_path / "out.png", "--seed", "7", "--draft", "off") == 0
    printed = capfd.readouterr()
    assert printed.out.count("\n") == 1
    line = json.loads(printed.out)
    assert line["images"] == [{"path": str(tmp_path / "out.png"), "seed": 7}]
    assert (line["profile"], line["steps"]) == ("bundled", 2)
    assert line["seconds"] > 0
    assert "step 2 of 2" in printed.err

    before, after = load_character(character), load_character(tmp_path / "out.png")
    outside = np.ones(before.shape[:2], bool)
    outside[32:80, 20:60] = False
    assert (before[outside] == after[outside]).all()
    assert (before != after).any()
    assert read_parameters(read_text(tmp_path / "out.png"))["prompt"] == "red skirt"
    carried = read_chunks(chunks_of(tmp_path / "out.png"), (after.shape[1], after.shape[0]))
    assert carried.mask is not None and carried.grown and not (carried.mask[outside] > 0).any()


@pytest.mark.usefixtures("tiny")
def test_several_pictures_are_numbered(character: Path, mask: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert swap(character, mask, tmp_path / "out.png", "--seed", "3", "--count", "2") == 0
    images = json.loads(capfd.readouterr().out)["images"]
    assert images == [{"path": str(tmp_path / f"out_{n}.png"), "seed": 2 + n} for n in (1, 2)]
    assert all(Path(image["path"]).is_file() for image in images)


@pytest.mark.usefixtures("tiny")
def test_a_scribbled_copy_serves_as_the_mask(character: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    flat = np.full((96, 80, 4), 230, np.uint8)
    flat[..., 3] = 255
    save_png(flat, character)
    flat[30:60, 20:50, :3] = (255, 0, 0)
    save_png(flat, tmp_path / "painted.png")
    where = ["--character", str(character), "--painted", str(tmp_path / "painted.png"), "--out", str(tmp_path / "out.png")]
    assert app.main(["swap", *where, "--prompt", "", "--steps", "1", "--seed", "1"]) == 0
    assert json.loads(capfd.readouterr().out)["images"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["--port", "many"],
        ["swap"],
        ["swap", "--character", "C", "--mask", "M", "--painted", "P", "--prompt", "x", "--out", "o.png"],
        ["swap", "--character", "missing.png", "--mask", "missing.png", "--prompt", "x", "--out", "o.png"],
        ["swap", "--character", "missing.png", "--mask", "missing.png", "--prompt", "x", "--out", "o.jpg"],
        ["swap", "--character", "missing.png", "--mask", "missing.png", "--prompt", "x", "--out", "nowhere/o.png"],
        ["swap", "--character", "C", "--mask", "M", "--prompt", "x", "--out", "o.png", "--steps", "0"],
        ["--profile", "no-such-model"],
        ["models", "burn"],
        ["upscale", "--picture", "missing.png", "--scale", "2", "--out", "o.png"],
        ["upscale", "--picture", "missing.png", "--scale", "3", "--out", "o.png"],
        ["upscale", "--picture", "missing.png", "--scale", "2", "--out", "o.jpg"],
    ],
)
def test_a_mistake_is_one_line(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert app.main(arguments) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert printed.err.count("\n") == 1


def test_an_unknown_model_and_sampler_are_named(
    character: Path, mask: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert swap(character, mask, tmp_path / "out.png", "--profile", "other") == 2
    assert "bundled" in capfd.readouterr().err
    assert swap(character, mask, tmp_path / "out.png", "--sampler", "other") == 2
    assert "ddim" in capfd.readouterr().err
    assert swap(character, mask, tmp_path / "out.png", "--hint", "pose:0.5") == 2
    assert "--hint pose" in capfd.readouterr().err


def test_a_hint_that_no_model_knows_is_refused_before_anything_is_imported() -> None:
    """Libraries take seconds, on a busy machine most of a minute."""
    code = "import sys, app; print(app.main(sys.argv[1:])); print({'torch', 'diffusers', 'gradio', 'cv2'} & set(sys.modules))"
    options = ["swap", "--character", "C", "--prompt", "x", "--out", "o.png", "--hint", "nonsense:0.5"]
    done = subprocess.run([sys.executable, "-c", code, *options], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "set()"]
    assert "no hint called 'nonsense'" in done.stderr and "lineart" in done.stderr


def test_the_kinds_of_hints_are_those_of_the_models() -> None:
    assert set(HINT_KINDS) == {kind for profile in PROFILES.values() for kind in profile.hints} == {"inpaint", *KINDS}


def test_a_broken_picture_is_named_by_its_option(mask: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nand then nothing")
    assert swap(broken, mask, tmp_path / "out.png") == 2
    assert capfd.readouterr().err.startswith("error: --character: ")


@pytest.mark.usefixtures("tiny")
def test_another_picture_wears_the_same_outfit(
    character: Path, mask: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    smiling = load_character(character)
    smiling[:4] = 77
    save_png(smiling, tmp_path / "smile.png")
    out = tmp_path / "out.png"
    assert swap(character, mask, out, "--also", str(tmp_path / "smile.png")) == 0
    assert [Path(image["path"]).name for image in json.loads(capfd.readouterr().out)["images"]] == ["out.png", "out_smile.png"]
    worn, alike = load_character(out), load_character(tmp_path / "out_smile.png")
    assert (alike[4:] == worn[4:]).all() and (alike[:4] == 77).all()
    save_png(smiling[:-2], tmp_path / "short.png")
    assert swap(character, mask, out, "--also", str(tmp_path / "short.png"), str(tmp_path / "smile.png")) == 2
    seen = capfd.readouterr()
    line = json.loads(seen.out)
    assert [Path(image["path"]).name for image in line["images"]] == ["out.png", "out_smile.png"], "the others are dressed"
    assert "same size" in line["refused"][str(tmp_path / "short.png")] and "same size" in seen.err and "1 of 2" in seen.err


@pytest.mark.usefixtures("tiny")
def test_models_are_listed_and_verified(tiny_profile: ModelProfile, capfd: pytest.CaptureFixture[str]) -> None:
    assert app.main(["models", "list"]) == 0
    every = capfd.readouterr().out
    assert "bundled" in every and "sam-vit-b" in every
    assert app.main(["models", "list", "bundled"]) == 0
    (line,) = capfd.readouterr().out.splitlines()
    assert line.split()[0] == "bundled" and line in every
    assert app.main(["models", "verify"]) == 0
    assert "verified" in capfd.readouterr().out


def test_upscale_writes_a_larger_picture(character: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "large.png"
    assert app.main(["upscale", "--picture", str(character), "--scale", "2", "--out", str(out)]) == 0
    printed = capfd.readouterr()
    line = json.loads(printed.out)
    assert (line["width"], line["height"], line["picture"]) == (160, 192, str(out)) and line["seconds"] > 0
    assert "upscale [####################] step 2 of 2" in printed.err
    assert load_character(out).shape == (192, 160, 4)

    save_png(np.tile(np.eye(8, dtype=np.uint8) * 255, (8, 8)), character)
    assert app.main(["upscale", "--picture", str(character), "--scale", "4", "--out", str(out)]) == 0
    assert "note: This is pixel art" in capfd.readouterr().err
    with Image.open(out) as large:
        assert large.mode == "RGB" and large.size == (256, 256) and len(large.getcolors() or []) == 2


def test_help_names_the_commands(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        app.main(["--help"])
    assert stopped.value.code == 0
    assert "swap" in capfd.readouterr().out
