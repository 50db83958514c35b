"""Disk watch: says when a disk hangs, or when the log's files are gone, without ever waiting for either."""

import asyncio
import sqlite3
from collections.abc import Callable

from chat_server.log.sqlite.schema import why

_HANGS = "the disk is not responding"
_PATIENCE = 2.0  # seconds in which a disk answers that is not ill


class DiskWatch:
    """Of one writer: it is told what that was handed and has answered. `look` raises where something is wrong."""

    __slots__ = ("_heard_at", "_look", "_looking", "_loop", "_unanswered")

    def __init__(self, look: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._look = look
        self._looking: asyncio.Future[None] | None = None
        self._unanswered = 0
        self._heard_at = 0.0  # the loop's time: then the writer had nothing to do, or answered

    def handed(self, items: int) -> None:
        """The writer has so many more to do."""
        if not self._unanswered:
            self._heard_at = self._loop.time()
        self._unanswered += items

    def answered(self, items: int) -> None:
        """It has done so many."""
        self._unanswered -= items
        self._heard_at = self._loop.time()

    async def trouble(self) -> str | None:
        """Why nothing can be kept just now, as part of a sentence; None where all is well."""
        if self._unanswered and self._loop.time() - self._heard_at > _PATIENCE:
            return _HANGS
        if self._looking is None:
            self._looking = self._loop.run_in_executor(None, self._look)
        await asyncio.wait([self._looking], timeout=_PATIENCE)
        if not self._looking.done():
            return _HANGS
        error, self._looking = self._looking.exception(), None
        return why(error) if isinstance(error, sqlite3.Error) else None
