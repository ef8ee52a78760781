"""What a newcomer relies on: pins, the README's front matter, file sizes."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("pipeline", "models", "ui", "serving", "wardrobe")
SHARD_LIMIT = 9_500_000  # Spaces takes larger files only through LFS


def pins(path: Path) -> dict[str, str]:
    """Distribution -> version of a requirements file, and of nothing that it includes."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith(("#", "-r"))]
    found = [re.fullmatch(r"([\w.-]+)==([\w.]+)(?:; .+)?", line) for line in lines]
    assert all(found), f"every line of {path.name} is NAME==VERSION, perhaps with a marker"
    return {match[1].lower().replace("_", "-"): match[2] for match in found if match}


def imported(path: Path) -> set[str]:
    """Top-level names of the modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_requirements_name_what_the_app_imports() -> None:
    files = [ROOT / "app.py", *(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))]
    foreign = set().union(*map(imported, files)) - set(sys.stdlib_module_names) - set(ROOMS)
    distributions = packages_distributions()
    required = pins(ROOT / "requirements.txt")
    missing = [name for name in foreign if not any(d.lower().replace("_", "-") in required for d in distributions.get(name, []))]
    assert not missing


def test_what_has_no_wheel_somewhere_is_not_asked_for_there() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert re.search(r'^xformers==\S+; sys_platform != "darwin"$', text, re.MULTILINE)


def test_front_matter_names_the_pinned_gradio() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    version = re.search(r"^sdk_version: (\S+)$", readme, re.MULTILINE)
    assert version
    assert version[1] == pins(ROOT / "requirements.txt")["gradio"]


def test_the_libraries_that_skia_loads_are_installed_everywhere() -> None:
    """packages.txt is what Hugging Face Spaces installs by apt; a comment in it would be taken for a package."""
    libraries = (ROOT / "packages.txt").read_text().split()
    assert libraries == ["libegl1", "libgl1"]
    assert "xargs -a packages.txt apt-get install" in (ROOT / "Dockerfile").read_text()
    ci = (ROOT / ".ci" / "run").read_text()
    assert all(f"missing+=({library})" in ci for library in libraries)


def test_weights_are_small_enough_for_plain_git() -> None:
    weights = ROOT / "assets" / "weights"
    sizes = {file: file.stat().st_size for file in weights.rglob("*") if file.is_file()}
    assert max(sizes.values()) <= SHARD_LIMIT
    left = sum(sizes.values())
    limits = {"segmenter": 16_000_000, "hints": 2_500_000, "super_resolution": 1_300_000, "picture_classes": 2_700_000}
    for folder, most in limits.items():
        size = sum(size for file, size in sizes.items() if file.is_relative_to(weights / folder))
        assert size <= most
        left -= size
    assert left <= 40_000_000
