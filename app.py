"""Composition root and command line: settings -> engine -> page; also single swaps, enlargements and the state of the models.

Only the standard library is imported at the top: help and mistakes in the options are answered at once.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from models.profiles import ModelProfile
    from pipeline.marking import Credentials
    from pipeline.request import GarmentPicture, Image8, SwapRequest, SwapResult
    from serving.local import LocalEngine
    from serving.stock import Stock
    from ui.page import ProfileInfo

ROOT = Path(__file__).resolve().parent
FINISH_SECONDS = 110  # a container is usually given 120 s to stop


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command -> exit status: 0, 2 after a mistake of the user, 130 when interrupted."""
    from ui.arguments import COMMANDS, build

    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] not in (*COMMANDS, "-h", "--help"):
        given.insert(0, "serve")
    try:
        commands = {"serve": _serve, "swap": _swap, "detect": _detect, "upscale": _upscale, "models": _models}
        options = build(commands).parse_args(given)
        with _results_only() as results:
            options.run(options, results)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except Exception as error:
        if sys.flags.dev_mode:  # python -X dev app.py ...
            traceback.print_exc()
        print(f"error: {_one_line(error)}", file=sys.stderr)
        return 2
    return 0


@contextmanager
def _results_only() -> Iterator[TextIO]:
    """Send whatever libraries print to stderr, also from C, and give the real stdout to results alone."""
    sys.stdout.flush()
    real = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(real), "w", encoding="utf-8") as results:
            yield results
    finally:
        sys.stdout.flush()
        os.dup2(real, 1)
        os.close(real)


def _one_line(error: Exception) -> str:
    from pipeline.request import UserError
    from ui.arguments import Usage

    text = " ".join(str(error).split())
    known = isinstance(error, (UserError, Usage)) or type(error).__name__ == "WeightsError"
    return text if known else f"something went wrong here ({type(error).__name__}: {text})"


def _swap(options: argparse.Namespace, results: TextIO) -> None:
    from pipeline.alike import dress_alike
    from pipeline.images import load_character
    from pipeline.marking import read_credentials
    from ui.console import Bar

    request, credentials = _request(options), read_credentials()
    others: dict[Path, Image8] = {}
    for path in options.also:
        with _naming("--also"):
            others[path] = load_character(path)
    bar = Bar(sys.stderr)
    result = _engine(request.profile, _stock()).swap(request, bar)
    bar.close()
    for warning in result.warnings:
        print(f"note: {warning}", file=sys.stderr)
    images = list(_save(result, options.out, credentials))
    for path, other in others.items():
        with _naming(f"--also {path}"):
            alike = [dress_alike(request.character, image, result.mask, other) for image in result.images]
        images += _save(
            replace(result, images=tuple(alike)), options.out.with_stem(f"{options.out.stem}_{path.stem}"), credentials
        )
    line: dict[str, Any] = {"images": [{"path": str(path), "seed": seed} for path, seed in images]}
    line |= {"seconds": round(result.seconds, 3), "profile": request.profile, "steps": request.steps}
    print(json.dumps(line, ensure_ascii=False), file=results, flush=True)


def _detect(options: argparse.Namespace, results: TextIO) -> None:
    from pipeline.images import load_character, save_png
    from pipeline.request import CLOTHING, DetectRequest, parts_named

    parts = parts_named(options.parts or "")
    for option, path in (("--out", options.out), ("--mask", options.mask)):
        if path is not None:
            _check_out(option, path)
    with _naming("--character"):
        character = load_character(options.character)
    found = _engine("bundled", _stock()).detect(DetectRequest(character, options.text))
    for warning in found.warnings:
        print(f"note: {warning}", file=sys.stderr)
    save_png(found.labels, options.out)
    line: dict[str, Any] = {"labels": str(options.out)}
    if options.mask is not None:
        save_png(found.mask(parts or CLOTHING), options.mask)
        line["mask"] = str(options.mask)
    line["parts"] = {part.title: found.confidence[part] for part in found.parts}
    print(json.dumps(line | {"seconds": round(found.seconds, 3)}, ensure_ascii=False), file=results, flush=True)


def _upscale(options: argparse.Namespace, results: TextIO) -> None:
    from pipeline.images import is_opaque, load_character, save_png
    from ui.console import Bar

    _check_out("--out", options.out)
    with _naming("--picture"):
        picture = load_character(options.picture)
    bar = Bar(sys.stderr)
    found = _engine("bundled", _stock()).upscale(picture, options.scale, bar)
    bar.close()
    for warning in found.warnings:
        print(f"note: {warning}", file=sys.stderr)
    save_png(found.image[..., :3] if is_opaque(found.image) else found.image, options.out)
    height, width = found.image.shape[:2]
    line = {"picture": str(options.out), "width": width, "height": height, "seconds": round(found.seconds, 3)}
    print(json.dumps(line, ensure_ascii=False), file=results, flush=True)


def _check_out(option: str, path: Path) -> None:
    from pipeline.request import UserError

    if path.suffix.lower() != ".png":
        raise UserError(f"{option} must end in .png, other formats would change the pixels.")
    if not path.absolute().parent.is_dir():
        raise UserError(f"The folder of {option} {path} does not exist, please make it first.")


def _request(options: argparse.Namespace) -> SwapRequest:
    """The options as the type that flows; files are read first, so that a wrong one costs no loading of libraries."""
    from pipeline.images import load_character, load_mask
    from pipeline.mask import from_painted
    from pipeline.request import Hint, SwapRequest, UserError, parts_named
    from ui.arguments import MAX_SEED

    if options.prompt is None and not options.garment:
        raise UserError("Please describe the outfit with --prompt or show it with --garment.")
    _check_out("--out", options.out)
    parts = parts_named(options.parts or "")
    if parts and (options.mask or options.painted):
        raise UserError("--parts is for finding the clothing, please leave it out when there is a mask.")
    with _naming("--character"):
        character = load_character(options.character)
    size, mask = (character.shape[1], character.shape[0]), None
    if options.mask or options.painted:
        with _naming("--mask" if options.mask else "--painted"):
            mask = load_mask(options.mask, size) if options.mask else from_painted(character, load_character(options.painted))
    pictures = _garment_pictures(options)
    profile = _stock().named(options.profile)
    garments = tuple(replace(picture, scale=profile.garment_scale if scale is None else scale) for picture, scale in pictures)
    if options.sampler not in (None, *profile.samplers):
        raise UserError(f"--sampler must be one of: {', '.join(profile.samplers)}.")
    hints = tuple(hint for hint in SwapRequest.hints if hint.kind in profile.hints)
    if options.hint is not None:
        asked = {kind: Hint(kind, *span) for kind, *span in options.hint}
        hints = (*(hint for hint in hints if hint.kind == "inpaint" and "inpaint" not in asked), *asked.values())
    return SwapRequest(
        character=character,
        seed=secrets.randbelow(MAX_SEED - options.count) if options.seed is None else options.seed,
        mask=mask,
        parts=parts,
        prompt=options.prompt or "",
        garments=garments,
        hints=hints,
        negative_prompt=options.negative,
        steps=options.steps or profile.steps,
        guidance=profile.guidance if options.guidance is None else options.guidance,
        strength=options.strength,
        sampler=options.sampler or profile.samplers[0],
        count=options.count,
        grow=options.grow,
        feather=options.feather,
        loosen=options.loosen,
        soft_edge=options.soft_edge,
        detail_pass=not options.no_detail,
        profile=profile.name,
    )


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


def _save(result: SwapResult, out: Path, credentials: Credentials | None) -> Iterator[tuple[Path, int]]:
    from pipeline.marking import save_result

    several = len(result.images) > 1
    for number, (image, seed) in enumerate(zip(result.images, result.seeds, strict=True), 1):
        path = out.with_name(f"{out.stem}_{number}{out.suffix}") if several else out
        save_result(image, path, result.metadata, seed, credentials)
        yield path, seed


def _stock() -> Stock:
    from serving.stock import Stock

    return Stock(ROOT)


def _engine(profile: str, stock: Stock) -> LocalEngine:
    from pipeline.safety import read_rules
    from serving.local import LocalEngine

    return LocalEngine(profile, stock.profiles, rules=read_rules())


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _models(options: argparse.Namespace, results: TextIO) -> None:
    from ui.console import Bytes

    stock = _stock()
    chosen = [stock.named(name) for name in options.names]
    if options.what == "download":
        stock.fetch(chosen, _complain, Bytes(sys.stderr), options.all_hints)
    elif options.what == "remove":
        print(f"{stock.remove(chosen) / 1e9:.2f} GB are free again.", file=results, flush=True)
    else:
        for line in stock.lines(chosen, options.what == "verify", _complain):
            print(line, file=results, flush=True)


def _serve(options: argparse.Namespace, results: TextIO) -> None:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from pipeline.marking import read_credentials, save_result
    from ui.console import Bytes

    save = partial(save_result, credentials=read_credentials())  # first: a download may take an hour
    stock = _stock()
    asked = options.profile and stock.named(options.profile)
    first = asked or stock.first(_complain, Bytes(sys.stderr), not options.no_download)
    engine = _engine(first.name, stock)

    from pipeline.request import UserError
    from ui import layout
    from ui.jobs import Jobs

    jobs, stop = Jobs(), threading.Event()
    names = dict.fromkeys([first.name, *(profile.name for profile in stock.on_disk())])
    local = _is_local(options.host)
    if local:  # who looks at the page is who could also fetch the others on the command line
        names |= dict.fromkeys(name for name in stock.profiles if name not in names and stock.missing(name))
    examples = sorted((ROOT / "assets" / "examples").glob("*.png"))
    infos = [_info(stock.named(name)) for name in names]
    fetches = local and not options.no_download and not stock.is_offline
    page = layout.build(engine, infos, save, examples, jobs, stock, fetches)
    page.queue(max_size=32, default_concurrency_limit=4)

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():  # asked twice: now
            os._exit(130)
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    try:
        page.launch(
            server_name=options.host,
            server_port=options.port,
            inbrowser=_is_desktop(options.host),
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            ssr_mode=False,
            max_file_size="64mb",
            state_session_capacity=200,
            **layout.launch_options(),
        )
    except OSError:
        address = f"{options.host}, port {options.port}"
        raise UserError(f"{address} is taken or not allowed, please choose another with --port or --host.") from None
    print(f"CC_ControlNet is at {page.local_url} (Ctrl+C stops it)", file=results, flush=True)
    warming = threading.Thread(target=_warm_up, args=(engine,), name="weights", daemon=True)
    warming.start()
    stop.wait()
    busy = jobs.busy
    if not jobs.close(FINISH_SECONDS):
        print("A job was still running and is lost.", file=sys.stderr)
    if busy:
        time.sleep(2)  # the last picture is on its way to the browser
    page.close(verbose=False)
    warming.join(FINISH_SECONDS)  # the interpreter must not go while torch still works in another thread


def _warm_up(engine: LocalEngine) -> None:
    """Load the weights while the page is already there; what is wrong with them is also told on every request."""
    from pipeline.request import UserError

    try:
        engine.warm_up()
    except UserError as error:
        print(f"note: {error}", file=sys.stderr)


def _info(profile: ModelProfile) -> ProfileInfo:
    from models.profiles import BUNDLED
    from pipeline.worn import loras_folder, names_in
    from ui.page import ProfileInfo

    loras = () if profile.base == BUNDLED.base else names_in(loras_folder())  # there are none for the bundled network
    return ProfileInfo(
        profile.name,
        profile.title or profile.name,
        profile.samplers,
        profile.samplers[0],
        profile.steps,
        profile.guidance,
        bool(profile.garment),
        profile.hints,
        loras,
        profile.garment_scale,
    )


def _is_local(host: str) -> bool:
    """Only this machine can see the page."""
    return host in ("127.0.0.1", "localhost", "::1")


def _is_desktop(host: str) -> bool:
    """Somebody sits in front of this machine, so a browser may be opened."""
    screen = sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return _is_local(host) and screen and sys.stderr.isatty() and not {"CI", "SSH_CONNECTION"} & os.environ.keys()


if __name__ == "__main__":
    sys.exit(main())
