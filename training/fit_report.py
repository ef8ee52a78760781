"""How well bodies are fitted: the true outfit on the fitted figure of drawings, and bodysuit, draft and limbs on real pictures.

    python -m training.fit_report --count 200 [--pictures DIR [DIR ...]]

Drawings are those of `training.evaluate_detection`: unseen seeds in unseen styles. DIR holds folders with `image.png`,
`labels.png` (values of `ClothingPart`) and `joints.json` (name -> [x, y] in pixels or null). What stays in front of a draft
(hair, face, hands, held things, as they are read) is taken off the true outfit and off the bodysuit.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.hint_reader import SEGMENTS, SIDE, BodyMap
from models.profiles import SEGMENTER
from models.segmenter import Segmenter, load_bundled
from pipeline.detect import detect
from pipeline.doubt import Doubt
from pipeline.evidence import Evidence, read_evidence
from pipeline.fit import Fit, fit
from pipeline.images import load_character
from pipeline.request import CLOTHING, ClothingPart, DetectRequest, Image8
from training.characters import Drawing, style_of
from training.characters.body_map import seen, split
from training.evaluate_detection import drawings, iou
from training.fit_trust import WRONG, height_of, limb_errors
from training.posed import CELL
from wardrobe import garments
from wardrobe.canvas import Frame, Layer, Z
from wardrobe.figure import Figure
from wardrobe.outfit import Garment, Outfit, dressed_in_order
from wardrobe.palette import COLOURS
from wardrobe.render import paint_maps

Mask = NDArray[np.bool_]
Part = ClothingPart

STYLE = style_of(1)  # how it is drawn matters little for where
SAILOR = Outfit(
    tuple(
        dressed_in_order(
            (
                Garment(Part.TOPWEAR, "sailor top", "navy blue", COLOURS["navy blue"], sleeve="long"),
                Garment(Part.BOTTOMWEAR, "pleated skirt", "navy blue", COLOURS["navy blue"], length="knee"),
                Garment(Part.LEGWEAR, "knee socks", "black", COLOURS["black"]),
            )
        )
    )
)
FRONT = (Part.HAIR, Part.HEADWEAR, Part.HELD)
GOALS = "goals: IoU >= .80; bodysuit inside >= .93, draft covers >= .70, limbs off by < .05, at most a third without a draft"


def outfit_on(figure: Figure, frame: Frame, outfit: Outfit) -> Mask:
    """H x W, where clothes are drawn."""
    layers = sorted(filter(frame.shows, garments.layers(outfit, figure, STYLE)), key=lambda layer: layer.z)
    return np.asarray(np.isin(paint_maps(layers, STYLE, frame).labels, CLOTHING))


def bodysuit_on(figure: Figure, frame: Frame) -> Mask:
    """H x W, torso and limbs as far as they are drawn."""
    paths = [(float(Z.BODY), figure.torso.outline())]
    paths += [(float(one.z), one.outline()) for limbs in (figure.arms, figure.legs) for one in limbs.values()]
    layers = [Layer(z, path, (0, 0, 0), Part.ONEPIECE) for z, path in paths]
    return np.asarray(paint_maps(list(filter(frame.shows, layers)), STYLE, frame).labels > 0)


def in_front(evidence: Evidence) -> Mask:
    return np.asarray(np.isin(evidence.labels, FRONT) | evidence.hands)


def read(segmenter: Segmenter, character: Image8) -> Evidence:
    found = detect(segmenter, DetectRequest(character))
    return read_evidence(character, found.labels, found.keep)


def true_map(drawing: Drawing) -> BodyMap:
    """What a reader without faults would read of a drawing's body."""
    height, width = drawing.labels.shape
    cell = max(height, width) * CELL / SIDE
    rows, columns = round(height / cell), round(width / cell)
    y, x = np.mgrid[:rows, :columns].astype(np.float32) + np.float32(0.5)
    bits, front, place = seen(drawing.body, x * np.float32(width / columns) - 0.5, y * np.float32(height / rows) - 0.5, False)
    sure = np.eye(1 + len(SEGMENTS), dtype=np.float32)[front].transpose(2, 0, 1)
    return BodyMap(split(bits.astype(np.uint16)).astype(np.float32), sure, place[0], place[1], (0, 0, width, height))


def drawn(segmenter: Segmenter, count: int, true_maps: bool) -> list[str]:
    """A row for every source of body maps: those that are read, none, and perhaps the drawings' own, which are an upper bound."""
    overlaps: dict[str, list[float]] = {name: [] for name in ("read", "none", *(["true"] if true_maps else []))}
    seconds = []
    for drawing, picture in drawings(count):
        evidence = read(segmenter, picture)
        maps = {"read": evidence.body, "none": None, "true": true_map(drawing) if true_maps else None}
        for name, found_so_far in overlaps.items():
            began = time.process_time()
            found = fit(replace(evidence, body=maps[name]))
            seconds.append(time.process_time() - began)
            if not isinstance(found, Doubt):
                worn = outfit_on(found.figure, found.frame, Outfit(drawing.garments)) & ~in_front(evidence)
                found_so_far.append(iou(worn, np.isin(drawing.labels, CLOTHING)))
    rows = [f"drawings: {count}; IoU of the true outfit on the fitted figure; a fit takes {np.median(seconds):.2f} s"]
    for name, values in overlaps.items():
        spread = ", ".join(f"{np.quantile(values, share):.3f}" for share in (0.1, 0.5, 0.9))
        without = count - len(values)
        rows.append(f"body maps {name}: {np.mean(values):.3f} (10, 50, 90 %: {spread}), without a draft {without}")
    return rows


@dataclass(frozen=True)
class Row:
    """A picture's figures. errors: of every limb, shares of the character's height."""

    name: str
    inside: float
    covers: float
    errors: dict[str, float]
    found: Fit

    def __str__(self) -> str:
        limbs = " ".join(f"{limb} {error:.3f} [{self.found.trust[limb]:.2f}]" for limb, error in self.errors.items())
        return f"{self.name}: bodysuit inside {self.inside:.3f}, draft covers {self.covers:.3f}, {limbs}"

    @property
    def wrong(self) -> list[str]:
        return [limb for limb, error in self.errors.items() if error > WRONG]


def measured(folder: Path, evidence: Evidence, found: Fit) -> Row:
    labels = np.asarray(Image.open(folder / "labels.png")).astype(np.uint8)
    known = json.loads((folder / "joints.json").read_text(encoding="utf-8"))
    truth = {name: np.array(place, float) for name, place in known.items() if name in evidence.joints and place}
    ours = {name: np.array(found.frame.pixel(*place)) for name, place in found.figure.joints.items()}
    high = height_of(labels)
    suit = bodysuit_on(found.figure, found.frame) & ~in_front(evidence)
    worn = outfit_on(found.figure, found.frame, SAILOR)
    clothes = np.isin(labels, (Part.TOPWEAR, Part.BOTTOMWEAR, Part.ONEPIECE))
    inside = float((suit & np.isin(labels, (Part.SKIN, *CLOTHING))).sum() / max(1, suit.sum()))
    covers = float((worn & clothes).sum() / max(1, clothes.sum()))
    return Row(folder.name, inside, covers, {name: off / high for name, off in limb_errors(ours, truth).items()}, found)


def real(segmenter: Segmenter, folder: Path) -> list[str]:
    lines, rows, without = [], [], 0
    for path in sorted(folder.rglob("image.png")):
        evidence = read(segmenter, load_character(path))
        found = fit(evidence)
        if isinstance(found, Doubt):
            without += 1
            lines.append(f"{path.parent.name}: no draft ({found.name.lower()})")
            continue
        rows.append(measured(path.parent, evidence, found))
        lines.append(str(rows[-1]))
    limbs = sum(len(row.errors) for row in rows)
    wrong = sum(len(row.wrong) for row in rows)
    means = [float(np.mean([getattr(row, name) for row in rows])) if rows else 0.0 for name in ("inside", "covers")]
    lines.append(
        f"{folder.name}: {len(rows) + without} pictures, without a draft {without}; bodysuit inside {means[0]:.3f}, draft covers "
        f"{means[1]:.3f}; limbs drawn {limbs}, of these wrong {wrong}"
    )
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.fit_report", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200, help="drawings (default: %(default)s)")
    parser.add_argument("--true-maps", action="store_true", help="also the drawings' own body maps, an upper bound")
    parser.add_argument("--pictures", type=Path, nargs="*", default=[], help="folders of labelled pictures with joints")
    options = parser.parse_args(arguments)
    segmenter = load_bundled(SEGMENTER)
    for line in drawn(segmenter, options.count, options.true_maps) if options.count else ():
        print(line, flush=True)
    for folder in options.pictures:
        print(*real(segmenter, folder), sep="\n", flush=True)
    print(GOALS)


if __name__ == "__main__":
    main()
