"""The splash screen: draws the frame of the screen, and never a message, while the program is being read from disk.

It is written straight to the terminal, and the terminal is borrowed from `show` to `end`: what is typed
meanwhile is not echoed into it and reaches the composer, and however the program ends the terminal is given back.
"""

import os
import select
import signal
import sys
import termios
from types import FrameType

from chat_tui.terminal.colours import tell_colours
from chat_tui.toolkit.background_question import background_question
from chat_tui.toolkit.breakpoints import NARROW

TYPE_CHECKING = False  # that of `typing`, whose import takes 2 ms
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

NONE = "none"
"""The terminal's own colours: nobody knows yet whether it is dark or light."""

_ANSWER = 0.1
"""Seconds in which a terminal that answers has usually done so."""
_FILE = "first-frame"
_DIGITS = frozenset("0123456789abcdef")
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?1049l\x1b[?25h"


class Splash:
    """Borrows the terminal from `show` to `end`, on standard input and output; both must be terminals then."""

    def __init__(self) -> None:
        self._give_back: tuple[list[Any], dict[int, Any]] | None = None

    def show(self, *, composer: bool) -> None:
        """Show it at once, unless it is shown, in the colours that the program had at its last end.

        Without `composer` it is what the conversation and the choice of a room have in common. The terminal is asked
        for its background: the answer comes while the program is read, and waits like what is typed for the app to
        read it.
        """
        if self._give_back is not None:
            return
        stdin = sys.stdin.fileno()
        before = termios.tcgetattr(stdin)
        self._give_back = before, {each: signal.signal(each, _end) for each in (signal.SIGTERM, signal.SIGHUP)}
        quiet = termios.tcgetattr(stdin)
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(stdin, termios.TCSANOW, quiet)
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
        tell_colours(os.environ)
        shown = last_colours() if _has_colours(os.environ) else NONE
        _write(background_question(os.environ) + _ENTER + _drawn(columns, rows, shown, composer=composer))

    def end(self, *, app_ran: bool = False) -> None:
        """Make the terminal what it was, if it is borrowed; whatever is printed comes after this.

        Unless an app has run to its end, the terminal's answer may still have to be read.
        """
        if self._give_back is None:
            return
        from contextlib import suppress  # noqa: PLC0415 - at the end of the program

        (before, handlers), self._give_back = self._give_back, None
        stdin = sys.stdin.fileno()
        try:
            if not app_ran:
                _forget_answer(stdin)
        finally:
            with suppress(OSError, termios.error):  # a terminal that is gone has nothing to be given back
                _write(_LEAVE)
                termios.tcsetattr(stdin, termios.TCSADRAIN, before)
            for number, handler in handlers.items():
                signal.signal(number, handler)


def last_colours() -> str:
    """The colours that the program had at its last end; the terminal's own where that is not known."""
    try:
        with open(f"{_state_folder()}/{_FILE}", encoding="ascii") as file:  # noqa: PTH123 - pathlib takes 3 ms to import
            text = file.read(64).strip()
    except (OSError, ValueError):
        return NONE
    colours = text.split(" ")
    usable = len(colours) == 3 and all(len(each) == 6 and set(each) <= _DIGITS for each in colours)
    return text if usable else NONE


def keep_colours(folder: "Path", colours: str) -> None:
    """Begin with these the next time; where they can't be written down, that begins as this one did."""
    from contextlib import suppress  # noqa: PLC0415 - at the end of the program

    from chat_tui.storage.atomic_file import write_atomic_private  # noqa: PLC0415 - at the end of the program

    if colours != last_colours():
        with suppress(OSError):
            write_atomic_private(folder / _FILE, colours.encode())


def _state_folder() -> str:
    """What `identity.state_folder` finds out with a library that takes longer to import than this frame to show."""
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Application Support/chat-tui")  # noqa: PTH111 - as above
    said = os.environ.get("XDG_STATE_HOME", "").strip()
    return f"{said or os.path.expanduser('~/.local/state')}/chat-tui"  # noqa: PTH111 - as above


def _drawn(columns: int, rows: int, colours: str, *, composer: bool = True) -> str:
    """Header, empty middle and composer, as escape sequences for a terminal of that many cells."""
    plain, bar = "\x1b[m", ""
    if colours != NONE:
        background, panel, foreground = map(_rgb, colours.split())
        plain, bar = f"\x1b[38;2;{foreground};48;2;{background}m", f"\x1b[48;2;{panel}m"
    narrow = columns < NARROW
    title = "" if narrow else " chat-tui "
    lines = {1: bar + title.ljust(columns)[:columns]}
    if not narrow and rows > 4:
        if composer:
            lines[rows - 3] = "▊" + "▔" * (columns - 2) + "▎"
            lines[rows - 2] = "▊" + " " * (columns - 2) + "▎"
            lines[rows - 1] = "▊" + "▁" * (columns - 2) + "▎"
        lines[rows] = bar + " " * columns
    return f"{plain}\x1b[2J" + "".join(f"\x1b[{row};1H{plain}{line}" for row, line in lines.items()) + "\x1b[m"


def _rgb(colour: str) -> str:
    return ";".join(str(part) for part in bytes.fromhex(colour))


def _has_colours(environ: "os._Environ[str] | dict[str, str]") -> bool:
    """Whether 24-bit colours may be used: else the terminal's own are the ones that disturb least."""
    return environ.get("COLORTERM") in {"truecolor", "24bit"} and not environ.get("NO_COLOR")


def _forget_answer(stdin: int) -> None:
    """There may have been no app to read it, and it is nothing for the shell: wait for it a little, and drop it."""
    try:
        if select.select([stdin], [], [], _ANSWER if background_question(os.environ) else 0.0)[0]:
            termios.tcflush(stdin, termios.TCIFLUSH)
    except (OSError, termios.error):
        return


def _end(number: int, _frame: FrameType | None) -> None:
    """End as one who is asked to, so that the terminal is given back."""
    raise SystemExit(128 + number)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
