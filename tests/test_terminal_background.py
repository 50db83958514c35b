"""The real program in a terminal that says what its background is: no frame is in the wrong colours."""

import sys

import pytest

from processes import running_server
from terminal import Terminal

DARK, LIGHT = b"48;2;20;23;28", b"48;2;248;247;244"
"""The backgrounds of the two themes that nobody has to choose."""
QUESTION = b"\x1b]11;?\x1b\\"


@pytest.mark.parametrize(
    ("background", "options", "shown", "never"),
    [
        ("ffff/ffff/ffff", (), LIGHT, DARK),
        ("1e1e/1e1e/1e1e", (), DARK, LIGHT),
        ("ffff/ffff/ffff", ("--theme", "chat-dark"), DARK, LIGHT),
    ],
)
def test_it_looks_as_the_terminal_does(tmp_path, background, options, shown, never):
    """Unless a theme is set; and nothing of the answer is typed into the message."""
    with running_server() as server:
        argv = [sys.executable, "-m", "chat_tui", server.url, "--name", "ana", *options]
        with Terminal(argv, home=tmp_path, background=background) as ana:
            rows = ana.wait("● connected")
            ana.wait(lambda _: shown in ana.raw.partition(QUESTION)[2])
            drawn = ana.raw.partition(QUESTION)[2]
            before, found, after = drawn.partition(shown)
            assert found
            assert never not in after
            # Until the answer has come it looks as it would without one.
            assert never not in before or (never == DARK and not options)
            assert "rgb" not in "".join(rows)
            assert any("Message everyone…" in row for row in rows)
