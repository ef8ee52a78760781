"""Asks the served app for many times what it can draw: how quickly the rest is refused, whether what was accepted is done,
and how long somebody else waits meanwhile.

python -m benchmarks.reliability.overload [--seconds 300] [--askers 10]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from benchmarks.reliability.served import Asker, Served

PATIENCE = 600.0
OTHER_ADDRESS = "10.0.0.2"
PAUSE = 0.3  # seconds between two requests of one asker


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability.overload", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--askers", type=int, default=10)
    parser.add_argument("--steps", type=int, default=4)
    arguments = parser.parse_args()
    room = ("--queue", "16", "--share", "8")  # all but one come from one address
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder) / "jobs", *room) as served:
        served.until("/readyz")
        before = served.megabytes()
        end = time.monotonic() + arguments.seconds
        refused: list[tuple[float, bool]] = []  # seconds until the answer, and whether it said when to try again
        askers = [Asker(served.url, f"asker-{number}") for number in range(arguments.askers)]
        threads = [threading.Thread(target=_ask, args=(asker, arguments.steps, end, refused)) for asker in askers]
        for thread in threads:
            thread.start()
        other, ahead = Asker(served.url, "other", OTHER_ADDRESS), list[int]()
        while time.monotonic() < end:
            answer = other.give(len(ahead), 1)
            assert answer.status_code == 202, answer.text
            ahead.append(answer.json()["ahead"])
            other.ended(len(ahead) - 1, PATIENCE)
            time.sleep(PAUSE)
        for thread in threads:
            thread.join()
        jobs = [asker.ended(seed, PATIENCE)["state"] for asker in (*askers, other) for seed in asker.accepted]
        seconds = np.array([row[0] for row in refused] or [0.0])
        told = {
            "accepted": len(jobs),
            "done": jobs.count("done"),
            "refused": len(refused),
            "with Retry-After": sum(row[1] for row in refused),
            "refused after (s), median": round(float(np.median(seconds)), 3),
            "95 %": round(float(np.percentile(seconds, 95)), 3),
            "slowest": round(float(seconds.max()), 3),
            "another visitor's one-step jobs": len(ahead),
            "jobs before each of them, at most": max(ahead),
            "memory of page and engine before and after (MB)": [before, served.megabytes()],
        }
        print(json.dumps(told))


def _ask(asker: Asker, steps: int, end: float, refused: list[tuple[float, bool]]) -> None:
    seed = 0
    while time.monotonic() < end:
        begun = time.monotonic()
        answer = asker.give(seed, steps)
        if answer.status_code in (429, 503):
            refused.append((time.monotonic() - begun, "retry-after" in answer.headers))
        elif answer.status_code != 202:
            raise RuntimeError(f"{answer.status_code}: {answer.text}")
        seed += 1
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
