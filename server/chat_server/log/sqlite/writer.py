"""SQLite writer: the one thread that writes the log, with group commit. What arrives meanwhile goes into the next one.

Few, large statements: each gives up the interpreter's lock and has to wait until it is its turn again.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct

from chat_server.core.entries import NewEntry
from chat_server.log import Entry, LogError
from chat_server.log.kinds import ERASED, KINDS
from chat_server.log.recent_keys import KEY_SECONDS, hash_of
from chat_server.log.sqlite.facts import Facts, write_facts
from chat_server.log.sqlite.keys import find_keys, forget_keys, insert_keys
from chat_server.log.sqlite.rows import OTHERS, PLAIN, insert, row
from chat_server.log.sqlite.schema import HAS_TEXT, gather, why
from chat_server.log.sqlite.search_index import SHARD, drop_before, forget, index, optimize, shard_of

_MOST_AT_ONCE = 2048  # entries in one commit
INDEX_FROM = 1024  # messages that are not in the index yet and are worth a step
_INDEX_MOST = 2048  # messages that go in in one step
_RETRY_SECONDS = 0.25
_PATIENCE_MS = 400  # with those who read, before what was deleted is wiped only after its deletion was told
_MARGIN = 1024  # rows that stay behind a cut, wiped: the neighbours of those that go, which may be moved

Future: TypeAlias = "asyncio.Future[Any]"


class Append(Struct, frozen=True):
    """An entry to keep."""

    future: Future
    entry: NewEntry


class Work(NamedTuple):
    """Other work for a commit. `wipes`: the file must forget what it has overwritten."""

    future: Future
    run: "Callable[[Writer], Any]"
    wipes: bool = False


class Outcome(NamedTuple):
    """Outcome of a commit: new entries, numbers of messages that are gone, and a result for each future."""

    entries: Sequence[Entry] = ()
    erased: Iterable[int] = ()
    answers: Sequence[tuple[Future, Any]] = ()
    errors: Sequence[tuple[Future, Exception]] = ()
    taken: int = 0  # what was appended, kept or not, in entries and bytes
    size: int = 0
    broken: BaseException | None = None  # nothing will ever be kept again


class Writer:
    """Commits what is submitted, in order; `deliver` gets an outcome per commit, in the thread, and None at the end.

    `must_be_in_place` is called before each commit, and raises where it would go into files that nobody will find.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        facts: Facts,
        deliver: Callable[[Outcome | None], None],
        index_from: int = INDEX_FROM,
        must_be_in_place: Callable[[], None] = lambda: None,
    ) -> None:
        self.connection = connection
        self.facts = facts
        self._deliver = deliver
        self._index_from = index_from
        self._must_be_in_place = must_be_in_place
        self._queue: SimpleQueue[list[Append | Work] | None] = SimpleQueue()
        self._gone: set[int] = set()  # messages that this commit erases
        self._must_wipe = False
        self._index_fails = False
        self._thread = threading.Thread(target=self._main, name="log", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, items: list[Append | Work] | None) -> None:
        """Queue items for the next commit; None ends the thread after all that was queued before."""
        self._queue.put(items)

    # -- in the thread ------------------------------------------------------------------------------------------

    def _main(self) -> None:
        try:
            while self._take_and_commit():
                pass
            self.connection.close()
            self._deliver(None)
        except BaseException as error:  # noqa: BLE001 - a thread has nobody else to tell
            self._deliver(Outcome(broken=error))

    def _take_and_commit(self) -> bool:
        """One commit of all that waits; False at the end."""
        batch: list[Append | Work] = []
        more = True
        try:
            items = self._queue.get(block=not self._is_behind(), timeout=_RETRY_SECONDS if self._must_wipe else None)
            while items is not None and len(batch) < _MOST_AT_ONCE:
                batch += items
                items = self._queue.get_nowait()
            batch += items or ()
            more = items is not None
        except Empty:
            pass
        if batch:
            self._commit(batch)
        elif self._must_wipe:
            self._wipe()
        if more:
            self._index()
        return more

    def _commit(self, batch: list[Append | Work]) -> None:
        before = replace(self.facts)
        sizes = [len(item.entry.body) for item in batch if type(item) is Append]
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            outcome = self._write(batch)
            self._must_be_in_place()
            self.connection.execute("COMMIT")
            self._index_fails = False
        except sqlite3.Error as error:
            self.facts = before
            self._roll_back()
            refusal = LogError(f"The server could not keep that: {why(error)}.")
            errors = [(item.future, refusal) for item in batch]
            self._deliver(Outcome(errors=errors, taken=len(sizes), size=sum(sizes)))
            return
        if outcome.erased or any(type(item) is Work and item.wipes for item in batch):
            self._must_wipe = True
            self._wipe(_PATIENCE_MS)
        elif self._must_wipe:
            self._wipe()
        self._deliver(outcome._replace(taken=len(sizes), size=sum(sizes)))

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):  # it may have been rolled back already
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def _write(self, batch: list[Append | Work]) -> Outcome:
        keys = [item.entry.key for item in batch if type(item) is Append and item.entry.key is not None]
        known = find_keys(self.connection, [*map(hash_of, keys)])
        entries: list[Entry] = []
        plain: list[Any] = []
        others: list[Any] = []
        new_keys: list[tuple[bytes, int]] = []
        erased: list[int] = []
        answers: list[tuple[Future, Any]] = []
        last = self.facts.last
        for item in batch:
            if type(item) is not Append:
                continue
            future, entry = item.future, item.entry
            if entry.key is not None:
                hashed = hash_of(entry.key)
                if (seq := known.get(hashed)) is not None:
                    answers.append((future, seq))
                    continue
                known[hashed] = last + 1
                new_keys.append((hashed, last + 1))
            last += 1
            body = entry.body
            entries.append(Entry(last, entry.kind, body))
            kind = KINDS[entry.kind]
            if kind.has_text and b'"to_id"' not in body and b'"expires_at"' not in body:  # no need to look closer
                plain += last, kind.number, body
            else:
                others += row(last, entry)
            answers.append((future, last))
            if entry.erases is not None:
                erased.append(entry.erases)
        self.facts.last = last
        insert(self.connection, PLAIN, plain)
        insert(self.connection, OTHERS, others)
        insert_keys(self.connection, self.facts.keys, new_keys)
        self._gone = set()
        self.erase(erased)
        answers += [(item.future, item.run(self)) for item in batch if type(item) is Work]
        return Outcome(entries, self._gone, answers)

    def find(self, key: str) -> int | None:
        """The number of the entry with this key, after all that was submitted before."""
        return next(iter(find_keys(self.connection, [hash_of(key)]).values()), None)

    def erase(self, seqs: Sequence[int]) -> None:
        """Wipe messages, and take their words out of the index."""
        words: list[tuple[int, bytes]] = []
        for start in range(0, len(seqs), 500):
            part = seqs[start : start + 500]
            places = ",".join("?" * len(part))
            there = f"FROM entries WHERE seq IN ({places}) AND {HAS_TEXT}"
            gone = self.connection.execute(f"SELECT group_concat(seq) {there}", part).fetchone()[0]
            self._gone.update(map(int, gone.split(",") if gone else ()))
            indexed = f"AND expires_at IS NULL AND seq <= {self.facts.indexed}"
            words += gather(self.connection, f"SELECT seq, body {there} {indexed}", part)
            self._overwrite(f"seq IN ({places})", part)
        for shard in forget(self.connection, words):
            optimize(self.connection, shard)

    def _overwrite(self, which: str, values: Sequence[int]) -> None:
        self.connection.execute(
            f"UPDATE entries SET kind = {ERASED}, body = zeroblob(length(body)),"
            f" from_id = zeroblob(length(from_id)), to_id = zeroblob(length(to_id))"
            f" WHERE {which} AND {HAS_TEXT}",
            values,
        )

    # -- between commits ----------------------------------------------------------------------------------------

    def _wipe(self, patience: int = 0) -> None:
        """Nothing that was overwritten is left in the write-ahead log, or, where somebody reads for longer, soon.

        A reader sees the log as it was when it began: for as long the old pages have to stay.
        """
        with suppress(sqlite3.Error):  # no room for it, say; it is tried again
            self.connection.execute(f"PRAGMA busy_timeout={patience}")
            busy = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._must_wipe = bool(busy)

    def _is_behind(self) -> bool:
        """Are there enough messages that are not in the index yet?"""
        return not self._index_fails and self.facts.last - self.facts.indexed >= self._index_from

    def _index(self) -> None:
        """Put messages into the index when there are enough of them, without waiting for the disk."""
        if not self._is_behind():
            return
        lag = self.facts.last - self.facts.indexed
        upto = self.facts.indexed + min(lag - self._index_from // 8, _INDEX_MOST)  # what is deleted soon is never in it
        try:
            self.connection.execute("PRAGMA synchronous=NORMAL")
            self.connection.execute("BEGIN IMMEDIATE")
            index(self.connection, self.facts.indexed, upto)
            write_facts(self.connection, replace(self.facts, indexed=upto), "indexed")
            self.connection.execute("COMMIT")
            self.facts.indexed = upto
        except sqlite3.Error:  # who writes next is told, and then it is tried again
            self._index_fails = True
            self._roll_back()
        finally:
            self.connection.execute("PRAGMA synchronous=FULL")

    # -- other work for a commit --------------------------------------------------------------------------------

    def mark(self, now: float, wall: float) -> None:
        """Remember the time, and the wall's; forget keys that are old enough."""
        facts = self.facts
        facts.time, facts.wall = now, wall
        write_facts(self.connection, facts, "time", "wall")
        if not 0 <= facts.time - facts.keys_since < KEY_SECONDS:  # or they are from a clock that was ahead
            facts.keys, facts.keys_since = 1 - facts.keys, facts.time
            forget_keys(self.connection, facts.keys)
            write_facts(self.connection, facts, "keys", "keys_since")

    def cut(self, upto: int, final: int) -> None:
        """Wipe the entries up to `upto`, on the way to `final`."""
        if upto <= self.facts.pruned:
            return
        span = (self.facts.pruned, upto)
        kept_shard = shard_of(final + 1)
        rows = gather(
            self.connection,
            "SELECT seq, body FROM entries WHERE seq > ? AND seq <= ? AND seq >= ? AND seq <= ?"
            f" AND {HAS_TEXT} AND expires_at IS NULL",
            (*span, kept_shard * SHARD, self.facts.indexed),
        )
        forget(self.connection, rows)
        self._overwrite("seq > ? AND seq <= ?", span)
        self.connection.execute("DELETE FROM entries WHERE seq <= ?", (upto - _MARGIN,))
        self.facts.pruned = upto
        self.facts.indexed = max(self.facts.indexed, upto)
        write_facts(self.connection, self.facts, "pruned", "indexed", "last")

    def drop_words(self) -> bool:
        """Drop one table of words of messages that were all cut off; False when there is none."""
        return drop_before(self.connection, shard_of(self.facts.pruned + 1))

    def optimize_words(self) -> None:
        """Let the words of what was cut off be gone from the table that still has messages."""
        optimize(self.connection, shard_of(self.facts.pruned + 1))

    def set_name(self, name: str, value: str | None) -> None:
        """Somebody has this name now, or nobody."""
        if value is None:
            self.connection.execute("DELETE FROM names WHERE name = ?", (name,))
        else:
            self.connection.execute("INSERT OR REPLACE INTO names VALUES (?, ?)", (name, value))
