"""Copy of a SQLite log in short steps: nobody who writes, or wipes what is deleted, waits for it.

Entries only come, go, or are wiped where they stand, and so do the lists of the index. So what was copied needs a
second look only for what was deleted meanwhile, which is wiped in the copy as well. A copy has no free pages.
"""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Any

from chat_server.log.sqlite.schema import HAS_TEXT, OVERWRITE, gather
from chat_server.log.sqlite.search_index import forget, wipe_unused

_LARGE = {"entries": ("seq", 1_000), "words": ("id", 500)}
"""Tables that are copied in steps: the column by which they grow, and rows in a step."""
_SMALL = ("facts", "names", "rooms", "places", "keys0", "keys1", "segments")
_AT_ONCE = 500


def copy_in_steps(source: sqlite3.Connection, copy: sqlite3.Connection) -> None:
    """Copy a log, which may be in use, into an empty database. `source` has no transaction open.

    Raises:
        sqlite3.Error: when one can't be read, or the other can't be written.
    """
    copy.executescript("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=OFF; PRAGMA secure_delete=ON")
    tables = [*_LARGE, *_SMALL]
    for (statement,) in source.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(?))"
        " ORDER BY type DESC",
        (json.dumps(tables),),
    ).fetchall():
        copy.execute(statement)
    begun_at = source.execute("SELECT max(seq) FROM entries").fetchone()[0] or 0
    reached = dict.fromkeys(_LARGE, 0)
    for table in _there(source, _LARGE):
        while rows := _after(source, table, reached[table]):
            reached[table] = rows[-1][0]
            begin = time.monotonic()
            _insert(copy, table, rows)
            time.sleep(time.monotonic() - begin)  # the disk is there for others, too
    _finish(source, copy, reached, begun_at)
    for name in ("application_id", "user_version"):  # last, for without them it is no log
        copy.execute(f"PRAGMA {name}={source.execute(f'PRAGMA {name}').fetchone()[0]}")


def _there(source: sqlite3.Connection, tables: Sequence[str] | Mapping[str, object]) -> list[str]:
    """Those of the tables that there are: a log that no server of this version has opened has no index of ours."""
    known = {name for (name,) in source.execute("SELECT name FROM sqlite_master").fetchall()}
    return [table for table in tables if table in known]


def _after(source: sqlite3.Connection, table: str, reached: int) -> list[tuple[Any, ...]]:
    column, most = _LARGE[table]
    return source.execute(
        f"SELECT * FROM {table} WHERE {column} > ? ORDER BY {column} LIMIT ?", (reached, most)
    ).fetchall()


def _insert(copy: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        copy.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
        copy.commit()


def _finish(source: sqlite3.Connection, copy: sqlite3.Connection, reached: Mapping[str, int], begun_at: int) -> None:
    """Copy what came meanwhile, and the small tables, from one moment; wipe what is gone by then."""
    newest: list[tuple[str, Sequence[tuple[Any, ...]]]] = []
    source.execute("BEGIN")
    try:
        for table in _there(source, _LARGE):
            last = reached[table]
            while rows := _after(source, table, last):
                last = rows[-1][0]
                newest.append((table, rows))
        newest += [(table, source.execute(f"SELECT * FROM {table}").fetchall()) for table in _there(source, _SMALL)]
        erased = source.execute(
            "SELECT erases FROM entries WHERE seq > ? AND erases IS NOT NULL", (begun_at,)
        ).fetchall()
    finally:
        source.execute("COMMIT")
    for table, last_rows in newest:
        _insert(copy, table, last_rows)
    if not _there(source, ["segments"]):
        copy.execute("UPDATE facts SET value = 0 WHERE name = 'indexed'")
        return
    indexed = "expires_at IS NULL AND seq <= (SELECT value FROM facts WHERE name = 'indexed')"
    for start in range(0, len(erased), _AT_ONCE):
        seqs = [seq for (seq,) in erased[start : start + _AT_ONCE]]
        which = f"seq IN ({','.join('?' * len(seqs))}) AND {HAS_TEXT}"
        forget(copy, gather(copy, f"SELECT seq, body FROM entries WHERE {which} AND {indexed}", seqs))
        copy.execute(f"{OVERWRITE} WHERE {which}", seqs)
    cut_off = f"seq <= (SELECT value FROM facts WHERE name = 'pruned') AND {HAS_TEXT}"
    in_segment = "seq >= (SELECT min(first) FROM segments)"  # the first one, that a cut has shortened
    forget(copy, gather(copy, f"SELECT seq, body FROM entries WHERE {cut_off} AND {indexed} AND {in_segment}", ()))
    copy.execute(f"{OVERWRITE} WHERE {cut_off}")
    wipe_unused(copy)
    copy.commit()
