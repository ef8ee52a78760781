"""Sleeves: every top is drawn with any of them, and without, for what is said of a sleeve is never overridden."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.wardrobe.test_look import CEL, FIGURES
from training.characters.figures import build_figure
from training.characters.outfits import sample_garment
from wardrobe.canvas import Frame, Z
from wardrobe.garments import layers
from wardrobe.kinds import KINDS, LENGTHS, SLEEVES, TOPS
from wardrobe.outfit import Outfit
from wardrobe.parts import ClothingPart
from wardrobe.render import paint_maps
from wardrobe.skin import skin_layers


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


@pytest.mark.parametrize("name", ["girl", "chibi with a bent arm"])
def test_a_sleeve_that_hangs_goes_on_from_the_shoulder_in_one_line(name: str) -> None:
    figure = build_figure(np.random.default_rng(FIGURES[name]))
    shirt = replace(sample_garment("t-shirt", np.random.default_rng(0)), sleeve="short")
    front = [layer for layer in layers(Outfit((shirt,)), figure, CEL) if layer.edge is not None and layer.z > Z.BODY]
    hanging = [arm for arm in figure.arms.values() if arm.z > Z.BODY and arm.direction(0.0)[1] > 0.5]
    assert len(front) == len(hanging) > 0
    outlines = [np.array(layer.path.points, np.float32).reshape(-1, 2) for layer in front]
    for arm in hanging:
        for level in (0.06, 0.07):  # neither does the bodice stand out above the sleeve, nor the sleeve above the bodice
            point = figure.torso.at(-1.0 if arm.side == "l" else 1.0, level)
            assert 0 < max(cv2.pointPolygonTest(outline, point, True) for outline in outlines) < 0.03


@pytest.mark.parametrize(("kind", "sleeve"), [("haori", "wide"), ("kimono", "wide"), ("tunic", "wide")])
def test_no_skin_shows_between_a_shoulder_and_its_sleeve(kind: str, sleeve: str) -> None:
    figure, frame = build_figure(np.random.default_rng(FIGURES["chibi with a bent arm"])), Frame(500, 700, 200, 250, 150)
    garment = replace(sample_garment(kind, np.random.default_rng(0)), sleeve=sleeve)
    found = [*skin_layers(figure, (250, 220, 190)), *layers(Outfit((garment,)), figure, CEL)]
    labels = paint_maps(sorted(found, key=lambda layer: layer.z), CEL, frame).labels
    (left, low), (right, other) = (frame.pixel(*figure.torso.at(sign, 0.12)) for sign in (-1, 1))
    middle, top = frame.pixel(*figure.torso.at(0, 0.0))
    y, x = np.mgrid[:700, :500]
    shoulders = (y > top) & (y < max(low, other)) & (x > left) & (x < right)
    shoulders &= np.abs(x - middle) > 2.2 * figure.body.neck_half * frame.scale
    assert np.count_nonzero(shoulders & (labels == ClothingPart.SKIN)) < 20
