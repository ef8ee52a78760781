"""A garment of a draft is changed by hand: what it may become, and the prompt that says so.

Choices go into the words, so that prompt, draft and a model's text encoder never disagree. As few words as possible are
touched: a word alone, else the part of the prompt between commas, else all that is said of garments; the first that is read
back as it was meant is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline.handles import as_tags, without_handles
from pipeline.outfit import Wish, phrase, read_outfit, with_choice
from pipeline.outfit_tokens import pieces
from pipeline.request import Choices, Garment, SwapRequest
from wardrobe.handles import HANDLES, handles_of
from wardrobe.kinds import KINDS, LENGTHS, NECKLINES, SLEEVES
from wardrobe.palette import COLOURS

_TAG = re.compile(rf"<(?!\s*(?:{'|'.join(HANDLES)})\s*:)[^<>]*>")
_OPENING, _CLOSING = re.compile(r"[(\[{\s]*"), re.compile(r"(?:(?<!\s)\s*+:\s*+[\d.]++)?(?<![)\]}\s])[)\]}\s]*+\Z")


def choices_of(garment: Garment) -> Choices:
    """Kinds of the same part, the palette, and the cuts that the kind comes in, its own among them: a coat said to be long."""
    row = KINDS[garment.kind]
    kinds = tuple(sorted(kind for kind, other in KINDS.items() if other.slot == garment.slot))
    cuts = (
        (LENGTHS, row.lengths, garment.length),
        (SLEEVES, row.sleeves, garment.sleeve),
        (NECKLINES, row.necklines, garment.neckline),
    )
    lengths, sleeves, necklines = (_offered(*cut) for cut in cuts)
    return Choices(kinds, dict(COLOURS), lengths, sleeves, necklines, handles_of(garment))


def _offered(table: Mapping[str, tuple[str, ...]], comes_in: tuple[str, ...], own: str) -> tuple[str, ...]:
    """What can be said in words, and what it is now."""
    return tuple(name for name, words in table.items() if name == own or (words and name in comes_in)) if comes_in else ()


def reworded(request: SwapRequest, garment: Garment, changes: Mapping[str, str]) -> str:
    """The prompt of a request with one garment of its draft changed.

    garment: also one that the seed chose, which is named from then on; changes: of `outfit.with_choice`, empty leaves it out.
    Raises `UserError` for a change that is not known.
    """
    wish = read_outfit(request.prompt, request.negative_prompt, request.seed)
    index = next((i for i, named in enumerate(wish.garments) if (named.slot, named.kind) == (garment.slot, garment.kind)), None)
    if index is None:
        if not changes:
            return _joined([request.prompt, f"no {KINDS[garment.kind].words[0]}"])
        wish = replace(wish, garments=(*wish.garments, garment), unsaid=(*wish.unsaid, frozenset()))
        index = len(wish.garments) - 1
    before = wish.garments
    after: list[Garment | None] = [*before]
    after[index] = with_choice(wish, index, **changes).garments[index] if changes else None
    wanted = _gist(changes, *(kept for kept in after if kept))
    told = ""
    for told in _told(request, wish, index, after):
        if _gist(changes, *read_outfit(told, request.negative_prompt, request.seed).garments) == wanted:
            break
    return told


def _gist(changes: Mapping[str, str], *garments: Garment) -> Counter[tuple[str, ...]]:
    """What has to be as it was meant: what always counts, and what is changed."""
    names = ("kind", "colour", "length", *HANDLES, *changes)
    return Counter(tuple(getattr(garment, name) for name in names) for garment in garments)


def _told(request: SwapRequest, wish: Wish, index: int, after: list[Garment | None]) -> Iterator[str]:
    """Prompts that may say it, the one nearest to the words as they are first."""
    old, new = wish.garments[index], after[index]
    parts = list(pieces(request.prompt))
    named = [[g.kind for g in read_outfit(piece, "", request.seed).garments] for piece in parts]
    mine = [i for i, kinds in enumerate(named) if old.kind in kinds]
    if new is not None and not mine:
        yield _joined([*parts, phrase(new)])
    for i in mine:
        if new is not None:
            if as_tags(old) != as_tags(new):
                yield _joined([*parts[:i], f"{without_handles(parts[i]).strip()} {as_tags(new)}", *parts[i + 1 :]])
            for was, now in _words(old, new):
                if len(found := re.findall(rf"\b{re.escape(was)}\b", parts[i], re.IGNORECASE)) == 1:
                    yield _joined([*parts[:i], parts[i].replace(found[0], now), *parts[i + 1 :]])
        said = [_by_kind(wish, after, kind) for kind in named[i]]
        start, _, end = _parted(parts[i])
        words = ", ".join(phrase(garment) for garment in said if garment)
        again = f"{start}{words}{end}" if words else ""
        yield _joined([*parts[:i], again, *_TAG.findall(parts[i]), *parts[i + 1 :]])
    rest = [piece for piece, kinds in zip(parts, named, strict=True) if not kinds]
    tags = [tag for piece, kinds in zip(parts, named, strict=True) if kinds for tag in _TAG.findall(piece)]
    yield _joined([*(phrase(garment) for garment in after if garment), *rest, *tags])


def _words(old: Garment, new: Garment) -> Iterator[tuple[str, str]]:
    """What may be said for what was."""
    if old.kind != new.kind:
        for word in (old.kind, *KINDS[old.kind].words):
            yield word, KINDS[new.kind].words[0]
    if old.colour != new.colour:
        yield old.colour, new.colour
        yield old.colour.split(" ")[-1], new.colour
    for table, was, now in (
        (LENGTHS, old.length, new.length),
        (SLEEVES, old.sleeve, new.sleeve),
        (NECKLINES, old.neckline, new.neckline),
    ):
        if was != now and table.get(now):
            for word in table.get(was, ()):
                yield word, table[now][0]


def _by_kind(wish: Wish, after: list[Garment | None], kind: str) -> Garment | None:
    places = [i for i, garment in enumerate(wish.garments) if garment.kind == kind]
    return after[places[0]] if places else None


def _parted(piece: str) -> tuple[str, str, str]:
    """Brackets before, words, weight and brackets after."""
    said = _TAG.sub("", piece)
    opening = _OPENING.match(said)
    assert opening is not None
    start, words = opening[0], said[opening.end() :]
    closing = _CLOSING.search(words)
    end = closing[0] if closing else ""
    return (start.strip(), words[: len(words) - len(end)], end.strip())


def _joined(pieces: list[str]) -> str:
    return ", ".join(piece for piece in (piece.strip(" ,") for piece in pieces) if piece)
