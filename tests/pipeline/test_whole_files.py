"""Nothing stands under its final name before it is whole, whatever the disk does."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from pipeline.images import save_png
from pipeline.marking import save_result
from pipeline.request import UserError
from pipeline.saving import whole

NOISE = np.random.default_rng(0).integers(0, 256, (64, 64, 4), np.uint8)


@contextmanager
def full_disk(left: int = 2000) -> Iterator[None]:
    """The system takes so many bytes a file and then refuses, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("save", [save_png, lambda image, path: save_result(image, path, {}, 1)], ids=["picture", "result"])
def test_a_full_disk_leaves_the_old_picture_and_nothing_else(tmp_path: Path, save) -> None:
    path = tmp_path / "out.png"
    for before in (None, b"the picture of yesterday"):
        if before is not None:
            path.write_bytes(before)
        with full_disk(), pytest.raises(UserError, match=r"out\.png could not be written .+, please make room"):
            save(NOISE, path)
        assert (path.read_bytes() if path.exists() else None) == before
        assert [file.name for file in tmp_path.iterdir()] == ["out.png"] * (before is not None)
    save(NOISE, path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_nobody_can_write_to_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="please"):
        save_png(NOISE, tmp_path / "nowhere" / "out.png")


def test_a_link_stays_a_link_and_rights_are_as_usual(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    (tmp_path / "link.png").symlink_to(tmp_path / "target.png")
    save_png(NOISE, tmp_path / "link.png")
    assert (tmp_path / "link.png").is_symlink() and (tmp_path / "target.png").is_file()
    assert (tmp_path / "target.png").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_what_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), whole(tmp_path / "a.txt") as file:
        file.write(b"half")
        raise RuntimeError
    assert not list(tmp_path.iterdir())
