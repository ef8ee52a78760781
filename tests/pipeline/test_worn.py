"""Names in a prompt: LoRAs and new words are meant only where they are said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.request import SwapRequest
from pipeline.worn import new_words

NOBODY = SwapRequest(np.zeros((8, 8, 4), np.uint8), 0)


def test_a_new_word_is_a_whole_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC_EMBEDDINGS", str(tmp_path))
    for name in ("lace", "bad-hands.v2"):
        (tmp_path / f"{name}.safetensors").touch()
    for prompt, said in (("necklace, laces", ()), ("a Lace collar", ("lace",)), ("(lace:1.2)", ("lace",)), ("黑lace", ())):
        assert new_words(replace(NOBODY, prompt=prompt)) == said
    assert new_words(replace(NOBODY, negative_prompt="bad-hands.v2, blurry")) == ("bad-hands.v2",)
    assert new_words(replace(NOBODY, prompt="bad-hands_v2")) == ()
