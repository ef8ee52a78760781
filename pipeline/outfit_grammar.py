"""A prompt's words -> what is said of each garment, by a grammar of tags and sentences.

Clauses lie between commas and full stops. Within one, colours, patterns and cuts are gathered until the noun comes that they
belong to; what follows a noun after "in", "with" or "is" belongs to it too. So does a clause of nothing but colours.
"""

from __future__ import annotations

from pipeline.outfit_reading import UPPER, Cut, Mention, Pending, Reading
from pipeline.outfit_tokens import Token, clauses
from pipeline.outfit_words import Word, lexicon
from wardrobe.outfit import MAIN_SLOTS
from wardrobe.parts import ClothingPart

_ARTICLES = frozenset(("a", "an", "the", "her", "his"))
_SLEEVES = frozenset(("sleeve", "sleeves", "袖", "袖子"))
_WHOSE = frozenset(("costume", "uniform", "cosplay"))
_NOUNS_AND_LINKS = frozenset(("garment", "costume", "thing", "and", "with", "in", "break", "not"))
_OF = frozenset(("的", "の"))
_IS_NOT = frozenset(("不是", "not", "non", "isnt", "anything but"))
_RATHER = frozenset(("instead of", "rather than", "not", "而不是", "不是"))


def read(text: str) -> Reading:
    """Everything that a prompt without weights says of clothes."""
    reader = _Reader()
    for clause in clauses(text):
        reader.clause(clause)
    reader.settle()
    return reader.reading


def _is_denim(word: Word | None) -> bool:
    """Whether it is blue unless something else is said: a white shirt and jeans."""
    return word is not None and word.usual[:1] == ("blue",)


def _refined(noun: str, adjectives: list[str]) -> Word | None:
    """What a noun with one of these words before it is called: "long black gloves" are "long gloves"."""
    for adjective in reversed(adjectives):
        sense = lexicon().english.get(f"{adjective} {noun}")
        if sense and sense.role == "garment":
            return sense.word
    return None


def _next_role(rest: list[Token]) -> str:
    """Of the first thing that follows and can have a colour."""
    roles = (token.sense.role for token in rest)
    return next((role for role in roles if role in (*_NOUNS_AND_LINKS, "near", "detail", "pattern")), "")


class _Reader:
    """Goes through the clauses; `reading` is what it has found so far."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.pending = Pending()
        self.last: Mention | None = None  # the garment before, in this clause
        self.shared: Mention | None = None  # "black hat and gloves": the hat
        self.old: Mention | None = None  # what "change ... to" changes
        self.is_negated = self.is_linked = self.is_with = self.is_whole = self.is_replacing = self.is_taking = False
        self.previous = self.negation = ""

    def clause(self, tokens: list[Token]) -> None:
        known = lexicon()
        if any(token.text in known.men for token in tokens) and not any(token.text in known.women for token in tokens):
            self.reading.is_mans = True
        self.is_negated = self.is_linked = self.is_with = self.is_whole = self.is_replacing = self.is_taking = False
        self.last = self.shared = self.old = None
        self.previous = ""
        for index, token in enumerate(tokens):
            self.take(token, tokens[index + 1 :])
            if token.sense.role != "filler":
                self.previous = token.sense.role
        self._end_clause(tokens)

    def take(self, token: Token, rest: list[Token]) -> None:
        sense, pending = token.sense, self.pending
        match sense.role:
            case "colour":
                pending.colours.append(sense.value)
            case "guarded":
                if self._is_colour(rest):
                    pending.colours.append(sense.value)
                elif not rest:  # "white rose"
                    self.pending = Pending()
            case "cut":
                name, _, value = sense.value.partition("=")
                pending.cuts[name] = value
                pending.adjectives.append(token.text)
            case "pattern":
                pending.pattern = pending.pattern or sense.value
                pending.before_pattern = len(pending.colours)
                pending.adjectives.append(token.text)
            case "material":
                pending.usual = tuple(colour.strip() for colour in sense.value.split(",")) if sense.value else ()
                pending.adjectives.append(token.text)
            case "other":
                pending.adjectives.append(token.text)
            case "plain":
                pending.is_plain = True
            case "same":
                pending.is_same = True
            case "whole":
                self.is_whole = True
            case "detail":
                self._take_detail(token, rest)
            case "absent":
                self._take_absent(token, rest)
            case "garment" | "near" | "costume" | "lacking":
                self._take_garment(token, rest)
            case "bare":
                self.reading.bare += [part for part in ClothingPart if part.title in sense.value.split(", ")]
                self.pending = Pending()
            case "thing":
                if sense.value == "hard" or not (rest and rest[0].sense.role in ("garment", "detail", "pattern", "costume")):
                    self.pending = Pending()
            case _:
                self._take_grammar(token, rest)

    def _is_colour(self, rest: list[Token]) -> bool:
        """Whether a word like "rose" or "wine" means the colour here."""
        following = next((token for token in rest if token.sense.role not in ("filler", "material", "cut", "other")), None)
        if rest and rest[0].text.startswith(("colo", "hued", "tinted")):
            return True
        if following is None:
            return self.is_linked or bool(self.last) or self.is_with or not self.pending.colours
        return following.sense.role in ("garment", "pattern", "detail", "costume", "and", "colour", "guarded", "plain", "near")

    def _take_detail(self, token: Token, rest: list[Token]) -> None:
        pending = self.pending
        if token.text in _SLEEVES and pending.cuts.get("length") in ("short", "long"):  # "long white sleeves"
            pending.cuts["sleeve"] = pending.cuts.pop("length")
        if self.is_negated:
            self.pending = Pending()
            self.is_negated = not (rest and rest[0].text in _OF)
            return
        if token.sense.value != "prints":  # a lace collar makes no lace dress
            pending.pattern = None
        noun = next((other.sense.role for other in rest if other.sense.role in _NOUNS_AND_LINKS), "")
        if rest and (rest[0].sense.role == "garment" or (self.last is None and noun == "garment")):  # "white collar shirt"
            pending.seconds += pending.colours
            pending.colours = []
        else:
            pending.is_detail = True

    def _take_absent(self, token: Token, rest: list[Token]) -> None:
        """Something worn that the wardrobe does not have."""
        if not (rest and rest[0].sense.role in ("garment", "detail")):
            self.pending = Pending()
            if not self.is_negated and not (rest and rest[0].sense.role == "not after"):
                self.reading.unknown.append(token.text)

    def _take_garment(self, token: Token, rest: list[Token]) -> None:
        word, costume = token.sense.word, token.sense.costume
        if self._is_adjective(token, rest):
            self.pending.adjectives.append(token.text)
            self.pending.usual = self.pending.usual or (word.usual if word else ())
            return
        if self.is_negated and rest and rest[0].sense.role == "detail" and token.text.isascii():  # "no shirt collar"
            return
        word = _refined(token.text, self.pending.adjectives) or word
        if costume and token.text in _WHOSE and self.previous == "other" and not self.is_negated:
            self.reading.unknown.append(f"{self.pending.adjectives[-1]} {token.text}")  # "rapper costume"
        is_qualified = bool(self.pending.adjectives)
        text = token.sense.value if token.sense.role == "lacking" else token.text
        is_with = self.is_with and self.last is not None
        mention = Mention(text, word, costume, is_approximate=token.sense.role == "near", is_with=is_with)
        mention.is_negated = self.is_negated or token.sense.role == "lacking"
        is_other = self.negation in _IS_NOT and bool(self.pending)  # "not a red skirt" is a skirt
        if mention.is_negated and is_other and not mention.costume:
            mention.is_negated = False
            self._attach(mention)
            self.is_negated = False
        avoided = self.pending.avoided
        self._give(mention)
        mention.avoided += avoided
        if mention.is_negated:
            self.reading.negated.append(mention)
            self.shared = None
            return
        if self.is_replacing and self.old is None:
            self.old = mention
        elif self.is_replacing and self.old in self.reading.mentions:
            self.reading.mentions.remove(self.old)
        if self.shared and not mention.colours and not is_qualified and self._shares(word):
            mention.colours = list(self.shared.colours[:1])
        self.shared = None
        self.reading.mentions.append(mention)
        self.last = mention
        self.is_linked = self.is_with = False

    def _shares(self, word: Word | None) -> bool:
        """Whether "black hat and gloves" are both black: not "white shirt and tie", not "white shirt and jeans"."""
        one = self.shared.word if self.shared else None
        return (
            one is not None and word is not None and not _is_denim(word) and (one.slot in MAIN_SLOTS) == (word.slot in MAIN_SLOTS)
        )

    @staticmethod
    def _is_adjective(token: Token, rest: list[Token]) -> bool:
        """Whether a garment's name only says of which kind the next one is: "hoodie dress", "off shoulder white gown"."""
        nouns = [other.sense for other in rest[:2] if other.text not in _OF] if rest and rest[0].text in _OF else None
        following = nouns[0] if nouns else rest[0].sense if rest else None
        if token.sense.costume:
            if nouns:
                return bool(nouns[0].costume and not nouns[0].costume.is_vague)
            return following is not None and following.role in ("garment", "near")  # "princess ball gown"
        if token.text in lexicon().adjectives:
            ahead = next(
                (other.sense for other in rest if other.sense.role in ("garment", "costume", "and", "with", "break")), None
            )
            return ahead is not None and (ahead.costume is not None or (ahead.word is not None and ahead.word.slot in UPPER))
        word, other = token.sense.word, following.word if following and not nouns else None
        return word is not None and other is not None and (word.slot == other.slot or {word.slot, other.slot} <= set(UPPER))

    def _give(self, mention: Mention) -> None:
        """What is pending becomes the mention's."""
        pending, self.pending = self.pending, Pending()
        colours, seconds = pending.colours, list(pending.seconds)
        if pending.pattern and 0 < pending.before_pattern < len(colours):  # "blue striped white shirt"
            seconds += colours[: pending.before_pattern]
            colours = colours[pending.before_pattern :]
        if pending.base:
            colours, seconds = pending.base, seconds + colours
        if pending.is_same and self.reading.mentions and not colours:
            colours = self.reading.mentions[-1].colours[:1]
        mention.colours = list(colours)
        mention.seconds = seconds
        mention.pattern, mention.usual, mention.is_plain = pending.pattern, pending.usual, pending.is_plain
        for name, value in pending.cuts.items():
            mention.cut(name, value)

    def _attach(self, mention: Mention) -> None:
        """What is pending becomes the mention's that came before it."""
        pending, self.pending = self.pending, Pending()
        if self.is_negated:
            mention.avoided += [("colour", colour) for colour in pending.colours]
            mention.avoided += [("pattern", pending.pattern)] if pending.pattern else []
            mention.avoided += list(pending.cuts.items())
            return
        mention.word = mention.word and (_refined(mention.text, pending.adjectives) or mention.word)
        is_trim = pending.is_detail or self.is_with or (pending.pattern is not None and bool(mention.colours))
        own = pending.base if is_trim else [*pending.base, *pending.colours]
        seconds = [*pending.seconds, *(pending.colours if is_trim else [])]
        if own and not mention.colours:
            mention.colours = own
        elif not mention.seconds and len(mention.colours) < 2:
            mention.seconds = own
        mention.seconds = mention.seconds or seconds
        mention.pattern = mention.pattern or pending.pattern
        mention.usual = mention.usual or pending.usual
        mention.is_plain |= pending.is_plain
        for name, value in pending.cuts.items():
            if not mention.cut(name, value):
                self._loose(name, value)

    def _take_grammar(self, token: Token, rest: list[Token]) -> None:
        match token.sense.role:
            case "filler":
                if token.text in _ARTICLES:
                    self.shared = None
                elif token.text in _OF and self.is_negated and self.previous in ("garment", "detail", "costume"):
                    self.is_negated = False  # "没有领带的校服"
            case "and":
                self._take_and(rest)
            case "with":
                if self.last and self.pending:
                    self._attach(self.last)
                elif self._is_of_before() and _next_role(rest) in ("garment", "near", "costume"):
                    self._attach(self.reading.mentions[-1])  # "dirndl, green with a white blouse"
                elif self.pending.colours and not self.pending.is_detail:
                    self.pending.base, self.pending.colours = self.pending.colours, []
                self.is_with, self.is_linked, self.is_negated, self.shared = True, False, False, None
            case "in":
                is_list = token.text == ":"  # what it is made of follows: "suit in brown: jacket and trousers"
                if self.pending and self.last and (is_list or not self.is_linked):
                    self._attach(self.last)
                self.is_linked, self.is_with = True, False
                self.is_negated = self.is_negated and not is_list
            case "not":
                if self.pending and self.last:
                    self._attach(self.last)
                elif token.text in _RATHER and self._is_of_before():  # "maid outfit, but pink instead of black"
                    self._attach(self.reading.mentions[-1])
                self.pending = Pending() if self.last else self.pending
                self.is_negated, self.is_linked, self.negation = True, False, token.text
            case "not after":
                self._negate_last()
            case "replace":
                self.is_replacing = True
            case "take":
                self.is_taking = True
            case "off":
                if self.is_taking:  # "take the hat off"
                    self._negate_last()
            case "break":
                if self.pending and self.last:
                    self._attach(self.last)
                elif self.is_with and self.pending.pattern and self.reading.mentions:  # "dress, with flowers on it"
                    self._attach(self.reading.mentions[-1])
                elif not self.is_whole and not self.is_linked:
                    self.pending = Pending(base=self.pending.base)
                self.is_negated = self.is_negated and self.previous == "not"
                self.is_linked = self.is_with = False
                self.shared = None

    def _is_of_before(self) -> bool:
        """Whether the colours that begin a clause are those of the garment before, of which none was said."""
        mentions = self.reading.mentions
        return bool(not self.last and self.pending.colours and mentions and not mentions[-1].colours)

    def _take_and(self, rest: list[Token]) -> None:
        is_trim = self.is_with and self.previous in ("other", "pattern")  # "with white strings and"
        is_over = bool(rest) and rest[0].text in ("a", "an") and bool(self.pending)  # "in red and a hat"
        if (self.pending.is_detail or is_trim or is_over) and self.last:
            self._attach(self.last)
        elif self.pending and self.last and (self.is_linked or self.is_with):
            following = [
                token.sense.role for token in rest if token.sense.role not in ("filler", "material", "cut", "pattern", "other")
            ]
            colours = next((i for i, role in enumerate(following) if role not in ("colour", "guarded")), len(following))
            if colours < len(following) and following[colours] in ("garment", "costume") and self.is_linked:
                self._attach(self.last)
        if not self.pending:
            self.shared = self.last

    def _negate_last(self) -> None:
        if self.pending and not self.last:  # "赤ではないスカート"
            self.pending = Pending(avoided=[("colour", colour) for colour in self.pending.colours])
            return
        if self.pending and self.last:  # "柄なし"
            self.is_negated = True
            self._attach(self.last)
            self.is_negated = False
        elif self.last and self.last in self.reading.mentions:
            self.reading.mentions.remove(self.last)
            self.last.is_negated = True
            self.reading.negated.append(self.last)
            self.last = None
        self.pending = Pending()

    def _end_clause(self, tokens: list[Token]) -> None:
        if self.previous == "not" and self.last and not self.pending:  # "外套脱掉"
            self._negate_last()
        pending = self.pending
        if not pending:
            self.pending = Pending()
            return
        if self.last and (pending.colours or pending.pattern or pending.is_detail or pending.base or pending.is_plain):
            self._attach(self.last)
            return
        before = self.reading.mentions[-1] if self.reading.mentions else None
        is_clothing = all(token.sense.value != "hard" for token in tokens)
        is_bare = all(token.sense.role not in ("other", "thing", "break") for token in tokens)
        if self.is_negated:
            for name, value in pending.cuts.items():
                self._loose(name, value, is_negated=True)
            if pending.colours and before:
                self._attach(before)
        elif before and is_clothing and pending.is_detail:  # "black dress, white collar"
            self._attach(before)
        elif (self.is_whole or self.is_linked) and pending.colours and not (before and not before.colours and is_bare):
            mention = Mention("outfit", costume=lexicon().english["outfit"].costume)
            self._give(mention)
            self.reading.mentions.append(mention)
        elif before and not before.colours and is_bare and (pending.colours or pending.base):
            self._attach(before)
        elif is_bare and pending.colours and not pending.cuts:
            return  # for the noun of the next clause
        elif before and before.pattern is None and pending.pattern and is_bare:
            self._attach(before)
        for name, value in pending.cuts.items() if self.pending is pending and is_clothing and not self.is_negated else ():
            self._loose(name, value)
        self.pending = Pending()

    def _loose(self, name: str, value: str, is_negated: bool = False) -> None:
        self.reading.loose.append(Cut(name, value, len(self.reading.mentions), is_negated))

    def settle(self) -> None:
        """Give the cuts that stood alone to the garments that they can belong to: the nearest before, or else after."""
        kept: list[Cut] = []
        for cut in self.reading.loose:
            before, after = self.reading.mentions[cut.place - 1 :: -1] if cut.place else [], self.reading.mentions[cut.place :]
            able = [mention for mention in (*before, *after) if mention.may_take(cut.name, cut.value)]
            if cut.is_negated:
                for mention in able:
                    mention.avoided.append((cut.name, cut.value))
            elif open_ones := [mention for mention in able if cut.name not in mention.cuts]:
                open_ones[0].cut(cut.name, cut.value)
            elif not any(mention.is_upper for mention in self.reading.mentions):
                kept.append(cut)
        self.reading.loose = kept
