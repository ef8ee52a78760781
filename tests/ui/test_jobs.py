from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from pipeline.request import Cancelled, Step, SwapRequest, SwapResult, UserError
from tests.ui.flat_engine import FlatEngine
from ui.jobs import Job, Jobs


@pytest.fixture
def request_() -> SwapRequest:
    return SwapRequest(np.full((32, 32, 4), 255, np.uint8), seed=1, mask=np.full((32, 32), 255, np.uint8), steps=50)


def test_steps_then_the_result(request_: SwapRequest) -> None:
    news = list(Job().run(FlatEngine(0.001), request_))
    assert isinstance(news[-1], SwapResult)
    steps = [item.index for item in news if isinstance(item, Step)]
    assert steps == sorted(steps)


def test_stop_ends_within_a_step(request_: SwapRequest) -> None:
    engine, job = FlatEngine(0.02), Job()
    news = job.run(engine, request_)
    next(item for item in news if isinstance(item, Step))
    job.stop()
    with pytest.raises(Cancelled):
        list(news)
    run = engine.steps_run
    time.sleep(0.1)
    assert engine.steps_run <= run + 1 < 50


def test_a_caller_that_leaves_stops_the_job(request_: SwapRequest) -> None:
    engine, job = FlatEngine(0.02), Job()
    news = job.run(engine, request_)
    next(item for item in news if isinstance(item, Step))
    news.close()  # type: ignore[attr-defined]  # it is a generator
    assert job.stopped
    time.sleep(0.1)
    run = engine.steps_run
    time.sleep(0.1)
    assert engine.steps_run == run < 50


def test_stop_ends_also_what_knows_no_steps(request_: SwapRequest) -> None:
    held, job = threading.Event(), Job()

    class Finding(FlatEngine):
        def swap(self, request: SwapRequest, on_step: object = None) -> SwapResult:
            held.wait(20)
            raise Cancelled

    news = job.run(Finding(), request_)
    next(news)
    job.stop()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        list(news)
    assert time.monotonic() - began < 1
    held.set()


def test_stopped_before_it_starts_it_never_runs(request_: SwapRequest) -> None:
    engine, job = FlatEngine(), Job()
    job.stop()
    with pytest.raises(Cancelled):
        list(job.run(engine, request_))
    assert not engine.requests


def test_errors_arrive_where_the_steps_do(request_: SwapRequest) -> None:
    class Refusing(FlatEngine):
        def swap(self, request: SwapRequest, on_step: object = None) -> SwapResult:
            raise UserError("Please not this one.")

    with pytest.raises(UserError, match="not this one"):
        list(Job().run(Refusing(), request_))


def test_a_new_job_stops_the_visitors_old_one() -> None:
    jobs = Jobs()
    old, other = jobs.begin("a", ""), jobs.begin("b", "")
    new = jobs.begin("a", "")
    assert (old.stopped, other.stopped, new.stopped) == (True, False, False)
    assert jobs.of("a") is new
    jobs.stop("a")
    assert new.stopped


def test_closing_waits_for_what_runs_and_takes_nothing_new() -> None:
    jobs, left = Jobs(), threading.Event()

    def work() -> None:
        with jobs.running():
            left.wait(5)

    thread = threading.Thread(target=work)
    thread.start()
    while not jobs.busy:
        time.sleep(0.01)
    assert not jobs.close(0.2)
    with pytest.raises(UserError, match="bye"):
        jobs.begin("a", "bye")
    left.set()
    assert jobs.close(5)
    thread.join()


def test_news_of_anything_long_then_what_it_made() -> None:
    def work(tell: Callable[[int], None]) -> str:
        for number in range(3):
            tell(number)
            time.sleep(0.05)
        return "made"

    news = Job().watch(work)
    seen = []
    with pytest.raises(StopIteration) as end:
        while True:
            seen.append(next(news))
    assert [item for item in seen if item is not None] == [0, 1, 2] and end.value.value == "made"
