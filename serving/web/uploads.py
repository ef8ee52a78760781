"""Pictures that programs send: their sizes are added up before one of them is decoded."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import UploadFile
from PIL import Image

from pipeline.images import FORMATS, MAX_PIXELS, Picture, load_mask, load_picture
from pipeline.request import Image8, UserError
from serving.leftovers import passing
from serving.refusals import MEMORY, PICTURE, TOGETHER, Refused

BYTES_A_PIXEL = 12  # while a picture is read: four decoded, as many as stored, as many in its own colours
AGAIN_SECONDS = 5


class Budget:
    """How many bytes of decoded pictures all requests together may hold."""

    def __init__(self, most: int) -> None:
        self.most, self._held, self._lock = most, 0, threading.Lock()
        self._kept: Callable[[], int] = int

    @property
    def held(self) -> int:
        """What is read now, and what is kept elsewhere."""
        return self._held + self._kept()

    def count(self, kept: Callable[[], int]) -> None:
        """Also what is kept elsewhere: the pictures on the page."""
        self._kept = kept

    def take(self, size: int, freed: int = 0) -> Callable[[], None]:
        """So much, in place of what is freed -> gives it back, at the first call. Raises `Refused` where it is not left; one
        alone is never refused for its size."""
        return self._take(size, lambda: self.held - freed)

    def _take(self, size: int, others: Callable[[], int]) -> Callable[[], None]:
        with self._lock:
            if others() > 0 and others() + size > self.most:
                raise Refused(MEMORY, AGAIN_SECONDS)
            self._held += size
        left = size

        def give_back() -> None:
            nonlocal left
            with self._lock:
                self._held, left = self._held - left, 0

        return give_back

    @staticmethod
    def size_of(files: Iterable[Path], at_once: int | None = None) -> int:
        """What these pictures take in memory while they are read; at_once: the largest of them, where the others are read when
        those are gone."""
        return BYTES_A_PIXEL * sum(sorted(map(_pixels, files), reverse=True)[:at_once])

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """For a request that keeps nothing, and is not refused for what is kept elsewhere alone. Raises `Refused` likewise."""
        give_back = self._take(size, lambda: self.held if self._held else 0)
        try:
            yield
        finally:
            give_back()


class Uploads:
    """The pictures of one request, by the names of its fields."""

    def __init__(self, files: dict[str, Path]) -> None:
        self._files = files

    def picture(self, name: str) -> Picture:
        """Raises `UserError`, which names the field."""
        with _naming(name):
            return load_picture(self._files[name])

    def image(self, name: str) -> Image8 | None:
        """The pixels, None where nothing was sent. Raises `UserError`."""
        return self.picture(name).image if name in self._files else None

    def mask(self, name: str, size: tuple[int, int], of: str) -> Image8 | None:
        """As `pipeline.images.load_mask`; of: the field of the picture that it belongs to. Raises `UserError`."""
        if name not in self._files:
            return None
        with _naming(name):
            return load_mask(self._files[name], size, self._files[of])


@contextmanager
def received(budget: Budget, sent: Iterable[tuple[str, UploadFile | None]]) -> Iterator[Uploads]:
    """The files of a request, for as long as it is answered; what they take in memory is held that long. Raises `Refused`, and
    `UserError` where several are never read together."""
    with passing("upload") as folder:
        files: dict[str, Path] = {}
        for name, upload in sent:
            if upload is not None:
                files[name] = Path(folder) / str(len(files))
                with files[name].open("wb") as file:
                    shutil.copyfileobj(upload.file, file)
        size = budget.size_of(files.values())
        if len(files) > 1 and size > budget.most:
            raise UserError(TOGETHER)
        with budget.holding(size):
            yield Uploads(files)


def _pixels(path: Path) -> int:
    """As the file says; what is no picture, or too large, is refused later without being decoded."""
    try:
        with Image.open(path, formats=FORMATS) as file:
            pixels = file.width * file.height
    except Exception:  # a hostile file can make a decoder raise anything
        return 0
    return pixels if pixels <= MAX_PIXELS else 0


@contextmanager
def _naming(name: str) -> Iterator[None]:
    try:
        yield
    except UserError as error:
        raise UserError(PICTURE.format(name=name, error=error)) from None
