"""One mask of chips, switches, clicks and brush."""

from __future__ import annotations

import numpy as np

from pipeline.request import ClothingPart
from tests.ui.flat_engine import banded
from ui.finding import (
    ALWAYS_ON,
    STEPS_BACK,
    Sight,
    as_edited,
    chosen_first,
    clicked,
    mask_of,
    merged,
    offered,
    overlay,
    undone,
)

P = ClothingPart
CHARACTER = np.full((100, 60, 4), 200, np.uint8)
FOUND = banded(CHARACTER)


def test_chips_are_what_was_found_and_all_clothes_are_on() -> None:
    assert offered(FOUND) == (P.TOPWEAR, P.BOTTOMWEAR, P.SKIN) == chosen_first(FOUND)


def test_a_mask_never_covers_what_is_protected() -> None:
    whole = mask_of(FOUND, chosen_first(FOUND), ALWAYS_ON)
    assert not whole[:40].any() and whole[40:].all()
    assert not mask_of(FOUND, (P.TOPWEAR,), ALWAYS_ON)[60:].any()
    assert not mask_of(FOUND, chosen_first(FOUND), (P.BOTTOMWEAR,))[80:].any()


def test_room_grows_the_mask_but_not_over_the_face() -> None:
    grown = mask_of(FOUND, (P.TOPWEAR,), ALWAYS_ON, room=0.5)
    assert grown[64].all() and not grown[68].any() and not grown[:40].any()


def test_work_by_hand_survives_another_choice_of_chips() -> None:
    auto = mask_of(FOUND, (P.TOPWEAR, P.BOTTOMWEAR), ALWAYS_ON)
    sight = Sight(FOUND, auto)
    current = auto.copy()
    current[70:75, 10:20] = 255  # painted
    current[45:50, 10:20] = 0  # rubbed out
    fewer = merged(sight, current, mask_of(FOUND, (P.TOPWEAR,), ALWAYS_ON))
    assert fewer[72, 15] and not fewer[47, 15] and fewer[47, 40] and not fewer[90].any()
    again = merged(Sight(FOUND, mask_of(FOUND, (P.TOPWEAR,), ALWAYS_ON)), fewer, auto)
    assert np.array_equal(again, current)


def test_what_was_painted_before_detection_stays() -> None:
    painted = np.zeros((100, 60), np.uint8)
    painted[5:10, 5:10] = 255
    auto = mask_of(FOUND, (P.TOPWEAR,), ALWAYS_ON)
    assert merged(Sight(), painted, auto)[7, 7] and merged(Sight(), None, auto) is auto


def test_clicks_add_remove_and_go_back() -> None:
    region = np.zeros((100, 60), np.uint8)
    region[30:60, 20:30] = 255
    first = clicked(Sight(FOUND), region, True, ALWAYS_ON)
    assert first.mask is not None and first.mask[50, 25] and not first.mask[35, 25]  # the face is kept
    second = clicked(first, region, False, ALWAYS_ON)
    assert second.mask is not None and not second.mask.any()
    assert undone(second).mask is first.mask and undone(undone(second)).mask is None
    assert undone(Sight()) == undone(undone(Sight())) or undone(Sight()).mask is None
    many = Sight()
    for _ in range(STEPS_BACK + 5):
        many = clicked(many, region, True, ())
    assert len(many.history) == STEPS_BACK


def test_large_pictures_are_shown_small_and_masks_come_back() -> None:
    large = np.full((3000, 1500, 4), 90, np.uint8)
    mask = np.zeros((3000, 1500), np.uint8)
    mask[1000:2000] = 255
    shown = overlay(large, mask)
    assert shown.shape == (2048, 1024, 4) and shown[1000, 500, 0] > shown[100, 500, 0]
    assert (as_edited(large, mask) == mask).mean() > 0.999
    assert not as_edited(large, np.zeros_like(mask)).any()
