"""What a visitor needs at once is in view at once: words, Generate, draft, progress and result, on three screens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.on_canvas import open_picture
from tests.browser.studio import Studio

SCREENS = {"desktop": (1440, 900), "laptop": (1280, 720), "phone": (390, 844)}
# Whether an element lies wholly on the screen with nothing over it, looked at in nine places.
_SEEN = """(element) => {
    const {left, top, width, height} = element.getBoundingClientRect();
    if (!width || left < 0 || top < 0 || left + width > innerWidth + 1 || top + height > innerHeight + 1) return false;
    return [0.1, 0.5, 0.9].every((x) => [0.1, 0.5, 0.9].every((y) => {
        const found = document.elementFromPoint(left + x * width, top + y * height);
        return element.contains(found) || found?.contains(element) || found?.closest('.sheet, #slider, .stage') !== null;
    }));
}"""


def in_view(page: Page, *selectors: str) -> None:
    for selector in selectors:
        element = page.locator(selector).first
        expect(element).to_be_visible()
        page.wait_for_timeout(50)
        assert element.evaluate(_SEEN), f"{selector} is out of view: {element.bounding_box()}"


@pytest.mark.parametrize("screen", SCREENS)
def test_everything_needed_is_in_view(
    visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path], screen: str
) -> None:
    width, height = SCREENS[screen]
    page = visit(viewport={"width": width, "height": height}, has_touch=screen == "phone", is_mobile=screen == "phone")
    in_view(page, "#prompt textarea", "#generate")
    open_picture(page, picture(300, 400))
    in_view(page, "#prompt textarea", "#generate", ".canvas .board", ".canvas .bar", "#detect")
    page.fill("#prompt textarea", "red hoodie, blue jeans")
    in_view(page, "#draft img", "#prompt textarea", "#generate")
    studio.engine.seconds = 1.5
    page.click("#generate")
    in_view(page, ".stage.busy [role=progressbar]", "#prompt textarea", "#cancel")
    page.click("#cancel")
    in_view(page, ".stage.note", "#prompt textarea", "#generate")
    studio.engine.seconds = 0
    page.click("#generate")
    in_view(page, "#slider img", "#prompt textarea", "#generate")
    studio.engine.seconds = 1.5
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.click("#generate")
    in_view(page, ".stage.busy [role=progressbar]", "#prompt textarea", "#cancel")
    page.click("#cancel")
    in_view(page, ".stage.note", "#generate")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_enter_generates_and_looks_for_words(visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path]) -> None:
    page = visit()
    open_picture(page, picture(160, 200))
    page.fill("#words textarea, #words input", "boots")
    page.locator("#words textarea, #words input").press("Enter")
    expect(page.locator("#told")).to_contain_text("Nothing called 'boots' was found")
    expect(page.locator("#chips")).to_be_visible()
    page.fill("#prompt textarea", "red skirt")
    page.locator("#prompt textarea").press("Shift+Enter")
    assert page.locator("#prompt textarea").input_value() == "red skirt\n" and not studio.engine.requests
    page.locator("#prompt textarea").press("Enter")
    expect(page.locator(".proof")).to_be_visible()
    assert studio.engine.requests[-1].prompt == "red skirt"
