"""Whoever cancels while clothing is found and drawn does not wait for all of it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from models.prompts import Embedding, Prompt
from models.segmenter import Segmenter
from pipeline.cancelling import cancellable, raise_if_cancelled
from pipeline.detect import detect
from pipeline.plan import make_draft
from pipeline.request import Cancelled, DetectRequest, SwapRequest
from tests.pipeline.test_detect import ColourParser, ColourSam, person
from tests.pipeline.test_draft import SEED, SIZE, known
from training.characters import Drawing, draw

SECONDS = 0.2


class SlowSegmenter(ColourParser, ColourSam):
    """Every look through it takes `SECONDS`."""

    def parse(self, rgb: np.ndarray) -> np.ndarray:
        time.sleep(SECONDS)
        return super().parse(rgb)

    def encode(self, rgb: np.ndarray) -> Embedding:
        time.sleep(SECONDS)
        return super().encode(rgb)

    def predict(self, embedding: Embedding, prompt: Prompt) -> tuple[np.ndarray, float]:
        time.sleep(SECONDS)
        return super().predict(embedding, prompt)


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    return draw(SEED, SIZE)


@pytest.fixture
def slow() -> Segmenter:
    looks = SlowSegmenter()
    return Segmenter(looks, "bundled", looks)


def ends_after(seconds: float) -> Callable[[], None]:
    """A check that cancels from then on."""
    moment = time.monotonic() + seconds

    def check() -> None:
        if time.monotonic() > moment:
            raise Cancelled

    return check


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.7])
def test_finding_clothes_ends_soon_after_it_is_cancelled(slow: Segmenter, seconds: float) -> None:
    begun = time.monotonic()
    with pytest.raises(Cancelled), cancellable(ends_after(seconds)):
        detect(slow, DetectRequest(person()))
    assert time.monotonic() - begun < seconds + SECONDS + 0.4


def test_drafting_looks_too(drawing: Drawing) -> None:
    looks = 0

    def count() -> None:
        nonlocal looks
        looks += 1

    request = SwapRequest(drawing.image, 3, prompt="red hoodie, blue jeans")
    with cancellable(count):
        whole = make_draft(request, lambda _: known(drawing)).image
    assert whole is not None and looks > 8

    def late() -> None:  # some of it is remembered by now
        nonlocal looks
        looks += 1
        if looks == 5:
            raise Cancelled

    looks = 0

    with pytest.raises(Cancelled), cancellable(late):
        make_draft(request, lambda _: known(drawing))


def test_nobody_is_asked_beyond_it() -> None:
    def check() -> None:
        raise Cancelled

    raise_if_cancelled()
    with pytest.raises(Cancelled), cancellable(check):
        raise_if_cancelled()
    raise_if_cancelled()
    with cancellable(check), cancellable(lambda: None):
        raise_if_cancelled()
