"""Running jobs: one per visitor, each in its own thread, each stopped by a flag that is looked at on every step."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

from pipeline.request import Cancelled, Step, SwapRequest, SwapResult, UserError
from serving.engine import Engine

_POLL_SECONDS = 0.25


class Job:
    """One press of Generate. Stopping it is allowed at any time, also before it starts and after it ended."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def run(self, engine: Engine, request: SwapRequest) -> Iterator[Step | SwapResult | None]:
        """Steps as they come, None now and then while there is none, the result last.

        Raises what `Engine.swap` raises, `Cancelled` after `stop`. A caller that stops iterating stops the job.
        """
        news: queue.SimpleQueue[Step | SwapResult | BaseException] = queue.SimpleQueue()

        def on_step(step: Step) -> None:
            if self.stopped:
                raise Cancelled
            news.put(step)

        def work() -> None:
            try:
                news.put(engine.swap(request, on_step))
            except BaseException as error:  # handed over to the iterating thread, which raises it
                news.put(error)

        if self.stopped:
            raise Cancelled
        threading.Thread(target=copy_context().run, args=(work,), name="swap").start()
        try:
            while True:
                try:
                    item = news.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    yield None  # a chance to notice that the browser is gone
                    continue
                while isinstance(item, Step) and not news.empty():
                    item = news.get()
                if isinstance(item, BaseException):
                    raise item
                if self.stopped:
                    raise Cancelled
                yield item
                if isinstance(item, SwapResult):
                    return
        finally:
            self.stop()


class Jobs:
    """The job of each visitor, by session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._running = 0
        self._closed = False

    def begin(self, session: str, closing: str) -> Job:
        """A new job for this visitor; an older one is stopped. Raises `UserError(closing)` after `close`."""
        with self._lock:
            if self._closed:
                raise UserError(closing)
            job = Job()
            old, self._jobs[session] = self._jobs.get(session), job
        if old:
            old.stop()
        return job

    def stop(self, session: str) -> None:
        with self._lock:
            job = self._jobs.pop(session, None)
        if job:
            job.stop()

    def of(self, session: str) -> Job | None:
        with self._lock:
            return self._jobs.get(session)

    @property
    def busy(self) -> bool:
        return self._running > 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Counts what `close` waits for."""
        with self._lock:
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    def close(self, seconds: float) -> bool:
        """Take nothing new and wait for what runs -> True if all of it ended in time."""
        with self._lock:
            self._closed = True
        deadline = time.monotonic() + seconds
        while self._running and time.monotonic() < deadline:
            time.sleep(0.1)
        return not self._running
