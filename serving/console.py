"""What a terminal shows while a picture is made."""

from __future__ import annotations

from typing import TextIO

from pipeline.request import Step


class Bar:
    """A step callback that draws a bar, where nobody looks on only every tenth."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._live, self._shown = stream, stream.isatty(), -1

    def __call__(self, step: Step) -> None:
        if step.stage == "load":
            print(f"load {step.model} ...", file=self._stream, flush=True)
            return
        tenths = int(10 * (step.image + step.index / max(1, step.total)) / step.images)
        if not self._live and tenths == self._shown:
            return
        self._shown = tenths
        picture = f" picture {step.image + 1} of {step.images}" if step.images > 1 else ""
        line = f"{step.stage} [{'#' * (2 * tenths):<20}] step {step.index} of {step.total}{picture}"
        print(f"\r{line:<70}" if self._live else line, end="" if self._live else "\n", file=self._stream, flush=True)

    def close(self) -> None:
        if self._live:
            print(file=self._stream)


class Bytes:
    """A download's progress: (bytes done, bytes in all, file) -> one line that is overwritten, or every tenth."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._live, self._shown = stream, stream.isatty(), -1

    def __call__(self, done: int, total: int, file: str) -> None:
        tenths = 10 * done // max(1, total)
        if not self._live and tenths == self._shown:
            return
        self._shown = tenths
        line = f"{done / 1e9:.2f} of {total / 1e9:.2f} GB  {file}"
        print(f"\r{line:<78.78}" if self._live else line, end="" if self._live else "\n", file=self._stream, flush=True)

    def close(self) -> None:
        if self._live:
            print(file=self._stream)
