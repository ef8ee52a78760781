"""The draft on the page: drawn anew at every change of what it depends on, changed by chips, mended by clicks, exchanged."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from pipeline.images import is_opaque, load_character, save_png
from pipeline.request import DetectRequest, Drafted, SwapRequest, UserError
from ui import asking, canvas, detecting, draft_view, keeping
from ui.draft_view import Pose
from ui.guard import QUICK, REDRAW, SILENT, Updates, Values, as_message, friendly, into_canvas
from ui.page import Page, Services
from ui.restoring import Own
from ui.texts import label, say
from ui.texts.notes import told_in

_KEPT_SECONDS = 3600
_text: Callable[[str], Any] = label
_LINE: dict[str, Any] = {"concurrency_limit": 2, "concurrency_id": "draft"}  # beside the device's queue, never in it
_POSE: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "pose"}  # clicks in their order: each goes on from the last
# A change is waited for a moment, so that typing a word draws one draft; a click on the hidden button asks for it then.
_SOON = """() => {
    clearTimeout(window.draftSoon);
    window.draftSoon = setTimeout(() => document.querySelector("#redraw")?.click(), 150);
}"""
_LOOK = "() => { if (!document.querySelector('#cancel')) document.querySelector('#look input[value=draft]')?.click(); }"


@dataclass(frozen=True, eq=False)
class Shown:
    """The draft that is on the page, what asked for it, and the pose that is shown with it."""

    asked: SwapRequest
    drafted: Drafted
    pose: Pose


def build() -> dict[str, Any]:
    """The switch between draft and result, and the draft; both out of sight until there is a picture."""
    shown, own = gr.State(None, time_to_live=_KEPT_SECONDS), gr.State(None, time_to_live=_KEPT_SECONDS)
    pose = gr.State(Pose(), time_to_live=_KEPT_SECONDS)
    looks = [(_text(f"look_{name}"), name) for name in ("mask", "draft", "result")]  # the first on phones alone
    look = gr.Radio(
        looks,
        value="mask",
        label=label("look"),
        show_label=False,
        container=False,
        visible=False,
        interactive=True,  # gradio disables what is nobody's input
        elem_id="look",
    )
    with gr.Column(visible=False, elem_id="drafting") as panel:
        picture = gr.HTML("", js_on_load=draft_view.POINT, apply_default_css=False, elem_id="draft", padding=False)
        with gr.Row(visible=False, elem_id="mending", elem_classes="tools") as mending:
            undo = gr.Button(label("undo"), size="sm", min_width=80, elem_id="mend-undo")
            reset = gr.Button(label("reset"), size="sm", min_width=80, elem_id="mend-reset")
            done = gr.Button(label("done"), size="sm", min_width=80, variant="primary", elem_id="mend-done")
        told = gr.HTML("", visible=False, elem_id="draft-told", padding=False)
        extend = gr.Button(label("extend_mask"), size="sm", visible=False, elem_id="extend-mask")
        chips = gr.HTML("", js_on_load=draft_view.CHOOSE, apply_default_css=False, elem_id="garments", padding=False)
        with gr.Row(elem_id="draft-tools", elem_classes="tools"):
            another = gr.Button(label("another_draft"), size="sm", min_width=90, elem_id="another-draft")
            mend = gr.Button(label("mend"), size="sm", min_width=110, elem_id="mend")
            upload = gr.UploadButton(_text("own_draft"), size="sm", min_width=110, elem_id="own-draft", file_types=["image"])
            drop = gr.Button(label("drop_draft"), size="sm", min_width=110, visible=False, elem_id="drop-draft")
            png = gr.Button(label("draft_png"), size="sm", min_width=60, elem_id="draft-png")
            svg = gr.Button(label("draft_svg"), size="sm", min_width=60, elem_id="draft-svg")
        with gr.Row(elem_id="draft-use"):
            first = gr.Checkbox(value=True, label=label("draft_first"), container=False, min_width=130, elem_id="draft-first")
            follow = gr.Slider(0, 1, value=1, step=0.05, label=label("follow_draft"), min_width=220, elem_id="follow-draft")
        redraw = gr.Button("", elem_id="redraw")  # out of sight
    return {
        "shown": shown,
        "pose": pose,
        "own": own,
        "look": look,
        "panel": panel,
        "picture": picture,
        "told": told,
        "extend": extend,
        "chips": chips,
        "first": first,
        "follow": follow,
        "another": another,
        "mend": mend,
        "mending": mending,
        "undo": undo,
        "reset": reset,
        "done": done,
        "upload": upload,
        "drop": drop,
        "png": png,
        "svg": svg,
        "redraw": redraw,
    }


def connect(page: Page, services: Services) -> None:
    draft = page.draft
    asked = asking.inputs(page)
    tools = [draft.extend, draft.mend, draft.mending, draft.drop]
    shown = [draft.shown, draft.picture, draft.told, draft.chips, *tools, page.people]

    def redraw(values: Values, request: gr.Request) -> Updates:
        if values[page.original] is None or not services.finds:
            return {draft.shown: None}
        try:
            return _first_look(page, services, values, request) | _redrawn(page, services, values, request)
        except Exception as error:
            return _empty(page, None, str(as_message(error, request).message))

    draft.redraw.click(redraw, asked, shown, trigger_mode="always_last", **SILENT, **_LINE)
    for changed in (page.prompt, page.negative, page.seed, page.profile, page.people, draft.first):
        changed.change(None, None, None, js=_SOON, **QUICK)
    for kept in (page.garment, page.wardrobe.picture):  # both are known only on the server
        kept.change(None, None, None, js=_SOON, **QUICK)
    for given in (page.prompt.change, draft.another.click, page.dice.click, *(button.click for button in page.presets)):
        given(None, None, None, js=_LOOK, **QUICK)
    draft.another.click(None, None, page.seed, js=asking.RANDOM_SEED, **QUICK)
    page.canvas.input(None, None, None, js=_SOON, **QUICK)
    _connect_extend(page)
    _connect_chips(page, services)
    _connect_clicks(page, services)
    _connect_files(page)


def _first_look(page: Page, services: Services, values: Values, request: gr.Request) -> Updates:
    """At a new picture: chips for several people, of which none is chosen yet. What is found is remembered."""
    if values[page.draft.shown] is not None:
        return {}
    found = services.engine.detect(DetectRequest(values[page.original]))
    return {page.people: detecting.to_choose_from(found, request, None)} if not values[page.people] else {}


def _redrawn(page: Page, services: Services, values: Values, request: gr.Request) -> Updates:
    """The only hand that draws the picture and its joints: events that pass each other could leave an older one on the page."""
    draft = page.draft
    before: Shown | None = values[draft.shown]
    pose: Pose = values[draft.pose]
    mask = detecting.current_mask(page, values)
    asked = asking.to_request(page, values, mask, int(values[page.seed] or 0), request, services.finds)
    same = before if before is not None and _alike(before.asked, asked) else None
    if same is not None and same.pose == pose:
        return {draft.shown: gr.skip()}
    why = ""
    if not values[draft.first]:
        why = "draft_off"
    elif asked.garments and asked.draft is None:
        why = "draft_garment"
    elif not asked.prompt and asked.draft is None:
        why = "draft_hint"
    if why:
        return _empty(page, Shown(asked, Drafted(None), pose), say(request, why))
    drafted = _drafted(services, asked, values[draft.own]) if same is None else same.drafted
    return _view(page, Shown(asked, drafted, pose), request)


def _drafted(services: Services, asked: SwapRequest, own: Own | None) -> Drafted:
    """A restored draft can be changed by chips and joints like the one that would be drawn in its place."""
    asked = replace(asked, count=1)
    drafted = services.engine.draft(asked)
    if own is None or own.drawn_for is None or asked.draft is not own.image or not asked.prompt:
        return drafted
    drawn = services.engine.draft(replace(asked, draft=None))
    return replace(drafted, garments=drawn.garments, choices=drawn.choices, joints=drawn.joints)


def _alike(one: SwapRequest, other: SwapRequest) -> bool:
    """Whether both get the same draft."""
    drawn = ("character", "seed", "mask", "parts", "protect", "prompt", "negative_prompt", "profile", "draft", "joints", "person")

    def same(a: Any, b: Any) -> bool:
        return a is b or bool(np.array_equal(a, b) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else a == b)

    garments = len(one.garments) == len(other.garments)
    return garments and all(same(getattr(one, name), getattr(other, name)) for name in drawn)


def _view(page: Page, shown: Shown, request: gr.Request | None) -> Updates:
    """What is drafted, or why nothing is."""
    draft, drafted, pose = page.draft, shown.drafted, shown.pose
    mending = pose.mending and bool(drafted.joints)
    base = drafted.worn if drafted.worn is not None else shown.asked.character if mending else None
    hint = [say(request, "mend_place" if pose.taken else "mend_take")] if mending else []
    picture = draft_view.empty(say(request, "draft_none"))
    if base is not None:
        picture = draft_view.picture(base, drafted, replace(pose, mending=mending), request)
    return {
        draft.shown: shown,
        draft.picture: picture,
        draft.extend: gr.update(visible=drafted.beyond is not None),
        draft.chips: draft_view.chips(drafted.garments, drafted.choices, request),
        draft.mend: gr.update(visible=not mending, interactive=bool(drafted.joints)),
        draft.mending: gr.update(visible=mending),
        draft.drop: gr.update(visible=isinstance(shown.asked.draft, np.ndarray)),
        **_told(page, [*hint, *(told_in(note, request) for note in drafted.notes)]),
    }


def _told(page: Page, sentences: Sequence[str]) -> Updates:
    line = f'<p role="status">{escape(" ".join(sentences))}</p>' if sentences else ""
    return {page.draft.told: gr.update(value=line, visible=bool(line))}


def _empty(page: Page, shown: Shown | None, text: str) -> Updates:
    """Nothing is drafted; shown: None where that was a mistake."""
    draft = page.draft
    return {
        draft.shown: shown,
        draft.picture: draft_view.empty(text),
        draft.extend: gr.update(visible=False),
        draft.chips: "",
        draft.mend: gr.update(visible=True, interactive=False),
        draft.mending: gr.update(visible=False),
        draft.drop: gr.update(visible=isinstance(shown.asked.draft, np.ndarray)) if shown else gr.skip(),
        **_told(page, []),
    }


def _connect_extend(page: Page) -> None:
    """Where what is painted cuts the draft off, it can be made larger."""
    draft = page.draft

    @friendly
    def extend(values: Values, request: gr.Request) -> Updates:
        character, shown = detecting.original(page, values, request), values[draft.shown]
        beyond = None if shown is None else shown.drafted.beyond
        if beyond is None:
            return {page.canvas: gr.skip()}
        return {page.canvas: canvas.changed(values[page.canvas], character, canvas.PAINT, beyond)}

    for button in (draft.extend, page.remedies.extend):
        into_canvas(button.click, extend, {page.original, page.canvas, draft.shown}, [page.canvas])


def _connect_chips(page: Page, services: Services) -> None:
    draft = page.draft

    @friendly
    def change(values: Values, request: gr.Request, event: gr.EventData) -> Updates:
        shown: Shown | None = values[draft.shown]
        chosen: Mapping[str, Any] = event._data or {}
        if shown is None or not 0 <= int(chosen.get("index", -1)) < len(shown.drafted.garments):
            return {page.prompt: gr.skip()}
        garment = shown.drafted.garments[int(chosen["index"])]
        changes = {str(chosen["field"]): str(chosen["value"])} if chosen.get("field") else {}
        words = replace(shown.asked, prompt=values[page.prompt] or "", negative_prompt=values[page.negative] or "")
        return {page.prompt: services.engine.reword(words, garment, changes)}

    changed = draft.chips.input(change, {draft.shown, page.prompt, page.negative}, [page.prompt], **SILENT)
    changed.success(None, None, None, js=REDRAW, **QUICK)


def _connect_clicks(page: Page, services: Services) -> None:
    """A click on the picture takes or places a joint while the pose is put right, else it means one of several people. What is
    clicked changes pose and person alone; then the draft is drawn again."""
    draft = page.draft
    asked: set[Any] = {draft.shown, draft.pose}

    def click(values: Values, request: gr.Request, event: gr.EventData) -> Updates:
        return _clicked(page, services, values, (float(event._data["x"]), float(event._data["y"])))

    def to(changed: Callable[[Pose], Pose]) -> Callable[..., Updates]:
        return lambda values: {draft.pose: changed(values[draft.pose])}

    triggers: list[tuple[Any, Callable[..., Updates]]] = [
        (draft.mend.click, to(lambda pose: replace(pose, mending=True, taken=None))),
        (draft.picture.click, click),
        (draft.undo.click, to(Pose.undone)),
        (draft.reset.click, to(Pose.reset)),
        (draft.done.click, to(lambda pose: replace(pose, mending=False, taken=None))),
    ]
    for trigger, handler in triggers:
        moved = trigger(friendly(handler), asked, [draft.pose, page.people], **SILENT, **_POSE)
        moved.success(None, None, None, js=REDRAW, **QUICK)


def _clicked(page: Page, services: Services, values: Values, place: tuple[float, float]) -> Updates:
    """place: x and y, as shares of the picture's width and height."""
    draft = page.draft
    shown: Shown | None = values[draft.shown]
    pose: Pose = values[draft.pose]
    if shown is None:
        return {draft.pose: gr.skip()}
    character = shown.asked.character
    height, width = character.shape[:2]
    x, y = (min(max(at, 0.0), 0.9999) * side for at, side in zip(place, (width, height), strict=True))
    if pose.mending:
        joints = {**shown.drafted.joints, **pose.joints}
        return {draft.pose: pose.clicked(joints, x, y, draft_view.NEAR * max(height, width))}
    found = services.engine.detect(DetectRequest(character))  # what is found is remembered
    meant = int(found.people[int(y), int(x)]) if found.people is not None and found.count > 1 else 0
    return {page.people: meant} if meant else {draft.pose: gr.skip()}


def _connect_files(page: Page) -> None:
    draft = page.draft

    @friendly
    def upload(values: Values, request: gr.Request) -> Updates:
        character = detecting.original(page, values, request)
        own = load_character(values[draft.upload])
        if own.shape != character.shape or is_opaque(own):
            raise UserError(say(request, "own_draft_wrong", width=character.shape[1], height=character.shape[0]))
        return {draft.own: Own(own), draft.first: True, **keeping.own_draft(page, values[draft.upload])}

    changed = [draft.own, page.keeper]
    given = draft.upload.upload(upload, {page.original, draft.upload}, [*changed, draft.first], **SILENT)
    given.success(None, None, None, js=REDRAW, **QUICK)
    dropped = draft.drop.click(lambda: {draft.own: None, **keeping.own_draft(page, None)}, None, changed, **SILENT)
    dropped.success(None, None, None, js=REDRAW, **QUICK)

    def export(ending: str) -> Callable[..., Updates]:
        @friendly
        def write(values: Values, request: gr.Request) -> Updates:
            shown: Shown | None = values[draft.shown]
            if shown is None or shown.drafted.image is None:
                raise UserError(say(request, "no_draft"))
            if ending == "svg" and not shown.drafted.svg:
                raise UserError(say(request, "no_curves"))
            folder = Path(page.export_file.GRADIO_CACHE) / secrets.token_hex(16)  # emptied with the page's other files
            folder.mkdir(parents=True)
            file = folder / f"draft.{ending}"
            if ending == "svg":
                file.write_text(shown.drafted.svg, encoding="utf-8")
            else:
                save_png(shown.drafted.image, file)
            return {page.export_file: str(file)}

        return write

    for button, ending in ((draft.png, "png"), (draft.svg, "svg")):
        written = button.click(export(ending), {draft.shown}, [page.export_file], **SILENT)
        written.success(None, None, None, js=detecting.FETCH, **QUICK)
