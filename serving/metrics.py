"""Figures for whoever runs the server, in the format of Prometheus; nothing in them says what anybody asked for."""

from __future__ import annotations

import mmap
import sys
import threading
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if sys.platform != "win32":
    import resource

_SECONDS = (0.05, 0.2, 1, 3, 10, 30, 60, 180, 600, 1800)
_MEMORY = 0.2  # share of the newest measurement in the pace


class Pace:
    """How long a step takes, as it was measured: a running mean in which the newest jobs count most."""

    def __init__(self, seconds: float = 0.5) -> None:
        """seconds: what is assumed before the first job."""
        self._seconds, self._lock = seconds, threading.Lock()

    def measured(self, steps: int, seconds: float) -> None:
        with self._lock:
            self._seconds += _MEMORY * (seconds / max(1, steps) - self._seconds)

    def seconds(self, steps: int) -> int:
        """After how many seconds so many steps will have been drawn, at least 1."""
        return max(1, round(self._seconds * steps))

    @property
    def step(self) -> float:
        return self._seconds


class Metrics:
    """One registry for each server, so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own = {"namespace": "cc", "registry": self.registry}
        self.jobs = Counter("jobs", "Jobs that ended, by kind and how.", ["kind", "state"], **own)  # type: ignore[arg-type]
        self.refused = Counter("refused", "Requests that were refused, by reason.", ["reason"], **own)  # type: ignore[arg-type]
        self.answers = Counter("http_answers", "HTTP answers, by route and status.", ["route", "status"], **own)  # type: ignore[arg-type]
        buckets = {"buckets": _SECONDS, **own}
        self.waited = Histogram("wait_seconds", "How long jobs waited.", **buckets)  # type: ignore[arg-type]
        self.worked = Histogram("job_seconds", "How long jobs were worked on, by kind.", ["kind"], **buckets)  # type: ignore[arg-type]
        self.looked = Histogram("look_seconds", "How long detections and drafts took.", ["kind"], **buckets)  # type: ignore[arg-type]
        self._own = own

    def watch(self, name: str, help: str, value: Callable[[], float]) -> None:
        """A figure that is asked for when it is read."""
        Gauge(name, help, **self._own).set_function(value)  # type: ignore[arg-type]

    def text(self) -> bytes:
        return generate_latest(self.registry)


def peak_memory() -> float:
    """Bytes that this process has held at most, 0 on Windows, which is not asked."""
    if sys.platform == "win32":
        return 0.0
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes if sys.platform == "darwin" else 1024 * kilobytes


def memory(process: int | None = None) -> float:
    """Bytes that a process holds, by default this one. On systems without /proc what this one has held at most, and 0 of
    others, as of those that have ended."""
    try:
        with open(f"/proc/{process or 'self'}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * mmap.PAGESIZE
    except OSError:
        return 0.0 if process else peak_memory()
