"""The process in which an engine draws for another process, and which lives no longer than that one."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from pipeline.cancelling import cancellable
from pipeline.request import Cancelled, Step
from serving.later import LaterEngine
from serving.returning import return_freed
from serving.wire import Call, Cancel, Failed, Made, Told, receive, send

if TYPE_CHECKING:
    from serving.local import LocalEngine

SACRIFICED = 500  # of 1000, added to what Linux makes of the memory that is held: where it is short the page must not go first
BEHIND = 5  # niceness of the thread that loads networks before they are asked for: the page that opens needs the cores more
SMALL = ("health",)  # calls that take next to no memory
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def work(connection: Connection, make: Callable[[], LocalEngine], profile: str, warm: bool) -> None:
    """Answer calls until whoever asks is gone. make, profile: as of `LaterEngine`; warm: load the networks before they are asked
    for."""
    # Whoever presses Ctrl+C or stops the group means the page's process, which lets the running job end before this one goes.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        _bind_to_parent()
    logging.getLogger("xformers").setLevel(logging.ERROR)  # as in app.py, whose settings a new process does not have
    tqdm.set_lock(threading.RLock())  # its own is a semaphore of the system's, which a process that is killed leaves behind
    engine = LaterEngine(make, profile)
    if warm:
        threading.Thread(target=_warm_up, args=(engine,), name="weights", daemon=True).start()
    desk = _Desk(connection, engine)
    with contextlib.suppress(EOFError, OSError):
        while True:
            desk.take(receive(connection))
    os._exit(0)  # torch may be at work in other threads, and nobody waits for what it makes


def _bind_to_parent() -> None:
    """Die with it also where the interpreter is stuck and reads nothing any more."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:  # it went before that was said
        os._exit(0)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write(str(SACRIFICED))


def _warm_up(engine: LaterEngine) -> None:
    with contextlib.suppress(Exception):  # what is wrong is told on every request
        engine.warm_up()


class _Worker(threading.Thread):
    """What the call took goes back to the system, with its pictures, which a thread holds until it has ended."""

    def run(self) -> None:
        super().run()
        return_freed()


class _Desk:
    """Gives every call a thread of its own: which of them wait for each other is the engine's affair."""

    def __init__(self, connection: Connection, engine: LaterEngine) -> None:
        self._connection, self._engine = connection, engine
        self._sending = threading.Lock()
        self._stops: dict[int, threading.Event] = {}  # by the id of a call that runs

    def take(self, message: Any) -> None:
        if isinstance(message, Cancel):
            if (stop := self._stops.get(message.id)) is not None:
                stop.set()
            return
        assert isinstance(message, Call)
        self._stops[message.id] = threading.Event()
        kind = threading.Thread if message.method in SMALL else _Worker
        kind(target=self._answer, args=(message,), name=message.method, daemon=True).start()

    def _answer(self, call: Call) -> None:
        stop = self._stops[call.id]

        def check() -> None:
            if stop.is_set():
                raise Cancelled

        def on_step(step: Step) -> None:
            check()
            self._send(Told(call.id, step))

        try:
            if call.method == "warm_up" and sys.platform == "linux":  # elsewhere that would be the whole process, for ever
                os.nice(BEHIND)
            method = getattr(self._engine, call.method)
            with cancellable(check):
                self._send(Made(call.id, method(*call.arguments, on_step) if call.steps else method(*call.arguments)))
        except BaseException as error:
            self._send(Failed.of(call.id, error))
        finally:
            del self._stops[call.id]

    def _send(self, message: Told | Made | Failed) -> None:
        try:
            with self._sending:
                send(self._connection, message)
        except OSError:
            os._exit(0)
