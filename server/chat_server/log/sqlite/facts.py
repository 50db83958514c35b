"""Facts of the SQLite log: the few values that hold for all of a file, as rows of one table."""

import sqlite3
from dataclasses import dataclass


@dataclass(slots=True)
class Facts:
    """State of the log as its file has it; times are seconds since the epoch.

    `run` is the token of the start that opened it last, `wall` what the computer's clock was at `time`.
    """

    epoch: str
    last: int = 0
    pruned: int = 0
    indexed: int = 0
    time: float = 0.0
    keys: int = 0
    keys_since: float = 0.0
    run: str = ""
    wall: float = 0.0


def read_facts(connection: sqlite3.Connection) -> Facts | None:
    """Return the facts; None in a new file."""
    known = dict(connection.execute("SELECT name, value FROM facts").fetchall())
    if not known:
        return None
    newest = connection.execute("SELECT max(seq) FROM entries").fetchone()[0] or 0
    return Facts(**known | {"last": max(newest, known.get("last", 0))})


def write_facts(connection: sqlite3.Connection, facts: Facts, *names: str) -> None:
    """Write those of the facts that have changed."""
    for name in names:
        connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, getattr(facts, name)))
