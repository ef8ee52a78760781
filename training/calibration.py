"""Does detection know how sure it may be? A reliability table on drawings of unseen seeds in unseen styles.

    python -m training.calibration --count 120

Fits the temperature (Guo et al., arXiv:1706.04599) of the parts' probabilities on other seeds, and prints it; then, for every
tenth of what it says, how often a pixel that may be clothing is; and what overlap it expects beside the true one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.profiles import SEGMENTER
from models.segmenter import Segmenter, load_bundled
from pipeline.detect import TEMPERATURE, dressed_odds, expected_overlap, settle
from pipeline.request import CLOTHING
from training.evaluate_detection import FIRST_UPLOAD, Case, drawn_cases, labelled_cases, uploads

TUNING = FIRST_UPLOAD + 100_000
TEMPERATURES = np.arange(0.6, 3.01, 0.1)
BINS = 10
STEP = 7  # every so many pixels are looked at


@dataclass(frozen=True)
class Told:
    """odds: N, log odds that a pixel is clothing; true: N bool; expected, overlap: IoU of the clothing of the whole picture."""

    odds: NDArray[np.float32]
    true: NDArray[np.bool_]
    expected: float
    overlap: float


def upload_cases(count: int, first: int) -> Iterator[Case]:
    for number, (drawing, picture) in enumerate(islice(uploads(first), count)):
        yield Case(str(first + number), picture, drawing.labels)


def told(segmenter: Segmenter, case: Case) -> Told:
    """What detection says of a picture, and what is true."""
    found = settle(segmenter, case.character)
    rows, columns = found.where
    height, width = found.labels.shape
    y = rows.start + ((np.arange(height) + 0.5) * (rows.stop - rows.start) / height).astype(int)
    x = columns.start + ((np.arange(width) + 0.5) * (columns.stop - columns.start) / width).astype(int)
    true = case.clothing[np.ix_(y, x)]
    said = np.isin(found.labels, CLOTHING)
    overlap = float((true & said).sum() / max(1, (true | said).sum()))
    odds = dressed_odds(found.probabilities).ravel()[::STEP]
    return Told(odds, true.ravel()[::STEP], expected_overlap(found.probabilities, found.labels), overlap)


def fitted(rows: list[Told]) -> float:
    """The temperature at which what is true is least surprising."""
    odds, true = (np.concatenate([getattr(row, name) for row in rows]) for name in ("odds", "true"))
    losses = [np.logaddexp(0, np.where(true, -odds, odds) / t).mean() for t in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def table(rows: list[Told], temperature: float) -> Iterator[str]:
    """Lines: what is said, how often it is true, of which share of the pixels; and the mean error, weighted by that share."""
    odds, true = (np.concatenate([getattr(row, name) for row in rows]) for name in ("odds", "true"))
    likely = 1 / (1 + np.exp(-odds / temperature))
    error = 0.0
    yield "| said | true | share of the pixels |\n|---|---|---|"
    for low in np.arange(BINS) / BINS:
        where = (likely >= low) & (likely < low + 1 / BINS if low < 1 - 1 / BINS else likely <= 1)
        if where.any():
            error += float(where.mean() * abs(true[where].mean() - likely[where].mean()))
            yield f"| {likely[where].mean():.2f} | {true[where].mean():.2f} | {where.mean():.4f} |"
    yield f"\nexpected calibration error {error:.4f}"


def overlaps(rows: list[Told]) -> Iterator[str]:
    """Lines: the overlap that is expected, the true one, of how many pictures."""
    expected, true = (np.array([getattr(row, name) for row in rows]) for name in ("expected", "overlap"))
    yield "| expected IoU | true IoU | pictures |\n|---|---|---|"
    for low, high in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)):
        where = (expected >= low) & (expected < high)
        if where.any():
            yield f"| {low:.1f} to {min(high, 1):.1f} | {true[where].mean():.2f} | {where.sum()} |"
    yield f"\ncorrelation {np.corrcoef(expected, true)[0, 1]:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.calibration", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=120, help="drawings of each kind (default: %(default)s)")
    parser.add_argument("--labelled", type=Path, nargs="*", default=[], help="folders of labelled pictures to tell of as well")
    parser.add_argument("--weights", type=Path, default=SEGMENTER)
    options = parser.parse_args()
    segmenter = load_bundled(options.weights)
    tuning = [told(segmenter, case) for case in upload_cases(options.count, TUNING)]
    print(f"temperature {fitted(tuning):.1f}, in use {TEMPERATURE}")
    sets = {"drawn": list(drawn_cases(options.count)), "uploads": list(upload_cases(options.count, FIRST_UPLOAD))}
    sets |= {folder.name: list(labelled_cases(folder)) for folder in options.labelled}
    for name, cases in sets.items():
        rows = [told(segmenter, case) for case in cases]
        print(f"\n{name}\n\n" + "\n".join([*table(rows, TEMPERATURE), "", *overlaps(rows)]), flush=True)


if __name__ == "__main__":
    main()
