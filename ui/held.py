"""What the visits of the page hold in memory: decoded pictures and all else that is made of numbers."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from gradio.state_holder import StateHolder

from serving.returning import return_freed


class Returning:
    """Gives the system back what ended visits held. Gradio's events stand in cycles with all that was asked, and the C library
    keeps what is freed in pieces."""

    def __init__(self, seconds: float = 1.0) -> None:
        """seconds: until it is done, once for all that end meanwhile."""
        self._seconds, self._lock = seconds, threading.Lock()
        self._timer: threading.Timer | None = None

    def soon(self) -> None:
        with self._lock:
            if self._timer is None:
                self._timer = threading.Timer(self._seconds, self._now)
                self._timer.daemon = True
                self._timer.start()

    def _now(self) -> None:
        with self._lock:
            self._timer = None
        gc.collect()
        return_freed()


def held(holder: StateHolder, session: str | None = None) -> int:
    """Bytes, of one visit or of all; what several share is counted once."""
    visits = [holder.session_data.get(session)] if session is not None else list(holder.session_data.values())
    states = [list(visit.state_data.values()) for visit in visits if visit is not None]
    return sum({id(array): array.nbytes for array in _arrays(states)}.values())


def _arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _arrays(item)
    elif isinstance(value, dict):
        yield from _arrays(list(value.values()))
    elif is_dataclass(value):
        yield from _arrays([getattr(value, field.name) for field in fields(value)])
