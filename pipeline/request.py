"""The types that flow: what is asked for, what comes back, what may go wrong.

Everything a job needs is in one frozen `SwapRequest`; the page, the command line and the API build the same
type, and `OutfitSwapper` never looks anywhere else. Nothing here imports torch.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from wardrobe.outfit import Garment as Garment
from wardrobe.parts import CLOTHING as CLOTHING
from wardrobe.parts import ClothingPart as ClothingPart

Image8 = NDArray[np.uint8]  # H x W x 4 RGBA, or H x W single channel, 0..255


MAX_SEED = 2**31 - 1  # of seeds that are drawn by lot
NO_SUCH_PERSON = "Person {person} is asked for, but {count} are to be seen here; please choose a smaller number."
# what cannot come out as it was asked for, which the page can mend
WEAK = "At a strength of {strength} the old clothes shine through, so the {kind} cannot take its colour; please raise it."
CUT_OFF = "The mask leaves no room for all of this: {garments}; please extend the mask."
FACE_PAINTED = "The mask covers a face, which is drawn anew; please take the face out of the mask if it is to stay."
SHARED = "The mask lies on {count} people, of whom one is dressed; please choose the person or paint over one alone."
SEVERAL = "There are {count} people here, so the largest one is dressed; choose another one or paint over their clothes."
HINT_KINDS = ("inpaint", "lineart", "canny", "softedge", "pose", "depth", "segmentation")  # that any model knows
OFF: Final = "off"  # instead of a draft: none is made


class UserError(ValueError):
    """Something the user can put right; `str(error)` is one friendly sentence that says what to do."""


class Cancelled(Exception):
    """Raised by a step callback to stop the running job; its picture is thrown away."""


def parts_named(text: str) -> tuple[ClothingPart, ...]:
    """Parts of an outfit from words with commas between them. Raises `UserError` for one that there is not."""
    known = {part.title: part for part in (*CLOTHING, ClothingPart.HEADWEAR)}
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if wrong := [word for word in words if word not in known]:
        raise UserError(f"There is no part called {wrong[0]!r}, please choose from: {', '.join(known)}.")
    return tuple(known[word] for word in words)


@dataclass(frozen=True)
class Hint:
    """One spatial condition for a control network.

    kind: a hint that the profile knows ("inpaint", "lineart", ...); scale: 0..2; start, end: the span of the
    sampling during which it acts, as fractions 0..1; image: H x W (x 3) uint8 of the character's size, or None
    to read it from the character.
    """

    kind: str
    scale: float = 1.0
    start: float = 0.0
    end: float = 1.0
    image: Image8 | None = None


@dataclass(frozen=True)
class GarmentPicture:
    """A picture of a garment to wear.

    image: H x W x 4 uint8 RGBA; scale: how closely it is followed, 0..2; parts: where it is worn, none for everywhere in the
    mask; region: the same as a mask of the character, 255 = here, which detection makes of the parts. lock_palette: what is
    drawn there gets the picture's colours, whatever the model made of them (`pipeline.palette`).
    """

    image: Image8
    scale: float = 1.0
    parts: tuple[ClothingPart, ...] = ()
    region: Image8 | None = None
    lock_palette: bool = False


@dataclass(frozen=True)
class LoRA:
    """A low-rank adapter file and how strongly it is applied (0..2)."""

    path: str
    scale: float = 1.0


@dataclass(frozen=True)
class SwapRequest:
    """One outfit swap, complete: the same request always gives the same pictures.

    character: H x W x 4 uint8 RGBA, straight alpha.
    mask: H x W uint8, 255 = repaint, or None to detect the clothing. Any size; scaled to the character. parts: with no
    mask, which parts to change, none for all clothing with bare arms and legs; protect: which to keep whatever the mask
    says, beside face, neck and hands. notes: what the user should hear about with the result.
    grow, feather: pixels of the character by which the composite mask is grown / softened inwards, as far as the old garment.
    soft_edge: pixels beyond the mask that are drawn along, the farther the less, so that the border fits (differential
    diffusion); they are not pasted. loosen: 0..1, how far beyond the old silhouette a new garment may reach on a transparent
    sprite. strength: 0..1, 1 = start from pure noise inside the mask. guidance: classifier-free guidance, 1 = off.
    draft: the new outfit as drawn by hand or by an earlier draft, H x W x 4 uint8, opaque where it draws; None = one is
    drawn from the words, "off" = none. follow: 0..1, how closely the result follows the draft. joints: where the user has
    placed joints, by the names of `models.hint_reader.JOINTS`, x and y in pixels. person: which of several people, see
    `Detection.people`; 0 = the one that the mask lies on, else the largest.
    """

    character: Image8
    seed: int
    mask: Image8 | None = None
    parts: tuple[ClothingPart, ...] = ()
    protect: tuple[ClothingPart, ...] = ()
    prompt: str = ""
    negative_prompt: str = ""
    garments: tuple[GarmentPicture, ...] = ()
    hints: tuple[Hint, ...] = (Hint("inpaint"), Hint("lineart", 0.6, 0.0, 0.7))
    steps: int = 25
    guidance: float = 4.0
    strength: float = 1.0
    sampler: str = "ddim"
    count: int = 1
    grow: int = 0
    feather: int = 2
    loosen: float = 0.0
    soft_edge: int = 0
    detail_pass: bool = True
    profile: str = "bundled"
    loras: tuple[LoRA, ...] = ()
    notes: tuple[str, ...] = ()
    draft: Image8 | Literal["off"] | None = None
    follow: float = 1.0
    joints: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    person: int = 0

    def to_bytes(self) -> bytes:
        """Serialise without pickle, for another process or machine."""
        arrays: dict[str, Image8] = {}

        def plain(value: Any, name: str) -> Any:
            if isinstance(value, np.ndarray):
                arrays[name] = value
                return {"array": name}
            if isinstance(value, dict):
                return {key: plain(item, f"{name}.{key}") for key, item in value.items()}
            if isinstance(value, (list, tuple)):
                return [plain(item, f"{name}.{index}") for index, item in enumerate(value)]
            return value

        text = json.dumps({f.name: plain(_as_plain(getattr(self, f.name)), f.name) for f in fields(self)})
        buffer = io.BytesIO()
        np.savez_compressed(buffer, json=np.frombuffer(text.encode(), np.uint8), **arrays)  # type: ignore[arg-type]
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> SwapRequest:
        """Inverse of `to_bytes`."""
        with np.load(io.BytesIO(data), allow_pickle=False) as store:
            arrays = {name: store[name] for name in store.files}

        def rich(value: Any) -> Any:
            if isinstance(value, dict):
                return arrays[value["array"]] if set(value) == {"array"} else {k: rich(v) for k, v in value.items()}
            return [rich(item) for item in value] if isinstance(value, list) else value

        values = rich(json.loads(arrays["json"].tobytes()))
        values["parts"] = tuple(ClothingPart(part) for part in values["parts"])
        values["protect"] = tuple(ClothingPart(part) for part in values["protect"])
        values["hints"] = tuple(Hint(**hint) for hint in values["hints"])
        values["garments"] = tuple(
            GarmentPicture(**{**garment, "parts": tuple(ClothingPart(part) for part in garment["parts"])})
            for garment in values["garments"]
        )
        values["notes"] = tuple(values["notes"])
        values["loras"] = tuple(LoRA(**lora) for lora in values["loras"])
        values["joints"] = {name: (x, y) for name, (x, y) in values["joints"].items()}
        return cls(**values)


def _as_plain(value: Any) -> Any:
    if isinstance(value, (Hint, LoRA, GarmentPicture)):
        return {f.name: _as_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return tuple(_as_plain(item) for item in value)
    return int(value) if isinstance(value, ClothingPart) else value


@dataclass(frozen=True)
class Step:
    """What a step callback is told. preview: small H x W x 3 uint8 picture of the whole character, or None.

    stage: "wait" while others are drawn for, "load" while the model comes into memory, which `model` then names, "draw" and
    "detail"; "upscale" of an enlargement.
    """

    index: int
    total: int
    image: int = 0
    images: int = 1
    preview: Image8 | None = None
    stage: str = "draw"
    model: str = ""


OnStep = Callable[[Step], None]


@dataclass(frozen=True)
class SwapResult:
    """Pictures of one request, in order of their seeds.

    images: H x W x 4 uint8, identical to the character wherever `mask` is 0. mask: H x W uint8, the composite
    mask used. outfits: the new clothing alone on transparency. drafts: what was drafted, as `SwapRequest.draft`; none
    where there was no draft. metadata: enough to replay the request.
    """

    images: tuple[Image8, ...]
    seeds: tuple[int, ...]
    mask: Image8
    outfits: tuple[Image8, ...] = ()
    drafts: tuple[Image8, ...] = ()
    seconds: float = 0.0
    timings: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def draft(self) -> Image8 | None:
        """Of the first picture."""
        return self.drafts[0] if self.drafts else None


@dataclass(frozen=True)
class Upscaled:
    """An enlarged picture, uint8 with as many channels as the small one. warnings: sentences on how it was made."""

    image: Image8
    seconds: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choices:
    """What a garment of a draft may become. kinds: of the same part; colours: sRGB by name; lengths, sleeves, necklines: none
    for what has only one; handles: what can be lengthened by hand, of `wardrobe.handles.HANDLES`."""

    kinds: tuple[str, ...]
    colours: Mapping[str, tuple[int, int, int]]
    lengths: tuple[str, ...] = ()
    sleeves: tuple[str, ...] = ()
    necklines: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drafted:
    """A draft on its own. image: H x W x 4 uint8, opaque where it draws; worn: H x W x 4, the character in it; garments: what
    is drawn, from the skin outwards, choices: what each may become; parts: each garment's own pixels, as `image`; as_svg: writes
    `svg`; mask: H x W uint8, what a swap would repaint; beyond: H x W uint8, 255 = what the painted mask has cut off, None where
    that is next to nothing; joints: the body's, x and y in pixels; notes: for the user. image is None where no draft can be
    made, which the notes say."""

    image: Image8 | None
    worn: Image8 | None = None
    garments: tuple[Garment, ...] = ()
    choices: tuple[Choices, ...] = ()
    parts: tuple[Image8, ...] = ()
    as_svg: Callable[[], str] = str
    mask: Image8 | None = None
    beyond: Image8 | None = None
    joints: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def svg(self) -> str:
        """The garments as curves, also what lies behind hair and hands; "" for a draft of the user's own."""
        return self.as_svg()


@dataclass(frozen=True)
class DetectRequest:
    """Where the clothing of a character is. character: H x W x 4 uint8 RGBA, straight alpha. words: things to find
    besides ("apron"), empty for none."""

    character: Image8
    words: str = ""


@dataclass(frozen=True)
class Click:
    """Something pointed at: pixel of the character, x to the right and y down; add: it belongs to the region, or does not."""

    x: float
    y: float
    add: bool = True


@dataclass(frozen=True)
class Detection:
    """What is what in a character's picture.

    labels: H x W uint8, values of `ClothingPart`. keep: H x W uint8, 255 = face, neck or bare hand, which no clothing may
    cover. named: H x W uint8, 255 = what the words name, None without words. confidence: 0..1 of every part that is there.
    warnings: sentences that say what looks doubtful and what to do. people: H x W uint8, whose every pixel is: 0 nobody's, 1 the
    largest person's, 2 the next's ...; None where nobody was told apart. others: H x W bool, people that are not meant.
    """

    labels: Image8
    keep: Image8
    named: Image8 | None = None
    confidence: Mapping[ClothingPart, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    people: Image8 | None = None
    others: NDArray[np.bool_] | None = None

    @property
    def count(self) -> int:
        """How many people are told apart."""
        return int(self.labels.any()) if self.people is None else int(self.people.max())

    def only(self, person: int) -> Detection:
        """The same with one person alone, by the number in `people`; the others are protected. Raises `UserError` for a
        number that nobody has."""
        if person > max(1, self.count):
            raise UserError(NO_SUCH_PERSON.format(person=person, count=self.count))
        if self.people is None or self.count < 2:
            return self
        others = (self.people > 0) & (self.people != person)
        own = [np.where(others, np.uint8(0), plane) for plane in (self.labels, self.keep)]
        named = None if self.named is None else np.where(others, np.uint8(0), self.named)
        return replace(self, labels=own[0], keep=own[1], named=named, others=others)

    @property
    def parts(self) -> tuple[ClothingPart, ...]:
        """Parts of an outfit that were found, headwear too."""
        return tuple(part for part in (*CLOTHING, ClothingPart.HEADWEAR) if part in self.confidence)

    def mask(self, parts: Sequence[ClothingPart] = CLOTHING) -> Image8:
        """H x W uint8, 255 where one of these parts is, or what the words named."""
        chosen = np.isin(self.labels, list(parts))
        if self.named is not None:
            chosen |= self.named > 0
        return chosen.astype(np.uint8) * np.uint8(255)

    def protected(self, parts: Sequence[ClothingPart] = (ClothingPart.HAIR, ClothingPart.HELD)) -> Image8:
        """H x W uint8, 255 = must not change: face, neck and hands always, these parts, and people that are not meant."""
        chosen = np.isin(self.labels, list(parts))
        return np.where(chosen if self.others is None else chosen | self.others, np.uint8(255), self.keep)
