"""Finding the clothing on the page: the detect button, chips and switches, clicks with a way back, the mask as a file."""

from __future__ import annotations

import secrets
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from pipeline.images import save_png
from pipeline.request import Click, ClothingPart, Detection, DetectRequest, Image8, UserError
from ui import editor, finding, paint
from ui.draft_view import Pose
from ui.finding import Sight
from ui.guard import QUICK, REDRAW, SILENT, Updates, Values, friendly, into_editor
from ui.page import Backstage, Page
from ui.texts import say
from ui.texts.notes import told_in

LARGEST = 1  # by the numbers of `Detection.people`
BRUSH, ADD, REMOVE = "brush", "add", "remove"
EYES: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "eyes"}  # beside the device's queue, never in it
FETCH = "() => setTimeout(() => document.querySelector('#export-file').click(), 300)"


def connect(page: Page, backstage: Backstage) -> None:
    _connect_detection(page, backstage)
    _connect_clicks(page, backstage)
    _connect_export(page)


def current_mask(page: Page, values: Values) -> Image8 | None:
    """What is painted, wherever it is painted just now."""
    if values[page.tool] != BRUSH and values[page.sight] is not None:
        return mask_of_clicks(page, values)
    return editor.painted(values[page.editor], size_of(values[page.original]))


def mask_of_clicks(page: Page, values: Values) -> Image8 | None:
    """What clicks have made of the mask."""
    sight: Sight | None = values[page.sight]
    return None if sight is None else sight.mask


def forget(page: Page) -> Updates:
    """For another character: nothing is found yet, and the brush is in hand."""
    return {
        page.sight: None,
        page.found: gr.update(visible=False),
        page.people: gr.update(choices=[], value=None, visible=False),
        page.told: gr.update(value="", visible=False),
        page.tool: BRUSH,
        page.pointer: gr.update(value=None, visible=False),
        page.undo: gr.update(visible=False),
        page.draft.look: gr.update(value="draft", visible=True),
        page.draft.panel: gr.update(visible=True),
        page.draft.mending: gr.update(visible=False),
        **dict.fromkeys((page.draft.shown, page.draft.own, page.draft.painted)),
        page.draft.pose: Pose(),
    }


def with_brush(page: Page, values: Values, character: Image8, mask: Image8 | None) -> Updates:
    """A mask in the editor, whatever was in hand before."""
    sight: Sight | None = values[page.sight]
    return {
        page.editor: gr.update(value=editor.show(character, mask), visible=True),
        page.pointer: gr.update(visible=False),
        page.undo: gr.update(visible=False),
        page.tool: BRUSH,
        page.sight: sight and replace(sight, pointing=False),
        page.draft.painted: mask if mask is not None and mask.any() else None,
    }


def tools(page: Page) -> list[Any]:
    """What `forget` and `with_brush` change, beside the editor."""
    draft = page.draft
    own = [page.sight, page.found, page.people, page.told, page.tool, page.pointer, page.undo]
    return [*own, draft.look, draft.panel, draft.mending, draft.shown, draft.own, draft.painted, draft.pose]


def _connect_detection(page: Page, backstage: Backstage) -> None:
    state = {page.original, page.editor, page.sight, page.tool, page.people, page.chips, page.protect, page.room, page.words}
    shown = [
        page.editor,
        page.sight,
        page.found,
        page.people,
        page.chips,
        page.protect,
        page.told,
        page.pointer,
        page.draft.painted,
    ]

    @friendly
    def detect(values: Values, request: gr.Request) -> Updates:
        character = original(page, values, request)
        found = backstage.engine.detect(DetectRequest(character, (values[page.words] or "").strip()))
        person = int(values[page.people] or LARGEST)
        dressed = found.only(person)
        chosen, kept = finding.chosen_first(dressed), finding.ALWAYS_ON
        auto = finding.as_edited(character, finding.mask_of(dressed, chosen, kept, values[page.room]))
        sight = Sight(found, auto, auto, pointing=values[page.tool] != BRUSH)
        told = "".join(f"<p>{escape(told_in(warning, request))}</p>" for warning in found.warnings)
        return {
            page.sight: sight,
            **_show(page, values, character, auto),
            page.found: gr.update(visible=bool(found.parts)),
            page.people: to_choose_from(found, request, person),
            page.chips: gr.update(choices=_named(finding.offered(found), request), value=[int(part) for part in chosen]),
            page.protect: gr.update(choices=_named(finding.PROTECTABLE, request), value=[int(part) for part in kept]),
            page.told: gr.update(value=told, visible=bool(told)),
        }

    @friendly
    def choose(values: Values, request: gr.Request) -> Updates:
        sight: Sight | None = values[page.sight]
        if sight is None or sight.detection is None:
            return {page.sight: gr.skip()}
        character = original(page, values, request)
        parts, kept = _parts(values[page.chips]), _parts(values[page.protect])
        found = sight.detection.only(int(values[page.people] or LARGEST))
        auto = finding.as_edited(character, finding.mask_of(found, parts, kept, values[page.room]))
        mask = finding.merged(sight, current_mask(page, values), auto)
        return {page.sight: replace(sight, auto=auto, mask=mask), **_show(page, values, character, mask)}

    page.detect.click(lambda: gr.update(interactive=False), None, page.detect, **QUICK)
    detected = into_editor(paint.read_then(page, page.detect.click), detect, state, shown, **EYES)
    detected.then(lambda: gr.update(interactive=True), None, page.detect, **QUICK)
    for change in (page.people.input, page.chips.input, page.protect.input, page.room.release):
        into_editor(paint.read_then(page, change), choose, state, [page.editor, page.sight, page.pointer, page.draft.painted])


def _connect_clicks(page: Page, backstage: Backstage) -> None:
    state: set[Any] = {page.original, page.sight, page.tool, page.protect}
    shown = [page.sight, page.editor, page.pointer, page.undo, page.tool, page.draft.painted]

    @friendly
    def take_up(values: Values, request: gr.Request) -> Updates:
        """Brush and clicks work on the same mask: it goes from the one to the other."""
        character, sight = original(page, values, request), values[page.sight] or Sight()
        if values[page.tool] == BRUSH:
            return with_brush(page, values, character, sight.mask)
        if not sight.pointing:
            sight = replace(sight, mask=editor.painted(values[page.editor], size_of(character)), history=(), pointing=True)
        return {
            page.sight: sight,
            page.editor: gr.update(visible=False),
            page.pointer: gr.update(value=finding.overlay(character, sight.mask), visible=True),
            page.undo: gr.update(visible=True, interactive=bool(sight.history)),
        }

    @friendly
    def click(values: Values, request: gr.Request, event: gr.SelectData) -> Updates:
        character, sight = original(page, values, request), values[page.sight] or Sight()
        scale = character.shape[1] / editor.proxy(character).shape[1]
        region = backstage.engine.pick(character, [Click(event.index[0] * scale, event.index[1] * scale)])
        return _after(character, finding.clicked(sight, region, values[page.tool] == ADD, _parts(values[page.protect])))

    @friendly
    def undo(values: Values, request: gr.Request) -> Updates:
        return _after(original(page, values, request), finding.undone(values[page.sight] or Sight()))

    def _after(character: Image8, sight: Sight) -> Updates:
        return {
            page.sight: sight,
            page.pointer: finding.overlay(character, sight.mask),
            page.undo: gr.update(interactive=bool(sight.history)),
        }

    into_editor(paint.read_then(page, page.tool.input), take_up, state | {page.editor}, shown)
    clicked = page.pointer.select(click, state, [page.sight, page.pointer, page.undo], **SILENT, **EYES)
    undone = page.undo.click(undo, state, [page.sight, page.pointer, page.undo], **SILENT)
    for changed in (clicked, undone):
        changed.success(None, None, None, js=REDRAW, **QUICK)


def _connect_export(page: Page) -> None:
    @friendly
    def export(values: Values, request: gr.Request) -> Updates:
        original(page, values, request)
        mask = current_mask(page, values)
        if mask is None or not mask.any():
            raise UserError(say(request, "no_mask"))
        folder = Path(page.export_file.GRADIO_CACHE) / secrets.token_hex(16)  # emptied with the page's other files
        folder.mkdir(parents=True)
        save_png(mask, folder / "mask.png")
        return {page.export_file: str(folder / "mask.png")}

    asked = {page.original, page.editor, page.sight, page.tool}
    given = paint.read_then(page, page.export.click)(export, asked, [page.export_file], **SILENT)
    given.success(None, None, None, js=FETCH, **QUICK)


def _show(page: Page, values: Values, character: Image8, mask: Image8) -> Updates:
    """The mask where it is being worked on."""
    if values[page.tool] == BRUSH:
        return {page.editor: editor.show(character, mask), page.pointer: gr.skip(), page.draft.painted: mask}
    return {page.editor: gr.skip(), page.pointer: finding.overlay(character, mask), page.draft.painted: gr.skip()}


def to_choose_from(found: Detection, request: gr.Request | None, chosen: int | None) -> Any:
    """A chip for each of several people."""
    people = range(LARGEST, found.count + 1) if found.count > 1 else ()
    names = [(say(request, "person", number=number), number) for number in people]
    return gr.update(choices=names, value=chosen if names else None, visible=bool(names))


def _named(parts: tuple[ClothingPart, ...], request: gr.Request | None) -> list[tuple[str, int]]:
    return [(say(request, f"part_{part.name.lower()}"), int(part)) for part in parts]


def _parts(values: list[int] | None) -> tuple[ClothingPart, ...]:
    return tuple(ClothingPart(value) for value in values or ())


def original(page: Page, values: Values, request: gr.Request | None) -> Image8:
    character: Image8 | None = values[page.original]
    if character is None:
        raise UserError(say(request, "no_image"))
    return character


def size_of(character: Image8) -> tuple[int, int]:
    return character.shape[1], character.shape[0]
