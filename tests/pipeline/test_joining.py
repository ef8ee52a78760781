"""Where a draft ends: at a painted mask, beside what lies in front, on skin; and what of the old clothes is overlooked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.draft import Draft
from pipeline.draft_style import PLAIN
from pipeline.joining import led_over
from pipeline.overlooked import of_one_cloth, overlooked
from pipeline.painted import feathered, trimmed
from pipeline.request import ClothingPart
from pipeline.rims import settled, unmixed
from wardrobe.canvas import Frame
from wardrobe.outfit import Garment, Outfit
from wardrobe.svg import Sheet

Part = ClothingPart
SIDE = 96
LINED = replace(PLAIN, line=2 / 140)
RED = (206, 34, 46)


def square() -> Draft:
    """A red garment, 60 pixels wide."""
    image = np.zeros((SIDE, SIDE, 4), np.uint8)
    image[20:80, 20:80] = (*RED, 255)
    worn = (image[..., 3] > 0).astype(np.uint8)
    kept, none = np.zeros_like(image), np.zeros((SIDE, SIDE), bool)
    shirt = Garment(Part.TOPWEAR, "shirt", "red", RED, None, None, None, "long", "", "", 1)
    sheet = Sheet((), PLAIN, Frame(SIDE, SIDE, 110.0, 0, 0))  # lines of two pixels
    return Draft(image, worn, np.zeros_like(worn), kept, none, none, Outfit((shirt,)), sheet)


@pytest.mark.parametrize("part", [0, Part.SKIN])
def test_a_garment_ends_with_a_line_of_its_own_a_little_before_a_mask_over_background_and_skin(part: int) -> None:
    painted = np.zeros((SIDE, SIDE), bool)
    painted[:, :60] = True
    cut = trimmed(square(), painted, np.full((SIDE, SIDE), part, np.uint8))
    row = cut.image[50]
    assert not row[59:, 3].any(), "what lies behind shows between the garment and the mask"
    ends = int(np.nonzero(row[:, 3] >= 128)[0].max())
    assert 54 <= ends <= 58 and row[ends, :3].sum() < sum(RED) - 80, "its silhouette is drawn"
    assert cut.lines[50, ends - 1] > 0 and (row[30, :3] == RED).all()
    assert (cut.image[50, :20] == 0).all() and (cut.image[20:80, 20:40] == square().image[20:80, 20:40]).all()


def test_on_other_clothes_it_ends_at_the_mask_and_goes_on_to_the_hair() -> None:
    painted = np.zeros((SIDE, SIDE), bool)
    painted[:, :60] = True
    for part, is_lined in ((Part.TOPWEAR, True), (Part.HAIR, False)):
        row = trimmed(square(), painted, np.full((SIDE, SIDE), part, np.uint8)).image[50]
        assert row[59, 3] >= 128 and not row[60:, 3].any()
        assert (row[59, :3].sum() < sum(RED) - 80) == is_lined


def test_flat_areas_meet_softly_inside_the_mask() -> None:
    before, after = np.full((SIDE, SIDE, 4), 255, np.uint8), np.full((SIDE, SIDE, 4), 255, np.uint8)
    after[..., :3] = 55
    painted = np.zeros((SIDE, SIDE), bool)
    painted[:, :60] = True
    labels, nothing = np.zeros((SIDE, SIDE), np.uint8), np.zeros((SIDE, SIDE), bool)
    row = feathered(before, after, painted, labels, nothing)[50, :, 0].astype(int)
    assert (row[:57] == 55).all() and 55 < row[58] <= row[59] < 255
    assert (feathered(before, after, painted, np.full_like(labels, Part.HAIR), nothing) == after).all()


def hand() -> tuple[np.ndarray, np.ndarray]:
    """Skin, half a pixel of it, a line of two pixels, half a pixel of it, and a grey cloth; and the label, a pixel short."""
    rgb = np.full((SIDE, SIDE, 3), (120, 120, 130), np.uint8)
    rgb[:, :40] = (250, 210, 180)
    rgb[:, 40], rgb[:, 41:43], rgb[:, 43] = (150, 125, 107), (50, 40, 34), (85, 80, 82)
    front = np.zeros((SIDE, SIDE), bool)
    front[:, :39] = True
    return rgb, front


def test_what_stays_keeps_its_line_and_its_rim_has_nothing_of_the_old_cloth() -> None:
    rgb, front = hand()
    share, rims = unmixed(rgb, front, ~front, np.zeros_like(front), 140.0, LINED)
    row = share[48]
    assert (row[:43] > 0.9).all() and (row[46:] < 0.1).all() and 0.3 < row[43] < 0.7
    assert np.abs(rims[48, 43].astype(int) - rgb[48, 42]).max() < 20, "of a mixed pixel the line alone"
    assert (rims[:, :36] == rgb[:, :36]).all()


def test_where_bare_skin_goes_on_the_line_goes() -> None:
    rgb, front = hand()
    share, rims = unmixed(rgb, front, ~front, ~front, 140.0, LINED)
    assert (share[48, :39] > 0.9).all() and (share[48, 42:] < 0.2).all()
    assert np.abs(rims[48, 38:42].astype(int) - (250, 210, 180)).max() < 20, "and what stays of it has the skin's colour"


def test_nothing_is_unmixed_where_nothing_changes() -> None:
    rgb, front = hand()
    share, rims = unmixed(rgb, front, np.zeros_like(front), np.zeros_like(front), 140.0, LINED)
    assert (share == front).all() and (rims == rgb).all()


def test_drawn_skin_is_led_to_the_tone_beside_it() -> None:
    rgb = np.full((SIDE, SIDE, 3), (230, 180, 150), np.uint8)
    drawn = np.zeros((SIDE, SIDE), bool)
    drawn[48:] = True
    picture = np.full((SIDE, SIDE, 3), (250, 210, 190), np.uint8)
    picture[:, 80:83] = 83, 51, 26  # its outline
    found = led_over(picture, rgb, drawn, ~drawn, 40.0)
    assert np.abs(found[50, 48].astype(int) - rgb[0, 0]).max() <= 4
    assert (found[95, 48] == (250, 210, 190)).all()
    assert np.abs(found[50, 81].astype(int) - picture[50, 81]).max() <= 12, "a line keeps its own colour"


def test_a_piece_of_the_old_coat_beside_it_goes_with_it_and_the_scenery_stays() -> None:
    rgb = np.full((SIDE, SIDE, 3), (220, 230, 220), np.uint8)
    labels = np.zeros((SIDE, SIDE), np.uint8)
    labels[30:80, 30:60] = Part.TOPWEAR
    rgb[30:80, 30:60], rgb[45:60, 60:65] = (120, 50, 60), (120, 50, 60)
    rgb[10:20, 70:90] = (120, 50, 60)  # something of that colour elsewhere
    old = labels > 0
    found = overlooked(rgb, labels, old, np.zeros_like(old), 40.0)
    assert found[50, 61:64].all() and (labels[found] == 0).all() and not found[5:25].any() and not found[:, :28].any()


def test_small_islands_of_another_part_in_the_old_clothes_are_theirs() -> None:
    labels = np.zeros((SIDE, SIDE), np.uint8)
    labels[20:60, 20:70] = Part.TOPWEAR
    labels[70:90, 20:70] = Part.FOOTWEAR
    labels[40:44, 40:44] = Part.FOOTWEAR
    rgb = np.full((SIDE, SIDE, 3), 128, np.uint8)
    found = overlooked(rgb, labels, labels == Part.TOPWEAR, labels == 0, 40.0)
    assert found[42, 42] and not found[80, 40]


def test_a_spot_that_lies_all_in_the_old_clothes_is_theirs_whatever_it_was_taken_for() -> None:
    labels = np.zeros((SIDE, SIDE), np.uint8)
    labels[10:80, 10:80], labels[80:84, 20:24] = Part.TOPWEAR, Part.FOOTWEAR
    labels[40:44, 40:44] = Part.HANDWEAR
    rgb = np.full((SIDE, SIDE, 3), 128, np.uint8)
    found = overlooked(rgb, labels, labels == Part.TOPWEAR, labels == 0, 40.0)
    assert found[42, 42] and not found[82, 22]


def test_stockings_of_the_trousers_colour_go_with_them() -> None:
    labels = np.zeros((SIDE, SIDE), np.uint8)
    labels[20:50, 20:70], labels[50:90, 20:70] = Part.BOTTOMWEAR, Part.LEGWEAR
    rgb = np.full((SIDE, SIDE, 3), 90, np.uint8)
    assert of_one_cloth(rgb, labels, {Part.BOTTOMWEAR}) == {Part.LEGWEAR}
    assert not of_one_cloth(rgb, labels, {Part.TOPWEAR})
    rgb[50:] = 220
    assert not of_one_cloth(rgb, labels, {Part.BOTTOMWEAR})
    labels[20:50, 20:70] = Part.TOPWEAR
    assert of_one_cloth(rgb, labels, {Part.BOTTOMWEAR}) == {Part.LEGWEAR}, "no trousers were seen at all"


@pytest.mark.parametrize(("seam", "goes"), [(False, True), (True, False)])
def test_an_armlet_that_a_sleeve_goes_on_as_is_one_cloth_with_it_whatever_else_is_worn(seam: bool, goes: bool) -> None:
    rgb, labels = np.full((96, 96, 3), 30, np.uint8), np.zeros((96, 96), np.uint8)
    labels[10:80, 30:70] = Part.TOPWEAR  # mostly black
    labels[10:40, 10:30], labels[40:80, 10:24] = Part.TOPWEAR, Part.HANDWEAR
    rgb[20:60, 10:30], rgb[60:80, 10:30] = (170, 130, 20), (120, 20, 20)  # gold, which ends in neither of the two
    if seam:
        rgb[40:60, 10:30] = (120, 20, 20)
    assert bool(of_one_cloth(rgb, labels, {Part.TOPWEAR})) == goes


def test_where_an_old_cloth_hid_the_outline_it_is_drawn() -> None:
    rgb, front = hand()
    rgb[:, 40:] = (12, 10, 9)  # as dark as any line
    share, _ = unmixed(
        rgb, front, ~front, np.zeros_like(front), 140.0, replace(LINED, line_mode="coloured", line_colour=(20, 20, 20))
    )
    row = share[48]
    assert (row[:40] > 0.9).all() and row[40] > 0.7 and (row[45:] < 0.1).all()


def test_a_piece_of_cloth_among_what_stays_is_a_shadow_of_it() -> None:
    rgb = np.full((SIDE, SIDE, 3), (60, 90, 200), np.uint8)
    rgb[:, :48] = (150, 60, 30)
    front = np.zeros((SIDE, SIDE), bool)
    front[:, :48] = True
    at_the_border, inside = np.zeros_like(front), np.zeros_like(front)
    at_the_border[20:30, 42:48], inside[60:64, 40:46] = True, True
    rgb[at_the_border | inside] = (60, 90, 200)
    rgb[61:63, 46:48] = (60, 90, 200)  # as by a thread
    found = settled(rgb, front, ~front, 140.0, 2.0)
    assert not found[at_the_border].any() and found[inside].all()
