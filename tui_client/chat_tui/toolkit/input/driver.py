"""The terminal driver: Textual's own for Unix, with our parser and our writer. It asks the terminal for its size.

A fault in the thread that reads is a fault of the app, and ends it as one.
"""

import os
import select
import shutil
import signal
import sys
from contextlib import suppress
from io import TextIOWrapper
from threading import Event
from time import monotonic
from typing import Any

from textual import constants
from textual.app import App
from textual.drivers import linux_driver
from textual.message import Message

from chat_tui.toolkit.input.events import InputEvent
from chat_tui.toolkit.input.messages import Translator
from chat_tui.toolkit.input.parser import InputParser
from chat_tui.toolkit.terminal_writer import TerminalWriter, terminal_writer

KITTY_FLAGS = 1 | 4
"""Disambiguate keys, and say what a Latin keyboard has in their place. Not 8 and 16, all keys and the text of each, as
Textual has it: then what an input method commits is lost in some terminals."""

_READ = 1 << 12


class _WakingEvent(Event):
    """An event that a thread in `select` hears of: looking for it ten times a second was 99 of 100 wakes at rest."""

    def __init__(self) -> None:
        super().__init__()
        self.readable, self._writable = os.pipe()  # as long as the program, which has one driver
        os.set_blocking(self.readable, False)

    def set(self) -> None:
        """Set it, and wake the thread."""
        super().set()
        os.write(self._writable, b"\0")

    def clear(self) -> None:
        """Make it ready for the next thread; the last one has ended."""
        super().clear()
        with suppress(BlockingIOError):
            os.read(self.readable, _READ)


class TerminalDriver(linux_driver.LinuxDriver):
    """Reads the terminal; everything else is Textual's."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.exit_event = self._end = _WakingEvent()
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
        disabled, thread = constants.DISABLE_KITTY_KEY, linux_driver.WriterThread  # type: ignore[attr-defined]  # imported there
        constants.DISABLE_KITTY_KEY = True  # type: ignore[misc]  # the one way to have it not push flags of its own
        linux_driver.WriterThread = self._writer  # type: ignore[attr-defined, assignment]  # as above
        try:
            super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual has no type for it
        finally:
            constants.DISABLE_KITTY_KEY = disabled  # type: ignore[misc]  # as above
            linux_driver.WriterThread = thread  # type: ignore[attr-defined]  # as above
        if not disabled and self._writer_thread is not None:
            self.write(f"\x1b[>{KITTY_FLAGS}u")
            self.flush()
        self._borrowed = True

    @property
    def is_behind(self) -> bool:
        """Has the terminal not yet taken all that was written? Then the next frame waits, and is drawn when it has."""
        writer: object = self._writer_thread
        return isinstance(writer, TerminalWriter) and writer.is_behind

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

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - whatever it is, without keys there is no program
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    def run_input_thread(self) -> None:
        """Read until the app ends, or the terminal does."""
        parser = InputParser(constants.ESCAPE_DELAY)
        while not self.exit_event.is_set():
            wait = None if parser.wake_at is None else max(0.0, parser.wake_at - monotonic())
            ready = select.select([self.fileno, self._end.readable], [], [], wait)[0]
            if not ready:
                self._hear(parser.tick(monotonic()))
            if self.fileno not in ready:
                continue
            try:
                data = os.read(self.fileno, _READ)
            except BlockingIOError:  # somebody else was quicker
                continue
            except OSError:  # Linux says so when the terminal is gone
                data = b""
            if not data:
                os.kill(os.getpid(), signal.SIGHUP)  # as the system does, but not for everyone
                return
            self._hear(parser.feed(data, monotonic()))

    def send_message(self, message: Message) -> None:
        """Hand a message over. Stock, it is given a task of its own, whose turn is one more."""
        self._app.post_message(message)

    def _hear(self, found: list[InputEvent]) -> None:
        for event in found:
            message: Message | None = self._translator.message(event)
            if message is not None:
                self.process_message(message)
