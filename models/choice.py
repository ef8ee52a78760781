"""Which profile suits a machine: by its device, its memory, what is on the disk and what may be fetched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.profiles import BUNDLED, PROFILES, ModelProfile

if TYPE_CHECKING:  # to know which models there are takes no torch
    import torch

    from models.placement import Placement

ORDER = ("sdxl-anime", "sd15-anime", "sd15-anime-light", "bundled")  # the best first; every one may be used commercially
USER_ROWS = "models.toml"  # beside app.py, or where the environment's CC_MODELS says
GOOD = 3  # so many rows of the ladder of placements are quick enough to be a default


def known_profiles(folder: Path) -> dict[str, ModelProfile]:
    """All rows by name, the user's own too; folder: where their file lies. Raises `WeightsError` for a mistake in it."""
    file = Path(os.environ.get("CC_MODELS", folder / USER_ROWS))
    if not file.is_file():
        return dict(PROFILES)
    from models.user_rows import read_rows

    return PROFILES | read_rows(file, PROFILES)


@dataclass(frozen=True)
class Choice:
    """placement: how it fits; missing: it has to be fetched first."""

    profile: ModelProfile
    placement: Placement
    missing: bool = False


def best(
    profiles: Iterable[ModelProfile],
    device: torch.device,
    is_there: Callable[[ModelProfile], bool],
    may_fetch: bool,
    free: float | None = None,
) -> Choice:
    """The best profile for a device. Without a GPU the bundled one: the others take minutes there.

    profiles: of which; is_there: whether all its files are on this disk; may_fetch: whether what is missing may be
    downloaded; free: megabytes of the device, by default as measured.
    """
    from models.loader import best_dtype
    from models.placement import LADDER, RESIDENT, free_megabytes, ladder

    known = {profile.name: profile for profile in profiles}
    if device.type == "cpu":
        return Choice(known.get(BUNDLED.name, BUNDLED), RESIDENT)
    megabytes = free_megabytes(device) if free is None else free
    rows, dtype = [row for row in ladder(device) if row in LADDER[:GOOD]], best_dtype(device)
    for name in ORDER:
        profile = known.get(name)
        if profile is None or not profile.commercial:
            continue
        fits = next((row for row in rows if row.needs(profile.memory, dtype) <= megabytes), None)
        missing = not is_there(profile)
        if fits is not None and (may_fetch or not missing):
            return Choice(profile, fits, missing)
    return Choice(known.get(BUNDLED.name, BUNDLED), RESIDENT)
