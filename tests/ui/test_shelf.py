from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.images import load_character, read_text
from pipeline.request import SwapRequest, UserError
from pipeline.safety import mark, read_parameters
from tests.ui.flat_engine import FlatEngine
from ui import shelf as shelves


def request(seed: int = 5, count: int = 1) -> SwapRequest:
    character = np.random.default_rng(0).integers(0, 256, (40, 30, 4), np.uint8)  # colours under alpha 0 too
    mask = np.zeros((40, 30), np.uint8)
    mask[10:30, 8:20] = 255
    return SwapRequest(character, seed=seed, mask=mask, prompt="blue coat", count=count, steps=1)


def test_files_are_ours_bit_for_bit_and_carry_their_parameters() -> None:
    asked = request(count=2)
    result = FlatEngine().swap(asked)
    shelf = shelves.keep(None, asked.character, result, 1, mark)
    assert [picture.seed for picture in shelf.pictures] == [5, 6]
    for picture, image in zip(shelf.pictures, result.images, strict=True):
        assert (load_character(picture.file) == image).all()
        assert picture.changed == 0
        parameters = read_parameters(read_text(picture.file))
        assert (parameters["prompt"], parameters["seed"]) == ("blue coat", picture.seed)
        assert picture.outfit is not None
        assert (load_character(picture.outfit) == result.outfits[0]).all()
    shelves.discard(shelf)
    assert not Path(shelf.folder).exists()


def test_the_proof_counts_what_it_claims() -> None:
    asked = request()
    tampered = asked.character.copy()
    tampered[0, 0, 2] ^= 1  # one bit, far outside the mask
    assert shelves.changed_outside(asked.character, tampered, asked.mask) == 1
    tampered = asked.character.copy()
    tampered[20, 10] ^= 255
    assert shelves.changed_outside(asked.character, tampered, asked.mask) == 0


def test_newest_first_and_the_oldest_go() -> None:
    asked, shelf = request(), None
    for seed in range(30):
        shelf = shelves.keep(shelf, asked.character, FlatEngine().swap(request(seed)), 1, mark)
    assert shelf is not None
    assert [picture.seed for picture in shelf.pictures] == list(range(29, 5, -1))
    listed = {file for picture in shelf.pictures for file in picture.files}
    assert {str(file) for file in Path(shelf.folder).iterdir()} == listed
    assert shelves.choose(shelf, 3).current.seed == 26
    assert shelves.choose(shelf, 99).current.seed == 6
    shelves.discard(shelf)


def test_another_face_wears_the_same_outfit() -> None:
    asked = request()
    shelf = shelves.keep(None, asked.character, FlatEngine().swap(asked), 1, mark)
    smiling = asked.character.copy()
    smiling[2:8, 10:20] = 99
    shelf = shelves.dress_others(shelf, [smiling])
    assert len(shelf.pictures) == 2 and shelf.current.changed == 0
    first, second = (load_character(picture.file) for picture in reversed(shelf.pictures))
    assert (second[2:8, 10:20] == 99).all() and (second[10:] == first[10:]).all()
    assert read_parameters(read_text(shelf.current.file))["prompt"] == "blue coat"
    with pytest.raises(UserError, match="Picture 2: This picture has 30 x 41"):
        shelves.dress_others(shelf, [smiling, np.zeros((41, 30, 4), np.uint8)])
    with pytest.raises(UserError, match="lie elsewhere"):
        shelves.dress_others(shelf, [255 - asked.character])
    shelves.discard(shelf)
