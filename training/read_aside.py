"""Read labelled pictures that are kept aside, and write every reading down, for they may be read but few times.

    python -m training.read_aside DIR --weights OLD NEW --readers OLD NEW --log docs/experiments/read_aside.md

DIR holds folders with `image.png`, `labels.png` and `joints.json`. Nothing may be chosen by what it says.
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from models import hint_reader
from models.profiles import SEGMENTER
from models.segmenter import load_bundled
from training.evaluate_detection import Case, Method, labelled_cases, parser_alone, score, with_sam
from training.reading_report import on_pictures

WORST = 5  # pictures that are named


def rows(name: str, methods: dict[str, Method], cases: Sequence[Case]) -> Iterator[str]:
    """Lines of a table: clothing IoU, mean IoU of the parts, boundary F, and the pictures with the worst clothing."""
    for method, run in methods.items():
        means, each = score(run, cases)
        worst = sorted(zip(each, (case.name for case in cases), strict=True))[:WORST]
        figures = " | ".join(f"{value:.3f}" for value in means[:3])
        yield f"| {name}, {method} | {figures} | " + ", ".join(f"{known} {row[0]:.2f}" for row, known in worst) + " |"


def report(folder: Path, weights: Sequence[Path], readers: Sequence[Path]) -> Iterator[str]:
    """The whole reading, line by line."""
    cases = [case for case in labelled_cases(folder) if case.clothing.any()]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    yield f"\n### {folder.name}, {date.today()}, commit {commit}\n"
    yield "| weights, method | clothing IoU | parts | boundary F | worst |\n|---|---|---|---|---|"
    for path in weights:
        segmenter = load_bundled(path)
        yield from rows(path.name, {"raw": parser_alone(segmenter), "with SAM": with_sam(segmenter)}, cases)
    yield ""
    for path, reader in zip(weights, readers, strict=True):
        yield f"- {path.name}: {on_pictures(hint_reader.load(reader, path), folder)[-1]}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.read_aside", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=Path, nargs="+", default=[SEGMENTER], help="of segmenters; default: the bundled one")
    parser.add_argument("--readers", type=Path, nargs="+", default=[hint_reader.FOLDER], help="their readers of poses")
    parser.add_argument("--log", type=Path, required=True, help="the file to which the reading is added")
    options = parser.parse_args()
    with options.log.open("a", encoding="utf-8") as log:
        for line in report(options.folder, options.weights, options.readers):
            print(line, flush=True)
            log.write(line + "\n")


if __name__ == "__main__":
    main()
