"""Hair over clothes is told by its colour where the parser has seen cloth, and the other way round."""

from __future__ import annotations

import numpy as np

from pipeline.request import ClothingPart
from pipeline.strands import with_strands

HAIR, DRESS = (150, 120, 80), (190, 40, 50)


def picture() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A head with hair, a dress below it, and a strand across the dress; with labels that know nothing of the strand."""
    rgb, labels = np.full((320, 200, 3), 230, np.uint8), np.zeros((320, 200), np.uint8)
    rgb[20:90, 60:140], labels[20:90, 60:140] = HAIR, ClothingPart.HAIR
    rgb[90:300, 50:150], labels[90:300, 50:150] = DRESS, ClothingPart.ONEPIECE
    strand = np.zeros(labels.shape, bool)
    strand[88:250, 96:104] = True
    rgb[strand] = HAIR
    return rgb, labels, strand


def test_a_strand_over_a_dress_is_hair() -> None:
    rgb, labels, strand = picture()
    found = with_strands(rgb, labels)
    assert (found[strand] == ClothingPart.HAIR).all()
    assert (found != labels)[~strand].mean() < 0.002


def test_a_dark_tail_of_hair_with_thin_spurs_is_hair() -> None:
    rgb, labels, strand = picture()
    rgb[rgb == HAIR], rgb[strand] = 40, DRESS  # as dark as lines
    tail = np.zeros(labels.shape, bool)
    tail[88:120, 70:82] = True
    for y in range(92, 118, 4):
        tail[y, 82:87] = True
    rgb[20:90, 60:140] = rgb[tail] = 40
    found = with_strands(rgb, labels)
    assert (found[90:120, 71:81] == ClothingPart.HAIR).mean() > 0.9


def test_thin_ends_of_hair_that_is_no_line_are_hair_and_a_scarf_between_is_none() -> None:
    rgb, labels, _ = picture()
    rgb[88:250, 96:104] = DRESS
    rgb[90:110, 75:85] = rgb[90:110, 115:125] = HAIR  # locks on both sides of a neck
    labels[90:110, 75:85] = labels[90:110, 115:125] = ClothingPart.HAIR
    scarf = np.zeros(labels.shape, bool)
    scarf[92:100, 85:115] = True
    ends = np.zeros(labels.shape, bool)
    for x in (77, 81, 117, 121):
        ends[108:200, x : x + 3] = True
    rgb[scarf | ends] = HAIR
    rgb[10:20, 60:140], labels[10:20, 60:140] = 20, ClothingPart.HAIR  # lines are darker
    found = with_strands(rgb, labels)
    assert (found[ends] == ClothingPart.HAIR).mean() > 0.9
    assert (found[scarf] == ClothingPart.ONEPIECE).mean() > 0.8


def test_a_print_in_the_colour_of_the_hair_stays_cloth() -> None:
    rgb, labels, strand = picture()
    rgb[strand] = DRESS
    rgb[150:230, 60:140] = HAIR  # neither thin nor beside the hair
    assert (with_strands(rgb, labels) == labels).all()


def test_cloth_of_the_colour_of_the_hair_stays_cloth() -> None:
    rgb, labels, _ = picture()
    rgb[labels > 0] = HAIR
    assert (with_strands(rgb, labels) == labels).all()


def test_cloth_that_was_taken_for_hair_is_cloth() -> None:
    rgb, labels, strand = picture()
    labels[90:250, 104:112] = ClothingPart.HAIR
    labels[strand] = ClothingPart.HAIR
    found = with_strands(rgb, labels)
    assert (found[100:245, 105:111] == ClothingPart.ONEPIECE).mean() > 0.95
    assert (found[strand] == ClothingPart.HAIR).all()


def test_nobody_and_nothing_are_left_as_they_are() -> None:
    rgb, labels, _ = picture()
    for part in (0, ClothingPart.HAIR, ClothingPart.ONEPIECE):
        assert (with_strands(rgb, np.full_like(labels, part)) == part).all()


def test_background_between_hair_and_a_shoulder_is_background() -> None:
    rgb, labels, _ = picture()
    pocket = np.zeros(labels.shape, bool)
    pocket[70:90, 60:75] = True
    rgb[pocket] = 230
    found = with_strands(rgb, labels)
    assert (found[pocket] == ClothingPart.BACKGROUND).mean() > 0.6
    assert (found[30:65, 65:135] == ClothingPart.HAIR).all()
