"""The device's own thread: takes whoever is next out of the line, and sees to it that every job ends in one way."""

from __future__ import annotations

import shutil
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pipeline.cancelling import cancellable
from pipeline.images import EmbeddedProfile
from pipeline.request import Cancelled, Image8, Step, UserError
from serving.engine import Engine
from serving.journal import Journal
from serving.line import Line
from serving.metrics import Metrics, Pace
from serving.refusals import BROKEN, GAVE_UP, TOO_LONG, Lost
from serving.returning import return_freed
from serving.settings import Settings
from serving.work import KINDS, Made, Work

ATTEMPTS = 10  # a job that is begun more often has probably ended the server each time
SWEEP_SECONDS = 60.0
_TURN_SECONDS = 1.0  # how long the worker waits before it looks round


class Save(Protocol):
    """Writes a result as a marked PNG file, see `pipeline.marking.save_result`. Raises `UserError`."""

    def __call__(
        self, image: Image8, path: Path, metadata: dict[str, object], seed: int, *, profile: EmbeddedProfile | None
    ) -> None: ...


@dataclass(eq=False)
class Live:
    """A job that waits or is being worked on. id: "" for one that is not in the journal, which brings its `work` and is told in
    `made` or `error` how it has ended; created: by the monotonic clock; step: the latest."""

    id: str
    visitor: str
    kind: str
    steps: int
    work: Work | None = None
    created: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    begun: bool = False
    step: Step | None = None
    made: Made | None = None
    error: BaseException | None = None


class Worker:
    """Jobs enter and are run on the engine one after the other, until `close`."""

    def __init__(self, engine: Engine, journal: Journal, save: Save, settings: Settings, metrics: Metrics) -> None:
        self._engine, self._journal, self._save, self._settings = engine, journal, save, settings
        self._metrics, self.pace = metrics, Pace()
        self._line: Line[Live] = Line(settings.queue, settings.share)
        self._lives: dict[str, Live] = {}  # of the journal, by id
        self._running: Live | None = None
        self._leaves: Callable[[Live], bool] = lambda live: False
        self._thread = threading.Thread(target=self._work, name="device", daemon=True)

    def start(self) -> None:
        self.sweep()
        for entry in self._journal.interrupted():
            self.enter(Live(entry.id, entry.visitor, entry.kind, entry.steps), always=True)
        self._thread.start()

    # --- those who wait

    def require_room(self, visitor: str) -> None:
        """Raises `serving.line.Full`."""
        self._line.require_room(visitor)

    def enter(self, live: Live, always: bool = False) -> None:
        """always: it was accepted before. Raises `serving.line.Full`."""
        if live.id:
            self._lives[live.id] = live
        try:
            self._line.add(live.visitor, live, always)
        except BaseException:
            self._lives.pop(live.id, None)
            raise

    def live(self, id: str) -> Live | None:
        return self._lives.get(id)

    def ahead(self, live: Live) -> int:
        """How many jobs come before it, with the one that runs."""
        waiting = self._line.waiting()
        return waiting.index(live) + (self._running is not None) if live in waiting else 0

    def stop(self, live: Live) -> None:
        """Nobody wants it any more: at once where it waits, at its next step, or between two of its stages, where it runs."""
        live.stop.set()
        if self._line.remove(live.visitor, live):
            self._leave(live, "cancelled")

    @property
    def waiting(self) -> int:
        return len(self._line)

    @property
    def running(self) -> bool:
        return self._running is not None

    def wait_seconds(self) -> int:
        """Until the next of those who wait has made room, as far as steps were measured."""
        running = self._running
        if running is None:
            return 1
        done = running.step.index / max(1, running.step.total) if running.step else 0.0
        return self.pace.seconds(round(running.steps * (1 - min(1.0, done))) or 1)

    def close(self, seconds: float, leaves: Callable[[Live], bool]) -> bool:
        """Let the running job end, and those that nobody keeps -> whether all of them did in that time. leaves: which of those
        that wait are left for the next server."""
        self._leaves = leaves
        deadline = time.monotonic() + seconds
        while self._must_wait() and time.monotonic() < deadline:
            time.sleep(0.05)
        done = not self._must_wait()
        self._line.close()
        if self._thread.is_alive():
            self._thread.join(2 * _TURN_SECONDS if done else 0.1)
        return done

    @property
    def gone(self) -> bool:
        return not self._thread.is_alive()

    def _must_wait(self) -> bool:
        waiting = self._line.waiting()  # before what runs: whoever left the line in between runs
        return self._running is not None or any(not self._leaves(live) for live in waiting)

    # --- the one who is drawn for

    def _work(self) -> None:
        swept = time.monotonic()
        while True:
            live = self._line.take(_TURN_SECONDS, self._begin)
            if live is None:
                if self._line.closed:
                    return
            elif self._leaves(live):
                self._running = None
            else:
                self._do(live)
            if time.monotonic() - swept > SWEEP_SECONDS:
                self.sweep()
                return_freed()  # what pictures of page and programs took in this process
                swept = time.monotonic()

    def _begin(self, live: Live) -> None:
        self._running = live

    def _leave(self, live: Live, state: str) -> None:
        self._lives.pop(live.id, None)
        self._metrics.jobs.labels(live.kind, state).inc()
        live.ended.set()

    def _do(self, live: Live) -> None:
        live.begun, begun = True, time.monotonic()
        self._metrics.waited.observe(begun - live.created)
        state = "failed"
        try:
            done = self._done(live, begun + self._settings.job_seconds)
            state = "done" if done else "cancelled"
            if done:
                self.pace.measured(live.steps, time.monotonic() - begun)
        except Cancelled as error:
            state, live.error = "cancelled", error
            self._write_down(live, self._journal.cancel)
        except Lost as error:
            state, live.error = self._after_loss(live), error
        except UserError as error:
            live.error, sentence = error, str(error)
            self._write_down(live, lambda id: self._journal.fail(id, sentence))
        except Exception as error:
            live.error = error
            if live.id:  # otherwise whoever waits is told
                traceback.print_exception(error, file=sys.stderr)
            self._write_down(live, lambda id: self._journal.fail(id, BROKEN))
        finally:
            self._metrics.worked.labels(live.kind).observe(time.monotonic() - begun)
            self._running = None
            if state != "queued":
                self._leave(live, state)

    def _after_loss(self, live: Live) -> str:
        """What was drawn for is begun again where it is in the journal, behind those that were not: it may be what ended the
        process. -> its state"""
        if not live.id or live.stop.is_set():
            return "cancelled" if live.stop.is_set() else "failed"
        live.begun, live.step = False, None
        self._line.add(live.visitor, live, always=True)
        return "queued"

    def _write_down(self, live: Live, end: Callable[[str], bool]) -> None:
        """How a job ended. Where even that fails it is begun again by the next server."""
        if not live.id:
            return
        try:
            end(live.id)
        except (sqlite3.Error, OSError) as error:
            print(f"note: the end of a job could not be written down ({error}).", file=sys.stderr)

    def _done(self, live: Live, deadline: float) -> bool:
        """False where it was cancelled and nobody wants its result."""

        def check() -> None:
            if live.stop.is_set():
                raise Cancelled
            if time.monotonic() > deadline:
                raise UserError(TOO_LONG.format(most=self._settings.job_seconds))

        def on_step(step: Step) -> None:
            check()
            live.step = step

        if live.work is not None:
            on_step(Step(0, 1, stage="plan"))
            with cancellable(check):
                live.made = live.work.run(self._engine, on_step)
            return True
        begun = self._journal.begin(live.id)
        if begun is None:
            return False
        kind, data, before = begun
        if before >= ATTEMPTS:
            raise UserError(GAVE_UP.format(count=before))
        work = KINDS[kind].from_bytes(data)
        with cancellable(check):
            made = work.run(self._engine, on_step)
        return not live.stop.is_set() and self._store(live.id, work, made)

    def _store(self, id: str, work: Work, made: Made) -> bool:
        """False where it was cancelled meanwhile."""
        folder = self._journal.folder_of(id)
        folder.mkdir(mode=0o700, exist_ok=True)
        size = 0
        for name, image in made.images.items():
            path, number = folder / f"{name}.png", int(name.rpartition("-")[2])
            seed = made.seeds[number - 1] if number <= len(made.seeds) else 0
            self._save(image, path, made.metadata, seed, profile=work.profile if name.startswith("image") else None)
            size += path.stat().st_size
        told = {"pictures": list(made.images), "seeds": made.seeds, "notes": made.notes, "seconds": round(made.seconds, 3)}
        wanted = self._journal.finish(id, told, size)
        if not wanted:
            shutil.rmtree(folder, ignore_errors=True)
        return wanted

    def sweep(self, room: int = 0) -> None:
        """Old results go, and as many of the others as leave room for so many bytes."""
        settings = self._settings
        try:
            self._journal.sweep(settings.keep_hours * 3600, settings.keep_megabytes * 1_000_000 - room)
        except (sqlite3.Error, OSError) as error:
            print(f"note: old jobs could not be swept away ({error}).", file=sys.stderr)
