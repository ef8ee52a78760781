"""Things prepared in a thread while others are used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TypeVar

T = TypeVar("T")


def ahead(make: Callable[[int], T], first: int = 0, depth: int = 4) -> Iterator[T]:
    """`make(first)`, `make(first + 1)` ... without end, up to `depth` of them before they are asked for."""
    pool = ThreadPoolExecutor(1)
    try:
        waiting = deque(pool.submit(make, number) for number in range(first, first + depth))
        for number in count(first + depth):
            ready = waiting.popleft().result()
            waiting.append(pool.submit(make, number))
            yield ready
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
