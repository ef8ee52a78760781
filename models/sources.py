"""Where the files of a network come from: a repository of the Hugging Face hub, or a place on this disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A network, or a whole model of several, as a row of a profile names it.

    repo: "owner/name" on the hub, or a folder of this disk as a `Path`; path: folder or file inside, "" for the top; parts:
    of a model, the folders that are needed; variant: of the file names ("fp16"), where the repository has it; revision: a
    commit of 40 hexadecimal digits, or a branch whose commit is pinned by the first download; licence: SPDX identifier, or
    the name of the licence file; megabytes: of what is downloaded.
    """

    repo: str | Path
    path: str = ""
    parts: tuple[str, ...] = ()
    variant: str = ""
    revision: str = "main"
    licence: str = "NOASSERTION"
    megabytes: int = 0

    @property
    def is_file(self) -> bool:
        """A single weights file, rather than a folder of the diffusers layout."""
        return self.path.endswith((".safetensors", ".bin", ".pt", ".pth", ".ckpt"))

    @property
    def title(self) -> str:
        """What people call it: owner/name/path."""
        return "/".join(filter(None, (self.repo.name if isinstance(self.repo, Path) else self.repo, self.path)))
