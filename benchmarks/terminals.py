"""A program in a pseudo-terminal, driven and timed from outside: the same ruler for everybody's. Linux only."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 60.0
_QUIET = 0.06
"""Seconds without output after which a repaint is over."""

_ENOUGH = 65_536
"""Characters that are looked through for a word."""

KEYS = {"pageup": b"\x1b[5~", "end": b"\x1b[F"}

_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)"  # strings
    rb"|\x1b[ -/]*[0-Z\\^_`-~]"  # the short ones
)
_CUT_OFF = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[\]P_^X][^\x07\x1b]*\x1b?|[ -/]*)$")
# What a terminal of today says, to those questions that a program may wait for.
_ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[?2048$p": b"\x1b[?2048;0$y", b"\x1b[c": b"\x1b[?62;22c"}


class Terminal:
    """A program in a pty of `columns` x `rows`, with `home` as its home folder.

    `painted`: seconds from its start until the first character that is no blank; `shown`: every character so far.
    """

    def __init__(
        self,
        command: Sequence[str],
        home: Path,
        columns: int = 120,
        rows: int = 40,
        env: Mapping[str, str] | None = None,
    ) -> None:
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor",
            "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **(env or {}),
        }  # fmt: skip
        self.shown = b""
        self.painted: float | None = None
        self._rest = b""
        self._last = 0.0
        self.begin = time.perf_counter()
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execvpe(command[0], list(command), environment)
            finally:
                os._exit(127)

    def read(self, wait: float) -> bool:
        """Take what comes within `wait` seconds; False when nothing does."""
        if not select.select([self._file], (), (), wait)[0]:
            return False
        try:
            data = os.read(self._file, 1 << 16)
        except OSError:  # Linux says so when the program has ended
            return False
        self._last = time.perf_counter()
        for question, answer in _ANSWERS.items():
            if question in data:
                os.write(self._file, answer)
        data = self._rest + data
        cut = _CUT_OFF.search(data)
        self._rest = cut[0] if cut else b""
        self.shown += _ESCAPES.sub(b"", data[: cut.start()] if cut else data)
        if self.painted is None and self.shown.strip():
            self.painted = self._last - self.begin
        return True

    def wait_for(self, word: bytes) -> float:
        """Seconds from the start until `word` had been written."""
        while word not in self.shown:
            self.shown = self.shown[-_ENOUGH:]
            if not self.read(PATIENCE):
                raise RuntimeError(f"{word!r} did not come; on the screen was {self.shown[-400:]!r}")
        return time.perf_counter() - self.begin

    def settle(self, quiet: float = 0.5) -> None:
        """Read until nothing was written for `quiet` seconds."""
        while self.read(quiet):
            pass
        self.shown = b""

    def pass_by(self, seconds: float) -> None:
        """Read for this long whatever comes, and forget it."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)
            self.shown = b""

    def send(self, keys: bytes) -> None:
        """Type."""
        os.write(self._file, keys)

    def repaint(self, keys: bytes) -> float:
        """Seconds from these keys to the last byte of what they cause."""
        self.settle(_QUIET)
        begin = self._last = time.perf_counter()
        self.send(keys)
        return self._to_last_byte(begin)

    def resize(self, columns: int, rows: int) -> float:
        """Seconds from a new size to the last byte of the repaint."""
        self.settle(_QUIET)
        begin = self._last = time.perf_counter()
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        return self._to_last_byte(begin)

    def echo(self, letter: bytes) -> float:
        """Seconds from a letter to its being written; it must be one that nothing else writes meanwhile."""
        self.shown = b""
        begin = time.perf_counter()
        self.send(letter)
        while letter not in self.shown:
            if not self.read(PATIENCE):
                raise RuntimeError(f"{letter!r} was not echoed")
        return time.perf_counter() - begin

    def _to_last_byte(self, begin: float) -> float:
        if not self.read(PATIENCE):
            raise RuntimeError("nothing was drawn")
        while self.read(_QUIET):
            pass
        return self._last - begin

    def end(self) -> None:
        """End the program."""
        os.kill(self.pid, signal.SIGTERM)
        while self.read(5.0):
            pass
        os.kill(self.pid, signal.SIGKILL)
        os.close(self._file)
        os.waitpid(self.pid, 0)
