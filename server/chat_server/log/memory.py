"""In-memory log: keeps nothing on disk. It is gone when the process ends, which its new epoch tells."""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from math import inf

from chat_protocol.queries import Query
from chat_server.core.entries import NewEntry
from chat_server.log import Entry, Opened, Reset
from chat_server.log.content import Content, read_content
from chat_server.log.kinds import KINDS
from chat_server.log.recent_keys import RecentKeys
from chat_server.log.tail_waiters import TailWaiters


class MemoryLog:
    """Keeps the newest `history` messages, and as many deletions; and what its tails have not been given yet.

    `now` is the clock by which keys are remembered, in seconds.
    """

    def __init__(self, *, history: int, now: Callable[[], float] = time.monotonic) -> None:
        self._history = history
        self._messages: OrderedDict[int, Entry] = OrderedDict()
        self._others: OrderedDict[int, Entry] = OrderedDict()
        self._kept = {name: self._messages if kind.has_text else self._others for name, kind in KINDS.items()}
        self._keys = RecentKeys(now)
        self._last = 0
        self._lost = 0  # entries up to this number may be missing
        self._names: dict[str, str] = {}
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
        self._kept[entry.kind][seq] = Entry(seq, entry.kind, entry.content)
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
        return self._messages.get(seq) or self._others.get(seq)

    async def page(self, before: int, limit: int, reader: str) -> Sequence[Entry]:
        """At most `limit` messages with numbers below `before` that `reader` may see: the newest, oldest first."""
        older = (entry for entry, content in self._newest(before) if content.visible_to(reader))
        return list(islice(older, limit))[::-1]

    async def search(self, query: Query, limit: int, reader: str) -> Sequence[Entry]:
        """At most `limit` messages that fit and that `reader` may see, newest first. Looks at all of them."""
        fitting = (
            entry
            for entry, content in self._newest(query.before)
            if content.visible_to(reader) and query.fits(content.text, content.from_name)
        )
        return list(islice(fitting, limit))

    async def expiring(self, until: int) -> Sequence[Entry]:
        """Messages up to a number that have an end: here all are replayed, so that nobody asks."""
        kept = (entry for entry, content in self._newest(until + 1) if content.expires_at is not None)
        return list(kept)[::-1]

    def _newest(self, before: int | None) -> Iterator[tuple[Entry, Content]]:
        for seq, entry in reversed(self._messages.items()):
            if before is None or seq < before:
                yield entry, read_content(entry.body)

    async def erase(self, seq: int) -> None:
        """Forget a message. A number that has gone already is passed over."""
        self._erase(seq)

    async def prune(self, *, before: float | None = None, newest: int | None = None, now: float = inf) -> int:  # noqa: ARG002 - it looks at all
        """Forget the oldest."""
        messages = self._messages
        surplus = 0 if newest is None else max(0, len(messages) - newest)
        upto = max(islice(messages, surplus), default=0)
        if before is not None:
            old = (seq for seq, entry in messages.items() if read_content(entry.body).sent_at < before)
            upto = max(upto, max(old, default=0))
        for seq in list(takewhile(upto.__ge__, messages)):
            self._erase(seq)
        self._lost = max(self._lost, upto)
        return upto

    async def mark(self, now: float, wall: float) -> None:
        """There is nothing that would outlive this."""

    async def trouble(self) -> str | None:
        """There is no disk that could fail."""
        return None

    def _erase(self, seq: int) -> None:
        self._messages.pop(seq, None)

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
        messages, others = self._messages, self._others
        return [entry for seq in range(after + 1, last + 1) if (entry := messages.get(seq) or others.get(seq))]

    def _trim(self, given: int) -> None:
        """Drop the oldest beyond `history`, up to number `given`."""
        for entries in (self._messages, self._others):
            oldest = 0
            while len(entries) > self._history and (first := next(iter(entries))) <= given:
                del entries[first]
                oldest = first
            self._lost = max(self._lost, oldest)
