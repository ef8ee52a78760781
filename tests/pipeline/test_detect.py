"""Detection on pictures whose colours say what is what, with a parser and a SAM that read them."""

from __future__ import annotations

import numpy as np
import pytest

from models.prompts import Embedding, Found, Prompt
from models.sam_hq import CLASSES as ANIME_19
from models.segmenter import Segmenter
from pipeline.detect import NO_WORDS, NOT_SURE, NOTHING_FOUND, _to_the_edge, detect, expected_overlap, masked, pick
from pipeline.part_maps import clean, fill_unknown, most_likely, snap
from pipeline.part_tables import COUNT, FACE_HANDS, translate
from pipeline.part_words import parts_meant
from pipeline.request import CLOTHING, Click, ClothingPart, DetectRequest, GarmentPicture, SwapRequest, UserError, parts_named

COLOURS = np.random.default_rng(3).integers(0, 180, (COUNT, 3))
COLOURS[0] = (214, 214, 214)
P = ClothingPart


class ColourParser:
    """Knows the parts by their colours; doubt: how much of the probability goes to the background."""

    def __init__(self, doubt: float = 0.1) -> None:
        self.doubt = doubt

    def parse(self, rgb: np.ndarray) -> np.ndarray:
        distance = np.abs(rgb[None].astype(int) - COLOURS[:, None, None]).sum(-1)
        nearest = np.eye(COUNT, dtype=np.float32)[distance.argmin(0)].transpose(2, 0, 1)
        nearest *= 1 - self.doubt
        nearest[0] += self.doubt
        return nearest


class ColourSam:
    """Whatever has the colour of the first point that is meant, or of the box's middle."""

    def encode(self, rgb: np.ndarray) -> Embedding:
        return Embedding(rgb.astype(int), rgb.shape[:2])

    def predict(self, embedding: Embedding, prompt: Prompt) -> tuple[np.ndarray, float]:
        if prompt.prior is not None and not len(prompt.points):
            return prompt.prior, 1.0
        box = prompt.box
        x, y = prompt.points[0] if len(prompt.points) else ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        same = np.abs(embedding.features - embedding.features[int(y), int(x)]).sum(-1) < 12
        for (px, _), label in zip(prompt.points, prompt.labels, strict=True):
            if not label:
                same[:, int(px) :] = False
        return np.where(same, 5.0, -5.0).astype(np.float32), 1.0


class Aprons:
    def find(self, rgb: np.ndarray, words: str) -> list[Found]:
        return [Found((60.0, 100.0, 140.0, 180.0), 0.9)] if "apron" in words else []


def segmenter(doubt: float = 0.1, words: bool = False) -> Segmenter:
    return Segmenter(ColourParser(doubt), "bundled", ColourSam(), Aprons() if words else None)


def labels() -> np.ndarray:
    """A little person, 300 x 200: hair, face, shirt, arms, hands, trousers."""
    found = np.zeros((300, 200), np.uint8)
    found[20:50, 70:130] = P.HAIR
    found[50:90, 75:125] = FACE_HANDS
    found[90:190, 60:140] = P.TOPWEAR
    found[100:170, 40:60] = P.SKIN
    found[170:190, 40:60] = FACE_HANDS
    found[190:280, 65:135] = P.BOTTOMWEAR
    return found


def person(sprite: bool = False, scale: int = 1) -> np.ndarray:
    index = labels().repeat(scale, 0).repeat(scale, 1)
    rgba = np.concatenate([COLOURS[index], np.full((*index.shape, 1), 255)], 2).astype(np.uint8)
    if sprite:
        rgba[index == 0] = 0
    return rgba


@pytest.mark.parametrize("sprite", [False, True])
def test_parts_and_what_must_be_kept_are_told_apart(sprite: bool) -> None:
    found = detect(segmenter(), DetectRequest(person(sprite)))
    wanted = np.where(labels() == FACE_HANDS, np.uint8(P.SKIN), labels())
    assert (found.labels == wanted).mean() > 0.99
    assert ((found.keep > 0) == (labels() == FACE_HANDS)).mean() > 0.99
    assert found.parts == (P.TOPWEAR, P.BOTTOMWEAR) and not found.warnings
    assert found.confidence[P.TOPWEAR] > 0.8
    if sprite:
        assert not found.labels[person(True)[..., 3] == 0].any()


def test_chosen_parts_make_the_mask_and_face_and_hands_never() -> None:
    found = detect(segmenter(), DetectRequest(person()))
    assert found.mask((P.TOPWEAR,))[120, 100] == 255 and not found.mask((P.TOPWEAR,))[200:].any()
    bare = found.mask((*CLOTHING, P.SKIN))
    assert bare[120, 50] == 255
    result = masked(SwapRequest(person(), seed=1), found)
    assert result.mask is not None and result.mask[120, 50] == 255
    assert not result.mask[found.keep > 0].any() and not result.mask[labels() == P.HAIR].any()


def test_only_wanted_parts_are_changed() -> None:
    found = detect(segmenter(), DetectRequest(person()))
    result = masked(SwapRequest(person(), seed=1, parts=(P.BOTTOMWEAR,)), found)
    assert result.mask is not None and result.mask[230, 100] == 255 and not result.mask[:180].any()
    with pytest.raises(UserError, match="No clothing"):
        masked(SwapRequest(person(), seed=1, parts=(P.LEGWEAR,)), found)


def test_a_painted_mask_loses_what_is_protected() -> None:
    found = detect(segmenter(), DetectRequest(person()))
    painted = np.full((300, 200), 255, np.uint8)
    result = masked(SwapRequest(person(), seed=1, mask=painted, protect=(P.BOTTOMWEAR,)), found)
    assert result.mask is not None and result.mask[5, 5] == 255
    assert not result.mask[200:280, 80:120].any() and not result.mask[found.keep > 0].any()


def test_an_empty_picture_says_what_to_do() -> None:
    blank = np.full((300, 200, 4), (*COLOURS[0], 255), np.uint8)
    found = detect(segmenter(), DetectRequest(blank))
    assert found.warnings == (NOTHING_FOUND,) and not found.mask().any() and not found.parts
    with pytest.raises(UserError, match="No clothing was found"):
        masked(SwapRequest(blank, seed=1), found)


def test_doubt_is_said_aloud() -> None:
    found = detect(segmenter(doubt=0.45), DetectRequest(person()))
    assert found.warnings == (NOT_SURE,) and "brush" in NOT_SURE
    surely = np.zeros((13, 8, 8), np.float32)
    surely[P.TOPWEAR, :4], surely[0, 4:] = 1, 1
    labels = surely.argmax(0).astype(np.uint8)
    assert expected_overlap(surely, labels) > 0.99
    assert 0.5 < expected_overlap(0.6 * surely + 0.4 / 13, labels) < 0.8
    assert expected_overlap(surely, np.zeros_like(labels)) == 0


def test_words() -> None:
    found = detect(segmenter(words=True), DetectRequest(person(), "apron"))
    assert found.named is not None and found.named[140, 100] == 255 and not found.named[230, 100]
    assert found.mask(())[140, 100] == 255
    assert "'hat'" in detect(segmenter(words=True), DetectRequest(person(), "hat")).warnings[0]
    assert detect(segmenter(), DetectRequest(person(), "apron")).warnings[0] == NO_WORDS.format(words="apron")


def test_words_without_a_finder_are_names_of_parts() -> None:
    found = detect(segmenter(), DetectRequest(person(), "the blue skirt."))
    assert found.named is not None and found.named[230, 100] == 255 and not found.named[140, 100]
    dress = detect(segmenter(), DetectRequest(person(), "dress")).named
    assert dress is not None and dress[230, 100] == 255 and dress[140, 100] == 255, "of two pieces"
    assert "'boots'" in detect(segmenter(), DetectRequest(person(), "boots")).warnings[0]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("White boots", {ClothingPart.FOOTWEAR}),
        ("dresses", {ClothingPart.ONEPIECE}),
        ("T-shirt and jeans", {ClothingPart.TOPWEAR, ClothingPart.BOTTOMWEAR}),
        ("靴下", {ClothingPart.LEGWEAR}),  # not shoes, whose sign is in it
        ("红色连衣裙", {ClothingPart.ONEPIECE}),
        ("her clothes", set(CLOTHING)),
        ("apron", set()),
    ],
)
def test_names_of_clothes(words: str, parts: set[ClothingPart]) -> None:
    assert set(parts_meant(words)) == parts


def test_clicks_mean_a_region_in_the_pictures_own_pixels() -> None:
    large = person(scale=5)  # worked on at 1024 pixels
    region = pick(segmenter(), large, [Click(500, 600)])
    assert region.shape == (1500, 1000) and region[700, 600] == 255 and not region[1200].any()
    assert not pick(segmenter(), large, [Click(400, 600), Click(500, 600, add=False)])[600, 600]
    with pytest.raises(UserError, match="click"):
        pick(segmenter(), large, [Click(1, 1, add=False)])


def test_tiny_and_huge_pictures_keep_their_size() -> None:
    for picture in (person()[::5, ::5], person(scale=6)):
        found = detect(segmenter(), DetectRequest(picture))
        assert found.labels.shape == picture.shape[:2] and P.TOPWEAR in found.parts


def test_crumbs_and_holes_go_to_their_surroundings() -> None:
    noisy = labels()
    noisy[230:233, 90:93] = P.NECKWEAR
    noisy[140:145, 100:105] = 0
    noisy[5:8, 5:8] = P.TOPWEAR
    found = clean(noisy)
    assert found[231, 91] == P.BOTTOMWEAR or found[231, 91] == P.NECKWEAR  # the largest piece of a part may stay
    assert found[142, 102] == P.TOPWEAR and found[6, 6] == 0


def test_unknown_pixels_take_the_nearest_known() -> None:
    values = np.array([[1, 0, 0, 0, 2]], np.uint8)
    assert fill_unknown(values, values > 0)[0, 1] == 1 and fill_unknown(values, values > 0)[0, 3] == 2


def test_borders_move_to_the_pictures_edge() -> None:
    rgb = np.full((120, 120, 3), 230, np.uint8)
    rgb[:, :60] = 40
    guess = np.zeros((2, 120, 120), np.float32)
    guess[1, :, :62] = 1
    guess[0] = 1 - guess[1]
    assert not (snap(guess, rgb).argmax(0)[10:110, 60:62] == 1).any() or (guess.argmax(0)[10:110, 60:62] == 1).all()
    assert (snap(guess, rgb).argmax(0)[10:110, :59] == 1).all() and not (snap(guess, rgb).argmax(0)[10:110, 64:] == 1).any()


def test_skin_reaches_to_the_edge_of_a_sprite_and_not_into_a_stickers_band() -> None:
    labels, rgb = np.zeros((200, 200), np.uint8), np.full((200, 200, 3), 250, np.uint8)
    labels[50:150, 60:140] = FACE_HANDS
    labels[150:190, 60:140] = ClothingPart.TOPWEAR
    rgb[labels > 0] = 200, 150, 120
    light = np.zeros(labels.shape, bool)
    light[50:190, 55:60] = True  # along one side only
    found = _to_the_edge(rgb, labels, ((labels > 0) | light).astype(np.uint8))
    assert (found[50:150, 55:60] == FACE_HANDS).all() and not found[160:, 55:60].any()
    band = np.zeros_like(light)
    band[44:196, 54:146] = True
    assert np.array_equal(_to_the_edge(rgb, labels, band.astype(np.uint8)), labels)


def test_names_of_parts() -> None:
    assert parts_named("topwear, One-Piece") == (P.TOPWEAR, P.ONEPIECE) and parts_named("") == ()
    with pytest.raises(UserError, match="no part called 'hat'"):
        parts_named("hat")


def nineteen(**parts: tuple[slice, slice]) -> np.ndarray:
    found = np.zeros((len(ANIME_19), 60, 40), np.float32)
    for name, where in parts.items():
        found[(ANIME_19.index(name), *where)] = 0.9
    return found


def test_nineteen_classes_are_ours_and_bare_limbs_are_skin() -> None:
    rgb = np.full((60, 40, 3), 250, np.uint8)
    rgb[5:15, 15:25] = rgb[20:30, 5:10] = rgb[45:55, 15:25] = (240, 200, 180)
    rgb[20:30, 30:35] = (20, 20, 90)
    probabilities = nineteen(
        face=(slice(5, 15), slice(15, 25)),
        handwear=(slice(20, 30), slice(5, 35)),
        legwear=(slice(45, 55), slice(15, 25)),
        topwear=(slice(16, 44), slice(12, 28)),
    )
    labels = translate(probabilities, rgb, "anime19").argmax(0)
    assert labels[10, 20] == FACE_HANDS and labels[25, 7] == FACE_HANDS and labels[25, 32] == P.HANDWEAR
    assert labels[50, 20] == P.SKIN and labels[40, 20] == P.TOPWEAR and labels[0, 0] == P.BACKGROUND
    assert np.allclose(translate(probabilities, rgb, "anime19").sum(0), 1, atol=1e-5)


@pytest.mark.parametrize(("colour", "start", "wanted"), [(90, 30, P.ONEPIECE), (200, 30, P.BOTTOMWEAR), (90, 40, P.BOTTOMWEAR)])
def test_top_and_bottom_of_one_colour_and_without_a_gap_are_a_dress(colour: int, start: int, wanted: int) -> None:
    rgb = np.full((60, 40, 3), 250, np.uint8)
    rgb[10:30, 10:30] = (90, 20, 20)
    rgb[start:55, 10:30] = (colour, 20, 20)
    probabilities = nineteen(topwear=(slice(10, 30), slice(10, 30)), bottomwear=(slice(start, 55), slice(10, 30)))
    assert translate(probabilities, rgb, "anime19").argmax(0)[50, 20] == wanted


def test_a_small_character_is_looked_at_from_nearer() -> None:
    seen: list[tuple[int, ...]] = []

    class Watching(ColourParser):
        def parse(self, rgb: np.ndarray) -> np.ndarray:
            seen.append(rgb.shape)
            return super().parse(rgb)

    wide = np.full((900, 1200, 4), 255, np.uint8)
    wide[..., :3] = COLOURS[0]
    figure = person()
    wide[400 : 400 + figure.shape[0], 700 : 700 + figure.shape[1]] = figure
    found = detect(Segmenter(Watching(), "bundled", ColourSam()), DetectRequest(wide))
    assert len(seen) == 2 and max(seen[1]) < 0.6 * max(seen[0])
    assert found.labels.shape == (900, 1200) and found.labels[400 + 140, 700 + 100] == P.TOPWEAR
    assert (found.mask() > 0).sum() == pytest.approx((detect(segmenter(), DetectRequest(figure)).mask() > 0).sum(), rel=0.05)


def test_what_may_be_a_top_or_a_dress_is_not_bare() -> None:
    doubt = np.zeros((COUNT, 1, 2), np.float32)
    doubt[[P.SKIN, P.TOPWEAR, P.ONEPIECE], 0, 0] = 0.4, 0.35, 0.25
    doubt[[P.SKIN, P.TOPWEAR], 0, 1] = 0.6, 0.4
    assert most_likely(doubt).tolist() == [[P.TOPWEAR, P.SKIN]]


def test_paint_counts_as_it_is_when_only_garments_are_placed() -> None:
    character = person()
    painted = np.full(character.shape[:2], 255, np.uint8)
    found = detect(segmenter(), DetectRequest(character))
    picture = GarmentPicture(character, parts=(ClothingPart.TOPWEAR,))
    placed = masked(SwapRequest(character, 1, painted, garments=(picture,)), found)
    assert placed.mask is painted
    region = placed.garments[0].region
    assert region is not None and 0 < (region > 0).mean() < 0.5
    assert (region[found.labels == ClothingPart.TOPWEAR] == 255).all()
