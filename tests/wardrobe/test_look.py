"""How garments are drawn: finite, inside their borders, in the style's manner, whatever the body and the pose."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from training.characters.character import stream
from training.characters.figures import build_figure
from training.characters.outfits import sample_garment
from wardrobe import display, pen, shading
from wardrobe.canvas import Frame, Layer, Z
from wardrobe.display import Clip, Fill, Stroke, Unclip
from wardrobe.garments import layers
from wardrobe.kinds import KINDS
from wardrobe.outfit import Outfit
from wardrobe.path import Box, Path
from wardrobe.shading import Tube
from wardrobe.style import Style

CEL = Style(0.012, "tinted", (48, 36, 52), 0.5, "cel", (205, 196, 216), (-0.7, 0.8), 0.5, 1.0, 1.0, 0.0, 0)
FRAME = Frame(768, 768, 160.0, 384, 160)
MANNERS = ("cel", "soft", "painted", "flat")
FIGURES = {"chibi": 66, "girl": 34, "chibi with a bent arm": 181, "hand on the chest": 880}


def worn(kind: str, seed: int, style: Style = CEL) -> list[Layer]:
    figure = build_figure(stream(seed, "figure"))
    outfit = Outfit((sample_garment(kind, np.random.default_rng(seed)),))
    return sorted(layers(outfit, figure, style), key=lambda layer: layer.z)


@pytest.mark.parametrize(
    "kind", ["shirt", "trousers", "pleated skirt", "ruffled skirt", "flared skirt", "coat", "kimono", "leggings"]
)
def test_every_number_is_finite_in_every_manner(kind: str) -> None:
    for seed in FIGURES.values():
        for manner in MANNERS:
            style = replace(CEL, shading=manner)
            for operation in display.picture(worn(kind, seed, style), style, FRAME):
                for part in operation:
                    if isinstance(part, Path):
                        assert np.isfinite(part.points).all()


def test_folds_and_shade_stay_inside_their_layer() -> None:
    """All that darkens or creases a piece is clipped by its outline."""
    for manner in MANNERS:
        style = replace(CEL, shading=manner)
        depth = 0
        for operation in display.picture(worn("dress", FIGURES["girl"], style), style, FRAME):
            depth += isinstance(operation, Clip) - isinstance(operation, Unclip)
            if isinstance(operation, Fill) and operation.multiply:
                assert depth > 0
        assert depth == 0


def test_a_style_without_lines_draws_no_crease_and_parts_its_pieces_by_a_darker_rim_inside_them() -> None:
    style = replace(CEL, line=0.0)
    shirt = worn("shirt", FIGURES["girl"], style)
    creases = {id(mark.path) for layer in shirt for mark in layer.marks if mark.kind == "fold"}
    layers = {id(layer.edge or layer.path): layer for layer in shirt}
    drawn = display.picture(shirt, style, FRAME)
    strokes = [(before, operation) for before, operation in pairwise(drawn) if isinstance(operation, Stroke)]
    assert creases and not {id(stroke.path) for _, stroke in strokes} & creases
    rims = [(before, stroke, layers[id(stroke.path)]) for before, stroke in strokes if id(stroke.path) in layers]
    assert rims and all(isinstance(before, Clip) and before.path is layer.path for before, _, layer in rims)
    assert all(sum(stroke.colour) < sum(style.tone(layer.colour)) for _, stroke, layer in rims)


def test_a_flat_style_has_no_shade() -> None:
    style = replace(CEL, shading="flat")
    operations = display.picture(worn("trousers", FIGURES["girl"], style), style, FRAME)
    assert not [operation for operation in operations if isinstance(operation, Fill) and operation.multiply]


def test_a_small_canvas_has_fewer_operations() -> None:
    shirt = worn("shirt", FIGURES["girl"])
    small = Frame(128, 128, 20.0, 64, 30)
    assert len(display.picture(shirt, CEL, small)) < len(display.picture(shirt, CEL, FRAME))


def test_outlines_are_heavier_in_the_shade() -> None:
    inked = pen.outline(Path.rect(Box(0, 0, 2, 2)), 0.1, 1.0, (1.0, 0.0), (1, 1), 1)
    (outer, _), (inner, _) = inked.flat()
    left, right = abs(outer[:, 0].min() - inner[:, 0].min()), abs(outer[:, 0].max() - inner[:, 0].max())
    assert right > 1.5 * left


def test_creases_run_out() -> None:
    line = Path.polygon([(0, 0), (1, 0)], closed=False)
    ((swollen, _),) = pen.crease(line, 0.1, (1.0, 0.0), 1).flat()
    tip = swollen[np.abs(swollen[:, 0] - 1) < 0.05]
    assert np.ptp(swollen[:, 1]) > 0.06 and np.ptp(tip[:, 1]) < 0.02


def test_shade_lies_on_the_side_away_from_the_light() -> None:
    s = np.linspace(0, 3, 9)
    tube = Tube(np.stack([np.zeros(9), s], 1), np.stack([np.ones(9), s], 1))
    for side in (-1.0, 1.0):
        ((dark,), (core,)) = shading.terminators(tube, (side, 0.0), (1.0, 2.0))
        assert np.sign(np.median(dark[:, 0]) - 0.5) == -side
        assert np.ptp(core[:, 0]) < np.ptp(dark[:, 0])


def test_shapes_that_overlap_are_shaded_once() -> None:
    square = np.array([(0, 0), (2, 0), (2, 2), (0, 2)], np.float64)
    both = shading.joined([square, square[::-1] + 1], [])
    areas = [float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) for (x, y) in (line.T for line, _ in both.flat())]
    assert all(area > 0 for area in areas)


def test_every_kind_is_drawn_on_a_bent_chibi() -> None:
    for kind in KINDS:
        for layer in worn(kind, FIGURES["chibi with a bent arm"]):
            assert np.isfinite(layer.path.points).all()
            assert all(np.isfinite(mark.path.points).all() for mark in layer.marks)


def test_a_collar_lies_over_the_sleeves_unless_an_arm_crosses_the_chest() -> None:
    collars, sleeves = (sorted(layer.z for layer in worn(kind, FIGURES["girl"])) for kind in ("necktie", "t-shirt"))
    assert collars[0] > sleeves[-1]
    assert worn("necktie", FIGURES["hand on the chest"])[-1].z < Z.FRONT_ARM
