"""What the page says, in the visitor's language.

Labels are translated by the browser (`label`), sentences that the server builds while it works by `say`.
"""

from __future__ import annotations

import gradio as gr
from gradio.i18n import I18nData

from ui.texts import en, ja, zh

LANGUAGES = {"en": en.TEXTS, "zh": zh.TEXTS, "ja": ja.TEXTS}

# The browser looks its locale up by its full name, so the regional ones are listed too.
_REGIONS = {"zh-CN": zh, "zh-TW": zh, "zh-HK": zh, "zh-SG": zh, "ja-JP": ja}
TRANSLATIONS = gr.I18n(**LANGUAGES, **{name: module.TEXTS for name, module in _REGIONS.items()})


def label(key: str) -> I18nData:
    """A text that the browser translates; the key must exist."""
    assert key in en.TEXTS, key
    return TRANSLATIONS(key)


def language(request: gr.Request | None) -> str:
    """The first language of the browser's wish list that the page speaks, else English."""
    wishes = request.headers.get("accept-language", "") if request else ""
    for wish in wishes.split(","):
        code = wish.split(";")[0].strip().lower().split("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


def say(request: gr.Request | None, key: str, **values: object) -> str:
    """A sentence in the visitor's language, with its {values} filled in."""
    return LANGUAGES[language(request)][key].format(**values)
