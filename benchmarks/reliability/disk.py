"""Asks the served app for everything while its disk is full and while it is read-only, and once more afterwards. Linux only, as
whoever may mount (a namespace of its own is enough):

unshare --map-root-user --mount python -m benchmarks.reliability.disk [--megabytes 64]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.reliability.browsing import Browsing, Heard
from benchmarks.reliability.served import Asker, Served, pictures

PATIENCE = 300.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability.disk", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=64)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / name for name in ("jobs", "temporary")]
        for place in places:
            place.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={arguments.megabytes}m", "tmpfs", str(place)], check=True)
        try:
            os.environ |= {"TMPDIR": str(places[1]), "GRADIO_TEMP_DIR": str(places[1] / "page")}
            _ask_all(places)
        finally:
            for place in places:
                subprocess.run(["umount", "--lazy", str(place)], check=True)


def _ask_all(places: list[Path]) -> None:
    with Served(places[0]) as served:
        served.until("/readyz")
        with Browsing(served.url, PATIENCE) as page:
            asker = Asker(served.url, "disk")
            assert page.open(pictures()[0]).succeeded
            for seed, state in enumerate((usual, full, usual, read_only, usual)):
                before = served.tracebacks
                with state(places):
                    told = {way: _tried(ask) for way, ask in _ways(served, asker, page, seed).items()}
                print(
                    json.dumps({state.__name__.replace("_", "-"): told, "tracebacks": served.tracebacks - before}, indent=1),
                    flush=True,
                )


def _ways(served: Served, asker: Asker, page: Browsing, seed: int) -> dict[str, Callable[[], str]]:
    character = {"character": ("c.png", pictures()[0])}

    def post(way: str, **data: str) -> str:
        answer = asker.client.post(f"{served.url}/api/v1/{way}", files=character, data=data)
        return "200" if answer.status_code == 200 else f"{answer.status_code} {answer.json()['detail']}"

    def swap() -> str:
        answer = asker.give(seed, 1)
        if answer.status_code != 202:
            return f"{answer.status_code} {answer.json()['detail']}"
        job = asker.ended(seed, PATIENCE)
        return f"202 {job['state']} {job['error'] or ''}".strip()

    return {
        "detect": lambda: post("detect"),
        "draft": lambda: post("draft", prompt="red hoodie"),
        "swap": swap,
        "page: upload": lambda: _said(page.open(pictures()[0])),
        "page: detect": lambda: _said(page.press("detect")),
        "page: generate": lambda: _said(page.press("generate", prompt="red hoodie")),
        "healthz": lambda: str(asker.client.get(f"{served.url}/healthz").status_code),
    }


def _tried(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except (OSError, ValueError) as error:  # a connection that was closed, or no JSON
        return f"failed: {error!r}"


def _said(heard: Heard) -> str:
    return f"{heard.status} {heard.error}".strip()


@contextmanager
def usual(places: list[Path]) -> Iterator[None]:
    yield


@contextmanager
def full(places: list[Path]) -> Iterator[None]:
    for place in places:
        with suppress(OSError), (place / "filler").open("wb", buffering=0) as file:  # until there is no room
            while True:
                file.write(b"\0" * 4096)
    yield
    for place in places:
        (place / "filler").unlink()


@contextmanager
def read_only(places: list[Path]) -> Iterator[None]:
    """All but the journal, whose file is open."""
    subprocess.run(["mount", "-o", "remount,bind,ro", str(places[1])], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,bind,rw", str(places[1])], check=True)


if __name__ == "__main__":
    main()
