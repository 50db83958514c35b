"""Idempotency keys of the SQLite log: two tables of their hashes take turns, so that old keys go without a search."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

_AT_ONCE = 250  # in one statement


def find_keys(connection: sqlite3.Connection, hashes: Sequence[bytes]) -> dict[bytes, int]:
    """Return the numbers of the entries whose keys have these hashes."""
    found: dict[bytes, int] = {}
    for start in range(0, len(hashes), _AT_ONCE):
        part = hashes[start : start + _AT_ONCE]
        places = ",".join("?" * len(part))
        in_each = (f"SELECT hash, seq FROM keys{table} WHERE hash IN ({places})" for table in (0, 1))
        found.update(connection.execute(" UNION ALL ".join(in_each), [*part, *part]).fetchall())
    return found


def insert_keys(connection: sqlite3.Connection, table: int, keys: Iterable[tuple[bytes, int]]) -> None:
    """Put hashes, each with the number of its entry, into the newer table."""
    values: list[Any] = [value for key in keys for value in key]
    for start in range(0, len(values), 2 * _AT_ONCE):
        part = values[start : start + 2 * _AT_ONCE]
        places = ",".join(["(?,?)"] * (len(part) // 2))
        connection.execute(f"INSERT INTO keys{table} VALUES {places}", part)


def forget_keys(connection: sqlite3.Connection, table: int) -> None:
    """Empty the older table: it is the newer one from now on."""
    connection.execute("PRAGMA secure_delete=OFF")  # hashes, and too many to wipe each
    connection.execute(f"DELETE FROM keys{table}")
    connection.execute("PRAGMA secure_delete=ON")
