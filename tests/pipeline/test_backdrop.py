"""What lies behind a character comes back as it was, and the edge of old clothes does not shine through a soft mask."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.backdrop import Backdrop, backdrop_of, put_back, worn_before
from pipeline.mask import composite_mask
from pipeline.painted import feathered
from pipeline.palette import lock, palette_of, to_lab
from pipeline.request import ClothingPart, Image8

SIDE = 96
DRESS = np.s_[30:70, 30:66]


@pytest.fixture
def labels() -> Image8:
    found = np.zeros((SIDE, SIDE), np.uint8)
    found[DRESS] = ClothingPart.ONEPIECE
    return found


@pytest.mark.parametrize("margin", [0, 3, 12])
@pytest.mark.parametrize("feather", [2, 8, 32])
def test_no_feather_mixes_in_the_old_garment(labels: Image8, margin: int, feather: int) -> None:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[30 - margin : 70 + margin, 30 - margin : 66 + margin] = 255
    share = composite_mask(mask, 0, feather, old=worn_before(labels, mask))
    assert (share[DRESS] == 255).all()
    assert not share[mask == 0].any()
    if margin > 3:  # beside it the ramp is as soft as it can be
        ramp = share[50, 30 - margin : 30].astype(int)
        assert ramp[0] < 128 and (np.diff(ramp) >= 0).all()


def test_the_outline_of_old_clothes_is_theirs_and_what_detection_misses_counts_whole(labels: Image8) -> None:
    mask = np.full((SIDE, SIDE), 255, np.uint8)
    labels[80:] = ClothingPart.SKIN
    labels[:25] = ClothingPart.HAIR
    old = worn_before(labels, mask)
    assert old[29, 40] and not old[85, 40] and not old[50, 10]
    assert worn_before(np.zeros_like(labels), mask).all()


def test_a_painted_mask_round_old_clothes_leaves_no_rim_of_them(labels: Image8) -> None:
    before, after = np.full((SIDE, SIDE, 4), 255, np.uint8), np.full((SIDE, SIDE, 4), 250, np.uint8)
    before[DRESS] = (20, 20, 40, 255)
    after[..., 3] = 255
    for margin in (0, 1, 6):
        painted = np.zeros((SIDE, SIDE), bool)
        painted[30 - margin : 70 + margin, 30 - margin : 66 + margin] = True
        assert feathered(before, after, painted, labels, labels > 0)[..., :3][painted].min() >= 249


def drawn_again(background: tuple[int, int, int], drift: tuple[int, int, int]) -> tuple[Image8, Image8, Image8]:
    """A picture, what a model has made of it with its drift, and the mask: the new dress is narrower, and red with a line."""
    flat = np.full((SIDE, SIDE, 3), background, np.uint8)
    flat[DRESS] = (30, 40, 90)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[20:80, 20:76] = 255
    drawn = np.where(mask[..., None] > 0, np.clip(np.add(background, drift), 0, 255), flat).astype(np.uint8)
    drawn[32:68, 38:58], drawn[34:66, 40:56] = (40, 10, 10), (200, 40, 50)
    return flat, drawn, mask


@pytest.mark.parametrize("drift", [(-3, 5, -2), (-7, -4, -7), (6, 7, 3)])
def test_the_backdrop_inside_the_mask_is_put_back(labels: Image8, drift: tuple[int, int, int]) -> None:
    background = (205, 200, 190)
    flat, drawn, mask = drawn_again(background, drift)
    found = put_back(drawn, backdrop_of(flat, labels, worn_before(labels, mask)), mask)
    free = cv2.dilate((drawn != np.add(background, drift)).any(2).astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    assert np.abs(found[free].astype(int) - background).max() <= 1, "also where the old dress was"
    assert (found[32:68, 38:58] == drawn[32:68, 38:58]).all() and (found[mask == 0] == drawn[mask == 0]).all()


def test_a_garment_in_the_backdrops_colour_keeps_its_folds(labels: Image8) -> None:
    flat, drawn, mask = drawn_again((250, 250, 250), (-2, -2, -2))
    drawn[34:66, 40:56] = (246, 246, 249)
    drawn[34:66, 44:48] = (238, 238, 244)
    found = put_back(drawn, backdrop_of(flat, labels, worn_before(labels, mask)), mask)
    assert (found[35:65, 41:55] == drawn[35:65, 41:55]).all()


def test_what_is_something_else_is_left(labels: Image8) -> None:
    flat, drawn, mask = drawn_again((205, 200, 190), (-60, 30, 0))
    assert (put_back(drawn, backdrop_of(flat, labels, worn_before(labels, mask)), mask) == drawn).all()
    nothing = np.zeros((SIDE, SIDE), np.uint8)
    assert (put_back(drawn, Backdrop(flat, nothing, nothing), mask) == drawn).all()


@pytest.mark.parametrize("drawn_as", [(150, 160, 200), (135, 140, 142), (90, 80, 70)])
def test_a_flat_colour_that_is_locked_comes_out_as_it_is(drawn_as: tuple[int, int, int]) -> None:
    wanted = palette_of(to_lab(np.full((40, 40, 3), 128, np.uint8)).reshape(-1, 3))
    assert wanted is not None
    drawn = np.full((SIDE, SIDE, 3), drawn_as, np.uint8)
    drawn[:, 60:] = np.multiply(drawn_as, 0.7).astype(np.uint8)  # its shadow
    drawn[::8] = np.multiply(drawn_as, 0.85).astype(np.uint8)  # folds
    found = lock(drawn, np.ones((SIDE, SIDE), bool), wanted)
    assert np.abs(found[4, 4:50].astype(int) - 128).max() <= 2
    assert found[4, 80].mean() < 110, "shaded as it was drawn"
