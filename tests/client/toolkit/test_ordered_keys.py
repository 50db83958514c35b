"""Keys are carried out in the order in which they were typed, however many come at once."""

import asyncio
from threading import Thread

from textual import events
from textual.binding import Binding
from textual.widget import Widget

from chat_tui.toolkit.ordered_keys import OrderedKeysApp
from chatting import PATIENCE, open_house
from client.chat_host import chat

NAMES = {" ": "space", "/": "slash"}


def typed(*keys):
    """Key events: names of keys, or texts after a "'", a letter at a time."""
    for key in keys:
        if key.startswith("'"):
            yield from (events.Key(NAMES.get(letter, letter), letter) for letter in key[1:])
        else:
            yield events.Key(key, "\r" if key == "enter" else None)


async def test_many_at_once():
    """Text, Enter, a modal screen, its Enter, a private line, Esc, the list, its letters: all in order."""
    async with open_house() as house, chat(house) as ana:
        bob, zoe = await house.person("bob"), await house.person("zoe")
        await ana.shows("3 here")
        for key in typed(
            "'alpha", "enter", "'omega", "enter", "ctrl+o", "'bob", "enter", "'for bob alone", "enter", "escape",
            "f1", "escape", "ctrl+b", "escape", "'for all", "enter", "f1", "q", "'end", "enter",
        ):  # fmt: skip
            ana.app.post_message(key)
        await zoe.hears("end")
        assert [event["text"] for event in zoe.seen] == ["alpha", "omega", "for all", "end"]
        await bob.hears("end")
        assert [event["text"] for event in bob.seen] == ["alpha", "omega", "for bob alone", "for all", "end"]


async def test_a_key_is_known_before_its_turn():
    """What can wait is told so as soon as the key is handed over, by another thread as well."""
    async with open_house() as house, chat(house) as ana:
        assert not ana.app.key_in_hand
        reader = Thread(target=ana.app.post_message, args=[events.Key("a", "a")])
        reader.start()
        reader.join()  # the loop does not turn meanwhile
        assert ana.app.key_is_new
        await ana.until(lambda: not ana.app.key_is_new)
        assert ana.screen.composer.text == "a"


async def test_the_list_and_the_composer():
    """Pick, reply, write, send; the letters after `r` are the reply's, also those that are actions."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("build is green")
        await ana.shows("build is green")
        for key in typed("alt+up", "'r", "'dddry run", "enter", "alt+up", "alt+up", "'y", "'x", "enter"):
            ana.app.post_message(key)
        await bob.hears("x")
        assert [(event["text"], event["reply_to"]) for event in bob.seen] == [
            ("build is green", None), ("dddry run", 1), ("x", None)
        ]  # fmt: skip
        assert ana.app.clipboard == "build is green"


async def test_completion_and_enter():
    """Enter takes the completion that the letters before it have opened, and the next one sends."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await ana.shows("2 here")
        for key in typed("'/to bo", "tab", "'hi", "enter", "'all", "enter"):
            ana.app.post_message(key)
        await bob.hears("all")
        assert [(event["text"], event["to_id"]) for event in bob.seen] == [("hi", bob.id), ("all", None)]


class Stuck(Widget, can_focus=True):
    """A widget whose keys end when they are released."""

    def __init__(self):
        super().__init__()
        self.released = asyncio.Event()

    async def on_key(self):
        """Wait."""
        await self.released.wait()


class StuckApp(OrderedKeysApp[None]):
    """Has a key of its own besides, and waits for no handler."""

    KEY_PATIENCE = 0.01
    BINDINGS = [Binding("f2", "note", "Note", priority=True)]  # noqa: RUF012 - as Textual declares it

    def __init__(self):
        super().__init__()
        self.noted = asyncio.Event()

    def compose(self):
        """The widget."""
        yield Stuck()

    def action_note(self):
        """The key came through."""
        self.noted.set()


async def test_a_key_that_hangs_does_not_hold_up_the_keyboard():
    """After its time it is left behind."""
    app = StuckApp()
    async with app.run_test():
        app.query_one(Stuck).focus()
        for key in typed("'a", "'b", "f2"):
            app.post_message(key)
        async with asyncio.timeout(PATIENCE):
            await app.noted.wait()
        app.query_one(Stuck).released.set()
