"""The wardrobe's rows of what is worn with clothes: legs, feet, hands, head, neck and waist."""

from __future__ import annotations

from wardrobe.cuts import Kind
from wardrobe.parts import ClothingPart

Part = ClothingPart

LEGWEAR: dict[str, Kind] = {
    "ankle socks": Kind(Part.LEGWEAR, ("ankle socks", "socks"), patterned=0.15, plural=True),
    "knee socks": Kind(Part.LEGWEAR, ("knee socks", "kneehighs", "knee-high socks"), patterned=0.25, plural=True, weight=1.5),
    "thigh highs": Kind(Part.LEGWEAR, ("thighhighs", "thigh-high socks", "stockings"), patterned=0.25, plural=True, weight=1.5),
    "tights": Kind(Part.LEGWEAR, ("tights", "pantyhose"), patterned=0.15, plural=True, weight=1.4),
    "leg warmers": Kind(Part.LEGWEAR, ("leg warmers", "legwarmers"), patterned=0.3, plural=True, weight=0.6),
    "loose socks": Kind(Part.LEGWEAR, ("loose socks", "slouch socks"), patterned=0.0, plural=True, weight=0.0),
    "lace stockings": Kind(
        Part.LEGWEAR, ("lace stockings", "lace thighhighs", "hold-ups"), (), (), (), 0.0, 0.3, "lace", plural=True, weight=0.0
    ),
}
FOOTWEAR: dict[str, Kind] = {
    "shoes": Kind(Part.FOOTWEAR, ("shoes", "dress shoes", "flats"), patterned=0.0, plural=True, weight=1.5),
    "mary janes": Kind(Part.FOOTWEAR, ("mary janes", "strap shoes"), patterned=0.0, plural=True),
    "sneakers": Kind(
        Part.FOOTWEAR, ("sneakers", "trainers", "running shoes"), (), (), (), 0.0, 0.6, "soles", plural=True, weight=1.5
    ),
    "boots": Kind(Part.FOOTWEAR, ("boots", "ankle boots"), patterned=0.0, plural=True, weight=1.2),
    "knee boots": Kind(
        Part.FOOTWEAR, ("knee boots", "knee-high boots", "tall boots"), (), (), (), 0.0, 0.3, "cuffs", plural=True, weight=1.2
    ),
    "sandals": Kind(Part.FOOTWEAR, ("sandals", "flip-flops"), patterned=0.0, plural=True),
    "heels": Kind(Part.FOOTWEAR, ("high heels", "heels", "pumps"), patterned=0.0, plural=True),
    "loafers": Kind(Part.FOOTWEAR, ("loafers", "penny loafers", "school shoes"), patterned=0.0, plural=True, weight=0.0),
    "rain boots": Kind(
        Part.FOOTWEAR, ("rain boots", "rubber boots", "wellingtons"), (), (), (), 0.0, 0.5, "soles", plural=True, weight=0.0
    ),
    "thigh boots": Kind(
        Part.FOOTWEAR,
        ("thigh boots", "thigh-high boots", "over-knee boots"),
        (),
        (),
        (),
        0.0,
        0.3,
        "cuffs",
        plural=True,
        weight=0.0,
    ),
    "geta": Kind(Part.FOOTWEAR, ("geta", "wooden sandals", "clogs"), patterned=0.0, plural=True, weight=0.0),
    "slippers": Kind(Part.FOOTWEAR, ("slippers", "house shoes"), (), (), (), 0.0, 0.4, "rims", plural=True, weight=0.0),
}
HANDWEAR: dict[str, Kind] = {
    "gloves": Kind(Part.HANDWEAR, ("gloves", "short gloves"), patterned=0.0, plural=True, weight=1.5),
    "long gloves": Kind(Part.HANDWEAR, ("long gloves", "elbow gloves", "opera gloves"), patterned=0.1, plural=True),
    "arm warmers": Kind(Part.HANDWEAR, ("arm warmers", "arm sleeves"), patterned=0.3, plural=True),
    "fingerless gloves": Kind(
        Part.HANDWEAR, ("fingerless gloves", "half gloves"), (), (), (), 0.0, 0.4, "straps", plural=True, weight=0.0
    ),
    "detached sleeves": Kind(
        Part.HANDWEAR, ("detached sleeves", "separate sleeves"), (), (), (), 0.15, 0.5, "ribbons", plural=True, weight=0.0
    ),
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
    "veil": Kind(Part.HEADWEAR, ("veil", "bridal veil", "wedding veil"), (), (), (), 0.0, 0.2, "flowers", weight=0.0),
    "crown": Kind(Part.HEADWEAR, ("crown", "royal crown"), (), (), (), 0.0, 0.5, "lining", weight=0.0),
    "tiara": Kind(Part.HEADWEAR, ("tiara", "diadem", "circlet"), (), (), (), 0.0, 0.6, "gems", weight=0.0),
    "flower crown": Kind(Part.HEADWEAR, ("flower crown", "flower wreath", "head wreath"), patterned=0.0, weight=0.0),
    "nurse cap": Kind(Part.HEADWEAR, ("nurse cap", "nurse hat"), (), (), (), 0.0, 0.5, "cross", weight=0.0),
    "sailor hat": Kind(Part.HEADWEAR, ("sailor hat", "sailor cap"), (), (), (), 0.0, 1.0, "band", weight=0.0),
    "pirate hat": Kind(Part.HEADWEAR, ("pirate hat", "tricorne", "captain hat"), (), (), (), 0.0, 0.5, "braid", weight=0.0),
    "santa hat": Kind(Part.HEADWEAR, ("santa hat", "christmas hat"), patterned=0.0, weight=0.0),
    "cat ears": Kind(Part.HEADWEAR, ("cat ears", "cat ear headband"), patterned=0.0, plural=True, weight=0.0),
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
    "shawl": Kind(Part.NECKWEAR, ("shawl", "stole"), (), (), (), 0.3, 0.4, "fringe", weight=0.0),
    "waist apron": Kind(Part.NECKWEAR, ("waist apron", "half apron"), (), (), (), 0.1, 0.5, "lace", weight=0.0),
    "jabot": Kind(Part.NECKWEAR, ("jabot", "cravat", "lace cravat"), (), (), (), 0.0, 0.3, "brooch", weight=0.0),
    "ascot": Kind(Part.NECKWEAR, ("ascot", "ascot tie"), patterned=0.3, weight=0.0),
    "necklace": Kind(Part.NECKWEAR, ("necklace", "pendant necklace", "pendant"), (), (), (), 0.0, 0.3, "chain", weight=0.0),
}
