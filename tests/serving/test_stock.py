from __future__ import annotations

from pathlib import Path

import pytest

from serving.stock import Stock


def test_what_a_model_still_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "CC_MODELS"):
        monkeypatch.delenv(name, raising=False)
    rows = '[mine]\nlike = "sd15-anime"\nbase = "owner/name"\n[half]\nlike = "sd15-anime"\nbase = "half.safetensors"\n'
    (tmp_path / "half.safetensors").write_bytes(b"torn")
    (tmp_path / "models.toml").write_text(rows, encoding="utf-8")
    stock = Stock(tmp_path)
    assert stock.missing("bundled") is None
    known, mine = stock.missing("sd15-anime"), stock.missing("mine")
    assert known and (known.megabytes, known.licence) == (6204, "CreativeML-OpenRAIL-M, OpenRAIL, Apache-2.0")
    assert mine and mine.megabytes == 0, "only the hub knows"
    assert stock.missing("half") is None, "nobody can fetch the rest of a file of one's own"
    assert stock.hints("sd15-anime") == ("inpaint", "lineart") and stock.hints("sdxl-anime") == stock.named("sdxl-anime").hints
    assert stock.missing_hints("sd15-anime") is None, "first the model itself"
