"""Old clothes that were taken for something else."""

import numpy as np

from pipeline.overlooked import in_hands
from pipeline.regions import near


def test_cloth_under_fingers_that_was_taken_for_the_hand_goes_and_a_shaded_palm_stays() -> None:
    rgb = np.full((80, 80, 3), (30, 32, 40), np.uint8)  # a skirt
    hand = np.zeros((80, 80), bool)
    hand[20:50, 20:60] = True
    rgb[hand] = 250, 220, 200
    taken, palm = np.zeros_like(hand), np.zeros_like(hand)
    taken[50:58, 30:50] = True
    palm[30:40, 35:45] = True
    rgb[palm] = 150, 110, 90
    like = hand & ~palm
    found = in_hands(rgb, hand | taken, like, ~(hand | taken), 60.0)
    assert found[taken].mean() > 0.9 and not found[hand & ~near(taken, 3)].any()
    assert not in_hands(rgb, hand, like, np.zeros_like(hand), 60.0).any()
