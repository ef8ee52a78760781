"""The engine in a process of its own, which is killed, hangs, or outlives its caller; and what goes over the wire."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path

import numpy as np
import pytest

from models.weights import WeightsError
from pipeline.request import Cancelled, Click, DetectRequest, Step, UserError
from serving import wire
from serving.process import ProcessEngine
from serving.refusals import Lost
from tests.serving.desk import until
from tests.serving.distant import engine, job

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals")


@pytest.fixture(scope="module")
def shared() -> Iterator[ProcessEngine]:
    made = engine()
    yield made
    made.close()


@pytest.fixture
def own() -> Iterator[ProcessEngine]:
    """One that is quick to kill what does not stop."""
    made = engine(cancel_seconds=0.5)
    yield made
    made.close()


def process_of(engine: ProcessEngine) -> int:
    engine.warm_up()
    return int(engine.health().device.removeprefix("process "))


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"  # nobody has buried it yet


def test_it_answers_as_the_engine_does(shared: ProcessEngine) -> None:
    asked, told = job(), list[Step]()
    result = shared.swap(asked, told.append)
    assert np.array_equal(result.images[0], asked.character[::-1]) and result.images[0].flags.writeable
    assert result.seeds == (7,) and result.mask.shape == (0, 3) and result.metadata == {"prompt": "red skirt"}
    drawn = [step for step in told if step.stage == "draw"]
    assert list(dict.fromkeys(step.index for step in drawn)) == [1, 2, 3]
    assert drawn[0].preview is not None and np.array_equal(drawn[0].preview, asked.character[..., :3])
    assert process_of(shared) not in (0, os.getpid()) and shared.health().ready
    found = shared.detect(DetectRequest(asked.character))
    assert np.array_equal(found.labels, asked.character[..., 0]) and np.array_equal(found.keep, found.labels.T)
    assert shared.draft(asked).svg.startswith("<svg")
    assert shared.pick(asked.character, [Click(5, 1)])[0, 0] == 5
    assert shared.hint("pose", asked.character, asked.character[..., 3]).shape == (24, 24, 3)
    assert shared.upscale(asked.character, 2).image.shape == (48, 48, 4)
    shared.look(asked.character)
    assert shared.memory() > 10e6 or sys.platform != "linux"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody says what a process holds")
def test_what_a_call_has_freed_goes_back_to_the_system(own: ProcessEngine) -> None:
    own.warm_up()
    before = own.memory()
    own.detect(DetectRequest(job().character, "pieces"))
    until(lambda: own.memory() < before + 40e6)


def test_a_mistake_is_told_without_asking_it() -> None:
    asleep = engine()
    with pytest.raises(UserError, match="no sampler"):
        asleep.swap(replace(job(), sampler="none"))
    assert asleep.starts == 0 and asleep.health().detects and not asleep.health().ready


@pytest.mark.parametrize(
    ("word", "kind", "text"),
    [
        ("wrong", UserError, "Please choose another."),
        ("cancelled", Cancelled, ""),
        ("zero", ZeroDivisionError, "by nothing"),
        ("own", RuntimeError, "OwnError: this and that"),
        ("unicode", RuntimeError, "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: why"),
    ],
)
def test_errors_keep_their_class_and_their_traceback(shared: ProcessEngine, word: str, kind: type[Exception], text: str) -> None:
    for ask in (lambda: shared.detect(DetectRequest(job().character, word)), lambda: shared.swap(job(word))):
        with pytest.raises(kind) as caught:
            ask()
        assert type(caught.value) is kind and str(caught.value) == text
        assert "in _become" in str(caught.value.__cause__)


def test_what_comes_of_weights_is_known_as_such(shared: ProcessEngine) -> None:
    with pytest.raises(UserError, match=r"^The weights are damaged.$") as caught:
        shared.swap(job("weights"))
    assert type(caught.value.__cause__) is WeightsError and str(caught.value.__cause__) == "model.safetensors"


def test_clothing_is_found_beside_a_drawing(shared: ProcessEngine) -> None:
    seen: list[int] = []

    def on_step(step: Step) -> None:
        if step.index == 1 and not seen:
            seen.append(len(shared.detect(DetectRequest(job().character)).labels))

    shared.swap(job(steps=5), on_step)
    assert seen == [24]


def test_cancelled_it_stops_at_a_step_and_lives_on(shared: ProcessEngine) -> None:
    process, begun = process_of(shared), time.monotonic()

    def on_step(step: Step) -> None:
        if step.index == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        shared.swap(job(steps=150), on_step)
    assert time.monotonic() - begun < PATIENCE / 2
    shared.swap(job())
    assert process_of(shared) == process


def test_cancelled_between_two_stages_it_stops_and_lives_on(own: ProcessEngine) -> None:
    process, begun = process_of(own), time.monotonic()

    def on_step(step: Step) -> None:
        if time.monotonic() - begun > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        own.swap(job("stages"), on_step)
    assert len(own.swap(job()).images) == 1 and process_of(own) == process


def test_what_the_callback_raises_is_raised(shared: ProcessEngine) -> None:
    def on_step(step: Step) -> None:
        raise UserError("This took too long.")

    with pytest.raises(UserError, match="too long"):
        shared.swap(job(steps=150), on_step)


@pytest.mark.parametrize("word", ["hang", "stuck"])
def test_what_does_not_stop_is_killed_and_whoever_waits_beside_it_is_answered(own: ProcessEngine, word: str) -> None:
    process, found = process_of(own), list[int]()

    def look() -> None:
        found.append(len(own.detect(DetectRequest(job().character)).labels))

    def on_step(step: Step) -> None:
        if not beside.is_alive() and not found:
            beside.start()
        if time.monotonic() - begun > 1:
            raise Cancelled

    beside, begun = threading.Thread(target=look, daemon=True), time.monotonic()
    with pytest.raises(Cancelled):
        own.swap(job(word), on_step)
    assert time.monotonic() - begun < 10
    assert len(own.swap(job()).images) == 1
    beside.join(PATIENCE)
    assert found == [24] and is_gone(process) and process_of(own) != process


@posix
def test_one_that_reads_nothing_is_cancelled_too(own: ProcessEngine) -> None:
    process = process_of(own)
    os.kill(process, signal.SIGSTOP)
    begun = time.monotonic()

    def on_step(step: Step) -> None:
        if time.monotonic() - begun > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        own.swap(job(side=1000), on_step)  # more than the connection holds
    assert len(own.swap(job()).images) == 1 and is_gone(process)


def test_one_that_dies_is_started_again(own: ProcessEngine, capfd: pytest.CaptureFixture[str]) -> None:
    process = process_of(own)
    for ask in (lambda: own.swap(job("die")), lambda: own.detect(DetectRequest(job().character, "die"))):
        with pytest.raises(Lost, match="please try again"):
            ask()
        assert len(own.swap(job()).images) == 1
    assert process_of(own) != process and own.starts == 3
    assert "exit status 3" in capfd.readouterr().err


def test_what_xformers_says_on_every_cpu_stays_out_of_the_log(own: ProcessEngine, capfd: pytest.CaptureFixture[str]) -> None:
    own.swap(job("murmur"))
    said = capfd.readouterr().err
    assert "broken kernel" in said and "no kernels for a CPU" not in said


@posix
def test_a_signal_to_all_of_the_group_leaves_it_to_its_parent(own: ProcessEngine) -> None:
    process, sent = process_of(own), list[int]()

    def on_step(step: Step) -> None:
        if step.index == 1 and not sent:
            for number in (signal.SIGTERM, signal.SIGINT):
                os.kill(process, number)
                sent.append(number)

    assert len(own.swap(job(), on_step).images) == 1 and sent and process_of(own) == process


@posix
def test_closed_it_ends_whatever_it_is_about() -> None:
    made, lost = engine(), list[BaseException]()
    process = process_of(made)

    def hang() -> None:
        try:
            made.detect(DetectRequest(job().character, "hang"))
        except Lost as error:
            lost.append(error)

    thread = threading.Thread(target=hang, daemon=True)
    thread.start()
    time.sleep(0.3)
    made.close()
    thread.join(PATIENCE)
    assert is_gone(process) and lost
    with pytest.raises(Lost):
        made.swap(job())
    assert not made.health().ready and made.starts == 1


@posix
@pytest.mark.parametrize(
    "word", ["", "hang", pytest.param("stuck", marks=pytest.mark.skipif(sys.platform != "linux", reason=""))]
)
def test_it_never_outlives_its_parent(word: str) -> None:
    command = [sys.executable, "-m", "tests.serving.distant", word]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline().removeprefix("process "))
        if word:
            time.sleep(0.5)
            assert not is_gone(process)
            parent.kill()
        assert parent.wait(PATIENCE) == (-signal.SIGKILL if word else 0)  # without a word it ends by itself, and is waited for
    until(lambda: is_gone(process))


def test_pixels_go_beside_the_message() -> None:
    ours, theirs = Pipe()
    large = np.random.default_rng(0).integers(0, 255, (700, 500, 4), np.uint8)
    arrays = (large, large[::2, ::-1], np.asfortranarray(large), np.zeros((0, 4), np.uint8), np.float32(2), large[..., 3] > 99)
    threading.Thread(target=wire.send, args=(ours, wire.Made(3, arrays)), daemon=True).start()
    got = wire.receive(theirs)
    assert isinstance(got, wire.Made) and got.id == 3
    for before, after in zip(arrays, got.result, strict=True):
        assert np.array_equal(before, after) and before.dtype == after.dtype
    ours.close()
    with pytest.raises(EOFError):
        wire.receive(theirs)


def test_figures_are_there_where_unix_is_not() -> None:
    windows = "import sys, prometheus_client; sys.platform, sys.modules['resource'] = 'win32', None"
    script = f"{windows}; from serving import metrics; metrics.peak_memory()"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=PATIENCE)
