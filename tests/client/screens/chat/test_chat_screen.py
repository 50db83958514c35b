"""The screen as a whole: what is where at every size, what the empty one says, and what outlives a new size."""

import asyncio

import pytest

from chatting import open_house
from client.chat_host import SIZES, chat, chat_at
from client.connection_host import greet, serving

WIDE, USUAL, NARROW = SIZES


async def test_header_list_and_composer_are_there_at_every_size():
    """The roster is always on from 104 columns; below 72 there are no keys at the bottom and no border."""
    async with open_house() as house, chat(house, size=USUAL) as ana:
        bob = await house.person("bob")
        await bob.say("hello")
        await ana.shows("▊ hello", "2 here")
        for size in (*SIZES, (104, 30), (103, 30), (72, 20), (71, 20), (40, 12), (20, 6), (4, 3), (1, 1), USUAL):
            await ana.size(*size)
            columns = size[0]
            assert ana.screen.sidebar.display is (columns >= 104)
            assert ana.screen.query_one("#keys").display is (columns >= 72)
            assert len(ana.rows) == size[1]
            if columns >= 40:
                await ana.shows("● 2" if columns < 72 else "● connected · 2 here", "hello", "Message everyone…")
                assert ("⏎ Send" in ana.rows[-1]) is (columns >= 72)


async def test_a_new_size_keeps_the_draft_the_focus_and_what_is_read():
    """Through every layout and back."""
    async with open_house() as house, chat(house, size=WIDE) as ana:
        bob = await house.person("bob")
        await bob.say(*(f"message {number}." for number in range(200)))
        await ana.shows("message 199.")
        await ana.write("half a sentence")
        await ana.press(*["pageup"] * 4)
        top = next(row for row in ana.rows if "message" in row).split("message ")[1].split()[0]
        for size in (USUAL, NARROW, (40, 12), NARROW, WIDE):
            await ana.size(*size)
            await ana.shows(f"message {top}", "half a sentence")
            assert ana.screen.focused is ana.screen.composer
        assert "199." not in "".join(ana.rows)


async def test_people_slide_over_the_messages_and_go_again():
    """By Ctrl+B and by a click on the number of people; in a narrow terminal they are the whole body."""
    async with open_house() as house, chat(house, size=USUAL) as ana:
        bob = await house.person("bob")
        await bob.say("hello")
        await ana.shows("▊ hello", "2 here")
        await ana.press("ctrl+b")
        await ana.shows("● bob", "▊ hello")
        await ana.size(*NARROW)
        await ana.shows("● bob")
        await ana.lacks("hello")
        await ana.press("ctrl+b")
        await ana.lacks("● bob")
        await ana.click("● 2")
        await ana.shows("● bob")
        await ana.click("● 2")
        await ana.lacks("● bob")
        await ana.size(*USUAL)
        await ana.click("2 here")
        await ana.shows("● bob")
        await ana.press("escape")
        await ana.lacks("● bob")
        assert ana.screen.focused is ana.screen.composer


async def test_people_who_no_longer_fit_give_the_focus_back():
    """A terminal that becomes narrow while the roster has the focus leaves nobody typing into nothing."""
    async with open_house() as house, chat(house, size=WIDE) as ana:
        await ana.shows("● ana (you)")
        ana.screen.sidebar.focus()
        await ana.pilot.pause()
        await ana.size(*USUAL)
        await ana.press("x")
        await ana.shows("▊ x")


async def test_in_a_wide_terminal_the_key_for_people_goes_there_and_back():
    """Also when the mouse, or Tab, has led away in between."""
    async with open_house() as house, chat(house, size=WIDE) as ana:
        await ana.press("ctrl+b")
        assert ana.screen.focused is ana.screen.sidebar
        await ana.click("Message everyone…")
        await ana.press("x")
        await ana.shows("▊ x")
        await ana.press("ctrl+b")
        assert ana.screen.focused is ana.screen.sidebar
        await ana.press("ctrl+b", "y")
        await ana.shows("▊ xy")


async def test_who_is_alone_is_told_so():
    """Never a blank wall; with company, or a first message, it says something else."""
    async with open_house() as house, chat(house) as ana:
        await ana.shows("You're the first one here.")
        bob = await house.person("bob")
        await ana.shows("No messages yet.")
        await bob.say("hello")
        await ana.lacks("No messages yet.")


async def test_a_server_that_does_not_say_who_is_here():
    """Nobody can know then who was the first."""
    async with serving(greet) as port, chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows("No messages yet.", "● connected")


async def test_the_key_bar_is_a_row_of_buttons():
    """Each key at the bottom can be clicked."""
    async with open_house() as house, chat(house) as ana:
        await ana.write("by mouse")
        await ana.click("⏎ Send")
        await ana.shows("▊ by mouse")
        await ana.click("^l Temp")
        await ana.shows("temp: 30 s")
        await ana.click("^o To")
        await ana.shows("Send messages to")
        await ana.press("escape")
        await ana.click("f1 Help")
        await ana.shows("this page")
        await ana.press("f1")
        await ana.click("⌥↑ Pick")
        await ana.shows("Reply")
        await ana.click("→ Next action")
        await ana.click("⏎ Do it")
        await ana.shows("Delete? d again")
        await ana.click("esc Close")
        await ana.lacks("Delete?")


async def test_the_key_bar_says_what_keys_do_where_they_go():
    """To a message, while that is picked; to people and to a search, while those are open."""
    async with open_house() as house, chat(house) as ana:
        await ana.say("here")
        await ana.shows("▊ here", "⏎ Send")
        await ana.press("alt+up")
        await ana.until(lambda: ana.rows[-1].startswith("⏎ Do it"))
        await ana.press("escape", "ctrl+b")
        await ana.until(lambda: ana.rows[-1].startswith("⏎ Open  m Mute"))
        await ana.press("escape", "ctrl+f")
        await ana.until(lambda: ana.rows[-1].startswith("↑ Older  ↓ Newer"))
        await ana.press(*"here", "enter")
        await ana.until(lambda: ana.rows[-1].startswith("n Older  N Newer"))
        await ana.press("escape")
        await ana.until(lambda: ana.rows[-1].startswith("⏎ Send"))
        await ana.write("not yet")
        await ana.click("▊ here")
        await ana.shows("Reply")
        assert ana.rows[-1].startswith("⏎ Send")


async def test_ctrl_c_empties_the_composer_and_says_how_to_leave():
    """What was written comes back by Ctrl+Z; what is selected is copied, here or in the messages."""
    async with open_house() as house, chat(house) as ana:
        await ana.say("some words")
        await ana.shows("▊ some words")
        await ana.write("a draft")
        await ana.press("ctrl+c")
        await ana.shows("Cleared. Ctrl+Z brings it back.", "Message everyone…")
        await ana.press("ctrl+z")
        await ana.shows("▊ a draft")
        await ana.press("shift+left", "ctrl+c")
        assert (ana.screen.composer.text, ana.app.clipboard) == ("a draft", "t")
        await ana.press("end", "ctrl+c", "ctrl+c")
        await ana.shows("Press Ctrl+Q to quit.")
        assert ana.app.is_running


async def test_an_empty_composer_is_not_said_to_be_too_long():
    """What was wrong with a text goes with it."""
    async with open_house() as house, chat(house) as ana:
        ana.screen.composer.set_text("x" * 5000)
        await ana.press("enter")
        await ana.shows("too long by 904")
        await ana.press("ctrl+c")
        await ana.shows("Cleared. Ctrl+Z brings it back.")
        assert not any("too long" in row for row in ana.rows)


async def test_in_a_narrow_terminal_the_mouse_has_the_palette():
    """There is no key bar; the name of the room opens what has help, themes, the search and the way out."""
    async with open_house() as house, chat(house, size=NARROW) as ana:
        await ana.click("lobby")
        await ana.shows("Search for commands")
        await ana.click("See all keys and commands")
        await ana.shows("esc Close")
        await ana.click("esc Close")
        await ana.click("lobby")
        await ana.write("quit")
        await ana.click("Leave the chat")
        await ana.leaves()


async def test_help_is_typed_or_pressed():
    """`/help` shows the page and sends nothing."""
    async with open_house() as house, chat(house) as ana:
        await ana.say("/help reply")
        await ana.shows("Keys", "bring back what you sent")
        await ana.press("pagedown", "pagedown")
        await ana.shows("/delete", "/help")
        await ana.press("escape")
        await ana.lacks("esc Close")
        assert not ana.app.store.messages
        await ana.press("f1")
        await ana.shows("this page")


async def test_the_palette_has_what_this_program_does():
    """Each of its commands does what its key does."""
    async with open_house() as house, chat(house, size=(80, 50)) as ana:
        await ana.press("ctrl+p")
        await ana.shows(
            "Pick a message", "Theme", "See who's here · Ctrl+B", "Switch between compact and comfortable rows · F8"
        )
        await ana.lacks("Connect now")
        await ana.press(*"help", "enter")
        await ana.shows("this page")


async def test_exit_says_goodbye_and_ends():
    """The name is free at once."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await ana.say("/exit")
        await bob.sees("bob")
        await ana.leaves()


async def test_a_secret_that_can_not_be_had_is_told():
    """As a toast that does not cover the composer, and is no markup."""
    async with open_house() as house, chat(house, notice="[/b] can't be read; you're a guest this time.") as ana:
        await ana.shows("[/b] can't be read")
        assert "Message everyone…" in "".join(ana.rows)


async def test_a_fault_outside_of_any_widget_ends_the_program():
    """Such as one of the feed, or of a paint that a timer began; what it was is there to be written down."""

    def broken():
        raise ZeroDivisionError

    async def ended_by(fault):
        async with open_house() as house, chat(house) as ana:
            asyncio.get_running_loop().call_soon(fault)
            await ana.until(lambda: isinstance(ana.app.crash, ZeroDivisionError))

    with pytest.raises(ZeroDivisionError):
        await ended_by(broken)
