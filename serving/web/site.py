"""The application: the API, the probes for whoever runs it, and before all of them the shield. The page is mounted on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from models.weights import WeightsError
from pipeline.request import UserError
from serving.refusals import NO_FIELDS, OTHER_METHOD, WRONG, NoJob, Refused
from serving.service import Service
from serving.web import mcp, routes
from serving.web.desk import Catalogue, Desk
from serving.web.shield import LOCAL, Disk, Headers, Hosts, Rates, Sizes, Users, Watched

Told = Callable[[str, Request], str]  # a sentence in the language of whoever asks
DESCRIPTION = (
    "Gives a drawn character another outfit. Drawing is a job: it is accepted, waits for its turn, and its result is fetched "
    "with the secret that came with it. Every mistake is one sentence in `detail`."
)


def build(service: Service, models: Catalogue, default: str, local: bool, told: Told | None = None) -> FastAPI:
    """default: the model of requests that name none; local: only this machine can see the server; told: by default English."""
    settings, told = service.settings, told or (lambda sentence, request: sentence)
    shield = [
        Middleware(Watched, metrics=service.metrics, told=told),
        Middleware(Headers, framed_by=settings.framed_by),
        Middleware(Hosts, allowed=settings.allowed_hosts or (LOCAL[0] if local else "")),
        Middleware(Users, named_in=settings.user_header, proxies=settings.trusted_proxies),
        Middleware(Rates, a_minute=settings.rate, metrics=service.metrics),
        Middleware(Sizes, megabytes=settings.upload_megabytes),
        Middleware(Disk),
    ]
    site = FastAPI(title="CC_ControlNet", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None, middleware=shield)
    desk = Desk(service, models, default)
    site.state.budget = desk.budget  # also of the pictures on the page, see `ui.mount`
    site.state.shield = [Middleware(Disk)]  # gradio would answer what comes as far as ours
    site.include_router(routes.build(desk))
    site.include_router(mcp.build(desk))
    _add_probes(site, service)
    _add_mistakes(site, told)
    return site


def _add_probes(site: FastAPI, service: Service) -> None:
    @site.get("/healthz", include_in_schema=False)
    def alive() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @site.get("/readyz", include_in_schema=False)
    def ready() -> JSONResponse:
        """A request would be taken now: weights are there as they should be, the device answers, and nobody stops the server."""
        health = service.health()
        detail = "stopping" if service.draining else health.detail
        fine = health.ready and not service.draining
        return JSONResponse({"status": "ready" if fine else "not ready", "detail": detail}, 200 if fine else 503)

    @site.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _add_mistakes(site: FastAPI, told: Told) -> None:
    """Every failure is one sentence."""

    def problem(request: Request, status: int, sentence: str, headers: Any = None) -> JSONResponse:
        return JSONResponse({"detail": told(sentence, request)}, status, headers)

    @site.exception_handler(UserError)
    async def mistake(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, Refused):
            return problem(request, 429 if error.mine else 503, str(error), {"Retry-After": str(error.seconds)})
        if isinstance(error, NoJob):
            return problem(request, 404, str(error))
        return problem(request, 503 if isinstance(error.__cause__, WeightsError) else 422, str(error))

    @site.exception_handler(RequestValidationError)
    async def wrong(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]  # what was given is in there too, and is repeated to nobody
        field = ".".join(str(part) for part in first["loc"][1:]) or "request"
        fault = "this must be a file" if "UploadFile" in first["msg"] else first["msg"]
        return problem(request, 422, WRONG.format(field=field, problem=fault))

    @site.exception_handler(HTTPException)
    async def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        own = {400: NO_FIELDS, 405: OTHER_METHOD}
        return problem(request, error.status_code, own.get(error.status_code, error.detail), error.headers)
