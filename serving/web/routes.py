"""The API for programs: /api/v1/... over plain HTTP; docs/api.md has examples."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from fastapi import Form as FormBody
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from serving.journal import Entry
from serving.refusals import NO_PICTURE, NO_PLACE, NO_SECRET, NOT_DONE
from serving.service import Status
from serving.web import answers
from serving.web.desk import POLL_SECONDS, Desk
from serving.web.forms import DetectForm, DraftForm, SwapForm, UpscaleForm

MOST_WAIT = 60.0

Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200, description="the same key is never done twice")]
Wait = Annotated[float, Query(ge=0, le=MOST_WAIT, allow_inf_nan=False, description="seconds to wait for its end")]
_bearer = HTTPBearer(auto_error=False, description="the secret that came with the job")
_MULTIPART = "multipart/form-data"
_SENTENCE = {"model": answers.Problem}
_WRONG: dict[int | str, dict[str, Any]] = {
    413: {**_SENTENCE, "description": "too large"},
    422: {**_SENTENCE, "description": "a mistake in what was sent"},
    429: {**_SENTENCE, "description": "too many of this visitor, see Retry-After"},
    503: {**_SENTENCE, "description": "too busy, or being stopped, see Retry-After"},
}
_OPENED: dict[int | str, dict[str, Any]] = {
    401: {**_SENTENCE, "description": "no secret"},
    404: {**_SENTENCE, "description": "no such job, or not this secret"},
    422: {**_SENTENCE, "description": "a mistake in what was sent"},
}


def _secret(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    if given is None:
        raise HTTPException(401, NO_SECRET, {"WWW-Authenticate": "Bearer"})
    return given.credentials


Secret = Annotated[str, Depends(_secret)]


def visitor_of(request: Request) -> str:
    return request.client.host if request.client else ""


def build(desk: Desk) -> APIRouter:
    router, service, models = APIRouter(prefix="/api/v1"), desk.service, desk.models
    _add_asking(router, desk)
    _add_reading(router, desk)

    @router.get("/models")
    def list_models() -> list[answers.ModelAnswer]:
        """Models that can draw here now."""
        return [answers.model(profile, models.hints(profile.name)) for profile in models.on_disk()]

    @router.get("/health")
    def health() -> answers.HealthAnswer:
        """Whether jobs are taken, and how many wait."""
        found = service.health()
        return answers.HealthAnswer(
            ready=found.ready and not service.draining,
            detail=found.detail,
            device=found.device,
            profile=found.profile,
            waiting=service.waiting,
            wait_seconds=service.wait_seconds(),
        )

    @router.api_route("/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def nothing(rest: str) -> None:
        raise HTTPException(404, NO_PLACE)

    return router


def _add_asking(router: APIRouter, desk: Desk) -> None:
    accepted: dict[str, Any] = {"status_code": 202, "responses": _WRONG, "response_model": answers.AcceptedAnswer}

    def taken(job: tuple[Entry, str]) -> JSONResponse:
        entry, secret = job
        address = f"{router.prefix}/jobs/{entry.id}"
        told = answers.job(desk.service.status(entry.id, secret), address) | {"secret": secret}
        return JSONResponse(told, 202, {"Location": address, "Cache-Control": "no-store"})

    @router.post("/swap", **accepted)
    def swap(request: Request, form: Annotated[SwapForm, FormBody(media_type=_MULTIPART)], key: Key = None) -> JSONResponse:
        """Give the character another outfit: a job, which is done for good once it is accepted."""
        return taken(desk.swap(visitor_of(request), form, key))

    @router.post("/upscale", **accepted)
    def upscale(request: Request, form: Annotated[UpscaleForm, FormBody(media_type=_MULTIPART)], key: Key = None) -> JSONResponse:
        """Redraw any picture two or four times as large: a job."""
        return taken(desk.upscale(visitor_of(request), form, key))

    @router.post("/detect", responses=_WRONG)
    def detect(form: Annotated[DetectForm, FormBody(media_type=_MULTIPART)]) -> answers.DetectAnswer:
        """Find the clothing, at once."""
        return desk.detect(form)

    @router.post("/draft", responses=_WRONG)
    def draft(form: Annotated[DraftForm, FormBody(media_type=_MULTIPART)]) -> answers.DraftAnswer:
        """Draw the outfit on the character's body, at once."""
        return desk.draft(form)


def _add_reading(router: APIRouter, desk: Desk) -> None:
    """Of a job that was accepted, by whoever has its secret."""
    service = desk.service

    def answer(id: str, status: Status) -> dict[str, Any]:
        return answers.job(status, f"{router.prefix}/jobs/{id}")

    @router.get("/jobs/{id}", response_model=answers.JobAnswer, responses=_OPENED)
    async def status(id: str, secret: Secret, wait: Wait = 0) -> dict[str, Any]:
        """How far it is."""
        return answer(id, await desk.ended(id, secret, wait))

    @router.get("/jobs/{id}/result", responses={**_OPENED, 409: {**_SENTENCE, "description": "not done"}})
    async def result(id: str, secret: Secret, wait: Wait = 0) -> answers.ResultAnswer:
        """What came of it."""
        found = await desk.ended(id, secret, wait)
        if found.entry.state != "done":
            raise HTTPException(409, found.entry.error or NOT_DONE)
        return answers.ResultAnswer(**answer(id, found)["result"])

    @router.get("/jobs/{id}/events", responses={**_OPENED, 200: {"content": {"text/event-stream": {}}}})
    async def events(id: str, secret: Secret) -> StreamingResponse:
        """Server-sent events: the job whenever it has changed, until its end or the server's."""
        first = await asyncio.to_thread(service.status, id, secret)

        async def told() -> AsyncIterator[str]:
            status, last = first, ""
            while True:
                data = json.dumps(answer(id, status), ensure_ascii=False)
                if data != last:
                    yield f"event: {status.entry.state}\ndata: {data}\n\n"
                last = data
                if not status.entry.is_open or service.draining:
                    return
                await asyncio.sleep(POLL_SECONDS)
                status = await asyncio.to_thread(service.status, id, secret)

        return StreamingResponse(told(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    @router.get("/jobs/{id}/pictures/{name}", responses={**_OPENED, 200: {"content": {"image/png": {}}}}, response_class=Response)
    def picture(id: str, name: str, secret: Secret) -> FileResponse:
        """One of its pictures, a PNG file that carries its settings."""
        file = service.picture(id, secret, name)
        if file is None or not file.is_file():
            raise HTTPException(404, NO_PICTURE)
        return FileResponse(file, media_type="image/png", headers={"Cache-Control": "private, no-store"})

    @router.post("/jobs/{id}/cancel", response_model=answers.JobAnswer, responses=_OPENED)
    def cancel(id: str, secret: Secret) -> dict[str, Any]:
        """End it; what has ended stays."""
        service.cancel(id, secret)
        return answer(id, service.status(id, secret))

    @router.delete("/jobs/{id}", status_code=204, responses=_OPENED)
    def forget(id: str, secret: Secret) -> None:
        """End it and delete all that is left of it."""
        service.forget(id, secret)
