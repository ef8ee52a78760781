"""Who has not logged in at the proxy in front of the server does not get in."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from serving.stock import Stock
from serving.web import site
from serving.web.server import WebServer
from serving.web.shield import PEER, answer
from tests.serving.desk import service

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("address", "named", "proxies", "status"),
    [
        ("10.0.0.1", "ada", "10.0.0.1", 200),
        ("10.0.0.1", "ada", "10.0.0.0/8", 200),
        ("10.0.0.1", "ada", "*", 200),
        ("10.0.0.1", "", "10.0.0.1", 401),
        ("10.0.0.1", "ada", "127.0.0.1, proxy", 401),
        ("somewhere", "ada", "127.0.0.1", 401),
    ],
)
def test_only_whom_the_proxy_names_gets_in(address: str, named: str, proxies: str, status: int) -> None:
    desk = service(None, 0.0, user_header="X-Forwarded-User", trusted_proxies=proxies)
    client = TestClient(site.build(desk, Stock(ROOT), "bundled", False), client=(address, 1234))
    headers = {"x-forwarded-user": named} if named else {}
    try:
        answers = [client.get(path, headers=headers) for path in ("/api/v1/models", "/openapi.json", "/metrics")]
        assert client.get("/healthz").status_code == 200
    finally:
        desk.close(5)
        desk.end()
    assert [given.status_code for given in answers] == [status] * 3
    assert status == 200 or "logged in" in answers[0].json()["detail"]


def test_a_proxy_is_known_by_its_own_address() -> None:
    async def app(scope, receive, send) -> None:
        if scope["type"] == "http":
            await answer(scope, send, 200, f"{scope[PEER]} for {scope['client'][0]}")

    server = WebServer(app, "127.0.0.1", 0)
    server.start()
    try:
        told = httpx.get(server.url, headers={"x-forwarded-for": "192.0.2.7"}).json()["detail"]
    finally:
        server.stop()
    assert told == "127.0.0.1 for 192.0.2.7"
