"""What the browser has kept (`ui.keeping`) comes back after a reload, and whatever changes is kept."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from typing import Any

import gradio as gr
import numpy as np

from pipeline.images import load_character
from pipeline.request import Image8, UserError
from ui import canvas, keeping, restoring, runs, views
from ui.drops import within_uploads
from ui.guard import QUICK, SILENT, Updates, Values, finally_do, friendly, into_canvas
from ui.page import Backstage, Page
from ui.shelf import Shelf, put_back

_MOST = 24  # results, as many as a shelf holds
_DONE = "() => { if (window.ccKeeper) window.ccKeeper.bringing = false; }"
_SWITCH = "() => [window.ccKeeper ? window.ccKeeper.on : true]"


def connect(blocks: gr.Blocks, page: Page, backstage: Backstage) -> None:
    named = restoring.named(page)
    names = json.dumps(list(named))
    keep = f"(...values) => {{ window.ccKeeper?.settings({names}, values); }}"
    gr.on([component.change for component in named.values()], None, list(named.values()), None, js=keep, **QUICK)
    page.canvas.input(None, None, None, js="() => { window.ccKeeper?.mask(); }", **QUICK)
    page.remember.input(None, page.remember, None, js="(on) => { window.ccKeeper?.switched(on); }", **QUICK)
    page.forget.click(None, None, None, js="() => { window.ccKeeper?.forget(); }", **QUICK)
    blocks.load(None, None, page.remember, js=_SWITCH, **QUICK)

    def placed(values: Values) -> Updates:
        return keeping.joints(page, values[page.draft.pose].joints)

    page.draft.pose.change(placed, {page.draft.pose}, [page.keeper], **QUICK)

    @friendly
    def bring(values: Values, request: gr.Request, event: gr.EventData) -> Updates:
        return brought(page, backstage, values, event._data or {}, request)

    @friendly
    def show(request: gr.Request, event: gr.EventData) -> Updates:
        found = refilled(page, backstage, event._data or {})
        return views.finished(page, found, request) if found.pictures else {page.shelf: found}

    back = into_canvas(page.keeper.bring, bring, restoring.inputs(page), restoring.opens(page))
    finally_do(back, None, None, None, js=_DONE)
    page.keeper.show(show, None, [*views.stage(page), *views.results(page)], **SILENT)


def brought(page: Page, backstage: Backstage, values: Values, kept: Mapping[str, Any], request: gr.Request | None) -> Updates:
    """The page as it was; what of it is broken is left out. Whatever comes from a browser may have been made by anybody."""
    told = kept.get("settings")
    settings = restoring.from_page(told if isinstance(told, dict) else {}) | {"joints": kept.get("joints")}
    path = within_uploads(page.drop, kept.get("picture"))
    if path is None:
        return restoring.settings(page, backstage, settings, values, request)
    picture, found = restoring.read(path, request)
    updates = restoring.opened(page, picture, _mask(kept.get("mask"), picture.image), request)
    updates |= restoring.settings(page, backstage, settings, values, request)
    if found is not None and found.own:
        theirs = restoring.from_parameters(found.parameters, picture.image.shape[1], found.embedded.grown)
        updates |= restoring.embedded(page, found.embedded, theirs, restoring.settings(page, backstage, theirs, values, request))
    if (own := within_uploads(page.drop, kept.get("draft"))) is not None:
        draft = load_character(own)
        if draft.shape == picture.image.shape:
            updates[page.draft.own] = restoring.Own(draft)
    return updates


def _mask(kept: Any, character: Image8) -> Image8 | None:
    """What was painted, at the size at which it is painted on; None where it is of another."""
    width, height = canvas.proxy_size(character)
    if not isinstance(kept, dict) or (kept.get("width"), kept.get("height")) != (width, height):
        return None
    try:
        layer = runs.decode(str(kept.get("runs")), (height, width))
    except ValueError:
        return None
    return np.where(layer, np.uint8(255), np.uint8(0)) if layer.any() else None


def refilled(page: Page, backstage: Backstage, kept: Mapping[str, Any]) -> Shelf:
    """Results on a shelf again, newest first; those whose files are broken are left out."""
    made = Shelf(tempfile.mkdtemp(prefix="cc-controlnet-"))
    rows, paths = kept.get("results"), kept.get("paths")
    for row in reversed(rows[:_MOST] if isinstance(rows, list) and isinstance(paths, dict) else []):
        try:
            files = {name: within_uploads(page.drop, paths[file]) for name, file in row["files"].items()}
            made = put_back(made, {name: path for name, path in files.items() if path}, row)
        except (UserError, KeyError, TypeError, ValueError, AttributeError):
            continue
    return made
