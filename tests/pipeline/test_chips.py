"""Chips and words say the same: every choice is read back from the prompt that it makes."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.chips import choices_of, reworded
from pipeline.outfit import read_outfit
from pipeline.request import SwapRequest, UserError
from wardrobe.palette import COLOURS

NOTHING = np.zeros((4, 4, 4), np.uint8)


def asked(prompt: str) -> SwapRequest:
    return SwapRequest(NOTHING, 3, prompt=prompt)


def changed(prompt: str, kind: str, /, **changes: str) -> str:
    request = asked(prompt)
    garment = next(garment for garment in read_outfit(prompt, "", 3).garments if garment.kind == kind)
    return reworded(request, garment, changes)


@pytest.mark.parametrize(
    ("prompt", "kind", "changes", "told"),
    [
        ("red hoodie, blue jeans", "hoodie", {"colour": "teal"}, "teal hoodie, blue jeans"),
        ("red hoodie, blue jeans", "jeans", {"kind": "shorts"}, "red hoodie, blue shorts"),
        ("red hoodie, blue jeans", "jeans", {}, "red hoodie"),
        ("(red pleated skirt:1.3), masterpiece <lora:x:0.8>", "pleated skirt", {"colour": "green"}, None),
        ("a girl in a red hoodie and blue jeans, smiling", "jeans", {"colour": "black"}, None),
        ("school uniform", "blazer", {"colour": "orange"}, None),
        ("红色连衣裙，白色丝袜", "tights", {"colour": "green"}, None),
        ("red dress with long sleeves, white socks", "dress", {"sleeve": "short"}, None),
        ("a girl in a blue blouse", "blouse", {"sleeve": "none"}, None),
        ("white v-neck sweater", "sweater", {"neckline": "high"}, None),
        ("she wears a long navy dress with white collar", "dress", {"length": "short"}, None),
    ],
)
def test_a_choice_goes_into_the_words(prompt: str, kind: str, changes: dict[str, str], told: str | None) -> None:
    before = read_outfit(prompt, "", 3).garments
    words = changed(prompt, kind, **changes)
    assert told is None or words == told
    after = {garment.kind: garment for garment in read_outfit(words, "", 3).garments}
    others = [garment for garment in before if garment.kind != kind]
    assert all((after[other.kind].colour, after[other.kind].length) == (other.colour, other.length) for other in others)
    if changes:
        garment = after[changes.get("kind", kind)]
        assert all(getattr(garment, name) == value for name, value in changes.items())
    else:
        assert kind not in after


def test_other_words_weights_and_tags_stay() -> None:
    words = changed("(red skirt:1.3), masterpiece, white blouse <lora:x:0.8>", "blouse", colour="navy blue")
    assert "(red skirt:1.3)" in words and "masterpiece" in words and "<lora:x:0.8>" in words


def test_what_the_seed_chose_is_named_or_refused() -> None:
    (shirt,) = read_outfit("white shirt", "", 3).garments
    assert reworded(asked("navy blazer"), shirt, {"colour": "yellow"}).startswith("navy blazer, yellow")
    assert reworded(asked("navy blazer"), shirt, {}) == "navy blazer, no shirt"


def test_choices_are_of_the_same_part_and_can_all_be_drawn() -> None:
    (skirt,) = read_outfit("short red pleated skirt").garments
    choices = choices_of(skirt)
    assert "jeans" in choices.kinds and "hoodie" not in choices.kinds
    assert choices.lengths == ("short", "knee", "long") and choices.colours == COLOURS
    assert choices_of(read_outfit("long black coat").garments[0]).lengths == ("short", "knee", "long")
    for kind in choices.kinds:
        assert kind in {
            garment.kind for garment in read_outfit(changed("short red pleated skirt", skirt.kind, kind=kind)).garments
        }


def test_a_colour_that_is_none_is_refused() -> None:
    with pytest.raises(UserError, match="common colour word"):
        changed("red hoodie", "hoodie", colour="loud")
