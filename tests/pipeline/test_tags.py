"""TIFF pictures are read, and no directory of tags takes more memory than its file."""

from __future__ import annotations

import io
import json
import os
import resource
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.images import load_character
from pipeline.request import UserError
from pipeline.tags import file_is_sound, is_sound

ROOT = Path(__file__).parents[2]
CORPUS = os.environ.get("CC_BAD_IMAGES")
NOISE = np.random.default_rng(0).integers(0, 256, (40, 60, 4), np.uint8)


def directory(count: int, size: int, order: str = "<", room: int | None = None) -> bytes:
    """A header and tags that all name the same `size` bytes."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    tags = b"".join(struct.pack(f"{order}HHLL", 0x8000 + number, 7, size, 0) for number in range(count))
    head = mark + struct.pack(f"{order}L", 8) + struct.pack(f"{order}H", count) + tags + b"\0" * 4
    return head + b"\0" * ((size if room is None else room) - len(head))


def picture(kind: str, exif: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(NOISE[..., :3]).save(buffer, kind, exif=b"Exif\0\0" + exif)
    return buffer.getvalue()


def tiff(tags: dict[int, tuple[int, int, int]], data: bytes = b"\0" * 12000) -> bytes:
    """One page of 60 x 40, RGB, with other tags: number -> type, count, value."""
    rows = {256: (3, 1, 60), 257: (3, 1, 40), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 2), 273: (4, 1, 8), 277: (3, 1, 3)}
    rows |= {278: (3, 1, 40), 279: (4, 1, 7200)} | tags
    table = b"".join(struct.pack("<HHLL", number, *row) for number, row in sorted(rows.items()))
    return b"II*\0" + struct.pack("<L", 8 + len(data)) + data + struct.pack("<H", len(rows)) + table + b"\0" * 4


def test_tiff_of_16_bits_with_alpha_is_read(tmp_path: Path) -> None:
    """As Krita exports it: four 16-bit channels, alpha not multiplied in."""
    high = NOISE.astype("<u2") * 257
    body = high.tobytes()
    bits = struct.pack("<4H", 16, 16, 16, 16)
    data = body + bits
    tags = {258: (3, 4, 8 + len(body)), 277: (3, 1, 4), 279: (4, 1, len(body)), 338: (3, 1, 2), 339: (3, 1, 1)}
    (tmp_path / "a.tif").write_bytes(tiff(tags, data))
    np.testing.assert_array_equal(load_character(tmp_path / "a.tif"), NOISE)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_tiff_is_read_whatever_it_was_packed_with(tmp_path: Path, compression: str) -> None:
    Image.fromarray(NOISE).save(tmp_path / "a.tif", compression=compression)
    np.testing.assert_array_equal(load_character(tmp_path / "a.tif"), NOISE)


def test_of_several_pages_the_first_upright(tmp_path: Path) -> None:
    pages = [Image.fromarray(NOISE), Image.new("RGBA", (30, 30))]
    exif = Image.Exif()
    exif[0x0112] = 6
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], exif=exif)
    np.testing.assert_array_equal(load_character(tmp_path / "a.tif"), np.rot90(NOISE, -1))


@pytest.mark.parametrize("orientation", [1, 3, 5, 8])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_turned_pages_stand_upright(tmp_path: Path, orientation: int, compression: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(NOISE).save(tmp_path / "a.tif", exif=exif, compression=compression)
    turned = {1: NOISE, 3: np.rot90(NOISE, 2), 5: NOISE.transpose(1, 0, 2), 8: np.rot90(NOISE)}[orientation]
    np.testing.assert_array_equal(load_character(tmp_path / "a.tif"), turned)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_other_kinds_of_pixels(tmp_path: Path, mode: str) -> None:
    grey = Image.fromarray(NOISE[..., 0])
    image = Image.fromarray(NOISE[..., 0].astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    image.save(tmp_path / "a.tif")
    found = load_character(tmp_path / "a.tif")
    assert found.shape == NOISE.shape and np.ptp(found[..., 0]) > 200
    if mode in ("L", "I;16"):
        np.testing.assert_array_equal(found[..., 0], NOISE[..., 0])


HOSTILE = {
    "tags of the same bytes": directory(2000, 400_000),
    "the same, big-endian": directory(2000, 400_000, ">"),
    "PNG": picture("png", directory(2000, 400_000)),
    "WebP": picture("webp", directory(2000, 400_000)),
    "JPEG": picture("jpeg", directory(2000, 50_000)),
    "a huge tile": tiff({322: (4, 1, 1 << 30), 323: (4, 1, 1 << 30), 324: (4, 1, 8), 325: (4, 1, 7200)}),
    "an endless list of strips": tiff({273: (4, 200_000, 8), 279: (4, 200_000, 8)}, b"\0" * 900_000),
    "too many pixels": tiff({256: (4, 1, 60_000), 257: (4, 1, 60_000)}),
    "no rows": tiff({257: (3, 1, 0)}),
    "a thousand channels": tiff({277: (3, 1, 1000)}),
    "a packing of its own": tiff({259: (3, 1, 34925)}),
    "strips outside": tiff({273: (4, 1, 1 << 31)}),
    "a directory that leads to itself": b"II*\0" + struct.pack("<L", 8) + struct.pack("<H", 0) + struct.pack("<L", 8),
    "floating point": tiff({258: (3, 1, 32), 277: (3, 1, 1), 262: (3, 1, 1), 339: (3, 1, 3), 279: (4, 1, 9600)}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_a_sentence_and_cheaply(
    tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").write_bytes(HOSTILE[name])
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.thread_time()
    with pytest.raises(UserError, match="please"):
        load_character(tmp_path / "a")
    assert time.thread_time() - began < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes
    assert capfd.readouterr() == ("", "")


def test_exif_in_many_segments_is_looked_at_as_it_is_read(tmp_path: Path) -> None:
    """Joined, without the markers between, which would shift all that lies behind."""
    exif, plain = directory(3000, 200_000), picture("jpeg", directory(0, 30))
    pieces = [exif[at : at + 60_000] for at in range(0, len(exif), 60_000)]
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(piece) + 8) + b"Exif\0\0" + piece for piece in pieces)
    (tmp_path / "a.jpg").write_bytes(plain[:2] + b"junk" + segments + plain[2:])
    assert not file_is_sound(tmp_path / "a.jpg")


def test_sound_directories_pass() -> None:
    assert is_sound(directory(3, 100, room=1000)) and is_sound(b"") and is_sound(b"II*\0") and is_sound(b"\x89PNG")
    assert not is_sound(directory(100, 2000))


@pytest.mark.skipif(not CORPUS, reason="CC_BAD_IMAGES is not set to the folder of the corpus")
def test_the_corpus_of_odd_tiff_files_neither_crashes_nor_swells() -> None:
    """Fuzzers' findings in Pillow and libtiff, in a process of their own."""
    code = """
import sys, time
from pathlib import Path
from pipeline.images import load_character
from pipeline.request import UserError
for path in sys.argv[1:]:
    began = time.thread_time()
    try:
        load_character(path)
        said = "read"
    except UserError as error:
        said = str(error)
    assert time.thread_time() - began < 2, path
    print(Path(path).name, said)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    folder = Path(str(CORPUS))
    rows = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = [str(folder / row["file"]) for row in rows if row["file"].endswith((".tif", ".tiff"))]
    assert files
    done = subprocess.run([sys.executable, "-c", code, *files], cwd=ROOT, capture_output=True, text=True, check=True)
    *lines, peak = done.stdout.splitlines()
    assert len(lines) == len(files) and int(peak) < 300_000
