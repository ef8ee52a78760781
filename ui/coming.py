"""The better model that is fetched behind the page: how far it is, and a button once it is here."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import choosing
from ui.guard import QUICK, Updates, Values
from ui.page import Coming, Page, Services
from ui.progress import download, note_stage
from ui.texts import label, say

_EVERY = 2.0  # seconds


def build() -> Coming:
    """Out of sight unless something is coming."""
    told = gr.HTML(visible=False, elem_id="coming", padding=False)
    use = gr.Button(label("use_it"), size="sm", visible=False, elem_id="use-it")
    return Coming(told, use, gr.Timer(_EVERY, active=False))


def look(page: Page, services: Services, request: gr.Request | None) -> Updates:
    """How far it is now; the timer goes on as long as there is something to wait for."""
    mine, coming = page.coming, services.models.coming() if services.models is not None else None
    if coming is None:
        return {mine.timer: gr.Timer(active=False)}
    waits = not coming.complete and not coming.problem
    told = say(request, "coming", title=coming.title)
    if coming.problem:
        told = say(request, "not_coming", title=coming.title)
    elif coming.complete:
        told = say(request, "has_come", title=coming.title)
    bar = download(coming.done, coming.total, coming.file, request) if waits else ""
    return {
        mine.told: gr.update(value=note_stage(told) + bar, visible=True),
        mine.use: gr.update(visible=coming.complete),
        mine.timer: gr.Timer(active=waits),
    }


def connect(blocks: gr.Blocks, page: Page, services: Services) -> None:
    mine, models = page.coming, services.models
    if models is None:
        return
    shown: list[Any] = [mine.told, mine.use, mine.timer]

    def tell(request: gr.Request) -> Updates:
        return look(page, services, request)

    def use(values: Values, request: gr.Request) -> Updates:
        coming = models.coming()
        info = next((info for info in services.profiles if coming is not None and info.name == coming.name), None)
        hidden = {mine.told: gr.update(visible=False), mine.use: gr.update(visible=False)}
        if info is None:
            return hidden
        values = {**values, page.profile: info.name}
        return hidden | choosing.use(page, services, info, values, request) | {page.profile: info.name}

    blocks.load(tell, None, shown, **QUICK)
    mine.timer.tick(tell, None, shown, **QUICK)
    mine.use.click(use, choosing.inputs(page), [mine.told, mine.use, page.profile, *choosing.outputs(page)], **QUICK)
