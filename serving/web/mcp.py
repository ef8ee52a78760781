"""The same for assistants: tools by the Model Context Protocol (2025-06-18, streamable HTTP), stateless, at /mcp.

https://modelcontextprotocol.io/specification/2025-06-18: JSON-RPC 2.0 in the body of a POST, one answer in JSON. Pictures come
and go as base64 within the messages, so that no address of a picture is ever given away.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.request import MAX_SEED, UserError
from serving.refusals import BROKEN, WRONG
from serving.service import Status
from serving.web.desk import Desk
from serving.web.forms import DetectForm, DraftForm, Parts, SwapForm, UpscaleForm, Words

VERSIONS = ("2025-06-18", "2025-03-26")  # the newest first
WAIT_SECONDS = 50.0  # most clients give up after a minute
NOT_BASE64 = "A picture must come as base64, please encode its file."
STILL = "The job is not done yet, please call result with its id and secret."
_PARSE, _INVALID, _NO_METHOD, _WRONG_PARAMS = -32700, -32600, -32601, -32602  # of JSON-RPC
Picture = Annotated[str, Field(min_length=1, description="a picture file in base64: PNG, JPEG, WebP, AVIF, GIF or TIFF")]
Content = list[dict[str, str]]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Detect(_Arguments):
    character: Picture
    words: Words = Field("", description="something else to find, such as 'apron'")


class Draft(_Arguments):
    character: Picture
    prompt: Words = Field(min_length=1, description="the outfit, such as 'red hoodie, blue jeans'")
    seed: int = Field(0, ge=0, le=MAX_SEED)


class Swap(_Arguments):
    character: Picture
    prompt: Words = Field(min_length=1, description="the outfit, such as 'red hoodie, blue jeans'")
    negative_prompt: Words = ""
    mask: Picture | None = Field(None, description="white = repaint; by default the clothing is found")
    parts: Parts | None = None
    seed: int | None = Field(None, ge=0, le=MAX_SEED)
    profile: str = Field("", max_length=100)


class Upscale(_Arguments):
    picture: Picture
    scale: int = Field(2, ge=2, le=4, multiple_of=2)


class Result(_Arguments):
    id: str = Field(max_length=100)
    secret: str = Field(max_length=100)


@dataclass(frozen=True)
class Tool:
    description: str
    takes: type[_Arguments]
    call: Callable[[Any, str], Awaitable[Content]]  # the arguments and the visitor


def build(desk: Desk) -> APIRouter:
    router, tools = APIRouter(), _tools(desk)

    @router.post("/mcp", include_in_schema=False)
    async def message(request: Request) -> Response:
        try:
            asked = json.loads(await request.body())
        except (ValueError, RecursionError):
            return _error(None, _PARSE, "not JSON", 400)
        if not isinstance(asked, dict) or asked.get("jsonrpc") != "2.0":
            return _error(None, _INVALID, "not a JSON-RPC 2.0 message", 400)
        if "id" not in asked or "method" not in asked:  # a notification, or an answer that nobody waits for
            return Response(status_code=202)
        params = asked.get("params") or {}
        if not isinstance(params, dict):
            return _error(asked["id"], _WRONG_PARAMS, "params must be an object")
        visitor = request.client.host if request.client else ""
        return await _answered(asked["id"], asked["method"], params, tools, visitor)

    return router


async def _answered(id: Any, method: Any, params: dict[str, Any], tools: dict[str, Tool], visitor: str) -> Response:
    if method == "initialize":
        version = params.get("protocolVersion")
        result: dict[str, Any] = {
            "protocolVersion": version if version in VERSIONS else VERSIONS[0],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "CC_ControlNet", "version": "1"},
            "instructions": "Gives a drawn character another outfit. Drafts come at once; swap and upscale may take longer.",
        }
    elif method == "ping":
        result = {}
    elif method == "tools/list":
        rows = [(name, tool.description, tool.takes.model_json_schema()) for name, tool in tools.items()]
        result = {"tools": [{"name": name, "description": words, "inputSchema": schema} for name, words, schema in rows]}
    elif method == "tools/call":
        name = params.get("name")
        if not isinstance(name, str) or name not in tools:
            return _error(id, _WRONG_PARAMS, f"there is no such tool, only: {', '.join(tools)}")
        result = await _called(tools[name], params.get("arguments") or {}, visitor)
    else:
        return _error(id, _NO_METHOD, "there is no such method")
    return JSONResponse({"jsonrpc": "2.0", "id": id, "result": result})


async def _called(tool: Tool, arguments: Any, visitor: str) -> dict[str, Any]:
    """A mistake is a result too, so that the assistant can mend it."""
    try:
        return {"content": await tool.call(tool.takes.model_validate(arguments), visitor), "isError": False}
    except ValidationError as error:
        first = error.errors()[0]
        sentence = WRONG.format(field=".".join(map(str, first["loc"])) or "arguments", problem=first["msg"])
    except UserError as error:
        sentence = str(error)
    return {"content": [_text(sentence)], "isError": True}


def _tools(desk: Desk) -> dict[str, Tool]:
    async def detect(asked: Detect, visitor: str) -> Content:
        form = DetectForm.model_validate({"character": _file(asked.character), "words": asked.words})
        found = await run_in_threadpool(desk.detect, form)
        return [_text(json.dumps({"people": found.people, "parts": found.parts, "notes": found.notes})), _image(found.mask)]

    async def draft(asked: Draft, visitor: str) -> Content:
        form = DraftForm.model_validate({**asked.model_dump(), "character": _file(asked.character)})
        drafted = await run_in_threadpool(desk.draft, form)
        garments = [garment.model_dump(exclude_defaults=True) for garment in drafted.garments]
        return [_text(json.dumps({"garments": garments, "notes": drafted.notes})), _image(drafted.worn)]

    async def swap(asked: Swap, visitor: str) -> Content:
        files = {name: _file(data) for name, data in (("character", asked.character), ("mask", asked.mask)) if data is not None}
        form = SwapForm.model_validate({**asked.model_dump(exclude={"mask"}), **files})
        entry, secret = await run_in_threadpool(desk.swap, visitor, form)
        return await result(Result(id=entry.id, secret=secret), visitor)

    async def upscale(asked: Upscale, visitor: str) -> Content:
        form = UpscaleForm.model_validate({"picture": _file(asked.picture), "scale": asked.scale})
        entry, secret = await run_in_threadpool(desk.upscale, visitor, form)
        return await result(Result(id=entry.id, secret=secret), visitor)

    async def result(asked: Result, visitor: str) -> Content:
        return _told(desk, await desk.ended(asked.id, asked.secret, WAIT_SECONDS), asked.secret)

    return {
        "detect": Tool("Find the clothing of a drawn character: what is there, and a mask, white = clothing.", Detect, detect),
        "draft": Tool("Draw an outfit on a character's body, at once: the character in it.", Draft, draft),
        "swap": Tool("Give a character another outfit; everything beside the clothing stays bit for bit.", Swap, swap),
        "upscale": Tool("Redraw a picture two or four times as large.", Upscale, upscale),
        "result": Tool("What came of a swap or an enlargement that was not done yet.", Result, result),
    }


def _told(desk: Desk, status: Status, secret: str) -> Content:
    """Of a job: its pictures and seeds once it is done, else how to ask for them."""
    entry = status.entry
    if entry.state in ("failed", "cancelled"):
        raise UserError(entry.error or BROKEN)
    if entry.result is None:
        return [_text(json.dumps({"id": entry.id, "secret": secret, "state": entry.state, "detail": STILL}))]
    told = [_text(json.dumps({"id": entry.id, "seeds": entry.result["seeds"], "notes": entry.result["notes"]}))]
    for name in entry.result["pictures"]:
        if name.startswith("image") and (file := desk.service.picture(entry.id, secret, name)) is not None:
            told.append(_image(base64.b64encode(file.read_bytes()).decode("ascii")))
    return told


def _file(picture: str) -> UploadFile:
    """Raises `UserError`. The head of a data URL is passed over."""
    try:
        return UploadFile(io.BytesIO(base64.b64decode(picture.rpartition("base64,")[2], validate=True)))
    except ValueError:
        raise UserError(NOT_BASE64) from None


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def _image(data: str) -> dict[str, str]:
    """data: PNG in base64."""
    return {"type": "image", "data": data, "mimeType": "image/png"}


def _error(id: Any, code: int, words: str, status: int = 200) -> JSONResponse:
    return JSONResponse({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": words}}, status)
