"""One device, one lock: requests are run here, one after the other."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from models.annotators import Annotators
from models.detectors import load_segmenter
from models.loader import best_device, best_dtype, load, places
from models.lru_cache import LRUCache, digest
from models.picture_judges import FOLDER, PictureJudge, load_judges
from models.placement import Placement, below, fitting, free_megabytes
from models.profiles import PROFILES, SEGMENTER, ModelProfile
from models.segmenter import Segmenter
from models.weights import WeightsError, verified
from pipeline.cancelling import raise_if_cancelled
from pipeline.chips import reworded
from pipeline.composite import key_colour
from pipeline.detect import detect, pick
from pipeline.hints import read
from pipeline.images import flatten, resize
from pipeline.mask import as_mask
from pipeline.plan import make_draft
from pipeline.request import (
    Cancelled,
    Click,
    Detection,
    DetectRequest,
    Drafted,
    Garment,
    Image8,
    OnStep,
    Step,
    SwapRequest,
    SwapResult,
    Upscaled,
    UserError,
)
from pipeline.safety import SafetyRules, check_character, check_entering, check_picture, only_shown_draft
from pipeline.swap import OutfitSwapper
from pipeline.upscale import upscale
from pipeline.validate import validate
from serving.checking import check, row
from serving.engine import Health

FOUND, FOUND_BYTES = 4, 200_000_000  # pictures whose parts are remembered: a draft is drawn anew at every word
ASK_SECONDS = 0.2  # how often whoever waits for another's detection is asked whether they still do
HINT_SIDE = 1024  # pixels: the long side at which a hint is previewed
CPU_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory")  # as torch words it on Linux and on Windows
OUT_OF_MEMORY = "This picture needs more memory than there is, please switch the detail pass off or close other programs."
STEPPED_DOWN = "The graphics memory was not enough, so this model now works in a smaller and slower way ({name})."


class _OutOfMemory(UserError):
    """What may work one row lower on the ladder."""


class LocalEngine:
    """Loads a profile's networks at the first request and keeps them until another profile is asked for."""

    def __init__(
        self,
        profile: str = "bundled",
        profiles: dict[str, ModelProfile] | None = None,
        segmenter: Path = SEGMENTER,
        rules: SafetyRules | None = None,
        judges: Path = FOLDER,
    ) -> None:
        """profiles: rows by name, by default all there are; segmenter: folder of what finds clothing; rules: by default
        everything is on; judges: folder of what looks at pictures. Raises `UserError` for
        a profile that does not exist."""
        self._profiles = PROFILES if profiles is None else profiles
        self._segmenter_folder = segmenter
        self._rules, self._judges_folder = rules or SafetyRules(), judges
        self._judges: tuple[PictureJudge, ...] | None = None  # read at the first request
        self._default = row(self._profiles, profile)
        self._device = best_device()
        self._lock = threading.Lock()
        # Whoever makes networks without weights first does so for the whole process: nothing else is loaded meanwhile.
        self._loading = threading.Lock()
        self._looking = threading.Lock()  # detection has its own, so that it never waits for a swap
        self._segmenter: Segmenter | None = None
        self._found = LRUCache(FOUND, FOUND_BYTES)
        self._annotators = Annotators(self._device)
        self._swapper: OutfitSwapper | None = None
        self._placements: dict[str, Placement] = {}  # by profile, once it ran out of memory
        self._placed: Placement | None = None  # of what was loaded last, or was tried
        self._stop = threading.Event()

    def check(self, request: SwapRequest) -> None:
        """Raises `UserError` for what no row of this engine can do."""
        check(request, self._profiles)

    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        """Run one request; others wait. Raises `UserError`, or `Cancelled` after `interrupt` or by `on_step`.

        Out of memory, while loading too, the profile is placed one row lower (`models.placement`) and all is tried again.
        """
        self.check(request)  # a mistake costs no loading
        profile = row(self._profiles, request.profile)
        checked = self._checked(on_step)
        self._announce(profile, on_step)  # before the lock, which warming up holds while it loads
        notes = request.notes
        with self._lock:
            self._stop.clear()
            while True:
                try:
                    with self._within_memory():
                        return self._ready(profile).swap(request, checked)
                except _OutOfMemory:
                    self._step_down(profile)
                request = replace(request, notes=(*notes, STEPPED_DOWN.format(name=self._placements[profile.name].name)))
                self._announce(profile, on_step)

    def upscale(self, image: Image8, scale: int, on_step: OnStep | None = None) -> Upscaled:
        """Enlarge a picture, see `Engine`; others wait. Raises `UserError`, or `Cancelled` after `interrupt` or by `on_step`."""
        with self._lock:
            self._stop.clear()
            with self._within_memory():
                check_picture(image, self._looked_at_by(), "picture")
                return upscale(image, scale, self._checked(on_step))

    def _checked(self, on_step: OnStep | None) -> OnStep:
        """A step callback that also ends the job after `interrupt`."""

        def checked(step: Step) -> None:
            if self._stop.is_set():
                raise Cancelled
            if on_step is not None:
                on_step(step)

        return checked

    def _announce(self, profile: ModelProfile, on_step: OnStep | None) -> None:
        """Tell whoever waits that the model has to be loaded first."""
        swapper = self._swapper
        if on_step is not None and (swapper is None or swapper.profile != profile):
            on_step(Step(0, 1, stage="load", model=profile.title or profile.name))

    @contextmanager
    def _within_memory(self) -> Iterator[None]:
        """Whatever lacks memory or weights in here ends in one sentence; the memory is free again then."""
        try:
            yield
            return
        except WeightsError as error:
            raise UserError(str(error)) from error
        except (torch.OutOfMemoryError, MemoryError):
            pass  # first let go of the traceback: it holds the tensors
        except RuntimeError as error:
            if not any(words in str(error) for words in CPU_OUT_OF_MEMORY):
                raise
        self._free()
        raise _OutOfMemory(OUT_OF_MEMORY)

    def _step_down(self, profile: ModelProfile) -> None:
        """Place the profile one row lower from now on. Raises `UserError` where it already stands on the last, or on a CPU."""
        lower = None if self._device.type == "cpu" or self._placed is None else below(self._placed, self._device)
        if lower is None:
            raise UserError(OUT_OF_MEMORY)
        self._placements[profile.name] = lower
        self._swapper = None
        self._free()

    def detect(self, request: DetectRequest) -> Detection:
        """Find the clothing. Raises `UserError`."""
        self.look(request.character)
        return self._see(request)

    def _see(self, request: DetectRequest) -> Detection:
        """The same in any picture, also in a garment's."""
        with _held(self._looking), self._within_memory():
            seen = digest(request.character), request.words
            found: Detection = self._found.get_or_compute(seen, lambda: detect(self._eyes(), request))
            return found

    def draft(self, request: SwapRequest) -> Drafted:
        """The outfit drawn on the body. Raises `UserError`."""
        validate(request, row(self._profiles, request.profile))
        with self._within_memory():
            judges = self._looked_at_by()
            check_entering(request, judges)
            return only_shown_draft(make_draft(request, self._see), judges)

    def reword(self, request: SwapRequest, garment: Garment, changes: Mapping[str, str]) -> str:
        """The prompt with one garment changed. Raises `UserError`."""
        return reworded(request, garment, changes)

    def pick(self, character: Image8, clicks: Sequence[Click]) -> Image8:
        """The region that clicks mean. Raises `UserError`."""
        with self._looking, self._within_memory():
            return pick(self._eyes(), character, clicks)

    def hint(self, kind: str, character: Image8, mask: Image8, own: Image8 | None = None) -> Image8:
        """A hint as a network is shown it, see `Engine`. Raises `UserError`."""
        self.look(character)
        height, width = character.shape[:2]
        shrink = max(1.0, max(height, width) / HINT_SIDE)
        size = max(1, round(width / shrink)), max(1, round(height / shrink))
        rgb = resize(flatten(character, key_colour(character)), size)
        with self._looking, self._within_memory():
            if own is not None:
                check_picture(own, self._looked_at_by(), f"{kind} hint")
            return read(kind, rgb, as_mask(mask, size), own, self._annotators)

    def look(self, character: Image8) -> None:
        """Raises `UserError` for what must not be worked on, see `pipeline.safety`."""
        with self._within_memory():
            check_character(character, self._looked_at_by())

    def _eyes(self) -> Segmenter:
        with self._loading:
            if self._segmenter is None:
                self._segmenter = load_segmenter(self._segmenter_folder, self._device)
            return self._segmenter

    def interrupt(self) -> None:
        """Stop the running request at its next step; nothing happens if there is none."""
        self._stop.set()

    def warm_up(self) -> None:
        """Load the default profile now, as low on the ladder as need be. Raises `UserError` without sound weights."""
        with self._lock:
            while True:
                try:
                    with self._within_memory():
                        self._ready(self._default)
                    return
                except _OutOfMemory:
                    self._step_down(self._default)

    def health(self) -> Health:
        """Ready means that the weights are there and that the device answers; being busy is not being ill."""
        detects = _is_there(self._segmenter_folder) is None
        if problem := _missing(self._default) or self._silent():
            return Health(False, self._default.name, str(self._device), problem, detects)
        state = "busy" if self._lock.locked() else "idle"
        return Health(True, self._default.name, str(self._device), state if self._swapper else "not loaded yet", detects)

    def _silent(self) -> str | None:
        """What keeps the device from computing, if anything: a card may fall off its bus while its process lives on."""
        try:
            torch.ones(1, device=self._device).item()
        except RuntimeError as error:
            return f"the device does not answer ({type(error).__name__})"
        return None

    def _ready(self, profile: ModelProfile) -> OutfitSwapper:
        if self._swapper is None or self._swapper.profile != profile:
            if self._swapper is not None:
                self._swapper = None
                self._free()
            free, dtype = free_megabytes(self._device), best_dtype(self._device)
            self._placed = self._placements.get(profile.name) or fitting(profile.memory, free, self._device, dtype)
            judges = self._looked_at_by()
            with self._loading:
                networks = load(profile, self._device, placement=self._placed)
            self._swapper = OutfitSwapper(profile, networks, self._rules, judges, self._see, self._annotators)
        return self._swapper

    def _looked_at_by(self) -> tuple[PictureJudge, ...]:
        """What judges pictures, as far as the rules leave it on. Raises `WeightsError` for missing or damaged weights."""
        with self._loading:
            if self._judges is None:
                self._judges = self._rules.applied(load_judges(self._judges_folder, self._rules.roles))
            return self._judges

    def _free(self) -> None:
        gc.collect()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()


@contextmanager
def _held(lock: threading.Lock) -> Iterator[None]:
    """Waits for the lock, and no longer than whoever asks does, see `pipeline.cancelling`."""
    while not lock.acquire(timeout=ASK_SECONDS):
        raise_if_cancelled()
    try:
        yield
    finally:
        lock.release()


def _missing(profile: ModelProfile) -> str | None:
    """What a profile lacks, if anything."""
    try:
        places(profile.sources())
    except WeightsError as error:
        return str(error)
    return None


def _is_there(folder: Path) -> str | None:
    """What is wrong with a folder of weights, if anything."""
    try:
        verified(folder)
    except WeightsError as error:
        return str(error)
    return None
