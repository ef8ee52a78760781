"""Kills the served app under load, then stops it while jobs wait: how many accepted jobs are lost, or come out otherwise.

python -m benchmarks.reliability.restart [--kills 20] [--jobs 3] [--steps 4]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.reliability.served import Asker, Served

PATIENCE = 600.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability.restart", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=3, help="accepted between two kills")
    parser.add_argument("--steps", type=int, default=4)
    arguments = parser.parse_args()
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder) / "jobs", "--queue", "1000", "--share", "1000")
        starts = [served.start()]
        asker, seed = Asker(served.url, "restart"), 0
        for _ in range(arguments.kills):
            for _ in range(arguments.jobs):
                asker.give(seed, arguments.steps)
                seed += 1
            time.sleep(2 * chance.random())
            served.kill()
            starts.append(served.start())
        print(
            json.dumps(
                {
                    "kills": arguments.kills,
                    **_counted(asker, arguments.steps),
                    "ready again (s), slowest": round(max(starts[1:]), 1),
                }
            )
        )

        first = seed
        for _ in range(6):  # one runs, five wait
            asker.give(seed, arguments.steps)
            seed += 1
        begun = time.monotonic()
        status = served.stop()
        stopping = time.monotonic() - begun
        served.start()
        waiting = {number: told for number, told in asker.accepted.items() if number >= first}
        asker.accepted = waiting
        print(
            json.dumps(
                {
                    "SIGTERM with 5 waiting, exit status": status,
                    "stopped after (s)": round(stopping, 1),
                    **_counted(asker, arguments.steps),
                }
            )
        )
        served.stop()


def _counted(asker: Asker, steps: int) -> dict[str, int]:
    """What became of all accepted jobs. Every tenth is given again under another key, and its picture compared."""
    jobs = {seed: asker.ended(seed, PATIENCE) for seed in asker.accepted}
    done = [seed for seed, job in jobs.items() if job["state"] == "done"]
    again = Asker(asker.url, f"{asker.name}-again")
    differ = 0
    for seed in done[::10]:
        again.give(seed, steps)
        again.ended(seed, PATIENCE)
        differ += not np.array_equal(asker.picture(seed), again.picture(seed))
    return {
        "accepted": len(jobs),
        "done": len(done),
        "lost": len(jobs) - len(done),
        "compared": len(done[::10]),
        "differ": differ,
    }


if __name__ == "__main__":
    main()
