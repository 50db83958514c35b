"""Writing, sending, recalling and refusing, by keyboard and mouse."""

import pytest
from textual import events

from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.composer.editor import LONGEST, plain_text
from client.composer_host import Host

PUBLIC = ("", "off")


async def test_enter_sends_and_clears():
    """The line is gone from the composer before anything else can be typed; it cannot be sent twice."""
    async with Host().run_test() as pilot:
        await pilot.press("h", "i", "enter", "enter", "y", "o", "enter")
        assert pilot.app.said == [("hi", *PUBLIC), ("yo", *PUBLIC)]
        assert pilot.app.composer.text == ""


async def test_blank_text_is_not_sent():
    """Spaces and line breaks alone say nothing."""
    async with Host().run_test() as pilot:
        await pilot.press("space", "ctrl+j", "space", "enter")
        assert pilot.app.said == []


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_a_line_break_is_inserted(key):
    """Each of these keys breaks the line where the cursor is, and send nothing."""
    async with Host().run_test() as pilot:
        await pilot.press("a", "b", "left", key, "enter")
        assert pilot.app.said == [("a\nb", *PUBLIC)]


async def test_alt_and_a_letter_types_nothing():
    """Where other chats have windows there; nobody wants the letter."""
    async with Host().run_test() as pilot:
        await pilot.press("a", "alt+b", "alt+1", "c")
        assert pilot.app.composer.text == "ac"


async def test_a_line_break_is_taken_back():
    """And what was before it, as far back as one likes."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        await pilot.press(*"abc", "ctrl+j", *"def")
        composer.insert_plain("x\ny\nz")
        for _ in range(6):
            await pilot.press("ctrl+z")
            await pilot.pause()
        assert composer.text == ""
        await pilot.press("ctrl+y", "ctrl+y", "ctrl+y")
        await pilot.pause()
        assert "\n" in composer.text


async def test_a_paste_is_one_draft_of_plain_text():
    """The end-of-paste marker, line ends, tabs and control characters neither send nor survive."""
    async with Host().run_test() as pilot:
        hostile = "one\r\ntwo\rthree\n\tfour\x1b[201~\rquit\r\x07\x00\x9b\x85\ud800\u2028end"
        pilot.app.composer.post_message(events.Paste(hostile))
        await pilot.pause()
        assert pilot.app.said == []
        assert pilot.app.composer.text == "one\ntwo\nthree\n    four[201~\nquit\n\nend"


async def test_a_huge_paste_is_cut():
    """A megabyte stays one draft that can still be edited, and nobody has to believe that it is whole."""
    async with Host().run_test() as pilot:
        pilot.app.composer.post_message(events.Paste("x" * 1_000_000))
        await pilot.pause()
        assert str(pilot.app.composer.border_subtitle) == "967,232 more did not fit"
        await pilot.press("y", "backspace", "enter")
        assert len(pilot.app.composer.text) == LONGEST
        assert pilot.app.said == []


async def test_a_paste_takes_the_room_of_what_it_replaces():
    """Select all of a full composer and paste: the new text is there, whole."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        composer.set_text("x" * LONGEST)
        composer.select_all()
        composer.post_message(events.Paste("a new text"))
        await pilot.pause()
        assert composer.text == "a new text"


def test_plain_text_leaves_letters_alone():
    """Emoji that are joined, wide and combining letters stay as they are."""
    text = "👩‍💻 ❤️ 名前 e\u0301 [/b]"
    assert plain_text(text) == text


async def test_joined_emoji_can_be_typed():
    """The joiner arrives as a key of its own and is kept."""
    async with Host().run_test() as pilot:
        for letter in "👩‍💻":
            pilot.app.composer.post_message(events.Key(letter, letter))
        await pilot.pause()
        assert pilot.app.composer.text == "👩‍💻"


@pytest.mark.parametrize(
    ("key", "left"),
    [
        ("ctrl+u", ""),
        ("ctrl+w", "one "),
        ("ctrl+backspace", "one "),
        ("backspace", "one tw"),
    ],
)
async def test_editing_keys_edit(key, left):
    """The editor's own keys do what they do in every editor."""
    async with Host().run_test() as pilot:
        pilot.app.composer.set_text("one two")
        await pilot.press(key)
        assert pilot.app.composer.text == left


async def test_what_was_sent_is_not_undone():
    """Undo never brings back a sent line."""
    async with Host().run_test() as pilot:
        await pilot.press("a", "enter", "ctrl+z")
        assert pilot.app.composer.text == ""


async def test_up_in_an_empty_composer_picks():
    """Alt+Up and Alt+Down do so at any time."""
    async with Host().run_test() as pilot:
        await pilot.press("up", "a", "alt+up", "alt+down")
        assert pilot.app.said == [Composer.PickRequested] * 3


async def test_up_recalls_from_the_first_row_and_down_returns_to_the_draft():
    """Within several rows the keys move the cursor first."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        await pilot.press("a", "enter", "b", "enter")
        composer.set_text("draft\nmore")
        await pilot.press("up")
        assert composer.text == "draft\nmore"
        await pilot.press("up")
        assert composer.text == "b"
        await pilot.press("up")
        assert composer.text == "a"
        await pilot.press("up", "down", "down")
        assert composer.text == "draft\nmore"
        assert Composer.PickRequested not in pilot.app.said


async def test_ctrl_up_recalls_into_an_empty_composer():
    """And Ctrl+Down returns to it."""
    async with Host().run_test() as pilot:
        await pilot.press("a", "enter", "ctrl+up")
        assert pilot.app.composer.text == "a"
        await pilot.press("ctrl+down")
        assert pilot.app.composer.text == ""


async def test_a_temporary_line_is_not_recalled():
    """What deletes itself leaves nothing here, however it was made temporary."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        composer.set_text("/temp 30 code 4711")
        await pilot.press("enter")
        composer.temp = "30 s"
        await pilot.press("x", "enter", "ctrl+up")
        assert composer.text == ""
        assert pilot.app.said[-1] == ("x", "", "30 s")


async def test_a_forgotten_line_is_not_recalled():
    """A deleted message's text does not live on."""
    async with Host().run_test() as pilot:
        await pilot.press("a", "enter")
        pilot.app.composer.forget("a")
        await pilot.press("ctrl+up")
        assert pilot.app.composer.text == ""


async def test_escape_cancels():
    """The screen decides what."""
    async with Host().run_test() as pilot:
        await pilot.press("escape")
        assert pilot.app.said == [Composer.Cancelled]


async def test_a_refused_line_comes_back_with_its_reason():
    """It can be sent again at once; the reason stays until the next key."""
    async with Host().run_test() as pilot:
        await pilot.press("h", "i", "enter")
        pilot.app.composer.give_back("hi", "Too fast [/b]: 5 a second.")
        await pilot.pause()
        assert pilot.app.composer.text == "hi"
        assert "Too fast [/b]: 5 a second." in pilot.app.frame
        await pilot.press("!")
        await pilot.pause()
        assert "Too fast" not in pilot.app.frame
        await pilot.press("enter")
        assert pilot.app.said[-1] == ("hi!", *PUBLIC)


async def test_a_refused_line_never_joins_another_draft():
    """The draft stays; Ctrl+Up brings the refused line, and the reason outlives the typing."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        await pilot.press("h", "i", "enter", "n", "e", "w")
        composer.give_back("hi", "Too fast.")
        await pilot.press("e", "r")
        await pilot.pause()
        assert composer.text == "newer"
        assert "not sent, ctrl+↑ brings it back: Too fast." in pilot.app.frame
        await pilot.press("ctrl+up")
        await pilot.pause()
        assert composer.text == "hi"
        assert "Too fast." not in pilot.app.frame
        await pilot.press("ctrl+down")
        assert composer.text == "newer"


async def test_what_is_too_long_is_counted_and_not_sent():
    """Near the limit the length shows; above it Enter says by how much."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        composer.set_text("x" * 4050)
        await pilot.pause()
        assert "4,050 / 4,096" in pilot.app.frame
        composer.set_text("x" * 4108)
        await pilot.press("enter")
        await pilot.pause()
        assert "too long by 12" in pilot.app.frame
        assert pilot.app.said == []
        composer.set_text("x" * 4096)
        await pilot.press("enter")
        assert pilot.app.said == [("x" * 4096, *PUBLIC)]
        await pilot.pause()
        assert "4,096" not in pilot.app.frame
