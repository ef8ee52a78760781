"""Weights are a manifest: every file with its size, checksum and licence; what does not match is not loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

MANIFEST = "manifest.json"
POINTER = b"version https://git-lfs"
_CHUNK = 1 << 20
_DAMAGED = "is damaged (its checksum is another), please restore it (git checkout)"
NONE: Mapping[str, str] = MappingProxyType({})


class WeightsError(ValueError):
    """Weights are missing or damaged; `str(error)` is one friendly sentence that says what to do."""


@dataclass(frozen=True)
class WeightFile:
    """path: inside the folder, with forward slashes; size: bytes; sha256: hexadecimal; licence: SPDX identifier."""

    path: str
    size: int
    sha256: str
    licence: str


def write_manifest(folder: Path, licence: str = "Apache-2.0", others: Mapping[str, str] = NONE) -> tuple[WeightFile, ...]:
    """List every file of a model folder with its checksum in `folder/manifest.json`. others: licences of single files."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    names = [path.relative_to(folder).as_posix() for path in paths]
    files = tuple(
        WeightFile(name, path.stat().st_size, sha256(path), others.get(name, licence))
        for name, path in zip(names, paths, strict=True)
    )
    text = json.dumps({"files": [asdict(file) for file in files]}, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return files


def has_manifest(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def read_manifest(folder: Path) -> tuple[WeightFile, ...]:
    """The files that belong to a model folder. Raises `WeightsError`."""
    try:
        rows = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        files = tuple(WeightFile(**row) for row in rows)
    except FileNotFoundError:
        raise WeightsError(
            f"The model's weights are not in {folder.name}/, please get the whole repository again (git clone) or train them."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise WeightsError(f"The list of weights {folder.name}/{MANIFEST} is damaged, please restore it.") from None
    if len({file.path for file in files}) != len(files):
        raise WeightsError(f"The list of weights {folder.name}/{MANIFEST} names a file twice, please restore it.")
    return files


def verified(folder: Path, *, checksums: bool = False) -> Path:
    """The folder, once every file of its manifest is there in its full size; with checksums, bit by bit.

    Raises `WeightsError`, which names the first file that is wrong.
    """
    for file, problem in problems(folder, checksums=checksums):
        raise WeightsError(f"The weights file {folder.name}/{file.path} {problem}.")
    return folder


def intact(folder: Path) -> Path:
    """`verified` bit by bit, for whoever reads the files next. One that was read is read again only when its size or its time
    has changed. Raises `WeightsError`."""
    verified(folder)
    for file in read_manifest(folder):
        stamp = (folder / file.path).stat()
        if _remembered(folder / file.path, stamp.st_size, stamp.st_mtime_ns) != file.sha256:
            raise WeightsError(f"The weights file {folder.name}/{file.path} {_DAMAGED}.")
    return folder


@lru_cache(maxsize=1024)
def _remembered(path: Path, size: int, changed: int) -> str:
    """The checksum of a file of this size that was last changed then, nanoseconds."""
    return sha256(path)


def problems(folder: Path, *, checksums: bool) -> Iterator[tuple[WeightFile, str]]:
    """Every file that does not match, with what is wrong and what to do."""
    for file in read_manifest(folder):
        path = folder / file.path
        if not path.is_file():
            yield file, "is missing, please restore it (git checkout)"
        elif path.stat().st_size != file.size:
            if _is_pointer(path):
                yield file, "is only a git-lfs pointer, please run: git lfs pull"
            else:
                yield file, f"has {path.stat().st_size} bytes instead of {file.size}, please restore it (git checkout)"
        elif checksums and sha256(path) != file.sha256:
            yield file, _DAMAGED


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _is_pointer(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(POINTER)) == POINTER
