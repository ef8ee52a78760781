"""What is said of each garment of a prompt: the grammar's result."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.outfit_words import Costume, Word
from wardrobe.kinds import KINDS
from wardrobe.parts import ClothingPart

Part = ClothingPart
UPPER = (Part.TOPWEAR, Part.ONEPIECE)
BARE = "bare"  # a sleeve: none, on what is made without


@dataclass
class Mention:
    """A garment or a costume as it is spoken of. colours: its own first, then a second; seconds: of pattern or trim; avoided:
    fields and values that it shall not have; is_approximate: of a word that only comes near; is_with: named after another's
    "with"."""

    text: str
    word: Word | None = None
    costume: Costume | None = None
    colours: list[str] = field(default_factory=list)
    seconds: list[str] = field(default_factory=list)
    pattern: str | None = None
    cuts: dict[str, str] = field(default_factory=dict)
    usual: tuple[str, ...] = ()
    is_plain: bool = False
    is_negated: bool = False
    is_approximate: bool = False
    is_with: bool = False
    avoided: list[tuple[str, str]] = field(default_factory=list)

    def may_take(self, name: str, value: str) -> bool:
        """Whether a cut that stands alone can be meant of it: bare shoulders of what comes without sleeves, no sleeves of a
        vest's."""
        return any(_may_take(word, name, value) for word in self.words)

    def cut(self, name: str, value: str) -> bool:
        """Cut it so, if that means anything for it and nothing else was said; whether it does."""
        if value == BARE:
            return self.may_take(name, value) and self.cut(name, "none")
        if not any(_has_cut(word, name) for word in self.words):
            return False
        self.cuts.setdefault(name, value)
        return True

    @property
    def words(self) -> tuple[Word, ...]:
        """The garments that it names."""
        return self.costume.women if self.costume else (self.word,) if self.word else ()

    @property
    def is_upper(self) -> bool:
        return any(word.slot in UPPER for word in self.words)


def _has_cut(word: Word, name: str) -> bool:
    if not word.kinds:
        return False
    if name in ("sleeve", "neckline"):
        return word.slot in UPPER
    return any(len(KINDS[kind].lengths) > 1 or (KINDS[kind].lengths and KINDS[kind].slot != Part.TOPWEAR) for kind in word.kinds)


def _may_take(word: Word, name: str, value: str) -> bool:
    if name == "sleeve":
        options = {option for kind in word.kinds for option in KINDS[kind].sleeves}
        return "none" in options if value == BARE else bool(options - {"none"})
    return _has_cut(word, name)


@dataclass(frozen=True)
class Cut:
    """A sleeve, length or neckline that stood alone. place: number of mentions before it."""

    name: str
    value: str
    place: int
    is_negated: bool = False


@dataclass
class Reading:
    """A prompt that was read. loose: sleeves and necklines of no garment; bare: slots that shall be; denied: garments;
    unknown: words that look like garments."""

    mentions: list[Mention] = field(default_factory=list)
    negated: list[Mention] = field(default_factory=list)
    bare: list[ClothingPart] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    loose: list[Cut] = field(default_factory=list)
    is_mans: bool = False


@dataclass
class Pending:
    """What was said before its noun came."""

    colours: list[str] = field(default_factory=list)
    base: list[str] = field(default_factory=list)
    seconds: list[str] = field(default_factory=list)
    pattern: str | None = None
    before_pattern: int = 0
    cuts: dict[str, str] = field(default_factory=dict)
    usual: tuple[str, ...] = ()
    is_plain: bool = False
    is_detail: bool = False
    is_same: bool = False
    adjectives: list[str] = field(default_factory=list)
    avoided: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.colours or self.base or self.seconds or self.pattern or self.cuts or self.is_plain or self.is_same)
