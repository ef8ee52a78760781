"""The one service under page, HTTP and programs: it limits, keeps jobs, and lets them at the engine one after the other."""

from __future__ import annotations

import hmac
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.request import OnStep, Step
from serving.engine import Engine, Health
from serving.journal import Entry, Journal
from serving.leftovers import passing
from serving.line import Full
from serving.metrics import Metrics, memory, peak_memory
from serving.refusals import CLOSING, FULL, LOOKING, NO_JOB, NO_ROOM, SHARE, NoJob, Refused
from serving.settings import Settings
from serving.work import Made, Work
from serving.worker import Live, Save, Worker

LOOKS, LOOKS_WAITING = 2, 16  # detections and drafts at once, and how many more may wait for one of these places
LOOK_SECONDS = 20  # how long they wait
CLOSING_SECONDS = 120  # a container is usually given as long to stop
_WITHOUT_NEWS = ("wait", "plan")  # stages in which whoever waits is asked again whether they still do
_DRAWN_SECONDS, _WAITING_SECONDS = 0.1, 0.4  # how often whoever waits for a picture is told of it


@dataclass(frozen=True)
class Status:
    """A job of the journal, and while it is open: how many come before it, and its latest step."""

    entry: Entry
    ahead: int = 0
    step: Step | None = None


class Service:
    """Long work waits in one line in which visitors take turns; detections and drafts pass it, a few at a time."""

    def __init__(self, engine: Engine, save: Save, settings: Settings | None = None) -> None:
        """Jobs that an earlier server left in the folder of the settings are gone on with. Raises `UserError` where that
        folder cannot be used."""
        self.engine, self.settings, self.metrics = engine, settings or Settings(), Metrics()
        self._temporary = None if self.settings.jobs else passing("jobs")
        self._journal = Journal(Path(self._temporary.name if self._temporary else self.settings.jobs))
        self._draining = threading.Event()
        self._lock, self._looks, self._lookers = threading.Lock(), threading.Semaphore(LOOKS), 0
        self._worker = Worker(engine, self._journal, save, self.settings, self.metrics)
        self._watch()
        self._worker.start()

    # --- long work

    def require_room(self, visitor: str, key: str | None = None) -> None:
        """Before anything is read of a request that would be refused. key: where a job of this key is there, no other needs
        room. Raises `Refused`."""
        self._require_open()
        if key is not None and self._journal.knows(visitor, key):
            return
        with self._refusing():
            self._worker.require_room(visitor)

    def submit(self, visitor: str, work: Work, key: str | None = None) -> tuple[Entry, str]:
        """Accept a job, for good: it is done even if the server dies before -> the job and the secret that opens it.

        work: valid, see `Engine.check`; key: the same visitor's job of this key is not done twice. Raises `Refused`, `Clash`.
        """
        self._require_open()
        data = work.to_bytes()
        try:
            if self._lacks_room(len(data)):
                self._worker.sweep(len(data))
                if self._lacks_room(len(data)):
                    raise self._refused(NO_ROOM, "room")
            entry, new = self._journal.accept(visitor, work.kind, work.steps, data, key)
        except (sqlite3.Error, OSError) as error:
            print(f"note: a job could not be kept ({error}).", file=sys.stderr)
            raise self._refused(NO_ROOM, "room") from None
        if new:
            try:
                with self._refusing():
                    self._worker.enter(Live(entry.id, visitor, work.kind, work.steps))
            except Refused:
                self._journal.forget(entry.id)
                raise
        return entry, self._journal.secret(entry.id)

    def _lacks_room(self, size: int) -> bool:
        return self._journal.size + size > self.settings.keep_megabytes * 1_000_000

    def run(self, visitor: str, work: Work, on_step: OnStep) -> Made:
        """Do it in the visitor's turn, and only as long as somebody waits for it; nothing of it is kept.

        on_step: told of a step "wait" now and then as well, and ends the job by raising. Raises what that raises, `Refused`,
        `UserError`.
        """
        self._require_open()
        live = Live("", visitor, work.kind, work.steps, work)
        with self._refusing():
            self._worker.enter(live)
        told: Step | None = None
        try:
            while not live.ended.wait(_DRAWN_SECONDS if live.begun else _WAITING_SECONDS):
                step = live.step or Step(0, 1, stage="wait")
                if step is not told or step.stage in _WITHOUT_NEWS:
                    on_step(step)
                told = step
        finally:
            self._worker.stop(live)
        if live.error is not None:
            raise live.error
        assert live.made is not None
        return live.made

    def status(self, id: str, secret: str) -> Status:
        """Raises `NoJob`."""
        entry = self._opened(id, secret)
        live = self._worker.live(id) if entry.is_open else None
        return Status(entry) if live is None else Status(entry, self._worker.ahead(live), live.step)

    def picture(self, id: str, secret: str, name: str) -> Path | None:
        """The file of one of a result's pictures, None where there is none of this name. Raises `NoJob`."""
        entry = self._opened(id, secret)
        there = entry.result is not None and name in entry.result["pictures"]
        return self._journal.folder_of(id) / f"{name}.png" if there else None

    def cancel(self, id: str, secret: str) -> Entry:
        """End it now; one that has ended stays as it is. Raises `NoJob`."""
        self._opened(id, secret)
        if self._journal.cancel(id) and (live := self._worker.live(id)) is not None:
            self._worker.stop(live)
        return self._opened(id, secret)

    def forget(self, id: str, secret: str) -> None:
        """Nothing of the job is left, nor of its pictures. Raises `NoJob`."""
        self.cancel(id, secret)
        self._journal.forget(id)

    def _opened(self, id: str, secret: str) -> Entry:
        entry = self._journal.get(id)
        if not hmac.compare_digest(self._journal.secret(id).encode(), secret.encode()) or entry is None:
            raise NoJob(NO_JOB)
        return entry

    # --- short work

    @contextmanager
    def look(self, kind: str) -> Iterator[None]:
        """A place for a detection or a draft, which never waits for a drawing. Raises `Refused` where too many want one."""
        self._require_open()
        with self._lock:
            if self._lookers >= LOOKS + LOOKS_WAITING:
                raise self._refused(LOOKING, "looking", 2)
            self._lookers += 1
        try:
            if not self._looks.acquire(timeout=LOOK_SECONDS):
                raise self._refused(LOOKING, "looking", LOOK_SECONDS)
            try:
                with self.metrics.looked.labels(kind).time():
                    yield
            finally:
                self._looks.release()
        finally:
            with self._lock:
                self._lookers -= 1

    # --- the server's state

    @property
    def waiting(self) -> int:
        """Jobs."""
        return self._worker.waiting

    @property
    def busy(self) -> bool:
        return self._worker.running or self.waiting > 0

    def wait_seconds(self) -> int:
        """About how long until the next job has room."""
        return self._worker.wait_seconds()

    def health(self) -> Health:
        return self.engine.health()

    @property
    def draining(self) -> bool:
        return self._draining.is_set()

    def drain(self) -> None:
        """Take nothing new."""
        self._draining.set()

    def close(self, seconds: float) -> bool:
        """Drain, and let the running job end -> whether it did in that time. Jobs that wait stay in the journal; where that ends
        with the server they are done as well. Results can be fetched until `end`."""
        self.drain()
        return self._worker.close(seconds, lambda live: bool(live.id) and self._temporary is None)

    def end(self) -> None:
        """After `close`, once nobody asks any more."""
        if self._worker.gone:
            self._journal.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _require_open(self) -> None:
        if self._draining.is_set():
            raise self._refused(CLOSING, "closing", CLOSING_SECONDS)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except Full as full:
            if full.mine:
                raise self._refused(SHARE, "share", mine=True, count=self.settings.share) from None
            raise self._refused(FULL, "full") from None

    def _refused(self, sentence: str, reason: str, seconds: int | None = None, mine: bool = False, **values: object) -> Refused:
        self.metrics.refused.labels(reason).inc()
        return Refused(sentence, self.wait_seconds() if seconds is None else seconds, mine, **values)

    def _watch(self) -> None:
        rows: tuple[tuple[str, str, Callable[[], float]], ...] = (
            ("waiting_jobs", "Jobs that wait.", lambda: self.waiting),
            ("running_jobs", "Jobs that are being worked on.", lambda: float(self._worker.running)),
            ("step_seconds", "How long a step takes, a running mean.", lambda: self._worker.pace.step),
            ("journal_bytes", "What jobs and results take on the disk.", lambda: self._journal.size),
            ("memory_bytes", "What the process holds in memory.", memory),
            ("memory_peak_bytes", "What it has held at most.", peak_memory),
        )
        for row in rows:
            self.metrics.watch(*row)
