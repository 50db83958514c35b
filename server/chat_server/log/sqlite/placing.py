"""New file of a log: written under another name beside it, and given its own when it is whole and synced."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chat_server.log import OpenError

_UNFINISHED = ".unfinished"
_BESIDE = ("-wal", "-shm", "-journal")


@contextmanager
def written_whole(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give an empty file to write, for its owner alone, which becomes `target` at the end of the block.

    Whatever ends the block otherwise removes it. A kill or a loss of power leaves at most files under its other
    name, which the next try writes over.

    Raises:
        OpenError: when that is not possible, or `target` is there already and may not be replaced.
    """
    if not replace and os.path.lexists(target):
        raise OpenError(f"{target} already exists.")
    part = target.with_name(target.name + _UNFINISHED)
    descriptor = _begin(part, target)
    try:
        yield part
        os.fsync(descriptor)
        _name(part, target, replace=replace)
        sync_folder(target.parent)
    except OSError as error:
        raise OpenError(f"Can't write {target}: {error.strerror}.") from error
    finally:
        _remove(part, "", *_BESIDE)
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Have what was renamed or removed in a folder outlive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _begin(part: Path, target: Path) -> int:
    """Make the file, or take what a killed one has left; its lock tells the two apart."""
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise OpenError(f"Can't write {target}: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise OpenError(f"{target} is being written by another chat-server.") from None
    except OSError:  # no locks there: a copy may be kept where no log could be
        pass
    _remove(part, *_BESIDE)  # what was begun there must not be played onto this
    os.ftruncate(descriptor, 0)
    return descriptor


def _remove(part: Path, *suffixes: str) -> None:
    for suffix in suffixes:
        with suppress(OSError):
            part.with_name(part.name + suffix).unlink()


def _name(part: Path, target: Path, *, replace: bool) -> None:
    if replace:
        part.replace(target)
        return
    try:
        os.link(part, target)  # in one step only where there is none
    except FileExistsError:
        raise OpenError(f"{target} already exists.") from None
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise OpenError(f"{target} already exists.") from None
        part.rename(target)
