"""A hand on clothes is told by the colour of the face where the parser has seen cloth."""

from __future__ import annotations

import numpy as np

from pipeline.bare import with_bare_skin, with_legs
from pipeline.part_tables import FACE_HANDS
from pipeline.request import CLOTHING, ClothingPart

SKIN, COAT, HAIR = (240, 205, 180), (40, 60, 120), (90, 60, 30)
PARTS = 13


def picture() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A face under hair, a coat, and a hand on it that the labels know nothing of, with a parser's odds of a hand there."""
    rgb, labels = np.full((360, 240, 3), 235, np.uint8), np.zeros((360, 240), np.uint8)
    rgb[20:60, 80:160], labels[20:60, 80:160] = HAIR, ClothingPart.HAIR
    rgb[60:120, 85:155], labels[60:120, 85:155] = SKIN, FACE_HANDS
    rgb[120:340, 60:180], labels[120:340, 60:180] = COAT, ClothingPart.TOPWEAR
    hand = np.zeros(labels.shape, bool)
    hand[220:250, 100:125] = True
    rgb[hand] = SKIN
    odds = np.eye(PARTS, dtype=np.float32)[labels].transpose(2, 0, 1).copy()
    odds[:, hand] = 0
    odds[ClothingPart.TOPWEAR, hand], odds[FACE_HANDS, hand] = 0.8, 0.2
    return rgb, labels, hand, odds


def test_a_hand_on_a_coat_is_a_hand() -> None:
    rgb, labels, hand, odds = picture()
    found = with_bare_skin(rgb, labels, odds)
    assert (found[hand] == FACE_HANDS).mean() > 0.9
    assert (found != labels)[~hand].mean() < 0.002


def test_an_arm_is_skin_that_clothes_may_cover() -> None:
    rgb, labels, arm, odds = picture()
    arm[190:250, 100:125] = True
    rgb[arm], odds[FACE_HANDS, arm], odds[ClothingPart.SKIN, arm] = SKIN, 0.01, 0.2
    assert (with_bare_skin(rgb, labels, odds)[arm] == ClothingPart.SKIN).mean() > 0.9


def test_what_is_no_larger_than_a_hand_and_lies_on_a_top_is_one() -> None:
    rgb, labels, hand, odds = picture()
    labels[hand] = ClothingPart.SKIN
    chest = np.zeros_like(hand)
    chest[126:150, 105:130] = True
    rgb[chest], labels[chest] = SKIN, ClothingPart.SKIN
    found = with_bare_skin(rgb, labels, odds)
    assert (found[hand] == FACE_HANDS).all() and (found[chest] == ClothingPart.SKIN).all()


def test_a_pale_hand_on_pale_cloth_is_told_beside_its_limb() -> None:
    rgb, labels, hand, odds = picture()
    skin, cloth = (255, 240, 228), (244, 246, 252)
    rgb[60:120, 85:155], rgb[120:340, 60:180], rgb[hand] = skin, cloth, skin
    assert (with_bare_skin(rgb, labels, odds)[hand] == ClothingPart.TOPWEAR).all()  # perhaps the light side of a fold
    rgb[235:250, 60:100], labels[235:250, 60:100] = skin, ClothingPart.SKIN
    assert (with_bare_skin(rgb, labels, odds)[hand] == FACE_HANDS).mean() > 0.9


def test_cloth_beside_cloth_is_no_skin() -> None:
    rgb, labels, hand, odds = picture()
    rgb[220:280, 150:180], labels[210:280, 150:180] = SKIN, ClothingPart.SKIN  # an arm whose label reaches into its sleeve
    rgb[hand] = COAT
    rgb[108:120, 100:130] = COAT  # and a beard in the colour of the coat
    found = with_bare_skin(rgb, labels, odds)
    assert (found[212:219, 150:180] == ClothingPart.TOPWEAR).all() and (found[222:280, 150:180] != ClothingPart.TOPWEAR).all()
    assert (found[60:120, 85:155] == FACE_HANDS).all()


def test_a_chest_is_no_face() -> None:
    rgb, labels, hand, odds = picture()
    rgb[hand], rgb[120:170, 95:145] = COAT, SKIN
    odds[FACE_HANDS, 120:170, 95:145], odds[ClothingPart.SKIN, 120:170, 95:145] = 0.02, 0.3
    assert (with_bare_skin(rgb, labels, odds)[122:168, 97:143] == ClothingPart.SKIN).all()


def test_the_rest_of_a_hand_is_no_arm() -> None:
    rgb, labels, hand, odds = picture()
    rest = hand & (np.arange(240) < 112)
    labels[rest] = ClothingPart.SKIN
    assert (with_bare_skin(rgb, labels, odds)[rest] == FACE_HANDS).all()


def test_what_is_left_of_a_neck_beside_it_is_skin() -> None:
    rgb, labels, hand, odds = picture()
    rgb[hand], odds = COAT, odds.copy()
    rgb[120:150, 85:92] = SKIN  # too thin to be a hand
    odds[FACE_HANDS, 120:150, 85:92] = 0.3
    found = with_bare_skin(rgb, labels, odds)
    assert (found[122:148, 86:91] == FACE_HANDS).mean() > 0.9 and (found[:, 96:] == labels[:, 96:]).all()


def test_the_very_colour_of_the_face_on_cloth_of_another_needs_few_odds() -> None:
    rgb, labels, hand, odds = picture()
    odds[FACE_HANDS, hand] = 0.03
    assert (with_bare_skin(rgb, labels, odds)[hand] == FACE_HANDS).mean() > 0.9
    rgb[hand] = np.array(SKIN) - 30
    assert (with_bare_skin(rgb, labels, odds)[hand] == ClothingPart.TOPWEAR).all()


def test_a_hand_in_shadow_is_a_hand_where_no_cloth_has_its_hue() -> None:
    rgb, labels, hand, odds = picture()
    rgb[hand] = (np.array(SKIN) * 0.72).astype(np.uint8)
    assert (with_bare_skin(rgb, labels, odds)[hand] == FACE_HANDS).mean() > 0.9
    rgb[260:340, 60:180] = (np.array(SKIN) * 0.7).astype(np.uint8)  # a beige hem
    assert (with_bare_skin(rgb, labels, odds)[260:340, 60:180] == ClothingPart.TOPWEAR).all()


def test_lines_beside_dark_skin_are_no_skin() -> None:
    rgb, labels, line, odds = picture()
    rgb[60:120, 85:155], rgb[120:340, 60:180], rgb[120:340, 60:66] = (45, 26, 16), (60, 160, 60), 6  # an outline of the coat
    rgb[line], odds[FACE_HANDS, line] = 10, 0.03
    assert (with_bare_skin(rgb, labels, odds) == labels).all()


def test_what_nothing_but_its_colour_calls_skin_stays_cloth() -> None:
    rgb, labels, hand, odds = picture()
    odds[FACE_HANDS, hand] = 0.01
    assert (with_bare_skin(rgb, labels, odds) == labels).all()


def test_clothes_in_the_colour_of_skin_stay_clothes() -> None:
    rgb, labels, _, odds = picture()
    rgb[np.isin(labels, CLOTHING)] = SKIN
    assert (with_bare_skin(rgb, labels, odds) == labels).all()


def test_without_a_face_or_clothes_nothing_changes() -> None:
    rgb, labels, _, odds = picture()
    for part in (0, ClothingPart.TOPWEAR, FACE_HANDS):
        assert (with_bare_skin(rgb, np.full_like(labels, part), odds) == part).all()


def test_thighs_below_a_skirt_are_no_hands_and_a_hand_at_the_lower_end_is_one() -> None:
    labels = np.zeros((200, 160), np.uint8)
    labels[40:160, 40:120], labels[100:160, 40:120] = ClothingPart.TOPWEAR, ClothingPart.BOTTOMWEAR
    labels[160:, 50:110] = FACE_HANDS
    labels[60:180, 10:30], labels[180:, 10:30] = ClothingPart.TOPWEAR, FACE_HANDS
    found = with_legs(labels)
    assert (found[160:, 50:110] == ClothingPart.SKIN).all() and (found[180:, 10:30] == FACE_HANDS).all()
    assert (found != labels).sum() == 40 * 60
