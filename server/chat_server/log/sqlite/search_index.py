"""Full-text index of the SQLite log: finds messages by their words, newest first.

One full-text table for each 16,384 numbers. What a deleted message had stays in such a table until all of it is merged,
which is why they are small: one takes some 25 ms. A message that has an end is in none of them, and is looked
through instead, as are the newest ones, which come in later and many at once.

| in a table | stands for |
|---|---|
| `green` | a word of a public message |
| `_616e61` | the sender of one: the folded name in hexadecimal |
| `__green`, `___616e61` | a word, the sender of a direct message |
| `____7e78` | a client that may see it, by its id in hexadecimal |

No word has an underscore in it, so that nobody can write the others.
"""

import sqlite3
from collections.abc import Iterable, Iterator

from chat_protocol.names import fold_name
from chat_protocol.queries import Query, Term, words_of
from chat_server.log.content import Content, read_content
from chat_server.log.sqlite.schema import HAS_TEXT, gather

SHARD = 16_384  # numbers in a table
_ROWS_AT_ONCE = 64


def shard_of(seq: int) -> int:
    """The table that has a message."""
    return seq // SHARD


def indexed_text(content: Content) -> str:
    """What a table is given of a message. Deleting it again needs the same text."""
    words = words_of(content.text)
    sender = fold_name(content.from_name).encode().hex()
    if content.to_id is None:
        return " ".join(["_" + sender, *words])
    readers = {f"____{reader.encode().hex()}" for reader in (content.from_id, content.to_id)}
    return " ".join(["___" + sender, *sorted(readers), *(f"__{word}" for word in words)])


def expression(query: Query, reader: str) -> str:
    """A query in the language of the tables."""

    def conditions(mark: str) -> Iterator[str]:
        if query.sender is not None:
            yield f'"{mark}_{query.sender.encode().hex()}"'
        for term in query.terms:
            yield _quoted(term, mark)

    public = " AND ".join(conditions(""))
    direct = " AND ".join([f'"____{reader.encode().hex()}"', *conditions("__")])
    return f"({public}) OR ({direct})"


def _quoted(term: Term, mark: str) -> str:
    return '"' + " ".join(mark + word for word in term.words) + '"' + "*" * term.prefix


# -- in the thread that writes, inside a transaction ----------------------------------------------------------------


def index(connection: sqlite3.Connection, after: int, upto: int) -> None:
    """Put the messages with these numbers into the tables."""
    rows = gather(
        connection,
        f"SELECT seq, body FROM entries WHERE seq > ? AND seq <= ? AND {HAS_TEXT} AND expires_at IS NULL ORDER BY seq",
        (after, upto),
    )
    by_shard: dict[int, list[int | str]] = {}
    for seq, body in rows:
        by_shard.setdefault(shard_of(seq), []).extend((seq, indexed_text(read_content(body))))
    for shard, values in by_shard.items():
        _make(connection, shard)
        for start in range(0, len(values), 2 * _ROWS_AT_ONCE):
            part = values[start : start + 2 * _ROWS_AT_ONCE]
            places = ",".join(["(?,?)"] * (len(part) // 2))
            connection.execute(f"INSERT INTO words{shard} (rowid, words) VALUES {places}", part)


def _make(connection: sqlite3.Connection, shard: int) -> None:
    if connection.execute("INSERT OR IGNORE INTO shards VALUES (?)", (shard,)).rowcount:
        connection.execute(
            f"CREATE VIRTUAL TABLE words{shard} USING"
            """ fts5(words, content='', columnsize=0, tokenize="ascii tokenchars '_'")"""
        )


def forget(connection: sqlite3.Connection, messages: Iterable[tuple[int, bytes]]) -> set[int]:
    """Take indexed messages (number, body) out of their tables; returns which. Each must be optimized after it."""
    touched = set()
    for seq, body in messages:
        shard = shard_of(seq)
        touched.add(shard)
        connection.execute(
            f"INSERT INTO words{shard} (words{shard}, rowid, words) VALUES ('delete', ?, ?)",
            (seq, indexed_text(read_content(body))),
        )
    return touched


def optimize(connection: sqlite3.Connection, shard: int) -> None:
    """Merge all of a table, if there is one, so that no word is left in the file that no message in it has."""
    if connection.execute("SELECT 1 FROM shards WHERE shard = ?", (shard,)).fetchone():
        connection.execute(f"INSERT INTO words{shard} (words{shard}) VALUES ('optimize')")


def drop_before(connection: sqlite3.Connection, shard: int) -> bool:
    """Drop one table that is older than this one; False when there is none."""
    row = connection.execute("SELECT min(shard) FROM shards WHERE shard < ?", (shard,)).fetchone()
    if row[0] is None:
        return False
    connection.execute(f"DROP TABLE words{row[0]}")
    connection.execute("DELETE FROM shards WHERE shard = ?", row)
    return True


# -- in a thread that reads -----------------------------------------------------------------------------------------


def look_up(
    connection: sqlite3.Connection, query: Query, upto: int, reader: str, limit: int
) -> Iterator[tuple[int, bytes]]:
    """Indexed messages (number, body) that fit, with numbers up to this one, newest first; read `limit` at a time."""
    words = expression(query, reader)
    for (shard,) in connection.execute(
        "SELECT shard FROM shards WHERE shard <= ? ORDER BY shard DESC", (shard_of(upto),)
    ).fetchall():
        while True:
            found = gather(
                connection,
                f"SELECT seq, body FROM entries WHERE {HAS_TEXT} AND seq IN"
                f" (SELECT rowid FROM words{shard} WHERE words{shard} MATCH ? AND rowid <= ?"
                " ORDER BY rowid DESC LIMIT ?) ORDER BY seq DESC",
                (words, upto, limit),
            )
            yield from found
            if len(found) < limit:
                break
            upto = found[-1][0] - 1
