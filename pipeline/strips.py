"""Pictures some rows at a time: what is computed pixel by pixel needs no more memory than these take."""

from __future__ import annotations

from collections.abc import Iterator

STRIP_PIXELS = 1 << 20


def strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """The rows of H x W (x C), from top to bottom."""
    rows = max(1, STRIP_PIXELS // max(1, shape[1]))
    for top in range(0, shape[0], rows):
        yield slice(top, min(top + rows, shape[0]))
