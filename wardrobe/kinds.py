"""The wardrobe's rows: every kind of garment, its words, and what may vary about it.

Shapes are drawn by `garments_*.py` under the same kind names; adding a garment is a row here and a block there.
"""

from __future__ import annotations

from dataclasses import dataclass

from wardrobe.parts import ClothingPart

Part = ClothingPart


@dataclass(frozen=True)
class Kind:
    """One row of the wardrobe.

    words: nouns for captions, the usual one first. sleeves, lengths, necklines: what may be sampled. patterned:
    chance of a pattern. trim: chance of a second colour on its details when it has no pattern; trimmed: what
    then carries that colour, in words. over: it is worn open over one of these kinds. plural: 'jeans', not 'a jeans'.
    """

    slot: ClothingPart
    words: tuple[str, ...]
    sleeves: tuple[str, ...] = ()
    lengths: tuple[str, ...] = ()
    necklines: tuple[str, ...] = ()
    patterned: float = 0.3
    trim: float = 0.0
    trimmed: str = ""
    over: tuple[str, ...] = ()
    plural: bool = False
    weight: float = 1.0


SLEEVES: dict[str, tuple[str, ...]] = {
    "none": ("sleeveless",),
    "short": ("short-sleeved", "short sleeve"),
    "elbow": ("elbow-length sleeve", "half-sleeved"),
    "long": ("long-sleeved", "long sleeve"),
    "puff": ("puff-sleeved", "puffy sleeve"),
    "wide": ("wide-sleeved", "wide sleeve"),
}
LENGTHS: dict[str, tuple[str, ...]] = {
    "short": ("short",),
    "knee": ("knee-length",),
    "midi": ("midi", "calf-length"),
    "long": ("long", "ankle-length"),
}
NECKLINES: dict[str, tuple[str, ...]] = {"round": (), "v": ("v-neck",), "high": ("high-necked",), "square": ("square-neck",)}

_UNDER = ("shirt", "t-shirt", "blouse", "turtleneck")
_SKIRT = ("short", "knee", "midi", "long")
_TOP, _BOTTOM, _ONE = Part.TOPWEAR, Part.BOTTOMWEAR, Part.ONEPIECE

TOPS: dict[str, Kind] = {
    "t-shirt": Kind(
        _TOP, ("t-shirt", "tee", "tshirt"), ("short", "short", "elbow", "long"), (), ("round", "round", "v"), 0.45, weight=1.6
    ),
    "shirt": Kind(_TOP, ("shirt", "button-up shirt", "collared shirt", "dress shirt"), ("long", "long", "short"), weight=1.4),
    "blouse": Kind(_TOP, ("blouse", "ruffled blouse", "top"), ("long", "long", "short", "elbow", "wide"), weight=1.4),
    "puff-sleeve blouse": Kind(_TOP, ("puff-sleeve blouse", "puffy blouse"), ("puff",), (), ("round", "square")),
    "sailor top": Kind(
        _TOP, ("sailor top", "sailor shirt", "serafuku"), ("short", "long"), (), (), 0.08, 1.0, "sailor collar", weight=1.4
    ),
    "polo shirt": Kind(_TOP, ("polo shirt", "polo"), ("short",), (), (), 0.3, 0.5, "collar"),
    "hoodie": Kind(_TOP, ("hoodie", "hooded sweatshirt", "hooded top"), ("long",), (), (), 0.25, 0.2, "drawstrings", weight=1.4),
    "sweater": Kind(
        _TOP, ("sweater", "jumper", "pullover", "knitted sweater"), ("long",), (), ("round", "v"), 0.35, 0.2, "cuffs", weight=1.4
    ),
    "turtleneck": Kind(_TOP, ("turtleneck", "turtleneck sweater", "roll-neck"), ("long", "long", "none"), (), ("high",), 0.2),
    "tank top": Kind(_TOP, ("tank top", "sleeveless top", "singlet"), ("none",), (), ("round", "square")),
    "jersey": Kind(
        _TOP, ("sports jersey", "jersey", "football shirt"), ("short", "none"), (), ("v", "round"), 0.25, 1.0, "number"
    ),
    "tunic": Kind(_TOP, ("tunic",), ("short", "long", "wide", "none"), (), ("v", "round", "square"), 0.25, 0.5, "hem"),
    "haori": Kind(_TOP, ("kimono top", "haori"), ("wide",), (), ("v",), 0.45, 0.3, "collar"),
    "breastplate": Kind(
        _TOP, ("armor breastplate", "breastplate", "armour", "cuirass"), ("long", "short"), (), (), 0.0, 0.6, "trim"
    ),
    "cardigan": Kind(_TOP, ("cardigan", "open cardigan"), ("long",), (), ("v",), 0.25, over=_UNDER, weight=1.2),
    "blazer": Kind(
        _TOP, ("blazer", "school blazer"), ("long",), (), ("v",), 0.15, 0.3, "piping", over=("shirt", "blouse"), weight=1.2
    ),
    "suit jacket": Kind(_TOP, ("suit jacket", "suit"), ("long",), (), ("v",), 0.2, over=("shirt",)),
    "jacket": Kind(
        _TOP, ("jacket", "bomber jacket", "zip-up jacket"), ("long",), (), (), 0.15, 0.4, "cuffs", over=("t-shirt", "turtleneck")
    ),
    "vest": Kind(_TOP, ("vest", "sweater vest", "waistcoat"), ("none",), (), ("v",), 0.35, over=("shirt", "blouse"), weight=1.2),
    "coat": Kind(_TOP, ("coat", "trench coat", "overcoat"), ("long",), ("short", "knee"), (), 0.15, 0.15, "collar", over=_UNDER),
    "cape": Kind(_TOP, ("cape", "cloak", "capelet"), ("none",), (), (), 0.12, 0.4, "trim", over=("shirt", "blouse", "tunic")),
}

BOTTOMS: dict[str, Kind] = {
    "pleated skirt": Kind(
        _BOTTOM, ("pleated skirt", "school skirt", "kilt"), (), ("short", "short", "knee", "long"), (), 0.4, weight=2.0
    ),
    "flared skirt": Kind(
        _BOTTOM, ("flared skirt", "circle skirt", "a-line skirt"), (), ("short", "knee", "midi"), (), 0.4, weight=1.3
    ),
    "pencil skirt": Kind(_BOTTOM, ("pencil skirt", "tight skirt"), (), ("short", "knee"), (), 0.25),
    "long skirt": Kind(_BOTTOM, ("long skirt", "maxi skirt"), (), ("long",), (), 0.35, 0.2, "hem"),
    "ruffled skirt": Kind(
        _BOTTOM, ("ruffled skirt", "tiered skirt", "frilly skirt"), (), ("short", "knee", "midi"), (), 0.3, 0.3, "frills"
    ),
    "wrap skirt": Kind(_BOTTOM, ("wrap skirt", "side-wrap skirt"), (), ("knee", "midi"), (), 0.35),
    "jeans": Kind(_BOTTOM, ("jeans", "denim jeans", "denim pants"), patterned=0.0, plural=True, weight=1.5),
    "trousers": Kind(_BOTTOM, ("trousers", "pants", "slacks"), patterned=0.3, plural=True, weight=1.8),
    "wide-leg trousers": Kind(_BOTTOM, ("wide-leg trousers", "wide pants", "baggy pants"), patterned=0.25, plural=True),
    "cargo pants": Kind(_BOTTOM, ("cargo pants", "cargo trousers"), patterned=0.2, plural=True),
    "sweatpants": Kind(_BOTTOM, ("sweatpants", "track pants", "joggers"), (), (), (), 0.0, 0.7, "side stripes", plural=True),
    "leggings": Kind(_BOTTOM, ("leggings", "tight pants"), patterned=0.3, plural=True),
    "shorts": Kind(_BOTTOM, ("shorts", "short pants"), (), ("short",), (), 0.35, 0.2, "hem", plural=True, weight=1.4),
    "bermuda shorts": Kind(
        _BOTTOM, ("bermuda shorts", "knee-length shorts", "capri pants"), (), ("knee",), (), 0.35, plural=True
    ),
    "hakama": Kind(_BOTTOM, ("hakama", "hakama skirt"), (), ("long",), (), 0.1),
}

ONEPIECES: dict[str, Kind] = {
    "sundress": Kind(
        _ONE, ("sundress", "summer dress", "dress"), ("none",), ("short", "knee", "midi"), ("square", "round"), 0.4, weight=1.4
    ),
    "dress": Kind(
        _ONE,
        ("dress", "one-piece dress", "frock"),
        ("short", "puff", "long", "elbow"),
        _SKIRT,
        ("round", "square", "v"),
        0.4,
        0.3,
        "hem",
        weight=1.8,
    ),
    "sailor dress": Kind(
        _ONE, ("sailor dress", "sailor one-piece"), ("short", "long"), ("short", "knee"), (), 0.08, 1.0, "sailor collar"
    ),
    "maid dress": Kind(
        _ONE,
        ("maid dress", "maid outfit", "maid uniform"),
        ("puff", "long", "short"),
        ("short", "knee", "long"),
        (),
        0.0,
        1.0,
        "apron",
        weight=1.4,
    ),
    "gothic dress": Kind(
        _ONE,
        ("gothic dress", "lolita dress", "frilly dress"),
        ("puff", "long", "wide"),
        ("short", "knee"),
        ("high", "square"),
        0.15,
        0.8,
        "frills",
        weight=1.2,
    ),
    "evening gown": Kind(
        _ONE, ("evening gown", "gown", "evening dress"), ("none", "long"), ("long",), ("v", "square"), 0.15, 0.2, "waistband"
    ),
    "ball gown": Kind(_ONE, ("ball gown", "princess dress"), ("puff", "none"), ("long",), ("square",), 0.15, 0.5, "overskirt"),
    "cheongsam": Kind(
        _ONE, ("cheongsam", "qipao", "chinese dress"), ("none", "short"), ("knee", "midi"), ("high",), 0.35, 0.8, "trim"
    ),
    "kimono": Kind(_ONE, ("kimono", "japanese kimono"), ("wide",), ("long",), ("v",), 0.5, 1.0, "obi", weight=1.3),
    "yukata": Kind(_ONE, ("yukata", "summer kimono"), ("wide",), ("midi",), ("v",), 0.6, 1.0, "obi"),
    "robe": Kind(_ONE, ("robe", "wizard robe", "mage robe"), ("wide",), ("long",), ("v", "high"), 0.15, 0.7, "trim"),
    "overalls": Kind(
        _ONE,
        ("overalls", "dungarees"),
        ("none",),
        ("long", "knee"),
        (),
        0.15,
        over=("t-shirt", "shirt", "turtleneck"),
        plural=True,
    ),
    "jumpsuit": Kind(_ONE, ("jumpsuit", "boilersuit", "romper"), ("long", "short"), ("long",), ("v", "high"), 0.2, 0.3, "belt"),
    "pinafore dress": Kind(
        _ONE, ("pinafore dress", "jumper dress"), ("none",), ("short", "knee"), (), 0.3, over=("shirt", "blouse", "turtleneck")
    ),
    "tracksuit": Kind(_ONE, ("tracksuit", "sportswear", "gym clothes"), ("long",), ("long",), ("high",), 0.0, 1.0, "stripes"),
    "plate armor": Kind(_ONE, ("plate armor", "full armour", "knight armor"), ("long",), ("long",), (), 0.0, 0.7, "trim"),
    "sweater dress": Kind(_ONE, ("sweater dress", "knitted dress"), ("long",), ("short", "knee"), ("high", "round"), 0.25),
    "coat dress": Kind(_ONE, ("coat dress", "military dress"), ("long",), ("short", "knee"), ("high",), 0.0, 0.8, "buttons"),
}

LEGWEAR: dict[str, Kind] = {
    "ankle socks": Kind(Part.LEGWEAR, ("ankle socks", "socks"), patterned=0.15, plural=True),
    "knee socks": Kind(Part.LEGWEAR, ("knee socks", "kneehighs", "knee-high socks"), patterned=0.25, plural=True, weight=1.5),
    "thigh highs": Kind(Part.LEGWEAR, ("thighhighs", "thigh-high socks", "stockings"), patterned=0.25, plural=True, weight=1.5),
    "tights": Kind(Part.LEGWEAR, ("tights", "pantyhose"), patterned=0.15, plural=True, weight=1.4),
    "leg warmers": Kind(Part.LEGWEAR, ("leg warmers", "legwarmers"), patterned=0.3, plural=True, weight=0.6),
}
FOOTWEAR: dict[str, Kind] = {
    "shoes": Kind(Part.FOOTWEAR, ("shoes", "loafers", "dress shoes"), patterned=0.0, plural=True, weight=1.5),
    "mary janes": Kind(Part.FOOTWEAR, ("mary janes", "strap shoes"), patterned=0.0, plural=True),
    "sneakers": Kind(
        Part.FOOTWEAR, ("sneakers", "trainers", "running shoes"), (), (), (), 0.0, 0.6, "soles", plural=True, weight=1.5
    ),
    "boots": Kind(Part.FOOTWEAR, ("boots", "ankle boots"), patterned=0.0, plural=True, weight=1.2),
    "knee boots": Kind(
        Part.FOOTWEAR, ("knee boots", "knee-high boots", "tall boots"), (), (), (), 0.0, 0.3, "cuffs", plural=True, weight=1.2
    ),
    "sandals": Kind(Part.FOOTWEAR, ("sandals", "geta"), patterned=0.0, plural=True),
    "heels": Kind(Part.FOOTWEAR, ("high heels", "heels", "pumps"), patterned=0.0, plural=True),
}
HANDWEAR: dict[str, Kind] = {
    "gloves": Kind(Part.HANDWEAR, ("gloves", "short gloves"), patterned=0.0, plural=True, weight=1.5),
    "long gloves": Kind(Part.HANDWEAR, ("long gloves", "elbow gloves", "opera gloves"), patterned=0.1, plural=True),
    "arm warmers": Kind(Part.HANDWEAR, ("arm warmers", "detached sleeves"), patterned=0.3, plural=True),
}
HEADWEAR: dict[str, Kind] = {
    "sun hat": Kind(Part.HEADWEAR, ("sun hat", "straw hat", "hat"), (), (), (), 0.0, 0.8, "band"),
    "beret": Kind(Part.HEADWEAR, ("beret",), patterned=0.15),
    "cap": Kind(Part.HEADWEAR, ("cap", "baseball cap"), (), (), (), 0.1, 0.4, "brim"),
    "witch hat": Kind(Part.HEADWEAR, ("witch hat", "wizard hat", "pointed hat"), (), (), (), 0.05, 0.9, "band"),
    "hair bow": Kind(Part.HEADWEAR, ("hair bow", "hair ribbon", "big hair bow"), patterned=0.15, weight=1.4),
    "headband": Kind(Part.HEADWEAR, ("headband", "hairband"), patterned=0.1, weight=1.2),
    "maid headdress": Kind(Part.HEADWEAR, ("maid headdress", "frilly headband"), patterned=0.0, weight=0.4),
    "helmet": Kind(Part.HEADWEAR, ("helmet", "knight helmet"), (), (), (), 0.0, 0.5, "crest", weight=0.5),
    "beanie": Kind(Part.HEADWEAR, ("beanie", "knit cap"), patterned=0.2),
    "top hat": Kind(Part.HEADWEAR, ("top hat", "mini top hat"), (), (), (), 0.0, 0.8, "band", weight=0.6),
}
NECKWEAR: dict[str, Kind] = {
    "neck ribbon": Kind(Part.NECKWEAR, ("neck ribbon", "ribbon"), patterned=0.0),
    "necktie": Kind(Part.NECKWEAR, ("necktie", "tie"), patterned=0.25),
    "bow tie": Kind(Part.NECKWEAR, ("bow tie", "bowtie"), patterned=0.1),
    "scarf": Kind(Part.NECKWEAR, ("scarf", "muffler"), patterned=0.35),
    "choker": Kind(Part.NECKWEAR, ("choker", "collar necklace"), patterned=0.0),
    "neckerchief": Kind(Part.NECKWEAR, ("neckerchief", "bandana"), patterned=0.15),
    "belt": Kind(Part.NECKWEAR, ("belt", "leather belt"), (), (), (), 0.0, 0.5, "buckle"),
    "sash": Kind(Part.NECKWEAR, ("sash", "waist sash", "waist ribbon"), patterned=0.15),
}

KINDS: dict[str, Kind] = {**TOPS, **BOTTOMS, **ONEPIECES, **LEGWEAR, **FOOTWEAR, **HANDWEAR, **HEADWEAR, **NECKWEAR}
