"""Boots that stay: one piece each, and legs end in them."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.part_maps import clean
from pipeline.request import ClothingPart
from pipeline.tucked import tucked
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
    assert not over.any()
    assert not away.any()
