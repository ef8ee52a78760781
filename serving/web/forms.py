"""What programs may ask for: the fields of each form with their types and ranges, as /openapi.json shows them."""

from __future__ import annotations

from typing import Annotated

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field, Json

from pipeline.request import CLOTHING, HINT_KINDS, MAX_SEED, ClothingPart, parts_named

MOST_LETTERS = 10_000
MOST_GARMENTS = 4
_PART = "|".join(part.title for part in (*CLOTHING, ClothingPart.HEADWEAR))
_PARTS = rf"^({_PART})(, ?({_PART}))*$"
_SCALE, _SHARE = r"[01](\.\d{1,6})?", r"0(\.\d{1,6})?|1"
_HINT = rf"^({'|'.join(HINT_KINDS)})(:({_SCALE}|2)(:({_SHARE}):({_SHARE}))?)?$"
Finite = Annotated[float, Field(allow_inf_nan=False)]
Words = Annotated[str, Field(max_length=MOST_LETTERS)]
Parts = Annotated[str, Field(pattern=_PARTS, description="parts of an outfit, with commas between them")]
Person = Annotated[int, Field(ge=0, le=100, description="which of several people, 1 = the largest; 0 = the one under the mask")]


class Form(BaseModel):
    """Fields that there are not are a mistake, not something to be passed over."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class DetectForm(Form):
    character: UploadFile = Field(description="PNG, JPEG, WebP, AVIF, GIF or TIFF")
    words: Words = Field("", description="something else to find, such as 'apron'")
    parts: Parts | None = Field(None, description="what the mask shows; by default all clothing")


class DraftForm(Form):
    character: UploadFile = Field(description="PNG, JPEG, WebP, AVIF, GIF or TIFF")
    prompt: Words = Field(min_length=1, description="the outfit in English, Chinese or Japanese")
    negative_prompt: Words = Field("", description="what to leave out")
    mask: UploadFile | None = Field(None, description="where it may be drawn, white = there; by default everywhere")
    seed: int = Field(0, ge=0, le=MAX_SEED, description="for what the words do not say")
    person: Person = 0
    joints: Json[dict[str, tuple[Finite, Finite]]] | None = Field(
        None, description='joints put right by hand, {"wrist_l": [x, y]} in pixels'
    )


class SwapForm(Form):
    """One outfit swap, see `SwapRequest`; what is left out is as the model likes it."""

    character: UploadFile = Field(description="PNG, JPEG, WebP, AVIF, GIF or TIFF")
    mask: UploadFile | None = Field(None, description="white = repaint; by default the clothing is found")
    parts: Parts | None = Field(None, description="without a mask: what to change; by default what the words name")
    prompt: Words = Field("", description="the outfit in English, Chinese or Japanese; may be left out where there is a garment")
    negative_prompt: Words = Field("", description="what to leave out")
    garment: list[UploadFile] = Field([], max_length=MOST_GARMENTS, description="pictures of garments to wear")
    garment_scale: list[Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]] = Field(
        [], max_length=MOST_GARMENTS, description="how closely each of them is followed"
    )
    garment_parts: list[Parts] = Field([], max_length=MOST_GARMENTS, description="what each of them is for")
    lock_palette: bool = Field(False, description="the clothes get the garments' colours")
    draft: UploadFile | None = Field(None, description="the outfit as drawn by hand, transparent where nothing is")
    draft_first: bool = Field(True, description="false = no draft, from words alone")
    follow: float = Field(1.0, ge=0, le=1, allow_inf_nan=False, description="how closely the result follows the draft")
    hint: list[Annotated[str, Field(pattern=_HINT)]] = Field(
        [], max_length=len(HINT_KINDS), description="KIND[:SCALE[:START:END]]: what of the old drawing is followed"
    )
    seed: int | None = Field(None, ge=0, le=MAX_SEED, description="by default a new one")
    count: int = Field(1, ge=1, le=16, description="number of pictures, of this seed and those after it")
    profile: str = Field("", max_length=100, description="the model, see /api/v1/models")
    sampler: str | None = Field(None, max_length=100)
    steps: int | None = Field(None, ge=1, le=150)
    guidance: float | None = Field(None, ge=1, le=30, allow_inf_nan=False)
    strength: float = Field(1.0, ge=0.01, le=1, allow_inf_nan=False)
    grow: int = Field(0, ge=0, le=4096, description="pixels by which the mask is grown")
    feather: int = Field(2, ge=0, le=256, description="pixels softened inwards")
    loosen: float = Field(0.0, ge=0, le=1, allow_inf_nan=False, description="how far a sprite's outline may be left")
    soft_edge: int = Field(0, ge=0, le=1024, description="pixels drawn along beyond the mask")
    detail: bool = Field(True, description="a second pass at twice the size where it helps")
    person: Person = 0
    joints: Json[dict[str, tuple[Finite, Finite]]] | None = Field(None, description="as for a draft")


class UpscaleForm(Form):
    picture: UploadFile = Field(description="PNG, JPEG, WebP, AVIF, GIF or TIFF")
    scale: int = Field(2, ge=2, le=4, multiple_of=2, description="times its size")


def parts_of(text: str | None) -> tuple[ClothingPart, ...]:
    return parts_named(text or "")


def hints_of(texts: list[str]) -> dict[str, tuple[float, float, float]] | None:
    """None where none is named."""
    found = {}
    for text in texts:
        kind, *given = text.split(":")
        scale, start, end = [*map(float, given), *(1.0, 0.0, 1.0)[len(given) :]]
        found[kind] = scale, start, end
    return found or None
