"""Sources -> files on this disk: the hub's repositories in huggingface_hub's own cache, pinned, resumed and checked."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.fetch import HOW, Progress, Tell, endpoint, explained, fetch, lock, require_network, timeout
from models.layout import needed
from models.pins import HubFile, Pins, cache_folder, read_pins
from models.sources import Source
from models.weights import POINTER, WeightsError, sha256

_MARGIN = 100 << 20  # bytes of the disk that stay free
_MAX_HEADER = 100 << 20
_DAMAGED = "is damaged (its checksum is another)"


@dataclass(frozen=True)
class Plan:
    """What a download means, before it begins. files: of each source of the hub; free: bytes of the disk."""

    files_of: Mapping[Source, tuple[HubFile, ...]]
    free: int

    @property
    def files(self) -> tuple[HubFile, ...]:
        """Each once, however many sources share it."""
        return tuple({(file.repo, file.commit, file.path): file for files in self.files_of.values() for file in files}.values())

    @property
    def total(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def missing(self) -> int:
        """Bytes still to come, less what an interrupted download has left."""
        return sum(file.size - file.started for file in self.files if file.on_disk() is None)

    @property
    def licences(self) -> dict[str, str]:
        """By repository."""
        return {file.repo: file.licence for file in self.files}

    def require_room(self) -> None:
        """Raises `WeightsError` if it does not fit on the disk."""
        missing = self.missing
        if missing and missing + _MARGIN > self.free:
            raise WeightsError(
                f"The download needs {_size(missing)} and the disk of {cache_folder()} has {_size(self.free)} left, "
                "please make room or set HF_HOME to a folder on another disk."
            )


def plan(sources: Iterable[Source]) -> Plan:
    """What `download` would fetch: known without the network once it was asked for. Raises `WeightsError`."""
    files_of: dict[Source, tuple[HubFile, ...]] = {}
    listings: dict[tuple[str, str], Any] = {}
    for source in sources:
        if isinstance(source.repo, Path):
            find(source)
        else:
            pins = read_pins(source.repo)
            files_of[source] = pins.files_of(source) or _listed(source, pins, listings)
    return Plan(files_of, shutil.disk_usage(_existing(cache_folder())).free)


def download(sources: Iterable[Source], tell: Tell | None = None) -> Plan:
    """Fetch what is missing and check every file against the hub's checksum; returns what is now on this disk.

    The first call pins a branch's commit, later ones keep to it, and go on where an interrupted one broke off. tell: called
    a few times a second. Raises `WeightsError`: not reachable, no room, or a file came damaged and was removed again.
    """
    planned = plan(sources)
    planned.require_room()
    for source, files in planned.files_of.items():
        pins = read_pins(files[0].repo)
        pins.add(source, files)
        with explained(source.title):
            pins.save()
    progress = Progress(planned.total, tell)
    for file in planned.files:
        with explained(file.repo), lock(file):
            checked = fetch(file, progress)
            pins = read_pins(file.repo)
            pins.files[file.commit, file.path] = checked
            pins.save()
    for source in planned.files_of:
        with explained(source.title):
            _name_branch(source)
    return planned


def find(source: Source) -> Path:
    """The folder or file on this disk; never asks the network. Raises `WeightsError`, which says how to get it."""
    if isinstance(source.repo, Path):
        for problem in _local_problems(source):
            raise WeightsError(problem)
        return _local(source)
    pins = read_pins(source.repo)
    files = pins.files_of(source)
    if files is None:
        raise WeightsError(f"{source.title} is not on this disk, {HOW}")
    for file in files:
        if not file.sha256 or file.pointed() is None:
            raise WeightsError(f"{source.title} is not complete on this disk ({file.path} is missing), {HOW}")
    return files[0].store / "snapshots" / files[0].commit / source.path


def find_intact(source: Source) -> Path:
    """`find` for whoever reads the files next: every byte is what the hub said. A file that was read is read again only when
    its size or its time has changed, in another run of the program too. Raises `WeightsError`."""
    path = find(source)
    if isinstance(source.repo, Path):  # nobody has said what it should be
        return path
    pins = read_pins(source.repo)
    changed = [file for file in pins.files_of(source) or () if file.pointer.stat().st_mtime_ns != file.changed]
    for file in changed:
        stamp = file.pointer.stat()
        if sha256(file.pointer) != file.sha256:
            raise WeightsError(f"The weights file {file.repo}/{file.path} {_DAMAGED}, {HOW}")
        pins.files[file.commit, file.path] = replace(file, changed=stamp.st_mtime_ns)
    if changed:
        with suppress(OSError):  # it cannot be remembered, and is read again the next time
            pins.save()
    return path


def verify(source: Source, checksums: bool = False) -> list[str]:
    """A sentence for every file that is not as it should be; checksums: read them and compare. Asks no network."""
    if isinstance(source.repo, Path):
        return _local_problems(source)
    try:
        files = read_pins(source.repo).files_of(source)
    except WeightsError as error:
        return [str(error)]
    if files is None:
        return [f"{source.title} is not on this disk, {HOW}"]
    problems = []
    for file in files:
        name = f"{file.repo}/{file.path}"
        path = file.pointed()
        if path is None and not (file.pointer.is_file() and file.sha256):
            problems.append(f"The weights file {name} is missing, {HOW}")
        elif path is None:
            problems.append(f"The weights file {name} has {file.pointer.stat().st_size} bytes instead of {file.size}, {HOW}")
        elif checksums and sha256(path) != file.sha256:
            problems.append(f"The weights file {name} {_DAMAGED}, {HOW}")
    return problems


def remove(sources: Iterable[Source], keep: Iterable[Source] = ()) -> int:
    """Delete what only these sources need, complete or not; returns the bytes freed. Places of this disk are left alone.

    Stays: what is needed by `keep`, by other sources that were downloaded, or by another program. Raises `WeightsError`.
    """
    kept = set(keep)
    going: dict[str, list[Source]] = {}
    for source in sources:
        if not isinstance(source.repo, Path) and source not in kept:
            going.setdefault(source.repo, []).append(source)
    freed = 0
    for repo, gone in going.items():
        pins = read_pins(repo)
        protected = {pins.need(source) for source in kept if source.repo == repo}
        files = pins.drop({pins.need(source) for source in gone} - protected)
        if files:
            with explained(repo):
                freed += _delete(files, is_all=not pins.needs)
                pins.save()
    return freed


def _listed(source: Source, pins: Pins, listings: dict[tuple[str, str], Any]) -> tuple[HubFile, ...]:
    """Ask the hub for a repository's files; listings: what it has answered already."""
    from huggingface_hub import HfApi

    repo, revision = str(source.repo), pins.commit(source.revision) or source.revision
    if (repo, revision) not in listings:
        require_network(source.title)
        api = HfApi(endpoint=endpoint(), library_name="cc_controlnet")
        with explained(source.title):
            try:
                listings[repo, revision] = api.model_info(repo, revision=revision, files_metadata=True, timeout=timeout())
            except (ValueError, KeyError, TypeError) as error:
                raise WeightsError(
                    f"{endpoint()} does not answer like a hub about {repo}, please check the name in the profile and HF_ENDPOINT."
                ) from error
    info = listings[repo, revision]
    rows = {row.rfilename: row for row in info.siblings or ()}
    licence = source.licence
    if licence == "NOASSERTION":
        licence = str(getattr(info.card_data, "license", None) or licence)
    files = []
    for path in needed(rows, source):
        row = rows[path]
        size, oid = (row.lfs.size, row.lfs.sha256) if row.lfs else (row.size, row.blob_id)
        if size is None or not oid or not info.sha:
            raise WeightsError(f"{endpoint()} does not tell the checksums of {repo}, please set another HF_ENDPOINT.")
        files.append(HubFile(repo, info.sha, path, size, oid, licence))
    return tuple(files)


def _name_branch(source: Source) -> None:
    """So that other programs find the commit under its branch, unless they have pinned a newer one."""
    pins = read_pins(str(source.repo))
    files = pins.files_of(source) or ()
    if files and source.revision in pins.commits:
        ref = files[0].store / "refs" / source.revision
        if not ref.exists():
            ref.parent.mkdir(parents=True, exist_ok=True)
            new = ref.with_name(f"{ref.name}.{os.getpid()}.new")  # a full disk leaves no half of a name
            new.write_text(files[0].commit, encoding="utf-8")
            new.replace(ref)


def _delete(files: tuple[HubFile, ...], is_all: bool) -> int:
    """is_all: nothing else of the repository was downloaded by us. Returns the bytes freed."""
    from huggingface_hub import scan_cache_dir

    freed = 0
    for file in files:
        freed += file.started
        file.partial.unlink(missing_ok=True)
        if file.pointer.is_symlink() and not file.pointer.exists():
            file.pointer.unlink()  # a repository with a broken link is not scanned
    wanted = {(file.commit, file.path) for file in files}
    if not any(file.pointer.exists() for file in files):
        with suppress(OSError):  # not empty: other files are there
            (files[0].store / "blobs").rmdir()
            files[0].store.rmdir()
        return freed
    info = scan_cache_dir(cache_folder())
    for repo in info.repos:
        if (repo.repo_type, repo.repo_id) != ("model", files[0].repo):
            continue
        ours = {
            revision: [row for row in revision.files if (revision.commit_hash, _inside(row, revision)) in wanted]
            for revision in repo.revisions
        }
        emptied = [revision for revision, rows in ours.items() if is_all and rows and len(rows) == len(revision.files)]
        strategy = info.delete_files(*(row for revision, rows in ours.items() if revision not in emptied for row in rows))
        freed += strategy.expected_freed_size
        strategy.execute()
        if emptied:
            strategy = scan_cache_dir(cache_folder()).delete_revisions(*(revision.commit_hash for revision in emptied))
            freed += strategy.expected_freed_size
            strategy.execute()
    if any(file.pointer.exists() for file in files):
        raise WeightsError(f"The cache of {files[0].repo} cannot be read, please delete the folder {files[0].store}.")
    return freed


def _inside(row: Any, revision: Any) -> str:
    return str(row.file_path.relative_to(revision.snapshot_path).as_posix())


def _local(source: Source) -> Path:
    return Path(source.repo).expanduser() / source.path


def _local_problems(source: Source) -> list[str]:
    top = _local(source)
    if top.is_file():
        files = [top]
    else:
        folders = [top / part for part in source.parts] or [top]
        if missing := [folder for folder in folders if not folder.is_dir()]:
            return [f"{folder} is not there, please check the path in the profile." for folder in missing]
        files = sorted(path for folder in folders for path in folder.rglob("*.safetensors"))
    return [f"The weights file {path} {problem}" for path in files if (problem := _header_problem(path))]


def _header_problem(path: Path) -> str:
    """What is wrong with a safetensors file, as far as its header and size tell; "" for nothing."""
    if path.suffix != ".safetensors":
        return ""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if start == POINTER[:8]:
            return "is only a git-lfs pointer, please run: git lfs pull"
        try:
            header: Any = json.loads(file.read(length)) if length < min(_MAX_HEADER, size) else None
            ends = [row["data_offsets"][1] for name, row in header.items() if name != "__metadata__"]
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            return "is no safetensors file, please get it again."
    whole = 8 + length + max(ends, default=0)
    return f"has {size} bytes instead of {whole}, please get it again." if size != whole else ""


def _existing(path: Path) -> Path:
    return path if path.exists() or path == path.parent else _existing(path.parent)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
