"""What models there are, where each comes from, and whether its files are as they should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from models import profiles
from models.detectors import DETECTORS, FOLDER
from models.hub import verify
from models.profiles import ModelProfile
from models.sources import Source
from models.weights import WeightsError, has_manifest, problems, read_manifest

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


def listed(rows: Iterable[ModelProfile], checksums: bool = False) -> Iterator[Listed]:
    """Models that draw outfits; checksums: read the files and compare."""
    for profile in rows:
        yield _outfits(profile, checksums)


def helpers(checksums: bool = False, root: Path = FOLDER, annotators: Path | None = None) -> Iterator[Listed]:
    """All other models; root, annotators: where the larger networks of detection and those that read hints lie."""
    from models.annotators import ANNOTATORS  # these bring torch, which no other line needs
    from models.annotators import FOLDER as HINTS_FOLDER
    from models.picture_judges import JUDGES

    annotators = annotators or HINTS_FOLDER
    if profiles.SEGMENTER.is_dir():
        yield _bundled("segmenter", "clothing: parts, outlines", profiles.SEGMENTER, checksums)
    for judge in JUDGES:
        if judge.ships:
            yield _bundled(judge.name, "looks at pictures", judge.folder(), checksums, judge.origin)
    for row in DETECTORS:
        state = "installed" if row.is_there(root) else "not installed"
        yield Listed(row.name, _ROLES[row.role], row.megabytes, row.licence, state, f"{row.origin} -> {root.name}/{row.path}")
    for reader in ANNOTATORS:
        state = "installed" if reader.is_there(annotators) else "not installed"
        origin = f"{reader.origin} -> {annotators.name}/{reader.path}"
        yield Listed(reader.name, f"hints: {reader.kind}", reader.megabytes, reader.licence, state, origin)


def _outfits(profile: ModelProfile, checksums: bool) -> Listed:
    task, base = f"outfits, {profile.native} px", profile.base.repo
    if isinstance(base, Path) and has_manifest(base):
        return _bundled(profile.name, task, base, checksums)
    sources = profile.sources()
    if not is_there(profile):
        state, broken = "not installed", []
    else:
        broken = [problem for source in sources for problem in verify(source, checksums)]
        state = "damaged" if broken else "verified" if checksums else "complete"
    licences = ", ".join(dict.fromkeys(source.licence for source in sources))
    megabytes = sum(source.megabytes for source in sources)
    origin = profile.base.title if isinstance(base, Path) else f"Hugging Face: {', '.join(source.title for source in sources)}"
    return Listed(profile.name, task, megabytes, licences, state, origin, tuple(broken))


def is_there(profile: ModelProfile) -> bool:
    """Whether every file that the profile cannot do without is on this disk."""
    return not lacking(profile)


def lacking(profile: ModelProfile) -> tuple[Source, ...]:
    """What is not wholly on this disk of what the profile cannot do without."""
    return tuple(source for source in profile.sources() if verify(source))


def lacking_hints(profile: ModelProfile) -> dict[str, Source]:
    """Kinds of hints that the profile could follow if their networks were on this disk, each with its network."""
    optional = [control for control in profile.controls if control.optional and verify(profile.located(control.source))]
    there = {kind for control in profile.controls if control not in optional for kind in control.hints}
    return {kind: profile.located(control.source) for control in optional for kind in control.hints if kind not in there}


def sources_of(rows: Iterable[ModelProfile], optional: bool = False) -> tuple[Source, ...]:
    """What these profiles need from the hub, each once."""
    found = [source for row in rows for source in row.sources(optional) if not isinstance(source.repo, Path)]
    return tuple(dict.fromkeys(found))


def _bundled(name: str, task: str, folder: Path, checksums: bool, origin: str = TRAINED_HERE) -> Listed:
    try:
        files = read_manifest(folder)
    except WeightsError as error:
        return Listed(name, task, 0, "", "missing", origin, (str(error),))
    broken = tuple(f"{file.path} {problem}" for file, problem in problems(folder, checksums=checksums))
    state = "damaged" if broken else "verified" if checksums else "complete"
    licences = ", ".join(sorted({file.licence for file in files}))
    return Listed(name, task, sum(file.size for file in files) / 1e6, licences, state, origin, broken)
