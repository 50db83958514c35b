"""Backup of a SQLite log, and a read of all its entries: both as of one moment, also while a server has it open."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from chat_server.log import Entry, OpenError
from chat_server.log.sqlite.copying import copy_in_steps
from chat_server.log.sqlite.reader import Reader
from chat_server.log.sqlite.schema import open_reader, why

_READ_AT_ONCE = 1_000
_NEWEST = (1 << 63) - 1


def path_of(written: str) -> Path:
    """The file that somebody means by its path, or by what `--log` is given."""
    return Path(written.removeprefix("sqlite:")).expanduser()


def backup(source: Path, target: Path) -> None:
    """Copy a log as it is when the copy ends into a file that only its owner reads.

    The backup gets a new epoch: after a restore, sequence numbers above it are reused, so clients must start afresh
    instead of resuming.

    Raises:
        OpenError: when that is not possible, or there is such a file already.
    """
    _must_exist(source)
    with closing(open_reader(source)) as connection:
        try:
            os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            raise OpenError(f"{target} is there already.") from None
        except OSError as error:
            raise OpenError(f"Can't write {target}: {error.strerror}.") from error
        try:
            with closing(sqlite3.connect(target)) as copy:
                copy_in_steps(connection, copy)
                copy.execute("UPDATE facts SET value = ? WHERE name = 'epoch'", (secrets.token_hex(8),))
                copy.commit()
        except sqlite3.Error as error:
            for end in ("", "-wal", "-shm"):
                with suppress(OSError):
                    Path(f"{target}{end}").unlink()
            raise OpenError(f"Can't copy {source} to {target}: {why(error)}.") from error


@contextmanager
def read_file(source: Path) -> Iterator[tuple[float, Iterator[Entry]]]:
    """Open a log to read all of it: the newest time that it has seen, and its entries, ascending.

    Raises:
        OpenError: when there is none, or it can't be read; a ValueError of who reads an entry is told so, too.
    """
    _must_exist(source)
    with closing(Reader(source)) as reader:
        try:
            facts = reader.facts()
            yield facts.time if facts else 0.0, _entries(reader)
        except (sqlite3.Error, ValueError) as error:
            raise OpenError(f"Can't read {source}: {why(error)}.") from error


def _entries(reader: Reader) -> Iterator[Entry]:
    last = 0
    while entries := reader.after(last, _NEWEST, _READ_AT_ONCE):
        yield from entries
        last = entries[-1].seq


def _must_exist(source: Path) -> None:
    if not source.is_file():
        raise OpenError(f"There is no log {source}.")
