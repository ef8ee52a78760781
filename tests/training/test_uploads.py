"""Characters as in uploads: every row can be drawn, and its labels are those of what is painted."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pipeline.request import ClothingPart
from training.characters import Drawing
from training.characters.carried import CARRIED
from training.characters.creatures import CREATURES, FEATURES
from training.characters.held import HELD, Holding
from training.characters.loose_hair import LOOSE
from training.characters.scenery import SCENERY, SUPPORTS
from training.characters.stances import STANCES
from training.characters.uploads import Upload, draw_upload, sample_upload

PLAIN = Upload("standing", "hanging", "usual", "whole", False)
SIZE = 96


def _agree(drawing: Drawing) -> None:
    """Maps that must fit each other, whatever is drawn."""
    assert (drawing.labels[drawing.face_hands] == ClothingPart.SKIN).all()
    assert (drawing.image[..., 3][drawing.labels > 0] > 0).mean() > 0.99
    assert not drawing.depth[drawing.labels == 0].any() and (drawing.depth[drawing.labels > 0] > 0).all()
    assert drawing.garment_map.max() <= len(drawing.garments)
    for number, garment in enumerate(drawing.garments, 1):
        assert set(np.unique(drawing.labels[drawing.garment_map == number])) <= {garment.slot, ClothingPart.HELD}


@cache
def _plain(seed: int) -> Drawing:
    return draw_upload(seed, SIZE, upload=PLAIN)


def _relabelled(seed: int, upload: Upload) -> set[int]:
    """The labels, where they are others than without what `upload` adds to `PLAIN`; it must be seen."""
    before, after = _plain(seed), draw_upload(seed, SIZE, upload=upload)
    _agree(after)
    assert (np.abs(before.image.astype(int) - after.image).max(-1) > 24).any()
    return {int(value) for value in after.labels[before.labels != after.labels]}


@pytest.mark.parametrize("name", STANCES)
def test_joints_lie_inside_the_figure(name: str) -> None:
    drawing = draw_upload(11, SIZE, upload=replace(PLAIN, stance=name, arms=next(iter(STANCES[name].arms))))
    _agree(drawing)
    near = np.pad(drawing.labels > 0, 3)
    for joint, (x, y) in drawing.keypoints.items():
        column, row = round(x), round(y)
        assert near[row : row + 7, column : column + 7].any(), joint


@pytest.mark.parametrize("name", HELD)
def test_a_held_thing_is_a_held_object(name: str) -> None:
    way = len(HELD[name].one) + len(HELD[name].both) - 1
    drawing = draw_upload(12, SIZE, upload=replace(PLAIN, holding=(Holding(name, "r", way, 0.5),)))
    _agree(drawing)
    mine = drawing.garment_map == len(drawing.garments)
    assert mine.any() and (drawing.labels[mine] == ClothingPart.HELD).all()


@pytest.mark.parametrize("name", CARRIED)
def test_what_is_carried_has_its_part(name: str) -> None:
    for behind in (False, True):
        drawing = draw_upload(12, SIZE, upload=replace(PLAIN, carried=(name,), behind=behind))
        _agree(drawing)
        mine = drawing.garment_map == len(drawing.garments)
        assert mine.any() and (drawing.labels[mine] == CARRIED[name].part).all()


@pytest.mark.parametrize("name", [*SCENERY, *(name for name in SUPPORTS if name not in SCENERY)])
def test_furniture_is_background(name: str) -> None:
    assert _relabelled(13, replace(PLAIN, round=name) if name in SCENERY else replace(PLAIN, on=name)) <= {0}


@pytest.mark.parametrize("name", FEATURES)
def test_features_are_hair_or_body(name: str) -> None:
    assert _relabelled(16, replace(PLAIN, features=(name,))) <= {ClothingPart.SKIN, ClothingPart.HAIR}


@pytest.mark.parametrize("name", LOOSE)
def test_loose_hair_is_hair(name: str) -> None:
    assert _relabelled(17, replace(PLAIN, loose=(name,))) <= {ClothingPart.HAIR, ClothingPart.HEADWEAR}  # its ties


def test_a_furry_head_is_of_the_body() -> None:
    row = CREATURES["furry"]
    features = tuple(group[0] for group in row.features)
    drawing = draw_upload(18, SIZE, upload=replace(PLAIN, creature="furry", features=features, skin="fox", bald=True))
    _agree(drawing)
    assert not (drawing.labels == ClothingPart.HAIR).any()


def test_from_behind_there_is_no_face() -> None:
    drawing = draw_upload(14, SIZE, upload=replace(PLAIN, behind=True))
    _agree(drawing)
    assert "nose" not in drawing.keypoints and "ear_l" in drawing.keypoints
    x, y = (int(value) for value in drawing.keypoints["head"])
    assert drawing.labels[y, x] in (ClothingPart.HAIR, ClothingPart.HEADWEAR)


def test_lying_turns_everything() -> None:
    drawing = draw_upload(15, (SIZE, 64), upload=replace(PLAIN, stance="lying"))
    assert drawing.labels.shape == (SIZE, 64) == drawing.body.occupancy.shape
    (x0, _), (x1, _) = drawing.keypoints["head"], drawing.keypoints["ankle_l"]
    assert abs(x1 - x0) > 20
    column, row = (int(value) for value in drawing.body.cones[1, :2])
    assert drawing.body.occupancy[row, column]


@pytest.mark.parametrize("seed", range(6))
def test_any_upload(seed: int) -> None:
    first, again = draw_upload(seed, (96, 64)), draw_upload(seed, (96, 64))
    _agree(first)
    assert np.array_equal(first.image, again.image) and np.array_equal(first.labels, again.labels)
    assert sample_upload(np.random.default_rng(seed)) == sample_upload(np.random.default_rng(seed))
