"""The body under the clothes: limbs where the joints are, nothing where none is known."""

from __future__ import annotations

import numpy as np

from pipeline.body import body, body_under
from pipeline.request import CLOTHING
from training.characters import draw

STANDING = {
    "neck": (100, 60), "shoulder_l": (70, 65), "elbow_l": (60, 110), "wrist_l": (55, 150),
    "shoulder_r": (130, 65), "elbow_r": (140, 110), "wrist_r": (145, 150),
    "thigh_l": (85, 160), "knee_l": (82, 220), "ankle_l": (80, 280), "thigh_r": (115, 160), "knee_r": (118, 220),
}  # fmt: skip


def test_limbs_are_where_the_joints_are_and_round() -> None:
    joints = {name: np.array(place, float) for name, place in STANDING.items()}
    found = body(joints, (300, 200))
    assert found.shape == (300, 200) and found.dtype == np.float32 and 0 < found.max() <= 1
    for x, y in ((60, 110), (82, 220), (100, 110)):
        assert found[y, x] > 0.5
    assert found[110, 100] > found[110, 74] > 0, "the trunk's middle is nearest"
    assert found[280, 118] == 0, "an ankle that is not seen has no shin"
    assert found[20, 20] == 0 and found[40, 100] == 0


def test_nothing_is_known_of_nobody() -> None:
    assert body({}, (40, 30)).max() == 0
    assert body({"elbow_l": np.array([5.0, 5.0])}, (40, 30)).max() == 0


def test_a_drawn_body_lies_inside_the_character() -> None:
    drawing = draw(960_000_001, (480, 320))
    found = body_under(np.ascontiguousarray(drawing.image[..., :3])) > 0
    assert found.mean() > 0.03 and (drawing.labels > 0)[found].mean() > 0.8
    assert found[np.isin(drawing.labels, CLOTHING)].mean() > 0.3
