"""What travels between the canvas and the server, and the colour of a mask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline.request import Image8
from ui import canvas, runs
from ui.tint import OPACITY, TINTS, oklab, tint


def picture(height: int, width: int) -> Image8:
    return np.random.default_rng(0).integers(0, 256, (height, width, 4), np.uint8)


def held(character: Image8, added: Image8 | None = None, step: int = 0, erased: Image8 | None = None) -> dict[str, Any]:
    """What a canvas with this picture says; masks are H x W, 255 = there."""
    width, height = canvas.proxy_size(character)
    empty = np.zeros(character.shape[:2], np.uint8)
    layers = [runs.encode(runs.resized((empty if mask is None else mask) > 0, (width, height))) for mask in (added, erased)]
    return {"picture": "one", "width": width, "height": height, "step": step, "added": layers[0], "erased": layers[1]}


@pytest.mark.parametrize("share", (0.0, 0.01, 0.5, 1.0))
def test_layers_travel_as_runs(share: float) -> None:
    for shape in ((300, 200), (1, 1), (3, 130)):
        layer = np.random.default_rng(1).random(shape) < share
        assert (runs.decode(runs.encode(layer), shape) == layer).all()
    plain = np.zeros((2048, 2048), bool)
    plain[100:1900, 300:1000] = True
    assert len(runs.encode(plain)) < 16_000


@pytest.mark.parametrize("text", ("", "gA==", "AAA", "!!", "/////////w8=", "Aw=="))
def test_what_is_no_layer_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(ValueError):
        runs.decode(text, (2, 2))
    character = picture(2, 2)
    assert canvas.layers({**held(character), "added": text}, character) is None


def test_a_large_picture_is_painted_on_a_smaller_copy(tmp_path: Path) -> None:
    character = picture(3000, 1500)
    mask = np.zeros((3000, 1500), np.uint8)
    mask[600:1800, 300:900] = 255
    message = canvas.opened(character, str(tmp_path), None, mask)
    assert (message["width"], message["height"]) == (1024, 2048)
    with Image.open(message["file"]["path"]) as shown:
        assert shown.size == (1024, 2048)
    layers = canvas.layers(held(character, mask), character)
    assert layers is not None
    back = canvas.painted(layers, None, (1500, 3000))
    assert back is not None and set(np.unique(back)) == {0, 255} and (back != mask).mean() < 0.002


def test_parts_and_strokes_are_apart_and_make_one_mask() -> None:
    character = picture(8, 6)
    added, erased, found = (np.zeros((8, 6), np.uint8) for _ in range(3))
    added[0], found[4:], erased[6] = 255, 255, 255
    layers = canvas.layers(held(character, added, 3, erased), character)
    assert layers is not None and layers.step == 3
    mask = canvas.painted(layers, found, (6, 8))
    assert mask is not None and np.flatnonzero(mask.all(axis=1)).tolist() == [0, 4, 5, 7]


def test_no_paint_is_no_mask_and_another_pictures_paint_is_none() -> None:
    character = picture(8, 8)
    layers = canvas.layers(held(character), character)
    assert layers is not None and canvas.painted(layers, None, (8, 8)) is None
    assert canvas.layers(held(picture(8, 9)), character) is None
    assert canvas.layers(None, character) is None and canvas.layers({}, character) is None


def test_no_two_messages_are_alike() -> None:
    character, region = picture(8, 8), np.full((8, 8), 255, np.uint8)
    first, second = (canvas.changed(held(character), character, canvas.PAINT, region) for _ in range(2))
    assert first != second and first["picture"] == "one" and runs.decode(first["region"], (8, 8)).all()


@pytest.mark.parametrize("colour", [*TINTS, (255, 255, 255), (0, 0, 0), (128, 128, 128), (200, 160, 120)])
def test_a_mask_stands_out_from_the_clothes_under_it(colour: tuple[int, int, int]) -> None:
    character = np.full((40, 40, 4), 255, np.uint8)
    character[:, :20, :3] = tint(np.full((1, 1, 4), 255, np.uint8))  # what lies beside the mask does not matter
    mask = np.zeros((40, 40), np.uint8)
    mask[:, 20:], character[:, 20:, :3] = 255, colour
    chosen = tint(character, mask)
    plain, tinted = oklab(np.array([colour, np.add(colour, chosen) * OPACITY]))
    assert chosen in TINTS and np.linalg.norm(plain - tinted) > 0.13


def test_an_empty_picture_has_a_tint() -> None:
    assert tint(np.zeros((4, 4, 4), np.uint8)) in TINTS


def test_the_scripts_tint_as_strongly_as_the_colour_was_chosen_for() -> None:
    script = (Path(canvas.__file__).parent / "scripts" / "view.js").read_text(encoding="utf-8")
    assert f"const TINT = {OPACITY};" in script
