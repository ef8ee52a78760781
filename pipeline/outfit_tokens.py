"""A prompt -> clauses of phrases with their senses: the longest that the lexicon knows, slips of the pen put right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.outfit_words import Lexicon, Sense, fold, lexicon

_PIECES = re.compile(r"[a-z0-9áé]+(?:\+)?|[^\x00-\x7f]|&|/|\+|:|[,;.!?|\n]")
_STOPS = frozenset(",;.!?|、。，；！？・·\n")
_KATAKANA = re.compile(r"[ァ-ヺー]")
_SHORT = 2  # signs of words that are often but the end of others
_WHOLE = 3  # signs of words that may be but the beginning of others
_KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
_SLIP = 0.83  # how alike a misspelt word and the one that is meant are, by difflib's ratio
_SLIP_LETTERS = 6
_SHORTEST = 4  # letters of a word that lacks one of a double: "dres"
_TAILS = (
    "dress",
    "coat",
    "shirt",
    "skirt",
    "jacket",
    "trousers",
    "pants",
    "boots",
    "shoes",
    "socks",
    "gloves",
    "hat",
    "cap",
    "gown",
    "robe",
)


def pieces(prompt: str) -> Iterator[str]:
    """What lies between commas, but for those in brackets."""
    depth, piece = 0, ""
    for sign in prompt:
        depth += (sign in "([{") - (sign in ")]}")
        if sign in ",，、;；\n" and depth <= 0:
            yield piece.strip()
            piece = ""
        else:
            piece += sign
    yield piece.strip()


@dataclass(frozen=True)
class Token:
    """A phrase of the prompt and its sense."""

    text: str
    sense: Sense


def clauses(text: str) -> Iterator[list[Token]]:
    """What lies between commas, full stops and line ends."""
    clause: list[Token] = []
    for token in _tokens(text):
        if token.sense.role == "stop":
            yield clause
            clause = []
        else:
            clause.append(token)
    yield clause


def _tokens(text: str) -> Iterator[Token]:
    """The longest phrases that the lexicon knows, and all other words."""
    known = lexicon()
    text = fold(re.sub(r"(?<![のい的な])（([^（）]*)）", r" : \1 ; ", text.replace("\n", " , ")))
    signs = {**known.signs, **known.kana} if _KANA.search(text) else known.signs
    pieces = [(_spelt(match[0]), match.start()) for match in _PIECES.finditer(text)]
    index, is_inside = 0, False
    while index < len(pieces):
        piece, start = pieces[index]
        found = _signs_at(text, start, signs, known.longest_signs, is_inside)
        is_inside = not found
        if found:
            yield Token(found, signs[found])
            while index < len(pieces) and pieces[index][1] < start + len(found):
                index += 1
            continue
        if piece in _STOPS:
            yield Token(piece, Sense("stop"))
            index += 1
            continue
        count = min(known.longest, len(pieces) - index)
        phrase = " ".join(word for word, _ in pieces[index : index + count])
        while count > 1 and phrase not in known.english:
            count -= 1
            phrase = phrase.rpartition(" ")[0]
        yield _token(phrase, known)
        index += count


def _signs_at(text: str, start: int, signs: dict[str, Sense], longest: int, is_inside: bool = False) -> str:
    """The longest phrase in Chinese or Japanese at this place, no piece of a longer word in katakana. is_inside: what stands
    before is of no known phrase."""
    if text[start].isascii() and start and text[start - 1].isascii() and text[start - 1].isalnum():
        return ""
    for length in range(min(longest, len(text) - start), 0, -1):
        piece, end = text[start : start + length], start + length
        if piece not in signs or (is_inside and length <= _SHORT and _runs_on(text, start)):
            continue
        if piece[-1].isascii() and len(_signs_at(text, end - 1, signs, longest)) > 1:
            continue  # "白Tシャツ" is a white Tシャツ
        if length > _WHOLE or not _runs_on(text, end) or _signs_at(text, end, signs, longest):
            return piece
    return ""


def _runs_on(text: str, place: int) -> bool:
    """Whether a word in katakana goes on across this place."""
    return 0 < place < len(text) and bool(_KATAKANA.match(text[place - 1]) and _KATAKANA.match(text[place]))


_SIGNS = {"&": Sense("and"), "/": Sense("and"), "+": Sense("and"), ":": Sense("in")}


def _token(phrase: str, known: Lexicon) -> Token:
    sense = _SIGNS.get(phrase) or known.english.get(phrase)
    if sense is None and phrase.isascii():
        sense = _by_tail(phrase, known)
    return Token(phrase, sense or Sense("other"))


@lru_cache(maxsize=4096)
def _spelt(word: str) -> str:
    """The word that was meant, where a long one is nearly one of the tables'."""
    known = lexicon()
    if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()) or word in known.words or word in known.kept:
        return word
    if len(word) < _SLIP_LETTERS:
        doubled = (word[: i + 1] + word[i:] for i in range(1, len(word)))
        return next((other for other in doubled if other in known.words_by_first.get(word[0], ())), word)
    if _by_tail(word, known) or word.removesuffix("s") in known.words:
        return word
    near = [other for other in known.words_by_first.get(word[0], ()) if abs(len(other) - len(word)) <= 2]
    found = difflib.get_close_matches(word, near, 1, _SLIP)
    return found[0] if found else word


def _by_tail(word: str, known: Lexicon) -> Sense | None:
    """'greatcoat', which is not listed, is some coat."""
    for tail in _TAILS:
        if word.endswith(tail) and len(word) > len(tail) + 2 and (sense := known.english[tail]).word:
            return Sense("near", tail, sense.word)
    lacking = known.english.get(word.removesuffix("less")) if word.endswith("less") else None
    return Sense("lacking", word.removesuffix("less"), lacking.word) if lacking and lacking.word else None
