"""Where there is no room, on the disk or for pictures that come together."""

# ruff: noqa: F811

from __future__ import annotations

import errno
import os
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from serving.service import Service
from tests.serving.test_web import client, desk, opened, png, visitor  # noqa: F401


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_is_a_sentence_and_no_failure(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], code: int
) -> None:
    def fails(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    files = {"character": ("a.png", png())}
    with monkeypatch.context() as patch:
        patch.setattr("serving.web.uploads.shutil.copyfileobj", fails)
        answer = client.post("/api/v1/detect", files=files)
    assert answer.status_code == 503 and answer.headers["retry-after"] == "60"
    assert answer.json()["detail"].endswith("please try again in 60 seconds.")
    logged = "".join(capfd.readouterr())
    assert "Traceback" not in logged and os.strerror(code) in logged
    assert client.post("/api/v1/detect", files=files).status_code == 200


def test_several_pictures_fit_together_or_are_refused(opened: Callable[..., Service]) -> None:
    client = visitor(opened(decoded_megabytes=1))
    large = ("a.png", png(300, 300))  # 1.1 MB at 12 bytes a pixel
    alone = client.post("/api/v1/detect", files={"character": large})
    assert alone.status_code == 200
    files = [("character", large), *[("garment", large)] * 4]
    answer = client.post("/api/v1/swap", files=files, data={"prompt": "red skirt"})
    assert answer.status_code == 422 and "too large together" in answer.json()["detail"]
