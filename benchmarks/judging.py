"""What the bundled judge of explicit pictures says of harmless drawings, and how long it takes.

    OMP_NUM_THREADS=1 python -m benchmarks.judging [FOLDER ...] [--drawn 300] [--first 0] [--photographs FILE ...]

Looks at all pictures below the folders, at drawn training characters, and at every kind of garment on two bodies, swimwear and
sports clothes among them. Prints the highest scores, how many would be refused, and how far photographs are told from drawings.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from models.picture_judges import RATING, Judge, load_judges
from pipeline.images import load_character
from pipeline.request import Image8
from pipeline.safety import seen_by_judges
from training.characters import draw
from training.kind_sheet import STYLE, dressed
from wardrobe.kinds import KINDS

SIZE = (384, 256)
BODIES = (1915, 458)  # a teenage girl, a grown man
SUFFIXES = (".png", ".jpg", ".webp")
HIGHEST = 12


def harmless(folders: Sequence[Path], first: int, drawn: int) -> Iterator[tuple[str, Image8]]:
    """Names and pictures, H x W x 4."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in SUFFIXES and path.stem not in ("labels", "mask") and path.parent.name != "labels":
                yield str(path.relative_to(folder.parent)), load_character(path)
    for seed in range(first, first + drawn):
        yield f"drawn character {seed}", draw(seed, SIZE).image
    for kind in KINDS:
        for body in BODIES:
            image = draw(body, SIZE, background=False, style=STYLE, outfit=dressed(kind)).image
            yield f"{kind} on {body}", image


def report(judge: Judge, pictures: Iterator[tuple[str, Image8]]) -> None:
    scores, neutral, seconds = {}, [], []
    for name, picture in pictures:
        seen = seen_by_judges(picture)
        began = time.perf_counter()
        found = judge.scores(seen)
        seconds.append(time.perf_counter() - began)
        scores[name] = sum(found[label] for label in judge.row.refused)
        neutral.append(found["neutral"])
    above = sum(score >= judge.row.limit for score in scores.values())
    milliseconds = round(1000 * float(np.median(seconds)))
    print(f"{len(scores)} harmless drawings, {above} refused at {judge.row.limit}, {milliseconds} ms each")
    for name in sorted(scores, key=lambda name: -scores[name])[:HIGHEST]:
        print(f"  {scores[name]:.2f} {name}")
    print(f"as photographs, 'neutral': {sum(share > 0.95 for share in neutral)} of these drawings above 0.95")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judging", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, default=[Path("assets/examples")])
    parser.add_argument("--drawn", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="seed of the first drawn character")
    parser.add_argument("--photographs", nargs="*", type=Path, default=[])
    options = parser.parse_args()
    (judge,) = (judge for judge in load_judges(roles=(RATING,)) if judge.row.ships)
    report(judge, harmless(options.folders, options.first, options.drawn))
    for path in options.photographs:
        print(f"  photograph {path.name}: neutral {judge.scores(seen_by_judges(load_character(path)))['neutral']:.2f}")


if __name__ == "__main__":
    main()
