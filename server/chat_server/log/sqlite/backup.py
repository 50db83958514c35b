"""Backup of a SQLite log, a way back to it, and a read of all entries: as of one moment, also while a server runs."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from chat_server.log import Entry, OpenError, file_path
from chat_server.log.sqlite.copying import copy_in_steps
from chat_server.log.sqlite.facts import read_facts
from chat_server.log.sqlite.files import HeldFiles, beside, real_path
from chat_server.log.sqlite.placing import sync_folder, written_whole
from chat_server.log.sqlite.reader import Reader
from chat_server.log.sqlite.schema import open_copy, why, why_not_opened

_READ_AT_ONCE = 1_000
_NEWEST = (1 << 63) - 1
_ALWAYS = ("facts", "entries", "names")
_TABLES = (*_ALWAYS, "rooms")  # what can't be made again from the rest


def path_of(written: str) -> Path:
    """The file that somebody means by its path, or by what `--log` is given.

    Raises:
        OpenError: when it has the home folder of nobody.
    """
    try:
        return file_path(written.removeprefix("sqlite:"))
    except ValueError as error:
        raise OpenError(f"{error}.") from None


def backup(source: Path, target: Path) -> None:
    """Copy a log as it is when the copy ends into a file that only its owner reads.

    The backup gets a new epoch: after a restore, sequence numbers above it are reused, so clients must start afresh
    instead of resuming.

    Raises:
        OpenError: when that is not possible, or there is such a file already.
    """
    with closing(_open(source)) as connection, written_whole(target) as part:
        _copy(connection, source, part, target)


def restore(source: Path, target: Path) -> Path | None:
    """Put a copy of a log in the place of another, which no server may have open; returns where that is kept now.

    What belonged to the old log alone goes, so that nothing of it is played onto the new one. It is kept beside it,
    with all that it had, under a name with the date; None where there was none.

    Raises:
        OpenError: when that is not possible; then the old log is as it was.
    """
    target = real_path(target)
    with closing(_open(source)) as connection:
        if target.exists() and target.samefile(source):
            raise OpenError(f"{source} and {target} are the same file.")
        _must_be_whole(connection, source)
        was_there = target.exists() and target.stat().st_size > 0
        files = HeldFiles(target, may_lack_database=True)
        aside = _free_name(target)
        try:
            with written_whole(target, replace=True) as part:
                _copy(connection, source, part, target)
                owner = (target if was_there else target.parent).stat()
                _set_aside(target, aside, is_whole=was_there and _is_whole(files))
            files.forget()
            if os.geteuid() == 0:  # for a server that is somebody else
                for file in (target, beside(target, "-lock")):
                    os.chown(file, owner.st_uid, owner.st_gid)
        finally:
            if aside.exists() and target.exists() and aside.samefile(target):  # it ended before the next was in place
                aside.unlink()
            files.release()
    return aside if was_there else None


def _is_whole(files: HeldFiles) -> bool:
    try:
        files.check()
    except OpenError:
        return False
    return True


def _set_aside(log: Path, aside: Path, *, is_whole: bool) -> None:
    """Keep a log under another name, and leave nothing beside it that could be played onto the next.

    A whole one stays as well until the next takes its place. Any other goes before that, together with what is beside
    it: not a byte of it is changed.
    """
    if is_whole:
        with suppress(sqlite3.Error), closing(sqlite3.connect(log)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if not is_whole or beside(log, "-wal").exists():
        for suffix in ("", "-wal", "-journal"):
            with suppress(FileNotFoundError):
                beside(log, suffix).rename(beside(aside, suffix))
    else:
        try:
            os.link(log, aside)
        except OSError:  # a file system without links
            log.rename(aside)
    with suppress(FileNotFoundError):
        beside(log, "-shm").unlink()
    sync_folder(log.parent)


def _free_name(log: Path) -> Path:
    name = f"{log.name}.replaced-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}"
    for number in range(1, 1_000):
        path = log.with_name(name if number == 1 else f"{name}-{number}")
        if not os.path.lexists(path):
            return path
    raise OpenError(f"There are already too many files called {name}.")


def _copy(connection: sqlite3.Connection, source: Path, part: Path, target: Path) -> None:
    """Copy into a file that is one file alone, with nothing beside it, and a log of its own."""
    try:
        with closing(sqlite3.connect(part)) as copy:
            copy_in_steps(connection, copy)
            copy.execute("UPDATE facts SET value = ? WHERE name = 'epoch'", (secrets.token_hex(8),))
            copy.execute("DELETE FROM facts WHERE name = 'run'")
            copy.commit()
    except sqlite3.Error as error:
        raise OpenError(f"Can't copy {source} to {target}: {why(error)}.") from error


@contextmanager
def read_file(source: Path) -> Iterator[tuple[float, float, Iterator[Entry]]]:
    """Open a log to read all of it: the newest time that it has seen, and the wall's then; its entries, ascending.

    Raises:
        OpenError: when there is none, or it can't be read; a ValueError of who reads an entry is told so, too.
    """
    with closing(Reader(_open(source))) as reader:
        try:
            facts = reader.facts()
            opened = reader.opened(facts) if facts else None
            yield (opened.time, opened.wall, _entries(reader)) if opened else (0.0, 0.0, _entries(reader))
        except (sqlite3.Error, ValueError) as error:
            raise OpenError(f"Can't read {source}: {why(error)}.") from error


def _entries(reader: Reader) -> Iterator[Entry]:
    last = 0
    while entries := reader.after(last, _NEWEST, _READ_AT_ONCE):
        yield from entries
        last = entries[-1].seq


def _open(source: Path) -> sqlite3.Connection:
    """A log that somebody else may have open, of which not a byte is changed.

    Raises:
        OpenError: when there is none, or it can't be read.
    """
    try:
        if not source.is_file():
            raise OpenError(f"There is no log at {source}.")
    except OSError as error:
        raise OpenError(f"Can't read {source}: {error.strerror}.") from error
    connection = open_copy(real_path(source))
    try:
        if read_facts(connection) is None:
            connection.close()
            raise OpenError(f"{source} is not a log: it is empty.")
    except (sqlite3.Error, TypeError) as error:
        connection.close()
        raise OpenError(f"Can't read {source}: {why_not_opened(error, source)}.") from error
    return connection


def _must_be_whole(connection: sqlite3.Connection, source: Path) -> None:
    """Refuse a log of which a part can't be read."""
    try:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master").fetchall()}
        for table in [table for table in _TABLES if table in there or table in _ALWAYS]:
            if connection.execute(f"PRAGMA quick_check('{table}')").fetchone() != ("ok",):
                raise OpenError(f"{source} is damaged; use another backup.")
    except sqlite3.Error as error:
        raise OpenError(f"Can't read {source}: {why(error)}.") from error
