"""Words become garments: what is said is drawn as it is said, what is not said by the seed."""

from __future__ import annotations

import pytest

from pipeline.outfit import Wish, complete, read_outfit, with_choice, without, words_of
from pipeline.request import UserError
from wardrobe.kinds import KINDS
from wardrobe.parts import CLOTHING, ClothingPart

Part = ClothingPart
EVERYTHING = (*CLOTHING, Part.HEADWEAR)


def said(wish: Wish) -> list[tuple[str, str, str | None]]:
    return [(garment.kind, garment.colour, garment.pattern) for garment in wish.garments]


@pytest.mark.parametrize(
    "prompt",
    [
        "red plaid pleated skirt, white blouse",
        "white_blouse, red plaid pleated_skirt",
        "a girl wearing a white blouse and a red plaid pleated skirt",
        "(white blouse:1.2), [pleated skirt in red plaid]",
        "白色衬衫女式衬衫和红色格子百褶裙",
        "白いブラウスと赤いチェックのプリーツスカート",
    ],
)
def test_tags_and_sentences_say_the_same(prompt: str) -> None:
    assert {("blouse", "white", None), ("pleated skirt", "red", "plaid")} <= set(said(read_outfit(prompt)))


def test_a_colour_that_is_not_wanted_is_never_chosen() -> None:
    assert all(read_outfit("skirt not red", seed=seed).garments[0].colour not in ("red", "dark red") for seed in range(40))


def test_only_what_is_named_changes_where_nothing_else_is_drawn() -> None:
    wish = read_outfit("blue pleated skirt")
    assert complete(wish, wish.slots, 3).garments == wish.garments


def test_refused_words_are_refused() -> None:
    with pytest.raises(UserError):
        read_outfit("naked")


def test_chest_and_hips_stay_covered() -> None:
    wish = read_outfit("red dress")
    for seed in range(20):
        worn = complete(without(wish, 0), EVERYTHING, seed)
        slots = {garment.slot for garment in worn.garments}
        assert Part.ONEPIECE in slots or {Part.TOPWEAR, Part.BOTTOMWEAR} <= slots


def test_a_choice_changes_one_garment_and_counts_as_said() -> None:
    wish = with_choice(read_outfit("skirt, white shirt"), 0, colour="burgundy", pattern="plaid")
    skirt = wish.garments[0]
    assert skirt.rgb == (0x61, 0, 0x23) and skirt.pattern == "plaid" and skirt.second_colour
    assert not wish.unsaid[0] & {"colour", "pattern"}
    with pytest.raises(UserError):
        with_choice(wish, 0, colour="nocolour")


def test_words_of_an_outfit_are_read_as_the_same_outfit() -> None:
    for kind in KINDS:
        wish = read_outfit(f"blue {kind}")
        again = read_outfit(words_of(wish))
        assert [garment.colour for garment in again.garments] == [garment.colour for garment in wish.garments], kind
