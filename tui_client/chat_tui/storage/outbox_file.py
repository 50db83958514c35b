"""Outbox file: keeps the unsent lines of one window in a file of its own that only its owner can read.

Each file is locked while its window is open. Two windows never send each other's lines; what a window leaves behind
that was killed is taken over by the next one. Names of files are hashes, of the room and of who we are there.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import count
from pathlib import Path

import msgspec

from chat_tui.state.outbox_codec import MOST_BYTES, SavedLine, format_lines, merged, parse_lines
from chat_tui.storage.atomic_file import write_atomic_private

with suppress(ImportError):  # a system without such locks, and so without these files
    import fcntl

FOLDER = "outbox"
_MOST_WINDOWS = 64
_IN_MEMORY = "Lines that wait to be sent would be lost by a crash"


class OutboxFile:
    """Where the lines of this window outlive it: in `folder`, for the room at `url`, as who has this `secret`.

    After `take_over` it is ours. Where nothing can be read or written, everything goes on without, and `save` says so
    once.
    """

    def __init__(self, folder: Path, url: str, secret: str) -> None:
        self._folder = folder
        self._room = _hashed("room", url)
        self._who = _hashed("who", secret)
        self._path: Path | None = None
        self._lock: int | None = None
        self._saved: list[SavedLine] = []
        self._data = b""
        self._told = False
        self.too_late = 0
        """How many lines `take_over` has found that had reached their end, and are gone."""

    @property
    def path(self) -> Path | None:
        """The file that is ours, which need not exist; None before `take_over`, and where there can be none."""
        return self._path

    @property
    def holds(self) -> frozenset[str]:
        """The tokens of what is written down."""
        return frozenset(line.txn for line in self._saved)

    def take_over(self, now: float) -> list[SavedLine]:
        """Lock a file of our own, and return what waits in it and in those that nobody has open, in the order said.

        What was said by somebody else, as who cannot be told from here, is to be asked about. Lines of other rooms
        that have reached their end are taken out of their files. `now` is in seconds since the epoch.
        """
        if "fcntl" not in globals():
            return []
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path, self._lock = next(self._free_files(), (None, None))
            if self._path is None:
                return []
            return self._collect(self._path, now)
        except OSError:
            return []  # `save` will find it out, and say so when there is something to be kept

    def _free_files(self) -> Iterator[tuple[Path, int]]:
        for number in count(1):
            path = self._folder / f"{self._room}-{self._who}-{number}.json"
            if (lock := _lock(path)) is not None:
                yield path, lock
            if number == _MOST_WINDOWS:
                return

    def _collect(self, own: Path, now: float) -> list[SavedLine]:
        lines = all_lines = self._saved = _read(own)
        self._data = own.read_bytes() if own.exists() else b""  # what is damaged, too, does not stay
        adopted: list[tuple[Path, int]] = []
        for path in sorted(self._folder.glob("*.json")):
            if path == own or (lock := _lock(path)) is None:
                continue
            all_of_them = _read(path)
            others = [line for line in all_of_them if line.lasts(now)]
            room, who, _ = path.stem.split("-", 2) if path.stem.count("-") > 1 else ("", "", "")
            if room == self._room:
                ours = who == self._who
                all_lines = all_lines + all_of_them
                lines = lines + [line if ours else msgspec.structs.replace(line, ask=True) for line in others]
                adopted.append((path, lock))
                continue
            if others != all_of_them:
                with suppress(OSError):
                    _write(path, others)
            _unlock(path, lock)
        self._sweep(own)
        found = merged(line for line in lines if line.lasts(now))
        self.too_late = len(merged(all_lines)) - len(found)
        trouble = self.save(found, now)
        for path, lock in adopted:
            if not trouble:
                path.unlink(missing_ok=True)
            _unlock(path, lock)
        return found

    def _sweep(self, own: Path) -> None:
        """Take away what somebody was writing who was killed."""
        for draft in self._folder.glob("*.json.*"):
            path = draft.with_suffix("")
            lock = None if path == own else _lock(path)
            if path == own or lock is not None:
                draft.unlink(missing_ok=True)
            if lock is not None:
                _unlock(path, lock)

    def save(self, lines: Sequence[SavedLine], now: float) -> str:
        """Write these lines in place of what was there; return what is wrong, "" where nothing is or it was said.

        What can't be written stays in memory alone, and what is not to be kept any more is gone even then.
        """
        lines = [line for line in lines if line.lasts(now)]
        data, room_for = format_lines(lines)
        if data == self._data or not (lines or self._data):
            return ""
        if self._path is None:
            return self._tell(_IN_MEMORY, f"{self._folder} can't be used")
        try:
            self._saved = _write(self._path, lines[:room_for])
            self._data = data if lines else b""
        except OSError as error:
            self._forget_all_but(lines)
            return self._tell(_IN_MEMORY, f"{self._folder} can't be written: {error.strerror}")
        if room_for < len(lines):
            return self._tell("The newest lines that wait to be sent would be lost by a crash", "there are too many")
        return ""

    def next_end(self) -> float | None:
        """When a line that is written down has reached its end, in seconds since the epoch; None for none."""
        return min((line.ends_at for line in self._saved), default=None)

    def close(self) -> None:
        """Leave the file to whoever comes next."""
        if self._path is not None and self._lock is not None:
            _unlock(self._path, self._lock)
        self._path = self._lock = None

    def _forget_all_but(self, lines: Sequence[SavedLine]) -> None:
        """The file could not be made to hold these lines: it goes if it holds others, which nobody wants sent."""
        if self._path is not None and not self.holds <= {line.txn for line in lines}:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
                self._saved, self._data = [], b""

    def _tell(self, what: str, why: str) -> str:
        if self._told:
            return ""
        self._told = True
        return f"{what} ({why})."


def _hashed(kind: str, value: str) -> str:
    return sha256(f"chat-tui outbox {kind} {value}".encode(errors="surrogatepass")).hexdigest()[:16]


def _write(path: Path, lines: Sequence[SavedLine]) -> list[SavedLine]:
    """Make the file hold these lines, and return them; without any there is no file."""
    if lines:
        write_atomic_private(path, format_lines(lines)[0])
    else:
        path.unlink(missing_ok=True)
    return list(lines)


def _read(path: Path) -> list[SavedLine]:
    try:
        with path.open("rb") as file:
            return parse_lines(file.read(MOST_BYTES + 1))
    except OSError:
        return []


def _lock(path: Path) -> int | None:
    """Lock the file beside `path` that stands for it; None where somebody else has it.

    The file itself is replaced with every write, which would leave its lock behind.
    """
    name = path.with_suffix(".lock")
    while True:
        lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock).st_ino == name.stat().st_ino:
                return lock
        except BlockingIOError:
            os.close(lock)
            return None
        except FileNotFoundError:
            pass  # whoever had it took it away: another one is to be locked
        os.close(lock)


def _unlock(path: Path, lock: int) -> None:
    """Give a lock back; where there is nothing to be locked, its file goes too."""
    with suppress(OSError):
        if not path.exists():
            path.with_suffix(".lock").unlink(missing_ok=True)
    os.close(lock)
