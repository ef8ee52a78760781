"""Outfits one click away: of each, `ui.texts` has the chip's label and the words that are put into the prompt."""

from __future__ import annotations

PRESETS = ("school", "blazer", "maid", "gothic", "kimono", "summer", "hoodie", "sport", "suit", "winter", "knight", "cardigan")


def label_of(name: str) -> str:
    """The key of a chip's label."""
    return f"preset_{name}"


def words_of(name: str) -> str:
    """The key of an outfit's words."""
    return f"preset_{name}_words"
