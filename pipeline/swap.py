"""OutfitSwapper: the only file that knows the order of the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from models.annotators import Annotators
from models.controlled_unet import Masked
from models.controlnet import AddedConditions
from models.ip_adapter import Garment
from models.loader import Networks
from models.lru_cache import LRUCache, digest
from models.picture_judges import PictureJudge
from models.profiles import ModelProfile
from models.samplers import count_steps, make_scheduler
from models.text import Words
from pipeline.backdrop import put_back
from pipeline.canvas import Canvas, Timer, prepare
from pipeline.composite import cut_out, join_border, match_colours, outfit_layer, paste
from pipeline.conditions import Scene, make_adapter_features, make_branches, read_garment, text_warnings
from pipeline.denoise import Known, denoise
from pipeline.draft import dressed
from pipeline.dyeing import DYED
from pipeline.garment_cut import cut_out_garments
from pipeline.handles import without_handles
from pipeline.images import Crop, flatten, with_alpha
from pipeline.latents import (
    decode_picture,
    encode_masked,
    encode_picture,
    latent_mask,
    require_numbers,
    require_picture,
    soft_mask,
    to_picture,
    to_tensor,
)
from pipeline.limits import too_weak
from pipeline.marking import describe
from pipeline.mask import DENOISE_GROW, NOTHING_PAINTED, as_mask, grow, ring
from pipeline.outfit import read_outfit
from pipeline.palette import Palette, colours_of, garment_alone, in_own_skin, in_palettes
from pipeline.plan import Plan, See, make_plan
from pipeline.preview import Decoder, Previews, Thumbnail, linear_decoder, small_decoder
from pipeline.request import GarmentPicture, Hint, Image8, OnStep, Step, SwapRequest, SwapResult, UserError
from pipeline.safety import SafetyRules, check_entering, check_words, may_be_shown, negative_prompt, only_shown
from pipeline.upscale import enlarged_to
from pipeline.validate import validate
from pipeline.worn import dressed as worn_loras
from pipeline.worn import new_words, without_tags

RING = 1 / 16  # of the crop's long side: the band on which old and new colours are matched
DETAIL = 2  # the second pass works at this many times the size
DETAIL_BELOW = 0.8  # and is worth it where a picture pixel has fewer model pixels than this
EMBEDDINGS = 16  # prompts and garments whose encodings are kept


class OutfitSwapper:
    """Runs requests on one profile's networks. Holds no state of a request."""

    def __init__(
        self,
        profile: ModelProfile,
        networks: Networks,
        rules: SafetyRules | None = None,
        judges: Sequence[PictureJudge] = (),
        see: See | None = None,
        annotators: Annotators | None = None,
    ) -> None:
        """rules: what is on, by default everything; judges: what looks at pictures; see: finds clothing, without
        it every request needs a mask, and nothing is drafted; annotators: what reads hints, by default its own."""
        self.profile, self.networks = profile, networks
        self.rules = rules or SafetyRules()
        self.judges = self.rules.applied(judges)
        self.see = see
        self.annotators = annotators or Annotators(networks.device)
        self._read = LRUCache(EMBEDDINGS)

    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        """Raises `UserError`, or whatever `on_step` raises to stop the job."""
        validate(request, self.profile)
        request = without_tags(request)
        check_words(without_handles(request.prompt), request.negative_prompt)  # a tag may have parted a word
        check_entering(request, self.judges)
        timer = Timer()
        with timer("plan"):
            plan = self._plan(request)
        if not self._redraw(request):
            if len(plan.dyed) == request.count:
                notes = (*plan.request.notes, DYED)
                plan = replace(plan, drafts=plan.dyed, request=replace(plan.request, notes=notes))
            if plan.drafts:
                return self._pasted(plan, on_step, timer)
        with worn_loras(self.networks, plan.request):
            return self._swap(plan, on_step, timer)

    def _plan(self, request: SwapRequest) -> Plan:
        if self.see is None:
            if request.mask is None:
                raise UserError(NOTHING_PAINTED)
            return Plan(request)
        plan = make_plan(request, self.see)
        if self.profile.cut_garments and request.garments:
            plan = replace(plan, request=cut_out_garments(plan.request, self.see))
        return plan

    def _redraw(self, request: SwapRequest) -> float:
        """Strength with which a draft is drawn over, 0 where it is the picture."""
        return 1 - request.follow * (1 - self.profile.draft_strength)

    def _pasted(self, plan: Plan, on_step: OnStep | None, timer: Timer) -> SwapResult:
        """The drafts as they are."""
        request = plan.request
        assert request.mask is not None
        images = []
        for index in range(len(plan.drafts)):
            with timer("draft"):
                images.append(plan.picture(index))
            if on_step is not None:
                on_step(Step(index + 1, len(plan.drafts), index, len(plan.drafts)))
        result = SwapResult(
            images=tuple(images),
            seeds=tuple(request.seed + index for index in range(len(images))),
            mask=request.mask,
            outfits=tuple(draft.alone for draft in plan.drafts),
            drafts=tuple(draft.image for draft in plan.drafts),
            seconds=timer.total,
            timings=dict(timer.seconds),
            warnings=request.notes,
            metadata=describe(request),
        )
        return only_shown(result, self.judges)

    def _swap(self, plan: Plan, on_step: OnStep | None, timer: Timer) -> SwapResult:
        request = plan.request
        if plan.drafts:
            request = replace(request, strength=min(request.strength, self._redraw(request)))
        elif plan.found is not None and request.mask is not None:
            mask = as_mask(request.mask, plan.found.labels.shape[::-1]) >= 128
            wished = read_outfit(request.prompt, request.negative_prompt, request.seed).garments
            weak = too_weak(request.strength, request.character, plan.found.labels, mask, wished)
            request = replace(request, notes=(*request.notes, *weak))
        with timer("prepare"):
            canvas = prepare(request, self.profile, self._alone, plan.kept, plan.found, [draft.image for draft in plan.drafts])
            small = Thumbnail.of(canvas.character, canvas.mask, canvas.limit, canvas.crop)
            previews = Previews(small, lambda preview: may_be_shown(preview, self.judges))
        with timer("text"):
            words, worn = self._words(request), self._worn(request, canvas)
        steps = count_steps(request.steps, request.strength, request.sampler)
        if self._needs_detail(request, canvas.crop):
            steps += count_steps(request.steps, self._detail_strength(request), request.sampler)

        images, outfits = [], []
        seeds = tuple(request.seed + index for index in range(request.count))
        for index, seed in enumerate(seeds):
            job = _Job(replace(request, seed=seed), canvas, words, worn, steps, index, on_step, previews, timer)
            if plan.drafts:
                assert plan.found is not None
                laid = dressed(canvas.character, plan.drafts[index], plan.found.labels)
                job = replace(job, start=flatten(laid, canvas.background), lines=plan.drafts[index].lines)
            drawn = self._draw(job)
            with timer("composite"):
                crop = replace(canvas.crop, width=drawn.shape[1], height=drawn.shape[0])
                if canvas.limit is not None:
                    draft = crop.take(plan.drafts[index].image) if plan.drafts else None
                    drawn = cut_out(drawn, crop.take(canvas.character), crop.take(canvas.region), canvas.background, draft)
                box = crop.right - crop.left, crop.bottom - crop.top
                drawn, crop = enlarged_to(drawn, box), replace(crop, width=box[0], height=box[1])
                outfits.append(outfit_layer(canvas.character, drawn, crop, canvas.mask, canvas.limit))  # which needs more memory
                images.append(paste(canvas.character, drawn, crop, canvas.mask, canvas.limit))
        result = SwapResult(
            images=tuple(images),
            seeds=seeds,
            mask=canvas.mask,
            outfits=tuple(outfits),
            drafts=tuple(draft.image for draft in plan.drafts),
            seconds=timer.total,
            timings=dict(timer.seconds),
            warnings=(*request.notes, *text_warnings(self.networks, without_handles(request.prompt), request.negative_prompt)),
            metadata=describe(request),
        )
        return only_shown(result, self.judges)

    def _words(self, request: SwapRequest) -> Words:
        """Of the prompt, with guidance of the negative prompt first."""
        texts = [", ".join(filter(None, (self.profile.prefix, without_handles(request.prompt))))]
        if request.guidance > 1:
            unwanted = (self.profile.negative_prompt, request.negative_prompt)
            fixed = self.rules.negative and not self.profile.dressed
            texts.insert(0, negative_prompt(*unwanted) if fixed else ", ".join(filter(None, unwanted)))

        def read() -> Words:
            with self.networks.onload(*self.networks.text_encoders):
                return self.networks.reader.read(texts)

        words: Words = self._read.get_or_compute((*texts, request.loras, new_words(request)), read)
        return words

    def _worn(self, request: SwapRequest, canvas: Canvas) -> tuple[Worn, ...]:
        """The pictures of garments, read."""
        pictures = [picture for picture in request.garments if picture.scale > 0]
        if not pictures:
            return ()
        reader = self.networks.garment
        assert reader is not None
        size, guided = (canvas.character.shape[1], canvas.character.shape[0]), request.guidance > 1

        def read(image: Image8) -> Garment:
            with self.networks.onload(*reader.image_modules):
                return read_garment(self.networks, image, 1.0, guided)

        def worn(picture: GarmentPicture) -> Worn:
            seen = self._read.get_or_compute((digest(picture.image), guided), lambda: read(picture.image))
            region = None if picture.region is None else as_mask(picture.region, size)
            palette = None
            if picture.lock_palette:
                alone = self._alone(picture)
                palette = self._read.get_or_compute(("palette", digest(alone)), lambda: colours_of(alone))
            return Worn(replace(seen, scale=picture.scale), region, palette)

        return tuple(worn(picture) for picture in pictures)

    def _alone(self, picture: GarmentPicture) -> Image8:
        found: Image8 = self._read.get_or_compute(("alone", digest(picture.image), picture.parts), lambda: garment_alone(picture))
        return found

    def _draw(self, job: _Job) -> Image8:
        """The generated crop, height x width x 3 uint8; twice as large after a detail pass."""
        request, canvas, crop = job.request, job.canvas, job.canvas.crop
        random = torch.Generator().manual_seed(request.seed)
        start = canvas.flat if job.start is None else job.start
        drawn = self._run(job, Pass("draw", crop, crop.take(start), request.strength), random)
        if not self._needs_detail(request, crop):
            return drawn
        large = replace(crop, width=crop.width * DETAIL, height=crop.height * DETAIL)
        whole = paste(with_alpha(canvas.flat, 255), drawn, crop, canvas.region)
        second = Pass("detail", large, large.take(whole)[..., :3], self._detail_strength(request))
        return self._run(job, second, random, done=count_steps(request.steps, request.strength, request.sampler))

    def _detail_strength(self, request: SwapRequest) -> float:
        """Whoever asks for a small change does not want a large one in the second pass."""
        return min(self.profile.detail_strength, request.strength)

    def _needs_detail(self, request: SwapRequest, crop: Crop) -> bool:
        steps = count_steps(request.steps, self._detail_strength(request), request.sampler)
        return request.detail_pass and steps > 0 and crop.scale < DETAIL_BELOW

    def _run(self, job: _Job, work: Pass, random: torch.Generator, done: int = 0) -> Image8:
        """One sampling -> height x width x 3 uint8, its colours matched to the original. done: steps before it."""
        networks, request, crop = self.networks, job.request, work.crop
        rgb, mask = crop.take(job.canvas.flat), crop.take(job.canvas.region)
        with job.timer("conditions"):
            hints = [_cut(hint, crop) for hint in request.hints]
            steps = count_steps(request.steps, work.strength, request.sampler)
            scene = Scene(rgb, mask, self.annotators, None if job.lines is None else crop.take(job.lines))
            branches = make_branches(networks, self.profile, scene, hints, steps)
            adapter_states = make_adapter_features(networks, self.profile, scene, hints)
            drawn_over = (to_tensor(grow(mask, round(DENOISE_GROW * self.profile.native / 512))) >= 0.5).float()
            with networks.onload(networks.vae):
                latents = encode_picture(networks.vae, to_tensor(work.start), random).to(networks.device)
                noise = torch.randn(latents.shape, generator=random).to(networks.device)
                hidden = encode_masked(networks.vae, to_tensor(rgb), drawn_over, random) if networks.masked_inputs else None
            preview = small_decoder(networks.vae, networks.onload) if networks.quick_vae else linear_decoder(latents, work.start)
            keep = latent_mask(drawn_over, *latents.shape[-2:]).to(networks.device)
            places = F.interpolate(keep, drawn_over.shape[-2:])  # in pixels, or the layers' reading rings
            if hidden is None:  # the picture is put back outside the mask
                masked, known = None, Known(latents, soft_mask(keep, request.soft_edge * crop.scale / self.profile.latent_scale))
            else:  # the U-Net sees it by itself
                masked, known = Masked(keep, hidden), Known(latents, torch.ones_like(keep))

        def on_step(step: int, _: int, seen: Tensor) -> None:
            require_numbers(seen, self.profile.name)
            job.tell(work.name, done + step, seen, preview)

        with job.timer(work.name):
            latents = denoise(
                networks.unet,
                branches,
                job.words.hidden,
                make_scheduler(request.sampler, networks.scheduler_config),
                noise,
                steps=request.steps,
                guidance=request.guidance,
                rescale=self.profile.rescale,
                guidance_end=self.profile.guidance_end,
                strength=work.strength,
                known=known,
                garments=[worn.at(crop, places) for worn in job.worn],
                masked=masked,
                adapter_states=adapter_states,
                added=added(job.words, crop),
                generators=[random],
                on_step=on_step,
            )
        with job.timer("decode"):
            with networks.onload(networks.vae):
                pixels = decode_picture(networks.vae, latents)
            require_numbers(pixels, self.profile.name)
            drawn = to_picture(pixels)
            require_picture(drawn, work.start, self.profile.name)
            drawn = match_colours(drawn, rgb, ring(mask, round(RING * max(mask.shape))))
            drawn = in_palettes(drawn, [(worn.palette, worn.within(crop)) for worn in job.worn], mask)
            drawn = in_own_skin(drawn, mask, job.canvas.skin, job.canvas.stockings)
            drawn = join_border(drawn, rgb, mask)
            backdrop = job.canvas.backdrop
            return drawn if backdrop is None else put_back(drawn, backdrop.taken(crop), mask)


def added(words: Words, crop: Crop) -> AddedConditions | None:
    """What SDXL is told beside the words: that nothing was cut off, and how large the picture is."""
    if words.pooled is None:
        return None
    sizes = torch.tensor([[crop.height, crop.width, 0, 0, crop.height, crop.width]], device=words.pooled.device)
    return AddedConditions(words.pooled, sizes.repeat(len(words.pooled), 1))


@dataclass(frozen=True)
class Pass:
    """name: as in `Step.stage`; start: crop.height x crop.width x 3, what the picture is before; strength: 0..1."""

    name: str
    crop: Crop
    start: Image8
    strength: float


@dataclass(frozen=True)
class Worn:
    """A picture of a garment as the U-Net reads it; where it is worn: a mask of the character, None for everywhere; and the
    colours that it must have, None for whatever comes."""

    garment: Garment
    region: Image8 | None
    palette: Palette | None

    def within(self, crop: Crop) -> Image8 | None:
        """The region in a crop, soft."""
        return None if self.region is None else crop.take(self.region)

    def at(self, crop: Crop, places: Tensor) -> Garment:
        """In a crop; places: 1 x 1 x H x W, 1 = repaint, at most there."""
        region = self.within(crop)
        if region is not None:
            places = places * (to_tensor(region) >= 0.5).to(places)
        return replace(self.garment, mask=places)


def _cut(hint: Hint, crop: Crop) -> Hint:
    """The hint with what of its picture lies in a crop."""
    return hint if hint.image is None else replace(hint, image=crop.take(hint.image, flat=hint.kind == "segmentation"))


@dataclass(frozen=True)
class _Job:
    """One picture of a request being drawn. start: H x W x 3, what sampling starts from instead of the character; lines: H x W,
    of the draft."""

    request: SwapRequest
    canvas: Canvas
    words: Words
    worn: tuple[Worn, ...]
    steps: int
    image: int
    on_step: OnStep | None
    previews: Previews
    timer: Timer
    start: Image8 | None = None
    lines: Image8 | None = None

    def tell(self, stage: str, step: int, latents: Tensor, decode: Decoder) -> None:
        if self.on_step is not None:
            self.on_step(Step(step, self.steps, self.image, self.request.count, self.previews.at(latents, decode), stage))
