"""One call that draws a dressed character with everything known about the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from training.characters.background import draw_background
from training.characters.body_map import DrawnBody, body_map
from training.characters.caption import caption
from training.characters.face import draw_face
from training.characters.figures import build_figure
from training.characters.hair import COLOURS, draw_hair
from training.characters.head import SKIN_WEIGHTS, SKINS, draw_head, draw_neck
from training.characters.outfits import HeldOut, sample_outfit
from training.characters.styles import sample_style
from training.characters.tails import Block
from wardrobe import garments
from wardrobe.canvas import Frame, Layer
from wardrobe.figure import SIDES, Figure
from wardrobe.kinds import KINDS
from wardrobe.outfit import Garment, Outfit
from wardrobe.render import paint_maps, paint_picture
from wardrobe.skin import skin_layers
from wardrobe.style import RGB, Style

FRAMINGS = {"full body": 0.45, "cowboy shot": 0.3, "upper body": 0.25}


@dataclass(frozen=True)
class Person:
    """The character apart from the clothes, in words."""

    gender: str
    hair_colour: str
    hair_style: str
    eye_colour: str
    expression: tuple[str, ...]
    framing: str
    background: str


@dataclass(frozen=True)
class Drawing:
    """image: H x W x 4 uint8, straight alpha. labels: H x W uint8, values of ClothingPart. face_hands: H x W bool,
    face, neck and bare hands. garments: what is worn, innermost first. garment_map: H x W uint8, 0 none, i + 1 =
    garments[i]. lineart: H x W uint8, 255 = line. keypoints: joint -> (x, y) in pixels, l and r as seen in the
    picture. depth: H x W uint8, brighter = nearer, 0 = background. person: everything but the clothes. body: under them."""

    image: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    face_hands: NDArray[np.bool_]
    garments: tuple[Garment, ...]
    garment_map: NDArray[np.uint8]
    caption_tags: str
    caption_sentence: str
    lineart: NDArray[np.uint8]
    keypoints: dict[str, tuple[float, float]]
    depth: NDArray[np.uint8]
    person: Person
    body: DrawnBody


@dataclass(frozen=True)
class Bare:
    """Layers of a character without clothes: body and head, face, hair; the colour of its skin, and its words."""

    body: list[Layer]
    face: list[Layer]
    hair: list[Layer]
    skin: RGB
    person: Person


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Independent random numbers for each purpose, so that changing one thing leaves the others as they were."""
    return np.random.default_rng([seed, crc32(purpose.encode())])


def style_of(seed: int) -> Style:
    """The way in which character `seed` is drawn."""
    return sample_style(stream(seed, "style"))


def framed(seed: int, height: int, width: int) -> tuple[Figure, Frame]:
    """The body of character `seed`, and where it stands on a canvas of this size."""
    figure = build_figure(stream(seed, "figure"))
    return figure, _framing(stream(seed, "framing"), figure, height, width)[1]


def draw(
    seed: int,
    size: int | tuple[int, int] = 256,
    *,
    outfit_seed: int | None = None,
    background: bool = True,
    held_out: HeldOut = "exclude",
    style: Style | None = None,
    outfit: Outfit | None = None,
    dress: Callable[[Outfit, Figure, Style], list[Layer]] = garments.layers,
) -> Drawing:
    """Draw character `seed` in outfit `outfit_seed` (default: the seed).

    size: side of a square, or (height, width). Another outfit_seed gives the same character, pose, framing and
    background in other clothes. background: False leaves it transparent. held_out: see `wardrobe.sample_outfit`. style:
    how it is drawn, by default the seed's own way. outfit: what is worn instead of a sampled outfit. dress: what
    draws it.
    """
    height, width = (size, size) if isinstance(size, int) else size
    style = style or style_of(seed)
    figure = build_figure(stream(seed, "figure"))
    framing, frame = _framing(stream(seed, "framing"), figure, height, width)
    backdrop, word = (
        draw_background(stream(seed, "background"), width, height) if background else (None, "transparent background")
    )
    bare = undressed(seed, figure, style, framing, word)

    outfit_stream = stream(seed if outfit_seed is None else outfit_seed, "outfit")
    outfit = outfit or sample_outfit(outfit_stream, held_out=held_out)
    layers = [*bare.body, *bare.face, *bare.hair, *dress(outfit, figure, style)]
    return painted(layers, figure, frame, style, outfit, bare.person, outfit_stream, backdrop)


def painted(
    layers: list[Layer],
    figure: Figure,
    frame: Frame,
    style: Style,
    outfit: Outfit,
    person: Person,
    rng: np.random.Generator,
    backdrop: NDArray[np.uint8] | None = None,
) -> Drawing:
    """The picture of layers in any order, and its maps. outfit: what `Layer.garment` numbers; rng: of the caption's words."""
    told = [garment for garment in outfit.garments if garment.kind in KINDS]  # captions have no words for others
    layers = sorted(filter(frame.shows, layers), key=lambda layer: layer.z)
    maps = paint_maps(layers, style, frame)
    return Drawing(
        image=paint_picture(layers, style, frame, backdrop),
        labels=maps.labels,
        face_hands=maps.face_hands,
        garments=outfit.garments,
        garment_map=maps.garments,
        caption_tags=caption(told, rng, "tags"),
        caption_sentence=caption(told, rng, "sentence"),
        lineart=maps.lines,
        keypoints={name: frame.pixel(*point) for name, point in (figure.joints | figure.head.landmarks()).items()},
        depth=maps.depth,
        person=person,
        body=body_map(figure, frame),
    )


def draw_outfit(
    outfit_seed: int, size: int = 256, *, figure_seed: int | None = None, held_out: HeldOut = "exclude"
) -> NDArray[np.uint8]:
    """The clothes of an outfit alone, as on an invisible dummy with the figure and style of `figure_seed` (default: the
    outfit's); size x size x 4 uint8, straight alpha."""
    seed = outfit_seed if figure_seed is None else figure_seed
    style, (figure, frame) = style_of(seed), _dummy(seed, size)
    layers = garments.layers(sample_outfit(stream(outfit_seed, "outfit"), held_out=held_out), figure, style)
    picture: NDArray[np.uint8] = paint_picture(sorted(filter(frame.shows, layers), key=lambda layer: layer.z), style, frame, None)
    return picture


def outfit_body(figure_seed: int, size: int = 256) -> DrawnBody:
    """The body of the dummy that `draw_outfit` leaves invisible."""
    return body_map(*_dummy(figure_seed, size))


def _dummy(seed: int, size: int) -> tuple[Figure, Frame]:
    """The body of character `seed` from head to feet, and where it stands on a square canvas."""
    figure = build_figure(stream(seed, "figure"))
    return figure, _framing(stream(seed, "framing"), figure, size, size, "full body")[1]


def undressed(
    seed: int, figure: Figure, style: Style, framing: str, background: str, skin: RGB | None = None, more: Sequence[Block] = ()
) -> Bare:
    """Skin, head, face and hair of character `seed`; and the words for them. skin: another colour than the character's own;
    more: is added to its hair."""
    rng = stream(seed, "person")
    own = SKINS[str(rng.choice(list(SKINS), p=SKIN_WEIGHTS))]
    skin = own if skin is None else skin
    hair = draw_hair(stream(seed, "hair"), figure, style, more)
    face = draw_face(stream(seed, "face"), figure, style, skin, COLOURS[hair.colour])
    body = [*skin_layers(figure, skin), *draw_neck(figure, skin), *draw_head(rng, figure, skin, hair.fringe)]
    woman = rng.random() < figure.body.fem if not figure.body.child else rng.random() < 0.5
    young = figure.body.heads < 6
    gender = ("girl" if young else "woman") if woman else ("boy" if young else "man")
    person = Person(gender, hair.colour, hair.words, face.eye_colour, face.words, framing, background)
    return Bare(body, face.layers, hair.layers, skin, person)


def _framing(rng: np.random.Generator, figure: Figure, height: int, width: int, wanted: str | None = None) -> tuple[str, Frame]:
    """Where the figure stands on the canvas: feet to hair, to the thighs, or to the waist."""
    chances = list(FRAMINGS.values()) if figure.body.heads > 4.5 else [0.8, 0.1, 0.1]
    framing = wanted or str(rng.choice(list(FRAMINGS), p=chances))
    top = figure.head.centre[1] - 0.5 - float(rng.uniform(0.12, 0.5))
    torso, leg = figure.body.torso, figure.body.leg
    bottom = {
        "full body": figure.floor + 0.08,
        "cowboy shot": torso + leg * float(rng.uniform(0.2, 0.55)),
        "upper body": torso * float(rng.uniform(0.75, 1.12)),
    }[framing]
    fill = float(rng.uniform(0.84, 1.0)) if framing == "full body" else 1.0
    scale = height * fill / (bottom - top)
    xs = [point[0] for point in figure.joints.values()]
    hands = [figure.arms[side].point(1.0)[0] + figure.arms[side].direction(1.0)[0] * figure.body.hand for side in SIDES]
    left, right = min(xs + hands) - 0.25, max(xs + hands) + 0.25
    if framing == "full body" or rng.random() < 0.5:
        scale = min(scale, width / (right - left))
    else:
        scale = min(scale, width / 1.6)
    room = width / scale - (right - left)
    middle = (left + right) / 2 if room > 0 else (left + right) / 4
    shift = float(rng.uniform(-0.35, 0.35)) * max(room, 0.0)
    dx = width / 2 - (middle + shift) * scale
    spare = height - (bottom - top) * scale
    dy = -top * scale + (spare if framing != "full body" else spare * float(rng.uniform(0.2, 0.8)))
    return framing, Frame(width, height, scale, dx, dy)
