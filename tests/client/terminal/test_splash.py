"""What is on the screen before the program has been read from disk."""

import re
import signal
import sys
from pathlib import Path

import pytest

from chat_tui.app.app import ChatApp
from chat_tui.app.themes import THEMES, frame_colours
from chat_tui.settings.settings import Settings
from chat_tui.storage.identity import state_folder
from chat_tui.terminal.splash import NONE, _drawn, _state_folder, keep_colours, last_colours
from terminal import Terminal

SOME = "14171c 2a303a d8dbe0"

WAITING = """
import os, signal
from chat_tui.app.app import ChatApp
from chat_tui.app.themes import frame_colours
from chat_tui.terminal.splash import Splash
splash = Splash()
try:
    splash.show(composer=True)
    typed = b""
    while not typed.endswith(b"early"):  # what comes before it is the terminal's answer
        typed += os.read(0, 100)
    print("taken", flush=True)
    signal.pause()
except KeyboardInterrupt:
    raise SystemExit(130)
finally:
    splash.end()
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
@pytest.mark.parametrize("colours", [SOME, NONE])
@pytest.mark.parametrize(("columns", "rows"), [(120, 36), (80, 24), (50, 20), (20, 3), (1, 1)])
def test_it_fits_the_terminal(columns, rows, colours, composer):
    """Every line begins on a row of the terminal and is no wider; without colours it names none."""
    text = _drawn(columns, rows, colours, composer=composer)
    for row, line in re.findall(r"\x1b\[(\d+);1H([^\n]*?)(?=\x1b\[\d+;1H|$)", text):
        assert 1 <= int(row) <= rows
        assert len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= columns
    assert ("38;2" in text) is (colours == SOME)
    assert ("▔" in text) is (composer and columns >= 72)


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
def test_it_begins_as_the_program_looked_at_its_last_end(theme, tmp_path, monkeypatch):
    """Nothing flashes when the app takes over; at first it has the terminal's own colours."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    app = ChatApp("ws://127.0.0.1:1", name="ana")
    assert last_colours() == NONE
    app.use(Settings(theme=theme))
    keep_colours(state_folder(), frame_colours(app.theme_variables))
    if app.current_theme.ansi:
        assert last_colours() == NONE
    else:
        assert last_colours().split()[0] == str(app.current_theme.background).strip("#").lower()


def test_what_was_not_kept_or_is_damaged_is_no_colour(tmp_path, monkeypatch):
    """In the folder of this program, which is the one that everything else of it is in."""
    for folder in ("", str(tmp_path), " "):
        monkeypatch.setenv("XDG_STATE_HOME", folder)
        assert Path(_state_folder()) == state_folder()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert last_colours() == NONE
    for damaged in (b"", b"\xff", b"000000 000000", b"none none", b"00000g 000000 000000", b"00000G 000000 000000"):
        keep_colours(state_folder(), SOME)
        (state_folder() / "first-frame").write_bytes(damaged)
        assert last_colours() == NONE
