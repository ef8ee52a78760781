"""A server that is killed: python -m tests.serving.crashing FOLDER PORT.

At every line that it reads a process of its own serves, and its number is printed, and "gone" once it is dead. Those are
forks: what takes seconds is imported once.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any, cast

import numpy as np

from pipeline.marking import save_result
from pipeline.request import OnStep, Step, SwapRequest, SwapResult
from serving.engine import Engine, Health
from serving.service import Service
from serving.settings import Settings
from serving.stock import Stock
from serving.web import site
from serving.web.server import WebServer

STEP_SECONDS = 0.01


def colour(seed: int) -> tuple[int, int, int]:
    return seed % 251, seed // 251 % 251, 99


class SeedEngine:
    """Paints everything in a colour that says the seed."""

    def check(self, request: SwapRequest) -> None:
        """Nothing is refused."""

    def swap(self, request: SwapRequest, on_step: OnStep) -> SwapResult:
        for index in range(request.steps):
            time.sleep(STEP_SECONDS)
            on_step(Step(index + 1, request.steps))
        image = request.character.copy()
        image[..., :3] = colour(request.seed)
        return SwapResult((image,), (request.seed,), np.full(image.shape[:2], 255, np.uint8))

    def health(self) -> Health:
        return Health(True, "bundled", "cpu")


def serve(folder: str, port: int) -> None:
    settings = Settings(jobs=folder, rate=0, queue=1000, share=1000)
    desk = Service(cast(Engine, cast(Any, SeedEngine())), save_result, settings)
    server = WebServer(site.build(desk, Stock(Path(__file__).parents[2]), "bundled", True), "127.0.0.1", port)
    server.start()
    print(os.getpid(), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    while sys.stdin.readline():
        if served := os.fork():
            os.waitpid(served, 0)
            print("gone", flush=True)
        else:
            serve(sys.argv[1], int(sys.argv[2]))
            os._exit(0)
