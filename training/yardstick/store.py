"""Frozen swaps as files: drawn once, never again, so that a change of the drawer does not move the yardstick.

`sources.zip` holds the characters, one a seed, which all sets share; SET.zip the true pictures, the maps and `swaps.json`.
Pictures are lossless WebP. Before that every level is rounded to a multiple of 8 (255 stays), by 4 at most, and a true
picture is the source farther than `RIM` pixels outside the mask, where no swap changes anything: as they were drawn the 400
swaps would be 25 MB, and so they are 12. What is measured is always the stored picture. Of a true picture only the pixels
that differ from the source are stored. One map a swap holds the garments and, in its top bit, the mask.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.request import ClothingPart, Image8
from training.cases import Case
from training.masks import grow
from wardrobe.palette import RGB

DATA = Path(__file__).with_name("data")
REDRAWN = DATA / "redrawn"  # a set of a later drawer, with sources of its own
MANIFEST = "manifest.json"
SOURCES = "sources.zip"
STEP = 8  # levels to which pictures are rounded
RIM = 4  # pixels round the mask in which a true picture is kept
MASKED = 128  # bit of a map that says: repainted
SAME = (1, 1, 1, 0)  # in a stored true picture: as in the source; no multiple of `STEP`, so that no pixel can mean it


@dataclass(frozen=True)
class FrozenGarment:
    """What is known of a garment that is never drawn again. kind: also one that the drawer does not know."""

    slot: ClothingPart
    kind: str
    colour: str
    rgb: RGB


@dataclass(frozen=True)
class FrozenPicture:
    """image: H x W x 4 uint8, straight alpha."""

    image: Image8


@dataclass(frozen=True)
class FrozenTruth:
    """See `training.cases.Dressed`."""

    image: Image8
    garments: tuple[FrozenGarment, ...]
    garment_map: Image8


def rounded(image: Image8) -> Image8:
    """Every level as a multiple of `STEP`, or 255."""
    return np.asarray(np.minimum((image.astype(np.int32) + STEP // 2) // STEP * STEP, 255), np.uint8)


def write(name: str, cases: Sequence[Case], folder: Path = DATA) -> None:
    """Freeze cases as the set `name`, beside the sources that are there already, and bring the manifest up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    known = set(_names(folder / SOURCES))
    with zipfile.ZipFile(folder / SOURCES, "a") as sources:
        for case in cases:
            if f"{case.seed}.webp" not in known:
                known.add(f"{case.seed}.webp")
                _put(sources, f"{case.seed}.webp", _webp(rounded(case.source.image)))
    rows = []
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as truths:
        for case in cases:
            key = f"{case.seed}-{case.outfit}"
            source, truth = rounded(case.source.image), rounded(case.truth.image)
            same = (source == truth).all(-1) | ~grow(case.mask, RIM)
            _put(truths, f"{key}.webp", _webp(np.where(same[..., None], np.array(SAME, np.uint8), truth)))
            _put(truths, f"{key}-map.webp", _webp(case.truth.garment_map | np.where(case.mask, np.uint8(MASKED), np.uint8(0))))
            rows.append(_row(case))
        _put(truths, "swaps.json", json.dumps(rows).encode())
    sign(folder)


def sign(folder: Path = DATA) -> None:
    """Write down the checksums of what lies there now."""
    sums = {file.name: _digest(file) for file in sorted(folder.glob("*.zip"))}
    (folder / MANIFEST).write_text(json.dumps(sums, indent=2) + "\n")


def read(name: str, folder: Path = DATA, which: slice = slice(None)) -> Iterator[Case]:
    """The swaps of a frozen set, or some of them, in their order; a source is opened once for its swaps."""
    last, source = -1, None
    with zipfile.ZipFile(folder / SOURCES) as sources, zipfile.ZipFile(folder / f"{name}.zip") as truths:
        for row in json.loads(truths.read("swaps.json"))[which]:
            if source is None or row["seed"] != last:
                last, source = row["seed"], _picture(sources.read(f"{row['seed']}.webp"), "RGBA")
            key = f"{row['seed']}-{row['outfit']}"
            stored = _picture(truths.read(f"{key}.webp"), "RGBA")
            truth = np.where((stored == np.array(SAME, np.uint8)).all(-1)[..., None], source, stored)
            maps = _picture(truths.read(f"{key}-map.webp"), "RGB")[..., 0]
            worn = tuple(_garment(*garment) for garment in row["garments"])
            yield Case(
                seed=row["seed"],
                outfit=row["outfit"],
                source=FrozenPicture(source),
                truth=FrozenTruth(truth, worn, maps & np.uint8(MASKED - 1)),
                mask=maps >= MASKED,
                prompt=row["prompt"],
                named=tuple(row["named"]),
                held_out=row["held_out"],
            )


def count(name: str, folder: Path = DATA) -> int:
    """How many swaps a set holds."""
    return sum(file.endswith("-map.webp") for file in _names(folder / f"{name}.zip"))


def damaged(folder: Path = DATA) -> list[str]:
    """Files that are not what was frozen."""
    sums: dict[str, str] = json.loads((folder / MANIFEST).read_text())
    return [name for name, digest in sums.items() if not (folder / name).is_file() or _digest(folder / name) != digest]


def _row(case: Case) -> dict[str, Any]:
    garments = [(garment.slot.name, garment.kind, garment.colour, garment.rgb) for garment in case.truth.garments]
    kept = ("seed", "outfit", "prompt", "named", "held_out")
    return {name: getattr(case, name) for name in kept} | {"garments": garments}


def _garment(slot: str, kind: str, colour: str, rgb: Sequence[int]) -> FrozenGarment:
    red, green, blue = rgb
    return FrozenGarment(ClothingPart[slot], kind, colour, (red, green, blue))


def _names(path: Path) -> list[str]:
    if not path.is_file():
        return []
    with zipfile.ZipFile(path) as packed:
        return packed.namelist()


def _put(packed: zipfile.ZipFile, name: str, data: bytes) -> None:
    """The same bytes give the same file, whenever it is made."""
    packed.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED)


def _webp(image: NDArray[np.uint8]) -> bytes:
    """An opaque picture, or a map of H x W, loses its alpha."""
    plain = image if image.ndim == 2 or (image[..., 3] < 255).any() else image[..., :3]
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(plain)).save(out, "webp", lossless=True, exact=True, quality=90, method=4)
    return out.getvalue()


def _picture(data: bytes, mode: str) -> Image8:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert(mode))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
