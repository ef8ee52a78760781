"""One button deletes all that there is of a visitor, here and on the server; and an address is worth nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.on_canvas import drag, open_picture
from tests.browser.test_keeping import wait_until_kept
from tests.browser.test_page import say
from tests.browser.test_restoring import open_advanced


def test_everything_is_deleted_at_one_press(served: str, browser: Browser, picture: Callable[..., Path]) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.goto(served)
    page.wait_for_selector("#drop input[type=file]", state="attached")
    open_picture(page, picture(200, 300))
    drag(page, (60, 150), (140, 210))
    say(page, "red coat")
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    wait_until_kept(page, "red coat", 1)
    address = page.locator("#slider img").first.get_attribute("src") or ""
    assert "/gradio_api/file=" in address and context.request.get(address).status == 200
    stranger = browser.new_context()
    assert stranger.request.get(address).status == 404
    stranger.close()

    also = context.new_page()
    also.goto(served)
    also.wait_for_function("window.ccKeeper && !window.ccKeeper.bringing")
    expect(also.locator("#prompt textarea")).to_have_value("red coat")
    open_advanced(page)
    page.click("#delete")
    for tab in (page, also):
        expect(tab.locator("#prompt textarea")).to_have_value("")
        expect(tab.locator("#gallery button.thumbnail-item")).to_have_count(0)
        expect(tab.locator("#drop input[type=file]")).to_be_attached()
    for name in ("picture", "mask", "results", "files"):
        assert not page.evaluate("(name) => window.ccKeeper.get(name)", name)
    assert context.request.get(address).status == 404
    context.close()
