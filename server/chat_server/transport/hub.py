"""Hub: fan-out of events to the connections of all rooms.

An event is encoded once, framed once, and written together with all else that a client gets in this tick. A tick is a
few turns of the event loop: what is read and decided in them goes out together. Where nothing was written just before,
it is one turn.
"""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chat_protocol.events import EncodedEvent, Event, encode_event
from chat_server.transport.channel import Channel, Writer, writers_of
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


class Hub:
    """All open connections, and what is to be written to them in this tick.

    Everything goes one way: into `_pending`, in order, each frame with those who shall get it: a channel, or single
    connections. At the end of the tick each connection gets its part of it, joined, in one write. What has changed in a
    room's roster goes before anything else that everybody there gets, so that nobody is heard before they are there;
    for itself it waits until its pause is over.
    """

    def __init__(self, scheduler: ReadScheduler, pace: Pace = DEFAULT_PACE) -> None:
        self.pace = pace
        self._scheduler = scheduler
        self._clients: dict[str, tuple[Connection, ...]] = {}
        self._pending: list[bytes] = []  # frames
        self._active: dict[Channel, None] = {}  # those with a place in _pending
        self._own: dict[Connection, list[int]] = {}  # places in _pending of frames for this connection alone
        self._changed: dict[Channel, None] = {}  # those with a roster that is to be told
        self._scheduled = self._rested = False
        self._gather_until = self._rests_from = 0.0  # by `perf_counter`
        self._heard = 0  # turns that had been taken at the last look
        self.writing_took = 0.0  # seconds, the last time that a room was written to
        self.deliveries = 0  # events given to connections, one for each receiver
        self.sent_bytes = 0  # and their bytes
        self.writes = 0

    @property
    def people(self) -> int:
        """How many clients have a connection."""
        return len(self._clients)

    def has(self, client_id: str, connection: Connection) -> bool:
        """Is this connection written to?"""
        return connection in self._clients.get(client_id, ())

    def connections_of(self, client_id: str) -> tuple[Connection, ...]:
        """The connections of one client."""
        return self._clients.get(client_id, ())

    def join(self, client_id: str, connection: Connection, channel: Channel, greeting: Event | EncodedEvent) -> None:
        """From now on `connection` gets what its client may see; first of all `greeting`, then what its channel has."""
        self._clients[client_id] = (*self._clients.get(client_id, ()), connection)
        self.subscribe(connection, channel, greeting)

    def subscribe(self, connection: Connection, channel: Channel, view: Event | EncodedEvent) -> None:
        """From now on `connection` gets what is published in a channel, after `view`, which has all before."""
        channel.add(connection, len(self._pending))
        self._changed[channel] = None
        self.tell(connection, view)

    def unsubscribe(self, connection: Connection, channel: Channel) -> None:
        """Nothing more of this channel is written to the connection."""
        channel.remove(connection)
        self.roster_changed(channel)

    def leave(self, client_id: str, connection: Connection) -> None:
        """Nothing more is written to this connection, which has left its channels."""
        others = tuple(other for other in self._clients[client_id] if other is not connection)
        if others:
            self._clients[client_id] = others
        else:
            del self._clients[client_id]
        self._own.pop(connection, None)

    def tell(self, connection: Connection, event: Event | EncodedEvent) -> None:
        """An event for one connection alone."""
        frame = text_frame(encode_event(event))
        self._own.setdefault(connection, []).append(len(self._pending))
        self._pending.append(frame)
        self._schedule()

    def publish(self, channel: Channel, event: Event, audience: frozenset[str] | None = None) -> None:
        """An event for a channel, or for the clients with these ids wherever they are; it goes out after `end_batch`.

        Either way it comes after what is to be told of the channel's roster.
        """
        receivers: list[Connection] = []
        if audience is not None:
            receivers = [connection for client in audience for connection in self._clients.get(client, ())]
            if not receivers:
                return
        elif not channel.members:
            return
        frame = text_frame(encode_event(event))  # before anything is noted: this may raise
        if self._changed and channel in self._changed and (audience is None or self._roster_is_due(channel)):
            self._add_roster(channel)
        place = len(self._pending)
        if audience is None:
            if not channel.places:
                self._active[channel] = None
            channel.places.append(place)
        for connection in receivers:
            self._own.setdefault(connection, []).append(place)
        self._pending.append(frame)

    def roster_changed(self, channel: Channel) -> None:
        """Somebody came, left or was renamed: told to the channel with others who did, in one frame."""
        self._changed[channel] = None
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
        """Write what is pending, once to each connection; rosters too, unless they have to wait.

        Called in the middle of a tick, it leaves less to the end of it: there is never more than one under way.
        """
        for channel in list(self._changed):
            if channel.places or self._roster_is_due(channel):
                self._add_roster(channel)
            elif channel.timer is None:
                wake = asyncio.get_running_loop().call_at
                channel.timer = wake(channel.roster_due, self.end_roster_pause, channel)
        if self._pending:
            self._write()

    def write_pending(self) -> None:
        """End the tick, if anything is pending but who came and who left: a crowd that leaves is told of once."""
        if self._pending:
            self.end_tick()

    def flush(self) -> None:
        """Write everything now."""
        for channel in self._changed:
            channel.roster_due = 0.0
        self.end_tick()

    def end_roster_pause(self, channel: Channel) -> None:
        """Let a channel's roster have a write of its own."""
        channel.timer = None
        channel.roster_due = 0.0  # timers may be a little early
        self._schedule()

    def _roster_is_due(self, channel: Channel) -> bool:
        return asyncio.get_running_loop().time() >= channel.roster_due

    def _add_roster(self, channel: Channel) -> None:
        """Who came and who left, for everybody in the channel."""
        del self._changed[channel]
        if (changes := channel.take_changes()) and channel.members:
            channel.places.append(len(self._pending))
            self._active[channel] = None
            self._pending.append(text_frame(encode_event(changes)))
            pause = min(len(channel.members) * self.pace.roster_pause_each, self.pace.roster_pause_most)
            at_once = pause < self.pace.roster_pause_least
            channel.roster_due = 0.0 if at_once else asyncio.get_running_loop().time() + pause

    # -- the end of a tick --------------------------------------------------------------------------------------

    def _write(self) -> None:
        pending, self._pending = self._pending, []
        active, self._active = [*self._active], {}
        own, self._own = self._own, {}
        parts = [(channel, *channel.take_places()) for channel in active]
        if own:
            self._write_apart(pending, parts, own)
        blobs = [(channel, b"".join([pending[place] for place in places])) for channel, places, _ in parts]
        begin = time.perf_counter()
        if len(blobs) == 1:
            self._write_to_one(*blobs[0], len(parts[0][1]), own)
        elif blobs:
            self._write_to_many(blobs, own)
            for channel, places, _ in parts:  # those who have left meanwhile were closed by their write
                self.deliveries += len(places) * sum(member not in own for member in channel.members)
        if blobs:
            self.writing_took = time.perf_counter() - begin
        self._rests_from = time.perf_counter() + self.pace.rest

    def _write_to_one(self, channel: Channel, data: bytes, events: int, own: dict[Connection, list[int]]) -> None:
        """The same bytes to a whole channel, but for those who had something of their own in this tick."""
        if own:  # a write may close its connection, which leaves: so not over the live members
            writers = writers_of(connection for connection in channel.members if connection not in own)
        else:
            writers = channel.writers()
        _write_to_each(writers, data)
        self.writes += len(writers)
        self.deliveries += len(writers) * events
        self.sent_bytes += len(writers) * len(data)

    def _write_to_many(self, blobs: list[tuple[Channel, bytes]], own: dict[Connection, list[int]]) -> None:
        """To each connection what its channels have, joined."""
        theirs: defaultdict[Connection, list[bytes]] = defaultdict(list)
        for members, data in _with_same_members(blobs):
            for connection in members:
                theirs[connection].append(data)
        for connection in own:
            theirs.pop(connection, None)
        sent = 0
        for connection, parts in theirs.items():
            data = parts[0] if len(parts) == 1 else b"".join(parts)
            sent += len(data)
            if (descriptor := connection.descriptor) is None:
                connection.write(data)
            else:
                _write_to_each(((descriptor, connection.write),), data)
        self.writes += len(theirs)
        self.sent_bytes += sent

    def _write_apart(
        self,
        pending: list[bytes],
        parts: list[tuple[Channel, list[int], dict[Connection, int]]],
        own: dict[Connection, list[int]],
    ) -> None:
        """To each connection that had something of its own: its part of this tick, in order."""
        for connection, places in own.items():
            mine = list(places)
            for channel, published, newcomers in parts:
                if connection in channel.members:
                    first = newcomers.get(connection, 0)
                    mine += [place for place in published if place >= first]
            mine.sort()
            data = b"".join([pending[place] for place in mine])
            connection.write(data)
            self.writes += 1
            self.deliveries += len(mine)
            self.sent_bytes += len(data)


def _with_same_members(blobs: list[tuple[Channel, bytes]]) -> Iterator[tuple[dict[Connection, None], bytes]]:
    """The same, with what goes to the very same people put together: teams have rooms in which all of them are."""
    members: dict[Connection, None] = {}
    parts: list[bytes] = []
    for channel, data in blobs:
        if len(channel.members) == len(members) and channel.members.keys() == members.keys():
            parts.append(data)
            continue
        if parts:
            yield members, b"".join(parts)
        members, parts = channel.members, [data]
    yield members, b"".join(parts)


def _write_to_each(writers: Iterable[Writer], data: bytes) -> None:
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
