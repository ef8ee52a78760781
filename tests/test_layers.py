"""The floors of the house: who may import whom, and a few rules about every file."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("wardrobe", "models", "pipeline", "serving", "ui", "training", "benchmarks")

# room -> what of this repository it may import, as module prefixes
ALLOWED = {
    "wardrobe": ("wardrobe",),
    "models": ("models",),
    "pipeline": ("wardrobe", "models", "pipeline"),
    "serving": ("models", "pipeline", "serving"),
    "ui": (
        *("ui", "pipeline.request", "pipeline.images", "pipeline.mask", "pipeline.alike", "pipeline.embedded"),
        *("serving.engine", "serving.returning", "serving.settings"),
    ),
    "training": ("wardrobe", "models", "pipeline", "training"),
    "benchmarks": ("wardrobe", "models", "pipeline", "serving", "training", "benchmarks"),
}
# room -> libraries that have no business there
FORBIDDEN = {
    "wardrobe": ("gradio", "torch", "diffusers", "transformers"),
    "models": ("gradio",),
    "pipeline": ("gradio", "fastapi", "requests", "httpx", "huggingface_hub", "urllib", "socket"),
    "serving": ("gradio",),
    "ui": ("torch", "torchvision", "diffusers", "transformers", "cv2", "safetensors"),
    "training": ("gradio",),
    "benchmarks": ("gradio",),
}
PAGES = ("training/annotate_page.py",)  # outside ui, for who trains, not for who visits: the only other files with gradio
MAX_LINES = 400
MACHINE_PATH = re.compile(r"""["'\s=](/(?:root|home|work|mnt|Users)/\w|[A-Z]:\\\\)""")


def python_files(*folders: str) -> list[Path]:
    found = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return [*found, ROOT / "app.py"]


def imports(file: Path) -> list[str]:
    """Dotted names of all modules that a file imports, `from a import b` as a.b, at any depth."""
    names = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.relative_to(ROOT)}: relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def is_within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_its_floor_allows(room: str) -> None:
    ours = (*ROOMS, "app", "tests")
    for file in sorted((ROOT / room).rglob("*.py")):
        for name in imports(file):
            where = f"{file.relative_to(ROOT)} imports {name}"
            assert not is_within(name, ours) or is_within(name, ALLOWED[room]), where
            page = is_within(name, ("gradio",)) and str(file.relative_to(ROOT)) in PAGES
            assert page or not is_within(name, FORBIDDEN[room]), where


def test_only_the_loader_reads_weights() -> None:
    callers = {
        str(file.relative_to(ROOT))
        for file in python_files("models", "pipeline", "serving", "ui")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("from_pretrained", "from_single_file")
    }
    assert callers <= {"models/loader.py"}


def test_starting_the_app_imports_nothing_heavy() -> None:
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in top if isinstance(node, ast.ImportFrom)}
    assert not any(is_within(name, (*ROOMS, "torch", "gradio", "numpy")) for name in names)


@pytest.mark.parametrize("file", python_files(*ROOMS, "tests"), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_is_short_and_names_no_machine(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    found = [] if file == Path(__file__) else MACHINE_PATH.findall(text)
    assert not found
