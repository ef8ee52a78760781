"""Ways to dress a character, each a row of the table. Another way is another row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from models.loader import load
from models.profiles import PROFILES, SEGMENTER
from models.segmenter import load_bundled
from pipeline.detect import detect
from pipeline.plan import make_plan
from pipeline.request import Detection, DetectRequest
from pipeline.swap import OutfitSwapper
from training.cases import Case
from training.evaluate import Method, Options, ours, request_for
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


def drafted() -> Method:
    """What a user gets: the draft where it covers, and what lies behind it carried on."""
    profile = PROFILES["bundled"]
    return ours(OutfitSwapper(profile, load(profile), see=Detector()), Options(profile.name, JUDGE, profile.steps))


def pasted() -> Method:
    """The draft laid over the old clothes, and nothing else; where there is none, the old clothes."""
    see = Detector()

    def run(case: Case) -> tuple[np.ndarray, np.ndarray]:
        image = case.source.image.copy()  # another one than is asked for: what is known of that is remembered
        request = request_for(PROFILES["bundled"], case.source.image, case.mask, case.prompt, case.seed % 2**31)
        for draft in make_plan(request, see).drafts:
            share = np.where(case.mask, draft.image[..., 3], 0)[..., None] / 255
            mixed = image[..., :3] * (1 - share) + draft.image[..., :3] * share
            image[..., :3] = np.rint(mixed)
            image[..., 3] = np.maximum(image[..., 3], np.rint(255 * share[..., 0]))
        return image, case.mask.astype(np.uint8) * np.uint8(255)

    return run


class Detector:
    """Finds clothing as the app does."""

    def __init__(self) -> None:
        self.segmenter = load_bundled(SEGMENTER)

    def __call__(self, request: DetectRequest) -> Detection:
        return detect(self.segmenter, request)


JUDGE = Path("assets/weights/judge")
METHODS: dict[str, Callable[[], Method]] = {  # made where they are run
    "unchanged": unchanged,
    "before": before,
    "draft pasted": pasted,
    "draft, as users get it": drafted,
}
CEILINGS: dict[str, Callable[[], Method]] = {  # of the drawn set, whose outfits can be drawn again
    "ceiling, true figure": lambda: on_true_figure,
    "ceiling, fitted figure": lambda: partial(on_fitted_figure, find=BundledFit()),
}
