"""What would be left of old clothes before a background."""

import numpy as np

from pipeline.leftovers import scraps
from pipeline.request import ClothingPart


def test_a_streak_beside_old_clothes_goes_with_them_and_soft_hair_stays() -> None:
    character = np.full((200, 200, 4), (180, 200, 220, 255), np.uint8)
    labels = np.zeros((200, 200), np.uint8)
    labels[90:150, 60:120] = ClothingPart.TOPWEAR
    labels[40:84, 60:120] = ClothingPart.HAIR
    character[labels == ClothingPart.TOPWEAR, :3] = (200, 90, 60)
    character[labels == ClothingPart.HAIR, :3] = (90, 70, 60)
    character[100:130, 120:122, :3] = 250  # a stroke of light along the sleeve
    character[84:86, 70:90, :3] = (130, 130, 130)  # the lower edge of the hair
    character[160:190, 150:190, :3] = (60, 120, 60)  # a bush far off
    old, front = labels == ClothingPart.TOPWEAR, labels == ClothingPart.HAIR
    found = scraps(character, labels, old, front)
    assert found[100:130, 120:122].all(), "the stroke is of the old clothes"
    assert not found[84:86].any() and not found[160:].any()
    assert not found[old | front].any()


def test_a_lock_that_is_lit_otherwise_than_the_rest_of_the_hair_stays() -> None:
    character, labels = np.zeros((200, 200, 4), np.uint8), np.zeros((200, 200), np.uint8)
    labels[90:150, 60:120], labels[20:70, 60:120] = ClothingPart.TOPWEAR, ClothingPart.HAIR
    character[labels == ClothingPart.TOPWEAR] = (30, 32, 36, 255)
    character[labels == ClothingPart.HAIR] = (205, 195, 190, 255)
    character[70:90, 70:73], character[70:90, 100:103] = (224, 216, 211, 255), (60, 60, 62, 255)  # the lock, and a collar's tip
    old, front = labels == ClothingPart.TOPWEAR, labels == ClothingPart.HAIR
    found = scraps(character, labels, old, front)
    assert not found[70:90, 70:73].any() and found[72:90, 100:103].all()
