"""A reload of the page: everything is there again, unless that is not wished."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from pipeline.images import save_png
from tests.browser.on_canvas import ADDED, ERASED, PARTS, UNSURE, bits, brush, chip, detect, drag, open_picture, painted, settle
from tests.browser.studio import Studio
from tests.browser.test_page import say
from tests.browser.test_restoring import is_restored, made, open_advanced


def wait_until_kept(page: Page, words: str, results: int = 0) -> None:
    page.wait_for_function(
        """async ([words, results]) => {
            const settings = await window.ccKeeper?.get('settings'), kept = await window.ccKeeper?.get('results');
            return settings?.prompt === words && (kept?.length ?? 0) === results;
        }""",
        arg=[words, results],
    )
    page.wait_for_timeout(800)  # what is gathered for a moment before it is written


def reload(page: Page) -> None:
    page.reload()
    page.wait_for_function("window.ccKeeper && !window.ccKeeper.bringing")
    settle(page)


def test_a_reload_loses_nothing(visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path]) -> None:
    page = visit()
    open_picture(page, picture(200, 300))
    made(page)
    first, mask = studio.engine.requests[-1], painted(page)
    wait_until_kept(page, first.prompt, 1)

    reload(page)
    is_restored(page, first.prompt, first.seed, locked=False)
    assert (painted(page) == mask).all() and mask.any()
    expect(page.locator("#draft img")).to_have_attribute("alt", f"Draft: {first.prompt}")
    expect(page.locator("#gallery button.thumbnail-item")).to_have_count(1)
    expect(page.locator(".proof")).to_have_text("Pixels outside the mask changed: 0")
    page.click("#generate")
    expect(page.locator("#gallery button.thumbnail-item")).to_have_count(2)
    again = studio.engine.requests[-1]
    assert (again.character == first.character).all() and again.mask is not None and first.mask is not None
    assert (again.mask == first.mask).all()
    assert (again.seed, again.grow, again.negative_prompt) == (first.seed, 5, "hat")
    wait_until_kept(page, first.prompt, 2)

    # and once more, from a result that came back
    reload(page)
    expect(page.locator("#gallery button.thumbnail-item")).to_have_count(2)
    page.locator("#look label", has_text="Result").click()
    page.locator("#gallery button.thumbnail-item").last.click()
    page.click("#restore")
    settle(page)
    is_restored(page, first.prompt, first.seed)


def test_a_draft_of_ones_own_and_joints_come_back(
    visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path], tmp_path: Path
) -> None:
    page = visit()
    open_picture(page, picture(200, 300))
    own = np.zeros((300, 200, 4), np.uint8)
    own[100:200, 50:150] = (200, 30, 30, 255)
    save_png(own, tmp_path / "own.png")
    with page.expect_file_chooser() as chooser:
        page.click("#own-draft")
    chooser.value.set_files(tmp_path / "own.png")
    expect(page.locator("#drop-draft")).to_be_visible()
    say(page, "red coat")
    wait_until_kept(page, "red coat")
    reload(page)
    expect(page.locator("#drop-draft")).to_be_visible()
    assert isinstance(studio.engine.drafts[-1].draft, np.ndarray) and (studio.engine.drafts[-1].draft == own).all()


@pytest.mark.parametrize("how", ["switched off", "forgotten"])
def test_nothing_is_kept_that_shall_not_be(visit: Callable[..., Page], picture: Callable[..., Path], how: str) -> None:
    page = visit()
    open_picture(page, picture(200, 300))
    say(page, "red coat")
    wait_until_kept(page, "red coat")
    open_advanced(page)
    if how == "switched off":
        page.locator("#remember input").uncheck()
        say(page, "blue coat")
    else:
        page.click("#forget")
    page.wait_for_timeout(1500)
    for name in ("settings", "picture", "mask", "results", "files"):
        assert page.evaluate("(name) => window.ccKeeper.get(name)", name) is None
    reload(page)
    expect(page.locator("#drop input[type=file]")).to_be_attached()
    expect(page.locator("#prompt textarea")).to_have_value("")
    open_advanced(page)
    expect(page.locator("#remember input")).to_be_checked(checked=how == "forgotten")


def test_chips_and_strokes_stay_apart(visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path]) -> None:
    page = visit()
    open_picture(page, picture(160, 200))
    detect(page)
    chip(page, "bottomwear")
    brush(page, 10)
    drag(page, (20, 20), (60, 20))
    page.click("#eraser")
    drag(page, (40, 100), (120, 100))
    say(page, "red coat")
    wait_until_kept(page, "red coat")
    before = bits(page)
    assert {PARTS, ADDED, PARTS | ERASED} <= set(np.unique(before & ~np.uint8(UNSURE)))
    reload(page)
    assert (bits(page) == before).all()
    expect(page.locator("#chips label", has_text="topwear").locator("input")).to_be_checked()
    expect(page.locator("#chips label", has_text="bottomwear").locator("input")).not_to_be_checked()
    chip(page, "bottomwear")
    after = bits(page)
    assert (after[170:] & PARTS).all() and ((after & ADDED) == (before & ADDED)).all()


def test_a_mask_that_follows_the_draft_goes_on_to(
    visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path]
) -> None:
    page = visit()
    open_picture(page, picture(160, 200))
    say(page, "red coat")
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    wait_until_kept(page, "red coat", 1)
    assert studio.engine.requests[-1].mask is None
    reload(page)
    assert (bits(page) & PARTS).any()
    page.click("#generate")
    expect(page.locator("#gallery button.thumbnail-item")).to_have_count(2)
    assert studio.engine.requests[-1].mask is None
