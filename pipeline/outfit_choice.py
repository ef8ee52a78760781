"""What words leave open about an outfit, chosen by the seed: colours that go together, cuts, what else is worn.

Every garment has random numbers of its own, so that a change to one leaves the others as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from pipeline.outfit_words import colour_of, lexicon
from wardrobe.compatible import accessories, pick
from wardrobe.kinds import BOTTOMS, KINDS, ONEPIECES, TOPS
from wardrobe.outfit import MAIN_SLOTS, OVER_OTHERS, Garment
from wardrobe.palette import RGB, ciede2000
from wardrobe.parts import ClothingPart

Part = ClothingPart
Rng = np.random.Generator
PLAIN_TOP, PLAIN_BOTTOM, MUTED = ("camisole", "tank top"), ("shorts",), "light grey"
_NEUTRAL = ("white", "white", "black", "navy blue", "grey", "beige", "cream", "brown")
_USUAL: dict[ClothingPart, tuple[str, ...]] = {
    Part.TOPWEAR: ("white", "white", "white", "cream", "black", "grey", "beige", "navy blue", "light blue", "dark red"),
    Part.BOTTOMWEAR: ("black", "black", "navy blue", "navy blue", "grey", "brown", "beige", "white", "olive"),
    Part.ONEPIECE: ("white", "cream", "black", "navy blue", "grey", "beige", "light blue", "lavender", "dark red"),
    Part.LEGWEAR: ("white", "black", "black", "grey", "navy blue"),
    Part.FOOTWEAR: ("black", "brown", "brown", "white"),
    Part.HANDWEAR: ("white", "black", "brown"),
    Part.HEADWEAR: ("black", "white", "beige", "navy blue", "dark red"),
    Part.NECKWEAR: ("red", "navy blue", "black", "white", "dark red"),
}
# Kinds that one would not know in any other colour.
_OWN: dict[str, tuple[str, ...]] = {
    "nurse dress": ("white", "white", "white", "pink"),
    "nurse cap": ("white", "white", "white", "pink"),
    "wedding gown": ("white", "white", "cream"),
    "veil": ("white", "white", "cream"),
    "plate armor": ("light grey", "light grey", "grey"),
    "breastplate": ("light grey", "light grey", "grey"),
    "helmet": ("light grey", "light grey", "grey"),
    "jeans": ("blue", "blue", "navy blue", "light blue"),
    "denim jacket": ("blue", "blue", "navy blue", "light blue"),
    "maid dress": ("black",),
    "maid headdress": ("white",),
    "lab coat": ("white",),
    "chef jacket": ("white",),
    "chef hat": ("white",),
    "raincoat": ("yellow", "yellow", "light blue"),
    "trench coat": ("beige",),
    "tailcoat": ("black",),
    "leather jacket": ("black", "black", "brown"),
    "tutu": ("white", "pink", "lavender"),
    "apron": ("white", "white", "beige"),
    "waist apron": ("white", "white", "black"),
}
_OWN_TRIM: dict[str, tuple[str, ...]] = {
    "maid dress": ("white",),
    "nurse dress": ("red", "red", "pink"),
    "nurse cap": ("red",),
    "sneakers": ("white", "light grey", "grey"),  # rubber
}
_CALM = frozenset(("white", "cream", "black", "grey", "light grey", "beige", "brown", "navy blue"))
_LOUD = 110  # spread of red, green and blue from which one garment is colour enough for an outfit
_TRIMS = ("white", "white", "white", "black", "navy blue", "gold")
_APART = 18.0  # CIEDE2000 between garments that touch
_ON_IT = 25.0  # between a garment and its pattern or trim
# What is added where nothing is said is everyday wear; `men` have the second row.
_EVERYDAY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "top": (
        ("t-shirt", "shirt", "blouse", "blouse", "puff-sleeve blouse", "sweater", "turtleneck", "hoodie"),
        ("t-shirt", "shirt", "shirt", "sweater", "turtleneck", "hoodie", "polo shirt"),
    ),
    "bottom": (
        ("pleated skirt", "pleated skirt", "flared skirt", "long skirt", "jeans", "trousers", "shorts"),
        ("trousers", "trousers", "jeans", "jeans", "cargo pants", "bermuda shorts"),
    ),
    "one-piece": (("dress", "dress", "sundress", "sweater dress", "pinafore dress"), ("overalls", "jumpsuit")),
}
_GOES_WITH: dict[str, tuple[str, ...]] = {  # tops and bottoms that call for each other
    "haori": ("hakama",),
    "hakama": ("haori",),
    "sailor top": ("pleated skirt",),
    "blazer": ("pleated skirt", "trousers"),
    "suit jacket": ("trousers",),
    "tailcoat": ("trousers",),
    "military uniform": ("trousers",),
    "pirate coat": ("trousers",),
    "track jacket": ("sweatpants", "shorts"),
    "jersey": ("shorts",),
    "breastplate": ("trousers", "leggings"),
    "tunic": ("trousers", "leggings"),
    "tabard": ("trousers", "leggings"),
    "sweatpants": ("hoodie", "t-shirt"),
    "tutu": ("leotard", "camisole", "tank top"),
}
_OF_ONE_CLOTH = ("suit jacket", "tailcoat", "military uniform", "track jacket")
_ONLY_WITH: dict[str, tuple[str, ...]] = {  # shoes for certain clothes
    "sandals": ("sundress", "kimono", "yukata", "haori", "shorts", "swimsuit", "hanfu"),
    "geta": ("kimono", "yukata", "haori"),
    "slippers": ("robe",),
    "rain boots": ("raincoat",),
    "thigh boots": (),
}
_ALWAYS = ("shoes", "shoes", "loafers", "sneakers", "boots")  # shoes for any clothes
_WITH_COLLAR = ("shirt", "blouse", "sailor top", "blazer", "suit jacket", "vest", "sailor dress", "tailcoat")
_ONE_PIECE = 0.35  # how often, where everything is open
_TABLES = {"top": TOPS, "bottom": BOTTOMS, "one-piece": ONEPIECES}
_ORDER = ("short", "knee", "midi", "long")
_SHOWN = {"thigh highs": 0, "lace stockings": 0, "knee socks": 1, "loose socks": 1, "leg warmers": 1}  # the longest over them
_BROAD_SLEEVES, _SLIM_SLEEVES = ("wide", "puff"), ("long", "short")


def rng_of(seed: int, *words: str) -> Rng:
    """Random numbers of one garment."""
    return np.random.default_rng([seed & 0xFFFFFFFF, zlib.crc32(" ".join(words).encode())])


def usual_colours(kind: str) -> tuple[str, ...]:
    """Colours that one thinks of first, in the tables' words."""
    if kind in _OWN:
        return _OWN[kind]
    sense = lexicon().english.get(kind.replace("-", " "))
    usual = sense.word.usual if sense and sense.word else ()
    return usual or _USUAL[KINDS[kind].slot]


def choose_colour(rng: Rng, options: Sequence[str], beside: Iterable[RGB] = (), avoided: Collection[str] = ()) -> tuple[str, RGB]:
    """One of the options, apart from the colours beside it and never one of those to be avoided, where that is possible."""
    listed = [colour_of(option) for option in (*options, *_NEUTRAL)]
    shunned = [colour_of(colour) for colour in avoided]
    beside = () if len(set(options)) == 1 else beside  # what has one colour alone keeps it: a lab coat over a white shirt
    names = [any(name in colour[0] for name, _ in shunned) for colour in listed]
    near = _gaps(listed, list(beside))
    far = _gaps(listed, [rgb for _, rgb in shunned])
    wanted = [far[i] >= _APART and not names[i] for i in range(len(listed))]
    for gap in (_APART, 0.0):
        for part in (range(len(options)), range(len(options), len(listed))):
            if good := [listed[i] for i in part if wanted[i] and near[i] >= gap]:
                return good[int(rng.integers(len(good)))]
    return listed[0]


def _gaps(colours: Sequence[tuple[str, RGB]], others: Sequence[RGB]) -> list[float]:
    """CIEDE2000 from each colour to the nearest of the others."""
    if not others or not colours:
        return [np.inf] * len(colours)
    one, other = np.array([rgb for _, rgb in colours], np.float64), np.array(others, np.float64)
    return [float(gap) for gap in ciede2000(one[:, None], other[None]).min(1)]


def choose_second(rng: Rng, rgb: RGB, kind: str, usual: Sequence[str] = ()) -> tuple[str, RGB]:
    """A colour for a garment's pattern or trim that is plainly another one, a usual one if that is so."""
    others = ("gold", "white", "black") if "armor" in kind or kind == "breastplate" else _TRIMS
    for options in (usual, _OWN_TRIM.get(kind, ()), others):
        listed = [colour_of(option) for option in options]
        far = [colour for colour, gap in zip(listed, _gaps(listed, [rgb]), strict=True) if gap >= _ON_IT]
        if far:
            break
    return far[int(rng.integers(len(far)))]


def fitting_length(kind: str, length: str) -> str:
    """The length that comes nearest among those that this kind can be drawn in."""
    row = KINDS[kind]
    if not row.lengths or (row.slot in MAIN_SLOTS and not row.plural):
        return length if row.lengths else ""
    return min(row.lengths, key=lambda other: abs(_ORDER.index(other) - _ORDER.index(length)))


def unasked(options: Sequence[str]) -> tuple[str, ...]:
    """Those cuts that surprise nobody who has not named one: wide sleeves only where there are no others."""
    return tuple(option for option in options if option != "wide") or tuple(options)


def plain(kind: str, rng: Rng, colour: tuple[str, RGB]) -> Garment:
    """A garment of this kind in this colour, cut as the seed says."""
    row = KINDS[kind]
    sleeve, length, neckline = (
        pick(rng, unasked(options)) if options else "" for options in (row.sleeves, row.lengths, row.necklines)
    )
    second = choose_second(rng, colour[1], kind) if rng.random() < row.trim else (None, None)
    detail = int(rng.integers(2**31))
    return Garment(row.slot, kind, colour[0], colour[1], second[0], second[1], None, sleeve, length, neckline, detail)


def slim(garment: Garment) -> Garment:
    """The same with narrow sleeves, if its kind has them: wide ones bunch up in the sleeves of what is worn over it."""
    if garment.sleeve not in _BROAD_SLEEVES:
        return garment
    return replace(garment, sleeve=next((s for s in _SLIM_SLEEVES if s in KINDS[garment.kind].sleeves), garment.sleeve))


def above(garment: Garment, others: Iterable[Garment]) -> Garment:
    """The same short enough that the stockings that are named can be seen, if its kind can be."""
    longest = min((_SHOWN[other.kind] for other in others if other.kind in _SHOWN), default=len(_ORDER))
    if garment.length not in _ORDER or KINDS[garment.kind].plural or _ORDER.index(garment.length) <= longest:
        return garment
    able = [length for length in KINDS[garment.kind].lengths if _ORDER.index(length) <= longest]
    return replace(garment, length=max(able, key=_ORDER.index)) if able else garment


def are_sleeves_hidden(garment: Garment, others: Iterable[Garment]) -> bool:
    """Whether one of the others is worn over it and has long sleeves."""
    if garment.kind in OVER_OTHERS:
        return False
    over = (other for other in others if other.slot == Part.TOPWEAR and other.sleeve == "long")
    return any(other.kind in OVER_OTHERS or (goes_under(garment.kind) and not goes_under(other.kind)) for other in over)


def goes_under(kind: str) -> bool:
    """Whether anything is usually worn over it."""
    return any(kind in row.over for row in KINDS.values())


def _first_known(kinds: Sequence[str]) -> str:
    return next(kind for kind in kinds if kind in KINDS)


def undergarment(slot: ClothingPart, seed: int) -> Garment:
    """What stays where everything was taken away: a plain top or plain shorts in a muted colour."""
    kind = _first_known(PLAIN_TOP if slot == Part.TOPWEAR else PLAIN_BOTTOM)
    garment = plain(kind, rng_of(seed, "plain", kind), colour_of(MUTED))
    return replace(garment, second_colour=None, second_rgb=None)


def colours_of(garments: Iterable[Garment]) -> list[RGB]:
    return [garment.rgb for garment in garments]


def added_main(
    named: Sequence[Garment], slots: Collection[ClothingPart], denied: Collection[str], is_mans: bool, seed: int
) -> list[Garment]:
    """Tops, bottoms and one-pieces that the named garments still need where `slots` are drawn anew."""
    worn = {garment.slot for garment in named}
    has_upper = Part.TOPWEAR in worn or Part.ONEPIECE in worn
    has_lower = Part.BOTTOMWEAR in worn or _covers_hips(named)
    open_slots = {Part.TOPWEAR, Part.BOTTOMWEAR} if Part.ONEPIECE in slots else set(slots) & {Part.TOPWEAR, Part.BOTTOMWEAR}
    needs_upper, needs_lower = Part.TOPWEAR in open_slots and not has_upper, Part.BOTTOMWEAR in open_slots and not has_lower
    rng = rng_of(seed, "main")
    found: list[Garment] = []
    is_free = needs_upper and needs_lower and not worn & set(MAIN_SLOTS)
    if is_free and rng.random() < _ONE_PIECE and (kind := _kind(rng, "one-piece", denied, is_mans)):
        return [_coloured(kind, seed, named)]
    if needs_upper and (kind := _kind(rng, "top", denied, is_mans, named)):
        found.append(_coloured(kind, seed, named))
    if needs_lower and (kind := _kind(rng, "bottom", denied, is_mans, named)):
        found.append(_coloured(kind, seed, [*named, *found]))
    return found


def _covers_hips(garments: Iterable[Garment]) -> bool:
    return any(garment.slot == Part.ONEPIECE for garment in garments)


def _kind(rng: Rng, table: str, denied: Collection[str], is_mans: bool, beside: Sequence[Garment] = ()) -> str | None:
    fitting = [kind for garment in beside for kind in _GOES_WITH.get(garment.kind, ())]
    for options in (fitting, _EVERYDAY[table][is_mans], list(_TABLES[table])):
        if able := [kind for kind in options if kind in _TABLES[table] and kind not in denied]:
            return able[int(rng.integers(len(able)))]
    return None


def _coloured(kind: str, seed: int, beside: Sequence[Garment]) -> Garment:
    rng = rng_of(seed, "added", kind)
    suit = next((garment for garment in beside if garment.kind in _OF_ONE_CLOTH and garment.slot != KINDS[kind].slot), None)
    if suit:
        return plain(kind, rng, (suit.colour, suit.rgb))
    near = colours_of(garment for garment in beside if garment.slot in MAIN_SLOTS)
    return plain(kind, rng, choose_colour(rng, _calm(kind, near), near))


def _calm(kind: str, beside: Sequence[RGB]) -> tuple[str, ...]:
    """Its usual colours; beside a loud one the neutral ones among them, if the kind is known in any colour."""
    usual = usual_colours(kind)
    if kind in _OWN or not any(max(rgb) - min(rgb) > _LOUD for rgb in beside):
        return usual
    return tuple(colour for colour in usual if colour in _CALM) or usual


def underlayers(named: Sequence[Garment], denied: Collection[str], seed: int) -> list[Garment]:
    """What is worn under an open garment where nothing under it is named: a shirt under a blazer."""
    over = [garment for garment in named if garment.kind in OVER_OTHERS or KINDS[garment.kind].over]
    inner = [garment for garment in named if garment.slot in (Part.TOPWEAR, Part.ONEPIECE) and garment not in over]
    if not over or inner:
        return []
    innermost = over[0]
    options = tuple(kind for kind in KINDS[innermost.kind].over if kind in KINDS and kind not in denied)
    if not options:
        return [undergarment(Part.TOPWEAR, seed)]
    rng = rng_of(seed, "under", innermost.kind)
    kind = options[int(rng.integers(len(options)))]
    colour = choose_colour(rng, ("white", "white", "white", "black", "grey", "light blue"), [innermost.rgb])
    garment = plain(kind, rng, colour)
    return [slim(garment) if are_sleeves_hidden(garment, over) else garment]


def added_accessories(
    worn: Sequence[Garment], slots: Collection[ClothingPart], denied: Collection[str], is_mans: bool, seed: int
) -> list[Garment]:
    """What else is worn in slots that are drawn anew and in which nothing is named."""
    taken = {garment.slot for garment in worn}
    lower = next((garment for garment in worn if garment.slot in (Part.BOTTOMWEAR, Part.ONEPIECE)), None)
    uppers = [garment for garment in worn if garment.slot in (Part.TOPWEAR, Part.ONEPIECE)]
    inner = next((garment for garment in uppers if garment.kind not in OVER_OTHERS), uppers[0] if uppers else lower)
    rng = rng_of(seed, "accessories")
    kinds = accessories(
        rng,
        [garment.kind for garment in worn],
        lower.length if lower else "",
        inner.kind if inner else "",
        inner.sleeve if inner else "",
    )
    if Part.FOOTWEAR in slots and not any(KINDS[kind].slot == Part.FOOTWEAR for kind in kinds):
        kinds.append("shoes")
    found = []
    names = {garment.kind for garment in worn}
    for kind in kinds:
        slot = KINDS[kind].slot
        if slot == Part.FOOTWEAR and not names & set(_ONLY_WITH.get(kind, names)):
            kind = _first_allowed(rng, denied)
        if slot == Part.HANDWEAR or (slot == Part.NECKWEAR and not names & set(_WITH_COLLAR)):
            continue  # what would surprise where nobody asked for it
        if slot not in slots or slot in taken or kind in denied or (is_mans and kind in _WOMANLY):
            continue
        taken.add(slot)
        found.append(plain(kind, rng_of(seed, "added", kind), _matching(kind, seed, worn)))
    return found


def _first_allowed(rng: Rng, denied: Collection[str]) -> str:
    able = [kind for kind in _ALWAYS if kind in KINDS and kind not in denied] or ["shoes"]
    return able[int(rng.integers(len(able)))]


_WOMANLY = frozenset(("thigh highs", "tights", "heels", "mary janes", "hair bow", "maid headdress", "long gloves", "neck ribbon"))


def _matching(kind: str, seed: int, worn: Sequence[Garment]) -> tuple[str, RGB]:
    """Neutral, or for what is small and seen often the colour of something else that is worn."""
    rng = rng_of(seed, "colour", kind)
    echoed = [(garment.colour, garment.rgb) for garment in worn if garment.slot in MAIN_SLOTS]
    if echoed and kind not in _OWN and KINDS[kind].slot in (Part.HEADWEAR, Part.NECKWEAR) and rng.random() < 0.5:
        return echoed[int(rng.integers(len(echoed)))]
    return choose_colour(rng, usual_colours(kind))
