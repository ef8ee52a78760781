"""Which language the page speaks: the browser's, or the one that is chosen at its top and kept in a cookie.

Gradio 6.31 looks at `navigator.language` alone and knows Chinese only as zh-CN and zh-TW, while the server is sent the whole list
of wishes; so one short script, before any other of the page, makes up the browser's mind as `ui.texts.language` does.
"""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from ui.texts import COOKIE, LANGUAGES

NAMES = {"en": "English", "zh": "简体中文", "zh-TW": "繁體中文", "ja": "日本語"}
_SHORT = {"en": "EN", "zh": "简", "zh-TW": "繁", "ja": "日"}  # on phones

_FIRST = f"""<script>(() => {{
    const spoken = (wish) => {{
        const code = wish.toLowerCase();
        if (/^zh\\b/.test(code)) return /\\b(hant|tw|hk|mo)\\b/.test(code) && !/\\bhans\\b/.test(code) ? "zh-TW" : "zh-CN";
        return ["en", "ja"].find((own) => code.split("-")[0] === own);
    }};
    const chosen = document.cookie.match(/(?:^|; ){COOKIE}=([A-Za-z-]+)/);
    const wishes = [...(chosen ? [chosen[1]] : []), ...navigator.languages];
    const language = wishes.map(spoken).find(Boolean) ?? "en";
    Object.defineProperty(navigator, "language", {{ get: () => language }});
}})();</script>"""

# A frame of another site, as on Spaces, may only keep cookies of its own, and only encrypted ones.
_CHOOSE = f"""const shown = () => navigator.language.replace("zh-CN", "zh");
const mark = () => element.querySelectorAll("button").forEach((button) =>
    button.setAttribute("aria-pressed", button.dataset.language === shown()));
mark();
watch("value", mark);
element.addEventListener("click", (event) => {{
    const chosen = event.target.closest("button")?.dataset.language;
    if (!chosen || chosen === shown()) return;
    const frame = location.protocol === "https:" ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
    document.cookie = `{COOKIE}=${{chosen}}; path=/; max-age=31536000; ${{frame}}`;
    location.reload();
}});"""


def build() -> gr.HTML:
    """A button for each language, in its own words; the one that is spoken is pressed."""
    assert set(NAMES) == set(LANGUAGES)
    buttons = "".join(
        f'<button type="button" lang="{escape(code)}" data-language="{escape(code)}" data-short="{_SHORT[code]}" '
        f'aria-pressed="false">{name}</button>'
        for code, name in NAMES.items()
    )
    html = f'<nav aria-label="Language · 语言 · 語言 · 言語">{buttons}</nav>'
    return gr.HTML(html, js_on_load=_CHOOSE, apply_default_css=False, elem_id="language", padding=False)


class SpokenFirst:
    """ASGI: the script, at the beginning of the page's head."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        held: dict[str, Any] = {}

        async def changed(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                if headers.get(b"content-type", b"").startswith(b"text/html"):
                    held.update(message)
                    return
            elif held:
                body = message.get("body", b"").replace(b"<head>", b"<head>" + _FIRST.encode(), 1)
                kept = [(name, value) for name, value in held["headers"] if name != b"content-length"]
                if not message.get("more_body"):
                    kept.append((b"content-length", str(len(body)).encode()))
                await send({**held, "headers": kept})
                held.clear()
                message = {**message, "body": body}
            await send(message)

        await self.app(scope, receive, changed)
