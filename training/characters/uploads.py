"""Characters as in the pictures that people upload: in any stance, build and framing, from behind, with what they carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from training.characters import creatures, held, scenery
from training.characters.behind import hair_from_behind, turned_round
from training.characters.body_map import DrawnBody
from training.characters.carried import CARRIED
from training.characters.character import Drawing, painted, stream, style_of, undressed
from training.characters.creature_limbs import Beast
from training.characters.creatures import CREATURES, SKINS
from training.characters.figures import posed
from training.characters.framings import FRAMINGS, framed
from training.characters.held import HELD, Holding
from training.characters.loose_hair import LOOSE
from training.characters.outfits import sample_garment, sample_outfit
from training.characters.poses import Arm
from training.characters.scenery import SCENERY
from training.characters.stances import BUILDS, STANCES, built, stand
from wardrobe import garments
from wardrobe.canvas import OVER, Layer, Z
from wardrobe.cloth import Cloth
from wardrobe.compatible import pick, pick_kind, weighted
from wardrobe.figure import SIDES, Figure
from wardrobe.kinds import BOTTOMS, KINDS
from wardrobe.outfit import MAIN_SLOTS, Garment, Outfit, dressed_in_order
from wardrobe.palette import COLOURS, sample_shade
from wardrobe.parts import ClothingPart
from wardrobe.patterns import PATTERNS
from wardrobe.style import Style

Rng = np.random.Generator
BEHIND = 0.1  # share of figures that are seen from behind
HUMAN_EARS = Z.HEAD - 1  # level, see `head.draw_head`
FRONT_ONLY = ("necktie", "bow tie", "neck ribbon", "jabot", "ascot", "necklace")  # not to be seen from behind

ATTIRE = {  # main garments that usual outfits seldom have
    "plate armor": 1.5, "breastplate": 1.0, "wizard robe": 1.2, "monk robe": 1.0, "robe": 1.0, "cassock": 0.6,
    "hooded cloak": 1.0, "cape": 1.0, "poncho": 0.6, "tabard": 1.0, "apron": 0.8, "kimono": 0.8, "hanfu": 0.8,
    "lab coat": 0.6, "trench coat": 0.6, "military uniform": 0.6, "bodysuit": 0.6, "swimsuit": 0.4,
}  # fmt: skip


@dataclass(frozen=True)
class Upload:
    """What an upload shows, as names of rows. stance, arms, build: of `stances`; framing: of `framings`; behind: seen from
    there; holding: in the hands; carried: of `carried`; attire: of `ATTIRE`, "" = any outfit; on, round:
    of `scenery`, what it sits on and what stands there; creature: of `creatures.CREATURES`, features and skin of its rows,
    bald: without human hair; loose: of `loose_hair`."""

    stance: str
    arms: str
    build: str
    framing: str
    behind: bool
    holding: tuple[Holding, ...] = ()
    carried: tuple[str, ...] = ()
    attire: str = ""
    on: str = ""
    round: str = ""
    creature: str = ""
    features: tuple[str, ...] = ()
    skin: str = ""
    bald: bool = False
    loose: tuple[str, ...] = ()


def _weights(table: Mapping[str, Any]) -> dict[str, float]:
    return {name: row.weight for name, row in table.items()}


def sample_upload(rng: Rng) -> Upload:
    """A random one."""
    stance, behind = weighted(rng, _weights(STANCES)), bool(rng.random() < BEHIND)
    close = ("bust", "face") if behind else ()  # of which nothing but hair would be seen
    creature = weighted(rng, _weights(CREATURES)) if rng.random() < 0.24 else ""
    nature = CREATURES.get(creature)
    return Upload(
        stance=stance,
        arms=weighted(rng, dict(STANCES[stance].arms)),
        build=weighted(rng, _weights(BUILDS)),
        framing=weighted(rng, {name: row.weight for name, row in FRAMINGS.items() if name not in close}),
        behind=behind,
        holding=_sample_holding(rng),
        carried=tuple({weighted(rng, _weights(CARRIED)) for _ in range(int(rng.choice(3, p=(0.55, 0.33, 0.12))))}),
        attire=weighted(rng, ATTIRE) if rng.random() < 0.15 else "",
        on=pick(rng, STANCES[stance].on or ("",)),
        round=weighted(rng, _weights(SCENERY)) if rng.random() < 0.2 else "",
        creature=creature,
        features=tuple(pick(rng, group) for group in nature.features) if nature else (),
        skin=pick(rng, nature.skins) if nature and nature.skins else "",
        bald=bool(nature and rng.random() < nature.bald),
        loose=tuple({weighted(rng, _weights(LOOSE)) for _ in range(int(rng.choice(3, p=(0.66, 0.26, 0.08))))}),
    )


def _sample_holding(rng: Rng) -> tuple[Holding, ...]:
    """Nothing, one thing, or one in each hand."""
    found: list[Holding] = []
    for side in rng.permutation(SIDES)[: int(rng.choice(3, p=(0.4, 0.45, 0.15)))]:
        name = weighted(rng, _weights(HELD))
        row = HELD[name]
        holding = Holding(name, str(side), int(rng.integers(len(row.one) + len(row.both))), float(rng.random()))
        if not found or not (holding.both or found[0].both):
            found.append(holding)
    return tuple(found)


def draw_upload(
    seed: int, size: int | tuple[int, int] = 256, *, upload: Upload | None = None, style: Style | None = None
) -> Drawing:
    """Character `seed` on transparency as an upload shows it, by default a random one.

    size: side of a square, or (height, width); style: of the seed if None. Keypoints lack
    what cannot be seen in any case: eyes and nose from behind.
    """
    height, width = (size, size) if isinstance(size, int) else size
    upload = upload or sample_upload(stream(seed, "upload"))
    lying = STANCES[upload.stance].lying
    if lying:
        height, width = width, height
    style, figure = style or style_of(seed), figure_of(seed, upload)
    frame = framed(stream(seed, "framing"), figure, upload.framing, height, width)
    words, skin = FRAMINGS[upload.framing].words, SKINS.get(upload.skin)
    loose = [LOOSE[name].block for name in upload.loose]
    bare = undressed(seed, figure, style, words, "transparent background", skin, loose)
    outfit = dressed(stream(seed, "outfit"), upload.attire)
    face, hair = bare.face, [] if upload.bald else bare.hair
    furry = upload.creature in CREATURES and CREATURES[upload.creature].furry
    beast = Beast(figure, bare.hair[-1].colour, bare.skin, furry or upload.bald, upload.behind, stream(seed, "creature"))
    if upload.behind:
        face, hair = [], hair_from_behind(hair, figure, stream(seed, "nape"))
        outfit = Outfit(tuple(garment for garment in outfit.garments if garment.kind not in FRONT_ONLY))
    if "hood" in upload.carried or any(name.endswith(("ears", "horns", "antlers")) for name in upload.features):
        outfit = Outfit(tuple(garment for garment in outfit.garments if garment.slot != ClothingPart.HEADWEAR))
    body = [layer for layer in bare.body if not (furry and layer.z == HUMAN_EARS)]
    layers = [*body, *face, *hair, *creatures.layers(upload.features, beast), *garments.layers(outfit, figure, style)]
    if not lying:
        layers += scenery.support(upload.on, stream(seed, "support"), figure)
        layers += scenery.layers(upload.round, stream(seed, "scenery"), figure)
    outfit = _with_things(layers, outfit, figure, style, upload, stream(seed, "things"))
    drawing = painted(layers, figure, frame, style, outfit, bare.person, stream(seed, "caption"))
    drawing.depth[drawing.labels == ClothingPart.BACKGROUND] = 0
    if upload.behind:
        seen = {name: point for name, point in drawing.keypoints.items() if name not in ("nose", "eye_l", "eye_r")}
        drawing = replace(drawing, keypoints=seen)
    return quarter_turned(drawing, 1 if seed % 2 else -1) if lying else drawing


def figure_of(seed: int, upload: Upload) -> Figure:
    """The body of character `seed` in an upload."""
    rng = stream(seed, "figure")
    body = built(rng, upload.build, upload.stance)
    arms: list[Arm | None] = [None, None]
    for holding in upload.holding:
        arms = [new or old for new, old in zip(holding.arms(), arms, strict=True)]
    pose = stand(upload.stance, upload.arms, rng, body.child, (arms[0], arms[1]))
    return posed(rng, body, turned_round(pose) if upload.behind else pose)


def dressed(rng: Rng, attire: str) -> Outfit:
    """A random outfit. attire: the kind of its main garment, "" = any."""
    outfit = sample_outfit(rng)
    if not attire:
        return outfit
    row = KINDS[attire]
    kinds = [attire, *([pick(rng, row.over)] if row.over else [])]
    kept = [one for one in outfit.garments if one.slot not in MAIN_SLOTS and not one.kind.startswith("waist")]
    if row.slot == ClothingPart.TOPWEAR:
        kinds.append(pick_kind(rng, BOTTOMS, lambda name: name != "hakama"))
    return Outfit(tuple(dressed_in_order([*kept, *(sample_garment(kind, rng, "exclude") for kind in kinds)])))


def _with_things(layers: list[Layer], outfit: Outfit, figure: Figure, style: Style, upload: Upload, rng: Rng) -> Outfit:
    """Draws what is carried and held onto the layers; the outfit with them, each a garment of its own number."""
    worn = list(outfit.garments)

    def cloth(slot: ClothingPart, kind: str) -> Cloth:
        worn.append(_thing(slot, kind, rng))
        detail = worn[-1].detail
        return Cloth(worn[-1], len(worn), figure, style, Z.OUTER, OVER, np.random.default_rng(detail))

    for name in upload.carried:
        layers += CARRIED[name].draw(cloth(CARRIED[name].part, name), upload.behind)
    for holding in upload.holding:
        found = held.layers(cloth(ClothingPart.HELD, holding.name), holding)
        if upload.behind and holding.both:
            for layer in found:
                layer.z = min(layer.z, 15.0)
        layers += found
    return Outfit(tuple(worn))


def _thing(slot: ClothingPart, kind: str, rng: Rng) -> Garment:
    """A thing in random colours; brown and grey are likely."""
    names = ("white", "black", "brown", "grey", *COLOURS)
    colour, second = pick(rng, names), pick(rng, names)
    pattern = pick(rng, tuple(PATTERNS)) if rng.random() < 0.08 else None
    shades = sample_shade(colour, rng), sample_shade(second, rng)
    return Garment(slot, kind, colour, shades[0], second, shades[1], pattern, detail=int(rng.integers(2**31)))


def quarter_turned(drawing: Drawing, turns: int) -> Drawing:
    """Seen with the head to the left (1) or to the right (-1) of the picture: everything by a quarter of a circle."""
    height, width = drawing.labels.shape

    def moved(x: Any, y: Any) -> tuple[Any, Any]:
        return (y, width - x) if turns == 1 else (height - y, x)

    maps: dict[str, Any] = {name: np.ascontiguousarray(np.rot90(getattr(drawing, name), turns)) for name in _PLANES}
    cones = drawing.body.cones.copy()
    for column in (0, 2):
        cones[:, column], cones[:, column + 1] = moved(drawing.body.cones[:, column], drawing.body.cones[:, column + 1])
    body = DrawnBody(np.ascontiguousarray(np.rot90(drawing.body.occupancy, turns)), cones)
    return replace(drawing, keypoints={name: moved(*point) for name, point in drawing.keypoints.items()}, body=body, **maps)


_PLANES = ("image", "labels", "face_hands", "garment_map", "lineart", "depth")
