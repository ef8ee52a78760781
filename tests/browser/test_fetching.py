"""A visitor who chooses a model that is not on this disk: told, fetched beside a running job, stopped, gone on, loaded, used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from models.profiles import ModelProfile
from pipeline.marking import save_result
from serving.local import LocalEngine
from serving.stock import Stock
from tests import tiny_hub
from tests.browser.conftest import PacedEngine
from tests.browser.studio import page_for
from tests.browser.test_page import choose_model, paint, upload
from tests.fake_hub import FakeHub
from tests.test_recipes import served
from ui import layout
from ui.page import ProfileInfo

LARGE = "sd15-anime"


@dataclass(frozen=True)
class Shop:
    url: str
    hub: FakeHub
    engine: PacedEngine


@pytest.fixture(scope="module")
def shop(tiny_profile: ModelProfile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    root = tmp_path_factory.mktemp("shop")
    tiny_hub.write_sd15(root / "hub")
    tiny_hub.write_layouts(root / "layouts")
    stock = Stock(root)
    rows = {"bundled": tiny_profile, LARGE: replace(stock.named(LARGE), native=128)}
    stock.profiles.clear()
    stock.profiles.update(rows)
    engine = PacedEngine(LocalEngine(profiles=rows))
    infos = [ProfileInfo(row.name, row.title, row.samplers, row.samplers[0], 2, 2.0) for row in rows.values()]
    with pytest.MonkeyPatch.context() as patch:
        for hub in served(root, root / "home", patch):
            blocks = layout.build(engine, infos, save_result, models=stock, fetches=True)
            layout.queue(blocks, 8)
            blocks.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False, **layout.launch_options())
            yield Shop(blocks.local_url, hub, engine)
            blocks.close(verbose=False)


def test_a_model_is_fetched_from_the_page(shop: Shop, context: BrowserContext, character_file: Path) -> None:
    errors: list[str] = []
    page = page_for(context, shop.url, errors)
    upload(page, character_file)
    paint(page)
    expect(page.locator("#missing, #fetch")).to_have_count(0)
    choose_model(page, "SD 1.5")
    told = "SD 1.5 anime (Anything V5) is not on this disk (6.2 GB, licence: CreativeML-OpenRAIL-M, OpenRAIL, Apache-2.0)"
    expect(page.locator("#missing")).to_contain_text(f"{told}; to get it, run: python app.py models download {LARGE}")

    shop.hub.pause = 0.2
    page.click("#fetch")
    expect(page.locator("#fetching [role=progressbar]")).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    expect(page.locator("#fetching")).to_contain_text(" MB · ")
    expect(page.locator("#fetch")).to_be_disabled()
    shop.hub.pause = 2.0  # it is not over before the picture is there, however slow the machine
    choose_model(page, "Bundled")
    page.fill("#prompt textarea", "red skirt")
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    expect(page.locator("#fetching [role=progressbar]")).to_be_visible()  # it goes on all the while
    expect(page.locator("#missing, #fetch")).to_have_count(0)
    page.click("#stop-fetch")
    expect(page.locator("#fetching")).to_contain_text("goes on from there")
    choose_model(page, "SD 1.5")

    shop.hub.pause = 0.0
    page.click("#fetch")
    expect(page.locator("#fetching")).to_contain_text("complete and verified")
    expect(page.locator("#fetch")).to_have_count(0)
    expect(page.locator("#missing")).to_contain_text("Sharp edges, Pose, Depth, Areas, Soft edges: can be followed too")
    expect(page.locator("#missing")).to_contain_text(f"(3.6 GB); to get them, run: python app.py models download {LARGE} --all")
    shop.engine.pause = 0.5
    page.click("#generate")
    expect(page.locator(".stage.busy").last).to_contain_text("Loading SD 1.5 anime (Anything V5) …")
    expect(page.locator(".proof")).to_be_visible()
    assert shop.engine.requests[-1].profile == LARGE
    assert not errors
