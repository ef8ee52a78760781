"""What stands before every request, whoever answers it: ASGI, each class one rule.

Pure ASGI (https://asgi.readthedocs.io): Starlette's own base class would hold answers back that come bit by bit.
"""

from __future__ import annotations

import errno
import json
import logging
import re
import secrets
import sys
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Any

from starlette.requests import Request

from serving.metrics import Metrics
from serving.refusals import BROKEN, DISK, LOG_IN, OTHER_HOST, TOO_FAST, TOO_LARGE

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PEER = "cc.peer"  # key of a scope: the address of whoever is connected, which may be a proxy
TOLD = "cc.told"  # key of a scope: says a sentence in the language of whoever asks

log = logging.getLogger("serving.web")
LOCAL = ("localhost", "127.0.0.1", "[::1]")  # whoever calls the server so sits on its machine
PROBES = ("/healthz", "/readyz")
READING = ("GET", "HEAD", "OPTIONS")
DISK_SECONDS = 60  # until a disk that was full may have room
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
BURST_SECONDS = 10  # how many seconds of requests may come at once
_REMEMBERED = 10_000  # addresses
_OWN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Gradio puts scripts and styles into its page and makes functions of the scripts of events; nothing comes from elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


def header(scope: Scope, name: bytes) -> str:
    """ "" where there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


async def answer(scope: Scope, send: Send, status: int, sentence: str, more: dict[str, str] | None = None) -> None:
    body = json.dumps({"detail": scope.get(TOLD, str)(sentence)}, ensure_ascii=False).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close", **(more or {})}
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


async def turn_away(scope: Scope, send: Send, status: int, sentence: str) -> None:
    """A request, or a socket, to which no sentence can be told."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await answer(scope, send, status, sentence)


class Watched:
    """Gives every request an id and a language, counts and logs it, and ends what fails in one sentence: no prompt, no picture
    and no address of a file gets into a log."""

    def __init__(self, app: App, metrics: Metrics, told: Callable[[str, Request], str]) -> None:
        self._app, self._metrics, self._told = app, metrics, told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[TOLD] = lambda sentence: self._told(sentence, Request(scope))
        given, begun, status = header(scope, b"x-request-id"), time.monotonic(), 0
        id = given if _OWN_ID.fullmatch(given) else secrets.token_hex(8)

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", id.encode())]}
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception as error:
            print(f"request {id}:", file=sys.stderr)
            traceback.print_exception(error, file=sys.stderr)
            if not status:
                await answer(scope, sent, 500, BROKEN)
        finally:
            route = place(scope)
            self._metrics.answers.labels(route, str(status)).inc()
            line = {"time": round(time.time(), 3), "id": id, "method": scope["method"], "route": route, "status": status}
            log.info(json.dumps(line | {"milliseconds": round(1000 * (time.monotonic() - begun))}))


def place(scope: Scope) -> str:
    """The route as it is written down, without the ids in it; all that is gradio's is one."""
    path = getattr(scope.get("route"), "path", "")
    return path if path.startswith(("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/mcp")) else "page"


class Headers:
    """What browsers are told of every answer, and what a page may load."""

    def __init__(self, app: App, framed_by: str = "") -> None:
        """framed_by: sites that may show the page in a frame, beside itself, with commas between."""
        self._app = app
        self._policy = " ".join([POLICY, *words(framed_by)]).encode("latin-1")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
                kind = next((value for name, value in headers if name == b"content-type"), b"")
                if kind.startswith((b"text/html", b"image/svg")):
                    headers.append((b"content-security-policy", self._policy))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, sent)


class Hosts:
    """Only who calls the server by one of its names: a page elsewhere whose name is made to point here (DNS rebinding), or that
    sends something here, is not answered. Names of this machine are always right."""

    def __init__(self, app: App, allowed: str) -> None:
        """allowed: names with commas between, `*.example.org` for all below; "" for any."""
        self._app, self._allowed = app, words(allowed.lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._allowed and scope["type"] in ("http", "websocket") and not self._knows(scope):
            await turn_away(scope, send, 421, OTHER_HOST)
            return
        await self._app(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        origin = header(scope, b"origin")
        return self._is_ours(header(scope, b"host")) and (not origin or self._is_ours(origin.partition("://")[2]))

    def _is_ours(self, host: str) -> bool:
        name = re.sub(r":\d*$", "", host.lower())
        return any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in (*LOCAL, *self._allowed))


class Users:
    """Only whom a reverse proxy has let in: it names them in a header, which is believed of proxies that are trusted. Probes are
    answered without."""

    def __init__(self, app: App, named_in: str, proxies: str) -> None:
        """named_in: the header, "" where everybody may come in; proxies: addresses or networks with commas between, or *."""
        self._app, self._name = app, named_in.strip().lower().encode("latin-1")
        self._all, self._networks = "*" in words(proxies), []
        for one in words(proxies):
            with suppress(ValueError):  # a name: nobody is connected from one
                self._networks.append(ip_network(one, strict=False))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._name and scope["type"] in ("http", "websocket") and scope["path"] not in PROBES and not self._is_in(scope):
            await turn_away(scope, send, 401, LOG_IN)
            return
        await self._app(scope, receive, send)

    def _is_in(self, scope: Scope) -> bool:
        if not header(scope, self._name):
            return False
        try:
            peer = ip_address(scope.get(PEER) or address(scope))
        except ValueError:  # a socket without an address
            return self._all
        return self._all or any(peer in network for network in self._networks)


class Disk:
    """What finds no room on the disk is told to come again, and is no failure of the server."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except OSError as error:
            if error.errno not in _DISK or started:
                raise
            print(f"note: there was no room on the disk for a request ({error.strerror}).", file=sys.stderr)
            again = {"retry-after": str(DISK_SECONDS)}
            await answer(scope, send, 503, DISK.format(seconds=DISK_SECONDS), again)


class Sizes:
    """Nobody sends more than so much at once, whatever is said of its length."""

    def __init__(self, app: App, megabytes: int) -> None:
        self._app, self._megabytes, self._most = app, megabytes, megabytes * 1_000_000

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        refusal = TOO_LARGE.format(most=self._megabytes)
        length = header(scope, b"content-length")
        if length.isdecimal() and int(length) > self._most:
            await answer(scope, send, 413, refusal)
            return
        got, started = 0, False

        async def received() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            return {"type": "http.disconnect"} if got > self._most else message

        async def sent(message: Message) -> None:
            nonlocal started
            if got <= self._most or started:
                started = True
                await send(message)

        try:
            await self._app(scope, received, sent)
        except Exception:
            if got <= self._most:
                raise
        if got > self._most and not started:
            await answer(scope, send, 413, refusal)


class Rates:
    """A bucket for every address, which requests empty and time fills; looking at files is free."""

    def __init__(self, app: App, a_minute: int, metrics: Metrics) -> None:
        """a_minute: requests, 0 for any number."""
        self._app, self._rate, self._metrics = app, a_minute / 60, metrics
        self._most = self._rate * BURST_SECONDS
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # by address: requests left, and when that was so
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._rate and scope["type"] == "http" and scope["method"] not in READING:
            seconds = self._must_wait(address(scope))
            if seconds:
                self._metrics.refused.labels("rate").inc()
                await answer(scope, send, 429, TOO_FAST.format(seconds=seconds), {"retry-after": str(seconds)})
                return
        await self._app(scope, receive, send)

    def _must_wait(self, who: str) -> int:
        now = time.monotonic()
        with self._lock:
            left, then = self._left.pop(who, (self._most, now))
            left = min(self._most, left + (now - then) * self._rate)
            enough = left >= 1
            self._left[who] = (left - 1 if enough else left), now
            if len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
        return 0 if enough else max(1, round((1 - left) / self._rate))


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
