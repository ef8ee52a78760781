"""How artists weigh the words of a prompt, and how a long one is cut into what a text encoder can take at once.

The syntax is that of A1111's web UI, in which most published prompts are written: `(red skirt)` counts 1.1 times, `((x))`
1.21 times, `[x]` 1 / 1.1 times, `(x:1.3)` 1.3 times, and `\\(` is only a bracket. So is one without its partner, as in `:(`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

EMPHASIS = 1.1  # what a pair of brackets is worth
DEEPEST = 50  # brackets within each other that count: 1.1 to the 50th is more than anybody means
BACK = 20  # tokens of a full chunk that may go into the next one, so that a phrase between commas stays whole
_PAIRS = {")": "(", "]": "["}
_PARTS = re.compile(r"\\[()\[\]]|[()\[\]]|(?:[^()\[\]\\]|\\(?![()\[\]]))+")
_NUMBER = re.compile(r":\s*+([+-]?(?:\d++\.?\d*+|\.\d++))\s*$")


@dataclass(frozen=True)
class Fragment:
    """A stretch of a prompt, without the signs that weigh it. weight: 1 for as it is."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True)
class Chunk:
    """Tokens that are encoded together, without start and end, and the weight of each."""

    ids: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def is_weighted(self) -> bool:
        return any(weight != 1 for weight in self.weights)


def fragments(text: str) -> tuple[Fragment, ...]:
    """A prompt's stretches of one weight each; without brackets it is one, and the text itself."""
    if not re.search(r"[()\[\]]", text):
        return (Fragment(text),)
    found: list[Fragment] = []
    opened: list[tuple[str, int]] = []  # brackets without their partners yet: which, and where in `found`
    for part in _PARTS.findall(text):
        if part in ("(", "[") and len(opened) < DEEPEST:
            opened.append((part, len(found)))
        if part in _PAIRS and any(bracket == _PAIRS[part] for bracket, _ in opened):
            while opened[-1][0] != _PAIRS[part]:
                opened.pop()
            _, start = opened.pop()
            found[start:] = _weigh(part, found[start + 1 :])
            continue
        plain = part[-1] if part[0] == "\\" and part[1:] in ("(", ")", "[", "]") else part
        if len(found) > (opened[-1][1] + 1 if opened else 0) and found[-1].text and found[-1].weight == 1:
            found[-1] = Fragment(found[-1].text + plain)  # thousands of brackets without partners are one stretch
        else:
            found.append(Fragment(plain))
    return tuple(
        Fragment("".join(fragment.text for fragment in group), weight)
        for weight, group in groupby((fragment for fragment in found if fragment.text), key=lambda fragment: fragment.weight)
    )


def _weigh(closing: str, inside: list[Fragment]) -> list[Fragment]:
    """What stands between a pair of brackets, weighed."""
    weight = EMPHASIS if closing == ")" else 1 / EMPHASIS
    if closing == ")" and inside and (number := _NUMBER.search(inside[-1].text)):
        weight = float(number[1])
        inside[-1] = Fragment(inside[-1].text[: number.start()], inside[-1].weight)
    # the empty one keeps the number of an outer pair from being looked for in here
    return [*(Fragment(fragment.text, fragment.weight * weight) for fragment in inside), Fragment("")]


def without_weights(text: str) -> str:
    """The prompt's words alone."""
    return "".join(fragment.text for fragment in fragments(text))


def chunks(tokenizer: Any, text: str) -> tuple[Chunk, ...]:
    """A prompt in chunks of at most as many tokens as the encoder takes between start and end; at least one chunk.

    A full chunk ends after its last comma if one is near, otherwise where it is full; a taught word of several vectors
    (see `models.textual_inversion`) stays whole.
    """
    room = tokenizer.model_max_length - 2
    comma = tokenizer.convert_tokens_to_ids(",</w>")
    rows: list[list[Chunk]] = [[]]
    for piece in _pieces(tokenizer, text):
        while rows[-1] and _length(rows[-1]) + len(piece.ids) > room:
            rows.append(_tail(rows[-1], comma))
        rows[-1].append(piece)
    return tuple(_joined(row) for row in rows)


def _pieces(tokenizer: Any, text: str) -> Iterable[Chunk]:
    """What must not be torn apart: single tokens, and all vectors of a taught word."""
    added = tokenizer.added_tokens_encoder
    names = {index: name for name, index in added.items()}
    for fragment in fragments(text):
        for index in tokenizer(fragment.text, add_special_tokens=False, verbose=False).input_ids:
            ids = [index]
            while index in names and (following := added.get(f"{names[index]}_{len(ids)}")) is not None:
                ids.append(following)
            yield Chunk(tuple(ids), (fragment.weight,) * len(ids))


def _length(row: list[Chunk]) -> int:
    return sum(len(piece.ids) for piece in row)


def _tail(row: list[Chunk], comma: int) -> list[Chunk]:
    """Take what follows a full row's last comma off it, if that is little."""
    cut = next((index + 1 for index in range(len(row) - 1, -1, -1) if row[index].ids == (comma,)), len(row))
    tail = row[cut:]
    if _length(tail) > BACK:
        return []
    del row[cut:]
    return tail


def _joined(row: list[Chunk]) -> Chunk:
    return Chunk(tuple(index for piece in row for index in piece.ids), tuple(w for piece in row for w in piece.weights))
