"""Who waits and who is next: visitors take turns, however many jobs each of them has."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Full(Exception):
    """mine: it is the visitor's own share that is used up, not the line's."""

    def __init__(self, mine: bool) -> None:
        super().__init__("the visitor's share" if mine else "the line")
        self.mine = mine


class Line(Generic[Item]):
    """A round robin over visitors; of one visitor the oldest comes first. Safe between threads."""

    def __init__(self, most: int, share: int) -> None:
        """most: how many may wait; share: how many of one visitor."""
        self._most, self._share = most, share
        self._waiting: OrderedDict[str, deque[Item]] = OrderedDict()  # by visitor, the one whose turn it is first
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        with self._changed:
            return self._count()

    def _count(self) -> int:
        return sum(map(len, self._waiting.values()))

    def require_room(self, visitor: str) -> None:
        """Raises `Full`."""
        with self._changed:
            if len(self._waiting.get(visitor, ())) >= self._share:
                raise Full(mine=True)
            if self._count() >= self._most:
                raise Full(mine=False)

    def add(self, visitor: str, item: Item, always: bool = False) -> None:
        """always: it was let in before, so there is room for it. Raises `Full`."""
        with self._changed:
            if not always:
                self.require_room(visitor)
            self._waiting.setdefault(visitor, deque()).append(item)
            self._changed.notify()

    def take(self, seconds: float, begin: Callable[[Item], object]) -> Item | None:
        """Whoever is next, None if nobody came within these seconds or the line is closed. begin: called with them before
        anybody can see that they wait no longer."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._waiting) or self._closed, seconds) or not self._waiting:
                return None
            visitor, items = self._waiting.popitem(last=False)
            item = items.popleft()
            if items:
                self._waiting[visitor] = items  # behind the others
            begin(item)
            return item

    def remove(self, visitor: str, item: Item) -> bool:
        """Whether it was still waiting."""
        with self._changed:
            items = self._waiting.get(visitor)
            if items is None or item not in items:
                return False
            items.remove(item)
            if not items:
                del self._waiting[visitor]
            return True

    def waiting(self) -> list[Item]:
        """All in the order in which they would be taken now."""
        with self._changed:
            rows = [list(items) for items in self._waiting.values()]
        return [row[turn] for turn in range(max(map(len, rows), default=0)) for row in rows if turn < len(row)]

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Nobody waits for a next one any more; those who wait can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
