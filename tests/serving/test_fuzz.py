"""Whatever is sent, the server never fails, and what the schema allows is taken."""

from __future__ import annotations

import io
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.testclient import TestClient

from models.profiles import PROFILES
from pipeline.marking import save_result
from pipeline.request import MAX_SEED, SwapRequest
from pipeline.validate import validate
from serving.service import Service
from serving.settings import Settings
from serving.stock import Stock
from serving.web import site
from serving.web.forms import SwapForm
from tests.ui.flat_engine import FlatEngine

ROOT = Path(__file__).parents[2]
CALM = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
PARTS = ("topwear", "bottomwear", "one-piece", "legwear", "footwear", "handwear", "neckwear", "headwear")
REFUSES = "Only dressed"  # words by chance


class Strict(FlatEngine):
    """Refuses what the real engine refuses; draws nothing much."""

    def check(self, request: SwapRequest) -> None:
        validate(request, PROFILES[request.profile])

    def swap(self, request: SwapRequest, on_step: Any = None) -> Any:
        return super().swap(SwapRequest(request.character, request.seed, request.character[..., 3], steps=1), on_step)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    desk = Service(Strict(), save_result, Settings(queue=10_000, share=10_000, rate=0, keep_megabytes=10_000))
    yield TestClient(site.build(desk, Stock(ROOT), "bundled", True), "http://localhost", raise_server_exceptions=False)
    desk.close(60)
    desk.end()


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((height, width, 4), 255, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def some(kind: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), kind)


def decimals(least: float, most: float) -> st.SearchStrategy[str]:
    return st.floats(least, most, allow_nan=False).map(lambda value: f"{value:.4f}")


SIDES = st.integers(16, 90)
VALID = st.fixed_dictionaries(
    {
        "prompt": st.text(string.ascii_letters + " ,红裙子赤い", min_size=1, max_size=60).filter(str.strip),
        "negative_prompt": some(st.text(string.ascii_letters, max_size=20)),
        "seed": some(st.integers(0, MAX_SEED)),
        "count": some(st.integers(1, 16)),
        "steps": some(st.integers(1, 150)),
        "guidance": some(decimals(1, 30)),
        "strength": some(decimals(0.2, 1)),
        "sampler": some(st.sampled_from(PROFILES["bundled"].samplers)),
        "profile": some(st.just("bundled")),
        "grow": some(st.integers(0, 4096)),
        "feather": some(st.integers(0, 256)),
        "loosen": some(decimals(0, 1)),
        "soft_edge": some(st.integers(0, 1024)),
        "follow": some(decimals(0, 1)),
        "draft_first": some(st.booleans()),
        "detail": some(st.sampled_from(["true", "false", "1", "0"])),
        "parts": some(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map(",".join)),
        "hint": some(st.sampled_from(["inpaint", "lineart:0.5", "lineart:1:0:0.5"])),
        "person": some(st.integers(0, 100)),
        "joints": some(st.just('{"wrist_l": [3, 4.5]}')),
    }
)
FIELDS = tuple(SwapForm.model_fields)
VALUES = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["", "nan", "inf", "-0", "1e400", "null", "{}", "[]", '{"wrist_l": [1]}', "\x00", "\ud83d\ude00", "9" * 5000]
    ),
)
WRONG = st.dictionaries(
    st.one_of(st.sampled_from(FIELDS), st.text(max_size=10)), st.one_of(VALUES, st.lists(VALUES, max_size=6)), max_size=8
)


def test_what_the_schema_allows_is_taken(client: TestClient) -> None:
    answers: list[tuple[int, str]] = []

    @CALM
    @given(VALID, SIDES, SIDES)
    def give(fields: dict[str, Any], width: int, height: int) -> None:
        assume(int(fields["steps"] or 25) * float(fields["strength"] or 1) >= 1)  # or not one step would be drawn
        data = {name: str(value) for name, value in fields.items() if value is not None}
        answer = client.post("/api/v1/swap", files={"character": ("c.png", png(width, height))}, data=data)
        if REFUSES not in answer.text:
            answers.append((answer.status_code, answer.text))

    give()
    refused = [row for row in answers if row[0] != 202]
    assert len(answers) > 100 and len(refused) <= 0.01 * len(answers), refused[:5]


@pytest.mark.parametrize("way", ["swap", "draft", "detect", "upscale"])
def test_whatever_is_sent_the_server_never_fails(client: TestClient, way: str) -> None:
    @CALM
    @given(WRONG, st.binary(max_size=60), st.booleans())
    def give(fields: dict[str, Any], raw: bytes, whole: bool) -> None:
        picture = png(20, 30) if whole else raw
        files = {"picture" if way == "upscale" else "character": ("\u00e9.png", picture)}
        answer = client.post(f"/api/v1/{way}", files=files, data=_sendable(fields))
        assert answer.status_code < 500, (answer.status_code, fields)
        assert answer.status_code in (200, 202) or answer.json()["detail"]

    give()


@CALM
@given(raw=st.binary(max_size=200), kind=st.sampled_from(["multipart/form-data; boundary=a", "application/json", "a", ""]))
def test_raw_bodies_and_strange_secrets(client: TestClient, raw: bytes, kind: str) -> None:
    body = raw if "multipart" not in kind else b'--a\r\nContent-Disposition: form-data; name="character"' + raw
    assert client.post("/api/v1/swap", content=body, headers={"content-type": kind}).status_code < 500
    secret = {"Authorization": b"Bearer " + raw.hex().encode()}
    assert client.get(f"/api/v1/jobs/{raw[:8].hex() or 0}", headers=secret).status_code in (401, 404)


def _sendable(fields: dict[str, Any]) -> dict[str, Any]:
    """As UTF-8, which lone surrogates are not."""
    return {name: value for name, value in fields.items() if max("".join(value) + name, default="") < "\ud800" or not name}
