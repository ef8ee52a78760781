"""What is refused, and how results are marked.

Characters here may look young, so a request for nudity or sexualised content is refused as a whole. Results carry
the mark of generated media and what is needed to make them again.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np

from pipeline.request import SwapRequest, UserError

# Words are matched whole and may be spelt with repeated letters; `...` stands for words like "all of her".
REFUSED_WORDS = (
    "nude", "nudes", "nudity", "nudist", "naked", "nakedness", "unclothed", "undress", "undressed", "undressing",
    "disrobe", "disrobed", "topless", "bottomless", "braless", "nsfw", "r18", "r 18", "porn", "porno", "pornographic",
    "hentai", "ecchi", "erotic", "erotica", "sex", "sexy", "sexual", "sexualized", "sexualised", "lewd", "horny",
    "nipple", "nipples", "areola", "areolae", "genital", "genitals", "genitalia", "pussy", "vagina", "penis", "boobs",
    "tits", "oppai", "ahegao", "fetish", "bdsm", "bondage", "lingerie", "striptease", "stripper", "upskirt",
    "underboob", "sideboob", "cameltoe", "panties", "pantyshot", "thong", "seductive", "lolicon", "shotacon",
    "huge breasts", "large breasts", "big breasts", "bare breasts", "bare chest", "bare buttocks", "xray clothes",
    "see through clothes", "see through clothing", "birthday suit", "wearing nothing", "without wearing", "clothes off",
    "no clothes", "no clothing", "no panties", "no bra", "no underwear", "in ... underwear",
    "without ... clothes", "without ... clothing", "without ... outfit", "without ... underwear",
    "remove ... clothes", "remove ... clothing", "remove ... outfit", "remove everything", "removing ... clothes",
    "take off ... clothes", "take off ... clothing", "take off ... outfit", "take off everything",
    "takes off ... clothes", "taking off ... clothes", "takes off ... clothing", "taking off ... clothing",
    "strip her", "strip him", "strip them", "strip naked", "strip off", "stripped naked", "stripping",
)  # fmt: skip

# Chinese and Japanese have no spaces: matched anywhere.
REFUSED_PARTS = (
    "裸", "ヌード", "エロ", "えろい", "エッチ", "えっち", "ポルノ", "セックス", "セクシー", "脱衣", "脱がせ",
    "脱がし", "脱がす", "服を脱", "下着姿", "ランジェリー", "パンチラ", "乳首", "おっぱい", "変態", "ノーパン",
    "ノーブラ", "トップレス", "服を着ていない", "服を着てない", "何も着ていない", "何も着てない", "服なし", "18禁",
    "脱光", "脱掉衣", "脱掉她的衣", "脱掉他的衣", "脱掉所有", "脱去衣", "脱下衣", "没穿衣", "没穿任何", "不穿衣",
    "没有穿衣", "没有衣服", "沒穿衣", "一丝不挂", "一絲不掛", "色情", "情色", "性感", "性爱", "性愛", "露点",
    "露點", "乳头", "乳頭", "情趣", "走光", "黄图", "去掉衣服", "去除衣服", "露乳", "露胸",
)  # fmt: skip

# Harmless phrases that hold a refused one: colours, bare feet, yellow, clowns, noodles, unisex.
ALLOWED = (
    "nude color", "nude colour", "nude beige", "nude pink", "nude heels", "nude pumps", "nude tights", "nude shoes",
    "nude tone", "nude lipstick", "naked eye", "same sex", "thong sandals",
    "裸足", "裸色", "裸粉", "裸妆", "裸眼", "イエロー", "ピエロ", "ヌードル", "ヌードカラー", "ヌードベージュ", "ユニセックス",
    "エッチング", "中性感",
)  # fmt: skip

_LEET = str.maketrans("013457@$!|", "oieastasii")
_LOOKALIKES = str.maketrans("аеорсухіјѕ脫", "aeopcyxijs脱")  # Cyrillic letters that look Latin, a traditional form
_FILLERS = r" (?:(?:all|any|every|of|off|the|a|an|her|his|their|its|my|your|only|just) )*"

REFUSAL = "Only dressed, non-sexual outfits can be drawn here, please describe clothing for the character to wear."


def check_prompt(prompt: str) -> None:
    """Raise `UserError` if the prompt asks to undress or sexualise the character.

    Not for negative prompts: there such words help. Spellings are folded first: full width, accents, look-alike
    letters, digits for letters, letters set apart by dots or spaces, invisible characters.
    """
    text = _fold(prompt)
    for spelling in (text, re.sub(r"(?<=\w)[0-9@$!|]|[0-9@$!|](?=\w)", lambda sign: sign[0].translate(_LEET), text)):
        words = re.sub(r"[^\w,]+|_+", " ", re.sub(r"[,;\n]+", " , ", spelling))
        words = re.sub(r"\b(?:[^\W\d] ){2,}[^\W\d]\b", lambda spread: spread[0].replace(" ", ""), words)
        if _refused_words().search(_without_allowed(words)):
            raise UserError(REFUSAL)
    packed = re.sub(r"[\W_]+", "", _without_allowed(text))
    if any(part in packed for part in REFUSED_PARTS):
        raise UserError(REFUSAL)


def _fold(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text).casefold().translate(_LOOKALIKES)
    visible = "".join(letter for letter in wide if unicodedata.category(letter) != "Cf")
    plain = "".join(letter for letter in unicodedata.normalize("NFD", visible) if not "\u0300" <= letter <= "\u036f")
    return unicodedata.normalize("NFC", plain)


def _without_allowed(text: str) -> str:
    for phrase in ALLOWED:
        text = text.replace(phrase, " ")
    return text


@cache
def _refused_words() -> re.Pattern[str]:
    phrases = ["".join(letter if letter in " ." else f"{letter}+" for letter in phrase) for phrase in REFUSED_WORDS]
    return re.compile(r"\b(?:" + "|".join(phrases).replace(" ... ", _FILLERS) + r")\b")


def describe(request: SwapRequest) -> dict[str, Any]:
    """Everything in a request that replays it, ready for JSON; pictures as their size and SHA-256."""
    return {f.name: _plain(getattr(request, f.name)) for f in fields(request)}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"shape": list(value.shape), "sha256": hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


SOFTWARE = "CC_ControlNet"
_PARAMETERS = "cc_controlnet"  # the PNG text entry that replays a picture

# IPTC Photo Metadata 2025, "Digital Source Type": made with generative AI from a picture of the user's.
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"/>'
    "</rdf:RDF></x:xmpmeta>"
)


def mark(metadata: Mapping[str, Any], seed: int) -> dict[str, str]:
    """The text entries of one result's PNG file: how it was made, and what replays it (`metadata` with its own seed)."""
    parameters = json.dumps({**metadata, "seed": seed, "count": 1}, ensure_ascii=False, sort_keys=True)
    return {
        "Software": SOFTWARE,
        "Comment": "The outfit in this picture was drawn by a generative model.",
        "XML:com.adobe.xmp": _XMP,
        _PARAMETERS: parameters,
    }


def read_parameters(text: Mapping[str, str]) -> dict[str, Any]:
    """Inverse of `mark`, from a file's text entries (`images.read_text`). Raises `UserError`."""
    try:
        parameters = json.loads(text[_PARAMETERS])
    except (KeyError, ValueError):
        raise UserError("This picture carries no settings, please choose one that was saved here.") from None
    if not isinstance(parameters, dict):
        raise UserError("This picture carries no settings, please choose one that was saved here.")
    return parameters
