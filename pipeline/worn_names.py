"""LoRAs and new words that the operator has put into folders, by the names that prompts use."""

from __future__ import annotations

import os
from pathlib import Path

from models.profiles import WEIGHTS

SUFFIX = ".safetensors"


def loras_folder() -> Path:
    return Path(os.environ.get("CC_LORAS", WEIGHTS / "loras"))


def words_folder() -> Path:
    return Path(os.environ.get("CC_EMBEDDINGS", WEIGHTS / "embeddings"))


def names_in(folder: Path) -> tuple[str, ...]:
    """What lies there, by the names that prompts use."""
    return tuple(sorted(file.stem for file in folder.glob(f"*{SUFFIX}"))) if folder.is_dir() else ()
