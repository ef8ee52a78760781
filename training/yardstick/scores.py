"""What is measured of one result, and the rows of the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.composite import key_colour
from pipeline.images import crop_around, flatten
from pipeline.request import Image8
from training.cases import Case
from training.judges import Judge, read_kinds
from training.metrics import SAME_COLOUR, colour_distance, outside_identical, seam
from training.pairs import NATIVE
from training.yardstick.lines import LineScore, line_score
from training.yardstick.redress import PartsReRead


@dataclass(frozen=True)
class Score:
    """colours: of each named garment or part, is its median colour the same; kinds, true_kinds: did the judge name each
    garment, in the result and in the true picture (none where it knows no such kind); parts, true_parts: IoU of the parts
    that the frozen parser reads in the result and in the original (None for drawings)."""

    outside: bool
    colours: tuple[bool, ...]
    kinds: tuple[bool, ...]
    true_kinds: tuple[bool, ...]
    parts: float | None
    true_parts: float | None
    seam: float
    lines: LineScore
    seconds: float


def score(
    case: Case, image: Image8, mask: Image8, seconds: float, judge: Judge | None = None, reader: PartsReRead | None = None
) -> Score:
    """image: H x W x 4, a method's result; mask: H x W, what it may have changed. judge: of drawn kinds; reader: of parts."""
    background = key_colour(case.source.image)
    result, truth = flatten(image, background), flatten(case.truth.image, background)
    regions = [case.region(index) for index in case.named]
    named = [case.truth.garments[index] for index in case.named]
    kinds: list[bool] = []
    true_kinds: list[bool] = []
    if judge is not None:
        crop = crop_around(case.mask.astype(np.uint8) * 255, NATIVE)
        for read, into in zip(read_kinds(judge, [crop.take(result), crop.take(truth)]), (kinds, true_kinds), strict=True):
            into += [read[garment.slot] == garment.kind for garment in named]
    return Score(
        outside=outside_identical(image, case.source.image, mask),
        colours=tuple(colour_distance(result, truth, region) < SAME_COLOUR for region in regions),
        kinds=tuple(kinds),
        true_kinds=tuple(true_kinds),
        parts=None if reader is None else reader.iou(image, case),
        true_parts=None if reader is None else reader.iou(case.truth.image, case),
        seam=seam(result, truth, case.mask),
        lines=line_score(result, truth, np.logical_or.reduce(regions), case.truth.garment_map),
        seconds=seconds,
    )


def summary(scores: Sequence[Score]) -> dict[str, float]:
    """Column -> mean; only columns that the set has."""

    def mean(values: Iterable[float | None]) -> float | None:
        found = [value for value in values if value is not None]
        return float(np.mean(found)) if found else None

    def each(name: str) -> Iterator[bool]:
        return (value for row in scores for value in getattr(row, name))

    columns = {
        "outside-identical": mean(row.outside for row in scores),
        "colour": mean(each("colours")),
        "garment": mean(each("kinds")),
        "garment, drawn": mean(each("true_kinds")),
        "parts": mean(row.parts for row in scores),
        "parts, original": mean(row.true_parts for row in scores),
        "seam": mean(row.seam for row in scores),
        "line F": mean(row.lines.all for row in scores),
        "outlines": mean(row.lines.outline for row in scores),
        "inner lines": mean(row.lines.inner for row in scores),
        "line F, same way": mean(row.lines.directed for row in scores),
        "seconds": float(np.median([row.seconds for row in scores])),
    }
    return {name: value for name, value in columns.items() if value is not None}
