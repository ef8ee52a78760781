"""What goes between the page's process and the one that draws: calls with their arguments, and what becomes of them.

The two are one program on one machine, and neither listens to anybody else on this connection; so a message may be a pickle.
Pixels go beside it as they lie in memory (PEP 574): a copy in a pickle would double what a large picture takes.
"""

from __future__ import annotations

import builtins
import pickle
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from models.weights import WeightsError
from pipeline.request import Cancelled, Step, UserError

KNOWN: tuple[type[Exception], ...] = (Cancelled, WeightsError, UserError)  # as these they arrive, also their subclasses


@dataclass(frozen=True)
class Call:
    """id: of this connection's calls; method: of the engine; steps: whether whoever calls wants to hear of them."""

    id: int
    method: str
    arguments: tuple[Any, ...]
    steps: bool = False


@dataclass(frozen=True)
class Cancel:
    """The call ends at its next step, or between two stages of one."""

    id: int


@dataclass(frozen=True)
class Told:
    """A step of a call that goes on."""

    id: int
    step: Step


@dataclass(frozen=True)
class Made:
    """A call's result, the last that is heard of it."""

    id: int
    result: Any


@dataclass(frozen=True)
class Failed:
    """Why a call has none, likewise. kind: name of a class of `KNOWN` or of a builtin; trace: the traceback as text; cause: what
    it was raised from, where that is known."""

    id: int
    kind: str
    text: str
    trace: str
    cause: Failed | None = None

    @classmethod
    def of(cls, id: int, error: BaseException) -> Failed:
        """Of an exception's own class nothing is sent: to read it again would import what defines it."""
        known = next((kind.__name__ for kind in KNOWN if isinstance(error, kind)), None)
        cause = cls.of(id, error.__cause__) if isinstance(error.__cause__, KNOWN) else None
        return cls(id, known or type(error).__name__, str(error), "".join(traceback.format_exception(error)), cause)

    def error(self) -> BaseException:
        """To be raised: of its own class, or of `RuntimeError` where that is neither known nor builtin."""
        kind: Any = next((kind for kind in KNOWN if kind.__name__ == self.kind), getattr(builtins, self.kind, None))
        error: BaseException
        try:
            error = kind(self.text)
        except TypeError:  # no class, or one that wants more
            error = RuntimeError(f"{self.kind}: {self.text}")
        error.__cause__ = self.cause.error() if self.cause else Elsewhere(self.trace)
        return error


class Elsewhere(Exception):
    """The traceback in the process where an error arose, for whoever reads the log."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


Message = Call | Cancel | Told | Made | Failed


def send(connection: Connection, message: Message) -> None:
    """One at a time. Raises `OSError` where nobody listens any more."""
    found: list[pickle.PickleBuffer] = []
    data = pickle.dumps(message, protocol=5, buffer_callback=found.append)
    buffers = [buffer.raw() for buffer in found]
    connection.send_bytes(pickle.dumps((data, [buffer.nbytes for buffer in buffers])))
    for buffer in buffers:
        if buffer.nbytes:
            connection.send_bytes(buffer)


def receive(connection: Connection) -> Message:
    """Waits for the next. Raises `EOFError` or `OSError` where none will come."""
    data, sizes = pickle.loads(connection.recv_bytes())
    buffers = [bytearray(size) for size in sizes]
    for buffer in buffers:
        if buffer:
            connection.recv_bytes_into(buffer)
    message: Message = pickle.loads(data, buffers=buffers)
    return message
