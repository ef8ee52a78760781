"""What was downloaded: every repository's pinned commits and checked files, in a JSON file beside the cached repositories."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.sources import Source
from models.weights import WeightsError

FOLDER = "cc_controlnet"
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class HubFile:
    """A file of a repository of the hub.

    path: inside the repository, with forward slashes; size: bytes; oid: what the hub calls its content, the SHA-256 of a
    large file and git's SHA-1 of a small one, hexadecimal; sha256: of what is on this disk, "" until it was checked; changed:
    when that file was last changed, nanoseconds.
    """

    repo: str
    commit: str
    path: str
    size: int
    oid: str
    licence: str
    sha256: str = ""
    changed: int = 0

    @property
    def store(self) -> Path:
        return cache_folder() / f"models--{self.repo.replace('/', '--')}"

    @property
    def pointer(self) -> Path:
        """Where networks are read: among the other files of the commit."""
        return self.store / "snapshots" / self.commit / self.path

    @property
    def blob(self) -> Path:
        """Where the content is: once, however many commits have it."""
        return self.store / "blobs" / self.oid

    @property
    def partial(self) -> Path:
        return self.store / "blobs" / f"{self.oid}.{FOLDER}.incomplete"

    @property
    def started(self) -> int:
        """Bytes that an interrupted download has left."""
        return self.partial.stat().st_size if self.partial.exists() else 0

    def pointed(self) -> Path | None:
        """Where networks read it, if it is there in its full size."""
        return self.pointer if self.pointer.is_file() and self.pointer.stat().st_size == self.size else None

    def on_disk(self) -> Path | None:
        """The whole file, as far as its size tells, also where another commit or program has brought it."""
        return self.pointed() or (self.blob if self.blob.is_file() and self.blob.stat().st_size == self.size else None)


Need = tuple[str, str, tuple[str, ...], str]  # commit, path, parts, variant


@dataclass
class Pins:
    """Of one repository. commits: by the name of the branch; files: by commit and path; needs: the paths of each source."""

    repo: str
    commits: dict[str, str] = field(default_factory=dict)
    files: dict[tuple[str, str], HubFile] = field(default_factory=dict)
    needs: dict[Need, tuple[str, ...]] = field(default_factory=dict)

    def commit(self, revision: str) -> str:
        """ "" if the branch has not been pinned."""
        return revision if _COMMIT.fullmatch(revision) else self.commits.get(revision, "")

    def need(self, source: Source, commit: str = "") -> Need:
        return commit or self.commit(source.revision), source.path, source.parts, source.variant

    def files_of(self, source: Source) -> tuple[HubFile, ...] | None:
        """None if the source was never asked for."""
        need = self.need(source)
        return tuple(self.files[need[0], path] for path in self.needs[need]) if need in self.needs else None

    def add(self, source: Source, files: Iterable[HubFile]) -> None:
        files = tuple(files)
        commit = files[0].commit
        if not _COMMIT.fullmatch(source.revision):
            self.commits.setdefault(source.revision, commit)
        self.needs[self.need(source, commit)] = tuple(file.path for file in files)
        for file in files:
            self.files.setdefault((commit, file.path), file)

    def drop(self, needs: Iterable[Need]) -> tuple[HubFile, ...]:
        """Forget sources; returns the files that no other one needs."""
        for need in needs:
            self.needs.pop(need, None)
        kept = {(need[0], path) for need, paths in self.needs.items() for path in paths}
        dropped = tuple(file for key, file in self.files.items() if key not in kept)
        self.files = {key: file for key, file in self.files.items() if key in kept}
        self.commits = {name: commit for name, commit in self.commits.items() if any(key[0] == commit for key in kept)}
        return dropped

    def save(self) -> None:
        """Written beside and moved, so that nobody ever reads half of it."""
        path = _path(self.repo)
        if not self.needs:
            path.unlink(missing_ok=True)
            return
        files = [{key: value for key, value in asdict(file).items() if key != "repo"} for file in self.files.values()]
        needs = [{**dict(zip(_NEED, need, strict=True)), "files": paths} for need, paths in self.needs.items()]
        text = json.dumps({"repo": self.repo, "commits": self.commits, "files": files, "needs": needs}, indent=1)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(f".{os.getpid()}.new")
        new.write_text(text + "\n", encoding="utf-8")
        new.replace(path)


_NEED = ("commit", "path", "parts", "variant")


def read_pins(repo: str) -> Pins:
    """Empty if nothing of the repository was downloaded. Raises `WeightsError`."""
    path = _path(repo)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        files = [HubFile(repo=repo, **row) for row in data["files"]]
        pins = Pins(
            repo, dict(data["commits"]), {(file.commit, file.path): file for file in files}, dict(map(_need, data["needs"]))
        )
        for need, paths in pins.needs.items():
            _ = [pins.files[need[0], path] for path in paths]
    except FileNotFoundError:
        return Pins(repo)
    except (ValueError, KeyError, TypeError):
        raise WeightsError(
            f"The list of what was downloaded, {path}, is damaged, please delete it and run: python app.py models download"
        ) from None
    return pins


def cache_folder() -> Path:
    """huggingface_hub's cache, as the environment names it now: the library itself looks only once, when it is imported."""
    environment = os.environ
    home = environment.get("HF_HOME") or os.path.join(environment.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    hub = environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE") or os.path.join(home, "hub")
    return Path(os.path.expandvars(hub)).expanduser().absolute()


def _need(row: Mapping[str, Any]) -> tuple[Need, tuple[str, ...]]:
    return (row["commit"], row["path"], tuple(row["parts"]), row["variant"]), tuple(row["files"])


def _path(repo: str) -> Path:
    return cache_folder() / FOLDER / f"{repo.replace('/', '--')}.json"
