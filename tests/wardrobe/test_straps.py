"""Straps, bibs and bands on a body whose arms cover most of its chest."""

from __future__ import annotations

import numpy as np
import pytest

from training import kind_sheet
from training.characters.character import framed
from wardrobe.canvas import Z
from wardrobe.cloth import Cloth
from wardrobe.garments import layers
from wardrobe.outfit import Outfit
from wardrobe.straps import crest, on_shoulder

CHIBI = kind_sheet.SEEDS[0]
STRAPPED = ("overalls", "pinafore dress", "corset top", "dirndl", "camisole", "suspender skirt")


@pytest.mark.parametrize("kind", STRAPPED)
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_strap_reaches_the_outline_of_the_shoulder(kind: str, sign: int) -> None:
    figure = framed(CHIBI, 640, 397)[0]
    outfit = kind_sheet.dressed(kind)
    drawn = layers(outfit, figure, kind_sheet.STYLE)
    number = next(index + 1 for index, garment in enumerate(outfit.garments) if garment.kind == kind)
    points = np.concatenate([layer.path.array() for layer in drawn if layer.garment == number and layer.z > Z.FRONT_ARM])
    x, shoulder = figure.torso.at(0, 0.1)[0], figure.body.shoulder
    near = points[(sign * (points[:, 0] - x) > 0.3 * shoulder) & (sign * (points[:, 0] - x) < 0.6 * shoulder)]
    bare = Cloth(outfit.garments[number - 1], 1, figure, kind_sheet.STYLE, 0.0, 0.0, np.random.default_rng(0))
    assert near[:, 1].min() < crest(bare, sign, 0.43)[1] + 0.02
    assert crest(bare, sign, 0.43)[1] <= on_shoulder(bare, sign, 0.43)[1]


def test_a_hanging_arm_lies_in_front_of_a_waist_apron() -> None:
    figure = framed(CHIBI, 640, 397)[0]
    outfit = kind_sheet.dressed("waist apron")
    number = next(index + 1 for index, garment in enumerate(outfit.garments) if garment.kind == "waist apron")
    drawn = layers(Outfit(outfit.garments), figure, kind_sheet.STYLE)
    assert all(layer.z < Z.FRONT_ARM for layer in drawn if layer.garment == number)


@pytest.mark.parametrize("kind", ["neck ribbon", "bow tie", "necktie", "halter top"])
def test_what_is_tied_round_a_bare_neck_reaches_both_its_sides(kind: str) -> None:
    figure = framed(kind_sheet.SEEDS[1], 640, 397)[0]
    outfit = kind_sheet.dressed(kind)
    number = next(index + 1 for index, garment in enumerate(outfit.garments) if garment.kind == kind)
    half, (x, y) = figure.body.neck_half, figure.torso.at(0, 0.0)
    drawn = [layer for layer in layers(outfit, figure, kind_sheet.STYLE) if layer.garment == number]
    high = np.concatenate([layer.path.array() for layer in drawn])
    high = high[high[:, 1] < y]
    assert high[:, 0].min() < x - 0.85 * half and high[:, 0].max() > x + 0.85 * half
