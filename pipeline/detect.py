"""Character -> clothing parts: parse, ask SAM about every part, settle what is whose, and say how sure that is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.prompts import Prompt
from models.segmenter import Segmenter
from pipeline.bare import with_bare_skin, with_legs
from pipeline.borders import with_borders
from pipeline.cancelling import raise_if_cancelled
from pipeline.hands import with_whole_hands
from pipeline.images import flatten, is_opaque, resize, with_alpha
from pipeline.mask import as_mask, grow, grown_beside, protect
from pipeline.part_maps import Labels, clean, fill_unknown, largest_share, most_likely, snap
from pipeline.part_tables import BARE, FACE_HANDS, Probabilities, translate
from pipeline.part_words import parts_meant
from pipeline.people import SEVERAL, split
from pipeline.regions import away_from
from pipeline.request import (
    CLOTHING,
    Click,
    ClothingPart,
    Detection,
    DetectRequest,
    GarmentPicture,
    Image8,
    SwapRequest,
    UserError,
)
from pipeline.sticker import sticker_of
from pipeline.strands import with_strands

LARGEST, SMALLEST = 1024, 256  # long side in pixels at which parts are settled
BEHIND = (214, 214, 214)  # behind a transparent character
ASKED = (*CLOTHING, ClothingPart.HEADWEAR, ClothingPart.HAIR, FACE_HANDS)
BODY = {ClothingPart.TOPWEAR, ClothingPart.BOTTOMWEAR, ClothingPart.ONEPIECE}
NEARLY = 0.75  # a character that fills this much of the long side is not looked at from nearer
MARGIN, CRUMB = 0.3, 0.1  # of its box's long side, of its largest piece
PRESENT = 0.0015  # of the character: parts below are not there
AGREE = 0.6  # IoU from which SAM's outline of a part is believed
WEIGHT = 0.3  # how much of it, beside the parser's
ROOM = 0.012  # of the long side: how far beyond the old clothes a new outfit may reach
ALMOST_ALL = 0.9  # of the picture, or of a sprite: clothes do not cover more of a character
TEMPERATURE = 1.2  # of probabilities, see `training.calibration`
RIM = 0.06  # heads: how far skin reaches beyond what was told of it, where a sprite does
LEAST = 0.05  # probability below which nothing is expected
UNSURE = 0.55  # expected overlap of the clothing with the true one, below which the user is told
DOUBTFUL, MATTERS = 0.65, 0.05  # the user is told of clothes less surely such than this, if they are this much of all

NOTHING_FOUND = (
    "No clothing was found; please click on it with 'Click to add', paint over it by hand, "
    "or upload a picture that shows the character larger."
)
NOT_NAMED = "Nothing called {words!r} was found, please use another word or paint over it by hand."
NO_WORDS = "{words!r} is not one of the clothes that are known by name here, please click on the thing or paint over it."
NOBODY = "No face or skin was recognised, so this may be no character: please look at the mask and mend it with the brush."
NOT_SURE = "Not sure what is clothing here, please look at the mask; 'Click to add' and the brush mend it."
EVERYTHING = "Nearly everything was taken for clothing, please rub out of the mask what is not."
LOOK = "The {parts} may be wrong, please look at the mask; 'Click to add' and the brush mend it."


@dataclass(frozen=True)
class Settled:
    """where: rows and columns of the picture that were looked at; rgb: h x w x 3, their working copy; alpha: where that is
    opaque, None if everywhere; probabilities: 13 x h x w; labels: h x w, of a part map."""

    where: tuple[slice, slice]
    rgb: NDArray[np.uint8]
    alpha: Image8 | None
    probabilities: Probabilities
    labels: Labels


def settle(segmenter: Segmenter, character: Image8) -> Settled:
    """What every pixel of a character is."""
    where, rgb, alpha, probabilities = _parsed(segmenter, character)
    raise_if_cancelled()
    probabilities = _refined(segmenter, rgb, probabilities)
    raise_if_cancelled()
    probabilities = snap(probabilities, rgb)
    raise_if_cancelled()
    if alpha is not None:
        probabilities[1:] *= (alpha > 0)[None]
        probabilities[0] = np.where(alpha > 0, np.minimum(probabilities[0], 0.5 * probabilities.max(0)), 1)
    labels = with_legs(with_bare_skin(rgb, clean(most_likely(probabilities)), probabilities))
    raise_if_cancelled()
    labels = with_strands(rgb, with_whole_hands(rgb, labels, alpha))
    raise_if_cancelled()
    labels = with_borders(rgb, labels, probabilities, alpha)
    return Settled(where, rgb, alpha, probabilities, labels if alpha is None else _to_the_edge(rgb, labels, alpha))


def _to_the_edge(rgb: NDArray[np.uint8], labels: Labels, alpha: Image8) -> Labels:
    """Labels of a sprite whose skin reaches to its edge: a light along a neck looks like its background."""
    if sticker_of(with_alpha(rgb, np.where(alpha > 0, np.uint8(255), np.uint8(0))), labels) is not None:
        return labels
    head = float(np.sqrt(np.isin(labels, (FACE_HANDS, ClothingPart.HAIR)).sum()))
    nearest = fill_unknown(labels, labels > 0)
    beside = (labels == 0) & (alpha > 0) & (away_from(labels > 0) <= max(2.0, RIM * head))
    return np.where(beside & np.isin(nearest, BARE), nearest, labels)


def detect(segmenter: Segmenter, request: DetectRequest) -> Detection:
    """Parts of a character and how sure they are. A doubtful or empty answer says so in its warnings. It ends between its
    stages, see `pipeline.cancelling`."""
    began = time.perf_counter()
    found = settle(segmenter, request.character)
    raise_if_cancelled()
    named, warnings = _named(segmenter, found.rgb, request.words.strip(" .,"), found.labels)
    raise_if_cancelled()
    labels = _placed(found.labels, found.where, request.character)
    raise_if_cancelled()
    middles = None if segmenter.people is None else segmenter.people.people(found.rgb)
    people = split(found.labels > 0, middles)
    several = (SEVERAL.format(count=people.max()),) if people.max() > 1 else ()
    return Detection(
        labels=np.where(labels == FACE_HANDS, np.uint8(ClothingPart.SKIN), labels),
        keep=(labels == FACE_HANDS).astype(np.uint8) * np.uint8(255),
        named=None if named is None else _placed(named, found.where, request.character),
        confidence=_confidence(found.probabilities, found.labels),
        warnings=(*warnings, *several, *_warnings(found, named)),
        seconds=time.perf_counter() - began,
        people=_placed(people, found.where, request.character),
    )


def pick(segmenter: Segmenter, character: Image8, clicks: Sequence[Click]) -> Image8:
    """The region that clicks mean, H x W uint8, 255 = in it. Raises `UserError` without a click that adds something."""
    if not any(click.add for click in clicks):
        raise UserError("Please click on the thing that is meant first.")
    rgb, alpha = working_copy(character)
    scale = rgb.shape[1] / character.shape[1]
    points = np.array([[click.x * scale, click.y * scale] for click in clicks], np.float32)
    labels = np.array([int(click.add) for click in clicks])
    embedding = segmenter.sam.encode(rgb)
    odds = _part_at(segmenter, rgb, points[labels == 1][0])
    for count in range(1, len(points) + 1):  # as it was trained: every click comes with the answer to those before it
        odds, _ = segmenter.sam.predict(embedding, Prompt(points=points[:count], labels=labels[:count], prior=odds))
    assert odds is not None
    chosen = snap(1 / (1 + np.exp(-odds[None])), rgb)[0] > 0.5
    if alpha is not None:
        chosen &= alpha > 0
    return _enlarged(chosen.astype(np.uint8) * np.uint8(255), character)


def _part_at(segmenter: Segmenter, rgb: NDArray[np.uint8], point: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Log odds of the part that the parser sees at a point (x, y), as a first guess of what is meant; None where it sees
    none."""
    probabilities = _read(segmenter, rgb)
    x, y = (min(max(int(value), 0), length - 1) for value, length in zip(point, rgb.shape[1::-1], strict=True))
    part = int(most_likely(probabilities[:, y : y + 1, x : x + 1])[0, 0])
    return _log_odds(probabilities[part]) if part else None


def masked(request: SwapRequest, detection: Detection) -> SwapRequest:
    """The request with a mask: what was painted, or the wanted parts of what was found with bare arms and legs, with some
    room round them; less what is protected. What was painted counts as it is if nothing is to be protected. Raises
    `UserError` where nothing is left."""
    parts = request.parts or (*CLOTHING, ClothingPart.SKIN)
    mask = request.mask
    kept = detection.protected(request.protect or (ClothingPart.HAIR, ClothingPart.HELD))
    if mask is None:
        found = detection.mask(parts)
        if not np.isin(detection.labels, list(request.parts or CLOTHING)).any():
            raise UserError(NOTHING_FOUND)
        mask = grown_beside(found, round(ROOM * max(found.shape)), kept)
    garments = tuple(_placed_garment(garment, detection) for garment in request.garments)
    if request.mask is not None and not request.protect:  # asked only where the garments' parts are
        return replace(request, garments=garments)
    warnings = detection.warnings if request.mask is None else ()
    mask = protect(as_mask(mask, (kept.shape[1], kept.shape[0])), kept)
    return replace(request, mask=mask, garments=garments, protect=(), parts=(), notes=(*request.notes, *warnings))


def _placed_garment(garment: GarmentPicture, detection: Detection) -> GarmentPicture:
    """A garment's picture with the region of its parts, with some room; where none of them was found it acts everywhere."""
    if not garment.parts or garment.region is not None:
        return garment
    region = np.where(np.isin(detection.labels, list(garment.parts)), np.uint8(255), np.uint8(0))
    if not region.any():
        return garment
    return replace(garment, region=grow(region, round(ROOM * max(region.shape))))


def working_copy(character: Image8) -> tuple[NDArray[np.uint8], Image8 | None]:
    """The character at a size to work at, over grey: h x w x 3, and where it is opaque, None if everywhere."""
    height, width = character.shape[:2]
    scale = min(LARGEST / max(height, width), max(1.0, SMALLEST / max(height, width)))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = character if size == (width, height) else resize(character, size)
    alpha = None if is_opaque(character) else (small[..., 3] >= 128).astype(np.uint8)
    return np.ascontiguousarray(flatten(small, BEHIND)[..., :3]), alpha


def _parsed(
    segmenter: Segmenter, character: Image8
) -> tuple[tuple[slice, slice], NDArray[np.uint8], Image8 | None, Probabilities]:
    """What the parser sees, from as near as the character allows: where that lies in the picture, its working copy as of
    `working_copy`, and its probabilities."""
    rgb, alpha = working_copy(character)
    raise_if_cancelled()
    where = _around(_read(segmenter, rgb)[0] < 0.5 if alpha is None else alpha > 0, character.shape)
    raise_if_cancelled()
    if where != (slice(0, character.shape[0]), slice(0, character.shape[1])):
        rgb, alpha = working_copy(character[where])
    return where, rgb, alpha, _read(segmenter, rgb)  # a parser remembers what it has just looked at


def _read(segmenter: Segmenter, rgb: NDArray[np.uint8]) -> Probabilities:
    """Of the thirteen parts, 13 x h x w."""
    return translate(segmenter.parser.parse(rgb), rgb, segmenter.table)


def _around(there: NDArray[np.bool_], shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The character's box with some margin, rows and columns of a picture of `shape`; all of it where that is nearly all.

    there: h x w, a smaller picture. Crumbs do not count.
    """
    everything = slice(0, shape[0]), slice(0, shape[1])
    _, _, table, _ = cv2.connectedComponentsWithStats(there.astype(np.uint8))
    pieces = table[1:]
    if not len(pieces):
        return everything
    large = pieces[pieces[:, cv2.CC_STAT_AREA] > CRUMB * pieces[:, cv2.CC_STAT_AREA].max()]
    corners, sizes = large[:, [cv2.CC_STAT_TOP, cv2.CC_STAT_LEFT]], large[:, [cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH]]
    start, stop = corners.min(0), (corners + sizes).max(0)
    if (stop - start).max() > NEARLY * max(there.shape):
        return everything
    margin = MARGIN * (stop - start).max()
    scale = np.array(shape[:2]) / there.shape
    first = np.floor((start - margin).clip(0) * scale).astype(int)
    last = np.ceil(np.minimum(stop + margin, there.shape) * scale).astype(int)
    return slice(int(first[0]), int(last[0])), slice(int(first[1]), int(last[1]))


def _refined(segmenter: Segmenter, rgb: NDArray[np.uint8], probabilities: Probabilities) -> Probabilities:
    """SAM is shown every part that the parser found, as a rough mask in a box, and draws its outline."""
    best = probabilities.argmax(0)
    character = max(1, int((best > 0).sum()))
    asked = [part for part in ASKED if (best == part).sum() > PRESENT * character]
    if not asked:
        return probabilities
    embedding = segmenter.sam.encode(rgb)
    found = probabilities.copy()
    for part in asked:
        raise_if_cancelled()
        region = best == part
        y, x = np.nonzero(region)
        box = float(x.min()), float(y.min()), float(x.max() + 1), float(y.max() + 1)
        odds, _ = segmenter.sam.predict(embedding, Prompt(box=box, prior=_log_odds(probabilities[part])))
        drawn = odds > 0
        if (drawn & region).sum() > AGREE * (drawn | region).sum():
            found[part] = (1 - WEIGHT) * found[part] + WEIGHT / (1 + np.exp(-odds))
    shares: Probabilities = found / found.sum(0).clip(1e-6)
    return shares


def _log_odds(probability: NDArray[Any], least: float = 0.01) -> NDArray[np.float32]:
    inside = probability.clip(least, 1 - least)
    return np.asarray(np.log(inside / (1 - inside)), np.float32)


def _confidence(probabilities: Probabilities, labels: Labels) -> dict[ClothingPart, float]:
    """Mean probability over every part that is there; face and hands count as skin."""
    character = max(1, int((labels > 0).sum()))
    found = {}
    for part in ClothingPart:
        region = labels == part
        if part and region.sum() > PRESENT * character:
            found[part] = round(float(probabilities[part][region].mean()), 3)
    return found


def _named(segmenter: Segmenter, rgb: NDArray[np.uint8], words: str, labels: Labels) -> tuple[Image8 | None, tuple[str, ...]]:
    """What the words name: boxes round it, and what SAM sees in them; without a finder of words, parts by their names."""
    if not words:
        return None, ()
    chosen = np.zeros(rgb.shape[:2], bool)
    if segmenter.words is not None:
        embedding = segmenter.sam.encode(rgb)
        for found in segmenter.words.find(rgb, words):
            chosen |= segmenter.sam.predict(embedding, Prompt(box=found.box))[0] > 0
    meant = parts_meant(words)
    if not chosen.any():
        chosen = np.isin(labels, meant)
    if not chosen.any() and BODY & set(meant):  # a 'skirt' may be half of a dress, and a 'dress' two pieces
        chosen = np.isin(labels, list(BODY))
    unknown = NOT_NAMED if segmenter.words is not None or meant else NO_WORDS
    return chosen.astype(np.uint8) * np.uint8(255), () if chosen.any() else (unknown.format(words=words),)


def _warnings(found: Settled, named: Image8 | None) -> tuple[str, ...]:
    """What looks doubtful, and what to do about it. Whether a dress is a top and a skirt is no such doubt."""
    labels, alpha, probabilities = found.labels, found.alpha, found.probabilities
    clothes = np.isin(labels, CLOTHING)
    least = PRESENT * max(1, int((labels > 0).sum()))
    if clothes.sum() <= least:
        return () if named is not None and named.any() else (NOTHING_FOUND,)
    if np.isin(labels, BARE).sum() <= least:
        return (NOBODY,)
    if clothes.sum() > ALMOST_ALL * (labels.size if alpha is None else (alpha > 0).sum()):
        return (EVERYTHING,)
    if expected_overlap(probabilities, labels) < UNSURE:
        return (NOT_SURE,)
    dressed = _sigmoid(dressed_odds(probabilities) / TEMPERATURE)
    regions = {part: labels == part for part in CLOTHING}
    large = MATTERS * clothes.sum()
    doubtful = [part.title for part, region in regions.items() if region.sum() > large and dressed[region].mean() < DOUBTFUL]
    return (LOOK.format(parts=" and the ".join(doubtful)),) if doubtful else ()


def dressed_odds(probabilities: Probabilities) -> NDArray[np.float32]:
    """13 x h x w -> h x w, log odds that a pixel is clothing."""
    return _log_odds(probabilities[list(CLOTHING)].sum(0), least=1e-4)


def expected_overlap(probabilities: Probabilities, labels: Labels) -> float:
    """The IoU that is to be expected of the clothing found: what of it is likely to be some, of that and what may be some
    elsewhere. 0 where there is none."""
    likely = _sigmoid(dressed_odds(probabilities) / TEMPERATURE)
    clothes = np.isin(labels, CLOTHING)
    elsewhere = likely[~clothes]
    return float(likely[clothes].sum() / max(1.0, clothes.sum() + elsewhere[elsewhere > LEAST].sum()))


def _sigmoid(odds: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def _placed(values: Image8, where: tuple[slice, slice], character: Image8) -> Image8:
    """Values of a part of the picture in all of it, 0 elsewhere."""
    found = np.zeros(character.shape[:2], np.uint8)
    found[where] = _enlarged(values, character[where])
    return found


def _enlarged(values: Image8, character: Image8) -> Image8:
    """Back to the character's size."""
    return largest_share(values, (character.shape[1], character.shape[0]))
