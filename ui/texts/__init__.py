"""What the page says, in the visitor's language.

Labels are translated by the browser (`label`), sentences that the server builds while it works by `say`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import gradio as gr
from gradio.i18n import I18nData

from ui.texts import en, ja, zh, zh_tw

LANGUAGES = {"en": en.TEXTS, "zh": zh.TEXTS, "zh-TW": zh_tw.TEXTS, "ja": ja.TEXTS}
COOKIE = "cc_language"  # what was chosen on the page, see `ui.language`

# The browser looks its locale up by its full name, so the regional ones are listed too.
_REGIONS = {"zh-CN": zh, "zh-HK": zh_tw, "zh-SG": zh, "ja-JP": ja}
TRANSLATIONS = gr.I18n(**LANGUAGES, **{name: module.TEXTS for name, module in _REGIONS.items()})
_CHOSEN = re.compile(rf"(?:^|;\s*){COOKIE}=([A-Za-z-]+)")
_TRADITIONAL = {"hant", "tw", "hk", "mo"}  # script and regions, as BCP 47 writes them


def label(key: str) -> I18nData:
    """A text that the browser translates; the key must exist."""
    assert key in en.TEXTS, key
    return TRANSLATIONS(key)


def language(request: gr.Request | None) -> str:
    """The language that was chosen on the page, else the first of the browser's wish list that the page speaks, else English."""
    headers: Mapping[str, str] = request.headers if request else {}
    chosen = _CHOSEN.search(headers.get("cookie", ""))
    wishes = headers.get("accept-language", "").split(",")
    for wish in ([chosen[1]] if chosen else []) + wishes:
        code, *rest = wish.split(";")[0].strip().lower().split("-")
        if code == "zh" and "hans" not in rest and _TRADITIONAL & {*rest}:
            return "zh-TW"
        if code in LANGUAGES:
            return code
    return "en"


def say(request: gr.Request | None, key: str, **values: object) -> str:
    """A sentence in the visitor's language, with its {values} filled in."""
    return LANGUAGES[language(request)][key].format(**values)
