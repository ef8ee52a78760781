"""A folder of pictures whose parts are labelled by hand, and where their labels are kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.hint_reader import JOINTS
from pipeline.images import load_character, save_png
from pipeline.request import Image8, UserError
from training.annotating import VALUES, Labels, LazySegmenter, Operation, given, make_labels

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
JOINTS_END = ".joints.json"


@dataclass(frozen=True)
class Folder:
    """A folder of pictures and where their labels are kept."""

    pictures: Path
    labels: Path
    networks: LazySegmenter = field(default_factory=LazySegmenter)

    def files(self) -> list[Path]:
        """Pictures by name. Raises `UserError` where there are none."""
        found = sorted(path for path in self.pictures.glob("*") if path.suffix.lower() in ENDINGS)
        if not found:
            raise UserError(f"There are no pictures (png, jpg, webp) in {self.pictures}, please choose another folder.")
        return found

    def file(self, stem: str) -> Path:
        for path in self.files():
            if path.stem == stem:
                return path
        raise UserError(f"There is no picture called {stem!r} in {self.pictures}, please look at: --list.")

    def picture(self, stem: str) -> Image8:
        return load_character(self.file(stem))

    def operations(self, stem: str) -> list[Operation]:
        """Of STEM.json; where there is a label without, that is what it begins with."""
        path, label = self.labels / f"{stem}.json", self.label(stem)
        return [given(label)] if label is not None and not path.exists() else read_operations(path)

    def label(self, stem: str) -> Labels | None:
        """What is in STEM.png, None where there is no such file."""
        path = self.labels / f"{stem}.png"
        return np.asarray(Image.open(path).convert("L")) if path.exists() else None

    def joints(self, stem: str) -> NDArray[np.float32] | None:
        """Of the largest person, see `read_joints`; None where there is no such file."""
        path = self.labels / f"{stem}{JOINTS_END}"
        return read_joints(path) if path.exists() else None

    def save(self, stem: str, operations: Sequence[Operation]) -> Labels:
        """Makes the label of these operations, and writes both files."""
        file = self.file(stem)
        picture = load_character(file)
        labels = make_labels(picture, operations, self.networks)
        write_operations(self.labels / f"{stem}.json", file.name, (picture.shape[1], picture.shape[0]), operations)
        save_png(labels, self.labels / f"{stem}.png")
        return labels


def shares(labels: Labels) -> str:
    """'hair 8.1 %, topwear 20.4 %, ...' of the whole picture."""
    counts = np.bincount(labels.ravel(), minlength=256) / labels.size
    return ", ".join(f"{title} {100 * counts[value]:.1f} %" for title, value in VALUES.items() if value and counts[value])


def listed(folder: Folder) -> Iterator[str]:
    """A line for every picture."""
    for path in folder.files():
        label = folder.label(path.stem)
        with Image.open(path) as picture:
            size = f"{picture.width} x {picture.height}"
        known = "" if folder.joints(path.stem) is None else "joints, "
        yield f"{path.stem}: {size}, {known}" + (
            "no label" if label is None else f"{len(folder.operations(path.stem))} operations, {shares(label)}"
        )


def read_joints(path: Path) -> NDArray[np.float32]:
    """18 x 2, x and y in pixels of `models.hint_reader.JOINTS`, NaN for one that is out of the picture. The file:
    {"nose": [x, y], "ankle_l": null, ..., "hidden": [names of joints that are guessed under clothes or behind things]}.
    Raises `UserError`."""
    try:
        known = json.loads(path.read_text("utf-8"))
        found = np.array([known[name] or (np.nan, np.nan) for name in JOINTS], np.float32).reshape(len(JOINTS), 2)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path.name} cannot be read ({error!r}), please write every joint as [x, y] or null.") from None
    return found


def read_operations(path: Path) -> list[Operation]:
    """Of STEM.json, none where there is no such file. Raises `UserError`."""
    if not path.exists():
        return []
    try:
        operations = json.loads(path.read_text("utf-8"))["operations"]
    except json.JSONDecodeError as error:
        raise UserError(f"{path.name} is no JSON at line {error.lineno} ({error.msg}), please mend it there.") from None
    except (OSError, UnicodeDecodeError, KeyError, TypeError):
        operations = None
    if not isinstance(operations, list) or not all(isinstance(operation, dict) for operation in operations):
        raise UserError(f'{path.name} holds no list of operations, please write it as {{"operations": [{{"op": ...}}, ...]}}.')
    return operations


def write_operations(path: Path, picture: str, size: tuple[int, int], operations: Sequence[Operation]) -> None:
    """STEM.json, an operation a line. size: of the picture, width and height."""
    rows = ",\n".join("  " + json.dumps(operation) for operation in operations)
    head = f'{{"picture": {json.dumps(picture)}, "size": {json.dumps(list(size))}, "operations": ['
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{head}\n{rows}\n]}}\n" if rows else f"{head}]}}\n", "utf-8")
