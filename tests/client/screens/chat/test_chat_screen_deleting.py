"""A deletion is of what was there when it was asked for; it is carried out or told; nothing else is taken back."""

from signal import SIGTERM

import pytest

from chat_tui.storage.drafts import Drafts
from chatting import open_house
from client.chat_host import HeldLog, chat

LONG = "\n".join(f"line {number}" for number in range(12))


def deleted(person):
    """The numbers that somebody was told are gone."""
    return [event["id"] for event in person.seen if event["type"] == "delete"]


async def test_the_last_message_is_the_one_that_was_last_on_enter():
    """What comes while that can be taken back stays; where a line of ours is under way, the server says which it is."""
    async with open_house() as house, chat(house, undo_seconds=600.0) as ana:
        bob = await house.person("bob")
        await ana.say("a slip")
        await ana.shows("▊ a slip")
        await ana.say("/delete last")
        await ana.shows("Deleting message 1… [Undo]")
        await bob.say("hello")
        await ana.shows("▊ hello")
        log = HeldLog(house)
        await ana.say("another slip")
        await ana.say("/delete last")
        await ana.lacks("[Undo]")
        log.let_go()
        await bob.until(lambda: len(deleted(bob)) == 2)
        await ana.lacks("slip")
        assert [message.text for message in ana.app.store.messages.values()] == ["hello"]


@pytest.mark.parametrize("leave", ["exit", "signal"])
async def test_who_leaves_has_deleted(leave):
    """By /exit, or because the system wants it: what could have been taken back is said first."""
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, undo_seconds=600.0) as ana:
            await ana.say("a slip")
            await ana.shows("▊ a slip")
            await ana.say("/delete last")
            await ana.shows("[Undo]")
            if leave == "exit":
                await ana.say("/exit")
            else:
                ana.app.end_by_signal(SIGTERM)
            await bob.until(lambda: deleted(bob) == [1])
        assert ana.app.unsent == []


async def test_trying_now_takes_no_deletion_back():
    """The button connects, as it says, and the deletion that waited is done; one that never left is told at the end."""
    async with open_house() as house, chat(house, undo_seconds=0.1) as ana:
        await ana.say("a slip")
        await ana.say("another")
        await ana.shows("▊ a slip", "▊ another")
        await ana.cut()
        await ana.say("/delete 1")
        await ana.click("[Try now]")
        await ana.shows("● connected")
        await ana.lacks("a slip")
        await ana.cut()
        await ana.say("/delete 2")
        assert ana.app.unsent == ["/delete 2"]


async def test_what_is_gone_can_not_be_taken_back():
    """Somebody else was quicker: Ctrl+Z is the composer's again."""
    async with open_house() as house, chat(house, undo_seconds=600.0) as ana:
        bob = await house.person("bob")
        await bob.say("a slip")
        await ana.shows("▊ a slip")
        await ana.say("/delete 1")
        await ana.shows("[Undo]")
        await bob.say("/delete 1")
        await ana.lacks("▊ a slip", "[Undo]")
        await ana.press("ctrl+z")
        await ana.pilot.pause()
        assert "Deletion undone." not in "".join(ana.rows)


async def test_a_line_that_is_taken_back_is_somewhere():
    """In the composer; while something else is written there, Ctrl+Up brings it."""
    async with open_house() as house, chat(house, undo_seconds=600.0) as ana:
        bob = await house.person("bob")
        await ana.say("/to bob the code is 4711")
        await bob.hears("the code is 4711")
        await ana.say("the code is 4711")
        await ana.shows("This goes to everyone;", "not sent yet")
        await ana.write("something else")
        await ana.click("[Undo]")
        await ana.shows("✓ Not sent.", "▊ something else", "ctrl+↑ brings it back")
        await ana.press("ctrl+up")
        assert ana.screen.composer.text == "the code is 4711"


async def test_a_question_loses_no_text(tmp_path):
    """Neither one that comes back meanwhile, nor the one that it is about, though the program ends."""
    async with open_house() as house:
        async with chat(house, drafts=Drafts(tmp_path, "ws://a:1/")) as ana:
            log = HeldLog(house, full=True)
            await ana.say("a line that nobody keeps")
            await ana.say(LONG)
            await ana.shows("This message has 12 lines.")
            log.let_go()
            await ana.until(lambda: ana.screen.composer.text == "a line that nobody keeps")
            await ana.press("b")
            await ana.shows("▊ a line that nobody keeps", "ctrl+↑ brings it back: you went back to edit it")
            await ana.press("ctrl+up")
            assert ana.screen.composer.text == LONG
            await ana.press("enter")
            await ana.shows("This message has 12 lines.")
        assert Drafts(tmp_path, "ws://a:1/").get("") == LONG
