"""The visitor without a browser, whom the measurements of reliability send, does on the page what a browser does."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.reliability.browsing import Browsing
from pipeline.images import save_png
from serving.web.server import WebServer
from tests.ui.test_visitors import House


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "home"))
    house = House(tmp_path)
    server = WebServer(house.application, "127.0.0.1", 0)
    server.start()
    yield server.url
    server.stop()
    house.close()


def test_opens_draws_deletes_and_is_told_why_not(url: str, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    save_png(np.random.default_rng(0).integers(0, 256, (40, 30, 4), np.uint8), buffer)
    with Browsing(url, 60) as page:
        assert page.press("generate", prompt="red skirt").error, "there is no picture yet"
        refused = page.open(b"no picture")
        assert not refused.succeeded and "could not be opened" in refused.error
        assert page.open(buffer.getvalue()).succeeded
        assert page.press("generate", prompt="red skirt").succeeded
        assert page.press("others", "upload", others=[page.upload(buffer.getvalue())]).succeeded
        assert "at most 24" in page.press("others", "upload", others=[page.upload(buffer.getvalue())] * 25).error
        home = tmp_path / "home"
        assert any(file.is_file() for file in home.rglob("*"))
        assert page.press("delete").succeeded
        assert page.press("others", "upload", others=[]).error, "no result is left"
