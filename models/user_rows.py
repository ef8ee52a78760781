"""Rows of the user's own: a TOML file that says what differs from a row that there is.

[my-model]
like = "sdxl-illustrious"                     # the row to start from
base = "/models/my-model.safetensors"         # a folder, a single file, or "owner/name" of the hub
title = "My model"
prediction = "v_prediction"                   # where the file does not say it
rescale = 0.7
steps = 28
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.profiles import ModelProfile
from models.samplers import SAMPLERS
from models.sources import Source
from models.weights import WeightsError

SOURCES = ("base", "vae", "lora")
TEXTS = ("title", "prefix", "negative_prompt", "prediction")
NUMBERS: dict[str, tuple[type, float, float]] = {  # kind, least, most
    "native": (int, 128, 2048),
    "steps": (int, 1, 150),
    "clip_skip": (int, 1, 12),
    "memory": (int, 0, 1_000_000),
    "guidance": (float, 1, 30),
    "rescale": (float, 0, 1),
    "guidance_end": (float, 0, 1),
    "detail_strength": (float, 0, 1),
    "garment_scale": (float, 0, 2),
}
PREDICTIONS = ("", "epsilon", "v_prediction")
_HUB = re.compile(r"([\w.-]+/[\w.-]+)(?:/(.+))?")
_FILE = (".safetensors",)


def read_rows(file: Path, known: Mapping[str, ModelProfile]) -> dict[str, ModelProfile]:
    """The rows of a file by their names. Raises `WeightsError`, which names the row and what is wrong in it."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WeightsError(f"{file.name} cannot be read ({error}), please mend it.") from None
    rows: dict[str, ModelProfile] = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise WeightsError(f"{file.name}: {name} stands outside a table, please write [a-name] above it.")
        try:
            rows[name] = _row(name, table, {**known, **rows}, file.parent)
        except ValueError as error:
            raise WeightsError(f"{file.name}, [{name}]: {error}") from None
    return rows


def _row(name: str, table: dict[str, Any], known: Mapping[str, ModelProfile], folder: Path) -> ModelProfile:
    values = dict(table)
    like = values.pop("like", None)
    if like not in known:
        raise ValueError(f"please say with like = ... which row it resembles: {', '.join(known)}.")
    changes: dict[str, Any] = {}
    for key, value in values.items():
        changes[key] = _value(key, value, folder)
    if changes.keys() & {"base", "lora"}:
        changes["dressed"] = False  # other weights saw other pictures
        changes.setdefault("draft_strength", ModelProfile.draft_strength)
    row = replace(known[like], name=name, **{"title": name, **changes})
    if "prediction" in changes and changes["prediction"] not in PREDICTIONS:
        raise ValueError("please give epsilon or v_prediction as prediction.")
    return row


def _value(key: str, value: Any, folder: Path) -> Any:
    if key in SOURCES and isinstance(value, str):
        return source_of(value, folder)
    if key in TEXTS and isinstance(value, str):
        return value
    if key in NUMBERS and isinstance(value, (int, float)) and not isinstance(value, bool):
        kind, least, most = NUMBERS[key]
        if not least <= value <= most or (kind is int and value != int(value)):
            raise ValueError(f"{key} must lie between {least:g} and {most:g}, please change it.")
        return kind(value)
    if key == "full_precision_vae" and isinstance(value, bool):
        return value
    if key == "samplers" and isinstance(value, list) and value and all(sampler in SAMPLERS for sampler in value):
        return tuple(value)
    if key == "samplers":
        raise ValueError(f"samplers must be a list of these, please mend it: {', '.join(SAMPLERS)}.")
    keys = ("like", *SOURCES, *TEXTS, *NUMBERS, "full_precision_vae", "samplers")
    raise ValueError(f"{key} = {value!r} is not understood, please use: {', '.join(keys)}.")


def source_of(text: str, folder: Path = Path()) -> Source:
    """A diffusers folder, a single file, "owner/name" or "owner/name/file.safetensors" as a source. Raises `ValueError`.

    folder: where relative paths begin.
    """
    path = (folder / Path(text).expanduser()).absolute()
    if path.is_dir():
        return Source(path)
    if path.is_file():
        if path.suffix not in _FILE:
            raise ValueError(f"{path.name} is no .safetensors file, please convert it: other files can hold programs.")
        return Source(path.parent, path.name)
    match = _HUB.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is neither a folder, nor a .safetensors file, nor owner/name on the hub, please mend it.")
    if match[2] is not None and not match[2].endswith(_FILE):
        raise ValueError(f"{text} is no .safetensors file, please choose one.")
    parts = () if match[2] else ("unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "scheduler")
    return Source(match[1], match[2] or "", parts)
