"""How soon the served app is free again after a job is cancelled while it waits, is drawn, or clothing is found for it, and after
a visitor of the page has left while something was drawn for them.

python -m benchmarks.reliability.cancelling [--times 5]
"""

from __future__ import annotations

import argparse
import io
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from benchmarks.reliability.browsing import Browsing
from benchmarks.reliability.served import EXAMPLE, Asker, Served, pictures

PATIENCE = 300.0
STEPS = 60
LOOK_SECONDS = 0.02


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability.cancelling", description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    arguments = parser.parse_args()
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder) / "jobs") as served:
        served.until("/readyz")
        asker = Asker(served.url, "cancelling")
        asker.give(0, 1)
        asker.ended(0, PATIENCE)
        ways: dict[str, Callable[[Served, Asker, int, random.Random], float]] = {
            "waiting": waiting,
            "drawing": drawing,
            "finding clothes": finding,
            "whoever asked has left the page": leaving,
        }
        told: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(1, arguments.times + 1):
            for place, (name, way) in enumerate(ways.items()):
                told[name].append(round(way(served, asker, 10 * number + 2 * place, chance), 2))
        print(json.dumps({"seconds until it has ended": told, "tracebacks": served.tracebacks}))


def waiting(served: Served, asker: Asker, seed: int, chance: random.Random) -> float:
    """Behind another job, which is cancelled afterwards."""
    asker.give(seed, STEPS)
    asker.give(seed + 1, STEPS)
    seconds = _cancelled(asker, seed + 1)
    _cancelled(asker, seed)
    _idle(served)
    return seconds


def drawing(served: Served, asker: Asker, seed: int, chance: random.Random) -> float:
    asker.give(seed, STEPS)
    _until(lambda: asker.state(seed).get("step", 0) >= 1)
    time.sleep(chance.random())
    begun = time.monotonic()
    _cancelled(asker, seed)
    _idle(served)
    return time.monotonic() - begun


def finding(served: Served, asker: Asker, seed: int, chance: random.Random) -> float:
    """A picture that was never seen before, in which nobody has painted a mask."""
    buffer, image = io.BytesIO(), Image.open(sorted(EXAMPLE.glob("*.png"))[0]).convert("RGBA")
    image.putpixel((0, 0), (seed, 0, 0, 255))
    image.save(buffer, "PNG")
    fields = {"prompt": "red hoodie", "steps": str(STEPS), "draft_first": "false"}
    answer = asker.client.post(f"{served.url}/api/v1/swap", files={"character": ("c.png", buffer.getvalue())}, data=fields)
    answer.raise_for_status()
    seed = asker.remember(answer)
    _until(lambda: asker.state(seed)["state"] == "running")
    time.sleep(chance.random() / 2)
    begun = time.monotonic()
    _cancelled(asker, seed)
    _idle(served)
    return time.monotonic() - begun


def leaving(served: Served, asker: Asker, seed: int, chance: random.Random) -> float:
    with Browsing(served.url) as page:
        page.open(pictures()[0])
        heard = page.press("generate", listens=False, prompt="red hoodie", steps=STEPS, draft_first=False)
        assert heard.succeeded, heard.error
        _until(lambda: served.figure("cc_running_jobs") > 0)
        time.sleep(chance.random())
    begun = time.monotonic()
    _idle(served)
    return time.monotonic() - begun


def _cancelled(asker: Asker, seed: int) -> float:
    begun = time.monotonic()
    asker.cancel(seed)
    _until(lambda: asker.state(seed)["state"] == "cancelled")
    return time.monotonic() - begun


def _idle(served: Served) -> None:
    """The device draws for nobody."""
    _until(lambda: served.figure("cc_running_jobs") + served.figure("cc_waiting_jobs") == 0)


def _until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            raise RuntimeError("this has not happened")
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main()
