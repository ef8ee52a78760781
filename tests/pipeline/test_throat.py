"""Collars lie over the neck and not over the chin, wherever that is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.fit import Fit
from pipeline.request import ClothingPart
from pipeline.throat import CHIN, beard_of, fringe_of, throat_of, under_narrowest
from tests.pipeline.test_seen_limbs import fitted

SKIN = 236, 190, 160


def portrait(lined: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, Fit]:
    """A face whose chin hangs below the usual place, before a neck in the same tone: picture, face, neck and the body."""
    body = fitted()
    frame, unit = body.frame, body.frame.scale
    rgb = np.full((frame.height, frame.width, 3), 255, np.uint8)
    x, y = (round(value) for value in frame.pixel(*body.figure.head.at(0, 0.1)))
    face, neck = np.zeros(rgb.shape[:2], np.uint8), np.zeros(rgb.shape[:2], np.uint8)
    cv2.ellipse(face, (x, y), (round(0.4 * unit), round((CHIN - 0.02) * unit)), 0, 0, 360, 1, -1)
    low = round(frame.pixel(*body.figure.torso.at(0, 0.3))[1])
    neck[y:low, x - round(0.15 * unit) : x + round(0.15 * unit)] = 1
    neck &= 1 - face
    rgb[(face | neck) > 0] = SKIN
    if lined:
        cv2.ellipse(rgb, (x, y), (round(0.4 * unit), round((CHIN - 0.02) * unit)), 0, 0, 360, (60, 30, 20), 2)
    return rgb, face > 0, neck > 0, body


def test_a_jaw_that_is_seen_stays_before_a_collar() -> None:
    rgb, face, neck, body = portrait(lined=True)
    found = throat_of(rgb, face | neck, np.ones_like(face), body)
    assert not (found.covered & face).sum() > 0.02 * face.sum()
    x, y = body.frame.pixel(*body.figure.torso.at(0, 0.05))
    assert found.covered[round(y), round(x)] and neck[round(y), round(x)]


def test_a_hand_before_the_collar_is_no_neck() -> None:
    rgb, face, neck, body = portrait(lined=True)
    x, y = (round(value) for value in body.frame.pixel(*body.figure.torso.at(0.5, 0.08)))
    hand = np.zeros_like(face)
    hand[y - 6 : y + 6, x - 6 : x + 6] = True
    hand &= ~(face | neck)
    rgb[hand] = SKIN
    found = throat_of(rgb, face | neck | hand, np.ones_like(face), body)
    assert hand.any() and not found.covered[hand].any() and found.covered[neck].any()


def test_a_mouth_is_of_the_face() -> None:
    rgb, face, neck, body = portrait(lined=True)
    x, y = (round(value) for value in body.frame.pixel(*body.figure.head.at(0, 0.42)))
    mouth = np.zeros_like(face)
    mouth[y - 2 : y + 3, x - 8 : x + 8] = True
    rgb[mouth] = 90, 20, 30
    found = throat_of(rgb, face | neck, np.ones_like(face), body)
    assert found.jaw[mouth].all() and not found.covered[mouth].any()


def test_shoulders_that_a_neck_runs_out_into_begin_where_it_is_narrowest() -> None:
    _, face, neck, body = portrait(lined=True)
    low = round(body.frame.pixel(*body.figure.torso.at(0, 0.0))[1]) - 1
    neck[low + 1 :] = False
    flare = np.zeros_like(neck)
    flare[low - 3 : low + 1] = np.convolve(neck[low], np.ones(17), "same") > 0
    seen = face | neck | flare
    found = under_narrowest(seen, ~seen, body)
    assert found[flare & ~neck].all() and not found[: low - 5].any()
    assert not under_narrowest(seen, np.zeros_like(seen), body).any(), "hair or a collar is beside it everywhere"


@pytest.mark.parametrize("seen", [True, False])
def test_without_a_jaw_the_usual_chin_counts(seen: bool) -> None:
    rgb, face, neck, body = portrait(lined=False)
    kept = (face | neck) & seen
    found = throat_of(rgb, kept, np.ones_like(face), body)
    rows = np.flatnonzero(found.covered.any(1))
    assert abs(rows[0] - body.frame.pixel(*body.figure.head.at(0, CHIN))[1]) < 2


def test_a_beard_that_was_taken_for_a_scarf_is_told_by_the_hair_and_a_scarf_is_none() -> None:
    rgb, face, neck, body = portrait(lined=True)
    unit, labels = body.frame.scale, np.where(neck, ClothingPart.TOPWEAR, 0).astype(np.uint8)
    rgb[neck] = 30, 40, 90
    x, y = (round(value) for value in body.frame.pixel(*body.figure.head.at(0, -0.4)))
    hair, beard = np.zeros_like(face), np.zeros_like(face)
    hair[y - 8 : y + 8, x - 20 : x + 20] = True
    y = round(body.frame.pixel(*body.figure.head.at(0, 0.35))[1])
    beard[y : y + round(0.25 * unit), x - round(0.2 * unit) : x + round(0.2 * unit)] = True
    labels[hair], labels[beard] = ClothingPart.HAIR, ClothingPart.NECKWEAR
    rgb[hair | beard] = 90, 60, 30
    old = np.isin(labels, (ClothingPart.TOPWEAR, ClothingPart.NECKWEAR))
    found = beard_of(rgb, labels, old, np.zeros_like(old), body)
    assert found[beard].mean() > 0.8 and not found[old & ~beard].mean() > 0.02
    sides = np.roll(beard, round(0.4 * unit), 1) | np.roll(beard, -round(0.4 * unit), 1)
    scarf = np.where(sides, np.uint8(ClothingPart.HAIR), labels)
    assert not beard_of(np.where(sides[..., None], rgb[y, x], rgb), scarf, old & ~sides, np.zeros_like(old), body).any()
    rgb[beard] = 30, 40, 90
    assert not beard_of(rgb, labels, old, np.zeros_like(old), body).any()


def test_a_beard_that_was_taken_for_the_face_stays_down_to_its_end() -> None:
    rgb, face, neck, body = portrait(lined=True)
    unit, labels = body.frame.scale, np.where(neck, ClothingPart.TOPWEAR, 0).astype(np.uint8)
    rgb[neck] = 40, 40, 45  # a dark coat, as dark as a shadow of the beard
    x, y = (round(value) for value in body.frame.pixel(*body.figure.head.at(0, -0.4)))
    hair, beard = np.zeros_like(face), np.zeros_like(face)
    hair[y - 8 : y + 8, x - 20 : x + 20] = True
    top, low = (round(body.frame.pixel(*body.figure.head.at(0, level))[1]) for level in (0.35, 0.85))
    beard[top:low, x - round(0.2 * unit) : x + round(0.2 * unit)] = True
    labels[hair], labels[beard] = ClothingPart.HAIR, ClothingPart.SKIN
    rgb[hair | beard] = 90, 60, 30
    found = beard_of(rgb, labels, labels == ClothingPart.TOPWEAR, beard, body)
    assert found[beard].mean() > 0.8 and not found[~beard].any()


def test_a_white_collar_that_was_taken_for_a_pale_neck_goes() -> None:
    rgb, face, neck, body = portrait(lined=True)
    pale = (rgb == SKIN).all(2)
    rgb[pale] = 255, 238, 222
    like, row = np.ones_like(face), np.arange(len(rgb))[:, None]
    rows = np.flatnonzero((throat_of(rgb, face | neck, like, body).lines & neck).any(1))
    collar, shirt = neck & (row > (rows[0] + rows[-1]) // 2), neck & (row > rows[-1] - 3)
    rgb[collar] = 244, 245, 248
    kept = face | (neck & ~shirt)
    throat = throat_of(rgb, kept, like, body)
    found = fringe_of(rgb, kept, like, shirt, throat, body)
    inner = cv2.erode(collar.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    inner &= throat.lines & ~shirt
    assert inner.any() and found[inner].all() and not found[face].any()
    rgb[collar & ~shirt] = 255, 238, 222
    assert not fringe_of(rgb, kept, like, shirt, throat, body).any()
