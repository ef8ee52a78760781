"""Words -> an outfit of the wardrobe: what is said is drawn as it is said, what is not said is chosen by the seed.

`read_outfit` reads prompts in English, Chinese and Japanese, tags or sentences (grammar and tables: `outfit_grammar.py`,
`outfit_words.toml`); `complete` adds what else is worn where a picture is drawn anew (`outfit_choice.py`). Nothing here
leaves chest or hips bare.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from models.prompt_weights import fragments
from pipeline import outfit_choice as choice
from pipeline.outfit_grammar import read
from pipeline.outfit_reading import BARE, Mention, Reading
from pipeline.outfit_words import Word, colour_of, fold, lexicon
from pipeline.request import UserError
from pipeline.safety import check_words
from wardrobe.kinds import KINDS, LENGTHS, NECKLINES, SLEEVES
from wardrobe.outfit import OVER_OTHERS, Garment, Outfit, dressed_in_order
from wardrobe.parts import ClothingPart
from wardrobe.patterns import PATTERNS

Part = ClothingPart
MOST = 16  # garments of one prompt
_SINGLE = (Part.FOOTWEAR, Part.ONEPIECE)  # of these only one is worn


@dataclass(frozen=True)
class Wish:
    """What a prompt asks to be worn.

    garments: those that are named, in the order of the words. unsaid: for each, the names of its fields that the seed chose
    ("kind", "colour", "second_colour", "pattern", "sleeve", "length", "neckline"). without: kinds that must not be worn.
    notes: short sentences for the user. slots: parts that the words speak about, bare ones too. is_mans: the words speak of
    a man, who is not given skirts.
    """

    garments: tuple[Garment, ...] = ()
    unsaid: tuple[frozenset[str], ...] = ()
    without: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    slots: frozenset[ClothingPart] = frozenset()
    is_mans: bool = False


def read_outfit(prompt: str, negative_prompt: str = "", seed: int = 0) -> Wish:
    """The garments that are named, and what must not be worn. Raises `UserError` for words that safety refuses."""
    check_words(prompt, negative_prompt)
    wanted = [fragment for fragment in fragments(prompt) if fragment.weight > 0]
    unwanted = [fragment.text for fragment in fragments(prompt) if fragment.weight <= 0]
    reading = read(" ".join(fragment.text for fragment in wanted))
    against = read(", ".join([*unwanted, " ".join(fragment.text for fragment in fragments(negative_prompt))]))
    negated = [*reading.negated, *against.mentions]
    notes: list[str] = []
    items = _expanded(reading, negated, notes)
    for cut in against.loose:
        for _, mention in items:
            mention.avoided.append((cut.name, cut.value))
    without = _denied(negated, reading.bare, [word for word, _ in items])
    garments: list[Garment] = []
    unsaid: list[frozenset[str]] = []
    for word, mention in items[:MOST]:
        garment, left = _realised(word, mention, seed, [g for g in garments if g.slot in choice.MAIN], notes, reading.is_mans)
        garments.append(garment)
        unsaid.append(left)
    notes += [f"There is no {text} in the wardrobe." for text in reading.unknown]
    if len(items) > MOST:
        notes.append(f"Only the first {MOST} garments are drawn.")
    slots = {garment.slot for garment in garments} | set(reading.bare) | {KINDS[kind].slot for m in negated for kind in _kinds(m)}
    return Wish(tuple(garments), tuple(unsaid), without, tuple(dict.fromkeys(notes)), frozenset(slots), reading.is_mans)


def _kinds(mention: Mention) -> tuple[str, ...]:
    words = mention.costume.women if mention.costume else (mention.word,) if mention.word else ()
    return tuple(kind for word in words for kind in word.kinds)


Item = tuple[Word, Mention]


def _expanded(reading: Reading, negated: list[Mention], notes: list[str]) -> list[Item]:
    """Garments one by one: costumes in their parts, double mentions joined, what is negated in the same breath left out."""
    items: list[Item] = []
    for mention in reading.mentions:
        if mention.word:
            _add(items, mention.word, mention, notes)
    for cut in reading.loose:
        if not cut.is_negated and cut.name != "length" and cut.value != BARE:
            top = lexicon().english["top"].word
            assert top is not None
            _add(items, top, Mention(cut.value, top, cuts={cut.name: cut.value}), notes)
    costumes = sorted((m for m in reading.mentions if m.costume), key=lambda m: m.costume is not None and m.costume.is_vague)
    for mention in costumes:
        assert mention.costume is not None
        if mention.costume.is_vague and not (mention.colours or mention.pattern):
            continue
        taken = [word for word, _ in items]
        off = {kind for m in negated for kind in _away(m)}
        for word in mention.costume.men if reading.is_mans else mention.costume.women:
            if word.kinds and word.kinds[0] not in off and not _is_replaced(word, taken):
                items.append((word, _of_costume(word, mention)))
    return _without_parts(items)


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
    sense = lexicon().english.get(part)
    return mention.text == part or bool(
        not mention.text.isascii() and sense and sense.word and sense.word.kinds[:1] == word.kinds[:1]
    )


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
        is_wider, is_narrower = _is_narrower(before, mention), _is_narrower(mention, before)
        is_same = is_wider or is_narrower or bool(set(_first(other)) & set(_first(word)))
        if is_same and not _contradicts(before, mention):
            items[index] = (word if is_narrower or (other.is_any and not is_wider) else other, _joined(before, mention))
            return
        if word.slot in _SINGLE or is_same:
            notes.append(f"Of {before.text} and {mention.text} only the first is drawn.")
            return
    items.append((word, mention))


def _first(word: Word) -> tuple[str, ...]:
    return word.kinds if word.is_any else word.kinds[:1]


def _is_narrower(one: Mention, other: Mention) -> bool:
    """Whether one is the other with a word before it: a maid dress is a dress, but a T-shirt is no shirt."""
    gap = " " if other.text.isascii() else ""
    return one.text.endswith(gap + other.text) and one.text != other.text and other.text not in ("shirt", "top")


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
    kinds = set(_kinds(mention))
    kinds |= {kind for kind, row in KINDS.items() if any(word.split(" ")[-1] == mention.text for word in row.words)}
    for member in lexicon().families.get(mention.text, ()):
        kinds |= {kind for kind, row in KINDS.items() if member in (kind, row.slot.title)}
    return kinds


def _denied(negated: Iterable[Mention], bare: Collection[ClothingPart], named: Iterable[Word]) -> frozenset[str]:
    """Kinds that must not be worn; what is named elsewhere stays, in another colour or cut if that was refused."""
    named = list(named)
    found = {kind for kind, row in KINDS.items() if row.slot in bare}
    for mention in negated:
        found |= _away(mention)
    return frozenset(found - {kind for word in named for kind in word.kinds})


def _realised(
    word: Word, mention: Mention, seed: int, beside: list[Garment], notes: list[str], is_mans: bool
) -> tuple[Garment, frozenset[str]]:
    """A garment as it was said, the rest by the seed, and which fields the rest are."""
    said = dict(word.said) | mention.cuts
    kinds = [kind for kind in word.kinds if not said.get("length") or said["length"] in KINDS[kind].lengths] or list(word.kinds)
    rng = choice.rng_of(seed, "named", word.wanted)
    hues = choice.rng_of(seed, *word.usual) if mention.costume and word.takes else rng  # a suit's trousers are its jacket's
    kind = kinds[int(rng.integers(len(kinds)))] if word.is_any else word.kinds[0]
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
        near = [garment.rgb for garment in beside] if row.slot in choice.MAIN and not mention.costume else []
        colour, rgb = choice.choose_colour(hues, usual, near, avoided)
    second: tuple[str | None, tuple[int, int, int] | None] = (None, None)
    if seconds := [*mention.seconds, *mention.colours[1:]]:
        second = colour_of(seconds[0])
    elif pattern or rng.random() < row.trim:
        second = choice.choose_second(rng, rgb, kind, _pattern_colours(pattern)[1])
        unsaid.add("second_colour")
    if not pattern and not mention.is_plain:
        unsaid.add("pattern")
    cuts = {}
    for name, options in (("sleeve", row.sleeves), ("length", row.lengths), ("neckline", row.necklines)):
        if name in said and (options or (row.slot in (Part.TOPWEAR, Part.ONEPIECE) and name != "length")):
            cuts[name] = choice.fitting_length(kind, said[name]) if name == "length" else said[name]
            if cuts[name] != said[name] and cuts[name]:
                notes.append(f"A {kind} comes no nearer to {LENGTHS[said[name]][0]} than {LENGTHS[cuts[name]][0]}.")
        elif options:
            unsaid.add(name)
            able = [option for option in options if (name, option) not in mention.avoided] or list(options)
            cuts[name] = able[int(rng.integers(len(able)))]
    sleeve, length, neckline = (cuts.get(name, "") for name in ("sleeve", "length", "neckline"))
    detail = int(rng.integers(2**31))
    garment = Garment(row.slot, kind, colour, rgb, *second, pattern, sleeve, length, neckline, detail)
    return garment, frozenset(unsaid)


def _pattern_colours(pattern: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return lexicon().pattern_colours.get(pattern or "", ((), ()))


def complete(wish: Wish, slots: Iterable[ClothingPart], seed: int = 0) -> Outfit:
    """The whole outfit where `slots` are drawn anew: what is named, from the skin outwards, and by the seed what else belongs.

    Nothing is added outside `slots` but what is worn under an open garment. Where nothing is left for chest or hips, a plain
    undergarment is.
    """
    slots, named = frozenset(slots), list(wish.garments)
    worn = [*named, *choice.underlayers(named, wish.without, seed)]
    worn += choice.added_main(worn, slots, wish.without, wish.is_mans, seed)
    worn += _kept_decent(worn, slots, seed)
    worn += choice.added_accessories(worn, slots, wish.without, wish.is_mans, seed)
    worn.sort(key=lambda garment: garment.slot == Part.TOPWEAR and not _goes_under(garment.kind))
    return Outfit(tuple(dressed_in_order(worn)))


def _goes_under(kind: str) -> bool:
    return any(kind in row.over for row in KINDS.values())


def _kept_decent(worn: Iterable[Garment], slots: frozenset[ClothingPart], seed: int) -> list[Garment]:
    covered = {garment.slot for garment in worn}
    if Part.ONEPIECE in covered:
        return []
    found = []
    for slot in (Part.TOPWEAR, Part.BOTTOMWEAR):
        if slot not in covered and slots & {slot, Part.ONEPIECE}:
            found.append(choice.undergarment(slot, seed))
    return found


def words_of(outfit: Outfit | Wish) -> str:
    """The garments as tags: 'red and white striped pleated skirt, white long-sleeved blouse'."""
    return ", ".join(map(phrase, outfit.garments))


def phrase(garment: Garment) -> str:
    """One garment in words: 'black short-sleeved maid dress with white apron'."""
    row, words, after = KINDS[garment.kind], [garment.colour], ""
    noun = row.words[0]
    if garment.pattern:
        words = [f"{garment.colour} and {garment.second_colour}"] if garment.second_colour else words
        words.append(PATTERNS[garment.pattern].words[0])
    elif garment.second_colour and row.trimmed:
        after = f" with {garment.second_colour} {row.trimmed}"
    for table, value in ((LENGTHS, garment.length), (SLEEVES, garment.sleeve), (NECKLINES, garment.neckline)):
        if value and table[value] and table[value][0].split("-")[0] not in noun:
            words.append(table[value][0])
    return " ".join([*words, noun]) + after


_CUTS = {"sleeve": SLEEVES, "length": LENGTHS, "neckline": NECKLINES}


def with_choice(wish: Wish, index: int, **changes: str | None) -> Wish:
    """The wish with one garment changed, which counts as said from then on.

    changes: kind (a kind or a word for one), colour, second_colour (colour words), pattern, sleeve, length, neckline; None
    takes a second colour or a pattern away. Raises `UserError` for a word that is not known.
    """
    garment, unsaid = wish.garments[index], set(wish.unsaid[index])
    if changes.get("kind"):
        garment = _as_kind(garment, _known_kind(str(changes["kind"])))
    for name, value in changes.items():
        unsaid.discard(name)
        if name in ("colour", "second_colour"):
            colour = _known_colour(value) if value else (None, None)
            rgb = "rgb" if name == "colour" else "second_rgb"
            garment = replace(garment, **{name: colour[0], rgb: colour[1]})  # type: ignore[arg-type]
        elif name in _CUTS and value in _CUTS[name]:
            garment = replace(garment, **{name: choice.fitting_length(garment.kind, value) if name == "length" else value})  # type: ignore[arg-type]
        elif name == "pattern" and (value is None or value in PATTERNS):
            garment = replace(garment, pattern=value)
            if value and garment.second_colour is None:
                second = choice.choose_second(choice.rng_of(garment.detail, value), garment.rgb, garment.kind)
                garment = replace(garment, second_colour=second[0], second_rgb=second[1])
        elif name != "kind":
            raise UserError(f"A garment's {name.replace('_', ' ')} cannot be {value!r}, please choose one that is listed.")
    garments = (*wish.garments[:index], garment, *wish.garments[index + 1 :])
    left = (*wish.unsaid[:index], frozenset(unsaid), *wish.unsaid[index + 1 :])
    return replace(wish, garments=garments, unsaid=left, without=wish.without - {garment.kind}, slots=wish.slots | {garment.slot})


def _known_kind(word: str) -> str:
    sense = lexicon().english.get(fold(word)) or lexicon().signs.get(fold(word))
    if word in KINDS:
        return word
    if sense is None or sense.word is None:
        raise UserError(f"The wardrobe has no {word!r}, please choose a garment that is listed.")
    return sense.word.kinds[0]


def _known_colour(word: str) -> tuple[str, tuple[int, int, int]]:
    sense = lexicon().english.get(fold(word)) or lexicon().signs.get(fold(word))
    if sense is None or sense.role not in ("colour", "guarded"):
        raise UserError(f"The colour {word!r} is not known, please use a common colour word.")
    return colour_of(sense.value)


def _as_kind(garment: Garment, kind: str) -> Garment:
    """The same in another kind; cuts that it does not have become its usual ones."""
    row = KINDS[kind]

    def kept(value: str, options: tuple[str, ...]) -> str:
        return value if value in options else options[0] if options else ""

    return replace(
        garment,
        slot=row.slot,
        kind=kind,
        sleeve=kept(garment.sleeve, row.sleeves),
        length=kept(garment.length, row.lengths),
        neckline=kept(garment.neckline, row.necklines),
    )


def without(wish: Wish, index: int) -> Wish:
    """The wish without one of its garments, of whose part nothing else is chosen by the seed."""
    slot = wish.garments[index].slot
    garments, left = list(wish.garments), list(wish.unsaid)
    del garments[index], left[index]
    denied = {kind for kind, row in KINDS.items() if row.slot == slot} - {garment.kind for garment in garments}
    return replace(wish, garments=tuple(garments), unsaid=tuple(left), without=wish.without | denied)
