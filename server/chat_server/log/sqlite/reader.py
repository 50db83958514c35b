"""SQLite reader: answers queries, in a thread that does nothing else."""

import heapq
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
from chat_server.log.sqlite.rooms import LOBBY, RoomNames
from chat_server.log.sqlite.schema import HAS_TEXT, IN_ROOMS, IS_CHANGE, MAY_SEE, gather, split_bodies
from chat_server.log.sqlite.search_index import Asker, look_up

REPLAYED_MESSAGES = 2_000
_REPLAYED_CHANGES = 20_000  # however few messages there are
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
        self.rooms = RoomNames(connection)
        has_rooms = connection.execute("PRAGMA user_version").fetchone()[0] > 1
        self._room = "room" if has_rooms else str(LOBBY)  # a file that no server of this version has opened has none

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

    def page(self, before: int, limit: int, reader: str, room: str, *, with_direct: bool) -> list[Entry]:
        """At most `limit` messages below `before` that `reader` may see: the newest, oldest first."""
        number = self.rooms.number_of(room)
        of_room = f"WHERE {HAS_TEXT} AND room = :room AND seq < :before AND {MAY_SEE} ORDER BY seq DESC LIMIT :limit"
        select = f"SELECT seq, body FROM entries {of_room}"
        if with_direct and room:
            mine = f"WHERE {HAS_TEXT} AND to_id IS NOT NULL AND (from_id = :reader OR to_id = :reader)"
            direct = f"SELECT seq, body FROM entries {mine} AND seq < :before ORDER BY seq DESC LIMIT :limit"
            select = f"SELECT * FROM ({select}) UNION ALL SELECT * FROM ({direct}) ORDER BY seq DESC LIMIT :limit"
        values = {
            "before": min(before, _LARGEST), "reader": reader.encode(), "limit": limit,
            "room": -1 if number is None else number,
        }  # fmt: skip
        return self._messages(gather(self._connection, select, values)[::-1], room if not with_direct else None)

    def replay_point(self, room: str, count: int) -> int:
        """The number after which the newest `count` messages of a room come; 0 where there are no older ones."""
        row = self._connection.execute(
            f"SELECT seq FROM entries WHERE {HAS_TEXT} AND room = ? ORDER BY seq DESC LIMIT 1 OFFSET ?",
            (self.rooms.number_of(room), count),
        ).fetchone()
        return row[0] if row else 0

    def since(self, room: str, after: int, limit: int) -> list[Entry]:
        """The first `limit` entries of a room with numbers above `after`."""
        each = (
            f"SELECT * FROM (SELECT seq, kind, body FROM entries WHERE {which} AND room = :room AND seq > :after"
            " ORDER BY seq LIMIT :limit)"
            for which in (HAS_TEXT, IS_CHANGE)
        )
        seqs, kinds, bodies = self._connection.execute(
            "SELECT group_concat(seq), group_concat(kind), CAST(group_concat(body) AS BLOB)"
            f" FROM (SELECT * FROM ({' UNION ALL '.join(each)}) ORDER BY seq LIMIT :limit)",
            {"room": self.rooms.number_of(room), "after": after, "limit": limit},
        ).fetchone()
        if seqs is None:
            return []
        rows = zip(seqs.split(","), kinds.split(","), split_bodies(bodies), strict=True)
        return [Entry(int(seq), _NAMES[kind], body, room) for seq, kind, body in rows]

    def search(self, query: Query, limit: int, reader: str, rooms: Collection[str]) -> list[Entry]:
        """At most `limit` messages of these rooms that fit and that `reader` may see, newest first.

        Not from one snapshot: who reads for long holds up who wipes.
        """
        newest = min(_LARGEST if query.before is None else query.before, _LARGEST) - 1
        (indexed,) = self._connection.execute("SELECT value FROM facts WHERE name = 'indexed'").fetchone()
        numbers = [number for room in rooms if (number := self.rooms.number_of(room)) is not None]
        asker = Asker(reader.encode(), json.dumps(numbers))
        if query.to_id is not None:  # few are: they are looked through
            direct = self._scan(query, asker, "to_id = CAST(:to_id AS BLOB)", newest)
            return self._messages(list(islice(direct, limit)))
        new = self._scan(query, asker, f"seq > {int(indexed)} AND expires_at IS NULL", newest)
        ending = self._scan(query, asker, "expires_at IS NOT NULL", newest)
        words = look_up(self._connection, query, min(int(indexed), newest), asker, self.damaged)
        found = heapq.merge(new, ending, words, key=itemgetter(0), reverse=True)
        return self._messages(list(islice(found, limit)))

    def _scan(self, query: Query, asker: Asker, which: str, newest: int) -> Iterator[_Found]:
        longest = max((word for term in query.terms for word in term.words), key=len, default="").encode()
        at_once = _SCANNED_FIRST
        while some := gather(
            self._connection,
            f"SELECT seq, body FROM entries WHERE {HAS_TEXT} AND {which} AND seq <= :newest AND {MAY_SEE}"
            f" AND {IN_ROOMS} ORDER BY seq DESC LIMIT :limit",
            {
                "newest": newest,
                "reader": asker.reader,
                "rooms": asker.rooms,
                "limit": at_once,
                "to_id": query.to_id or "",
            },
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
            seqs, numbers, rooms = connection.execute(
                f"SELECT group_concat(seq), group_concat(kind), group_concat({self._room}) FROM entries"
                f" WHERE seq > ? AND seq <= ? AND kind != {ERASED} AND NOT ({HAS_TEXT} AND {self._room} = {LOBBY})",
                (seq, rows[-1][0] if rows else seq),
            ).fetchone()
        others = zip(seqs.split(","), numbers.split(","), rooms.split(","), strict=True) if seqs else ()
        kinds = {int(seq): (_NAMES[number], self.rooms.name_of(int(room))) for seq, number, room in others}
        return [Entry(seq, kind, body, room) for seq, body in rows for kind, room in [kinds.get(seq, (MESSAGE, ""))]]

    def expiring(self, until: int) -> list[Entry]:
        """Messages with numbers up to `until` that have an end, ascending."""
        rows = gather(
            self._connection,
            f"SELECT seq, body FROM entries WHERE {HAS_TEXT} AND expires_at IS NOT NULL AND seq <= ? ORDER BY seq",
            (min(until, _LARGEST),),
        )
        return self._messages(rows)

    def _messages(self, rows: Sequence[_Found], room: str | None = None) -> list[Entry]:
        """The messages in these rows, which are all of one room; None: look which one each is of."""
        if room is not None:
            return [Entry(seq, MESSAGE, body, room) for seq, body in rows]
        seqs = json.dumps([seq for seq, _ in rows])
        elsewhere, numbers = self._connection.execute(
            "SELECT group_concat(seq), group_concat(room) FROM entries"
            f" WHERE seq IN (SELECT value FROM json_each(?)) AND room != {LOBBY}",
            (seqs,),
        ).fetchone()
        pairs = zip(elsewhere.split(","), numbers.split(","), strict=True) if elsewhere else ()
        names = {int(seq): self.rooms.name_of(int(number)) for seq, number in pairs}
        return [Entry(seq, MESSAGE, body, names.get(seq, "")) for seq, body in rows]

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
            ends = connection.execute(
                f"SELECT 1 FROM entries INDEXED BY ending WHERE {HAS_TEXT} AND expires_at IS NOT NULL LIMIT 1"
            )
            has_ends = ends.fetchone() is not None
            replay_after = max(
                facts.pruned,
                self._lobby_before(HAS_TEXT, REPLAYED_MESSAGES),
                self._lobby_before(IS_CHANGE, _REPLAYED_CHANGES),
            )
        return Opened(facts.epoch, first[0], last, replay_after, time, wall, has_ends)

    def _lobby_before(self, which: str, count: int) -> int:
        """The number before the newest `count` such entries of the lobby; 0 where there are fewer."""
        row = self._connection.execute(
            f"SELECT seq FROM entries WHERE {which} AND {self._room} = {LOBBY} ORDER BY seq DESC LIMIT 1 OFFSET ?",
            (count,),
        ).fetchone()
        return row[0] if row else 0

    def _newest_message(self) -> Entry | None:
        rows = gather(self._connection, f"SELECT seq, body FROM entries WHERE {HAS_TEXT} ORDER BY seq DESC LIMIT 1", ())
        return Entry(rows[0][0], MESSAGE, rows[0][1]) if rows else None

    def unwiped(self, opened: Opened) -> Sequence[int]:
        """Messages that still have a text, though one of the newest entries is their tombstone."""
        after = max(opened.replay_after, opened.last - _REPLAYED_CHANGES)
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
