"""Answers that are remembered: so many, and no more of them than fit into so many bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import bytes_in
from models.lru_cache import LRUCache


@dataclass(frozen=True)
class Answer:
    plane: NDArray[np.uint8]
    more: tuple[dict[str, NDArray[np.uint8]], ...] = ()


def answer(size: int) -> Answer:
    return Answer(np.zeros(size, np.uint8))


def test_the_least_recently_used_goes_first() -> None:
    cache, asked = LRUCache(2), list[str]()
    for key in "abacab":
        cache.get_or_compute(key, lambda key=key: asked.append(key))  # type: ignore[misc]
    assert asked == ["a", "b", "c", "b"] and list(cache.known) == ["a", "b"]


def test_arrays_are_counted_at_any_depth_and_once() -> None:
    shared = np.zeros((10, 10), np.uint8)
    assert bytes_in([Answer(shared, ({"a": shared, "b": shared.copy()},)), [shared], None, 3, "text", Answer]) == 200


def test_what_is_heavy_drives_out_the_others_but_not_itself() -> None:
    cache = LRUCache(4, most=1000)
    for key, size in (("a", 300), ("b", 300), ("c", 300)):
        cache.get_or_compute(key, lambda size=size: answer(size))  # type: ignore[misc]
    assert list(cache.known) == ["a", "b", "c"]
    cache.get_or_compute("d", lambda: answer(500))
    assert list(cache.known) == ["c", "d"]
    cache.get_or_compute("e", lambda: answer(5000))
    assert list(cache.known) == ["e"], "the last answer is there when the same question comes again"
    cache.get_or_compute("f", lambda: answer(100))
    assert list(cache.known) == ["f"]
