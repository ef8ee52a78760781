"""The ablations' results as tables and curves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.plots import save_curves

PROMPTS = ("none", "insufficient", "conflicting", "perfect")


def read_results(file: Path) -> dict[str, list[dict[str, Any]]]:
    """An experiment's rows, a seed each, by their arms' names; of an arm that ran twice with one seed, the later."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    latest = {(row["name"], row["seed"]): row for row in rows}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in latest.values():
        found.setdefault(row["name"], []).append(row)
    return found


def table(results: dict[str, list[dict[str, Any]]]) -> str:
    """Mean and spread over the seeds, as Markdown."""
    columns = list(next(iter(results.values()))[0]["prompts"]["perfect"])
    lines = ["| " + " | ".join(["arm", "prompt", *columns]) + " |", "|---" * (2 + len(columns)) + "|"]
    for name, own in results.items():
        for prompt in PROMPTS:
            cells = [_spread([row["prompts"][prompt][column] for row in own]) for column in columns]
            lines.append(f"| {name} ({len(own)} seeds) | {prompt} | " + " | ".join(cells) + " |")
    steps = list(next(iter(results.values()))[0].get("curve", ()))
    if not steps:
        return "\n".join(lines)
    lines += ["", "| condition IoU | " + " | ".join(f"step {at}" for at in steps) + " |", "|---" * (len(steps) + 1) + "|"]
    for name, own in results.items():
        lines.append(f"| {name} | " + " | ".join(_spread([row["curve"][at] for row in own]) for at in steps) + " |")
    return "\n".join(lines)


def plot(results: dict[str, list[dict[str, Any]]], path: Path) -> None:
    """How well the hint is followed over the steps of training, a curve an arm."""
    curves = {name: [(float(at), [row["curve"][at] for row in own]) for at in own[0]["curve"]] for name, own in results.items()}
    save_curves(curves, "step", "condition IoU, perfect prompt", path, logarithmic=True)


def _spread(values: Sequence[float]) -> str:
    return f"{np.mean(values):.3f} ± {np.std(values):.3f}"
