"""The page as a part of a larger application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Protocol

import gradio as gr
from fastapi import FastAPI
from starlette.middleware import Middleware

from pipeline.request import UserError
from ui import layout
from ui.doorkeeper import Doorkeeper
from ui.functions import Functions
from ui.held import Returning, held
from ui.visitors import Visitors

_SESSIONS = 10_000  # more than `Visitors` keep: gradio would let go of the oldest without deleting anything
_AT_ONCE = 3  # pictures that an event reads before it lets go of them: a result, what it was made from, and its mask
_LEFT_SECONDS = 10.0  # where memory is short: whoever has left is not waited for


class Budget(Protocol):
    """Of memory for decoded pictures, see `serving.web.uploads`."""

    def count(self, kept: Callable[[], int]) -> None: ...

    def size_of(self, files: Iterable[Path], at_once: int | None = None) -> int: ...

    def take(self, size: int, freed: int = 0) -> Callable[[], None]: ...


def mount(site: FastAPI, blocks: gr.Blocks, megabytes: int) -> None:
    """Put the page at the root of an application, behind what that answers itself. megabytes: of an upload, at most."""
    blocks.state_session_capacity = _SESSIONS
    options = layout.launch_options()
    budget: Budget = site.state.budget
    returning = Returning()
    taken: dict[str, list[Callable[[], None]]] = {}  # of the budget, by visit

    @cache
    def known() -> Mapping[int, int]:
        return {number: len(fn.inputs) for number, fn in blocks.fns.items() if fn.fn is not None}

    def forget(session: str) -> None:
        holder = blocks.state_holder
        holder.delete_state(session)  # with the files of its results
        holder.session_data.pop(session, None)
        holder.time_last_used.pop(session, None)
        for give_back in taken.pop(session, ()):
            give_back()
        returning.soon()

    def admit(files: set[str], session: str) -> Callable[[], None]:
        """Until the question is answered, or its visit has ended, this much is taken."""
        size = budget.size_of(map(Path, files), _AT_ONCE)
        if not size:
            return lambda: None
        freed = held(blocks.state_holder, session)
        try:
            give_back = budget.take(size, freed)
        except UserError:
            visitors.sweep(_LEFT_SECONDS)
            give_back = budget.take(size, freed)
        taken.setdefault(session, []).append(give_back)

        def answered() -> None:
            give_back()
            with suppress(KeyError, ValueError):
                taken[session].remove(give_back)

        return answered

    visitors = Visitors(blocks.GRADIO_CACHE, forget)
    visitors.publish(blocks.config)
    budget.count(lambda: held(blocks.state_holder))
    door = [Middleware(Doorkeeper, visitors=visitors), Middleware(Functions, known=known, visitors=visitors, admit=admit)]
    options["app_kwargs"]["middleware"] += [*site.state.shield, *door]
    gr.mount_gradio_app(site, blocks, "/", max_file_size=f"{megabytes}mb", show_error=False, ssr_mode=False, **options)
