"""Which words are refused: requests to undress or to sexualise, and anything suggestive together with a young age.

A prompt is read in several spellings at once, because a model reads past what hides a word from a plain search: weights
and brackets, line breaks, look-alike and invisible letters, digits for letters, letters set apart. The words themselves
are in `refused_words.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from pipeline.request import UserError

REFUSAL = "Only dressed, non-sexual outfits can be drawn here, please describe clothing for the character to wear."
REFUSAL_YOUNG = "Someone young is only drawn in everyday clothes here, please leave out the age or the suggestive words."
REFUSAL_NEGATIVE = "The negative prompt would take the clothes away, please name only what should not be in the picture."

_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏвнмткпгцьԛԝ" "αβγδεζηικορτυχωμπθλ" "ոսօհցզ" "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ" "ɑɡıɩɐəɛɔɒʌøđłħŧɨʉƀɇ",
    "aeopcyxijsdhlbhmtknrubqw" "abydeznikoptuxwunol" "nuohgq" "abcdefghijklmnoprstuvwyz" "agiiaeecoaodlhtiube",
)  # fmt: skip
_SIMPLER = str.maketrans(
    "脫沒絲掛愛點頭黃圖體內褲裡無蘿兒歲嬰變態褻誘濕裝調處陰莖暈剝連長襯緊見線學網溝業這別潔淨讓給們個內東"
    "縷視雞節襪運動癡級麼嫵侶澀墊質統覺溼貨碼澤妝豐滿刪貼腳寶帶騷緒騰臍針麗層漁膚陣氣著",
    "脱没丝挂爱点头黄图体内裤里无萝儿岁婴变态亵诱湿装调处阴茎晕剥连长衬紧见线学网沟业这别洁净让给们个内东"
    "缕视鸡节袜运动痴级么妩侣涩垫质统觉湿货码泽妆丰满删贴脚宝带骚绪腾脐针丽层渔肤阵气着",
)
_UNSEEN = "\u115f\u1160\u3164\u2800\u180e"  # blank, yet letters or symbols to Unicode
_KEPT_MARKS = "\u3099\u309a"  # kana need theirs
_LEET = {"0": "o", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "€": "e", "£": "l"}
_LEETS = tuple(str.maketrans({**_LEET, "1": one, "!": one}) for one in "il")
_STARS = "*#%~^?•●○·"
_STARRED = ("nude", "naked", "porn", "sexy", "sex", "hentai", "topless", "nipples", "pussy", "boobs", "penis", "fuck", "nsfw")
_NUMBER = r"(?:\d*+\.)?+\d++"  # possessive: its digits are split in one way only
_SPELT_OUT = re.compile("nude|naked|porn|hentai|sexy|topless|nsfw")  # inside "n u d e d r e s s"
_NOT_SPLIT = frozenset(("an us", "pen is"))  # two words after all
_GROWN_UP = 18
_MOST_LETTERS = 10_000
_NUMERALS = {numeral: value for value, numeral in enumerate("一二三四五六七八九十", 1)}


def check_prompt(prompt: str, negative_prompt: str = "") -> None:
    """Raise `UserError` if the words ask to undress or sexualise the character.

    In a negative prompt refused words help, so there other things count: taking away clothes as such, or garment after garment
    where the prompt names none; asking for nobody grown up beside something suggestive; negative weights, which turn a
    word round.
    """
    if len(prompt) + len(negative_prompt) > _MOST_LETTERS:
        raise UserError(f"The prompts have more than {_MOST_LETTERS} letters, please shorten them.")
    prompt, turned_off = _negatively_weighted(prompt)
    negative_prompt, turned_on = _negatively_weighted(negative_prompt)
    wanted = _spellings(f"{prompt}\n{turned_on}" if turned_on else prompt)
    unwanted = _spellings(f"{negative_prompt}\n{turned_off}" if turned_off else negative_prompt)
    if any(map(_undresses, wanted)) or _is_starred(prompt):
        raise UserError(REFUSAL)
    grown_unwanted = any(_names("grown", phrase) for text in unwanted for phrase in _phrases(text))
    if (grown_unwanted or any(map(_is_young, wanted))) and any(map(_is_suggestive, wanted)):
        raise UserError(REFUSAL_YOUNG)
    if any(_takes_clothes_away(text, wanted) for text in unwanted):
        raise UserError(REFUSAL_NEGATIVE)


def _fold(text: str) -> str:
    """Lower case, one width, no accents, no look-alikes, nothing invisible."""
    text = "".join(map(_boxed, text))
    wide = unicodedata.normalize("NFKC", text).casefold().translate(_LOOKALIKES).translate(_SIMPLER)
    seen = [
        letter
        for letter in unicodedata.normalize("NFD", wide)
        if letter in _KEPT_MARKS or (unicodedata.category(letter) not in ("Cf", "Mn", "Me") and letter not in _UNSEEN)
    ]
    return re.sub(r"(?<=[ァ-ヶ])[-‐-―~](?=[ァ-ヶ])", "ー", unicodedata.normalize("NFC", "".join(seen)))


def _boxed(letter: str) -> str:
    """Letters in circles and squares and those of flags, which normalisation leaves alone."""
    for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6):
        if first <= ord(letter) < first + 26:
            return chr(ord("a") + ord(letter) - first)
    return letter


def _negatively_weighted(text: str) -> tuple[str, str]:
    """A prompt without its phrases of negative weight, `(like this:-1.5)`, and these phrases."""
    found: list[str] = []

    def taken(match: re.Match[str]) -> str:
        found.append(match[1])
        return " "

    text = unicodedata.normalize("NFKC", text)
    text = re.sub(rf"[(\[]([^()\[\]]*):\s*[-\u2212\u2010-\u2015]\s*{_NUMBER}\s*[)\]]", taken, text)
    return re.sub(r"\(([^()]*)\)[-\u2212]\d[\d.]*", taken, text), ", ".join(found)


def _spellings(prompt: str) -> tuple[str, ...]:
    """Every way to read a prompt: words apart by one space, phrases by ` , `."""
    text = re.sub(r"(?<=[)\]}])[-+]*\d*\.?\d*[-+]*", "", _fold(prompt))
    text = re.sub(rf":\s*[-+]?{_NUMBER}(?=\s*(?:[)\]}}>,|]|$))", "", text, flags=re.MULTILINE)
    apart, together = (re.sub(r"[()\[\]{}<>|\\:]+", gap, text) for gap in (" ", ""))
    found: dict[str, None] = {}
    for base in (apart, together):
        for joined in (
            base,
            re.sub(r"(?<=[^\W_])[^\w\s,;、。]+(?=\w)|(?<=[^\W_])_+(?=[^\W_])", "", base),
            re.sub(r"[-\s]++", lambda blank: "" if "\n" in blank[0] else blank[0], base),
        ):
            found[_words(joined)] = None
            for leet in _LEETS:
                found[_words(" ".join(_unleet(word, leet) for word in joined.split(" ")))] = None
    return tuple(_without("harmless", text) for text in found)


def _unleet(word: str, leet: dict[int, str]) -> str:
    return word.translate(leet) if re.search("[a-z]", word) else word  # 455 is a number


def _words(text: str) -> str:
    text = re.sub(r"[,;、。]+", " , ", text)
    text = re.sub(r"(?<=[a-z0-9])(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])(?=[a-z0-9])", " ", text)
    text = re.sub(r"[^\w,]+|_+", " ", text).strip()
    text = re.sub(r"([^\W\d_])\1{3,}+", r"\1\1\1", text)  # patterns let every letter be repeated, and would try every split
    return re.sub(r"\b(?:[^\W\d_] ){2,}[^\W\d_]\b", lambda spread: _SPELT_OUT.sub(r" \g<0> ", spread[0].replace(" ", "")), text)


def _phrases(text: str) -> list[str]:
    return [phrase.strip() for phrase in text.split(",") if phrase.strip()]


def _packed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _undresses(text: str) -> bool:
    return bool(
        _english("words").search(text)
        or _english("phrases").search(text)
        or _english("mixed").search(text)
        or _anywhere("parts").search(_packed(text))
        or _is_split(text)
    )


def _is_split(text: str) -> bool:
    """Whether a refused word was cut in pieces, "na ked" or "n u de": pieces of at most four letters, one of three or less."""
    for phrase in _phrases(text):
        pieces = phrase.split()
        for start in range(len(pieces)):
            for end in range(start + 2, min(start + 7, len(pieces)) + 1):
                run = pieces[start:end]
                if min(map(len, run)) > 3 or " ".join(run) in _NOT_SPLIT:
                    continue
                whole = "".join(run)
                if 4 <= len(whole) <= 12 and _is_refused_word(whole):
                    return True
    return False


@lru_cache(4096)
def _is_refused_word(word: str) -> bool:
    return _english("words").fullmatch(word) is not None


@cache
def _starred() -> re.Pattern[str]:
    stars = re.escape(_STARS)
    hidden = (word[0] + "".join(f"[{letter}{stars}]" for letter in word[1:-1]) + word[-1] for word in _STARRED)
    return re.compile(rf"(?<!\w)(?=[a-z]+[{stars}])(?:{'|'.join(hidden)})(?!\w)")


def _is_starred(prompt: str) -> bool:
    return bool(_starred().search(_fold(prompt)))


def _is_young(text: str) -> bool:
    text = _without("age_harmless", text)
    if _english("ages").search(text) or _anywhere("age_parts").search(_packed(text)):
        return True
    years = re.findall(r"\b(\d{1,2}) ?(?:years?|yrs?|y ?o|y old|yr)\b|\baged? ?(\d{1,2})\b", text)
    han = re.findall(r"(\d{1,2}|[一二三四五六七八九十]{1,3})(?:周?岁|歳|才|さい)", _packed(text))
    return any(_number(digits) < _GROWN_UP for digits in (*("".join(pair) for pair in years), *han))


def _number(digits: str) -> int:
    if digits.isdecimal():
        return int(digits)
    tens, ten, units = digits.rpartition("十")
    return (10 * _NUMERALS.get(tens, 1) if ten else 0) + _NUMERALS.get(units, 0)


def _is_suggestive(text: str) -> bool:
    return bool(_english("suggestive").search(text) or _anywhere("suggestive_parts").search(_packed(text)))


def _takes_clothes_away(text: str, wanted: Iterable[str]) -> bool:
    """text: one spelling of the negative prompt; wanted: the spellings of the prompt."""
    garments: set[str] = set()
    for phrase in _phrases(text):
        if _clothes_only().fullmatch(phrase) or _names("covering", phrase.replace(" ", "")):
            pieces = [*phrase.split(), phrase, phrase.replace(" ", "")]
            if any(_names("covering", piece) for piece in pieces):
                return True
            garments |= {piece for piece in pieces if _names("body_garments", piece)}
    if any(_names_garment(text) for text in wanted):
        return False
    bare = any(_english("skin").search(text) for text in wanted)
    return len(garments) >= (1 if bare else 3)


def _names_garment(text: str) -> bool:
    tables = ("garments", "body_garments")
    return any(_english(table).search(text) for table in tables) or bool(_anywhere("garment_parts").search(_packed(text)))


@cache
def _clothes_only() -> re.Pattern[str]:
    """Clothes and garments, one after the other, and nothing beside them: no `torn clothes`, no `clothes tag`."""
    fillers = "(?:(?:any|all|the|her|his|a|some|more|wearing|of|human|most) ){0,4}"
    piece = f"{fillers}(?:{_body('covering')}|{_body('body_garments')})"
    return re.compile(f"{piece}(?: (?:and )?{piece})*")


def _without(table: str, text: str) -> str:
    return _harmless(table).sub(" ", text)


def _names(table: str, phrase: str) -> bool:
    return bool(_english(table).fullmatch(phrase))


# How the tables are read. Text is folded before it is compared, so are they.


@cache
def _tables() -> dict[str, tuple[str, ...]]:
    """The entries of every table, their groups put in."""
    with (Path(__file__).parent / "refused_words.toml").open("rb") as file:
        tables = tomllib.load(file)
    groups = {name: "".join(pieces) for name, pieces in tables.pop("groups").items()}
    groups = {name: _filled(group, groups) for name, group in groups.items()}
    return {name: tuple(_filled(entry, groups).translate(_SIMPLER) for entry in entries) for name, entries in tables.items()}


def _filled(pattern: str, groups: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda name: groups[name[1]], pattern)


@cache
def _english(table: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_body(table)})" + ("" if table == "mixed" else r"\b"))


@cache
def _body(table: str) -> str:
    return "|".join(map(_repeated, _tables()[table]))


@cache
def _anywhere(table: str) -> re.Pattern[str]:
    return re.compile("|".join(_tables()[table]))


@cache
def _harmless(table: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{phrase})\b" if phrase.isascii() else phrase for phrase in _tables()[table]))


def _repeated(pattern: str) -> str:
    """Let every letter of a pattern be repeated, and single spaces between words be left out."""
    token = re.compile(r"\\.|\[[^\]]*\]|\(\?<?[:!=]|([a-z])(\?)?|(?<=[a-z)?])( )(?=[a-z0-9(])|.", re.DOTALL)

    def written(match: re.Match[str]) -> str:
        if match[1]:
            return match[1] + ("*" if match[2] else "+")
        return " ?" if match[3] else match[0]

    return token.sub(written, pattern)
