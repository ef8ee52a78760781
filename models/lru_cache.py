"""Answers that were given lately, so that the same question costs nothing."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.arrays import bytes_in


class LRUCache:
    """The last few answers by their question: least recently used go first."""

    def __init__(self, size: int, most: int | None = None) -> None:
        """size: answers that are kept at most; most: bytes of the arrays in them likewise; the last one stays in any case."""
        self.size, self.most = size, most
        self.known: OrderedDict[Hashable, Any] = OrderedDict()
        self.lock = threading.Lock()  # of the table alone: drafts are read by several visitors at once

    def get_or_compute(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The answer; made now if it is not known. It is shared: not to be written into."""
        with self.lock:
            if key in self.known:
                self.known.move_to_end(key)
                return self.known[key]
        made = make()
        with self.lock:
            self.known[key] = made
            self.known.move_to_end(key)
            while len(self.known) > self.size or (len(self.known) > 1 and self._is_heavy()):
                self.known.popitem(last=False)
        return made

    def _is_heavy(self) -> bool:
        return self.most is not None and bytes_in(self.known.values()) > self.most


def digest(picture: NDArray[Any]) -> bytes:
    """A short name for an array's values and shape."""
    return hashlib.blake2b(np.ascontiguousarray(picture).data, digest_size=16, key=str(picture.shape).encode()).digest()
