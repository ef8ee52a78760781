"""The canvas on which the mask is made (`scripts/canvas.js`): what it is told, and what is read from it.

It keeps what was found, what was painted and what was rubbed out apart, and their history; the server tells it of a new picture
(`opened`), of parts that were found or chosen (`parts`), and of regions that a click or a file adds (`changed`).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from pipeline.images import resize
from pipeline.request import Image8
from ui import runs
from ui.runs import Layer
from ui.texts import say
from ui.tint import tint

LARGEST = 2048  # pixels: the long side at which a picture is painted on
PAINT, RUB_OUT, REPLACE = "add", "remove", "replace"  # what is done with a region
Message = dict[str, Any]
Value = Mapping[str, Any] | None

_HERE = Path(__file__).parent
_SCRIPTS = ("mask.js", "view.js", "canvas.js")
# a button's name, its key, and its lines on a grid of 24
_TOOLS = (
    ("brush", "B", "M9 12l8-8a2 2 0 0 1 3 3l-8 8M7 15a3 3 0 0 0-3 3c0 1-3 1-2 2 1 1 2 2 4 2a4 4 0 0 0 4-4 3 3 0 0 0-3-3z"),
    ("eraser", "E", "M7 21l-4-4a2 2 0 0 1 0-3l10-10a2 2 0 0 1 3 0l5 5a2 2 0 0 1 0 3l-9 9M22 21H7M6 11l8 8"),
    ("add", "A", "M3 5V3h2M9 3h3M16 3h2v2M3 9v3M3 16v2h2M9 18h1M18 9v1M17 13v8M13 17h8"),
    ("remove", "R", "M3 5V3h2M9 3h3M16 3h2v2M3 9v3M3 16v2h2M9 18h1M18 9v1M13 17h8"),
)  # fmt: skip
_STEPS = (
    ("undo", "Ctrl+Z", "M3 7v6h6M3.5 13a9 9 0 1 1 2.3 6.4"),
    ("redo", "Ctrl+Shift+Z", "M21 7v6h-6M20.5 13a9 9 0 1 0-2.3 6.4"),
)
_ZOOMS = (
    ("zoom_out", "-", "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM21 21l-5-5M8 11h6"),
    ("fit", "0", "M8 3H5a2 2 0 0 0-2 2v3M21 8V5a2 2 0 0 0-2-2h-3M3 16v3a2 2 0 0 0 2 2h3M16 21h3a2 2 0 0 0 2-2v-3"),
    ("zoom_in", "+", "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM21 21l-5-5M8 11h6M11 8v6"),
)
_WHOLE = (
    ("invert", "", "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18"),
    ("clear", "", "M3 6h18M8 6V4a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v2M19 6l-1 14a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1L5 6M10 11v6M14 11v6"),
)
# what the canvas calls its parts, and the text that names each
_LABELS = {
    "brush": "tool_brush",
    "eraser": "tool_eraser",
    "add": "tool_add",
    "remove": "tool_remove",
    "size": "brush_size",
    "undo": "undo",
    "redo": "redo",
    "zoom_out": "zoom_out",
    "fit": "fit",
    "zoom_in": "zoom_in",
    "invert": "invert",
    "clear": "clear",
    "canvas": "editor",
    "tools": "tools",
}


@dataclass(frozen=True, eq=False)
class Layers:
    """What the canvas holds. step: the number of the choice whose parts it shows, 0 = none; added, erased: h x w at the size at
    which the picture is painted on."""

    step: int
    added: Layer
    erased: Layer


def build(finds: bool) -> gr.HTML:
    """finds: whether a click can choose a region."""
    tools = _TOOLS if finds else _TOOLS[:2]
    script = "\n".join((_HERE / "scripts" / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    return gr.HTML(None, html_template=_page(tools), js_on_load=script, apply_default_css=False, elem_id="canvas", padding=False)


def _page(tools: tuple[tuple[str, str, str], ...]) -> str:
    def group(buttons: tuple[tuple[str, str, str], ...]) -> str:
        return f'<div class="group">{"".join(map(_button, buttons))}</div>'

    slider = (
        '<label class="group size"><input type="range" min="0" max="100" step="any" data-is="size">'
        '<output data-is="pixels"></output></label>'
    )
    bar = f"{group(tools)}{slider}{group(_STEPS)}{group(_ZOOMS)}{group(_WHOLE)}"
    return (
        f'<div class="canvas" data-tool="brush"><div class="bar" role="toolbar" data-is="tools">{bar}</div>'
        '<div class="board" data-is="stage"><canvas data-is="canvas" tabindex="0" role="img"></canvas>'
        '<div class="cursor" data-is="cursor" hidden></div><div class="wait" aria-hidden="true"></div></div></div>'
    )


def _button(row: tuple[str, str, str]) -> str:
    name, key, lines = row
    pressed = f' aria-pressed="{str(name == "brush").lower()}"' if row in _TOOLS else ""
    return (
        f'<button type="button" id="{name.replace("_", "-")}" data-is="{name}" data-key="{escape(key)}"{pressed}>'
        f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{lines}"/></svg></button>'
    )


def proxy(character: Image8) -> Image8:
    """The picture itself, or where it is larger a copy of at most 2048 pixels a side."""
    width, height = proxy_size(character)
    return character if (height, width) == character.shape[:2] else resize(character, (width, height))


def proxy_size(character: Image8) -> tuple[int, int]:
    """Width and height at which this picture is painted on."""
    height, width = character.shape[:2]
    shrink = max(1.0, max(height, width) / LARGEST)
    return max(1, round(width / shrink)), max(1, round(height / shrink))


def opened(character: Image8, folder: str, request: gr.Request | None, mask: Image8 | None = None) -> Message:
    """Another picture (H x W x 4), with a mask (H x W, 255 = painted) or none; its history begins anew. folder: where a file
    may lie that visitors get. `with_parts` adds what was found."""
    picture, (width, height) = secrets.token_hex(8), proxy_size(character)
    file = Path(folder) / secrets.token_hex(16) / "picture.webp"
    file.parent.mkdir(parents=True)
    Image.fromarray(np.ascontiguousarray(proxy(character))).save(file, "WEBP", quality=92, method=0)
    return {
        "kind": "open",
        "picture": picture,
        "file": {"path": str(file), "meta": {"_type": "gradio.FileData"}},
        "width": width,
        "height": height,
        "colour": tint(character, mask),
        "added": None if mask is None else runs.encode(runs.resized(mask > 0, (width, height))),
        "labels": {name: say(request, key) for name, key in _LABELS.items()},
    }


def with_parts(message: Message, character: Image8, mask: Image8, unsure: Layer, erased: Layer) -> Message:
    """`opened` with the parts of the first choice, as `parts` shows them; erased: h x w at the size at which it is painted on,
    what was rubbed out."""
    size = proxy_size(character)
    chosen, doubtful = (runs.encode(runs.resized(layer, size)) for layer in (mask > 0, unsure & (mask > 0)))
    found = {"step": 1, "parts": chosen, "unsure": doubtful, "erased": runs.encode(erased)}
    return message | found | {"colour": tint(character, mask)}


def parts(value: Value, character: Image8, step: int, mask: Image8, unsure: Layer) -> Message:
    """What was found or is chosen of it, H x W, 255 = repaint; strokes stay. unsure: H x W, what of it is hatched; step: a
    number above 0 by which the canvas speaks of it."""
    size = proxy_size(character)
    colour = tint(character, mask)
    chosen, doubtful = (runs.encode(runs.resized(layer, size)) for layer in (mask > 0, unsure & (mask > 0)))
    return _message("parts", value) | {"step": step, "parts": chosen, "unsure": doubtful, "colour": colour}


def changed(value: Value, character: Image8, how: str, region: Image8) -> Message:
    """A region (H x W, 255 = there) that is painted, rubbed out, or replaces the whole mask."""
    return _message(how, value) | {"region": runs.encode(runs.resized(region > 0, proxy_size(character)))}


def _message(kind: str, value: Value) -> Message:
    """No two are alike, so that each is heard."""
    return {"kind": kind, "picture": (value or {}).get("picture"), "number": secrets.token_hex(8)}


def layers(value: Value, character: Image8) -> Layers | None:
    """What the canvas holds; None where it does not hold this picture."""
    width, height = proxy_size(character)
    if not isinstance(value, Mapping) or (value.get("width"), value.get("height")) != (width, height):
        return None
    try:
        added, erased = (runs.decode(str(value[name]), (height, width)) for name in ("added", "erased"))
        return Layers(int(value["step"]), added, erased)
    except (KeyError, ValueError):
        return None


def painted(held: Layers, found: Image8 | None, size: tuple[int, int]) -> Image8 | None:
    """All layers together. found: the parts that are chosen, H x W, 255 = there; size: (width, height) -> H x W uint8, 0 or
    255; None where nothing is painted."""
    union = runs.resized(held.added, size)
    if found is not None:
        union = union | (found > 0)
    union = union & ~runs.resized(held.erased, size)
    return np.where(union, np.uint8(255), np.uint8(0)) if union.any() else None
