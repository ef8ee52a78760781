from pathlib import Path

from transformers import CLIPTokenizer

from models.tokenizer import known_words, unknown_words
from tests.tiny import tiny_tokenizer


def test_known_words_are_whole_and_anything_encodes(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer(tmp_path)
    assert tokenizer.tokenize("Red skirt, blue") == ["red</w>", "skirt</w>", ",</w>", "blue</w>"]
    again = CLIPTokenizer.from_pretrained(tmp_path)
    for text in ("", "赤い服 ✨", "zzz 123 \x00", "a" * 500):
        ids = again(text).input_ids
        assert ids == tokenizer(text).input_ids
        assert again.unk_token_id not in ids[1:-1]


def test_words_of_longer_merges_do_not_leak(tmp_path: Path) -> None:
    """`b l u e` needs two merges; a third one, used by no known word, is dropped."""
    assert "dr" not in tiny_tokenizer(tmp_path).get_vocab()


def test_unknown_words_are_named_once(tmp_path: Path) -> None:
    tiny_tokenizer(tmp_path)
    known = known_words(tmp_path)
    assert known is not None
    assert unknown_words("A RED Skirt, tutu; tutu 12", known) == ("tutu",)
    assert known_words(tmp_path / "elsewhere") is None
