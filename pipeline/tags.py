"""Directories of tags, of which TIFF files and EXIF are made (TIFF 6.0, section 2): whether one can be read without harm.

Pillow keeps the bytes of every tag's value, and nothing hinders ten thousand tags from naming the same bytes: a PNG of 2 MB
would take 100 GB. Values of a sound file do not overlap, so that they are no larger than the file.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

TIFF_HEADERS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two: files beyond 4 GB, which Pillow reads too
MOST_HEADERS = 64  # of directories in one file; a photograph has two or three
MOST_NUMBERS = 100_000  # of one tag: strips of a picture of 40 megapixels, one row each, are fewer
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_EXIF = b"Exif\0\0"
_BYTES = (1, 2, 7)  # types that stay bytes

Data = bytes | bytearray | memoryview | mmap.mmap


def file_is_sound(path: Path) -> bool:
    """Every directory of tags in a file of any kind; the cut-up ones of JPEG as they are read, joined."""
    with path.open("rb") as file:
        if not file.read(1):
            return True
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            joined = _joined_exif(data) if data[:2] == b"\xff\xd8" else b""
            places = sorted(place for header in TIFF_HEADERS for place in _places(data, header))
            if len(places) > MOST_HEADERS:
                return False
            return is_sound(joined) and all(is_sound(data, place) for place in places)


def is_sound(data: Data, start: int = 0) -> bool:
    """The directory that a header at `start` leads to; what is no directory does no harm."""
    length = len(data) - start
    order = {b"II": "<", b"MM": ">"}.get(bytes(data[start : start + 2]))
    if order is None or length < 16:
        return True
    (version,) = struct.unpack_from(f"{order}H", data, start + 2)
    layout, counted, inline = (f"{order}HHQQ", "Q", 8) if version == 43 else (f"{order}HHLL", "H", 4)
    (place,) = struct.unpack_from(order + ("Q" if inline == 8 else "L"), data, start + inline)
    if place + struct.calcsize(counted) > length:
        return True
    (count,) = struct.unpack_from(order + counted, data, start + place)
    table = start + place + struct.calcsize(order + counted)
    whole = min(count, (len(data) - table) // struct.calcsize(layout), 1 << 16)
    held = 0
    for _, kind, numbers, offset in struct.iter_unpack(layout, data[table : table + whole * struct.calcsize(layout)]):
        size = numbers * _SIZES.get(kind, 0)
        if size <= inline:
            continue
        if offset + size > length:  # here Pillow stops reading
            break
        held += size
        if held > length or (kind not in _BYTES and numbers > MOST_NUMBERS):
            return False
    return bool(count <= 1 << 16)


def _places(data: mmap.mmap, header: bytes) -> Iterator[int]:
    """At most one more than are allowed."""
    place = data.find(header)
    for _ in range(MOST_HEADERS + 1):
        if place < 0:
            return
        yield place
        place = data.find(header, place + 1)


def _joined_exif(data: mmap.mmap) -> bytes:
    """EXIF of a JPEG file, out of all its segments (ISO/IEC 10918-1, B.1.1.3), with whatever lies between them left out."""
    found, at = bytearray(), 2
    while 0 <= (at := data.find(b"\xff", at)) < len(data) - 3:
        marker = data[at + 1]
        if marker == 0xDA:  # the pixels
            break
        if marker == 0xFF:
            at += 1
        elif marker in (0x00, 0x01, *range(0xD0, 0xDA)):  # without a segment
            at += 2
        else:
            end = at + 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
            if marker == 0xE1 and data[at + 4 : at + 10] == _EXIF:
                found += data[at + 10 : end]
            at = end
    return bytes(found)
