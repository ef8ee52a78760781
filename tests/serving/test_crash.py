"""kill -9 under load: nothing that was accepted is lost, nothing is done twice, and a repeated job comes out the same."""

from __future__ import annotations

import io
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

ROOT = Path(__file__).parents[2]
KILLS = 4
PATIENCE = 120.0


class Server:
    """A process that comes back on the same port and the same folder."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._command = [sys.executable, "-m", "tests.serving.crashing", str(folder), str(self._port)]
        self.url = f"http://127.0.0.1:{self._port}/api/v1"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout and self._process.stdout.readline() == "serving\n"

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(30)


class Visitor(threading.Thread):
    """Gives jobs, each with its own key, again until it hears that it was accepted."""

    def __init__(self, url: str, number: int, character: bytes) -> None:
        super().__init__(daemon=True)
        self._url, self._number, self._character = url, number, character
        self.enough = threading.Event()
        self.accepted: dict[int, dict] = {}  # by seed

    def run(self) -> None:
        seed = 1000 * self._number
        while not self.enough.is_set():
            fields = {"prompt": "red skirt", "steps": "12", "seed": str(seed)}
            try:
                answer = httpx.post(
                    f"{self._url}/swap",
                    files={"character": ("c.png", self._character), "mask": ("m.png", self._character)},
                    data=fields,
                    headers={"Idempotency-Key": f"{self._number}-{seed}"},
                    timeout=20,
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
    for visitor in visitors:
        visitor.enough.set()
        visitor.join(30)
    accepted = {seed: told for visitor in visitors for seed, told in visitor.accepted.items()}
    assert len(accepted) >= 6 * KILLS and len({told["id"] for told in accepted.values()}) == len(accepted)

    end = time.monotonic() + PATIENCE
    for seed, told in accepted.items():
        address, secret = f"{server.url}/jobs/{told['id']}", {"Authorization": f"Bearer {told['secret']}"}
        while (job := httpx.get(address, headers=secret, params={"wait": 20}, timeout=40).json())["state"] != "done":
            assert job["state"] in ("queued", "running") and time.monotonic() < end, job
        (row,) = (row for row in job["result"]["pictures"] if row["name"].startswith("image"))
        assert row["seed"] == seed
        picture = httpx.get(f"{address}/pictures/image-1", headers=secret, timeout=20).content
        (tmp_path / "picture.png").write_bytes(picture)
        assert tuple(load_character(tmp_path / "picture.png")[14, 4, :3]) == colour(seed)
    folders = {folder.name for folder in (tmp_path / "jobs" / "pictures").iterdir()}
    server.kill()
    assert folders == {told["id"] for told in accepted.values()}, "one result each, and nothing else"
