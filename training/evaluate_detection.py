"""How well clothing is found: on drawings of unseen seeds in unseen styles, and on labelled pictures.

    python -m training.evaluate_detection --drawn 500 --labelled DIR [DIR ...]

DIR holds folders with `image.png` and `labels.png` (values of `ClothingPart`). Baselines that need a box get the
character's: that of a sprite's opaque part, or the picture less a margin. One row shows GrabCut when it is told the
clothing's true box, which no method knows.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count as count_from
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.profiles import SEGMENTER
from models.segmenter import Segmenter, load_bundled
from pipeline.detect import BEHIND, detect, pick, working_copy
from pipeline.images import flatten, load_character
from pipeline.part_tables import FACE_HANDS, translate
from pipeline.request import CLOTHING, Click, ClothingPart, DetectRequest, Image8
from training.characters import Drawing, draw, style_of
from training.characters.background import draw_background
from training.characters.uploads import draw_upload
from training.pairs import EVALUATION_SEEDS
from wardrobe.style import Style

FIRST_SEED = EVALUATION_SEEDS + 500_000
FIRST_UPLOAD = FIRST_SEED + 400_000
NEAR = 4  # pixels by which a border may be off
CLICKS = (1, 3, 5)
Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Rng = np.random.Generator


@dataclass(frozen=True)
class Case:
    """A picture, RGBA, and its true part labels."""

    name: str
    character: Image8
    labels: Labels

    @property
    def clothing(self) -> Mask:
        return np.isin(self.labels, CLOTHING)


# --- pictures


def halftone(rgb: Image8, rng: Rng) -> Image8:
    """A newspaper's dots."""
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
    raster = 40 * np.cos(x * 1.1 + y * 0.5) * np.cos(y * 1.1 - x * 0.5)
    return np.asarray((rgb + raster[..., None]).clip(0, 255), np.uint8)


def scanlines(rgb: Image8, rng: Rng) -> Image8:
    """A picture tube."""
    dark = rgb.copy()
    dark[::3] = dark[::3] * 0.6
    return np.stack([np.roll(dark[..., channel], channel - 1, 1) for channel in range(3)], 2)


def dusk(rgb: Image8, rng: Rng) -> Image8:
    """A dark blue evening."""
    return np.asarray((255 * (rgb / 255) ** 1.6 * np.array([0.55, 0.6, 0.95])).clip(0, 255), np.uint8)


def crayon(rgb: Image8, rng: Rng) -> Image8:
    """Uneven slanted strokes of wax on white paper."""
    stroke = cv2.GaussianBlur(rng.standard_normal(rgb.shape[:2]).astype(np.float32), (0, 0), 1)
    kernel = np.eye(9, dtype=np.float32) / 9
    cover = (0.8 + 2.5 * cv2.filter2D(stroke, -1, kernel)).clip(0.35, 1)[..., None]
    return np.asarray((rgb * cover + 250 * (1 - cover)).clip(0, 255), np.uint8)


UNSEEN_LOOKS: tuple[Callable[[Image8, Rng], Image8], ...] = (halftone, scanlines, dusk, crayon, lambda rgb, rng: rgb)


def unseen_style(style: Style, rng: Rng) -> Style:
    """Lines thinner or fatter, shadows deeper, colours louder or paler than any that was trained on."""
    return replace(
        style,
        line=float(rng.choice([0.0, 0.008, 0.055])),
        line_mode="none" if style.line_mode == "none" else "coloured",
        shade=tuple(int(value * 0.8) for value in style.shade),  # type: ignore[arg-type]
        saturation=float(rng.choice([0.55, 1.45])),
        wash=float(rng.choice([0.0, 0.08])),
    )


def drawings(count: int) -> Iterator[tuple[Drawing, Image8]]:
    """Characters of seeds and styles that no training sees, and their pictures in looks that none sees, RGBA."""
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        rng = np.random.default_rng([seed, 59])
        height = int(rng.integers(400, 700))
        size = height, round(height * float(rng.choice([0.5, 0.67, 0.75])))
        drawing = draw(seed, size, background=bool(rng.random() < 0.7), style=unseen_style(style_of(seed), rng), held_out="any")
        look = UNSEEN_LOOKS[int(rng.integers(len(UNSEEN_LOOKS)))]
        picture = drawing.image.copy()
        picture[..., :3] = look(picture[..., :3], rng)
        yield drawing, picture


def uploads(first: int = FIRST_UPLOAD) -> Iterator[tuple[Drawing, Image8]]:
    """Endless: characters like those that people upload, as sprites and before drawn places, in styles and looks that no
    training sees."""
    for seed in count_from(first):
        rng = np.random.default_rng([seed, 89])
        height = int(rng.integers(480, 700))
        drawing = draw_upload(
            seed, (height, round(height * float(rng.choice([0.6, 0.75, 1.0])))), style=unseen_style(style_of(seed), rng)
        )
        picture = drawing.image.copy()
        look = UNSEEN_LOOKS[int(rng.integers(len(UNSEEN_LOOKS)))]
        if rng.random() < 0.5:
            ground = draw_background(rng, picture.shape[1], picture.shape[0])[0][..., :3].astype(np.float32)
            share = picture[..., 3:].astype(np.float32) / 255
            picture[..., :3] = np.rint(picture[..., :3] * share + ground * (1 - share))
            picture[..., 3] = 255
        picture[..., :3] = look(picture[..., :3], rng)
        yield drawing, picture


def drawn_cases(count: int) -> Iterator[Case]:
    for number, (drawing, picture) in enumerate(drawings(count)):
        yield Case(str(FIRST_SEED + number), picture, drawing.labels)


def labelled_cases(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.rglob("image.png")):
        yield Case(path.parent.name, load_character(path), np.asarray(Image.open(path.with_name("labels.png"))).astype(np.uint8))


# --- methods: a case -> part labels; those that know no parts call all clothing topwear

Method = Callable[[Case], Labels]


def parser_alone(segmenter: Segmenter) -> Method:
    """The parser's own word: no SAM, nothing cleaned."""

    def run(case: Case) -> Labels:
        rgb, alpha = working_copy(case.character)
        labels = translate(segmenter.parser.parse(rgb), rgb, segmenter.table).argmax(0).astype(np.uint8)
        labels = np.where(labels == FACE_HANDS, np.uint8(1), labels)
        labels = labels if alpha is None else labels * alpha
        size = case.labels.shape[::-1]
        return cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST_EXACT)  # type: ignore[return-value]

    return run


def with_sam(segmenter: Segmenter) -> Method:
    return lambda case: detect(segmenter, DetectRequest(case.character)).labels


def _as_topwear(mask: Mask) -> Labels:
    return mask.astype(np.uint8) * np.uint8(ClothingPart.TOPWEAR)


Box = tuple[int, int, int, int]  # x0, y0, x1, y1


def character_box(case: Case) -> Box:
    """Round what is opaque; of an opaque picture all but a margin."""
    opaque = case.character[..., 3] > 127
    height, width = opaque.shape
    if opaque.all():
        return round(0.04 * width), round(0.04 * height), round(0.96 * width), round(0.96 * height)
    return _bounds(opaque)


def clothing_box(case: Case) -> Box:
    return _bounds(case.clothing)


def _bounds(mask: Mask) -> Box:
    y, x = np.nonzero(mask)
    return int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1


def grabcut(box_of: Callable[[Case], Box]) -> Method:
    """GrabCut (Rother et al. 2004) from a box."""

    def run(case: Case) -> Labels:
        rgb = np.ascontiguousarray(flatten(case.character, BEHIND)[..., ::-1])
        height, width = case.labels.shape
        x0, y0, x1, y1 = box_of(case)
        x0, y0, x1, y1 = max(1, x0), max(1, y0), min(width - 1, x1), min(height - 1, y1)  # it needs some background
        mask, models = np.zeros((height, width), np.uint8), np.zeros((2, 1, 65))
        cv2.setRNGSeed(0)
        cv2.grabCut(rgb, mask, (x0, y0, x1 - x0, y1 - y0), models[0], models[1], 4, cv2.GC_INIT_WITH_RECT)
        return _as_topwear(np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)) & (case.character[..., 3] > 127))

    return run


def clusters(case: Case) -> Labels:
    """Eight colours by k-means; those that lie mostly in the middle of the character's box, where clothes are."""
    rgb = flatten(case.character, BEHIND)
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    _, index, _ = cv2.kmeans(lab, 8, np.zeros((0, 1), np.int32), stop, 1, cv2.KMEANS_PP_CENTERS)
    index = index.reshape(case.labels.shape)
    x0, y0, x1, y1 = character_box(case)
    middle = np.zeros(case.labels.shape, bool)
    middle[y0 + (y1 - y0) // 4 : y1, x0:x1] = True
    chosen = [label for label in range(8) if (middle & (index == label)).sum() > 0.75 * (index == label).sum()]
    return _as_topwear(np.isin(index, chosen) & middle & (case.character[..., 3] > 127))


def silhouette(case: Case) -> Labels:
    """Everything that is not transparent; of an opaque picture, the character's box."""
    x0, y0, x1, y1 = character_box(case)
    box = np.zeros(case.labels.shape, bool)
    box[y0:y1, x0:x1] = True
    return _as_topwear(box & (case.character[..., 3] > 127))


# --- measures


def iou(found: Mask, wanted: Mask) -> float:
    return float((found & wanted).sum() / max(1, (found | wanted).sum()))


def part_iou(found: Labels, wanted: Labels) -> float:
    """Mean IoU over the parts that are there, the background apart."""
    return float(np.mean([iou(found == part, wanted == part) for part in np.unique(wanted) if part]))


def boundary_f(found: Mask, wanted: Mask, near: int = NEAR) -> float:
    """F-score of the borders, right within `near` pixels (Martin et al. 2004)."""

    def border(mask: Mask) -> Mask:
        inside = cv2.erode(np.pad(mask, 1, mode="edge").astype(np.uint8), np.ones((3, 3), np.uint8))[1:-1, 1:-1] > 0
        return mask & ~inside

    ours, true = border(found), border(wanted)
    if not ours.any() or not true.any():
        return float(ours.any() == true.any())
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * near + 1, 2 * near + 1))
    precision = float((cv2.dilate(true.astype(np.uint8), kernel) > 0)[ours].mean())
    recall = float((cv2.dilate(ours.astype(np.uint8), kernel) > 0)[true].mean())
    return 2 * precision * recall / max(1e-9, precision + recall)


def score(method: Method, cases: Sequence[Case]) -> tuple[list[float], list[list[float]]]:
    """Means of clothing IoU, part IoU, boundary F and seconds; and the same a case."""
    rows = []
    for case in cases:
        began = time.perf_counter()
        found = method(case)
        seconds = time.perf_counter() - began
        dressed = np.isin(found, CLOTHING)
        rows.append([iou(dressed, case.clothing), part_iou(found, case.labels), boundary_f(dressed, case.clothing), seconds])
    return list(np.mean(rows, 0)), rows


def click_ious(segmenter: Segmenter, cases: Sequence[Case]) -> list[float]:
    """Mean IoU of every part, and of all clothing, after so many clicks, each in the middle of the largest error."""
    found = []
    for case in cases:
        parts = [case.labels == part for part in np.unique(case.labels) if part]
        for target in [region for region in (*parts, case.clothing) if region.mean() > 0.005]:
            clicks: list[Click] = []
            shown, reached = np.zeros(target.shape, bool), []
            for _ in range(max(CLICKS)):
                clicks.append(_correction(shown, target))
                shown = pick(segmenter, case.character, clicks) > 0
                reached.append(iou(shown, target))
            found.append([reached[count - 1] for count in CLICKS])
    return list(np.mean(found, 0))


def _correction(shown: Mask, target: Mask) -> Click:
    depths = [
        cv2.distanceTransform(np.pad(wrong, 1).astype(np.uint8), cv2.DIST_L2, 3) for wrong in (target & ~shown, shown & ~target)
    ]
    add = bool(depths[0].max() >= depths[1].max())
    y, x = np.unravel_index(int(depths[not add].argmax()), depths[0].shape)
    return Click(float(x - 1), float(y - 1), add)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate_detection", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--drawn", type=int, default=500, help="drawings to look at (default: %(default)s)")
    parser.add_argument("--labelled", type=Path, nargs="*", default=[], help="folders of labelled pictures")
    parser.add_argument("--weights", type=Path, default=SEGMENTER)
    parser.add_argument("--each", action="store_true", help="also a line a labelled picture")
    options = parser.parse_args()
    segmenter = load_bundled(options.weights)
    methods: dict[str, Method] = {
        "parser alone": parser_alone(segmenter),
        "parser and SAM": with_sam(segmenter),
        "GrabCut from the character's box": grabcut(character_box),
        "colour clusters": clusters,
        "silhouette": silhouette,
        "told where: GrabCut from the clothing's true box": grabcut(clothing_box),
    }
    sets = {"drawn": list(drawn_cases(options.drawn))} if options.drawn else {}
    sets |= {folder.name: list(labelled_cases(folder)) for folder in options.labelled}
    print("| set | method | clothing IoU | part IoU | boundary F | seconds |\n|---|---|---|---|---|---|")
    for name, cases in sets.items():
        cases = [case for case in cases if case.clothing.any()]
        for method, run in methods.items():
            means, rows = score(run, cases)
            print(f"| {name} ({len(cases)}) | {method} | " + " | ".join(f"{value:.3f}" for value in means) + " |", flush=True)
            if options.each and name != "drawn" and method.startswith("parser"):
                for case, row in zip(cases, rows, strict=True):
                    print(f"  {case.name}: " + " ".join(f"{value:.3f}" for value in row))
    for name, cases in sets.items():
        if name != "drawn":
            reached = " ".join(f"{count}: {value:.3f}" for count, value in zip(CLICKS, click_ious(segmenter, cases), strict=True))
            print(f"IoU after clicks, {name}: {reached}", flush=True)


if __name__ == "__main__":
    main()
