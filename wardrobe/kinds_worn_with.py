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
    "shawl": Kind(Part.NECKWEAR, ("shawl", "stole"), (), (), (), 0.3, 0.4, "fringe", weight=0.0),
}
