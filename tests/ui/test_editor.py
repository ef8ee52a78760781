from __future__ import annotations

import numpy as np

from ui import editor


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 4), np.uint8)


def test_a_large_picture_is_shown_smaller_and_its_mask_comes_back_in_full_size() -> None:
    character = picture(3000, 1500)
    mask = np.zeros((3000, 1500), np.uint8)
    mask[600:1800, 300:900] = 255
    value = editor.show(character, mask)
    assert value["background"].shape == (2048, 1024, 4)
    assert value["composite"] is None
    assert [layer.shape for layer in value["layers"]] == [(2048, 1024, 4)]
    back = editor.painted(value, (1500, 3000))
    assert back is not None
    assert set(np.unique(back)) == {0, 255}
    assert (back != mask).mean() < 0.002


def test_a_small_picture_is_shown_as_it_is() -> None:
    character = picture(64, 48)
    assert editor.show(character)["background"] is character


def test_faint_paint_counts_and_layers_are_united() -> None:
    first, second = np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 4), np.uint8)
    first[0, 0] = (0, 0, 0, 30)
    second[7, 7] = (255, 255, 255, 255)
    mask = editor.painted({"background": first, "layers": [first, second], "composite": None}, (8, 8))
    assert mask is not None
    assert np.argwhere(mask).tolist() == [[0, 0], [7, 7]]


def test_no_paint_is_no_mask() -> None:
    empty = np.zeros((8, 8, 4), np.uint8)
    assert editor.painted(None, (8, 8)) is None
    assert editor.painted({"background": empty, "layers": [], "composite": None}, (8, 8)) is None
    assert editor.painted({"background": empty, "layers": [empty], "composite": None}, (8, 8)) is None


def test_inverting_twice_is_nothing() -> None:
    assert editor.inverted(None, (4, 2)).tolist() == [[255] * 4] * 2
    mask = np.array([[0, 255]], np.uint8)
    assert editor.inverted(editor.inverted(mask, (2, 1)), (2, 1)).tolist() == mask.tolist()


def test_a_lost_picture_is_noticed() -> None:
    assert editor.is_lost(None)
    assert editor.is_lost({"background": np.zeros((4, 4, 4), np.uint8), "layers": [], "composite": None})
    assert not editor.is_lost(editor.show(picture(8, 8)))
