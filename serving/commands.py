"""What the command line does once and ends: swap, draft, detect, upscale. One line of JSON, notes beside it.

Libraries are imported where they are needed: mistakes in the options are answered at once.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

if TYPE_CHECKING:
    from pipeline.images import EmbeddedProfile, Picture
    from pipeline.marking import Credentials
    from pipeline.request import Garment, GarmentPicture, Image8, SwapRequest, SwapResult
    from serving.local import LocalEngine
    from serving.stock import Stock

    Stocks = Callable[[], Stock]
    Engines = Callable[[str, Stock], LocalEngine]


def swap(engine: Engines, stock: Stocks, options: argparse.Namespace, results: TextIO) -> None:
    from pipeline.alike import dress_alike
    from pipeline.images import load_picture
    from pipeline.marking import read_credentials
    from pipeline.request import UserError
    from serving.console import Bar

    (request, profile), credentials = _request(stock, options), read_credentials()
    others: dict[Path, Picture] = {}
    for path in options.also:
        with _naming("--also"):
            others[path] = load_picture(path)
        for note in others[path].notes:
            print(f"note: --also {path}: {note}", file=sys.stderr)
    bar = Bar(sys.stderr)
    working = engine(request.profile, stock())
    result = working.swap(request, bar)
    bar.close()
    for warning in result.warnings:
        print(f"note: {warning}", file=sys.stderr)
    images = list(_save(result, options.out, profile, credentials, _carried(result)))
    refused = {}
    for path, other in others.items():
        try:
            working.look(other.image)
            alike = [dress_alike(request.character, image, result.mask, other.image) for image in result.images]
        except UserError as error:  # the others are dressed all the same
            refused[str(path)] = str(error)
            print(f"--also {path}: {error}", file=sys.stderr)
            continue
        out = options.out.with_stem(f"{options.out.stem}_{path.stem}")
        images += _save(replace(result, images=tuple(alike)), out, other.profile, credentials)
    line: dict[str, Any] = {"images": [{"path": str(path), "seed": seed} for path, seed in images]}
    if refused:
        line["refused"] = refused
    line |= {"seconds": round(result.seconds, 3), "profile": request.profile, "steps": request.steps}
    print(json.dumps(line, ensure_ascii=False), file=results, flush=True)
    if refused:
        raise UserError(f"{len(refused)} of {len(others)} other pictures could not be dressed alike, see above.")


def draft(engine: Engines, stock: Stocks, options: argparse.Namespace, results: TextIO) -> None:
    from pipeline.images import load_character, load_mask, save_png
    from pipeline.request import SwapRequest, UserError
    from pipeline.saving import saving

    _check_out("--out", options.out)
    with _naming("--character"):
        character = load_character(options.character)
    mask = None
    if options.mask:
        with _naming("--mask"):
            mask = load_mask(options.mask, (character.shape[1], character.shape[0]), options.character)
    found = engine("bundled", stock()).draft(
        SwapRequest(
            character,
            options.seed,
            mask,
            prompt=options.prompt,
            negative_prompt=options.negative,
            sampler=stock().named("bundled").samplers[0],
            joints=_joints(options.joints),
            person=options.person,
        )
    )
    if found.image is None:
        raise UserError(" ".join(found.notes))
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    save_png(found.image, options.out)
    line: dict[str, Any] = {"draft": str(options.out), "garments": [_named(garment) for garment in found.garments]}
    if options.svg:
        path = options.out.with_suffix(".svg")
        with saving(path) as file:
            file.write(found.svg.encode())
        line["svg"] = str(path)
    if options.parts:
        line["parts"] = []
        for number, (garment, part) in enumerate(zip(found.garments, found.parts, strict=True), 1):
            path = options.out.with_stem(f"{options.out.stem}_{number}_{garment.kind.replace(' ', '-')}")
            save_png(part, path)
            line["parts"].append(str(path))
    print(json.dumps(line, ensure_ascii=False), file=results, flush=True)


def _named(garment: Garment) -> dict[str, str]:
    """What it is, in the words of the wardrobe."""
    words = {"kind": garment.kind, "colour": garment.colour, "second_colour": garment.second_colour, "pattern": garment.pattern}
    words |= {"sleeve": garment.sleeve, "length": garment.length, "neckline": garment.neckline}
    return {name: word for name, word in words.items() if word}


def _joints(path: Path | None) -> dict[str, tuple[float, float]]:
    from pipeline.request import UserError

    if path is None:
        return {}
    try:
        places = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): (float(x), float(y)) for name, (x, y) in places.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        raise UserError(f'--joints {path} must be a file like {{"wrist_l": [120, 340]}}, please look at it.') from None


def detect(engine: Engines, stock: Stocks, options: argparse.Namespace, results: TextIO) -> None:
    from pipeline.images import load_character, save_png
    from pipeline.request import CLOTHING, DetectRequest, parts_named

    parts = parts_named(options.parts or "")
    for option, path in (("--out", options.out), ("--mask", options.mask)):
        if path is not None:
            _check_out(option, path)
    with _naming("--character"):
        character = load_character(options.character)
    found = engine("bundled", stock()).detect(DetectRequest(character, options.text))
    for warning in found.warnings:
        print(f"note: {warning}", file=sys.stderr)
    save_png(found.labels, options.out)
    line: dict[str, Any] = {"labels": str(options.out)}
    if options.mask is not None:
        save_png(found.mask(parts or CLOTHING), options.mask)
        line["mask"] = str(options.mask)
    line["people"] = found.count
    line["parts"] = {part.title: found.confidence[part] for part in found.parts}
    print(json.dumps(line | {"seconds": round(found.seconds, 3)}, ensure_ascii=False), file=results, flush=True)


def upscale(engine: Engines, stock: Stocks, options: argparse.Namespace, results: TextIO) -> None:
    from pipeline.images import is_opaque, load_picture, save_png
    from serving.console import Bar

    _check_out("--out", options.out)
    with _naming("--picture"):
        picture = load_picture(options.picture)
    bar = Bar(sys.stderr)
    found = engine("bundled", stock()).upscale(picture.image, options.scale, bar)
    bar.close()
    for warning in (*picture.notes, *found.warnings):
        print(f"note: {warning}", file=sys.stderr)
    image, profile = found.image[..., :3] if is_opaque(found.image) else found.image, picture.profile
    save_png(profile.given_back(image) if profile else image, options.out, icc=profile.icc if profile else b"")
    height, width = found.image.shape[:2]
    line = {"picture": str(options.out), "width": width, "height": height, "seconds": round(found.seconds, 3)}
    print(json.dumps(line, ensure_ascii=False), file=results, flush=True)


def _check_out(option: str, path: Path) -> None:
    from pipeline.request import UserError

    if path.suffix.lower() != ".png":
        raise UserError(f"{option} must end in .png, other formats would change the pixels.")
    if not path.absolute().parent.is_dir():
        raise UserError(f"The folder of {option} {path} does not exist, please make it first.")


def _request(stock: Stocks, options: argparse.Namespace) -> tuple[SwapRequest, EmbeddedProfile | None]:
    """The options as the type that flows, and in which colours results are given back; files are read first, so that a wrong
    one costs no loading of libraries."""
    from pipeline.images import load_character, load_mask, load_picture
    from pipeline.mask import from_painted
    from pipeline.request import UserError, parts_named
    from serving.filled import any_seed, filled

    if options.prompt is None and not options.garment:
        raise UserError("Please describe the outfit with --prompt or show it with --garment.")
    _check_out("--out", options.out)
    parts = parts_named(options.parts or "")
    if parts and (options.mask or options.painted):
        raise UserError("--parts is for finding the clothing, please leave it out when there is a mask.")
    with _naming("--character"):
        picture = load_picture(options.character)
    character = picture.image
    size, mask = (character.shape[1], character.shape[0]), None
    if options.mask or options.painted:
        with _naming("--mask" if options.mask else "--painted"):
            if options.mask:
                mask = load_mask(options.mask, size, options.character)
            else:
                mask = from_painted(character, load_character(options.painted))
    pictures, own, joints = _garment_pictures(options), _own_draft(options.draft), _joints(options.joints)
    profile = stock().named(options.profile)
    if options.sampler not in (None, *profile.samplers):
        raise UserError(f"--sampler must be one of: {', '.join(profile.samplers)}.")
    hints = None
    if options.hint is not None:
        hints = {kind: span for kind, *span in options.hint}
        if unknown := hints.keys() - set(profile.hints):
            raise UserError(f"--hint {min(unknown)}: this model knows only: {', '.join(profile.hints)}.")
    request = filled(
        profile,
        character,
        any_seed(options.count) if options.seed is None else options.seed,
        pictures,
        hints,
        options.steps,
        options.guidance,
        options.sampler,
        mask=mask,
        parts=parts,
        prompt=options.prompt or "",
        negative_prompt=options.negative,
        strength=options.strength,
        count=options.count,
        grow=options.grow,
        feather=options.feather,
        loosen=options.loosen,
        soft_edge=options.soft_edge,
        detail_pass=not options.no_detail,
        draft=own,
        follow=options.follow,
        joints=joints,
        person=options.person,
        notes=picture.notes,
    )
    return request, picture.profile


def _own_draft(given: str | None) -> Image8 | Literal["off"] | None:
    from pipeline.images import load_character
    from pipeline.request import OFF

    if given is None:
        return None
    if given == OFF:
        return OFF
    with _naming("--draft"):
        return load_character(given)


def _garment_pictures(options: argparse.Namespace) -> list[tuple[GarmentPicture, float | None]]:
    """The pictures of garments with the parts and scales that stand at the same place; None where no scale is given."""
    from pipeline.images import load_character
    from pipeline.request import GarmentPicture, UserError, parts_named

    scales, parts = options.garment_scale, [parts_named(words) for words in options.garment_parts]
    count = len(options.garment)
    if max(len(scales), len(parts)) > count:
        raise UserError("Please give --garment-scale and --garment-parts at most once for each --garment.")
    if options.lock_palette and not count:
        raise UserError("--lock-palette takes the colours of a --garment, please give one.")
    with _naming("--garment"):
        pictures = [load_character(path) for path in options.garment]
    scales, parts = [*scales, *[None] * (count - len(scales))], [*parts, *[()] * (count - len(parts))]
    lock = options.lock_palette
    rows = zip(pictures, scales, parts, strict=True)
    return [(GarmentPicture(image, parts=part, lock_palette=lock), scale) for image, scale, part in rows]


@contextmanager
def _naming(option: str) -> Iterator[None]:
    """Say which of several files is meant."""
    from pipeline.request import UserError

    try:
        yield
    except UserError as error:
        raise UserError(f"{option}: {error}") from None


def _save(
    result: SwapResult,
    out: Path,
    profile: EmbeddedProfile | None,
    credentials: Credentials | None,
    carried: Sequence[Mapping[bytes, bytes]] = (),
) -> Iterator[tuple[Path, int]]:
    """carried: of every image its mask and draft, none where they are another picture's."""
    from pipeline.marking import read_left_out, save_result

    several, left_out = len(result.images) > 1, read_left_out()
    for number, (image, seed) in enumerate(zip(result.images, result.seeds, strict=True), 1):
        path = out.with_name(f"{out.stem}_{number}{out.suffix}") if several else out
        chunks = carried[number - 1] if carried else None
        save_result(image, path, result.metadata, seed, credentials, profile, chunks, left_out)
        yield path, seed


def _carried(result: SwapResult) -> list[Mapping[bytes, bytes]]:
    """What the files carry to be gone on from on the page."""
    from pipeline.embedded import embed

    drafts = result.drafts or (None,) * len(result.images)
    return [embed(result.mask, True, draft) for draft in drafts]
