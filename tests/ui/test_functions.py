"""Gradio's own ways in, on the page as it is served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio import Blocks
from starlette.testclient import TestClient

from pipeline.marking import save_result
from serving.seat import Seat
from serving.stock import Stock
from serving.web import site
from tests.serving.desk import service
from ui import layout
from ui.jobs import Jobs
from ui.mount import mount
from ui.page import ProfileInfo
from ui.texts.notes import told_in

ROOT = Path(__file__).parents[2]
PROMPT = "a prompt that nobody may read in a log"


@pytest.fixture(scope="module")
def page() -> Iterator[tuple[TestClient, Blocks]]:
    desk = service()
    blocks = layout.build(
        Seat(desk, "page"),
        [ProfileInfo("bundled", "Bundled", ("ddim",), "ddim", 2, 4.0)],
        save_result,
        jobs=Jobs(lambda visitor: Seat(desk, visitor)),
    )
    layout.queue(blocks, 8)
    application = site.build(desk, Stock(ROOT), "bundled", True, told_in)
    mount(application, blocks, 2)
    with TestClient(application, "http://localhost", raise_server_exceptions=False) as client:
        yield client, blocks
    blocks.close(verbose=False)
    desk.close(5)
    desk.end()


def functions(blocks: Blocks, queued: bool) -> list[tuple[int, int]]:
    """Numbers, and how many values they take."""
    return [(number, len(fn.inputs)) for number, fn in blocks.fns.items() if fn.fn is not None and fn.queue is queued]


def sent(client: TestClient, way: str, number: object, data: object, session: object = "abc"):
    return client.post(f"/gradio_api/{way}", json={"data": data, "fn_index": number, "session_hash": session})


def test_the_page_is_at_the_root_and_the_api_beside_it(page: tuple[TestClient, Blocks]) -> None:
    client, _ = page
    html = client.get("/")
    assert html.status_code == 200 and "CC_ControlNet" in html.text
    policy = html.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "://" not in policy and html.headers["x-content-type-options"] == "nosniff"
    assert client.get("/readyz").status_code == 200 and client.get("/api/v1/health").json()["ready"]


def test_the_queue_cannot_be_walked_round(page: tuple[TestClient, Blocks]) -> None:
    client, blocks = page
    queued = functions(blocks, True)
    assert len(queued) > 5
    for number, count in queued:
        assert sent(client, "run/predict", number, [None] * count).status_code == 404


def test_the_queue_of_a_page_without_visitors_rests(page: tuple[TestClient, Blocks]) -> None:
    _, blocks = page
    assert blocks._queue.sleep_when_free >= 0.01, "gradio looks a thousand times a second"


@pytest.mark.parametrize("way", ["run/predict", "run/unknown", "call/unknown", "call/v2/unknown", "api/unknown", "queue/join"])
def test_what_is_no_function_is_not_a_failure(
    page: tuple[TestClient, Blocks], way: str, capfd: pytest.CaptureFixture[str]
) -> None:
    client, blocks = page
    scripts = next(number for number, fn in blocks.fns.items() if fn.fn is None)
    number, count = functions(blocks, False)[0]
    for given, data, session in (
        (9999, [], "abc"),
        (-1, [], "abc"),
        (True, [], "abc"),
        ("1", [], "abc"),
        (None, [], "abc"),
        (scripts, [], "abc"),
        (number, [PROMPT] * (count + 1), "abc"),
        (number, PROMPT, "abc"),
        (number, [PROMPT] * count, None),
    ):
        answer = sent(client, way, given, data, session)
        assert answer.status_code in (404, 422) and answer.json()["detail"].endswith("."), (given, data)
    for body in (b"", b"[]", b"{", b'{"data": [NaN], "fn_index": 1, "session_hash": "a"}', b"[" * 100_000, b"\xff"):
        answer = client.post(f"/gradio_api/{way}", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (404, 422)
    assert "".join(capfd.readouterr()) == ""


def test_whoever_asks_is_told_in_their_language(page: tuple[TestClient, Blocks]) -> None:
    client, _ = page
    answer = client.post("/gradio_api/run/unknown", headers={"accept-language": "ja"})
    assert answer.json()["detail"] == "その機能はありません。ページを読み込み直してください。"
    answer = client.post("/api/v1/detect", headers={"accept-language": "zh"})
    assert answer.json()["detail"].endswith("请更改。")


def test_functions_of_the_page_answer(page: tuple[TestClient, Blocks]) -> None:
    client, blocks = page
    answers = [sent(client, "run/predict", number, [None] * count) for number, count in functions(blocks, False)]
    assert {answer.status_code for answer in answers} <= {200, 422} and any(answer.status_code == 200 for answer in answers)


def test_too_large_an_upload_is_refused(page: tuple[TestClient, Blocks]) -> None:
    client, _ = page
    files = {"files": ("a.png", b"0" * 3_000_000)}
    assert client.post("/gradio_api/upload", files=files).status_code == 413
