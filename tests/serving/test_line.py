from __future__ import annotations

import threading

import pytest

from serving.line import Full, Line


def taken(line: Line[str], count: int) -> list[str]:
    return [line.take(0, lambda _: None) or "" for _ in range(count)]


def test_visitors_take_turns_however_many_jobs_they_have() -> None:
    line: Line[str] = Line(20, 10)
    for item in ("a1", "a2", "a3", "b1", "c1", "c2"):
        line.add(item[0], item)
    assert line.waiting() == ["a1", "b1", "c1", "a2", "c2", "a3"]
    assert taken(line, 2) == ["a1", "b1"]
    line.add("b", "b2")
    assert line.waiting() == ["c1", "a2", "b2", "c2", "a3"] == taken(line, 5) and len(line) == 0


def test_one_visitors_share_and_the_whole_line_have_an_end() -> None:
    line: Line[str] = Line(3, 2)
    line.add("a", "a1")
    line.add("a", "a2")
    with pytest.raises(Full) as share:
        line.add("a", "a3")
    line.add("b", "b1")
    with pytest.raises(Full) as full:
        line.add("c", "c1")
    assert (share.value.mine, full.value.mine) == (True, False)
    line.add("a", "a3", always=True)
    assert len(line) == 4


def test_whoever_leaves_is_gone() -> None:
    line: Line[str] = Line(9, 9)
    for item in ("a1", "a2"):
        line.add("a", item)
    assert line.remove("a", "a1") and not line.remove("a", "a1") and not line.remove("b", "a2")
    assert line.remove("a", "a2") and line.take(0, lambda _: None) is None


def test_a_worker_waits_for_the_next_and_for_the_end() -> None:
    line: Line[str] = Line(9, 9)
    got: list[str | None] = []
    worker = threading.Thread(target=lambda: got.extend(line.take(10, lambda _: None) for _ in range(2)))
    worker.start()
    line.add("a", "a1")
    while not got and worker.is_alive():
        pass
    line.close()
    worker.join(5)
    assert got == ["a1", None] or got == ["a1"]
