"""The real page over the real engine with tiny random weights, in a real browser."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from models.profiles import ModelProfile
from pipeline.detect import masked
from pipeline.images import save_png
from pipeline.marking import save_result
from pipeline.request import (
    Click,
    Detection,
    DetectRequest,
    Drafted,
    Garment,
    Image8,
    OnStep,
    Step,
    SwapRequest,
    SwapResult,
    Upscaled,
)
from serving.engine import Health
from serving.local import LocalEngine
from tests.browser.studio import SCREEN, page_for, picture, served, studio, visit  # noqa: F401  fixtures
from tests.ui.flat_engine import FlatEngine, banded
from ui import layout
from ui.page import ProfileInfo

PATIENCE = 90_000  # milliseconds: software rendering, perhaps on a busy machine
expect.set_options(timeout=PATIENCE)


class PacedEngine:
    """The engine with a pause at every step, so that there is something to watch and to stop; steps are counted.

    sees: clothing is really looked for, by the shipped weights; otherwise every picture has the bands of `banded`.
    """

    def __init__(self, engine: LocalEngine) -> None:
        self.engine, self.pause, self.steps, self.sees = engine, 0.0, 0, False
        self.requests: list[SwapRequest] = []
        self.flat = FlatEngine()

    def check(self, request: SwapRequest) -> None:
        self.engine.check(request)

    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        def paced(step: Step) -> None:
            self.steps += 1
            time.sleep(self.pause)
            if on_step:
                on_step(step)

        if request.mask is None:
            request = masked(request, self.detect(DetectRequest(request.character)))
        self.requests.append(request)
        return self.engine.swap(request, paced)

    def detect(self, request: DetectRequest) -> Detection:
        return self.engine.detect(request) if self.sees else banded(request.character)

    def look(self, character: Image8) -> None:
        self.engine.look(character)

    def pick(self, character: Image8, clicks: Sequence[Click]) -> Image8:
        return (self.engine if self.sees else FlatEngine()).pick(character, clicks)

    def hint(self, kind: str, character: Image8, mask: Image8, own: Image8 | None = None) -> Image8:
        return self.engine.hint(kind, character, mask, own)

    def draft(self, request: SwapRequest) -> Drafted:
        return self.flat.draft(request)

    def reword(self, request: SwapRequest, garment: Garment, changes: Mapping[str, str]) -> str:
        return self.engine.reword(request, garment, changes)

    def upscale(self, image: Image8, scale: int, on_step: OnStep | None = None) -> Upscaled:
        return self.engine.upscale(image, scale, on_step)

    def health(self) -> Health:
        return replace(self.engine.health(), detects=True)


@dataclass(frozen=True)
class Site:
    url: str
    engine: PacedEngine


@pytest.fixture(scope="session")
def site(tiny_profile: ModelProfile, character_file: Path) -> Iterator[Site]:
    rows = (
        (tiny_profile, 4, 2.0),
        (replace(tiny_profile, name="quick", samplers=("ddim",)), 2, 1.0),
        (replace(tiny_profile, name="wordy", garment=None), 4, 2.0),
    )
    engine = PacedEngine(LocalEngine(profiles={row.name: row for row, _, _ in rows}))
    infos = [
        ProfileInfo(row.name, row.name.capitalize(), row.samplers, "ddim", steps, guidance, bool(row.garment))
        for row, steps, guidance in rows
    ]
    blocks: gr.Blocks = layout.build(engine, infos, save_result, [character_file])
    layout.queue(blocks, 8)
    blocks.launch(
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
        allowed_paths=[str(character_file.parent)],
        **layout.launch_options(),
    )
    yield Site(blocks.local_url, engine)
    blocks.close(verbose=False)


@pytest.fixture(scope="session")
def character_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sprite with colours hidden under full transparency, and half-transparent pixels."""
    pixels = np.random.default_rng(1).integers(0, 256, (320, 240, 4), np.uint8)
    pixels[40:300, 40:200, 3] = 255
    pixels[:20, :, 3] = 0
    path = tmp_path_factory.mktemp("pictures") / "sprite.png"
    save_png(pixels, path)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("There is no chromium, please install Debian's package of that name.")
        pytest.skip("needs Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """Loads the page's scripts once for all tests."""
    window = browser.new_context(viewport=SCREEN, accept_downloads=True, locale="en-US")
    window.set_default_timeout(PATIENCE)
    yield window
    window.close()


@pytest.fixture
def context(window: BrowserContext) -> Iterator[BrowserContext]:
    """Without a page; see `page_for`."""
    yield window
    for page in window.pages:
        page.close()


@pytest.fixture
def page(site: Site, context: BrowserContext) -> Iterator[Page]:
    """The page, freshly opened; fails the test on an error in its scripts."""
    site.engine.pause, site.engine.sees = 0.0, False
    site.engine.requests.clear()
    site.engine.flat.drafts.clear()
    errors: list[str] = []
    yield page_for(context, site.url, errors)
    assert not errors
