"""The page over an engine that needs no weights, for tests of what visitors see and touch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from pipeline.detect import NOT_NAMED
from pipeline.images import save_png
from pipeline.marking import save_result
from pipeline.request import ClothingPart, Detection, DetectRequest
from serving.seat import Seat
from serving.service import Service
from serving.stock import Stock
from serving.web import site
from serving.web.server import WebServer
from tests.ui.flat_engine import FlatEngine
from ui import layout
from ui.jobs import Jobs
from ui.mount import mount
from ui.page import ProfileInfo
from ui.texts.notes import told_in

ROOT = Path(__file__).parents[2]
INFO = ProfileInfo("bundled", "Bundled", ("ddim",), "ddim", 2, 4.0)
WHITE = (255, 255, 255)
SCREEN: ViewportSize = {"width": 1280, "height": 900}


class UnsureEngine(FlatEngine):
    """Not sure of what it takes for bottomwear; knows no words."""

    def detect(self, request: DetectRequest) -> Detection:
        found = super().detect(request)
        warnings = (NOT_NAMED.format(words=request.words),) if request.words else ()
        return replace(found, confidence={**found.confidence, ClothingPart.BOTTOMWEAR: 0.4}, warnings=warnings)


@dataclass(frozen=True)
class Studio:
    url: str
    engine: FlatEngine


@contextmanager
def page_of(engine: FlatEngine, infos: Sequence[ProfileInfo]) -> Iterator[Studio]:
    """The page of these models while it is needed."""
    blocks = layout.build(engine, infos, save_result)
    layout.queue(blocks, 8)
    blocks.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False, **layout.launch_options())
    yield Studio(blocks.local_url, engine)
    blocks.close(verbose=False)


@pytest.fixture(scope="session")
def studio() -> Iterator[Studio]:
    with page_of(UnsureEngine(), [INFO]) as found:
        yield found


@pytest.fixture
def served() -> Iterator[str]:
    """The address of the page as the app serves it, over the same engine."""
    desk = Service(UnsureEngine(0.02), save_result)
    examples = sorted((ROOT / "assets" / "examples").glob("*.png"))
    jobs = Jobs(lambda visitor: Seat(desk, visitor))
    blocks = layout.build(Seat(desk, "page"), [INFO], save_result, examples, jobs)
    layout.queue(blocks, 8)
    application = site.build(desk, Stock(ROOT), "bundled", True, told_in)
    mount(application, blocks, 64)
    server = WebServer(application, "127.0.0.1", 0)
    server.start()
    yield server.url
    desk.close(5)
    desk.end()
    blocks.close(verbose=False)
    server.stop()


def page_for(context: BrowserContext, url: str, errors: list[str]) -> Page:
    """Opened by somebody who has never been there, though the scripts may lie in the browser's cache. errors: what its scripts
    complain of is added there."""
    context.clear_cookies()
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("Storage.clearDataForOrigin", {"origin": url.rstrip("/"), "storageTypes": "all"})
    devices.detach()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    page.wait_for_selector("#drop input[type=file]", state="attached")
    return page


@pytest.fixture
def visit(studio: Studio, browser: Browser, context: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Opens the page as a visitor with these context options would."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(**options: Any) -> Page:
        if not options and not context.pages:
            return page_for(context, studio.url, errors)
        contexts.append(browser.new_context(**({"viewport": SCREEN, "locale": "en-US"} | options)))
        contexts[-1].set_default_timeout(90_000)
        return page_for(contexts[-1], studio.url, errors)

    studio.engine.requests.clear()
    studio.engine.seconds = 0
    yield opened
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., Path]:
    def saved(width: int, height: int, colour: tuple[int, int, int] = WHITE) -> Path:
        file = tmp_path / f"{width}x{height}-{colour}.png"
        pixels = np.full((height, width, 4), (*colour, 255), np.uint8)
        pixels[-1, -1, 2] ^= 1  # pictures of one colour are refused
        save_png(pixels, file)
        return file

    return saved
