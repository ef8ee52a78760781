"""Cuts in numbers: 'navy skirt <hem:-0.1>' is a skirt a tenth of the way from hip to ankle shorter than skirts are.

`<cuff:0.1>` lengthens sleeves by a tenth of the arm, `<neck:0.1>` lowers a neckline by a tenth of the torso. A number belongs
to the garment before it between the same commas. No text encoder sees it.
"""

from __future__ import annotations

import re

from pipeline.request import UserError
from wardrobe.handles import HANDLES, MOST
from wardrobe.outfit import Garment

_TAG = re.compile(rf"<\s*({'|'.join(HANDLES)})\s*+:([^<>]*+)>", re.IGNORECASE)


def without_handles(prompt: str) -> str:
    """The words alone."""
    return _TAG.sub("", prompt) if "<" in prompt else prompt


def handles_in(words: str) -> dict[str, float]:
    """The numbers of one stretch of a prompt. Raises `UserError` for what is no number."""
    return {name.lower(): number_of(name.lower(), text) for name, text in _TAG.findall(words)}


def number_of(name: str, text: str) -> float:
    """A number as it is written, within what can be drawn. Raises `UserError`."""
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if number != number:
        raise UserError(f"What stands after '{name}:' is no number, please write it as <{name}:-0.1> or <{name}:0.1>.")
    return round(min(max(number, -MOST), MOST), 2)


def as_tags(garment: Garment) -> str:
    """The numbers of a garment as a prompt says them, "" where it is cut as usual."""
    return " ".join(f"<{name}:{getattr(garment, name):g}>" for name in HANDLES if getattr(garment, name))
