"""The language of the page: the browser's own, whatever Gradio makes of it, and the one that is chosen at the top."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site
from ui.texts import LANGUAGES


@pytest.mark.parametrize(("locale", "code"), [("zh-HK", "zh-TW"), ("zh-SG", "zh")])
def test_chinese_of_every_region(site: Site, context: BrowserContext, locale: str, code: str) -> None:
    assert context.browser
    visit = context.browser.new_context(locale=locale)
    page = visit.new_page()
    page.goto(site.url)
    expect(page.locator("#generate")).to_have_text(LANGUAGES[code]["generate"])
    expect(page.locator("#prompt label")).to_contain_text(LANGUAGES[code]["prompt"])
    expect(page.locator(".stage.empty")).to_contain_text(LANGUAGES[code]["empty"])
    visit.close()


def test_a_language_is_chosen_and_stays(page: Page, site: Site) -> None:
    expect(page.locator("#language button[aria-pressed=true]")).to_have_text("English")
    page.click("#language button[lang=ja]")
    expect(page.locator("#generate")).to_have_text(LANGUAGES["ja"]["generate"])
    expect(page.locator(".stage.empty")).to_contain_text(LANGUAGES["ja"]["empty"])  # the server's own words
    expect(page.locator("#language button[aria-pressed=true]")).to_have_text("日本語")
    page.goto(site.url)
    expect(page.locator("#generate")).to_have_text(LANGUAGES["ja"]["generate"])
    page.click("#generate")
    expect(page.locator("[data-testid=toast-text]").last).to_have_text(LANGUAGES["ja"]["no_image"])
    assert page.locator("html").get_attribute("lang") == "ja"
