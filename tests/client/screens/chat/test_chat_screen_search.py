"""Ctrl+F at the whole app, before a real server."""

from textual.geometry import Region

from chatting import open_house
from client.chat_host import SIZES, TEN, chat
from client.screens.chat.test_chat_screen_snapshots import draw

pytest_plugins = ("snapshots",)


def look(person, text):
    """The styles in which a text stands on the screen, one for each time."""
    messages = person.screen.messages
    strips = messages.render_lines(Region(0, 0, *messages.size))
    return [segment.style for strip in strips for segment in strip if segment.text == text]


async def test_a_search_from_beginning_to_end():
    """Typed, confirmed, led from find to find, typed on, and left: then one is where one was."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say(*(f"{n}. {'The Release' if n % 10 == 5 else 'talk'}" for n in range(100)))
        await ana.shows("▊ 99. talk")
        before = ana.rows
        await ana.press("ctrl+f", *"release")
        await ana.shows("▊ 95. The Release", "1 of 10")
        await ana.press("enter", "n", "enter")
        await ana.shows("▊ 75. The Release", "3 of 10", "n older")
        await ana.press("N")
        await ana.shows("▊ 85. The Release", "2 of 10")
        await ana.press("N", "N")
        await ana.shows("▊ 5. The Release", "10 of 10")
        await ana.press("s")
        await ana.shows("releases", "nothing found")
        await ana.press("backspace")
        await ana.shows("▊ 95. The Release", "1 of 10")
        await ana.press("up")
        await ana.shows("▊ 85. The Release", "2 of 10")
        await ana.press("escape")
        await ana.pilot.pause()
        assert ana.rows == before
        assert not look(ana, "Release")
        await ana.say("on with it")
        await ana.shows("▊ on with it")


async def test_finds_stand_out_and_come_and_go_with_their_messages():
    """All of them are underlined, the present one is reversed; what is deleted is no find any more."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("one word", "another word", "a third word")
        await ana.shows("▊ a third word")
        await ana.press("ctrl+f", *"word")
        await ana.shows("1 of 3")
        await ana.pilot.pause()
        assert [(style.underline, style.reverse) for style in look(ana, "word")] == [
            (True, None), (True, None), (None, True)
        ]  # fmt: skip
        await bob.say("the last word")
        await ana.shows("2 of 4")
        await bob.say("/delete 3")
        await ana.shows("2 of 3")
        await ana.pilot.pause()
        assert [bool(style.reverse) for style in look(ana, "word")] == [False, True, False]
        await bob.say("/delete 1", "/delete 2", "/delete 4")
        await ana.shows("nothing found")
        await bob.say("word")
        await ana.shows("1 found")
        await ana.press("enter", "n")
        await ana.shows("1 of 1")
        await ana.press("escape")
        await ana.lacks("Find:")


async def test_what_was_found_can_be_answered():
    """Picking it ends the search where it is."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("the question", *(f"{n}." for n in range(60)))
        await ana.shows("▊ 59.")
        await ana.press("ctrl+f", *"question", "enter")
        await ana.shows("1 of 1")
        await ana.click("the question", "▊")
        await ana.shows("Reply   Delete")
        await ana.lacks("1 of 1")
        await ana.press("r")
        await ana.shows("↪ replying to bob: the question", "▊ the question")


async def test_the_keys_pick_what_was_found():
    """Not the last row on the screen: from the phrase, from the list, and from the composer."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say(*(f"{n}." for n in range(40)), "the question", *(f"{n}." for n in range(60)))
        await ana.shows("▊ 59.")
        for keys in (["enter", "alt+up"], ["alt+up"], ["enter", "alt+down"], ["up"]):
            await ana.press("ctrl+f", *"question")
            await ana.shows("1 of 1")
            if keys == ["up"]:
                await ana.click("Message everyone")
            await ana.press(*keys)
            await ana.shows("Reply   Delete")
            await ana.lacks("1 of 1")
            await ana.press("r")
            await ana.shows("↪ replying to bob: the question")
            await ana.press("escape", "end")
            await ana.shows("▊ 59.")
            await ana.lacks("↪ replying")


async def test_search_snapshot(snapshot):
    """A bar above the composer, whatever the width."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        bob = await house.person("bob")
        await bob.say("morning! build is green, release at 14:00", "which Release?", "the one at 14:00")
        async with chat(house, clock=lambda: TEN) as ana:
            await ana.until(lambda: len(ana.app.store.messages) == 3 and len(ana.app.store.people.clients) == 2)
            await ana.press("ctrl+f", *"release")
            await ana.shows("1 of 2")
            await ana.press("enter", "n")
            await ana.shows("2 of 2")
            await draw(snapshot, ana, "search", SIZES)
