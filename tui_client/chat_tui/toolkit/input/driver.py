"""The terminal driver: Textual's own for Unix, with our reader and our writer. It asks the terminal for its size.

A fault in reading is a fault of the app, and ends it as one.
"""

import os
import shutil
import sys
from contextvars import copy_context
from io import TextIOWrapper
from typing import Any

from textual import constants
from textual.app import App
from textual.drivers import linux_driver
from textual.message import Message

from chat_tui.toolkit.input.events import InputEvent
from chat_tui.toolkit.input.messages import Translator
from chat_tui.toolkit.input.reader import TerminalReader
from chat_tui.toolkit.terminal_writer import TerminalWriter, terminal_writer

KITTY_FLAGS = 1 | 4
"""Disambiguate keys, and say what a Latin keyboard has in their place. Not 8 and 16, all keys and the text of each, as
Textual has it: then what an input method commits is lost in some terminals."""


class TerminalDriver(linux_driver.LinuxDriver):
    """Reads the terminal; everything else is Textual's."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._context = copy_context()  # of the app: a signal that resumes the program may come in any other
        self._translator = Translator()
        self._borrowed = False
        # What the app is drawn for until the first event of a size: Rich would believe COLUMNS and LINES.
        self._size = size or self._get_terminal_size()

    def _get_terminal_size(self) -> tuple[int, int]:
        """The terminal's own word; COLUMNS and LINES, which a shell may have exported long ago, where it has none."""
        for file in (self._file, sys.__stdin__):
            try:
                columns, rows = os.get_terminal_size(file.fileno() if file else -1)
            except OSError:
                continue
            if columns > 0 and rows > 0:
                return columns, rows
        return shutil.get_terminal_size()

    def start_application_mode(self) -> None:
        """Borrow the terminal, with the kitty keyboard flags of ours; what ends it pops them."""
        disabled, reads, writes = constants.DISABLE_KITTY_KEY, linux_driver.Thread, linux_driver.WriterThread  # type: ignore[attr-defined]  # imported there
        constants.DISABLE_KITTY_KEY = True  # type: ignore[misc]  # the one way to have it not push flags of its own
        linux_driver.Thread = self._reader  # type: ignore[attr-defined, assignment]  # as above
        linux_driver.WriterThread = self._writer  # type: ignore[attr-defined, assignment]  # as above
        try:
            super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual has no type for it
        finally:
            constants.DISABLE_KITTY_KEY = disabled  # type: ignore[misc]  # as above
            linux_driver.Thread, linux_driver.WriterThread = reads, writes  # type: ignore[attr-defined]  # as above
        if not disabled and self._writer_thread is not None:
            self.write(f"\x1b[>{KITTY_FLAGS}u")
            self.flush()
        self._borrowed = True

    @property
    def is_behind(self) -> bool:
        """Has the terminal not yet taken all that was written? Then the next frame waits, and is drawn when it has."""
        writer: object = self._writer_thread
        return isinstance(writer, TerminalWriter) and writer.is_behind

    def _reader(self, *, target: object, name: str) -> Any:  # noqa: ARG002 - what a thread is made with
        return TerminalReader(self.fileno, self._hear, self._app._handle_exception, self._context)

    def _writer(self, file: TextIOWrapper) -> Any:
        return terminal_writer(file, self._show_missed)

    def _show_missed(self) -> None:
        """Have drawn what was not, since the terminal was behind."""
        screen = self._app.screen
        screen.call_later(screen._compositor_refresh)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self._borrowed = False
        super().stop_application_mode()

    def _sigcont_application(self, *_: object) -> None:
        """Borrow the terminal again, and have the app draw all of it.

        SIGSTOP tells nobody: what was borrowed then is given back first. Stock, a second thread would read beside the
        first, and the end would leave the terminal as it was found in between.
        """
        if self._borrowed and self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        if self._must_signal_resume:  # else it comes before the start, or after the end
            super()._sigcont_application()

    def _enable_mouse_pixels(self) -> None:
        super()._enable_mouse_pixels()
        self._translator.mouse_in_pixels = self._mouse_pixels

    def _disable_mouse_support(self) -> None:
        super()._disable_mouse_support()
        if self._mouse_pixels:
            self.write("\x1b[?1016l")

    def send_message(self, message: Message) -> None:
        """Hand a message over. Stock, it is given a task of its own, whose turn is one more."""
        self._app.post_message(message)

    def _hear(self, found: list[InputEvent]) -> None:
        for event in found:
            message: Message | None = self._translator.message(event)
            if message is not None:
                self.process_message(message)
