"""Words -> an outfit of the wardrobe: what is said is drawn as it is said, what is not said is chosen by the seed.

`read_outfit` reads prompts in English, Chinese and Japanese, tags or sentences (grammar and tables: `outfit_grammar.py`,
`outfit_words.toml`); `complete` adds what else is worn where a picture is drawn anew (`outfit_choice.py`). Nothing here
leaves chest or hips bare.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from models.prompt_weights import fragments
from pipeline import outfit_choice as choice
from pipeline.handles import as_tags, handles_in, number_of, without_handles
from pipeline.outfit_grammar import read
from pipeline.outfit_items import avoid, denied, expanded, kinds_of, realised
from pipeline.outfit_tokens import pieces
from pipeline.outfit_words import colour_of, fold, lexicon
from pipeline.request import UserError
from pipeline.safety import check_words
from wardrobe.handles import HANDLES, handles_of
from wardrobe.kinds import KINDS, LENGTHS, NECKLINES, SLEEVES
from wardrobe.outfit import MAIN_SLOTS, Garment, Outfit, dressed_in_order
from wardrobe.parts import ClothingPart
from wardrobe.patterns import PATTERNS

Part = ClothingPart
MOST = 16  # garments of one prompt


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
    numbers = _numbers(prompt)
    prompt = without_handles(prompt)
    check_words(prompt)  # a number may have parted a word
    wanted = [fragment for fragment in fragments(prompt) if fragment.weight > 0]
    unwanted = [fragment.text for fragment in fragments(prompt) if fragment.weight <= 0]
    reading = read(" ".join(fragment.text for fragment in wanted))
    against = read(", ".join([*unwanted, " ".join(fragment.text for fragment in fragments(negative_prompt))]))
    negated = [*reading.negated, *against.mentions]
    notes: list[str] = []
    items = expanded(reading, negated, notes)
    avoid(items, negated, against.loose, notes)
    garments: list[Garment] = []
    unsaid: list[frozenset[str]] = []
    for word, mention in items[:MOST]:
        garment, left = realised(word, mention, seed, [g for g in garments if g.slot in MAIN_SLOTS], notes)
        garments.append(garment)
        unsaid.append(left)
    for index, (left, (_, mention)) in enumerate(zip(unsaid, items, strict=False)):
        is_free = "sleeve" in left and not any(name == "sleeve" for name, _ in mention.avoided)
        if is_free and choice.are_sleeves_hidden(garments[index], garments):
            garments[index] = choice.slim(garments[index])
        if "length" in left and not any(name == "length" for name, _ in mention.avoided):
            garments[index] = choice.above(garments[index], garments)
    garments = _cut_by_hand(garments, numbers)
    notes += [f"There is no {text} in the wardrobe." for text in reading.unknown]
    if len(items) > MOST:
        notes.append(f"Only the first {MOST} garments are drawn.")
    without = denied(negated, reading.bare, garments)
    slots = {garment.slot for garment in garments} | set(reading.bare)
    slots |= {KINDS[kind].slot for mention in reading.negated for kind in kinds_of(mention)}
    return Wish(tuple(garments), tuple(unsaid), without, tuple(dict.fromkeys(notes)), frozenset(slots), reading.is_mans)


def _numbers(prompt: str) -> list[tuple[set[str], dict[str, float]]]:
    """What is said in numbers, each with the kinds that stand between the same commas."""
    found = []
    for piece in pieces(prompt) if "<" in prompt else ():
        if numbers := handles_in(piece):
            reading = read(" ".join(fragment.text for fragment in fragments(without_handles(piece))))
            found.append(({kind for mention in reading.mentions for kind in kinds_of(mention)}, numbers))
    return found


def _cut_by_hand(garments: list[Garment], numbers: list[tuple[set[str], dict[str, float]]]) -> list[Garment]:
    """The first garment that is meant and has such a handle takes the number."""
    found = list(garments)
    for kinds, cuts in numbers:
        for name, number in cuts.items():
            for index, garment in enumerate(found):
                if garment.kind in kinds and name in handles_of(garment):
                    found[index] = replace(garment, **{name: number})  # type: ignore[arg-type]
                    break
    return found


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
    worn.sort(key=lambda garment: garment.slot == Part.TOPWEAR and not choice.goes_under(garment.kind))
    return Outfit(tuple(dressed_in_order(worn)))


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
    return " ".join([*words, noun]) + after + (f" {tags}" if (tags := as_tags(garment)) else "")


_CUTS = {"sleeve": SLEEVES, "length": LENGTHS, "neckline": NECKLINES}


def with_choice(wish: Wish, index: int, **changes: str | None) -> Wish:
    """The wish with one garment changed, which counts as said from then on.

    changes: kind (a kind or a word for one), colour, second_colour (colour words), pattern, sleeve, length, neckline, and hem,
    cuff, neck (numbers, see `pipeline.handles`); None takes a second colour or a pattern away. Raises `UserError` for a word that
    is not known.
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
        elif name in HANDLES and value is not None:
            garment = replace(garment, **{name: number_of(name, value)})  # type: ignore[arg-type]
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
