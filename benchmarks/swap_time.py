"""How long one swap takes: a 512 x 768 upload, all clothing masked, by default 25 steps with guidance.

python -m benchmarks.swap_time [--steps 25] [--repeat 3]
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace

import torch

from models.loader import load
from models.profiles import PROFILES
from pipeline.swap import OutfitSwapper
from training.characters import draw
from training.evaluate import request_for
from training.masks import clothing_mask
from training.pairs import EVALUATION_SEEDS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.swap_time", description=__doc__)
    parser.add_argument("--steps", type=int, help="default: the profile's own")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--profile", default="bundled", choices=sorted(PROFILES))
    arguments = parser.parse_args()
    profile = PROFILES[arguments.profile]
    began = time.perf_counter()
    swapper = OutfitSwapper(profile, load(profile))
    print(f"loading: {time.perf_counter() - began:.2f} s, {swapper.networks.device}, {torch.get_num_threads()} threads")

    drawing = draw(EVALUATION_SEEDS + 77, (768, 512))
    prompt = "red plaid pleated skirt, white blouse"
    request = request_for(profile, drawing.image, clothing_mask(drawing), prompt, 1)
    request = replace(request, steps=arguments.steps or profile.steps)
    for name, variant in (("with detail pass", request), ("without", replace(request, detail_pass=False))):
        swapper.swap(replace(variant, steps=2))  # the first run of a shape pays for its kernels
        results = [swapper.swap(variant) for _ in range(arguments.repeat)]
        middle = sorted(results, key=lambda result: result.seconds)[len(results) // 2]
        spent = ", ".join(f"{step} {seconds:.2f}" for step, seconds in middle.timings.items())
        print(f"{name}: median {statistics.median(r.seconds for r in results):.2f} s of {len(results)} ({spent})")


if __name__ == "__main__":
    main()
