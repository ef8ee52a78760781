import pytest

from pipeline.images import read_text, save_png
from pipeline.request import ClothingPart, SwapRequest, UserError
from pipeline.safety import check_prompt, describe, mark, read_parameters


@pytest.mark.parametrize(
    "prompt",
    [
        "nude", "a NAKED girl", "n u d e", "n.u.d.e", "n-u-d-e, 1girl", "nuuude", "nüde", "ｎｕｄｅ", "nu\u200bde", "nаked",
        "n4k3d", "completely_nude", "take off all of her clothes", "remove clothes", "without any clothes", "no clothes",
        "undress her", "sexy maid", "s3xy", "NSFW", "see-through clothes", "t0pless", "strip her", "R-18",
        "裸の女の子", "全裸", "服を脱ぐ", "服を脱がせて",
        "エロい", "ヌード", "ﾇｰﾄﾞ", "脱光她的衣服", "脫光", "没穿衣服", "色 情", "性感的裙子",
    ],
)  # fmt: skip
def test_requests_to_undress_are_refused_in_one_sentence(prompt: str) -> None:
    with pytest.raises(UserError) as refused:
        check_prompt(prompt)
    assert str(refused.value).count(".") == 1
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "prompt",
    [
        "", "red plaid pleated skirt", "yellow sundress", "white undershirt under a striped vest", "nude heels", "3d glasses",
        "unisex suit", "sleeveless one-piece dress", "bare feet", "off-shoulder top, bare shoulders", "remove ribbon, red dress",
        "take off the jacket", "Essex police uniform", "dressed in a kimono", "black and white stripes", "school swimsuit",
        "a b c d", "size 10 boots, 2 belts", "strapless dress", "pinafore, thongs", "Middlesex cricket sweater",
        "黄色い浴衣", "イエローのドレス", "ピエロの衣装", "裸足",
        "ヌードル屋の制服", "ユニセックスのスーツ", "赤いスカート", "蓝色连衣裙", "脱掉外套",
        "裸色高跟鞋", "换衣服",
    ],
)  # fmt: skip
def test_ordinary_outfits_pass(prompt: str) -> None:
    check_prompt(prompt)


def test_a_saved_result_replays(tmp_path, character) -> None:
    request = SwapRequest(character, 7, prompt="赤い kimono", parts=(ClothingPart.TOPWEAR,))
    save_png(character, tmp_path / "out.png", mark(describe(request), seed=9))
    text = read_text(tmp_path / "out.png")
    parameters = read_parameters(text)
    assert parameters["prompt"] == "赤い kimono"
    assert parameters["seed"] == 9
    assert parameters["parts"] == ["topwear"]
    assert parameters["hints"][0]["kind"] == "inpaint"
    assert parameters["character"]["shape"] == list(character.shape)
    assert "AlgorithmicMedia" in text["XML:com.adobe.xmp"]
    assert text["Software"]


def test_a_picture_from_elsewhere_has_no_settings() -> None:
    for text in ({}, {"cc_controlnet": "{"}, {"cc_controlnet": "[1]"}):
        with pytest.raises(UserError):
            read_parameters(text)
