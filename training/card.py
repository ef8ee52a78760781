"""The model card: how the shipped weights came to be, from the run's own records.

python -m training.card --run runs/bundled --data runs/data --commands typed.txt --out assets/weights/bundled
"""

from __future__ import annotations

import argparse
import json
import math
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
| parts | `AutoencoderTiny`, `UNet2DConditionModel`, `ControlNetModel` (5 hint channels), `CLIPTextModel`, pruned CLIP vocabulary |
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


def save_loss(rows: list[dict[str, Any]], path: Path) -> None:
    """Training loss over optimiser steps, a colour a stage."""
    stages = dict.fromkeys(row["stage"] for row in rows)
    curves = {stage: [(row["step"], [row["loss"]]) for row in rows if row["stage"] == stage] for stage in stages}
    save_curves(curves, "step", "loss", path)


def stage_table(rows: list[dict[str, Any]]) -> str:
    lines, before = ["| stage | samples | last loss | samples/s |", "|---|---|---|---|"], 0
    for stage in dict.fromkeys(row["stage"] for row in rows):
        own = [row for row in rows if row["stage"] == stage]
        speed = sorted(row["samples_per_second"] for row in own)[len(own) // 2]
        lines.append(f"| {stage} | {own[-1]['seen'] - before} | {own[-1]['loss']:.4f} | {speed} |")
        before = own[-1]["seen"]
    return "\n".join(lines)


def count_parameters(folder: Path) -> str:
    """Millions a part, counted in its files."""
    found = []
    for part in ("vae", "unet", "controlnet", "text_encoder"):
        count = 0
        for path in (folder / part).glob("*.safetensors"):
            with safe_open(path, "pt") as file:
                count += sum(math.prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118
        found.append(f"{part} {count / 1e6:.1f} M")
    return ", ".join(found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.card", description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--commands", type=Path, required=True, help="text file: what was typed")
    parser.add_argument("--note", default="", help="a sentence on how good these weights are")
    parser.add_argument("--machine", default="2 CPU cores with AMX")
    parser.add_argument("--out", type=Path, default=Path("assets/weights/bundled"))
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in (arguments.run / "log.jsonl").read_text().splitlines()]
    save_loss(rows, arguments.out / "loss.png")
    seen = [0, *(row["seen"] for row in rows)]
    seconds = sum(
        (now - then) / max(row["samples_per_second"], 0.1) for row, then, now in zip(rows, seen, seen[1:], strict=False)
    )
    card = CARD.format(
        parameters=count_parameters(arguments.out),
        pairs=sum(map(len, stores_in(arguments.data))),
        steps=rows[-1]["step"],
        speed=f"{seconds / 60:.0f} minutes on {arguments.machine}, see the table",
        commands=arguments.commands.read_text(encoding="utf-8").strip(),
        table=stage_table(rows),
        note=arguments.note,
    )
    (arguments.out / "README.md").write_text(card, encoding="utf-8")
    write_manifest(arguments.out)


if __name__ == "__main__":
    main()
