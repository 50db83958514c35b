"""Window files: each open window has a file of its own, locked meanwhile; what one leaves behind goes to the next.

Two windows never have one text. A file is locked by another one beside it, since it is replaced with every write,
which would leave its lock behind.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from chat_tui.storage.atomic_file import make_private_folder

with suppress(ImportError):  # a system without such locks
    import fcntl

_MOST_WINDOWS = 64
HAS_LOCKS = "fcntl" in globals()


def take_free(folder: Path, prefix: str) -> tuple[Path, int] | None:
    """Lock the first file of this prefix that nobody has open; returns its path, which need not exist, and its lock.

    Raises:
        OSError: when the folder can't be used.
    """
    make_private_folder(folder)
    for number in count(1):
        path = folder / f"{prefix}-{number}.json"
        if (lock := lock_file(path)) is not None:
            return path, lock
        if number == _MOST_WINDOWS:
            break
    return None


def left_behind(folder: Path, own: Path) -> Iterator[tuple[Path, int]]:
    """Lock each file that nobody has open, one after the other; whoever gets them gives the locks back."""
    for path in sorted(folder.glob("*.json")):
        if path != own and (lock := lock_file(path)) is not None:
            yield path, lock


def sweep(folder: Path, own: Path) -> None:
    """Take away what somebody was writing who was killed."""
    for draft in folder.glob("*.json.*"):
        path = draft.with_suffix("")
        if "damaged" in draft.suffix:
            continue
        lock = None if path == own else lock_file(path)
        if path == own or lock is not None:
            draft.unlink(missing_ok=True)
        if lock is not None:
            unlock_file(path, lock)


def lock_file(path: Path) -> int | None:
    """Lock a file; None where somebody else has it."""
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
        except OSError:
            os.close(lock)
            raise
        os.close(lock)


def unlock_file(path: Path, lock: int) -> None:
    """Give a lock back; where there is nothing to be locked, its file goes too."""
    with suppress(OSError):
        if not path.exists():
            path.with_suffix(".lock").unlink(missing_ok=True)
    os.close(lock)
