"""What models there are, where each comes from, and whether its files are as they should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models import profiles
from models.detectors import DETECTORS, SHELF
from models.weights import WeightsError, problems, read_manifest

TRAINED_HERE = "trained by this repository"
_ROLES = {"parser": "clothing: parts", "sam": "clothing: outlines", "words": "clothing: words"}


@dataclass(frozen=True)
class Listed:
    """One model. megabytes: on disk, or of the published files; licence: SPDX identifiers; state: "complete", "verified",
    "damaged", "missing", "installed" or "not installed"; broken: a line for every file that is not as it should be."""

    name: str
    task: str
    megabytes: float
    licence: str
    state: str
    origin: str
    broken: tuple[str, ...] = ()


def listed(checksums: bool = False, shelf: Path = SHELF) -> Iterator[Listed]:
    """Every model; checksums: read the bundled files and compare; shelf: where the larger networks of detection lie."""
    for name, profile in profiles.PROFILES.items():
        yield _bundled(name, f"outfits, {profile.native} px", profile.folder, checksums)
    if profiles.SEGMENTER.is_dir():
        yield _bundled("segmenter", "clothing: parts, outlines", profiles.SEGMENTER, checksums)
    for row in DETECTORS:
        state = "installed" if row.is_there(shelf) else "not installed"
        yield Listed(row.name, _ROLES[row.role], row.megabytes, row.licence, state, f"{row.origin} -> {shelf.name}/{row.path}")


def _bundled(name: str, task: str, folder: Path, checksums: bool) -> Listed:
    try:
        files = read_manifest(folder)
    except WeightsError as error:
        return Listed(name, task, 0, "", "missing", TRAINED_HERE, (str(error),))
    broken = tuple(f"{file.path} {problem}" for file, problem in problems(folder, checksums=checksums))
    state = "damaged" if broken else "verified" if checksums else "complete"
    licences = ", ".join(sorted({file.licence for file in files}))
    return Listed(name, task, sum(file.size for file in files) / 1e6, licences, state, TRAINED_HERE, broken)
