"""Borders of hair, clothes and background, settled by colour."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.borders import with_borders
from pipeline.part_tables import FACE_HANDS
from pipeline.request import ClothingPart

Part = ClothingPart
PAPER, BROWN, BLUE, PEACH, INK = (230, 230, 230), (150, 80, 40), (60, 80, 170), (250, 215, 190), (40, 20, 30)
SIDE = 200


def scene(hair=BROWN, cloth=BLUE, behind=PAPER):
    """A head with a lock of hair before a top: the picture, and what is there in truth."""
    rgb, truth = np.full((SIDE, SIDE, 3), behind, np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    for colour, part, draw in (
        (cloth, Part.TOPWEAR, lambda plane, value: cv2.rectangle(plane, (40, 110), (160, 199), value, -1)),
        (hair, Part.HAIR, lambda plane, value: cv2.circle(plane, (100, 60), 45, value, -1)),
        (PEACH, FACE_HANDS, lambda plane, value: cv2.circle(plane, (100, 70), 28, value, -1)),
        (hair, Part.HAIR, lambda plane, value: cv2.fillPoly(plane, [np.array([(60, 80), (80, 90), (72, 150)])], value)),
    ):
        draw(rgb, colour)
        draw(truth, int(part))
    return rgb, truth


def odds(labels):
    """Of a parser that is sure of these labels, softly."""
    planes = np.stack([(labels == part).astype(np.float32) for part in range(FACE_HANDS + 1)])
    soft = np.stack([cv2.GaussianBlur(plane, (0, 0), 6) for plane in planes])
    return soft / soft.sum(0)


def cut_short(truth):
    """The tip of the lock, taken for the top."""
    labels = truth.copy()
    labels[126:][labels[126:] == Part.HAIR] = Part.TOPWEAR
    return labels


def test_lock_is_found_to_its_tip():
    rgb, truth = scene()
    labels = cut_short(truth)
    found = with_borders(rgb, labels, odds(labels))
    assert (labels != truth).sum() > 100
    assert (found != truth).sum() < 20


def test_cloth_beside_hair_is_cloth():
    rgb, truth = scene()
    labels = truth.copy()
    labels[105:118, 90:110] = Part.HAIR  # what of the top lies below the chin
    found = with_borders(rgb, labels, odds(labels))
    assert (found[112:118, 90:110] == Part.TOPWEAR).all()


def test_cloth_in_the_colour_of_hair_stays():
    rgb, truth = scene(cloth=BROWN)
    labels = cut_short(truth)
    found = with_borders(rgb, labels, odds(labels))
    assert ((found == Part.HAIR) & (labels == Part.TOPWEAR)).sum() < 60


def test_skin_and_what_has_other_names_stay():
    rgb, truth = scene()
    labels = cut_short(truth)
    labels[150:170, 120:150] = Part.HELD
    found = with_borders(rgb, labels, odds(labels))
    for part in (FACE_HANDS, Part.HELD):
        assert np.array_equal(found == part, labels == part)


def test_sprite_has_no_background_inside():
    rgb, truth = scene(behind=BLUE)
    alpha = (truth > 0).astype(np.uint8)
    found = with_borders(rgb, truth, odds(truth), alpha)
    assert (found[alpha > 0] > 0).all()
    assert (found[alpha == 0] == 0).all()


def test_line_of_a_lock_outside_the_body_is_its_own():
    rgb, labels = scene()
    for x in (20, 21, 22):  # a strand that hangs free: hair between lines, and the last of it a line alone
        labels[60:140, x] = Part.HAIR
        rgb[60:140, x] = BROWN
    labels[60:100, 22:60] = Part.HAIR
    rgb[60:100, 22:60] = BROWN
    labels[140:165, 21], rgb[140:165, 21] = Part.TOPWEAR, INK
    alpha = (labels > 0).astype(np.uint8)
    found = with_borders(rgb, labels, odds(labels), alpha)
    assert (found[142:165, 21] == Part.HAIR).all()


@pytest.mark.parametrize("missing", [Part.HAIR, Part.TOPWEAR])
def test_without_hair_or_clothes_nothing_changes(missing):
    rgb, truth = scene()
    truth[truth == missing] = 0
    assert np.array_equal(with_borders(rgb, truth, odds(truth)), truth)
