"""The page as a part of a larger application."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import gradio as gr
from fastapi import FastAPI
from starlette.middleware import Middleware

from ui import layout
from ui.functions import Functions

_SESSIONS = 200  # whose state is kept at once


def mount(site: FastAPI, blocks: gr.Blocks, megabytes: int) -> None:
    """Put the page at the root of an application, behind what that answers itself. megabytes: of an upload, at most."""
    blocks.state_session_capacity = _SESSIONS
    options = layout.launch_options()

    @cache
    def known() -> Mapping[int, int]:
        return {number: len(fn.inputs) for number, fn in blocks.fns.items() if fn.fn is not None}

    options["app_kwargs"]["middleware"].append(Middleware(Functions, known=known))
    gr.mount_gradio_app(site, blocks, "/", max_file_size=f"{megabytes}mb", show_error=False, ssr_mode=False, **options)
