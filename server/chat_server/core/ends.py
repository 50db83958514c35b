"""Ends of the messages in rooms that are not in memory: what has to be deleted there, and when. Pure: told the time."""

import heapq
from collections.abc import Iterable

_STALE = 1024
_MOST = 100_000
"""Ends that are remembered. What finds no place comes back when the log is asked again, once an hour."""


class ColdEnds:
    """When which message of which room ends, by room and number."""

    def __init__(self) -> None:
        self._by_room: dict[str, dict[int, float]] = {}
        self._heap: list[tuple[float, int, str]] = []  # may name what has gone meanwhile
        self._count = 0

    def add(self, room: str, ends: Iterable[tuple[int, float]]) -> None:
        """Remember ends: pairs of a message's number and a time."""
        for seq, when in ends:
            if self._count >= _MOST:
                return
            known = self._by_room.setdefault(room, {})
            if seq not in known:
                known[seq] = when
                self._count += 1
                heapq.heappush(self._heap, (when, seq, room))
        if len(self._heap) > 2 * self._count + _STALE:  # of rooms that came and went again and again
            self._heap = [(when, seq, room) for room, ends in self._by_room.items() for seq, when in ends.items()]
            heapq.heapify(self._heap)

    def forget(self, room: str, seq: int) -> None:
        """A message is gone."""
        known = self._by_room.get(room)
        if known is not None and known.pop(seq, None) is not None:
            self._count -= 1
            if not known:
                del self._by_room[room]

    def take(self, room: str) -> list[tuple[int, float]]:
        """The ends of a room, which is in memory from now on and sees to them itself."""
        ends = list(self._by_room.pop(room, {}).items())
        self._count -= len(ends)
        return ends

    def next_due(self) -> float | None:
        """When `due` will next return something; None for never."""
        while self._heap and not self._stands(*self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> list[tuple[str, int]]:
        """Room and number of everything that has ended by `now`, each returned once."""
        ended = []
        while (when := self.next_due()) is not None and when <= now:
            _, seq, room = heapq.heappop(self._heap)
            self.forget(room, seq)
            ended.append((room, seq))
        return ended

    def _stands(self, when: float, seq: int, room: str) -> bool:
        return self._by_room.get(room, {}).get(seq) == when
