"""Names of clothes in English, Chinese and Japanese: which part of a character a word means."""

from __future__ import annotations

import re

from pipeline.request import CLOTHING, ClothingPart

_ENGLISH = {
    ClothingPart.TOPWEAR: "top topwear shirt tshirt t-shirt blouse jacket coat cardigan sweater pullover jumper hoodie vest "
    "waistcoat blazer cape cloak tunic sweatshirt tank-top crop-top corset bra sleeve bodice uniform suit",
    ClothingPart.BOTTOMWEAR: "bottom bottomwear skirt trousers trouser pants pant jeans shorts miniskirt hakama culottes",
    ClothingPart.ONEPIECE: "one-piece onepiece dress gown robe kimono yukata jumpsuit overall overalls romper swimsuit leotard "
    "bodysuit sundress qipao cheongsam hanfu",
    ClothingPart.LEGWEAR: "legwear sock socks stocking tights leggings legging pantyhose thighhigh kneehigh legwarmer",
    ClothingPart.FOOTWEAR: "footwear shoe boot sandal sneaker heel slipper loafer",
    ClothingPart.HANDWEAR: "handwear glove mitten gauntlet bracer wristband",
    ClothingPart.HEADWEAR: "headwear hat cap beret hood helmet crown tiara hairband headband hairpin bow glasses eyewear earring",
    ClothingPart.NECKWEAR: "neckwear scarf tie necktie bowtie ribbon choker collar necklace neckerchief",
    ClothingPart.HAIR: "hair ponytail twintail bangs braid",
    ClothingPart.HELD: "held sword weapon bag backpack umbrella wand staff book",
}
_OTHER = {
    ClothingPart.TOPWEAR: "上衣 衬衫 襯衫 外套 夹克 毛衣 卫衣 背心 シャツ ブラウス ジャケット コート セーター パーカー "
    "カーディガン 上着 制服",
    ClothingPart.BOTTOMWEAR: "裙子 短裙 裤 褲 下装 スカート ズボン パンツ ジーンズ 袴",
    ClothingPart.ONEPIECE: "连衣裙 連衣裙 旗袍 礼服 和服 汉服 泳衣 ワンピース ドレス 着物 浴衣 水着",
    ClothingPart.LEGWEAR: "袜 襪 丝袜 靴下 ソックス タイツ ストッキング ニーハイ",
    ClothingPart.FOOTWEAR: "鞋 靴子 靴 ブーツ シューズ サンダル",
    ClothingPart.HANDWEAR: "手套 手袋 グローブ",
    ClothingPart.HEADWEAR: "帽 头饰 發飾 发饰 眼镜 眼鏡 帽子 メガネ カチューシャ",
    ClothingPart.NECKWEAR: "围巾 圍巾 领带 領帶 领结 项链 ネクタイ リボン マフラー スカーフ 首輪",
    ClothingPart.HAIR: "头发 頭髮 髪",
    ClothingPart.HELD: "剑 武器 包 剣 鞄 傘",
}
# socks are written with the sign for shoes
_LONGEST_FIRST = sorted(
    ((name, part) for part, names in _OTHER.items() for name in names.split()), key=lambda pair: -len(pair[0])
)
_ALL = ("clothes", "clothing", "outfit", "garment", "costume", "衣服", "服装", "衣装", "服")  # the whole outfit


def parts_meant(words: str) -> tuple[ClothingPart, ...]:
    """Parts that are named anywhere in the words, none where no word is known. 'white boots' -> footwear."""
    text = words.lower()
    english = {form for word in re.findall(r"[a-z]+(?:-[a-z]+)*", text) for form in _forms(word)}
    found = [part for part, names in _ENGLISH.items() if english & set(names.split())]
    rest = text
    for name, part in _LONGEST_FIRST:
        if name in rest:
            found.append(part)
            rest = rest.replace(name, " ")
    if not found and any(name in english or (not name.isascii() and name in rest) for name in _ALL):
        return CLOTHING
    return tuple(dict.fromkeys(found))


def _forms(word: str) -> set[str]:
    """The word as it stands and, if it may be a plural, one of it."""
    forms = {word, word.removesuffix("s"), word.removesuffix("es"), *word.split("-")}
    return {form for form in forms if len(form) > 2}
