"""The app as it is started: it serves the page, and SIGTERM while jobs wait loses none of them."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest

from pipeline.images import save_png

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
def test_jobs_that_wait_outlive_the_server(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    save_png(np.full((96, 64, 4), 255, np.uint8), tmp_path / "character.png")
    picture = (tmp_path / "character.png").read_bytes()
    command = [sys.executable, str(ROOT / "app.py"), "--jobs", str(tmp_path / "jobs")]
    environment = os.environ | {"CI": "true", "PYTHONUNBUFFERED": "1", "TMPDIR": str(tmp_path), "GRADIO_SERVER_PORT": str(port)}
    environment.pop("GRADIO_TEMP_DIR", None)
    fields = {"prompt": "red skirt", "draft_first": "false", "steps": "2", "detail": "false"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout and f"http://127.0.0.1:{port}" in server.stdout.readline()
            page = httpx.get(f"http://127.0.0.1:{port}/", timeout=120)
            assert page.status_code == 200 and "CC_ControlNet" in page.text
            address = f"http://127.0.0.1:{port}/api/v1/swap"
            files = {"character": picture, "mask": picture}
            accepted = [httpx.post(address, files=files, data={**fields, "seed": str(seed)}, timeout=120) for seed in range(3)]
            assert [answer.status_code for answer in accepted] == [202] * 3
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=300) == 0
        finally:
            server.kill()
    base = sqlite3.connect(tmp_path / "jobs" / "jobs.sqlite")
    states = dict(base.execute("SELECT id, state FROM jobs"))
    base.close()
    assert set(states) == {answer.json()["id"] for answer in accepted}
    assert set(states.values()) <= {"done", "queued"} and "queued" in states.values()
    assert not [folder for folder in tmp_path.iterdir() if folder.name.startswith("cc-controlnet-")], "nothing else is left"
