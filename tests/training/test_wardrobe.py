"""The wardrobe: enough kinds, honest captions, colours that mean their names, held-out triples, every kind drawable."""

from __future__ import annotations

import re

import numpy as np
import pytest

from pipeline.request import ClothingPart
from training.characters.caption import SYNONYMS, caption, vocabulary
from training.characters.figures import build_figure
from training.characters.outfits import is_held_out, sample_garment, sample_outfit
from training.characters.styles import sample_style
from wardrobe import garments
from wardrobe.kinds import BOTTOMS, FOOTWEAR, HANDWEAR, HEADWEAR, KINDS, LEGWEAR, NECKWEAR, ONEPIECES, TOPS
from wardrobe.outfit import Outfit
from wardrobe.palette import COLOUR_WORDS, COLOURS, ciede2000, nearest_name, shades
from wardrobe.patterns import PATTERNS
from wardrobe.render import ink_weights

OUTFITS = [sample_outfit(np.random.default_rng(seed)) for seed in range(300)]


@pytest.mark.parametrize(
    ("table", "least"),
    [
        (TOPS, 35),
        (BOTTOMS, 18),
        (ONEPIECES, 28),
        (PATTERNS, 12),
        (LEGWEAR, 7),
        (FOOTWEAR, 11),
        (HANDWEAR, 5),
        (HEADWEAR, 18),
        (NECKWEAR, 12),
        (COLOURS, 20),
    ],
)
def test_enough_kinds(table: dict[str, object], least: int) -> None:
    assert len(table) >= least


def test_ciede2000_matches_the_published_test_data() -> None:
    """Grey axis: a pure lightness step; the formula is symmetric and zero on equal colours."""
    pairs = np.random.default_rng(0).integers(0, 256, (50, 2, 3))
    there, back = ciede2000(pairs[:, 0], pairs[:, 1]), ciede2000(pairs[:, 1], pairs[:, 0])
    assert np.allclose(there, back)
    assert float(ciede2000((10, 200, 30), (10, 200, 30))) == 0.0
    assert 99.9 < float(ciede2000((0, 0, 0), (255, 255, 255))) < 100.1
    assert abs(float(ciede2000((255, 0, 0), (0, 0, 255))) - 52.88) < 0.05


@pytest.mark.parametrize("name", COLOURS)
def test_shades_mean_their_name(name: str) -> None:
    table = np.array(shades(name))
    assert len(set(map(tuple, table.tolist()))) > 60
    assert ciede2000(table, COLOURS[name]).max() < 12
    assert all(nearest_name(shade) == name for shade in shades(name)[:20])


@pytest.mark.parametrize("name", [name for name, row in PATTERNS.items() if row.paint is not None])
def test_main_colour_dominates_its_pattern(name: str) -> None:
    ink = ink_weights(name).sum(-1)
    assert ink.mean() < 0.47
    assert (ink > 0.9).mean() > 0.05 or name in ("plaid", "gingham")


def test_outfits_are_always_dressed_and_never_held_out() -> None:
    for outfit in OUTFITS:
        slots = [garment.slot for garment in outfit.garments]
        assert ClothingPart.ONEPIECE in slots or {ClothingPart.TOPWEAR, ClothingPart.BOTTOMWEAR} <= set(slots)
        assert not any(is_held_out(garment.kind, garment.colour, garment.pattern) for garment in outfit.garments)
        for garment in outfit.garments:
            assert float(ciede2000(garment.rgb, COLOURS[garment.colour])) < 12
            assert (garment.pattern is None) or garment.second_rgb is not None


def test_most_garments_have_one_clear_colour() -> None:
    main = [garment for outfit in OUTFITS for garment in outfit.main]
    assert 0.6 < np.mean([garment.pattern is None for garment in main]) < 0.85
    assert len({garment.colour for garment in main}) == len(COLOURS)


def test_outfits_are_deterministic() -> None:
    assert sample_outfit(np.random.default_rng(7)) == sample_outfit(np.random.default_rng(7))
    assert len(set(OUTFITS)) == len(OUTFITS)


def test_one_in_ten_triples_is_held_out() -> None:
    triples = [(kind, colour, pattern) for kind in KINDS for colour in COLOURS for pattern in (None, *PATTERNS)]
    assert 0.09 < np.mean([is_held_out(*triple) for triple in triples]) < 0.11
    only = [sample_outfit(np.random.default_rng(seed), held_out="only") for seed in range(20)]
    assert all(is_held_out(garment.kind, garment.colour, garment.pattern) for outfit in only for garment in outfit.main)


@pytest.mark.parametrize("style", ["tags", "sentence"])
def test_captions_name_every_main_garment_and_its_colour(style: str) -> None:
    for seed, outfit in enumerate(OUTFITS):
        text = caption(outfit.garments, np.random.default_rng(seed), style)  # type: ignore[arg-type]
        for garment in outfit.main:
            assert any(word in text for word in KINDS[garment.kind].words), (garment.kind, text)
            assert any(word in text for word in (garment.colour, *COLOUR_WORDS[garment.colour])), (garment.colour, text)


@pytest.mark.parametrize("kind", KINDS)
def test_captions_can_say_every_kind(kind: str) -> None:
    words = set(vocabulary())
    for seed in range(6):
        rng = np.random.default_rng(seed)
        garment = sample_garment(kind, rng)
        for style in ("tags", "sentence"):
            text = caption([garment], rng, style)  # type: ignore[arg-type]
            assert any(word in text for word in KINDS[kind].words), text
            assert any(word in text for word in (garment.colour, *COLOUR_WORDS[garment.colour])), text
            assert set(re.findall(r"[a-z]+(?:-[a-z]+)*", text)) <= words


def test_a_word_means_one_kind_of_a_part() -> None:
    """Words stand for one kind, but for what a picture of the part may be called as well."""
    shared = {"dress"}
    seen: dict[str, str] = {}
    for kind, row in KINDS.items():
        for word in row.words:
            assert word in shared or seen.setdefault(word, kind) == kind, (word, kind, seen[word])


@pytest.mark.parametrize("style", ["tags", "sentence"])
def test_captions_of_some_of_the_garments_read_well(style: str) -> None:
    """A mask over the skirt alone, or over the shoes alone, is described without gaps."""
    for seed in range(200):
        rng = np.random.default_rng(seed)
        worn = sample_outfit(rng).garments
        some = [garment for garment in worn if rng.random() < 0.4] or [worn[-1]]
        text = caption(some, rng, style)  # type: ignore[arg-type]
        assert text == " ".join(text.split()) and not re.search(
            r"(?:^|\s)(?:and|with|over|wearing|in)(?:\s+(?:and|with|over|,)|\s*$)", text
        ), text


def test_captions_stay_inside_the_vocabulary_and_use_all_kinds_of_words() -> None:
    words = set(vocabulary())
    seen: set[str] = set()
    for seed, outfit in enumerate(OUTFITS):
        for style in ("tags", "sentence"):
            text = caption(outfit.garments, np.random.default_rng(seed), style)  # type: ignore[arg-type]
            seen |= set(re.findall(r"[a-z]+(?:-[a-z]+)*", text))
    assert seen <= words, seen - words
    assert {"crimson", "jumper", "pants", "trainers", "tee"} <= words and len(seen) > 200


def test_synonyms_lead_to_words_of_the_vocabulary() -> None:
    words = set(vocabulary())
    for other, usual in SYNONYMS.items():
        assert other != usual
        assert set(re.findall(r"[a-z]+(?:-[a-z]+)*", usual)) <= words


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_on_bodies_of_every_size(kind: str) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        figure, style = build_figure(rng), sample_style(rng)
        garment = sample_garment(kind, rng)
        layers = garments.layers(Outfit((garment,)), figure, style)
        assert layers
        assert all(layer.garment == 1 and layer.part == garment.slot for layer in layers)
        assert all(np.isfinite(layer.path.array()).all() for layer in layers)
