"""Atomic private files: replaces a file as a whole or not at all, readable by its owner alone."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

with suppress(ImportError):  # a system without such locks
    import fcntl

_PATIENCE = 0.2
_MOST_DAMAGED = 20


def write_atomic_private(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Put `data` in place of what was there: as a whole or not at all, for its owner's eyes alone.

    A `durable` file is there after a loss of power, too, as soon as this returns.

    Raises:
        OSError: when it can't be written.
    """
    draft = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    make_private_folder(path.parent)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    if durable:
        sync_folder(path.parent)


def make_private_folder(folder: Path) -> None:
    """Make a folder for its owner alone, unless it is there; one that is made is there after a loss of power, too.

    Raises:
        OSError: when it can't be made.
    """
    if folder.is_dir():
        return
    missing = [folder]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for made in missing:
        sync_folder(made.parent)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let no other window of ours change this file meanwhile; one that stands still is waited for only so long.

    Raises:
        OSError: when the folder can't be written.
    """
    make_private_folder(path.parent)
    if "fcntl" not in globals():
        yield
        return
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        end = time.monotonic() + _PATIENCE
        while not _try_lock(lock) and time.monotonic() < end:
            time.sleep(0.005)
        yield
    finally:
        os.close(lock)


def set_aside(path: Path, data: bytes) -> Path | None:
    """Keep what could not be read of a file, beside it, under a name of its own; None where that is not possible."""
    for number in range(1, _MOST_DAMAGED + 1):
        aside = path.with_name(f"{path.name}.damaged-{number}")
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
        except FileExistsError:
            continue
        except OSError:
            return None
        return aside
    return None


def _try_lock(lock: int) -> bool:
    """Has it, or is there none to be had on this file system?"""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk; where a file system knows no such thing, they are as it keeps them."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
