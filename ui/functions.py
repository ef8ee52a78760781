"""Which of gradio's ways in are open: what the page itself sends, and nothing that gradio would fail at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request

from ui.texts.notes import told_in

NOTHING = "There is no such function, please reload the page."
WRONG = "This is not what the page sends, please reload it."
_PREFIX = "/gradio_api/"
_CLOSED = ("call", "api")  # by name: no function of the page has one; programs have /api/v1
_OPEN = ("run/predict", "queue/join")


class Functions:
    """ASGI: functions that there are, with as many values as they take. Gradio 6.31 answers everything else with 500 and prints
    what was sent."""

    def __init__(self, app: Any, known: Callable[[], Mapping[int, int]]) -> None:
        """known: how many values each function takes, by its number."""
        self._app, self._known = app, known

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or scope["method"] != "POST" or not path.startswith(_PREFIX):
            await self._app(scope, receive, send)
            return
        asked = path.removeprefix(_PREFIX).rstrip("/")
        if asked.partition("/")[0] in _CLOSED or (asked.startswith("run/") and asked not in _OPEN):
            await _answer(scope, send, 404, NOTHING)
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
        if problem := self._problem(body):
            await _answer(scope, send, *problem)
            return
        sent = False

        async def again() -> Any:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def told(message: Any) -> None:
            """What a function refuses is no failure of the server; the page reads the reason from the answer's body."""
            if message["type"] == "http.response.start" and message["status"] == 500:
                message = {**message, "status": 422}
            await send(message)

        await self._app(scope, again, told)

    def _problem(self, body: bytes) -> tuple[int, str] | None:
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
        return None if len(asked["data"]) == values and isinstance(asked.get("session_hash"), str) else (422, WRONG)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


async def _answer(scope: Any, send: Any, status: int, sentence: str) -> None:
    sentence = told_in(sentence, Request(scope))  # type: ignore[arg-type]  # gradio's has the same headers
    body = json.dumps({"error": sentence, "detail": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
