"""What is saved for a user: wholly or not at all, and what hinders it in one sentence."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.request import UserError

UNWRITTEN = "{name} could not be written ({reason}), please make room or choose another folder."


@contextmanager
def whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A new file, written beside `path` and moved there at the end: a full disk, an error or the end of the process leave what
    was there before. A link is followed. Raises `OSError`."""
    final = Path(os.path.realpath(path))
    part = final.with_name(f".{final.name}.{secrets.token_hex(6)}.part")  # two writers of one name are not in each other's way
    try:
        with part.open("xb") as file:
            yield file
        part.replace(final)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def saving(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """The same for a user. Raises `UserError` where the disk is full or the folder cannot be written to."""
    try:
        with whole(path) as file:
            yield file
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(UNWRITTEN.format(name=os.path.basename(path), reason=reason.lower())) from error
