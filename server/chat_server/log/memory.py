"""In-memory log: keeps nothing on disk. It is gone when the process ends, which its new epoch tells."""

import asyncio
import heapq
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from math import inf
from operator import attrgetter

from chat_protocol.queries import Query
from chat_server.core.entries import MESSAGE, ROOM, NewEntry
from chat_server.log import LOBBY_ALONE, Entry, Opened, Reset, RoomRecord
from chat_server.log.content import Content, read_content
from chat_server.log.recent_keys import RecentKeys
from chat_server.log.tail_waiters import TailWaiters

MOST_MESSAGES = 100_000
"""In all rooms but the lobby."""
_MOST_READERS = 10_000  # clients of whom it is known how far they have read; those who read last


class RoomEntries:
    """The entries of one room: `messages`, and the `others`; up to number `lost` some may be missing."""

    __slots__ = ("lost", "messages", "others", "settings")

    def __init__(self) -> None:
        self.messages: OrderedDict[int, Entry] = OrderedDict()
        self.others: OrderedDict[int, Entry] = OrderedDict()
        self.settings: Entry | None = None
        self.lost = 0

    def add(self, entry: Entry) -> None:
        """One more, the newest."""
        (self.messages if entry.kind == MESSAGE else self.others)[entry.seq] = entry
        if entry.kind == ROOM:
            self.settings = entry

    def after(self, seq: int, limit: int) -> list[Entry]:
        """The first `limit` with numbers above `seq`."""
        newest = [
            list(takewhile(lambda entry: entry.seq > seq, reversed(kept.values())))[::-1]
            for kept in (self.messages, self.others)
        ]
        return list(islice(heapq.merge(*newest, key=attrgetter("seq")), limit))


class MemoryLog:
    """Keeps of each room the newest `history` messages, and as many other entries; and what tails have not been given.

    Of all rooms together at most `most` messages; those of the lobby are not counted. `now` is the clock by which keys
    are remembered, in seconds.
    """

    def __init__(self, *, history: int, now: Callable[[], float] = time.monotonic, most: int = MOST_MESSAGES) -> None:
        self._history = history
        self._most = max(most, history)
        self._lobby = RoomEntries()
        self._rooms = {"": self._lobby}
        self._touched: set[str] = set()  # rooms that may have more than they keep
        self._entries: dict[int, Entry] = {}  # all of them
        self._beside: dict[int, RoomEntries] = {}  # the messages of other rooms than the lobby
        self._keys = RecentKeys(now)
        self._last = 0
        self._lost = 0  # entries up to this number may be missing
        self._names: dict[str, str] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._tails: dict[int, int] = {}  # tail -> the last number that it was given
        self._waiters = TailWaiters()
        self._closed = False

    async def open(self) -> Opened:
        """Begin a new life."""
        return Opened(secrets.token_hex(8), self._last + 1, self._last, retained_messages=self._history)

    async def close(self) -> None:
        """End every tail once it has given what there is."""
        self._closed = True
        self._waiters.wake()

    def append(self, entry: NewEntry) -> asyncio.Future[int]:
        """Keep an entry; the future is done already."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        key = entry.key
        if key is not None and (known := self._keys.find(key)) is not None:
            done.set_result(known)
            return done
        self._last = seq = self._last + 1
        room = entry.room
        self._entries[seq] = kept = Entry(seq, entry.kind, entry.content, room)
        if not room and entry.kind == MESSAGE:  # most are
            self._lobby.messages[seq] = kept
        else:
            self._keep(kept)
        if key is not None:
            self._keys.add(key, seq)
        if not self._tails:
            self._trim(seq)
        self._waiters.wake()
        done.set_result(seq)
        if entry.erases is not None:
            self._erase(entry.erases)
        return done

    async def tail(self, after: int) -> AsyncGenerator[Sequence[Entry] | Reset, None]:
        """Follow the log. Nothing is dropped that this reader has not been given."""
        if after < self._lost:
            yield Reset(self._lost + 1)
            return
        me = max(self._tails, default=0) + 1
        self._tails[me] = after
        try:
            while True:
                if (position := self._tails[me]) < self._last:
                    batch = self._between(position, self._last)
                    self._tails[me] = self._last
                    self._trim(min(self._tails.values()))
                    yield batch
                elif self._closed:
                    return
                else:
                    await self._waiters.wait()
        finally:
            del self._tails[me]

    async def find(self, key: str) -> int | None:
        """The number of the entry with this key."""
        return self._keys.find(key)

    async def entry(self, seq: int) -> Entry | None:
        """The entry with this number, unless it is gone."""
        return self._entries.get(seq)

    async def page(
        self, before: int, limit: int, reader: str, *, room: str = "", with_direct: bool = False
    ) -> Sequence[Entry]:
        """At most `limit` messages with numbers below `before` that `reader` may see: the newest, oldest first."""
        older = (entry for entry, content in self._newest(before, room) if content.visible_to(reader))
        if with_direct and room:
            direct = (
                entry
                for entry, content in self._newest(before, "")
                if content.to_id is not None and content.visible_to(reader)
            )
            return list(islice(heapq.merge(older, direct, key=attrgetter("seq"), reverse=True), limit))[::-1]
        return list(islice(older, limit))[::-1]

    async def search(
        self, query: Query, limit: int, reader: str, *, rooms: Collection[str] = LOBBY_ALONE
    ) -> Sequence[Entry]:
        """At most `limit` messages that fit and that `reader` may see, newest first. Looks at all of them."""
        each = [self._newest(query.before, room) for room in rooms]
        fitting = (
            entry
            for entry, content in heapq.merge(*each, key=lambda pair: pair[0].seq, reverse=True)
            if content.visible_to(reader)
            and query.to_id in (None, content.to_id)
            and query.fits(content.text, content.from_name)
        )
        return list(islice(fitting, limit))

    async def expiring(self, until: int) -> Sequence[Entry]:
        """Messages up to a number that have an end."""
        each = [self._newest(until + 1, room) for room in self._rooms]
        kept = [entry for newest in each for entry, content in newest if content.expires_at is not None]
        return sorted(kept, key=attrgetter("seq"))

    def _newest(self, before: int | None, room: str) -> Iterator[tuple[Entry, Content]]:
        if (entries := self._rooms.get(room)) is not None:
            for seq, entry in reversed(entries.messages.items()):
                if before is None or seq < before:
                    yield entry, read_content(entry.body)

    async def replay_point(self, room: str, count: int) -> int:
        """The number after which the newest `count` messages of a room come."""
        entries = self._rooms.get(room)
        if entries is None:
            return 0
        older = next(islice(reversed(entries.messages), count, None), 0)
        return max(older, entries.lost)

    async def since(self, room: str, after: int, limit: int) -> Sequence[Entry] | None:
        """The first `limit` entries of a room with numbers above `after`; None where some are gone for good."""
        entries = self._rooms.get(room)
        if entries is None:
            return ()
        return None if after < entries.lost else entries.after(after, limit)

    async def rooms(self) -> Sequence[RoomRecord]:
        """Every room in which something was said or set; the lobby where something was set."""
        return [
            RoomRecord(name, entries.settings.body if entries.settings else None)
            for name, entries in self._rooms.items()
            if name or entries.settings is not None
        ]

    async def places(self, client: str) -> Mapping[str, int]:
        """Up to which number a client has read, by room."""
        return dict(self._places.get(client, {}))

    async def set_place(self, client: str, room: str, seq: int) -> None:
        """A client has read up to this number in a room."""
        if room not in self._rooms:
            return
        places = self._places.pop(client, {})
        places[room] = max(seq, places.get(room, 0))
        self._places[client] = places
        if len(self._places) > _MOST_READERS:
            del self._places[next(iter(self._places))]

    async def erase(self, seq: int) -> None:
        """Forget a message. A number that has gone already is passed over."""
        self._erase(seq)

    async def prune(self, *, before: float | None = None, newest: int | None = None, now: float = inf) -> int:  # noqa: ARG002 - it looks at all
        """Forget the oldest."""
        messages = {seq: entry for seq, entry in self._entries.items() if entry.kind == MESSAGE}
        surplus = 0 if newest is None else max(0, len(messages) - newest)
        upto = max(islice(messages, surplus), default=0)
        if before is not None:
            old = (seq for seq, entry in messages.items() if read_content(entry.body).sent_at < before)
            upto = max(upto, max(old, default=0))
        for seq in list(takewhile(lambda seq: seq <= upto, messages)):
            self._erase(seq)
        for entries in self._rooms.values():
            entries.lost = max(entries.lost, upto)
        self._lost = max(self._lost, upto)
        return self._lost

    async def mark(self, now: float, wall: float) -> None:
        """There is nothing that would outlive this."""

    async def trouble(self) -> str | None:
        """There is no disk that could fail."""
        return None

    def _keep(self, entry: Entry) -> None:
        entries = self._rooms.get(entry.room)
        if entries is None:
            entries = self._rooms[entry.room] = RoomEntries()
        entries.add(entry)
        self._touched.add(entry.room)
        if entry.room and entry.kind == MESSAGE:
            self._beside[entry.seq] = entries

    def _erase(self, seq: int) -> None:
        entry = self._entries.get(seq)
        if entry is not None and entry.kind == MESSAGE:
            del self._entries[seq], self._rooms[entry.room].messages[seq]
            self._beside.pop(seq, None)

    async def claim(self, name: str, value: str, *, lasting: bool = True) -> str:  # noqa: ARG002 - nothing lasts here
        """Give `name` to `value` unless somebody has it."""
        return self._names.setdefault(name, value)

    async def release(self, name: str) -> None:
        """Nobody has `name` any more."""
        self._names.pop(name, None)

    async def roster(self) -> Mapping[str, str]:
        """Every claimed name, and who has it."""
        return dict(self._names)

    def _between(self, after: int, last: int) -> list[Entry]:
        entries = self._entries
        return [entry for seq in range(after + 1, last + 1) if (entry := entries.get(seq))]

    def _trim(self, given: int) -> None:
        """Drop the oldest of each room beyond `history`, and of all rooms but the lobby, up to number `given`."""
        self._trim_room(self._lobby, given)
        if self._touched:
            touched, self._touched = self._touched, set()
            for room in touched:
                self._trim_room(entries := self._rooms[room], given)
                if len(entries.messages) > self._history or len(entries.others) > self._history:
                    self._touched.add(room)  # a tail has not been given all of it
            while len(self._beside) > self._most and (first := next(iter(self._beside))) <= given:
                others = self._beside[first]
                self._drop(others, others.messages, first)

    def _trim_room(self, entries: RoomEntries, given: int) -> None:
        for kept in (entries.messages, entries.others):
            while len(kept) > self._history and (first := next(iter(kept))) <= given:
                self._drop(entries, kept, first)

    def _drop(self, entries: RoomEntries, kept: dict[int, Entry], seq: int) -> None:
        del kept[seq], self._entries[seq]
        self._beside.pop(seq, None)
        entries.lost = max(entries.lost, seq)
        self._lost = max(self._lost, seq)
