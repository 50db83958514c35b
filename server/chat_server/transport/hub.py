"""Hub: fan-out of events to the connections of a room.

An event is encoded once, framed once, and written once per client and tick. A tick is a few turns of the event
loop: what is read and decided in them goes out together. Where nothing was written just before, it is one turn.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from chat_protocol.events import ClientsChanged, EncodedInit, Event, encode_event
from chat_server.transport.connection import Connection
from chat_server.transport.frames import text_frame
from chat_server.transport.read_scheduler import ReadScheduler

# Turns of the event loop from the first event to the write. While a write to many is made, which takes milliseconds,
# lines gather in the sockets; they are read a turn later, and are through the log another turn later. Who writes before
# that writes to everybody for the few that came first, and the many wait for the next write. An idle turn takes 10 us.
# With 1,000 clients and 200 messages a second, half of them arrived within 29 ms with one turn, 18 with two, 13 with
# three (asyncio); 30, 14 and 13 (uvloop).
TICK_TURNS = 3


class Pace(NamedTuple):
    """Times for which a hub gathers before it writes.

    When nothing was written for `rest` seconds, no lines have gathered behind that, and the next one does not wait
    for others: its tick ends with its batch, or after a single turn.

    While somebody who sends much waits for a turn, the tick goes on, so that those lines are not written to everybody a
    piece at a time: `gathering` times as long as the last write to everybody took, and never longer than
    `gathering_most` (seconds). Who had a turn since the last look counts as waiting: asyncio reads what comes next only
    after we have looked. With 1,024 lines on their way at all times: 1.3 times as many deliveries a CPU second to 100,
    1.6 times as many to 1,000.

    A frame about who came and who left is a write to everybody, at 5 to 10 us each. A crowd that comes one by one would
    cost the square of its number; with a pause after each such frame it costs a thirtieth of the time (a tenth with
    10,000), however many come. The pause is `roster_pause_each` for each client, at most `roster_pause_most`; one below
    `roster_pause_least` is too short for a timer, and is none, so a small room sees everything at once.
    """

    rest: float = 0.005
    gathering: float = 2.0
    gathering_most: float = 0.02
    roster_pause_each: float = 300e-6
    roster_pause_least: float = 0.001
    roster_pause_most: float = 1.0


DEFAULT_PACE = Pace()
GATHERED_PACE = Pace(rest=0.0, gathering=0.0)
"""Where the log has gathered for a tick what it gives at once: that is written at once, too."""

_Writer: TypeAlias = tuple[int | None, Callable[[bytes], None]]  # `descriptor` and `write` of a connection


class Hub:
    """The connections of a room, and what is to be written to them in this tick.

    Everything goes one way: into `_pending`, in order, each frame with those who shall get it. At the end of the tick
    each connection gets its part of it, joined, in one write. What has changed in the roster goes before anything else
    that everybody gets, so that nobody is heard before they are there; for itself it waits until its pause is over.
    """

    def __init__(
        self,
        take_changes: Callable[[], ClientsChanged | None],
        scheduler: ReadScheduler,
        pace: Pace = DEFAULT_PACE,
    ) -> None:
        self.pace = pace
        self._take_changes = take_changes
        self._scheduler = scheduler
        self._clients: dict[str, list[Connection]] = {}
        self._pending: list[bytes] = []  # frames
        self._for_all: list[int] = []  # places in _pending of those that everybody gets
        self._own: dict[Connection, list[int]] = {}  # places in _pending of frames for this connection alone
        self._newcomers: dict[Connection, int] = {}  # the place in _pending from which they get what is for everyone
        self._writers: tuple[_Writer, ...] | None = ()
        self._scheduled = self._rested = False
        self._gather_until = self._rests_from = 0.0  # by `perf_counter`
        self._heard = 0  # turns that had been taken at the last look
        self.writing_took = 0.0  # seconds, the last time that everybody was written to
        self._roster_changed = False
        self._roster_due = 0.0  # the loop's time from which the roster may have a write of its own
        self._roster_timer: asyncio.TimerHandle | None = None
        self.deliveries = 0  # events given to connections, one for each receiver
        self.sent_bytes = 0  # and their bytes

    @property
    def people(self) -> int:
        """How many clients have a connection."""
        return len(self._clients)

    def has(self, client_id: str, connection: Connection) -> bool:
        """Is this connection in the room?"""
        return connection in self._clients.get(client_id, ())

    def join(self, client_id: str, connection: Connection, greeting: Event | EncodedInit) -> None:
        """From now on `connection` gets what its client may see; first of all `greeting`."""
        self._clients.setdefault(client_id, []).append(connection)
        self._newcomers[connection] = len(self._pending)
        self._writers = None
        self._roster_changed = True
        self.tell(connection, greeting)

    def leave(self, client_id: str, connection: Connection) -> None:
        """Nothing more is written to this connection."""
        connections = self._clients[client_id]
        connections.remove(connection)
        if not connections:
            del self._clients[client_id]
        self._own.pop(connection, None)
        self._newcomers.pop(connection, None)
        self._writers = None
        self.roster_changed()

    def tell(self, connection: Connection, event: Event | EncodedInit) -> None:
        """An event for one connection alone."""
        frame = text_frame(encode_event(event))
        self._own.setdefault(connection, []).append(len(self._pending))
        self._pending.append(frame)
        self._schedule()

    def publish(self, event: Event, audience: frozenset[str] | None) -> None:
        """An event for everyone (None), or for the clients with these ids; it goes out after `end_batch`."""
        if not self._clients:
            return
        receivers: list[Connection] = []
        if audience is not None:
            receivers = [connection for client in audience for connection in self._clients.get(client, ())]
            if not receivers:
                return
        frame = text_frame(encode_event(event))  # before anything is noted: this may raise
        if self._roster_changed and (audience is None or self._roster_is_due()):
            self._add_roster()
        place = len(self._pending)
        if audience is None:
            self._for_all.append(place)
        for connection in receivers:
            self._own.setdefault(connection, []).append(place)
        self._pending.append(frame)

    def writers_changed(self) -> None:
        """Some connection is to be written to in another way now."""
        self._writers = None

    def roster_changed(self) -> None:
        """Somebody came, left or was renamed: told to everyone with others who did, in one frame."""
        self._roster_changed = True
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            now = time.perf_counter()
            self._gather_until = now + min(self.pace.gathering * self.writing_took, self.pace.gathering_most)
            self._rested = now >= self._rests_from
            self._end_tick_after(1 if self._rested else TICK_TURNS)

    def _end_tick_after(self, turns: int) -> None:
        loop = asyncio.get_running_loop()
        if turns > 1:
            loop.call_soon(self._end_tick_after, turns - 1)
        elif self._somebody_goes_on() and time.perf_counter() < self._gather_until:
            loop.call_soon(self._end_tick_after, turns)
        else:
            loop.call_soon(self._tick_is_over)

    def _somebody_goes_on(self) -> bool:
        before, self._heard = self._heard, self._scheduler.heard
        return self._scheduler.speakers > 0 or self._heard > before

    def end_batch(self) -> None:
        """All that the log gave at once is published. Where nothing was written just before, nobody waits for more."""
        if not self._pending:
            return
        if (self._rested or not self._scheduled) and time.perf_counter() >= self._rests_from:
            self.end_tick()
        else:
            self._schedule()

    def _tick_is_over(self) -> None:
        self._scheduled = False
        self.end_tick()

    def end_tick(self) -> None:
        """Write what is pending, once to each connection; the roster too, unless it has to wait.

        Called in the middle of a tick, it leaves less to the end of it: there is never more than one under way.
        """
        if self._roster_changed:
            if self._for_all or self._roster_is_due():
                self._add_roster()
            elif self._roster_timer is None:
                self._roster_timer = asyncio.get_running_loop().call_at(self._roster_due, self.end_roster_pause)
        if self._pending:
            self._write()

    def write_pending(self) -> None:
        """End the tick, if anything is pending but who came and who left: a crowd that leaves is told of once."""
        if self._pending:
            self.end_tick()

    def flush(self) -> None:
        """Write everything now."""
        self._roster_due = 0.0
        self.end_tick()

    def end_roster_pause(self) -> None:
        """Let the roster have a write of its own."""
        self._roster_timer = None
        self._roster_due = 0.0  # timers may be a little early
        self._schedule()

    def _roster_is_due(self) -> bool:
        return asyncio.get_running_loop().time() >= self._roster_due

    def _add_roster(self) -> None:
        """Who came and who left, for everybody."""
        self._roster_changed = False
        if (changes := self._take_changes()) and self._clients:
            self._for_all.append(len(self._pending))
            self._pending.append(text_frame(encode_event(changes)))
            pause = min(len(self._clients) * self.pace.roster_pause_each, self.pace.roster_pause_most)
            at_once = pause < self.pace.roster_pause_least
            self._roster_due = 0.0 if at_once else asyncio.get_running_loop().time() + pause

    def _write(self) -> None:
        pending, self._pending = self._pending, []
        for_all, self._for_all = self._for_all, []
        own, self._own = self._own, {}
        newcomers, self._newcomers = self._newcomers, {}
        data = b"".join([pending[place] for place in for_all])
        if own:
            self._write_apart(pending, for_all, own, newcomers)
        if data:
            receivers = self._write_to_all(data, own)
            self.deliveries += receivers * len(for_all)
            self.sent_bytes += receivers * len(data)
        self._rests_from = time.perf_counter() + self.pace.rest

    def _write_to_all(self, data: bytes, own: dict[Connection, list[int]]) -> int:
        """The same bytes to everybody but those who had something of their own in this tick; returns to how many."""
        writers = self._writers
        if own:  # a write may close its connection, which leaves: so not over the live groups
            everybody = [connection for group in self._clients.values() for connection in group]
            writers = _writers_of(connection for connection in everybody if connection not in own)
        elif writers is None:
            writers = _writers_of(connection for group in self._clients.values() for connection in group)
            self._writers = writers
        begin = time.perf_counter()
        _write_to_each(writers, data)
        self.writing_took = time.perf_counter() - begin
        return len(writers)

    def _write_apart(
        self,
        pending: list[bytes],
        for_all: list[int],
        own: dict[Connection, list[int]],
        newcomers: dict[Connection, int],
    ) -> None:
        """To each connection that had something of its own: its part of this tick, in order."""
        for connection, places in own.items():
            first = newcomers.get(connection, 0)
            mine = sorted([*places, *(place for place in for_all if place >= first)])
            data = b"".join([pending[place] for place in mine])
            connection.write(data)
            self.deliveries += len(mine)
            self.sent_bytes += len(data)


def _writers_of(connections: Iterable[Connection]) -> tuple[_Writer, ...]:
    return tuple((connection.descriptor, connection.write) for connection in connections)


def _write_to_each(writers: Iterable[_Writer], data: bytes) -> None:
    """Write the same to many sockets. This is where a busy server spends its time.

    The loop's transports are passed over, because theirs is a write for each client that touches a dozen objects:
    1 to 4 us more. What a socket does not take, or an error, is for the transport.
    """
    size = len(data)
    for descriptor, write in writers:
        try:
            sent = 0 if descriptor is None else os.write(descriptor, data)
        except OSError:
            sent = 0
        if sent < size:
            write(data[sent:])
