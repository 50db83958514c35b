"""A real program in a real terminal, for tests that must not look inside it.

The terminal is a pty: what the program writes is kept byte for byte and drawn by pyte, what a modern terminal would
answer is answered, and the environment is what is written here and nothing else.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import pyte
from wcwidth import wcswidth, wcwidth

# Private sequences and those with an intermediate byte, which pyte would print or misread; and colours, which are most
# of what an app writes and which no test reads off the screen.
_FOREIGN_TO_PYTE = re.compile(rb"\x1b\[[0-9;:]*m|\x1b\[[<=>][0-?]*[ -/]*[@-~]|\x1b\[[0-?]*[ -/]+[@-~]")
# A sequence, a string or a joined letter that the end of a read has cut in two.
_CUT_OFF = re.compile(rb"(?:\x1b(?:\[[0-?]*[ -/]*|[\]P_^][^\x07\x1b]*\x1b?)?|\xe2\x80\x8d)$")
_FRAME_BEGINS, _FRAME_ENDS = b"\x1b[?2026h", b"\x1b[?2026l"
_JOINED = re.compile("\u200d.?")
_WIDENED = re.compile("(.)\ufe0f")
# What programs ask a terminal, and what one says that knows synchronised output and true colour.
_ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[>c": b"\x1b[>1;10;0c",
    b"\x1b[6n": b"\x1b[1;1R",
}
_BACKGROUND = b"\x1b]11;?\x1b\\"
_QUESTION = re.compile(b"|".join(re.escape(question) for question in (*_ANSWERS, _BACKGROUND)))
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_KEYBOARD = re.compile(rb"\x1b\[>([0-9]+)u")  # flags of the kitty protocol
_KEYBOARD_BACK = b"\x1b[<u"
_CURSOR = 25
# Mouse reporting of every kind, focus reporting, the alternate screen, bracketed paste.
_BORROWED = (9, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 47, 1047, 1049, 2004)
_POLL = 0.05
_open: set[Terminal] = set()


class _Screen(pyte.Screen):
    """Draws joined emoji as their first one, in the two cells that they take; pyte gives up at the joiner."""

    def draw(self, data: str) -> None:
        data = _WIDENED.sub(lambda match: match[1] + " " * (2 - wcwidth(match[1])), _JOINED.sub("", data))
        super().draw("".join(char for char in data if wcwidth(char) or unicodedata.combining(char)))


class Terminal:
    """Runs `argv` in a terminal of `cols` by `rows` cells; leaving the context ends the program.

    `home` becomes the program's home folder, so that no test sees the user's files; `env` is added to the
    environment, nothing of which is inherited but `PATH`. `background` is the colour of the terminal, as it says
    it; "" for one that does not.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        home: Path,
        cols: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        background: str = "0000/0000/0000",
    ) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            **(env or {}),
        }
        self.cols, self.rows = cols, rows
        self._raw = bytearray()
        self._answers = {**_ANSWERS, _BACKGROUND: f"\x1b]11;rgb:{background}\x1b\\".encode() if background else b""}
        self._held = b""
        self._exit_code: int | None = None
        self._hung_up = False
        self._rows: list[str] | None = None  # of the screen as it is now, once somebody has asked
        self._screen = _Screen(cols, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            self._become(argv, environment, cwd or home)
        os.set_blocking(self._fd, False)
        _open.add(self)

    def _become(self, argv: Sequence[str], environment: dict[str, str], cwd: Path) -> None:
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.cols, 0, 0))
            os.chdir(cwd)
            os.execvpe(argv[0], list(argv), environment)
        except BaseException as error:  # noqa: BLE001 - this is the child: it must never return into the test
            os.write(2, f"{argv[0]}: {error}\n".encode())
        finally:
            os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What is seen

    @property
    def raw(self) -> bytes:
        """Every byte that the program has written so far."""
        return bytes(self._raw)

    def screen(self) -> list[str]:
        """The rows as they are now, trailing blanks removed."""
        self._drain(0)
        if self._rows is None:
            self._rows = [row.rstrip() for row in self._screen.display]
        return list(self._rows)

    def cursor(self) -> tuple[int, int]:
        """Column and row, from 0, of where the terminal's own cursor is, be it shown or not."""
        self._drain(0)
        return self._screen.cursor.x, self._screen.cursor.y

    def wait(self, what: str | Callable[[list[str]], object], timeout: float = 20) -> list[str]:
        """The rows, once `what` is in one of them (or, called with them, is true); AssertionError when it isn't."""
        end = time.monotonic() + timeout
        while True:
            rows = self.screen()
            if what(rows) if callable(what) else any(what in row for row in rows):
                return rows
            if self._hung_up or time.monotonic() > end:
                why = "the program ended" if self._hung_up else f"{timeout} s passed"
                raise AssertionError(f"{why} without {what!r} on the screen:\n" + "\n".join(rows))
            self._drain(_POLL)

    def restored(self) -> bool:
        """Whether every mode that the program borrowed is given back, the keyboard's too, and the cursor shows."""
        modes: dict[int, bool] = {}
        for numbers, on in _MODE.findall(self.raw):
            modes |= dict.fromkeys(map(int, numbers.split(b";")), on == b"h")
        keyboard = self.raw.count(_KEYBOARD_BACK) == len(_KEYBOARD.findall(self.raw))
        return keyboard and modes.get(_CURSOR, True) and not any(modes.get(mode) for mode in _BORROWED)

    # What is done

    def send(self, data: bytes) -> None:
        """Put these bytes in, as keys do."""
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                self._drain(_POLL)

    def pause(self, seconds: float) -> None:
        """Send nothing for so long: a line that stalls."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._drain(left)

    def type(self, text: str) -> None:
        """Type this text."""
        self.send(text.encode())

    def click(self, x: int, y: int) -> None:
        """Press and release the left button on a cell, counted from 0."""
        self.send(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m".encode())

    def click_text(self, text: str) -> None:
        """Wait for this text and click its first cell."""
        rows = self.wait(text)
        y = next(y for y, row in enumerate(rows) if text in row)
        self.click(wcswidth(rows[y][: rows[y].index(text)]), y)

    def resize(self, cols: int, rows: int) -> None:
        """Give the terminal another size; the program is told by SIGWINCH."""
        self._drain(0)
        self.cols, self.rows = cols, rows
        self._screen.resize(rows, cols)
        self._rows = None
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    # How it ends

    def terminate(self, sig: signal.Signals = signal.SIGTERM) -> None:
        """Send the program a signal, unless it has ended."""
        if self._exit_code is None:
            os.kill(self._pid, sig)

    def wait_stopped(self, timeout: float = 20) -> None:
        """Return once the program is stopped, by SIGSTOP or as it does at SIGTSTP; AssertionError when it isn't."""
        end = time.monotonic() + timeout
        while os.waitid(os.P_PID, self._pid, os.WSTOPPED | os.WNOHANG) is None:
            if time.monotonic() > end:
                raise AssertionError(f"not stopped after {timeout} s:\n" + "\n".join(self.screen()))
            self._drain(_POLL)

    def wait_exit(self, timeout: float = 20) -> int:
        """The program's exit status, negative for a signal; AssertionError when it goes on running."""
        end = time.monotonic() + timeout
        while not self._reap():
            if time.monotonic() > end:
                raise AssertionError(f"still running after {timeout} s:\n" + "\n".join(self.screen()))
            self._drain(_POLL)
        self._drain(0)
        assert self._exit_code is not None
        return self._exit_code

    def close(self) -> None:
        """End the program by force if it hasn't ended, and the terminal with it."""
        if not self._reap():
            os.kill(self._pid, signal.SIGKILL)
            self._exit_code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        self.hang_up()

    def hang_up(self) -> None:
        """End the terminal under the program, as somebody does who closes its window."""
        if self._fd >= 0:
            _open.discard(self)
            os.close(self._fd)
            self._fd = -1

    def _reap(self) -> bool:
        if self._exit_code is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._exit_code = os.waitstatus_to_exitcode(status)
        return self._exit_code is not None

    def _drain(self, timeout: float) -> None:
        """Take what the program has written, waiting up to `timeout` seconds for the first of it.

        All other open terminals are read as well: a program whose output nobody takes stands still.
        """
        if self._hung_up or self._fd < 0:
            time.sleep(timeout)
            return
        end = time.monotonic() + timeout
        while True:
            by_file = {each._fd: each for each in _open if not each._hung_up}  # noqa: SLF001 - of its own kind
            ready = select.select(list(by_file), [], [], max(0.0, end - time.monotonic()))[0]
            for file in ready:
                by_file[file]._read()  # noqa: SLF001 - of its own kind
            if not ready or self._hung_up:
                return
            if self._fd in ready:
                end = 0.0

    def _read(self) -> None:
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # the other side is closed
            data = b""
        if data:
            self._take(data)
        else:
            self._hung_up = True

    def _take(self, data: bytes) -> None:
        self._raw += data
        self._rows = None
        data = self._held + data
        end = self._end_of_what_may_be_shown(data)
        data, self._held = data[:end], data[end:]
        for question in _QUESTION.findall(data):
            self.send(self._answers[question])
        self._stream.feed(_FOREIGN_TO_PYTE.sub(b"", data))

    @staticmethod
    def _end_of_what_may_be_shown(data: bytes) -> int:
        """Where the last whole sequence ends, outside of a frame: half a frame is on no terminal's screen."""
        begun = data.rfind(_FRAME_BEGINS)
        if begun >= 0 and _FRAME_ENDS not in data[begun:]:
            return begun
        cut = _CUT_OFF.search(data)
        return cut.start() if cut else len(data)
