"""Finding the clothing on the page: the detect button, chips and switches, clicks on a region, the mask as a file."""

from __future__ import annotations

import secrets
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from pipeline.images import is_opaque, load_character, load_mask, save_png
from pipeline.request import Click, ClothingPart, Detection, DetectRequest, Image8, UserError
from ui import canvas, finding
from ui.canvas import Layers
from ui.draft_view import Pose
from ui.finding import LARGEST, Choice, MaskEdit
from ui.guard import QUICK, SILENT, Updates, Values, finally_do, friendly, into_canvas
from ui.page import Page, Services
from ui.texts import say
from ui.texts.notes import told_in

EYES: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "eyes"}  # beside the device's queue, never in it
_CHROMA = 32  # levels between the channels of a pixel from which on it is coloured
_COLOURED, _BRUSHES = 0.02, 24  # a picture has more of such pixels (a share), in more colours than a brush with its soft edges
FETCH = "() => setTimeout(() => document.querySelector('#export-file').click(), 300)"


def connect(page: Page, services: Services) -> None:
    _connect_detection(page, services)
    _connect_picks(page, services)
    _connect_files(page)


def held(page: Page, values: Values) -> Layers | None:
    """What the canvas holds of the picture that is here."""
    character: Image8 | None = values[page.original]
    return None if character is None else canvas.layers(values[page.canvas], character)


def current_choice(page: Page, values: Values) -> Choice | None:
    """The choice whose parts the canvas shows, None where it shows none."""
    layers, mask_edit = held(page, values), values[page.mask_edit]
    return None if layers is None or mask_edit is None else mask_edit.at(layers.step)


def current_mask(page: Page, values: Values) -> Image8 | None:
    """What is painted: parts that are chosen and strokes, less what was rubbed out."""
    layers, choice = held(page, values), current_choice(page, values)
    if layers is None:
        return None
    return canvas.painted(layers, None if choice is None else choice.region, size_of(values[page.original]))


def forget(page: Page) -> Updates:
    """For another character: nothing is found yet."""
    return {
        page.mask_edit: None,
        page.found: gr.update(visible=False),
        page.people: gr.update(choices=[], value=None, visible=False),
        page.told: gr.update(value="", visible=False),
        page.draft.look: gr.update(value="mask", visible=True),
        page.draft.panel: gr.update(visible=True),
        page.draft.mending: gr.update(visible=False),
        **dict.fromkeys((page.draft.shown, page.draft.own)),
        page.draft.pose: Pose(),
    }


def tools(page: Page) -> list[Any]:
    """What `forget` changes."""
    draft = page.draft
    own = [page.mask_edit, page.found, page.people, page.told]
    return [*own, draft.look, draft.panel, draft.mending, draft.shown, draft.own, draft.pose]


def chips(page: Page) -> list[Any]:
    """What `with_choice` changes."""
    return [page.canvas, page.mask_edit, page.found, page.people, page.chips, page.protect, page.room]


def with_choice(page: Page, values: Values, choice: Choice, request: gr.Request | None) -> Updates:
    """This choice on the canvas and on the chips."""
    mask_edit = (values[page.mask_edit] or MaskEdit()).with_choice(choice)
    sent = canvas.parts(values[page.canvas], values[page.original], mask_edit.latest, choice.region, finding.unsure(choice))
    return {page.canvas: sent | {"choice": finding.told(choice)}, page.mask_edit: mask_edit, **_chips(page, choice, request)}


def first_choice(page: Page, choice: Choice, request: gr.Request | None) -> Updates:
    """The same for a picture that is opened with it (`canvas.opened`)."""
    return {page.mask_edit: MaskEdit().with_choice(choice), **_chips(page, choice, request)}


def _chips(page: Page, choice: Choice, request: gr.Request | None) -> Updates:
    found = choice.detection
    return {
        page.found: gr.update(visible=bool(found.parts)),
        page.people: to_choose_from(found, request, choice.person),
        page.chips: gr.update(choices=_named(finding.offered(found), request), value=_numbers(choice.parts)),
        page.protect: gr.update(choices=_named(finding.PROTECTABLE, request), value=_numbers(choice.protect)),
        page.room: choice.room,
    }


def _connect_detection(page: Page, services: Services) -> None:
    state = {page.original, page.canvas, page.mask_edit, page.people, page.chips, page.protect, page.room, page.words}

    @friendly
    def detect(values: Values, request: gr.Request) -> Updates:
        character = original(page, values, request)
        found = services.engine.detect(DetectRequest(character, (values[page.words] or "").strip()))
        person = int(values[page.people] or LARGEST)
        parts = finding.chosen_first(found.only(person))
        choice = finding.chosen(Choice(found, parts, finding.ALWAYS_ON, person, values[page.room]))
        told = "".join(f"<p>{escape(told_in(warning, request))}</p>" for warning in found.warnings)
        return with_choice(page, values, choice, request) | {page.told: gr.update(value=told, visible=bool(told))}

    @friendly
    def choose(values: Values, request: gr.Request) -> Updates:
        mask_edit: MaskEdit | None = values[page.mask_edit]
        last = mask_edit and (current_choice(page, values) or mask_edit.at(mask_edit.latest))
        if not last:
            return {page.mask_edit: gr.skip()}
        original(page, values, request)
        chosen, kept = _parts(values[page.chips]), _parts(values[page.protect])
        person = int(values[page.people] or LARGEST)
        choice = finding.chosen(Choice(last.detection, chosen, kept, person, values[page.room]))
        return with_choice(page, values, choice, request)

    def restore(values: Values, request: gr.Request) -> Updates:
        """The canvas went back, on, or away from what was chosen: the chips follow it."""
        choice = current_choice(page, values)
        return {page.chips: []} if choice is None else _chips(page, choice, request)

    page.detect.click(lambda: gr.update(interactive=False), None, page.detect, **QUICK)
    for found in (page.detect.click, page.words.submit):
        detected = into_canvas(found, detect, state, [*chips(page), page.told], **EYES)
        finally_do(detected, lambda: gr.update(interactive=True), None, page.detect)
    for change in (page.people.input, page.chips.input, page.protect.input, page.room.release):
        into_canvas(change, choose, state, chips(page), trigger_mode="always_last")
    page.canvas.restored(restore, {page.original, page.canvas, page.mask_edit}, chips(page)[2:], **QUICK)


def _connect_picks(page: Page, services: Services) -> None:
    """A click with one of the tools that choose a region."""

    @friendly
    def pick(values: Values, request: gr.Request, event: gr.EventData) -> Updates:
        character, clicked = original(page, values, request), event._data
        layers = held(page, values)
        if layers is None or clicked["picture"] != values[page.canvas]["picture"]:
            return {page.canvas: gr.skip()}
        width, height = size_of(character)
        at = Click(min(max(float(clicked["x"]), 0), 0.9999) * width, min(max(float(clicked["y"]), 0), 0.9999) * height)
        region = services.engine.pick(character, [at])
        choice = current_choice(page, values)
        if choice is not None:
            region = np.where(choice.detection.protected(_parts(values[page.protect])) > 0, np.uint8(0), region)
        how = canvas.PAINT if clicked["how"] == canvas.PAINT else canvas.RUB_OUT
        return {page.canvas: canvas.changed(values[page.canvas], character, how, region)}

    asked = {page.original, page.canvas, page.mask_edit, page.protect}
    into_canvas(page.canvas.pick, pick, asked, [page.canvas], trigger_mode="multiple", **EYES)


def _connect_files(page: Page) -> None:
    asked: set[Any] = {page.original, page.canvas, page.mask_edit}

    @friendly
    def export(values: Values, request: gr.Request) -> Updates:
        original(page, values, request)
        mask = current_mask(page, values)
        if mask is None:
            raise UserError(say(request, "no_mask"))
        folder = Path(page.export_file.GRADIO_CACHE) / secrets.token_hex(16)  # emptied with the page's other files
        folder.mkdir(parents=True)
        save_png(mask, folder / "mask.png")
        return {page.export_file: str(folder / "mask.png")}

    @friendly
    def import_mask(values: Values, request: gr.Request) -> Updates:
        character = original(page, values, request)
        if looks_like_picture(load_character(values[page.import_mask])):
            raise UserError(say(request, "not_a_mask"))
        mask = load_mask(values[page.import_mask], size_of(character))
        return {page.canvas: canvas.changed(values[page.canvas], character, canvas.REPLACE, mask)}

    given = page.export.click(export, asked, [page.export_file], **SILENT)
    given.success(None, None, None, js=FETCH, **QUICK)
    into_canvas(page.import_mask.upload, import_mask, asked | {page.import_mask}, [page.canvas])


def looks_like_picture(image: Image8) -> bool:
    """Whether a file that was given as a mask (H x W x 4) is a picture in colours: opaque, and more than a little of it neither
    grey nor one colour on another, as a brush would paint."""
    if not is_opaque(image):
        return False
    levels = image[..., :3].astype(np.int16)
    coloured = levels[np.ptp(levels, axis=2) > _CHROMA] // _CHROMA
    return len(coloured) > _COLOURED * levels[..., 0].size and len(np.unique(coloured, axis=0)) > _BRUSHES


def to_choose_from(found: Detection, request: gr.Request | None, chosen: int | None) -> Any:
    """A chip for each of several people."""
    people = range(LARGEST, found.count + 1) if found.count > 1 else ()
    names = [(say(request, "person", number=number), number) for number in people]
    return gr.update(choices=names, value=chosen if names else None, visible=bool(names))


def _named(parts: tuple[ClothingPart, ...], request: gr.Request | None) -> list[tuple[str, int]]:
    return [(say(request, f"part_{part.name.lower()}"), int(part)) for part in parts]


def _numbers(parts: tuple[ClothingPart, ...]) -> list[int]:
    return [int(part) for part in parts]


def _parts(values: list[int] | None) -> tuple[ClothingPart, ...]:
    return tuple(ClothingPart(value) for value in values or ())


def original(page: Page, values: Values, request: gr.Request | None) -> Image8:
    character: Image8 | None = values[page.original]
    if character is None:
        raise UserError(say(request, "no_image"))
    return character


def size_of(character: Image8) -> tuple[int, int]:
    return character.shape[1], character.shape[0]
