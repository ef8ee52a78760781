"""The API as programs meet it, over an engine that needs no weights."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from pipeline.request import SwapResult, UserError
from serving import service as services
from serving.service import Service
from serving.stock import Stock
from serving.web import site
from tests.serving.desk import service, until
from tests.ui.flat_engine import COLOUR, FlatEngine

ROOT = Path(__file__).parents[2]


def png(width: int = 24, height: int = 32, colour: tuple[int, ...] = (200, 180, 160, 255)) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((height, width, 4), colour, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def visitor(desk: Service, address: str = "10.0.0.1", local: bool = False) -> TestClient:
    application = site.build(desk, Stock(ROOT), "bundled", local)
    return TestClient(application, "http://localhost", raise_server_exceptions=False, client=(address, 1234))


@pytest.fixture
def opened() -> Iterator[Callable[..., Service]]:
    made: list[Service] = []

    def build(seconds: float = 0.0, **settings: object) -> Service:
        made.append(service(None, seconds, **settings))
        return made[-1]

    yield build
    for one in made:
        assert isinstance(one.engine, FlatEngine)
        one.engine.seconds = 0
        one.close(5)
        one.end()


@pytest.fixture
def desk(opened: Callable[..., Service]) -> Service:
    return opened()


@pytest.fixture
def client(desk: Service) -> TestClient:
    return visitor(desk)


def give(client: TestClient, name: str = "swap", key: str | None = None, **fields: object):
    files = {"picture" if name == "upscale" else "character": ("a.png", png())}
    headers = {"Idempotency-Key": key} if key else {}
    data = ({"prompt": "red skirt", "steps": 2} if name == "swap" else {}) | fields
    return client.post(f"/api/v1/{name}", files=files, data=data, headers=headers)


def opening(told: dict) -> dict[str, str]:
    return {"Authorization": f"Bearer {told['secret']}"}


def test_a_swap_from_asking_to_its_picture(client: TestClient) -> None:
    answer = give(client, count=2, seed=7)
    assert answer.status_code == 202 and answer.headers["location"].endswith(answer.json()["id"])
    told = answer.json()
    address, secret = answer.headers["location"], opening(told)
    ended = client.get(address, headers=secret, params={"wait": 20}).json()
    assert ended["state"] == "done" and "secret" not in ended
    result = client.get(f"{address}/result", headers=secret).json()
    assert [(row["name"], row["seed"]) for row in result["pictures"] if row["name"].startswith("image")] == [
        ("image-1", 7),
        ("image-2", 8),
    ]
    picture = client.get(result["pictures"][0]["url"], headers=secret)
    assert picture.headers["content-type"] == "image/png" and "no-store" in picture.headers["cache-control"]
    pixels = np.asarray(Image.open(io.BytesIO(picture.content)))
    assert pixels.shape == (32, 24, 4) and tuple(pixels[14, 4, :3]) == COLOUR
    assert client.delete(address, headers=secret).status_code == 204
    assert client.get(address, headers=secret).status_code == 404


def test_events_tell_every_step_until_the_end(opened: Callable[..., Service]) -> None:
    client = visitor(opened(0.2))
    told = give(client, steps=6).json()
    with client.stream("GET", f"/api/v1/jobs/{told['id']}/events", headers=opening(told)) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: ")]
    assert events[-1]["state"] == "done" and events[-1]["result"]["pictures"]
    steps = [event["step"] for event in events if event.get("stage") == "draw"]
    assert len(set(steps)) >= 2 and steps == sorted(steps)


def test_only_the_secret_opens_a_job(client: TestClient) -> None:
    told, other = give(client).json(), give(client).json()
    address = f"/api/v1/jobs/{told['id']}"
    for way in ("", "/result", "/events", "/pictures/image-1"):
        assert client.get(address + way).status_code == 401
        assert client.get(address + way, headers=opening(other)).status_code == 404
    assert client.post(f"{address}/cancel", headers=opening(other)).status_code == 404
    assert client.delete(address, headers=opening(other)).status_code == 404
    assert client.get("/api/v1/jobs/unknown", headers=opening(told)).status_code == 404
    assert client.get(f"{address}/pictures/..%2F..%2Fjobs.sqlite", headers=opening(told)).status_code == 404


def test_what_looks_answers_at_once_while_something_is_drawn(opened: Callable[..., Service]) -> None:
    client = visitor(opened(0.05))
    running = give(client, steps=150).json()
    found = give(client, "detect", parts="topwear, bottomwear").json()
    assert found["people"] == 1 and found["parts"] == {"topwear": 0.9, "bottomwear": 0.8}
    mask = np.asarray(Image.open(io.BytesIO(base64.b64decode(found["mask"]))))
    assert mask.shape == (32, 24) and set(np.unique(mask)) == {0, 255}
    drafted = give(client, "draft", prompt="blue jeans, white blouse").json()
    assert {garment["kind"] for garment in drafted["garments"]} == {"jeans", "blouse"}
    assert Image.open(io.BytesIO(base64.b64decode(drafted["draft"]))).size == (24, 32)
    assert client.get(f"/api/v1/jobs/{running['id']}", headers=opening(running)).json()["state"] == "running"
    ended = client.post(f"/api/v1/jobs/{running['id']}/cancel", headers=opening(running)).json()
    assert ended["state"] == "cancelled"
    failed = client.get(f"/api/v1/jobs/{running['id']}/result", headers=opening(running))
    assert failed.status_code == 409 and "no result" in failed.json()["detail"]


def test_enlarging_is_a_job(client: TestClient) -> None:
    told = give(client, "upscale", scale=4).json()
    address = f"/api/v1/jobs/{told['id']}"
    assert client.get(address, headers=opening(told), params={"wait": 20}).json()["state"] == "done"
    picture = client.get(f"{address}/pictures/image-1", headers=opening(told)).content
    assert Image.open(io.BytesIO(picture)).size == (96, 128)


def test_a_repeated_key_is_one_job_also_when_the_line_is_full(opened: Callable[..., Service]) -> None:
    client = visitor(opened(0.05, queue=1))
    first = give(client, key="mine", steps=100)
    running = first.json()
    until(lambda: client.get(f"/api/v1/jobs/{running['id']}", headers=opening(running)).json()["state"] == "running")
    give(client, steps=100)
    again = give(client, key="mine", steps=100)
    assert again.status_code == 202 and (again.json()["id"], again.json()["secret"]) == (running["id"], running["secret"])
    other = give(client, key="mine", steps=99)
    assert other.status_code == 422 and "Idempotency-Key" in other.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"steps": "nan"}, "steps"),
        ({"steps": "151"}, "less than or equal to 150"),
        ({"strength": "nan"}, "finite"),
        ({"guidance": "inf"}, "guidance"),
        ({"seed": "-1"}, "seed"),
        ({"seed": "1e99"}, "seed"),
        ({"count": "1.5"}, "count"),
        ({"draft_first": "perhaps"}, "draft_first"),
        ({"unknown": "1"}, "unknown"),
        ({"parts": "nose"}, "parts"),
        ({"hint": "canny:9"}, "hint"),
        ({"hint": "pose"}, "knows no hint"),
        ({"joints": "[1"}, "joints"),
        ({"joints": '{"wrist_l": [NaN, 1]}'}, "joints"),
        ({"garment_scale": "1"}, "at most once for each garment"),
        ({"prompt": " "}, "describe the outfit"),
        ({"prompt": "x" * 10_001}, "10000"),
        ({"profile": "none"}, "no model called"),
    ],
)
def test_a_mistake_is_one_sentence(client: TestClient, fields: dict[str, str], words: str) -> None:
    answer = give(client, **fields)
    assert answer.status_code == 422 and words in answer.json()["detail"]
    assert list(answer.json()) == ["detail"] and "\n" not in answer.json()["detail"]


def test_what_is_no_picture_is_named(client: TestClient) -> None:
    for sent, words in ((b"no picture", "Sent as character"), (png(4, 4), "only 4 x 4"), (png(600, 20), "too long")):
        answer = client.post("/api/v1/detect", files={"character": ("a.png", sent)})
        assert answer.status_code == 422 and words in answer.json()["detail"]
    assert client.post("/api/v1/detect", data={"character": "text"}).status_code == 422
    for body in (b"", b"{}", b"\xff\x00"):
        for kind in ("application/json", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain"):
            answer = client.post("/api/v1/swap", content=body, headers={"content-type": kind})
            assert answer.status_code in (400, 422) and answer.json()["detail"].endswith(".")


def test_nothing_else_is_there(client: TestClient) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/eval", 404),
        ("GET", "/api/v1/swap", 404),
        ("PUT", "/api/v1/detect", 404),
    ):
        answer = client.request(method, path)
        assert answer.status_code == status and "/openapi.json" in answer.json()["detail"]


def test_a_full_line_says_when_to_try_again_and_is_quick_about_it(
    opened: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = opened(0.2, queue=3, share=2)
    greedy, other, third = (visitor(desk, f"10.0.0.{number}") for number in (1, 2, 3))
    give(greedy, steps=50)
    until(lambda: desk.waiting == 0)
    assert [give(greedy).status_code for _ in range(2)] == [202, 202]
    share = give(greedy)
    assert share.status_code == 429 and int(share.headers["retry-after"]) >= 1
    assert give(other).status_code == 202
    took = []
    monkeypatch.setattr(desk._journal, "accept", None)  # nothing is written down, nor read, of what is refused
    for key in ("one", "two", "three", None, None):
        begun = time.monotonic()
        full = give(third, key=key)
        took.append(time.monotonic() - begun)
        assert full.status_code == 503 and int(full.headers["retry-after"]) >= 1
    assert min(took) < 0.2
    assert f"in {full.headers['retry-after']} seconds" in full.json()["detail"]


def test_too_much_is_refused_whatever_its_length_is_said_to_be(opened: Callable[..., Service]) -> None:
    client = visitor(opened(upload_megabytes=1))
    large = png() + b"0" * 1_100_000
    assert client.post("/api/v1/detect", files={"character": ("a.png", large)}).status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"0" * 100_000

    answer = client.post("/api/v1/detect", content=pieces(), headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413 and "1 MB" in answer.json()["detail"]


def test_the_memory_of_decoded_pictures_has_an_end(opened: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> None:
    desk, held = opened(decoded_megabytes=1), threading.Event()
    client, real = visitor(desk), desk.engine.detect

    def slow(request):
        held.wait(10)
        return real(request)

    monkeypatch.setattr(desk.engine, "detect", slow)
    answers: list[int] = []
    large = {"character": ("a.png", png(300, 300))}  # 1.1 MB at 12 bytes a pixel
    thread = threading.Thread(target=lambda: answers.append(client.post("/api/v1/detect", files=large).status_code))
    thread.start()
    until(lambda: desk._lookers == 1)
    time.sleep(0.2)
    second = client.post("/api/v1/detect", files=large)
    held.set()
    thread.join(10)
    assert second.status_code == 503 and second.headers["retry-after"] and answers == [200]
    assert client.post("/api/v1/detect", files=large).status_code == 200, "it is given back"


def test_one_address_sends_only_so_many_requests(opened: Callable[..., Service]) -> None:
    desk = opened(rate=60)
    application = site.build(desk, Stock(ROOT), "bundled", False)
    one, other = (TestClient(application, client=(f"10.0.0.{number}", 1)) for number in (1, 2))
    answers = [one.post("/api/v1/nothing") for _ in range(12)]
    assert [answer.status_code for answer in answers[:10]] == [404] * 10
    assert answers[11].status_code == 429 and int(answers[11].headers["retry-after"]) >= 1
    assert other.post("/api/v1/nothing").status_code == 404 and one.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("host", "origin", "local", "allowed", "status"),
    [
        ("localhost:7860", "", True, "", 200),
        ("127.0.0.1", "http://localhost:7860", True, "", 200),
        ("[::1]:7860", "", True, "", 200),
        ("evil.example", "", True, "", 421),
        ("localhost", "https://evil.example", True, "", 421),
        ("localhost", "null", True, "", 421),
        ("anything.example", "", False, "", 200),
        ("app.example", "https://app.example", False, "app.example", 200),
        ("a.app.example", "", False, "*.app.example", 200),
        ("127.0.0.1:7860", "", False, "app.example", 200),
        ("evilapp.example", "", False, "*.app.example", 421),
    ],
)
def test_which_names_are_answered(
    opened: Callable[..., Service], host: str, origin: str, local: bool, allowed: str, status: int
) -> None:
    client = visitor(opened(allowed_hosts=allowed), local=local)
    headers = {"host": host} | ({"origin": origin} if origin else {})
    assert client.get("/healthz", headers=headers).status_code == status


def test_probes_and_figures(opened: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> None:
    desk = opened()
    client = visitor(desk)
    assert client.get("/readyz").json() == {"status": "ready", "detail": ""}
    told = give(client).json()
    client.get(f"/api/v1/jobs/{told['id']}", headers=opening(told), params={"wait": 20})
    give(client, "detect")
    text = client.get("/metrics").text
    for line in (
        'cc_jobs_total{kind="swap",state="done"} 1.0',
        "cc_waiting_jobs 0.0",
        'cc_job_seconds_count{kind="swap"} 1.0',
        'cc_look_seconds_count{kind="detect"} 1.0',
        'cc_http_answers_total{route="/api/v1/jobs/{id}",status="200"} 1.0',
    ):
        assert line in text
    assert "cc_step_seconds" in text and "cc_memory_bytes" in text and "skirt" not in text
    desk.drain()
    assert client.get("/readyz").status_code == 503 and client.get("/healthz").status_code == 200
    refused = give(client)
    assert refused.status_code == 503 and refused.headers["retry-after"] == str(services.CLOSING_SECONDS)


def test_a_failure_is_a_sentence_with_an_id_and_nothing_of_the_request_is_logged(
    desk: Service, client: TestClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> SwapResult:
        raise RuntimeError("inside")

    monkeypatch.setattr(desk.engine, "detect", fail)
    answer = client.post(
        "/api/v1/detect",
        files={"character": ("secretname.png", png())},
        data={"words": "secretword"},
        headers={"x-request-id": "own-id.7"},
    )
    assert answer.status_code == 500 and answer.json() == {"detail": "Something went wrong here, please try again."}
    assert answer.headers["x-request-id"] == "own-id.7"
    logged = "".join(capfd.readouterr())
    assert "own-id.7" in logged and "RuntimeError" in logged and "secret" not in logged
    assert client.get("/healthz", headers={"x-request-id": "bad id\t"}).headers["x-request-id"] != "bad id\t"


def test_sentences_are_told_in_the_askers_language(opened: Callable[..., Service]) -> None:
    application = site.build(opened(), Stock(ROOT), "bundled", True, lambda sentence, request: request.headers["x-tongue"])
    client = TestClient(application, "http://localhost", headers={"x-tongue": "zh"})
    for answer in (client.get("/api/v1/nothing"), client.get("/healthz", headers={"host": "evil"}), client.post("/api/v1/swap")):
        assert answer.json() == {"detail": "zh"}


def test_the_schema_names_everything(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    paths = {path.removeprefix("/api/v1") for path in schema["paths"]}
    assert paths == {
        *("/swap", "/upscale", "/detect", "/draft", "/models", "/health", "/jobs/{id}", "/jobs/{id}/result"),
        *("/jobs/{id}/events", "/jobs/{id}/pictures/{name}", "/jobs/{id}/cancel"),
    }
    fields = schema["components"]["schemas"]["SwapForm"]["properties"]
    assert fields["steps"]["anyOf"][0] == {"type": "integer", "maximum": 150, "minimum": 1}
    assert all("description" in operation for path in schema["paths"].values() for operation in path.values())


def test_refusals_of_the_engine_cost_no_place_in_the_line(
    desk: Service, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise UserError("Please no.")

    monkeypatch.setattr(desk.engine, "check", refuse)
    assert give(client).json() == {"detail": "Please no."}
    assert not desk.busy


def test_the_log_names_routes_and_nothing_else(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "serving.web"):
        told = give(client, prompt="secretword skirt").json()
        client.get(f"/api/v1/jobs/{told['id']}?wait=20", headers=opening(told))
        client.get("/api/v1/nothing/secretword")
    lines = [json.loads(record.message) for record in caplog.records if record.name == "serving.web"]
    assert [(line["method"], line["route"], line["status"]) for line in lines[:2]] == [
        ("POST", "/api/v1/swap", 202),
        ("GET", "/api/v1/jobs/{id}", 200),
    ]
    assert set(lines[0]) == {"time", "id", "method", "route", "status", "milliseconds"}
    assert told["id"] not in caplog.text and told["secret"] not in caplog.text and "secretword" not in caplog.text
