"""Folders for what lasts no longer than the server, and what a killed one has left of them."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

_NAME = re.compile(r"cc-controlnet-[a-z]+-(\d+)-\w+")

_own: set[str] = set()  # names of this process's


def passing(what: str) -> tempfile.TemporaryDirectory[str]:
    """A folder that only its owner may look into. what: one word, for whoever looks at the disk."""
    folder = tempfile.TemporaryDirectory(prefix=f"cc-controlnet-{what}-{os.getpid()}-", ignore_cleanup_errors=True)
    _own.add(Path(folder.name).name)
    return folder


def sweep() -> None:
    """Delete such folders of processes that live no longer."""
    if os.name != "posix":  # elsewhere asking for a process may end it
        return
    for folder in Path(tempfile.gettempdir()).iterdir():
        found = _NAME.fullmatch(folder.name)
        if found and folder.name not in _own and not _lives(int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    if process == os.getpid():
        return False  # in a container every server has the same number, and what is this one's is known
    try:
        os.kill(process, 0)  # asks, and sends nothing
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's
    return True
