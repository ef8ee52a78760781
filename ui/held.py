"""What the visits of the page hold in memory: decoded pictures and all else that is made of numbers."""

from __future__ import annotations

import gc
import threading

from gradio.state_holder import StateHolder

from pipeline.images import bytes_in
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
    return bytes_in(states)
