"""Answers that were given lately, so that the same question costs nothing."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Kept:
    """The last few answers by their question."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.known: OrderedDict[Hashable, Any] = OrderedDict()

    def of(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The answer; made now if it is not known. It is shared: not to be written into."""
        if key not in self.known:
            self.known[key] = make()
            if len(self.known) > self.size:
                self.known.popitem(last=False)
        self.known.move_to_end(key)
        return self.known[key]


def digest(picture: NDArray[Any]) -> bytes:
    """A short name for an array's values and shape."""
    return hashlib.blake2b(np.ascontiguousarray(picture).data, digest_size=16, key=str(picture.shape).encode()).digest()
