"""Sleeves: every top is drawn with any of them, and without, for what is said of a sleeve is never overridden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.wardrobe.test_look import CEL, FIGURES
from training.characters.figures import build_figure
from training.characters.outfits import sample_garment
from wardrobe.garments import layers
from wardrobe.kinds import KINDS, LENGTHS, SLEEVES, TOPS
from wardrobe.outfit import Outfit


@pytest.mark.parametrize("sleeve", SLEEVES)
def test_every_top_is_drawn_with_this_sleeve(sleeve: str) -> None:
    figure = build_figure(np.random.default_rng(FIGURES["girl"]))
    for kind in TOPS:
        garment = replace(sample_garment(kind, np.random.default_rng(0)), sleeve=sleeve)
        assert all(np.isfinite(layer.path.points).all() for layer in layers(Outfit((garment,)), figure, CEL))


@pytest.mark.parametrize("length", LENGTHS)
def test_every_coat_is_drawn_in_this_length(length: str) -> None:
    figure = build_figure(np.random.default_rng(FIGURES["girl"]))
    for kind in (kind for kind in TOPS if KINDS[kind].lengths):
        garment = replace(sample_garment(kind, np.random.default_rng(0)), length=length)
        assert all(np.isfinite(layer.path.points).all() for layer in layers(Outfit((garment,)), figure, CEL))


@pytest.mark.parametrize("sleeve", ["wide", "puff", "long"])
def test_sleeves_worn_inside_others_do_not_stick_out(sleeve: str) -> None:
    figure = build_figure(np.random.default_rng(FIGURES["girl"]))
    blouse, cardigan = (sample_garment(kind, np.random.default_rng(0)) for kind in ("blouse", "cardigan"))
    alone = layers(Outfit((replace(blouse, sleeve="none"), cardigan)), figure, CEL)
    assert len(layers(Outfit((replace(blouse, sleeve=sleeve), cardigan)), figure, CEL)) == len(alone)
