"""SQLite engine, in the event loop: hands entries to the writer in batches, feeds tails, and asks the readers."""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from chat_protocol.queries import Query
from chat_server.core.entries import NewEntry
from chat_server.log import LOBBY_ALONE, Entry, LogError, Opened, OpenError, Reset, RoomRecord
from chat_server.log.recent_keys import hash_of
from chat_server.log.sqlite.commits import Append, Outcome, Work
from chat_server.log.sqlite.disk_watch import DiskWatch
from chat_server.log.sqlite.facts import Facts
from chat_server.log.sqlite.files import HeldFiles, real_path
from chat_server.log.sqlite.gathering import Gathering
from chat_server.log.sqlite.reader import Reader
from chat_server.log.sqlite.reading import Reading
from chat_server.log.sqlite.recent_entries import RecentEntries
from chat_server.log.sqlite.schema import open_writer, why, why_not_opened
from chat_server.log.sqlite.search_index import prepare
from chat_server.log.sqlite.upkeep import INDEX_FROM, MOST_UNINDEXED, Upkeep
from chat_server.log.sqlite.writer import Writer
from chat_server.log.tail_waiters import TailWaiters

_T = TypeVar("_T")
_READ_AT_ONCE = 1_000
_CUT_AT_ONCE = 500
_MOST_ENTRIES = 20_000  # that wait to be written
_MOST_BYTES = 64 << 20


class SqliteLog:
    """Keeps what it is given in the file at `path`, until it is erased or pruned.

    When `index_from` messages are not in the index of words, most of them go in, in quiet or once a second; beyond
    `most_unindexed` at once. Before, a search looks through them.
    """

    def __init__(self, path: Path, *, index_from: int = INDEX_FROM, most_unindexed: int = MOST_UNINDEXED) -> None:
        self._path = real_path(path)
        self._index_from = index_from
        self._most_unindexed = most_unindexed
        self._files: HeldFiles | None = None
        self._pages: Reading | None = None
        self._searches: Reading | None = None
        self._names: dict[str, str] = {}
        self._recent = RecentEntries()
        self._last = 0
        self._pruned = 0
        self._entries_waiting = self._bytes_waiting = 0
        self._waiters = TailWaiters()
        self._closed = True
        self._broken: BaseException | None = None

    # -- its life -----------------------------------------------------------------------------------------------

    async def open(self) -> Opened:
        """Open the file, or make it.

        Raises:
            OpenError: when that is not possible.
        """
        self._loop = loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = loop.create_future()
        try:
            files, connection, facts, upkeep, opened, unwiped = await loop.run_in_executor(None, self._open)
        except BaseException:  # a cancellation too: it goes on to the caller, and the file is free again
            self._let_go()
            raise
        self._last = facts.last
        self._recent.begin_after(facts.last)
        self._pruned = facts.pruned
        self._disk = DiskWatch(files.must_be_in_place)
        self._gathering = Gathering(self._hand_over)
        self._writer = Writer(connection, facts, self._deliver, upkeep, files.must_be_in_place)
        self._writer.start()
        self._closed = False
        if unwiped:
            await self.in_commit(lambda writer: writer.erase(unwiped))
        return opened._replace(gathers=True)

    def _open(self) -> tuple[HeldFiles, sqlite3.Connection, Facts, Upkeep, Opened, Sequence[int]]:
        self._files = files = HeldFiles(self._path)
        files.check()
        connection = open_writer(self._path)
        try:
            upkeep = Upkeep(connection, prepare(connection), self._index_from, self._most_unindexed)
            self._pages, self._searches = Reading(self._path), Reading(self._path)
            reader = self._pages.reader
            facts = reader.facts()
            if facts is None:
                facts = Facts(secrets.token_hex(8))
                connection.execute("INSERT INTO facts VALUES ('epoch', ?), ('indexed', 0)", (facts.epoch,))
            files.begin(connection)
            opened = reader.opened(facts)
            self._names = dict(reader.names())
            return files, connection, facts, upkeep, opened, reader.unwiped(opened)
        except (sqlite3.Error, ValueError, TypeError) as error:
            connection.close()
            raise OpenError(f"Can't use {self._path}: {why_not_opened(error, self._path)}.") from error
        except OpenError:
            connection.close()
            raise

    @property
    def unindexed(self) -> int:
        """Entries that are not in the index of words yet; a search looks through them."""
        return self._writer.facts.last - self._writer.facts.indexed

    async def close(self) -> None:
        """Write what was appended; end every tail."""
        if not self._closed:
            self._closed = True
            self._gathering.flush()
            self._writer.submit(None)
            await self._ended
            self._waiters.wake()
            self._let_go()

    def _let_go(self) -> None:
        for reading in (self._pages, self._searches):
            if reading is not None:
                reading.close()
        if self._files is not None:
            self._files.release()
            self._files = None

    # -- writing ------------------------------------------------------------------------------------------------

    def append(self, entry: NewEntry) -> asyncio.Future[int]:
        """Keep an entry; the future is done when it would outlive a loss of power."""
        future: asyncio.Future[int] = self._loop.create_future()
        if self._entries_waiting >= _MOST_ENTRIES or self._bytes_waiting >= _MOST_BYTES:
            future.set_exception(LogError("The server can't keep up right now; try again in a moment."))
        elif self._closed or self._broken:
            future.set_exception(LogError("The server is shutting down."))
        else:
            self._entries_waiting += 1
            self._bytes_waiting += len(entry.body)
            self._gathering.add(Append(future, entry), deletes=entry.erases is not None)
        return future

    async def erase(self, seq: int) -> None:
        """Wipe a message. A number that has gone already is passed over."""
        await self.in_commit(lambda writer: writer.erase([seq]) if 0 < seq <= writer.facts.last else [])

    async def mark(self, now: float, wall: float) -> None:
        """Remember the time, and the wall's."""
        await self.in_commit(lambda writer: writer.mark(now, wall))

    async def trouble(self) -> str | None:
        """Why nothing can be kept just now, as far as that is known: the disk hangs, or the files are not there."""
        return await self._disk.trouble()

    async def prune(self, *, before: float | None = None, newest: int | None = None, now: float = inf) -> int:
        """Wipe the oldest in small steps, between which others write."""
        upto = 0
        if newest is not None:
            upto = await self._read(self._pages, lambda reader: reader.last_beyond(newest))
        if before is not None:
            upto = max(upto, await self._read(self._pages, lambda reader: reader.last_before(before, now)))
        if upto > self._pruned:
            while self._pruned < upto:
                await self._cut(min(self._pruned + _CUT_AT_ONCE, upto), upto)
        return self._pruned

    async def _cut(self, upto: int, final: int) -> None:
        await self.in_commit(lambda writer: writer.cut(upto, final), wipes=upto == final)
        self._recent.forget(range(self._pruned + 1, upto + 1))
        self._pruned = upto

    async def in_commit(self, run: Callable[[Writer], _T], *, wipes: bool = False, key: str | None = None) -> _T:
        """Have `run` called in the thread that writes, inside its next commit; returns what it has returned.

        With `wipes` the file forgets what was overwritten, as after an erasure. What was appended before is in the log
        by then, but for deletions whose key is not `key`.
        """
        future: asyncio.Future[_T] = self._loop.create_future()
        if self._closed or self._broken:
            raise LogError("The server is shutting down.")
        self._gathering.add(Work(future, run, wipes, key))
        return await future

    def _hand_over(self, batch: list[Append | Work]) -> None:
        self._disk.handed(len(batch))
        self._writer.submit(batch)

    def _deliver(self, outcome: Outcome | None) -> None:
        """Hand an outcome from the writer's thread to the event loop."""
        with suppress(RuntimeError):  # the loop has ended, and everybody with it
            self._loop.call_soon_threadsafe(self._settle, outcome)

    def _settle(self, outcome: Outcome | None) -> None:
        """Settle the futures of a commit, and wake the tails."""
        if outcome is None or outcome.broken:
            self._broken = outcome.broken if outcome else None
            if not self._ended.done():
                self._ended.set_result(None)
            self._waiters.wake()
            return
        self._disk.answered(len(outcome.answers) + len(outcome.errors))
        self._entries_waiting -= outcome.taken
        self._bytes_waiting -= outcome.size
        self._recent.add(outcome.entries)
        self._recent.forget(outcome.erased)
        if outcome.entries:
            self._last = outcome.entries[-1].seq
        for future, answer in outcome.answers:
            if not future.done():
                future.set_result(answer)
        for future, error in outcome.errors:
            if not future.done():
                future.set_exception(error)
        if outcome.entries:
            self._waiters.wake()
        if not outcome.deletes:
            self._gathering.answered(len(outcome.answers) + len(outcome.errors))

    # -- tails --------------------------------------------------------------------------------------------------

    async def tail(self, after: int) -> AsyncGenerator[Sequence[Entry] | Reset, None]:
        """Follow the log: from memory where the newest are enough, from the file else."""
        position = after
        while True:
            if position < self._pruned:
                yield Reset(self._pruned + 1)
                return
            if position < self._last:
                position, batch = await self._next(position)
                if batch:
                    yield batch
            elif self._broken:
                raise self._broken
            elif self._closed:
                return
            else:
                await self._waiters.wait()

    async def _next(self, position: int) -> tuple[int, Sequence[Entry]]:
        """The entries after a position, and how far that leads."""
        last = self._last
        if position >= self._recent.floor:
            return last, self._recent.between(position, last)
        if self._closed:
            return last, ()
        batch = await self._read(self._pages, lambda reader: reader.after(position, last, _READ_AT_ONCE))
        return (batch[-1].seq if len(batch) == _READ_AT_ONCE else last), batch

    # -- reading ------------------------------------------------------------------------------------------------

    async def find(self, key: str) -> int | None:
        """The number of the entry with this key, one that is being written included."""
        if self._entries_waiting:
            return await self.in_commit(lambda writer: writer.find(key), key=key)
        return await self._read(self._pages, lambda reader: reader.find(hash_of(key)))

    async def entry(self, seq: int) -> Entry | None:
        """The entry with this number, unless it is gone."""
        found = await self._read(self._pages, lambda reader: reader.after(max(seq - 1, self._pruned), seq, 1))
        return found[0] if found else None

    async def page(
        self, before: int, limit: int, reader: str, *, room: str = "", with_direct: bool = False
    ) -> Sequence[Entry]:
        """At most `limit` messages below `before` that `reader` may see: the newest, oldest first."""
        return await self._read(
            self._pages, lambda file: file.page(before, limit, reader, room, with_direct=with_direct)
        )

    async def search(
        self, query: Query, limit: int, reader: str, *, rooms: Collection[str] = LOBBY_ALONE
    ) -> Sequence[Entry]:
        """At most `limit` messages of these rooms that fit and that `reader` may see, newest first."""
        found = await self._read(self._searches, lambda file: file.search(query, limit, reader, rooms))
        if self._searches is not None and (damaged := self._searches.reader.damaged):
            for seq in [damaged.pop() for _ in range(len(damaged))]:
                self._write_aside(partial(Writer.mend_index, seq=seq))
        return found

    async def replay_point(self, room: str, count: int) -> int:
        """The number after which the newest `count` messages of a room come."""
        return max(self._pruned, await self._read(self._pages, lambda file: file.replay_point(room, count)))

    async def since(self, room: str, after: int, limit: int) -> Sequence[Entry] | None:
        """The first `limit` entries of a room with numbers above `after`; None where some are gone for good."""
        if after < self._pruned:
            return None
        return await self._read(self._pages, lambda file: file.since(room, after, limit))

    async def rooms(self) -> Sequence[RoomRecord]:
        """Every room in which something was said or set."""
        return await self._read(self._pages, lambda file: file.rooms.records())

    async def places(self, client: str) -> Mapping[str, int]:
        """Up to which number a client has read, by room."""
        return await self._read(self._pages, lambda file: file.rooms.places(client))

    async def set_place(self, client: str, room: str, seq: int) -> None:
        """A client has read up to this number in a room."""
        await self.in_commit(lambda writer: writer.rooms.set_place(client, room, seq))

    async def expiring(self, until: int) -> Sequence[Entry]:
        """Messages with numbers up to `until` that have an end, ascending."""
        return await self._read(self._pages, lambda reader: reader.expiring(until))

    async def _read(self, reading: Reading | None, read: Callable[[Reader], _T]) -> _T:
        if self._closed or reading is None:
            raise LogError("The server is shutting down.")
        try:
            return await self._loop.run_in_executor(reading.thread, read, reading.reader)
        except (sqlite3.Error, ValueError) as error:
            raise LogError(f"The server couldn't read that: {why(error)}.") from error

    # -- names --------------------------------------------------------------------------------------------------

    async def claim(self, name: str, value: str, *, lasting: bool = True) -> str:
        """Give `name` to `value` unless somebody has it. Nobody waits for the disk, nor needs it to come in."""
        owner = self._names.setdefault(name, value)
        if owner is value and lasting:
            self._write_name(name, value)
        return owner

    async def release(self, name: str) -> None:
        """Nobody has `name` any more."""
        if self._names.pop(name, None) is not None:
            self._write_name(name, None)

    async def roster(self) -> Mapping[str, str]:
        """Every claimed name, and who has it."""
        return dict(self._names)

    def _write_name(self, name: str, value: str | None) -> None:
        self._write_aside(lambda writer: writer.set_name(name, value))

    def _write_aside(self, run: Callable[[Writer], None]) -> None:
        """Have something written that is not worth a failure."""
        future: asyncio.Future[Any] = self._loop.create_future()
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        if not self._closed:
            self._gathering.add(Work(future, run))
