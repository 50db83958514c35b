"""Schema of the SQLite log: opens its file, migrates an older one, and refuses what is none of ours.

A message that is erased is overwritten where it stands, byte for byte, and its row stays until the end of the log is
cut off behind it (its kind is `ERASED`). SQLite wipes what it deletes, but not the copies that it leaves behind when it
moves the neighbours of a deleted row to another page: a row that never goes moves nobody.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from chat_server.log import OpenError
from chat_server.log.kinds import ERASED, KINDS

(_WITH_TEXT,) = (kind.number for kind in KINDS.values() if kind.has_text)  # one: the index `ending` has no other
HAS_TEXT = f"kind = {_WITH_TEXT}"
"""Condition of a statement: the row is a message that has its text still."""
MAY_SEE = "(to_id IS NULL OR from_id = :reader OR to_id = :reader)"
"""Condition of a statement: the client whose id is `reader` may see the message."""

OVERWRITE = (
    f"UPDATE entries SET kind = {ERASED}, body = zeroblob(length(body)),"
    " from_id = zeroblob(length(from_id)), to_id = zeroblob(length(to_id))"
)
"""Statement that wipes entries where they stand."""

_SIZES = ("page_size", "page_count", "freelist_count")
_VACUUM_AT_ONCE = 64 << 20  # bytes; half a second
_APPLICATION = 0x63_68_61_74  # "chat", in the head of the file
_MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # `epoch`; `last`: numbers up to this one were used; `pruned`: entries up to it may be missing; `indexed`: the
        # words of messages up to it can be looked up; `time`: the newest time that was seen; `keys_since`, `keys`.
        "CREATE TABLE facts (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
        # `from_id` and `to_id` of direct messages alone; `erases`: the entry that goes by this one.
        """CREATE TABLE entries (
            seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, body BLOB NOT NULL,
            from_id BLOB, to_id BLOB, expires_at REAL, erases INTEGER)""",
        "CREATE INDEX ending ON entries (seq) WHERE kind = 2 AND expires_at IS NOT NULL",
        "CREATE TABLE names (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        # Two tables take turns, so that old keys go without being looked for.
        "CREATE TABLE keys0 (hash BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE keys1 (hash BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE shards (shard INTEGER PRIMARY KEY)",
    ),
)


def lock(path: Path) -> int:
    """Make sure that no other server has this log; returns the file descriptor that holds the lock.

    Raises:
        OpenError: when one has it, or the folder can't be written.
    """
    if path.is_dir():
        raise OpenError(f"{path} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise OpenError(f"There is no folder {path.parent}; make it first.")
    name = path.with_name(path.name + "-lock")
    try:
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise OpenError(f"Can't write {name}: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise OpenError(f"{path} is in use: another chat-server has it open.") from error
    return descriptor


def open_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes; makes the file where there is none.

    Raises:
        OpenError: when the file can't be written, is none of ours, or is newer than this program.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise OpenError(f"Can't write {path}: {error.strerror}.") from error
    return _opened(path, _prepare)


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads.

    Raises:
        OpenError: as `open_writer`.
    """
    return _opened(path, _prepare_reader)


def _opened(path: Path, prepare: Callable[[sqlite3.Connection, Path], None]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=5.0, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise OpenError(f"Can't use {path}: {why(error)}.") from error
    except OpenError:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    check(connection, path)
    if not connection.execute("PRAGMA page_count").fetchone()[0]:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # before the first page, or by a VACUUM
    if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
        raise OpenError(f"Can't use {path}: its file system can't share memory between connections.")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA cache_size=-16384")
    connection.execute("PRAGMA wal_autocheckpoint=2000")
    _migrate(connection)
    _let_shrink(connection)


def _let_shrink(connection: sqlite3.Connection) -> None:
    """Have a file of an earlier version give space back, too, where that takes a moment only."""
    (mode,) = connection.execute("PRAGMA auto_vacuum").fetchone()
    size, pages, free = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _SIZES)
    if mode == 0 and size * (pages - free) <= _VACUUM_AT_ONCE:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("VACUUM")


def _prepare_reader(connection: sqlite3.Connection, path: Path) -> None:
    check(connection, path)
    connection.execute("PRAGMA query_only=ON")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA cache_size=-16384")


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is not a log of ours, or is newer than this program.

    Raises:
        OpenError: with a sentence for the operator.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != _APPLICATION and (
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] or version
    ):
        raise OpenError(f"{path} is the database of another program.")
    if version > len(_MIGRATIONS):
        raise OpenError(
            f"{path} was written by a newer chat-server (its format is {version}, ours {len(_MIGRATIONS)})."
        )


def _migrate(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == len(_MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in _MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id={_APPLICATION}")
        connection.execute(f"PRAGMA user_version={len(_MIGRATIONS)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def gather(connection: sqlite3.Connection, select: str, values: Any) -> list[tuple[int, bytes]]:
    """The rows of a selection of `seq` and `body`, as one row.

    After each row a thread gives up the interpreter's lock, and waits 5 ms for it where another one is busy.
    """
    seqs, bodies = connection.execute(
        f"SELECT group_concat(seq), CAST(group_concat(body) AS BLOB) FROM ({select})", values
    ).fetchone()
    if seqs is None:
        return []
    return [(int(seq), bytes(body)) for seq, body in zip(seqs.split(","), _split(b"[%b]" % bodies), strict=True)]


_split = msgspec.json.Decoder(list[msgspec.Raw]).decode
_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it can't be written",
    sqlite3.SQLITE_CANTOPEN: "it can't be written",
    sqlite3.SQLITE_PERM: "it can't be written",
    sqlite3.SQLITE_NOTADB: "it is not a database",
    sqlite3.SQLITE_CORRUPT: "it is damaged; put a backup in its place",
    sqlite3.SQLITE_BUSY: "another program has it locked",
    sqlite3.SQLITE_LOCKED: "another program has it locked",
    sqlite3.SQLITE_IOERR: "the disk can't be read or written",
}


def why(error: Exception) -> str:
    """What SQLite says, for people; of other errors, that what is there can't be read."""
    if not isinstance(error, sqlite3.Error):
        return _REASONS[sqlite3.SQLITE_CORRUPT]
    return _REASONS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, str(error))
