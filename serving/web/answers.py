"""What programs are told, as /openapi.json shows it."""

from __future__ import annotations

import base64
import io
from typing import Any

from pydantic import BaseModel, Field

from models.profiles import ModelProfile
from pipeline.images import save_png
from pipeline.request import Drafted, Image8
from serving.journal import State
from serving.service import Status


class Problem(BaseModel):
    detail: str = Field(description="one sentence that says what to do")


class PictureAnswer(BaseModel):
    name: str = Field(description="image-1, outfit-1, draft-1, image-2 ...")
    url: str
    seed: int | None = None


class ResultAnswer(BaseModel):
    pictures: list[PictureAnswer]
    notes: list[str] = Field(description="what came out otherwise than asked for")
    seconds: float


class JobAnswer(BaseModel):
    id: str
    kind: str
    state: State
    created: float = Field(description="seconds since 1970")
    ahead: int = Field(description="jobs that come before it")
    stage: str | None = None
    step: int | None = None
    steps: int | None = None
    picture: int | None = Field(None, description="which of its pictures is being drawn, from 1")
    error: str | None = Field(None, description="why it failed")
    result: ResultAnswer | None = None


class AcceptedAnswer(JobAnswer):
    secret: str = Field(description="opens the job: send it as the header Authorization: Bearer SECRET")


class DetectAnswer(BaseModel):
    people: int
    parts: dict[str, float] = Field(description="how sure each part is, 0 to 1")
    labels: str = Field(description="PNG in base64, a number a pixel, 0 = background")
    mask: str = Field(description="PNG in base64, white = these parts and what the words name")
    notes: list[str]
    seconds: float


class GarmentAnswer(BaseModel):
    kind: str
    colour: str
    second_colour: str
    pattern: str
    sleeve: str
    length: str
    neckline: str


class DraftAnswer(BaseModel):
    draft: str = Field(description="PNG in base64, as large as the character, opaque where it draws: for `draft` of a swap")
    worn: str = Field(description="PNG in base64, the character in it")
    mask: str = Field(description="PNG in base64, white = what a swap would repaint")
    garments: list[GarmentAnswer]
    notes: list[str]


class ModelAnswer(BaseModel):
    name: str
    title: str
    samplers: list[str]
    steps: int
    guidance: float
    hints: list[str]
    garments: bool = Field(description="takes pictures of garments")


class HealthAnswer(BaseModel):
    ready: bool
    detail: str
    device: str
    profile: str
    waiting: int
    wait_seconds: int = Field(description="about how long until the next job has room")


def encoded(image: Image8) -> str:
    buffer = io.BytesIO()
    save_png(image, buffer)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def job(status: Status, address: str) -> dict[str, Any]:
    """The fields of a `JobAnswer`; address: of the job."""
    entry, step = status.entry, status.step
    told: dict[str, Any] = {"id": entry.id, "kind": entry.kind, "state": entry.state, "created": entry.created}
    told |= {"ahead": status.ahead, "error": entry.error}
    if entry.is_open and step is not None:
        told |= {"stage": step.stage, "step": step.index, "steps": step.total, "picture": step.image + 1}
    if entry.result is not None:
        told["result"] = {
            "pictures": [_picture(name, address, entry.result["seeds"]) for name in entry.result["pictures"]],
            "notes": entry.result["notes"],
            "seconds": entry.result["seconds"],
        }
    return told


def _picture(name: str, address: str, seeds: list[int]) -> dict[str, Any]:
    number = int(name.rpartition("-")[2])
    return {"name": name, "url": f"{address}/pictures/{name}", "seed": seeds[number - 1] if number <= len(seeds) else None}


def draft(drafted: Drafted) -> DraftAnswer:
    """Of one that could be made."""
    assert drafted.image is not None and drafted.worn is not None and drafted.mask is not None
    garments = [
        GarmentAnswer(**{name: str(getattr(garment, name) or "") for name in GarmentAnswer.model_fields})
        for garment in drafted.garments
    ]
    images = (encoded(drafted.image), encoded(drafted.worn), encoded(drafted.mask))
    return DraftAnswer(draft=images[0], worn=images[1], mask=images[2], garments=garments, notes=list(drafted.notes))


def model(profile: ModelProfile, hints: tuple[str, ...]) -> ModelAnswer:
    return ModelAnswer(
        name=profile.name,
        title=profile.title or profile.name,
        samplers=list(profile.samplers),
        steps=profile.steps,
        guidance=profile.guidance,
        hints=list(hints),
        garments=profile.garment is not None,
    )
