"""The driver reads a real terminal, hands on what it says, and ends with it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from terminal import Terminal

APP = """
import sys
from textual.widgets import Static
from textual.app import App
from chat_tui.toolkit.input.choice import terminal_driver
from chat_tui.toolkit.input.messages import BackgroundReported
from chat_tui.toolkit.terminal_output import write_to_terminal

class SmallApp(App[None]):
    heard = ""

    def compose(self):
        yield Static("ready", id="heard")

    def on_mount(self):
        write_to_terminal(self, "\\x1b]11;?\\x1b\\\\")

    def on_background_reported(self, event: BackgroundReported):
        self.hear(f"background {event.red} {event.green} {event.blue}")

    def on_key(self, event):
        self.hear(event.key)

    def on_paste(self, event):
        self.hear(repr(event.text))

    def hear(self, word):
        self.heard += word + "; "
        self.query_one(Static).update(self.heard)

SmallApp(terminal_driver()).run()
"""


def test_the_background_is_told_to_the_app(tmp_path: Path) -> None:
    """Keys and pastes, too, each in its turn."""
    with Terminal([sys.executable, "-c", APP], home=tmp_path) as terminal:
        terminal.wait("background 0 0 0")
        terminal.send(b"a\x1b[A\x1b[200~p\rq\x1b[201~b")
        terminal.wait("a; up; 'p\\nq'; b")
        terminal.send(b"\x1b")
        terminal.wait("escape")


_EPOLL = {"232", "281"} if os.uname().machine == "x86_64" else {"22"}
"""The numbers of epoll_wait and epoll_pwait, as Linux counts system calls."""


def waits_without_end(pid: int) -> bool:
    """The process has one thread, which is in `epoll` with no timeout (the fourth argument is -1)."""
    calls = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/syscall")]
    return [call[0] in _EPOLL and int(call[4], 16) & 0xFFFFFFFF == 0xFFFFFFFF for call in calls] == [True]


@pytest.mark.skipif(not Path("/proc/self/syscall").exists(), reason="needs Linux that tells what a process waits for")
def test_a_quiet_terminal_wakes_nobody(tmp_path: Path) -> None:
    """No thread beside the loop reads, and the loop waits with no time set; it does end."""
    pid = tmp_path / "pid"
    tell = f"import os, pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\n"
    with Terminal([sys.executable, "-c", tell + APP], home=tmp_path) as terminal:
        terminal.wait("background 0 0 0")
        terminal.wait(lambda _: waits_without_end(int(pid.read_text())))
        terminal.send(b"\x11")
        assert terminal.wait_exit() == 0


def test_the_end_of_the_input_is_a_hang_up(tmp_path: Path) -> None:
    """It is not read for ever."""
    command = [sys.executable, "-c", APP]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)
    assert process.stderr is not None
    while b"ready" not in process.stderr.read1():
        pass
    _, _ = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGHUP


def test_kitty_flags_may_be_turned_off(tmp_path: Path) -> None:
    """By the variable that Textual has for it."""
    with Terminal([sys.executable, "-c", APP], home=tmp_path, env={"TEXTUAL_DISABLE_KITTY_KEY": "1"}) as terminal:
        terminal.wait("background")
        terminal.send(b"\x11")
        assert terminal.wait_exit() == 0
        assert b"u" not in {sequence[-1:] for sequence in terminal.raw.split(b"\x1b[>")[1:]}
