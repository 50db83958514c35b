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
_INDEX_MOST = 2048  # messages that go in in one step
_SPARE_PAGES = 256  # that stay free: they are soon written again
_VACUUM_SECONDS = 0.003


class Upkeep:
    """Its steps, one at a time. `leftovers` are tables to be dropped; `index_from` messages are worth an index step."""

    def __init__(self, connection: sqlite3.Connection, leftovers: list[str], index_from: int) -> None:
        self._connection = connection
        self._leftovers = leftovers
        self._index_from = index_from
        self._checked: int | None = 0  # the index, up to this number; None: all of it
        self._may_shrink = True
        self._fails = False

    def is_due(self, facts: Facts, *, idle: bool) -> bool:
        """Is there anything to do? Where the thread is not idle, only what a search would be slower without."""
        if self._fails:
            return False
        waiting = self._leftovers or self._checked is not None or self._may_shrink
        return self._is_behind(facts) or (idle and bool(waiting))

    def committed(self, *, has_cut: bool) -> None:
        """Something was written: the disk can be written, and a cut may have left space."""
        self._fails = False
        self._may_shrink = self._may_shrink or has_cut

    def step(self, facts: Facts, is_wanted: Callable[[], bool]) -> Facts:
        """Do a little; returns the state of the log after it. `is_wanted`: is somebody waiting for the thread?"""
        try:
            if self._is_behind(facts):
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

    def _is_behind(self, facts: Facts) -> bool:
        return facts.last - facts.indexed >= self._index_from

    def _index(self, facts: Facts) -> None:
        lag = facts.last - facts.indexed
        upto = facts.indexed + min(lag - self._index_from // 8, _INDEX_MOST)  # what is deleted soon is never in it
        index(self._connection, facts.indexed, upto)
        facts.indexed = upto
        write_facts(self._connection, facts, "indexed")

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
            until = time.monotonic() + _VACUUM_SECONDS
            moving = self._connection.execute(f"PRAGMA incremental_vacuum({free - _SPARE_PAGES})")
            while moving.fetchone() is not None and time.monotonic() < until and not is_wanted():
                pass
            moving.close()
