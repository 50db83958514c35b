"""SQLite reader: answers queries, in a thread that does nothing else."""

import heapq
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from typing import TypeAlias

from chat_protocol.queries import Query
from chat_server.core.entries import MESSAGE
from chat_server.log import Entry, Opened
from chat_server.log.content import read_content
from chat_server.log.kinds import ERASED, KINDS
from chat_server.log.sqlite.facts import Facts, read_facts
from chat_server.log.sqlite.keys import find_keys
from chat_server.log.sqlite.schema import HAS_TEXT, MAY_SEE, gather
from chat_server.log.sqlite.search_index import look_up

REPLAYED_MESSAGES = 2_000
_REPLAYED_ENTRIES = 20_000  # however few messages are among them
_SCANNED_FIRST, _SCANNED_MOST = 100, 1_600  # messages that are read together: few have to be read mostly
_NAMES = {str(kind.number): name for name, kind in KINDS.items()}

_Found: TypeAlias = tuple[int, bytes]
_LARGEST = (1 << 63) - 1


class Reader:
    """Queries over one connection that only reads. Not to be used by two threads at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.damaged: set[int] = set()
        """Numbers whose segments of the index of words were found damaged."""
        self._connection = connection

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _moment(self) -> Iterator[sqlite3.Connection]:
        """Read from one snapshot within the block."""
        self._connection.execute("BEGIN")
        try:
            yield self._connection
        finally:
            self._connection.execute("COMMIT")

    def page(self, before: int, limit: int, reader: str) -> list[Entry]:
        """At most `limit` messages with numbers below `before` that `reader` may see: the newest, oldest first."""
        rows = gather(
            self._connection,
            f"SELECT seq, body FROM entries WHERE {HAS_TEXT} AND seq < :before AND {MAY_SEE}"
            " ORDER BY seq DESC LIMIT :limit",
            {"before": min(before, _LARGEST), "reader": reader.encode(), "limit": limit},
        )
        return _messages(rows[::-1])

    def search(self, query: Query, limit: int, reader: str) -> list[Entry]:
        """At most `limit` messages that fit and that `reader` may see, newest first.

        Not from one snapshot: who reads for long holds up who wipes.
        """
        newest = min(_LARGEST if query.before is None else query.before, _LARGEST) - 1
        (indexed,) = self._connection.execute("SELECT value FROM facts WHERE name = 'indexed'").fetchone()
        new = self._scan(query, reader, f"seq > {int(indexed)} AND expires_at IS NULL", newest)
        ending = self._scan(query, reader, "expires_at IS NOT NULL", newest)
        words = look_up(self._connection, query, min(int(indexed), newest), reader, self.damaged)
        found = heapq.merge(new, ending, words, key=itemgetter(0), reverse=True)
        return _messages(list(islice(found, limit)))

    def _scan(self, query: Query, reader: str, which: str, newest: int) -> Iterator[_Found]:
        longest = max((word for term in query.terms for word in term.words), key=len, default="").encode()
        at_once = _SCANNED_FIRST
        while some := gather(
            self._connection,
            f"SELECT seq, body FROM entries WHERE {HAS_TEXT} AND {which} AND seq <= :newest AND {MAY_SEE}"
            " ORDER BY seq DESC LIMIT :limit",
            {"newest": newest, "reader": reader.encode(), "limit": at_once},
        ):
            for seq, body in some:
                if longest in body.lower() or not body.isascii() or b"\\u" in body:  # else it isn't in the text either
                    content = read_content(body)
                    if query.fits(content.text, content.from_name):
                        yield seq, body
            newest = some[-1][0] - 1
            at_once = min(4 * at_once, _SCANNED_MOST)

    def after(self, seq: int, upto: int, limit: int) -> list[Entry]:
        """The first `limit` entries with numbers above `seq`, up to `upto`."""
        with self._moment() as connection:
            rows = gather(
                connection,
                f"SELECT seq, body FROM entries WHERE seq > ? AND seq <= ? AND kind != {ERASED} ORDER BY seq LIMIT ?",
                (seq, upto, limit),
            )
            seqs, numbers = connection.execute(
                "SELECT group_concat(seq), group_concat(kind) FROM entries"
                f" WHERE seq > ? AND seq <= ? AND NOT {HAS_TEXT} AND kind != {ERASED}",
                (seq, rows[-1][0] if rows else seq),
            ).fetchone()
        others = zip(seqs.split(","), numbers.split(","), strict=True) if seqs else ()
        kinds = {int(seq): _NAMES[number] for seq, number in others}
        return [Entry(seq, kinds.get(seq, MESSAGE), body) for seq, body in rows]

    def expiring(self, until: int) -> list[Entry]:
        """Messages with numbers up to `until` that have an end, ascending."""
        rows = gather(
            self._connection,
            f"SELECT seq, body FROM entries WHERE {HAS_TEXT} AND expires_at IS NOT NULL AND seq <= ? ORDER BY seq",
            (min(until, _LARGEST),),
        )
        return _messages(rows)

    def find(self, hashed: bytes) -> int | None:
        """The number of the entry whose key has this hash."""
        return find_keys(self._connection, [hashed]).get(hashed)

    def names(self) -> Mapping[str, str]:
        """Every claimed name, and who has it."""
        return dict(self._connection.execute("SELECT name, value FROM names").fetchall())

    def facts(self) -> Facts | None:
        """State of the log as the file has it; None in a new one."""
        return read_facts(self._connection)

    def opened(self, facts: Facts) -> Opened:
        """The log as `open` finds it: what there is, and from where it is to be replayed."""
        with self._moment() as connection:
            alive = f"FROM entries WHERE kind != {ERASED} AND seq > ?"
            first = connection.execute(f"SELECT seq {alive} ORDER BY seq LIMIT 1", (facts.pruned,)).fetchone()
            if first is None:
                return Opened(facts.epoch, facts.last + 1, facts.last, facts.last, facts.time, facts.wall or facts.time)
            last = connection.execute(f"SELECT seq {alive} ORDER BY seq DESC LIMIT 1", (facts.pruned,)).fetchone()[0]
            newest = self._newest_message()
            time, wall = facts.time, facts.wall
            if not wall:  # an older program has seen it last
                time = wall = max(time, read_content(newest.body).sent_at if newest else 0.0)
            ends = connection.execute(f"SELECT 1 FROM entries WHERE {HAS_TEXT} AND expires_at IS NOT NULL LIMIT 1")
            has_ends = ends.fetchone() is not None
            older = connection.execute(
                f"SELECT seq FROM entries WHERE {HAS_TEXT} AND seq > ? ORDER BY seq DESC LIMIT 1 OFFSET ?",
                (last - _REPLAYED_ENTRIES, REPLAYED_MESSAGES),
            ).fetchone()
        replay_after = older[0] if older else max(last - _REPLAYED_ENTRIES, facts.pruned, 0)
        return Opened(facts.epoch, first[0], last, max(replay_after, facts.pruned), time, wall, has_ends)

    def _newest_message(self) -> Entry | None:
        return next(iter(self.page(_LARGEST, 1, "")), None)

    def unwiped(self, after: int) -> Sequence[int]:
        """Messages that still have a text, though one of the newest entries is their tombstone."""
        rows = self._connection.execute(
            "SELECT message.seq FROM entries JOIN entries AS message ON message.seq = entries.erases"
            f" WHERE entries.seq > ? AND entries.erases IS NOT NULL AND message.{HAS_TEXT}",
            (after,),
        )
        return [seq for (seq,) in rows.fetchall()]

    def last_beyond(self, newest: int) -> int:
        """The number of the newest message that is not among the `newest` ones; 0 where there is none."""
        row = self._connection.execute(
            f"SELECT seq FROM entries WHERE {HAS_TEXT} ORDER BY seq DESC LIMIT 1 OFFSET ?",
            (newest,),
        ).fetchone()
        return row[0] if row else 0

    def last_before(self, time: float, now: float) -> int:
        """The number of the last message that was sent before a time, or 0.

        Numbers and times grow together, but for stamps after `now`, of a clock that was ahead: what they are on is as
        old as what comes after it.
        """
        with self._moment() as connection:
            end = (connection.execute("SELECT max(seq) FROM entries").fetchone()[0] or 0) + 1
            found = self._last_while(0, end, lambda sent_at: sent_at < time)
            while (ahead := self._last_while(found, end, lambda sent_at: sent_at > now)) > found:
                further = self._last_while(ahead, end, lambda sent_at: sent_at < time)
                if further == ahead:
                    break
                found = further
        return found

    def _last_while(self, low: int, end: int, holds: Callable[[float], bool]) -> int:
        """The last message up to which, from the one after `low`, something holds of when they were sent, or `low`."""
        high = end
        while high - low > 1:
            middle = (low + high) // 2
            row = self._connection.execute(
                f"SELECT seq, body FROM entries WHERE {HAS_TEXT} AND seq >= ? ORDER BY seq LIMIT 1",
                (middle,),
            ).fetchone()
            if row is None or not holds(read_content(row[1]).sent_at):
                high = middle
            else:
                low = row[0]
        return low


def _messages(rows: Sequence[_Found]) -> list[Entry]:
    return [Entry(seq, MESSAGE, body) for seq, body in rows]
