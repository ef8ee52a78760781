"""How well prompts are read, on long lists of them: kinds, colours, cuts, and what must not be worn."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.outfit import Wish, complete, read_outfit
from pipeline.outfit_words import colour_of, lexicon
from wardrobe.kinds import KINDS
from wardrobe.outfit import Garment
from wardrobe.palette import ciede2000
from wardrobe.parts import CLOTHING, ClothingPart

FOLDER = Path(__file__).parent / "prompts"
EVERYTHING = (*CLOTHING, ClothingPart.HEADWEAR)
SEEDS = (0, 1, 2)
ALIKE = 12.0  # CIEDE2000


@dataclass
class Score:
    """Of many prompts: garments expected and found in the right kind, of these in the right colour; what was said and is not
    drawn so; kinds and parts refused, and how often they are not worn; what went wrong, in words."""

    garments: int = 0
    kinds: int = 0
    colours: int = 0
    overridden: int = 0
    refused: int = 0
    absent: int = 0
    faults: list[str] = field(default_factory=list)


def cases(name: str) -> list[dict[str, Any]]:
    """The rows of a file, whatever its author called them."""
    (found,) = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")).values()
    return list(found)


def is_colour(garment: Garment, name: str) -> bool:
    if name.startswith("!"):
        return not is_colour(garment, name[1:])
    sense = lexicon().english.get(name)
    palette, rgb = colour_of(sense.value if sense and sense.value else name)
    return garment.colour in (name, palette) or float(ciede2000(garment.rgb, rgb)) < ALIKE


def as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def is_as_said(garment: Garment, row: dict[str, Any]) -> bool:
    if "colour" in row and not any(is_colour(garment, name) for name in as_list(row["colour"])):
        return False
    return all(getattr(garment, name) in as_list(row[name]) for name in ("pattern", "length", "sleeve") if name in row)


def judge(case: dict[str, Any], seed: int, score: Score) -> None:
    prompt, negative = case["prompt"], case.get("negative", "")
    wish = read_outfit(prompt, negative, seed)
    for row in case["expect"]:
        score.garments += 1
        able = [garment for garment in wish.garments if garment.kind in row["kinds"]] or obis(wish, row["kinds"])
        best = next((garment for garment in able if is_as_said(garment, row)), able[0] if able else None)
        score.kinds += best is not None
        if best is None:
            score.faults.append(f"{prompt} || {negative}: no {row['kinds']} in {said(wish)}")
        elif is_as_said(best, row):
            score.colours += 1
        else:
            score.overridden += 1
            score.faults.append(f"{prompt} || {negative}: {row} is {said(wish)}")
    outfit = complete(wish, EVERYTHING, seed)
    for name in case.get("absent", ()):
        score.refused += 1
        is_worn = any(name.lower() in (garment.kind, garment.slot.title) for garment in outfit.garments)
        score.absent += not is_worn
        if is_worn:
            score.faults.append(f"{prompt} || {negative}: {name} is worn")


def obis(wish: Wish, kinds: list[str]) -> list[Garment]:
    """What meets an expected sash: a kimono's or yukata's obi is no garment of its own, it is drawn in the second colour."""
    robes = [garment for garment in wish.garments if "sash" in kinds and KINDS[garment.kind].trimmed == "obi"]
    return [
        replace(robe, colour=robe.second_colour, rgb=robe.second_rgb) for robe in robes if robe.second_colour and robe.second_rgb
    ]


def said(wish: Wish) -> list[str]:
    return [" ".join(filter(None, [g.colour, g.second_colour, g.pattern, g.sleeve, g.length, g.kind])) for g in wish.garments]


def scored(listed: list[dict[str, Any]]) -> Score:
    score = Score()
    for case in listed:
        for seed in SEEDS:
            judge(case, seed, score)
    return score


@pytest.mark.parametrize("name", ["outfits", "outfits_others"])  # the latter by somebody who had not seen the tables
@pytest.mark.parametrize("half", [0, 1])
def test_prompts_are_read_as_they_were_meant(name: str, half: int) -> None:
    score = scored(cases(name)[half::2])
    print(
        f"kinds {score.kinds / score.garments:.3f}, as said {score.colours / score.garments:.3f}, overridden {score.overridden}"
    )
    print(f"negations {score.absent / max(score.refused, 1):.3f} of {score.refused}", *dict.fromkeys(score.faults), sep="\n")
    assert score.colours >= 0.95 * score.garments
    assert score.overridden == 0
    assert score.absent >= 0.95 * score.refused
