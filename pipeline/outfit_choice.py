"""What words leave open about an outfit, chosen by the seed: colours that go together, cuts, what else is worn.

Every garment has random numbers of its own, so that a change to one leaves the others as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from pipeline.outfit_words import colour_of, lexicon
from wardrobe.compatible import accessories, pick, pick_kind
from wardrobe.kinds import BOTTOMS, KINDS, ONEPIECES, TOPS
from wardrobe.outfit import OVER_OTHERS, Garment
from wardrobe.palette import RGB, ciede2000
from wardrobe.parts import ClothingPart

Part = ClothingPart
Rng = np.random.Generator
MAIN = (Part.TOPWEAR, Part.BOTTOMWEAR, Part.ONEPIECE)
PLAIN_TOP, PLAIN_BOTTOM, MUTED = ("camisole", "tank top"), ("shorts",), "light grey"
_NEUTRAL = ("white", "white", "black", "navy blue", "grey", "beige", "cream", "brown")
_USUAL: dict[ClothingPart, tuple[str, ...]] = {
    Part.TOPWEAR: ("white", "white", "black", "navy blue", "light blue", "pink", "red", "beige", "grey"),
    Part.BOTTOMWEAR: ("black", "navy blue", "grey", "brown", "beige", "dark red", "white", "blue"),
    Part.ONEPIECE: ("white", "black", "navy blue", "light blue", "red", "pink", "lavender", "green"),
    Part.LEGWEAR: ("white", "black", "black", "grey", "navy blue"),
    Part.FOOTWEAR: ("black", "brown", "brown", "white"),
    Part.HANDWEAR: ("white", "black", "brown"),
    Part.HEADWEAR: ("black", "white", "red", "beige", "navy blue"),
    Part.NECKWEAR: ("red", "navy blue", "black", "white", "dark red"),
}
_TRIMS = ("white", "white", "white", "black", "navy blue", "gold")
_APART = 18.0  # CIEDE2000 between garments that touch
_ON_IT = 25.0  # between a garment and its pattern or trim
_SKIRTS = frozenset(kind for kind, row in BOTTOMS.items() if "skirt" in kind)
_MANLY = frozenset(("overalls", "jumpsuit", "tracksuit", "plate armor", "robe", "kimono", "yukata"))
_ONE_PIECE = 0.35  # how often, where everything is open
_ORDER = ("short", "knee", "midi", "long")


def rng_of(seed: int, *words: str) -> Rng:
    """Random numbers of one garment."""
    return np.random.default_rng([seed & 0xFFFFFFFF, zlib.crc32(" ".join(words).encode())])


def usual_colours(kind: str) -> tuple[str, ...]:
    """Colours that one thinks of first, in the tables' words."""
    sense = lexicon().english.get(kind.replace("-", " "))
    usual = sense.word.usual if sense and sense.word else ()
    return usual or _USUAL[KINDS[kind].slot]


def choose_colour(rng: Rng, options: Sequence[str], beside: Iterable[RGB] = (), avoided: Collection[str] = ()) -> tuple[str, RGB]:
    """One of the options, apart from the colours beside it and never one of those to be avoided, where that is possible."""
    listed = [colour_of(option) for option in (*options, *_NEUTRAL)]
    shunned = [colour_of(colour) for colour in avoided]
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
    for options in (usual, others):
        listed = [colour_of(option) for option in options]
        far = [colour for colour, gap in zip(listed, _gaps(listed, [rgb]), strict=True) if gap >= _ON_IT]
        if far:
            break
    return far[int(rng.integers(len(far)))]


def fitting_length(kind: str, length: str) -> str:
    """The length that comes nearest among those that this kind can be drawn in."""
    row = KINDS[kind]
    if not row.lengths or (row.slot in (Part.BOTTOMWEAR, Part.ONEPIECE) and not row.plural):
        return length if row.lengths else ""
    return min(row.lengths, key=lambda other: abs(_ORDER.index(other) - _ORDER.index(length)))


def plain(kind: str, rng: Rng, colour: tuple[str, RGB]) -> Garment:
    """A garment of this kind in this colour, cut as the seed says."""
    row = KINDS[kind]
    sleeve, length, neckline = (pick(rng, options) if options else "" for options in (row.sleeves, row.lengths, row.necklines))
    second = choose_second(rng, colour[1], kind) if rng.random() < row.trim else (None, None)
    detail = int(rng.integers(2**31))
    return Garment(row.slot, kind, colour[0], colour[1], second[0], second[1], None, sleeve, length, neckline, detail)


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
    is_free = needs_upper and needs_lower and not worn & set(MAIN)
    if is_free and rng.random() < _ONE_PIECE and (kind := _kind(rng, "onepiece", denied, is_mans)):
        return [_coloured(kind, seed, named)]
    if needs_upper and (kind := _kind(rng, "top", denied, is_mans)):
        found.append(_coloured(kind, seed, named))
    if needs_lower and (kind := _kind(rng, "bottom", denied, is_mans)):
        found.append(_coloured(kind, seed, [*named, *found]))
    return found


def _covers_hips(garments: Iterable[Garment]) -> bool:
    return any(garment.slot == Part.ONEPIECE for garment in garments)


def _kind(rng: Rng, table: str, denied: Collection[str], is_mans: bool) -> str | None:
    kinds = {"top": TOPS, "bottom": BOTTOMS, "onepiece": ONEPIECES}[table]
    able = {
        kind: row
        for kind, row in kinds.items()
        if kind not in denied
        and not row.over
        and kind not in ("breastplate", "haori", "hakama", "plate armor")
        and not (
            is_mans
            and (kind in _SKIRTS or (kind in ONEPIECES and kind not in _MANLY) or kind in ("blouse", "puff-sleeve blouse"))
        )
    }
    return pick_kind(rng, able) if able else None


def _coloured(kind: str, seed: int, beside: Sequence[Garment]) -> Garment:
    rng = rng_of(seed, "added", kind)
    colour = choose_colour(rng, usual_colours(kind), colours_of(g for g in beside if g.slot in MAIN))
    return plain(kind, rng, colour)


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
    return [plain(kind, rng, choose_colour(rng, ("white", "white", "white", "black", "grey", "light blue"), [innermost.rgb]))]


def added_accessories(
    worn: Sequence[Garment], slots: Collection[ClothingPart], denied: Collection[str], is_mans: bool, seed: int
) -> list[Garment]:
    """What else is worn in slots that are drawn anew and in which nothing is named."""
    taken = {garment.slot for garment in worn}
    lower = next((garment for garment in worn if garment.slot in (Part.BOTTOMWEAR, Part.ONEPIECE)), None)
    inner = next((garment for garment in worn if garment.slot in (Part.TOPWEAR, Part.ONEPIECE)), lower)
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
    for kind in kinds:
        slot = KINDS[kind].slot
        if slot not in slots or slot in taken or kind in denied or (is_mans and kind in _WOMANLY):
            continue
        taken.add(slot)
        found.append(plain(kind, rng_of(seed, "added", kind), _matching(kind, seed, worn)))
    return found


_WOMANLY = frozenset(("thigh highs", "tights", "heels", "mary janes", "hair bow", "maid headdress", "long gloves", "neck ribbon"))


def _matching(kind: str, seed: int, worn: Sequence[Garment]) -> tuple[str, RGB]:
    """Neutral, or for what is small and seen often the colour of something else that is worn."""
    rng = rng_of(seed, "colour", kind)
    echoed = [(garment.colour, garment.rgb) for garment in worn if garment.slot in MAIN]
    if echoed and KINDS[kind].slot in (Part.HEADWEAR, Part.NECKWEAR) and rng.random() < 0.5:
        return echoed[int(rng.integers(len(echoed)))]
    return choose_colour(rng, usual_colours(kind))
