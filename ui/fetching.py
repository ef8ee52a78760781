"""A model that is not on this disk: what it would take to get it, and the download, beside everything else on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from pipeline.request import Cancelled, UserError
from serving.engine import Missing
from ui import steering
from ui.guard import QUICK, SILENT, Updates, Values, as_message, finally_do
from ui.jobs import Jobs
from ui.page import Fetching, Page, Services
from ui.progress import download, note_stage
from ui.texts import label, say

_LINE: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "hub"}  # beside the device's queue, never in it


def build() -> Fetching:
    """Under the choice of the model, out of sight while the one that is chosen is there."""
    note = gr.HTML(visible=False, elem_id="missing", padding=False)
    bar = gr.HTML(visible=False, elem_id="fetching", padding=False)
    with gr.Row(elem_classes="tools"):
        fetch = gr.Button("", size="sm", visible=False, elem_id="fetch")
        stop = gr.Button(label("stop_fetch"), size="sm", visible=False, elem_id="stop-fetch")
    return Fetching(note, bar, fetch, stop)


def outputs(fetching: Fetching) -> list[Any]:
    """What `use` changes."""
    return [fetching.note, fetching.fetch]


def use(page: Page, services: Services, values: Values, request: gr.Request | None) -> Updates:
    """Whether the chosen model has to be fetched first, and how large it is; or what hints it could follow with more."""
    name = values[page.profile]
    missing = services.models and services.models.missing(name)
    told = _told(missing, name, request) if missing else _hints_told(services, name, request)
    button = say(request, "fetch", size=_size(missing.megabytes, request)) if missing else ""
    return {
        page.fetching.note: gr.update(value=note_stage(told), visible=bool(told)),
        page.fetching.fetch: gr.update(value=button, visible=bool(missing) and services.fetches),
    }


def require(services: Services, name: str, request: gr.Request | None) -> None:
    """Raises `UserError` for a model that is not on this disk."""
    if services.models and (missing := services.models.missing(name)):
        raise UserError(_told(missing, name, request))


def _told(missing: Missing, name: str, request: gr.Request | None) -> str:
    size = _size(missing.megabytes, request)
    return say(request, "not_here", title=missing.title, size=size, licence=missing.licence, name=name)


def _hints_told(services: Services, name: str, request: gr.Request | None) -> str:
    """To whoever may fetch: what else could be followed, and what that costs."""
    missing = services.models.missing_hints(name) if services.models and services.fetches else None
    if missing is None:
        return ""
    kinds = ", ".join(steering.title_of(kind, request) for kind in missing.kinds)
    return say(request, "hints_not_here", kinds=kinds, size=_size(missing.megabytes, request), name=name)


def _size(megabytes: int, request: gr.Request | None) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes else say(request, "size_unknown")


def connect(blocks: gr.Blocks, page: Page, services: Services) -> None:
    models, mine = services.models, page.fetching
    if models is None:
        return
    downloads = Jobs()

    def look(values: Values, request: gr.Request) -> Updates:
        return use(page, services, values, request)

    def fetch(values: Values, request: gr.Request) -> Iterator[Updates]:
        name, job = values[page.profile], downloads.begin(str(request.session_hash), "")

        def get(tell: Callable[[tuple[int, int, str]], None]) -> None:
            models.get(name, lambda done, total, file: tell((done, total, file)))

        yield shown(download(0, 0, "", request), True)
        try:
            for item in job.watch(get, daemon=True):
                if item is not None:
                    yield {mine.bar: download(*item, request)}
                elif job.stopped:  # nothing comes over the network, so the thread has not noticed yet
                    raise Cancelled
            yield shown(note_stage(say(request, "complete", name=name)), False)
        except Cancelled:
            yield shown(note_stage(say(request, "fetch_stopped")), False)
        except Exception as error:
            yield shown("", False)
            raise as_message(error, request) from None

    def shown(html: str, is_busy: bool) -> Updates:
        return {
            mine.bar: gr.update(value=html, visible=bool(html)),
            mine.fetch: gr.update(interactive=not is_busy),
            mine.stop: gr.update(visible=is_busy),
        }

    def stop(request: gr.Request) -> None:
        downloads.stop(str(request.session_hash))

    started = mine.fetch.click(fetch, {page.profile}, [mine.bar, mine.fetch, mine.stop], **SILENT, **_LINE)
    finally_do(started, look, {page.profile}, outputs(mine))  # another model may be chosen by now
    mine.stop.click(stop, None, None, **QUICK)
    blocks.load(look, {page.profile}, outputs(mine), **QUICK)
    blocks.unload(stop)
