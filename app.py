"""Composition root and command line: settings -> engine -> page; also single swaps, enlargements and the state of the models.

Only the standard library is imported at the top: help and mistakes in the options are answered at once.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
import traceback
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from models.profiles import ModelProfile
    from pipeline.safety import SafetyRules
    from serving.later import LaterEngine
    from serving.local import LocalEngine
    from serving.process import ProcessEngine
    from serving.settings import Settings
    from serving.stock import Stock
    from ui.page import ProfileInfo

ROOT = Path(__file__).resolve().parent
FINISH_SECONDS = 110  # a container is usually given 120 s to stop
WAIT_SECONDS = 0.5  # between two looks at whether a signal came


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command -> exit status: 0, 2 after a mistake of the user, 130 when interrupted."""
    from serving import commands
    from ui.arguments import COMMANDS, build

    logging.getLogger("xformers").setLevel(logging.ERROR)  # it says on every CPU that it has nothing for a CPU
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] not in (*COMMANDS, "-h", "--help"):
        given.insert(0, "serve")
    try:
        one_shot = (commands.swap, commands.draft, commands.detect, commands.upscale)
        run = {command.__name__: partial(command, _engine, _stock) for command in one_shot}
        options = build({**run, "serve": _serve, "models": _models}).parse_args(given)
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


def _stock() -> Stock:
    from serving.stock import Stock

    return Stock(ROOT)


def _engine(profile: str, stock: Stock, rules: SafetyRules | None = None) -> LocalEngine:
    from pipeline.safety import read_rules
    from serving.local import LocalEngine

    return LocalEngine(profile, stock.profiles, rules=rules or read_rules())


def _served_engine(profile: str, stock: Stock, rules: SafetyRules) -> LaterEngine | ProcessEngine:
    """Networks lie in a process of their own; where ZeroGPU lends its card to the page's process alone, in that one."""
    make = partial(_engine, profile, stock, rules)
    if os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true"):
        from serving.later import LaterEngine

        return LaterEngine(make, profile)
    from serving.process import ProcessEngine

    return ProcessEngine(make, profile, stock.profiles)


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _models(options: argparse.Namespace, results: TextIO) -> None:
    from serving.console import Bytes

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
    from serving.leftovers import passing, sweep

    sweep()
    files = passing("gradio")  # what is sent and made on the page ends with the server
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("GRADIO_TEMP_DIR", files.name)
    from pipeline.marking import read_credentials, read_left_out, save_result
    from pipeline.safety import read_rules

    save, rules = partial(save_result, credentials=read_credentials(), left_out=read_left_out()), read_rules()
    stock = _stock()
    asked = options.profile and stock.named(options.profile)
    first, better = (asked, None) if asked else stock.first_and_better()
    if options.no_download:
        better = None
    engine = _served_engine(first.name, stock, rules)

    from pipeline.request import UserError
    from serving.seat import Seat
    from serving.service import Service
    from serving.web import site
    from serving.web.server import WebServer
    from ui import layout
    from ui.jobs import Jobs
    from ui.mount import mount
    from ui.texts.notes import told_in

    settings = _settings(options)
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("serving").setLevel(settings.log.upper())
    service = Service(engine, save, settings)
    engine.watched_by(service.metrics)
    jobs, stop = Jobs(partial(Seat, service)), threading.Event()
    names = dict.fromkeys(row.name for row in (first, *stock.on_disk(), *([better] if better else ())))
    local = _is_local(options.host)
    if local:  # who looks at the page is who could also fetch the others on the command line
        names |= dict.fromkeys(name for name in stock.profiles if name not in names and stock.missing(name))
    examples = sorted((ROOT / "assets" / "examples").glob("*.png"))
    infos = [_info(stock.named(name), stock.hints(name)) for name in names]
    fetches = local and not options.no_download and not stock.is_offline
    page = layout.build(Seat(service, "page"), infos, save, examples, jobs, stock, fetches)
    layout.queue(page, 2 * settings.queue)
    application = site.build(service, stock, first.name, local, cast("site.Told", told_in))
    mount(application, page, settings.upload_megabytes)

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():  # asked twice: now
            os._exit(130)
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    try:
        server = WebServer(application, options.host, options.port, settings.trusted_proxies)
    except OSError:
        address = f"{options.host}, port {options.port}"
        raise UserError(f"{address} is taken or not allowed, please choose another with --port or --host.") from None
    server.start()
    print(f"CC_ControlNet is at {server.url} (Ctrl+C stops it)", file=results, flush=True)
    if _is_desktop(options.host):
        webbrowser.open(server.url)
    warming = threading.Thread(target=_warm_up, args=(engine,), name="weights", daemon=True)
    warming.start()
    if better is not None:
        _fetch_behind(stock, better)
    _until(stop)
    busy, end = jobs.busy, time.monotonic() + FINISH_SECONDS
    if not service.close(FINISH_SECONDS):
        print("A job was still running and is lost, unless --jobs names a folder for it.", file=sys.stderr)
    jobs.close(max(0.0, end - time.monotonic()))
    if busy:
        time.sleep(2)  # the last picture is on its way to the browser
    page.close(verbose=False)
    server.stop()
    service.end()
    engine.close()
    files.cleanup()
    warming.join(WAIT_SECONDS)
    if warming.is_alive():  # the interpreter must not go while torch still works in another thread, and nobody waits for that
        os._exit(0)


def _settings(options: argparse.Namespace) -> Settings:
    from serving.settings import ROWS, Settings

    return Settings(**{row.name: getattr(options, row.name) for row in ROWS})


def _until(stop: threading.Event) -> None:
    """Wait for a signal. Windows delivers none to a thread that waits without an end."""
    while not stop.wait(WAIT_SECONDS):
        pass


def _fetch_behind(stock: Stock, profile: ModelProfile) -> None:
    from serving.console import Bytes

    given = (profile, _complain, Bytes(sys.stderr))
    threading.Thread(target=stock.fetch_behind, args=given, name="download", daemon=True).start()


def _warm_up(engine: LaterEngine | ProcessEngine) -> None:
    """Load the weights while the page is already there; what is wrong with them is also told on every request."""
    from pipeline.request import UserError

    try:
        engine.warm_up()
    except UserError as error:
        print(f"note: {error}", file=sys.stderr)


def _info(profile: ModelProfile, hints: tuple[str, ...]) -> ProfileInfo:
    from models.profiles import BUNDLED
    from pipeline.worn_names import loras_folder, names_in
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
        hints,
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
