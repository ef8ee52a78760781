"""The body under the clothes as the drawer knows it: segments round their joints, in order, with a place on each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.hint_reader import SEGMENTS
from training.characters import Drawing, draw, draw_outfit, outfit_body
from training.characters.body_map import front, places, split
from training.part_drawings import read_sheets, write
from wardrobe.canvas import Z

SIZE = 320, 224
AXES = {
    "upper_arm": ("shoulder", "elbow"),
    "lower_arm": ("elbow", "wrist"),
    "thigh": ("thigh", "knee"),
    "shin": ("knee", "ankle"),
}


@pytest.fixture(scope="module", params=(3, 11))
def drawing(request: pytest.FixtureRequest) -> Drawing:
    return draw(request.param, SIZE, background=False)


def _inside(x: float, y: float) -> bool:
    return bool(0 <= x < SIZE[1] and 0 <= y < SIZE[0])


def test_limbs_lie_between_their_joints_also_under_clothes(drawing: Drawing) -> None:
    where, seen = split(drawing.body.occupancy), 0
    for name, (first, last) in AXES.items():
        for side in "lr":
            x, y = np.mean([drawing.keypoints[f"{joint}_{side}"] for joint in (first, last)], axis=0)
            if _inside(x, y):
                seen += 1
                assert where[SEGMENTS.index(f"{name}_{side}"), int(y), int(x)]
    x, y = drawing.keypoints["nose"]
    assert seen > 2 and where[SEGMENTS.index("head"), int(y), int(x)]


def test_the_body_fills_what_is_bare_and_more(drawing: Drawing) -> None:
    bare = (drawing.labels == 1) | drawing.face_hands
    assert (drawing.body.occupancy[bare] > 0).mean() > 0.93  # ears stick out
    assert (drawing.body.occupancy > 0).sum() > 1.2 * bare.sum()


def test_the_nearest_segment_is_in_front(drawing: Drawing) -> None:
    body = drawing.body
    seen = front(body.occupancy, body.cones)
    where = split(body.occupancy)
    assert ((seen > 0) == (body.occupancy > 0)).all()
    for index, z in enumerate(body.cones[:, 6]):
        nearer = [other for other, level in enumerate(body.cones[:, 6]) if level > z]
        assert not (where[nearer] & (seen == index + 1)).any()
    assert body.cones[SEGMENTS.index("head"), 6] == Z.HEAD


def test_places_run_from_the_trunk_outwards_and_from_side_to_side(drawing: Drawing) -> None:
    body = drawing.body
    cone = body.cones[SEGMENTS.index("shin_l")]
    name = np.full((1, 3), SEGMENTS.index("shin_l") + 1, np.uint8)
    x, y = (np.array([[a, (a + b) / 2, b]]) for a, b in (cone[[0, 2]], cone[[1, 3]]))
    along, across = places(name, x, y, body.cones)
    assert np.allclose(along, [[0, 0.5, 1]], atol=1e-5) and np.allclose(across, 0, atol=1e-5)
    _, beside = places(name, x + 2, y, body.cones)
    assert (beside > 0).all()
    along, across = places(np.zeros((1, 3), np.uint8), x, y, body.cones)
    assert not along.any() and not across.any()


def test_a_garment_drawn_alone_has_the_body_of_its_dummy() -> None:
    picture, body = draw_outfit(5, 128, figure_seed=9), outfit_body(9, 128)
    assert body.occupancy.shape == (128, 128) and (body.occupancy[picture[..., 3] > 0] > 0).mean() > 0.5


def test_sheets_keep_it(tmp_path: Path) -> None:
    write(tmp_path, [3])
    (sheet,) = read_sheets(tmp_path)
    drawn = draw(3, sheet.parts.shape[1:], background=False)
    assert (sheet.body[0] == drawn.body.occupancy).all() and np.array_equal(sheet.cones[0], drawn.body.cones)
