"""Ways to dress a character, each a row of the table. Another way is another row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from models.loader import load
from models.profiles import PROFILES
from pipeline.swap import OutfitSwapper
from training.cases import Case
from training.evaluate import Method, Options, ours
from training.yardstick.ceilings import BundledFit, on_fitted_figure, on_true_figure


def before() -> Method:
    """The bundled model alone, as `training.evaluate` asks it."""
    profile = PROFILES["bundled"]
    return ours(OutfitSwapper(profile, load(profile)), Options(profile.name, JUDGE, profile.steps))


def unchanged() -> Method:
    """The old clothes: what a measure gives to those who do nothing."""

    def run(case: Case) -> tuple[np.ndarray, np.ndarray]:
        return case.source.image, case.mask.astype(np.uint8) * np.uint8(255)

    return run


JUDGE = Path("assets/weights/judge")
METHODS: dict[str, Callable[[], Method]] = {"unchanged": unchanged, "before": before}  # made where they are run
CEILINGS: dict[str, Callable[[], Method]] = {  # of the drawn set, whose outfits can be drawn again
    "ceiling, true figure": lambda: on_true_figure,
    "ceiling, fitted figure": lambda: partial(on_fitted_figure, find=BundledFit()),
}
