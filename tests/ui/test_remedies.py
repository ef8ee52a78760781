"""Each sentence on what cannot come out as asked has a button that mends it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.marking import save_result
from pipeline.request import CUT_OFF, FACE_PAINTED, SEVERAL, SHARED, WEAK, Detection, DetectRequest
from tests.ui.flat_engine import FlatEngine
from tests.ui.test_page import INFO, ask, pages, values  # noqa: F401
from ui import remedies, runs, views
from ui.gallery import keep
from ui.jobs import Jobs
from ui.page import Page, Services
from ui.texts.notes import told_in

NOTES = {
    "strength": WEAK.format(strength="0.4", kind="white dress"),
    "extend": CUT_OFF.format(garments="flared skirt, blouse"),
    "face": FACE_PAINTED,
    "person": SEVERAL.format(count=2),
}


class Seeing(FlatEngine):
    def __init__(self, found: Detection) -> None:
        super().__init__()
        self.found = found

    def detect(self, request: DetectRequest) -> Detection:
        return self.found


def services(engine: FlatEngine) -> Services:
    return Services(engine, (INFO,), save_result, (), Jobs(), finds=True)


@pytest.mark.parametrize("name", NOTES)
def test_a_note_brings_its_own_button_and_no_other(pages: list[Page], values: dict[Any, Any], name: str) -> None:  # noqa: F811
    page, engine = pages[0], FlatEngine(warnings=(NOTES[name], "This model was not trained on these words."))
    asked = ask(page, values)
    result_gallery = keep(None, asked.character, engine.swap(asked), 1, save_result)
    updates = views.finished(page, result_gallery, None)
    seen = {key for key in NOTES if updates[getattr(page.remedies, key)]["visible"]}
    assert seen == {name}
    assert NOTES[name][:20] in updates[page.proof]["value"]
    assert set(remedies.outputs(page)) <= set(views.results(page))
    assert told_in(NOTES[name], None) == NOTES[name]


def test_several_people_in_a_painted_mask_are_to_be_chosen_from_too(pages: list[Page]) -> None:  # noqa: F811
    updates = remedies.shown(pages[0], [SHARED.format(count=2)])
    assert updates[pages[0].remedies.person]["visible"] and not remedies.shown(pages[0], [])[pages[0].remedies.person]["visible"]


def test_the_face_is_left_out_of_the_mask(pages: list[Page], values: dict[Any, Any]) -> None:  # noqa: F811
    page, labels = pages[0], np.ones((30, 20), np.uint8)
    keep_ = np.zeros_like(labels)
    keep_[:10] = 255
    updates = remedies.without_face(page, services(Seeing(Detection(labels, keep_))), values, None)
    sent = updates[page.canvas]
    assert sent["kind"] == "remove" and (runs.decode(sent["region"], (30, 20)) == (keep_ > 0)).all()
    assert not updates[page.remedies.face]["visible"]


def test_the_other_person_is_chosen(pages: list[Page], values: dict[Any, Any]) -> None:  # noqa: F811
    page, people = pages[0], np.ones((30, 20), np.uint8)
    people[:, 10:] = 2
    engine = Seeing(Detection(people, np.zeros_like(people), people=people))
    chosen = []
    for now in (None, 1, 2):
        updates = remedies.next_person(page, services(engine), values | {page.people: now}, None)
        chosen.append(updates[page.people]["value"])
    assert chosen == [2, 2, 1]
