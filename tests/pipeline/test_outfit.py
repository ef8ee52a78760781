"""Words become garments: what is said is drawn as it is said, what is not said by the seed."""

from __future__ import annotations

import time

import pytest

from pipeline.outfit import MOST, Wish, complete, read_outfit, with_choice, without, words_of
from pipeline.outfit_words import colour_of, lexicon
from pipeline.request import UserError
from wardrobe.kinds import KINDS, LENGTHS, NECKLINES, SLEEVES
from wardrobe.palette import COLOURS, ciede2000
from wardrobe.parts import CLOTHING, ClothingPart
from wardrobe.patterns import PATTERNS

Part = ClothingPart
EVERYTHING = (*CLOTHING, Part.HEADWEAR)
GREY = "grey", COLOURS["grey"]


def said(wish: Wish) -> set[tuple[str, str, str | None]]:
    return {(garment.kind, garment.colour, garment.pattern) for garment in wish.garments}


def kinds(prompt: str, negative: str = "") -> list[str]:
    return [garment.kind for garment in read_outfit(prompt, negative).garments]


@pytest.mark.parametrize(
    "prompt",
    [
        "red plaid pleated skirt, white blouse",
        "white_blouse, red plaid pleated_skirt",
        "a girl wearing a white blouse and a red plaid pleated skirt",
        "(white blouse:1.2), [pleated skirt in red plaid]",
        "blouse: white; pleated skirt: red plaid",
        "skirt, blouse, pleated skirt, red plaid skirt, white blouse",
        "pleeted skirt, red plaid, white blowse",
        "红色格子百褶裙，白色女式衬衫",
        "白いブラウスと赤いチェックのプリーツスカート",
        "white blouse、红色格子百褶裙",
    ],
)
def test_tags_and_sentences_say_the_same(prompt: str) -> None:
    assert said(read_outfit(prompt)) == {("blouse", "white", None), ("pleated skirt", "red", "plaid")}


@pytest.mark.parametrize(
    ("prompt", "colour", "second", "pattern"),
    [
        ("black and white dress", "black", "white", None),
        ("white dress with blue stripes", "white", "blue", "striped"),
        ("blue striped white dress", "white", "blue", "striped"),
        ("blue dress trimmed with gold", "blue", "gold", None),
        ("gold-trimmed blue dress", "blue", "gold", None),
        ("dress, red, white collar", "red", "white", None),
        ("dress with a white collar, red", "red", "white", None),
        ("白地に青い水玉のワンピース", "white", "blue", "polka dot"),
        ("白色带蓝色条纹的连衣裙", "white", "blue", "striped"),
    ],
)
def test_second_colours_and_patterns(prompt: str, colour: str, second: str, pattern: str | None) -> None:
    (dress,) = read_outfit(prompt).garments
    assert (dress.colour, dress.second_colour, dress.pattern) == (colour, second, pattern)


@pytest.mark.parametrize(
    ("prompt", "negative", "refused"),
    [
        ("school uniform, no tie, barefoot", "", {"necktie", "shoes", "knee socks"}),
        ("black dress without stockings or gloves", "", {"thigh highs", "tights", "gloves", "long gloves"}),
        ("dress", "hat, gloves", {"sun hat", "cap", "gloves"}),
        ("(hat:-1), dress", "", {"sun hat"}),
        ("水手服，不要领巾，赤脚", "", {"neckerchief", "boots"}),
        ("黒いスーツ、ネクタイなし", "", {"necktie"}),
        ("take her hat off, red dress", "", {"sun hat"}),
    ],
)
def test_what_is_refused_is_never_worn(prompt: str, negative: str, refused: set[str]) -> None:
    wish = read_outfit(prompt, negative)
    assert refused <= wish.without
    for seed in range(10):
        assert (
            not {garment.kind for garment in complete(read_outfit(prompt, negative, seed), EVERYTHING, seed).garments} & refused
        )


def test_a_colour_that_is_not_wanted_is_never_chosen() -> None:
    for prompt, negative in (("skirt not red", ""), ("skirt", "red skirt"), ("不是红色的裙子", "")):
        colours = {read_outfit(prompt, negative, seed).garments[0].colour for seed in range(30)}
        assert colours and not colours & {"red", "dark red"}


def test_sleeves_are_wide_only_where_that_was_said_or_nothing_else_can_be_sewn() -> None:
    cuts = {seed: read_outfit("white blouse, pencil skirt", "", seed).garments[0].sleeve for seed in range(40)}
    assert set(cuts.values()) == {"long", "short", "elbow"}
    assert read_outfit("blouse with wide sleeves").garments[0].sleeve == read_outfit("red kimono").garments[0].sleeve == "wide"


def test_sleeves_under_long_ones_are_wide_only_where_that_was_said() -> None:
    for seed in range(20):
        for prompt in ("white blouse, beige cardigan", "gothic dress, black coat", "white blouse, grey hoodie", "cardigan"):
            worn = complete(read_outfit(prompt, seed=seed), [Part.TOPWEAR], seed).garments
            assert not {"wide", "puff"} & {garment.sleeve for garment in worn}, prompt
        blouse, _ = read_outfit("wide-sleeved blouse, beige cardigan", seed=seed).garments
        assert blouse.sleeve == "wide"


@pytest.mark.parametrize(("stockings", "lengths"), [("thigh highs", {"short"}), ("knee socks", {"short", "knee"})])
def test_a_skirt_shows_the_stockings_that_are_named_unless_its_length_is_said(stockings: str, lengths: set[str]) -> None:
    for seed in range(20):
        assert read_outfit(f"dress, {stockings}", seed=seed).garments[0].length in lengths
        assert read_outfit(f"long dress, {stockings}", seed=seed).garments[0].length == "long"


def test_a_costumes_length_gives_way_to_what_is_said_and_to_stockings() -> None:
    for words, length in (
        ("", "knee"),
        (", thigh highs", "short"),
        (" with a miniskirt", "short"),
        (", long pleated skirt", "long"),
    ):
        skirt = next(g for g in read_outfit("sailor uniform" + words).garments if g.kind == "pleated skirt")
        assert skirt.length == length, words


def test_negated_sleeves_are_cut_off() -> None:
    for prompt in (
        "sleeveless turtleneck",
        "turtleneck without sleeves",
        "turtleneck, no sleeves",
        "袖なしのタートルネック",
        "无袖高领毛衣",
    ):
        assert [(garment.kind, garment.sleeve) for garment in read_outfit(prompt).garments] == [("turtleneck", "none")], prompt


def test_what_is_said_is_the_same_for_every_seed() -> None:
    prompt = "a mauve striped long-sleeved v-neck dress to the knee, teal knee socks"
    wishes = [read_outfit(prompt, seed=seed) for seed in range(30)]
    for name in ("kind", "colour", "rgb", "pattern", "sleeve", "length", "neckline"):
        assert len({getattr(wish.garments[0], name) for wish in wishes}) == 1
    assert wishes[0].garments[0].rgb == (0xAE, 0x71, 0x81)
    assert wishes[0].unsaid[0] == {"second_colour"}
    assert len({wish.garments[0].second_colour for wish in wishes}) > 1


def test_what_is_said_of_one_field_leaves_the_others() -> None:
    for seed in range(10):
        (one,), (other,) = (read_outfit(prompt, seed=seed).garments for prompt in ("dress", "red dress"))
        assert (one.sleeve, one.length, one.neckline, one.detail) == (other.sleeve, other.length, other.neckline, other.detail)


def test_costumes_are_taken_apart_and_give_way_to_what_is_named() -> None:
    assert kinds("a maid") == ["maid dress", "maid headdress"]
    assert kinds("school uniform with a grey skirt")[0] in ("pleated skirt", "flared skirt", "long skirt")
    assert "trousers" in kinds("a boy in a school uniform")
    navy = read_outfit("navy sailor uniform").garments
    assert [(garment.kind, garment.colour) for garment in navy[:2]] == [
        ("sailor top", "navy blue"),
        ("pleated skirt", "navy blue"),
    ]
    assert not read_outfit("a nice outfit").garments


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("maid outfit, but pink instead of black", {"maid dress": "pink"}),
        ("dirndl, green with a white blouse", {"dirndl": "green", "blouse": "white"}),
        ("nurse uniform, blue dress, red cap", {"nurse dress": "blue", "nurse cap": "red"}),
        ("女仆装，红色长裙", {"maid dress": "red"}),
        ("school uniform, serafuku, grey shirt", {"sailor top": "grey"}),
        (
            "three-piece suit in brown: jacket, waistcoat and trousers",
            {"suit jacket": "brown", "vest": "brown", "trousers": "brown"},
        ),
        ("military uniform, red coat", {"coat": "red"}),
    ],
)
def test_what_is_named_beside_a_costume_is_the_costumes_own(prompt: str, said: dict[str, str]) -> None:
    worn = {garment.kind: garment.colour for garment in read_outfit(prompt).garments}
    assert said.items() <= worn.items()
    slots = [KINDS[kind].slot for kind in said]
    others = [kind for kind in worn if kind not in said and not KINDS[kind].over]
    assert not any(KINDS[kind].slot in slots for kind in others if kind not in ("shirt", "military uniform"))


def test_a_belt_is_worn_over_a_jumpsuit_and_a_sash_is_a_kimonos() -> None:
    assert kinds("olive jumpsuit, brown belt") == ["jumpsuit", "belt"]
    for prompt in ("teal kimono, gold sash", "青绿色和服，金色腰带"):
        (kimono,) = read_outfit(prompt).garments
        assert (kimono.kind, kimono.second_colour) == ("kimono", "gold")
    assert kinds("teal kimono, leather belt") == ["kimono", "belt"]


def test_what_is_said_twice_of_one_garment_is_joined() -> None:
    (skirt,) = read_outfit("black skirt, pleated skirt, miniskirt").garments
    assert (skirt.kind, skirt.colour, skirt.length) == ("pleated skirt", "black", "short")
    (shirt,) = read_outfit("grey shirt, sleeveless shirt").garments
    assert (shirt.kind, shirt.colour, shirt.sleeve) == ("shirt", "grey", "none")
    (coat,) = read_outfit("a long camel coat").garments
    assert coat.length == "long"


@pytest.mark.parametrize("prompt", ["oversized hoodie and no pants, just the hoodie and socks", "no pants, only a hoodie"])
def test_without_trousers_something_else_covers_the_hips(prompt: str) -> None:
    for seed in range(8):
        outfit = complete(read_outfit(prompt, seed=seed), EVERYTHING, seed)
        assert outfit.worn(Part.BOTTOMWEAR, Part.ONEPIECE)
        assert not {garment.kind for garment in outfit.garments} & {"trousers", "jeans"}


def test_colours_of_hair_eyes_and_backgrounds_are_nobodys() -> None:
    wish = read_outfit("red hair, blue eyes, green background, white rose, pleated skirt")
    assert "colour" in wish.unsaid[0]


def test_only_what_is_named_changes_where_nothing_else_is_drawn() -> None:
    wish = read_outfit("blue pleated skirt")
    assert wish.slots == {Part.BOTTOMWEAR}
    assert complete(wish, wish.slots, 3).garments == wish.garments


def test_a_top_brings_a_bottom_where_a_dress_was_worn() -> None:
    for seed in range(10):
        slots = [garment.slot for garment in complete(read_outfit("white shirt"), [Part.ONEPIECE], seed).garments]
        assert sorted(slots) == [Part.TOPWEAR, Part.BOTTOMWEAR]
        assert [garment.kind for garment in complete(read_outfit("kimono"), [Part.TOPWEAR, Part.BOTTOMWEAR], seed).garments] == [
            "kimono"
        ]


def test_something_is_worn_under_an_open_coat() -> None:
    worn = complete(read_outfit("blue blazer"), [Part.TOPWEAR], 0).garments
    assert len(worn) == 2 and worn[0].kind in KINDS["blazer"].over and worn[1].kind == "blazer"
    assert [garment.kind for garment in complete(read_outfit("coat over a dress"), [Part.TOPWEAR], 0).garments] == [
        "dress",
        "coat",
    ]


def test_a_man_is_given_no_skirt() -> None:
    for seed in range(30):
        worn = {garment.kind for garment in complete(read_outfit("a boy"), EVERYTHING, seed).garments}
        assert not {kind for kind in worn if "skirt" in kind or "dress" in kind}


def test_refused_words_are_refused() -> None:
    with pytest.raises(UserError):
        read_outfit("naked")


def test_chest_and_hips_stay_covered() -> None:
    wish = read_outfit("red dress")
    for seed in range(20):
        worn = complete(without(wish, 0), EVERYTHING, seed)
        slots = {garment.slot for garment in worn.garments}
        assert Part.ONEPIECE not in slots and {Part.TOPWEAR, Part.BOTTOMWEAR} <= slots
    bare = Wish(without=frozenset(KINDS))
    assert [garment.slot for garment in complete(bare, EVERYTHING).garments] == [Part.BOTTOMWEAR, Part.TOPWEAR]


def test_a_choice_changes_one_garment_and_counts_as_said() -> None:
    wish = with_choice(read_outfit("skirt, white shirt"), 0, colour="burgundy", pattern="plaid")
    skirt = wish.garments[0]
    assert skirt.rgb == (0x61, 0, 0x23) and skirt.pattern == "plaid" and skirt.second_colour
    assert not wish.unsaid[0] & {"colour", "pattern"}
    assert with_choice(wish, 0, kind="jeans").garments[0].length == ""
    for wrong in ({"colour": "nocolour"}, {"kind": "spaceship"}, {"sleeve": "green"}, {"size": "long"}):
        with pytest.raises(UserError):
            with_choice(wish, 0, **wrong)


def test_what_the_wardrobe_lacks_is_told() -> None:
    assert "varsity" in read_outfit("varsity jacket").notes[0]
    assert "glasses" in read_outfit("red dress, glasses").notes[0]
    assert not read_outfit("red dress, masterpiece, standing in a garden").notes
    assert "both" not in read_outfit("red dress, blue dress").notes and read_outfit("red dress, blue dress").notes


@pytest.mark.parametrize(
    "prompt", ["", " , ,, ", "((((", "🙂", "skirt " * 300, ", ".join(KINDS), "no no no not without", "。、の色い"]
)
def test_odd_prompts_are_read(prompt: str) -> None:
    wish = read_outfit(prompt)
    assert len(wish.garments) <= MOST == 16
    complete(wish, EVERYTHING, 1)


def test_words_of_an_outfit_are_read_as_the_same_outfit() -> None:
    for kind in KINDS:
        wish = read_outfit(f"blue {kind}")
        again = read_outfit(words_of(wish))
        assert [(g.kind, g.colour) for g in again.garments] == [(g.kind, g.colour) for g in wish.garments] == [(kind, "blue")]


def test_the_tables_mean_what_the_wardrobe_has() -> None:
    for phrase, sense in (*lexicon().english.items(), *lexicon().signs.items(), *lexicon().kana.items()):
        if sense.role in ("colour", "guarded"):
            assert colour_of(sense.value) != GREY or "gr" in sense.value or "steel" in sense.value or "faded" in sense.value, (
                phrase
            )
        if sense.role == "pattern":
            assert sense.value in PATTERNS
        if sense.role == "cut":
            name, _, value = sense.value.partition("=")
            assert value in {"sleeve": (*SLEEVES, "bare"), "length": LENGTHS, "neckline": NECKLINES}[name]
        for word in (sense.word, *(sense.costume.women + sense.costume.men if sense.costume else ())):
            for colour in word.usual if word else ():
                assert colour_of(colour) and (colour in COLOURS or colour in lexicon().english), colour


def test_colour_names_are_the_surveys() -> None:
    survey = pytest.importorskip("matplotlib.colors").XKCD_COLORS
    names = [name.removeprefix("xkcd:") for name in survey]
    assert len(names) == 949
    for name in ("burgundy", "salmon", "periwinkle", "dusty rose", "baby blue"):
        assert "#{:02x}{:02x}{:02x}".format(*colour_of(name)[1]) == survey[f"xkcd:{name}"]


def test_reading_is_quick() -> None:
    lexicon.cache_clear()
    start = time.thread_time()
    lexicon()
    loaded = time.thread_time()
    for _ in range(20):
        read_outfit("a girl wearing a navy sailor uniform with a red scarf and black thigh-high socks")
    assert loaded - start < 0.3 and (time.thread_time() - loaded) / 20 < 0.025  # .05 and .001 s where nothing else runs


def test_a_colour_before_adjectives_is_the_garments() -> None:
    for prompt, colour in (("blue v-neck short-sleeved top", "blue"), ("cream caped dress with grey trim", "cream")):
        (garment,) = read_outfit(prompt).garments
        assert garment.colour == colour, prompt


def test_the_surveys_glaring_colours_are_brought_to_what_cloth_has() -> None:
    for word in ("royal blue", "aqua"):
        name, rgb = colour_of(word)
        assert ciede2000(rgb, COLOURS[name]) <= 10
    assert colour_of("mauve")[1] == (0xAE, 0x71, 0x81)


@pytest.mark.parametrize("words", ["long purple patterned robe, brown leather belt", "ornate purple robe"])
def test_that_a_garment_is_patterned_takes_no_colour_from_it(words: str) -> None:
    robe = read_outfit(words).garments[0]
    assert (robe.kind, robe.colour) == ("robe", "purple")
