"""What is done before anything is diffused: detect -> body -> draft -> mask, for one request.

A painted mask replaces only the mask: the draft is clipped to it. Without one the mask follows the draft: the old clothes
and what the draft draws, less what is protected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from models.lru_cache import LRUCache, digest
from pipeline.body import CLAIMED
from pipeline.cancelling import raise_if_cancelled
from pipeline.chips import choices_of
from pipeline.detect import masked
from pipeline.draft import Draft, dressed, dyed_draft, old_clothes, own_draft
from pipeline.drafting import draw_draft
from pipeline.evidence import Evidence, read_evidence, with_joints
from pipeline.fit import Doubt, Fit, fit
from pipeline.large import large_draft, large_picture, large_region, larger, moved, shrunk, size_to_draft_at
from pipeline.limits import cut_off, is_cut, over_face, over_several
from pipeline.mask import as_mask
from pipeline.outfit import Wish, complete, read_outfit
from pipeline.overlooked import of_one_cloth
from pipeline.painted import feathered, trimmed
from pipeline.people import SEVERAL, meant
from pipeline.regions import Region
from pipeline.request import CLOTHING, ClothingPart, Detection, DetectRequest, Drafted, Image8, SwapRequest
from pipeline.sitter import Sitter, sitter_of

See = Callable[[DetectRequest], Detection]
Part = ClothingPart

BODY = {Part.TOPWEAR, Part.BOTTOMWEAR, Part.ONEPIECE}
SMALL = {Part.HANDWEAR, Part.NECKWEAR, Part.HEADWEAR}  # goes with what it belonged to, and is added only where it is asked for
UPPER = {Part.TOPWEAR, Part.ONEPIECE}
WORN = 0.004  # of the figure: parts below are not worn
EXPLAINED = 0.4  # share of a painted mask that detection must take for somebody, or it has missed what is meant
TAKEN = 0.5  # share of an old garment that a painted mask must cover to replace it

SITTERS_BYTES = 200_000_000  # of what is known of the last pictures; of one that is drafted as it is 100 million at most
_BODIES, _SITTERS = LRUCache(4), LRUCache(4, SITTERS_BYTES)

NOTHING_NAMED = "No garment is named here, so nothing is drafted; please name one, such as 'red hoodie, blue jeans'."
GUESSED = "Part of the body could not be made out and is drawn as it seems likely; its joints can be put right by hand."


@dataclass(frozen=True)
class Plan:
    """A request with its mask, and a draft for each of its pictures; none where today's words alone decide. found: what
    detection said, None where nobody could look. joints: of the body that is dressed, x and y in pixels. painted: H x W, the
    user's own mask. beyond: H x W, what it has cut off the first draft. dyed: where no body could be made out, for each
    picture the old clothes in the new colours. kept: H x W, what is protected and nothing that widens the mask may enter. near:
    the plan of a smaller copy that this one was brought up from, None where the picture was small enough."""

    request: SwapRequest
    drafts: tuple[Draft, ...] = ()
    found: Detection | None = None
    joints: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    painted: Region | None = None
    beyond: Region | None = None
    dyed: tuple[Draft, ...] = ()
    kept: Region | None = None
    near: Plan | None = None

    def picture(self, index: int) -> Image8:
        """H x W x 4, the character in one of the drafts; outside the mask bit for bit as it was."""
        assert self.found is not None and self.request.mask is not None
        character, draft = self.request.character, self.drafts[index]
        if self.near is not None:
            return large_picture(self.near.picture(index), character, self.request.mask, self.near.drafts[index])
        image = dressed(character, draft, self.found.labels)
        if self.painted is not None:
            image = feathered(character, image, self.painted, self.found.labels, draft.old)
        return np.where(self.request.mask[..., None] > 0, image, character)


def make_plan(request: SwapRequest, see: See) -> Plan:
    """Mask and drafts of a valid request. Raises `UserError` where there is nothing to repaint."""
    plan = _planned(request, see)
    if plan.found is None or plan.request.mask is None:
        return plan
    mask = as_mask(plan.request.mask, plan.found.labels.shape[::-1]) >= 128
    protected = plan.found.protected(request.protect or (Part.HAIR, Part.HELD)) > 0
    said = () if plan.drafts else over_face(plan.found, mask)  # a draft lies behind faces
    told = replace(plan.request, notes=tuple(dict.fromkeys((*plan.request.notes, *said))))  # detection has said some of it
    return replace(plan, request=told, kept=protected & ~mask)  # what a stroke or a draft itself covers is meant


def _planned(request: SwapRequest, see: See) -> Plan:
    wish = read_outfit(request.prompt, request.negative_prompt, request.seed)
    told = bool(wish.garments) and not request.garments  # a picture of a garment says more than words
    drafting = not isinstance(request.draft, str) and (request.draft is not None or told)  # "off" is the only word
    raise_if_cancelled()
    found = see(DetectRequest(request.character))
    raise_if_cancelled()
    painted = _painted(request, found)
    said: tuple[str, ...] = () if painted is None else over_several(found, painted)
    if found.count > 1 and not request.person and painted is None:
        said = (SEVERAL.format(count=found.count),)
    found = found.only(request.person or meant(found.people, painted))
    if not drafting:
        return Plan(masked(request, found), (), found)
    request = replace(request, notes=(*request.notes, *said))
    if not isinstance(request.draft, np.ndarray):
        return _in_words(request, found, wish)
    own = own_draft(request.character, request.draft, found, _garments_of(request.parts) or CLOTHING)
    return _limits(request, found, (own,) * request.count, {}) or Plan(masked(request, found), (), found)


def _in_words(request: SwapRequest, found: Detection, wish: Wish) -> Plan:
    """An outfit drawn on the body, if that can be made out. Of a large picture all of this is done on a smaller copy."""
    request, size = replace(request, notes=(*request.notes, *wish.notes)), size_to_draft_at(request.character.shape)
    near, seen = (request, found) if size is None else shrunk(request, found, size)
    evidence = with_joints(read_evidence(near.character, seen.labels, seen.keep, seen.others), near.joints)
    raise_if_cancelled()
    joints, body = _places(evidence), _fitted(evidence)
    raise_if_cancelled()
    seeds = range(request.seed, request.seed + request.count)
    if isinstance(body, Doubt):
        masks = masked(replace(request, notes=(*request.notes, body.value)), found)
        assert masks.mask is not None
        named = [read_outfit(request.prompt, request.negative_prompt, seed).garments for seed in seeds]
        instead = [dyed_draft(request.character, found, garments, masks.mask > 0) for garments in named]
        dyed = tuple(draft for draft in instead if draft is not None)
        there = joints if size is None else moved(joints, larger(size, request.character.shape))
        return Plan(masks, (), found, there, _painted(request, found), dyed=dyed)
    if body.guessed:
        near = replace(near, notes=(*near.notes, GUESSED))
    painted = _painted(near, seen)
    changed = changing(wish, seen, near.parts, painted)
    drawn = changed if near.parts else changed - (SMALL - wish.slots)
    if not near.parts and painted is None:
        changed |= of_one_cloth(near.character[..., :3], seen.labels, changed)
    outfits = [complete(read_outfit(near.prompt, near.negative_prompt, seed), drawn, seed) for seed in seeds]
    sitter = _sitting(near.character, seen, body, changed)
    plan = _limits(near, seen, tuple(draw_draft(sitter, outfit) for outfit in outfits), joints)
    if plan is None:
        return Plan(masked(replace(request, notes=near.notes), found), (), found)
    return plan if size is None else _brought_up(plan, request, found)


def _limits(
    request: SwapRequest, found: Detection, drafts: tuple[Draft, ...], joints: Mapping[str, tuple[float, float]]
) -> Plan | None:
    """The drafts within what was painted and is protected, and the mask that holds them; None where nothing of them is left."""
    painted = _painted(request, found)
    beyond = None if painted is None or not drafts else drafts[0].covers & ~painted
    if painted is not None and drafts:
        request = replace(request, notes=(*request.notes, *cut_off(drafts[0], painted)))
    drafts = tuple(_limited(draft, found, painted, request.protect) for draft in drafts)
    if not any(draft.covers.any() for draft in drafts):
        return None
    return Plan(_with_mask(request, drafts, found), drafts, found, joints, painted, beyond)


def _brought_up(near: Plan, request: SwapRequest, found: Detection) -> Plan:
    """A plan of a smaller copy, with drafts, as one of the picture itself. request, found: of that."""
    assert near.request.mask is not None and near.found is not None
    shape, painted = request.character.shape[:2], _painted(request, found)
    size = shape[::-1]
    mask = large_region(near.request.mask > 0, size)
    return Plan(
        replace(
            request,
            mask=(mask if painted is None else mask & painted).astype(np.uint8) * np.uint8(255),
            protect=(),
            parts=(),
            notes=near.request.notes,
        ),
        tuple(large_draft(draft, request.character, painted) for draft in near.drafts),
        found,
        moved(near.joints, larger(near.found.labels.shape[::-1], shape)),
        painted,
        None if near.beyond is None else large_region(near.beyond, size),
        near=near,
    )


def _painted(request: SwapRequest, found: Detection) -> Region | None:
    """H x W, the user's own mask."""
    return None if request.mask is None else as_mask(request.mask, found.labels.shape[::-1]) >= 128


def make_draft(request: SwapRequest, see: See) -> Drafted:
    """The draft of a request alone. Raises `UserError` for words that are refused."""
    plan = make_plan(request, see)
    joints = plan.joints
    if not plan.drafts:
        return Drafted(None, joints=joints, notes=plan.request.notes or (NOTHING_NAMED,))
    draft = plan.drafts[0]
    garments, beyond = draft.outfit.garments, plan.beyond
    return Drafted(
        draft.image,
        plan.picture(0),
        garments,
        tuple(map(choices_of, garments)),
        draft.parts,
        draft.sheet.svg if draft.sheet else str,
        plan.request.mask,
        beyond.astype(np.uint8) * np.uint8(255) if beyond is not None and is_cut(beyond, draft.covers) else None,
        joints,
        plan.request.notes,
    )


def _fitted(evidence: Evidence) -> Fit | Doubt:
    """A body is fitted once, and not again at every word."""
    places = tuple(sorted(evidence.joints.items())), tuple(sorted(evidence.sure.items())), tuple(sorted(evidence.placed))
    fitted: Fit | Doubt = _BODIES.get_or_compute(
        (digest(evidence.labels), digest(evidence.hands), *places), lambda: fit(evidence)
    )
    return fitted


def _sitting(character: Image8, found: Detection, body: Fit, changed: Iterable[Part]) -> Sitter:
    """Likewise what is to be known of a picture besides. A sitter holds its body, so no other can have that one's id."""
    others = None if found.others is None else digest(found.others)
    key = digest(character), digest(found.labels), digest(found.keep), others, frozenset(changed), id(body)
    sitter: Sitter = _SITTERS.get_or_compute(key, lambda: sitter_of(character, found, body, changed))
    return sitter


def _places(evidence: Evidence) -> dict[str, tuple[float, float]]:
    """Joints that are seen."""
    return {name: place for name, place in evidence.joints.items() if evidence.sure[name] > CLAIMED}


def changing(wish: Wish, found: Detection, parts: Iterable[Part], painted: Region | None) -> frozenset[Part]:
    """Parts of the old outfit that give way: those that were chosen, or that a painted mask covers, or those that the words
    speak about. Tops and skirts give way to a dress, and a dress to either of them."""
    worn = _worn(found.labels)
    if painted is not None:
        covered = {part for part in worn if painted[found.labels == part].mean() > TAKEN}
        return frozenset(covered | wish.slots)
    parts = _garments_of(parts)
    changed = parts or set(wish.slots)
    if Part.ONEPIECE in changed and not parts:
        changed |= BODY
    if changed & BODY and Part.ONEPIECE in worn and not parts:
        changed |= BODY
    if changed & UPPER and not parts:  # a scarf or tie belongs to what it was worn with
        changed.add(Part.NECKWEAR)
    return frozenset(changed)


def _garments_of(parts: Iterable[Part]) -> set[Part]:
    """Without skin, which may be drawn over: it is no garment that goes, and a face is skin too."""
    return set(parts) - {Part.SKIN}


def _worn(labels: Image8) -> set[Part]:
    counts = np.bincount(labels.ravel(), minlength=len(Part))
    least = WORN * counts[1:].sum()
    return {part for part in (*CLOTHING, Part.HEADWEAR) if counts[part] > least}


def _limited(draft: Draft, found: Detection, painted: Region | None, protected: Iterable[Part]) -> Draft:
    """A draft that keeps within what was painted and off what is protected by name."""
    allowed = np.ones(found.labels.shape, bool) if painted is None else painted
    if protect := list(protected):
        allowed = allowed & ~np.isin(found.labels, protect)
    if allowed.all():
        return draft
    if painted is not None:
        draft = trimmed(draft, painted, found.labels)
    alpha = np.where(allowed, draft.image[..., 3], np.uint8(0))
    old = draft.old & allowed
    if painted is not None:
        old = painted & (draft.old | np.isin(found.labels, (*CLOTHING, Part.HEADWEAR)))
        if (found.labels[painted] > 0).mean() < EXPLAINED:  # whoever paints sees clothes where detection sees nothing
            old = painted
        old = old & ~draft.front
    return replace(draft, image=np.dstack([draft.image[..., :3], alpha]), old=old, redrawn=draft.redrawn & allowed)


def _with_mask(request: SwapRequest, drafts: Iterable[Draft], found: Detection) -> SwapRequest:
    """The request with a mask that holds old clothes and all drafts."""
    mask = np.zeros(found.labels.shape, bool)
    for draft in drafts:
        mask |= (draft.image[..., 3] > 0) | old_clothes(draft, found.labels) | draft.redrawn
    if request.mask is not None:
        mask &= as_mask(request.mask, found.labels.shape[::-1]) >= 128
    # protection and parts are in the mask now
    return replace(request, mask=mask.astype(np.uint8) * np.uint8(255), protect=(), parts=())
