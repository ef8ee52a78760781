"""Before the page's files and functions: a browser gets a cookie, and only what `ui.visitors` says is its own."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from ui.functions import PREFIX, answer
from ui.visitors import NO_FILE, VISITOR, VISITORS, Visitors

COOKIE = "cc_visitor"
_OWN = re.compile(rf"(?:^|;\s*){COOKIE}=([A-Za-z0-9_-]{{32}})(?:;|$)")
_FILE = re.compile(rf"(?:{PREFIX}|/)file[=/](.+)", re.DOTALL)
_HEARTBEAT = f"{PREFIX}heartbeat/"
_DEEP_LINK = f"{PREFIX}deep_link"  # would lay a visit's values down for whoever has the link; the page gives none
_TELLS = {f"{PREFIX}{name}" for name in ("upload", "run/predict", "queue/data")}  # answers that hand out files


def visitor_of(headers: Mapping[str, str]) -> str:
    """Who asks, "" for a browser that was given no cookie."""
    found = _OWN.search(headers.get("cookie", ""))
    return found[1] if found else ""


class Doorkeeper:
    """ASGI."""

    def __init__(self, app: Any, visitors: Visitors) -> None:
        self._app, self._visitors = app, visitors

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        known = visitor_of(headers)
        visitor = known or secrets.token_urlsafe(24)
        scope |= {VISITOR: visitor, VISITORS: self._visitors}
        if asked := _FILE.fullmatch(path):
            if self._visitors.may_have(visitor, asked[1]):
                await self._app(scope, receive, send)
            else:
                await answer(scope, send, 404, NO_FILE)
            return
        session = _session(path, scope)
        if path.startswith(_DEEP_LINK) or (session and not self._visitors.attend(visitor, session)):
            await answer(scope, send, 404, NO_FILE)
            return
        told, greets = False, not known and (path == "/" or path.startswith(PREFIX))

        async def sent(message: Any) -> None:
            nonlocal told
            if message["type"] == "http.response.start":
                told = path.rstrip("/") in _TELLS and message["status"] == 200
                if greets:
                    is_secure = "https" in (scope.get("scheme"), headers.get("x-forwarded-proto"))
                    message = {**message, "headers": [*message["headers"], (b"set-cookie", _cookie(visitor, is_secure))]}
            elif told and self._visitors.written in message.get("body", b""):
                for said in _answers(message["body"]):
                    self._visitors.hand_out(visitor, {"path": said} if isinstance(said, str) else said)
            await send(message)

        if not path.startswith(_HEARTBEAT):
            await self._app(scope, receive, sent)
            return
        self._visitors.arrive(session)
        try:
            await self._app(scope, receive, sent)
        finally:
            self._visitors.leave(session)


def _session(path: str, scope: Any) -> str:
    """The visit of the page that a request without a body names; those with one are looked at by `ui.functions`."""
    if path.startswith(_HEARTBEAT):
        return str(path.removeprefix(_HEARTBEAT))
    if path.startswith(f"{PREFIX}queue/data"):
        return str(parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0])
    return ""


def _answers(body: bytes) -> Iterator[Any]:
    """What a whole answer in JSON says, or a message of a stream of them; of an upload its paths."""
    for line in body.splitlines():
        with suppress(ValueError):
            said = json.loads(line.removeprefix(b"data:"))
            yield from said if isinstance(said, list) else [said]


def _cookie(visitor: str, is_secure: bool) -> bytes:
    """As that of `ui.language`: over TLS the page may be shown in another site's frame."""
    frame = "SameSite=None; Secure; Partitioned" if is_secure else "SameSite=Lax"
    return f"{COOKIE}={visitor}; Path=/; HttpOnly; {frame}".encode()
