"""What words for clothes mean: `outfit_words.toml`, the wardrobe's own words and the XKCD survey's colours as one lexicon.

A phrase has one sense. Garments come first, so that a "rose" is a colour only where nothing else is meant; where the
wardrobe lacks a kind, the next best on its row is taken. English is folded to lower case with single spaces; Chinese is
read in simplified signs, to which Japanese ones are folded as well, on both sides alike.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from wardrobe.kinds import KINDS
from wardrobe.palette import COLOUR_WORDS, COLOURS, REACH, RGB, ciede2000, lab, nearest_name
from wardrobe.parts import CLOTHING, ClothingPart
from wardrobe.patterns import PATTERNS

_HERE = Path(__file__).parent
_SIMPLER = str.maketrans(
    "襯襪褲領帶連條長絲綢緞裝衛針織馬羽絨靴鞋圍圓髮頭顏紅藍綠黃紫銀灰橙淺淡藝術師護貝頂繡點節漢韓國裏裡袍僧騎盔鎧製圖結鏈項無沒腳與對雙雪紗蕾點"
    "帯黒緑黄縁縫編袴羽桜桃薄濃灰銀鉄騎帽飾様姫巻団図剣満総続単鶴竜髪変"
    "夾過緊網鬆寬闊棉襖邊鑲釦鈕機飛運動體賽競潛學醫軍聖誕僕護執務員偵櫻駝棗貓絨風傳統無穿劍書鏡錶傘"
    "豎紋臍駕駛隊銅盜蘿揹麗臘臺愛換純環將禮額畫樣樂寶線瑪蘇蘭鮮閒廚陽紡羅滾灘詰標誌緋鉛筆脫薑開會間黨漸變發內質戰別魚籃麥獨鵝齊龍鋸齒燈籠級橫繫膚葉寢報冑絳霧來險熱漁"
    "當離鍊戶掛烏庫職業訓練倫調廣實驗脣檳宮欖繩鮭爲鎖潔單農細頸衝鋒涼鴨蓋鐲亞貴紐賊墜規則車維辮奧盤類們還鳥蔥為",
    "衬袜裤领带连条长丝绸缎装卫针织马羽绒靴鞋围圆发头颜红蓝绿黄紫银灰橙浅淡艺术师护贝顶绣点节汉韩国里里袍僧骑盔铠制图结链项无没脚与对双雪纱蕾点"
    "带黑绿黄缘缝编袴羽樱桃薄浓灰银铁骑帽饰样姬卷团图剑满总续单鹤龙发变"
    "夹过紧网松宽阔棉袄边镶扣钮机飞运动体赛竞潜学医军圣诞仆护执务员侦樱驼枣猫绒风传统无穿剑书镜表伞"
    "竖纹脐驾驶队铜盗萝背丽腊台爱换纯环将礼额画样乐宝线玛苏兰鲜闲厨阳纺罗滚滩诘标志绯铅笔脱姜开会间党渐变发内质战别鱼篮麦独鹅齐龙锯齿灯笼级横系肤叶寝报胄绛雾来险热渔"
    "当离链户挂乌库职业训练伦调广实验唇槟宫榄绳鲑为锁洁单农细颈冲锋凉鸭盖镯亚贵纽贼坠规则车维辫奥盘类们还鸟葱为",
)  # fmt: skip
_MARK = "ja:"
_WORTH_CORRECTING = 5  # letters
_MEANT = ("garment", "pattern", "cut", "colour", "material")  # what a slip of the pen may mean
_FOLDED = re.compile(r"[a-z ]+")
_STAYS = frozenset(
    ("shorts", "tights", "pants", "dress", "glasses", "trunks", "sweats", "flats", "wedges", "slides", "slacks", "cords")
)  # their singulars, or plurals, are other words


@dataclass(frozen=True)
class Word:
    """What a word says about one garment.

    kinds: those that the wardrobe has, the best first; is_any: any of them, by the seed. wanted: what the word really names.
    said: of kind's fields beside the kind, by name. usual: colours when none is said. takes: a costume's colour is this one's.
    """

    kinds: tuple[str, ...]
    wanted: str
    is_any: bool = False
    said: tuple[tuple[str, str], ...] = ()
    usual: tuple[str, ...] = ()
    takes: bool = False

    @property
    def slot(self) -> ClothingPart:
        return KINDS[self.kinds[0]].slot


@dataclass(frozen=True)
class Costume:
    """What belongs to a costume, for women and for men. is_vague: only an "outfit", which says nothing without a colour;
    is_general: others are of its sort."""

    women: tuple[Word, ...]
    men: tuple[Word, ...]
    is_vague: bool = False
    is_general: bool = False


@dataclass(frozen=True)
class Sense:
    """What a phrase means. role: a garment, costume, colour, cut, pattern ..., or a part of the grammar; value: of that role."""

    role: str
    value: str = ""
    word: Word | None = None
    costume: Costume | None = None


@dataclass(frozen=True)
class Lexicon:
    """Phrases and their senses.

    english: folded, words apart by one space; longest: words in the longest. signs: Chinese and Japanese; kana: the same
    where it differs beside kana. families: kinds and slots that a general word takes away. pattern_colours: a pattern's usual
    first and second ones. words: all single English ones,
    and those worth correcting to by their first letters; kept: what is no slip of the pen. men, women: words for people.
    """

    english: dict[str, Sense]
    signs: dict[str, Sense]
    kana: dict[str, Sense]
    families: dict[str, tuple[str, ...]]
    pattern_colours: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    adjectives: frozenset[str]
    men: frozenset[str]
    women: frozenset[str]
    kept: frozenset[str]
    words: frozenset[str]
    words_by_first: dict[str, tuple[str, ...]]
    longest: int
    longest_signs: int


def fold(text: str) -> str:
    """Lower case, one width, simplified signs, '-' and '_' as spaces."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_SIMPLER)
    text = re.sub(r"(?<=[a-z])['’]s\b|(?<=s)['’](?=\s|$)|['’`\"“”]", "", _written_out(text))
    return re.sub(r"[\s_‐‑–—-]+", " ", text).strip()


def _written_out(text: str) -> str:
    return text.replace("3/4", "three quarter").replace("w/o", "without").replace("w/", "with ")


@cache
def lexicon() -> Lexicon:
    """The tables, read once."""
    with (_HERE / "outfit_words.toml").open("rb") as file:
        tables = tomllib.load(file)
    found: dict[str, Sense] = {}
    kana: dict[str, Sense] = {}

    def put(phrases: Iterable[str], sense: Sense) -> None:
        for phrase in phrases:
            if phrase.startswith(_MARK):
                kana.setdefault(fold(phrase.removeprefix(_MARK)), sense)
            else:
                found.setdefault(phrase if _FOLDED.fullmatch(phrase) else fold(phrase), sense)

    for phrases, sense in _senses(tables):
        put(phrases, sense)
    for phrase, sense in found.items():
        if sense.role == "near":
            near = found[fold(sense.value)]
            found[phrase] = Sense("near", sense.value, near.word, near.costume)
    english = _with_forms({phrase: sense for phrase, sense in found.items() if phrase.isascii()})
    signs = {phrase: sense for phrase, sense in found.items() if not phrase.isascii()}
    words = frozenset(word for phrase in english for word in phrase.split(" "))
    meant = {word for phrase, sense in english.items() if sense.role in _MEANT for word in phrase.split(" ")}
    by_first: dict[str, list[str]] = {}
    for word in sorted(meant):
        if len(word) >= _WORTH_CORRECTING:
            by_first.setdefault(word[0], []).append(word)
    people = tables["people"]
    return Lexicon(
        english,
        signs,
        kana,
        {
            fold(word).removeprefix(_MARK): tuple(_split(key))
            for key, words in tables["families"].items()
            for word in _split(words)
        },
        {name: _pair(colours) for name, colours in tables["pattern_colours"].items()},
        frozenset(map(fold, _split(tables["adjectives"]["words"]))),
        frozenset(map(fold, _split(people["men"]))),
        frozenset(map(fold, _split(people["women"]))),
        frozenset(_split(tables["kept"]["words"])),
        words,
        {first: tuple(listed) for first, listed in by_first.items()},
        max(phrase.count(" ") + 1 for phrase in english),
        max(map(len, signs)),
    )


def _senses(tables: dict[str, Any]) -> Iterator[tuple[Iterable[str], Sense]]:
    """Every row's phrases and what they mean; the first sense of a phrase counts."""
    rows = {key: _word(key) for key in tables["garments"]}
    usual = {row.wanted: row.usual for row in reversed(rows.values()) if row.usual}
    for kind in KINDS:
        yield (kind,), Sense("garment", kind, Word((kind,), kind, usual=usual.get(kind, ())))
    keys = [*tables["garments"], *(key for row in tables["sets"] for key in (*row["wears"], *row.get("men", ())))]
    listed = {name for key in keys for name in _split(key.partition(";")[0].removeprefix("any:"))}
    for kind in KINDS.keys() - listed:  # one that the tables do not know brings its words
        yield KINDS[kind].words, Sense("garment", kind, Word((kind,), kind))
    for key, words in tables["garments"].items():
        word = rows[key]
        yield _split(words), Sense("garment", word.wanted, word) if word.kinds else Sense("absent", word.wanted)
    for key, words in tables["nearest"].items():
        yield _split(words), Sense("near", key)
    for row in tables["sets"]:
        women = tuple(map(_word, row["wears"]))
        men = tuple(map(_word, row["men"])) if "men" in row else women
        yield (
            _split(row["words"]),
            Sense("costume", _split(row["words"])[0], costume=Costume(women, men, "vague" in row, "general" in row)),
        )
    for key, words in tables["cuts"].items():
        yield _split(words), Sense("cut", key)
    for role, phrases in tables["grammar"].items():
        role, _, value = role.partition(": ")
        yield _split(phrases), Sense(role, value)
    for key, words in tables["patterns"].items():
        yield (*_split(words), *PATTERNS[key].words), Sense("pattern", key)
    for key, words in tables["materials"].items():
        yield _split(words), Sense("material", key)
    for kind, kind_row in KINDS.items():
        yield kind_row.words, Sense("garment", kind, Word((kind,), kind, usual=usual.get(kind, ())))
    for part in (*CLOTHING, ClothingPart.HEADWEAR):
        kinds = tuple(kind for kind, kind_row in KINDS.items() if kind_row.slot == part and kind_row.weight >= 1)
        yield (part.title,), Sense("garment", part.title, Word(kinds, kinds[0], is_any=True))
    for value, words in tables["details"].items():
        yield _split(words), Sense("detail", value)
    for value, words in tables["things"].items():
        yield _split(words), Sense("absent" if value == "absent" else "thing", value)
    yield from _colour_senses(tables)


def _colour_senses(tables: dict[str, Any]) -> Iterator[tuple[Iterable[str], Sense]]:
    guarded = set(_split(tables["colours_guarded"]["words"]))
    for name in COLOURS:
        yield (name, name.replace("grey", "gray")), Sense("guarded" if name in guarded else "colour", name)
    for key, words in tables["colours"].items():
        for word in _split(words):
            yield (word,), Sense("guarded" if word in guarded else "colour", key)
    others = [*(word for words in COLOUR_WORDS.values() for word in words), *_xkcd()]
    for name in others:
        if name not in tables["colours_guarded"]["banned"].split(", "):
            sense = Sense("guarded" if name in guarded else "colour", name)
            yield (name.replace("/", " "), name.replace("grey", "gray").replace("/", " ")), sense


def _pair(colours: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    first, _, second = colours.partition(";")
    return tuple(_split(first)), tuple(_split(second))


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _word(key: str) -> Word:
    """'any: skirt, kilt; length=short; usually=red, blue; takes' -> what it says."""
    names, *rest = (piece.strip() for piece in key.split(";"))
    is_any = names.startswith("any:")
    listed = _split(names.removeprefix("any:"))
    said: list[tuple[str, str]] = []
    usual: tuple[str, ...] = ()
    takes = False
    for piece in rest:
        name, _, value = piece.partition("=")
        if name == "usually":
            usual = tuple(_split(value))
        elif name == "takes":
            takes = True
        else:
            said.append((name, value))
    return Word(tuple(kind for kind in listed if kind in KINDS), listed[0], is_any, tuple(said), usual, takes)


def _with_forms(phrases: dict[str, Sense]) -> dict[str, Sense]:
    """Plurals, singulars and joined words beside the phrases that are listed; what is listed stays as it is."""
    found = dict(phrases)
    for phrase, sense in phrases.items():
        if sense.role not in ("garment", "near", "costume", "detail", "thing", "absent", "pattern", "cut"):
            continue
        *before, last = phrase.split(" ")
        for form in _forms(last):
            found.setdefault(" ".join([*before, form]), sense)
        if len(before) == 1 and len(phrase) > 7:
            for form in (last, *_forms(last)):
                found.setdefault(before[0] + form, sense)
    return found


def _forms(word: str) -> list[str]:
    if word in _STAYS or len(word) < 3:
        return [f"{word}es"] if word == "dress" else []
    if word.endswith(("ss", "sh", "ch", "x")):
        return [f"{word}es"]
    if word.endswith("s"):
        return [word[:-1]]
    return [f"{word}s"]


@cache
def _xkcd() -> dict[str, RGB]:
    """The survey's names, the rarest first, and their sRGB values."""
    found = {}
    for line in (_HERE / "xkcd_colours.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            code, _, name = line.partition(" ")
            found[name] = (int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16))
    return found


@cache
def colour_of(word: str) -> tuple[str, RGB]:
    """A colour's word, in the tables' spelling -> the palette's name for it and its sRGB value.

    The palette's own names are its centres; all others are the survey's colours under the name that captions give them, or
    the nearest. A word of the captions that the survey has at the very edge of a screen's colours (its royal blue is nearly
    black, its aqua a neon) stays as near to its name's centre as captions use it.
    """
    if word in COLOURS:
        return word, COLOURS[word]
    owner = next((name for name, words in COLOUR_WORDS.items() if word in words), None)
    rgb = _xkcd().get(word)
    if rgb is None:
        return (owner, COLOURS[owner]) if owner else colour_of(_meant(word))
    shade, _, name = word.rpartition(" ")
    if name in COLOURS and shade in _SHADES:
        return name, rgb
    nearest = nearest_name(rgb)
    if float(np.hypot(*lab(np.array(rgb, np.float64))[1:])) < _COLOURLESS:  # dark greys are nearer to dull colours
        nearest = min(_GREYS, key=lambda name: float(ciede2000(rgb, COLOURS[name])))
    if owner and float(ciede2000(rgb, COLOURS[owner])) < float(ciede2000(rgb, COLOURS[nearest])) + _ALIKE:
        return owner, _within_reach(rgb, COLOURS[owner]) if min(rgb) < _GLARING * max(rgb) else rgb
    return nearest, rgb


def _within_reach(rgb: RGB, centre: RGB) -> RGB:
    """The colour, or the nearest to it on the way to a name's centre that is within `REACH` of that."""
    for share in np.linspace(0, 1, 21):
        red, green, blue = (round(own + (to - own) * float(share)) for own, to in zip(rgb, centre, strict=True))
        if float(ciede2000((red, green, blue), centre)) <= REACH:
            break
    return red, green, blue


_GREYS = ("white", "light grey", "grey", "black", "cream", "beige")
_COLOURLESS = 9.0  # chroma in CIELAB
_SHADES = ("deep", "dark", "rich", "vivid", "strong", "bright", "medium", "true", "pure")
_GLARING = 0.1  # the least of red, green and blue over the greatest in colours that no cloth has
_ALIKE = 15.0  # CIEDE2000: within this the captions' name is kept


def _meant(word: str) -> str:
    sense = lexicon().english.get(fold(word)) or lexicon().signs.get(fold(word))
    return sense.value if sense and sense.value != word else "grey"
