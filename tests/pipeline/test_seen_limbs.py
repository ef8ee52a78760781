"""Limbs lie on the skin that is seen of them, and are as wide as it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.fit import Fit, fit
from pipeline.request import ClothingPart
from pipeline.seen_limbs import _whole, with_seen_limbs, with_seen_sides
from tests.pipeline.test_fit import truth
from wardrobe.geometry import Points

SEED, SHIFT = 11, 0.5  # of the limb's half-width


def fitted() -> Fit:
    found = fit(truth(SEED))
    assert isinstance(found, Fit)
    return found


def forearm(body: Fit, shift: float, wide: float) -> tuple[Points, np.ndarray]:
    """The lower half of a left arm moved to the right and widened, and a label map that shows it as skin and nothing else."""
    limb, frame = body.figure.arms["l"], body.frame
    labels = np.zeros((frame.height, frame.width), np.uint8)
    for t in np.linspace(0.55, 0.95, 60):
        x, y = limb.point(t)
        middle = frame.pixel(x + shift * limb.width(t), y)
        cv2.circle(labels, (round(middle[0]), round(middle[1])), round(wide * limb.width(t) * frame.scale), 1, -1)
    return limb.centre, labels


def seen(body: Fit, labels: np.ndarray) -> Fit:
    evidence = replace(truth(SEED), labels=labels, hands=np.zeros(labels.shape, bool))
    return replace(body, figure=with_seen_limbs(body.figure, body.frame, evidence))


def test_a_limb_goes_to_its_skin_and_takes_its_width() -> None:
    body = fitted()
    before, labels = forearm(body, SHIFT, 1.2)
    after = seen(body, labels).figure.arms["l"]
    half = body.figure.arms["l"].half
    moved = np.hypot(*(after.centre - before).T)
    assert abs(moved[24] / half[24] - SHIFT) < 0.25 and abs(after.half[24] / half[24] - 1.2) < 0.2
    assert moved[4] < 0.05 * half[4]  # the upper arm, of which nothing is seen


def test_skin_that_is_much_wider_or_far_off_is_of_something_else() -> None:
    body = fitted()
    for shift, wide in ((0.0, 2.3), (3.0, 1.0)):
        before, labels = forearm(body, shift, wide)
        assert np.allclose(seen(body, labels).figure.arms["l"].centre, before)


def test_where_nothing_is_seen_the_body_is_as_it_was() -> None:
    body = fitted()
    after = seen(body, np.full((body.frame.height, body.frame.width), ClothingPart.TOPWEAR, np.uint8)).figure
    for limbs, others in ((after.arms, body.figure.arms), (after.legs, body.figure.legs)):
        assert all((limbs[side].centre == others[side].centre).all() for side in limbs)


def test_a_hand_on_a_skirt_is_no_leg() -> None:
    body = fitted()
    leg = body.figure.legs["l"]
    labels = np.zeros((body.frame.height, body.frame.width), np.uint8)
    for t in np.linspace(0.2, 0.6, 40):
        x, y = leg.point(t)
        place = body.frame.pixel(x + 0.6 * leg.width(t), y)
        cv2.circle(labels, (round(place[0]), round(place[1])), round(leg.width(t) * body.frame.scale), 1, -1)
    for hands, same in ((np.zeros(labels.shape, bool), False), (labels > 0, True)):
        evidence = replace(truth(SEED), labels=labels, hands=hands)
        after = with_seen_limbs(body.figure, body.frame, evidence).legs["l"]
        assert np.allclose(after.centre, leg.centre) == same


def test_a_neck_stands_under_the_middle_of_hair_and_face() -> None:
    body = fitted()
    frame, head = body.frame, body.figure.head
    labels, hands = (np.zeros((frame.height, frame.width), np.uint8) for _ in range(2))
    (x, y0), (_, y1) = frame.pixel(*head.at(0, 0.0)), frame.pixel(*head.at(0, 0.5))
    quarter = round(0.25 * frame.scale)
    rows, x = slice(round(y0), round(y1)), round(x)
    hands[rows, x - quarter : x + quarter] = 1  # a face that is turned to the right
    labels[rows, x - 3 * quarter : x - quarter] = ClothingPart.HAIR
    evidence = replace(truth(SEED), labels=labels, hands=hands > 0)
    nape = with_seen_limbs(body.figure, frame, evidence).head.nape
    assert nape is not None and abs(frame.pixel(nape, 0)[0] - (x - quarter)) < 2


def test_a_neck_is_as_wide_as_the_turtleneck_about_it_and_no_other_collar() -> None:
    body = fitted()
    frame, head = body.frame, body.figure.head
    for half, wider in ((0.2, True), (0.4, False), (0.05, False)):
        labels = np.zeros((frame.height, frame.width), np.uint8)
        (x, y0), (_, y1) = frame.pixel(*head.at(0, 0.5)), frame.pixel(*body.figure.torso.at(0, 0.1))
        labels[round(y0) : round(y1), round(x - half * frame.scale) : round(x + half * frame.scale)] = ClothingPart.TOPWEAR
        after = seen(body, labels).figure
        assert (after.body.neck_half > body.figure.body.neck_half) == wider
        if wider:
            assert abs(after.body.neck_half / half - 0.88) < 0.06


def test_an_arm_is_as_wide_as_the_root_of_its_hand_also_where_a_sleeve_ends_aslant_and_a_thumb_parts() -> None:
    widths = np.array([0, 0, 0, 0.8, 1.7, 1.6, 1.5, 1.4, 0.8, 1.3])
    assert (np.flatnonzero(_whole(widths, 5)) == [4, 5, 6, 7]).all()
    assert _whole(np.full(10, 1.0), 5).all()


@pytest.mark.parametrize("hidden", ["", "l"])
def test_a_neck_stands_between_the_sides_that_are_seen_or_at_the_one(hidden: str) -> None:
    body = fitted()
    frame, figure = body.frame, body.figure
    x, top = (round(value) for value in frame.pixel(*figure.head.at(0, 0.4)))
    low, half = round(frame.pixel(*figure.torso.at(0, 0.0))[1]), round(1.1 * figure.body.neck_half * frame.scale)
    x += 3  # a little to one side
    neck = np.zeros((frame.height, frame.width), bool)
    neck[top:low, x - half : x + half] = True
    nobody = ~neck
    if hidden:
        nobody[:, :x] = neck[:, : x - half // 2] = False  # hair hangs over it
    after = with_seen_sides(figure, frame, neck, nobody)
    assert after.head.nape is not None
    middle, wide = after.head.nape * frame.scale + frame.dx, after.body.neck_half * frame.scale
    assert abs(middle + wide - (x + half)) < 1
    assert abs(middle - wide - (x - half)) < 1 if not hidden else after.body.neck_half == figure.body.neck_half
    assert with_seen_sides(figure, frame, neck, np.zeros_like(neck)) is figure  # nothing is known of either
