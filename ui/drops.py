"""Places where a picture is dropped: built alike, and read by `load_character` alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from pipeline.images import load_character
from pipeline.request import UserError
from ui.guard import QUICK, SILENT, Updates, friendly
from ui.texts import label, say


def drop_zone(key: str, name: str, height: int, **more: Any) -> gr.Image:
    """key: of its label; name: its id on the page; height: pixels."""
    return gr.Image(
        label=label(key),
        type="filepath",
        image_mode=None,
        sources=["upload", "clipboard"],
        height=height,
        elem_id=name,
        buttons=[],
        **more,
    )


def uploaded(component: gr.Image, payload: dict[str, Any] | None) -> str | None:
    """The path of an upload that was not preprocessed, if there is one and it really lies where uploads do."""
    return within_uploads(component, (payload or {}).get("path"))


def within_uploads(component: gr.Image, told: Any) -> str | None:
    """A path that a browser tells, if it really lies where uploads do."""
    path, folder = Path(told if isinstance(told, str) else "").resolve(), Path(component.GRADIO_CACHE).resolve()
    return str(path) if path.is_relative_to(folder) else None


def keep_upload(drop: gr.Image, state: gr.State) -> None:
    """What is dropped there is read and kept, and forgotten when it is cleared; what cannot be read is taken out again."""

    @friendly
    def show(payload: dict[str, Any] | None, request: gr.Request) -> Updates:
        path = uploaded(drop, payload)
        if path is None:
            raise UserError(say(request, "no_image"))
        return {state: load_character(path)}

    shown = drop.upload(show, drop, [state], preprocess=False, **SILENT)
    shown.failure(lambda: (None, None), None, [drop, state], **QUICK)
    drop.clear(lambda: None, None, state, **QUICK)
