"""How long the served app takes to answer while it draws: to say that it lives, and to refuse what there is no room for.

python -m benchmarks.reliability.answering [--seconds 60]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import numpy as np

from benchmarks.reliability.served import Asker, Served

PAUSE = 0.1  # seconds between two requests
STEPS = 25


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability.answering", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder) / "jobs", "--queue", "2", "--share", "2") as served:
        served.until("/readyz")
        asker, seed = Asker(served.url, "answering"), 0
        asked: dict[str, list[float]] = {"/healthz": [], "refusal": []}
        end = time.monotonic() + arguments.seconds
        while time.monotonic() < end:
            seconds, answer = _timed(partial(asker.give, seed, STEPS))
            if answer.status_code == 202:  # room for another one
                seed += 1
                continue
            assert answer.status_code in (429, 503), answer.text
            asked["refusal"].append(seconds)
            asked["/healthz"].append(_timed(partial(asker.client.get, f"{served.url}/healthz"))[0])
            time.sleep(PAUSE)
        drawn = served.figure('cc_jobs_total{kind="swap",state="done"}')
    print(json.dumps({"drawn meanwhile": drawn, **{name: _told(np.array(row)) for name, row in asked.items()}}))


def _timed(ask: Callable[[], httpx.Response]) -> tuple[float, httpx.Response]:
    begun = time.monotonic()
    answer = ask()
    return time.monotonic() - begun, answer


def _told(seconds: np.ndarray) -> dict[str, float]:
    figures = {"median (s)": np.median(seconds), "95 %": np.percentile(seconds, 95), "slowest": seconds.max()}
    return {"asked": len(seconds), **{name: round(float(value), 3) for name, value in figures.items()}}


if __name__ == "__main__":
    main()
