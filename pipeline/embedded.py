"""What a result's PNG file carries to be gone on from: the mask and the draft, in chunks of its own, and how they are read back.

Both are private ancillary chunks that no other program copies into a changed picture (PNG, third edition, 5.4: bit 5 of the four
letters). Whatever is read may have been made by anybody: sizes are checked before anything is decoded, and what is not sound is
as if it were not there.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.images import MAX_PIXELS, read_text, resize
from pipeline.marking import DRAFT_CHUNK, MASK_CHUNK, read_parameters
from pipeline.mask import fits
from pipeline.request import Image8, UserError

BUDGET = 200_000  # bytes of both together
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_VERSION = 1
_MASK_HEAD = struct.Struct(">BBII")  # version, flags, width, height
_DRAFT_HEAD = struct.Struct(">BIIIIII")  # version, width, height, and left, top, right, bottom of what is drawn
_GROWN, _DRAFTED = 1, 2  # flags
_QUALITY = 90  # of WebP, where it has to be lossy
_SMALLEST = 64  # pixels: a draft that has to be smaller than this is left out
_TEXTS, _KEYWORD = (b"tEXt", b"zTXt", b"iTXt"), 80  # chunks of text begin with a keyword of fewer bytes
_SPEAKING = (b"cc_controlnet", b"parameters", b"prompt")
_LONGEST = 10_000  # letters of a prompt, as `pipeline.refusals` takes them

Chunks = Mapping[bytes, bytes]


@dataclass(frozen=True, eq=False)
class Embedded:
    """What the chunks hold. mask: H x W uint8, 0 or 255, None without one; grown: it is what was repainted, so it needs not be
    grown again; drafted: there was a draft; draft: H x W x 4 uint8, opaque where it draws, None without one."""

    mask: Image8 | None = None
    grown: bool = False
    drafted: bool = False
    draft: Image8 | None = None


@dataclass(frozen=True, eq=False)
class Restored:
    """How a picture was made, as its file says. own: by this app; parameters: as `marking.describe` writes them, of other
    programs' pictures `prompt` and `seed` alone."""

    own: bool
    parameters: Mapping[str, Any]
    embedded: Embedded = field(default_factory=Embedded)


def embed(mask: Image8, grown: bool, draft: Image8 | None) -> Chunks:
    """Chunks that `read_chunks` understands, at most `BUDGET` bytes together. mask: H x W uint8, repainted from 128 on; draft:
    H x W x 4 uint8; it is made smaller as far as need be, and left out where it would become too small."""
    flags = _GROWN * grown | _DRAFTED * (draft is not None)
    chunks = {MASK_CHUNK: _packed(mask >= 128, flags)}
    rest = BUDGET - len(chunks[MASK_CHUNK])
    if draft is not None and (drawn := _draft_chunk(draft, rest)):
        chunks[DRAFT_CHUNK] = drawn
    return chunks


def _packed(region: NDArray[np.bool_], flags: int) -> bytes:
    """One bit a pixel, every row as what differs from the one above, deflated; halved until it fits."""
    height, width = region.shape
    rows = np.packbits(region, axis=1)
    rows[1:] ^= rows[:-1].copy()
    data = _MASK_HEAD.pack(_VERSION, flags, width, height) + zlib.compress(rows.tobytes(), 9)
    return data if len(data) <= BUDGET // 2 else _packed(region[::2, ::2], flags)


def _draft_chunk(draft: Image8, room: int) -> bytes:
    """room: bytes. b"" for a draft that draws nothing, or does not fit."""
    drawn = draft[..., 3] > 0
    if not drawn.any():
        return b""
    columns, rows = np.flatnonzero(drawn.any(0)), np.flatnonzero(drawn.any(1))
    left, top, right, bottom = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    head = _DRAFT_HEAD.pack(_VERSION, draft.shape[1], draft.shape[0], left, top, right, bottom)
    image, room = draft[top:bottom, left:right], room - len(head)
    data = _webp(image, lossless=True)
    while len(data) > room:
        data = _webp(image, lossless=False)
        if len(data) <= room:
            break
        height, width = image.shape[:2]
        if max(height, width) < _SMALLEST:
            return b""
        shrink = min(0.8, math.sqrt(room / len(data)))
        image = resize(image, (max(1, round(width * shrink)), max(1, round(height * shrink))))
    return head + data


def _webp(image: Image8, lossless: bool) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(buffer, "WEBP", lossless=lossless, quality=_QUALITY, method=2)
    return buffer.getvalue()


def read_chunks(chunks: Chunks, size: tuple[int, int]) -> Embedded:
    """Inverse of `embed`, at `size` = (width, height) of the picture that they belong to; what is broken, too large or of
    another shape is left out."""
    mask, flags = _read_mask(chunks.get(MASK_CHUNK, b""), size)
    drafted = bool(flags & _DRAFTED) or DRAFT_CHUNK in chunks
    return Embedded(mask, bool(flags & _GROWN), drafted, _read_draft(chunks.get(DRAFT_CHUNK, b""), size))


def _read_mask(data: bytes, size: tuple[int, int]) -> tuple[Image8 | None, int]:
    try:
        version, flags, width, height = _MASK_HEAD.unpack_from(data)
        if version != _VERSION or not 0 < width * height <= MAX_PIXELS or not fits(width, height, *size):
            return None, 0
        wide = (width + 7) // 8
        inflater = zlib.decompressobj()
        rows = inflater.decompress(data[_MASK_HEAD.size :], wide * height + 1)
        if not inflater.eof:
            return None, 0
        packed = np.frombuffer(rows, np.uint8).reshape(height, wide)
        region = np.unpackbits(np.bitwise_xor.accumulate(packed, axis=0), axis=1, count=width)
    except (struct.error, zlib.error, ValueError):
        return None, 0
    across, down = ((2 * np.arange(n) + 1) * have // (2 * n) for n, have in zip(size, (width, height), strict=True))
    return np.ascontiguousarray(region[down][:, across]) * np.uint8(255), flags


def _read_draft(data: bytes, size: tuple[int, int]) -> Image8 | None:
    try:
        version, width, height, left, top, right, bottom = _DRAFT_HEAD.unpack_from(data)
        sound = 0 <= left < right <= width and 0 <= top < bottom <= height and fits(width, height, *size)
        if version != _VERSION or not sound:
            return None
        with Image.open(io.BytesIO(data[_DRAFT_HEAD.size :]), formats=("WEBP",)) as file:  # its head alone
            if file.width > right - left or file.height > bottom - top or file.width * file.height > MAX_PIXELS:
                return None
            image = np.array(file.convert("RGBA"))
    except Exception:  # a decoder may raise anything
        return None
    across, down = size[0] / width, size[1] / height
    box = round(left * across), round(top * down), round(right * across), round(bottom * down)
    if box[0] >= box[2] or box[1] >= box[3]:
        return None
    draft = np.zeros((size[1], size[0], 4), np.uint8)
    draft[box[1] : box[3], box[0] : box[2]] = resize(image, (box[2] - box[0], box[3] - box[1]))
    return draft


def chunks_of(path: str | os.PathLike[str]) -> Chunks:
    """Our chunks in a file, empty where it has none or is no PNG. What is longer than `BUDGET` or damaged is not read."""
    try:
        with open(path, "rb") as file:
            ours = _chunks(file, (MASK_CHUNK, DRAFT_CHUNK), BUDGET + 4)
            return {name: data[:-4] for name, data in ours if zlib.crc32(name + data[:-4]) == int.from_bytes(data[-4:], "big")}
    except OSError:
        return {}


def _chunks(file: BinaryIO, names: Collection[bytes], most: int) -> Iterator[tuple[bytes, bytes]]:
    """Name and data of every chunk of these names, with the four bytes of its checksum, at most `most` bytes of it."""
    if file.read(len(_SIGNATURE)) != _SIGNATURE:
        return
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        start = file.tell()
        if name in names:
            yield name, file.read(min(length + 4, most))
        file.seek(start + length + 4)


def read_restored(path: str | os.PathLike[str], size: tuple[int, int]) -> Restored | None:
    """How a picture was made; None where its file does not say. size: its width and height. Never raises for what is in the
    file."""
    try:
        text = read_text(path) if _speaks(path) else {}
    except (UserError, OSError):
        return None
    try:
        return Restored(True, read_parameters(text), read_chunks(chunks_of(path), size))
    except UserError:
        foreign = _from_webui(text) or _from_comfyui(text)
        return Restored(False, foreign) if foreign else None


def _speaks(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a PNG with an entry of text that may say how it was made; its pixels are not looked at."""
    with open(path, "rb") as file:
        return any(data.split(b"\0")[0] in _SPEAKING for _, data in _chunks(file, _TEXTS, _KEYWORD))


def _from_webui(text: Mapping[str, str]) -> dict[str, Any]:
    """What stable-diffusion-webui and its kin write: the prompt, a line with what to leave out, a line of settings."""
    written = text.get("parameters", "")
    settings = re.search(r"(?:^|\n)Steps: \d+,.*?\bSeed: (\d{1,20})\b", written)
    if settings is None:
        return {}
    prompt = written[: settings.start()].split("\nNegative prompt:")[0]
    return _found(prompt, int(settings[1]))


def _from_comfyui(text: Mapping[str, str]) -> dict[str, Any]:
    """The graph of ComfyUI: of the first node with a seed, and of what is led into its `positive`, the words."""
    try:
        graph = json.loads(text.get("prompt", ""))
        nodes = {str(name): node["inputs"] for name, node in graph.items() if isinstance(node.get("inputs"), dict)}
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return {}
    for inputs in nodes.values():
        seed = inputs.get("seed", inputs.get("noise_seed"))
        words, link = "", inputs.get("positive")
        for _ in range(8):  # through nodes that pass a conditioning on
            if not isinstance(link, list) or not link or not isinstance(nodes.get(str(link[0])), dict):
                break
            source = nodes[str(link[0])]
            words, link = source.get("text", ""), source.get("conditioning", source.get("positive"))
            if isinstance(words, str) and words:
                return _found(words, seed)
    return {}


def _found(prompt: str, seed: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"prompt": " ".join(prompt.split())[:_LONGEST]}
    return found | ({"seed": seed} if isinstance(seed, int) else {})
