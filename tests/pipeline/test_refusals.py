"""The text filter on long lists: how much it misses, how much it refuses without need, and that nothing makes it slow."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from pipeline.request import UserError
from pipeline.safety import check_words

FOLDER = Path(__file__).parent / "prompts"
RANDOM = random.Random(0)


def prompts(name: str) -> list[tuple[str, str]]:
    """Prompt and negative prompt of every line."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        if line and not line.startswith("# "):
            prompt, _, negative = json.loads('"' + line.replace('"', '\\"') + '"').partition("||")
            found.append((prompt.strip(), negative.strip()))
    return found


def is_refused(prompt: str, negative: str = "") -> bool:
    try:
        check_words(prompt, negative)
    except UserError:
        return True
    return False


def test_of_refused_requests_at_most_two_percent_pass() -> None:
    listed = prompts("refused")
    passed = [pair for pair in listed if not is_refused(*pair)]
    assert len(listed) > 500
    assert len(passed) <= 0.02 * len(listed), passed


def test_of_harmless_outfits_at_most_one_percent_are_refused() -> None:
    listed = prompts("harmless")
    refused = [pair for pair in listed if is_refused(*pair)]
    assert len(listed) > 400
    assert len(refused) <= 0.01 * len(listed), refused


@pytest.mark.parametrize(
    "text",
    [
        "a " * 4990, "n u " * 2490, "(" * 9990, "s" * 9990, "remove " + "the " * 2480, "take off the " * 760, "no all " * 1420,
        "a:1" * 3300, "脱她的" * 3300, "[(a:-1" * 1660, "clothes " * 1240, "".join(RANDOM.choices("abnude ,()", k=9990)),
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_no_prompt_takes_long(text: str) -> None:
    for pair in ((text, ""), ("", text)):
        began = time.thread_time()
        is_refused(*pair)
        assert time.thread_time() - began < 3  # a second or less on an idle machine


def test_a_prompt_without_end_is_refused_at_once() -> None:
    with pytest.raises(UserError, match="shorten"):
        check_words("a " * 10_000)


@pytest.mark.parametrize(
    ("young", "suggestive"),
    [
        ("child", "bikini"),
        ("10 years old", "towel"),
        ("小学生", "水着"),
        ("少女", "比基尼"),
        ("十七岁", "泳装"),
        ("kid", "スク水"),
    ],
)
def test_age_and_suggestion_are_each_fine_alone(young: str, suggestive: str) -> None:
    assert not is_refused(f"{young}, raincoat")
    assert not is_refused(f"{suggestive}, straw hat")
    for separator in (", ", "\n", " ", " BREAK "):
        assert is_refused(f"{young}{separator}{suggestive}")
    assert is_refused(suggestive, "adult, mature"), "asks for somebody young without a word of it"


def test_a_negative_prompt_may_name_what_is_unwanted() -> None:
    assert not is_refused("red coat", "nude, nsfw, underwear, child, loli, bikini")
    assert not is_refused("red coat", "skirt, dress, trousers, shirt"), "something else is worn"
    assert is_refused("standing girl", "skirt, dress, trousers, shirt"), "nothing is"


def test_each_refusal_is_one_sentence_of_its_own() -> None:
    said = []
    for pair in (("nude", ""), ("child, bikini", ""), ("girl", "clothes")):
        with pytest.raises(UserError) as refused:
            check_words(*pair)
        said.append(str(refused.value))
    assert len(set(said)) == 3
    assert all(sentence.count(".") == 1 and sentence.endswith(".") and "\n" not in sentence for sentence in said)


@pytest.mark.parametrize("text", ["不著寸縷", "一絲不掛", "乳貼", "限制級", "透視裝", "露點", "色氣"])
def test_traditional_characters_are_read_as_the_simplified_ones(text: str) -> None:
    assert is_refused(text)
