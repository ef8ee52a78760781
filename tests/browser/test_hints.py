"""A visitor who leads a larger model: hints, what it sees of them, two garments and LoRAs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from pipeline.request import ClothingPart, Hint
from tests.browser.studio import Studio, page_for, page_of
from tests.browser.test_page import choose_model, paint, upload
from tests.ui.flat_engine import FlatEngine
from ui.page import ProfileInfo

PLAIN = ProfileInfo("bundled", "Bundled", ("ddim",), "ddim", 2, 4.0, True)
KINDS = ("inpaint", "lineart", "canny", "pose")
LARGE = ProfileInfo("large", "Large", ("ddim",), "ddim", 2, 5.0, True, KINDS, ("ink", "wash"), garment_scale=0.6)


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with page_of(FlatEngine(), [PLAIN, LARGE]) as found:
        yield found


@pytest.fixture
def page(studio: Studio, context: BrowserContext) -> Iterator[Page]:
    studio.engine.requests.clear()
    errors: list[str] = []
    yield page_for(context, studio.url, errors)
    assert not errors


def test_a_model_that_follows_hints(page: Page, studio: Studio, character_file: Path) -> None:
    upload(page, character_file)
    paint(page)
    page.click("#advanced button")
    expect(page.locator("#lineart")).to_be_visible()
    expect(page.locator("#steering, #lora-row").locator("visible=true")).to_have_count(0)
    expect(page.locator("#garment-2")).to_be_hidden()

    choose_model(page, "Large")
    expect(page.locator("#steering")).to_be_visible()
    expect(page.locator("#lineart")).to_be_hidden()
    page.locator("#follow label", has_text="Sharp edges").click()
    expect(page.locator("#hint-canny")).to_be_visible()
    expect(page.locator("#hint-pose")).to_be_hidden()
    page.click("#preview")
    expect(page.locator("#seen img")).to_have_count(2)
    assert studio.engine.hints == [("lineart", False), ("canny", False)]

    page.click("#loras input")
    page.locator("#loras [role=option]", has_text="ink").click()
    expect(page.locator("#prompt textarea")).to_have_value("<lora:ink:0.8>")
    page.keyboard.press("Escape")
    page.locator("#second-garment button").first.click()
    page.set_input_files("#garment-2 input[type=file]", character_file)
    expect(page.locator("#garment-2 img")).to_be_visible()
    page.locator("#garment-2-parts label", has_text="bottomwear").click()
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    request = studio.engine.requests[-1]
    assert request.hints == (Hint("inpaint"), Hint("lineart", 0.6, 0.0, 0.7), Hint("canny", 0.6, 0.0, 0.7))
    assert [(garment.parts, garment.scale) for garment in request.garments] == [((ClothingPart.BOTTOMWEAR,), 0.6)]
    assert (request.profile, request.prompt) == ("large", "<lora:ink:0.8>")

    choose_model(page, "Bundled")
    expect(page.locator("#steering")).to_be_hidden()
    expect(page.locator("#lineart")).to_be_visible()
