"""The model card: how the shipped weights came to be, from the run's own records.

python -m training.card --run runs/bundled --data runs/data --commands typed.txt --out assets/weights/bundled
"""

from __future__ import annotations

import argparse
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

from safetensors import safe_open

from models.weights import write_manifest
from training.data import stores_in
from training.plots import save_curves

CARD = """# Bundled model

A small latent diffusion model with a ControlNet for repainting the clothes of drawn characters, native size 256 pixels.
Trained from nothing by this repository's own code on characters that the repository draws itself (`training/characters`); no other picture was used.

| | |
|---|---|
| parts | `AutoencoderTiny`, `UNet2DConditionModel`, `ControlNetModel` (5 hint channels), `CLIPTextModel`, pruned CLIP vocabulary; for pictures of garments `CLIPVisionModelWithProjection` and an IP-Adapter; for four steps a LoRA |
| parameters | {parameters} |
| objective | v-prediction, zero terminal SNR, trailing spacing, capped min-SNR-5 weights, loss 1 inside the mask and 0.1 outside, latent channels weighed by what they change in the picture; Muon for matrices, AdamW for the rest |
| data | {pairs} drawn pairs (one character, two outfits), seeds below 10^9; a tenth of the garment x colour x pattern triples held out |
| seed | 0 |
| steps | {steps} |
| speed and time | {speed} |
| licence | Apache-2.0; the vocabulary's merges are a subset of OpenAI CLIP's (MIT) |

Commands, in order:

```bash
{commands}
```

![Training loss](loss.png)

{table}

It knows the garments, colours and patterns of `tokenizer/known_words.txt`, and flat, clearly lined drawings best. It is small: faces, hands and backgrounds are never its business, fine
patterns come out simplified, and photographs are outside what it has seen. {note}
"""


Rows = list[dict[str, Any]]  # a run's log, see `training.loop.Meter`


def stages_of(rows: Rows) -> dict[str, Rows]:
    return {stage: [row for row in rows if row["stage"] == stage] for stage in dict.fromkeys(row["stage"] for row in rows)}


def save_loss(runs: list[Rows], path: Path) -> None:
    """Training loss over each run's optimiser steps, a colour a stage."""
    stages = {stage: own for rows in runs for stage, own in stages_of(rows).items()}
    save_curves({stage: [(row["step"], [row["loss"]]) for row in own] for stage, own in stages.items()}, "step", "loss", path)


def stage_table(runs: list[Rows]) -> str:
    lines = ["| stage | samples | last loss | samples/s |", "|---|---|---|---|"]
    for rows in runs:
        before = 0
        for stage, own in stages_of(rows).items():
            speed = sorted(row["samples_per_second"] for row in own)[len(own) // 2]
            lines.append(f"| {stage} | {own[-1]['seen'] - before} | {own[-1]['loss']:.4f} | {speed} |")
            before = own[-1]["seen"]
    return "\n".join(lines)


def minutes(rows: Rows) -> float:
    """How long a run trained."""
    seen = [0, *(row["seen"] for row in rows)]
    spent = 0.0
    for row, (then, now) in zip(rows, pairwise(seen), strict=True):
        spent += (now - then) / max(row["samples_per_second"], 0.1)
    return spent / 60


def count_parameters(folder: Path) -> str:
    """Millions a part, counted in its files."""
    found = []
    for part in ("vae", "unet", "controlnet", "text_encoder", "image_encoder", "ip_adapter", "lora"):
        count = 0
        for path in (folder / part).glob("*.safetensors"):
            with safe_open(path, "pt") as file:
                count += sum(math.prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118
        found.append(f"{part} {count / 1e6:.1f} M")
    return ", ".join(found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.card", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, nargs="+", help="the runs, in order")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--commands", type=Path, required=True, help="text file: what was typed")
    parser.add_argument("--note", default="", help="a sentence on how good these weights are")
    parser.add_argument("--machine", default="2 CPU cores with AMX")
    parser.add_argument("--out", type=Path, default=Path("assets/weights/bundled"))
    arguments = parser.parse_args()
    runs = [[json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()] for run in arguments.run]
    save_loss(runs, arguments.out / "loss.png")
    card = CARD.format(
        parameters=count_parameters(arguments.out),
        pairs=sum(map(len, stores_in(arguments.data))),
        steps=" + ".join(str(rows[-1]["step"]) for rows in runs),
        speed=f"{' + '.join(f'{minutes(rows):.0f}' for rows in runs)} minutes on {arguments.machine}, see the table",
        commands=arguments.commands.read_text(encoding="utf-8").strip(),
        table=stage_table(runs),
        note=arguments.note,
    )
    (arguments.out / "README.md").write_text(card, encoding="utf-8")
    write_manifest(arguments.out)


if __name__ == "__main__":
    main()
