"""A visitor lets the clothing be found: chips, the eraser, clicks with a way back, and Generate at last."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from pipeline.images import load_character, save_png
from pipeline.request import ClothingPart, DetectRequest
from tests.browser.conftest import Site
from tests.browser.on_canvas import click, detect, settle
from tests.browser.test_page import download, paint, say, toast, upload

EXAMPLE = Path(__file__).parents[2] / "assets" / "examples" / "orange_dress.png"
DRESS = (242, 146, 31)
# bands of a fifth of the picture each: hair, face, top, bare arms, bottom (see `tests.ui.flat_engine.banded`)


def test_detect_chips_erase_click_generate(page: Page, site: Site, character_file: Path, tmp_path: Path) -> None:
    upload(page, character_file)
    detect(page)
    expect(page.locator("#chips label")).to_have_count(3)
    page.locator("#chips label", has_text="bottomwear").click()
    settle(page)
    page.get_by_label("Eraser").click()
    paint(page)  # with the eraser, over the middle of the topwear

    page.get_by_label("Click to add").click()
    click(page, 100, 30)  # the hair, which is protected
    click(page, 100, 300)  # in what is the bottomwear
    page.click("#undo")
    click(page, 60, 300)

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


def test_the_shipped_weights_see_an_orange_dress(page: Page, site: Site, tmp_path: Path) -> None:
    site.engine.sees = True
    character = load_character(EXAMPLE)
    orange = (np.abs(character[..., :3].astype(int) - DRESS).max(axis=2) < 60) & (character[..., 3] > 200)
    upload(page, EXAMPLE)
    detect(page)
    page.get_by_label("Eraser").click()
    paint(page)
    page.get_by_label("Click to add").click()
    y, x = (int(np.median(axis)) for axis in np.nonzero(orange))
    click(page, x, y)
    say(page, "red skirt")
    page.click("#generate")
    expect(page.locator(".proof")).to_have_text("Pixels outside the mask changed: 0")
    mask = site.engine.requests[-1].mask
    assert mask is not None and (mask[orange] > 0).mean() > 0.8, "most of the dress"
    found = site.engine.engine.detect(DetectRequest(character))
    kept = found.protected((ClothingPart.HAIR, ClothingPart.HELD)) > 0
    assert kept.mean() > 0.02 and not mask[kept].any()
    after = load_character(download(page, "#download", tmp_path / "result.png"))
    assert np.array_equal(after[kept], character[kept]) and not np.array_equal(after, character)


def test_the_same_outfit_on_another_face(page: Page, site: Site, character_file: Path, tmp_path: Path) -> None:
    smiling = load_character(character_file)
    smiling[60:100, 80:150, :3] = 200  # in the band of the face
    save_png(smiling, tmp_path / "smiling.png")
    upload(page, character_file)
    say(page, "red skirt")
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    first = load_character(download(page, "#download", tmp_path / "first.png"))
    with page.expect_file_chooser() as chooser:
        page.click("#others")
    chooser.value.set_files([tmp_path / "smiling.png"])
    expect(page.locator("#gallery img")).to_have_count(2)
    page.wait_for_timeout(1000)
    second = load_character(download(page, "#download", tmp_path / "second.png"))
    assert (second[60:100, 80:150, :3] == 200).all() and np.array_equal(second[140:], first[140:])


def test_paint_goes_where_an_imported_mask_lies(page: Page, site: Site, character_file: Path, tmp_path: Path) -> None:
    height, width = load_character(character_file).shape[:2]
    given = np.zeros((height, width), np.uint8)
    given[10:40, 30:90] = 255
    save_png(given, tmp_path / "given.png")
    upload(page, character_file)
    with page.expect_file_chooser() as chooser:
        page.click("#import")
    chooser.value.set_files(tmp_path / "given.png")
    page.wait_for_function("document.querySelector('.canvas').editor.mask.past.length")
    paint(page)
    say(page, "red skirt")
    page.click("#generate")
    expect(page.locator(".proof")).to_have_text("Pixels outside the mask changed: 0")
    mask = site.engine.requests[-1].mask
    assert mask is not None and mask[10:40, 30:90].all() and not mask[:10].any() and mask[height // 2, width // 2]


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
