"""Ten thousand letters are read in a moment, however they are chosen: no pattern tries every way to part a run of signs."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from models.prompt_weights import without_weights
from pipeline.chips import _parted
from pipeline.handles import without_handles
from pipeline.outfit import read_outfit
from pipeline.request import SwapRequest, UserError
from pipeline.safety import check_words
from pipeline.worn import without_tags

MOMENT = 0.3  # seconds of one core; where the time grew with the square it was 16 times, and from 4 seconds to hours
LETTERS = 9_990
REQUEST = SwapRequest(np.zeros((4, 4, 4), np.uint8), 1)
READERS: dict[str, Callable[[str], object]] = {
    "outfit": lambda text: read_outfit(text, "", 1),  # refusals first
    "weights": without_weights,
    "handles": without_handles,
    "tags": lambda text: without_tags(replace(REQUEST, prompt=text)),
    "chips": _parted,
}
FILLED = {  # what stands before, what is repeated, what stands behind
    "blanks": ("", " ", ""),
    "blanks between": ("red", " ", "dress"),
    "a colon and blanks": ("a:", " ", "x"),
    "a colon and digits": ("(a:", "1", "x"),
    "a negative weight": ("(a:-", "1", "x"),
    "a LoRA of blanks": ("<lora:", " ", ""),
    "a LoRA's strength of blanks": ("<lora:a:", " ", ""),
    "a hem of blanks": ("<hem:", " ", ""),
    "one letter": ("red dres", "s", "x"),
    "one letter of a refused word": ("n", "u", "d"),
    "possessives": ("red dress", "s'", "x"),
    "commas": ("a", " ,", "x"),
    "opened brackets": ("", "(", "a"),
    "brackets in each other": ("((", "(a)", "))"),
    "lines": ("a", "\n-", "x"),
    "numbers": ("", "1 ", "x"),
    "ages": ("", "18歳", "x"),
}


def seconds(reader: str, name: str, letters: int) -> float:
    """Of this thread alone: others that earlier tests have left (a page's server, a pool) do not count."""
    before, run, behind = FILLED[name]
    text = before + run * ((letters - len(before) - len(behind)) // len(run)) + behind
    began = time.thread_time()
    with suppress(UserError):
        READERS[reader](text)
    return time.thread_time() - began


@pytest.mark.parametrize("name", FILLED)
@pytest.mark.parametrize("reader", READERS)
def test_four_times_the_letters_take_about_four_times_as_long(reader: str, name: str) -> None:
    check_words("the tables are read once")
    few = seconds(reader, name, LETTERS // 4)
    # once more where it took longer: the first may have paid for collecting what the tests before it left behind
    assert any(seconds(reader, name, LETTERS) < 10 * few + MOMENT for _ in range(2))


def test_what_is_doubled_is_still_refused() -> None:
    for prompt in ("nuuuuuuuude girl", "a nnnnaked girl", "seeeeexy maid"):
        with pytest.raises(UserError):
            check_words(prompt)
    check_words("a loooooong skirt, aaaaaaah")


def test_brackets_deep_in_each_other_are_brackets() -> None:
    for closing in (")", "]"):
        text = "(" * (LETTERS // 2) + "a" + closing * (LETTERS // 2)
        began = time.thread_time()
        assert "a" in without_weights(text)
        assert time.thread_time() - began < 10 * MOMENT
