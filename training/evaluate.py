"""One table for: ours, ours without the ControlNet, OpenCV's inpainting, and a flat recolour.

    python -m training.evaluate                                            # the frozen swaps, `training/yardstick`
    python -m training.evaluate --first-seed 1000000000 --count 200        # as today's drawer draws them

Characters are drawn from seeds that training never sees, each with two prompts; half of the prompts name two
garments in two colours. A tenth of the prompts' garment x colour x pattern triples was held out of training and is
reported apart. The yardstick is the drawer's own picture of the outfit that the prompt names.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.loader import load
from models.profiles import PROFILES, ModelProfile
from pipeline.composite import key_colour
from pipeline.images import crop_around, flatten
from pipeline.request import SwapRequest
from pipeline.swap import OutfitSwapper
from training.cases import Case, Mask, cases
from training.judges import Judge, load_judge, read_kinds
from training.metrics import SAME_COLOUR, colour_distance, outside_identical, recolour, seam, telea
from training.pairs import EVALUATION_SEEDS, NATIVE
from training.yardstick import store


@dataclass(frozen=True)
class Score:
    """Of one result. distances: CIEDE2000 a named garment; kinds: was each named garment recognised, in the result and in
    the true redraw."""

    outside: bool
    distances: tuple[float, ...]
    shuffled: tuple[float, ...]
    kinds: tuple[bool, ...]
    true_kinds: tuple[bool, ...]
    seam: float
    seconds: float


def request_for(profile: ModelProfile, image: NDArray[np.uint8], mask: Mask, prompt: str, seed: int) -> SwapRequest:
    """What the page would ask for with the profile's own settings."""
    return SwapRequest(
        image,
        seed,
        mask.astype(np.uint8) * 255,
        prompt=prompt,
        steps=profile.steps,
        guidance=profile.guidance,
        sampler=profile.samplers[0],
        profile=profile.name,
    )


Method = Callable[[Case], tuple[NDArray[np.uint8], NDArray[np.uint8]]]  # -> RGBA result, composite mask


def ours(swapper: OutfitSwapper, options: Options, hints: bool = True) -> Method:
    def run(case: Case) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        request = request_for(swapper.profile, case.source.image, case.mask, case.prompt, case.seed % 2**31)
        request = replace(request, steps=options.steps, detail_pass=options.detail, hints=request.hints if hints else ())
        result = swapper.swap(request)
        return result.images[0], result.mask

    return run


def painted(paint: Callable[[Case, NDArray[np.uint8]], NDArray[np.uint8]]) -> Method:
    """A method that works on opaque pixels; alpha stays."""

    def run(case: Case) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        image = case.source.image.copy()
        flat = flatten(image, key_colour(image))
        image[case.mask, :3] = paint(case, flat)[case.mask]
        return image, case.mask.astype(np.uint8) * 255

    return run


def score(case: Case, image: NDArray[np.uint8], mask: NDArray[np.uint8], seconds: float, judge: Judge, other: Case) -> Score:
    """other: another case, whose garment colours stand for a shuffled prompt."""
    background = key_colour(case.source.image)
    result, truth = flatten(image, background), flatten(case.truth.image, background)
    regions = [case.region(index) for index in case.named]
    wrong = [other.truth.garments[index].rgb for index in other.named]
    crop = crop_around(case.mask.astype(np.uint8) * 255, NATIVE)
    seen, real = read_kinds(judge, [crop.take(result), crop.take(truth)])
    named = [case.truth.garments[index] for index in case.named]
    return Score(
        outside=outside_identical(image, case.source.image, mask),
        distances=tuple(colour_distance(result, truth, region) for region in regions),
        shuffled=tuple(
            colour_distance(result, np.broadcast_to(np.array(wrong[i % len(wrong)], np.uint8), result.shape), region)
            for i, region in enumerate(regions)
        ),
        kinds=tuple(seen[garment.slot] == garment.kind for garment in named),
        true_kinds=tuple(real[garment.slot] == garment.kind for garment in named),
        seam=seam(result, truth, case.mask),
        seconds=seconds,
    )


def summary(scores: Sequence[Score]) -> dict[str, float]:
    def share(values: Iterator[bool]) -> float:
        found = list(values)
        return sum(found) / max(1, len(found))

    return {
        "outside-identical": share(s.outside for s in scores),
        "colour": share(d < SAME_COLOUR for s in scores for d in s.distances),
        "colour, shuffled": share(d < SAME_COLOUR for s in scores for d in s.shuffled),
        "garment": share(k for s in scores for k in s.kinds),
        "garment, drawn": share(k for s in scores for k in s.true_kinds),
        "seam": float(np.mean([s.seam for s in scores])),
        "seconds": float(np.median([s.seconds for s in scores])),
    }


def table(rows: dict[str, dict[str, float]]) -> str:
    columns = list(next(iter(rows.values())))
    lines = ["| method | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(f"{row[c]:.3f}" for c in columns) + " |" for name, row in rows.items()]
    return "\n".join(lines)


@dataclass(frozen=True)
class Options:
    profile: str
    judge: Path
    steps: int
    detail: bool = False


def fresh(seeds: Sequence[int]) -> list[Case]:
    return list(cases(seeds))


def frozen(first: int, last: int) -> list[Case]:
    return list(store.read("drawn", which=slice(first, last)))


def measure(everything: Sequence[Case], options: Options) -> list[tuple[bool, dict[str, Score]]]:
    """For every case, whether its triples were held out, and each method's score."""
    profile = PROFILES[options.profile]
    swapper, judge = OutfitSwapper(profile, load(profile)), load_judge(options.judge)
    methods: dict[str, Method] = {
        "ours": ours(swapper, options),
        "ours without ControlNet": ours(swapper, options, hints=False),
        "Telea": painted(lambda case, flat: telea(flat, case.mask)),
        "flat recolour": painted(lambda case, flat: recolour(flat, case.mask, case.truth.garments[case.named[0]].rgb)),
    }
    found = []
    for number, case in enumerate(everything):
        other = everything[(number + 2 * (len(everything) // 4) + 1) % len(everything)]
        scores = {}
        for name, method in methods.items():
            began = time.perf_counter()
            image, mask = method(case)
            scores[name] = score(case, image, mask, time.perf_counter() - began, judge, other)
        found.append((case.held_out, scores))
    return found


def measure_part(part: Callable[[], list[Case]], options: Options) -> list[tuple[bool, dict[str, Score]]]:
    return measure(part(), options)


def measure_in_processes(parts: Sequence[Callable[[], list[Case]]], options: Options) -> list[tuple[bool, dict[str, Score]]]:
    """`measure`, a process of one thread a part: faster than threads for networks this small. Seconds are then of one core."""
    if len(parts) == 1:
        return measure_part(parts[0], options)
    with multiprocessing.get_context("spawn").Pool(len(parts), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        found = pool.starmap(measure_part, [(part, options) for part in parts])
    return [row for part in found for row in part]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, help="draw so many characters instead of the frozen ones (200 from --first-seed)")
    parser.add_argument("--first-seed", type=int, help=f"draw characters from this seed (with --count: {EVALUATION_SEEDS})")
    parser.add_argument("--steps", type=int, help="default: the profile's own")
    parser.add_argument("--detail", action="store_true", help="with the second pass, which the judge hardly sees")
    parser.add_argument("--profile", default="bundled", choices=sorted(PROFILES))
    parser.add_argument("--judge", type=Path, default=Path("assets/weights/judge"))
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count(), help="processes, of one thread each")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    options = Options(arguments.profile, arguments.judge, arguments.steps or PROFILES[arguments.profile].steps, arguments.detail)
    parts: list[Callable[[], list[Case]]]
    if arguments.first_seed is None and arguments.count is None:
        total = store.count("drawn")
        marks = np.linspace(0, total, arguments.workers + 1).astype(int).tolist()
        parts = [partial(frozen, *ends) for ends in pairwise(marks)]
        title = f"{total} frozen swaps"
    else:
        first, count = arguments.first_seed or EVALUATION_SEEDS, arguments.count or 200
        if first < EVALUATION_SEEDS:
            parser.error(f"evaluation seeds start at {EVALUATION_SEEDS}; smaller ones belong to training")
        workers = min(arguments.workers, count)
        parts = [partial(fresh, range(first + worker, first + count, workers)) for worker in range(workers)]
        title = f"swaps of {count} characters from seed {first}"
    found = measure_in_processes(parts, options)
    rows = {name: summary([scores[name] for _, scores in found]) for name in found[0][1]}
    for kept, label in ((False, "trained triples"), (True, "held-out triples")):
        part = [scores["ours"] for held_out, scores in found if held_out is kept]
        if part:
            rows[f"ours, {label}"] = summary(part)
    print(f"{title}\n\n{table(rows)}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
