"""Other keys: what can't be a key is told at the start; bar and help show the keys that hold."""

import importlib
import pkgutil

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import chat_tui
from chat_tui.app.app import ChatApp
from chat_tui.app.keymap import checked_keys, default_keys
from chat_tui.screens.key_table import abbreviated, spelled
from chat_tui.settings.errors import SettingsError
from chat_tui.settings.settings import Settings, load
from chatting import open_house
from client.chat_host import chat_at


def in_file(tmp_path, *lines):
    """The settings of a file with these keys."""
    path = tmp_path / "config.toml"
    path.write_text("\n".join(["[keys]", *lines]))
    return load({}, {}, path)


def test_every_binding_of_the_program_can_be_given_another_key():
    """Each has an id, and `config` lists it."""
    for module in pkgutil.walk_packages(chat_tui.__path__, "chat_tui."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    def ours(node):
        return [node, *(each for child in node.__subclasses__() for each in ours(child))]

    classes = [node for node in ours(DOMNode) if node.__module__.startswith("chat_tui.")]
    bindings = [binding for node in classes for binding in vars(node).get("BINDINGS", ())]
    assert all(isinstance(binding, Binding) for binding in bindings)
    assert {binding.id for binding in bindings} == default_keys(ChatApp).keys()


def test_keys_are_written_as_people_write_them(tmp_path):
    """A table or dotted names, one key or several, in any case."""
    settings = in_file(
        tmp_path, '"chat.people" = "F2"', 'chat.to = ["Ctrl+T", "f3"]', 'list.up = "k"', 'help.close = "Esc, PgUp"'
    )
    assert checked_keys(settings, ChatApp) == {
        "chat.people": "f2", "chat.to": "ctrl+t,f3", "list.up": "k", "help.close": "escape,pageup"
    }  # fmt: skip
    assert settings.source("keys.chat.to").endswith("line 3")


@pytest.mark.parametrize(
    ("written", "key", "shown"),
    [
        ("ctrl+.", "ctrl+full_stop", "^."),
        ("Ctrl+full_stop", "ctrl+full_stop", "^."),
        ("alt+/", "alt+slash", "⌥/"),
        ("ctrl+ä", "ctrl+ä", "^ä"),
        ("shift+ctrl+f2", "ctrl+shift+f2", "^⇧f2"),
        ("ctrl+alt+k", "alt+ctrl+k", "⌥^k"),
        ("alt+ctrl+k", "alt+ctrl+k", "⌥^k"),
    ],
)
def test_a_key_is_the_one_that_comes_when_it_is_pressed(tmp_path, written, key, shown):
    """Signs have names then, and what is held down comes in one order; people are shown what they know."""
    assert checked_keys(in_file(tmp_path, f'chat.people = "{written}"'), ChatApp) == {"chat.people": key}
    assert abbreviated(key) == shown


def test_two_may_change_places_and_share_what_they_share(tmp_path):
    """Page-up of the screen and of the list are one key by default too."""
    for lines in (
        ['chat.people = "ctrl+o"', 'chat.to = "ctrl+b"'],
        ['chat.page-up = "f9"', 'list.page-up = "f9"'],
    ):
        assert checked_keys(in_file(tmp_path, *lines), ChatApp)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            'chat.peple = "f2"',
            "line 2: keys.chat.peple isn't a key binding. Did you mean chat.people?",
        ),
        ('chat.people = "f99"', 'line 2: keys.chat.people can\'t be "f99": no such key.'),
        ('chat.people = ""', 'can\'t be "": no such key.'),
        ('chat.people = "ctrl+"', "no such key."),
        ('chat.people = "strg+b"', "no such key."),
        ('chat.people = "ctrl+i"', "can't be ctrl+i: to a terminal, that's the same as tab."),
        ('chat.people = "a"', "can't be a: you need that key to type messages."),
        ('composer.send = "space"', "you need that key"),
        ('composer.send = "full_stop"', "can't be full_stop: you need that key"),
        ('composer.send = "?"', "can't be ?: you need that key"),
        ('chat.people = "ctrl+["', "to a terminal, that's the same as escape."),
        ('chat.people = "ctrl+o"', "line 2: keys.chat.people can't be ctrl+o: chat.to already uses it."),
        ('chat.page-up = "ctrl+up"', "composer.older already uses it."),
        ('chat.people = "ctrl+p"', "app.palette already uses it."),
        ("chat.people = 3", 'keys.chat.people must be a key such as "f2", not 3.'),
    ],
)
def test_what_can_not_be_a_key_is_told(tmp_path, line, why):
    """With the line, and what is in the way."""
    with pytest.raises(SettingsError) as error:
        checked_keys(in_file(tmp_path, line), ChatApp)
    assert why in str(error.value)


@pytest.mark.parametrize(
    ("key", "long", "short"),
    [
        ("ctrl+o", "Ctrl+O", "^o"),
        ("alt+up", "Alt+↑", "⌥↑"),
        ("f1", "F1", "f1"),
        ("enter", "Enter", "⏎"),
        ("shift+pagedown", "Shift+PageDown", "⇧pagedown"),
    ],
)
def test_how_keys_are_called(key, long, short):
    """On the help page, and in the bottom row."""
    assert (spelled(key), abbreviated(key)) == (long, short)


async def test_another_key_does_it_and_is_shown():
    """In the bottom row and on the help page; the old one does nothing."""
    keys = {"chat.people": "f2", "chat.help": "f3", "app.palette": "f9", "composer.temp": "ctrl+."}
    async with open_house() as house, chat_at(house.url(), start=Settings(keys=keys)) as ana:
        await ana.shows("f3 Help", "f2 People", "f9 palette", "^o To", "connected")
        await ana.press("ctrl+b")
        assert ana.app.focused is ana.screen.composer
        await ana.press("f2")
        assert ana.app.focused is ana.screen.sidebar
        await ana.press("escape", "ctrl+full_stop")
        await ana.shows("temp: 30 s")
        await ana.press("f3")
        await ana.shows("Ctrl+Q", "esc Close")
        assert "see rooms and people" in ana.row("F2 ")
        assert "30 s" in ana.row("Ctrl+. ")
        await ana.press("escape", "f9")
        await ana.shows("Search for commands")
        await ana.press("escape")
