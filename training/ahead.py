"""Things prepared in a thread, or in processes, while others are used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import count
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")


def ahead(make: Callable[[int], T], first: int = 0, depth: int = 4, processes: int = 0) -> Iterator[T]:
    """`make(first)`, `make(first + 1)` ... without end, up to `depth` of them before they are asked for.

    processes: how many prepare them, none for a thread of this one; then `make` and what it makes go through pickle.
    """
    pool: Executor = ThreadPoolExecutor(1)
    if processes:
        pool, depth = ProcessPoolExecutor(processes, get_context("spawn")), max(depth, 2 * processes)
    try:
        waiting = deque(pool.submit(make, number) for number in range(first, first + depth))
        for number in count(first + depth):
            ready = waiting.popleft().result()
            waiting.append(pool.submit(make, number))
            yield ready
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
