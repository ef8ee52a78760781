"""Every sentence that a visitor can read, in every language of the page."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest

from pipeline.outfit import read_outfit
from pipeline.request import SwapRequest, UserError
from tests.ui.flat_engine import FlatEngine
from ui import draft_view
from ui.guard import as_message
from ui.presets import PRESETS, words_of
from ui.texts import LANGUAGES, TRANSLATIONS, garments, language, notes_zh_tw
from ui.texts.errors import ERRORS
from ui.texts.notes import NOTES, told_in
from wardrobe.cuts import LENGTHS, NECKLINES, SLEEVES
from wardrobe.kinds import KINDS
from wardrobe.palette import COLOURS

ROOT = Path(__file__).parents[2]
OTHERS = [code for code in LANGUAGES if code != "en"]
# What only whoever runs this machine reads, at its start, in its terminal or in its log.
OPERATOR = re.compile(r"\{_PREFIX\}|\{(?:EMBED_)?OFF\} cannot|Safety: %s|The outfit in this picture was drawn by")
# Words that are the same everywhere; {values} and commands are set aside first.
SAME = {
    "CC_ControlNet",
    "LoRA",
    "LoRAs",
    "PNG",
    "SVG",
    "JPEG",
    "WebP",
    "AVIF",
    "GIF",
    "TIFF",
    "MB",
    "px",
    "sRGB",
    "lora",
    "x",
    "T",
    *("Idempotency", "Key", "Authorization", "Bearer", "SECRET", "multipart", "form", "data", "openapi", "json"),
    *("prompt", "garment", "garment_scale", "garment_parts"),
    *("A", "V", "Polo"),
}
SIMPLIFIED_ONLY = set("张图换装蒙选择请为们这没发颜红蓝绿种设细绘轮转页无临节载单词强与头脸护线宽从")
KANA = re.compile("[\u3040-\u30ff]")


def visitor(*wishes: str, cookie: str = "") -> gr.Request:
    headers = {"accept-language": ",".join(wishes)} | ({"cookie": cookie} if cookie else {})
    return cast(gr.Request, SimpleNamespace(headers=headers))


def english_in(text: str) -> list[str]:
    rest = re.sub(r"\{\w+\}|<[^<>]*>|python app\.py(?:[\w \-]|\{\w+\})*", " ", text)
    return [word for word in re.findall(r"[A-Za-z_]+", rest) if word not in SAME]


@pytest.mark.parametrize("code", OTHERS)
def test_no_label_is_english(code: str) -> None:
    texts = LANGUAGES[code]
    assert list(texts) and set(texts) == set(LANGUAGES["en"])
    assert {key: words for key, text in texts.items() if (words := english_in(text))} == {}
    for key, text in LANGUAGES["en"].items():
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name} == {
            name for _, name, _, _ in string.Formatter().parse(texts[key]) if name
        }, key


def sentences(file: Path) -> Iterator[str]:
    """Strings of a file that read like sentences, values as {...}; without docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    scopes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, scopes) and node.body and isinstance(node.body[0], ast.Expr)
    }
    within = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(cast(Any, part).value)}}}"
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | within:
            text = node.value
        else:
            continue
        if re.match(r"[A-Z'\"{].*\s.*\s.*(\.|: \{[^{}]*\}+)$", text, re.DOTALL) and not OPERATOR.match(text):
            yield text


def without_names(text: str) -> str:
    return re.sub(r"\{(?:[^{}]|\{[^{}]*\})*\}", "{}", text)


def test_every_sentence_of_the_pipeline_has_its_translations() -> None:
    known = {without_names(text) for text in (*NOTES, *ERRORS)}
    told = (ROOT / "serving" / name for name in ("local.py", "checking.py", "refusals.py", "filled.py", "web/desk.py"))
    files = [*sorted((ROOT / "pipeline").rglob("*.py")), *told, *sorted((ROOT / "ui").glob("*.py"))]
    unseen = {"arguments.py", "runs.py"}  # for the terminal, and for `ui.canvas`, which says it in its own words
    said = {text: file.name for file in files if file.name not in unseen for text in sentences(file)}
    assert len(said) > 60
    assert {text: file for text, file in said.items() if without_names(text) not in known} == {}


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_told_in_the_language(code: str) -> None:
    for sentence in (*NOTES, *ERRORS):
        names = [name for _, name, _, _ in string.Formatter().parse(sentence) if name]
        given = sentence.format(**dict.fromkeys(names, "7"))
        told = told_in(given, visitor(code))
        assert told != given and english_in(told) == [], told
        assert re.search("[\u4e00-\u9fff\u3040-\u30ff]", told)
        assert told != LANGUAGES[code]["operator"], sentence
        if code == "zh-TW":
            assert not SIMPLIFIED_ONLY & set(told), told


def test_traditional_chinese_is_whole_and_its_own() -> None:
    simple = {row["zh"] for row in (*NOTES.values(), *ERRORS.values())}
    assert simple == set(notes_zh_tw.TRADITIONAL)
    for text in LANGUAGES["zh-TW"].values():
        assert not SIMPLIFIED_ONLY & set(text), text
    assert not any(KANA.search(text) for text in (*LANGUAGES["zh"].values(), *LANGUAGES["zh-TW"].values()))


@pytest.mark.parametrize(
    ("wishes", "cookie", "spoken"),
    [
        (["de", "ja;q=0.8"], "", "ja"),
        (["zh"], "", "zh"),
        (["zh-CN"], "", "zh"),
        (["zh-Hans-TW"], "", "zh"),
        (["zh-SG"], "", "zh"),
        (["zh-TW"], "", "zh-TW"),
        (["zh-HK", "en"], "", "zh-TW"),
        (["zh-Hant"], "", "zh-TW"),
        (["fr"], "", "en"),
        (["en-GB", "ja"], "a=1; cc_language=zh-TW; b=2", "zh-TW"),
        (["ja"], "cc_language=xx", "ja"),
    ],
)
def test_which_language_is_spoken(wishes: list[str], cookie: str, spoken: str) -> None:
    assert language(visitor(*wishes, cookie=cookie)) == spoken


def test_the_browser_finds_the_regional_names() -> None:
    there = TRANSLATIONS.translations_dict
    assert there["zh-CN"] is LANGUAGES["zh"] and there["zh-TW"] is LANGUAGES["zh-TW"] and there["ja"] is LANGUAGES["ja"]


def test_garments_within_a_note_are_called_as_on_the_page() -> None:
    kind, skirt = garments.WORDS["kind"]["hoodie"], garments.WORDS["kind"]["pleated skirt"]
    knee, long = garments.WORDS["length"]["knee"], garments.WORDS["length"]["long"]
    for column, code in enumerate(("zh", "zh-TW", "ja")):
        cut = told_in("The mask leaves no room for all of this: hoodie, pleated skirt; please extend the mask.", visitor(code))
        assert f"{kind[column]}、{skirt[column]}" in cut
        nearest = told_in("A hoodie comes no nearer to knee-length than long.", visitor(code))
        assert all(words[column] in nearest for words in (kind, knee, long)) and not re.search("[a-z]", nearest)
    assert "hat comes nearest" in told_in("There is no sombrero in the wardrobe, hat comes nearest.", visitor("en"))


def test_mistakes_and_whatever_has_no_translation(capfd: pytest.CaptureFixture[str]) -> None:
    wrong = UserError("Picture 2: Nothing is painted yet, please paint over the clothing that should change.")
    assert as_message(wrong, visitor("ja")).message == "2 枚目：まだ何も塗られていません。着せ替えたい服を塗ってください。"
    assert as_message(wrong, visitor("en")).message == str(wrong)
    doubt = "The topwear, bare arms and legs and neckwear may be wrong, please look at the mask; "
    doubt += "'Click to add' and the brush mend it."
    assert "上衣、裸露的手臂和腿、领饰配件" in told_in(doubt, visitor("zh"))
    assert told_in(LANGUAGES["ja"]["no_mask"], visitor("ja")) == LANGUAGES["ja"]["no_mask"], "told already"

    broken = "The weights file unet.safetensors is damaged or another model's, please download it again."
    assert told_in(broken, visitor("zh-TW")) == LANGUAGES["zh-TW"]["operator"]
    assert broken in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("红色格子百褶裙，白色衬衫", {"pleated skirt", "shirt"}),
        ("紅色格子百褶裙，白色襯衫", {"pleated skirt", "shirt"}),
        ("紅色帽T，藍色牛仔褲", {"hoodie", "jeans"}),
        ("紅色衛衣，藍色牛仔褲", {"hoodie", "jeans"}),
        ("黑色長大衣，紅色圍巾", {"coat", "scarf"}),
        ("綠色毛衣，白色長襪", {"sweater", "knee socks"}),
        ("赤いチェックのプリーツスカート、白いブラウス", {"pleated skirt", "blouse"}),
        ("赤いパーカー、青いジーンズ", {"hoodie", "jeans"}),
    ],
)
def test_own_words_are_understood(words: str, kinds: set[str]) -> None:
    wish = read_outfit(words, "", 1)
    assert {garment.kind for garment in wish.garments} == kinds and wish.notes == ()


def test_examples_on_the_page_are_understood() -> None:
    for texts in LANGUAGES.values():
        wish = read_outfit(texts["prompt_hint"], texts["negative_hint"], 1)
        assert len(wish.garments) == 2 and wish.notes == () and wish.without


def test_everything_in_the_wardrobe_has_its_names() -> None:
    words = {"kind": KINDS, "colour": COLOURS, "length": LENGTHS, "sleeve": SLEEVES, "neckline": NECKLINES}
    assert {field: set(rows) for field, rows in garments.WORDS.items()} == {field: set(known) for field, known in words.items()}
    for rows in garments.WORDS.values():
        for simple, traditional, japanese in rows.values():
            assert not SIMPLIFIED_ONLY & set(traditional), traditional
            assert not KANA.search(simple + traditional) and simple and japanese
    assert garments.named("hoodie", "red", visitor("zh-TW")) == "紅色帽T"
    assert garments.named("hoodie", "red", visitor("ja")) == "赤のパーカー"
    assert garments.named("hoodie", "red", visitor("en")) == "red hoodie"
    assert garments.called("sleeve", "none", visitor("en")) == "no sleeves"
    assert garments.called("kind", "space suit", visitor("zh")) == "space suit", "what has no row keeps its English name"


@pytest.mark.parametrize("code", ["zh", "zh-TW", "ja"])
def test_chips_of_a_draft_are_in_the_language(code: str) -> None:
    drafted = FlatEngine().draft(SwapRequest(np.zeros((50, 40, 4), np.uint8), 1, prompt="red hoodie, blue jeans"))
    html = draft_view.chips(drafted.garments, drafted.choices, visitor(code))
    seen = [text for text in re.findall(r">([^<>]+)<", html) if text not in "↕×"]
    assert len(seen) > 100 and {text: words for text in seen if (words := english_in(text))} == {}
    titles = re.findall(r'title="([^"]+)"', html)
    assert titles and {text: words for text in titles if (words := english_in(text))} == {}


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("name", PRESETS)
def test_ideas_mean_the_same_in_every_language(code: str, name: str) -> None:
    one, other = (read_outfit(LANGUAGES[language][words_of(name)], "", 1) for language in ("en", code))
    named, again = (
        [(garment.kind, garment.colour, garment.second_colour, garment.pattern, garment.length) for garment in wish.garments]
        for wish in (one, other)
    )
    assert named and named == again and other.notes == one.notes == ()


@pytest.mark.parametrize(
    ("traditional", "simple"),
    [
        ("熱褲", "热裤"),
        ("鋸齒紋連身裙", "锯齿纹连身裙"),
        ("純黑禮服裙", "纯黑礼服裙"),
        ("開襟衫，魚尾裙", "开襟衫，鱼尾裙"),
        ("海盜裝", "海盗装"),
        ("雪紡衫，鉛筆裙", "雪纺衫，铅笔裙"),
        ("橄欖綠衝鋒衣", "橄榄绿冲锋衣"),
        ("籃球服，涼鞋", "篮球服，凉鞋"),
        ("薑黃色燈籠褲", "姜黄色灯笼裤"),
        ("寶藍色賽車服", "宝蓝色赛车服"),
        ("豎條紋職業裝", "竖条纹职业装"),
        ("蘇格蘭格紋百褶裙，手鐲", "苏格兰格纹百褶裙，手镯"),
    ],
)
def test_traditional_words_mean_what_the_simplified_ones_do(traditional: str, simple: str) -> None:
    one, other = read_outfit(traditional, "", 3), read_outfit(simple, "", 3)
    assert one.garments and one.garments == other.garments and one.notes == other.notes
