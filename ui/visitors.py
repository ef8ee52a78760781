"""Whose pictures are whose: what a visitor sends and what is made of it is there for that visitor's browser alone, and is deleted
once the visitor is gone or asks for it.

A visitor is a browser, known by a cookie; a session is one visit of the page in it, as gradio counts them.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

VISITOR, VISITORS = "cc.visitor", "cc.visitors"  # keys of a scope: who asks, and the `Visitors` that know what is whose
NO_FILE = "There is no such file here, or it is another visitor's."
LEFT_SECONDS = 300.0  # a phone that sleeps lets go of its connections, and is woken
_LOOK_SECONDS = 30.0
_SESSIONS = 200  # whose pictures are kept at once
_LONGEST = 4096  # characters of a path


@dataclass
class _Session:
    """visitor: whose; open: connections that show that the page is there; seen: when it was asked for something last."""

    visitor: str
    open: int = 0
    seen: float = field(default_factory=time.monotonic)

    def has_left(self, seconds: float) -> bool:
        return not self.open and time.monotonic() - self.seen >= seconds


@dataclass
class _Visitor:
    files: set[str] = field(default_factory=set)
    seen: float = field(default_factory=time.monotonic)


class Visitors:
    """All methods may be called from any thread."""

    def __init__(self, folder: str, forget: Callable[[str], None]) -> None:
        """folder: where the page's files lie; forget: lets go of all that is held for a session, and stops its work."""
        self.folder, self._forget = os.path.realpath(folder), forget
        self.written = json.dumps(folder, ensure_ascii=False)[1:-1].encode()  # as answers have it
        self._public: frozenset[str] = frozenset()
        self._visitors: dict[str, _Visitor] = {}
        self._sessions: dict[str, _Session] = {}
        self._looker: threading.Timer | None = None
        self._lock = threading.RLock()

    # --- files

    def publish(self, config: Any) -> None:
        """The files that the page shows to everybody. config: the page's, as gradio sends it."""
        self._public = frozenset(self.named(json.loads(json.dumps(config, default=str))))

    def hand_out(self, visitor: str, answer: Any) -> None:
        """From now on the visitor may have the files that an answer of gradio's hands out, in JSON. Not any text that is a path:
        a visitor might have written it."""
        found = {path for told in _handed_out(answer) for path in self.named(told) if os.path.isfile(path)}
        if found:
            with self._lock:
                self._of(visitor).files.update(found)
            self._look_again()  # also for whoever never opens the page

    def may_have(self, visitor: str, path: str) -> bool:
        """Whether a file is this visitor's or everybody's; what lies elsewhere is none of our business."""
        real = os.path.realpath(path)
        if not self._is_ours(real) or real in self._public:
            return True
        with self._lock:
            return visitor in self._visitors and real in self._visitors[visitor].files

    def named(self, value: Any) -> Iterator[str]:
        """The files of the page's folder that anything within a value of JSON may be the path of."""
        if isinstance(value, str):
            if len(value) <= _LONGEST and "\0" not in value and self._is_ours(real := os.path.realpath(value)):
                yield real
        elif isinstance(value, (list, dict)):
            for item in value.values() if isinstance(value, dict) else value:
                yield from self.named(item)

    def _is_ours(self, real: str) -> bool:
        return real.startswith(self.folder + os.sep)

    # --- visits

    def attend(self, visitor: str, session: str) -> bool:
        """The session asks for something -> False if it is another visitor's."""
        with self._lock:
            mine = self._sessions.setdefault(session, _Session(visitor))
            if mine.visitor != visitor:
                return False
            mine.seen = self._of(visitor).seen = time.monotonic()
            surplus = len(self._sessions) - _SESSIONS
            if surplus > 0:  # whoever is not there goes first: nobody's pictures go for those of invented visitors
                others = [name for name in self._sessions if name != session]
                others.sort(key=lambda name: (self._sessions[name].open > 0, self._sessions[name].seen))
                for name in others[:surplus]:
                    self._end(name)
        return True

    def arrive(self, session: str) -> None:
        """A connection that lasts as long as the page is open."""
        with self._lock:
            if session in self._sessions:
                self._sessions[session].open += 1

    def leave(self, session: str) -> None:
        """That connection is gone; the visitor has a while to come back."""
        with self._lock:
            if session in self._sessions:
                self._sessions[session].open -= 1
                self._sessions[session].seen = time.monotonic()
        self._look_again()

    def sweep(self, seconds: float | None = None) -> None:
        """Delete what belongs to whoever left so long ago, by default as long as is waited for them."""
        seconds = LEFT_SECONDS if seconds is None else seconds
        with self._lock:
            for name in [name for name, session in self._sessions.items() if session.has_left(seconds)]:
                self._end(name)
            now, there = time.monotonic(), {session.visitor for session in self._sessions.values()}
            for visitor in self._visitors.keys() - there:
                if now - self._visitors[visitor].seen >= seconds:
                    self._delete(visitor)

    def sessions_of(self, visitor: str) -> list[str]:
        with self._lock:
            return [name for name, session in self._sessions.items() if session.visitor == visitor]

    def _look_again(self) -> None:
        """In a while, as long as somebody is waited for; one thread is enough."""

        def look() -> None:
            with self._lock:
                self._looker = None
                self.sweep()
                sessions = self._sessions.values()
                if not all(one.open for one in sessions) or self._visitors.keys() - {one.visitor for one in sessions}:
                    self._look_again()

        with self._lock:
            if self._looker is None:
                self._looker = threading.Timer(_LOOK_SECONDS, look)
                self._looker.daemon = True
                self._looker.start()

    def forget(self, visitor: str) -> None:
        """Delete all that there is of a visitor, now."""
        with self._lock:
            for name in self.sessions_of(visitor):
                self._end(name)
            self._delete(visitor)

    def _of(self, visitor: str) -> _Visitor:
        return self._visitors.setdefault(visitor, _Visitor())

    def _end(self, name: str) -> None:
        visitor = self._sessions.pop(name).visitor
        self._forget(name)
        if not any(session.visitor == visitor for session in self._sessions.values()):
            self._delete(visitor)

    def _delete(self, visitor: str) -> None:
        """The visitor's files, but for those that others have as well: they are named after what is in them."""
        files = self._visitors.pop(visitor, _Visitor()).files - self._public
        for path in files.difference(*(other.files for other in self._visitors.values())):
            with suppress(OSError):
                os.unlink(path)
                os.rmdir(os.path.dirname(path))


def _handed_out(answer: Any) -> Iterator[str]:
    """Paths of gradio's `FileData`, also where only what has changed is told, as [what is done, keys to the place, value]."""
    if isinstance(answer, dict):
        if isinstance(path := answer.get("path"), str):
            yield path
        for item in answer.values():
            yield from _handed_out(item)
    elif isinstance(answer, list):
        match answer:
            case [str(), [*_, "path"], str(path)]:
                yield path
        for item in answer:
            yield from _handed_out(item)
