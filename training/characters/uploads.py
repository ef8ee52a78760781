"""Characters as in the pictures that people upload: in any stance, build and framing, from behind, with what they carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from training.characters.behind import hair_from_behind, turned_round
from training.characters.body_map import DrawnBody
from training.characters.character import Drawing, painted, stream, style_of, undressed
from training.characters.figures import posed
from training.characters.framings import FRAMINGS, framed
from training.characters.outfits import sample_outfit
from training.characters.stances import BUILDS, STANCES, built, stand
from wardrobe import garments
from wardrobe.compatible import weighted
from wardrobe.figure import Figure
from wardrobe.outfit import Outfit
from wardrobe.parts import ClothingPart

Rng = np.random.Generator
BEHIND = 0.1  # share of figures that are seen from behind
FRONT_ONLY = ("necktie", "bow tie", "neck ribbon", "jabot", "ascot", "necklace")  # not to be seen from behind


@dataclass(frozen=True)
class Upload:
    """What an upload shows, as names of rows. stance, arms, build: of `stances`; framing: of `framings`; behind: seen from
    there."""

    stance: str
    arms: str
    build: str
    framing: str
    behind: bool


def _weights(table: Mapping[str, Any]) -> dict[str, float]:
    return {name: row.weight for name, row in table.items()}


def sample_upload(rng: Rng) -> Upload:
    """A random one."""
    stance = weighted(rng, _weights(STANCES))
    return Upload(
        stance=stance,
        arms=weighted(rng, dict(STANCES[stance].arms)),
        build=weighted(rng, _weights(BUILDS)),
        framing=weighted(rng, _weights(FRAMINGS)),
        behind=bool(rng.random() < BEHIND),
    )


def draw_upload(seed: int, size: int | tuple[int, int] = 256, *, upload: Upload | None = None) -> Drawing:
    """Character `seed` on transparency as an upload shows it, by default a random one.

    size: side of a square, or (height, width). Keypoints lack what cannot be seen in any case: eyes and nose from behind.
    """
    height, width = (size, size) if isinstance(size, int) else size
    upload = upload or sample_upload(stream(seed, "upload"))
    lying = STANCES[upload.stance].lying
    if lying:
        height, width = width, height
    style, figure = style_of(seed), figure_of(seed, upload)
    frame = framed(stream(seed, "framing"), figure, upload.framing, height, width)
    bare = undressed(seed, figure, style, FRAMINGS[upload.framing].words, "transparent background")
    outfit = sample_outfit(stream(seed, "outfit"))
    face, hair = bare.face, bare.hair
    if upload.behind:
        face, hair = [], hair_from_behind(hair, figure, stream(seed, "nape"))
        outfit = Outfit(tuple(garment for garment in outfit.garments if garment.kind not in FRONT_ONLY))
    layers = [*bare.body, *face, *hair, *garments.layers(outfit, figure, style)]
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
    pose = stand(upload.stance, upload.arms, rng, body.child)
    return posed(rng, body, turned_round(pose) if upload.behind else pose)


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
