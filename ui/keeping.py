"""What the browser keeps of a session (`scripts/keeper.js`), and how it comes back after a reload.

The server keeps nothing for later: it tells the browser where the files of picture and results are, and is given them again.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr

from ui.gallery import Picture, ResultGallery
from ui.guard import Updates
from ui.page import Page
from ui.texts import label

_HERE = Path(__file__).parent
_MOST = 12  # results


def build() -> dict[str, Any]:
    """A switch, and buttons that delete what the browser keeps, and all there is."""
    with gr.Row(elem_id="keeping", elem_classes="tools"):
        remember = gr.Checkbox(value=True, label=label("remember"), interactive=True, container=False, elem_id="remember")
        forget = gr.Button(label("forget"), size="sm", min_width=140, elem_id="forget")
        delete = gr.Button(label("delete"), size="sm", min_width=140, variant="stop", elem_id="delete")
    return {"remember": remember, "forget": forget, "delete": delete}


def build_keeper() -> gr.HTML:
    """Out of sight, but never folded away: gradio runs no script of what is."""
    script = (_HERE / "scripts" / "keeper.js").read_text(encoding="utf-8")
    return gr.HTML(None, html_template="", js_on_load=script, apply_default_css=False, elem_id="keeper", padding=False)


def picture(page: Page, path: str | Path) -> Updates:
    """The character's file, to be kept."""
    return _said(page, {"kind": "picture", "file": _file(page, path)})


def own_draft(page: Page, path: str | None) -> Updates:
    """A draft of the visitor's own, to be kept; None where there is none any more."""
    return _said(page, {"kind": "draft", "file": None if path is None else _file(page, path)})


def results(page: Page, made: ResultGallery) -> Updates:
    """What was made last, to be kept."""
    kept = made.pictures[:_MOST]
    rows = [
        {
            "seed": row.seed,
            "seconds": row.seconds,
            "steps": row.steps,
            "warnings": list(row.warnings),
            "files": {name: _name(file) for name, file in _files(row).items()},
        }
        for row in kept
    ]
    files = {_name(file): _handed_out(file) for row in kept for file in _files(row).values()}
    return _said(page, {"kind": "results", "results": rows, "files": files})


def _files(row: Picture) -> dict[str, str]:
    files = {"file": row.file, "original": row.original, "mask": row.mask, "outfit": row.outfit}
    return {name: file for name, file in files.items() if file}


@lru_cache(maxsize=512)
def _name(file: str) -> str:
    """By what is in it: another visit's file of the same name is another one."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:24]


def _said(page: Page, message: dict[str, Any]) -> Updates:
    return {page.keeper: message | {"number": secrets.token_hex(8)}}  # no two are alike, so that each is heard


def _file(page: Page, path: str | Path) -> dict[str, Any]:
    """A copy in the folder that visitors get files from, unless it lies there."""
    folder = Path(page.export_file.GRADIO_CACHE)
    if not Path(path).resolve().is_relative_to(folder.resolve()):
        copy = folder / secrets.token_hex(16) / Path(path).name
        copy.parent.mkdir(parents=True)
        path = shutil.copyfile(path, copy)
    return _handed_out(path)


def _handed_out(path: str | Path) -> dict[str, Any]:
    """As gradio hands out files, also those of a result's folder."""
    return {"path": str(path), "orig_name": Path(path).name, "meta": {"_type": "gradio.FileData"}}


def joints(page: Page, placed: Mapping[str, tuple[float, float]]) -> Updates:
    """Joints that were put right, to be kept."""
    return _said(page, {"kind": "joints", "joints": dict(placed)})
