"""Schema of the SQLite log: opens its file, migrates an older one, and refuses what is none of ours.

A message that is erased is overwritten where it stands, byte for byte, and its row stays until the end of the log is
cut off behind it (its kind is `ERASED`). SQLite wipes what it deletes, but not the copies that it leaves behind when it
moves the neighbours of a deleted row to another page: a row that never goes moves nobody.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from chat_server.log import OpenError
from chat_server.log.kinds import ERASED, KINDS

(_WITH_TEXT,) = (kind.number for kind in KINDS.values() if kind.has_text)  # one: the index `ending` has no other
HAS_TEXT = f"kind = {_WITH_TEXT}"
"""Condition of a statement: the row is a message that has its text still."""
IS_CHANGE = "kind IN (3, 5)"
"""Condition of a statement: the row is a deletion, or what was set in a room; written as the index has it."""
MAY_SEE = "(to_id IS NULL OR from_id = :reader OR to_id = :reader)"
"""Condition of a statement: the client whose id is `reader` may see the message."""
IN_ROOMS = "+room IN (SELECT value FROM json_each(:rooms))"
"""Condition of a statement: it is of one of the rooms with these numbers, a JSON array. It calls for no index (`+`)."""

OVERWRITE = (
    f"UPDATE entries SET kind = {ERASED}, body = zeroblob(length(body)),"
    " from_id = zeroblob(length(from_id)), to_id = zeroblob(length(to_id))"
)
"""Statement that wipes entries where they stand."""

APPLICATION = 0x63_68_61_74
""""chat", in the head of the file."""
_SIZES = ("page_size", "page_count", "freelist_count")
_VACUUM_AT_ONCE = 64 << 20  # bytes; half a second
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
    (
        # Room 0 is the lobby, and where direct messages are. `settings`: what was set last. No row of `entries` is
        # rewritten by a new column.
        "CREATE TABLE rooms (room INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, settings BLOB)",
        "ALTER TABLE entries ADD COLUMN room INTEGER NOT NULL DEFAULT 0",
        # The lobby, too: without it a page of the lobby reads all that came in other rooms meanwhile.
        "CREATE INDEX of_room ON entries (room, seq) WHERE kind = 2",
        "CREATE INDEX changes_of_room ON entries (room, seq) WHERE kind IN (3, 5)",
        "CREATE INDEX direct ON entries (seq) WHERE kind = 2 AND to_id IS NOT NULL",
        # Up to which message a client has read.
        """CREATE TABLE places (
            client TEXT NOT NULL, room INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (client, room)
            ) WITHOUT ROWID""",
    ),
)


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


_NOT_WRITABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PROTOCOL}  # the last: index cut short


def open_copy(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, not even beside the file; also where nothing can be written.

    Raises:
        OpenError: as `open_writer`.
    """
    where = f"file:{quote(str(path))}?mode=ro"
    try:
        return _opened(path, _prepare_reader, where)
    except OpenError as error:
        cause = error.__cause__
        if getattr(cause, "sqlite_errorcode", 0) & 0xFF not in _NOT_WRITABLE:
            raise
        # Where no index of the write-ahead log can be made, the file alone is read: all of it, if there is no such log.
        wal = path.with_name(path.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            raise OpenError(
                f"Can't read {path} where it is: {wal.name} beside it has the newest messages. Copy both to a folder"
                " where you can write."
            ) from cause
        return _opened(path, _prepare_reader, where + "&immutable=1")


def _opened(
    path: Path, prepare: Callable[[sqlite3.Connection, Path], None], uri: str | None = None
) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            uri or path,
            timeout=5.0,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            uri=uri is not None,
        )
    except sqlite3.Error as error:
        raise OpenError(f"Can't use {path}: {why_not_opened(error, path)}.") from error
    try:
        prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise OpenError(f"Can't use {path}: {why_not_opened(error, path)}.") from error
    except OpenError:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    check(connection, path)
    if not connection.execute("PRAGMA page_count").fetchone()[0]:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # before the first page, or by a VACUUM
    if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
        raise OpenError(f"Can't use {path}: its file system doesn't support shared memory. Put it on a local disk.")
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
    if application != APPLICATION and (
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] or version
    ):
        raise OpenError(f"{path} is another program's database.")
    if application != APPLICATION and connection.execute("PRAGMA page_count").fetchone()[0] > 1:
        raise OpenError(f"{path} is incomplete, as after an interrupted copy.")
    if version > len(_MIGRATIONS):
        raise OpenError(
            f"{path} was written by a newer chat-server (format {version}; this one knows {len(_MIGRATIONS)})."
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
        connection.execute(f"PRAGMA application_id={APPLICATION}")
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
    return [*zip(map(int, seqs.split(",")), split_bodies(bodies), strict=True)]


def split_bodies(joined: bytes) -> list[bytes]:
    """The bodies that `group_concat` has joined; each is an object of JSON."""
    return [*map(bytes, _split(b"[%b]" % joined))]


_split = msgspec.json.Decoder(list[msgspec.Raw]).decode
_REASONS = {
    sqlite3.SQLITE_READONLY_DBMOVED: "its files were moved or removed while in use",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the log is not writable",
    sqlite3.SQLITE_CANTOPEN: "the log is not writable",
    sqlite3.SQLITE_PERM: "the log is not writable",
    sqlite3.SQLITE_NOTADB: "it is not a chat-server log",
    sqlite3.SQLITE_CORRUPT: "the log is damaged; restore a backup",
    sqlite3.SQLITE_BUSY: "another program has locked the log",
    sqlite3.SQLITE_LOCKED: "another program has locked the log",
    sqlite3.SQLITE_IOERR: "the disk can't be read or written",
    sqlite3.SQLITE_CONSTRAINT: "another program has changed the log",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
    sqlite3.SQLITE_TOOBIG: "it is too large",
}
_LEAST_ROOM = 65_536  # bytes that a start needs
_UNKNOWN = "unknown database error"


def why(error: Exception) -> str:
    """What SQLite says, for people, in none of its words; of other errors, that what is there can't be read."""
    if not isinstance(error, sqlite3.Error):
        return _REASONS[sqlite3.SQLITE_CORRUPT]
    code = getattr(error, "sqlite_errorcode", 0)
    return _REASONS.get(code) or _REASONS.get(code & 0xFF, _UNKNOWN)


def why_not_opened(error: Exception, path: Path) -> str:
    """As `why`; on a full disk SQLite names whatever it could not do first."""
    with suppress(OSError):
        disk = os.statvfs(path.parent)
        if isinstance(error, sqlite3.Error) and disk.f_bavail * disk.f_frsize < _LEAST_ROOM:
            return _REASONS[sqlite3.SQLITE_FULL]
    return why(error)
