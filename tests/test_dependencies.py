"""What is installed and what is run: pinned by hash, above the versions with known holes, no code out of data, no secrets."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_packaging import pins

ROOT = Path(__file__).parents[1]
ROOMS = ("wardrobe", "models", "pipeline", "serving", "ui", "training", "benchmarks")
LOCK = ROOT / "requirements.lock"
FLOORS = {  # advisories up to November 2026: below, something is known that concerns us
    "accelerate": "1.15",
    "diffusers": "0.42.1",
    "gradio": "6.30",
    "huggingface-hub": "1.32",
    "pillow": "12.3",
    "python-multipart": "0.0.27",
    "torch": "2.11",
    "transformers": "5.10",
}
RUNS_DATA = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
}  # modules that run what they read
HARMLESS = {"pickle.UnpicklingError"}  # what torch raises for a file that wants to be run
BETWEEN_OURSELVES = Path("serving", "wire.py")  # both ends of its connection are this program
SECRET = re.compile(
    r"\bhf_[A-Za-z0-9]{30,}|\bgh[pousr]_[A-Za-z0-9]{36}|\bAKIA[0-9A-Z]{16}\b|\bsk-[A-Za-z0-9]{32,}|\bxox[abp]-[A-Za-z0-9-]{20,}"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/=]{40}|\bnpm_[A-Za-z0-9]{36}|\bpypi-[A-Za-z0-9_-]{50,}"
)


def locked() -> dict[str, tuple[str, list[str]]]:
    """Distribution -> version and hashes."""
    entries = re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8").strip())
    found = {}
    for entry in entries:
        head = re.match(r"([a-z0-9-]+)==(\S+)", entry)
        assert head, f"no NAME==VERSION: {entry[:60]}"
        found[head[1]] = head[2], re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry)
    return found


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in (ROOT / "app.py", *(file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py")))):
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def test_the_lock_pins_everything_by_hash_and_agrees_with_the_requirements() -> None:
    found = locked()
    assert all(hashes for _, hashes in found.values())
    wanted = pins(ROOT / "requirements.txt")
    assert {name: found[name][0] for name in wanted} == wanted
    assert len(found) > 2 * len(wanted), "what they need in turn is there too"


def test_the_lock_names_no_host() -> None:
    assert not re.search(
        r"://|--(?:extra-)?index|--find-links|--trusted|\.(?:com|org|net|io)\b", LOCK.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("name", FLOORS)
def test_no_version_with_known_holes(name: str) -> None:
    assert version(locked()[name][0]) >= version(FLOORS[name])


def test_no_data_is_run_as_code() -> None:
    found = []
    for path, tree in sources():
        for node in ast.walk(tree):
            found += [f"{path}: {used}" for used in _used(node) if used not in HARMLESS and path != BETWEEN_OURSELVES]
            if isinstance(node, ast.Call):
                found += [f"{path}:{node.lineno}: {wrong}" for wrong in _wrong(node)]
    assert not found


def _used(node: ast.AST) -> Iterator[str]:
    """Of modules that run what they read."""
    if isinstance(node, ast.ImportFrom) and (node.module or "") in RUNS_DATA:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Import):
        yield from (f"{alias.name} as {alias.asname}" for alias in node.names if alias.name in RUNS_DATA and alias.asname)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in RUNS_DATA:
        yield f"{node.value.id}.{node.attr}"


def _wrong(call: ast.Call) -> Iterator[str]:
    name = ast.unparse(call.func)
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in ("eval", "exec", "compile", "os.system", "os.popen", "__import__"):
        yield name
    if name == "torch.load" and ast.unparse(given.get("weights_only", ast.Constant(None))) != "True":
        yield "torch.load without weights_only=True"
    for word in ("trust_remote_code", "custom_pipeline", "allow_pickle", "shell"):
        if word in given and ast.unparse(given[word]) not in ("False", "None"):
            yield f"{word}={ast.unparse(given[word])}"


def test_no_secret_lies_in_the_repository() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, listed):
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 2_000_000:
            assert not SECRET.search(path.read_text(encoding="utf-8", errors="ignore")), f"{name} looks as if it held a key"
