"""The page without a browser: it can be built, speaks three languages and becomes requests."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest

from pipeline.marking import save_result
from pipeline.request import Step, SwapRequest, UserError
from serving.engine import Missing, MissingHints
from tests.ui.flat_engine import FlatEngine, banded
from tests.ui.test_canvas import held
from ui import asking, events, fetching, finding, layout, restoring, texts
from ui.finding import Choice, MaskEdit
from ui.jobs import Jobs
from ui.page import Page, ProfileInfo, Services
from ui.presets import PRESETS, label_of, words_of
from ui.progress import Clock, download

INFO = ProfileInfo("bundled", "Bundled", ("ddim", "euler"), "ddim", 25, 4.0)


@pytest.fixture(scope="module")
def pages() -> Iterator[list[Page]]:
    """What `layout.build` hands to `events.connect`."""
    seen: list[Page] = []
    with pytest.MonkeyPatch.context() as patch:
        connect = events.connect
        patch.setattr(events, "connect", lambda blocks, page, services: (seen.append(page), connect(blocks, page, services)))
        layout.build(FlatEngine(), [INFO], save_result)
    yield seen


@pytest.fixture
def values(pages: list[Page]) -> dict[Any, Any]:
    """The page as it opens, with a character and a painted mask."""
    page = pages[0]
    groups = (vars(page), vars(page.steering), vars(page.wardrobe), vars(page.draft), *map(vars, page.steering.stretches))
    components = [part for group in groups for part in group.values() if isinstance(part, gr.components.Component)]
    character = np.full((30, 20, 4), 200, np.uint8)
    mask = np.zeros((30, 20), np.uint8)
    mask[5:20, 5:15] = 255
    return {c: getattr(c, "value", None) for c in components} | {
        page.original: character,
        page.canvas: held(character, mask),
    }


def ask(page: Page, values: dict[Any, Any], seed: int = 1, finds: bool = False) -> SwapRequest:
    return asking.to_request(page, values, asking.painted(page, values, None), seed, None, finds)


def test_the_page_as_it_opens_asks_for_the_defaults(pages: list[Page], values: dict[Any, Any]) -> None:
    request = ask(pages[0], values, 9)
    plain = SwapRequest(request.character, 9, request.mask)
    for name in (
        "hints",
        "steps",
        "guidance",
        "strength",
        "sampler",
        "count",
        "grow",
        "feather",
        "loosen",
        "soft_edge",
        "detail_pass",
        "profile",
        "draft",
        "follow",
        "joints",
    ):
        assert getattr(request, name) == getattr(plain, name), name


def test_what_is_missing_is_said(pages: list[Page], values: dict[Any, Any]) -> None:
    page = pages[0]
    with pytest.raises(UserError, match="choose a character"):
        ask(page, values | {page.original: None})
    with pytest.raises(UserError, match="paint over"):
        ask(page, values | {page.canvas: held(values[page.original])})
    with pytest.raises(UserError, match="got lost"):
        ask(page, values | {page.canvas: None})


def test_without_paint_the_engine_may_find_the_clothing(pages: list[Page], values: dict[Any, Any]) -> None:
    page = pages[0]
    character = values[page.original]
    bare = values | {page.canvas: held(character)}
    assert ask(page, bare, finds=True).mask is None
    off = finding.chosen(Choice(banded(character), (), finding.ALWAYS_ON))
    mask_edit = MaskEdit().with_choice(off)
    with pytest.raises(UserError, match="paint over"):  # it was found, and all of it switched off
        ask(page, bare | {page.mask_edit: mask_edit, page.canvas: held(character, step=1)}, finds=True)
    assert ask(page, bare | {page.mask_edit: mask_edit}, finds=True).mask is None, "cleared, so it may be found again"


def test_what_generate_found_by_itself_it_finds_anew_until_it_is_touched(pages: list[Page], values: dict[Any, Any]) -> None:
    page, character = pages[0], values[pages[0].original]
    changed = np.zeros((30, 20), np.uint8)
    changed[15:] = 200
    mask_edit = MaskEdit().with_choice(finding.shown(banded(character), changed))
    again = ask(page, values | {page.mask_edit: mask_edit, page.canvas: held(character, step=1)}, finds=True)
    assert again.mask is None and not again.parts
    stroke = np.zeros((30, 20), np.uint8)
    stroke[0] = 255
    mended = ask(page, values | {page.mask_edit: mask_edit, page.canvas: held(character, stroke, 1)}, finds=True)
    assert mended.mask is not None and mended.mask[0].all() and mended.mask[15:].all() and not mended.mask[1:15].any()


def test_both_garments_begin_at_the_models_own_scale() -> None:
    for scale in (1.0, 0.6):
        info = replace(INFO, garments=True, garment_scale=scale)
        blocks = layout.build(FlatEngine(), [info], save_result)
        sliders = {block.elem_id: block.value for block in blocks.blocks.values() if isinstance(block, gr.Slider)}
        assert sliders["garment_scale"] == sliders["garment-2-scale"] == scale


def test_without_lines_the_hint_is_left_out(pages: list[Page], values: dict[Any, Any]) -> None:
    request = ask(pages[0], values | {pages[0].lineart: 0})
    assert [hint.kind for hint in request.hints] == ["inpaint"]


def test_garments_keep_their_colours_if_that_is_wished(pages: list[Page], values: dict[Any, Any]) -> None:
    page, picture = pages[0], np.full((9, 9, 4), 255, np.uint8)
    worn = values | {page.garment: picture, page.wardrobe.picture: picture}
    for wish in (False, True):
        request = ask(page, worn | {page.lock_palette: wish})
        assert [garment.lock_palette for garment in request.garments] == [wish, wish]


def test_no_event_shows_progress_on_a_component() -> None:
    wired = layout.build(FlatEngine(), [INFO], save_result).fns.values()
    assert [event.name for event in wired if event.outputs and event.show_progress_on != []] == []


def test_the_languages_say_the_same_things() -> None:
    def holes(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}

    english = texts.LANGUAGES["en"]
    for words in texts.LANGUAGES.values():
        assert words.keys() == english.keys()
        assert all(words.values())
        assert all(holes(words[key]) == holes(text) for key, text in english.items())
    assert {key(name) for name in PRESETS for key in (label_of, words_of)} <= english.keys()


@pytest.mark.parametrize(
    ("wish", "language"), [("ja-JP,ja;q=0.9,en;q=0.8", "ja"), ("fr,zh-CN;q=0.7", "zh"), ("fr", "en"), ("", "en")]
)
def test_the_visitors_language(wish: str, language: str) -> None:
    assert texts.language(SimpleNamespace(headers={"accept-language": wish})) == language  # type: ignore[arg-type]


def test_progress_shows_share_preview_and_rest() -> None:
    clock = Clock()
    clock.html(Step(0, 10), None)
    html = clock.html(Step(5, 10, preview=np.zeros((8, 8, 3), np.uint8)), None)
    assert 'aria-valuenow="50"' in html
    assert "data:image/jpeg;base64," in html
    assert "s left" in html
    assert "2 of 4" in clock.html(Step(0, 10, image=1, images=4), None)


def test_the_remaining_time_is_honest(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("ui.progress.time.monotonic", lambda: now[0])
    clock = Clock()
    for index in range(4):
        now[0] += 1
        html = clock.html(Step(index, 4), None)
    assert "about 1 s left" in html and clock.overdue(None) is None
    now[0] += 2.9
    assert clock.overdue(None) is None
    now[0] += 0.2
    late = clock.overdue(None)
    assert late is not None and "longer than expected" in late and " s left" not in late and 'aria-valuenow="75"' in late
    assert clock.overdue(None) is None, "said once"
    done = clock.html(Step(4, 4), None)
    now[0] += 60
    assert "Putting the picture together" in done and " s left" not in done and clock.overdue(None) is None


def test_without_words_or_garment_it_is_asked_for(pages: list[Page], values: dict[Any, Any]) -> None:
    page, picture = pages[0], np.full((9, 9, 4), 255, np.uint8)
    with pytest.raises(UserError, match="describe the new outfit first, or show a garment"):
        asking.require_wish(page, values | {page.prompt: "  "}, None)
    for wish in ({page.prompt: "red coat"}, {page.garment: picture}, {page.draft.own: restoring.Own(picture)}):
        asking.require_wish(page, values | wish, None)
    with pytest.raises(UserError, match="choose a character"):
        asking.require_wish(page, values | {page.original: None}, None)


def test_a_model_that_is_loaded_or_fetched_is_named() -> None:
    clock = Clock()
    loading = clock.html(Step(0, 1, stage="load", model="SDXL anime"), None)
    assert "Loading SDXL anime …" in loading and "unknown" in loading
    clock.html(Step(1, 10), None)
    assert "s left" in clock.html(Step(5, 10), None), "loading is no part of the pace"
    html = download(1_500_000_000, 6_000_000_000, "owner/name/unet.safetensors", None)
    assert 'aria-valuenow="25"' in html and "owner/name/unet.safetensors" in html and "1,500 of 6,000 MB · 25 %" in html
    assert "unknown" in download(0, 0, "", None)


def test_a_model_that_is_not_on_this_disk_is_one_sentence(pages: list[Page], values: dict[Any, Any]) -> None:
    class Shop:
        def missing(self, name: str) -> Missing | None:
            sizes = {"large": 6204, "mine": 0}
            return Missing(name.title(), sizes[name], "MIT") if name in sizes else None

        def missing_hints(self, name: str) -> MissingHints | None:
            return MissingHints(("pose", "depth"), 1446) if name == "here" else None

        def get(self, name: str, tell: object) -> None: ...

        def coming(self) -> None: ...

    (page,) = pages
    nothing = Services(FlatEngine(), (INFO,), save_result, (), Jobs())
    fetching.require(nothing, "large", None)
    services = replace(nothing, models=Shop(), fetches=True)
    fetching.require(services, "bundled", None)
    with pytest.raises(UserError, match=r"^Large is not on this disk \(6.2 GB, licence: MIT\).* models download large$"):
        fetching.require(services, "large", None)
    told = fetching.use(page, services, values | {page.profile: "mine"}, None)
    assert told[page.fetching.fetch]["visible"] and told[page.fetching.fetch]["value"] == "Download (of unknown size)"
    told = fetching.use(page, replace(services, fetches=False), values | {page.profile: "mine"}, None)
    assert told[page.fetching.note]["visible"] and not told[page.fetching.fetch]["visible"]
    told = fetching.use(page, services, values | {page.profile: "here"}, None)
    note = told[page.fetching.note]["value"]
    assert "Pose, Depth: can be followed too" in note and "1.4 GB" in note and "models download here --all-hints" in note
    assert not told[page.fetching.fetch]["visible"]
    told = fetching.use(page, replace(services, fetches=False), values | {page.profile: "here"}, None)
    assert not told[page.fetching.note]["visible"], "who cannot fetch is not told"


def test_nothing_comes_from_another_host() -> None:
    options = layout.launch_options()
    assert "http" not in options["css"].replace("http://www.w3.org/2000/svg", "")
    assert options["run_history"] is False
    assert not options["theme"]._stylesheets
