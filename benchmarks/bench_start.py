"""How long `chat-tui` takes from its start to the first thing on the screen, to taking keys, and to being connected.

Both in a pty of 120x40, one beside the other in the same run: the client, and a Textual app that shows one word. Each
starts with an empty home and compiled bytecode; what counts is when the bytes have reached the terminal.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measuring import Meter, chat_server, cpu_seconds, resident_kib

RUNS = 5
COLUMNS, ROWS = 120, 40
PATIENCE = 20.0
_SETTLED = 0.5  # seconds without output, before the memory is read

EMPTY_APP = """
from textual.app import App
from textual.widgets import Static

class EmptyApp(App):
    def compose(self):
        yield Static("ready")

EmptyApp().run()
"""

_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)"  # strings
    rb"|\x1b[ -/]*[0-Z\\^_`-~]"  # the short ones
)
_CUT_OFF = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[\]P_^X][^\x07\x1b]*\x1b?|[ -/]*)$")
# What a terminal of today says, to those questions that a program may wait for.
_ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[?2048$p": b"\x1b[?2048;0$y", b"\x1b[c": b"\x1b[?62;22c"}


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds from exec to the first visible character and to two awaited words, CPU seconds, MiB."""

    paint: float
    live: float
    word: float
    cpu: float
    mib: float


class Terminal:
    """A program in a pty; remembers when the first character that is no blank came."""

    def __init__(self, command: Sequence[str], home: Path) -> None:
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor",
            "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        self.shown = b""
        self.painted: float | None = None
        self._rest = b""
        self.begin = time.perf_counter()
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
                os.execve(command[0], list(command), environment)
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
        now = time.perf_counter()
        for question, answer in _ANSWERS.items():
            if question in data:
                os.write(self._file, answer)
        data = self._rest + data
        cut = _CUT_OFF.search(data)
        self._rest = cut[0] if cut else b""
        self.shown += _ESCAPES.sub(b"", data[: cut.start()] if cut else data)
        if self.painted is None and self.shown.strip():
            self.painted = now - self.begin
        return True

    def wait_for(self, word: bytes) -> float:
        """Seconds from the start until `word` had been written."""
        while word not in self.shown:
            if not self.read(PATIENCE):
                raise RuntimeError(f"{word!r} did not come; on the screen was {self.shown[-400:]!r}")
        return time.perf_counter() - self.begin

    def end(self) -> None:
        """End the program."""
        os.kill(self.pid, signal.SIGTERM)
        while self.read(PATIENCE):
            pass
        os.close(self._file)
        os.waitpid(self.pid, 0)


def _start(command: Sequence[str], live: str, word: str) -> Start:
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(command, Path(home))
        try:
            drawn = terminal.wait_for(live.encode())
            shown = terminal.wait_for(word.encode())
            while terminal.read(_SETTLED):
                pass
            mib, cpu = resident_kib(terminal.pid) / 1024, cpu_seconds(terminal.pid)
        finally:
            terminal.end()
    assert terminal.painted is not None
    return Start(terminal.painted, drawn, shown, cpu, mib)


def _spread(seconds: Iterable[float]) -> str:
    """The least and the most, in milliseconds."""
    values = sorted(seconds)
    return f"{values[0] * 1e3:.0f} to {values[-1] * 1e3:.0f}"


def main() -> None:
    """Print one line, and one of details."""
    with chat_server() as server:
        client = [sys.executable, "-m", "chat_tui", server.url, "--name", "bench"], "Message everyone", "● connected"
        empty = [sys.executable, "-c", EMPTY_APP], "ready", "ready"
        meter = Meter(server)
        runs = [(_start(*client), _start(*empty)) for _ in range(RUNS + 1)][1:]  # the first may have to compile
        usage = meter.read()
    ours, theirs = zip(*runs, strict=True)
    paint, live, word, cpu, mib = (
        (median(getattr(run, what) for run in ours), median(getattr(run, what) for run in theirs))
        for what in ("paint", "live", "word", "cpu", "mib")
    )
    print(
        f"start of chat-tui: first paint {paint[0] * 1e3:.0f} ms; an empty Textual app {paint[1] * 1e3:.0f};"
        f" ratio {paint[0] / paint[1]:.2f}. Takes keys {live[0] * 1e3:.0f} ms; ratio {live[0] / live[1]:.2f}."
        f" Connected {word[0] * 1e3:.0f} ms; ratio {word[0] / paint[1]:.2f}."
        f" {mib[0]:.1f} MiB; ratio {mib[0] / mib[1]:.2f}\n"
        f"  medians of {RUNS}, in a pty of {COLUMNS}x{ROWS}; first paints {_spread(run.paint for run in ours)}"
        f" and {_spread(run.paint for run in theirs)} ms;"
        f" CPU until shown and settled {cpu[0] * 1e3:.0f} and {cpu[1] * 1e3:.0f} ms;"
        f" other programs {usage.others / usage.seconds:.0%} of a core",
        flush=True,
    )


if __name__ == "__main__":
    main()
