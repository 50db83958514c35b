"""The terminal gets all that is written, in order, and nobody waits for it."""

import asyncio
import os
import sys
import time
import tty

import pytest

from chat_tui.toolkit.terminal_writer import MOST_LEFT, TerminalWriter, terminal_writer
from terminal import Terminal

MUCH = "x" * 1_000_000
"""More than a terminal takes before somebody reads it."""


class Pty:
    """A terminal that shows what it is told to read."""

    def __init__(self):
        self.reader, writer = os.openpty()
        tty.setraw(writer)
        os.set_blocking(self.reader, False)
        self.file = os.fdopen(writer, "w", encoding="utf-8")
        self.shown = b""
        self.reads = 0

    def read(self):
        """Read what is there."""
        try:
            while True:
                self.shown += os.read(self.reader, 1 << 16)
                self.reads += 1
        except BlockingIOError:
            pass

    def close(self):
        """Nobody needs it any more."""
        self.file.close()
        os.close(self.reader)


@pytest.fixture
def pty():
    """One."""
    one = Pty()
    yield one
    one.close()


async def test_what_is_written_is_there_at_once(pty):
    """No thread, no later turn of the loop."""
    writer = TerminalWriter(pty.file, lambda: None)
    writer.write("ä")
    pty.read()
    assert pty.shown == "ä".encode()
    assert not writer.is_behind
    writer.stop()


async def test_a_frame_is_one_write(pty):
    """However many parts it has."""
    writer = TerminalWriter(pty.file, lambda: None)
    for part in ("\x1b[?2026h", "row", "\x1b[?2026l"):
        assert pty.shown == b""
        writer.write(part)
        if part == "row":
            pty.read()
    pty.read()
    assert pty.shown == b"\x1b[?2026hrow\x1b[?2026l"
    assert pty.reads == 1
    writer.stop()


async def test_what_waits_for_a_terminal_is_bounded(pty):
    """Beyond the bound nothing is taken, as a whole; what was taken comes."""
    writer = TerminalWriter(pty.file, lambda: None)
    title = "\x1b]2;(1) chat\a" * 1000
    for _ in range(2 * MOST_LEFT // len(title)):
        writer.write(title)
    async with asyncio.timeout(30):
        while writer.is_behind:
            pty.read()
            await asyncio.sleep(0)  # the loop looks whether the terminal takes more
    pty.read()
    assert MOST_LEFT < len(pty.shown) <= MOST_LEFT + len(title) + (1 << 17)  # which the system holds
    assert len(pty.shown) % len(title) == 0
    writer.stop()


async def test_a_terminal_that_does_not_read_holds_nobody_up(pty):
    """What it has not taken comes when it reads, in order; whoever waits for that is told once."""
    drained = []
    writer = TerminalWriter(pty.file, lambda: drained.append(1))
    writer.write(MUCH)
    writer.write("the end")
    assert writer.is_behind
    async with asyncio.timeout(30):
        while writer.is_behind:
            pty.read()
            await asyncio.sleep(0)
    pty.read()
    assert pty.shown == (MUCH + "the end").encode()
    assert drained == [1]
    writer.stop()


async def test_at_the_end_nothing_is_lost(pty):
    """Nor the frame that was being written."""
    writer = TerminalWriter(pty.file, lambda: None)
    writer.write("\x1b[?2026h")
    writer.write(MUCH)
    reading = asyncio.create_task(asyncio.to_thread(read_to, pty, len(MUCH) + 8))
    await asyncio.to_thread(writer.stop)
    await reading
    assert pty.shown == b"\x1b[?2026h" + MUCH.encode()


def read_to(pty, count):
    """Read until so many bytes are there."""
    while len(pty.shown) < count:
        pty.read()


async def test_a_terminal_that_has_gone_is_written_to_in_vain(pty):
    """Whoever reads it hears of that."""
    writer = TerminalWriter(pty.file, lambda: None)
    os.close(pty.reader)
    writer.write("hello")
    assert not writer.is_behind
    writer.stop()
    pty.reader = os.dup(pty.file.fileno())


async def test_what_is_no_terminal_is_written_to_by_the_thread(tmp_path):
    """As stock."""
    with (tmp_path / "out").open("w") as file:
        assert not isinstance(terminal_writer(file, lambda: None), TerminalWriter)


APP = """
import asyncio
import sys
from pathlib import Path
from textual.app import App
from textual.screen import Screen
from textual.widgets import Static
from chat_tui.toolkit.input.choice import terminal_driver
from chat_tui.toolkit.steady_rows import draw_steadily

class Page(Screen):
    def __init__(self):
        super().__init__()
        draw_steadily(self)

    def compose(self):
        yield Static("ready")

class FloodApp(App[None]):
    def get_default_screen(self):
        return Page()

    def on_key(self):
        self.run_worker(self.flood())

    async def flood(self):
        for number in range(500):
            self.query_one(Static).update(f"{number:04} " * 300)
            drawn = asyncio.Event()
            self.call_after_refresh(drawn.set)
            await drawn.wait()
        Path(sys.argv[1]).touch()

FloodApp(terminal_driver()).run()
"""
FRAMES = 500 * 1500
"""Characters of them all."""


def test_no_frame_is_made_while_the_terminal_is_behind(tmp_path):
    """The program goes on while nobody reads its terminal, nothing queues up, and what was last is shown at last."""
    done = tmp_path / "done"
    with Terminal([sys.executable, "-c", APP, str(done)], home=tmp_path) as terminal:
        terminal.wait("ready")
        terminal.send(b"f")
        end = time.monotonic() + 60
        while not done.exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        terminal.wait("0499")
        assert len(terminal.raw) < FRAMES / 4
