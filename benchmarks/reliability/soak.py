"""Half an hour of programs and visitors of the page who upload, find, draft, draw, cancel, hang up, leave and delete: how much of
what they ask comes to the end that it should, and whether the server holds more memory at the end.

python -m benchmarks.reliability.soak [--minutes 30] [--programs 2] [--visitors 3]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from benchmarks.reliability.browsing import Browsing, Heard
from benchmarks.reliability.served import EXAMPLE, Asker, Served

PATIENCE = 600.0  # seconds until something has not come to its end
SAMPLE_SECONDS = 2.0
FIRST_MINUTE = 5.0  # at which the memory is first looked at: networks are loaded, and the first pictures are about to be deleted
AROUND = 1.0  # minute, over which it is averaged
PAUSE = 0.5
_COME_AGAIN = re.compile(r"try again in \d+ seconds")  # as a page is told what programs get as Retry-After
PROMPTS = ("red hoodie, blue jeans", "white blouse, plaid skirt", "black dress", "red hoodie")


class Log:
    """What was asked, by name, and what of it did not come to the end that it should."""

    def __init__(self, seconds: float) -> None:
        self.asked, self.failed, self.waited = Counter[str](), Counter[str](), 0
        self.end, self._lock = time.monotonic() + seconds, threading.Lock()

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.end

    def count(self, what: str, problem: str = "") -> None:
        with self._lock:
            self.asked[what] += 1
            if problem:
                self.failed[f"{what}: {problem[:200]}"] += 1

    def refused(self) -> None:
        """Somebody was asked to come again."""
        with self._lock:
            self.waited += 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--programs", type=int, default=2)
    parser.add_argument("--visitors", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder) / "jobs") as served:
        served.until("/readyz")
        log, begun = Log(60 * arguments.minutes), time.monotonic()
        kinds: Sequence[Callable[[str, int, Log], None]] = [_program] * arguments.programs + [_visits] * arguments.visitors
        threads = [threading.Thread(target=kind, args=(served.url, number, log)) for number, kind in enumerate(kinds)]
        for thread in threads:
            thread.start()
        samples: list[tuple[float, list[int]]] = []  # minutes, MB of page and network
        while log.goes_on:
            time.sleep(SAMPLE_SECONDS)
            samples.append(((time.monotonic() - begun) / 60, served.megabytes()))
        for thread in threads:
            thread.join()
        asked, failed = sum(log.asked.values()), sum(log.failed.values())
        at = [FIRST_MINUTE, *range(10, int(arguments.minutes), 5), arguments.minutes]
        told = {
            "asked": asked,
            "came to their end": round((asked - failed) / max(1, asked), 5),
            "of which": dict(log.asked),
            "failed": dict(log.failed),
            "asked to come again": log.waited,
            "memory of page and network (MB)": {f"minute {minute:g}": _around(samples, minute) for minute in at},
            "at most": served.megabytes(peak=True),
            "tracebacks": served.tracebacks,
            "starts of the network's process": served.figure("cc_engine_starts"),
        }
        print(json.dumps(told, indent=1))


def _around(samples: list[tuple[float, list[int]]], minute: float) -> dict[str, list[int]]:
    """Of page and network; the least is what they hold when nothing is drawn."""
    columns = [*zip(*([row for then, row in samples if abs(then - minute) <= AROUND] or [[0, 0]]), strict=True)]
    return {"median": [round(statistics.median(column)) for column in columns], "least": [min(column) for column in columns]}


# --- programs


def _program(url: str, number: int, log: Log) -> None:
    chance, asker, seed = random.Random(number), Asker(url, f"program-{number}", f"10.0.1.{number}"), 0
    pictures = _pictures()
    asker.client.timeout = httpx.Timeout(PATIENCE)
    while log.goes_on:
        seed += 1
        what = chance.choice((_detect, _draft, _swap, _swap, _cancel, _hang_up))
        try:
            what(asker, chance, pictures, seed, log)
        except httpx.HTTPError as error:
            log.count(what.__name__.removeprefix("_"), repr(error))
        time.sleep(PAUSE * chance.random())


def _look(asker: Asker, way: str, chance: random.Random, pictures: list[bytes], log: Log) -> None:
    files = {"character": ("c.png", chance.choice(pictures))}
    answer = _patiently(
        lambda: asker.client.post(
            f"{asker.url}/api/v1/{way}", files=files, data={} if way == "detect" else {"prompt": chance.choice(PROMPTS)}
        ),
        log,
    )
    log.count(way, "" if answer.status_code == 200 else f"{answer.status_code} {answer.text}")


def _detect(asker: Asker, chance: random.Random, pictures: list[bytes], seed: int, log: Log) -> None:
    _look(asker, "detect", chance, pictures, log)


def _draft(asker: Asker, chance: random.Random, pictures: list[bytes], seed: int, log: Log) -> None:
    _look(asker, "draft", chance, pictures, log)


def _swap(asker: Asker, chance: random.Random, pictures: list[bytes], seed: int, log: Log) -> None:
    """To the picture; every other one is deleted then."""
    if not _accepted(asker, seed, log):
        return
    job = asker.ended(seed, PATIENCE)
    log.count("swap", "" if job["state"] == "done" and asker.picture(seed).shape == (384, 256, 4) else f"{job['state']} {job}")
    if chance.random() < 0.5:
        _delete(asker, seed, log)


def _delete(asker: Asker, seed: int, log: Log) -> None:
    gone = asker.delete(seed)
    log.count("delete a job", "" if gone == (204, 404) else str(gone))


def _cancel(asker: Asker, chance: random.Random, pictures: list[bytes], seed: int, log: Log) -> None:
    if not _accepted(asker, seed, log, steps=60):
        return
    time.sleep(3 * chance.random())
    asker.cancel(seed)
    job = asker.ended(seed, PATIENCE)
    log.count("cancel", "" if job["state"] in ("cancelled", "done") else job["state"])


def _hang_up(asker: Asker, chance: random.Random, pictures: list[bytes], seed: int, log: Log) -> None:
    """In the middle of a question; what comes then is answered."""
    with suppress(httpx.TimeoutException), httpx.Client(timeout=0.05 + 0.3 * chance.random()) as client:
        client.post(f"{asker.url}/api/v1/detect", files={"character": ("c.png", chance.choice(pictures))})
    alive = asker.client.get(f"{asker.url}/healthz").status_code
    log.count("hang up", "" if alive == 200 else str(alive))


def _accepted(asker: Asker, seed: int, log: Log, steps: int = 8) -> bool:
    answer = _patiently(lambda: asker.give(seed, steps), log)
    if answer.status_code != 202:
        log.count("give", f"{answer.status_code} {answer.text}")
    return answer.status_code == 202


def _patiently(ask: Callable[[], httpx.Response], log: Log) -> httpx.Response:
    """Comes again when it is told to."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = ask()
        if answer.status_code not in (429, 503) or "retry-after" not in answer.headers or time.monotonic() > until:
            return answer
        log.refused()
        time.sleep(min(30.0, float(answer.headers["retry-after"])))


# --- visitors of the page


def _visits(url: str, number: int, log: Log) -> None:
    """One visit after the other, each by another browser."""
    chance, pictures = random.Random(1000 + number), _pictures()
    while log.goes_on:
        try:
            with Browsing(url) as browsing:
                _visit(browsing, chance, pictures, log)
        except httpx.HTTPError as error:
            log.count("a visit", repr(error))
        time.sleep(PAUSE * chance.random())


def _visit(page: Browsing, chance: random.Random, pictures: list[bytes], log: Log) -> None:
    def asked(what: str, heard: Heard) -> bool:
        if _COME_AGAIN.search(heard.error):
            log.refused()
            return False
        log.count(f"page: {what}", "" if heard.succeeded else f"{heard.status} {heard.error}")
        return heard.succeeded

    if not asked("upload", page.open(chance.choice(pictures))):
        return
    for _ in range(chance.randint(1, 4)):
        if not log.goes_on:
            break
        what = chance.choice(("detect", "draft", "generate", "generate", "cancel"))
        if what == "detect":
            asked(what, page.press("detect"))
        elif what == "draft":
            asked(what, page.press("redraw", prompt=chance.choice(PROMPTS)))
        elif what == "generate":
            asked(what, page.press("generate", prompt=chance.choice(PROMPTS), steps=20, draft_first=chance.random() < 0.5))
        else:
            stop = threading.Timer(3 * chance.random(), lambda: page.press("cancel"))
            stop.start()
            asked(what, page.press("generate", prompt=chance.choice(PROMPTS), steps=60, draft_first=False))
            stop.join()
    end = chance.choice(("leave", "leave while it draws", "delete"))
    if end == "leave while it draws":
        asked(end, page.press("generate", listens=False, prompt=chance.choice(PROMPTS), steps=60, draft_first=False))
    elif end == "delete":
        asked(end, page.press("delete"))


def _pictures() -> list[bytes]:
    return [path.read_bytes() for path in sorted(EXAMPLE.glob("*.png"))]


if __name__ == "__main__":
    main()
