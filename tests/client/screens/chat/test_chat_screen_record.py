"""Finding in the whole record, at the whole app before a real server."""

from textual.geometry import Region

from chat_tui.screens.dialogs.search_dialog import SearchDialog
from chat_tui.widgets.lists.search_hits import HitList
from chatting import open_house
from client.chat_host import TEN, chat
from client.screens.chat.test_chat_screen_snapshots import draw

pytest_plugins = ("snapshots",)


def underlined(person):
    """The texts that stand out among the hits."""
    hits = person.app.screen.query_one(HitList)
    strips = hits.render_lines(Region(0, 0, *hits.size))
    return [segment.text for strip in strips for segment in strip if segment.style and segment.style.underline]


async def test_a_search_of_the_record_from_beginning_to_end():
    """Asked by a line, leafed through to its end, and left to where the message is, with a way back."""
    async with open_house() as house:
        bob = await house.person("bob")
        await bob.say(*(f"{n}. the Grün [b]build[/b]" for n in range(45)), "something else")
        async with chat(house) as ana:
            await ana.shows("▊ something else")
            await ana.say("/search gru* build")
            await ana.shows("Newest 20 shown; there are more.", "▸ bob", "44. the Grün [b]build[/b]")
            assert underlined(ana)[:2] == ["Grün", "build"]
            await ana.press(*["down"] * 20)
            await ana.shows("25. the Grün")
            await ana.press(*["pagedown"] * 4)
            await ana.shows("45 found, newest first.")
            await ana.press(*["pagedown"] * 4)
            await ana.shows("  0. the Grün")
            await ana.press("enter")
            await ana.lacks("Search all messages")
            await ana.shows("▊ 0. the Grün", "Press Backspace to go back.")
            await ana.press("backspace")
            await ana.shows("▊ something else")
            await ana.press("ctrl+r", *"else")
            await ana.press("enter")
            await ana.click("something else", within="  something")
            await ana.lacks("Search all messages")
            await ana.shows("▊ something else")


async def test_a_message_that_is_not_loaded_is_fetched():
    """With what was said around it, and a way back."""
    async with open_house() as house:
        bob = await house.person("bob")
        await bob.say("the zebra", *(f"{n}. talk" for n in range(450)))
        async with chat(house) as ana:
            await ana.shows("▊ 449. talk")
            await ana.say("/search zebra")
            await ana.shows("1 found, newest first.")
            await ana.press("enter")
            await ana.shows("▊ the zebra", "Press Backspace to go back.")
            await ana.press("backspace")
            await ana.shows("▊ 449. talk")


async def test_what_is_gone_leaves_the_list_and_what_is_refused_is_told():
    """Deleted, expired and muted messages go while one looks; nothing of another question comes in between."""
    now = [TEN]
    async with open_house() as house:
        house.clock.stop_at(now[0])
        bob, zoe = await house.people("bob", "zoe")
        await bob.say("/temp 60 green soon", "green one", "green two")
        await zoe.say("green, says zoe")
        async with chat(house, clock=lambda: now[0]) as ana:
            await ana.shows("▊ green two", "green, says zoe")
            ana.screen.parts.muting.mute(zoe.id, muted=True)
            await ana.press("ctrl+r")
            await ana.shows("The newest 10,000 messages are kept.")
            await ana.write('"')
            await ana.press("enter")
            await ana.shows("Type words to search for")
            await ana.press("backspace", *"green", "enter")
            await ana.shows("3 found, newest first.", "green soon")
            await ana.lacks("says zoe")
            await bob.say("/delete 2")
            await ana.shows("2 found, newest first.")
            await ana.lacks("green one")
            now[0] += 60
            house.clock.stop_at(now[0])
            ana.app.screen.expire()
            await ana.shows("1 found, newest first.")
            await ana.lacks("green soon")
            await ana.cut()
            await ana.press(*" two", "enter")
            await ana.shows("Not connected. The search runs once you're back.")
            ana.retry()
            await ana.shows("1 found, newest first.", "▸ bob")
            await ana.press("ctrl+r")
            await ana.lacks("Search all messages")


async def test_a_rate_limit_is_told_and_asking_again_helps():
    """The error stands in the dialog, not in the conversation."""
    async with open_house(rate_limit="10/2") as house:
        await (await house.person("bob")).say("green")
        async with chat(house) as ana:
            await ana.shows("▊ green")
            await ana.press("ctrl+r", *"green", "enter")
            await ana.shows("1 found, newest first.")
            dialog = ana.app.screen
            assert isinstance(dialog, SearchDialog)
            while not dialog.search.problem:
                dialog.ask("green")
                await ana.pilot.pause()
            await ana.shows("Too fast")
            await ana.until(lambda: dialog.search.hits or (not dialog.search.waiting and dialog.action_choose()))
            await ana.shows("1 found, newest first.")
            await ana.press("escape")
            await ana.lacks("Too fast")


async def test_the_record(snapshot):
    """A private hit, a long one, and one with other people's brackets in it."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        bob = await house.person("bob")
        async with chat(house, clock=lambda: TEN) as ana:
            await bob.say("green [b]build[/b] 日本語", f"a {'very ' * 60}long build", "/to ana the build is for you")
            await ana.shows("wrote to you privately")
            await ana.say("/search build")
            await ana.shows("3 found, newest first.")
            await draw(snapshot, ana, "record", [(80, 24), (40, 12)])
