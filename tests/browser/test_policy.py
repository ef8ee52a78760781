"""The page as it is served: what it may load, and what it does load."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, expect

from pipeline.images import save_png
from tests.serving.desk import swap


def test_the_page_lives_with_its_policy_and_asks_nobody_else(served: str, browser: Browser, tmp_path: Path) -> None:
    save_png(swap().request.character.repeat(8, 0).repeat(8, 1), tmp_path / "character.png")
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="en-US")
    context.set_default_timeout(90_000)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            said.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("addEventListener('securitypolicyviolation', (e) => console.error('violation ' + e.violatedDirective))")
    answer = page.goto(served)
    assert answer is not None and "content-security-policy" in answer.headers
    page.set_input_files("#drop input[type=file]", str(tmp_path / "character.png"))
    page.wait_for_selector("#canvas canvas")
    page.fill("#prompt textarea", "red skirt, white blouse")
    expect(page.locator("#draft img")).to_be_visible()
    page.click("#generate")
    expect(page.locator("#slider img").first).to_be_visible()
    expect(page.locator("#download")).to_be_visible()
    context.close()
    assert said == []
    assert asked and all(url.startswith((served, "data:", "blob:")) for url in asked)
