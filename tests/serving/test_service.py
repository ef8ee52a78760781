from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.colour_profile import EmbeddedProfile
from pipeline.images import load_picture
from pipeline.marking import save_result
from pipeline.request import Cancelled, DetectRequest, OnStep, Step, SwapRequest, SwapResult, UserError
from serving import service as services
from serving import worker as workers
from serving.refusals import LOST, Clash, Lost, NoJob, Refused
from serving.seat import Seat
from serving.service import Service
from serving.settings import Settings
from serving.work import KINDS, Swap, Upscale
from tests.serving.desk import ended, service, swap, until
from tests.ui.flat_engine import COLOUR, FlatEngine


@pytest.fixture
def opened() -> Iterator[Callable[..., Service]]:
    made: list[Service] = []

    def build(*given: object, **settings: object) -> Service:
        made.append(service(*given, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for one in made:
        one.close(5)
        one.end()


@pytest.mark.parametrize("profile", [False, True])
def test_work_goes_through_bytes(profile: bool) -> None:
    request = swap().request
    embedded = EmbeddedProfile(b"icc", request.character[::-1].copy(), request.character) if profile else None
    for work in (Swap(request, embedded), Upscale(request.character, 4, embedded)):
        again = KINDS[work.kind].from_bytes(work.to_bytes())
        assert again.to_bytes() == work.to_bytes() and again.steps == work.steps
        assert (again.profile is not None) == profile
        if again.profile is not None:
            assert embedded is not None and np.array_equal(again.profile.stored, embedded.stored)


def test_the_process_of_the_page_gives_memory_back_from_time_to_time(
    opened: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    returned = threading.Event()
    monkeypatch.setattr(workers, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(workers, "return_freed", returned.set)
    opened()
    assert returned.wait(10)


def test_a_job_is_done_and_its_pictures_wait_for_its_secret(opened: Callable[..., Service]) -> None:
    desk = opened()
    entry, secret = desk.submit("a", swap(count=2, seed=5))
    status = ended(desk, entry.id, secret)
    assert status.entry.state == "done" and status.entry.result is not None
    assert status.entry.result["seeds"] == [5, 6] and "image-2" in status.entry.result["pictures"]
    file = desk.picture(entry.id, secret, "image-1")
    assert file is not None and tuple(load_picture(file).image[4, 4, :3]) == COLOUR
    assert desk.picture(entry.id, secret, "../../jobs") is None
    for id, wrong in ((entry.id, "0" * 64), (entry.id, ""), ("unknown", secret), (entry.id, "é")):
        with pytest.raises(NoJob):
            desk.status(id, wrong)
        with pytest.raises(NoJob):
            desk.picture(id, wrong, "image-1")
    desk.forget(entry.id, secret)
    assert not file.exists()
    with pytest.raises(NoJob):
        desk.status(entry.id, secret)


def test_visitors_take_turns_and_shares_have_an_end(opened: Callable[..., Service]) -> None:
    desk = opened(None, 0.05, queue=5, share=3)
    engine = desk.engine
    assert isinstance(engine, FlatEngine)
    jobs = [desk.submit("greedy", swap(4, seed)) for seed in (10, 11)]
    until(lambda: desk.status(jobs[0][0].id, jobs[0][1]).step is not None)
    jobs += [desk.submit("greedy", swap(4, seed)) for seed in (12, 13)]
    with pytest.raises(Refused) as share:
        desk.submit("greedy", swap())
    with pytest.raises(Refused):
        desk.require_room("greedy")
    assert share.value.mine and share.value.seconds >= 1 and f"in {share.value.seconds} seconds" in str(share.value)
    jobs.append(desk.submit("modest", swap(1, 20)))
    jobs.append(desk.submit("third", swap(1, 30)))
    with pytest.raises(Refused) as full:
        desk.submit("fourth", swap())
    assert not full.value.mine
    assert desk.status(*_keys(jobs[4])).ahead == 2, "the running one, and the one whose turn it was"
    for job in jobs:
        assert ended(desk, *_keys(job)).entry.state == "done"
    assert [request.seed for request in engine.requests] == [10, 11, 20, 30, 12, 13]


def _keys(job: tuple) -> tuple[str, str]:
    return job[0].id, job[1]


def test_cancelling_what_waits_and_what_runs(opened: Callable[..., Service]) -> None:
    desk = opened(None, 0.02)
    running, waiting = desk.submit("a", swap(500)), desk.submit("a", swap(500))
    until(lambda: desk.status(*_keys(running)).step is not None)
    for job in (waiting, running):
        started = time.monotonic()
        assert desk.cancel(*_keys(job)).state == "cancelled" and time.monotonic() - started < 1
    until(lambda: not desk.busy)
    assert isinstance(desk.engine, FlatEngine) and desk.engine.steps_run < 400
    assert desk.cancel(*_keys(running)).state == "cancelled"
    assert ended(desk, *_keys(desk.submit("a", swap(1)))).entry.state == "done"


def test_a_key_is_one_job(opened: Callable[..., Service]) -> None:
    desk = opened()
    first, again = desk.submit("a", swap(), "key"), desk.submit("a", swap(), "key")
    assert first[0].id == again[0].id and first[1] == again[1]
    with pytest.raises(Clash):
        desk.submit("a", swap(seed=2), "key")
    ended(desk, *_keys(first))
    assert isinstance(desk.engine, FlatEngine) and len(desk.engine.requests) == 1


@pytest.mark.parametrize(("error", "words"), [(UserError("Please not this."), "not this"), (RuntimeError("x"), "went wrong")])
def test_what_goes_wrong_is_one_sentence_and_the_next_job_works(
    opened: Callable[..., Service], monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    desk = opened()

    def fail(*_: object) -> SwapResult:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(desk.engine, "swap", fail)
        status = ended(desk, *_keys(desk.submit("a", swap())))
        assert status.entry.state == "failed" and words in (status.entry.error or "")
    assert ended(desk, *_keys(desk.submit("a", swap()))).entry.state == "done"


def test_a_job_has_only_so_much_time(opened: Callable[..., Service]) -> None:
    desk = opened(None, 0.05, job_seconds=1)
    status = ended(desk, *_keys(desk.submit("a", swap(150))))
    assert status.entry.state == "failed" and "1 seconds" in (status.entry.error or "")


def test_what_waited_or_ran_is_done_by_the_next_server_with_the_same_seed(opened: Callable[..., Service], tmp_path: Path) -> None:
    desk = opened(tmp_path, 0.02)
    jobs = [desk.submit(visitor, swap(20, seed)) for visitor, seed in (("a", 7), ("a", 8), ("b", 9))]
    until(lambda: desk.status(*_keys(jobs[0])).step is not None)
    assert desk.close(20), "what runs ends, and what waits is kept"
    assert desk.status(*_keys(jobs[2])).entry.state == "queued"
    desk.end()
    with pytest.raises(Refused, match="stopped"):
        desk.submit("a", swap())
    again = opened(tmp_path)
    results = [ended(again, *_keys(job)).entry for job in jobs]
    assert [entry.result["seeds"] for entry in results if entry.result] == [[7], [8], [9]]
    assert [entry.attempts for entry in results] == [1, 1, 1]


def test_without_a_folder_what_was_accepted_is_done_before_the_end() -> None:
    desk = service(None, 0.01)
    jobs = [desk.submit("a", swap(5, seed)) for seed in range(4)]
    engine = desk.engine
    assert desk.close(20) and isinstance(engine, FlatEngine) and len(engine.requests) == len(jobs)
    desk.end()


def test_a_job_that_ends_the_server_each_time_is_given_up(opened: Callable[..., Service], tmp_path: Path) -> None:
    desk = opened(tmp_path)
    until(lambda: not desk.busy)
    entry, secret = desk._journal.accept("a", "swap", 2, swap().to_bytes(), None)[0], ""
    for _ in range(workers.ATTEMPTS):
        desk._journal.begin(entry.id)
    secret = desk._journal.secret(entry.id)
    desk.close(5)
    desk.end()
    status = ended(opened(tmp_path), entry.id, secret)
    assert status.entry.state == "failed" and f"begun {workers.ATTEMPTS} times" in (status.entry.error or "")


class Dying(FlatEngine):
    """Its process ends in the middle of so many drawings."""

    def __init__(self, times: int) -> None:
        super().__init__(0.05)
        self.times = times

    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        result = super().swap(request, on_step)
        self.times -= 1
        if self.times >= 0:
            raise Lost(LOST)
        return result


def test_a_job_whose_process_ends_is_begun_again_behind_the_others(tmp_path: Path) -> None:
    engine = Dying(1)
    desk = Service(engine, save_result, Settings(jobs=str(tmp_path)))
    jobs = [desk.submit("a", swap(4, seed)) for seed in (1, 2)]
    found = [ended(desk, *_keys(job)).entry for job in jobs]
    assert desk.close(5)
    desk.end()
    assert [(entry.state, entry.attempts) for entry in found] == [("done", 2), ("done", 1)]
    assert [request.seed for request in engine.requests] == [1, 2, 1]


def test_a_job_that_ends_the_process_each_time_is_given_up(tmp_path: Path) -> None:
    desk = Service(Dying(workers.ATTEMPTS), save_result, Settings(jobs=str(tmp_path)))
    entry = ended(desk, *_keys(desk.submit("a", swap(1)))).entry
    assert entry.state == "failed" and f"begun {workers.ATTEMPTS} times" in (entry.error or "")
    assert len(desk.engine.requests) == workers.ATTEMPTS  # type: ignore[attr-defined]
    assert desk.close(5)
    desk.end()


def test_whoever_waits_on_the_page_is_told_that_the_process_ended() -> None:
    desk = Service(Dying(1), save_result, Settings())
    with pytest.raises(Lost, match="please try again"):
        Seat(desk, "page").swap(swap().request)
    assert len(Seat(desk, "page").swap(swap().request).images) == 1
    assert desk.close(5)
    desk.end()


def test_a_full_disk_refuses_and_the_next_job_works(opened: Callable[..., Service]) -> None:
    desk = opened(keep_megabytes=1)
    noise = np.random.default_rng(0).integers(0, 255, (600, 600, 4), np.uint8)
    large = Swap(replace(swap().request, character=noise, mask=np.full((600, 600), 255, np.uint8)))
    with pytest.raises(Refused, match="no room"):
        desk.submit("a", large)
    assert ended(desk, *_keys(desk.submit("a", swap()))).entry.state == "done"


def test_the_page_waits_in_the_same_line_and_whoever_leaves_is_not_drawn_for(opened: Callable[..., Service]) -> None:
    desk = opened(None, 0.02)
    running = desk.submit("program", swap(100))
    told: list[Step] = []

    def leaves(step: Step) -> None:
        told.append(step)
        raise Cancelled

    until(lambda: desk.status(*_keys(running)).step is not None)
    with pytest.raises(Cancelled):
        Seat(desk, "page").swap(swap().request, leaves)
    assert told[0].stage == "wait"
    desk.cancel(*_keys(running))
    told.clear()
    result = Seat(desk, "page").swap(swap(30).request, told.append)
    assert len(result.images) == 1 and told[-1].stage == "draw"
    large = Seat(desk, "page").upscale(result.images[0], 2)
    assert large.image.shape[0] == 2 * result.images[0].shape[0]
    assert isinstance(desk.engine, FlatEngine) and [request.steps for request in desk.engine.requests] == [100, 30]


def test_whoever_leaves_while_clothing_is_found_frees_the_device_at_the_first_step(
    opened: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, found = opened(), threading.Event()
    steps: list[Step] = []

    def finds_first(request: SwapRequest, on_step: Callable[[Step], None]) -> None:
        found.wait(10)
        for index in range(50):
            on_step(Step(index, 50))
            steps.append(Step(index, 50))

    def leaves(step: Step) -> None:
        if step.stage == "plan":
            raise Cancelled

    monkeypatch.setattr(desk.engine, "swap", finds_first)
    with pytest.raises(Cancelled):
        Seat(desk, "page").swap(swap().request, leaves)
    found.set()
    until(lambda: not desk.busy)
    assert steps == []


def test_looking_passes_the_line_and_is_limited(opened: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "LOOKS_WAITING", 1)
    desk = opened(None, 0.02)
    running = desk.submit("program", swap(500))
    seat, hold, inside = Seat(desk, "page"), threading.Event(), []

    def slow(request: DetectRequest) -> None:
        inside.append(1)
        hold.wait(10)

    monkeypatch.setattr(desk.engine, "detect", slow)
    threads = [threading.Thread(target=seat.detect, args=(DetectRequest(np.zeros((16, 16, 4), np.uint8)),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    until(lambda: desk._lookers == 3)
    with pytest.raises(Refused, match="looked at"):
        seat.draft(SwapRequest(np.zeros((16, 16, 4), np.uint8), 1))
    assert len(inside) == services.LOOKS
    hold.set()
    for thread in threads:
        thread.join(5)
    desk.cancel(*_keys(running))
