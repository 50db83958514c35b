"""Failures of a commit: which are one item's, and which would meet every other commit as well."""

import sqlite3

_OF_ALL = {
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM,
}  # fmt: skip


def is_of_all(error: Exception) -> bool:
    """Would every commit fail so, whatever is in it?"""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_ALL


def is_unsynced(error: Exception) -> bool:
    """Is all of the commit written, though the disk did not sync it?"""
    return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_FSYNC
