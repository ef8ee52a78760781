"""The character drawer: repeatable, exactly labelled, always dressed, and the same person in every outfit."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.request import CLOTHING, ClothingPart
from training.characters import Drawing, draw
from training.characters.character import stream
from training.characters.figures import build_figure
from training.characters.hair import STYLES

SEEDS = range(40, 52)
WORN = [int(part) for part in (*CLOTHING, ClothingPart.HEADWEAR, ClothingPart.HELD)]


@pytest.fixture(scope="module")
def drawings() -> dict[int, Drawing]:
    return {seed: draw(seed, 128) for seed in SEEDS}


def test_same_seed_same_drawing(drawings: dict[int, Drawing]) -> None:
    again = draw(SEEDS[0], 128)
    for name in ("image", "labels", "face_hands", "garment_map", "lineart", "depth"):
        assert np.array_equal(getattr(again, name), getattr(drawings[SEEDS[0]], name)), name
    assert again.caption_tags == drawings[SEEDS[0]].caption_tags and again.keypoints == drawings[SEEDS[0]].keypoints


def test_shapes_and_types() -> None:
    drawing = draw(3, (192, 128))
    assert drawing.image.shape == (192, 128, 4) and drawing.image.dtype == np.uint8
    for name in ("labels", "face_hands", "garment_map", "lineart", "depth"):
        assert getattr(drawing, name).shape == (192, 128), name
    assert drawing.face_hands.dtype == bool and drawing.caption_tags and drawing.caption_sentence


def test_labels_agree_with_garments(drawings: dict[int, Drawing]) -> None:
    for drawing in drawings.values():
        assert drawing.labels.max() <= max(ClothingPart)
        assert drawing.garment_map.max() <= len(drawing.garments)
        for index, garment in enumerate(drawing.garments):
            where = drawing.garment_map == index + 1
            assert set(np.unique(drawing.labels[where])) <= {int(garment.slot), int(ClothingPart.HELD)}
        worn = drawing.garment_map > 0
        assert np.isin(drawing.labels[worn], WORN).all()
        assert (drawing.labels[drawing.face_hands] == ClothingPart.SKIN).all()


@pytest.mark.parametrize("seed", range(60, 100))
def test_always_dressed(seed: int) -> None:
    """Between the arm pits and the crotch no bare body shows: only clothes, hair, and the arms and hands before them."""
    drawing, figure = draw(seed, 128), build_figure(stream(seed, "figure"))
    x0, y0 = drawing.keypoints["neck"]
    x1, y1 = drawing.keypoints["hip"]
    bare = []
    for along in np.linspace(0.45, 1.0, 8):
        x, y = round(x0 + (x1 - x0) * along), round(y0 + (y1 - y0) * along)
        if 0 <= x < 128 and 0 <= y < 128:
            torso = drawing.depth[y, x] < 50 + 80 * 1.5  # nearer than that is an arm
            bare.append(bool(torso) and drawing.labels[y, x] in (ClothingPart.SKIN, ClothingPart.BACKGROUND))
    assert not any(bare), figure.pose


def test_redraw_keeps_the_person(drawings: dict[int, Drawing]) -> None:
    for seed, first in drawings.items():
        second = draw(seed, 128, outfit_seed=seed + 10_000)
        assert first.keypoints == second.keypoints and first.person == second.person
        alike = (first.garment_map == 0) & (second.garment_map == 0)
        alike &= first.labels == second.labels
        edge = np.zeros_like(alike)
        edge[1:-1, 1:-1] = alike[1:-1, 1:-1] & alike[:-2, 1:-1] & alike[2:, 1:-1] & alike[1:-1, :-2] & alike[1:-1, 2:]
        for name in ("labels", "face_hands"):
            assert np.array_equal(getattr(first, name)[alike], getattr(second, name)[alike])
        near = edge[1:-1, 1:-1] & edge[:-2, 1:-1] & edge[2:, 1:-1] & edge[1:-1, :-2] & edge[1:-1, 2:]
        difference = np.abs(first.image.astype(int) - second.image.astype(int)).max(-1)[1:-1, 1:-1]
        assert (difference[near] <= 2).mean() > 0.999


def test_size_changes_only_the_resolution() -> None:
    small, large = draw(9, 128), draw(9, 256)
    agree = small.labels == large.labels[::2, ::2]
    assert agree.mean() > 0.96 and small.garments == large.garments


def test_transparent_background() -> None:
    drawing = draw(7, 128, background=False)
    alpha = drawing.image[..., 3]
    assert (alpha[drawing.labels > 0] > 0).mean() > 0.99
    assert (alpha[drawing.labels == 0] == 0).mean() > 0.95
    assert draw(7, 128).image[..., 3].min() == 255


def test_lines_lie_on_the_character(drawings: dict[int, Drawing]) -> None:
    for drawing in drawings.values():
        lines = drawing.lineart > 128
        assert 0.005 < lines.mean() < 0.4
        assert (drawing.labels[lines] > 0).mean() > 0.6


def test_there_are_enough_hair_styles() -> None:
    assert len({row.words for row in STYLES}) >= 16
