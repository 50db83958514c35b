"""Expiry alarm: one timer for the next end of a message, in whichever room that is."""

import asyncio
import heapq
from collections.abc import Callable

from chat_server.rooms.clock import Clock
from chat_server.rooms.hosted_room import HostedRoom
from chat_server.rooms.registry import RoomRegistry

_LONGEST = 3600.0  # seconds
_STALE = 1024


class ExpiryAlarm:
    """Rings for each room in memory when something ends there, and for all the others together.

    `expire` is called with such a room, None for the others, and the time.
    """

    def __init__(self, rooms: RoomRegistry, now: Clock, expire: Callable[[HostedRoom | None, float], None]) -> None:
        self._rooms = rooms
        self._now = now
        self._expire = expire
        self._heap: list[tuple[float, str]] = []  # when, and the room's name; may hold what is noted anew since
        self._timer: asyncio.TimerHandle | None = None

    def note(self, hosted: HostedRoom) -> None:
        """The next end in a room may be an earlier one than before."""
        due = hosted.timeline.next_due()
        if due is not None and (hosted.alarm_at is None or due < hosted.alarm_at):
            hosted.alarm_at = due
            if len(self._heap) > 2 * len(self._rooms) + _STALE:
                self._heap = [(each.alarm_at, each.name) for each in self._rooms if each.alarm_at is not None]
                heapq.heapify(self._heap)
            else:
                heapq.heappush(self._heap, (due, hosted.name))
            if self._heap[0] == (due, hosted.name):
                self.set()

    def note_all(self) -> None:
        """Any end may be another one."""
        for hosted in self._rooms:
            self.note(hosted)
        self.set()

    def set(self) -> None:
        """Set the timer for whatever is due next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self.next_due()
        if due is not None:
            wait = min(max(0.0, due - self._now()), _LONGEST)
            self._timer = asyncio.get_running_loop().call_later(wait, self._ring)

    def next_due(self) -> float | None:
        """When it rings next, at the latest."""
        dues = [self._heap[0][0]] if self._heap else []
        cold = self._rooms.ends.next_due()
        return min([*dues, cold] if cold is not None else dues, default=None)

    def _ring(self) -> None:
        self._timer = None
        now = self._now()
        while self._heap and self._heap[0][0] <= now:
            when, name = heapq.heappop(self._heap)
            hosted = self._rooms.get(name)
            if hosted is not None and hosted.alarm_at == when:
                hosted.alarm_at = None
                self._expire(hosted, now)
                self.note(hosted)
        self._expire(None, now)
        self.set()

    def close(self) -> None:
        """Ring no more."""
        if self._timer is not None:
            self._timer.cancel()
