"""Kills the served app under load, then only what draws in it, then stops it while jobs wait: how many accepted jobs are lost, or
come out otherwise.

python -m benchmarks.reliability.restart [--kills 20] [--engine-kills 5] [--jobs 3] [--steps 4]
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
    parser.add_argument("--engine-kills", type=int, default=5)
    arguments = parser.parse_args()
    chance, steps = random.Random(0), arguments.steps
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder) / "jobs", "--queue", "1000", "--share", "1000") as served:
        served.until("/readyz")
        orphans: list[int | None] = []

        def kill_all() -> float:
            engine = served.engine
            served.kill()
            seconds = served.start()
            orphans.extend([engine] if Path(f"/proc/{engine}").exists() else [])
            return seconds

        seed = 0
        for what, kills, kill in (
            ("kill -9 of the server", arguments.kills, kill_all),
            ("kill -9 of what draws", arguments.engine_kills, served.kill_engine),
        ):
            asker, seconds = Asker(served.url, what), []
            for _ in range(kills):
                for _ in range(arguments.jobs):
                    asker.give(seed, steps)
                    seed += 1
                time.sleep(2 * chance.random())
                seconds.append(kill())
            print(
                json.dumps({what: kills, **_counted(asker, steps), "ready again (s), slowest": round(max(seconds, default=0), 1)})
            )
        print(json.dumps({"processes that outlived their server": len(orphans)}))

        asker = Asker(served.url, "stopped")
        for _ in range(6):  # one runs, five wait
            asker.give(seed, steps)
            seed += 1
        begun = time.monotonic()
        status = served.stop()
        stopping = round(time.monotonic() - begun, 1)
        served.start()
        told = {"SIGTERM with 5 waiting, exit status": status, "stopped after (s)": stopping}
        print(json.dumps({**told, **_counted(asker, steps)}))


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
