"""Cuts in numbers: read from the words, drawn, said again by chips, and kept from text encoders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.chips import choices_of, reworded
from pipeline.draft_style import PLAIN
from pipeline.handles import as_tags, without_handles
from pipeline.outfit import read_outfit
from pipeline.request import SwapRequest, UserError
from training.characters.character import framed
from wardrobe import garments
from wardrobe.handles import handles_of
from wardrobe.kinds import KINDS
from wardrobe.outfit import Garment, Outfit

NOBODY = np.zeros((8, 8, 4), np.uint8)


def garment_of(kind: str) -> Garment:
    row = KINDS[kind]
    sleeve = next((sleeve for sleeve in row.sleeves if sleeve != "none"), "")
    length, neckline = (options[0] if options else "" for options in (row.lengths, row.necklines))
    return Garment(row.slot, kind, "red", (200, 40, 40), sleeve=sleeve, length=length, neckline=neckline, detail=3)


def shapes(garment: Garment) -> list[str]:
    figure, _ = framed(890000004, 384, 288)
    return [layer.path.svg(3) for layer in garments.layers(Outfit((garment,)), figure, PLAIN)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_handle_that_is_offered_moves_something(kind: str) -> None:
    garment = garment_of(kind)
    plain = shapes(garment)
    for name in handles_of(garment):
        moved = [shapes(replace(garment, **{name: number})) != plain for number in (-0.08, 0.08)]  # type: ignore[arg-type]
        assert any(moved), name


def test_a_hem_is_let_down_as_far_as_is_said() -> None:
    lows = []
    for hem in (-0.1, 0.0, 0.1):
        figure, _ = framed(890000004, 384, 288)
        skirt = replace(garment_of("pleated skirt"), length="knee", hem=hem)
        lows.append(max(layer.path.bounds().bottom for layer in garments.layers(Outfit((skirt,)), figure, PLAIN)))
    way = framed(890000004, 384, 288)[0]
    leg = max(way.joints[f"ankle_{side}"][1] for side in "lr") - way.torso.at(0, 1.0)[1]
    assert np.allclose(np.diff(lows), 0.1 * leg, rtol=0.15)


def test_numbers_are_read_where_they_stand() -> None:
    top, skirt = read_outfit("white t-shirt <cuff:-0.2> <neck:0.05>, navy pleated skirt <hem:0.15>").garments
    assert (top.cuff, top.neck, top.hem) == (-0.2, 0.05, 0.0) and skirt.hem == 0.15
    assert as_tags(top) == "<cuff:-0.2> <neck:0.05>"
    (dress,) = read_outfit("(red dress <hem: -9>:1.2)").garments
    assert dress.hem == -0.5, "no more than can be drawn"
    assert read_outfit("red scarf <hem:0.1>").garments[0].hem == 0.0, "it has none"
    assert without_handles("red dress <hem:0.1>, <lora:ink:0.5>") == "red dress , <lora:ink:0.5>"


@pytest.mark.parametrize("text", ["long", "", "nan", "0.1.2"])
def test_what_is_no_number_is_said(text: str) -> None:
    with pytest.raises(UserError, match=r"<hem:-0\.1>"):
        read_outfit(f"red dress <hem:{text}>")


def test_no_number_parts_a_word_that_is_refused() -> None:
    with pytest.raises(UserError):
        read_outfit("na<hem:0.1>ked")


def test_a_slider_puts_its_number_into_the_words() -> None:
    request = SwapRequest(NOBODY, 0, prompt="white blouse, navy pleated skirt, red tie")
    skirt = read_outfit(request.prompt).garments[1]
    assert choices_of(skirt).handles == ("hem",)
    once = reworded(request, skirt, {"hem": "0.1"})
    assert once == "white blouse, navy pleated skirt <hem:0.1>, red tie"
    request = replace(request, prompt=once)
    assert reworded(request, read_outfit(once).garments[1], {"hem": "0"}) == "white blouse, navy pleated skirt, red tie"
    recoloured = reworded(request, read_outfit(once).garments[1], {"colour": "teal"})
    assert read_outfit(recoloured).garments[1].hem == 0.1 and read_outfit(recoloured).garments[1].colour == "teal"
    sleeves = reworded(request, read_outfit(once).garments[0], {"cuff": "-0.1"})
    assert [(g.cuff, g.hem) for g in read_outfit(sleeves).garments[:2]] == [(-0.1, 0.0), (0.0, 0.1)]
    both = replace(request, prompt="(white blouse and navy pleated skirt <hem:0.1>:1.2), smile")
    changed = reworded(both, read_outfit(both.prompt).garments[1], {"hem": "0.2"})
    assert [g.hem for g in read_outfit(changed).garments] == [0.0, 0.2] and "smile" in changed
