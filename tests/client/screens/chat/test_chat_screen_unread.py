"""Scrolled up, nothing moves; what comes is counted, marked, and one step away."""

from contextlib import asynccontextmanager

from textual import events

from chatting import open_house
from client.chat_host import chat


@asynccontextmanager
async def reading(size=(80, 24)):
    """Ana reads something old in a room with bob."""
    async with open_house() as house, chat(house, size=size) as ana:
        bob = await house.person("bob")
        await bob.say(*(f"old {number}." for number in range(60)))
        await ana.shows("old 59.")
        await ana.press("pageup", "pageup")
        await ana.until(lambda: not ana.screen.messages.at_end)
        await ana.pilot.pause()
        yield ana, bob


async def test_nothing_moves_and_the_new_are_counted():
    """A click on the count goes to the end, where the rule stands above the first new one."""
    async with reading() as (ana, bob):
        before = ana.rows[1:20]
        await bob.say("new one", "new two")
        await ana.shows("↓ 2 new")
        assert ana.rows[1:20] == before
        await bob.say("new three")
        await ana.shows("↓ 3 new")
        await ana.click("↓ 3 new")
        await ana.shows("▊ new three", "new since")
        await ana.lacks("↓ 3 new")
        rule = ana.rows.index(ana.row("new since"))
        assert ana.rows[rule + 2] == " ▊ new one"


async def test_end_goes_there_too():
    """And the next new ones are under a rule of their own."""
    async with reading() as (ana, bob):
        await bob.say("new one")
        await ana.shows("↓ 1 new")
        await ana.press("end")
        await ana.lacks("↓ 1 new")
        await ana.press("pageup")
        await ana.pilot.pause()
        await bob.say("new two")
        await ana.shows("↓ 1 new")
        await ana.press("end")
        await ana.shows("▊ new two")
        rule = ana.rows.index(ana.row("new since"))
        assert ana.rows[rule + 2] == " ▊ new two"


async def test_sending_goes_to_the_end():
    """What one says oneself is seen, and ends the news."""
    async with reading() as (ana, bob):
        await bob.say("new one")
        await ana.shows("↓ 1 new")
        await ana.say("mine")
        await ana.shows("▊ mine", "▊ new one")
        await ana.lacks("new since", "↓ 1")


async def test_what_is_deleted_is_not_new():
    """The count is of what is there to be read."""
    async with reading() as (ana, bob):
        await bob.say("new one", "new two")
        await ana.shows("↓ 2 new")
        await bob.say("/delete last")
        await ana.shows("↓ 1 new")
        await bob.say("/delete last")
        await ana.lacks("↓")


async def test_what_comes_while_a_message_is_picked_is_counted():
    """A picked message does not move; closing it goes on at the end."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say(*(f"old {number}." for number in range(60)))
        await ana.shows("old 59.")
        await ana.press("alt+up")
        await ana.shows("Reply")
        before = ana.rows[1:20]
        await bob.say("new one")
        await ana.shows("↓ 1 new")
        await bob.say("new two")
        await ana.shows("↓ 2 new")
        assert ana.rows[1:20] == before
        await ana.press("escape")
        await ana.shows("▊ new two")
        await ana.lacks("↓ 2 new")


async def test_own_lines_are_not_news():
    """Said on another terminal of ours, they are not counted."""
    async with reading() as (ana, bob):
        await bob.say("new one")
        await ana.shows("↓ 1 new")
        ana.screen.feed.connection.send("from elsewhere")
        await ana.until(lambda: len(ana.app.store.messages) == 62)
        assert "↓ 1 new" in ana.rows[0]


async def test_in_a_narrow_terminal_the_count_is_short():
    """An arrow and a number, and a click on it works."""
    async with reading((50, 20)) as (ana, bob):
        await bob.say("new one")
        await ana.click("↓ 1")
        await ana.shows("▊new one")
        await ana.lacks("↓ 1")


@asynccontextmanager
async def back_again(size=(80, 24)):
    """Ana comes back to more new messages than the screen has room for."""
    async with open_house() as house, chat(house, size=size) as ana:
        bob = await house.person("bob")
        await bob.say("old one")
        await ana.shows("▊ old one" if size[0] > 72 else "▊old one")
        ana.app.post_message(events.AppBlur())
        await ana.until(lambda: not ana.screen.parts.notifier.focused)
        await bob.say(*(f"new {number}." for number in range(60)))
        await ana.shows("new 59.")
        ana.app.post_message(events.AppFocus())
        yield ana, bob


async def test_the_first_unread_is_read_before_the_rule_goes_on():
    """The rule stays where one reads, whatever comes meanwhile; after the end was seen the next news have their own."""
    async with back_again() as (ana, bob):
        await ana.shows("↑ first new")
        await ana.press("home")
        await ana.shows("▊ old one", "new since", "▊ new 0.", "Press Backspace to go back.")
        await ana.lacks("↑ first new")
        await bob.say("while reading")
        await ana.shows("↓ 1 new")
        rule = ana.rows.index(ana.row("new since"))
        assert ana.rows[rule + 2] == " ▊ new 0."
        await ana.press("backspace")
        await ana.shows("▊ while reading")
        await ana.lacks("↑ first", "↓")
        await ana.press("pageup", "pageup")
        await bob.say("next")
        await ana.shows("↓ 1 new")
        await ana.press("end")
        await ana.shows("▊ next", "new since")


async def test_who_is_at_the_end_can_leave_the_unread_behind():
    """End once more: nothing leads there any more but the key."""
    async with back_again() as (ana, _):
        await ana.shows("↑ first new")
        await ana.press("end")
        await ana.lacks("↑ first new")
        await ana.press("home")
        await ana.shows("new since")
        await ana.say("I have read it")
        await ana.shows("▊ I have read it")
        await ana.press("home")
        await ana.shows("No unread messages.")


async def test_home_is_the_composers_while_something_is_written():
    """As End is."""
    async with back_again() as (ana, _):
        await ana.shows("↑ first new")
        await ana.write("b")
        await ana.press("home", "a")
        await ana.shows("▊ ab", "↑ first new")


async def test_in_a_narrow_terminal_the_way_to_the_unread_is_short():
    """What is deleted is not unread: the rule goes to the next one."""
    async with back_again((50, 20)) as (ana, bob):
        await ana.shows("↑ new")
        await bob.say("/delete 2")
        await ana.until(lambda: 2 not in ana.app.store.messages)
        await ana.click("↑ new")
        await ana.shows("new since", "▊new 1.")
        await ana.lacks("↑ new", "new 0.")


async def test_what_somebody_muted_said_is_not_unread():
    """The rule goes on to the next of those who are listened to, or away; what is replied to is folded as well."""
    async with open_house() as house, chat(house) as ana:
        bob, zoe = [await house.person(name) for name in ("bob", "zoe")]
        await bob.say("rude words")
        await ana.shows("▊ rude words")
        await ana.press("up", "r")
        await ana.shows("↪ replying to bob: rude words")
        ana.app.post_message(events.AppBlur())
        await ana.until(lambda: not ana.screen.parts.notifier.focused)
        await bob.say("ruder words")
        await ana.shows("new since")
        await zoe.say("kind words")
        await ana.shows("▊ kind words")
        ana.screen.parts.muting.mute(bob.id, muted=True)
        await ana.shows("↪ replying to muted: bob", "new since")
        await ana.lacks("rude")
        rule = ana.rows.index(ana.row("new since"))
        assert ana.rows[rule + 2] == " ▊ kind words"
        ana.screen.parts.muting.mute(zoe.id, muted=True)
        await ana.lacks("new since", "kind")
        await ana.press("home")
        await ana.shows("No unread messages.")


async def test_who_turns_to_somebody_sees_what_they_wrote():
    """Also where that is far above by now; Esc goes back."""
    async with open_house() as house, chat(house, size=(120, 24)) as ana:
        bob = await house.person("bob")
        await ana.shows("● bob")
        await bob.say("/to ana are you there?", *(f"old {n}." for n in range(60)))
        await ana.shows("▊ old 59.", "● bob                1")
        await ana.click("● bob")
        await ana.shows("private to bob", "┃ are you there?", "new since")
        await ana.press("escape")
        await ana.shows("▊ old 59.")
