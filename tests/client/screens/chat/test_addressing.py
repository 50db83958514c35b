"""What is said about a command that neither the server nor this program knows."""

import pytest

from chat_tui.screens.chat.addressing import no_such_command


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/msg", "; write /to bob text."),
        ("/nick", "; write /name ana."),
        ("/QUIT", "; write /exit."),
        ("/ignore", "; write /mute bob."),
        ("/unignore", "; write /unmute bob."),
        ("/find", "; write /search words."),
        ("/grep", "; write /search words."),
        ("/names", "; F2 shows who is here."),
        ("/mut", "; did you mean /mute?"),
        ("/serch", "; did you mean /search?"),
        ("/delet", "; did you mean /delete?"),
        ("/Help", "; did you mean /help?"),
        ("/me", "; see /help."),
        ("/emote", "; see /help."),
    ],
)
def test_the_right_one_is_named(name, words):
    """Of this program's own commands too, and with the key that is in force."""
    assert no_such_command(name, "F2").startswith(f"There is no {name}{words}")


def test_a_command_of_our_own_stands_alone():
    """Nothing goes before it."""
    assert no_such_command("/mute", "F2") == "/mute stands alone in its line."
