from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models import loader
from models.loader import Networks
from models.placement import LADDER, Placement
from models.profiles import ModelProfile
from models.sources import Source
from models.weights import WeightsError
from pipeline.cancelling import cancellable
from pipeline.request import Cancelled, Click, DetectRequest, Step, SwapRequest, UserError
from pipeline.swap import OutfitSwapper
from serving import local
from serving.local import LocalEngine
from tests.pipeline.test_detect import person, segmenter
from tests.standin_device import StandInDevice


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


def test_a_device_that_does_not_answer_is_not_ready(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise torch.AcceleratorError("the card has fallen off the bus")

    monkeypatch.setattr(local.torch, "ones", fail)
    assert not engine.health().ready and "does not answer" in engine.health().detail


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


def test_the_ladder_is_walked_from_loading_on_and_the_rung_is_named(
    engine: LocalEngine, job: SwapRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, real = [], local.load

    def scarce(profile: ModelProfile, device: torch.device, placement: Placement) -> Networks:
        loaded.append(placement.name)
        if placement is not LADDER[2]:
            raise torch.OutOfMemoryError
        return real(profile, torch.device("cpu"))

    monkeypatch.setattr(local, "load", scarce)
    with pytest.raises(UserError, match="memory"):
        engine.swap(job)  # a CPU has no ladder
    monkeypatch.setattr(engine, "_device", torch.device("cuda"))
    monkeypatch.setattr(local, "free_megabytes", lambda device: 1e6)
    monkeypatch.setattr(engine, "_free", lambda: None)
    engine.warm_up()
    assert loaded == [LADDER[0].name, *(row.name for row in LADDER[:3])]
    said = local.STEPPED_DOWN.format(name=LADDER[2].name)
    assert said not in engine.swap(job).warnings
    engine._swapper, engine._placements = None, {}
    assert [note for note in engine.swap(job).warnings if "graphics memory" in note] == [said]
    monkeypatch.setattr(local, "load", lambda *_, **__: scarce(job, engine._device, LADDER[3]))  # type: ignore[arg-type]
    engine._swapper, engine._placements = None, {}
    with pytest.raises(UserError, match="memory"):
        engine.warm_up()


@pytest.mark.parametrize(
    ("error", "words"),
    [(torch.OutOfMemoryError(), "more memory"), (WeightsError("The weights are damaged, please get them."), "please get them")],
    ids=["memory", "weights"],
)
def test_looking_without_memory_or_weights_is_one_sentence(
    engine: LocalEngine, job: SwapRequest, error: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    for name in ("detect", "pick", "read", "upscale", "make_draft", "load"):
        monkeypatch.setattr(local, name, fail)
    picture, mask = job.character, job.mask
    for ask in (
        lambda: engine.detect(DetectRequest(picture)),
        lambda: engine.pick(picture, [Click(3, 3)]),
        lambda: engine.hint("lineart", picture, mask),
        lambda: engine.upscale(picture, 2),
        lambda: engine.draft(job),
        lambda: engine.swap(job),
        engine.warm_up,
    ):
        with pytest.raises(UserError, match=words):
            ask()


@pytest.mark.parametrize("placement", LADDER, ids=lambda placement: placement.name)
def test_a_small_model_shows_itself_at_work_wherever_its_parts_rest(
    tiny_profile: ModelProfile, job: SwapRequest, placement: Placement, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Step] = []
    with StandInDevice() as device:
        monkeypatch.setattr(local, "best_device", lambda: device)
        monkeypatch.setattr(loader, "best_dtype", lambda device: torch.float32)
        engine = LocalEngine(profiles={"bundled": replace(tiny_profile, native=128)})
        engine._placements["bundled"] = placement
        engine.swap(job, told.append)
    assert any(step.preview is not None for step in told)


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


def test_whoever_waits_for_another_to_find_clothing_may_cancel(engine: LocalEngine) -> None:
    def check() -> None:
        raise Cancelled

    engine._segmenter = segmenter()
    with engine._looking, cancellable(check), pytest.raises(Cancelled):
        engine._see(DetectRequest(person()))
    assert engine._see(DetectRequest(person())).mask().any()


def test_without_a_mask_the_clothing_is_found_and_doubt_is_passed_on(engine: LocalEngine) -> None:
    engine._segmenter = segmenter(doubt=0.45)
    result = engine.swap(SwapRequest(person(), seed=1, prompt="red skirt", steps=1, detail_pass=False, draft="off"))
    assert result.mask[120, 100] and not result.mask[60, 100] and not result.mask[30, 100]
    assert any("Not sure" in warning for warning in result.warnings)


def test_missing_weights_of_detection_are_one_sentence(tiny_profile: ModelProfile, tmp_path: Path) -> None:
    engine = LocalEngine(profiles={"bundled": tiny_profile}, segmenter=tmp_path / "segmenter")
    assert engine.health().ready and not engine.health().detects
    with pytest.raises(UserError, match="not in segmenter"):
        engine.detect(DetectRequest(person()))


def test_nothing_else_is_loaded_while_networks_are(
    engine: LocalEngine, job: SwapRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making networks without weights first changes torch for all threads: another's weights were called damaged."""
    inside, met, real = [], [], {name: getattr(local, name) for name in ("load", "load_judges", "load_segmenter")}

    def alone(name: str) -> Callable[..., object]:
        def loading(*given: Any, **named: Any) -> object:
            inside.append(name)
            time.sleep(0.2)
            met.append(tuple(inside))
            inside.remove(name)
            return real[name](*given, **named)

        return loading

    for name in real:
        monkeypatch.setattr(local, name, alone(name))
    threads = [threading.Thread(target=work) for work in (engine.warm_up, lambda: engine.detect(DetectRequest(person())))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(met) == [("load",), ("load_judges",), ("load_segmenter",)]
