"""kill -9 under load: nothing that was accepted is lost, nothing is done twice, and a repeated job comes out the same."""

from __future__ import annotations

import io
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from pipeline.images import load_character
from tests.serving.crashing import colour
from tests.serving.desk import until

ROOT = Path(__file__).parents[2]
KILLS = 4
PATIENCE = 120.0


class Server:
    """Comes back on the same port and the same folder."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/api/v1"
        command = [sys.executable, "-m", "tests.serving.crashing", str(folder), str(port)]
        self._mother = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._process = 0

    def start(self) -> None:
        assert self._mother.stdin and self._mother.stdout
        print(file=self._mother.stdin, flush=True)
        self._process = int(self._mother.stdout.readline())

    def kill(self) -> None:
        os.kill(self._process, signal.SIGKILL)
        assert self._mother.stdout and self._mother.stdout.readline() == "gone\n"

    def close(self) -> None:
        self._mother.kill()
        self._mother.communicate()


class Visitor(threading.Thread):
    """Gives jobs, each with its own key, again until it hears that it was accepted."""

    def __init__(self, url: str, number: int, character: bytes) -> None:
        super().__init__(daemon=True)
        self._url, self._number, self._character = url, number, character
        self.enough = threading.Event()
        self.accepted: dict[int, dict] = {}  # by seed

    def run(self) -> None:
        seed = 1000 * self._number
        with httpx.Client(base_url=self._url, timeout=20) as client:  # a new one costs more than a request
            while not self.enough.is_set():
                try:
                    answer = client.post(
                        "/swap",
                        files={"character": ("c.png", self._character), "mask": ("m.png", self._character)},
                        data={"prompt": "red skirt", "steps": "12", "seed": str(seed)},
                        headers={"Idempotency-Key": f"{self._number}-{seed}"},
                    )
                except httpx.HTTPError:
                    time.sleep(0.1)
                    continue
                assert answer.status_code == 202, answer.text
                self.accepted[seed] = answer.json()
                seed += 1
                time.sleep(0.05)


def test_kill_9_under_load_loses_nothing(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.full((32, 24, 4), 255, np.uint8)).save(buffer, "PNG")
    server = Server(tmp_path / "jobs")
    visitors = [Visitor(server.url, number, buffer.getvalue()) for number in range(1, 4)]
    chance = random.Random(1)
    server.start()
    for visitor in visitors:
        visitor.start()
    for _ in range(KILLS):
        before = sum(len(visitor.accepted) for visitor in visitors)
        while sum(len(visitor.accepted) for visitor in visitors) < before + 6:
            time.sleep(0.02)
        time.sleep(chance.random())
        server.kill()
        server.start()
    last = {visitor: len(visitor.accepted) for visitor in visitors}
    until(lambda: all(len(visitor.accepted) > count for visitor, count in last.items()))  # an answer may have been lost with it
    for visitor in visitors:
        visitor.enough.set()
        visitor.join(30)
    accepted = {seed: told for visitor in visitors for seed, told in visitor.accepted.items()}
    assert len(accepted) >= 6 * KILLS and len({told["id"] for told in accepted.values()}) == len(accepted)

    end = time.monotonic() + PATIENCE
    with httpx.Client(base_url=server.url, timeout=40) as client:
        for seed, told in accepted.items():
            address, secret = f"/jobs/{told['id']}", {"Authorization": f"Bearer {told['secret']}"}
            while (job := client.get(address, headers=secret, params={"wait": 20}).json())["state"] != "done":
                assert job["state"] in ("queued", "running") and time.monotonic() < end, job
            (row,) = (row for row in job["result"]["pictures"] if row["name"].startswith("image"))
            assert row["seed"] == seed
            picture = client.get(f"{address}/pictures/image-1", headers=secret).content
            (tmp_path / "picture.png").write_bytes(picture)
            assert tuple(load_character(tmp_path / "picture.png")[14, 4, :3]) == colour(seed)
    folders = {folder.name for folder in (tmp_path / "jobs" / "pictures").iterdir()}
    server.kill()
    server.close()
    assert folders == {told["id"] for told in accepted.values()}, "one result each, and nothing else"
