"""Palette lock: the drawn garment takes the picture's colours, keeps its folds and lines, and nothing else moves."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.part_parser import CLASSES, FACE_HANDS
from pipeline import palette as palettes
from pipeline.palette import clothes_in, garment_in, in_palettes, lock, palette_in, palette_of, to_lab
from pipeline.request import ClothingPart, GarmentPicture, Image8, SwapRequest
from training.characters import draw, draw_outfit

BROWN, GREEN, WHITE, BLUE, SKIN = (150, 84, 60), (20, 90, 60), (250, 250, 250), (30, 60, 200), (240, 205, 185)


def reference() -> Image8:
    """Three parts brown, one part green, transparent round it."""
    image = np.zeros((80, 60, 4), np.uint8)
    image[10:70, 10:50] = (*BROWN, 255)
    image[55:70, 10:50] = (*GREEN, 255)
    return image


@pytest.fixture
def drawn() -> Image8:
    """An orange garment with a fold, a dark line and a teal hem, on grey."""
    rgb = np.full((64, 64, 3), 128, np.uint8)
    rgb[8:48, 8:56] = (230, 90, 20)
    rgb[8:48, 20:26] = (180, 70, 15)
    rgb[48:58, 8:56] = (20, 120, 120)
    rgb[8:58, 40:42] = (15, 10, 10)
    return rgb


@pytest.fixture
def where() -> NDArray[np.bool_]:
    region = np.zeros((64, 64), bool)
    region[8:58, 8:56] = True
    return region


def flat(colour: tuple[int, int, int]) -> NDArray[np.float32]:
    """Pixels of one colour, CIELAB."""
    return to_lab(np.full((9, 9, 3), colour, np.uint8)).reshape(-1, 3)


def parsed_as(monkeypatch: pytest.MonkeyPatch, labels: NDArray[np.int_]) -> None:
    """Let the parser see these parts."""
    odds = (np.arange(CLASSES)[:, None, None] == labels).astype(np.float32)
    monkeypatch.setattr(palettes, "_parsed", lambda rgb: odds)


def test_colours_and_shares_are_the_garments() -> None:
    found = palette_in(GarmentPicture(reference()))
    assert found is not None and len(found.colours) == 2
    large, small = (found.colours[index] for index in np.argsort(-found.shares))
    wanted = to_lab(np.array([[BROWN, GREEN]], np.uint8))[0]
    assert np.allclose(large, wanted[0], atol=1) and np.allclose(small, wanted[1], atol=1)
    assert found.shares.max() == pytest.approx(0.75, abs=0.02) and found.shares.sum() == pytest.approx(1)


def test_a_crumb_is_no_colour() -> None:
    image = reference()
    image[10:12, 10:20] = (255, 0, 0, 255)
    found = palette_in(GarmentPicture(image))
    assert found is not None and len(found.colours) == 2


def test_the_garment_takes_the_colours_and_keeps_fold_and_line(drawn: Image8, where: NDArray[np.bool_]) -> None:
    wanted = palette_in(GarmentPicture(reference()))
    assert wanted is not None
    found = lock(drawn, where, wanted)
    assert np.array_equal(found[~where], drawn[~where])
    assert np.abs(found[30, 12].astype(int) - BROWN).max() < 30 and np.abs(found[52, 12].astype(int) - GREEN).max() < 30
    assert found[30, 22].sum() < found[30, 12].sum() - 30, "the fold is darker"
    assert found[30, 40].max() < 40, "the line is a line"
    assert wanted.distance(to_lab(found)[where]).mean() < 0.5 * wanted.distance(to_lab(drawn)[where]).mean()
    assert np.array_equal(lock(drawn, where, wanted), found), "the same every time"


def test_a_black_garment_becomes_white_and_the_other_way_round(where: NDArray[np.bool_]) -> None:
    black, white = np.full((64, 64, 3), 12, np.uint8), np.full((64, 64, 3), 245, np.uint8)
    for one, other in ((black, white), (white, black)):
        wanted = palette_of(to_lab(other).reshape(-1, 3))
        assert wanted is not None
        assert np.abs(lock(one, where, wanted)[where].astype(int) - other[where]).max() < 6


def test_a_wanted_colour_that_is_not_drawn_comes_from_nowhere(where: NDArray[np.bool_]) -> None:
    """Stripes in the picture, one plain colour drawn: the plain colour goes to one of them whole."""
    both = palette_of(np.concatenate([flat(BROWN), flat(BLUE)]))
    assert both is not None
    found = lock(np.full((64, 64, 3), (160, 100, 80), np.uint8), where, both)
    assert np.abs(found[where].astype(int) - BROWN).max() < 6


def test_too_little_is_left_alone(drawn: Image8) -> None:
    wanted = palette_of(flat(WHITE))
    assert wanted is not None
    assert np.array_equal(lock(drawn, np.zeros((64, 64), bool), wanted), drawn)
    assert palette_of(np.zeros((10, 3), np.float32)) is None


def test_each_garment_colours_its_own_clothes(drawn: Image8, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = np.full((64, 64), int(ClothingPart.TOPWEAR))
    labels[:20] = ClothingPart.HAIR
    labels[20:30] = ClothingPart.SKIN
    parsed_as(monkeypatch, labels)
    mask = np.full((64, 64), 255, np.uint8)
    mask[:, :10] = 0
    left = np.zeros((64, 64), np.uint8)
    left[:, :32] = 255
    found = in_palettes(drawn, [(palette_of(flat(WHITE)), left), (None, None)], mask)
    changed = (found != drawn).any(2)
    assert changed[30:, 10:32].all()
    changed[30:, 10:32] = False
    assert not changed.any(), "skin, hair, another garment or what is outside the mask"
    assert in_palettes(drawn, [(None, None)], mask) is drawn


def test_where_no_clothes_are_recognised_skin_is_told_by_its_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, labels = np.full((64, 64, 3), BLUE, np.uint8), np.zeros((64, 64), int)
    drawn[:16], labels[:16] = SKIN, FACE_HANDS
    drawn[16:30] = SKIN  # an arm that is not recognised
    labels[30:34] = ClothingPart.HAIR
    parsed_as(monkeypatch, labels)
    mask = np.zeros((64, 64), np.uint8)
    mask[16:] = 255
    found = clothes_in(drawn, mask)
    assert found[34:].all() and not found[:34].any()


def test_the_garment_is_found_in_its_picture() -> None:
    alone = draw_outfit(910_000_003, 256)
    assert np.array_equal(garment_in(alone), alone[..., 3] >= 128)
    for background in (True, False):
        worn = draw(960_000_004, (480, 320), background=background)
        found = garment_in(worn.image)
        clothes = np.isin(worn.labels, range(3, 11))
        assert (found & clothes).sum() > 0.7 * clothes.sum() and (found & ~clothes).sum() < 0.3 * clothes.sum()
        tops = garment_in(worn.image, (ClothingPart.TOPWEAR,))
        assert tops.sum() < 0.8 * found.sum() and not (tops & ~found).any()
        assert np.array_equal(garment_in(worn.image, (ClothingPart.HANDWEAR,)), found), "there is none"
    plain = np.full((64, 64, 4), 255, np.uint8)
    assert garment_in(plain).all(), "nothing stands out"
    plain[20:40, 20:40, :3] = BLUE
    assert np.array_equal(garment_in(plain), (plain[..., :3] == BLUE).all(2)), "it lies on white"


def test_the_wish_is_part_of_the_request() -> None:
    image = reference()
    request = SwapRequest(image, 1, garments=(GarmentPicture(image), GarmentPicture(image, lock_palette=True)))
    assert [garment.lock_palette for garment in SwapRequest.from_bytes(request.to_bytes()).garments] == [False, True]
