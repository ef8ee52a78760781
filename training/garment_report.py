"""What a picture of a garment does, by how strongly it is listened to, and whether anything else of it leaks.

    python -m training.garment_report [--count 50] [--first-seed 1000000000]

Characters and true drawings are those of `training.evaluate`. The reference is the outfit alone, on nobody; for the leak
test, the outfit on two other people in front of two other backgrounds.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from models.garment import GarmentReader
from models.loader import load
from models.profiles import PROFILES
from pipeline.composite import key_colour
from pipeline.images import crop_around, flatten, garment_picture, with_alpha
from pipeline.latents import to_tensor
from pipeline.palette import palette_in, to_lab
from pipeline.request import GarmentPicture
from pipeline.swap import OutfitSwapper
from training.cases import Case, cases
from training.characters import draw, draw_outfit
from training.characters.outfits import HeldOut
from training.evaluate import request_for
from training.judges import Judge, load_judge, read_kinds
from training.metrics import SAME_COLOUR, colour_distance
from training.pairs import EVALUATION_SEEDS, NATIVE

SCALES = (0.0, 0.25, 0.5, 0.75, 1.0)
BINS = (6, 6, 6)  # of a histogram in CIELAB
REFERENCE = 256  # pixels a side of a reference
LOCKED = "lambda 1, colours locked"
OUTSIDE = "outside the mask, at most"
Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Likeness:
    """encoder: cosine of the adapter's own features of the reference and of the clothes in the result; colours: overlap of
    their colour histograms, 0..1; palette: mean distance of the clothes to the reference's main colours, CIELAB; named,
    coloured: is a main garment the reference's by kind, by colour."""

    encoder: float
    colours: float
    palette: float
    named: tuple[bool, ...]
    coloured: tuple[bool, ...]


def allowed_garments(case: Case) -> HeldOut:
    """Which garments the true drawing was allowed."""
    return "only" if case.held_out else "exclude"


def worn(case: Case) -> Mask:
    """Where the true drawing shows clothes, inside the mask."""
    found: Mask = (case.truth.garment_map > 0) & case.mask
    return found


def histogram(pixels: Picture) -> NDArray[np.float32]:
    """Shares of the colours of N x 3 pixels."""
    lab = cv2.cvtColor(pixels[None], cv2.COLOR_RGB2LAB)
    counts = np.asarray(cv2.calcHist([lab], [0, 1, 2], None, list(BINS), [0, 256] * 3), np.float32).ravel()
    shares: NDArray[np.float32] = counts / counts.sum()
    return shares


@torch.no_grad()
def features(reader: GarmentReader, picture: Picture) -> torch.Tensor:
    """The image encoder's features of H x W x 4, averaged over its patches."""
    seen = to_tensor(garment_picture(picture, reader.side)).to(reader.image_encoder.device)
    return reader.features(reader.pixels(seen))[0, 1:].float().mean(0)


def liken(case: Case, image: Picture, reference: Picture, reader: GarmentReader, judge: Judge) -> Likeness:
    background = key_colour(case.source.image)
    result, truth = flatten(image, background), flatten(case.truth.image, background)
    region = worn(case)
    cut = with_alpha(result, 255)
    cut[~region, 3] = 0
    palette = palette_in(GarmentPicture(reference))
    assert palette is not None, "an outfit is large enough"
    shares = histogram(result[region]), histogram(reference[reference[..., 3] > 127][:, :3])
    crop = crop_around(case.mask.astype(np.uint8) * 255, NATIVE)
    seen = read_kinds(judge, [crop.take(result)])[0]
    garments = [(index, case.truth.garments[index]) for index in case.named]
    return Likeness(
        encoder=float(F.cosine_similarity(features(reader, cut), features(reader, reference), dim=0)),
        colours=float(np.minimum(*shares).sum()),
        palette=float(palette.distance(to_lab(result)[region]).mean()),
        named=tuple(seen[garment.slot] == garment.kind for _, garment in garments),
        coloured=tuple(colour_distance(result, truth, case.region(index)) < SAME_COLOUR for index, _ in garments),
    )


def leak(swapper: OutfitSwapper, case: Case) -> dict[str, float]:
    """Mean difference in levels between two results with the same clothes from other people and backgrounds, on the clothes
    and in the mask beside them, and what other clothes change for comparison; outside: the most by which a value outside
    the mask differs from the upload."""
    plain = replace(request_for(swapper.profile, case.source.image, case.mask, "", case.seed % 2**31), detail_pass=False)

    def wear(outfit: int, person: int) -> NDArray[np.float32]:
        other = draw(case.seed + person, REFERENCE, outfit_seed=outfit, background=True, held_out=allowed_garments(case))
        image = swapper.swap(replace(plain, garments=(GarmentPicture(other.image),))).images[0]
        return np.asarray(image[..., :3], np.float32)

    first, second, third = wear(case.outfit, 11), wear(case.outfit, 12), wear(case.outfit + 7, 11)
    clothes, people = np.abs(first - third).mean(-1), np.abs(first - second).mean(-1)
    on, beside = worn(case), case.mask & ~worn(case)
    upload = case.source.image[..., :3].astype(np.float32)
    outside = max(float(np.abs(result - upload)[~case.mask].max()) for result in (first, second, third))
    return {
        "other person, on the clothes": float(people[on].mean()),
        "other person, beside them": float(people[beside].mean()),
        "other clothes, on the clothes": float(clothes[on].mean()),
        "other clothes, beside them": float(clothes[beside].mean()),
        OUTSIDE: outside,
    }


def requests(swapper: OutfitSwapper, case: Case, reference: Picture) -> Iterator[tuple[str, Any]]:
    """Every way to ask, by its name."""
    plain = replace(request_for(swapper.profile, case.source.image, case.mask, case.prompt, case.seed % 2**31), detail_pass=False)
    for scale in SCALES:
        shown = replace(plain, garments=(GarmentPicture(reference, scale),))
        yield f"words and picture, lambda {scale:g}" if scale else "words alone", shown if scale else plain
        if scale:
            yield f"picture alone, lambda {scale:g}", replace(shown, prompt="")
    locked = replace(plain, garments=(GarmentPicture(reference, lock_palette=True),))
    yield f"words and picture, {LOCKED}", locked
    yield f"picture alone, {LOCKED}", replace(locked, prompt="")


def measure(seeds: Sequence[int], profile: str, judge_folder: Path) -> list[tuple[dict[str, Likeness], dict[str, float]]]:
    row = PROFILES[profile]
    swapper, judge = OutfitSwapper(row, load(row)), load_judge(judge_folder)
    reader = swapper.networks.garment
    assert reader is not None, f"{profile} has no garment adapter"
    found = []
    for case in cases(seeds):
        reference = draw_outfit(case.outfit, REFERENCE, figure_seed=case.seed + 5, held_out=allowed_garments(case))
        likenesses = {
            name: liken(case, swapper.swap(request).images[0], reference, reader, judge)
            for name, request in requests(swapper, case, reference)
        }
        found.append((likenesses, leak(swapper, case)))
    return found


def table(found: Sequence[tuple[dict[str, Likeness], dict[str, float]]]) -> str:
    lines = ["| asked by | encoder | histogram | palette | colour | garment |", "|---|---|---|---|---|---|"]
    for name in found[0][0]:
        own = [likenesses[name] for likenesses, _ in found]
        values = [np.mean([getattr(row, column) for row in own]) for column in ("encoder", "colours", "palette")]
        values += [np.mean([value for row in own for value in getattr(row, column)]) for column in ("coloured", "named")]
        lines.append(f"| {name} | " + " | ".join(f"{value:.3f}" for value in values) + " |")
    lines += ["", "| leak | levels of 255 |", "|---|---|"]
    for name in found[0][1]:
        join = np.max if name == OUTSIDE else np.mean
        lines.append(f"| {name} | {join([leaks[name] for _, leaks in found]):.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.garment_report", description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=EVALUATION_SEEDS)
    parser.add_argument("--profile", default="bundled", choices=sorted(PROFILES))
    parser.add_argument("--judge", type=Path, default=Path("assets/weights/judge"))
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count(), help="processes, of one thread each")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.count)
    workers = min(options.workers, len(seeds))
    jobs = [(seeds[worker::workers], options.profile, options.judge) for worker in range(workers)]
    with multiprocessing.get_context("spawn").Pool(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        found = [row for part in pool.starmap(measure, jobs) for row in part]
    print(f"{len(found)} cases of {len(seeds)} characters from seed {seeds[0]}\n\n{table(found)}")


if __name__ == "__main__":
    main()
