"""What a visitor waits for before the page is there, and what comes behind it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

import app
from models.profiles import PROFILES
from pipeline.request import DetectRequest, UserError
from pipeline.safety import SafetyRules
from serving import stock as stocks
from serving.engine import Coming
from serving.later import LaterEngine
from serving.local import LocalEngine
from serving.process import ProcessEngine
from serving.stock import Stock
from tests.ui.flat_engine import FlatEngine
from ui import coming

ROOT = Path(__file__).parents[1]
# Seconds of importing, and none of it is needed to show the page.
HEAVY = {"torch", "torchvision", "diffusers", "transformers", "peft", "accelerate", "xformers", "controlnet_aux", "timm"}
HEAVY |= {"scipy", "sklearn", "skimage", "matplotlib", "onnxruntime", "segment_anything", "c2pa", "datasets"}
SCRIPT = """
import json, os, signal, sys
import app, serving.stock
from pipeline.images import load_character
from pipeline.request import SwapRequest

real = app._warm_up

def served(engine):
    real(engine)
    picture = load_character(sorted(app.ROOT.glob("assets/examples/*.png"))[0])
    asked = SwapRequest(picture, seed=1, prompt="red skirt, white blouse", steps=1, detail_pass=False)
    drafted = engine.draft(asked)
    swapped = engine.swap(asked)
    sys.stderr.write(f"READY {engine.health().ready} {'<path' in drafted.svg} {len(swapped.images)}" + chr(10))
    sys.stderr.write("MODULES " + json.dumps(sorted({name.partition(".")[0] for name in sys.modules})) + chr(10))
    os.kill(os.getpid(), signal.SIGTERM)

app._warm_up = served
serving.stock.may_have_gpu = lambda: True  # so that torch is asked
sys.exit(app.main(["serve", "--no-download", "--port", sys.argv[1]]))
"""


def test_the_page_is_served_and_drawn_for_without_anything_heavy_in_its_process() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "CC_MODELS"} | {"CI": "true"}
    served = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(port)], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600
    )
    assert served.returncode == 0, served.stderr
    assert "READY True True 1" in served.stderr
    (line,) = (line for line in served.stderr.splitlines() if line.startswith("MODULES "))
    loaded = set(json.loads(line.removeprefix("MODULES ")))
    assert loaded & HEAVY == set()
    assert "gradio" in loaded


def test_only_where_a_card_is_lent_to_it_the_page_draws_in_its_own_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    stock = Stock(ROOT)
    assert isinstance(app._served_engine("bundled", stock, SafetyRules()), ProcessEngine)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert isinstance(app._served_engine("bundled", stock, SafetyRules()), LaterEngine)


def test_an_engine_is_made_once_and_by_whoever_asks_first() -> None:
    made: list[int] = []
    begun = threading.Event()

    def make() -> LocalEngine:
        begun.wait(5)
        made.append(1)
        return cast(LocalEngine, FlatEngine())

    engine = LaterEngine(make, "bundled")
    assert not engine.health().ready and engine.health().detects, "nobody waits for that"
    picture = np.full((40, 30, 4), 9, np.uint8)
    threads = [threading.Thread(target=engine.detect, args=(DetectRequest(picture),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.set()
    for thread in threads:
        thread.join()
    assert made == [1] and engine.health().ready


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stock:
    """A machine with a large GPU on which no full-size model lies yet."""
    for name in ("CC_MODELS", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(stocks, "may_have_gpu", lambda: True)
    monkeypatch.setattr(stocks, "best_device", lambda: SimpleNamespace(type="cuda"))
    monkeypatch.setattr("models.placement.free_megabytes", lambda _: 24_000.0)
    return Stock(tmp_path)


def test_the_page_opens_with_what_is_there_and_fetches_the_better_one(gpu: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gpu.first().name == "bundled", "nobody waits for gigabytes"
    better = gpu.better()
    assert better is not None and better.name == "sdxl-anime" and gpu.coming() is None

    seen: list[Coming | None] = []

    def fetch(chosen: list[Any], say: Callable[[str], None], tell: Callable[[int, int, str], None]) -> None:
        assert chosen == [better]
        tell(3_000_000, 9_000_000, "unet.safetensors")
        seen.append(gpu.coming())

    monkeypatch.setattr(gpu, "fetch", fetch)
    lines: list[str] = []
    gpu.fetch_behind(better, lines.append, lambda *_: None)
    title = better.title or better.name
    assert seen == [Coming(better.name, title, 3_000_000, 9_000_000, "unet.safetensors")]
    assert gpu.coming() == Coming(better.name, title, complete=True) and title in lines[0]

    def fail(*_: Any) -> None:
        raise UserError("The network is gone.")

    monkeypatch.setattr(gpu, "fetch", fail)
    gpu.fetch_behind(better, lines.append, lambda *_: None)
    assert gpu.coming() == Coming(better.name, title, problem="The network is gone.")
    assert lines[-1] == "note: The network is gone."


def test_offline_and_without_a_gpu_nothing_is_fetched(gpu: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert gpu.better() is None
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(stocks, "may_have_gpu", lambda: False)
    assert gpu.better() is None and gpu.first() == PROFILES["bundled"]


@pytest.mark.parametrize(
    ("state", "words", "usable", "waits"),
    [
        (None, "", False, False),
        (Coming("large", "Large"), "better and is being downloaded", False, True),
        (Coming("large", "Large", 3_000_000, 9_000_000, "unet"), "3 of 9 MB · 33 %", False, True),
        (Coming("large", "Large", complete=True), "Large is here.", True, False),
        (Coming("large", "Large", problem="No network."), "could not be downloaded", False, False),
    ],
)
def test_the_page_says_how_far_it_is(state: Coming | None, words: str, usable: bool, waits: bool) -> None:
    mine = SimpleNamespace(told="told", use="use", timer="timer")
    models = SimpleNamespace(coming=lambda: state)
    changed = coming.look(cast(Any, SimpleNamespace(coming=mine)), cast(Any, SimpleNamespace(models=models)), None)
    assert words in changed.get("told", {"value": ""})["value"]
    assert changed.get("use", {"visible": False})["visible"] is usable
    assert changed["timer"].active is waits
