"""A paste goes where a letter would go, wherever the focus is, and in its turn among the keys."""

from textual import events

from chatting import open_house
from client.chat_host import chat


def paste(person, text):
    """What the terminal's paste becomes."""
    person.app.post_message(events.Paste(text))


def press(person, *keys):
    """Keys that are in the queue behind or in front of a paste; a letter is its own name."""
    for key in keys:
        person.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_while_a_message_is_picked():
    """It is written, and nothing is picked any more; its letters are no actions."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("hello")
        await ana.shows("hello")
        await ana.press("alt+up")
        paste(ana, "dd is what\nI type")
        await ana.until(lambda: ana.screen.composer.text == "dd is what\nI type")
        assert ana.app.focused is ana.screen.composer
        assert ana.screen.messages.picked is None


async def test_while_people_are_open():
    """It is written, and people are closed where they cover the messages."""
    async with open_house() as house, chat(house) as ana:
        await ana.press("ctrl+b")
        assert ana.app.focused is ana.screen.sidebar
        paste(ana, "pasted")
        await ana.until(lambda: ana.screen.composer.text == "pasted")
        assert ana.app.focused is ana.screen.composer
        assert not ana.screen.sidebar.has_class("-shown")


async def test_after_find_and_enter():
    """It is more of the phrase, as letters are."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("hello there")
        await ana.shows("hello there")
        await ana.press("ctrl+f", *"hello", "enter")
        assert ana.app.focused is ana.screen.messages
        paste(ana, " there\nand more")
        await ana.shows("Find: hello there ")
        await ana.shows("1 of 1")
        assert ana.screen.composer.text == ""


async def test_in_its_turn():
    """Keys before and behind it are carried out before and behind it."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("hello")
        await ana.shows("hello")
        press(ana, "alt+up")
        paste(ana, "one ")
        press(ana, "x", "enter", "alt+up", "alt+up", "r")
        paste(ana, "two")
        press(ana, "enter")
        await bob.hears("two")
        assert [(event["text"], event["reply_to"]) for event in bob.seen[-2:]] == [("one x", None), ("two", 1)]


async def test_letters_behind_the_key_for_find():
    """They are the phrase, however soon they come."""
    async with open_house() as house, chat(house) as ana:
        press(ana, "ctrl+f", "a", "b", "c")
        await ana.shows("Find: abc")
        assert ana.screen.composer.text == ""
