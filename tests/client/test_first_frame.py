"""What is on the screen before the program has been read from disk."""

import re
import signal
import sys

import pytest

from chat_tui.first_frame import BACKGROUND, BAR, FOREGROUND, _drawn
from chat_tui.themes import THEMES
from terminal import Terminal

WAITING = """
import os, signal
from chat_tui.first_frame import first_frame
try:
    with first_frame():
        typed = b""
        while len(typed) < 5:
            typed += os.read(0, 5)
        print("taken", flush=True)
        signal.pause()
except KeyboardInterrupt:
    raise SystemExit(130)
"""


@pytest.mark.parametrize(("end", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_whoever_ends_it_gets_the_terminal_back(tmp_path, end, status):
    """The alternate screen, the cursor; what is typed meanwhile is not echoed into it."""
    with Terminal([sys.executable, "-c", WAITING], home=tmp_path) as terminal:
        terminal.wait("chat-tui")
        terminal.type("early")
        terminal.wait("taken")
        terminal.terminate(end)
        assert terminal.wait_exit() == status
        assert terminal.restored()
        assert b"early" not in terminal.raw


@pytest.mark.parametrize("composer", [True, False])
@pytest.mark.parametrize("colours", [True, False])
@pytest.mark.parametrize(("columns", "rows"), [(120, 36), (80, 24), (50, 20), (20, 3), (1, 1)])
def test_it_fits_the_terminal(columns, rows, colours, composer):
    """Every line begins on a row of the terminal and is no wider; without colours it names none."""
    text = _drawn(columns, rows, colours=colours, composer=composer)
    for row, line in re.findall(r"\x1b\[(\d+);1H([^\n]*?)(?=\x1b\[\d+;1H|$)", text):
        assert 1 <= int(row) <= rows
        assert len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= columns
    assert ("38;2" in text) is colours
    assert ("▔" in text) is (composer and columns >= 72)


def test_its_colours_are_those_of_the_usual_theme():
    """Nothing flashes when the app takes over."""
    theme = THEMES[0]
    assert [theme.background, theme.panel, theme.foreground] == [
        "#{:02x}{:02x}{:02x}".format(*colour) for colour in (BACKGROUND, BAR, FOREGROUND)
    ]
