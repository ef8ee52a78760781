"""A visitor of the page, without a browser: uploads and asks as its scripts do, over HTTP."""

from __future__ import annotations

import base64
import json
import secrets
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

PREFIX = "/gradio_api"


@dataclass(frozen=True)
class Heard:
    """What became of a question. status: of the HTTP answer to it; error: the sentence where it failed, else ""; values: what it
    changed, by the numbers of components."""

    status: int
    error: str
    values: Mapping[int, Any]

    @property
    def succeeded(self) -> bool:
        return self.status == 200 and not self.error


class Browsing:
    """One visit, with the cookie of its own browser. Components are named by their `elem_id`."""

    def __init__(self, url: str, seconds: float = 300.0) -> None:
        self.url, self.session = url, secrets.token_hex(6)
        self.client = httpx.Client(base_url=url, timeout=seconds)
        self.client.get("/").raise_for_status()
        config = self.client.get("/config").json()
        self._numbers = {row["props"].get("elem_id"): row["id"] for row in config["components"]}
        self._values = {row["id"]: row["props"].get("value") for row in config["components"]}
        self._functions: list[dict[str, Any]] = [row for row in config["dependencies"] if row["backend_fn"]]
        self._pulse: socket.socket | None = None

    def __enter__(self) -> Browsing:
        """The page lies open: as long as this connection lasts nothing of the visitor's is swept away."""
        address, way = self.client.base_url, f"{PREFIX}/heartbeat/{self.session}"
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        asked = f"GET {way} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\nCookie: {cookies}\r\n\r\n"
        self._pulse = socket.create_connection((address.host, address.port or 80))
        self._pulse.sendall(asked.encode("ascii"))
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves, without a word to the server."""
        if self._pulse is not None:
            self._pulse.close()
        self.client.close()

    # --- what the page can do

    def upload(self, content: bytes, name: str = "picture.png") -> dict[str, Any] | None:
        """The file as a component holds it, None where it was refused."""
        answer = self._sent(content, name)
        return _file(answer, name) if answer.status_code == 200 else None

    def _sent(self, content: bytes, name: str) -> httpx.Response:
        return self.client.post(f"{PREFIX}/upload", files={"files": (name, content)})

    def open(self, content: bytes, name: str = "picture.png") -> Heard:
        """Drops a picture on the page."""
        answer = self._sent(content, name)
        if answer.status_code != 200:
            return Heard(answer.status_code, _reason(answer), {})
        heard = self.press("drop", "upload", drop=_file(answer, name))
        message = heard.values.get(self._numbers["canvas"]) or {}
        if "width" in message:
            empty = _unset(message["height"] * message["width"])
            here = {name: message[name] for name in ("picture", "width", "height")}
            self._values[self._numbers["canvas"]] = here | {"step": 0, "added": empty, "erased": empty}
        return heard

    def press(self, component: str, event: str = "click", /, listens: bool = True, **given: Any) -> Heard:
        """All that the page asks after this event, one after the other, with the values that were given now or before; listens:
        until the answer, or only until the question waits in the queue."""
        self._values |= {self._numbers[name.replace("_", "-")]: value for name, value in given.items()}
        target = [self._numbers[component], event]
        heard = Heard(404, "no such event", {})
        for function in [row for row in self._functions if target in row["targets"]]:
            heard = self._ask(function, listens)
            for later in self._functions:
                if heard.succeeded and later["trigger_after"] == function["id"] and later["trigger_only_on_success"]:
                    heard = self._ask(later, listens)
        return heard

    def _join(self, function: Mapping[str, Any]) -> httpx.Response:
        way = "queue/join" if function["queue"] else "run/predict"
        data = [self._values[number] for number in function["inputs"]]
        asked = {"data": data, "fn_index": function["id"], "session_hash": self.session}
        return self.client.post(f"{PREFIX}/{way}", json=asked)

    def _ask(self, function: Mapping[str, Any], listens: bool) -> Heard:
        answer = self._join(function)
        if answer.status_code != 200:
            return Heard(answer.status_code, _reason(answer), {})
        if function["queue"] and not listens:
            return Heard(200, "", {})
        output = self._output(answer.json()["event_id"]) if function["queue"] else answer.json()
        if "data" not in output:
            return Heard(200, str(output.get("error") or "no answer"), {})
        values = dict(zip(function["outputs"], map(_value, output["data"]), strict=True))
        canvas = self._numbers["canvas"]
        held, message = self._values[canvas], values.get(canvas)
        self._values |= {number: value for number, value in values.items() if value is not _UNCHANGED and number != canvas}
        if isinstance(held, dict) and isinstance(message, dict) and message.get("step"):  # of parts that are shown on it
            self._values[canvas] = held | {"step": message["step"]}
        return Heard(200, "", values)

    def _output(self, event: str) -> dict[str, Any]:
        """The last that is told of an event."""
        with self.client.stream("GET", f"{PREFIX}/queue/data", params={"session_hash": self.session}) as stream:
            for message in _messages(stream):
                if message.get("event_id") == event and message["msg"] == "process_completed":
                    return dict(message["output"])
                if message["msg"] in ("close_stream", "unexpected_error", "server_stopped"):
                    return {"error": str(message.get("message") or message["msg"])}
        return {"error": "the stream has ended"}


_UNCHANGED = object()


def _file(answer: httpx.Response, name: str) -> dict[str, Any]:
    return {"path": answer.json()[0], "orig_name": name, "meta": {"_type": "gradio.FileData"}}


def _unset(pixels: int) -> str:
    """A layer of a mask on which nothing is, as the page's scripts write it: one run as an LEB128 number."""
    digits = []
    while pixels:
        digits.append(pixels & 127 | (128 if pixels > 127 else 0))
        pixels >>= 7
    return base64.b64encode(bytes(digits)).decode("ascii")


def _reason(answer: httpx.Response) -> str:
    """Of an answer that is not 200."""
    try:
        told = answer.json()
    except ValueError:
        return answer.text or "no reason"
    return str(told.get("error") or told.get("detail") or "no reason")


def _value(told: Any) -> Any:
    if isinstance(told, dict) and told.get("__type__") == "update":
        return told.get("value", _UNCHANGED)
    return told


def _messages(stream: httpx.Response) -> Iterator[dict[str, Any]]:
    for line in stream.iter_lines():
        if line.startswith("data:"):
            yield json.loads(line.removeprefix("data:"))
