"""What the forms of programs ask of the service, whatever way they came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from fastapi import UploadFile
from fastapi.concurrency import run_in_threadpool

from models.profiles import ModelProfile
from pipeline.request import CLOTHING, OFF, DetectRequest, GarmentPicture, UserError
from serving.filled import any_seed, filled
from serving.journal import Entry
from serving.service import Service, Status
from serving.web import answers
from serving.web.forms import DetectForm, DraftForm, SwapForm, UpscaleForm, hints_of, parts_of
from serving.web.uploads import Budget, Uploads, received
from serving.work import Swap, Upscale

NOTHING_ASKED = "Please describe the outfit with prompt or show it with garment."
GARMENT_FIELDS = "Please send garment_scale and garment_parts at most once for each garment."
PARTS_AND_MASK = "Parts are for finding the clothing, please leave them out when there is a mask."

POLL_SECONDS = 0.25  # between two looks at a job that somebody waits for

Sent = list[tuple[str, UploadFile | None]]


class Catalogue(Protocol):
    """The models of this machine, see `serving.stock.Stock`."""

    def named(self, name: str) -> ModelProfile: ...

    def on_disk(self) -> list[ModelProfile]: ...

    def hints(self, name: str) -> tuple[str, ...]: ...


class Desk:
    """Reads pictures within one budget of memory, and hands on. Everything raises `UserError`, also `Refused`."""

    def __init__(self, service: Service, models: Catalogue, default: str) -> None:
        """default: the model of requests that name none."""
        self.service, self.models, self._default = service, models, default
        self.budget = Budget(service.settings.decoded_megabytes * 1_000_000)

    @contextmanager
    def _reading(self, visitor: str, key: str | None, sent: Sent) -> Iterator[Uploads]:
        """Nothing is read of what there is no room for."""
        self.service.require_room(visitor, key)
        with received(self.budget, sent) as uploads:
            yield uploads

    def swap(self, visitor: str, form: SwapForm, key: str | None = None) -> tuple[Entry, str]:
        """The accepted job and its secret, see `Service.submit`."""
        garments = [(f"garment {number}", upload) for number, upload in enumerate(form.garment, 1)]
        sent: Sent = [("character", form.character), ("mask", form.mask), ("draft", form.draft), *garments]
        profile = self.models.named(form.profile or self._default)
        with self._reading(visitor, key, sent) as uploads:
            work = _swap(form, profile, uploads, [name for name, _ in garments], key)
            self.service.engine.check(work.request)
            return self.service.submit(visitor, work, key)

    def upscale(self, visitor: str, form: UpscaleForm, key: str | None = None) -> tuple[Entry, str]:
        """Likewise."""
        with self._reading(visitor, key, [("picture", form.picture)]) as uploads:
            picture = uploads.picture("picture")
            return self.service.submit(visitor, Upscale(picture.image, form.scale, picture.profile), key)

    async def ended(self, id: str, secret: str, wait: float) -> Status:
        """The job at its end, or as it is after so many seconds, or when the server is being stopped. Raises `NoJob`."""
        until = time.monotonic() + wait
        while True:
            status = await run_in_threadpool(self.service.status, id, secret)
            if not status.entry.is_open or self.service.draining or time.monotonic() >= until:
                return status
            await asyncio.sleep(min(POLL_SECONDS, max(0.0, until - time.monotonic())))

    def detect(self, form: DetectForm) -> answers.DetectAnswer:
        with self.service.look("detect"), received(self.budget, [("character", form.character)]) as uploads:
            found = self.service.engine.detect(DetectRequest(uploads.picture("character").image, form.words.strip()))
            return answers.DetectAnswer(
                people=found.count,
                parts={part.title: round(found.confidence[part], 4) for part in found.parts},
                labels=answers.encoded(found.labels),
                mask=answers.encoded(found.mask(parts_of(form.parts) or CLOTHING)),
                notes=list(found.warnings),
                seconds=round(found.seconds, 3),
            )

    def draft(self, form: DraftForm) -> answers.DraftAnswer:
        sent: Sent = [("character", form.character), ("mask", form.mask)]
        with self.service.look("draft"), received(self.budget, sent) as uploads:
            character = uploads.picture("character").image
            asked = filled(
                self.models.named("bundled"),
                character,
                form.seed,
                mask=uploads.mask("mask", (character.shape[1], character.shape[0]), "character"),
                prompt=form.prompt.strip(),
                negative_prompt=form.negative_prompt.strip(),
                joints=form.joints or {},
                person=form.person,
            )
            drafted = self.service.engine.draft(asked)
            if drafted.image is None:
                raise UserError(" ".join(drafted.notes))
            return answers.draft(drafted)


def _swap(form: SwapForm, profile: ModelProfile, uploads: Uploads, garments: list[str], key: str | None) -> Swap:
    if not form.prompt.strip() and not garments:
        raise UserError(NOTHING_ASKED)
    if max(len(form.garment_scale), len(form.garment_parts)) > len(garments):
        raise UserError(GARMENT_FIELDS)
    if form.parts and form.mask is not None:
        raise UserError(PARTS_AND_MASK)
    picture = uploads.picture("character")
    size = picture.image.shape[1], picture.image.shape[0]
    scales = [*form.garment_scale, *[None] * (len(garments) - len(form.garment_scale))]
    parts = [*map(parts_of, form.garment_parts), *[()] * (len(garments) - len(form.garment_parts))]
    worn = [
        (GarmentPicture(uploads.picture(name).image, parts=part, lock_palette=form.lock_palette), scale)
        for name, part, scale in zip(garments, parts, scales, strict=True)
    ]
    request = filled(
        profile,
        picture.image,
        any_seed(form.count, key) if form.seed is None else form.seed,
        worn,
        hints_of(form.hint),
        form.steps,
        form.guidance,
        form.sampler,
        mask=uploads.mask("mask", size, "character"),
        parts=parts_of(form.parts),
        prompt=form.prompt.strip(),
        negative_prompt=form.negative_prompt.strip(),
        strength=form.strength,
        count=form.count,
        grow=form.grow,
        feather=form.feather,
        loosen=form.loosen,
        soft_edge=form.soft_edge,
        detail_pass=form.detail,
        draft=uploads.image("draft") if form.draft_first else OFF,
        follow=form.follow,
        joints=form.joints or {},
        person=form.person,
        notes=picture.notes,
    )
    return Swap(request, picture.profile)
