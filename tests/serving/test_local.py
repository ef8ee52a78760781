from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models import loader
from models.profiles import ModelProfile
from models.sources import Source
from pipeline.request import Cancelled, Click, DetectRequest, Step, SwapRequest, UserError
from pipeline.swap import OutfitSwapper
from serving.local import LocalEngine
from tests.pipeline.test_detect import person, segmenter


@pytest.fixture
def engine(tiny_profile: ModelProfile) -> LocalEngine:
    return LocalEngine(profiles={"bundled": replace(tiny_profile, native=128)})


@pytest.fixture
def job() -> SwapRequest:
    character = np.full((64, 64, 4), 200, np.uint8)
    character[..., 3] = 255
    mask = np.zeros((64, 64), np.uint8)
    mask[16:48, 16:48] = 255
    return SwapRequest(character, seed=1, mask=mask, prompt="red skirt", steps=2)


def test_loads_lazily_and_answers(engine: LocalEngine, job: SwapRequest) -> None:
    assert engine.health().ready
    assert engine.health().detail == "not loaded yet"
    assert len(engine.swap(job).images) == 1
    assert engine.health().detail == "idle"
    assert engine._swapper is not None and engine._swapper.annotators is engine._annotators, "what reads hints is held once"


def test_asked_for_its_health_it_compares_a_folder_once(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[Path] = []
    monkeypatch.setattr(loader, "verified", compared.append)
    assert engine.health().ready and len(engine._default.sources()) > 1 == len(compared)


def test_whoever_waits_is_told_what_is_loaded(engine: LocalEngine, job: SwapRequest) -> None:
    engine._profiles["other"] = replace(engine._profiles["bundled"], name="other", title="")
    told: list[Step] = []
    for name in ("bundled", "bundled", "other"):
        engine.swap(replace(job, profile=name), told.append)
    loaded = [(index, step.model) for index, step in enumerate(told) if step.stage == "load"]
    assert loaded == [(0, "Bundled (small, no download)"), (5, "other")]


def test_interrupt_stops_only_the_running_request(engine: LocalEngine, job: SwapRequest) -> None:
    engine.interrupt()  # nothing runs: nothing happens
    engine.swap(job)
    steps: list[Step] = []

    def on_step(step: Step) -> None:
        steps.append(step)
        engine.interrupt()

    with pytest.raises(Cancelled):
        engine.swap(replace(job, steps=5), on_step)
    assert len(steps) == 1
    engine.swap(job)


def test_requests_queue_up(engine: LocalEngine, job: SwapRequest) -> None:
    alone = engine.swap(job).images[0]
    results = []
    threads = [threading.Thread(target=lambda: results.append(engine.swap(job).images[0])) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    assert all(np.array_equal(alone, image) for image in results)


def test_out_of_memory_is_told_kindly_and_the_engine_goes_on(
    engine: LocalEngine, job: SwapRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise torch.OutOfMemoryError

    with monkeypatch.context() as patch:
        patch.setattr(OutfitSwapper, "swap", fail)
        with pytest.raises(UserError, match="memory"):
            engine.swap(job)
    engine.swap(job)


def test_missing_weights_and_profile_are_told_kindly(tiny_profile: ModelProfile, job: SwapRequest, tmp_path: Path) -> None:
    engine = LocalEngine(profiles={"bundled": replace(tiny_profile, base=Source(tmp_path / "none"))})
    assert not engine.health().ready
    with pytest.raises(UserError, match="weights"):
        engine.swap(job)
    with pytest.raises(UserError, match="weights"):
        engine.warm_up()
    with pytest.raises(UserError, match="no model profile"):
        engine.swap(replace(job, profile="other"))
    with pytest.raises(UserError, match="no model profile"):
        LocalEngine("other")


def test_clothing_is_found_while_a_swap_is_running(engine: LocalEngine, job: SwapRequest) -> None:
    engine._segmenter = segmenter()
    found = []

    def look() -> None:
        found.append(engine.detect(DetectRequest(person())).mask())
        found.append(engine.pick(person(), [Click(100, 120)]))

    def on_step(step: Step) -> None:
        if step.stage == "draw" and not found:
            thread = threading.Thread(target=look)
            thread.start()
            thread.join(timeout=30)
            assert len(found) == 2, "detection waits for the swap"

    engine.swap(job, on_step)
    assert found[0][120, 100] and found[1][120, 100] and not found[1][230, 100]


def test_without_a_mask_the_clothing_is_found_and_doubt_is_passed_on(engine: LocalEngine) -> None:
    engine._segmenter = segmenter(doubt=0.45)
    result = engine.swap(SwapRequest(person(), seed=1, prompt="red skirt", steps=1, detail_pass=False))
    assert result.mask[120, 100] and not result.mask[60, 100] and not result.mask[30, 100]
    assert any("Not sure" in warning for warning in result.warnings)


def test_missing_weights_of_detection_are_one_sentence(tiny_profile: ModelProfile, tmp_path: Path) -> None:
    engine = LocalEngine(profiles={"bundled": tiny_profile}, segmenter=tmp_path / "segmenter")
    assert engine.health().ready and not engine.health().detects
    with pytest.raises(UserError, match="not in segmenter"):
        engine.detect(DetectRequest(person()))
