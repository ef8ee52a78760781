from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pipeline.request import UserError
from serving import journal as journals
from serving.journal import Journal
from serving.refusals import Clash

SECRET_WORDS = b"a prompt that nobody else may read" * 200


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "jobs")


def done(journal: Journal, work: bytes = b"work", size: int = 10, visitor: str = "a") -> str:
    entry, _ = journal.accept(visitor, "swap", 4, work, None)
    journal.begin(entry.id)
    (journal.folder_of(entry.id)).mkdir()
    (journal.folder_of(entry.id) / "image-1.png").write_bytes(b"0" * size)
    assert journal.finish(entry.id, {"pictures": ["image-1"]}, size)
    return entry.id


def test_what_was_accepted_is_there_after_a_restart(journal: Journal) -> None:
    first, new = journal.accept("a", "swap", 4, b"one", None)
    second, _ = journal.accept("b", "upscale", 2, b"two", None)
    assert new and first.state == "queued" and first.attempts == 0
    assert journal.begin(first.id) == ("swap", b"one", 0)
    secret = journal.secret(first.id)
    finished = done(journal)
    journal.close()
    again = Journal(journal.folder)
    assert [entry.id for entry in again.interrupted()] == [second.id, first.id], "what may have ended the server comes last"
    assert again.begin(first.id) == ("swap", b"one", 1) and again.secret(first.id) == secret != again.secret(second.id)
    entry = again.get(finished)
    assert entry is not None and entry.result == {"pictures": ["image-1"]} and not entry.is_open


def test_a_job_ends_once(journal: Journal) -> None:
    entry, _ = journal.accept("a", "swap", 4, b"one", None)
    assert journal.cancel(entry.id)
    assert journal.begin(entry.id) is None, "nobody works on what is cancelled"
    assert not journal.finish(entry.id, {}, 1) and not journal.fail(entry.id, "late") and not journal.cancel(entry.id)
    ended = journal.get(entry.id)
    assert ended is not None and ended.state == "cancelled" and ended.error is None


def test_a_key_means_one_job_of_one_visitor(journal: Journal) -> None:
    one, new = journal.accept("a", "swap", 4, b"one", "key")
    same, again = journal.accept("a", "swap", 4, b"one", "key")
    assert new and not again and same.id == one.id
    assert journal.accept("b", "swap", 4, b"one", "key")[1]
    for kind, work in (("swap", b"other"), ("upscale", b"one")):
        with pytest.raises(Clash, match="another request"):
            journal.accept("a", kind, 4, work, "key")


def test_old_results_go_and_then_the_oldest_until_all_fits(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(journals.time, "time", lambda: now)
    jobs = []
    for _ in range(4):
        jobs.append(done(journal, size=100))
        now += 10
    waiting, _ = journal.accept("a", "swap", 4, b"x" * 500, None)
    (journal.pictures / "nobodys").mkdir()
    journal.sweep(35, 10_000)
    assert [journal.get(id) is not None for id in jobs] == [False, True, True, True]
    journal.sweep(1000, 600)
    assert [journal.get(id) is not None for id in jobs] == [False, False, False, True], "what waits is never forgotten"
    assert journal.get(waiting.id) is not None and journal.size == 600
    assert [folder.name for folder in journal.pictures.iterdir()] == [jobs[3]]


def test_nothing_of_a_request_is_left_once_it_is_done_or_forgotten(journal: Journal) -> None:
    kept, (gone, _) = done(journal, SECRET_WORDS), journal.accept("a", "swap", 4, SECRET_WORDS, None)
    journal.forget(gone.id)
    assert journal.get(gone.id) is None and journal.get(kept) is not None
    left = b"".join(file.read_bytes() for file in journal.folder.rglob("*") if file.is_file())
    assert SECRET_WORDS[:34] not in left


def test_two_servers_never_share_a_folder(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--jobs"):
        Journal(journal.folder)
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="--jobs"):
        Journal(tmp_path / "file")


def test_a_newer_versions_folder_is_left_alone(journal: Journal) -> None:
    journal.close()
    base = sqlite3.connect(journal.folder / "jobs.sqlite")
    base.execute(f"PRAGMA user_version = {journals.VERSION + 1}")
    base.close()
    with pytest.raises(UserError, match="newer"):
        Journal(journal.folder)


def test_only_the_owner_may_look(journal: Journal) -> None:
    assert journal.folder.stat().st_mode & 0o077 == 0 and journal.pictures.stat().st_mode & 0o077 == 0
