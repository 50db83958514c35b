"""Terminal line: keeps what is being typed at the bottom of a terminal, below the lines that arrive."""

import os
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from chat_tui.plain.streams import MOST_LINE_BYTES, Line
from chat_tui.plain.typed_line import EditKeys, TypedLine, text_cells

_LFLAG, _CC = 3, 6  # where `termios` has the local modes and the special characters


class TerminalLine:
    """The line that is being typed on standard input and shown on standard output, one and the same terminal.

    `echo` writes to it without a line end. The terminal is put into another mode by `start` and back by `close`.
    """

    def __init__(self, number: int, before: list[Any], echo: Callable[[str], None]) -> None:
        self._number = number
        self._before = before
        self._echo = echo
        places = (termios.VERASE, termios.VKILL, termios.VWERASE, termios.VEOF)
        self._typed = TypedLine(EditKeys(*(before[_CC][place].decode("latin-1") for place in places)))
        self._shown = ""

    @property
    def over(self) -> bool:
        """Was the end of the input typed?"""
        return self._typed.over

    def start(self) -> None:
        """Edit and echo here from now on, again too after the program was stopped (Ctrl+Z)."""
        with suppress(termios.error):
            mode = termios.tcgetattr(self._number)
            mode[_LFLAG] &= ~(termios.ECHO | termios.ICANON)
            termios.tcsetattr(self._number, termios.TCSADRAIN, mode)
        self._echo(self._show())

    def close(self) -> None:
        """Give the terminal back as it was."""
        with suppress(termios.error):
            termios.tcsetattr(self._number, termios.TCSADRAIN, self._before)

    def feed(self, data: bytes) -> list[Line]:
        """Take what was typed and show it; returns the lines that Enter has ended."""
        lines = self._typed.feed(data)
        echo = "".join(f"{self._hide()}{line}\n" for line in lines)
        new = self._typed.shown(self._columns())
        if not lines and new.startswith(self._shown):
            echo, self._shown = new[len(self._shown) :], new
        elif not lines and self._shown.startswith(new):
            echo, self._shown = "\b \b" * (text_cells(self._shown) - text_cells(new)), new
        else:
            echo += self._hide() + self._show()
        self._echo(echo)
        return [Line(line[:MOST_LINE_BYTES], len(line) > MOST_LINE_BYTES) for line in lines]

    def end(self) -> list[Line]:
        """The terminal is gone: what was not sent is not sent."""
        return []

    def around(self, text: str) -> str:
        """What writes a line above the one that is being typed."""
        return f"{self._hide()}{text}\n{self._show()}"

    def leave(self) -> str:
        """What ends the line, so that a shell's prompt does not come after it."""
        return "\n" if self._shown else ""

    def _hide(self) -> str:
        shown, self._shown = self._shown, ""
        return f"\r{' ' * text_cells(shown)}\r" if shown else ""

    def _show(self) -> str:
        self._shown = self._typed.shown(self._columns())
        return self._shown

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._number).columns or 80
        except OSError:
            return 80


def terminal_line(echo: Callable[[str], None]) -> TerminalLine | None:
    """The line of this program's terminal; None where input and output are not one terminal that edits and echoes."""
    if sys.stdin is None or sys.stdout is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    number, out = sys.stdin.fileno(), sys.stdout.fileno()
    try:
        mode = termios.tcgetattr(number)
        edits = mode[_LFLAG] & termios.ICANON and mode[_LFLAG] & termios.ECHO
        if not edits or os.ttyname(number) != os.ttyname(out) or os.tcgetpgrp(number) != os.getpgrp():
            return None
    except (OSError, termios.error):
        return None
    return TerminalLine(number, mode, echo)
