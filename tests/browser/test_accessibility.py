"""axe-core on the page in its main states, light and dark, and targets that a finger can hit."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.browser.on_canvas import settle
from tests.browser.test_page import say

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# What is pressed and lower than 40 px. A box or a dot is pressed by its label.
_SMALL = """() => [...document.querySelectorAll('button, input, select, summary, textarea')].filter((element) => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    return box.width && box.height && style.visibility !== 'hidden';
}).map((element) => {
    const pressed = element.matches('[type=checkbox], [type=radio]') ? element.closest('label') : element;
    return [element.closest('[id]')?.id, element.getAttribute('aria-label') ?? element.innerText,
            Math.round(pressed.getBoundingClientRect().height)];
}).filter(([, , height]) => height < 40)"""

# a button that fades in has any contrast; what turns for ever never rests
_AT_REST = """() => !document.getAnimations().some((one) =>
    one.playState === 'running' && one.effect.getComputedTiming().endTime !== Infinity)"""


def violations(page: Page) -> list[tuple[str, str, list[str]]]:
    """In light and in dark colours."""
    found: list[tuple[str, str, list[str]]] = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("(dark) => document.body.classList.contains('dark') === dark", arg=scheme == "dark")
        page.wait_for_function(_AT_REST)
        rules = Axe().run(page).response["violations"]
        found += [(scheme, rule["id"], [str(node["target"]) for node in rule["nodes"]]) for rule in rules]
    return found


def with_a_draft(page: Page) -> None:
    page.click("#examples button")
    page.wait_for_selector(".canvas[data-shown]")
    settle(page)
    page.click("#detect")
    expect(page.locator("#chips input").first).to_be_visible()
    say(page, "red skirt")
    expect(page.locator("#garments select").first).to_be_visible()


def with_a_result(page: Page) -> None:
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()


def test_axe_has_nothing_to_say(page: Page) -> None:
    expect(page.locator("#examples button[aria-label]")).to_have_count(1)
    page.wait_for_timeout(1000)
    assert violations(page) == []
    with_a_draft(page)
    assert violations(page) == []
    page.click("#advanced button")
    with_a_result(page)
    page.wait_for_timeout(1000)
    assert violations(page) == []


def test_fingers_hit_what_they_mean(site: Site, context: BrowserContext) -> None:
    assert context.browser
    phone = context.browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    page.goto(site.url)
    with_a_draft(page)
    with_a_result(page)
    assert page.evaluate(_SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()
