"""Files of a SQLite log: locks them for one server, refuses those that don't belong together, and sees when they go.

A write-ahead log does not say which database it belongs to: SQLite plays any onto whatever file has the right name. So
each start writes a token of its own, the run, into the database, and the same into the lock file beside it.
"""

import errno
import fcntl
import os
import secrets
import sqlite3
import struct
import sys
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from chat_server.log import OpenError
from chat_server.log.sqlite.schema import APPLICATION

_LOCK_BYTE = (1 << 30) + 4096  # SQLite locks the 512 bytes from 1 GiB on, and never this one
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})
_RECORD = 256  # bytes: less than a sector, so that no loss of power leaves half of it
_NO_RUN = "-"  # of a database that no server has opened yet
_RUNS = 4  # earlier ones in the record, where other programs kept their pages from going into the database
_WAL_HEADER = 32
_MAGIC = b"SQLite format 3\0"


def beside(path: Path, suffix: str) -> Path:
    """The file that SQLite, or a server, keeps beside a log: `-wal`, `-shm`, `-journal` or `-lock`."""
    return path.with_name(path.name + suffix)


def real_path(path: Path) -> Path:
    """The one path of a log that may be named by symbolic links as well: what is beside it is found by that."""
    return Path(os.path.realpath(path))


class HeldFiles:
    """The files of a log, locked: nobody else can hold them, by whatever name, until `release`."""

    def __init__(self, path: Path, *, may_lack_database: bool = False) -> None:
        """Lock them, which makes an empty file where there is none, unless there `may_lack_database` be none.

        Raises:
            OpenError: when that is not possible, or another server has them.
        """
        self.path = path
        self._identities: dict[Path, tuple[int, int]] = {}
        self._record, self._database = -1, -1
        self._run = _NO_RUN
        _check_folder(path)
        try:
            self._record = _open_or_make(beside(path, "-lock"))
            _lock_record(self._record, path)
            self._runs = os.pread(self._record, _RECORD, 0).decode(errors="replace").split()
            if not may_lack_database:
                _must_not_lack_its_database(path)
            if path.exists() or not may_lack_database:
                self._database = _open_or_make(path)
                _lock_database(self._database, path)
        except BaseException:  # it goes on to the caller, and nothing stays locked
            self.release()
            raise

    def check(self) -> None:
        """Make sure that this is a whole log, or none yet, and that what is beside it belongs to it.

        Raises:
            OpenError: with a sentence that says what to do.
        """
        path = self.path
        size = os.fstat(self._database).st_size
        if not size:
            if self._runs:
                raise OpenError(
                    f"{path} is empty, but it used to hold a log. Restore a backup with `chat-server restore`, or"
                    f" remove {path} and {path.name}-lock to start a new one."
                )
            return
        has_wal = _size(beside(path, "-wal")) > _WAL_HEADER
        header = os.pread(self._database, 100, 0)
        if not has_wal and is_cut_short(header, size):
            raise OpenError(
                f"{path} is incomplete: its end is missing, as after an interrupted copy. Restore a complete"
                " backup with `chat-server restore`."
            )
        if _application(header) == APPLICATION and _size(beside(path, "-journal")):
            raise _foreign(path, "-journal")
        self._run = _run_of(path)  # now: SQLite loses its locks on a file that is opened so beside it
        if has_wal and self._runs and self._run not in self._runs:
            raise _foreign(path, "-wal")

    def begin(self, connection: sqlite3.Connection) -> None:
        """Begin a run: from now on what is beside the database can be told to belong to it.

        Whenever the computer fails, the record has the run that the database has without its write-ahead log.
        """
        run = secrets.token_hex(8)
        self._note(*self._runs[-_RUNS:], self._run, run)
        connection.execute("INSERT OR REPLACE INTO facts VALUES ('run', ?)", (run,))
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not busy:
            self._note(run)
        for file in (self.path, beside(self.path, "-wal"), beside(self.path, "-shm")):
            with suppress(FileNotFoundError):
                self._identities[file] = _identity(os.stat(file))  # noqa: PTH116 - once a commit: half the time

    def _note(self, *runs: str) -> None:
        text = " ".join(dict.fromkeys(runs))
        try:
            os.pwrite(self._record, text.encode().ljust(_RECORD - 1) + b"\n", 0)
            os.fsync(self._record)
        except OSError as error:
            raise OpenError(f"Can't write {beside(self.path, '-lock')}: {error.strerror}.") from error

    def must_be_in_place(self) -> None:
        """See whether the log's files are still those that were opened: what is written into others is lost.

        Raises:
            sqlite3.OperationalError: as SQLite has it for a database that was moved.
        """
        for file, identity in self._identities.items():
            try:
                found = _identity(os.stat(file))  # noqa: PTH116 - as above
            except (FileNotFoundError, NotADirectoryError):
                found = None
            except OSError:  # nobody can tell; SQLite will say what is wrong
                continue
            if found != identity:
                moved = sqlite3.OperationalError(f"{file} was moved or removed")
                moved.sqlite_errorcode = sqlite3.SQLITE_READONLY_DBMOVED
                raise moved

    def forget(self) -> None:
        """Another file has taken the database's place: no run of it is known."""
        self._note()

    def release(self) -> None:
        """Let go, after every connection is closed: to close the file before would end SQLite's own locks on it."""
        for descriptor in (self._database, self._record):
            if descriptor >= 0:
                os.close(descriptor)
        self._record = self._database = -1


def is_cut_short(header: bytes, size: int) -> bool:
    """Does a database have fewer bytes than the first 100 of them say?"""
    if not header.startswith(_MAGIC) or header[24:28] != header[92:96]:  # the number of pages holds where these agree
        return False
    page = int.from_bytes(header[16:18], "big")
    return size < int.from_bytes(header[28:32], "big") * (65_536 if page == 1 else page)


def _application(header: bytes) -> int:
    return int.from_bytes(header[68:72], "big")


def _run_of(path: Path) -> str:
    """The run that a database has in itself, whatever is in a write-ahead log."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?immutable=1", uri=True)) as connection:
            row = connection.execute("SELECT value FROM facts WHERE name = 'run'").fetchone()
    except sqlite3.Error:  # no table yet, or no database: who opens it says so
        return _NO_RUN
    return str(row[0]) if row else _NO_RUN


def _foreign(path: Path, suffix: str) -> OpenError:
    return OpenError(
        f"{path.name}{suffix} belongs to a different file: {path} has been replaced by hand. Move {path} elsewhere,"
        f" and restore it with `chat-server restore COPY {path}`."
    )


def _check_folder(path: Path) -> None:
    try:
        if path.is_dir():
            raise OpenError(f"{path} is a folder; give the name of a file in it.")
        if not path.parent.is_dir():
            raise OpenError(f"There is no folder {path.parent}; create it first.")
        if path.exists() and not path.is_file():
            raise OpenError(f"{path} is not a regular file.")
    except OSError as error:
        raise OpenError(f"Can't use {path}: {error.strerror}.") from error


def _must_not_lack_its_database(path: Path) -> None:
    """SQLite would remove the write-ahead log of a database that is not there."""
    if not path.exists() and _size(beside(path, "-wal")) > _WAL_HEADER:
        raise OpenError(
            f"{path} is gone, and {path.name}-wal beside it has the newest messages. Put the file back, or remove"
            f" {path.name}-wal to start a new log."
        )


def _open_or_make(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise OpenError(f"Can't write {path}: {error.strerror}.") from error


def _lock_record(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise _not_locked(path, error) from error


def _lock_database(descriptor: int, path: Path) -> None:
    """Lock the file itself, which may have other names: a hard link, or a mount of it alone."""
    if sys.platform == "linux":
        whole = struct.pack("hhqqi0q", fcntl.F_WRLCK, os.SEEK_SET, _LOCK_BYTE, 1, 0)
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, whole)
        except OSError as error:
            raise _not_locked(path, error) from error
    elif os.fstat(descriptor).st_nlink > 1:  # elsewhere no lock would outlive SQLite's closing of the file
        raise OpenError(f"{path} has a second name (a hard link), so two servers could use it. Remove one.")


def _not_locked(path: Path, error: OSError) -> OpenError:
    if error.errno in _NO_LOCKS:
        return OpenError(f"Can't use {path}: its file system doesn't support locks. Put it on a local disk.")
    if error.errno in {errno.EACCES, errno.EAGAIN}:
        return OpenError(f"{path} is in use: another chat-server has it open.")
    return OpenError(f"Can't lock {path}: {error.strerror}.")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
