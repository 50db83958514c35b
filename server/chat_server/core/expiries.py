"""Expiries and deletions of a room: when its messages end, and which have gone lately. Pure: told the time."""

import heapq
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import NamedTuple

_STALE = 1024

MOST_DELETIONS = 10_000
"""More of them are not told in a resume: a full initial sync is shorter."""


class Expiries:
    """When which message ends, soonest first. `stands`: is there still somebody to be told when this one does?"""

    __slots__ = ("_heap", "_stands")

    def __init__(self, stands: Callable[[int], bool]) -> None:
        self._stands = stands
        self._heap: list[tuple[float, int]] = []  # may name what has gone meanwhile

    def __len__(self) -> int:
        return len(self._heap)

    def __iter__(self) -> Iterator[tuple[float, int]]:
        return iter(self._heap)

    def add(self, when: float, message_id: int) -> None:
        """A message ends then."""
        heapq.heappush(self._heap, (when, message_id))

    def next_due(self) -> float | None:
        """When the next one ends; None for never."""
        while self._heap and not self._stands(self._heap[0][1]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self) -> int:
        """The one that ends next, which is told now."""
        return heapq.heappop(self._heap)[1]

    def next_after(self, now: float) -> float:
        """The first end after this time, of whichever message; infinity for none."""
        return min((when for when, _ in self._heap if when > now), default=math.inf)

    def drop_stale(self, messages: int) -> None:
        """Ends of what is gone stay until they are due; of so many messages, don't let them gather for a month."""
        if len(self._heap) > 2 * messages + _STALE:
            self._heap = [expiry for expiry in self._heap if self._stands(expiry[1])]
            heapq.heapify(self._heap)


class Deletion(NamedTuple):
    """Message `id` is gone; `audience` are the ids of the clients who could see it, None for everyone."""

    id: int
    audience: frozenset[str] | None


class Deletions:
    """The newest `most` deletions, by their own numbers."""

    __slots__ = ("_by_seq", "_gone", "_most")

    def __init__(self, most: int) -> None:
        self._most = min(most, MOST_DELETIONS)
        self._by_seq: OrderedDict[int, Deletion] | None = None  # made when it is needed: rooms are many
        self._gone: dict[int, int] = {}  # id -> number of its deletion

    def __contains__(self, message_id: object) -> bool:
        return message_id in self._gone

    def of(self, message_id: int) -> int | None:
        """The number of the deletion by which a message went."""
        return self._gone.get(message_id)

    def get(self, seq: int) -> Deletion | None:
        """The deletion with this number."""
        return None if self._by_seq is None else self._by_seq.get(seq)

    def add(self, seq: int, deletion: Deletion) -> tuple[int, Deletion] | None:
        """Remember one more; returns the one that is forgotten for it, with its number."""
        if self._by_seq is None:
            self._by_seq = OrderedDict()
        self._by_seq[seq] = deletion
        self._gone[deletion.id] = seq
        if len(self._by_seq) <= self._most:
            return None
        number, oldest = self._by_seq.popitem(last=False)
        self._gone.pop(oldest.id, None)
        return number, oldest

    def since(self, after: int, client_id: str, *, direct_only: bool) -> Iterator[int]:
        """The messages whose deletions come after a number and may be told to this client."""
        by_seq = self._by_seq or OrderedDict()
        for seq in reversed(by_seq):
            if seq <= after:
                return
            deleted, audience = by_seq[seq]
            if client_id in audience if audience is not None else not direct_only:
                yield deleted
