"""What the browser has kept (`ui.keeping`) comes back after a reload, and whatever changes is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import gradio as gr
import numpy as np

from pipeline.images import Picture, load_character
from pipeline.request import DetectRequest, Image8, UserError
from ui import canvas, detecting, finding, keeping, restoring, runs, views
from ui.drops import within_uploads
from ui.gallery import ResultGallery, empty, put_back
from ui.guard import QUICK, SILENT, Updates, Values, finally_do, friendly, into_canvas
from ui.page import Page, Services
from ui.runs import Layer
from ui.visitors import VISITOR, VISITORS, Visitors

_MOST = 24  # results, as many as a gallery holds
_DONE = "() => { if (window.ccKeeper) window.ccKeeper.bringing = false; }"
_EMPTIED = "() => { window.ccKeeper?.emptied(); }"
_SWITCH = "() => [window.ccKeeper ? window.ccKeeper.on : true]"


def connect(blocks: gr.Blocks, page: Page, services: Services) -> None:
    named = restoring.named(page)
    names = json.dumps(list(named))
    keep = f"(...values) => {{ window.ccKeeper?.settings({names}, values); }}"
    gr.on([component.change for component in named.values()], None, list(named.values()), None, js=keep, **QUICK)
    page.canvas.input(None, None, None, js="() => { window.ccKeeper?.mask(); }", **QUICK)
    page.remember.input(None, page.remember, None, js="(on) => { window.ccKeeper?.switched(on); }", **QUICK)
    page.forget.click(None, None, None, js="() => { window.ccKeeper?.forget(); }", **QUICK)
    blocks.load(None, None, page.remember, js=_SWITCH, **QUICK)

    def delete(request: gr.Request) -> None:
        """All that is this visitor's on the server, also of other visits in the same browser."""
        scope = request.request.scope if request.request else {}
        visitors: Visitors | None = scope.get(VISITORS)
        for session in visitors.sessions_of(scope[VISITOR]) if visitors else [str(request.session_hash)]:
            services.jobs.stop(session)
        if visitors:
            visitors.forget(scope[VISITOR])

    page.delete.click(delete, None, None, **QUICK).success(None, None, None, js=_EMPTIED, **QUICK)

    def placed(values: Values) -> Updates:
        return keeping.joints(page, values[page.draft.pose].joints)

    page.draft.pose.change(placed, {page.draft.pose}, [page.keeper], **QUICK)

    @friendly
    def bring(values: Values, request: gr.Request, event: gr.EventData) -> Updates:
        return brought(page, services, values, event._data or {}, request)

    @friendly
    def show(request: gr.Request, event: gr.EventData) -> Updates:
        found = refilled(page, services, event._data or {})
        return views.finished(page, found, request) if found.pictures else {page.result_gallery: found}

    shown = restoring.opens(page)
    shown += [component for component in detecting.chips(page) if component not in shown]
    back = into_canvas(page.keeper.bring, bring, restoring.inputs(page), shown)
    finally_do(back, None, None, None, js=_DONE)
    page.keeper.show(show, None, [*views.stage(page), *views.results(page)], **SILENT)


def brought(page: Page, services: Services, values: Values, kept: Mapping[str, Any], request: gr.Request | None) -> Updates:
    """The page as it was; what of it is broken is left out. Whatever comes from a browser may have been made by anybody."""
    told = kept.get("settings")
    settings = restoring.from_page(told if isinstance(told, dict) else {}) | {"joints": kept.get("joints")}
    path = within_uploads(page.drop, kept.get("picture"))
    if path is None:
        return restoring.settings(page, services, settings, values, request)
    picture, found = restoring.read(path, request)
    updates = _with_mask(page, services, picture, kept.get("mask"), request)
    updates |= restoring.settings(page, services, settings, values, request)
    if found is not None and found.own:
        theirs = restoring.from_parameters(found.parameters, picture.image.shape[1], found.embedded.grown)
        updates |= restoring.embedded(page, found.embedded, theirs, restoring.settings(page, services, theirs, values, request))
    if (own := within_uploads(page.drop, kept.get("draft"))) is not None:
        draft = load_character(own)
        if draft.shape == picture.image.shape:
            updates[page.draft.own] = restoring.Own(draft)
    return updates


def _with_mask(page: Page, services: Services, picture: Picture, kept: Any, request: gr.Request | None) -> Updates:
    """The picture with what was found and painted, each apart; with all of it as if painted where it cannot be found again."""
    character = picture.image
    layers = {name: _layer(kept, name, character) for name in ("runs", "parts", "added", "erased")}
    opened = restoring.opened(page, picture, _region(layers["runs"]), request)
    said = kept.get("choice") if isinstance(kept, dict) else None
    if not isinstance(said, dict) or not services.finds:
        return opened
    parts, added, erased = (layers[name] for name in ("parts", "added", "erased"))
    if parts is None or added is None or erased is None:
        return opened
    try:
        detection = services.engine.detect(DetectRequest(character))
        region = runs.resized(parts, (character.shape[1], character.shape[0]))
        choice = finding.again(said, detection, np.where(region, np.uint8(255), np.uint8(0)))
    except (UserError, KeyError, TypeError, ValueError):
        return opened
    opened = restoring.opened(page, picture, _region(added), request)
    message = canvas.with_parts(opened[page.canvas], character, choice.region, finding.unsure(choice), erased)
    return opened | detecting.first_choice(page, choice, request) | {page.canvas: message | {"choice": finding.told(choice)}}


def _layer(kept: Any, name: str, character: Image8) -> Layer | None:
    """One layer at the size at which it is painted on; None where it is of another."""
    width, height = canvas.proxy_size(character)
    if not isinstance(kept, dict) or (kept.get("width"), kept.get("height")) != (width, height):
        return None
    try:
        return runs.decode(str(kept.get(name)), (height, width))
    except ValueError:
        return None


def _region(layer: Layer | None) -> Image8 | None:
    return None if layer is None or not layer.any() else np.where(layer, np.uint8(255), np.uint8(0))


def refilled(page: Page, services: Services, kept: Mapping[str, Any]) -> ResultGallery:
    """Results in a gallery again, newest first; those whose files are broken are left out."""
    made = empty()
    rows, paths = kept.get("results"), kept.get("paths")
    if not isinstance(rows, list) or not isinstance(paths, dict):
        return made
    for row in reversed(rows[:_MOST]):
        try:
            files = {name: within_uploads(page.drop, paths[file]) for name, file in row["files"].items()}
            made = put_back(made, {name: path for name, path in files.items() if path}, row)
        except (UserError, KeyError, TypeError, ValueError, AttributeError):
            continue
    return made
