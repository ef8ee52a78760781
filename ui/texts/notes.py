"""Sentences of the pipeline in the visitor's language: the English one is the key, {names} stand for what is filled in."""

from __future__ import annotations

import re
import sys
from functools import cache

import gradio as gr

from ui.texts import LANGUAGES, language, say
from ui.texts.errors import ERRORS
from ui.texts.garments import called_in
from ui.texts.notes_zh_tw import TRADITIONAL

NOTES: dict[str, dict[str, str]] = {
    "No garment is named here, so nothing is drafted; please name one, such as 'red hoodie, blue jeans'.": {
        "zh": "这里没有提到服装，所以没有草图；请写出一件，例如“红色卫衣，蓝色牛仔裤”。",
        "ja": "服の名前がないため下描きはありません。例：「赤いパーカー、青いジーンズ」",
    },
    "No clothing was found; please click on it with 'Click to add', paint over it by hand, "
    "or upload a picture that shows the character larger.": {
        "zh": "没有找到服装；请用“点击添加”点选、手动涂抹，或上传角色更大的图片。",
        "ja": "服が見つかりません。「クリックで追加」で服をクリックするか、手で塗るか、もっと大きく写った絵を使ってください。",
    },
    "Not sure what is clothing here, please look at the mask; 'Click to add' and the brush mend it.": {
        "zh": "不太确定哪些是服装，请检查蒙版；可用“点击添加”和画笔修正。",
        "ja": "どこが服かはっきりしません。マスクを確かめ、「クリックで追加」やブラシで直してください。",
    },
    "The {parts} may be wrong, please look at the mask; 'Click to add' and the brush mend it.": {
        "zh": "{parts} 可能有误，请检查蒙版；可用“点击添加”和画笔修正。",
        "ja": "{parts} は誤りかもしれません。マスクを確かめ、「クリックで追加」やブラシで直してください。",
    },
    "No face or skin was recognised, so this may be no character: please look at the mask and mend it with the brush.": {
        "zh": "没有识别到面部或皮肤，这可能不是角色：请检查蒙版并用画笔修正。",
        "ja": "顔も肌も見つからず、キャラクターではないかもしれません。マスクを確かめ、ブラシで直してください。",
    },
    "Nearly everything was taken for clothing, please rub out of the mask what is not.": {
        "zh": "几乎全部被当作服装，请从蒙版中擦去不是服装的部分。",
        "ja": "ほとんどが服とみなされました。服でない所をマスクから消してください。",
    },
    "Person {person} is asked for, but {count} are to be seen here; please choose a smaller number.": {
        "zh": "要求的是第 {person} 个人，但这里只看到 {count} 个；请选择更小的编号。",
        "ja": "{person} 番の人が選ばれましたが、見つかったのは {count} 人です。小さい番号を選んでください。",
    },
    "There are {count} people here, so the largest one is dressed; choose another one or paint over their clothes.": {
        "zh": "图中有 {count} 个人，因此为最大的那个换装；可选择其他人，或涂抹其服装。",
        "ja": "{count} 人いるため、いちばん大きい人を着せ替えます。別の人を選ぶか、服を塗ってください。",
    },
    "Part of the body could not be made out and is drawn as it seems likely; its joints can be put right by hand.": {
        "zh": "身体的一部分无法辨认，那里按看起来可能的样子绘制；关节可手动改正。",
        "ja": "体の一部を判別できないため、そこはありそうな姿勢で描きました。関節は手で直せます。",
    },
    "No body was recognised here, so nothing is drafted; please draw the outfit yourself or place the joints by hand.": {
        "zh": "没有识别到身体，所以没有草图；请自己绘制服装或手动放置关节。",
        "ja": "体を認識できないため下描きはありません。自分で描くか、関節を手で置いてください。",
    },
    "The body could not be made out well enough to draft an outfit on it; please place the joints by hand.": {
        "zh": "身体辨认得不够清楚，无法绘制草图；请手动放置关节。",
        "ja": "体をはっきり判別できず下描きできません。関節を手で置いてください。",
    },
    "{count} of {total} results were not suitable to be shown and are left out; please choose other seeds for them.": {
        "zh": "{total} 张结果中有 {count} 张不宜显示，已略去；请为它们换一个种子。",
        "ja": "{total} 枚のうち {count} 枚は表示に適さないため省きました。別のシードをお試しください。",
    },
    "No new garments could be drawn here, so the old ones take the new colours.": {
        "zh": "这里画不出新的服装，因此旧的服装换成新的颜色。",
        "ja": "ここには新しい服を描けなかったため、元の服を新しい色にしました。",
    },
    "There is no {word} in the wardrobe.": {"zh": "衣橱里没有 {word}。", "ja": "{word} はワードローブにありません。"},
    "There is no {word} in the wardrobe, {kind} comes nearest.": {
        "zh": "衣橱里没有 {word}，最接近的是 {kind}。",
        "ja": "{word} はワードローブになく、{kind} がいちばん近いです。",
    },
    "Of {one} and {other} only the first is drawn.": {
        "zh": "{one} 和 {other} 中只画前者。",
        "ja": "{one} と {other} は前者だけを描きます。",
    },
    "Only the first {number} garments are drawn.": {
        "zh": "只画前 {number} 件服装。",
        "ja": "描くのは最初の {number} 着だけです。",
    },
    "Only dressed, non-sexual outfits can be drawn here, please describe clothing for the character to wear.": {
        "zh": "这里只能绘制得体、不涉及性的服装，请描述角色要穿的衣服。",
        "ja": "ここで描けるのは性的でない服だけです。着せたい服を書いてください。",
    },
    "The networks for these hints are not on this disk: {kinds} ({size}), please leave them out or run: "
    "python app.py models download {name} --all-hints": {
        "zh": "这台机器上没有这些参照所需的网络：{kinds}（{size}）；请不用它们，"
        "或运行：python app.py models download {name} --all-hints",
        "ja": "これらのヒントのネットワークがありません：{kinds}（{size}）。外すか、"
        "python app.py models download {name} --all-hints を実行してください。",
    },
    "The model computed infinities instead of a picture, so its weights are damaged or overflow in 16 bits: "
    "please run python app.py models verify {name}, or choose another model.": {
        "zh": "模型算出了无穷大而不是图像，权重已损坏或在 16 位下溢出：请运行 python app.py models verify {name}，或换一个模型。",
        "ja": "モデルが絵ではなく無限大を計算しました。重みが壊れているか 16 ビットで溢れています。"
        "python app.py models verify {name} を実行するか、別のモデルを選んでください。",
    },
    "The model drew one flat colour instead of a picture, so its weights are damaged or overflow in 16 bits: "
    "please run python app.py models verify {name}, or choose another model.": {
        "zh": "模型只画出了单一颜色而不是图像，权重已损坏或在 16 位下溢出："
        "请运行 python app.py models verify {name}，或换一个模型。",
        "ja": "モデルが絵ではなく一色だけを描きました。重みが壊れているか 16 ビットで溢れています。"
        "python app.py models verify {name} を実行するか、別のモデルを選んでください。",
    },
    "Someone young is only drawn in everyday clothes here, please leave out the age or the suggestive words.": {
        "zh": "年幼的角色在这里只画日常服装，请去掉年龄或暗示性的词语。",
        "ja": "幼いキャラクターは普段着だけを描きます。年齢か思わせぶりな言葉を外してください。",
    },
    "The negative prompt would take the clothes away, please name only what should not be in the picture.": {
        "zh": "“不要出现”的内容会把衣服去掉，请只写不应出现的东西。",
        "ja": "「描かないもの」で服がなくなってしまいます。絵に出したくないものだけを書いてください。",
    },
    "At a strength of {strength} the old clothes shine through, so the {kind} cannot take its colour; please raise it.": {
        "zh": "强度为 {strength} 时旧服装会透出来，{kind} 无法显示其颜色；请提高强度。",
        "ja": "強さ {strength} では元の服が透けるため、{kind} の色が出ません。強さを上げてください。",
    },
    "The mask leaves no room for all of this: {garments}; please extend the mask.": {
        "zh": "蒙版放不下：{garments}；请扩大蒙版。",
        "ja": "マスクに収まりません：{garments}。マスクを広げてください。",
    },
    "The mask covers a face, which is drawn anew; please take the face out of the mask if it is to stay.": {
        "zh": "蒙版盖住了面部，面部会被重新绘制；若要保留，请从蒙版中去掉面部。",
        "ja": "マスクが顔にかかり、顔も描き直されます。残すなら顔をマスクから外してください。",
    },
    "The mask lies on {count} people, of whom one is dressed; please choose the person or paint over one alone.": {
        "zh": "蒙版涉及 {count} 个人，只为其中一个换装；请选择人物，或只涂抹一个人。",
        "ja": "マスクが {count} 人にかかっていますが、着せ替えるのは一人です。人を選ぶか、一人だけ塗ってください。",
    },
    "The colours of this picture are described in a way that cannot be given back ({space}), so the result will be sRGB.": {
        "zh": "这张图片的颜色描述方式（{space}）无法还原，因此结果为 sRGB。",
        "ja": "この絵の色の記述（{space}）には戻せないため、結果は sRGB になります。",
    },
    "The colour profile of this picture could not be read, so its colours are taken as sRGB.": {
        "zh": "无法读取这张图片的颜色配置文件，因此按 sRGB 处理。",
        "ja": "この絵のカラープロファイルを読めないため、色は sRGB とみなします。",
    },
    "This is pixel art, so its pixels were repeated instead of redrawn: grid and palette are as they were.": {
        "zh": "这是像素画，因此直接重复像素而不重绘：网格和色板保持不变。",
        "ja": "ドット絵なので描き直さずに画素を繰り返しました。格子と色数はそのままです。",
    },
}


def told_in(sentence: str, request: gr.Request | None) -> str:
    """The sentence in the visitor's language. What has no translation is for whoever runs this machine, and goes into the log."""
    code = language(request)
    told = sentence if code == "en" else _translated(sentence, code)
    if told is not None or _IN_OWN_SCRIPT.search(sentence):
        return told or sentence
    print(f"note: {sentence}", file=sys.stderr)
    return say(request, "operator")


def _translated(sentence: str, code: str) -> str | None:
    """None where there is no translation. Parts of an outfit and a sentence within it are told in the same language."""
    for pattern, words in _patterns():
        if (found := pattern.fullmatch(sentence)) is None:
            continue
        text = TRADITIONAL.get(words["zh"], words["zh"]) if code == "zh-TW" else words[code]
        values = found.groupdict()
        if "error" in values:
            values["error"] = _translated(values["error"], code) or LANGUAGES[code]["operator"]
        if "parts" in values:
            values["parts"] = _PART.sub(lambda part: LANGUAGES[code].get(_PARTS.get(part[0], ""), "、"), values["parts"])
        for name in _WORDS.keys() & values.keys():
            garments = values[name].split(", ")
            values[name] = "、".join(called_in(code, _WORDS[name], word.removesuffix("-length")) for word in garments)
        return text.format(**values)
    return None


_IN_OWN_SCRIPT = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")  # kana or Chinese characters: told already
_WORDS = {"kind": "kind", "garments": "kind", "wanted": "length", "given": "length"}  # fields of a garment, by the name in a note
_PARTS = {text: key for key, text in LANGUAGES["en"].items() if key.startswith("part_")}
_PART = re.compile("|".join([*sorted(map(re.escape, _PARTS), key=len, reverse=True), ", | and "]))


def means(sentence: str, text: str) -> bool:
    """Whether it is this sentence of the pipeline, with its names filled in."""
    return _pattern(text).fullmatch(sentence) is not None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], dict[str, str]], ...]:
    """The longest first: some sentences are the beginning of others."""
    rows = sorted({**NOTES, **ERRORS}.items(), key=lambda row: -len(row[0]))
    return tuple((_pattern(text), words) for text, words in rows)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(text)), re.DOTALL)
