"""An engine for a process of its own, without weights and without torch: what becomes of a job is in its prompt.

python -m tests.serving.distant WORD: says which process it is in, has it find the word, and waits to be killed.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from models.profiles import PROFILES, SEGMENTER
from models.weights import WeightsError
from pipeline.cancelling import raise_if_cancelled
from pipeline.request import (
    Cancelled,
    Click,
    Detection,
    DetectRequest,
    Drafted,
    Image8,
    OnStep,
    Step,
    SwapRequest,
    SwapResult,
    Upscaled,
    UserError,
)
from serving.engine import Health
from serving.process import ProcessEngine
from wardrobe.canvas import Frame
from wardrobe.style import Style
from wardrobe.svg import Sheet

if TYPE_CHECKING:
    from serving.local import LocalEngine

STEP_SECONDS = 0.05
PIECE = 100_000  # bytes: the C library puts what is much larger elsewhere
KEPT: list[Image8] = []
STYLE = Style(0.1, "dark", (20, 10, 10), 0.5, "cel", (90, 90, 90), (0.7, 0.5), 0.5, 1.0, 1.0, 0.0, 3)


class OwnError(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


class DistantEngine:
    def swap(self, request: SwapRequest, on_step: OnStep) -> SwapResult:
        _become(request.prompt)
        for index in range(request.steps):
            time.sleep(STEP_SECONDS)
            on_step(Step(index + 1, request.steps, preview=request.character[..., :3]))
        return SwapResult(
            (request.character[::-1],), (request.seed,), np.zeros((0, 3), np.uint8), metadata={"prompt": request.prompt}
        )

    def upscale(self, image: Image8, scale: int, on_step: OnStep) -> Upscaled:
        return Upscaled(image.repeat(scale, 0).repeat(scale, 1), 0.1)

    def detect(self, request: DetectRequest) -> Detection:
        _become(request.words)
        plane = request.character[..., 0]
        return Detection(plane, plane.T)

    def draft(self, request: SwapRequest) -> Drafted:
        sheet = Sheet((), STYLE, Frame(30, 20, 10, 0, 0))
        return Drafted(request.character, as_svg=sheet.svg)

    def look(self, character: Image8) -> None:
        return

    def pick(self, character: Image8, clicks: Sequence[Click]) -> Image8:
        return np.full(character.shape[:2], clicks[0].x, np.uint8)

    def hint(self, kind: str, character: Image8, mask: Image8, own: Image8 | None = None) -> Image8:
        assert own is None
        return mask[..., None].repeat(3, 2)

    def warm_up(self) -> None:
        return

    def health(self) -> Health:
        return Health(True, "bundled", f"process {os.getpid()}", detects=SEGMENTER.is_dir())


def _become(word: str) -> None:
    if word == "wrong":
        raise UserError("Please choose another.")
    if word == "cancelled":
        raise Cancelled
    if word == "weights":
        raise UserError("The weights are damaged.") from WeightsError("model.safetensors")
    if word == "own":
        raise OwnError("this", "that")
    if word == "zero":
        raise ZeroDivisionError("by nothing")
    if word == "unicode":
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "why")
    if word == "murmur":
        logging.getLogger("xformers").warning("no kernels for a CPU")
        logging.getLogger("xformers").error("broken kernel")
    if word == "die":
        os._exit(3)
    if word == "pieces":  # 300 MB, some of which stay
        pieces = [np.ones(PIECE, np.uint8) for _ in range(3000)]
        KEPT.extend(pieces[::30])
        del pieces
    if word == "stages":  # tells no steps
        while True:
            time.sleep(STEP_SECONDS)
            raise_if_cancelled()
    if word == "hang":
        time.sleep(3600)
    if word == "stuck" and sys.platform != "win32":  # keeps the interpreter for itself: no other thread runs any more
        ctypes.PyDLL(None).sleep(3600)


def make() -> LocalEngine:
    return cast("LocalEngine", DistantEngine())


def engine(cancel_seconds: float = 30.0) -> ProcessEngine:
    return ProcessEngine(make, "bundled", PROFILES, cancel_seconds)


def job(prompt: str = "red skirt", steps: int = 3, side: int = 24) -> SwapRequest:
    character = np.random.default_rng(1).integers(0, 255, (side, side, 4), np.uint8)
    return SwapRequest(character, seed=7, mask=character[..., 3], prompt=prompt, steps=steps)


if __name__ == "__main__":
    mine = engine()
    mine.warm_up()
    print(mine.health().device, flush=True)
    mine.detect(DetectRequest(job().character, sys.argv[1]))
