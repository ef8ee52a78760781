"""The wardrobe's rows: every kind of garment, its words, and what may vary about it.

Shapes are drawn by `garments_*.py` under the same kind names; adding a garment is a row here and a block there.
"""

from __future__ import annotations

from wardrobe.cuts import LENGTHS, NECKLINES, SLEEVES, Kind
from wardrobe.kinds_worn_with import FOOTWEAR, HANDWEAR, HEADWEAR, LEGWEAR, NECKWEAR
from wardrobe.parts import ClothingPart

__all__ = [
    "BOTTOMS",
    "FOOTWEAR",
    "HANDWEAR",
    "HEADWEAR",
    "KINDS",
    "LEGWEAR",
    "LENGTHS",
    "NECKLINES",
    "NECKWEAR",
    "ONEPIECES",
    "SLEEVES",
    "TOPS",
    "Kind",
]

Part = ClothingPart
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
        _TOP, ("jacket", "zip-up jacket", "windbreaker"), ("long",), (), (), 0.15, 0.4, "cuffs", over=("t-shirt", "turtleneck")
    ),
    "vest": Kind(_TOP, ("vest", "sweater vest", "waistcoat"), ("none",), (), ("v",), 0.35, over=("shirt", "blouse"), weight=1.2),
    "coat": Kind(_TOP, ("coat", "overcoat", "winter coat"), ("long",), ("short", "knee"), (), 0.15, 0.15, "collar", over=_UNDER),
    "cape": Kind(_TOP, ("cape", "capelet", "mantle"), ("none",), (), (), 0.12, 0.4, "trim", over=("shirt", "blouse", "tunic")),
    "trench coat": Kind(
        _TOP, ("trench coat", "trenchcoat"), ("long",), ("knee", "midi"), (), 0.0, 0.15, "lapels", over=_UNDER, weight=0.0
    ),
    "parka": Kind(
        _TOP,
        ("parka", "fur-trimmed parka", "anorak"),
        ("long",),
        (),
        (),
        0.0,
        0.4,
        "fur",
        over=("t-shirt", "turtleneck"),
        weight=0.0,
    ),
    "bomber jacket": Kind(
        _TOP, ("bomber jacket", "flight jacket"), ("long",), (), (), 0.0, 0.4, "cuffs", over=("t-shirt", "turtleneck"), weight=0.0
    ),
    "leather jacket": Kind(
        _TOP, ("leather jacket", "biker jacket"), ("long",), patterned=0.0, over=("t-shirt", "turtleneck"), weight=0.0
    ),
    "denim jacket": Kind(
        _TOP, ("denim jacket", "jean jacket"), ("long",), patterned=0.0, over=("t-shirt", "shirt", "turtleneck"), weight=0.0
    ),
    "lab coat": Kind(
        _TOP,
        ("lab coat", "labcoat", "doctor coat"),
        ("long",),
        ("knee",),
        (),
        0.0,
        over=("shirt", "blouse", "turtleneck"),
        weight=0.0,
    ),
    "raincoat": Kind(_TOP, ("raincoat", "rain coat", "slicker"), ("long",), ("short", "knee"), (), 0.2, 0.4, "cuffs", weight=0.0),
    "military uniform": Kind(
        _TOP, ("military uniform", "military coat", "military jacket"), ("long",), (), (), 0.0, 0.6, "epaulettes", weight=0.0
    ),
    "pirate coat": Kind(
        _TOP, ("pirate coat", "captain coat"), ("long",), (), (), 0.0, 0.5, "braid", over=("blouse", "shirt"), weight=0.0
    ),
    "tailcoat": Kind(_TOP, ("tailcoat", "butler uniform"), ("long",), (), (), 0.0, 0.5, "waistcoat", over=("shirt",), weight=0.0),
    "tabard": Kind(
        _TOP,
        ("tabard", "surcoat", "knight surcoat"),
        ("none",),
        (),
        (),
        0.0,
        1.0,
        "cross",
        over=("turtleneck", "tunic"),
        weight=0.0,
    ),
    "track jacket": Kind(_TOP, ("track jacket", "training jacket"), ("long",), (), (), 0.0, 0.8, "stripes", weight=0.0),
    "hooded cloak": Kind(
        _TOP, ("hooded cloak", "cloak", "hooded cape"), (), (), (), 0.0, 0.3, "trim", over=("tunic", "shirt"), weight=0.0
    ),
    "poncho": Kind(
        _TOP, ("poncho", "serape"), (), (), (), 0.1, 0.8, "stripes", over=("turtleneck", "shirt", "t-shirt"), weight=0.0
    ),
    "crop top": Kind(
        _TOP, ("crop top", "cropped top", "cropped t-shirt"), ("none", "short", "long"), (), ("round", "v"), 0.3, weight=0.0
    ),
    "off-shoulder top": Kind(
        _TOP,
        ("off-shoulder top", "off-shoulder blouse", "off-shoulder shirt"),
        ("short", "elbow", "long"),
        (),
        (),
        0.3,
        weight=0.0,
    ),
    "camisole": Kind(_TOP, ("camisole", "cami top", "spaghetti strap top"), ("none",), (), (), 0.2, 0.3, "lace", weight=0.0),
    "corset top": Kind(_TOP, ("corset top", "corset", "bustier"), ("none",), (), (), 0.1, 0.6, "laces", weight=0.0),
    "halter top": Kind(_TOP, ("halter top", "halterneck top", "halterneck"), ("none",), (), (), 0.25, 0.3, "trim", weight=0.0),
    "apron": Kind(
        _TOP,
        ("apron", "kitchen apron", "bib apron"),
        ("none",),
        (),
        (),
        0.3,
        0.6,
        "trim",
        over=("shirt", "t-shirt", "blouse"),
        weight=0.0,
    ),
    "puffer jacket": Kind(
        _TOP,
        ("puffer jacket", "down jacket", "padded jacket"),
        ("long",),
        (),
        (),
        0.0,
        0.4,
        "collar",
        over=("t-shirt", "turtleneck"),
        weight=0.0,
    ),
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
    "leggings": Kind(_BOTTOM, ("leggings", "tight pants", "yoga pants"), patterned=0.3, plural=True),
    "shorts": Kind(_BOTTOM, ("shorts", "short pants"), (), ("short",), (), 0.35, 0.2, "hem", plural=True, weight=1.4),
    "bermuda shorts": Kind(
        _BOTTOM, ("bermuda shorts", "knee-length shorts", "capri pants"), (), ("knee",), (), 0.35, plural=True
    ),
    "hakama": Kind(_BOTTOM, ("hakama", "hakama skirt"), (), ("long",), (), 0.1),
    "mini skirt": Kind(_BOTTOM, ("mini skirt", "miniskirt", "denim skirt"), (), ("short",), (), 0.25, weight=0.0),
    "tutu": Kind(_BOTTOM, ("tutu", "ballet skirt", "tulle skirt"), (), ("short",), (), 0.0, weight=0.0),
    "suspender skirt": Kind(_BOTTOM, ("suspender skirt", "skirt with suspenders"), (), ("short", "knee"), (), 0.35, weight=0.0),
    "high-waist shorts": Kind(
        _BOTTOM, ("high-waist shorts", "high-waisted shorts"), (), ("short",), (), 0.3, plural=True, weight=0.0
    ),
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
        _ONE,
        ("cheongsam", "qipao", "chinese dress", "mandarin dress"),
        ("none", "short"),
        ("knee", "midi"),
        ("high",),
        0.35,
        0.8,
        "trim",
    ),
    "kimono": Kind(_ONE, ("kimono", "japanese kimono"), ("wide",), ("long",), ("v",), 0.5, 1.0, "obi", weight=1.3),
    "yukata": Kind(_ONE, ("yukata", "summer kimono"), ("wide",), ("midi",), ("v",), 0.6, 1.0, "obi"),
    "robe": Kind(_ONE, ("robe", "long robe", "gown robe"), ("wide",), ("long",), ("v", "high"), 0.15, 0.7, "trim"),
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
    "hanfu": Kind(_ONE, ("hanfu", "ruqun"), ("wide",), ("long",), ("v",), 0.2, 1.0, "skirt", weight=0.0),
    "hanbok": Kind(_ONE, ("hanbok", "chima jeogori"), ("wide",), ("long",), ("v",), 0.15, 1.0, "skirt", weight=0.0),
    "cassock": Kind(
        _ONE, ("cassock", "priest robe", "priest uniform"), ("long",), ("long",), ("high",), 0.0, 0.7, "sash", weight=0.0
    ),
    "monk robe": Kind(_ONE, ("monk robe", "friar robe", "habit"), ("wide",), ("long",), ("v",), 0.0, weight=0.0),
    "wizard robe": Kind(
        _ONE, ("wizard robe", "mage robe", "sorcerer robe"), ("wide",), ("long",), ("v",), 0.0, 1.0, "trim", weight=0.0
    ),
    "wedding gown": Kind(
        _ONE, ("wedding gown", "wedding dress", "bridal gown"), ("none", "long"), ("long",), (), 0.0, 0.2, "ribbons", weight=0.0
    ),
    "nurse dress": Kind(
        _ONE,
        ("nurse dress", "nurse uniform", "nurse outfit"),
        ("short", "long"),
        ("short", "knee"),
        (),
        0.0,
        0.6,
        "cross",
        weight=0.0,
    ),
    "idol dress": Kind(
        _ONE,
        ("idol dress", "idol costume", "stage dress"),
        ("puff", "none"),
        ("short",),
        ("square",),
        0.15,
        1.0,
        "frills",
        weight=0.0,
    ),
    "bodysuit": Kind(
        _ONE, ("bodysuit", "catsuit", "pilot suit", "plugsuit"), ("long",), ("long",), ("high",), 0.0, 0.8, "panels", weight=0.0
    ),
    "leotard": Kind(_ONE, ("leotard", "gym leotard"), ("none", "long"), ("short",), ("round",), 0.0, 0.8, "sash", weight=0.0),
    "swimsuit": Kind(
        _ONE, ("swimsuit", "school swimsuit", "one-piece swimsuit"), ("none",), ("short",), (), 0.0, 0.3, "piping", weight=0.0
    ),
    "overall shorts": Kind(
        _ONE, ("overall shorts", "shortalls"), ("none",), ("short",), (), 0.15, over=("t-shirt", "shirt"), plural=True, weight=0.0
    ),
    "dirndl": Kind(_ONE, ("dirndl", "bavarian dress"), ("puff",), ("knee", "midi"), ("round",), 0.2, 1.0, "apron", weight=0.0),
}

KINDS: dict[str, Kind] = {**TOPS, **BOTTOMS, **ONEPIECES, **LEGWEAR, **FOOTWEAR, **HANDWEAR, **HEADWEAR, **NECKWEAR}
