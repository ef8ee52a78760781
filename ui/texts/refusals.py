"""What the server refuses, and what programs send wrong, in the visitor's language: written as `ui.texts.notes.NOTES` is."""

from __future__ import annotations

REFUSALS: dict[str, dict[str, str]] = {
    "Many jobs are waiting here already, please try again in {seconds} seconds.": {
        "zh": "这里已有许多任务在等候，请在 {seconds} 秒后再试。",
        "ja": "すでに多くの作業が待っています。{seconds} 秒後にもう一度お試しください。",
    },
    "You have {count} jobs waiting here already, please let one of them end and try again in {seconds} seconds.": {
        "zh": "您已有 {count} 个任务在等候，请等其中一个结束，并在 {seconds} 秒后再试。",
        "ja": "あなたの作業がすでに {count} 件待っています。1 件終わってから、{seconds} 秒後にもう一度お試しください。",
    },
    "Many pictures are being looked at just now, please try again in {seconds} seconds.": {
        "zh": "正在查看许多图片，请在 {seconds} 秒后再试。",
        "ja": "いま多くの画像を調べています。{seconds} 秒後にもう一度お試しください。",
    },
    "Many large pictures are being read just now, please send smaller ones or try again in {seconds} seconds.": {
        "zh": "正在读取许多大图片，请发送较小的图片，或在 {seconds} 秒后再试。",
        "ja": "いま大きな画像を多く読み込んでいます。小さい画像を送るか、{seconds} 秒後にもう一度お試しください。",
    },
    "There is no room to keep another job just now, please try again in {seconds} seconds.": {
        "zh": "现在没有空间保存新的任务，请在 {seconds} 秒后再试。",
        "ja": "いまは新しい作業を置く場所がありません。{seconds} 秒後にもう一度お試しください。",
    },
    "The disk of this server is full or may not be written to, please try again in {seconds} seconds.": {
        "zh": "服务器的磁盘已满或无法写入，请在 {seconds} 秒后再试。",
        "ja": "サーバーのディスクがいっぱいか、書き込めません。{seconds} 秒後にもう一度お試しください。",
    },
    "These pictures are too large together, please send smaller or fewer ones.": {
        "zh": "这些图片合在一起太大，请发送较小或较少的图片。",
        "ja": "これらの画像は合わせると大きすぎます。小さい画像を送るか、枚数を減らしてください。",
    },
    "These are more requests than one visitor may send, please try again in {seconds} seconds.": {
        "zh": "请求次数超过了一位访客的上限，请在 {seconds} 秒后再试。",
        "ja": "一人が送れる回数を超えました。{seconds} 秒後にもう一度お試しください。",
    },
    "This server is being stopped, please try again in {seconds} seconds.": {
        "zh": "服务器正在停止，请在 {seconds} 秒后再试。",
        "ja": "サーバーを止めているところです。{seconds} 秒後にもう一度お試しください。",
    },
    "What was sent is larger than {most} MB, please send smaller pictures.": {
        "zh": "发送的内容超过 {most} MB，请发送较小的图片。",
        "ja": "送られたものが {most} MB を超えています。小さい画像を送ってください。",
    },
    "This took longer than {most} seconds, as long as a job may take here; please ask for fewer pictures or steps.": {
        "zh": "这超过了这里一个任务的时限 {most} 秒；请减少图片数或步数。",
        "ja": "ここでの制限時間 {most} 秒を超えました。枚数かステップ数を減らしてください。",
    },
    "This job was begun {count} times and never came to its end, please ask for something smaller.": {
        "zh": "这个任务开始了 {count} 次都没有完成，请减小任务。",
        "ja": "この作業は {count} 回始めても終わりませんでした。もっと小さくしてください。",
    },
    "What draws here ended in the middle of this, perhaps for want of memory; please try again, or ask for something smaller.": {
        "zh": "绘图程序中途停止，可能是内存不足；请再试一次或减小任务。",
        "ja": "描画の途中でプログラムが止まりました。メモリ不足かもしれません。もう一度試すか、もっと小さくしてください。",
    },
    "Something went wrong here, please try again.": {
        "zh": "这里出了问题，请再试一次。",
        "ja": "ここで問題が起きました。もう一度お試しください。",
    },
    "This Idempotency-Key came with another request before, please choose a new one.": {
        "zh": "这个 Idempotency-Key 已用于另一个请求，请换一个新的。",
        "ja": "この Idempotency-Key は別の要求で使われています。新しいものにしてください。",
    },
    "The secret of the job is missing, please send it as the header Authorization: Bearer SECRET.": {
        "zh": "缺少任务的密钥，请用请求头 Authorization: Bearer SECRET 发送。",
        "ja": "作業の秘密の鍵がありません。ヘッダー Authorization: Bearer SECRET で送ってください。",
    },
    "There is no job with this id and this secret, please look at what the server answered when it was given.": {
        "zh": "没有与这个编号和密钥相符的任务，请查看提交时服务器的回答。",
        "ja": "この番号と鍵の作業はありません。渡したときのサーバーの返事を確かめてください。",
    },
    "This job has no result, please ask for it once its state is done.": {
        "zh": "这个任务还没有结果，请在状态变为完成后再来取。",
        "ja": "この作業に結果はありません。完了してから取りに来てください。",
    },
    "This job has no such picture, please choose one that its result names.": {
        "zh": "这个任务没有这张图片，请选择结果中列出的图片。",
        "ja": "この作業にその画像はありません。結果に書かれたものを選んでください。",
    },
    "There is nothing at this address, please look at /openapi.json for what there is.": {
        "zh": "这个地址没有内容，请在 /openapi.json 查看有哪些。",
        "ja": "この番地には何もありません。/openapi.json で確かめてください。",
    },
    "This address is asked in another way, please look at /openapi.json for how.": {
        "zh": "这个地址要用别的方式访问，请在 /openapi.json 查看。",
        "ja": "この番地は別の方法で呼びます。/openapi.json で確かめてください。",
    },
    "{field}: {problem}; please change it.": {
        "zh": "{field}：{problem}；请更改。",
        "ja": "{field}：{problem}。変えてください。",
    },
    "This could not be read as a form, please send it as multipart/form-data.": {
        "zh": "无法作为表单读取，请以 multipart/form-data 发送。",
        "ja": "フォームとして読めません。multipart/form-data で送ってください。",
    },
    "This server is not called by this name, please ask whoever runs it for its address.": {
        "zh": "这个服务器不叫这个名字，请向运行它的人询问地址。",
        "ja": "このサーバーはその名前ではありません。運用者に番地を尋ねてください。",
    },
    "This server is only for people who have logged in, please open it by the address that whoever runs it gave you.": {
        "zh": "只有登录的人才能使用这个服务器，请从运行者给您的地址打开。",
        "ja": "このサーバーはログインした人だけが使えます。運用者から聞いた番地で開いてください。",
    },
    "Sent as {name}: {error}": {
        "zh": "作为 {name} 发送的：{error}",
        "ja": "{name} として送られたもの：{error}",
    },
    "Please describe the outfit with prompt or show it with garment.": {
        "zh": "请用 prompt 描述服装，或用 garment 提供图片。",
        "ja": "prompt で服を書くか、garment で画像を送ってください。",
    },
    "Please send garment_scale and garment_parts at most once for each garment.": {
        "zh": "每个 garment 最多发送一次 garment_scale 和 garment_parts。",
        "ja": "garment_scale と garment_parts は garment ごとに 1 回までです。",
    },
    "Parts are for finding the clothing, please leave them out when there is a mask.": {
        "zh": "指定部分是用来寻找服装的，有蒙版时请不要填写。",
        "ja": "部分の指定は服を探すためのものです。マスクがあるときは省いてください。",
    },
    "There is no such file here, or it is another visitor's.": {
        "zh": "这里没有这个文件，或它属于另一位访客。",
        "ja": "このファイルはないか、ほかの方のものです。",
    },
    "There is no such function, please reload the page.": {
        "zh": "没有这个功能，请重新加载页面。",
        "ja": "その機能はありません。ページを読み込み直してください。",
    },
    "This is not what the page sends, please reload it.": {
        "zh": "这不是页面发送的内容，请重新加载。",
        "ja": "ページが送るものではありません。読み込み直してください。",
    },
}

TRADITIONAL: dict[str, str] = {
    "这里已有许多任务在等候，请在 {seconds} 秒后再试。": "這裡已有許多工作在等候，請在 {seconds} 秒後再試。",
    "您已有 {count} 个任务在等候，请等其中一个结束，并在 {seconds} 秒后再试。": (
        "您已有 {count} 個工作在等候，請等其中一個結束，並在 {seconds} 秒後再試。"
    ),
    "正在查看许多图片，请在 {seconds} 秒后再试。": "正在查看許多圖片，請在 {seconds} 秒後再試。",
    "正在读取许多大图片，请发送较小的图片，或在 {seconds} 秒后再试。": (
        "正在讀取許多大圖片，請傳送較小的圖片，或在 {seconds} 秒後再試。"
    ),
    "现在没有空间保存新的任务，请在 {seconds} 秒后再试。": "現在沒有空間保存新的工作，請在 {seconds} 秒後再試。",
    "请求次数超过了一位访客的上限，请在 {seconds} 秒后再试。": "請求次數超過了一位訪客的上限，請在 {seconds} 秒後再試。",
    "服务器正在停止，请在 {seconds} 秒后再试。": "伺服器正在停止，請在 {seconds} 秒後再試。",
    "发送的内容超过 {most} MB，请发送较小的图片。": "傳送的內容超過 {most} MB，請傳送較小的圖片。",
    "这超过了这里一个任务的时限 {most} 秒；请减少图片数或步数。": "這超過了這裡一個工作的時限 {most} 秒；請減少圖片數或步數。",
    "这个任务开始了 {count} 次都没有完成，请减小任务。": "這個工作開始了 {count} 次都沒有完成，請減小工作。",
    "绘图程序中途停止，可能是内存不足；请再试一次或减小任务。": "繪圖程式中途停止，可能是記憶體不足；請再試一次或縮小工作。",
    "这里出了问题，请再试一次。": "這裡出了問題，請再試一次。",
    "这个 Idempotency-Key 已用于另一个请求，请换一个新的。": "這個 Idempotency-Key 已用於另一個請求，請改用新的。",
    "缺少任务的密钥，请用请求头 Authorization: Bearer SECRET 发送。": (
        "缺少工作的金鑰，請用請求標頭 Authorization: Bearer SECRET 傳送。"
    ),
    "没有与这个编号和密钥相符的任务，请查看提交时服务器的回答。": "沒有與這個編號和金鑰相符的工作，請查看提交時伺服器的回答。",
    "这个任务还没有结果，请在状态变为完成后再来取。": "這個工作還沒有結果，請在狀態變為完成後再來取。",
    "这个任务没有这张图片，请选择结果中列出的图片。": "這個工作沒有這張圖片，請選擇結果中列出的圖片。",
    "这个地址没有内容，请在 /openapi.json 查看有哪些。": "這個位址沒有內容，請在 /openapi.json 查看有哪些。",
    "这个地址要用别的方式访问，请在 /openapi.json 查看。": "這個位址要用別的方式存取，請在 /openapi.json 查看。",
    "{field}：{problem}；请更改。": "{field}：{problem}；請更改。",
    "无法作为表单读取，请以 multipart/form-data 发送。": "無法作為表單讀取，請以 multipart/form-data 傳送。",
    "这个服务器不叫这个名字，请向运行它的人询问地址。": "這個伺服器不叫這個名字，請向執行它的人詢問位址。",
    "只有登录的人才能使用这个服务器，请从运行者给您的地址打开。": "只有登入的人才能使用這個伺服器，請從營運者給您的網址開啟。",
    "作为 {name} 发送的：{error}": "作為 {name} 傳送的：{error}",
    "请用 prompt 描述服装，或用 garment 提供图片。": "請用 prompt 描述服裝，或用 garment 提供圖片。",
    "每个 garment 最多发送一次 garment_scale 和 garment_parts。": "每個 garment 最多傳送一次 garment_scale 和 garment_parts。",
    "指定部分是用来寻找服装的，有蒙版时请不要填写。": "指定部分是用來尋找服裝的，有遮罩時請不要填寫。",
    "没有这个功能，请重新加载页面。": "沒有這個功能，請重新載入頁面。",
    "这不是页面发送的内容，请重新加载。": "這不是頁面傳送的內容，請重新載入。",
}
