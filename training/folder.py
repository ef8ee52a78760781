"""A user's own pictures as training data, in the image-folder layout of the `datasets` library.

    DIR/metadata.jsonl        a line a picture: {"file_name": "0001.png", "text": "a red skirt",
                              "condition_file_name": "lines/0001.png", "mask_file_name": ..., "garment_file_name": ...}
    DIR/0001.png ...          the pictures, and beside them what else a recipe asks for

`python -m training check-data DIR [--needs KIND ...]` says in one line a file what is wrong with it. Of every picture the
middle square is seen.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.images import flatten, garment_picture, load_character, resize
from pipeline.request import UserError

LEAST = 64  # pixels a side
SEEN = 0.5  # share of a picture that its middle square must show
KINDS = ("condition", "mask", "garment")  # pictures beside the picture itself, columns named KIND_file_name


@dataclass(frozen=True)
class Row:
    """A line of the metadata. files: of what lies beside the picture, by kind."""

    number: int
    picture: Path
    text: str
    files: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Pictures:
    """A batch. rgb: B x 3 x S x S in 0..1; texts: B captions; condition: B x 3 x S x S, mask: B x 1 x S x S, garment: B x 3 x G x
    G, all in 0..1, None where the data has none."""

    rgb: Tensor
    texts: tuple[str, ...]
    condition: Tensor | None = None
    mask: Tensor | None = None
    garment: Tensor | None = None


def read_rows(folder: Path) -> list[Row]:
    """Raises `UserError` if there is no metadata or a line of it is no such row."""
    file = folder / "metadata.jsonl"
    if not file.is_file():
        raise UserError(f"{file} is missing, please write a line for every picture into it (see training/folder.py).")
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
            name, text = values["file_name"], values["text"]
            files = {kind: folder / values[f"{kind}_file_name"] for kind in KINDS if values.get(f"{kind}_file_name")}
            rows.append(Row(number, folder / name, str(text), files))
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"Line {number} of {file.name} is not a row with file_name and text ({error}), please mend it."
            ) from None
    if not rows:
        raise UserError(f"{file} has no rows, please write a line for every picture into it.")
    return rows


def problems(folder: Path, wanted: Sequence[str] = ()) -> Iterator[str]:
    """One line for everything that would stop or spoil a training; wanted: kinds that every row must have."""
    try:
        rows = read_rows(folder)
    except UserError as error:
        yield str(error)
        return
    seen: dict[Path, int] = {}
    for row in rows:
        name = row.picture.relative_to(folder)
        if row.picture in seen:
            yield f"{name}: twice, in lines {seen[row.picture]} and {row.number}"
        seen[row.picture] = row.number
        if not row.text.strip():
            yield f"{name}: has no text"
        size = None
        for kind, file in [("picture", row.picture), *row.files.items()]:
            if not file.is_file():
                yield f"{file.relative_to(folder)}: not there"
                continue
            try:
                height, width = load_character(file).shape[:2]
            except UserError as error:
                yield f"{file.relative_to(folder)}: {error}"
                continue
            if min(height, width) < LEAST:
                yield f"{file.relative_to(folder)}: {width} x {height} is too small, at least {LEAST} pixels a side are needed"
            if kind == "picture" and (share := min(height, width) / max(height, width)) < SEEN:
                yield f"{name}: of {width} x {height} only the middle square is seen, {share:.0%} of it, please crop it"
            size = size or (width / height)
            if kind in ("condition", "mask") and abs(width / height / size - 1) > 0.01:
                yield f"{file.relative_to(folder)}: {width} x {height} has another shape than its picture"
        for kind in wanted:
            if kind not in row.files:
                yield f"{name}: has no {kind}_file_name"


def square(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The middle square of H x W x 4, over white, side x side x 3."""
    height, width = image.shape[:2]
    least = min(height, width)
    top, left = (height - least) // 2, (width - least) // 2
    return resize(flatten(image[top : top + least, left : left + least], (255, 255, 255)), (side, side))


def read_batch(
    rows: Sequence[Row], kinds: Collection[str], size: int, side: int, seed: Sequence[int], garment_side: int = 224
) -> Pictures:
    """`size` pictures, side x side, by chance, and those of these kinds beside them; the same ones for the same seed."""
    chosen = np.random.default_rng(seed).choice(len(rows), size, replace=size > len(rows))
    taken = [rows[index] for index in chosen]
    columns: dict[str, Tensor] = {"rgb": _stack([square(load_character(row.picture), side) for row in taken])}
    for kind in kinds:
        images = [load_character(row.files[kind]) for row in taken]
        columns[kind] = _stack([garment_picture(i, garment_side) if kind == "garment" else square(i, side) for i in images])
    if "mask" in columns:
        columns["mask"] = (columns["mask"].mean(1, keepdim=True) >= 0.5).float()
    return Pictures(texts=tuple(row.text for row in taken), **columns)


def _stack(pictures: Sequence[NDArray[np.uint8]]) -> Tensor:
    """B x 3 x S x S in 0..1."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
