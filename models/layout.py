"""Which files of a repository a network needs: the diffusers and transformers layouts, told from file names alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from models.sources import Source
from models.weights import WeightsError

MODEL_INDEX = "model_index.json"
# model.fp16.safetensors, model.fp16-00001-of-00002.safetensors, and the older model-00001-of-00002.fp16.safetensors
_WEIGHTS = re.compile(
    r"(?P<stem>diffusion_pytorch_model|pytorch_model|model|pytorch_lora_weights|adapter_model|learned_embeds)"
    r"(\.(?P<variant>\w+))?(-\d{5}-of-(?P<shards>\d{5}))?(\.(?P<older_variant>\w+))?\.(?P<kind>safetensors|bin|pt|pth|ckpt)"
)
# model.safetensors.index.json, model.safetensors.index.fp16.json, and the older model.safetensors.fp16.index.json
_INDEX = re.compile(r"(?P<stem>\w+)\.(?P<kind>safetensors|bin)(\.(?P<older_variant>\w+))?\.index(\.(?P<variant>\w+))?\.json")
_TEXTS = (".json", ".txt", ".model")  # configurations and tokenizers
_UNUSED = re.compile(r"safety_checker|flax|onnx|openvino", re.IGNORECASE)  # folders of whole models


@dataclass(frozen=True)
class Weights:
    """The weight files of one folder: names with their index, the variant ("" for none), and no pickles if is_safe."""

    names: tuple[str, ...]
    variant: str
    is_safe: bool


def weights_in(names: Iterable[str], variant: str = "") -> Weights | None:
    """The weights to load out of the file names of one folder, None if it has none in a layout that is known.

    Safetensors before pickles; among them the wanted variant, then none, then any other.
    """
    rows: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for name in names:
        if match := _WEIGHTS.fullmatch(name) or _INDEX.fullmatch(name):
            rows[match["kind"] == "safetensors", match["variant"] or match["older_variant"] or ""].append(name)
    for is_safe in (True, False):
        variants = sorted(row[1] for row in rows if row[0] == is_safe)
        for candidate in dict.fromkeys((variant, "", *variants)):
            if files := _complete(rows[is_safe, candidate]):
                return Weights(files, candidate, is_safe)
    return None


def needed(names: Iterable[str], source: Source) -> tuple[str, ...]:
    """The paths that a source needs out of all paths of its repository. Raises `WeightsError`."""
    base = source.path.strip("/")
    if source.is_file:
        if base not in set(names):
            raise WeightsError(f"{source.title} is no longer in its repository, please name another file.")
        return (base,)
    folders: dict[str, set[str]] = defaultdict(set)
    for name in names:
        if ".." not in PurePosixPath(name).parts and not name.startswith("/"):
            folder, _, file = name.rpartition("/")
            folders[folder].add(file)
    is_whole = bool(source.parts) or MODEL_INDEX in folders[base]
    found = [_join(base, MODEL_INDEX)] if MODEL_INDEX in folders[base] else []
    for part in source.parts or (_subfolders(folders, base) if is_whole else ("",)):
        folder = _join(base, part)
        if not folders[folder]:
            raise WeightsError(f"{source.title} has no folder {folder}, please name another in the profile.")
        found += [_join(folder, name) for name in _files(folders[folder], source)]
    if not found:
        raise WeightsError(f"{source.title} has no files in a layout that is known, please name a weights file in it.")
    return tuple(dict.fromkeys(found))


def _complete(names: list[str]) -> tuple[str, ...]:
    """One whole file per network rather than its shards; shards only with their index and all together."""
    found: list[str] = []
    indexes = {match["stem"]: name for name in names if (match := _INDEX.fullmatch(name))}
    shards: dict[str, list[str]] = defaultdict(list)
    count = {}
    for name in names:
        if match := _WEIGHTS.fullmatch(name):
            if match["shards"]:
                shards[match["stem"]].append(name)
                count[match["stem"]] = int(match["shards"])
            else:
                found.append(name)
    whole = {name.split(".")[0] for name in found}
    for stem, parts in shards.items():
        if stem not in whole and stem in indexes and len(parts) == count[stem]:
            found += [indexes[stem], *parts]
    return tuple(sorted(found))


def _files(names: set[str], source: Source) -> list[str]:
    weights = weights_in(names, source.variant)
    if weights is None and "config.json" in names and any(name.endswith(".safetensors") for name in names):
        raise WeightsError(f"{source.title} has no weights in a layout that is known, please name a weights file in it.")
    texts = {name for name in names if name.endswith(_TEXTS) and ".index." not in name and name != MODEL_INDEX}
    return sorted(texts.union(weights.names if weights else ()))


def _subfolders(folders: dict[str, set[str]], base: str) -> list[str]:
    """Those right below that hold a network, tokenizer or scheduler, rather than sample pictures or other formats."""
    prefix = f"{base}/" if base else ""
    below = [folder.removeprefix(prefix) for folder in folders if folder.startswith(prefix) and folder != base]
    return sorted(
        part
        for part in below
        if "/" not in part
        and not _UNUSED.search(part)
        and any(name.endswith("config.json") for name in folders[_join(base, part)])
    )


def _join(*parts: str) -> str:
    return "/".join(filter(None, parts))
