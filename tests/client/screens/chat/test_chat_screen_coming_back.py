"""Quit and come back: what was not read is told, marked, and one key away."""

from textual import events

from chat_tui.storage.places import PlaceFile
from chatting import open_house
from client.chat_host import chat

URL = "ws://a:1/"


def place(folder):
    """What the next start knows."""
    return PlaceFile(folder, URL, "s")


async def test_a_start_is_told_like_a_reconnect(tmp_path):
    """How many came, how many are to us, the rule above the first, and Home goes there; the past is above it."""
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, place=place(tmp_path)) as ana:
            await ana.lacks("while you were away")
            await bob.say("before.")
            await ana.shows("▊ before.")
        await bob.say(*(f"line {number}." for number in range(48)), "ana: look", "/to ana psst")
        await bob.hears("psst")
        async with chat(house, place=place(tmp_path)) as ana:
            await ana.shows(
                "50 messages while you were away, 2 to you. Press Home for the first.",
                "↑ first new",
                "↓ bob 1",
                "bob wrote to you",
            )
            await ana.press("home")
            await ana.shows("new since", "▊ line 0.")
            await ana.press("pageup")
            await ana.shows("▊ before.", "new since")


async def test_what_nobody_has_seen_is_unread_the_next_time_too(tmp_path):
    """Who leaves without having been at the rule has not read what is below it; who was there and at the end has."""
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, place=place(tmp_path)):
            pass
        await bob.say(*(f"line {number}." for number in range(40)))
        await bob.hears("line 39.")
        for _ in range(2):
            async with chat(house, place=place(tmp_path)) as ana:
                await ana.shows("40 messages while you were away.", "▊ line 39.")
        async with chat(house, place=place(tmp_path)) as ana:
            await ana.shows("40 messages while you were away.")
            await ana.press("home")
            await ana.shows("new since", "▊ line 0.")
            await ana.press("end")
            await ana.shows("▊ line 39.")
        async with chat(house, place=place(tmp_path)) as ana:
            await ana.shows("▊ line 39.")
            await ana.press("home")
            await ana.shows("No unread messages.")


async def test_what_comes_while_the_terminal_is_in_the_background_is_not_read(tmp_path):
    """It is drawn at the end of the list, and nobody looks."""
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, place=place(tmp_path)) as ana:
            await bob.say("seen.")
            await ana.shows("▊ seen.")
            ana.app.post_message(events.AppBlur())
            await ana.until(lambda: not ana.app.app_focus)
            await bob.say("one.", "two.")
            await ana.shows("▊ two.")
        async with chat(house, place=place(tmp_path)) as ana:
            await ana.shows("2 messages while you were away.", "▊ seen.", "▊ one.")
            rule = ana.rows.index(ana.row("new since"))
            assert ana.rows[rule + 2] == " ▊ one."


async def test_it_is_written_down_while_one_reads(tmp_path):
    """Soon after it was read, since nobody knows how this will end; not with every message."""
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, place=place(tmp_path)) as ana:
            await bob.say("one.", "two.")
            await ana.shows("▊ two.")
            await ana.until(lambda: place(tmp_path).read and place(tmp_path).read.seq == ana.app.store.seq)


async def test_who_was_written_to_is_known_by_name_though_they_are_away(tmp_path):
    """Over a restart; nobody is shown an id."""
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, place=place(tmp_path)) as ana:
            await ana.shows("2 here")
            await ana.say("/to bob psst")
            await ana.shows("✓ to bob privately")
            await ana.until(lambda: len(ana.app.store.outbox) == 0)
        await bob.socket.close()
        async with chat(house, place=place(tmp_path)) as ana:
            await ana.press("ctrl+b")
            await ana.shows("○ bob", "here 1")
        async with chat(house) as ana:
            await ana.press("ctrl+b")
            await ana.shows("○ somebody who")


async def test_home_goes_to_the_first_of_more_than_a_start_brings(tmp_path):
    """What lies between is fetched, from its beginning, and the rule stands where it belongs."""
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, place=place(tmp_path)) as ana:
            await bob.say("before.")
            await ana.shows("▊ before.")
        await bob.say(*(f"line {number}." for number in range(450)))
        await bob.hears("line 449.")
        async with chat(house, place=place(tmp_path)) as ana:
            await ana.shows("450 messages while you were away.", "▊ line 449.")
            await ana.press("home")
            await ana.shows("▊ before.", "new since", "▊ line 0.")
            await ana.press("end")
            await ana.shows("▊ line 449.")
        async with chat(house, place=place(tmp_path)) as ana:
            await ana.shows("▊ line 449.")
            await ana.lacks("while you were away")
