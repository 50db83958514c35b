"""The kit drives real programs: what it shows is what a terminal would show."""

import signal
import sys
from pathlib import Path

import pytest

from snapshots import UPDATE, compare
from terminal import Terminal

APP = """
from textual.app import App
from textual.widgets import Button, Input, Static

class Tiny(App):
    BINDINGS = [("ctrl+q", "quit", "Quit")]

    def compose(self):
        yield Static("日本 at your service", id="words")
        yield Input(id="typed")
        yield Button("Press me")

    def on_input_changed(self, event):
        self.query_one("#words").update(f"typed: {event.value}")

    def on_button_pressed(self):
        self.query_one("#words").update("日本 was pressed")

    def on_resize(self, event):
        self.query_one(Button).label = f"Press {event.size.width}x{event.size.height}"

Tiny().run()
"""


def python(code: str, home: Path, **more) -> Terminal:
    """A terminal in which Python runs `code`."""
    return Terminal([sys.executable, "-c", code], home=home, **more)


@pytest.fixture
def tiny(tmp_path):
    """A small Textual app that has started."""
    with python(APP, tmp_path) as terminal:
        terminal.wait("Press 80x24")
        yield terminal


def test_keys_clicks_and_sizes_reach_the_program(tiny):
    """And its answers reach the screen, until it ends well and has given the terminal back."""
    tiny.type("zoë")
    assert tiny.wait("typed: zoë")[0] == "typed: zoë"
    tiny.click_text("Press 80x24")
    tiny.wait("日本 was pressed")
    tiny.resize(50, 20)
    assert len(tiny.wait("Press 50x20")) == 20
    assert not tiny.restored()
    tiny.send(b"\x11")
    assert tiny.wait_exit() == 0
    assert tiny.restored()


def test_a_program_that_is_killed_gives_nothing_back(tiny):
    """The status is the signal's, and the terminal stays as it was."""
    tiny.terminate(signal.SIGKILL)
    assert tiny.wait_exit() == -signal.SIGKILL
    assert not tiny.restored()


def test_leaving_the_context_ends_the_program(tmp_path):
    """A program that would run for ever, and ignores being asked, is ended."""
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
    with python(code, tmp_path) as terminal:
        terminal.wait("ready")
        terminal.terminate()
    assert terminal.wait_exit() == -signal.SIGKILL


def test_a_frame_is_seen_whole_or_not_at_all(tmp_path):
    """As on a terminal that knows synchronised output, wherever the end of a read may be."""
    code = r"print('\x1b[?2026hhalf', end='', flush=True); input(); print(' whole\x1b[?2026l', flush=True); input()"
    with python(code, tmp_path) as terminal:
        terminal.wait(lambda _: b"half" in terminal.raw)
        assert terminal.screen()[0] == ""
        terminal.send(b"\r")
        assert terminal.wait(" whole")[:2] == ["half", " whole"]  # the terminal's own echo of the key is between them


def test_the_environment_is_the_one_given(tmp_path, monkeypatch):
    """Nothing of the caller's is inherited but the way to programs."""
    monkeypatch.setenv("CHAT_SECRET", "inherited")
    code = (
        "import os; print(sorted(os.environ)); print(os.environ['HOME'], os.getcwd(), os.environ['EXTRA'], sep='\\n')"
    )
    with python(code, tmp_path, cols=200, env={"EXTRA": "given"}) as terminal:
        terminal.wait_exit()
        rows = terminal.screen()
    assert rows[0] == str(["COLORTERM", "EXTRA", "HOME", "LANG", "LC_ALL", "PATH", "TERM"])
    assert rows[1:4] == [str(tmp_path), str(tmp_path), "given"]


def test_questions_to_the_terminal_are_answered(tmp_path):
    """A program that waits for the cursor's position, asked in two writes, goes on."""
    code = (
        "import os, tty; tty.setraw(0); os.write(1, b'\\x1b[6'); os.write(1, b'n');"
        " print(repr(os.read(0, 20)), flush=True)"
    )
    with python(code, tmp_path) as terminal:
        terminal.wait(r"b'\x1b[1;1R'")


def test_every_byte_is_kept(tmp_path):
    """What pyte would swallow is still in `raw`."""
    code = "import os; os.write(1, b'\\x1b]52;c;aGk=\\x07\\x1b[>1u done')"
    with python(code, tmp_path) as terminal:
        assert terminal.wait("done")[0] == " done"
        assert terminal.raw == b"\x1b]52;c;aGk=\x07\x1b[>1u done"


def test_joined_letters_take_their_cells(tmp_path):
    """An emoji made of three, one made wide, an accent on its own: what comes after them is in its column."""
    words = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}|\u2764\ufe0f|e\u0301|\u0e01\u0e34|."
    with python(f"print({words!r})", tmp_path) as terminal:
        row = terminal.wait(".")[0]
    assert row == "\N{MAN}|\u2764 |\u00e9|\u0e01|."


def test_waiting_in_vain_shows_the_screen(tmp_path):
    """The failure says what was there instead, and does not outlast the program."""
    with python("print('something else')", tmp_path) as terminal, pytest.raises(AssertionError) as failure:
        terminal.wait("what is hoped for")
    assert "the program ended" in str(failure.value)
    assert "something else" in str(failure.value)


def test_a_program_that_is_not_there_says_so(tmp_path):
    """The shell's status for it, and its name on the screen."""
    with Terminal(["no-such-program"], home=tmp_path) as terminal:
        assert terminal.wait_exit() == 127
        terminal.wait("no-such-program")


def test_a_snapshot_that_differs_fails_with_the_difference(tmp_path, monkeypatch):
    """One line that changed is shown as it was and as it is; asked to, it is kept."""
    monkeypatch.delenv(UPDATE, raising=False)
    kept = tmp_path / "kept.txt"
    kept.write_text("one\ntwo\n")
    compare("one  \ntwo", kept)
    with pytest.raises(pytest.fail.Exception, match=r"(?s)-two.*\+three"):
        compare("one\nthree", kept)
    monkeypatch.setenv(UPDATE, "1")
    compare("one\nthree", kept)
    assert kept.read_text() == "one\nthree\n"
