"""The real program in a terminal that says what its background is: no frame is in the wrong colours."""

import sys

import pytest

from processes import running_server
from terminal import Terminal

DARK, LIGHT = b"48;2;20;23;28", b"48;2;248;247;244"
"""The backgrounds of the two themes that nobody has to choose."""
QUESTION = b"\x1b]11;?\x1b\\"
WHITE = "ffff/ffff/ffff"
REFUSED = f"""
import select, subprocess, sys, termios
status = subprocess.run([{sys.executable!r}, "-m", "chat_tui", "ws://127.0.0.1:9", "--theme", "none"]).returncode
mode = termios.tcgetattr(0)
mode[3] &= ~termios.ICANON
termios.tcsetattr(0, termios.TCSANOW, mode)
print("status", status, "left", select.select([0], [], [], 0)[0], flush=True)
"""


@pytest.mark.parametrize(
    ("background", "options", "shown", "never"),
    [
        (WHITE, (), LIGHT, DARK),
        ("1e1e/1e1e/1e1e", (), DARK, LIGHT),
        (WHITE, ("--theme", "chat-dark"), DARK, LIGHT),
    ],
)
def test_it_looks_as_the_terminal_does(tmp_path, background, options, shown, never):
    """Unless a theme is set; and nothing of the answer is typed into the message."""
    with running_server() as server:
        argv = [sys.executable, "-m", "chat_tui", server.url, "--name", "ana", *options]
        with Terminal(argv, home=tmp_path, background=background) as ana:
            rows = ana.wait("● connected")
            ana.wait(lambda _: shown in ana.raw)
            before, found, after = ana.raw.partition(shown)
            assert found
            assert never not in after
            # Until the answer has come it looks as it would without one.
            assert never not in before or (never == DARK and not options)
            assert "rgb" not in "".join(rows)
            assert any("Message everyone…" in row for row in rows)


def test_the_terminal_is_asked_before_anything_is_drawn(tmp_path):
    """So it has answered by the time the program is read; what is drawn first has the terminal's own colours."""
    with Terminal([sys.executable, "-m", "chat_tui", "ws://127.0.0.1:9"], home=tmp_path, background="") as ana:
        ana.wait("Can't reach 127.0.0.1:9")
        assert ana.raw.startswith(QUESTION)
        first_frame = ana.raw.split(b"\x1b[?1049h")[1]
        assert b"chat-tui" in first_frame
        assert b"8;2;" not in first_frame


def test_a_terminal_that_answers_late_or_never_is_taken_to_be_as_it_was(tmp_path):
    """The next start is light from its first byte on, where the last one ended so."""
    with running_server() as server:
        argv = [sys.executable, "-m", "chat_tui", server.url, "--name", "ana"]
        with Terminal(argv, home=tmp_path, background=WHITE) as ana:
            ana.wait("● connected")
            ana.wait(lambda _: LIGHT in ana.raw)
            ana.send(b"\x11")
            assert ana.wait_exit() == 0
        with Terminal(argv, home=tmp_path, background="") as ana:
            ana.wait("● connected")
            assert LIGHT in ana.raw
            assert DARK not in ana.raw


def test_an_answer_that_nobody_reads_is_not_left_for_the_shell(tmp_path):
    """The program ends before there is an app, since there is no such theme."""
    with Terminal([sys.executable, "-c", REFUSED], home=tmp_path, background=WHITE) as shell:
        shell.wait("status 2 left []")
        assert QUESTION in shell.raw
