"""A visitor lets the clothing be found: chips, the eraser, clicks with a way back, and Generate at last."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from pipeline.images import load_character, save_png
from tests.browser.conftest import Site
from tests.browser.test_page import download, paint, say, settle, toast, upload

# bands of a fifth of the picture each: hair, face, top, bare arms, bottom (see `tests.ui.flat_engine.banded`)


def detect(page: Page) -> None:
    page.click("#detect")
    expect(page.locator("#chips")).to_be_visible()
    expect(page.locator("#detect")).to_be_enabled()
    settle(page)


def test_detect_chips_erase_click_generate(page: Page, site: Site, character_file: Path, tmp_path: Path) -> None:
    upload(page, character_file)
    detect(page)
    expect(page.locator("#chips label")).to_have_count(3)
    page.locator("#chips label", has_text="bottomwear").click()
    settle(page)
    page.locator("#editor button[aria-label='Erase']").first.click()
    paint(page)  # with the eraser, over the middle of the topwear

    page.locator("#tool label", has_text="Click to add").click()
    picture = page.locator("#pointer img")
    expect(picture).to_be_visible()
    expect(page.locator("#undo")).to_be_disabled()
    box = picture.bounding_box()
    assert box
    height, width = load_character(character_file).shape[:2]
    scale = min(1, box["width"] / width, box["height"] / height)  # small pictures are not enlarged
    left, top = (box["width"] - scale * width) / 2, (box["height"] - scale * height) / 2

    def click(x: float, y: float) -> None:
        picture.click(position={"x": left + scale * x, "y": top + scale * y})
        page.wait_for_timeout(1500)

    click(100, 30)  # the hair, which is protected
    expect(page.locator("#undo")).to_be_enabled()
    click(100, 300)  # in what is the bottomwear
    page.click("#undo")
    page.wait_for_timeout(1000)
    click(60, 300)

    say(page, "red skirt")
    page.click("#generate")
    expect(page.locator(".proof")).to_have_text("Pixels outside the mask changed: 0")
    mask = site.engine.requests[-1].mask
    assert mask is not None
    assert mask[300, 60] and not mask[300, 100] and not mask[270, 200]  # clicked, taken back, switched off
    top_band = mask[130:190] > 0
    assert 0.3 < top_band.mean() < 0.95  # found, less what was rubbed out
    assert not mask[:128].any()  # hair and face

    before, after = load_character(character_file), load_character(download(page, "#download", tmp_path / "result.png"))
    assert np.array_equal(before[mask == 0], after[mask == 0]) and not np.array_equal(before, after)
    saved = load_character(download(page, "#export", tmp_path / "mask.png"))
    assert np.array_equal(saved[..., 0], mask)


def test_paint_goes_where_an_imported_mask_lies(page: Page, site: Site, character_file: Path, tmp_path: Path) -> None:
    height, width = load_character(character_file).shape[:2]
    given = np.zeros((height, width), np.uint8)
    given[10:40, 30:90] = 255
    save_png(given, tmp_path / "given.png")
    upload(page, character_file)
    with page.expect_file_chooser() as chooser:
        page.click("#import")
    chooser.value.set_files(tmp_path / "given.png")
    settle(page)
    paint(page)  # from now on the editor's own drawing counts, not what it was given
    say(page, "red skirt")
    page.click("#generate")
    expect(page.locator(".proof")).to_have_text("Pixels outside the mask changed: 0")
    mask = site.engine.requests[-1].mask
    assert mask is not None and mask[12:38, 32:88].all() and not mask[:8].any() and mask[height // 2, width // 2]


def test_generate_alone_finds_the_clothing(page: Page, site: Site, character_file: Path) -> None:
    upload(page, character_file)
    say(page, "red skirt")
    page.click("#generate")
    expect(page.locator(".proof")).to_have_text("Pixels outside the mask changed: 0")
    mask = site.engine.requests[-1].mask
    assert mask is not None and mask[160, 100] and mask[300, 100] and not mask[:128].any()


def test_nothing_chosen_is_said(page: Page, site: Site, character_file: Path) -> None:
    upload(page, character_file)
    detect(page)
    for name in ("topwear", "bottomwear", "bare arms and legs"):
        page.locator("#chips label", has_text=name).click()
        settle(page)
    say(page, "red skirt")
    page.click("#generate")
    assert "paint over" in toast(page)
    assert not site.engine.requests
