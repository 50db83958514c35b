"""Crash guard: a fault ends the app, and is kept for the command line to tell of, with nothing printed.

Textual's own way prints the values of all variables, messages of others among them.
"""

import asyncio
from typing import Any

from textual.app import App, ReturnType
from textual.worker import WorkerFailed


class CrashGuard(App[ReturnType]):
    """An app that any fault ends: half a client is worse than none. After the end, `crash` is the fault."""

    crash: BaseException | None = None

    def guard(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let a fault in what the loop calls, such as the feed or a paint, be the end, too."""
        loop.set_exception_handler(self._fault)

    def _fault(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if "handle" in context and isinstance(error, Exception):
            self._handle_exception(error)
        else:
            loop.default_exception_handler(context)

    def _handle_exception(self, error: Exception) -> None:
        """Keep the first fault, and end."""
        self._return_code = 1
        if self.crash is None:
            self.crash = error.error if isinstance(error, WorkerFailed) else error
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()
