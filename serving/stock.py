"""The models of this machine: which there are, which one to begin with, and fetching, checking and removing their files."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import chain
from pathlib import Path

from models.choice import best, known_profiles
from models.device import best_device, may_have_gpu
from models.fetch import Tell, is_offline
from models.hub import download, plan, remove
from models.listing import helpers, is_there, lacking, lacking_hints, listed, sources_of
from models.profiles import BUNDLED, ModelProfile
from models.sources import Source
from models.weights import WeightsError
from pipeline.request import UserError
from serving.engine import Coming, Missing, MissingHints

Say = Callable[[str], None]  # a line for whoever waits


class Stock:
    """All rows that this machine knows. Raises `UserError` for a mistake in the user's own."""

    def __init__(self, folder: Path) -> None:
        """folder: where the file of the user's own rows lies."""
        try:
            self.profiles = known_profiles(folder)
        except WeightsError as error:
            raise UserError(str(error)) from None
        self._coming: Coming | None = None

    def named(self, name: str) -> ModelProfile:
        """Raises `UserError` for a name that there is not."""
        if name not in self.profiles:
            raise UserError(f"There is no model called {name!r}, please choose one of: {', '.join(self.profiles)}.")
        return self.profiles[name]

    def on_disk(self) -> list[ModelProfile]:
        """Those whose files are all there."""
        return [profile for profile in self.profiles.values() if is_there(profile)]

    def missing(self, name: str) -> Missing | None:
        """See `serving.engine.Models`."""
        row = self.named(name)
        sources = lacking(row)
        if not sources or any(isinstance(source.repo, Path) for source in sources):
            return None
        return Missing(row.title or row.name, _megabytes(sources), ", ".join(dict.fromkeys(source.licence for source in sources)))

    def hints(self, name: str) -> tuple[str, ...]:
        """Kinds that the model can follow with what is on this disk, once all is that it cannot do without."""
        row = self.named(name)
        lacks = lacking_hints(row)
        return tuple(kind for kind in row.hints if kind not in lacks)

    def missing_hints(self, name: str) -> MissingHints | None:
        """See `serving.engine.Models`."""
        row = self.named(name)
        lacks = {kind: source for kind, source in lacking_hints(row).items() if not isinstance(source.repo, Path)}
        return MissingHints(tuple(lacks), _megabytes(set(lacks.values()))) if lacks and is_there(row) else None

    def get(self, name: str, tell: Tell) -> None:
        """See `serving.engine.Models`."""
        if self.missing(name) is not None:
            self.fetch([self.named(name)], lambda _: None, tell)

    def lines(self, chosen: Sequence[ModelProfile], checksums: bool, complain: Say) -> Iterator[str]:
        """A line for every model chosen, or for all and what helps them. Raises `UserError` at the end if a file is not as it
        should be."""
        broken = 0
        rows = listed(chosen, checksums) if chosen else chain(listed(self.profiles.values(), checksums), helpers(checksums))
        for row in rows:
            broken += len(row.broken)
            for problem in row.broken:
                complain(f"{row.name}: {problem}")
            size = f"{row.megabytes:.1f} MB"
            yield f"{row.name:<23} {row.task:<26} {size:>10}  {row.state:<14} {row.licence:<12}  {row.origin}"
        if broken:
            raise UserError(f"{broken} weight files are not as they should be, please see the lines above.")

    def fetch(self, chosen: Sequence[ModelProfile], say: Say, tell: Tell, all_hints: bool = False) -> None:
        """Download what is missing, after saying how much that is and under which licences. all_hints: also the networks
        for hints that are seldom asked for. Raises `UserError`."""
        sources = sources_of(_some(chosen, "download", self), all_hints)
        try:
            planned = plan(sources)
            for repo, licence in planned.licences.items():
                say(f"{repo}: {licence}")
            say(f"{_names(chosen)}: {planned.total / 1e9:.2f} GB, {planned.missing / 1e9:.2f} GB of it to download.")
            download(sources, tell)
        except WeightsError as error:
            raise UserError(str(error)) from None
        say(f"{_names(chosen)}: complete and verified.")

    def remove(self, chosen: Sequence[ModelProfile]) -> int:
        """Delete what no other complete model needs; returns the bytes freed. Raises `UserError`."""
        others = [profile for profile in self.on_disk() if profile not in _some(chosen, "remove", self)]
        try:
            return remove(sources_of(chosen, optional=True), sources_of(others, optional=True))
        except WeightsError as error:
            raise UserError(str(error)) from None

    @property
    def is_offline(self) -> bool:
        """The user forbids the network."""
        return is_offline()

    def first_and_better(self) -> tuple[ModelProfile, ModelProfile | None]:
        """`first` and `better`, for a process without torch: where torch has to be asked, another process does, which takes what
        that costs of the card's memory away with it."""
        if not may_have_gpu():
            return self.first(), self.better()
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere:
            first, better = elsewhere.submit(_first_and_better, self).result()
        return self.named(first), None if better is None else self.named(better)

    def first(self) -> ModelProfile:
        """The best model for this machine of those that are on its disk."""
        return self._best(may_fetch=False)

    def better(self) -> ModelProfile | None:
        """A model that suits this machine better than `first` and has to be fetched; None where there is none, or no network."""
        best_of_all = None if self.is_offline else self._best(may_fetch=True)
        return best_of_all if best_of_all is not None and self.missing(best_of_all.name) else None

    def _best(self, may_fetch: bool) -> ModelProfile:
        if not may_have_gpu():  # without one there is nothing to choose, nor to wait for torch
            return self.profiles.get(BUNDLED.name, BUNDLED)
        return best(list(self.profiles.values()), best_device(), is_there, may_fetch).profile

    def fetch_behind(self, profile: ModelProfile, say: Say, tell: Tell) -> None:
        """`fetch`, while visitors are served: `coming` says how far it is, and a failure is a note. For a thread of its own."""
        coming = Coming(profile.name, profile.title or profile.name)
        self._coming = coming

        def progress(done: int, total: int, file: str) -> None:
            self._coming = replace(coming, done=done, total=total, file=file)
            tell(done, total, file)

        say(f"{coming.title} suits this machine better and is fetched now; until it is here the page draws with what is there.")
        try:
            self.fetch([profile], say, progress)
            self._coming = replace(coming, complete=True)
        except UserError as error:
            say(f"note: {error}")
            self._coming = replace(coming, problem=str(error))

    def coming(self) -> Coming | None:
        """See `serving.engine.Models`."""
        return self._coming


def _first_and_better(stock: Stock) -> tuple[str, str | None]:
    better = stock.better()
    return stock.first().name, None if better is None else better.name


def _some(chosen: Sequence[ModelProfile], what: str, stock: Stock) -> Sequence[ModelProfile]:
    if not chosen:
        raise UserError(f"Please say which model to {what}: {', '.join(stock.profiles)}.")
    return chosen


def _megabytes(sources: Collection[Source]) -> int:
    """Of all together, 0 if the size of one is not known."""
    return sum(source.megabytes for source in sources) if all(source.megabytes for source in sources) else 0


def _names(chosen: Sequence[ModelProfile]) -> str:
    return ", ".join(profile.name for profile in chosen)
