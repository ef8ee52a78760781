"""A visitor and the draft: it appears, a chip changes it, a joint is put right, and Generate draws what is shown."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from pipeline.images import load_character
from tests.browser.conftest import Site
from tests.browser.test_page import download, say, upload


def test_a_draft_from_words_to_result(page: Page, site: Site, character_file: Path, tmp_path: Path) -> None:
    drafts = site.engine.flat.drafts
    upload(page, character_file)
    expect(page.locator("#draft .stage.empty")).to_contain_text("Describe an outfit")
    say(page, "red hoodie, blue jeans")
    picture = page.locator("#draft img")
    expect(picture).to_have_attribute("alt", "Draft: red hoodie, blue jeans")
    assert [asked.prompt for asked in drafts].count("red hoodie, blue jeans") == 1  # another visitor's last may come late

    page.locator("#garments li", has_text="hoodie").locator("[data-field=colour]").select_option("teal")
    expect(picture).to_have_attribute("alt", "Draft: teal hoodie, blue jeans")
    expect(page.locator("#prompt textarea")).to_have_value("teal hoodie, blue jeans")
    hoodie = page.locator("#garments li", has_text="hoodie")
    hoodie.locator("summary").click()
    for number, words in (("-0.1", "teal hoodie <cuff:-0.1>, blue jeans"), ("0", "teal hoodie, blue jeans")):
        hoodie.locator("[data-field=cuff]").fill(number)
        expect(page.locator("#prompt textarea")).to_have_value(words)
        expect(hoodie.locator("[data-field=cuff]")).to_be_visible()  # it stays open while the draft follows
    hoodie.locator("summary").click()
    page.get_by_label("Leave out the jeans").click()
    expect(picture).to_have_attribute("alt", "Draft: teal hoodie")

    def click(x: float, y: float) -> None:
        box = picture.bounding_box()
        assert box
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

    page.click("#mend")
    expect(page.locator("#draft circle")).to_have_count(2)
    click(0.26, 0.79)
    expect(page.locator("circle.taken")).to_have_attribute("data-joint", "wrist_l")
    click(0.5, 0.9)
    expect(page.locator("circle.taken")).to_have_count(0)
    expect(page.locator("#draft-told")).to_contain_text("Click a joint")
    page.click("#mend-undo")
    page.click("#mend-done")
    expect(page.locator("#draft svg")).to_have_count(0)
    page.click("#mend")
    expect(page.locator("#draft circle")).to_have_count(2)
    click(0.26, 0.79)
    expect(page.locator("circle.taken")).to_have_count(1)
    click(0.5, 0.9)
    expect(page.locator("circle.taken")).to_have_count(0)
    page.click("#mend-done")
    expect(page.locator("#draft-tools")).to_be_visible()

    drawn = load_character(download(page, "#draft-png", tmp_path / "draft.png"))
    assert drawn.shape == load_character(character_file).shape
    assert "svg" in download(page, "#draft-svg", tmp_path / "draft.svg").read_text()

    shown = drafts[-1]
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    expect(page.locator("#drafting")).to_be_hidden()
    asked = site.engine.requests[-1]
    assert (asked.seed, asked.prompt, asked.joints) == (shown.seed, "teal hoodie", shown.joints)
    x, y = asked.joints["wrist_l"]
    assert abs(x / 240 - 0.5) < 0.02 and abs(y / 320 - 0.9) < 0.02

    page.click("#upscale-2")
    expect(page.locator("#enlarged-told")).to_contain_text("480 x 640")
    large = load_character(download(page, "#enlarged", tmp_path / "large.png"))
    assert large.shape == (640, 480, 4)


def test_a_draft_of_ones_own_and_words_that_are_refused(page: Page, site: Site, character_file: Path) -> None:
    upload(page, character_file)
    say(page, "red hoodie")
    expect(page.locator("#draft img")).to_be_visible()
    say(page, "nude")
    expect(page.locator("#draft .stage")).to_contain_text("Only dressed, non-sexual outfits")
    expect(page.locator("#draft img")).to_have_count(0)
    say(page, "red hoodie")
    expect(page.locator("#draft img")).to_be_visible()

    with page.expect_file_chooser() as chooser:
        page.click("#own-draft")
    chooser.value.set_files(character_file)
    expect(page.locator("#drop-draft")).to_be_visible()
    assert site.engine.flat.drafts[-1].draft is not None
    page.click("#drop-draft")
    expect(page.locator("#garments li")).to_have_count(1)
