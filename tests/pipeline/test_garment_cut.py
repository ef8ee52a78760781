"""Pictures of garments lose what is around them."""

from __future__ import annotations

import numpy as np

from pipeline.garment_cut import cut_out_garments, without_plain_background
from pipeline.request import ClothingPart, Detection, DetectRequest, GarmentPicture, Image8, SwapRequest
from tests.ui.flat_engine import banded


def shirt(background: Image8 | int) -> Image8:
    picture = np.full((120, 100, 4), 255, np.uint8)
    picture[..., :3] = background
    picture[30:90, 20:80, :3] = (180, 40, 60)
    picture[50:60, 45:55, :3] = 255  # a print of the background's colour
    return picture


def nobody(request: DetectRequest) -> Detection:
    empty = np.zeros(request.character.shape[:2], np.uint8)
    return Detection(empty, empty)


def cut(picture: Image8, detect: object = nobody, parts: tuple[ClothingPart, ...] = ()) -> Image8:
    request = SwapRequest(shirt(255), 1, garments=(GarmentPicture(picture, parts=parts),))
    return cut_out_garments(request, detect).garments[0].image  # type: ignore[arg-type]


def test_a_plain_background_goes_and_a_print_stays() -> None:
    noise = np.random.default_rng(0).integers(248, 256, (120, 100, 3)).astype(np.uint8)
    for background in (255, noise):
        found = cut(shirt(background))
        assert found[30:90, 20:80, 3].min() == 255 and found[:25, :, 3].max() == 0


def test_of_somebody_who_wears_it_the_clothes_are_taken() -> None:
    busy = np.random.default_rng(0).integers(0, 255, (120, 100, 3)).astype(np.uint8)
    assert without_plain_background(busy) is None
    found = cut(shirt(busy), lambda request: banded(request.character))
    assert found[..., 3].mean() == 255 * 2 / 5, "two of five bands are clothes"
    top = cut(shirt(busy), lambda request: banded(request.character), (ClothingPart.TOPWEAR,))
    assert top[..., 3].mean() == 255 / 5


def test_what_cannot_be_cut_stays() -> None:
    busy = shirt(np.random.default_rng(0).integers(0, 255, (120, 100, 3)).astype(np.uint8))
    assert np.array_equal(cut(busy), busy)
    sprite = shirt(255)
    sprite[:10, :, 3] = 0
    assert np.array_equal(cut(sprite, lambda request: banded(request.character)), sprite)
    assert np.array_equal(cut(np.full((20, 20, 4), 255, np.uint8)), np.full((20, 20, 4), 255, np.uint8))
