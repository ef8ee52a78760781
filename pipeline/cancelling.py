"""How whoever has asked ends what is computed for them between two of its stages, however deep in it those are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CHECK: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)


@contextmanager
def cancellable(check: Callable[[], None]) -> Iterator[None]:
    """check: raises whatever is to end what is computed in here, by this thread; it is asked several times a second."""
    token = _CHECK.set(check)
    try:
        yield
    finally:
        _CHECK.reset(token)


def raise_if_cancelled() -> None:
    """To be called between stages. Raises what the check raises, `pipeline.request.Cancelled` as a rule."""
    check = _CHECK.get()
    if check is not None:
        check()
