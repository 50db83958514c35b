"""What a typed line is: a command of this program, one for the server, or none; and what is said of the last."""

import pytest

from chat_protocol.commands import CommandError, Delete, Say
from chat_protocol.unknown import OTHER_NAMES
from chat_tui.app.app import ChatApp
from chat_tui.screens.chat.addressing import LocalCommand, no_such_command, parse_line
from chat_tui.screens.chat.screen import ChatScreen
from chat_tui.screens.chat.submission import check
from chat_tui.screens.key_table import KeyTable


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("hello", Say("hello")),
        ("/to bob hello", Say("hello", to="bob")),
        ("/to bob", LocalCommand("/to", "bob")),
        ("/search green tea", LocalCommand("/search", "green tea")),
        ("/help", LocalCommand("/help", "")),
        ("/mute bob", LocalCommand("/mute", "bob")),
        ("/unmute @bob", LocalCommand("/unmute", "@bob")),
        ("/delete 3", Delete(3)),
        ("//help", Say("/help")),
    ],
)
def test_a_line_is_for_this_program_or_for_the_server(line, command):
    """`/to` and a name alone only turns to somebody."""
    assert parse_line(line) == command


def test_a_line_may_be_neither():
    """It is given back with what is wrong."""
    with pytest.raises(CommandError):
        parse_line("/emote waves")


@pytest.mark.parametrize(
    ("message", "asks"),
    [
        (Say("hello"), False),
        (Say("password: hunter2-Xy7!"), True),
        (Say("password: hunter2-Xy7!", to="~b"), False),
        (Say("password: hunter2-Xy7!", lifetime=30.0), False),
    ],
)
def test_a_secret_to_everyone_is_asked_about(message, asks):
    """Not one to a person, nor one that deletes itself."""
    assert bool(check(message)) is asks


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/msg", "; use /to bob text."),
        ("/nick", "; use /name ana."),
        ("/QUIT", "; use /exit."),
        ("/ignore", "; use /mute bob."),
        ("/unignore", "; use /unmute bob."),
        ("/find", "; use /search words."),
        ("/grep", "; use /search words."),
        ("/names", "; press [chat.people] to see who's here."),
        ("/mut", "; did you mean /mute?"),
        ("/serch", "; did you mean /search?"),
        ("/delet", "; did you mean /delete?"),
        ("/Help", "; did you mean /help?"),
        ("/me", "; send it as a message."),
        ("/theme", "; press [app.palette] and choose Theme."),
        ("/clear", "; press [chat.newest] for the newest message"),
        ("/edit", "; messages can't be edited: use /delete 12, then send it again."),
        ("/exi", "; see /help."),
        ("/emote", "; see /help."),
    ],
)
def test_the_right_one_is_named(name, words):
    """Of this program's own commands too, and with the key that is in force."""
    assert no_such_command(name, "[{}]".format).startswith(f"There is no {name}{words}")


def test_every_key_that_is_named_is_one():
    """Whatever was typed: the keys of the program are asked, those of the user if there are some."""
    ours = KeyTable((ChatApp, ChatScreen), {}).key
    for name in OTHER_NAMES.keys() - {"/mute", "/unmute"} | {"/undo", "/keys", "/reconnect", "/copy"}:
        assert no_such_command(name, ours).startswith(f"There is no {name}; ")


def test_a_command_of_our_own_stands_alone():
    """Nothing goes before it."""
    assert no_such_command("/mute", "[{}]".format) == "/mute takes nothing after it."
