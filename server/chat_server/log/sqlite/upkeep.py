"""Upkeep of the SQLite log: what nobody waits for, done in small steps between commits.

Messages go into the index of words when there are enough of them; tables of an earlier version go; what the index holds
is read once after the start, and made anew where it is damaged; space that a cut has left is given back to the disk.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace

from chat_server.log.sqlite.facts import Facts, write_facts
from chat_server.log.sqlite.search_index import check_after, index

INDEX_FROM = 1024  # messages that are not in the index yet and are worth a step
# A message costs 4 us in a step, a third of all that it takes to keep it. While many come, those that came before wait
# for quiet, but for a step a second. To look through so many takes a search a tenth of a second.
MOST_UNINDEXED = 65_536
_INDEX_PAUSE = 1.0  # seconds, while lines come
_INDEX_MOST = 2048  # messages that go in in one step
_SPARE_PAGES = 256  # that stay free: they are soon written again
_VACUUM_SECONDS = 0.003


class Upkeep:
    """Its steps, one at a time.

    `leftovers` are tables to be dropped; `index_from` messages are worth an index step, and no more than
    `most_unindexed` wait for one. `now` is a clock in seconds that never goes back.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        leftovers: list[str],
        index_from: int,
        most_unindexed: int = MOST_UNINDEXED,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._leftovers = leftovers
        self._index_from = index_from
        self._most_unindexed = most_unindexed
        self._now = now
        self._index_after = now()  # the next step waits until then, unless there is quiet
        self._checked: int | None = 0  # the index, up to this number; None: all of it
        self._may_shrink = True
        self._fails = False

    def is_due(self, facts: Facts, *, idle: bool, quiet: bool) -> bool:
        """Is there anything to do, where the thread has nothing else just now (`idle`), or had nothing for a while?"""
        if self._fails:
            return False
        waiting = self._leftovers or self._checked is not None or self._may_shrink
        return (idle and bool(waiting)) or self._is_index_due(facts, quiet=quiet)

    def _is_index_due(self, facts: Facts, *, quiet: bool) -> bool:
        behind = facts.last - facts.indexed
        if behind < self._index_from:
            return False
        return quiet or behind > self._most_unindexed or self._now() >= self._index_after

    def committed(self, *, has_cut: bool) -> None:
        """Something was written: the disk can be written, and a cut may have left space."""
        self._fails = False
        self._may_shrink = self._may_shrink or has_cut

    def step(self, facts: Facts, is_wanted: Callable[[], bool], *, quiet: bool) -> Facts:
        """Do a little; returns the state of the log after it. `is_wanted`: is somebody waiting for the thread?"""
        try:
            if self._is_index_due(facts, quiet=quiet):
                return self._commit(self._index, facts)
            if self._leftovers:
                return self._commit(self._drop_leftover, facts)
            if self._checked is not None:
                return self._commit(self._check, facts)
            self._shrink(is_wanted)
        except (sqlite3.Error, ValueError):  # who writes next is told, and then it is tried again
            self._fails = True
        return facts

    def _commit(self, work: Callable[[Facts], None], facts: Facts) -> Facts:
        """In a commit that does not wait for the disk; the next one does, and this one with it."""
        after = replace(facts)
        connection = self._connection
        try:
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            work(after)
            connection.execute("COMMIT")
        except BaseException:  # whatever it is goes on to the caller, and no transaction stays open
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            connection.execute("PRAGMA synchronous=FULL")
        return after

    def _index(self, facts: Facts) -> None:
        lag = facts.last - facts.indexed
        upto = facts.indexed + min(lag - self._index_from // 8, _INDEX_MOST)  # what is deleted soon is never in it
        index(self._connection, facts.indexed, upto)
        facts.indexed = upto
        write_facts(self._connection, facts, "indexed")
        self._index_after = self._now() + _INDEX_PAUSE

    def _drop_leftover(self, _facts: Facts) -> None:
        self._connection.execute(f"DROP TABLE IF EXISTS {self._leftovers[0]}")
        del self._leftovers[0]

    def _check(self, _facts: Facts) -> None:
        if self._checked is not None:
            self._checked = check_after(self._connection, self._checked)

    def _shrink(self, is_wanted: Callable[[], bool]) -> None:
        """Move pages from the end of the file to where some are free, and cut it off behind them."""
        free = self._connection.execute("PRAGMA freelist_count").fetchone()[0]
        self._may_shrink = free > _SPARE_PAGES and self._connection.execute("PRAGMA auto_vacuum").fetchone()[0] == 2
        if self._may_shrink:
            until = self._now() + _VACUUM_SECONDS
            moving = self._connection.execute(f"PRAGMA incremental_vacuum({free - _SPARE_PAGES})")
            while moving.fetchone() is not None and self._now() < until and not is_wanted():
                pass
            moving.close()
