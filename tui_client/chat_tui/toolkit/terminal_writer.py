"""Terminal writer: writes a frame to the terminal at once, from the event loop, and never waits for the terminal.

Stock, a thread of its own writes. Handing a frame over, and the switch of threads, took a quarter of what the client
does in a flood, and a terminal that reads slowly held up the loop as soon as thirty writes were in the queue.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from select import POLLOUT, poll
from typing import Any

from textual.drivers._writer_thread import WriterThread

_FRAME_BEGINS, _FRAME_ENDS = "\x1b[?2026h", "\x1b[?2026l"
MOST_LEFT = 4 * 1024 * 1024
"""Bytes that may wait for a terminal. No frame is drawn meanwhile; titles and bells of hours would be more."""
_LAST_PATIENCE = 2_000
"""Milliseconds in which a terminal has to take something of what is left at the end."""


class TerminalWriter:
    """Takes the place of Textual's thread that writes to `file`; `drained` is called when a terminal has caught up.

    It opens the terminal once more: a file that never makes its writer wait is that for all who have it, the shell
    too. Where that can't be, or where there is no terminal, the thread writes.
    """

    def __init__(self, file: TextIOWrapper, drained: Callable[[], None]) -> None:
        self._file, self._drained = file, drained
        self._encoding, self._errors = file.encoding, file.errors or "replace"
        self._frame: list[str] | None = None  # what is written of a frame that has not ended
        self._left = b""  # what the terminal has not taken
        self._loop = asyncio.get_running_loop()
        self._terminal = os.open(os.ttyname(file.fileno()), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)

    @property
    def is_behind(self) -> bool:
        """Is there something that the terminal has not taken? Who draws frames should wait then."""
        return bool(self._left)

    def start(self) -> None:
        """Nothing is to be begun."""

    def fileno(self) -> int:
        """The number of the file that it writes for."""
        return self._file.fileno()

    def write(self, text: str) -> None:
        """Write now; the parts of a frame are written together."""
        if text == _FRAME_BEGINS:
            self._frame = [text]
        elif self._frame is None:
            self._send(text)
        else:
            self._frame.append(text)
            if text == _FRAME_ENDS:
                self._end_frame()

    def stop(self) -> None:
        """Write what is left, as long as the terminal takes any of it."""
        self._end_frame()
        self._loop.remove_writer(self._terminal)
        ready = poll()
        ready.register(self._terminal, POLLOUT)
        while self._left and ready.poll(_LAST_PATIENCE):
            self._write_left()
        os.close(self._terminal)

    def _end_frame(self) -> None:
        if self._frame is not None:
            text, self._frame = "".join(self._frame), None
            self._send(text)

    def _send(self, text: str) -> None:
        if len(self._left) > MOST_LEFT:
            return  # a whole one: what is written at once is never half a sequence
        was_behind = self.is_behind
        self._left += text.encode(self._encoding, self._errors)
        if not was_behind:
            self._write_left()
            if self.is_behind:
                self._loop.add_writer(self._terminal, self._go_on)

    def _write_left(self) -> None:
        data, self._left = self._left, b""
        try:
            with suppress(BlockingIOError):
                data = data[os.write(self._terminal, data) :]
        except OSError:  # there is no terminal any more, as whoever reads it will hear
            return
        self._left = data + self._left

    def _go_on(self) -> None:
        self._write_left()
        if not self.is_behind:
            self._loop.remove_writer(self._terminal)
            self._drained()


def terminal_writer(file: TextIOWrapper, drained: Callable[[], None]) -> Any:
    """The writer for a file, stock where it is no terminal, or one that can't be opened."""
    try:
        return TerminalWriter(file, drained)
    except OSError:
        return WriterThread(file)
