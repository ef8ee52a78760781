"""Regions: what is near, what hangs together."""

from __future__ import annotations

import numpy as np

from pipeline.regions import box_of, crumbs, grown, near, nearer, spurs, touching


def plane(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """20 x 30 with these rectangles: top, bottom, left, right."""
    region = np.zeros((20, 30), bool)
    for top, bottom, left, right in boxes:
        region[top:bottom, left:right] = True
    return region


def test_near_reaches_a_square_and_grown_a_disc() -> None:
    dot = plane((10, 11, 15, 16))
    assert near(dot, 2).sum() == 25 and grown(dot, 2).sum() == 13
    assert near(dot, 0).sum() == 9, "at least one pixel"


def test_only_pieces_that_touch_stay() -> None:
    one, other, small = (2, 6, 2, 6), (12, 16, 20, 26), (8, 9, 6, 7)
    region = plane(one, other, small)
    assert np.array_equal(touching(region, near(plane((5, 8, 6, 8)), 1)), plane(one, small))
    assert np.array_equal(touching(region, near(plane((5, 8, 6, 8)), 1), least=2), plane(one))
    assert not touching(region, plane()).any() and not touching(plane(), region).any()


def test_crumbs_are_the_small_pieces() -> None:
    large, small = (2, 6, 2, 6), (12, 13, 20, 22)
    assert np.array_equal(crumbs(plane(large, small), 3), plane(small))


def test_spurs_are_what_stands_out_thinly() -> None:
    body, hair, far = (5, 15, 5, 15), (9, 10, 15, 22), (2, 3, 25, 27)
    assert np.array_equal(spurs(plane(body, hair, far)), plane((9, 10, 17, 22), far)), "but for its root"
    assert not spurs(plane(body)).any()


def test_nearer_to_one_than_to_another() -> None:
    found = nearer(plane((0, 20, 0, 1)), plane((0, 20, 29, 30)))
    assert found[:, :14].all() and not found[:, 16:].any()


def test_a_box_keeps_within_the_picture() -> None:
    region = plane((2, 6, 3, 9))
    assert box_of(region, 0) == (slice(2, 6), slice(3, 9))
    assert region[box_of(region, 5)].shape == (11, 14)
