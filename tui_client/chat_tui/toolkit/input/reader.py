"""Terminal reader: reads what a terminal sends in the turns of the event loop, and never waits for it.

Stock, a thread of its own reads. Handing a key over, and the switch of threads, took a sixth of what a key costs.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from time import monotonic

from textual import constants

from chat_tui.toolkit.input.events import InputEvent
from chat_tui.toolkit.input.parser import InputParser

_READ = 1 << 12


class TerminalReader:
    """Takes the place of Textual's thread that reads the terminal `fileno`.

    `hear` is given what was read, and runs in `context`; a fault of its, or of the parser, goes to `failed`. When the
    terminal is gone, the process is told by SIGHUP, as the system does, but not for everyone.
    """

    def __init__(
        self,
        fileno: int,
        hear: Callable[[list[InputEvent]], None],
        failed: Callable[[Exception], None],
        context: Context,
    ) -> None:
        self._hear, self._failed = hear, failed
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._parser = InputParser(constants.ESCAPE_DELAY)
        self._timer: asyncio.TimerHandle | None = None
        self._fileno = fileno
        self._own: int | None = None
        # The terminal once more: a file that never makes its reader wait is that for all who have it, the shell too.
        with suppress(OSError):
            self._own = os.open(os.ttyname(fileno), os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)

    @property
    def _readable(self) -> int:
        return self._fileno if self._own is None else self._own

    def start(self) -> None:
        """Begin to read."""
        self._context.run(self._loop.add_reader, self._readable, self._read)

    def join(self) -> None:
        """Read nothing more; what is left is the next reader's."""
        self._loop.remove_reader(self._readable)
        if self._timer is not None:
            self._timer.cancel()
        if self._own is not None:
            os.close(self._own)
            self._own = None

    def _read(self) -> None:
        try:
            data = os.read(self._readable, _READ)
        except BlockingIOError:  # somebody else was quicker
            return
        except OSError:  # Linux says so when the terminal is gone
            data = b""
        if data:
            self._pass_on(lambda: self._parser.feed(data, monotonic()))
        else:
            self._loop.remove_reader(self._readable)
            os.kill(os.getpid(), signal.SIGHUP)

    def _pass_on(self, parse: Callable[[], list[InputEvent]]) -> None:
        try:
            self._hear(parse())
        except Exception as error:  # noqa: BLE001 - whatever it is, without keys there is no program
            self._failed(error)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._parser.wake_at is not None:
            wait = max(0.0, self._parser.wake_at - monotonic())
            self._timer = self._loop.call_later(wait, self._tick, context=self._context)

    def _tick(self) -> None:
        self._timer = None
        self._pass_on(lambda: self._parser.tick(monotonic()))
