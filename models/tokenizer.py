"""A CLIP tokenizer that keeps only the byte pairs a small vocabulary of words needs.

Byte-pair encoding applies the known merge of lowest rank again and again (Sennrich et al., arXiv:1508.07909). For one
word only the merges that this procedure really uses matter, and dropping all others cannot change their order: the
pruned tokenizer splits the known words exactly as CLIP's does, and anything else into more, smaller pieces, at worst
into single bytes.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from transformers import CLIPTokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

START, END = "<|startoftext|>", "<|endoftext|>"
WORD_END = "</w>"
CONTEXT = 77  # tokens a prompt may have, start and end included
KNOWN_WORDS = "known_words.txt"
_WORD = re.compile(r"[^\W\d_]+")
CLIP_MERGES = 49152 - 256 - 2  # the rest of CLIP's file is not part of its vocabulary


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, as the tokenizer separates them; digits and punctuation are left out."""
    return _WORD.findall(text.lower())


def unknown_words(text: str, known: frozenset[str]) -> tuple[str, ...]:
    """Words of the text that the model was not trained on, each once, in order."""
    return tuple(dict.fromkeys(word for word in words_of(text) if word not in known))


def known_words(folder: Path) -> frozenset[str] | None:
    """The words a shipped tokenizer's model was trained on; None if the folder has no list (then any word goes)."""
    path = folder / KNOWN_WORDS
    return frozenset(path.read_text(encoding="utf-8").split()) if path.is_file() else None


def build_tokenizer(words: Iterable[str], bpe_path: Path, folder: Path) -> CLIPTokenizer:
    """Prune CLIP's tokenizer to `words` (texts are split) and save it with the list of words.

    bpe_path: OpenAI CLIP's `bpe_simple_vocab_16e6.txt.gz`; folder: written, created if need be.
    """
    known = sorted({word for text in words for word in words_of(text)})
    lines = gzip.decompress(bpe_path.read_bytes()).decode("utf-8").splitlines()[1 : CLIP_MERGES + 1]
    rank = {(a, b): index for index, (a, b) in enumerate(line.split() for line in lines)}
    merges = sorted({merge for word in known for merge in _merges_of(word, rank)}, key=rank.__getitem__)

    letters = list(bytes_to_unicode().values())
    tokens = [*letters, *(letter + WORD_END for letter in letters), *(a + b for a, b in merges), START, END]
    tokenizer = CLIPTokenizer(vocab={token: index for index, token in enumerate(tokens)}, merges=merges, model_max_length=CONTEXT)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    (folder / KNOWN_WORDS).write_text("\n".join(known) + "\n", encoding="utf-8")
    return tokenizer


def _merges_of(word: str, rank: dict[tuple[str, str], int]) -> Iterable[tuple[str, str]]:
    letters = bytes_to_unicode()
    pieces = [letters[byte] for byte in word.encode("utf-8")]
    pieces[-1] += WORD_END
    while True:
        pairs = [pair for pair in pairwise(pieces) if pair in rank]
        if not pairs:
            return
        best = min(pairs, key=rank.__getitem__)
        yield best
        merged: list[str] = []
        while pieces:
            if tuple(pieces[:2]) == best:
                merged.append(pieces[0] + pieces[1])
                pieces = pieces[2:]
            else:
                merged.append(pieces[0])
                pieces = pieces[1:]
        pieces = merged
