"""A fitted body where it is seen bare: limbs as wide as their skin and on it, and the neck.

A few numbers fit a whole body, so a limb lies some pixels beside its skin here and there. Where new cloth ends on that skin, or
skin is drawn on from it, that is a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import Evidence, Mask
from pipeline.regions import spans_of
from pipeline.request import CLOTHING, ClothingPart
from pipeline.wrists import with_wrists
from wardrobe.canvas import Frame
from wardrobe.figure import Figure
from wardrobe.geometry import Limb, Points, normals_of

Floats = NDArray[np.float64]

REACH, STEPS = 2.4, 97  # half-widths to either side that are looked at, and points there
OFF = 0.9  # half-widths: how far from the limb's middle its skin may begin
NARROWEST, WIDEST = 0.55, 1.7  # of the fitted width: other skin is of another limb
LEAST = 4  # samples of a limb, of 33, that have to be seen in a row
ROOT = 5  # samples beyond a limb's end
BESIDE, WHOLE = 2, 0.7  # samples to either side, and of the widest of them: what is narrower is no whole limb
FADES = 4.0  # samples after which what was seen counts less and less
JAW, LEAST_ROWS = 0.56, 0.06  # heads: from where on below the skull's middle a neck is seen, and how much of it has to be
BESIDE_JAW = 0.25  # likewise from where on it may be seen beside a face that is known
SKULL, FARTHEST = (0.2, 0.45), 0.3  # heads below its middle: where hair and face are as wide as it; and how far off a face may be
CHIN = 0.6  # of its upper width: a chin grows narrower than that, a neck does not
NARROW = 75  # percentile of its rows
NECKS = 0.5, 1.4  # of the usual width: what is narrower or wider is no neck
WIDER = 0.02  # heads: by which a neck must be seen to be wider than it is drawn
SLOPE = 0.3  # to a side and down: no neck slopes more
UNEVEN, SIDE_POINTS = 0.02, 4  # heads: by which a seen side may stray from a curve; points of it
CLOTH, TURTLE = 0.06, 0.23  # of a turtleneck's width: its cloth on either side; heads: half of the widest, others stand off


def with_seen_limbs(figure: Figure, frame: Frame, evidence: Evidence) -> Figure:
    """The figure with arms, legs and neck as they are seen, where they are."""
    skin = evidence.labels == ClothingPart.SKIN
    legs = (skin & ~evidence.hands) | (evidence.labels == ClothingPart.LEGWEAR)  # a hand may lie on a skirt
    figure = replace(figure, arms=_seen(figure.arms, skin, frame), legs=_seen(figure.legs, legs, frame))
    figure = with_wrists(figure, frame, evidence)
    return _in_collar(_with_own_neck(_under_skull(figure, frame, evidence), frame, evidence.hands), frame, evidence)


def _seen(limbs: Mapping[str, Limb], skin: Mask, frame: Frame) -> dict[str, Limb]:
    return {side: _on_skin(limb, skin, frame) for side, limb in limbs.items()}


def _on_skin(limb: Limb, skin: Mask, frame: Frame) -> Limb:
    """The limb moved across and widened to the skin that is seen along it, and a little beyond its end: to the root of a hand."""
    count, last = len(limb.half), limb.centre[-1] - limb.centre[-2]
    centre = np.concatenate([limb.centre, limb.centre[-1] + last * np.arange(1, ROOT + 1)[:, None]])
    wide = np.pad(limb.half, (0, ROOT), mode="edge")
    normals = normals_of(centre)
    across = np.linspace(-REACH, REACH, STEPS)
    points = centre[:, None] + normals[:, None] * (across[:, None] * wide[:, None, None])
    x, y = (np.rint(points[..., axis] * frame.scale + (frame.dx, frame.dy)[axis]).astype(int) for axis in (0, 1))
    inside = (x >= 0) & (y >= 0) & (x < skin.shape[1]) & (y < skin.shape[0])
    bare = skin[y.clip(0, skin.shape[0] - 1), x.clip(0, skin.shape[1] - 1)] & inside
    runs = np.array([_run(row, across) for row in bare])  # first and last place of the skin, NaN where it is not seen
    known = _in_a_row(np.isfinite(runs[:, 0]))
    known &= _whole(np.where(known, runs[:, 1] - runs[:, 0], 0), count)
    if not known.any():
        return limb
    at = np.arange(len(runs))
    middle, half = runs.mean(1) * wide, np.log(np.diff(runs, axis=1)[:, 0] / 2)
    away = np.abs(at[:, None] - at[known]).min(1)
    share = np.exp(-((away / FADES) ** 2))
    moved, wider = ((share * _calm(np.interp(at, at[known], plane[known])))[:count] for plane in (middle, half))
    return replace(limb, centre=limb.centre + normals[:count] * moved[:, None], half=limb.half * np.exp(wider))


def _run(bare: NDArray[np.bool_], across: Floats) -> tuple[float, float]:
    """The ends of the skin that is nearest to the middle, in half-widths."""
    nowhere = float("nan"), float("nan")
    if not bare.any():
        return nowhere
    spans = across[np.array(spans_of(bare)) - (0, 1)]
    first, last = spans[np.maximum(spans[:, 0], -spans[:, 1]).argmin()]
    fits = NARROWEST < (last - first) / 2 < WIDEST and max(first, -last) < OFF
    return (first, last) if fits and first > -REACH and last < REACH else nowhere


def _in_a_row(known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without rows that are fewer than LEAST."""
    kept = known.copy()
    for start, stop in spans_of(known):
        kept[start:stop] &= stop - start >= LEAST
    return kept


def _whole(widths: Floats, count: int) -> NDArray[np.bool_]:
    """Samples that show a limb in its whole width: not where a sleeve ends aslant, nor from where a thumb parts on. count: of
    samples up to the limb's end."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(widths, BESIDE), 2 * BESIDE + 1).max(1)
    whole = widths > WHOLE * around
    parts = np.flatnonzero(~whole[count:] & (widths[count:] > 0))
    if len(parts):
        whole[count + parts[0] :] = False
    return np.asarray(whole)


def _calm(line: Floats) -> Floats:
    """Smooth: a median of five, and the mean of three of it."""
    padded = np.pad(line, 2, mode="edge")
    median = np.median([padded[k : k + len(line)] for k in range(5)], axis=0)
    return np.asarray(np.convolve(np.pad(median, 1, mode="edge"), np.ones(3) / 3, mode="valid"))


def _under_skull(figure: Figure, frame: Frame, evidence: Evidence) -> Figure:
    """The figure with its neck under the middle of hair and face: a turned face lies before it."""
    head = figure.head
    (x, y0), (_, y1) = frame.pixel(*head.at(0, SKULL[0])), frame.pixel(*head.at(0, SKULL[1]))
    skull = evidence.hands | (evidence.labels == ClothingPart.HAIR)
    middles = []
    for row in skull[max(0, round(y0)) : max(0, round(y1))]:
        middles += [(a + b) / 2 for a, b in spans_of(row) if a <= x < b]
    if not middles:
        return figure
    off = float(np.clip((np.median(middles) - x) / frame.scale, -FARTHEST, FARTHEST))
    return replace(figure, head=replace(head, nape=(x - frame.dx) / frame.scale + off))


def _with_own_neck(figure: Figure, frame: Frame, bare: Mask) -> Figure:
    """The figure with the neck as wide as it is seen between chin and collar, and there, where it is."""
    rows = list(_about_nape(figure, frame, bare).values())
    if len(rows) < LEAST_ROWS * frame.scale:
        return figure
    first, last = np.array(rows).T
    upper, *_, lower = (float(np.median(part)) for part in np.array_split(last - first, 3))
    if lower < CHIN * upper:
        return figure
    return _between(figure, frame, {-1: first, 1: last})


def with_seen_sides(figure: Figure, frame: Frame, neck: Mask, nobody: Mask, line: float = 0.0) -> Figure:
    """The figure with its neck between the sides that are seen, or at the one that is: the other may lie behind hair.

    neck: H x W, what is seen of it; nobody: H x W, where nobody is, so that what ends there is no edge of hair or collar; line:
    width of the picture's lines, pixels.
    """
    ends = side_ends(figure, frame, neck, nobody, BESIDE_JAW)
    found = {side: rows for side, rows in ends.items() if len(rows) > LEAST_ROWS * frame.scale}
    between = _between(figure, frame, {side: list(rows.values()) for side, rows in found.items()})
    if between is not figure:
        left, right = (_side_line(found[side], side, frame, line) if side in found else None for side in (-1, 1))
        between = replace(between, head=replace(between.head, neck=(left, right)))
    return between


def as_wide_as_seen(figure: Figure, frame: Frame, neck: Mask, line: float) -> Figure:
    """The figure with its neck as wide as what is seen of it, also where old clothes lie beside that: they may hide a neck, but
    do not widen it."""
    spans = _about_nape(figure, frame, neck, BESIDE_JAW)
    sides = []
    for index, (side, drawn, known) in enumerate(zip((-1, 1), figure.neck_sides(), figure.head.neck, strict=True)):
        x, y = frame.pixels(drawn).T
        ends = {row: span[index] for row, span in spans.items()}
        wider = {row: end for row, end in ends.items() if side * (end - np.interp(row, y, x)) > WIDER * frame.scale}
        found = None if known is not None or not wider else _side_line(wider, side, frame, line)
        if found is not None and np.abs(np.diff(found[:, 0]) / np.diff(found[:, 1])).max() > SLOPE:
            found = None  # a jaw
        sides.append(known if found is None else found)
    left, right = sides
    return replace(figure, head=replace(figure.head, neck=(left, right)))


def _side_line(rows: Mapping[int, int], side: int, frame: Frame, line: float) -> Points | None:
    """A side of the neck, N x 2 in unit space, the middle of its line, down to where it is narrowest; None if uneven."""
    y = np.array(sorted(rows))
    x = np.array([rows[row] for row in y], float)
    last = len(y) - int((side * x)[::-1].argmin())
    breaks = np.flatnonzero((np.diff(y[:last]) > 2) | (np.abs(np.diff(x[:last])) > 2)) + 1  # beyond them it is jaw or hair
    y, x = max(zip(np.split(y[:last], breaks), np.split(x[:last], breaks), strict=True), key=lambda run: len(run[0]))
    if len(y) <= LEAST_ROWS * frame.scale:
        return None
    curve = np.polynomial.Polynomial.fit(y, x, 2)
    if np.abs(curve(y) - x).max() > UNEVEN * frame.scale + 1:
        return None
    at = np.linspace(y[0], y[-1] + 1, SIDE_POINTS)
    seen = np.stack([curve(at) - side * line / 2, at], 1)
    return np.asarray((seen - (frame.dx, frame.dy)) / frame.scale)


def side_ends(figure: Figure, frame: Frame, seen: Mask, nobody: Mask, level: float) -> dict[int, dict[int, int]]:
    """For the left side (-1) and the right one (1) row -> column at which what is seen about the neck ends and nobody is beyond
    it, from a level of the head down. On the right it is one beyond the last."""
    ends: dict[int, dict[int, int]] = {-1: {}, 1: {}}
    for row, span in _about_nape(figure, frame, seen, level).items():
        for side, end in zip(ends, span, strict=True):
            beyond = end - 1 if side < 0 else end
            if 0 <= beyond < seen.shape[1] and nobody[row, beyond]:
                ends[side][row] = end
    return ends


def _between(figure: Figure, frame: Frame, ends: Mapping[int, Sequence[int] | NDArray[np.int_]]) -> Figure:
    """The figure with its neck where rows of it end: columns on the left (-1), on the right (1) or on both. It is taken where it
    is narrow: what is seen of it lies over what is drawn, with its line."""
    seen = {
        side: float(np.percentile(found, NARROW if side < 0 else 100 - NARROW) - frame.dx) / frame.scale
        for side, found in ends.items()
    }
    half = (seen[1] - seen[-1]) / 2 if len(seen) == 2 else figure.body.neck_half
    if not seen or not NECKS[0] < half / figure.body.neck_half < NECKS[1]:
        return figure
    return _with_neck(figure, half, float(np.mean([end - side * half for side, end in seen.items()])))


def _in_collar(figure: Figure, frame: Frame, evidence: Evidence) -> Figure:
    """A turtleneck is hardly wider than the neck in it; other collars stand off, and what hair leaves of one says nothing."""
    rows = list(_about_nape(figure, frame, np.isin(evidence.labels, CLOTHING) | evidence.hands).values())
    if len(rows) < LEAST_ROWS * frame.scale:
        return figure
    left, right = min(rows, key=lambda span: span[1] - span[0])
    half = (0.5 - CLOTH) * (right - left) / frame.scale
    if not figure.body.neck_half < half < TURTLE:
        return figure
    return _with_neck(figure, half, ((left + right) / 2 - frame.dx) / frame.scale)


def _about_nape(figure: Figure, frame: Frame, region: Mask, level: float = JAW) -> dict[int, tuple[int, int]]:
    """Row -> its widest span of a region that is not far to one side, from a level of the head down to the shoulders."""
    (x, y0), (_, y1) = frame.pixel(*figure.head.at(0, level)), frame.pixel(*figure.torso.at(0, 0.0))
    reach = figure.head.wide * frame.scale  # below a turned head a neck stands to one side
    found = {}
    for row in range(max(0, round(y0)), min(len(region), max(0, round(y1)))):
        if spans := [(a, b) for a, b in spans_of(region[row]) if abs((a + b) / 2 - x) < reach]:
            found[row] = max(spans, key=lambda span: span[1] - span[0])
    return found


def _with_neck(figure: Figure, half: float, middle: float) -> Figure:
    return replace(figure, body=replace(figure.body, neck_half=half), head=replace(figure.head, nape=middle))
