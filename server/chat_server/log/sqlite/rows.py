"""Rows of the SQLite log: inserts entries, many in one statement."""

import sqlite3
from typing import Any

from chat_server.core.entries import MESSAGE, NewEntry, NewMessage
from chat_server.log.content import read_content
from chat_server.log.kinds import KINDS

_ROW_COUNTS = (256, 64, 16, 4, 1)  # rows in one statement
PLAIN = ("seq", "body")
"""The columns of most messages in the lobby: public ones that have no end."""
IN_ROOM = ("seq", "body", "room")
"""Those of such messages in other rooms."""
OTHERS = ("seq", "kind", "body", "from_id", "to_id", "expires_at", "erases", "room")
"""The columns of all other entries."""
_ROWS = {
    PLAIN: ("seq,kind,body", f"(?,{KINDS[MESSAGE].number},?)"),
    IN_ROOM: ("seq,kind,body,room", f"(?,{KINDS[MESSAGE].number},?,?)"),
    OTHERS: (",".join(OTHERS), f"({','.join('?' * len(OTHERS))})"),
}
_INSERTS: dict[tuple[tuple[str, ...], int], str] = {
    (columns, count): f"INSERT INTO entries ({names}) VALUES {','.join([row] * count)}"
    for columns, (names, row) in _ROWS.items()
    for count in _ROW_COUNTS
}


def is_plain(entry: NewEntry) -> bool:
    """Does it have no more columns than `PLAIN`, or `IN_ROOM`?"""
    draft = entry.content
    if type(draft) is NewMessage:  # most are; to look for the names in the body takes a microsecond
        return draft.to_id is None and draft.expires_at is None
    return KINDS[entry.kind].has_text and b'"to_id"' not in entry.body and b'"expires_at"' not in entry.body


def insert(connection: sqlite3.Connection, columns: tuple[str, ...], values: list[Any]) -> None:
    """Add the rows whose values follow each other in `values`."""
    start = 0
    for count in _ROW_COUNTS:
        while len(values) - start >= count * len(columns):
            part = values[start : start + count * len(columns)]
            connection.execute(_INSERTS[columns, count], part)
            start += len(part)


def row(seq: int, entry: NewEntry, room: int) -> tuple[Any, ...]:
    """The values of `OTHERS`, for an entry of the room with this number."""
    kind, body = KINDS[entry.kind], entry.body
    if not kind.has_text:
        return seq, kind.number, body, None, None, None, entry.erases, room
    content = read_content(body)
    if content.to_id is None:
        return seq, kind.number, body, None, None, content.expires_at, None, room
    return seq, kind.number, body, content.from_id.encode(), content.to_id.encode(), content.expires_at, None, room
