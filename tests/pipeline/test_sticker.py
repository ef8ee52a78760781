"""A sticker's border goes on round new clothes, and is found nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.sticker import backed, old_band, sticker_of

WIDTH = 5


def sprite(band: int = WIDTH, colour: tuple[int, int, int] = (255, 255, 255)) -> tuple[np.ndarray, np.ndarray]:
    """A round figure before a band, and its labels."""
    labels, outer = np.zeros((120, 100), np.uint8), np.zeros((120, 100), np.uint8)
    cv2.circle(labels, (50, 60), 30, 3, -1)
    cv2.circle(outer, (50, 60), 30 + band, 1, -1)
    character = np.zeros((120, 100, 4), np.uint8)
    character[outer > 0] = (*colour, 255)
    character[labels > 0] = (40, 60, 120, 255)
    return character, labels


def test_it_is_found_with_its_width() -> None:
    found = sticker_of(*sprite())
    assert found is not None and found.colour == (255, 255, 255)
    assert found.width == pytest.approx(WIDTH, abs=1)


def test_what_is_none() -> None:
    assert sticker_of(*sprite(band=0)) is None
    assert sticker_of(*sprite(colour=(20, 20, 20))) is None, "an outline"
    white, labels = sprite()
    white[labels > 0] = (255, 255, 255, 255)
    assert sticker_of(white, labels) is None, "white clothes have no border"
    opaque, labels = sprite()
    opaque[..., 3] = 255
    assert sticker_of(opaque, labels) is None
    assert sticker_of(np.zeros((20, 20, 4), np.uint8), np.zeros((20, 20), np.uint8)) is None


def test_it_goes_round_what_is_drawn() -> None:
    character, labels = sprite()
    found = sticker_of(character, labels)
    assert found is not None
    old = labels > 0
    band = old_band(found, character, labels, old)
    assert (band == ((character[..., 3] > 0) & ~old)).mean() > 0.99
    alpha = np.zeros(labels.shape, np.uint8)
    alpha[50:70, 40:60] = 255
    colours = np.full((*labels.shape, 3), 90, np.uint8)
    new, covers = backed(found, colours, alpha, np.zeros(labels.shape, np.float32), labels == 0, old)
    assert (new[alpha > 0] == 90).all() and covers[60, 37] == 255 and (new[60, 37] == 255).all()
    assert covers[60, 40 - WIDTH - 3] == 0
