"""A disk that holds what was synced and nothing else: the state in which a loss of power may leave SQLite's files.

SQLite reaches the disk through a VFS, which a program may replace; this one is its own, but for a note of each sync.
"""

import _sqlite3
import ctypes
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_MAIN_DB, _WAL = 0x100, 0x80000
"""Flags with which SQLite opens what has to outlive the computer: the database, and its write-ahead log."""

_FSYNC_FAILED = 1034
"""`SQLITE_IOERR_FSYNC`: what a sync answers when the system says EIO."""

_Open = ctypes.CFUNCTYPE(  # of the name SQLite keeps the address: it must not become bytes of Python on its way
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)
_Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class _Vfs(ctypes.Structure):
    """`sqlite3_vfs`, as <sqlite3.h> describes it."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("app_data", ctypes.c_void_p),
        ("open", _Open),
        ("others", ctypes.c_void_p * 14),
    )


class _Methods(ctypes.Structure):
    """`sqlite3_io_methods`."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("close_read_write_truncate", ctypes.c_void_p * 4),
        ("sync", _Sync),
        ("others", ctypes.c_void_p * 13),
    )


class _File(ctypes.Structure):
    """The part of a `sqlite3_file` that every VFS has."""

    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


def sqlite_library() -> Any | None:
    """The library that Python's own module has loaded; None where it is built in without its names."""
    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
    if not hasattr(library, "sqlite3_vfs_find"):
        return None
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    library.sqlite3_vfs_register.argtypes = [ctypes.POINTER(_Vfs), ctypes.c_int]
    return library


class SyncedDisk:
    """What a loss of power would leave of the files that SQLite has synced since this is in use, in `folder`.

    Before each sync `before_sync` is called, which may take its time.
    """

    def __init__(self, folder: Path, before_sync: Callable[[], None] = lambda: None) -> None:
        self._folder = folder
        self._before_sync = before_sync
        self._names: dict[int, Path] = {}  # by the address of the open file
        self._syncs: dict[int, Callable[[int, int], int]] = {}  # by the address of the open file
        self._methods: dict[int, _Methods] = {}  # ours, by the address of those that they stand for
        self._lock = threading.Lock()
        self._to_fail = 0
        self._sync = _Sync(self._synced)
        folder.mkdir(exist_ok=True)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """While this lasts, every database that is opened is on this disk."""
        library = sqlite_library()
        assert library is not None
        usual = library.sqlite3_vfs_find(None)
        vfs = _Vfs()
        ctypes.pointer(vfs)[0] = usual[0]
        vfs.name = b"synced-disk"
        open_usual = usual[0].open

        @_Open
        def open_file(_vfs, name, file, flags, out):
            result = open_usual(ctypes.addressof(usual[0]), name, file, flags, out)
            if result == 0 and flags & (_MAIN_DB | _WAL):
                self._watch(file, Path(os.fsdecode(ctypes.string_at(name))))
            return result

        vfs.open = open_file
        library.sqlite3_vfs_register(ctypes.byref(vfs), 1)
        try:
            yield
        finally:
            library.sqlite3_vfs_register(usual, 1)
            library.sqlite3_vfs_unregister(ctypes.byref(vfs))

    def after_a_loss_of_power(self, folder: Path) -> None:
        """Put what is on this disk now into a new folder."""
        with self._lock:
            shutil.copytree(self._folder, folder)

    def fail_syncs(self, count: int) -> None:
        """Have the next so many syncs fail, as on a disk with a fault; what was written can still be read."""
        self._to_fail = count

    def _watch(self, address: int, name: Path) -> None:
        file = _File.from_address(address)
        theirs = file.methods.contents
        self._names[address] = name
        self._syncs[address] = theirs.sync
        ours = self._methods.get(ctypes.addressof(theirs))
        if ours is None:
            ours = self._methods[ctypes.addressof(theirs)] = _Methods.from_buffer_copy(theirs)
            ours.sync = self._sync
        file.methods = ctypes.pointer(ours)

    def _synced(self, address: int, flags: int) -> int:
        self._before_sync()
        if self._to_fail:
            self._to_fail -= 1
            return _FSYNC_FAILED
        result = self._syncs[address](address, flags)
        if result == 0:
            there = self._folder / self._names[address].name
            with self._lock:
                shutil.copyfile(self._names[address], there.with_suffix(".new"))
                there.with_suffix(".new").replace(there)  # at once: this program may be killed at any time
        return result
