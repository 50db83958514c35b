"""Something to look at while the program is being read from disk: the frame of the screen, and never a message.

It is written straight to the terminal, and the terminal is borrowed for as long as `first_frame` lasts: what is typed
meanwhile is not echoed into it and reaches the composer, and however the program ends the terminal is given back.
"""

import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

BACKGROUND = (0x14, 0x17, 0x1C)
BAR = (0x2A, 0x30, 0x3A)
FOREGROUND = (0xD8, 0xDB, 0xE0)
"""Red, green and blue of the usual theme, which is not known yet: its module would take a quarter of a second."""

_NARROW = 72
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?1049l\x1b[?25h"


@contextmanager
def first_frame(*, composer: bool = True) -> Iterator[None]:
    """Show it at once, on standard output; at the end the terminal is what it was. Both must be terminals.

    Without `composer` it is what the conversation and the choice of a room have in common.
    """
    stdin = sys.stdin.fileno()
    before = termios.tcgetattr(stdin)
    handlers = {number: signal.signal(number, _end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        quiet = termios.tcgetattr(stdin)
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(stdin, termios.TCSANOW, quiet)
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
        _write(_ENTER + _drawn(columns, rows, colours=_has_colours(os.environ), composer=composer))
        yield
    finally:
        _write(_LEAVE)
        termios.tcsetattr(stdin, termios.TCSADRAIN, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _drawn(columns: int, rows: int, *, colours: bool, composer: bool = True) -> str:
    """Header, empty middle and composer, as escape sequences for a terminal of that many cells."""
    plain = f"\x1b[38;2;{_rgb(FOREGROUND)};48;2;{_rgb(BACKGROUND)}m" if colours else "\x1b[m"
    bar = f"\x1b[48;2;{_rgb(BAR)}m" if colours else ""
    narrow = columns < _NARROW
    title = "" if narrow else " chat-tui "
    lines = {1: bar + title.ljust(columns)[:columns]}
    if not narrow and rows > 4:
        if composer:
            lines[rows - 3] = "▊" + "▔" * (columns - 2) + "▎"
            lines[rows - 2] = "▊" + " " * (columns - 2) + "▎"
            lines[rows - 1] = "▊" + "▁" * (columns - 2) + "▎"
        lines[rows] = bar + " " * columns
    return f"{plain}\x1b[2J" + "".join(f"\x1b[{row};1H{plain}{line}" for row, line in lines.items()) + "\x1b[m"


def _rgb(colour: tuple[int, int, int]) -> str:
    return ";".join(map(str, colour))


def _has_colours(environ: "os._Environ[str] | dict[str, str]") -> bool:
    """Whether 24-bit colours may be used: else the terminal's own are the ones that disturb least."""
    return environ.get("COLORTERM") in {"truecolor", "24bit"} and not environ.get("NO_COLOR")


def _end(number: int, _frame: FrameType | None) -> None:
    """End as one who is asked to, so that the terminal is given back."""
    raise SystemExit(128 + number)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
