"""Hints on the page: which kinds a model follows and how, one's own picture of one, and what the model will see of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr
import numpy as np

from pipeline.images import load_character, resize
from pipeline.request import DetectRequest, Hint, Image8, SwapRequest, UserError
from ui import detecting, finding
from ui.drops import drop_zone, uploaded
from ui.guard import QUICK, SILENT, Updates, Values, finally_do, friendly
from ui.page import Page, ProfileInfo, Services, Steering, Stretch
from ui.texts import LANGUAGES, label, say
from ui.texts.notes import told_in

INPAINT, LINEART = "inpaint", "lineart"
# Beside line art, kinds act as strongly and as long as is usual for their networks; they are off until they are chosen.
_USUAL = {hint.kind: hint for hint in SwapRequest.hints} | {
    "canny": Hint("canny", 0.6, 0.0, 0.7),
    "softedge": Hint("softedge", 0.6, 0.0, 0.7),
    "pose": Hint("pose", 0.9),
    "depth": Hint("depth", 0.5, 0.0, 0.7),
    "segmentation": Hint("segmentation", 0.6, 0.0, 0.8),
}
_KEPT_SECONDS = 3600
_text: Callable[[str], Any] = label


def kinds_of(info: ProfileInfo) -> tuple[str, ...]:
    """Kinds that are steered one by one; none where line art is the only one, which has its slider."""
    kinds = tuple(kind for kind in info.hints if kind != INPAINT)
    return kinds if set(kinds) - {LINEART} else ()


def build(profiles: Sequence[ProfileInfo]) -> Steering:
    """The group, out of sight unless the first model has hints to steer."""
    kinds = tuple(dict.fromkeys(kind for info in profiles for kind in kinds_of(info)))
    first = kinds_of(profiles[0])
    with gr.Column(visible=bool(first), elem_id="steering") as group:
        chosen = [kind for kind in first if kind == LINEART]
        follow = gr.CheckboxGroup(
            [(_title(kind), kind) for kind in first],
            value=chosen,
            label=label("follow"),
            info=label("follow_hint"),
            elem_id="follow",
            elem_classes="part-chips",
        )
        stretches = tuple(_stretch(kind, kind in chosen) for kind in kinds)
        with gr.Row(elem_id="own-hint"):
            own_kind = gr.Dropdown(
                [(_title(kind), kind) for kind in first],
                value=first[0] if first else None,
                label=label("own_kind"),
                min_width=140,
                elem_id="own-kind",
            )
            own_drop = drop_zone("own_hint", "own-picture", 130, min_width=180)
        preview = gr.Button(label("preview"), size="sm", elem_id="preview")
        seen = gr.Gallery(
            label=label("seen"),
            format="png",
            columns=3,
            height="auto",
            object_fit="contain",
            interactive=False,
            visible=False,
            elem_id="seen",
            buttons=[],
        )
    own = gr.State(None, time_to_live=_KEPT_SECONDS)
    known = {info.name: info.hints for info in profiles}
    return Steering(group, follow, stretches, own, own_kind, own_drop, preview, seen, known)


def _stretch(kind: str, visible: bool) -> Stretch:
    usual = _USUAL.get(kind, Hint(kind))
    with gr.Row(visible=visible, elem_id=f"hint-{kind}", elem_classes="hint-row") as row:
        gr.Markdown(_title(kind), elem_classes="hint-title")
        scale = gr.Slider(0, 1.5, usual.scale, step=0.05, label=label("hint_scale"), min_width=150)
        start = gr.Slider(0, 1, usual.start, step=0.05, label=label("hint_start"), min_width=110)
        end = gr.Slider(0, 1, usual.end, step=0.05, label=label("hint_end"), min_width=110)
    return Stretch(kind, row, scale, start, end)


def _title(kind: str) -> Any:
    """A kind that only a row of the operator's own knows is called by its name."""
    return _text(f"hint_{kind}") if f"hint_{kind}" in LANGUAGES["en"] else kind


def title_of(kind: str, request: gr.Request | None) -> str:
    """What a kind of hint is called in the visitor's language."""
    return say(request, f"hint_{kind}") if f"hint_{kind}" in LANGUAGES["en"] else kind


def inputs(steering: Steering) -> set[Any]:
    """What `hints` looks at, beside the model and the slider of line art."""
    sliders = {slider for row in steering.stretches for slider in (row.scale, row.start, row.end)}
    return {steering.follow, steering.own, steering.own_kind, *sliders}


def outputs(steering: Steering) -> list[Any]:
    """What `use` changes."""
    rows = [stretch.row for stretch in steering.stretches]
    return [steering.group, steering.follow, steering.own_kind, steering.seen, *rows]


def use(steering: Steering, info: ProfileInfo, values: Values, request: gr.Request | None) -> Updates:
    """Another model: what it can follow, as far as possible as it was followed before."""
    kinds = kinds_of(info)
    before = [kind for kind in values[steering.follow] or () if kind in kinds]
    chosen = before or [kind for kind in kinds if kind == LINEART]
    named = [(title_of(kind, request), kind) for kind in kinds]
    kind = values[steering.own_kind]
    return {
        steering.group: gr.update(visible=bool(kinds)),
        steering.follow: gr.update(choices=named, value=chosen),
        steering.own_kind: gr.update(choices=named, value=kind if kind in kinds else next(iter(kinds), None)),
        steering.seen: gr.update(value=None, visible=False),
        **_rows(steering, chosen),
    }


def _rows(steering: Steering, chosen: Sequence[str]) -> Updates:
    return {stretch.row: gr.update(visible=stretch.kind in chosen) for stretch in steering.stretches}


def hints(page: Page, values: Values, character: Image8) -> tuple[Hint, ...]:
    """What the page asks the networks to follow."""
    steering = page.steering
    known = steering.known.get(values[page.profile], (INPAINT, LINEART))
    asked = [hint for hint in SwapRequest.hints if hint.kind == INPAINT and INPAINT in known]
    if not set(known) - {INPAINT, LINEART}:
        usual, scale = _USUAL[LINEART], float(values[page.lineart])
        return (*asked, *((Hint(LINEART, scale, usual.start, usual.end),) if LINEART in known and scale > 0 else ()))
    own = _own(steering, values, character)
    for row in steering.stretches:
        scale = float(values[row.scale])
        if row.kind in known and row.kind in (values[steering.follow] or ()) and scale > 0:
            span = float(values[row.start]), float(values[row.end])
            asked.append(Hint(row.kind, scale, *span, own.get(row.kind)))
    return tuple(asked)


def _own(steering: Steering, values: Values, character: Image8) -> Mapping[str, Image8]:
    """The visitor's picture of a hint by its kind, as large as the character."""
    picture, kind = values[steering.own], values[steering.own_kind]
    if picture is None or not kind:
        return {}
    height, width = character.shape[:2]
    if kind == "segmentation":  # a colour between two others is a third thing's
        rows, columns = np.arange(height) * picture.shape[0] // height, np.arange(width) * picture.shape[1] // width
        return {kind: picture[rows][:, columns]}
    return {kind: resize(picture, (width, height))}


def connect(page: Page, services: Services) -> None:
    steering = page.steering
    if not steering.stretches:
        return
    rows = [stretch.row for stretch in steering.stretches]
    steering.follow.change(lambda chosen: _rows(steering, chosen or ()), steering.follow, rows, **QUICK)
    _connect_own(steering)
    asked = inputs(steering) | {page.profile, page.lineart, page.original, page.canvas, page.mask_edit}

    @friendly
    def preview(values: Values, request: gr.Request) -> Updates:
        character = detecting.original(page, values, request)
        wanted = [hint for hint in hints(page, values, character) if hint.kind != INPAINT]
        if not wanted:
            raise UserError(say(request, "nothing_followed"))
        mask = detecting.current_mask(page, values)
        if mask is None:
            mask = _found(services, character)
        engine = services.engine
        shown: list[tuple[Image8, str]] = []
        for hint in wanted:
            try:
                shown.append((engine.hint(hint.kind, character, mask, hint.image), title_of(hint.kind, request)))
            except UserError as error:  # the others can be seen all the same
                gr.Warning(told_in(str(error), request), title=say(request, "attention"))
        if not shown:
            return {steering.seen: gr.update(value=None, visible=False)}
        return {steering.seen: gr.update(value=shown, visible=True)}

    steering.preview.click(lambda: gr.update(interactive=False), None, steering.preview, **QUICK)
    read = steering.preview.click(preview, asked, [steering.seen], **SILENT, **detecting.EYES)
    finally_do(read, lambda: gr.update(interactive=True), None, steering.preview)


def _found(services: Services, character: Image8) -> Image8:
    """Without any paint: the clothing, which would be found before it is changed."""
    if not services.finds:
        return np.zeros(character.shape[:2], np.uint8)
    detection = services.engine.detect(DetectRequest(character))
    return finding.mask_of(detection, finding.chosen_first(detection), finding.ALWAYS_ON)


def _connect_own(steering: Steering) -> None:
    @friendly
    def show(payload: dict[str, Any] | None, kind: str, chosen: list[str], request: gr.Request) -> Updates:
        path = uploaded(steering.own_drop, payload)
        if path is None:
            raise UserError(say(request, "no_image"))
        return {steering.own: load_character(path), steering.follow: _with(kind, chosen)}

    given = [steering.own_drop, steering.own_kind, steering.follow]
    shown = steering.own_drop.upload(show, given, [steering.own, steering.follow], preprocess=False, **SILENT)
    shown.failure(lambda: (None, None), None, [steering.own_drop, steering.own], **QUICK)
    steering.own_drop.clear(lambda: None, None, steering.own, **QUICK)

    def another(own: Image8 | None, kind: str, chosen: list[str]) -> Any:
        return gr.skip() if own is None else _with(kind, chosen)

    steering.own_kind.input(another, [steering.own, steering.own_kind, steering.follow], steering.follow, **QUICK)


def _with(kind: str, chosen: Sequence[str] | None) -> list[str]:
    """A picture of one's own is meant to be followed."""
    return list(dict.fromkeys([*(chosen or ()), kind]))
