"""SQLite writer: the one thread that writes the log, with group commit. What arrives meanwhile goes into the next one.

Few, large statements: each gives up the interpreter's lock and has to wait until it is its turn again.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from chat_server.core.entries import ROOM
from chat_server.log import Entry, LogError
from chat_server.log.recent_keys import KEY_SECONDS, hash_of
from chat_server.log.sqlite.commits import Append, Outcome, Work
from chat_server.log.sqlite.facts import Facts, write_facts
from chat_server.log.sqlite.failures import is_of_all, is_unsynced
from chat_server.log.sqlite.keys import find_keys, forget_keys, insert_keys
from chat_server.log.sqlite.rooms import LOBBY, RoomNumbers
from chat_server.log.sqlite.rows import IN_ROOM, OTHERS, PLAIN, insert, is_plain, row
from chat_server.log.sqlite.schema import HAS_TEXT, OVERWRITE, gather, why
from chat_server.log.sqlite.search_index import cut, forget, mend_around, reset
from chat_server.log.sqlite.upkeep import Upkeep

_MOST_AT_ONCE = 2048  # entries in one commit
_DELETIONS_AT_ONCE = 128  # in one commit
# In one commit, while others write: each writes to ten places of the file, which takes half a millisecond, and a line
# that comes meanwhile waits for all of it. Of many that wait a part, as each commit takes its time beside that.
_DELETIONS_BESIDE_LINES, _MOST_BESIDE_LINES, _SHARE_BESIDE_LINES = 6, 32, 4
_PAUSE = 2.0  # after a commit of deletions, while others write: so many times as long as it took
_RETRY_SECONDS = 0.25
_QUIET_AFTER = 0.05  # seconds in which nothing has come
_PATIENCE_MS = 400  # with those who read, before what was deleted is wiped only after its deletion was told
_MARGIN = 1024  # rows that stay behind a cut, wiped: the neighbours of those that go, which may be moved


class Writer:
    """Commits what is submitted; `deliver` gets an outcome per commit, in the thread, and None at the end.

    In the order in which it came, but for entries that erase others. They have commits of their own, many in one, with
    a pause after each while others write: to wipe takes longer than to keep a line, and no line is to wait for it.
    `must_be_in_place` is called before each commit, and raises where it would go into files that nobody will find.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        facts: Facts,
        deliver: Callable[[Outcome | None], None],
        upkeep: Upkeep,
        must_be_in_place: Callable[[], None] = lambda: None,
    ) -> None:
        self.connection = connection
        self.facts = facts
        self.rooms = RoomNumbers(connection)
        self._deliver = deliver
        self._upkeep = upkeep
        self._must_be_in_place = must_be_in_place
        self._queue: SimpleQueue[list[Append | Work] | None] = SimpleQueue()
        self._deletions: list[Append | Work] = []  # they wait for their commit
        self._deletions_from = 0.0  # not before this time
        self._has_kept_lines = False  # since the last deletions
        self._gone: set[int] = set()  # messages that this commit erases
        self._has_cut = self._wipes = False  # so has, and does, this commit
        self._must_wipe = False
        self._is_quiet = False
        self._patience = _PATIENCE_MS
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
        """One commit of all that waits, or one of deletions, or a step of upkeep; False at the end."""
        batch, more = self._take()
        ordered = [item for item in batch if not _deletes(item)]
        if len(ordered) < len(batch):
            self._deletions += filter(_deletes, batch)
        if self._deletions:
            keys = {item.entry.key for item in self._deletions if type(item) is Append}
            if any(type(item) is Work and item.key is not None and item.key in keys for item in ordered):
                self._commit_deletions(len(self._deletions))
        if ordered:
            self._commit(ordered)
            self._has_kept_lines = True
        while self._deletions and not more:
            self._commit_deletions(_DELETIONS_AT_ONCE)
        if self._deletions and time.monotonic() >= self._deletions_from:
            self._commit_deletions(self._deletions_beside_lines() if self._has_kept_lines else _DELETIONS_AT_ONCE)
        elif not batch and self._must_wipe:
            self._wipe()
        quiet = self._is_quiet
        if more and self._upkeep.is_due(self.facts, idle=self._queue.empty(), quiet=quiet):
            self.facts = self._upkeep.step(self.facts, lambda: not self._queue.empty(), quiet=quiet)
        return more

    def _take(self) -> tuple[list[Append | Work], bool]:
        """What waits in the queue, or comes within the time in which there is nothing else to do; False at the end."""
        batch: list[Append | Work] = []
        was_quiet, self._is_quiet = self._is_quiet, False
        try:
            items = self._queue.get(*self._patience_with_queue(quiet=was_quiet))
            while items is not None and len(batch) < _MOST_AT_ONCE:
                batch += items
                items = self._queue.get_nowait()
            return batch + (items or []), items is not None
        except Empty:
            self._is_quiet = not batch and not self._deletions
            return batch, True

    def _patience_with_queue(self, *, quiet: bool) -> tuple[bool, float | None]:
        if self._deletions:
            pause = self._deletions_from - time.monotonic()
            return pause > 0, max(pause, 0.0)
        if self._upkeep.is_due(self.facts, idle=True, quiet=quiet):
            return False, None
        if self._upkeep.is_due(self.facts, idle=True, quiet=True):
            return True, _QUIET_AFTER
        return True, _RETRY_SECONDS if self._must_wipe else None

    def _deletions_beside_lines(self) -> int:
        """How many go into a commit while others write."""
        return min(max(_DELETIONS_BESIDE_LINES, len(self._deletions) // _SHARE_BESIDE_LINES), _MOST_BESIDE_LINES)

    def _commit_deletions(self, most: int) -> None:
        begin = time.monotonic()
        batch, self._deletions = self._deletions[:most], self._deletions[most:]
        self._commit(batch)
        end = time.monotonic()
        self._deletions_from = end + _PAUSE * (end - begin) * self._has_kept_lines
        self._has_kept_lines = False

    def _commit(self, batch: list[Append | Work]) -> None:
        before = replace(self.facts)
        sizes = [len(item.entry.body) for item in batch if type(item) is Append]
        self._gone, self._has_cut = set(), False
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            outcome = self._write(batch)
            self._must_be_in_place()
            self.connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - what an item holds must not end the log for all
            self.facts = before
            self._roll_back()
            if len(batch) > 1 and not is_of_all(error):
                self._commit(batch[: len(batch) // 2])  # one is to blame: in the end it alone is refused
                self._commit(batch[len(batch) // 2 :])
                return
            refusal = LogError(self._void_tail(error))
            errors = [(item.future, refusal) for item in batch]
            self._deliver(Outcome(errors=errors, taken=len(sizes), size=sum(sizes), deletes=_deletes(batch[0])))
            return
        self._upkeep.committed(has_cut=self._has_cut)
        if outcome.erased or self._wipes:
            self._must_wipe = True
            self._wipe(self._patience)
            self._patience = 0 if self._must_wipe else _PATIENCE_MS  # whoever reads for long is waited for once
        self._deliver(outcome._replace(taken=len(sizes), size=sum(sizes), deletes=_deletes(batch[0])))

    def _void_tail(self, error: Exception) -> str:
        """Make sure that nothing comes to life again of a commit that failed; returns the sentence for its senders.

        Where the disk did not sync it, all of it may be written: a start would find it whole. The next commit is
        written over it, so there has to be one before anybody is told.
        """
        if is_unsynced(error):
            try:
                self.connection.execute(f"INSERT INTO keys{self.facts.keys} VALUES (randomblob(16), 0)")
            except sqlite3.Error:
                self._roll_back()
                return f"The server can't tell whether that was saved: {why(error)}."
        reason = f": {why(error)}" if isinstance(error, sqlite3.Error) else ""
        return f"The server couldn't save that{reason}."

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):  # it may have been rolled back already
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        with suppress(sqlite3.Error):
            self.rooms.forget()

    def _write(self, batch: list[Append | Work]) -> Outcome:
        keys = [item.entry.key for item in batch if type(item) is Append and item.entry.key is not None]
        known = find_keys(self.connection, [*map(hash_of, keys)])
        entries: list[Entry] = []
        plain: list[Any] = []
        in_rooms: list[Any] = []
        others: list[Any] = []
        new_keys: list[tuple[bytes, int]] = []
        erased: list[int] = []
        answers: list[tuple[asyncio.Future[Any], Any]] = []
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
            entries.append(Entry(last, entry.kind, entry.content, entry.room))
            number = self.rooms.number_of(entry.room) if entry.room else LOBBY
            if not is_plain(entry):
                others += row(last, entry, number)
            elif number:
                in_rooms += last, entry.body, number
            else:
                plain += last, entry.body
            if entry.kind == ROOM:
                self.rooms.set(entry.room, entry.body)
            answers.append((future, last))
            if entry.erases is not None:
                erased.append(entry.erases)
        self.facts.last = last
        insert(self.connection, PLAIN, plain)
        insert(self.connection, IN_ROOM, in_rooms)
        insert(self.connection, OTHERS, others)
        insert_keys(self.connection, self.facts.keys, new_keys)
        self.erase(erased)
        works = [item for item in batch if type(item) is Work]
        answers += [(work.future, work.run(self)) for work in works]
        self._wipes = any(work.wipes for work in works)
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
        self._forget(words)

    def _forget(self, messages: Sequence[tuple[int, bytes]]) -> None:
        """Take messages out of the index. It is only an index: where it can't be written it begins anew."""
        try:
            forget(self.connection, messages)
        except (sqlite3.DatabaseError, ValueError) as error:
            if is_of_all(error):
                raise
            self.reset_index()

    def reset_index(self) -> None:
        """Have all messages go into the index again."""
        reset(self.connection)
        self.facts.indexed = self.facts.pruned
        write_facts(self.connection, self.facts, "indexed")

    def mend_index(self, seq: int) -> None:
        """Make the index anew around a message for which it was damaged."""
        try:
            mend_around(self.connection, seq)
        except (sqlite3.DatabaseError, ValueError) as error:
            if is_of_all(error):
                raise
            self.reset_index()

    def _overwrite(self, which: str, values: Sequence[int]) -> None:
        self.connection.execute(f"{OVERWRITE} WHERE {which} AND {HAS_TEXT}", values)

    # -- between commits ----------------------------------------------------------------------------------------

    def _wipe(self, patience: int = 0) -> None:
        """Nothing that was overwritten is left in the write-ahead log, or, where somebody reads for longer, soon.

        A reader sees the log as it was when it began: for as long the old pages have to stay.
        """
        with suppress(sqlite3.Error):  # no room for it, say; it is tried again
            self.connection.execute(f"PRAGMA busy_timeout={patience}")
            busy = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._must_wipe = bool(busy)

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
        cut(self.connection, upto, final)
        rows = gather(
            self.connection,
            f"SELECT seq, body FROM entries WHERE seq > ? AND seq <= ? AND {HAS_TEXT} AND expires_at IS NULL"
            " AND seq >= ifnull((SELECT min(first) FROM segments), seq + 1)",
            span,
        )
        self._forget(rows)
        self._overwrite("seq > ? AND seq <= ?", span)
        self.connection.execute("DELETE FROM entries WHERE seq <= ?", (upto - _MARGIN,))
        self._has_cut = True
        self.facts.pruned = upto
        self.facts.indexed = max(self.facts.indexed, upto)
        write_facts(self.connection, self.facts, "pruned", "indexed", "last")

    def set_name(self, name: str, value: str | None) -> None:
        """Somebody has this name now, or nobody."""
        if value is None:
            self.connection.execute("DELETE FROM names WHERE name = ?", (name,))
        else:
            self.connection.execute("INSERT OR REPLACE INTO names VALUES (?, ?)", (name, value))


def _deletes(item: Append | Work) -> bool:
    """Is it an entry that erases another one?"""
    return type(item) is Append and item.entry.erases is not None
