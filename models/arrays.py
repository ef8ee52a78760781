"""What a value holds in memory, as far as it is made of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


def bytes_in(values: Iterable[Any]) -> int:
    """Of the arrays in them, at any depth; what several share is counted once."""
    return sum({id(array): array.nbytes for array in _arrays(tuple(values))}.values())


def _arrays(value: Any) -> Iterator[NDArray[Any]]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _arrays(item)
    elif isinstance(value, Mapping):
        yield from _arrays(list(value.values()))
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _arrays([getattr(value, field.name) for field in fields(value)])
