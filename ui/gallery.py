"""What a visitor has made: our own PNG files, newest first. They are served as they are, never encoded again."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.alike import dress_alike
from pipeline.embedded import Chunks, Restored, chunks_of, embed, read_chunks, read_restored
from pipeline.images import EmbeddedProfile, load_character, save_png
from pipeline.images import Picture as Upload
from pipeline.request import Image8, SwapResult, UserError
from ui.canvas import proxy
from ui.page import Save

KEPT = 24  # pictures a visitor's gallery holds


@dataclass(frozen=True)
class Picture:
    """One result on disk.

    file: the result in full; original, mask: what it was made from, in full; before, after: for the slider, at most 2048
    pixels a side; outfit: the clothing alone, or None. changed: pixels of the saved file that differ from the upload
    although the mask is 0 there. metadata: of the result, what replays it. chunks: its mask and draft, whether its file has them
    or not.
    """

    file: str
    original: str
    mask: str
    before: str
    after: str
    outfit: str | None
    seed: int
    seconds: float
    steps: int
    changed: int
    warnings: tuple[str, ...]
    metadata: dict[str, Any]
    chunks: Chunks

    @property
    def restored(self) -> Restored:
        """How it was made, as its file would say."""
        height, width = load_character(self.original).shape[:2]
        return Restored(True, self.metadata | {"seed": self.seed}, read_chunks(self.chunks, (width, height)))

    @property
    def files(self) -> set[str]:
        return {file for file in (self.file, self.original, self.mask, self.before, self.after, self.outfit) if file}


@dataclass(frozen=True)
class ResultGallery:
    folder: str
    pictures: tuple[Picture, ...] = ()
    chosen: int = 0
    saved: int = 0

    @property
    def current(self) -> Picture:
        return self.pictures[self.chosen]


def keep(
    result_gallery: ResultGallery | None,
    original: Image8,
    result: SwapResult,
    steps: int,
    save: Save,
    profile: EmbeddedProfile | None = None,
    painted: Image8 | None = None,
    embeds: bool = True,
) -> ResultGallery:
    """Save a result's pictures and put them first; the oldest beyond 24 are deleted. profile: of the original's file; painted:
    the mask that was asked for, H x W, None where it was found; embeds: the files carry mask and draft. Raises what `save`
    raises."""
    result_gallery = result_gallery or empty()
    folder, number = Path(result_gallery.folder), result_gallery.saved + 1
    before, mask = folder / f"before-{number}.png", folder / f"mask-{number}.png"
    whole = before if proxy(original) is original else folder / f"original-{number}.png"
    save_png(proxy(original), before)
    save_png(result.mask, mask)
    if whole != before:
        save_png(original, whole)
    new = []
    for index, (image, seed) in enumerate(zip(result.images, result.seeds, strict=True)):
        name = f"outfit-{number}-{index + 1}-seed-{seed}"
        file = folder / f"{name}.png"
        draft = result.drafts[index] if index < len(result.drafts) else None
        chunks = embed(result.mask if painted is None else painted, painted is None, draft)
        save(image, file, result.metadata, seed, profile=profile, chunks=chunks if embeds else None)
        small = proxy(image)
        after = file if small is image and profile is None else folder / f"{name}-small.png"
        if after != file:
            save_png(small, after)
        outfit = folder / f"{name}-clothes.png" if index < len(result.outfits) else None
        if outfit:
            save(result.outfits[index], outfit, result.metadata, seed, profile=profile)
        changed = changed_outside(original, load_character(file), result.mask)
        kept = (str(outfit) if outfit else None, seed, result.seconds, steps, changed, result.warnings, result.metadata, chunks)
        new.append(Picture(str(file), str(whole), str(mask), str(before), str(after), *kept))
    return _with(result_gallery, new, number)


def empty() -> ResultGallery:
    """One without results, in a folder named after this server, so that the next can sweep what a killed one left."""
    return ResultGallery(tempfile.mkdtemp(prefix=f"cc-controlnet-page-{os.getpid()}-"))


def put_back(result_gallery: ResultGallery, files: Mapping[str, str], told: Mapping[str, Any]) -> ResultGallery:
    """A result that was in a gallery before, first on this one. files: what `Picture` calls file, original, mask and outfit, the
    last if there is one; told: its seed, seconds, steps and warnings. Raises `UserError`, `KeyError` or `ValueError` for what is
    no result."""
    image, original, mask = (load_character(files[name]) for name in ("file", "original", "mask"))
    restored = read_restored(files["file"], (image.shape[1], image.shape[0]))
    if restored is None or not restored.own or not image.shape == original.shape == mask.shape:
        raise ValueError("no result")
    folder, number, seed = Path(result_gallery.folder), result_gallery.saved + 1, int(told["seed"])
    names = {"file": f"outfit-{number}-1-seed-{seed}", "original": f"original-{number}", "mask": f"mask-{number}"}
    names |= {"outfit": f"{names['file']}-clothes"} if "outfit" in files else {}
    own = {name: shutil.copyfile(files[name], folder / f"{stem}.png") for name, stem in names.items()}
    small = {name: folder / f"{names[name]}-small.png" for name in ("file", "original")}
    save_png(proxy(image), small["file"])
    save_png(proxy(original), small["original"])
    picture = Picture(
        file=str(own["file"]),
        original=str(own["original"]),
        mask=str(own["mask"]),
        before=str(small["original"]),
        after=str(small["file"]),
        outfit=str(own["outfit"]) if "outfit" in own else None,
        seed=seed,
        seconds=float(told["seconds"]),
        steps=int(told["steps"]),
        changed=changed_outside(original, image, mask[..., 0]),
        warnings=tuple(map(str, told["warnings"])),
        metadata=dict(restored.parameters),
        chunks=chunks_of(files["file"]) or embed(mask[..., 0], True, None),
    )
    return _with(result_gallery, [picture], number)


def _with(result_gallery: ResultGallery, new: Sequence[Picture], number: int) -> ResultGallery:
    """New pictures first; files that only the oldest had are deleted."""
    pictures = (*new, *result_gallery.pictures)
    kept = {file for picture in pictures[:KEPT] for file in picture.files}
    for forgotten in {name for old in pictures[KEPT:] for name in old.files} - kept:
        Path(forgotten).unlink(missing_ok=True)
    return replace(result_gallery, pictures=pictures[:KEPT], chosen=0, saved=number)


def dress_others(result_gallery: ResultGallery, others: Iterable[Upload], save: Save) -> ResultGallery:
    """The chosen picture's new outfit on other pictures of the same character, at most `KEPT`, each let go of before the one
    after the next is read. Raises `UserError`, which says which one cannot take it; then nothing is kept."""
    worn = result_gallery.current
    original, dressed, mask = load_character(worn.original), load_character(worn.file), load_character(worn.mask)[..., 0]
    outfits = () if worn.outfit is None else (load_character(worn.outfit),)
    made = replace(result_gallery, pictures=())
    try:
        for number, other in enumerate(others, 1):
            try:
                image = dress_alike(original, dressed, mask, other.image)
            except UserError as error:
                raise UserError(f"Picture {number}: {error}") from None
            result = SwapResult((image,), (worn.seed,), mask, outfits, metadata=worn.metadata)
            made = keep(made, other.image, result, worn.steps, save, other.profile)
    except BaseException:
        for file in {file for picture in made.pictures for file in picture.files}:
            Path(file).unlink(missing_ok=True)
        raise
    return _with(result_gallery, made.pictures, made.saved)


def changed_outside(original: Image8, picture: Image8, mask: Image8) -> int:
    """Count pixels (RGBA, hidden colours included) that differ where the composite mask is 0."""
    return int(((original != picture).any(axis=2) & (mask == 0)).sum())


def choose(result_gallery: ResultGallery, index: int) -> ResultGallery:
    return replace(result_gallery, chosen=max(0, min(index, len(result_gallery.pictures) - 1)))


def discard(result_gallery: ResultGallery | None) -> None:
    """Delete a visitor's files when the visitor is gone."""
    if result_gallery:
        shutil.rmtree(result_gallery.folder, ignore_errors=True)
