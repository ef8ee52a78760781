"""The draft on the page, without a browser: chips, poses, what Generate asks for, and notes in three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipeline import colour_profile, people, plan, refusals, upscale
from pipeline.fit import Doubt
from pipeline.marking import save_result
from pipeline.outfit import read_outfit
from pipeline.request import CUT_OFF, FACE_PAINTED, OFF, SHARED, WEAK, ClothingPart, Drafted, Image8
from tests.ui.flat_engine import FlatEngine, banded
from tests.ui.test_canvas import held
from tests.ui.test_page import INFO, ask
from ui import asking, detecting, draft, draft_view, events, finding, layout
from ui.draft_view import Pose
from ui.finding import Choice, MaskEdit
from ui.jobs import Jobs
from ui.page import Page, Services
from ui.restoring import Own
from ui.texts import LANGUAGES
from ui.texts.notes import NOTES, told_in

JAPANESE: Any = SimpleNamespace(headers={"accept-language": "ja"})


class Desk:
    """A page, its values and what is behind it; redraws as a press of the hidden button does."""

    def __init__(self, page: Page) -> None:
        groups = (vars(page), vars(page.draft), vars(page.steering), vars(page.wardrobe), *map(vars, page.steering.stretches))
        parts = [part for group in groups for part in group.values() if hasattr(part, "value")]
        self.page, self.engine, self.values = page, FlatEngine(), {part: part.value for part in parts}
        self.character = np.full((100, 80, 4), 200, np.uint8)
        self.values |= {page.original: self.character, page.canvas: held(self.character)}

    def redraw(self, **changes: Any) -> dict[str, Any]:
        """changes: values of the page or of its draft by name; returns what is drawn by name."""
        mine = self.page.draft
        for name, value in changes.items():
            self.values[getattr(mine if hasattr(mine, name) else self.page, name)] = value
        services = Services(self.engine, (INFO,), save_result, (), Jobs(), finds=True)
        updates = draft._redrawn(self.page, services, self.values, None)  # type: ignore[arg-type]
        names = {component: name for name, component in vars(mine).items()}
        if isinstance(shown := updates[mine.shown], draft.Shown):
            self.values[mine.shown] = shown
        return {names[component]: value for component, value in updates.items()}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    seen: list[Page] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "connect", lambda blocks, page, services: seen.append(page))
        layout.build(FlatEngine(), [INFO], save_result)
    yield seen[0]


@pytest.fixture
def desk(page: Page) -> Desk:
    return Desk(page)


def test_a_draft_is_drawn_once_for_the_same_words(desk: Desk) -> None:
    assert "Describe an outfit" in desk.redraw()["picture"] and not desk.engine.drafts
    seen = desk.redraw(prompt="red hoodie, blue jeans")
    assert "data:image/webp" in seen["picture"] and 'alt="Draft: red hoodie, blue jeans"' in seen["picture"]
    assert len(desk.engine.drafts) == 1
    assert list(desk.redraw()) == ["shown"] and len(desk.engine.drafts) == 1
    desk.redraw(seed=5)
    assert len(desk.engine.drafts) == 2 and desk.engine.drafts[-1].seed == 5
    desk.redraw(steps=3, strength=0.5)
    assert len(desk.engine.drafts) == 2, "a draft does not depend on how it is drawn over"


def test_another_person_gets_a_draft_of_their_own_and_a_chip_at_the_first_look(desk: Desk) -> None:
    desk.redraw(prompt="red hoodie")
    assert desk.redraw(people=2)["shown"].asked.person == 2 and len(desk.engine.drafts) == 2
    people = np.kron(np.array([[1, 0, 2]], np.uint8), np.ones((100, 26), np.uint8))
    several = replace(banded(np.full((100, 78, 4), 200, np.uint8)), people=people)
    offered = detecting.to_choose_from(several, None, None)
    assert [number for _, number in offered["choices"]] == [1, 2] and offered["value"] is None and offered["visible"]


def test_a_click_chooses_a_person_and_a_joint_while_those_are_mended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    people = np.kron(np.array([[1, 0, 2]], np.uint8), np.ones((100, 26), np.uint8))
    several = replace(banded(np.full((100, 78, 4), 200, np.uint8)), people=people)
    desk.redraw(prompt="red hoodie")
    monkeypatch.setattr(desk.engine, "detect", lambda asked: several)
    services = Services(desk.engine, (INFO,), save_result, (), Jobs(), finds=True)

    def clicked(x: float, y: float) -> Any:
        return draft._clicked(desk.page, services, desk.values, (x, y))

    assert clicked(0.9, 0.5) == {desk.page.people: 2} and clicked(0.1, 0.5) == {desk.page.people: 1}
    assert desk.page.people not in clicked(0.5, 0.5), "between them is nobody"
    desk.redraw(pose=Pose(mending=True))
    assert desk.page.people not in clicked(0.9, 0.5)


def test_chips_show_what_may_be_chosen(desk: Desk) -> None:
    html = desk.redraw(prompt="red pleated skirt, white blouse")["chips"]
    assert html.count("<li>") == 2 and html.count("<button") == 2 == html.count('data-field="kind"')
    assert html.count('data-field="length"') == html.count('data-field="sleeve"') == 1
    assert html.count('data-field="hem"') == html.count('data-field="cuff"') == html.count("<details") - 1 == 1
    assert html.count("selected") == 6 and ">short sleeves<" in html
    assert '<option value="teal">' in html and "Leave out the blouse" in html
    outer, inner = re.findall(r'<button type="button" data-index="(\d)"', html)
    assert (outer, inner) == ("1", "0"), "the outermost comes first"


def test_generate_uses_the_draft_that_is_shown(desk: Desk) -> None:
    page = desk.page
    desk.redraw(prompt="red hoodie", seed=77)
    assert asking.seed_of(page, desk.values) == 77
    asked = ask(page, desk.values, 77, finds=True)
    assert draft._alike(asked, desk.engine.drafts[-1]) and asked.draft is None
    assert ask(page, desk.values | {page.draft.first: False}, finds=True).draft is OFF
    seeds = {asking.seed_of(page, desk.values | {page.draft.first: False}) for _ in range(4)}
    assert seeds != {77}, "without a draft every picture has its own seed"


def test_a_mask_of_detection_follows_the_draft_until_it_is_touched(desk: Desk) -> None:
    page, found = desk.page, banded(desk.character)
    choice = Choice(found, (ClothingPart.TOPWEAR, ClothingPart.SKIN), finding.ALWAYS_ON)
    roomy = replace(choice, room=0.4)
    mask_edit = MaskEdit().with_choice(finding.chosen(choice)).with_choice(finding.chosen(roomy))
    desk.values |= {page.mask_edit: mask_edit, page.canvas: held(desk.character, step=1)}
    asked = ask(page, desk.values)
    assert asked.mask is None and asked.protect == finding.ALWAYS_ON
    assert asked.parts == (ClothingPart.TOPWEAR,), "the face is skin, and would go with an old garment"
    stroke = np.zeros((100, 80), np.uint8)
    stroke[:3] = 255
    touched, wider = held(desk.character, stroke, 1), held(desk.character, step=2)
    for change in ({page.canvas: touched}, {page.canvas: wider}, {page.draft.first: False}):
        asked = ask(page, desk.values | change)
        assert asked.mask is not None and not asked.parts


def test_a_joint_is_taken_placed_and_put_back() -> None:
    joints = {"wrist_l": (20.0, 80.0), "elbow_l": (20.0, 60.0), "nose": (21.0, 79.0)}
    pose = Pose(mending=True).clicked(joints, 60, 20, 10)
    assert pose.taken is None, "nothing is near"
    pose = pose.clicked(joints, 22, 78, 10)
    assert pose.taken == "wrist_l" and not pose.joints, "the face is not mended"
    placed = pose.clicked(joints, 40, 70, 10)
    assert placed.joints == {"wrist_l": (40, 70)} and placed.taken is None
    assert placed.undone().joints == {} and placed.undone().undone().joints == {}
    assert placed.reset().joints == {} and placed.reset().undone().joints == placed.joints


def test_the_draft_follows_a_mended_joint(desk: Desk) -> None:
    seen = desk.redraw(prompt="red hoodie", pose=Pose(mending=True))
    assert "mending" in seen["picture"] and 'data-joint="wrist_l"' in seen["picture"]
    desk.redraw(pose=Pose({"wrist_l": (20.0, 95.0)}, mending=True))
    assert desk.engine.drafts[-1].joints == {"wrist_l": (20.0, 95.0)}
    assert ask(desk.page, desk.values, finds=True).joints == {"wrist_l": (20.0, 95.0)}


def test_a_pose_that_is_no_longer_mended_is_shown_without_drafting_again(desk: Desk) -> None:
    desk.redraw(prompt="red hoodie", pose=Pose(mending=True))
    drafts = len(desk.engine.drafts)
    seen = desk.redraw(pose=Pose())
    assert "<svg" not in seen["picture"] and not seen["mending"]["visible"] and len(desk.engine.drafts) == drafts
    assert "picture" not in desk.redraw(), "nothing has changed"


def test_joints_can_be_placed_where_nothing_could_be_drafted() -> None:
    drafted = Drafted(None, joints={"neck": (40.0, 40.0)}, notes=(Doubt.UNSURE.value,))
    html = draft_view.picture(np.full((100, 80, 4), 200, np.uint8), drafted, Pose(mending=True), None)
    assert "data:image/webp" in html and 'data-joint="neck"' in html


def test_a_mask_that_cuts_the_draft_off_can_be_extended(desk: Desk) -> None:
    painted: Image8 = np.zeros((100, 80), np.uint8)
    painted[40:60] = 255
    seen = desk.redraw(prompt="red hoodie", canvas=held(desk.character, painted))
    assert seen["extend"]["visible"] and "no room for all of this: hoodie" in seen["told"]["value"]
    seen = desk.redraw(canvas=held(desk.character))
    assert not seen["extend"]["visible"] and not seen["told"]["visible"]


def test_nothing_is_drafted_where_that_is_not_wanted(desk: Desk) -> None:
    assert "No draft" in desk.redraw(prompt="red hoodie", first=False)["picture"]
    assert "garment" in desk.redraw(first=True, garment=desk.character)["picture"]
    assert not desk.engine.drafts
    own: Image8 = np.zeros_like(desk.character)
    own[50:] = (9, 9, 9, 255)
    seen = desk.redraw(garment=None, own=Own(own))
    assert "data:image/webp" in seen["picture"] and seen["drop"]["visible"]
    assert ask(desk.page, desk.values, finds=True).draft is own


def test_notes_are_said_in_the_visitors_language() -> None:
    said = plan.NOTHING_NAMED, people.SEVERAL.format(count=3), plan.GUESSED, upscale.PIXEL_ART
    colours = colour_profile.CONVERTED.format(space="CMYK"), colour_profile.UNREADABLE
    limits = WEAK.format(strength="0.4", kind="dress"), CUT_OFF.format(garments="blouse, skirt"), SHARED.format(count=2)
    said = (*said, *colours, *limits, FACE_PAINTED)
    fixed = (*said, *(doubt.value for doubt in Doubt))
    refused = (refusals.REFUSAL, refusals.REFUSAL_YOUNG, refusals.REFUSAL_NEGATIVE)
    wishes = ("sombrero, red skirt", "blue dress, green dress", ", ".join(f"{n} ring, red skirt" for n in ("gold", "silver")))
    worded = [note for words in wishes for note in read_outfit(words).notes]
    assert worded
    for sentence in (*fixed, *refused, *worded):
        assert told_in(sentence, None) == sentence
        assert told_in(sentence, JAPANESE) != sentence, sentence
    assert told_in("Something else.", JAPANESE) == LANGUAGES["ja"]["operator"]
    assert "sombrero" in told_in("There is no sombrero in the wardrobe, hat comes nearest.", JAPANESE)
    for english, words in NOTES.items():
        holes = set(re.findall(r"\{\w+\}", english))
        assert words.keys() == {"zh", "ja"} and all(set(re.findall(r"\{\w+\}", text)) == holes for text in words.values())
