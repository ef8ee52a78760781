"""A visitor at the page: paints with the mouse, generates, downloads, cancels, makes mistakes."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext, Page, expect

from pipeline.images import load_character, read_text, save_png
from pipeline.marking import read_parameters
from tests.browser.conftest import Site
from tests.browser.on_canvas import bits, drag, open_picture, settle, shown, wait_for_another
from ui.presets import PRESETS, words_of
from ui.texts import LANGUAGES


def upload(page: Page, character: Path) -> None:
    open_picture(page, character)


def paint(page: Page) -> None:
    """Over the middle of whatever lies on the canvas."""
    height, width = bits(page).shape
    drag(page, *((width * x, height * y) for x, y in ((0.46, 0.47), (0.57, 0.6), (0.43, 0.55))))


def say(page: Page, words: str) -> None:
    page.fill("#prompt textarea", words)


def toast(page: Page) -> str:
    text = page.locator("[data-testid=toast-text]").last
    text.wait_for()
    return text.inner_text()


def download(page: Page, button: str, to: Path) -> Path:
    with page.expect_download() as event:
        page.click(button)
    event.value.save_as(to)
    return to


def test_a_garment_is_shown_instead_of_described(page: Page, site: Site, character_file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "garment.png"
    broken.write_bytes(b"no picture")
    upload(page, character_file)
    page.set_input_files("#garment input[type=file]", broken)
    assert "could not be opened" in toast(page)
    page.set_input_files("#garment input[type=file]", character_file)
    expect(page.locator("#garment img")).to_be_visible()
    paint(page)
    page.click("#generate")
    expect(page.locator(".proof")).to_have_text("Pixels outside the mask changed: 0")
    request = site.engine.requests[-1]
    (worn,) = request.garments
    assert request.prompt == "" and not worn.lock_palette
    assert (worn.image == load_character(character_file)).all()

    page.locator("#garment button[aria-label='Remove Image'], #garment button[aria-label='Clear']").first.click()
    expect(page.locator("#garment img")).to_have_count(0)
    page.click("#generate")
    said = page.locator("[data-testid=toast-text]").last  # the one about the broken file may still be there
    expect(said).to_have_text("Please describe the new outfit first, or show a garment.")
    assert len(site.engine.requests) == 1
    say(page, "red skirt")
    page.click("#generate")
    expect(page.locator("#gallery button.thumbnail-item")).to_have_count(2)
    assert not site.engine.requests[-1].garments


def test_another_model_brings_its_settings_and_keeps_the_garment(page: Page, site: Site, character_file: Path) -> None:
    upload(page, character_file)
    page.set_input_files("#garment input[type=file]", character_file)
    expect(page.locator("#garment img")).to_be_visible()
    page.locator("#lock-palette input").check()
    paint(page)
    choose_model(page, "Quick")
    expect(page.locator("#steps input[type=number]")).to_have_value("2")
    page.click("#generate")
    expect(page.locator(".proof")).to_have_text("Pixels outside the mask changed: 0")
    request = site.engine.requests[-1]
    assert (request.profile, request.steps, request.guidance, request.sampler) == ("quick", 2, 1.0, "ddim")
    assert [garment.lock_palette for garment in request.garments] == [True]

    choose_model(page, "Wordy")
    expect(page.locator("#garment")).to_be_hidden()
    expect(page.locator("#lock-palette")).to_be_hidden()
    say(page, "red skirt")
    page.click("#generate")
    expect(page.locator("#gallery button.thumbnail-item")).to_have_count(2)
    assert not site.engine.requests[-1].garments


def choose_model(page: Page, name: str) -> None:
    if not page.locator("#profile").is_visible():
        page.click("#advanced button")
    page.click("#profile input")
    page.locator("#profile [role=option]", has_text=name).click()


def test_a_swap_from_upload_to_download(page: Page, site: Site, character_file: Path, tmp_path: Path) -> None:
    upload(page, character_file)
    paint(page)
    say(page, "red skirt")
    page.click("#generate")
    expect(page.locator(".proof")).to_have_text("Pixels outside the mask changed: 0")
    expect(page.locator("#slider img")).to_have_count(2)
    expect(page.locator("#generate")).to_be_visible()

    request = site.engine.requests[-1]
    assert request.prompt == "red skirt"
    assert request.mask is not None
    painted = request.mask > 0
    assert 0.005 < painted.mean() < 0.5

    before = load_character(character_file)
    assert (request.character == before).all()
    file = download(page, "#download", tmp_path / "result.png")
    after = load_character(file)
    assert (before[~painted] == after[~painted]).all()
    assert (before[painted] != after[painted]).any()
    parameters = read_parameters(read_text(file))
    assert (parameters["prompt"], parameters["seed"]) == ("red skirt", request.seed)
    outfit = load_character(download(page, "#outfit", tmp_path / "outfit.png"))
    assert not outfit[~painted][:, 3].any()

    before_reuse = shown(page)
    page.click("#reuse")
    wait_for_another(page, before_reuse)
    page.click("#generate")
    expect(page.locator("#gallery button.thumbnail-item")).to_have_count(2)
    again = site.engine.requests[-1]
    assert (again.character == after).all()
    assert again.mask is not None
    assert (again.mask == request.mask).all()


def test_mistakes_are_one_sentence_and_nothing_is_lost(page: Page, site: Site, character_file: Path, tmp_path: Path) -> None:
    say(page, "blue shirt")
    page.click("#generate")
    assert toast(page) == "Please choose a character picture first."

    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture at all")
    page.set_input_files("#drop input[type=file]", broken)
    expect(page.locator("[data-testid=toast-text]").last).to_contain_text("could not be opened")
    expect(page.locator("#drop img")).to_have_count(0)  # cleared for the next try
    page.wait_for_timeout(2000)

    for name, level in (("clear", 0), ("plain", 255)):
        empty = tmp_path / f"{name}.png"
        save_png(np.full((90, 60, 4), level, np.uint8), empty)
        page.set_input_files("#drop input[type=file]", empty)
        said = page.locator("[data-testid=toast-text]", has_text="There is nothing to be seen on this picture")
        expect(said.last).to_be_visible()
        expect(page.locator("#drop img")).to_have_count(0)
        page.wait_for_timeout(2000)
    upload(page, character_file)
    expect(page.locator("#prompt textarea")).to_have_value("blue shirt")
    assert not site.engine.requests
    paint(page)
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    assert site.engine.requests[-1].prompt == "blue shirt"


def test_cancel_stops_the_device(page: Page, site: Site, character_file: Path) -> None:
    site.engine.pause = 0.5
    upload(page, character_file)
    paint(page)
    say(page, "red skirt")
    page.fill("#count input[type=number]", "6")
    page.click("#generate")
    page.wait_for_selector(".stage.busy img")  # a live preview
    page.click("#cancel")
    expect(page.locator(".stage.note")).to_contain_text("Stopped")
    expect(page.locator("#generate")).to_be_visible()
    stopped = site.engine.steps
    time.sleep(1.5)
    assert site.engine.steps <= stopped + 1
    expect(page.locator("#prompt textarea")).to_have_value("red skirt")


def test_the_picture_is_not_uploaded_again_at_every_step(page: Page, site: Site, character_file: Path) -> None:
    site.engine.pause = 0.3
    upload(page, character_file)
    paint(page)
    say(page, "red skirt")
    page.fill("#count input[type=number]", "3")
    uploads: list[str] = []
    page.on("request", lambda request: uploads.append(request.url) if "/upload" in request.url else None)
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    assert not uploads


def test_closing_the_tab_stops_the_device(page: Page, context: BrowserContext, site: Site, character_file: Path) -> None:
    upload(page, character_file)
    paint(page)
    say(page, "red skirt")
    site.engine.pause = 0.4
    page.fill("#count input[type=number]", "6")
    page.click("#generate")
    page.wait_for_selector(".stage.busy img")
    page.close()
    time.sleep(3)
    stopped = site.engine.steps
    time.sleep(1)
    assert site.engine.steps == stopped


def test_masks_can_be_cleared_inverted_and_imported(page: Page, site: Site, character_file: Path, tmp_path: Path) -> None:
    mask = np.zeros((160, 120), np.uint8)
    mask[60:100, 40:80] = 255
    save_png(mask, tmp_path / "mask.png")
    page.click("#examples button")
    wait_for_another(page, None)
    say(page, "red skirt")
    with page.expect_file_chooser() as chooser:
        page.click("#import")
    chooser.value.set_files(tmp_path / "mask.png")
    page.wait_for_function("document.querySelector('.canvas').editor.mask.past.length")
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    imported = site.engine.requests[-1].mask
    assert imported is not None
    wanted = np.kron(mask, np.ones((2, 2), np.uint8))
    assert np.array_equal(imported, wanted)

    page.click("#invert")
    settle(page)
    page.click("#generate")
    expect(page.locator("#gallery button.thumbnail-item")).to_have_count(2)
    inverted = site.engine.requests[-1].mask
    assert inverted is not None
    assert np.array_equal(inverted, 255 - wanted)

    page.click("#clear")
    settle(page)
    page.click("#generate")  # nothing is painted: the clothing is found
    expect(page.locator("#gallery button.thumbnail-item")).to_have_count(3)
    found = site.engine.requests[-1].mask
    assert found is not None and not (found == inverted).mean() > 0.9


def test_fits_a_phone_speaks_japanese_and_calls_nobody(site: Site, context: BrowserContext) -> None:
    assert context.browser
    phone = context.browser.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP", has_touch=True)
    page = phone.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(site.url)
    expect(page.locator("#generate")).to_have_text("生成")
    expect(page.locator(".stage.empty")).to_contain_text("新しい衣装")
    page.wait_for_timeout(2000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [url for url in requests if not url.startswith((site.url, "data:", "blob:"))] == []
    phone.close()


def test_works_with_the_keyboard(page: Page, site: Site) -> None:
    page.locator("#presets button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#prompt textarea")).to_have_value(LANGUAGES["en"][words_of(PRESETS[0])])
    page.locator("#examples button").first.focus()
    page.keyboard.press("Enter")
    wait_for_another(page, None)
    page.locator("#invert").focus()
    page.keyboard.press("Enter")  # nothing was painted: now everything is
    settle(page)
    page.locator("#prompt textarea").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".proof")).to_be_visible()
    mask = site.engine.requests[-1].mask
    assert mask is not None
    assert (mask == 255).all()
