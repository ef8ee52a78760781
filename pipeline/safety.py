"""What is refused, what is withheld, and what an operator may switch off.

Characters here may look young, so requests for nudity or sexualised content are refused as a whole (`pipeline.refusals`);
the negative prompt works against it; judges look at every picture that enters or leaves (`models.picture_judges`); and every
result is marked (`pipeline.marking`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from models.prompt_weights import without_weights
from pipeline.images import flatten
from pipeline.refusals import check_prompt
from pipeline.request import Drafted, Image8, SwapRequest, SwapResult, UserError

if TYPE_CHECKING:
    from models.picture_judges import PictureJudge

OFF = "CC_SAFETY_OFF"  # environment variable: names of what is switched off, with commas between
NEGATIVE = "nsfw, nude, naked, nipples, genitals, topless, bottomless, underwear, cleavage, sexually suggestive, explicit"
SOME_WITHHELD = "{count} of {total} results were not suitable to be shown and are left out; please choose other seeds for them."
PHOTOGRAPH = "This looks like a photograph of a real person, please choose a drawn character."
UNSUITABLE = "This {what} is not suitable here, please choose another one."
WITHHELD = "This result was not suitable to be shown, please describe the clothing in other words or choose another seed."
WHITE = (255, 255, 255)
LOOKED_AT = 768  # pixels: larger pictures are looked at smaller, but never with a long side below this

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SafetyRules:
    """What may be switched off; the refusal of words and the marks of results are no rules and always on.

    rating: pictures that are judged explicit are refused where they enter and withheld where they leave; photographs: they are
    refused as characters; negative: the fixed negative prompt is added.
    """

    rating: bool = True
    photographs: bool = True
    negative: bool = True

    def applied(self, judges: Iterable[PictureJudge]) -> tuple[PictureJudge, ...]:
        """The judges that these rules leave to work."""
        return tuple(judge for judge in judges if judge.role in self.roles)

    @property
    def roles(self) -> frozenset[str]:
        """Of the judges that are on."""
        from models.picture_judges import PHOTOGRAPHS, RATING  # what may be switched off is read before torch is there

        return frozenset(role for role, is_on in ((RATING, self.rating), (PHOTOGRAPHS, self.photographs)) if is_on)


def read_rules(environment: Mapping[str, str] = os.environ) -> SafetyRules:
    """What the operator has left on; each thing switched off is logged as a warning. Raises `UserError` for unknown names."""
    names = [field.name for field in fields(SafetyRules)]
    off = dict.fromkeys(name.strip().lower() for name in environment.get(OFF, "").split(",") if name.strip())
    for name in off:
        if name not in names:
            raise UserError(f"{OFF} cannot switch off {name!r}, please name only: {', '.join(names)}.")
        _log.warning("Safety: %s is switched off by %s; whoever runs this answers for it.", name, OFF)
    return SafetyRules(**dict.fromkeys(off, False))


def check_words(prompt: str, negative_prompt: str = "") -> None:
    """Raise `UserError` for what `check_prompt` refuses, in the words as they were typed or as a model reads them."""
    check_prompt(prompt, negative_prompt)
    read = without_weights(prompt), without_weights(negative_prompt)
    if read != (prompt, negative_prompt):
        check_prompt(*read)


def negative_prompt(*texts: str) -> str:
    """The fixed negative prompt, the profile's and the user's as one, in this order: where a text is cut, its end is."""
    return ", ".join(text for text in (text.strip(" ,") for text in (NEGATIVE, *texts)) if text)


def check_entering(request: SwapRequest, judges: Sequence[PictureJudge]) -> None:
    """All pictures of a request. Raise `UserError` for one that is judged explicit, or a character that is judged to be a
    photograph."""
    check_character(request.character, judges)
    if isinstance(request.draft, np.ndarray):
        check_photograph(request.draft, judges)
        check_picture(request.draft, judges, "draft")
    for garment in request.garments:
        check_picture(garment.image, judges, "garment")
    for hint in request.hints:
        if hint.image is not None:
            check_picture(hint.image, judges, f"{hint.kind} hint")


def check_character(picture: Image8, judges: Sequence[PictureJudge]) -> None:
    """picture: H x W x 4 uint8 RGBA. Raise `UserError` if it is judged to be a photograph, or explicit."""
    check_photograph(picture, judges)
    check_picture(picture, judges, "character")


def check_photograph(picture: Image8, judges: Iterable[PictureJudge]) -> None:
    from models.picture_judges import PHOTOGRAPHS

    if _refused(picture, judges, PHOTOGRAPHS):
        raise UserError(PHOTOGRAPH)


def check_picture(picture: Image8, judges: Iterable[PictureJudge], what: str) -> None:
    """picture: H x W (x 3 or 4) uint8; what: what it shows, in the sentence. Raise `UserError` if it is judged explicit."""
    if not may_be_shown(picture, judges):
        raise UserError(UNSUITABLE.format(what=what))


def may_be_shown(picture: Image8, judges: Iterable[PictureJudge]) -> bool:
    """Whether nothing judges H x W (x 3 or 4) uint8 explicit."""
    from models.picture_judges import RATING

    return not _refused(picture, judges, RATING)


def only_shown_draft(drafted: Drafted, judges: Iterable[PictureJudge]) -> Drafted:
    """The same. Raise `UserError` if the character in it is judged explicit."""
    if drafted.worn is not None and not may_be_shown(drafted.worn, judges):
        raise UserError(WITHHELD)
    return drafted


def only_shown(result: SwapResult, judges: Sequence[PictureJudge]) -> SwapResult:
    """The result without pictures that are judged explicit: they must not be shown or saved. A note says how many they were.
    Raises `UserError` where none is left."""
    shown = [i for i, picture in enumerate(result.images) if may_be_shown(picture, judges)]
    if len(shown) == len(result.images):
        return result
    if not shown:
        raise UserError(WITHHELD)

    def only(column: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(column[i] for i in shown) if column else ()

    said = SOME_WITHHELD.format(count=len(result.images) - len(shown), total=len(result.images))
    columns: dict[str, Any] = {name: only(getattr(result, name)) for name in ("images", "seeds", "outfits", "drafts")}
    return replace(result, **columns, warnings=(*result.warnings, said))


def _refused(picture: Image8, judges: Iterable[PictureJudge], role: str) -> bool:
    asked = [judge for judge in judges if judge.role == role]
    seen = seen_by_judges(picture) if asked else picture
    return any(judge.refuses(seen) for judge in asked)


def seen_by_judges(picture: Image8) -> Image8:
    """H x W x 3 uint8 on white without empty borders, so that a small figure on a large sheet is looked at closely."""
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    if picture.shape[2] == 4:
        rows, columns = (np.flatnonzero(picture[..., 3].any(axis=axis)) for axis in (1, 0))
        if rows.size:
            picture = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = max(picture.shape[:2]) // LOOKED_AT
    if factor > 1:
        picture = np.asarray(Image.fromarray(picture).reduce(min(factor, *picture.shape[:2])))
    return flatten(picture, WHITE)
