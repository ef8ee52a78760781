from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.images import load_character, read_text
from pipeline.request import SwapRequest
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
    listed = {path for p in shelf.pictures for path in (p.file, p.before, p.after, p.outfit)}
    assert {str(file) for file in Path(shelf.folder).iterdir()} == listed
    assert shelves.choose(shelf, 3).current.seed == 26
    assert shelves.choose(shelf, 99).current.seed == 6
    shelves.discard(shelf)
