"""An engine whose networks live in a process of their own: the page answers while they draw, and outlives them."""

from __future__ import annotations

import atexit
import itertools
import multiprocessing
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from models.profiles import ModelProfile
from pipeline.chips import reworded
from pipeline.request import (
    Click,
    Detection,
    DetectRequest,
    Drafted,
    Garment,
    Image8,
    OnStep,
    Step,
    SwapRequest,
    SwapResult,
    Upscaled,
)
from serving import child, wire
from serving.checking import check
from serving.engine import Health
from serving.later import finds
from serving.metrics import Metrics, memory
from serving.refusals import LOST, Lost

if TYPE_CHECKING:
    from serving.local import LocalEngine

CANCEL_SECONDS = 10.0  # within which a cancelled call ends, or its process does
LOADING_SECONDS = 120.0  # likewise while networks are loaded, which whoever comes next wants too
HEALTH_SECONDS = 5.0  # within which the process says how it is
LISTEN_SECONDS = 0.25  # how often whoever waits for a drawing is asked whether they still do
START_SECONDS = 60.0  # how long whoever asks waits for a process
END_SECONDS = 10.0  # within which it goes when it is killed, also where it is only just being started
PAUSES = 0.0, 1.0, 5.0, 30.0  # seconds before another start, after so many that were never heard of
GONE = object()


class ProcessEngine:
    """Answers as the engine that `make` returns. Its process is started at the first question or by `warm_up`, and again
    whenever it ends; what it was about then is `Lost`, and what comes next waits for the new one."""

    def __init__(
        self,
        make: Callable[[], LocalEngine],
        profile: str,
        profiles: Mapping[str, ModelProfile],
        cancel_seconds: float = CANCEL_SECONDS,
    ) -> None:
        """make: can be pickled; profile: the name of its default, of `profiles`."""
        self._make, self._profile, self._profiles, self._cancel_seconds = make, profile, profiles, cancel_seconds
        self._changed = threading.Condition()
        self._process: _Process | None = None
        self._closed, self._warm = threading.Event(), False
        # On Linux a process can be told to die with the thread that started it, so that one stays.
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self.starts = 0

    # --- what needs no network

    def check(self, request: SwapRequest) -> None:
        check(request, self._profiles)

    def reword(self, request: SwapRequest, garment: Garment, changes: Mapping[str, str]) -> str:
        return reworded(request, garment, changes)

    # --- drawing

    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        """Besides `Engine`: the latest step is told again while there is none, so that `on_step` can end what hangs."""
        self.check(request)
        result: SwapResult = self._draw("swap", (request,), on_step)
        return result

    def upscale(self, image: Image8, scale: int, on_step: OnStep | None = None) -> Upscaled:
        """Likewise."""
        result: Upscaled = self._draw("upscale", (image, scale), on_step)
        return result

    def _draw(self, method: str, arguments: tuple[Any, ...], on_step: OnStep | None) -> Any:
        step = Step(0, 1, stage="plan")
        with self._running().calling(method, arguments, steps=True) as call:
            while not isinstance(message := call.heard(LISTEN_SECONDS), wire.Made):
                step = message.step if message else step
                try:
                    if on_step is not None:
                        on_step(step)
                except BaseException:
                    call.end(LOADING_SECONDS if step.stage == "load" else self._cancel_seconds)
                    raise
            return message.result

    # --- looking

    def detect(self, request: DetectRequest) -> Detection:
        found: Detection = self._look("detect", request)
        return found

    def look(self, character: Image8) -> None:
        self._look("look", character)

    def pick(self, character: Image8, clicks: Sequence[Click]) -> Image8:
        region: Image8 = self._look("pick", character, clicks)
        return region

    def hint(self, kind: str, character: Image8, mask: Image8, own: Image8 | None = None) -> Image8:
        image: Image8 = self._look("hint", kind, character, mask, own)
        return image

    def draft(self, request: SwapRequest) -> Drafted:
        drafted: Drafted = self._look("draft", request)
        return drafted

    def _look(self, method: str, *arguments: Any) -> Any:
        """Asked again where the process ended for a drawing's sake."""
        while True:
            process = self._running()
            try:
                with process.calling(method, arguments) as call:
                    message = call.heard()
                    assert isinstance(message, wire.Made), "it tells of no steps"
                    return message.result
            except Lost:
                if not process.was_killed or self._closed.is_set():
                    raise

    # --- the process

    def warm_up(self) -> None:
        """Load the default profile now, and likewise in every later process. Raises `UserError` without sound weights."""
        self._warm = True
        self._look("warm_up")

    def health(self) -> Health:
        """As the process says; until it is there, and where it says nothing, not ready."""
        process, detail = self._process, "not loaded yet"
        if process is not None:
            try:
                with process.calling("health", ()) as call:
                    message = call.heard(HEALTH_SECONDS)
                if isinstance(message, wire.Made):
                    health: Health = message.result
                    return health
                detail = "the process that draws does not answer"
            except Lost:
                detail = "the process that draws is started again"
        return Health(False, self._profile, "", detail, finds())

    def watched_by(self, metrics: Metrics) -> None:
        """What there is to say of the process goes with the figures of the page's."""
        metrics.watch("engine_memory_bytes", "What the process that draws holds in memory.", self.memory)
        metrics.watch("engine_starts", "How often the process that draws was started.", lambda: self.starts)

    def memory(self) -> float:
        """Bytes that the process holds, 0 where there is none or nobody says."""
        process = self._process
        return memory(process.pid) if process is not None else 0.0

    def close(self) -> None:
        """The process ends, whatever it is about, and none is started again."""
        atexit.unregister(self.close)
        with self._changed:
            self._closed.set()
            self._changed.notify_all()
        until = time.monotonic() + END_SECONDS
        while self._keeper.is_alive() and time.monotonic() < until:
            process = self._process  # one may just be being started
            if process is not None:
                process.kill()
            self._keeper.join(LISTEN_SECONDS)

    def _running(self) -> _Process:
        """Waits for it. Raises `Lost` after `close`."""
        with self._changed:
            if not self._closed.is_set() and not self._keeper.is_alive():
                atexit.register(self.close)  # before multiprocessing would wait for the process, which nobody has told to go
                self._keeper.start()
            self._changed.wait_for(lambda: self._lives() or self._closed.is_set(), START_SECONDS)
            if self._process is None or not self._process.lives:
                raise Lost(LOST)
            return self._process

    def _lives(self) -> bool:
        return self._process is not None and self._process.lives

    def _keep(self) -> None:
        """Start a process, hand out what it says until it ends, and so on."""
        mute = 0
        while not self._closed.is_set():
            try:
                process = _Process(self._make, self._profile, self._warm)
            except OSError as error:  # there is no room for another process
                print(f"note: the process that draws could not be started ({error}).", file=sys.stderr)
                self._closed.wait(PAUSES[-1])
                continue
            with self._changed:
                self._process, self.starts = process, self.starts + 1
                self._changed.notify_all()
                if self._closed.is_set():
                    process.kill()
            process.read()
            with self._changed:
                self._process = None
            code = process.bury()
            if self._closed.is_set():
                return
            print(f"note: the process that draws has ended ({code}), another one is started.", file=sys.stderr)
            mute = 0 if process.was_heard or process.was_killed else mute + 1
            self._closed.wait(PAUSES[min(mute, len(PAUSES) - 1)])


class _Process:
    """One of them, from its start to its end."""

    def __init__(self, make: Callable[[], LocalEngine], profile: str, warm: bool) -> None:
        spawn = multiprocessing.get_context("spawn")  # a fork would take the page's locks along as they are
        self._connection, theirs = spawn.Pipe()
        self._process = spawn.Process(target=child.work, args=(theirs, make, profile, warm), name="engine", daemon=True)
        self._process.start()
        theirs.close()  # or its end would not be noticed
        self._ids = itertools.count()
        self._lock = threading.Lock()
        self._calls: dict[int, _Call] = {}
        self._ended = self.was_killed = self.was_heard = False
        self._outgoing: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._write, name="calls", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @contextmanager
    def calling(self, method: str, arguments: tuple[Any, ...], steps: bool = False) -> Iterator[_Call]:
        """Raises `Lost` where it ends before it has answered."""
        call = _Call(self, next(self._ids))
        with self._lock:
            if self._ended:
                raise Lost(LOST)
            self._calls[call.id] = call
        try:
            self.send(wire.Call(call.id, method, arguments, steps))
            yield call
        finally:
            with self._lock:
                self._calls.pop(call.id, None)

    @property
    def lives(self) -> bool:
        """As far as is known."""
        return not self._ended and not self.was_killed

    def send(self, message: wire.Call | wire.Cancel) -> None:
        """Never waits: one that hangs reads nothing, and is to be cancelled all the same."""
        self._outgoing.put(message)

    def _write(self) -> None:
        while (message := self._outgoing.get()) is not GONE:
            try:
                wire.send(self._connection, message)
            except OSError:
                return  # `read` notices it too
            except Exception as error:  # it cannot be pickled
                self._hand_out(wire.Failed.of(message.id, error))
            del message  # or a picture would stay here until the next

    def _hand_out(self, message: wire.Told | wire.Made | wire.Failed) -> None:
        with self._lock:
            call = self._calls.get(message.id)
        if call is not None:
            call.news.put(message)

    def read(self) -> None:
        """Hand out what it says, until it ends."""
        try:
            while True:
                message = wire.receive(self._connection)
                self.was_heard = True
                assert not isinstance(message, (wire.Call, wire.Cancel))
                self._hand_out(message)
                del message  # likewise
        except (EOFError, OSError):
            pass
        except Exception:  # what it says cannot be read
            traceback.print_exc(file=sys.stderr)
            self._process.kill()
        self._outgoing.put(GONE)
        with self._lock:
            self._ended = True
            for call in self._calls.values():
                call.news.put(GONE)

    def kill(self) -> None:
        """It ends now."""
        self.was_killed = True
        self._process.kill()

    def bury(self) -> str:
        """After `read` -> how it ended."""
        self._process.join(END_SECONDS)
        if self._process.is_alive():  # it has only closed its end
            self._process.kill()
            self._process.join()
        self._connection.close()
        code = self._process.exitcode
        return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"


class _Call:
    """One question that waits for its answer. news: what was heard of it, `GONE` where no more will be."""

    def __init__(self, process: _Process, id: int) -> None:
        self.id, self._process = id, process
        self.news: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def heard(self, seconds: float | None = None) -> wire.Told | wire.Made | None:
        """The next that is heard, None if that is nothing in so many seconds. Raises what the call has raised, `Lost`."""
        try:
            message = self.news.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(message, wire.Failed):
            raise message.error()
        if message is GONE:
            raise Lost(LOST)
        heard: wire.Told | wire.Made = message
        return heard

    def end(self, seconds: float) -> None:
        """Cancel it; where it has not ended after so many seconds its process is killed."""
        until = time.monotonic() + seconds
        self._process.send(wire.Cancel(self.id))
        try:
            while isinstance(self.news.get(timeout=max(0.0, until - time.monotonic())), wire.Told):
                pass
        except queue.Empty:
            self._process.kill()
