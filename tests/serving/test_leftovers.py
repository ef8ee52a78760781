from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from serving import leftovers

LEAVES = """
import os, signal
from serving.leftovers import passing
folder = passing("jobs")
open(folder.name + "/picture.png", "w").close()
print(folder.name, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nobody is asked there")
def test_what_a_killed_server_left_goes_with_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    root = Path(__file__).parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", LEAVES], cwd=root, env={"TMPDIR": str(tmp_path)}, capture_output=True, text=True
    )
    left = Path(killed.stdout.strip())
    others = [tmp_path / "cc-controlnet-mine", tmp_path / "something"]
    for folder in others:
        folder.mkdir()
    with leftovers.passing("jobs") as own:
        assert left.parent == tmp_path and (left / "picture.png").exists() and Path(own).stat().st_mode & 0o077 == 0
        leftovers.sweep()
        assert not left.exists() and Path(own).exists() and all(folder.exists() for folder in others)
    assert not Path(own).exists()
