"""Word index of the SQLite log: finds messages by their words, newest first. It holds nothing that the messages lack.

A segment stands for the messages of some thousand numbers; its words are in up to 64 lists, a row each. What a message
had is overwritten in them in the commit that deletes it. No list is ever merged with another, and no row moves: nothing
has to be tidied up later, and no copy stays behind (see `schema`). A list that is not as it was written is made anew
from the messages. A message that has an end is in none and is looked through instead, as are the newest ones, which
come in later and many at once.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from chat_protocol.queries import Query
from chat_server.log.content import read_content
from chat_server.log.sqlite.schema import HAS_TEXT, IN_ROOMS, MAY_SEE, gather
from chat_server.log.sqlite.word_lists import (
    LISTS,
    PLACES,
    is_whole,
    keys_for,
    keys_of,
    list_of,
    lists_with,
    numbers_in,
    without,
)

_ROWS_AT_ONCE = 256
_MARGIN = 1024  # wiped lists that stay behind a cut: the neighbours of those that go, which may be moved
_SEGMENTS_FIRST, _SEGMENTS_MOST = 4, 256  # that are read together: few have what is often said
_MESSAGES_AT_ONCE = 64
_SEGMENTS_KNOWN = 4096  # those of some millions of messages, at 300 bytes each


class Segment(NamedTuple):
    """The messages with numbers from `first` to `upto`; `lists` has a bit for each list that there is."""

    upto: int
    first: int
    serial: int
    lists: int

    def rows(self, numbers: Iterable[int] = range(LISTS)) -> list[int]:
        """The ids of those of its lists that there are."""
        return [self.serial * LISTS + number for number in numbers if self.lists >> number & 1]


class Asker(NamedTuple):
    """For whom something is looked for: their id, and the numbers of the rooms that they are in as a JSON array."""

    reader: bytes
    rooms: str


def prepare(connection: sqlite3.Connection) -> list[str]:
    """Make the tables where there are none, and begin with empty ones where they are not as they should be.

    Returns those of an earlier version, which are in the way.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS words (id INTEGER PRIMARY KEY, list BLOB NOT NULL)")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS segments"
        " (upto INTEGER PRIMARY KEY, first INTEGER NOT NULL, serial INTEGER NOT NULL, lists INTEGER NOT NULL)"
    )
    facts = dict(connection.execute("SELECT name, value FROM facts WHERE name IN ('pruned', 'indexed')").fetchall())
    pruned = facts.get("pruned", 0)
    if facts and not is_complete(connection, pruned, facts["indexed"]):
        reset(connection)
        connection.execute("UPDATE facts SET value = ? WHERE name = 'indexed'", (pruned,))
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'shards'").fetchone():
        return []
    return [f"words{shard}" for (shard,) in connection.execute("SELECT shard FROM shards").fetchall()] + ["shards"]


# -- in the thread that writes, inside a transaction ----------------------------------------------------------------


def index(connection: sqlite3.Connection, after: int, upto: int) -> None:
    """Make a segment of the messages with these numbers, at most as many as there are places."""
    rows = gather(
        connection,
        f"SELECT seq, body FROM entries WHERE seq > ? AND seq <= ? AND {HAS_TEXT} AND expires_at IS NULL ORDER BY seq",
        (after, upto),
    )
    lists = lists_with((seq - after - 1, read_content(body)) for seq, body in rows)
    (serial,) = connection.execute(
        f"SELECT 1 + max(ifnull((SELECT max(id) / {LISTS} FROM words), 0), ifnull(max(serial), 0)) FROM segments"
    ).fetchone()
    bits = 0
    values: list[Any] = []
    for number in sorted(lists):
        bits |= 1 << number
        values += serial * LISTS + number, lists[number]
    if values:
        connection.execute(f"INSERT INTO words VALUES {','.join(['(?,?)'] * len(lists))}", values)
    signed = bits - (bits >> LISTS - 1 << LISTS)
    connection.execute("INSERT INTO segments VALUES (?, ?, ?, ?)", (upto, after + 1, serial, signed))


def forget(connection: sqlite3.Connection, messages: Sequence[tuple[int, bytes]]) -> None:
    """Take messages (number, body) out of the index."""
    if not messages:
        return
    segments = _segments(
        connection,
        "SELECT * FROM segments WHERE upto IN (SELECT (SELECT upto FROM segments WHERE upto >= value ORDER BY upto"
        " LIMIT 1) FROM json_each(?)) ORDER BY upto",
        json.dumps([seq for seq, _ in messages]),
    )
    wanted: dict[int, list[tuple[str, int]]] = {}
    for seq, body in messages:
        for segment in segments:
            if segment.first <= seq <= segment.upto:
                for key in keys_of(read_content(body)):
                    gone = wanted.setdefault(segment.serial * LISTS + list_of(key), [])
                    gone.append((key, seq - segment.first))
    lists = _read_lists(connection, wanted)
    damaged = {row // LISTS for row in wanted if not is_whole(lists[row])}
    _overwrite(
        connection, [(row, without(lists[row], gone)) for row, gone in wanted.items() if row // LISTS not in damaged]
    )
    for segment in segments:
        if segment.serial in damaged:
            mend(connection, segment)


def mend(connection: sqlite3.Connection, segment: Segment) -> None:
    """Make a segment anew from the messages."""
    _drop(connection, [segment])
    index(connection, segment.first - 1, segment.upto)


def mend_around(connection: sqlite3.Connection, seq: int) -> None:
    """Make the segment with this number anew."""
    for segment in _segments(connection, "SELECT * FROM segments WHERE upto >= ? ORDER BY upto LIMIT 1", seq):
        mend(connection, segment)


def check_after(connection: sqlite3.Connection, seq: int) -> int | None:
    """Read the first segment after a number, and mend it where it is damaged; returns its end, None at the last."""
    for segment in _segments(connection, "SELECT * FROM segments WHERE upto > ? ORDER BY upto LIMIT 1", seq):
        lists = _read_lists(connection, segment.rows())
        if not all(is_whole(lists[row]) for row in segment.rows()):
            mend(connection, segment)
        return segment.upto
    return None


def is_complete(connection: sqlite3.Connection, pruned: int, indexed: int) -> bool:
    """Is every number after the first one, up to the second, in a segment?"""
    try:
        segments = _segments(connection, "SELECT * FROM segments WHERE upto > ? ORDER BY upto", pruned)
    except ValueError:
        return False
    reached = pruned
    for segment in segments:
        if segment.first > reached + 1 or segment.upto - segment.first >= len(PLACES):
            return False
        reached = segment.upto
    return reached == max(indexed, pruned)


def reset(connection: sqlite3.Connection) -> None:
    """Begin with an empty index."""
    try:
        connection.execute("UPDATE words SET list = zeroblob(length(list))")
        connection.execute("DELETE FROM segments")
    except sqlite3.DatabaseError:  # the tables themselves are damaged
        connection.execute("DROP TABLE IF EXISTS words")
        connection.execute("DROP TABLE IF EXISTS segments")
        prepare(connection)


def wipe_unused(connection: sqlite3.Connection) -> None:
    """Wipe the lists of which no segment knows."""
    connection.execute(
        f"UPDATE words SET list = zeroblob(length(list)) WHERE id / {LISTS} NOT IN (SELECT serial FROM segments)"
    )


def cut(connection: sqlite3.Connection, upto: int, final: int) -> None:
    """Wipe the segments that begin up to a number, on the way to a `final` one that they don't reach beyond."""
    begun = "SELECT * FROM segments WHERE upto <= ?"
    _drop(connection, [segment for segment in _segments(connection, begun, final) if segment.first <= upto])
    connection.execute(
        f"DELETE FROM words WHERE id < -{_MARGIN}"
        f" + ifnull((SELECT min(serial) * {LISTS} FROM segments), (SELECT max(id) FROM words))"
    )


def _drop(connection: sqlite3.Connection, segments: Sequence[Segment]) -> None:
    """Wipe segments. Their rows stay until a cut passes them."""
    for segment in segments:
        ends = segment.serial * LISTS, (segment.serial + 1) * LISTS
        connection.execute("UPDATE words SET list = zeroblob(length(list)) WHERE id >= ? AND id < ?", ends)
        connection.execute("DELETE FROM segments WHERE upto = ?", (segment.upto,))


def _overwrite(connection: sqlite3.Connection, lists: Sequence[tuple[int, bytes]]) -> None:
    for start in range(0, len(lists), _ROWS_AT_ONCE):
        part = lists[start : start + _ROWS_AT_ONCE]
        connection.execute(
            f"WITH changed (at, lines) AS (VALUES {','.join(['(?,?)'] * len(part))})"
            " UPDATE words SET list = lines FROM changed WHERE id = at",
            [value for pair in part for value in pair],
        )


# -- in either thread: all rows as one, for the reason that `gather` has ---------------------------------------------


def _segments(connection: sqlite3.Connection, select: str, *values: Any) -> list[Segment]:
    """Raises ValueError where a row is not as it was written."""
    found = connection.execute(
        f"SELECT group_concat(upto || ' ' || first || ' ' || serial || ' ' || lists) FROM ({select})", values
    ).fetchone()[0]
    return list(map(_segment, found.split(","))) if found else []


@lru_cache(_SEGMENTS_KNOWN)
def _segment(row: str) -> Segment:
    """What a row says; each search reads them again, most of them as they were."""
    return Segment(*map(int, row.split()))


def _read_lists(connection: sqlite3.Connection, rows: Collection[int]) -> dict[int, bytes]:
    """By their ids, all that are asked for; one that isn't there is empty.

    No list has the sign that stands between them, unless it is damaged.
    """
    if not rows:
        return {}
    found = connection.execute(
        "SELECT CAST(group_concat(id || ' ' || list, char(30)) AS BLOB) FROM words"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([*rows]),),
    ).fetchone()[0]
    pairs = (row.partition(b" ") for row in bytes(found or b"").split(b"\x1e"))
    return dict.fromkeys(rows, b"") | {int(row): stored for row, _, stored in pairs if row.isdigit()}


# -- in a thread that reads -----------------------------------------------------------------------------------------


def look_up(
    connection: sqlite3.Connection, query: Query, upto: int, asker: Asker, damaged: set[int]
) -> Iterator[tuple[int, bytes]]:
    """Indexed messages (number, body) that fit, with numbers up to this one, newest first.

    Of a segment that is damaged all are read; one of its numbers is put into `damaged`.
    """
    for seqs in _candidates(connection, query, upto, asker.reader.decode(), damaged):
        for start in range(0, len(seqs), _MESSAGES_AT_ONCE):
            some = json.dumps(seqs[start : start + _MESSAGES_AT_ONCE])
            rows = gather(
                connection,
                f"SELECT seq, body FROM entries WHERE {HAS_TEXT} AND {MAY_SEE} AND expires_at IS NULL"
                f" AND seq IN (SELECT value FROM json_each(:seqs)) AND {IN_ROOMS} ORDER BY seq DESC",
                {"reader": asker.reader, "rooms": asker.rooms, "seqs": some},
            )
            for seq, body in rows:
                content = read_content(body)
                if query.fits(content.text, content.from_name):
                    yield seq, body


def _candidates(
    connection: sqlite3.Connection, query: Query, upto: int, reader: str, damaged: set[int]
) -> Iterator[list[int]]:
    """Numbers of messages that have the words, descending, each segment's by itself."""
    alternatives = keys_for(query, reader)
    firsts = {number for first, *_ in alternatives for number in first.lists}
    others = {number for _, *rest in alternatives for key in rest for number in key.lists} - firsts
    word = alternatives[0][0].start[1:]  # the line of a direct message ends like that, too
    at_once = _SEGMENTS_FIRST
    select = "SELECT * FROM segments WHERE upto < ? AND first <= ? ORDER BY upto DESC LIMIT ?"
    while segments := _segments(connection, select, upto + len(PLACES), upto, at_once):
        rows_of = [segment.rows(firsts) for segment in segments]
        lists = _read_lists(connection, [row for rows in rows_of for row in rows])
        # Few segments have a rare word; of the others nothing more is read.
        likely = [
            segment
            for segment, rows in zip(segments, rows_of, strict=True)
            if any(word in lists[row] or not is_whole(lists[row]) for row in rows)
        ]
        lists |= _read_lists(connection, [row for segment in likely for row in segment.rows(others)])
        for segment in likely:
            own = {row % LISTS: lists[row] for row in segment.rows(firsts | others)}
            if not all(map(is_whole, own.values())):
                damaged.add(segment.upto)
                yield list(range(min(segment.upto, upto), segment.first - 1, -1))
            elif found := numbers_in(own, alternatives):
                yield sorted((seq for number in found if (seq := segment.first + number) <= upto), reverse=True)
        upto = segments[-1].first - 1
        at_once = min(8 * at_once, _SEGMENTS_MOST)
