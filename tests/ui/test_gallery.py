from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.embedded import read_restored
from pipeline.images import EmbeddedProfile, Picture, load_character, load_picture, read_text
from pipeline.marking import read_credentials, read_parameters, save_result
from pipeline.request import SwapRequest, UserError
from tests.pipeline.test_colour_profile import P3, matrix_profile
from tests.pipeline.test_marking import certified
from tests.ui.flat_engine import FlatEngine
from ui import gallery as galleries


def request(seed: int = 5, count: int = 1) -> SwapRequest:
    character = np.random.default_rng(0).integers(0, 256, (40, 30, 4), np.uint8)  # colours under alpha 0 too
    mask = np.zeros((40, 30), np.uint8)
    mask[10:30, 8:20] = 255
    return SwapRequest(character, seed=seed, mask=mask, prompt="blue coat", count=count, steps=1)


def test_files_are_ours_bit_for_bit_and_carry_their_parameters() -> None:
    asked = request(count=2)
    result = FlatEngine().swap(asked)
    result_gallery = galleries.keep(None, asked.character, result, 1, save_result)
    assert [picture.seed for picture in result_gallery.pictures] == [5, 6]
    for picture, image in zip(result_gallery.pictures, result.images, strict=True):
        assert (load_character(picture.file) == image).all()
        assert picture.changed == 0
        parameters = read_parameters(read_text(picture.file))
        assert (parameters["prompt"], parameters["seed"]) == ("blue coat", picture.seed)
        assert picture.outfit is not None
        assert (load_character(picture.outfit) == result.outfits[0]).all()
    galleries.discard(result_gallery)
    assert not Path(result_gallery.folder).exists()


def test_the_proof_counts_what_it_claims() -> None:
    asked = request()
    tampered = asked.character.copy()
    tampered[0, 0, 2] ^= 1  # one bit, far outside the mask
    assert galleries.changed_outside(asked.character, tampered, asked.mask) == 1
    tampered = asked.character.copy()
    tampered[20, 10] ^= 255
    assert galleries.changed_outside(asked.character, tampered, asked.mask) == 0


def test_results_are_given_back_in_the_colours_of_their_file(tmp_path: Path) -> None:
    asked = request()
    Image.fromarray(asked.character).save(tmp_path / "wide.png", icc_profile=matrix_profile(P3))
    upload = load_picture(tmp_path / "wide.png")
    asked = replace(asked, character=upload.image)
    result_gallery = galleries.keep(None, upload.image, FlatEngine().swap(asked), 1, save_result, upload.profile)
    result_gallery = galleries.dress_others(result_gallery, [upload], save_result)
    for picture in result_gallery.pictures:
        assert picture.changed == 0 and picture.outfit is not None
        for name in (picture.file, picture.outfit):
            with Image.open(name) as file:
                assert file.info["icc_profile"] == matrix_profile(P3)
        with Image.open(picture.file) as file:
            outside = asked.mask == 0
            assert upload.profile is not None
            assert (np.asarray(file)[outside] == upload.profile.stored[outside]).all()
        again = load_picture(picture.file)  # as the next input
        assert again.profile is not None and again.profile.icc == matrix_profile(P3)
    galleries.discard(result_gallery)


def test_newest_first_and_the_oldest_go() -> None:
    asked, result_gallery = request(), None
    for seed in range(30):
        result_gallery = galleries.keep(result_gallery, asked.character, FlatEngine().swap(request(seed)), 1, save_result)
    assert result_gallery is not None
    assert [picture.seed for picture in result_gallery.pictures] == list(range(29, 5, -1))
    listed = {file for picture in result_gallery.pictures for file in picture.files}
    assert {str(file) for file in Path(result_gallery.folder).iterdir()} == listed
    assert galleries.choose(result_gallery, 3).current.seed == 26
    assert galleries.choose(result_gallery, 99).current.seed == 6
    galleries.discard(result_gallery)


def test_whatever_is_kept_is_signed_where_there_is_a_certificate(tmp_path: Path) -> None:
    c2pa = pytest.importorskip("c2pa")
    save = partial(save_result, credentials=read_credentials(certified(tmp_path, "es256")))
    asked = request()
    result_gallery = galleries.keep(None, asked.character, FlatEngine().swap(asked), 1, save)
    result_gallery = galleries.dress_others(result_gallery, [Picture(asked.character)], save)
    for picture in result_gallery.pictures:
        assert picture.changed == 0 and picture.outfit is not None
        for file in (picture.file, picture.outfit):
            with c2pa.Reader(file) as reader:
                assert reader.get_validation_state() == "Valid"
    galleries.discard(result_gallery)


def test_results_are_saved_with_what_replays_them_or_not_at_all() -> None:
    saved: list[tuple[str, dict[str, object], int]] = []

    def save(
        image: np.ndarray,
        path: Path,
        metadata: dict[str, object],
        seed: int,
        profile: EmbeddedProfile | None,
        chunks: dict[bytes, bytes] | None = None,
    ) -> None:
        assert profile is None
        saved.append((path.name, metadata, seed))
        save_result(image, path, metadata, seed)

    asked = request()
    made = FlatEngine().swap(asked)
    told = made.metadata
    result_gallery = galleries.keep(None, asked.character, made, 1, save)
    galleries.dress_others(result_gallery, [Picture(asked.character)], save)
    names = ("outfit-1-1-seed-5", "outfit-2-1-seed-5")
    assert saved == [(f"{name}{end}.png", told, 5) for name in names for end in ("", "-clothes")]

    def refuse(*_: object, **__: object) -> None:
        raise UserError("Pictures cannot be signed.")

    with pytest.raises(UserError, match="signed"):
        galleries.keep(result_gallery, asked.character, FlatEngine().swap(asked), 1, refuse)
    galleries.discard(result_gallery)


def test_another_face_wears_the_same_outfit() -> None:
    asked = request()
    result_gallery = galleries.keep(None, asked.character, FlatEngine().swap(asked), 1, save_result)
    smiling = asked.character.copy()
    smiling[2:8, 10:20] = 99
    result_gallery = galleries.dress_others(result_gallery, [Picture(smiling)], save_result)
    assert len(result_gallery.pictures) == 2 and result_gallery.current.changed == 0
    first, second = (load_character(picture.file) for picture in reversed(result_gallery.pictures))
    assert (second[2:8, 10:20] == 99).all() and (second[10:] == first[10:]).all()
    assert read_parameters(read_text(result_gallery.current.file))["prompt"] == "blue coat"
    with pytest.raises(UserError, match="Picture 2: This picture has 30 x 41"):
        galleries.dress_others(result_gallery, [Picture(smiling), Picture(np.zeros((41, 30, 4), np.uint8))], save_result)
    with pytest.raises(UserError, match="lie elsewhere"):
        galleries.dress_others(result_gallery, [Picture(255 - asked.character)], save_result)
    galleries.discard(result_gallery)


def test_other_pictures_are_read_one_after_the_other_and_all_or_none_is_kept() -> None:
    asked = request()
    result_gallery = galleries.keep(None, asked.character, FlatEngine().swap(asked), 1, save_result)
    read: list[weakref.ref[Picture]] = []

    def others(shapes: list[int]) -> Iterator[Picture]:
        for height in shapes:
            assert sum(picture() is not None for picture in read) <= 1
            picture = Picture(np.resize(asked.character, (height, 30, 4)))
            read.append(weakref.ref(picture))
            yield picture
            del picture

    result_gallery = galleries.dress_others(result_gallery, others([40] * 4), save_result)
    assert len(result_gallery.pictures) == 5 and {picture.seed for picture in result_gallery.pictures} == {5}
    files = {*Path(result_gallery.folder).iterdir()}
    with pytest.raises(UserError, match="Picture 3"):
        galleries.dress_others(result_gallery, others([40, 40, 41]), save_result)
    assert {*Path(result_gallery.folder).iterdir()} == files
    galleries.discard(result_gallery)


def test_files_carry_mask_and_draft_unless_that_is_not_wished() -> None:
    asked = request()
    made = FlatEngine().swap(asked)
    for painted, embeds in ((asked.mask, True), (None, True), (asked.mask, False)):
        result_gallery = galleries.keep(None, asked.character, made, 1, save_result, painted=painted, embeds=embeds)
        restored = read_restored(result_gallery.current.file, (30, 40))
        assert restored is not None
        for held in (result_gallery.current.restored.embedded, *((restored.embedded,) if embeds else ())):
            assert held.mask is not None and held.draft is not None and made.draft is not None
            assert held.grown is (painted is None)
            assert ((held.mask > 0) == (asked.mask > 0 if painted is not None else made.mask >= 128)).all()
            assert (held.draft == made.draft).all()
        assert embeds or restored.embedded.mask is None
        galleries.discard(result_gallery)
