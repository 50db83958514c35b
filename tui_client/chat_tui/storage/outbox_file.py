"""Outbox file: keeps the unsent lines of one window in a file of its own that only its owner can read.

Each file is locked while its window is open. Two windows never send each other's lines; what a window leaves behind
that was killed is taken over by the next one. Names of files are hashes, of the room and of who we are there.
"""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from chat_tui.state.outbox_codec import MOST_BYTES, Parsed, SavedLine, format_lines, merged, parse_lines
from chat_tui.storage.atomic_file import set_aside, write_atomic_private
from chat_tui.storage.window_file import HAS_LOCKS, left_behind, sweep, take_free, unlock_file

FOLDER = "outbox"
_TEMPORARY = b"/temp"
_IN_MEMORY = "A crash would lose your unsent lines"


class OutboxFile:
    """Where the lines of this window outlive it: in `folder`, for the room at `url`, as who has this `secret`.

    `before` are other URLs under which an earlier version may have left some.

    After `take_over` it is ours. Where nothing can be read or written, everything goes on without, and `save` says so
    once.
    """

    def __init__(self, folder: Path, url: str, secret: str, before: Sequence[str] = ()) -> None:
        self._folder = folder
        self._room = _hashed("room", url)
        self._rooms = {self._room, *(_hashed("room", one) for one in before)}
        self._who = _hashed("who", secret)
        self._path: Path | None = None
        self._lock: int | None = None
        self._saved: list[SavedLine] = []
        self._data = b""
        self._told = False
        self.too_late = 0
        """How many lines `take_over` has found that had reached their end, and are gone."""
        self.damaged = 0
        """How many it has found of this room that could not be read."""
        self.aside: Path | None = None
        """Where what is left of those has been put."""

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
        if not HAS_LOCKS:
            return []
        try:
            taken = take_free(self._folder, f"{self._room}-{self._who}")
            if taken is None:
                return []
            self._path, self._lock = own, _ = taken
            return self._collect(own, now)
        except OSError:
            return []  # `save` will find it out, and say so when there is something to be kept

    def _collect(self, own: Path, now: float) -> list[SavedLine]:
        lines = all_lines = self._saved = self._read(own)
        self._data = own.read_bytes() if own.exists() else b""  # what is damaged, too, does not stay
        adopted: list[tuple[Path, int]] = []
        for path, lock in left_behind(self._folder, own):
            room, who, _ = path.stem.split("-", 2) if path.stem.count("-") > 1 else ("", "", "")
            if room in self._rooms:
                all_of_them = self._read(path)
                ours = who == self._who
                all_lines = all_lines + all_of_them
                others = [line for line in all_of_them if line.lasts(now)]
                lines = lines + [line if ours else msgspec.structs.replace(line, ask=True) for line in others]
                adopted.append((path, lock))
                continue
            self._prune(path, now)
            unlock_file(path, lock)
        sweep(self._folder, own)
        found = merged(line for line in lines if line.lasts(now))
        self.too_late = len(merged(all_lines)) - len(found)
        trouble = self.save(found, now)
        for path, lock in adopted:
            if not trouble:
                path.unlink(missing_ok=True)
            unlock_file(path, lock)
        return found

    def _read(self, path: Path) -> list[SavedLine]:
        """The lines in a file; what can't be read of it is set aside, but for what was to delete itself."""
        lines, rest = _parsed(path)
        if rest:
            self.damaged += len(rest)
            kept = [row for row in rest if _TEMPORARY not in row]
            self.aside = (set_aside(path, b"\n".join(kept)) if kept else None) or self.aside
        return lines

    def _prune(self, path: Path, now: float) -> None:
        """Take what has reached its end out of a file of another room."""
        lines, rest = _parsed(path)
        lasting = [line for line in lines if line.lasts(now)]
        if lasting != lines:
            kept = [row for row in rest if _TEMPORARY not in row]
            with suppress(OSError):
                if kept:
                    set_aside(path, b"\n".join(kept))
                _write(path, lasting)

    def save(self, lines: Sequence[SavedLine], now: float) -> str:
        """Write these lines in place of what was there; return what is wrong, "" where nothing is or it was said.

        What can't be written stays in memory alone, and what is not to be kept any more is gone even then.
        """
        lines = [line for line in lines if line.lasts(now)]
        data, room_for = format_lines(lines)
        if data == self._data or not (lines or self._data):
            return ""
        if self._path is None:
            return self._tell(_IN_MEMORY, f"can't use {self._folder}")
        try:
            new = any(line.txn not in self.holds for line in lines)  # what is gone may come back: it has its token
            self._saved = _write(self._path, lines[:room_for], durable=new)
            self._data = data if lines else b""
        except OSError as error:
            self._forget_all_but(lines)
            return self._tell(_IN_MEMORY, f"can't write to {self._folder}: {error.strerror}")
        if room_for < len(lines):
            return self._tell("A crash would lose your newest unsent lines", "there are too many")
        return ""

    def next_end(self) -> float | None:
        """When a line that is written down has reached its end, in seconds since the epoch; None for none."""
        return min((line.ends_at for line in self._saved), default=None)

    def close(self) -> None:
        """Leave the file to whoever comes next."""
        if self._path is not None and self._lock is not None:
            unlock_file(self._path, self._lock)
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


def _write(path: Path, lines: Sequence[SavedLine], *, durable: bool = False) -> list[SavedLine]:
    """Make the file hold these lines, and return them; without any there is no file."""
    if lines:
        write_atomic_private(path, format_lines(lines)[0], durable=durable)
    else:
        path.unlink(missing_ok=True)
    return list(lines)


def _parsed(path: Path) -> Parsed:
    try:
        with path.open("rb") as file:
            return parse_lines(file.read(MOST_BYTES + 1))
    except OSError:
        return Parsed([], [])
