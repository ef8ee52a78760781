"""Large pictures: what is computed in strips is the same as at once, and takes no more memory than a few copies of them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from pipeline import strips as module
from pipeline.composite import key_colour, outfit_layer, paste
from pipeline.grain import Grain, grained
from pipeline.hints import read_lineart
from pipeline.images import Crop, flatten
from pipeline.mask import as_mask
from pipeline.strips import strips
from pipeline.surroundings import carried_on, push_pull

SIDE = 640
RANDOM = np.random.default_rng(3)
PICTURE = RANDOM.integers(0, 256, (SIDE, SIDE, 4), np.uint8)
DRAWN = RANDOM.integers(0, 256, (SIDE - 40, SIDE - 20, 4), np.uint8)
MASK, LIMIT = (RANDOM.integers(0, 256, (SIDE, SIDE), np.uint8) for _ in range(2))
CROP = Crop(12, 30, SIDE - 8, SIDE - 10, SIDE - 20, SIDE - 40)
HOLE = np.zeros((SIDE, SIDE), bool)
HOLE[200:420, 180:330] = True
GRAIN = Grain(RANDOM.normal(0, 1, (3, 3, 3)).astype(np.float32), 120.0)

WORK: dict[str, tuple[Callable[[], object], int]] = {  # and how many bytes for each pixel it may take
    "flatten": (lambda: flatten(PICTURE, (10, 200, 30)), 5),
    "key_colour": (lambda: key_colour(PICTURE), 6),
    "as_mask": (lambda: as_mask(PICTURE, (SIDE, SIDE)), 6),
    "paste": (lambda: paste(PICTURE, DRAWN, CROP, MASK), 8),
    "paste within a limit": (lambda: paste(PICTURE, DRAWN, CROP, MASK, LIMIT), 8),
    "outfit_layer": (lambda: outfit_layer(PICTURE, DRAWN, CROP, MASK, LIMIT), 18),
    "carried_on": (lambda: carried_on(PICTURE[..., :3].copy(), HOLE, HOLE), 32),
    "read_lineart": (lambda: read_lineart(PICTURE[..., :3], 1.0, 3.0), 12),
    "grained": (lambda: grained(PICTURE[..., :3], GRAIN, HOLE | True), 30),
}


@pytest.mark.parametrize("name", WORK)
def test_it_is_the_same_and_takes_little(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    work, most = WORK[name]
    monkeypatch.setattr(module, "STRIP_PIXELS", SIDE**2)
    at_once = work()
    monkeypatch.setattr(module, "STRIP_PIXELS", 7 * SIDE)
    tracemalloc.start()
    try:
        found = work()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert np.array_equal(np.asarray(found), np.asarray(at_once))
    assert peak < most * SIDE**2, f"{peak / SIDE**2:.1f} bytes a pixel"


def test_channels_one_by_one_are_those_of_all() -> None:
    weight = (RANDOM.random((301, 207, 1)) > 0.5).astype(np.float32)
    values = RANDOM.random((301, 207, 3)).astype(np.float32) * weight
    alone = [push_pull(values[..., channel, None], weight)[..., 0] for channel in range(3)]
    assert np.array_equal(push_pull(values, weight), np.dstack(alone))


def test_strips_hold_every_row_once() -> None:
    for shape in ((0, 5), (1, 3_000_000), (2500, 1000, 3)):
        rows = [row for strip in strips(shape) for row in range(*strip.indices(shape[0]))]
        assert rows == list(range(shape[0]))
