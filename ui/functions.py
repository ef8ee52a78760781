"""Which of gradio's ways in are open: what the page itself sends, with files of whoever sends it, and nothing that gradio would
fail at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from pipeline.request import UserError
from ui.texts.notes import told_in
from ui.visitors import NO_FILE, VISITOR, Visitors

NOTHING = "There is no such function, please reload the page."
WRONG = "This is not what the page sends, please reload it."
PREFIX = "/gradio_api/"
_CLOSED = ("call", "api", "component_server", "process_recording")  # no function of the page has a name
_WAITS = "queue/join"  # is answered before the function has begun
_OPEN = ("run/predict", _WAITS)
ANSWERED = "cc.answered"  # key of a scope: to be called at the end of the function, see `ui.guard`


class Functions:
    """ASGI: functions that there are, with as many values as they take. Gradio 6.31 answers everything else with 500 and prints
    what was sent."""

    def __init__(
        self,
        app: Any,
        known: Callable[[], Mapping[int, int]],
        visitors: Visitors,
        admit: Callable[[set[str], str], Callable[[], None]],
    ) -> None:
        """known: how many values each function takes, by its number; admit: given the files that a visit of the page sends, and
        its name, raises `UserError` where they cannot be read now, and returns what is to be called when they were."""
        self._app, self._known, self._visitors, self._admit = app, known, visitors, admit

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or scope["method"] != "POST" or not path.startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        asked = path.removeprefix(PREFIX).rstrip("/")
        if asked.partition("/")[0] in _CLOSED or (asked.startswith("run/") and asked not in _OPEN):
            await answer(scope, send, 404, NOTHING)
            return
        if asked not in _OPEN:
            await self._app(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        answered = await run_in_threadpool(self._looked_at, body, scope[VISITOR])
        if isinstance(answered, tuple):
            await answer(scope, send, *answered)
            return
        scope[ANSWERED], is_waiting = answered, False
        sent = False

        async def again() -> Any:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def told(message: Any) -> None:
            """What a function refuses is no failure of the server; the page reads the reason from the answer's body."""
            nonlocal is_waiting
            if message["type"] == "http.response.start":
                is_waiting = asked == _WAITS and message["status"] == 200
                if message["status"] == 500:
                    message = {**message, "status": 422}
            await send(message)

        try:
            await self._app(scope, again, told)
        finally:
            if not is_waiting:
                answered()

    def _looked_at(self, body: bytes, visitor: str) -> tuple[int, str] | Callable[[], None]:
        """Why it is not handed on, or what is to be called when it was answered."""
        try:
            asked = json.loads(body, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return 422, WRONG
        if not isinstance(asked, dict) or not isinstance(asked.get("data"), list):
            return 422, WRONG
        number = asked.get("fn_index")
        values = self._known().get(number) if isinstance(number, int) else None
        if values is None:
            return 404, NOTHING
        session = asked.get("session_hash")
        if len(asked["data"]) != values or not isinstance(session, str):
            return 422, WRONG
        if not self._visitors.attend(visitor, session):
            return 404, NOTHING
        files = {*self._visitors.named(asked)}
        if not all(self._visitors.may_have(visitor, file) for file in files):
            return 404, NO_FILE
        try:
            return self._admit(files, session)
        except UserError as error:
            return 429, str(error)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


async def answer(scope: Any, send: Any, status: int, sentence: str) -> None:
    sentence = told_in(sentence, Request(scope))  # type: ignore[arg-type]  # gradio's has the same headers
    body = json.dumps({"error": sentence, "detail": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
