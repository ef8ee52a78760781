"""Tools for assistants, by the letters of the protocol."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from serving.web import mcp
from tests.serving.desk import service
from tests.serving.test_web import png, visitor
from tests.ui.flat_engine import COLOUR, FlatEngine

CHARACTER = base64.b64encode(png()).decode()


@pytest.fixture
def client() -> Iterator[TestClient]:
    desk = service()
    yield visitor(desk)
    assert isinstance(desk.engine, FlatEngine)
    desk.engine.seconds = 0
    desk.close(5)
    desk.end()


def ask(client: TestClient, method: str, **params: Any) -> dict[str, Any]:
    answer = client.post("/mcp", json={"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
    assert answer.status_code == 200 and answer.json()["id"] == 7
    return answer.json()


def call(client: TestClient, name: str, **arguments: Any) -> tuple[bool, list[dict[str, str]]]:
    result = ask(client, "tools/call", name=name, arguments=arguments)["result"]
    return result["isError"], result["content"]


def picture(content: dict[str, str]) -> np.ndarray:
    assert content["type"] == "image" and content["mimeType"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content["data"]))))


def test_greeting_and_the_tools(client: TestClient) -> None:
    hello = ask(client, "initialize", protocolVersion="2025-03-26", capabilities={}, clientInfo={"name": "a", "version": "1"})
    assert hello["result"]["protocolVersion"] == "2025-03-26" and hello["result"]["capabilities"] == {"tools": {}}
    assert ask(client, "initialize", protocolVersion="1999-01-01")["result"]["protocolVersion"] == mcp.VERSIONS[0]
    ready = client.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert ready.status_code == 202 and ready.content == b""
    assert ask(client, "ping")["result"] == {}
    tools = {tool["name"]: tool for tool in ask(client, "tools/list")["result"]["tools"]}
    assert set(tools) == {"detect", "draft", "swap", "upscale", "result"}
    assert tools["swap"]["inputSchema"]["required"] == ["character", "prompt"]
    assert client.get("/mcp").status_code in (404, 405)


def test_every_tool_gives_the_picture_itself(client: TestClient) -> None:
    failed, (facts, mask) = call(client, "detect", character=CHARACTER)
    assert not failed and json.loads(facts["text"])["people"] == 1 and picture(mask).shape == (32, 24)
    failed, (facts, worn) = call(client, "draft", character=f"data:image/png;base64,{CHARACTER}", prompt="blue jeans")
    assert not failed and json.loads(facts["text"])["garments"][0]["kind"] == "jeans" and picture(worn).shape == (32, 24, 4)
    failed, (facts, image) = call(client, "swap", character=CHARACTER, mask=CHARACTER, prompt="red skirt", seed=3)
    assert not failed and json.loads(facts["text"])["seeds"] == [3] and tuple(picture(image)[14, 4, :3]) == COLOUR
    failed, (_, large) = call(client, "upscale", picture=CHARACTER, scale=2)
    assert not failed and picture(large).shape == (64, 48, 4)


def test_what_takes_longer_is_asked_for_again(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp, "WAIT_SECONDS", 0.0)
    _, (told,) = call(client, "swap", character=CHARACTER, prompt="red skirt")
    job = json.loads(told["text"])
    assert job["state"] in ("queued", "running") and "result" in job["detail"]
    monkeypatch.setattr(mcp, "WAIT_SECONDS", 20.0)
    failed, (_, image) = call(client, "result", id=job["id"], secret=job["secret"])
    assert not failed and picture(image).shape == (32, 24, 4)
    assert call(client, "result", id=job["id"], secret="0")[0]


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("swap", {"prompt": "red skirt"}, "character"),
        ("swap", {"character": "no base64!", "prompt": "red skirt"}, "base64"),
        ("swap", {"character": CHARACTER, "prompt": "red skirt", "seed": -1}, "seed"),
        ("swap", {"character": CHARACTER, "prompt": "red skirt", "more": 1}, "more"),
        ("swap", {"character": CHARACTER, "prompt": "red skirt", "profile": "none"}, "no model"),
        ("detect", {"character": base64.b64encode(b"text").decode()}, "could not be opened"),
        ("draft", {"character": CHARACTER, "prompt": ""}, "prompt"),
        ("upscale", {"picture": CHARACTER, "scale": 3}, "scale"),
    ],
)
def test_a_mistake_is_told_to_the_assistant(client: TestClient, name: str, arguments: dict[str, Any], words: str) -> None:
    failed, (told,) = call(client, name, **arguments)
    assert failed and words in told["text"] and CHARACTER not in told["text"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "unknown"}', -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": ["ping"]}', -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": 3}', -32602),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "unknown"}}', -32602),
    ],
)
def test_what_is_no_message_is_an_error_of_the_protocol(client: TestClient, body: bytes, code: int) -> None:
    answer = client.post("/mcp", content=body, headers={"content-type": "application/json"})
    assert answer.status_code < 500 and answer.json()["error"]["code"] == code
