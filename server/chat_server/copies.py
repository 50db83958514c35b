"""Copies of a log that is in a file, also while a server has it open: as a file, and as lines of JSON."""

import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from chat_protocol.events import encode_event
from chat_server.drafts import MessageDraft, decode_draft, has_ended, numbered
from chat_server.log import OpenError
from chat_server.log.sqlite_reader import Reader
from chat_server.log.sqlite_schema import open_reader, why

_AT_ONCE = 1_000
_NEWEST = (1 << 63) - 1


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
    with closing(_open(source)) as connection:
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


def export(source: Path, now: float | None = None) -> Iterator[bytes]:
    """Every message that there is, as the wire has it, the oldest first; nothing that has expired.

    Raises:
        OpenError: when that is not possible.
    """
    _open(source).close()
    with closing(Reader(source)) as reader:
        try:
            facts = reader.facts()
            present = max(time.time() if now is None else now, facts.time if facts else 0.0)
            last = 0
            while entries := reader.after(last, _NEWEST, _AT_ONCE):
                for entry in entries:
                    draft = decode_draft(entry.body)
                    if isinstance(draft, MessageDraft) and not has_ended(
                        message := numbered(entry.seq, draft), present
                    ):
                        yield encode_event(message)
                last = entries[-1].seq
        except (sqlite3.Error, ValueError) as error:
            raise OpenError(f"Can't read {source}: {why(error)}.") from error


def _open(source: Path) -> sqlite3.Connection:
    if not source.is_file():
        raise OpenError(f"There is no log {source}.")
    return open_reader(source)
