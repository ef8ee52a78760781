"""Composition root and command line: settings -> engine -> page; also single swaps and the state of the models.

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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

if TYPE_CHECKING:
    from pipeline.request import Image8, SwapRequest, SwapResult
    from serving.local import LocalEngine
    from ui.page import ProfileInfo

ROOT = Path(__file__).resolve().parent
COMMANDS = ("serve", "swap", "detect", "models")
TITLES = {"bundled": "Bundled (small, no download)", "bundled-fast": "Bundled, 4 steps (fastest)"}
FINISH_SECONDS = 110  # a container is usually given 120 s to stop
MAX_SEED = 2**31 - 1


class Usage(Exception):
    """A mistake in the options; `str(error)` is one line."""


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Usage(f"{message} (see: {self.prog} --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command -> exit status: 0, 2 after a mistake of the user, 130 when interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] not in (*COMMANDS, "-h", "--help"):
        given.insert(0, "serve")
    try:
        options = _parser().parse_args(given)
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

    text = " ".join(str(error).split())
    known = isinstance(error, (UserError, Usage)) or type(error).__name__ == "WeightsError"
    return text if known else f"something went wrong here ({type(error).__name__}: {text})"


def _number(kind: Callable[[str], Any], low: float, high: float) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low} and {high}")
        return value

    return read


def _parser() -> Parser:
    parser = Parser(prog="app.py", description="Give an anime character a new outfit. Without a command the page is served.")
    commands = parser.add_subparsers(metavar="{serve,swap,detect,models}", required=True)

    serve = commands.add_parser("serve", help="serve the page (default)")
    serve.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"), help="default: %(default)s")
    port = _number(int, 1, 65535)
    serve.add_argument("--port", type=port, default=os.environ.get("GRADIO_SERVER_PORT", "7860"), help="default: %(default)s")
    serve.add_argument("--profile", default="bundled", help="the model that the page starts with (default: %(default)s)")
    serve.set_defaults(run=_serve)

    swap = commands.add_parser("swap", help="swap one outfit and print one line of JSON")
    swap.add_argument("--character", required=True, type=Path, metavar="C.png")
    where = swap.add_mutually_exclusive_group()  # without: the clothing is found
    where.add_argument("--mask", type=Path, metavar="M.png", help="white = repaint; any size, scaled to the picture")
    where.add_argument("--painted", type=Path, metavar="P.png", help="the character scribbled over; the mask is the difference")
    swap.add_argument("--parts", help="without a mask: what to change, for example topwear,bottomwear (default: all clothing)")
    swap.add_argument("--prompt", help="the new outfit in words; needed unless there is a --garment")
    swap.add_argument("--garment", type=Path, metavar="G.png", help="a picture of the garment to wear")
    scale = _number(float, 0, 2)
    swap.add_argument("--garment-scale", type=scale, default=1.0, help="how closely to follow it (default: %(default)s)")
    swap.add_argument("--out", required=True, type=Path, metavar="OUT.png", help="with --count: OUT_1.png, OUT_2.png ...")
    also = "more pictures of the same character in the same clothes, for the same new outfit: OUT_A.png, OUT_B.png ..."
    swap.add_argument("--also", type=Path, nargs="+", default=[], metavar="A.png", help=also)
    swap.add_argument("--negative", default="", help="what to leave out")
    swap.add_argument("--seed", type=_number(int, 0, MAX_SEED), help="default: a new one each time")
    swap.add_argument("--count", type=_number(int, 1, 16), default=1, help="number of pictures (default: %(default)s)")
    swap.add_argument("--profile", default="bundled", help="the model (default: %(default)s)")
    swap.add_argument("--steps", type=_number(int, 1, 150), help="default: the model's own")
    swap.add_argument("--guidance", type=_number(float, 1, 30), help="1 = off; default: the model's own")
    swap.add_argument("--sampler", help="default: the model's first")
    swap.add_argument("--strength", type=_number(float, 0.01, 1), default=1.0, help="1 = from noise (default: %(default)s)")
    swap.add_argument("--grow", type=_number(int, 0, 4096), default=0, help="pixels the mask is grown by (default: %(default)s)")
    swap.add_argument("--feather", type=_number(int, 0, 256), default=2, help="pixels softened inwards (default: %(default)s)")
    swap.add_argument("--loosen", type=_number(float, 0, 1), default=0.0, help="how far a sprite's outline may be left, 0..1")
    swap.add_argument("--no-detail", action="store_true", help="skip the second pass at twice the size")
    swap.set_defaults(run=_swap)

    detect = commands.add_parser("detect", help="find the clothing and print one line of JSON")
    detect.add_argument("--character", required=True, type=Path, metavar="C.png")
    detect.add_argument("--parts", help="what of it --mask shows, for example topwear,bottomwear (default: all clothing)")
    detect.add_argument("--text", default="", help="something else to find, in words")
    detect.add_argument("--out", required=True, type=Path, metavar="LABELS.png", help="an index a pixel, 0 = background")
    detect.add_argument("--mask", type=Path, metavar="M.png", help="also write a mask, white = these parts and what --text found")
    detect.set_defaults(run=_detect)

    models = commands.add_parser("models", help="list the models, or check their weight files")
    models.add_argument("what", choices=("list", "verify"), nargs="?", default="list")
    models.set_defaults(run=_models)
    return parser


def _swap(options: argparse.Namespace, results: TextIO) -> None:
    from pipeline.alike import dress_alike
    from pipeline.images import load_character
    from ui.console import Bar

    request = _request(options)
    others: dict[Path, Image8] = {}
    for path in options.also:
        with _naming("--also"):
            others[path] = load_character(path)
    bar = Bar(sys.stderr)
    result = _engine(request.profile).swap(request, bar)
    bar.close()
    for warning in result.warnings:
        print(f"note: {warning}", file=sys.stderr)
    images = list(_save(result, options.out))
    for path, other in others.items():
        with _naming(f"--also {path}"):
            alike = [dress_alike(request.character, image, result.mask, other) for image in result.images]
        images += _save(replace(result, images=tuple(alike)), options.out.with_stem(f"{options.out.stem}_{path.stem}"))
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
    found = _engine("bundled").detect(DetectRequest(character, options.text))
    for warning in found.warnings:
        print(f"note: {warning}", file=sys.stderr)
    save_png(found.labels, options.out)
    line: dict[str, Any] = {"labels": str(options.out)}
    if options.mask is not None:
        save_png(found.mask(parts or CLOTHING), options.mask)
        line["mask"] = str(options.mask)
    line["parts"] = {part.title: found.confidence[part] for part in found.parts}
    print(json.dumps(line | {"seconds": round(found.seconds, 3)}, ensure_ascii=False), file=results, flush=True)


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
    from pipeline.request import SwapRequest, UserError, parts_named

    if options.prompt is None and options.garment is None:
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
    garment = None
    if options.garment is not None:
        with _naming("--garment"):
            garment = load_character(options.garment)
    profile = _profile(options.profile)
    if options.sampler not in (None, *profile.samplers):
        raise UserError(f"--sampler must be one of: {', '.join(profile.samplers)}.")
    return SwapRequest(
        character=character,
        seed=secrets.randbelow(MAX_SEED - options.count) if options.seed is None else options.seed,
        mask=mask,
        parts=parts,
        prompt=options.prompt or "",
        garment=garment,
        garment_scale=options.garment_scale,
        negative_prompt=options.negative,
        steps=options.steps or profile.steps,
        guidance=profile.guidance if options.guidance is None else options.guidance,
        strength=options.strength,
        sampler=options.sampler or profile.samplers[0],
        count=options.count,
        grow=options.grow,
        feather=options.feather,
        loosen=options.loosen,
        detail_pass=not options.no_detail,
        profile=profile.name,
    )


@contextmanager
def _naming(option: str) -> Iterator[None]:
    """Say which of several files is meant."""
    from pipeline.request import UserError

    try:
        yield
    except UserError as error:
        raise UserError(f"{option}: {error}") from None


def _save(result: SwapResult, out: Path) -> Iterator[tuple[Path, int]]:
    from pipeline.images import save_png
    from pipeline.safety import mark

    several = len(result.images) > 1
    for number, (image, seed) in enumerate(zip(result.images, result.seeds, strict=True), 1):
        path = out.with_name(f"{out.stem}_{number}{out.suffix}") if several else out
        save_png(image, path, mark(result.metadata, seed))
        yield path, seed


def _profile(name: str) -> Any:
    from models.profiles import PROFILES
    from pipeline.request import UserError

    if name not in PROFILES:
        raise UserError(f"There is no model called {name!r}, please choose one of: {', '.join(PROFILES)}.")
    return PROFILES[name]


def _engine(profile: str) -> LocalEngine:
    from serving.local import LocalEngine

    return LocalEngine(profile)


def _models(options: argparse.Namespace, results: TextIO) -> None:
    from models.listing import listed
    from pipeline.request import UserError

    broken = 0
    for row in listed(checksums=options.what == "verify"):
        broken += len(row.broken)
        for problem in row.broken:
            print(f"{row.name}: {problem}", file=sys.stderr)
        size = f"{row.megabytes:.1f} MB"
        line = f"{row.name:<20} {row.task:<26} {size:>9}  {row.licence:<12} {row.state:<14} {row.origin}"
        print(line, file=results, flush=True)
    if broken:
        raise UserError(f"{broken} weight files are not as they should be, please see the lines above.")


def _serve(options: argparse.Namespace, results: TextIO) -> None:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    first = _profile(options.profile)
    engine = _engine(first.name)

    from models.profiles import PROFILES
    from pipeline.request import UserError
    from pipeline.safety import mark
    from ui import layout
    from ui.jobs import Jobs

    jobs, stop = Jobs(), threading.Event()
    profiles = [first, *(profile for profile in PROFILES.values() if profile is not first)]
    examples = sorted((ROOT / "assets" / "examples").glob("*.png"))
    page = layout.build(engine, [_info(profile) for profile in profiles], mark, examples, jobs)
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


def _info(profile: Any) -> ProfileInfo:
    from ui.page import ProfileInfo

    title = TITLES.get(profile.name, profile.name)
    return ProfileInfo(
        profile.name, title, profile.samplers, profile.samplers[0], profile.steps, profile.guidance, bool(profile.garment)
    )


def _is_desktop(host: str) -> bool:
    """Somebody sits in front of this machine, so a browser may be opened."""
    local = host in ("127.0.0.1", "localhost")
    screen = sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return local and screen and sys.stderr.isatty() and not {"CI", "SSH_CONNECTION"} & os.environ.keys()


if __name__ == "__main__":
    sys.exit(main())
