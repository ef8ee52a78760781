"""Running jobs: one per visitor, each in its own thread, each stopped by a flag that is looked at on every step."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.request import Cancelled, OnStep, Step, SwapRequest, SwapResult, UserError
from serving.engine import Engine

_POLL_SECONDS = 0.25

News = TypeVar("News")
Result = TypeVar("Result")


@dataclass(frozen=True)
class _End(Generic[Result]):
    """The last that a thread has to say: what it has made, or why it could not."""

    result: Result | None = None
    error: BaseException | None = None


class Job:
    """One press of Generate, or of another button that starts something long. Stopping it is allowed at any time, also before
    it starts and after it ended."""

    def __init__(self, engine: Engine | None = None) -> None:
        """engine: the visitor's own place at it."""
        self._engine, self._stop = engine, threading.Event()

    def at(self, engine: Engine) -> Engine:
        """Where the visitor's work is done; engine: where there are no places."""
        return self._engine or engine

    def stop(self) -> None:
        self._stop.set()

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def run(self, engine: Engine, request: SwapRequest) -> Iterator[Step | SwapResult | None]:
        """`watch` over a swap: the result comes last."""

        def swap(on_step: OnStep) -> SwapResult:
            return self.at(engine).swap(request, on_step)

        result = yield from self.watch(swap)
        yield result

    def watch(
        self, work: Callable[[Callable[[News], None]], Result], daemon: bool = False
    ) -> Generator[News | None, None, Result]:
        """Do something long in a thread: yields its news as they come, the latest of several, and None now and then while
        there are none; returns its result.

        work: is given what it tells its news to, which raises `Cancelled` after `stop`; daemon: need not end before the
        program does. Raises what `work` raises, `Cancelled` after `stop`. A caller that stops iterating stops the job.
        """
        news: queue.SimpleQueue[News | _End[Result]] = queue.SimpleQueue()

        def tell(item: News) -> None:
            if self.stopped:
                raise Cancelled
            news.put(item)

        def run() -> None:
            try:
                news.put(_End(work(tell)))
            except BaseException as error:  # handed over to the iterating thread, which raises it
                news.put(_End(error=error))

        if self.stopped:
            raise Cancelled
        threading.Thread(target=copy_context().run, args=(run,), name="job", daemon=daemon).start()
        try:
            while True:
                try:
                    item = news.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    if self.stopped:  # also while clothing is found, which knows no steps; the thread ends at its first one
                        raise Cancelled from None
                    yield None  # a chance to notice that the browser is gone
                    continue
                while not isinstance(item, _End) and not news.empty():
                    item = news.get()
                if isinstance(item, _End) and item.error is not None:
                    raise item.error
                if self.stopped:
                    raise Cancelled
                if isinstance(item, _End):
                    return item.result  # type: ignore[return-value]  # there is no error, so this is it
                yield item
        finally:
            self.stop()


class Jobs:
    """The job of each visitor, by session."""

    def __init__(self, seat: Callable[[str], Engine] | None = None) -> None:
        """seat: a visitor's own place at the engine, where they take turns."""
        self._seat = seat
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._running = 0
        self._closed = False

    def begin(self, session: str, closing: str) -> Job:
        """A new job for this visitor; an older one is stopped. Raises `UserError(closing)` after `close`."""
        with self._lock:
            if self._closed:
                raise UserError(closing)
            job = Job(self._seat(f"page {session}") if self._seat else None)
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
