"""The command line: which commands there are and what they understand."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TextIO

from pipeline.request import HINT_KINDS, MAX_SEED
from serving import settings

COMMANDS = ("serve", "swap", "draft", "detect", "upscale", "models")
PLACED = 'joints put right by hand, {"wrist_l": [x, y], ...} in pixels, l and r as seen in the picture'
WHO = "which of several people, 1 = the largest; default: the one that the mask lies on, else the largest"
Run = Callable[[argparse.Namespace, TextIO], None]


class Usage(Exception):
    """A mistake in the options; `str(error)` is one line."""


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Usage(f"{message} (see: {self.prog} --help)")


def number(kind: Callable[[str], Any], low: float, high: float) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low} and {high}")
        return value

    return read


def hint(text: str) -> tuple[str, float, float, float]:
    """`kind[:scale[:start:end]]` -> kind, scale, start, end."""
    kind, *numbers = text.split(":")
    if not kind or len(numbers) not in (0, 1, 3):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form KIND[:SCALE[:START:END]]")
    if kind not in HINT_KINDS:
        raise argparse.ArgumentTypeError(f"there is no hint called {kind!r}, please choose from: {', '.join(HINT_KINDS)}")
    given = [number(float, 0, high)(value) for value, high in zip(numbers, (2, 1, 1), strict=False)]
    scale, start, end = (given + [1.0, 0.0, 1.0][len(given) :])[:3]
    if start >= end:
        raise argparse.ArgumentTypeError(f"{text!r} ends before it starts")
    return kind, scale, start, end


def build(run: Mapping[str, Run]) -> Parser:
    """run: what each of `COMMANDS` does with its options and the stream for its results."""
    parser = Parser(prog="app.py", description="Give an anime character a new outfit. Without a command the page is served.")
    commands = parser.add_subparsers(metavar=f"{{{','.join(COMMANDS)}}}", required=True)

    serve = commands.add_parser("serve", help="serve the page (default)")
    serve.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"), help="default: %(default)s")
    port = number(int, 1, 65535)
    serve.add_argument("--port", type=port, default=os.environ.get("GRADIO_SERVER_PORT", "7860"), help="default: %(default)s")
    serve.add_argument("--profile", help="the model that the page starts with (default: the best that this machine can run)")
    serve.add_argument("--no-download", action="store_true", help="start with the best model that is on this disk already")
    for row in settings.ROWS:
        kind, least = settings.kind_of(row), row.metadata["least"]
        read = kind if least is None else number(kind, least, row.metadata["most"])
        serve.add_argument(
            settings.flag(row.name),
            type=read,
            choices=row.metadata["words"],
            default=settings.given(row.name, str(row.default)),
            metavar=kind.__name__.upper(),
            help=f"{row.metadata['help']} (default: %(default)s)",
        )
    serve.set_defaults(run=run["serve"])

    swap = commands.add_parser("swap", help="swap one outfit and print one line of JSON")
    swap.add_argument("--character", required=True, type=Path, metavar="C.png")
    where = swap.add_mutually_exclusive_group()  # without: the clothing is found
    where.add_argument("--mask", type=Path, metavar="M.png", help="white = repaint; any size, scaled to the picture")
    where.add_argument("--painted", type=Path, metavar="P.png", help="the character scribbled over; the mask is the difference")
    swap.add_argument("--parts", help="without a mask: what to change, for example topwear,bottomwear (default: all clothing)")
    swap.add_argument("--prompt", help="the new outfit in words; needed unless there is a --garment")
    swap.add_argument("--garment", type=Path, action="append", default=[], metavar="G.png", help="a picture to wear; repeatable")
    scale = number(float, 0, 2)
    follow = "how closely to follow it (default: the model's own); given again for the next --garment"
    swap.add_argument("--garment-scale", type=scale, action="append", default=[], help=follow)
    parts = "what it is for, for example topwear,handwear (default: everywhere); given again for the next --garment"
    swap.add_argument("--garment-parts", action="append", default=[], metavar="PARTS", help=parts)
    lock = "whatever the model makes of them, the new clothes get the colours of the --garment pictures"
    swap.add_argument("--lock-palette", action="store_true", help=lock)
    swap.add_argument("--out", required=True, type=Path, metavar="OUT.png", help="with --count: OUT_1.png, OUT_2.png ...")
    also = "more pictures of the same character in the same clothes, for the same new outfit: OUT_A.png, OUT_B.png ..."
    swap.add_argument("--also", type=Path, nargs="+", default=[], metavar="A.png", help=also)
    swap.add_argument("--negative", default="", help="what to leave out")
    swap.add_argument("--seed", type=number(int, 0, MAX_SEED), help="default: a new one each time")
    swap.add_argument("--count", type=number(int, 1, 16), default=1, help="number of pictures (default: %(default)s)")
    swap.add_argument("--profile", default="bundled", help="the model (default: %(default)s)")
    swap.add_argument("--steps", type=number(int, 1, 150), help="default: the model's own")
    swap.add_argument("--guidance", type=number(float, 1, 30), help="1 = off; default: the model's own")
    swap.add_argument("--sampler", help="default: the model's first")
    swap.add_argument("--strength", type=number(float, 0.01, 1), default=1.0, help="1 = from noise (default: %(default)s)")
    swap.add_argument("--grow", type=number(int, 0, 4096), default=0, help="pixels the mask is grown by (default: %(default)s)")
    swap.add_argument("--feather", type=number(int, 0, 256), default=2, help="pixels softened inwards (default: %(default)s)")
    swap.add_argument("--loosen", type=number(float, 0, 1), default=0.0, help="how far a sprite's outline may be left, 0..1")
    swap.add_argument("--soft-edge", type=number(int, 0, 1024), default=0, help="pixels drawn along beyond the mask, 0 = none")
    also = "what to follow, for example pose or canny:0.6:0:0.7; repeatable, instead of the line art that is followed otherwise"
    swap.add_argument("--hint", type=hint, action="append", metavar="KIND[:SCALE[:START:END]]", help=also)
    own = "the outfit as drawn by hand, as large as the character, transparent where nothing is; off = from words alone"
    swap.add_argument("--draft", metavar="D.png|off", help=own)
    close = "how closely the result follows the draft, 0..1 (default: %(default)s)"
    swap.add_argument("--follow", type=number(float, 0, 1), default=1.0, metavar="F", help=close)
    swap.add_argument("--joints", type=Path, metavar="J.json", help=PLACED)
    swap.add_argument("--person", type=int, default=0, metavar="N", help=WHO)
    swap.add_argument("--no-detail", action="store_true", help="skip the second pass at twice the size")
    swap.set_defaults(run=run["swap"])

    draft = commands.add_parser("draft", help="draw an outfit on the character's body and print one line of JSON")
    draft.add_argument("--character", required=True, type=Path, metavar="C.png")
    draft.add_argument("--prompt", required=True, help="the outfit in words")
    draft.add_argument("--negative", default="", help="what to leave out")
    draft.add_argument("--mask", type=Path, metavar="M.png", help="where it may be drawn, white = there (default: everywhere)")
    draft.add_argument("--seed", type=number(int, 0, MAX_SEED), default=0, help="for what is not said (default: %(default)s)")
    draft.add_argument("--joints", type=Path, metavar="J.json", help=PLACED)
    draft.add_argument("--person", type=int, default=0, metavar="N", help=WHO)
    draft.add_argument("--out", required=True, type=Path, metavar="D.png", help="as large as the character, for swap --draft")
    draft.add_argument("--svg", action="store_true", help="also write it as curves, D.svg")
    draft.add_argument("--parts", action="store_true", help="also write each garment alone, D_1_skirt.png ...")
    draft.set_defaults(run=run["draft"])

    detect = commands.add_parser("detect", help="find the clothing and print one line of JSON")
    detect.add_argument("--character", required=True, type=Path, metavar="C.png")
    detect.add_argument("--parts", help="what of it --mask shows, for example topwear,bottomwear (default: all clothing)")
    detect.add_argument("--text", default="", help="something else to find, in words")
    detect.add_argument("--out", required=True, type=Path, metavar="LABELS.png", help="an index a pixel, 0 = background")
    detect.add_argument("--mask", type=Path, metavar="M.png", help="also write a mask, white = these parts and what --text found")
    detect.set_defaults(run=run["detect"])

    upscale = commands.add_parser("upscale", help="redraw a picture larger and print one line of JSON")
    upscale.add_argument("--picture", required=True, type=Path, metavar="IN.png")
    upscale.add_argument("--scale", required=True, type=int, choices=(2, 4), help="times its size")
    upscale.add_argument("--out", required=True, type=Path, metavar="OUT.png")
    upscale.set_defaults(run=run["upscale"])

    models = commands.add_parser("models", help="list the models, or fetch, check or remove their weight files")
    models.add_argument("what", choices=("list", "download", "verify", "remove"), nargs="?", default="list")
    models.add_argument("names", nargs="*", metavar="NAME", help="which models; without one, list and verify take all")
    models.add_argument("--all-hints", action="store_true", help="with download: also what reads pose, depth, edges ...")
    models.set_defaults(run=run["models"])
    return parser
