"""Older messages in the whole client, before a real server: a page at a time, in time, and where they belong."""

import asyncio

from chatting import open_house
from client.chat_host import TEN, chat
from client.screens.chat.test_chat_screen_snapshots import draw

pytest_plugins = ("snapshots",)
MISSING = "Messages missing here"


def held(person):
    """The ids that this client has."""
    return list(person.app.store.messages)


async def spoken(house, *, first="line 1", count):
    """Bob, who has said so much."""
    bob = await house.person("bob")
    await bob.say(first, *(f"line {number}" for number in range(2, count + 1)))
    await bob.hears(f"line {count}")
    return bob


async def load_older(person, message):
    """By the key of an action of the message below what is missing."""
    person.screen.messages.pick(message)
    await person.shows("Load older")
    await person.until(lambda: person.screen.focused is person.screen.messages)
    await person.press("l")


async def test_leafing_back_to_the_beginning():
    """Page after page comes before it is needed; what is shown never has a hole; at the top stands where it begins."""
    async with open_house() as house:
        await spoken(house, count=900)
        async with chat(house) as ana:
            await ana.shows("line 900")
            assert len(held(ana)) == 200
            lowest = 883
            while "Start of the conversation" not in "\n".join(ana.rows):
                await ana.press("pageup")
                shown = [int(row.split("line ")[1].split()[0]) for row in ana.rows if "▊ line" in row]
                assert shown == [*range(shown[0], shown[-1] + 1)]
                assert lowest - 20 <= shown[0] < lowest or shown[0] == 1
                lowest = shown[0]
            assert held(ana) == [*range(1, 901)]
            await ana.press("end")
            await ana.shows("line 900")


async def test_to_what_was_replied_to_and_back():
    """It is fetched with what is around it and shown in its place; the rest is missing, and is loaded by a click."""
    async with open_house() as house:
        bob = await spoken(house, first="the root", count=700)
        await bob.say("/reply 300 yes")
        await bob.hears("yes")
        async with chat(house) as ana:
            await ana.click("╭ an older message, not loaded")
            await ana.shows("▊ line 300", "Press Backspace to go back.")
            await ana.until(lambda: held(ana) == [*range(50, 350), *range(502, 702)])
            await ana.press("pagedown", "pagedown", "pagedown")
            await ana.shows("▊ line 349", MISSING)
            ana.screen.banner.hide()  # by itself it may go between two looks at the screen
            await ana.pilot.pause()
            await ana.click(MISSING)
            await ana.shows("▊ line 349", "▊ line 350")
            assert held(ana)[:400] == [*range(50, 450)]
            await ana.press("backspace")
            await ana.shows("▊ yes", "╭ bob: line 300")
            await ana.lacks("Press Backspace to go back.")
            ana.screen.parts.pager.open_message(451)
            await ana.shows("▊ line 451", "▊ line 450")
            assert held(ana) == [*range(50, 702)]


async def test_a_message_that_is_gone_is_not_opened():
    """Deleted before, or while it was being fetched; what is loaded is shown at once."""
    async with open_house() as house:
        bob = await spoken(house, count=500)
        await bob.said("/delete 100")
        async with chat(house) as ana:
            await ana.shows("line 500")
            ana.screen.parts.pager.open_message(100)
            await ana.shows("That message is no longer here.")
            assert 99 in held(ana)
            ana.screen.parts.pager.open_message(60)
            await ana.shows("▊ line 60")
            await bob.say("/delete 60")
            await ana.lacks("▊ line 60")
            ana.screen.parts.pager.open_message(60)
            await ana.shows("That message is no longer here.")
            await ana.cut()
            ana.screen.parts.pager.open_message(200)
            assert ana.screen.banner.text == "That message isn't loaded, and there's no connection."


async def test_what_was_missed_and_is_too_much_is_a_row(snapshot):
    """How much it was is said; the row is above the first that came, and a key on that loads the others."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        bob = await spoken(house, count=12)
        async with chat(house, clock=lambda: TEN) as ana:
            await ana.shows("line 12")
            await ana.cut()
            await bob.say(*(f"line {number}" for number in range(13, 513)))
            await bob.hears("line 512")
            ana.retry()
            await ana.shows("Reconnected. 500 messages while you were away.")
            ana.screen.parts.jumps.to_first_unread()
            await ana.shows("▊ line 12", MISSING, "new since", "▊ line 313")
            ana.screen.banner.hide()
            await draw(snapshot, ana, "gap", [(80, 24), (50, 20)])
            await ana.size(80, 24)
            await load_older(ana, 313)
            await ana.shows("▊ line 312", "▊ line 313")
            await load_older(ana, 113)
            await ana.until(lambda: held(ana) == [*range(1, 513)])
            ana.screen.parts.pager.open_message(13)
            await ana.shows("new since", "▊ line 13")
            await ana.lacks(MISSING)


async def test_home_fetches_the_first_of_what_was_missed():
    """Though the row is above the first that came: what is below it is what one reads next."""
    async with open_house() as house:
        bob = await spoken(house, count=12)
        async with chat(house) as ana:
            await ana.shows("line 12")
            await ana.cut()
            await bob.say(*(f"line {number}" for number in range(13, 513)))
            await bob.hears("line 512")
            ana.retry()
            await ana.shows("Reconnected. 500 messages while you were away.")
            await ana.press("home")
            await ana.shows("▊ line 12", "new since", "▊ line 13")


async def test_a_refusal_waits_for_the_next_scroll():
    """Too fast is nobody's fault: nothing is said, and the next key asks again."""
    async with open_house(rate_limit="1/2") as house:
        house.clock.stop_at(TEN)
        bob = await house.person("bob")
        for number in range(1, 251):
            house.clock.stop_at(TEN + number)
            await bob.said(f"line {number}")
        async with chat(house) as ana:
            await ana.shows("line 250")
            await ana.say("one line too many")
            await ana.lacks("sending…")
            await ana.press("alt+up")
            ana.screen.messages.action_scroll_home()
            await ana.shows("Older messages: click to load them")
            house.clock.stop_at(TEN + 1000)
            await ana.press("pageup")
            await ana.shows("▊ line 50", "▊ line 51")


class HeldPages:
    """The log of a running server, whose pages wait until they are let go."""

    def __init__(self, house):
        self._log, self.go = house.host.log, asyncio.Event()
        house.host.log = self

    def __getattr__(self, name):
        return getattr(self._log, name)

    async def page(self, *question, **more):
        """What is there when it is let go."""
        await self.go.wait()
        return await self._log.page(*question, **more)


async def test_a_page_that_is_late(snapshot):
    """That it is awaited is to be seen; it is asked for once, and again when the connection was lost meanwhile."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        await spoken(house, count=300)
        pages = HeldPages(house)
        async with chat(house, clock=lambda: TEN) as ana:
            await ana.shows("line 300")
            ana.screen.messages.action_scroll_home()
            await ana.shows("Loading older messages…", "▊ line 101")
            await ana.press("pageup", "pageup")
            await draw(snapshot, ana, "loading", [(80, 24)])
            await ana.cut()
            await ana.shows("Older messages: click")
            ana.retry()
            await ana.shows("Loading older messages…", "● connected")
            before = ana.rows.index(ana.row("line 110"))
            pages.go.set()
            await ana.shows("▊ line 100")
            assert ana.rows.index(ana.row("line 110")) == before
            assert held(ana) == [*range(1, 301)]
