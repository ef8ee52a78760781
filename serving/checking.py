"""Whether a request could be run at all, told without the networks that would run it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.hub import verify
from models.listing import lacking_hints
from models.profiles import ModelProfile
from pipeline.request import SwapRequest, UserError
from pipeline.validate import validate

HINTS_MISSING = (
    "The networks for these hints are not on this disk: {kinds} ({size}), please leave them out or run: "
    "python app.py models download {name} --all-hints"
)


def check(request: SwapRequest, profiles: Mapping[str, ModelProfile]) -> None:
    """profiles: rows by name. Raises `UserError` for what none of them can do, or not with what is on this disk."""
    profile = row(profiles, request.profile)
    validate(request, profile)
    _require_hints(request, profile)


def row(profiles: Mapping[str, ModelProfile], name: str) -> ModelProfile:
    """Raises `UserError` for a name that there is not."""
    if name not in profiles:
        raise UserError(f"There is no model profile {name!r}, please choose one of: {', '.join(profiles)}.")
    return profiles[name]


def _require_hints(request: SwapRequest, profile: ModelProfile) -> None:
    """Raises `UserError` if networks of the request's hints are not on this disk."""
    asked = {hint.kind for hint in request.hints if hint.scale > 0}
    lacks = {kind: source for kind, source in lacking_hints(profile).items() if kind in asked}
    for source in lacks.values():
        if isinstance(source.repo, Path):
            raise UserError(verify(source)[0])
    if lacks:
        size = sum(source.megabytes for source in set(lacks.values())) / 1000
        raise UserError(
            HINTS_MISSING.format(kinds=", ".join(lacks), size=f"{size:.1f} GB" if size else "size unknown", name=profile.name)
        )
