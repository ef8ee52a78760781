"""Reading the editor's paint without making the editor an input of anything that runs on the server.

Gradio 6.31 reads every input of an event that has ended anew with every later message of every event; for the editor that
means to encode and upload its whole picture, several times for one word of the prompt. So a script alone reads it, once,
and what comes of that travels as a text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

import gradio as gr
from gradio.components.image_editor import EditorData
from gradio.data_classes import FileData

from ui.drops import uploaded
from ui.guard import QUICK, Updates, Values
from ui.page import Page

SEND = "(paint) => JSON.stringify(paint)"


def wire() -> gr.Textbox:
    """Where the text arrives, out of sight."""
    return gr.Textbox(show_label=False, container=False, elem_id="wire")


def read_then(page: Page, trigger: Callable[..., Any]) -> Callable[..., Any]:
    """Connects like `trigger` itself; a handler (values, ...) that asks for the editor finds in `values` what is painted."""

    def connect(handler: Callable[..., Updates] | None, inputs: Any, outputs: Any, **more: Any) -> Any:
        if handler is None or page.editor not in (inputs or ()):
            return trigger(handler, inputs, outputs, **more)

        @wraps(handler)
        def filled(values: Values, *others: Any) -> Updates:
            return handler(received(page, values), *others)

        sent = trigger(None, page.editor, page.wire, js=SEND, **QUICK)
        return sent.success(filled, sent_instead(page, inputs), outputs, **more)

    return connect


def sent_instead(page: Page, inputs: set[Any]) -> set[Any]:
    """The inputs without the editor."""
    return {*(inputs - {page.editor}), page.wire}


def received(page: Page, values: Values) -> Values:
    """The values, with what the editor has sent; None where it holds no picture."""
    data = json.loads(values[page.wire] or "null")
    if not isinstance(data, dict):
        return {**values, page.editor: None}
    layers = [file for item in data.get("layers") or () if (file := _file(page, item))]
    held = EditorData(background=_file(page, data.get("background")), layers=layers)
    return {**values, page.editor: page.editor.preprocess(held)}


def _file(page: Page, item: Any) -> FileData | None:
    """One of the editor's pictures, if it really lies where uploads do."""
    path = uploaded(page.editor, item) if isinstance(item, dict) else None
    return FileData(path=path) if path else None
