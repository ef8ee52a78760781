"""Boots that stay: one piece each, and legs end in them."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.part_maps import clean
from pipeline.request import ClothingPart
from pipeline.tucked import tucked, under_sleeves
from tests.pipeline.test_seen_limbs import fitted
from wardrobe.kinds import KINDS
from wardrobe.outfit import Garment, Outfit

UNIT = 60.0
Part = ClothingPart


def legs() -> np.ndarray:
    """Labels of a leg in a boot, 40 pixels broad."""
    labels = np.zeros((300, 120), np.uint8)
    labels[:150, 40:80] = Part.BOTTOMWEAR
    labels[150:200, 40:80] = Part.LEGWEAR
    labels[200:290, 40:80] = Part.FOOTWEAR
    return labels


def outfit(kind: str) -> Outfit:
    return Outfit((Garment(KINDS[kind].slot, kind, "black", (20, 20, 20)),))


def test_a_stocking_between_two_pieces_of_a_boot_is_its_shaft() -> None:
    labels = legs()
    labels[225:250, 40:80] = Part.LEGWEAR
    found = clean(labels)
    assert (found[200:290, 40:80] == Part.FOOTWEAR).all()
    assert (found[150:200, 40:80] == Part.LEGWEAR).all()


@pytest.mark.parametrize(
    ("kind", "inside"), [("trousers", True), ("knee socks", True), ("wide-leg trousers", False), ("pleated skirt", False)]
)
def test_legs_end_in_a_boot(kind: str, inside: bool) -> None:
    worn = np.zeros((300, 120), np.uint8)
    worn[100:280, 30:90] = 1  # broader than the boot
    over, away = tucked(legs(), outfit(kind), worn, UNIT)
    assert over[210:280, 40:80].all() == inside
    assert away[215:280, 30:40].all() == inside
    assert not over[:200].any()
    assert not away[:200].any()


def test_a_shoe_is_no_boot() -> None:
    labels = legs()
    labels[labels == Part.FOOTWEAR] = 0
    labels[270:290, 40:80] = Part.FOOTWEAR
    over, away = tucked(labels, outfit("trousers"), np.ones_like(labels), UNIT)
    assert not over.any() and not away[:270].any()
    assert away[276:290, 30:40].all() and away[292:300, 50:70].all(), "a drawn foot stands out beside no shoe"


@pytest.mark.parametrize("sleeve", [0.4, 1.0])
def test_a_long_glove_ends_in_a_sleeve_and_a_hand_stays(sleeve: float) -> None:
    body = fitted()
    arm, frame = body.figure.arms["l"], body.frame
    places = [[round(value) for value in frame.pixel(*arm.point(t))] for t in np.linspace(0, 1, 60)]
    labels, worn = np.zeros((frame.height, frame.width), np.uint8), np.zeros((frame.height, frame.width), np.uint8)
    for index, (x, y) in enumerate(places):
        labels[y - 2 : y + 3, x - 2 : x + 3] = Part.HANDWEAR
        if index <= 60 * sleeve:
            worn[y - 4 : y + 5, x - 4 : x + 5] = 1
    hidden = under_sleeves(labels, np.zeros(labels.shape, bool), body.figure, frame, outfit("blouse"), worn)
    (x, y), hand = places[40], places[-1]
    assert hidden[y, x] == (sleeve == 1.0) and hidden[places[10][1], places[10][0]]
    assert not hidden[hand[1], hand[0]] and not hidden[labels != Part.HANDWEAR].any()


@pytest.mark.parametrize("sleeve", [0.4, 1.0])
def test_a_bare_arm_beside_a_new_sleeve_goes_and_below_a_short_one_stays(sleeve: float) -> None:
    body = fitted()
    arm, frame = body.figure.arms["l"], body.frame
    worn = np.zeros((frame.height, frame.width), np.uint8)
    labels, beside = worn.copy(), worn.copy()
    for t in np.linspace(0, sleeve, 60):
        x, y = (round(value) for value in frame.pixel(*arm.point(t)))
        worn[y - 1 : y + 2, x - 1 : x + 2] = 1
    for t in np.linspace(0, 1, 60):
        x, y = (round(value) for value in frame.pixel(*arm.point(t)))
        beside[y - 2 : y + 3, x - 3 : x + 4] = 1
    labels[beside > 0] = Part.SKIN
    hidden = under_sleeves(labels, np.zeros(labels.shape, bool), body.figure, frame, outfit("blouse"), worn)
    (x, y), (far_x, far_y) = ([round(value) for value in frame.pixel(*arm.point(t))] for t in (0.15, 0.6))
    assert hidden[y, x - 3 : x + 4].any() and not hidden[worn > 0].any()
    assert hidden[far_y, far_x - 3 : far_x + 4].any() == (sleeve == 1.0)
