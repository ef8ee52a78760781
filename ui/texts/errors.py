"""Refusals and mistakes in the visitor's language, and notes of models: written as `ui.texts.notes.NOTES` is."""

from __future__ import annotations

from ui.texts.refusals import REFUSALS

ERRORS: dict[str, dict[str, str]] = {
    **REFUSALS,
    "This picture has {one} pixels and the dressed one {other}, please scale it to the same size.": {
        "zh": "这张图片是 {one} 像素，已换装的是 {other} 像素，请缩放到相同大小。",
        "ja": "この絵は {one} ピクセル、着せ替えた絵は {other} ピクセルです。同じ大きさにしてください。",
    },
    "The clothes of this picture lie elsewhere than those of the dressed one, please dress it by itself.": {
        "zh": "这张图片的服装位置与已换装的不同，请单独为它换装。",
        "ja": "この絵の服は着せ替えた絵と位置が違います。この絵だけで着せ替えてください。",
    },
    "Picture {number}: {error}": {
        "zh": "第 {number} 张：{error}",
        "ja": "{number} 枚目：{error}",
    },
    "Only empty space is painted, please paint over the clothing or loosen the outline.": {
        "zh": "只涂到了空白处，请涂抹服装，或放宽轮廓。",
        "ja": "何もない所だけが塗られています。服を塗るか、輪郭をゆるめてください。",
    },
    "Nothing called {words} was found, please use another word or paint over it by hand.": {
        "zh": "没有找到 {words}，请换一个词，或用手涂抹。",
        "ja": "{words} は見つかりませんでした。別の言葉にするか、手で塗ってください。",
    },
    "{words} is not one of the clothes that are known by name here, please click on the thing or paint over it.": {
        "zh": "这里不认识名为 {words} 的服装，请点击它或用手涂抹。",
        "ja": "{words} という名前の服は知られていません。クリックするか、手で塗ってください。",
    },
    "Please click on the thing that is meant first.": {
        "zh": "请先点击所指的东西。",
        "ja": "まず対象をクリックしてください。",
    },
    "The joint {name} lies outside the picture, please place it inside.": {
        "zh": "关节 {name} 在图片之外，请放到图片内。",
        "ja": "関節 {name} が絵の外にあります。中に置いてください。",
    },
    "There is no joint called {name}, please choose from: {known}.": {
        "zh": "没有名为 {name} 的关节，请从中选择：{known}。",
        "ja": "{name} という関節はありません。次から選んでください：{known}",
    },
    "What stands after '{name}:' is no number, please write it as <{same}:-0.1> or <{again}:0.1>.": {
        "zh": "“{name}:”后面不是数字，请写成 <{same}:-0.1> 或 <{again}:0.1>。",
        "ja": "「{name}:」の後が数ではありません。<{same}:-0.1> か <{again}:0.1> のように書いてください。",
    },
    "There is no hint called {kind}, please choose from: {kinds}.": {
        "zh": "没有名为 {kind} 的参考，请从中选择：{kinds}。",
        "ja": "{kind} というヒントはありません。次から選んでください：{kinds}",
    },
    "This file could not be opened as a picture: it may be damaged or of another kind, please save it again as PNG, "
    "JPEG, WebP, AVIF, GIF or TIFF.": {
        "zh": "无法将此文件作为图片打开：可能已损坏或格式不同，请重新保存为 PNG、JPEG、WebP、AVIF、GIF 或 TIFF。",
        "ja": "画像として開けません。壊れているか別の形式です。PNG、JPEG、WebP、AVIF、GIF、TIFF で保存し直してください。",
    },
    "There is no picture at that place, please choose the file again.": {
        "zh": "那里没有图片，请重新选择文件。",
        "ja": "その場所に画像がありません。もう一度ファイルを選んでください。",
    },
    "This picture has {width} x {height} pixels, please scale it down below {most} megapixels.": {
        "zh": "这张图片有 {width} x {height} 像素，请缩小到 {most} 百万像素以下。",
        "ja": "この画像は {width} x {height} ピクセルです。{most} メガピクセル未満に縮小してください。",
    },
    "This picture is only {width} x {height} pixels, please use one of at least {least} x {same}.": {
        "zh": "这张图片只有 {width} x {height} 像素，请使用至少 {least} x {same} 的图片。",
        "ja": "この画像は {width} x {height} ピクセルしかありません。{least} x {same} 以上のものを使ってください。",
    },
    "This picture is too long and thin ({width} x {height}), please crop it closer to the character.": {
        "zh": "这张图片太狭长（{width} x {height}），请裁剪得更贴近角色。",
        "ja": "この画像は細長すぎます（{width} x {height}）。キャラクターの近くで切り抜いてください。",
    },
    "The settings can only be read from a PNG picture that was saved here.": {
        "zh": "只能从在这里保存的 PNG 图片读取设置。",
        "ja": "設定はここで保存した PNG 画像からのみ読み込めます。",
    },
    "This picture carries no settings, please choose one that was saved here.": {
        "zh": "这张图片不带设置，请选择在这里保存的图片。",
        "ja": "この画像に設定は入っていません。ここで保存した画像を選んでください。",
    },
    "The mask has {mask} pixels and the picture {picture}, which is another shape; please make the mask on this very "
    "picture, or turn it as the picture is turned.": {
        "zh": "蒙版是 {mask} 像素，图片是 {picture} 像素，形状不同；请直接在这张图片上制作蒙版，或按图片的方向旋转。",
        "ja": "マスク（{mask}）と画像（{picture}）の形が違います。この画像の上でマスクを作るか、同じ向きに回してください。",
    },
    "{name} could not be written ({reason}), please make room or choose another folder.": {
        "zh": "无法写入 {name}，请腾出空间，或选择其他文件夹。",
        "ja": "{name} に書き込めません。空きを作るか、別のフォルダーを選んでください。",
    },
    "Nothing is painted yet, please paint over the clothing that should change.": {
        "zh": "还没有涂抹，请涂抹要更换的服装。",
        "ja": "まだ何も塗られていません。着せ替えたい服を塗ってください。",
    },
    "Everything painted lies on protected parts, please paint over the clothing or unprotect a part.": {
        "zh": "涂抹的地方都受保护，请涂抹服装，或取消对某部分的保护。",
        "ja": "塗った所はすべて保護されています。服を塗るか、保護を外してください。",
    },
    "The painted copy looks the same as the character, please scribble over the clothing that should change.": {
        "zh": "涂抹的副本与角色看起来相同，请在要更换的服装上涂画。",
        "ja": "塗った写しが元の絵と同じです。着せ替えたい服の上を塗ってください。",
    },
    "The painted copy differs nearly everywhere, please scribble over a copy of the same character.": {
        "zh": "涂抹的副本几乎处处不同，请在同一角色的副本上涂画。",
        "ja": "塗った写しはほぼ全体が違います。同じキャラクターの写しに塗ってください。",
    },
    "The wardrobe has no {word}, please choose a garment that is listed.": {
        "zh": "衣橱里没有 {word}，请选择列出的服装。",
        "ja": "{word} はワードローブにありません。一覧から選んでください。",
    },
    "The colour {word} is not known, please use a common colour word.": {
        "zh": "不认识颜色 {word}，请使用常见的颜色词。",
        "ja": "{word} という色は知られていません。一般的な色名を使ってください。",
    },
    "A garment's {field} cannot be {value}, please choose one that is listed.": {
        "zh": "服装的 {field} 不能是 {value}，请选择列出的选项。",
        "ja": "服の {field} を {value} にはできません。一覧から選んでください。",
    },
    "The words ask for {word} and refuse it: it is drawn.": {
        "zh": "文字中既要求又拒绝 {word}：仍会画出。",
        "ja": "{word} を求める言葉と拒む言葉の両方があるため、描きました。",
    },
    "A {kind} comes no nearer to {wanted} than {given}.": {
        "zh": "{kind} 最接近 {wanted} 的是 {given}。",
        "ja": "{kind} は {wanted} にいちばん近いものが {given} です。",
    },
    "The prompts have more than {most} letters, please shorten them.": {
        "zh": "提示词超过 {most} 个字符，请缩短。",
        "ja": "プロンプトが {most} 文字を超えています。短くしてください。",
    },
    "There is no part called {word}, please choose from: {known}.": {
        "zh": "没有名为 {word} 的部分，请从中选择：{known}。",
        "ja": "{word} という部分はありません。次から選んでください：{known}",
    },
    "This looks like a photograph of a real person, please choose a drawn character.": {
        "zh": "这看起来是真人照片，请选择画出来的角色。",
        "ja": "実在の人の写真のようです。描かれたキャラクターを選んでください。",
    },
    "This {what} is not suitable here, please choose another one.": {
        "zh": "这张图片不适合在这里使用，请换一张。",
        "ja": "この画像はここでは使えません。別のものを選んでください。",
    },
    "This result was not suitable to be shown, please describe the clothing in other words or choose another seed.": {
        "zh": "这个结果不宜显示，请换种说法描述服装，或换一个种子。",
        "ja": "この結果は表示に適しません。別の言葉で服を書くか、別のシードを選んでください。",
    },
    "Pictures can be enlarged {scales} times, please choose one of these.": {
        "zh": "图片可放大 {scales} 倍，请选择其中之一。",
        "ja": "画像の拡大は {scales} 倍です。どれかを選んでください。",
    },
    "The result would have {width} x {height} pixels, please choose a smaller scale or picture (at most {most} megapixels).": {
        "zh": "结果会有 {width} x {height} 像素，请选择更小的倍数或图片（最多 {most} 百万像素）。",
        "ja": "結果が {width} x {height} ピクセルになります。小さい倍率か画像を選んでください（最大 {most} メガピクセル）。",
    },
    "There is no character yet, please choose a picture.": {
        "zh": "还没有角色，请选择一张图片。",
        "ja": "まだキャラクターがいません。画像を選んでください。",
    },
    "The draft must be as large as the character and transparent where nothing is drawn, please scale it.": {
        "zh": "草图必须与角色图片一样大，且未绘制处透明，请缩放它。",
        "ja": "下描きはキャラクターと同じ大きさで、描いていない所は透明でなければなりません。大きさを合わせてください。",
    },
    "Strength is so low that no step would be drawn, please raise the strength or the number of steps.": {
        "zh": "重绘强度过低，一步也不会绘制，请提高强度或步数。",
        "ja": "強さが低すぎて 1 ステップも描かれません。強さかステップ数を上げてください。",
    },
    "This model has no sampler {name}, please choose one of: {known}.": {
        "zh": "这个模型没有采样器 {name}，请从中选择：{known}。",
        "ja": "このモデルにサンプラー {name} はありません。次から選んでください：{known}",
    },
    "How closely a garment's picture is followed must lie between 0 and 2, please change it.": {
        "zh": "参考服装图片的程度必须在 0 到 2 之间，请更改。",
        "ja": "服の画像に従う強さは 0 から 2 の間です。変えてください。",
    },
    "This model takes words only, please describe the garment instead of giving a picture of it.": {
        "zh": "这个模型只接受文字，请用文字描述服装，不要用图片。",
        "ja": "このモデルは言葉だけを使います。画像の代わりに言葉で書いてください。",
    },
    "{setting} must lie between {least} and {most}, please change it.": {
        "zh": "{setting} 必须在 {least} 到 {most} 之间，请更改。",
        "ja": "{setting} は {least} から {most} の間です。変えてください。",
    },
    "This model knows no hint {kind}, please use: {known}.": {
        "zh": "这个模型不认识参考 {kind}，请使用：{known}。",
        "ja": "このモデルはヒント {kind} を使えません。次を使ってください：{known}",
    },
    "A hint's scale must lie in 0..2 and its span in 0..1, start before end, please change them.": {
        "zh": "参考的强度必须在 0 到 2 之间，范围在 0 到 1 之间，且开始早于结束，请更改。",
        "ja": "ヒントの強さは 0〜2、範囲は 0〜1 で、開始は終了より前です。変えてください。",
    },
    "The picture of the {kind} hint must be as large as the character, please scale it.": {
        "zh": "{kind} 参考的图片必须与角色图片一样大，请缩放它。",
        "ja": "{kind} のヒント画像はキャラクターと同じ大きさでなければなりません。大きさを合わせてください。",
    },
    "There is no LoRA called {name}, please put it into {folder}/ or choose one that is there: {there}.": {
        "zh": "没有名为 {name} 的 LoRA，请放入 {folder}/，或选择已有的：{there}。",
        "ja": "{name} という LoRA はありません。{folder}/ に入れるか、あるものから選んでください：{there}",
    },
    "At most {most} LoRAs can be worn at once, please remove some.": {
        "zh": "最多可同时使用 {most} 个 LoRA，请移除一些。",
        "ja": "LoRA は同時に {most} 個までです。減らしてください。",
    },
    "A LoRA's strength must lie between -{most} and {same}, please change it.": {
        "zh": "LoRA 的强度必须在 -{most} 到 {same} 之间，请更改。",
        "ja": "LoRA の強さは -{most} から {same} の間です。変えてください。",
    },
    "The strength of the LoRA {name} is no number, please write it as <lora:{same}:0.8>.": {
        "zh": "LoRA {name} 的强度不是数字，请写成 <lora:{same}:0.8>。",
        "ja": "LoRA {name} の強さが数ではありません。<lora:{same}:0.8> のように書いてください。",
    },
    "This picture needs more memory than there is, please switch the detail pass off or close other programs.": {
        "zh": "这张图片需要的内存超过可用内存，请关闭细化，或关闭其他程序。",
        "ja": "この画像にはメモリが足りません。細部の 2 回目をオフにするか、ほかのプログラムを閉じてください。",
    },
    "The graphics memory was not enough, so this model now works in a smaller and slower way ({name}).": {
        "zh": "显存不足，因此这个模型改用更省但更慢的方式运行（{name}）。",
        "ja": "グラフィックメモリが足りないため、このモデルは小さく遅い方法（{name}）で動きます。",
    },
    "There is no model profile {name}, please choose one of: {known}.": {
        "zh": "没有模型 {name}，请从中选择：{known}。",
        "ja": "モデル {name} はありません。次から選んでください：{known}",
    },
    "There is no model called {name}, please choose one of: {known}.": {
        "zh": "没有名为 {name} 的模型，请从中选择：{known}。",
        "ja": "{name} というモデルはありません。次から選んでください：{known}",
    },
    "This model was not trained on these words and may ignore them: {words}": {
        "zh": "这个模型没有学过这些词，可能会忽略：{words}",
        "ja": "このモデルが学んでいない言葉で、無視されるかもしれません：{words}",
    },
}
