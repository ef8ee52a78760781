"""Hands that detection saw in part get the rest of their fingers, and nothing of the cloth about them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.hands import with_whole_hands
from pipeline.part_tables import FACE_HANDS
from pipeline.request import ClothingPart

Part = ClothingPart
SKIN, SHADE, INK, COAT, BACK = (240, 205, 180), (222, 180, 155), (60, 45, 40), (90, 100, 150), (200, 215, 225)
FINGER, NAIL, FREE = (slice(150, 162), slice(96, 124)), (slice(150, 162), slice(118, 120)), (slice(166, 192), slice(70, 78))


def picture(coat: tuple[int, int, int] = COAT) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A face with hair above a coat, and a hand on it: one finger reaches over the coat, with the line of a nail, and one over
    the background. H x W x 3, a part map in which neither is a hand's, and where they are."""
    rgb, labels = np.full((200, 160, 3), BACK, np.uint8), np.zeros((200, 160), np.uint8)
    for centre, radius, colour, part in (((80, 50), 48, INK, Part.HAIR), ((80, 56), 34, SKIN, FACE_HANDS)):
        cv2.circle(rgb, centre, radius, colour, -1)
        cv2.circle(labels, centre, radius, int(part), -1)
    rgb[92:166, 30:140], labels[92:166, 30:140] = coat, Part.TOPWEAR
    hand = slice(142, 170), slice(66, 98)
    rgb[hand], labels[hand] = SKIN, FACE_HANDS
    rgb[142:148, 66:98] = SHADE
    fingers = np.zeros(labels.shape, bool)
    for finger in (FINGER, FREE):
        rgb[finger], fingers[finger] = SKIN, True
    rgb[NAIL] = INK
    fingers &= labels != FACE_HANDS
    return rgb, labels, fingers


def test_fingers_that_no_label_has_are_the_hands() -> None:
    rgb, labels, fingers = picture()
    found = with_whole_hands(rgb, labels)
    assert (found[fingers] == FACE_HANDS).mean() > 0.85
    beside = ~cv2.dilate((fingers | (labels == FACE_HANDS)).astype(np.uint8), np.ones((3, 3))).astype(bool)
    assert (found[beside] == labels[beside]).all()


def test_what_a_sprite_does_not_show_is_no_finger() -> None:
    rgb, labels, fingers = picture()
    alpha = np.where(labels > 0, np.uint8(255), np.uint8(0))
    found = with_whole_hands(rgb, labels, alpha)
    assert (found[alpha == 0] == 0).all() and (found[fingers & (alpha > 0)] == FACE_HANDS).mean() > 0.85


@pytest.mark.parametrize("coat", [SKIN, SHADE, (236, 200, 172)])
def test_cloth_in_the_colour_of_skin_stays_cloth(coat: tuple[int, int, int]) -> None:
    rgb, labels, _ = picture(coat)
    found = with_whole_hands(rgb, labels)
    assert (found[labels == Part.TOPWEAR] == Part.TOPWEAR).all()


def test_a_face_alone_has_no_hands() -> None:
    rgb, labels, _ = picture()
    labels[100:] = Part.TOPWEAR
    assert (with_whole_hands(rgb, labels) == labels).all()
