"""What a PNG carries beside its pixels: whole, small, and harmless whoever made it."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline.embedded import BUDGET, chunks_of, embed, read_chunks, read_restored
from pipeline.images import load_character, save_png
from pipeline.marking import DRAFT_CHUNK, EMBED_OFF, MASK_CHUNK, read_credentials, read_left_out, save_result
from pipeline.request import Image8, UserError
from tests.pipeline.test_marking import certified


def scene(width: int = 300, height: int = 400) -> tuple[Image8, Image8, Image8]:
    """A picture, a mask and a draft."""
    picture = np.full((height, width, 4), 200, np.uint8)
    mask, draft = np.zeros((height, width), np.uint8), np.zeros((height, width, 4), np.uint8)
    mask[height // 3 : height // 2, width // 4 : width // 2] = 255
    draft[height // 3 : height // 2, width // 4 : width // 2] = (180, 20, 40, 255)
    draft[height // 3 : height // 2 : 9, width // 4 : width // 2] = (90, 10, 20, 255)
    return picture, mask, draft


def test_mask_and_draft_come_back_bit_for_bit(tmp_path: Path) -> None:
    picture, mask, draft = scene()
    save_result(picture, tmp_path / "out.png", {"prompt": "red coat"}, 7, chunks=embed(mask, True, draft))
    assert (load_character(tmp_path / "out.png") == picture).all()
    restored = read_restored(tmp_path / "out.png", (300, 400))
    assert restored is not None and restored.own
    assert (restored.parameters["prompt"], restored.parameters["seed"]) == ("red coat", 7)
    held = restored.embedded
    assert held.grown and held.drafted and held.mask is not None and held.draft is not None
    assert (held.mask == mask).all() and (held.draft == draft).all()


def test_they_survive_signing(tmp_path: Path) -> None:
    pytest.importorskip("c2pa")
    picture, mask, draft = scene()
    credentials = read_credentials(certified(tmp_path, "es256"))
    save_result(picture, tmp_path / "out.png", {}, 7, credentials, chunks=embed(mask, False, draft))
    assert set(chunks_of(tmp_path / "out.png")) == {MASK_CHUNK, DRAFT_CHUNK}


def test_an_enlarged_picture_has_them_at_its_own_size() -> None:
    _, mask, draft = scene()
    held = read_chunks(embed(mask, False, draft), (600, 800))
    assert held.mask is not None and held.draft is not None
    assert (held.mask == mask.repeat(2, 0).repeat(2, 1)).all()
    drawn = [int((image[..., 3] > 0).sum()) for image in (draft, held.draft)]
    assert held.draft.shape == (800, 600, 4) and abs(drawn[1] - 4 * drawn[0]) < 2000


def test_together_they_stay_small() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1000, 4), np.uint8)
    noise[..., 3] = 255
    mask = np.where(noise[..., 0] > 127, np.uint8(255), np.uint8(0))
    chunks = embed(mask, False, noise)
    assert sum(map(len, chunks.values())) <= BUDGET
    held = read_chunks(chunks, (1000, 1500))
    assert held.mask is not None and held.mask.shape == (1500, 1000), "coarser, but there"
    assert held.draft is not None and held.draft.shape == noise.shape


def test_a_draft_that_draws_nothing_is_none_and_a_mask_says_whether_there_was_one() -> None:
    _, mask, draft = scene()
    assert set(embed(mask, False, np.zeros_like(draft))) == {MASK_CHUNK}
    assert not read_chunks(embed(mask, False, None), (300, 400)).drafted
    held = read_chunks({MASK_CHUNK: embed(mask, False, draft)[MASK_CHUNK]}, (300, 400))
    assert held.drafted and held.draft is None


def test_an_operator_may_leave_them_out(tmp_path: Path) -> None:
    picture, mask, draft = scene()
    names = read_left_out({EMBED_OFF: "Draft"})
    save_result(picture, tmp_path / "out.png", {}, 7, chunks=embed(mask, False, draft), left_out=names)
    assert set(chunks_of(tmp_path / "out.png")) == {MASK_CHUNK}
    assert read_left_out({}) == frozenset()
    with pytest.raises(UserError, match="cannot leave out 'seed', please name only: mask, draft"):
        read_left_out({EMBED_OFF: "mask,seed"})


MASK_HEAD, DRAFT_HEAD = struct.Struct(">BBII"), struct.Struct(">BIIIIII")  # as the module writes them


def written(width: int = 300, height: int = 400) -> dict[bytes, bytes]:
    _, mask, draft = scene(width, height)
    return dict(embed(mask, False, draft))


def drawn(*numbers: int) -> dict[bytes, bytes]:
    """A sound draft under a head of these numbers."""
    return {DRAFT_CHUNK: DRAFT_HEAD.pack(*numbers) + written()[DRAFT_CHUNK][DRAFT_HEAD.size :]}


HOSTILE = {
    "empty": {MASK_CHUNK: b"", DRAFT_CHUNK: b""},
    "cut off": {name: data[:-4] if name == MASK_CHUNK else data[:60] for name, data in written().items()},
    "random": {name: np.random.default_rng(3).bytes(5000) for name in (MASK_CHUNK, DRAFT_CHUNK)},
    "a bomb": {MASK_CHUNK: MASK_HEAD.pack(1, 0, 300, 400) + zlib.compress(bytes(200_000_000), 9)},
    "a huge mask": {MASK_CHUNK: MASK_HEAD.pack(1, 0, 3_000_000_000, 4_000_000_000) + zlib.compress(bytes(99))},
    "of no size": {MASK_CHUNK: MASK_HEAD.pack(1, 0, 0, 0) + zlib.compress(b"")},
    "another version": {MASK_CHUNK: MASK_HEAD.pack(9, 0, 300, 400) + zlib.compress(bytes(38 * 400))},
    "another shape": written(400, 300),
    "outside": drawn(1, 300, 400, 0, 0, 301, 400),
    "nowhere": drawn(1, 300, 400, 9, 9, 9, 400),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_not_sound_is_as_if_it_were_not_there(kind: str, tmp_path: Path) -> None:
    picture, _, _ = scene()
    save_png(picture, tmp_path / "out.png", {"cc_controlnet": json.dumps({"prompt": "red coat"})}, chunks=HOSTILE[kind])
    assert load_character(tmp_path / "out.png").shape == picture.shape
    restored = read_restored(tmp_path / "out.png", (300, 400))
    assert restored is not None and restored.parameters["prompt"] == "red coat"
    assert restored.embedded.mask is None and restored.embedded.draft is None


def test_broken_files_and_broken_settings_are_no_reason_to_fail(tmp_path: Path) -> None:
    picture, mask, draft = scene()
    save_result(picture, tmp_path / "out.png", {"prompt": "red coat"}, 7, chunks=embed(mask, False, draft))
    whole = (tmp_path / "out.png").read_bytes()
    for length in range(0, len(whole), 97):
        (tmp_path / "part.png").write_bytes(whole[:length])
        chunks_of(tmp_path / "part.png")
        read_restored(tmp_path / "part.png", (300, 400))
    flipped = bytearray(whole)
    flipped[whole.index(MASK_CHUNK) + 30] ^= 1
    (tmp_path / "part.png").write_bytes(bytes(flipped))
    assert MASK_CHUNK not in chunks_of(tmp_path / "part.png"), "its checksum is wrong"
    for text in ("[" * 100_000, "[]", "7", "{", '"a"'):
        save_png(picture, tmp_path / "odd.png", {"cc_controlnet": text})
        assert read_restored(tmp_path / "odd.png", (300, 400)) is None
    assert read_restored(tmp_path / "none.png", (300, 400)) is None


def test_a_long_chunk_is_not_read(tmp_path: Path) -> None:
    save_png(scene()[0], tmp_path / "out.png", chunks={MASK_CHUNK: bytes(BUDGET + 1)})
    assert chunks_of(tmp_path / "out.png") == {}


def saved_elsewhere(path: Path, **text: str) -> Path:
    info = PngInfo()
    for key, value in text.items():
        info.add_text(key, value)
    Image.new("RGB", (64, 64)).save(path, pnginfo=info)
    return path


def test_words_and_seed_of_other_programs(tmp_path: Path) -> None:
    settings = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 123456789, Size: 512x512, Model: any"
    webui = saved_elsewhere(tmp_path / "a.png", parameters=f"1girl, red dress,\nsmile\nNegative prompt: blurry\n{settings}")
    restored = read_restored(webui, (64, 64))
    assert restored is not None and not restored.own
    assert restored.parameters == {"prompt": "1girl, red dress, smile", "seed": 123456789}
    graph = {
        "3": {"class_type": "KSampler", "inputs": {"seed": 42, "positive": ["9", 0], "negative": ["7", 0]}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "blue coat", "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
        "9": {"class_type": "ControlNetApply", "inputs": {"conditioning": ["6", 0]}},
    }
    restored = read_restored(saved_elsewhere(tmp_path / "b.png", prompt=json.dumps(graph)), (64, 64))
    assert restored is not None and restored.parameters == {"prompt": "blue coat", "seed": 42}


@pytest.mark.parametrize(
    "text",
    [
        {"parameters": "a diary"},
        {"prompt": "a red coat"},
        {"prompt": "[1]"},
        {"prompt": '{"1": 2}'},
        {"prompt": '{"1": {"inputs": {"seed": 1, "positive": ["1", 0], "conditioning": ["1", 0]}}}'},
    ],
)
def test_other_texts_are_nobodys_settings(text: dict[str, str], tmp_path: Path) -> None:
    assert read_restored(saved_elsewhere(tmp_path / "a.png", **text), (64, 64)) is None
