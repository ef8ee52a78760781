"""Jobs on the disk: what was accepted is done even if the server dies before, and results wait for whoever has the secret.

One SQLite file in write-ahead mode (https://sqlite.org/wal.html), beside it a folder of pictures for each job that is done.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.request import UserError
from serving.refusals import KEY_TAKEN, Clash

State = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN = ("queued", "running")
VERSION = 1
IN_USE = "The folder {folder} is another server's or cannot be written to ({reason}), please choose another with --jobs."
NEWER = "The jobs in {folder} are a newer version's, please choose another folder with --jobs."
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, visitor TEXT NOT NULL, kind TEXT NOT NULL, steps INTEGER NOT NULL, state TEXT NOT NULL,
    created REAL NOT NULL, begun REAL, ended REAL, attempts INTEGER NOT NULL DEFAULT 0,
    work BLOB, digest BLOB NOT NULL, key TEXT, error TEXT, result TEXT, bytes INTEGER NOT NULL,
    UNIQUE (visitor, key)
);
CREATE INDEX by_state ON jobs (state, created);
"""
_COLUMNS = "id, visitor, kind, steps, state, created, begun, ended, attempts, error, result, bytes"


@dataclass(frozen=True)
class Entry:
    """A job as the journal knows it. created, begun, ended: seconds since 1970; attempts: how often it was begun; error: one
    sentence; result: what `Journal.finish` was given; bytes: what it takes on the disk."""

    id: str
    visitor: str
    kind: str
    steps: int
    state: State
    created: float
    begun: float | None
    ended: float | None
    attempts: int
    error: str | None
    result: dict[str, Any] | None
    bytes: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Journal:
    """All methods may be called from any thread. Raises `sqlite3.Error` and `OSError` where the disk is full or broken."""

    def __init__(self, folder: Path) -> None:
        """Made if it is not there; only its owner may look into it. Raises `UserError` if another server works there."""
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.pictures = folder / "pictures"
            self.pictures.mkdir(mode=0o700, exist_ok=True)
            self._base = sqlite3.connect(folder / "jobs.sqlite", timeout=1, isolation_level=None, check_same_thread=False)
            for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                self._base.execute(f"PRAGMA {pragma}")
            self._lock = threading.Lock()
            with self._writing() as base:  # from here on the file is this server's alone
                version = base.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    for statement in _SCHEMA.split(";"):
                        base.execute(statement)
                    base.execute("INSERT INTO meta VALUES ('secret', ?)", (secrets.token_bytes(32),))
                    base.execute(f"PRAGMA user_version = {VERSION}")
        except (OSError, sqlite3.Error) as error:
            raise UserError(IN_USE.format(folder=folder, reason=error)) from None
        if version > VERSION:
            raise UserError(NEWER.format(folder=folder))
        self._secret: bytes = self._base.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()[0]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def secret(self, id: str) -> str:
        """What opens this job. It follows from the id, so that nobody keeps it, and whoever repeats a key gets it again."""
        return hmac.new(self._secret, id.encode(), hashlib.sha256).hexdigest()

    def accept(self, visitor: str, kind: str, steps: int, work: bytes, key: str | None) -> tuple[Entry, bool]:
        """The new job, and True; the same visitor's older one of this key, and False. Raises `Clash` where that one was
        another request."""
        digest = hashlib.sha256(kind.encode() + b"\0" + work).digest()
        with self._writing() as base:
            if key is not None:
                found = base.execute("SELECT id, digest FROM jobs WHERE visitor = ? AND key = ?", (visitor, key)).fetchone()
                if found is not None:
                    if not hmac.compare_digest(found[1], digest):
                        raise Clash(KEY_TAKEN)
                    return self._entry(base, found[0]), False
            id = secrets.token_urlsafe(16)
            values = (id, visitor, kind, steps, "queued", time.time(), work, digest, key, len(work))
            base.execute(
                "INSERT INTO jobs (id, visitor, kind, steps, state, created, work, digest, key, bytes) "
                f"VALUES ({', '.join('?' * len(values))})",
                values,
            )
            return self._entry(base, id), True

    def knows(self, visitor: str, key: str) -> bool:
        """Whether the visitor has a job of this key."""
        with self._lock:
            found = self._base.execute("SELECT 1 FROM jobs WHERE visitor = ? AND key = ?", (visitor, key)).fetchone()
        return found is not None

    def begin(self, id: str) -> tuple[str, bytes, int] | None:
        """It is being worked on -> kind, work, and how often it was begun before; None where it was cancelled meanwhile."""
        with self._writing() as base:
            values = (time.time(), id)
            done = base.execute(
                f"UPDATE jobs SET state = 'running', begun = ?, attempts = attempts + 1 WHERE id = ? AND state IN {OPEN}", values
            )
            if not done.rowcount:
                return None
            kind, work, attempts = base.execute("SELECT kind, work, attempts FROM jobs WHERE id = ?", (id,)).fetchone()
            return kind, work, attempts - 1

    def finish(self, id: str, result: dict[str, Any], size: int) -> bool:
        """Its pictures are there, `size` bytes. False where it has ended otherwise before, and they are not wanted."""
        return self._end(id, "done", result=json.dumps(result), size=size)

    def fail(self, id: str, error: str) -> bool:
        return self._end(id, "failed", error=error)

    def cancel(self, id: str) -> bool:
        return self._end(id, "cancelled")

    def _end(self, id: str, state: State, error: str | None = None, result: str | None = None, size: int = 0) -> bool:
        """A job ends once. The request goes with it: nobody needs it any more."""
        with self._writing() as base:
            done = base.execute(
                "UPDATE jobs SET state = ?, ended = ?, error = ?, result = ?, bytes = ?, work = NULL "
                f"WHERE id = ? AND state IN {OPEN}",
                (state, time.time(), error, result, size, id),
            )
            return done.rowcount == 1

    def interrupted(self) -> list[Entry]:
        """What waits or was being worked on when the server before this one ended, the oldest first; those behind that were begun
        before, as one of them may have ended it."""
        with self._lock:
            rows = self._base.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE state IN {OPEN} ORDER BY attempts, created, rowid"
            ).fetchall()
        return [_as_entry(row) for row in rows]

    def get(self, id: str) -> Entry | None:
        with self._lock:
            row = self._base.execute(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", (id,)).fetchone()
        return None if row is None else _as_entry(row)

    @property
    def size(self) -> int:
        """Bytes of all jobs."""
        with self._lock:
            return int(self._base.execute("SELECT COALESCE(SUM(bytes), 0) FROM jobs").fetchone()[0])

    def folder_of(self, id: str) -> Path:
        return self.pictures / id

    def forget(self, id: str) -> None:
        """The job and its pictures, whatever its state."""
        with self._writing() as base:
            base.execute("DELETE FROM jobs WHERE id = ?", (id,))
        self._checkpoint()
        shutil.rmtree(self.folder_of(id), ignore_errors=True)

    def sweep(self, seconds: float, size: int) -> None:
        """Forget what ended longer ago than `seconds`, then the oldest of what ended until all takes at most `size` bytes;
        pictures of no job go too."""
        old = time.time() - seconds
        with self._lock:
            rows = self._base.execute(f"SELECT id, ended, bytes FROM jobs WHERE state NOT IN {OPEN} ORDER BY ended").fetchall()
        left = self.size
        for id, ended, own in rows:
            if ended < old or (left > size and own):
                self.forget(id)
                left -= own
        with self._lock:
            known = {row[0] for row in self._base.execute("SELECT id FROM jobs WHERE state IN ('done', 'running')")}
        for folder in self.pictures.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)

    def _checkpoint(self) -> None:
        """What was deleted also leaves the write-ahead file."""
        with self._lock:
            self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with self._lock:
            self._base.close()

    def _entry(self, base: sqlite3.Connection, id: str) -> Entry:
        return _as_entry(base.execute(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", (id,)).fetchone())


def _as_entry(row: tuple[Any, ...]) -> Entry:
    told = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Entry(**{**told, "result": None if told["result"] is None else json.loads(told["result"])})
