"""The sheet of kinds: each is worn, over what it needs, and is seen on every body."""

from __future__ import annotations

import numpy as np
import pytest

from training.characters import draw
from training.kind_sheet import SEEDS, STYLE, dressed, sheet
from wardrobe.kinds import KINDS
from wardrobe.parts import ClothingPart


def test_a_sheet_has_a_cell_for_every_figure_of_every_kind() -> None:
    assert sheet(["beret", "poncho", "geta"], 64, columns=2).shape == (128, 2 * 3 * 40, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_needs_is_worn_beside_it(kind: str) -> None:
    worn = {garment.kind: garment for garment in dressed(kind).garments}
    slots = {garment.slot for garment in worn.values()}
    assert kind in worn
    assert ClothingPart.ONEPIECE in slots or {ClothingPart.TOPWEAR, ClothingPart.BOTTOMWEAR} <= slots
    assert not KINDS[kind].over or KINDS[kind].over[0] in worn


@pytest.mark.parametrize(("kind", "seed"), [(kind, SEEDS[index % 3]) for index, kind in enumerate(KINDS)])
def test_every_kind_is_seen_and_labelled_as_its_part(kind: str, seed: int) -> None:
    outfit = dressed(kind)
    number = next(index for index, garment in enumerate(outfit.garments, 1) if garment.kind == kind)
    drawing = draw(seed, (128, 80), background=False, style=STYLE, outfit=outfit)
    own = drawing.garment_map == number
    assert own.sum() > 4
    assert np.all(drawing.labels[own] == KINDS[kind].slot)
    assert np.all(drawing.image[own, 3] > 0)
