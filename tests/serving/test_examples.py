"""docs/api.md says what is true, and its examples run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.images import load_character, save_png
from serving.stock import Stock
from serving.web import site
from serving.web.server import WebServer
from tests.serving.desk import service
from tests.ui.flat_engine import COLOUR

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
RUN = {"bash": ["bash", "-e"], "python": [sys.executable], "javascript": ["node", "--input-type=module"]}
MADE = {
    "bash": ["dressed.png"],
    "python": ["mask.png", "image-1.png", "image-2.png", "outfit-1.png"],
    "javascript": ["dressed.png"],
}


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    desk = service(None, 0.01)
    web = WebServer(site.build(desk, Stock(ROOT), "bundled", True), "127.0.0.1", 0)
    web.start()
    yield web
    desk.close(5)
    desk.end()
    web.stop()


@pytest.mark.parametrize("language", RUN)
def test_an_example_runs_as_it_is_written(server: WebServer, language: str, tmp_path: Path) -> None:
    if shutil.which(RUN[language][0]) is None:
        pytest.skip(f"there is no {RUN[language][0]}")
    (code,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    save_png(np.full((60, 40, 4), 255, np.uint8), tmp_path / "character.png")
    code = code.replace("http://127.0.0.1:7860", server.url.rstrip("/"))
    done = subprocess.run(RUN[language], input=code, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    for name in MADE[language]:
        picture = load_character(tmp_path / name)
        assert picture.shape == (60, 40, 4)
        assert name == "mask.png" or tuple(picture[27, 20, :3]) == COLOUR


def test_the_table_names_every_address(server: WebServer) -> None:
    listed = set(re.findall(r"\| `(GET|POST|DELETE) (\S+?)` \|", TEXT))
    schema = site.build(service(), Stock(ROOT), "bundled", True).openapi()
    there = {
        (method.upper(), path.replace("{id}", "ID").replace("{name}", "image-1"))
        for path, ways in schema["paths"].items()
        for method in ways
    }
    assert listed == there
