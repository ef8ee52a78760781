"""The app as it is started by its users, and what is asked of it over HTTP."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "assets" / "examples"
START_SECONDS = 300.0


class Served:
    """A process that comes back on the same port and the same folder of jobs; at the end of `with` it lives no longer."""

    def __init__(self, folder: Path, *options: str) -> None:
        """folder: of jobs; beside it lies what the server writes to stderr."""
        self.log = folder.parent / "stderr.txt"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        given = ("serve", "--no-download", "--port", str(self._port), "--jobs", str(folder), "--rate", "0", *options)
        self._command = [sys.executable, str(ROOT / "app.py"), *given]
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Returns after how many seconds it was ready."""
        begun = time.monotonic()
        self._begin()
        self.until("/readyz")
        return time.monotonic() - begun

    def _begin(self) -> None:
        environment = {**os.environ, "CI": "true"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=log)

    def until(self, address: str) -> None:
        """Waits until it answers 200 there."""
        end = time.monotonic() + START_SECONDS
        with httpx.Client(timeout=5) as client:
            while time.monotonic() < end:
                try:
                    if client.get(self.url + address).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                time.sleep(0.1)
        raise RuntimeError(f"{address} does not answer")

    def __enter__(self) -> Served:
        """Returns at once, see `until`."""
        self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def engine(self) -> int | None:
        """The process that draws for it, None while there is none. Linux only."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])
                if parent == self.pid and b"spawn_main" in (folder / "cmdline").read_bytes():
                    return int(folder.name)
            except OSError:  # it has just ended
                pass
        return None

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def kill_engine(self) -> float:
        """Of the two processes only the one that draws -> after how many seconds another one can."""
        process = self.engine
        assert process is not None
        os.kill(process, signal.SIGKILL)
        begun = time.monotonic()
        while self.engine in (process, None):
            time.sleep(0.05)
        self.until("/readyz")
        return time.monotonic() - begun

    def stop(self) -> int:
        """SIGTERM -> exit status."""
        return self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(300)

    @property
    def tracebacks(self) -> int:
        """How many it has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace").count("Traceback (most recent call last)")

    def megabytes(self, peak: bool = False) -> list[int]:
        """What page and network hold in memory, or have held at most; 0 where there is none. Linux only."""
        return [_held(process, "VmHWM" if peak else "VmRSS") for process in (self.pid, self.engine)]

    def figure(self, name: str) -> float:
        """Of /metrics; 0 where there is none yet."""
        lines = httpx.get(f"{self.url}/metrics", timeout=20).text.splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(f"{name} ")), 0.0)


def _held(process: int | None, row: str) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 // 1_000_000 for line in lines if line.startswith(f"{row}:")), 0)


class Asker:
    """One program. Its jobs paint a mask from words alone, so that the network draws."""

    def __init__(self, url: str, name: str, address: str = "") -> None:
        """address: where it says that it comes from, which the server believes of a proxy on its own machine."""
        self.url, self.name, self.accepted = url, name, dict[int, dict[str, Any]]()
        self._character, self._mask = pictures()
        # One client, as making one takes longer than an answer; and a connection for each request, as servers come and go.
        told = {"X-Forwarded-For": address} if address else {}
        self.client = httpx.Client(timeout=60, limits=httpx.Limits(max_keepalive_connections=0), headers=told)

    def give(self, seed: int, steps: int) -> httpx.Response:
        """A job with its own key; one that was accepted is remembered."""
        answer = self.client.post(
            f"{self.url}/api/v1/swap",
            files={"character": ("c.png", self._character), "mask": ("m.png", self._mask)},
            data={"prompt": "red hoodie", "seed": str(seed), "steps": str(steps), "draft_first": "false", "detail": "false"},
            headers={"Idempotency-Key": f"{self.name}-{seed}"},
        )
        if answer.status_code == 202:
            self.accepted[seed] = answer.json()
        return answer

    def remember(self, answer: httpx.Response) -> int:
        """A job that was accepted in another way -> the number by which it is asked for here."""
        seed = min(self.accepted, default=0) - 1
        self.accepted[seed] = answer.json()
        return seed

    def ended(self, seed: int, seconds: float) -> dict[str, Any]:
        """The job once it has ended, or as it is after so many seconds."""
        told, until = self.accepted[seed], time.monotonic() + seconds
        while True:
            job: dict[str, Any] = self._get(told, "?wait=20").json()
            if job["state"] not in ("queued", "running") or time.monotonic() > until:
                return job

    def state(self, seed: int) -> dict[str, Any]:
        """The job as it is now."""
        job: dict[str, Any] = self._get(self.accepted[seed], "").json()
        return {name: value for name, value in job.items() if value is not None}

    def picture(self, seed: int) -> np.ndarray:
        """Of a job that is done, H x W x 4."""
        return np.asarray(Image.open(io.BytesIO(self._get(self.accepted[seed], "/pictures/image-1").content)))

    def delete(self, seed: int) -> tuple[int, int]:
        """Status of the answer, and of the one that a question for the job gets afterwards."""
        told = self.accepted[seed]
        headers = {"Authorization": f"Bearer {told['secret']}"}
        gone = self.client.delete(f"{self.url}/api/v1/jobs/{told['id']}", headers=headers)
        return gone.status_code, self._get(told, "").status_code

    def cancel(self, seed: int) -> None:
        told = self.accepted[seed]
        headers = {"Authorization": f"Bearer {told['secret']}"}
        self.client.post(f"{self.url}/api/v1/jobs/{told['id']}/cancel", headers=headers).raise_for_status()

    def _get(self, told: dict[str, Any], way: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {told['secret']}"}
        return self.client.get(f"{self.url}/api/v1/jobs/{told['id']}{way}", headers=headers)


def pictures() -> tuple[bytes, bytes]:
    """A character of 256 x 384 and a mask on its middle, as PNG files."""
    character = Image.open(sorted(EXAMPLE.glob("*.png"))[0]).convert("RGBA").resize((256, 384))
    mask = np.zeros((384, 256), np.uint8)
    mask[150:260, 80:180] = 255
    files = []
    for image in (character, Image.fromarray(mask)):
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        files.append(buffer.getvalue())
    return files[0], files[1]
