"""What was said, garment by garment: costumes in their parts, double mentions joined, the rest of each by the seed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from pipeline import outfit_choice as choice
from pipeline.outfit_reading import BARE, Cut, Mention, Reading
from pipeline.outfit_words import Word, colour_of, lexicon
from wardrobe.kinds import KINDS, LENGTHS
from wardrobe.outfit import MAIN_SLOTS, OVER_OTHERS, Garment
from wardrobe.parts import ClothingPart

Part = ClothingPart
_TITLES = frozenset(part.title for part in Part)
_SINGLE = (Part.FOOTWEAR, Part.ONEPIECE)  # of these only one is worn


def kinds_of(mention: Mention) -> tuple[str, ...]:
    words = mention.costume.women if mention.costume else (mention.word,) if mention.word else ()
    return tuple(kind for word in words for kind in word.kinds)


Item = tuple[Word, Mention]


def expanded(reading: Reading, negated: list[Mention], notes: list[str]) -> list[Item]:
    """Garments one by one: costumes in their parts, double mentions joined, what is negated in the same breath left out."""
    items: list[Item] = []
    off = {kind for mention in negated for kind in _away(mention)}
    off |= {kind for kind, row in KINDS.items() if row.slot in reading.bare}
    for mention in reading.mentions:
        if mention.word:
            _add(items, _left(mention.word, off), mention, notes)
    for cut in reading.loose:
        if not cut.is_negated and cut.name != "length" and cut.value != BARE:
            top = lexicon().english["top"].word
            assert top is not None
            _add(items, top, Mention(cut.value, top, cuts={cut.name: cut.value}), notes)
    for mention in _costumes(reading):
        assert mention.costume is not None
        taken = [word for word, _ in items]
        has_top = any(word.slot == Part.TOPWEAR and not _is_over(word) for word in taken)
        for word in mention.costume.men if reading.is_mans else mention.costume.women:
            if not word.kinds or word.kinds[0] in off:
                continue
            of_whole = _of_costume(word, mention)
            own = next((i for i, item in enumerate(items) if _is_own(word, *item, has_top)), None)
            if own is not None:
                other, named = items[own]
                kept = other if word.is_any else replace(_left(word, off), is_any=False)
                items[own] = (
                    _with_said(replace(kept, said=other.said), word),
                    replace(_joined(named, of_whole), costume=mention.costume),
                )
            elif not _is_replaced(word, taken):
                items.append((_left(word, off), of_whole))
    return _without_parts(items)


def _costumes(reading: Reading) -> list[Mention]:
    """Costumes, the vague ones last. "School uniform" beside "sailor uniform" says no more than that."""
    found = [mention for mention in reading.mentions if mention.costume]
    narrow = next((m for m in found if m.costume and not m.costume.is_general and not m.costume.is_vague), None)
    for mention in found:
        if narrow and mention.costume and mention.costume.is_general:
            narrow.colours = narrow.colours or mention.colours
            narrow.pattern = narrow.pattern or mention.pattern
    left = [m for m in found if m.costume and not (narrow and m.costume.is_general)]
    told = [m for m in left if m.costume and (m.colours or m.pattern or not m.costume.is_vague)]
    return sorted(told, key=lambda m: m.costume is not None and m.costume.is_vague)


def _is_own(word: Word, other: Word, named: Mention, has_top: bool) -> bool:
    """Whether a garment that was named is the costume's own: the cap of a nurse, the dress of a maid, the trousers of a suit."""
    kind = word.kinds[0]
    if named.costume:
        return False
    if word.slot == Part.ONEPIECE and other.slot == Part.BOTTOMWEAR:  # a skirt alone: "女仆装，黑色长裙"
        return not has_top and kind.endswith("dress") and (named.text.endswith("裙") or _is_some_skirt(other))
    if word.slot != other.slot or (word.slot == Part.TOPWEAR and _is_over(word) != _is_over(other)):
        return False
    return kind == other.kinds[0] or (other.is_any and kind in other.kinds) or _is_called(kind, other, named)


def _is_some_skirt(word: Word) -> bool:
    return word.is_any and all(kind.endswith("skirt") for kind in word.kinds)


def _is_called(kind: str, word: Word, mention: Mention) -> bool:
    """Whether a noun alone may mean this kind: a pirate hat is a hat. Cloth, pattern and cut before it say of which sort only."""
    names = {name.split(" ")[-1] for name in KINDS[kind].words}
    nouns, senses = mention.text.split(" "), lexicon().english
    while len(nouns) > 1 and (sense := senses.get(nouns[0])) and sense.role in ("material", "pattern", "cut", "plain"):
        nouns = nouns[1:]
    if mention.text.isascii():
        return len(nouns) == 1 and nouns[0] in names
    family = lexicon().families.get(mention.text, ())
    return word.wanted in names or bool(names & set(family)) or ("headwear" in family and word.slot == Part.HEADWEAR)


def _with_said(kept: Word, other: Word) -> Word:
    """The word with what another says of the same garment: a pleated skirt that is a miniskirt as well is short."""
    return replace(kept, said=tuple((dict(other.said) | dict(kept.said)).items()))


def _without_parts(items: list[Item]) -> list[Item]:
    """What is drawn with another garment, in its second colour, is none of its own: a maid dress's apron, a kimono's obi."""
    kept = list(items)
    for word, mention in items:
        whole = next((other for other in items if other[0] is not word and _is_part(word, mention, other[0])), None)
        if whole:
            whole[1].seconds = whole[1].seconds or mention.colours[:1]
            kept.remove((word, mention))
    return kept


def _is_part(word: Word, mention: Mention, whole: Word) -> bool:
    part = KINDS[whole.kinds[0]].trimmed
    if word.slot == Part.NECKWEAR and word.kinds[0] == part and not mention.is_with:
        return False  # "jumpsuit, brown belt": one that is worn over it
    sense = lexicon().english.get(part)
    return mention.text == part or bool(sense and sense.word and sense.word.kinds[0] in word.kinds)


def _left(word: Word, off: Collection[str]) -> Word:
    """Without the kinds that are refused elsewhere, if others are left."""
    kinds = tuple(kind for kind in word.kinds if kind not in off)
    return replace(word, kinds=kinds or word.kinds)


def _of_costume(word: Word, mention: Mention) -> Mention:
    takes = word.takes
    return Mention(
        word.wanted,
        word,
        colours=list(mention.colours) if takes else [],
        seconds=list(mention.seconds) if takes else [],
        pattern=mention.pattern if takes else None,
        cuts={name: value for name, value in mention.cuts.items() if Mention("", word).may_take(name, value)},
        usual=mention.usual if takes else (),
        avoided=list(mention.avoided) if takes else [],
        costume=mention.costume,
    )


def _is_over(word: Word) -> bool:
    return word.kinds[0] in OVER_OTHERS or bool(KINDS[word.kinds[0]].over)


def _is_replaced(word: Word, taken: Iterable[Word]) -> bool:
    """Whether a costume's garment gives way to one that was named."""
    for other in taken:
        if word.slot == other.slot and (word.slot != Part.TOPWEAR or _is_over(word) == _is_over(other)):
            return True
        if word.slot in (Part.TOPWEAR, Part.BOTTOMWEAR) and other.slot == Part.ONEPIECE:
            return True
        if word.slot == Part.ONEPIECE and (other.slot == Part.BOTTOMWEAR or (other.slot == Part.TOPWEAR and not _is_over(other))):
            return True
    return False


def _add(items: list[Item], word: Word, mention: Mention, notes: list[str]) -> None:
    for index, (other, before) in enumerate(items):
        if other.slot != word.slot:
            continue
        is_wider, is_narrower = _is_narrower(other, before, word, mention), _is_narrower(word, mention, other, before)
        is_same = is_wider or is_narrower or bool(set(_first(other)) & set(_first(word)))
        if is_same and not _contradicts(before, mention):
            kept, given = (word, other) if is_narrower or (other.is_any and not is_wider) else (other, word)
            joined = _joined(before, mention)
            items[index] = (_with_said(kept, given), replace(joined, text=mention.text) if is_narrower else joined)
            return
        if word.slot in _SINGLE or is_same:
            notes.append(f"Of {before.text} and {mention.text} only the first is drawn.")
            return
    items.append((word, mention))


def _first(word: Word) -> tuple[str, ...]:
    return word.kinds if word.is_any else word.kinds[:1]


_BROAD = ("shirt", "top")  # a T-shirt is no shirt


def _is_narrower(word: Word, one: Mention, wider: Word, other: Mention) -> bool:
    """Whether one is the other with a word before it: a maid dress is a dress, ゴスロリ is a ドレス."""
    if other.text in lexicon().families and other.text != one.text and lexicon().families[other.text][0] in _TITLES:
        return True  # boots are shoes
    gap = " " if other.text.isascii() else ""
    if one.text.endswith(gap + other.text) and one.text != other.text and other.text not in _BROAD:
        return True
    is_noun = (other.text == wider.wanted or not other.text.isascii()) and wider.wanted not in _BROAD
    return is_noun and not word.is_any and KINDS[word.kinds[0]].words[0].endswith(f" {wider.wanted}")


def _contradicts(one: Mention, other: Mention) -> bool:
    if one.colours and other.colours and one.colours[0] != other.colours[0]:
        return True
    return any(one.cuts.get(name, value) != value for name, value in other.cuts.items())


def _joined(one: Mention, other: Mention) -> Mention:
    return replace(
        one,
        colours=one.colours or other.colours,
        seconds=one.seconds or other.seconds,
        pattern=one.pattern or other.pattern,
        cuts={**other.cuts, **one.cuts},
        usual=one.usual or other.usual,
        is_plain=one.is_plain or other.is_plain,
        avoided=[*one.avoided, *other.avoided],
    )


def _away(mention: Mention) -> set[str]:
    """Every kind that a negated word takes away: its own, those whose names end in it, and its family."""
    if mention.costume and mention.costume.is_vague:
        return set()
    kinds = set(kinds_of(mention))
    kinds |= {kind for kind, row in KINDS.items() if any(word.split(" ")[-1] == mention.text for word in row.words)}
    for member in lexicon().families.get(mention.text, ()):
        kinds |= {kind for kind, row in KINDS.items() if member in (kind, row.slot.title)}
    return kinds


def avoid(items: Iterable[Item], negated: Iterable[Mention], cuts: Iterable[Cut], notes: list[str]) -> None:
    """Take over what garments that are worn shall not be: "skirt" against "black skirt", or sleeves that are not long."""
    for word, mention in items:
        mention.avoided += [(cut.name, cut.value) for cut in cuts]
        for other in negated:
            if not set(kinds_of(other)) & set(_first(word)):
                continue
            mention.avoided += [("colour", colour) for colour in other.colours]
            mention.avoided += [("pattern", other.pattern)] if other.pattern else []
            mention.avoided += list(other.cuts.items())
            if not (other.colours or other.pattern or other.cuts or mention.costume):
                notes.append(f"The words ask for {mention.text} and refuse it: it is drawn.")


def denied(negated: Iterable[Mention], bare: Collection[ClothingPart], named: Iterable[Garment]) -> frozenset[str]:
    """Kinds that must not be worn; what is named elsewhere stays, in another colour or cut if that was refused."""
    found = {kind for kind, row in KINDS.items() if row.slot in bare}
    for mention in negated:
        found |= _away(mention)
    return frozenset(found - {garment.kind for garment in named})


def realised(word: Word, mention: Mention, seed: int, beside: list[Garment], notes: list[str]) -> tuple[Garment, frozenset[str]]:
    """A garment as it was said, the rest by the seed, and which fields the rest are."""
    said = dict(word.said) | mention.cuts
    kinds = [kind for kind in word.kinds if not said.get("length") or said["length"] in KINDS[kind].lengths] or list(word.kinds)

    def rng(name: str) -> choice.Rng:
        """Numbers of each field's own: what is said of one leaves the others as they are."""
        return choice.rng_of(seed, "named", word.wanted, name)

    hues = choice.rng_of(seed, *word.usual) if mention.costume and word.takes else rng("colour")  # a suit is of one cloth
    kind = kinds[int(rng("kind").integers(len(kinds)))] if word.is_any else word.kinds[0]
    row, unsaid = KINDS[kind], {"kind"} if word.is_any and len(kinds) > 1 else set()
    is_meant = word.is_any or mention.costume or {word.wanted, mention.text} & {kind, *row.words}
    if mention.is_approximate or not is_meant:
        notes.append(f"There is no {mention.text} in the wardrobe, {kind} comes nearest.")
    avoided = [value for name, value in mention.avoided if name == "colour"]
    pattern = mention.pattern or said.get("pattern")
    colours = mention.colours or ([said["colour"]] if "colour" in said else [])
    if colours:
        colour, rgb = colour_of(colours[0])
    else:
        unsaid.add("colour")
        usual = mention.usual or _pattern_colours(pattern)[0] or word.usual or choice.usual_colours(kind)
        near = [garment.rgb for garment in beside] if row.slot in MAIN_SLOTS and not mention.costume else []
        colour, rgb = choice.choose_colour(hues, usual, near, avoided)
    second: tuple[str | None, tuple[int, int, int] | None] = (None, None)
    if seconds := [*mention.seconds, *mention.colours[1:]]:
        second = colour_of(seconds[0])
    elif pattern or rng("trim").random() < row.trim:
        second = choice.choose_second(rng("second"), rgb, kind, _pattern_colours(pattern)[1])
        unsaid.add("second_colour")
    if not pattern and not mention.is_plain:
        unsaid.add("pattern")
    cuts = {}
    for name, options in (("sleeve", row.sleeves), ("length", row.lengths), ("neckline", row.necklines)):
        if name in said and (options or (row.slot in (Part.TOPWEAR, Part.ONEPIECE) and name != "length")):
            cuts[name] = choice.fitting_length(kind, said[name]) if name == "length" else said[name]
            if cuts[name] != said[name] and cuts[name]:
                notes.append(f"A {kind} comes no nearer to {LENGTHS[said[name]][0]} than {LENGTHS[cuts[name]][0]}.")
            if name == "length" and mention.costume and mention.text == word.wanted and name not in mention.cuts:
                unsaid.add(name)  # its costume's usual one
        elif options:
            unsaid.add(name)
            able = choice.unasked([option for option in options if (name, option) not in mention.avoided] or options)
            cuts[name] = able[int(rng(name).integers(len(able)))]
    sleeve, length, neckline = (cuts.get(name, "") for name in ("sleeve", "length", "neckline"))
    detail = int(rng("detail").integers(2**31))
    garment = Garment(row.slot, kind, colour, rgb, *second, pattern, sleeve, length, neckline, detail)
    return garment, frozenset(unsaid)


def _pattern_colours(pattern: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return lexicon().pattern_colours.get(pattern or "", ((), ()))
