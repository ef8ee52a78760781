"""What goes with what: accessories that suit the main garments, and seeded choices among kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from wardrobe.kinds import FOOTWEAR, HANDWEAR, HEADWEAR, LEGWEAR, NECKWEAR, Kind

Rng = np.random.Generator
Option = TypeVar("Option")

# Which accessories go with what; rows of names rather than rules in code.
LEG_COVERING = {
    "jeans",
    "trousers",
    "wide-leg trousers",
    "cargo pants",
    "sweatpants",
    "leggings",
    "hakama",
    "jumpsuit",
    "tracksuit",
    "plate armor",
    "bodysuit",
}
CLOSED_NECK = {
    *(
        "turtleneck",
        "hoodie",
        "tracksuit",
        "breastplate",
        "plate armor",
        "cape",
        "cheongsam",
        "kimono",
        "yukata",
        "haori",
        "jacket",
        "robe",
    ),
    *("sweater dress", "gothic dress"),
    *("raincoat", "military uniform", "track jacket", "halter top", "hanfu", "hanbok", "cassock", "monk robe", "wizard robe"),
    *("wedding gown", "nurse dress", "idol dress", "bodysuit", "swimsuit", "dirndl"),
}
SAILOR = {"sailor top", "sailor dress"}
NO_BELT = {
    *(
        "kimono",
        "yukata",
        "maid dress",
        "overalls",
        "plate armor",
        "tracksuit",
        "breastplate",
        "cape",
        "hoodie",
        "coat",
        "hakama",
        "ball gown",
    ),
    *("jumpsuit", "cardigan", "blazer", "suit jacket", "jacket", "evening gown", "coat dress"),
    *("trench coat", "parka", "bomber jacket", "leather jacket", "lab coat", "raincoat", "military uniform", "pirate coat"),
    *("tailcoat", "tabard", "track jacket", "hooded cloak", "poncho", "apron", "corset top", "crop top", "tutu"),
    *("suspender skirt", "high-waist shorts", "overall shorts", "hanfu", "hanbok", "cassock", "monk robe", "wizard robe"),
    *("wedding gown", "nurse dress", "idol dress", "bodysuit", "leotard", "swimsuit", "dirndl", "puffer jacket"),
}
ARM_COVERING = {
    *("kimono", "yukata", "haori", "robe", "hanfu", "hanbok", "monk robe", "wizard robe", "hooded cloak", "poncho"),
}
JAPANESE = {"kimono", "yukata", "haori"}
_TALL = ("knee boots", "rain boots", "thigh boots")
WITH_HATS = {  # the chance that it is worn with its own headwear
    "maid dress": ("maid headdress", 0.6),
    "plate armor": ("helmet", 0.35),
    "wedding gown": ("veil", 0.7),
    "nurse dress": ("nurse cap", 0.6),
    "pirate coat": ("pirate hat", 0.5),
}


def pick(rng: Rng, options: tuple[Option, ...]) -> Option:
    """One of them, all equally likely."""
    return options[int(rng.integers(len(options)))]


def weighted(rng: Rng, weights: dict[str, float]) -> str:
    """One of the names, as likely as its weight says."""
    shares = np.cumsum(list(weights.values()))
    return list(weights)[int(np.searchsorted(shares, rng.random() * shares[-1], side="right"))]


def pick_kind(rng: Rng, table: dict[str, Kind], accept: Callable[[str], bool] = lambda _: True) -> str:
    """A kind of this table by its weight, among those that `accept` takes."""
    return weighted(rng, {name: kind.weight for name, kind in table.items() if accept(name)})


def accessories(rng: Rng, worn: list[str], length: str, upper: str, sleeve: str) -> list[str]:
    """Kinds of legwear, footwear, handwear, neckwear and headwear that go with the main garments."""
    names = set(worn)
    found = []
    covered = bool(names & LEG_COVERING)
    if not covered and length != "long" and rng.random() < 0.72:
        found.append(pick_kind(rng, LEGWEAR))
    elif covered and rng.random() < 0.3:
        found.append("ankle socks")
    if rng.random() < 0.93:
        boots_hidden = covered and "leggings" not in names
        sandals_only = bool(names & JAPANESE) and rng.random() < 0.6
        found.append("sandals" if sandals_only else pick_kind(rng, FOOTWEAR, lambda name: not (boots_hidden and name in _TALL)))
    if rng.random() < 0.2 and not names & ARM_COVERING and sleeve != "wide":
        bare_arms = sleeve in ("none", "short", "puff")
        found.append(pick_kind(rng, HANDWEAR, lambda name: bare_arms or name in ("gloves", "fingerless gloves")))
    neck = NECKWEAR.keys() - {"belt", "sash", "waist apron"}
    if upper not in CLOSED_NECK and rng.random() < (0.85 if upper in SAILOR else 0.6 if "suit jacket" in names else 0.35):
        choice = pick(rng, ("neck ribbon", "neckerchief")) if upper in SAILOR else pick_kind(rng, NECKWEAR, neck.__contains__)
        found.append(choice)
    elif upper in ("turtleneck", "hoodie", "jacket") and rng.random() < 0.15:
        found.append("scarf")
    if not names & NO_BELT and rng.random() < 0.22:
        found.append(pick(rng, ("belt", "belt", "sash")))
    own = next((WITH_HATS[name] for name in worn if name in WITH_HATS), None)
    if own is not None and rng.random() < own[1]:
        found.append(own[0])
    elif "hooded cloak" not in names and rng.random() < 0.22:
        found.append(pick_kind(rng, HEADWEAR, lambda name: name != "helmet" or bool(names & {"breastplate", "plate armor"})))
    return found
