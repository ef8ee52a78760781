"""Buttons that mend what could not come out as asked: each belongs to a sentence among a result's notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gradio as gr

from pipeline.request import CUT_OFF, FACE_PAINTED, SEVERAL, SHARED, WEAK, DetectRequest
from ui import canvas, detecting
from ui.guard import SILENT, Updates, Values, friendly, into_canvas
from ui.page import Page, Remedies, Services
from ui.texts import label
from ui.texts.notes import means

SENTENCES = {"strength": (WEAK,), "extend": (CUT_OFF,), "face": (FACE_PAINTED,), "person": (SEVERAL, SHARED)}


def build() -> Remedies:
    """Below a result; out of sight until a note calls for one of them."""
    with gr.Row(elem_id="remedies", elem_classes="tools"):
        return Remedies(
            *(
                gr.Button(label(f"remedy_{name}"), size="md", min_width=140, visible=False, elem_id=f"remedy-{name}")
                for name in SENTENCES
            )
        )


def outputs(page: Page) -> list[Any]:
    return [getattr(page.remedies, name) for name in SENTENCES]


def shown(page: Page, notes: Iterable[str]) -> Updates:
    """The buttons that these notes, in English, call for."""
    notes = tuple(notes)
    return {
        getattr(page.remedies, name): gr.update(visible=any(means(note, text) for note in notes for text in texts))
        for name, texts in SENTENCES.items()
    }


def connect(page: Page, services: Services) -> None:
    mine = page.remedies

    @friendly
    def face(values: Values, request: gr.Request) -> Updates:
        return without_face(page, services, values, request)

    @friendly
    def person(values: Values, request: gr.Request) -> Updates:
        return next_person(page, services, values, request)

    asked = {page.original, page.canvas, page.mask_edit}
    mine.strength.click(lambda: (1.0, gr.update(visible=False)), None, [page.strength, mine.strength], **SILENT)
    into_canvas(mine.face.click, face, asked, [page.canvas, mine.face])
    mine.person.click(person, {page.original, page.people}, [page.people], **SILENT)


def without_face(page: Page, services: Services, values: Values, request: gr.Request | None) -> Updates:
    """The mask less faces, necks and hands."""
    character, mask = detecting.original(page, values, request), detecting.current_mask(page, values)
    if mask is None:
        return {page.remedies.face: gr.update(visible=False)}
    kept = services.engine.detect(DetectRequest(character)).keep
    sent = canvas.changed(values[page.canvas], character, canvas.RUB_OUT, kept)
    return {page.canvas: sent, page.remedies.face: gr.update(visible=False)}


def next_person(page: Page, services: Services, values: Values, request: gr.Request | None) -> Updates:
    """Of two people the other."""
    found = services.engine.detect(DetectRequest(detecting.original(page, values, request)))
    following = max(1, int(values[page.people] or 0)) % max(1, found.count) + 1
    return {page.people: detecting.to_choose_from(found, request, following)}
