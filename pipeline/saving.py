"""What is saved for a user: wholly or not at all, and what hinders it in one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from models.whole_files import whole
from pipeline.request import UserError

UNWRITTEN = "{name} could not be written ({reason}), please make room or choose another folder."


@contextmanager
def saving(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """See `models.whole_files.whole`. Raises `UserError` where the disk is full or the folder cannot be written to."""
    try:
        with whole(path) as file:
            yield file
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(UNWRITTEN.format(name=os.path.basename(path), reason=reason.lower())) from error
