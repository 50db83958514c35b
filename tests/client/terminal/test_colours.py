"""What is known of a terminal's colours by its name."""

import pytest

from chat_tui.terminal.colours import tell_colours


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"TERM": "alacritty"}, "truecolor"),
        ({"TERM": "xterm-kitty", "COLORTERM": ""}, "truecolor"),
        ({"TERM": "foot-extra"}, "truecolor"),
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "linux"}, None),
        ({"TERM": "alacritty", "COLORTERM": "no"}, "no"),
        ({}, None),
    ],
)
def test_a_terminal_that_shows_all_colours_is_known_by_its_name(environ, told):
    """What somebody has set stays."""
    tell_colours(environ)
    assert environ.get("COLORTERM") == told
