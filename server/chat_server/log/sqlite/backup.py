"""Backup of a log: a copy of the file as it is at one moment, also while a server has it open."""

import os
import secrets
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from chat_server.log import OpenError
from chat_server.log.sqlite.schema import open_reader, why


def path_of(written: str) -> Path:
    """The file that somebody means by its path, or by what `--log` is given."""
    return Path(written.removeprefix("sqlite:")).expanduser()


def backup(source: Path, target: Path) -> None:
    """Copy a log as it is at this moment into a file that only its owner reads.

    The copy is another life of the log: should it take the place of the first, numbers that were used since mean
    something else there, and who comes back must not go on from them.

    Raises:
        OpenError: when that is not possible, or there is such a file already.
    """
    with closing(open_existing(source)) as connection:
        try:
            os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            raise OpenError(f"{target} is there already.") from None
        except OSError as error:
            raise OpenError(f"Can't write {target}: {error.strerror}.") from error
        try:
            with closing(sqlite3.connect(target)) as copy:
                connection.backup(copy)
                copy.execute("UPDATE facts SET value = ? WHERE name = 'epoch'", (secrets.token_hex(8),))
                copy.commit()
        except sqlite3.Error as error:
            for end in ("", "-wal", "-shm"):
                with suppress(OSError):
                    Path(f"{target}{end}").unlink()
            raise OpenError(f"Can't copy {source} to {target}: {why(error)}.") from error


def open_existing(source: Path) -> sqlite3.Connection:
    """Open a log that is there, to read it.

    Raises:
        OpenError: when there is none, or it can't be read.
    """
    if not source.is_file():
        raise OpenError(f"There is no log {source}.")
    return open_reader(source)
