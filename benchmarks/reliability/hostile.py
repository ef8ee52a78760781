"""Sends every file of a folder of odd and hostile pictures to the served app, wherever it takes pictures: whether each is taken
or refused in one sentence, how long that takes, and what it costs in memory.

python -m benchmarks.reliability.hostile FOLDER [--most 1000]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import httpx

from benchmarks.reliability.browsing import Browsing
from benchmarks.reliability.served import Asker, Served, pictures

PATIENCE = 600.0
TOLD_EVERY = 20  # files
NO_PICTURES = (".json", ".md", ".txt")
FAILURE = "Something went wrong"  # what a visitor is told where the server itself has failed


class Answer(NamedTuple):
    """status: 200 where the file was taken; sentence: why not, else ""."""

    status: int
    sentence: str


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability.hostile", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=10_000, help="files")
    arguments = parser.parse_args()
    files = [file for file in sorted(arguments.folder.rglob("*")) if file.is_file() and file.suffix not in NO_PICTURES]
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder) / "jobs") as served:
        served.until("/readyz")
        before = served.megabytes()
        programs = Programs(served.url)
        ways: dict[str, Callable[[Path], Answer]] = {
            "detect": programs.detect,
            "swap, as the character": programs.swap,
            "swap, as mask and garment": programs.beside,
            "dropped on the page": lambda file: dropped(served.url, file),
        }
        rows: dict[str, list[tuple[float, Answer, Path]]] = defaultdict(list)
        for file in files[: arguments.most]:
            for way, send in ways.items():
                begun = time.monotonic()
                answer = send(file)
                rows[way].append((time.monotonic() - begun, answer, file))
            if len(rows["detect"]) % TOLD_EVERY == 0:
                print(f"{len(rows['detect'])} of {len(files)}", file=sys.stderr, flush=True)
        print(json.dumps({way: _told(row, arguments.folder) for way, row in rows.items()}, indent=1))
        told = {
            "files": len(files[: arguments.most]),
            "tracebacks": served.tracebacks,
            "starts of the network's process": served.figure("cc_engine_starts"),
            "memory of page and network (MB) before": before,
            "at most": served.megabytes(peak=True),
            "after": served.megabytes(),
        }
        print(json.dumps(told, indent=1))


class Programs:
    """The ways of the API; no name says what is in a file."""

    def __init__(self, url: str) -> None:
        self._asker = Asker(url, "hostile")
        self._asker.client.timeout = httpx.Timeout(PATIENCE)

    def detect(self, file: Path) -> Answer:
        files = {"character": ("c.png", file.read_bytes())}
        return _of(self._asker.client.post(f"{self._asker.url}/api/v1/detect", files=files))

    def swap(self, file: Path) -> Answer:
        return self._ended({"character": ("c.png", file.read_bytes())})

    def beside(self, file: Path) -> Answer:
        content = file.read_bytes()
        character, _ = pictures()
        return self._ended({"character": ("c.png", character), "mask": ("m.png", content), "garment": ("g.png", content)})

    def _ended(self, files: dict[str, tuple[str, bytes]]) -> Answer:
        """Of the job, where one was accepted; then its picture is fetched and all of it deleted."""
        data = {"prompt": "red hoodie", "steps": "1", "detail": "false"}
        answer = self._asker.client.post(f"{self._asker.url}/api/v1/swap", files=files, data=data)
        if answer.status_code != 202:
            return _of(answer)
        seed = self._asker.remember(answer)
        job = self._asker.ended(seed, PATIENCE)
        if job["state"] == "done":
            self._asker.picture(seed)
        self._asker.delete(seed)
        return Answer(200 if job["state"] == "done" else 422, str(job["error"] or ""))


def dropped(url: str, file: Path) -> Answer:
    with Browsing(url, PATIENCE) as page:
        heard = page.open(file.read_bytes(), file.name)
        page.press("delete")
    return Answer(200 if heard.succeeded else max(heard.status, 422), heard.error)


def _of(answer: httpx.Response) -> Answer:
    return Answer(answer.status_code, "" if answer.status_code == 200 else str(answer.json().get("detail", "")))


def _told(rows: list[tuple[float, Answer, Path]], folder: Path) -> dict[str, object]:
    """failed: those that were neither taken nor refused in one sentence."""
    failed = [
        f"{file.relative_to(folder)}: {answer.status} {answer.sentence}"
        for _, answer, file in rows
        if answer.status >= 500 or (answer.status != 200 and (not answer.sentence or answer.sentence.startswith(FAILURE)))
    ]
    told: dict[str, object] = {"answers": dict(Counter(answer.status for _, answer, _ in rows)), "failed": failed}
    for name, row in (
        ("taken", [row for row in rows if row[1].status == 200]),
        ("refused", [row for row in rows if row[1].status != 200]),
    ):
        if row:
            seconds, _, file = max(row, key=lambda one: one[0])
            middle = sorted(one[0] for one in row)[len(row) // 2]
            told[f"{name}: median and slowest (s)"] = [round(middle, 2), round(seconds, 2), str(file.relative_to(folder))]
    return told


if __name__ == "__main__":
    main()
