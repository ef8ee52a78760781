"""Yesterday's outfit from a result's file, or from the row of results: everything that made it is back on the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from pipeline.embedded import chunks_of
from pipeline.images import load_character, save_png
from tests.browser.on_canvas import drag, open_another, open_picture, painted, settle, shown, wait_for_another
from tests.browser.studio import Studio
from tests.browser.test_page import download, say, toast


def made(page: Page, words: str = "red hoodie, blue jeans") -> None:
    """A mask by hand, words, settings, and a result of them."""
    height, width = painted(page).shape
    drag(page, (width * 0.3, height * 0.5), (width * 0.7, height * 0.7))
    say(page, words)
    expect(page.locator("#draft img")).to_have_attribute("alt", f"Draft: {words}")
    open_advanced(page)
    page.fill("#negative textarea", "hat")
    page.fill("#grow input[type=number]", "5")
    page.locator("#grow input[type=number]").blur()
    page.locator("#detail input").uncheck()
    expect(page.locator("#draft img")).to_have_attribute("alt", f"Draft: {words}")
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()


def open_advanced(page: Page) -> None:
    if not page.locator("#negative").is_visible():
        page.click("#advanced button")


def is_restored(page: Page, words: str, seed: int, locked: bool = True) -> None:
    expect(page.locator("#prompt textarea")).to_have_value(words)
    expect(page.locator("#seed input")).to_have_value(str(seed))
    expect(page.locator("#lock input")).to_be_checked(checked=locked)
    open_advanced(page)
    expect(page.locator("#negative textarea")).to_have_value("hat")
    expect(page.locator("#grow input[type=number]")).to_have_value("5")
    expect(page.locator("#detail input")).not_to_be_checked()


def test_a_results_file_brings_back_what_made_it(
    visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path], tmp_path: Path
) -> None:
    page = visit()
    open_picture(page, picture(200, 300))
    made(page)
    first = studio.engine.requests[-1]
    assert first.mask is not None
    file = download(page, "#download", tmp_path / "yesterday.png")

    page = visit()  # today
    say(page, "a green coat")
    open_picture(page, file)
    assert toast(page).startswith("Restored: words, seed, settings, mask and draft")
    is_restored(page, "red hoodie, blue jeans", first.seed)
    assert (painted(page) == (first.mask > 0)).all()
    expect(page.locator("#draft img")).to_have_attribute("alt", "Draft: red hoodie, blue jeans")
    assert any(isinstance(asked.draft, np.ndarray) for asked in studio.engine.drafts[-2:])
    studio.engine.requests.clear()
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    again = studio.engine.requests[-1]
    assert (again.character == load_character(file)).all() and again.mask is not None
    assert (again.mask == first.mask).all() and isinstance(again.draft, np.ndarray)
    assert (again.prompt, again.seed, again.grow, again.detail_pass) == (first.prompt, first.seed, 5, False)

    # the draft gives way to other words, by a chip too
    page.locator("#look label", has_text="Draft").click()
    page.locator("#garments li", has_text="hoodie").locator("[data-field=colour]").select_option("teal")
    expect(page.locator("#draft img")).to_have_attribute("alt", "Draft: teal hoodie, blue jeans")
    assert studio.engine.drafts[-1].draft is None


def test_a_result_goes_back_to_what_it_was_made_from(
    visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path]
) -> None:
    page = visit()
    file = picture(200, 300)
    open_picture(page, file)
    made(page)
    first = studio.engine.requests[-1]
    assert first.mask is not None
    open_another(page, picture(120, 90))
    say(page, "green coat")
    page.fill("#grow input[type=number]", "0")
    before = shown(page)
    page.locator("#look label", has_text="Result").click()
    page.click("#restore")
    wait_for_another(page, before)
    is_restored(page, "red hoodie, blue jeans", first.seed)
    assert (painted(page) == (first.mask > 0)).all()
    page.click("#generate")
    expect(page.locator("#gallery button.thumbnail-item")).to_have_count(2)
    again = studio.engine.requests[-1]
    assert (again.character == first.character).all() and again.mask is not None
    assert (again.mask == first.mask).all() and again.seed == first.seed


def test_what_a_file_does_not_carry_is_said(
    visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path], tmp_path: Path
) -> None:
    page = visit()
    open_picture(page, picture(200, 300))
    open_advanced(page)
    page.locator("#embed input").uncheck()
    made(page)
    seed = studio.engine.requests[-1].seed
    file = download(page, "#download", tmp_path / "plain.png")
    assert not chunks_of(file)
    page = visit(locale="ja-JP")
    open_picture(page, file)
    assert toast(page) == "言葉、シード、設定を戻しました。マスクと下描きはこのファイルにありません。"
    is_restored(page, "red hoodie, blue jeans", seed)
    assert not painted(page).any()


@pytest.mark.parametrize("typed", ["", "green coat"])
def test_other_programs_words_never_replace_ones_own(visit: Callable[..., Page], tmp_path: Path, typed: str) -> None:
    settings = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 77, Size: 512x512"
    file = tmp_path / "elsewhere.png"
    drawing = np.full((90, 120, 3), 200, np.uint8)  # of one colour it would be refused
    drawing[20:80, 40:80] = 90, 60, 40
    save_png(drawing, file, {"parameters": f"red dress\nNegative prompt: hat\n{settings}"})
    page = visit()
    say(page, typed)
    open_picture(page, file)
    settle(page)
    expect(page.locator("#prompt textarea")).to_have_value(typed or "red dress")
    if not typed:
        expect(page.locator("#seed input")).to_have_value("77")
        assert "another program" in toast(page)
