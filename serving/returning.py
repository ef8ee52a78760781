"""Memory that was freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def return_freed() -> None:
    """What is freed in pieces the C library keeps for later, in an arena for nearly every thread; where each piece is of another
    size than what is asked for next, there is soon more of it than of what is in use. It takes about 20 ms."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # of other C libraries than glibc
            ctypes.CDLL(None).malloc_trim(0)
