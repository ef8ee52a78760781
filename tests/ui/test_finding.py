"""Chips and switches: what they select, and the choices that the canvas' history goes back to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.images import load_character
from pipeline.request import ClothingPart
from tests.ui.flat_engine import banded
from ui.detecting import looks_like_picture
from ui.finding import ALWAYS_ON, Choice, MaskEdit, chosen, chosen_first, mask_of, offered, shown, unsure

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


def test_what_grows_stays_a_little_away_from_what_is_protected() -> None:
    labels = np.repeat(FOUND.labels, 10, 0).repeat(10, 1)  # 1000 pixels high: a margin of 4
    labels[660:700] = P.HELD
    large = replace(FOUND, labels=labels, keep=np.repeat(FOUND.keep, 10, 0).repeat(10, 1))
    grown = mask_of(large, (P.TOPWEAR,), ALWAYS_ON, room=1.0)
    assert grown[400:656].all() and not grown[656:704].any() and grown[704:715].all()
    assert mask_of(large, (P.TOPWEAR,), ALWAYS_ON)[400].all(), "clothes come up to the neck, or their rim would stay"


def test_choices_are_numbered_and_can_be_gone_back_to() -> None:
    top = chosen(Choice(FOUND, (P.TOPWEAR,), ALWAYS_ON, room=0))
    both = chosen(Choice(FOUND, (P.TOPWEAR, P.BOTTOMWEAR), ALWAYS_ON, room=0))
    mask_edit = MaskEdit().with_choice(top).with_choice(both)
    assert mask_edit.latest == 2 and mask_edit.at(1) is top and mask_edit.at(2) is both and mask_edit.at(0) is None
    assert top.region[40:60].all() and not top.region[60:].any() and both.region[80:].all()
    assert mask_edit.with_choice(top).latest == 3
    for _ in range(500):
        mask_edit = mask_edit.with_choice(top)
    assert len(mask_edit.choices) <= 200 and mask_edit.at(mask_edit.latest) is top


def test_each_person_is_chosen_alone() -> None:
    people = np.repeat(np.array([[1] * 30 + [2] * 30], np.uint8), 100, 0)
    several = replace(FOUND, people=people)
    one = chosen(Choice(several, (P.TOPWEAR,), ALWAYS_ON, 2, 0))
    assert one.region[50, 40] and not one.region[50, 20]


def test_what_generate_found_by_itself_is_no_choice_of_anybodys() -> None:
    changed = np.zeros((100, 60), np.uint8)
    changed[80:] = 120  # a soft edge counts
    automatic = shown(FOUND, changed)
    assert automatic.automatic and automatic.region[80:].all() and not automatic.region[:80].any()


def test_parts_that_detection_is_not_sure_of_are_marked() -> None:
    doubtful = replace(FOUND, confidence={P.TOPWEAR: 0.9, P.BOTTOMWEAR: 0.4})
    where = unsure(Choice(doubtful, (P.TOPWEAR, P.BOTTOMWEAR), ALWAYS_ON))
    assert where[80:].all() and not where[:80].any()
    assert not unsure(Choice(doubtful, (P.TOPWEAR,), ALWAYS_ON)).any()


def test_a_picture_is_not_taken_for_a_mask() -> None:
    example = load_character(Path(__file__).parents[2] / "assets" / "examples" / "orange_dress.png")
    example[..., 3] = 255
    assert looks_like_picture(example)
    mask = np.zeros((60, 60, 4), np.uint8)
    mask[..., 3] = 255
    mask[20:40, :, :3] = np.linspace(0, 255, 60)[:, None]  # grey, with soft edges
    assert not looks_like_picture(mask)
    mask[20:40, :, :3] = (255, 0, 0)  # red on black, as some tools paint it
    assert not looks_like_picture(mask)
