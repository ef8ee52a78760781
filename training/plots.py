"""Curves for the model card and the experiments, as PNG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

Curve = Sequence[tuple[float, Sequence[float]]]  # x, and the values there: one, or one a seed


def save_curves(curves: Mapping[str, Curve], x: str, y: str, path: Path, logarithmic: bool = False) -> None:
    """One line a curve with its name; where there are several values, their mean, and their spread as a band.

    x, y: what the axes say. logarithmic: x.
    """
    figure = Figure(figsize=(9, 4.2), dpi=100, layout="constrained")
    axes = figure.subplots()
    for name, curve in curves.items():
        at = [place for place, _ in curve]
        mean, spread = (np.array([f(values) for _, values in curve]) for f in (np.mean, np.std))
        (line,) = axes.plot(at, mean, label=name, linewidth=1.5)
        if spread.any():
            axes.fill_between(at, mean - spread, mean + spread, color=line.get_color(), alpha=0.2, linewidth=0)
    axes.set(xlabel=x, ylabel=y, xscale="log" if logarithmic else "linear")
    axes.grid(color="0.9")
    axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
