"""Captions of an outfit, as tags and as a sentence, in the words that users type.

Only clothes are described. Every main garment's kind and colour is always named; cut, trim and accessories come
and go, and synonyms stand in for the usual words now and then, so that the text encoder learns them all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from wardrobe.kinds import BOTTOMS, HEADWEAR, KINDS, LENGTHS, NECKLINES, SLEEVES
from wardrobe.outfit import MAIN_SLOTS, OVER_OTHERS, Garment
from wardrobe.palette import COLOUR_WORDS, COLOURS
from wardrobe.patterns import PATTERNS

Rng = np.random.Generator
Style = Literal["tags", "sentence"]

_SYNONYM = 0.3  # how often another word stands in for the usual one
_SUBJECTS = ("a girl", "a boy", "a character", "an anime character", "a woman", "a man", "someone", "a person")
_OPENINGS = (
    "{subject} wearing {clothes}",
    "{subject} in {clothes}",
    "{subject} dressed in {clothes}",
    "wearing {clothes}",
    "{clothes}",
)

# Words that are not a kind's own but that users type for it.
EXTRA_WORDS: dict[str, str] = {
    "jumper": "sweater",
    "pants": "trousers",
    "trainers": "sneakers",
    "tee": "t-shirt",
    "scarlet": "red",
    "emerald": "green",
}


def _word(rng: Rng, words: Sequence[str]) -> str:
    return words[int(rng.integers(1, len(words)))] if len(words) > 1 and rng.random() < _SYNONYM else words[0]


def _colour(rng: Rng, name: str) -> str:
    return _word(rng, (name, *COLOUR_WORDS[name]))


def _article(noun_phrase: str) -> str:
    return ("an " if noun_phrase[0] in "aeio" else "a ") + noun_phrase


def phrase(garment: Garment, rng: Rng) -> tuple[str, str]:
    """One garment in words, as (before the noun and the noun, after it): ("red plaid pleated skirt", "with ...")."""
    row = KINDS[garment.kind]
    colour, after = _colour(rng, garment.colour), ""
    adjectives = [colour]
    if garment.pattern and garment.second_colour:
        pattern, second = _word(rng, PATTERNS[garment.pattern].words), _colour(rng, garment.second_colour)
        way = rng.random()
        if way < 0.45:
            adjectives = [f"{colour} and {second}", pattern]
        elif way < 0.85 or garment.pattern not in _AS_NOUN:
            adjectives.append(pattern)
        else:
            after = f"with {second} {_AS_NOUN[garment.pattern]}"
    elif garment.second_colour and row.trimmed and rng.random() < 0.6:
        after = f"with {_colour(rng, garment.second_colour)} {row.trimmed}"
    cuts = [(LENGTHS, garment.length, 0.55), (SLEEVES, garment.sleeve, 0.4), (NECKLINES, garment.neckline, 0.3)]
    noun = _word(rng, row.words)
    for table, word, chance in cuts:
        if word and table[word] and rng.random() < chance and table[word][0].split("-")[0] not in noun:
            adjectives.append(_word(rng, table[word]))
    if len(adjectives) > 1 and rng.random() < 0.15 and not garment.pattern:
        adjectives = adjectives[1:] + adjectives[:1]
    return " ".join([*adjectives, noun]), after


_AS_NOUN = {
    "striped": "stripes",
    "vertical-striped": "vertical stripes",
    "diagonal-striped": "diagonal stripes",
    "pinstriped": "pinstripes",
    "polka dot": "polka dots",
    "floral": "flowers",
    "heart print": "hearts",
    "star print": "stars",
    "lace": "lace",
    "checkered": "checks",
    "zigzag": "zigzags",
    "wave patterned": "waves",
    "leopard print": "leopard spots",
}


def caption(garments: Sequence[Garment], rng: Rng, style: Style) -> str:
    """An outfit in words.

    style "tags": 'red plaid pleated skirt, white blouse, black knee socks'; "sentence": 'a girl wearing a white
    long-sleeved blouse and a red plaid pleated skirt with black knee socks'. Draws on `rng` for order and words.
    """
    main = [garment for garment in garments if garment.slot in MAIN_SLOTS]
    minor = [garment for garment in garments if garment.slot not in MAIN_SLOTS]
    share = float(rng.choice((1.0, 1.0, 0.6, 0.0)))
    told = [garment for garment in minor if rng.random() < share * (0.5 if garment.kind in HEADWEAR else 1.0)]
    minor = told if main else minor  # something has to be said
    if style == "tags":
        parts = [" ".join(filter(None, phrase(garment, rng))) for garment in [*main, *minor]]
        rng.shuffle(parts)
        return ", ".join(parts)
    return _sentence(main, minor, rng)


def _sentence(main: list[Garment], minor: list[Garment], rng: Rng) -> str:
    def worded(garment: Garment) -> str:
        before, after = phrase(garment, rng)
        return " ".join(filter(None, [before if KINDS[garment.kind].plural else _article(before), after]))

    over = [garment for garment in main if garment.kind in OVER_OTHERS]
    lower = [garment for garment in main if garment.kind in BOTTOMS]
    under = [garment for garment in main if garment not in over and garment not in lower]
    upper = " over ".join(worded(garment) for garment in [*over, *under])
    clothes = [part for part in (upper, *(worded(garment) for garment in lower)) if part]
    if rng.random() < 0.35:
        clothes.reverse()
    text = " and ".join(clothes)
    rest = [worded(garment) for garment in minor]
    rng.shuffle(rest)
    if rest:
        listed = rest[0] if len(rest) == 1 else ", ".join(rest[:-1]) + " and " + rest[-1]
        joined = text + (" with " if rng.random() < 0.6 else ", ") + listed
        text = joined if text else listed
    opening = _OPENINGS[int(rng.choice(5, p=(0.5, 0.15, 0.1, 0.15, 0.1)))]
    return opening.format(subject=_SUBJECTS[int(rng.integers(len(_SUBJECTS)))], clothes=text)


def _synonyms() -> dict[str, str]:
    table = dict(EXTRA_WORDS)
    groups = [row.words for row in KINDS.values()]
    groups += [pattern.words for pattern in PATTERNS.values()]
    groups += [(name, *words) for name, words in COLOUR_WORDS.items()]
    groups += [words for cut in (SLEEVES, LENGTHS, NECKLINES) for words in cut.values() if words]
    for usual, *others in groups:
        table |= {other: usual for other in others if other not in table}
    return table


SYNONYMS: dict[str, str] = _synonyms()  # other words users type -> the usual word of captions


def vocabulary() -> tuple[str, ...]:
    """Every single word that a caption may contain, sorted."""
    texts = [*COLOURS, *SYNONYMS, *SYNONYMS.values(), *_SUBJECTS, *_OPENINGS, *_AS_NOUN.values()]
    texts += [word for row in KINDS.values() for word in (*row.words, row.trimmed)]
    texts += [word for pattern in PATTERNS.values() for word in pattern.words]
    texts += [word for cut in (SLEEVES, LENGTHS, NECKLINES) for words in cut.values() for word in words]
    texts += ["a", "an", "and", "with", "over"]
    words = {word for text in texts for word in re.findall(r"[a-z]+(?:-[a-z]+)*", re.sub(r"\{\w+\}", "", text.lower()))}
    return tuple(sorted(words))
