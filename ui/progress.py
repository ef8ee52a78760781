"""The stage where the picture appears while it is drawn: preview, bar, and how long it still takes."""

from __future__ import annotations

import base64
import io
import time
from html import escape

import gradio as gr
import numpy as np
from PIL import Image

from pipeline.request import Image8, Step
from ui.texts import say

_PATIENCE = 3.0  # times as long as a step usually takes
_STAGES = {"draw": "drawing", "detail": "detailing", "upscale": "enlarging"}


def empty_stage(request: gr.Request | None = None) -> str:
    """Before the first picture."""
    return f'<div class="stage empty"><div class="hanger" aria-hidden="true"></div><p>{escape(say(request, "empty"))}</p></div>'


def note_stage(text: str) -> str:
    return f'<div class="stage note" role="status"><p>{escape(text)}</p></div>'


class Clock:
    """Turns steps into a bar; estimates the rest from the pace since the first step. Where it takes longer than was estimated, no
    time is told any more; after the last step the picture is put together, for as long as that takes."""

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None
        self._preview = ""
        self._due: tuple[float, float, str] | None = None  # when the next step should be there, the share, and what is done

    def waiting(self, text: str) -> str:
        """The stage before the first step."""
        return _stage(self._preview, None, text, "")

    def html(self, step: Step, request: gr.Request | None) -> str:
        if step.stage == "wait":
            return self.waiting(say(request, "waiting"))
        if step.stage == "load":
            return self.waiting(say(request, "loading", title=step.model))
        if step.preview is not None:
            self._preview = _data_url(step.preview)
        share = (step.image + step.index / max(1, step.total)) / step.images
        title = say(request, _STAGES.get(step.stage, "preparing"))
        if step.images > 1:
            title += " · " + say(request, "of", image=step.image + 1, images=step.images)
        if share >= 1:
            self._due = None
            return _stage(self._preview, 1.0, say(request, "finishing"), "")
        left = self._left(share, request)
        if self._first is not None and share > self._first[1]:
            pace = (time.monotonic() - self._first[0]) / (share - self._first[1])
            self._due = time.monotonic() + _PATIENCE * pace / (max(1, step.total) * step.images), share, title
        return _stage(self._preview, share, title, left)

    def overdue(self, request: gr.Request | None) -> str | None:
        """The stage without a remaining time, once, where a step takes much longer than those before; None otherwise."""
        if self._due is None or time.monotonic() < self._due[0]:
            return None
        (_, share, title), self._due = self._due, None
        return _stage(self._preview, share, title, say(request, "longer"))

    def _left(self, share: float, request: gr.Request | None) -> str:
        now = time.monotonic()
        if self._first is None:
            self._first = now, share
        started, at_first = self._first
        if share <= at_first:
            return ""
        seconds = (now - started) * (1 - share) / (share - at_first)
        return say(request, "left", seconds=max(1, round(seconds)))


def download(done: int, total: int, file: str, request: gr.Request | None) -> str:
    """A bar for a download. done, total: bytes, 0 of 0 before it is known; file: the one that is coming, "" before the first."""
    if not file:
        return _small(_bar(None, say(request, "fetching", file="…"), ""))
    share = done / max(1, total)
    left = say(request, "fetched", done=f"{done / 1e6:,.0f}", total=f"{total / 1e6:,.0f}", percent=int(100 * share))
    return _small(_bar(share, say(request, "fetching", file=file), left))


def _small(content: str) -> str:
    return f'<div class="stage busy small">{content}</div>'


def _stage(preview: str, share: float | None, title: str, left: str) -> str:
    picture = f'<img src="{preview}" alt="">' if preview else '<div class="hanger" aria-hidden="true"></div>'
    return f'<div class="stage busy">{picture}{_bar(share, title, left)}</div>'


def _bar(share: float | None, title: str, left: str) -> str:
    percent = None if share is None else round(100 * share)
    bar = f'aria-valuenow="{percent}"><i style="width:{percent}%"></i>' if percent is not None else '><i class="unknown"></i>'
    return (
        '<div class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" '
        f'aria-label="{escape(title)}" {bar}</div>'
        f'<p class="line"><span>{escape(title)}</span><span>{escape(left)}</span></p>'
    )


def _data_url(preview: Image8) -> str:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(preview[..., :3])).save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
