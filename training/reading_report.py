"""How well poses, depth and bodies are read: on drawings, and joints on labelled pictures."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.hint_reader import JOINTS, SEGMENTS, BodyMap, HintReader
from pipeline.body import CLAIMED
from pipeline.detect import BEHIND
from pipeline.evidence import read_evidence
from pipeline.images import flatten, load_character
from training.characters.body_map import DrawnBody, seen, split
from training.evaluate_detection import drawings
from training.fit_trust import height_of
from training.posed import relief

CLOSE = 0.05  # of the height: a joint this near is found
HERE = 0.5  # how sure a segment has to be where it is


@dataclass
class BodyScore:
    """Sums over cells of all drawings. shared, either: of each of `SEGMENTS`, true and read."""

    shared: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(SEGMENTS)))
    either: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(SEGMENTS)))
    right: float = 0.0
    off: float = 0.0
    cells: float = 0.0

    def add(self, read: BodyMap, truth: DrawnBody) -> None:
        """read: of the whole drawing."""
        y, x = np.mgrid[: read.along.shape[0], : read.along.shape[1]]
        (height, width), (rows, columns) = truth.occupancy.shape, read.along.shape
        x, y = ((x + 0.5) * (width / columns) - 0.5).astype(np.float32), ((y + 0.5) * (height / rows) - 0.5).astype(np.float32)
        bits, front, place = seen(truth, x, y, mirrored=False)
        there, found = split(bits.astype(np.uint16)), read.occupancy > HERE
        self.shared += (there & found).sum((1, 2))
        self.either += (there | found).sum((1, 2))
        body = front > 0
        self.right += float((read.front.argmax(0) == front)[body].sum())
        self.off += float(np.abs(read.along - place[0])[body].sum())
        self.cells += float(body.sum())

    def __str__(self) -> str:
        overlaps = self.shared / np.maximum(self.either, 1)
        each = ", ".join(f"{name} {overlap:.3f}" for name, overlap in zip(SEGMENTS, overlaps, strict=True))
        right, off = 100 * self.right / max(self.cells, 1), self.off / max(self.cells, 1)
        return (
            f"body map: IoU of segments {overlaps.mean():.3f} ({each}); "
            f"the front segment is right in {right:.1f} % of the body, along off by {off:.3f}"
        )


def evaluate(reader: HintReader, count: int) -> str:
    """On drawings of unseen seeds in unseen styles: joints found, joints claimed that are not there, error of depth and body."""
    near, invented, errors, score = [], [], [], BodyScore()
    for drawing, picture in drawings(count):
        height, width = drawing.labels.shape
        rgb = flatten(picture, BEHIND)
        places, sure = reader.joints(rgb)
        wanted = np.array([drawing.keypoints.get(name, (np.nan, np.nan)) for name in JOINTS])
        there: Any = ((wanted >= 0) & (wanted < (width, height))).all(1)
        distance = np.linalg.norm(places - np.where(there[:, None], wanted, 0), axis=1)
        near += list((distance[there] < CLOSE * height) & (sure[there] > CLAIMED))
        invented += list(sure[~there] > CLAIMED)
        there = drawing.depth > 0
        errors.append(np.abs(reader.depth(rgb) - relief(drawing.depth))[there].mean())
        if (body := reader.body(rgb)) is not None:
            score.add(body, drawing.body)
    told = (
        f"{count} drawings: {100 * np.mean(near):.1f} % of the joints found within {100 * CLOSE:.0f} % of the height, "
        f"{100 * np.mean(invented or [0]):.1f} % of those out of view claimed, depth off by {np.mean(errors):.3f}"
    )
    return f"{told}\n{score}" if score.cells else told


def on_pictures(reader: HintReader, folder: Path) -> list[str]:
    """PCK of joints, shares of those within `CLOSE` of the figure's height, in pictures whose figure is known.

    folder: holds folders with `image.png`, `labels.png` and `joints.json`: name -> [x, y] in pixels or null, and `hidden`, names
    of joints that cannot be seen.
    """
    lines, found = [], {False: [0, 0], True: [0, 0]}
    for path in sorted(folder.rglob("joints.json")):
        known = json.loads(path.read_text(encoding="utf-8"))
        labels = np.asarray(Image.open(path.with_name("labels.png"))).astype(np.uint8)
        evidence = read_evidence(load_character(path.with_name("image.png")), labels, reader=reader)
        own = {False: [0, 0], True: [0, 0]}
        for name in JOINTS:
            if known.get(name):
                off = float(np.hypot(*np.subtract(evidence.joints[name], known[name])))
                counts = own[name in known.get("hidden", ())]
                counts[0] += off < CLOSE * height_of(labels)
                counts[1] += 1
        lines.append(f"{path.parent.name}: {_shares(own)}")
        found = {hidden: [a + b for a, b in zip(found[hidden], own[hidden], strict=True)] for hidden in found}
    return [*lines, f"{folder.name}: PCK at {100 * CLOSE:.0f} % of the height: {_shares(found)}"]


def _shares(found: dict[bool, list[int]]) -> str:
    return ", ".join(
        f"{word} {near}/{count}" + (f" = {near / count:.3f}" if count else "")
        for word, (near, count) in (("seen", found[False]), ("hidden", found[True]))
    )
