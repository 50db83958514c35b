"""Compact rows: time and name stand beside the text, and all that a list can do is done there as well."""

import pytest
from msgspec import structs
from rich.cells import cell_len

from chat_tui.app.keeping import Keeping
from chat_tui.settings.settings import Settings
from chat_tui.state.find import spans_of
from chat_tui.widgets.messages.action_strip import ActionStrip
from chat_tui.widgets.messages.drawing import draw
from chat_tui.widgets.messages.frame import Spacing
from chat_tui.widgets.messages.message_list import MessageList
from chatting import open_house
from client.chat_host import TEN, chat
from client.message_list_host import ACTIONS, Host, click, row, until
from client.widgets.messages.test_drawing import PLAIN

DENSE = Spacing(dense=True)


def rows_of(message, width=60, parent=None, spacing=DENSE, **frame):
    """A message as it is drawn, without the blanks at the ends."""
    drawn = draw(message, parent, structs.replace(spacing.on(width), **frame), PLAIN, 0.0)
    return [strip.text.rstrip() for strip in drawn.strips]


def test_a_message_has_one_row():
    """Time, name and text; the date is that of the rule above, and a long name is cut."""
    assert rows_of(row(1, "hello")) == [" 10:02       ana │ hello"]
    assert rows_of(row(1, "hello", time="05 Mar 10:02"), 100) == [" 10:02          ana │ hello"]
    assert rows_of(row(1, "hello", author="a very long name"), 40) == [" 10:02 a ver… │ hello"]
    assert rows_of(row(1, "hello", author="日本語の名前"), 60) == [" 10:02 日本語の… │ hello"]
    assert rows_of(row(1, "hello"), 32) == ["    ana │ hello"]


def test_a_text_hangs_below_its_beginning():
    """On every row, in a narrow terminal without the margin."""
    words = "one two three four five six seven"
    assert rows_of(row(1, words), 40) == [
        " 10:02    ana │ one two three four five",
        "              │ six seven",
    ]
    assert rows_of(row(1, words), 40, spacing=Spacing(narrow=True, dense=True)) == [
        "10:02    ana │ one two three four five",
        "             │ six seven",
    ]


def test_what_goes_on_has_its_time_and_no_name():
    """It is whose the row above is."""
    assert rows_of(row(2, "and more", grouped=True)) == [" 10:02           │ and more"]


def test_a_reply_has_its_preview_above():
    """One row, where the texts are."""
    answer = row(2, "yes", author="bob", reply_to=1)
    assert rows_of(answer, parent=row(1, "lunch?\nnow?")) == [
        "                 │ ╭ ana: lunch?…",
        " 10:02       bob │ yes",
    ]


def test_a_private_message_says_so_in_words_and_by_another_line():
    """On the last row, below it where there is no room, and the line all along."""
    private = row(1, "can you cover for me?", note="private → you", note_kind="private")
    assert rows_of(private) == [" 10:02       ana ┃ can you cover for me?  private → you"]
    assert rows_of(private, 50) == [
        " 10:02    ana ┃ can you cover for me?",
        "              ┃ private → you",
    ]


def test_rules_stand_above():
    """Where the loaded messages end, where a day and where the unread begin."""
    shown = rows_of(row(1, "hello", edge="Start of the conversation", day="Thursday", rule="new since 10:02"), 60)
    assert [line.strip(" ─") for line in shown[:3]] == ["Start of the conversation", "Thursday", "new since 10:02"]
    assert shown[3:] == [" 10:02       ana │ hello"]


def test_a_muted_message_is_one_row_and_opens():
    """Who it is from is told once it is open."""
    muted = row(1, "noise", folded="muted: ana", note="muted")
    assert rows_of(muted) == [" 10:02           │ muted: ana"]
    assert rows_of(muted, expanded=True) == [" 10:02       ana │ noise  muted"]


def test_a_long_text_is_folded_and_its_note_is_below():
    """Behind the words that say how much there is more of."""
    shown = rows_of(row(1, "\n".join("x" * 60), note="sending…", note_kind="pending"))
    assert [line[17:] for line in shown[-2:]] == ["│ … 11 more lines (Enter to show all)", "│ sending…"]


def test_actions_stand_at_the_edge():
    """Beside the names there is more room than below the text."""
    shown = rows_of(row(1, "hello"), strip=ActionStrip(ACTIONS, "Thursday, 5 March 2026, 10:02"))
    assert shown[1:] == ["  Thursday, 5 March 2026, 10:02", "  Reply   Copy   Delete"]


def test_no_row_of_text_is_wider_than_can_be_read():
    """120 cells, or as the user has set it; rows are full then, whichever way they are arranged."""
    words = "word " * 100
    for spacing, most in ((Spacing(), 120), (DENSE, 120), (Spacing(widest=60), 60), (Spacing(widest=0), 226)):
        frame = spacing.on(230)
        shown = rows_of(row(1, words), 230, spacing=spacing)
        widest = max(cell_len(line) for line in shown) - frame.indent
        assert most - 6 < widest <= most, spacing


def test_where_there_is_no_room_beside_the_text_it_stands_below_the_name():
    """In less than 30 columns."""
    assert rows_of(row(1, "hello"), 29, gap=False) == [" ▊ ana  10:02", " ▊ hello"]


# -- in the list --------------------------------------------------------------------------------------------------


def dense_host(*rows):
    """A list with compact rows."""
    host = Host(rows)
    host.list.spacing = DENSE
    return host


async def test_it_can_be_switched_and_stays_where_it_is():
    """No blank rows, and back."""
    host = Host([row(1, "hello"), row(2, "hi", author="bob")])
    async with host.run_test(size=(70, 10)) as pilot:
        host.list.spacing = DENSE
        await pilot.pause()
        assert host.shown[:2] == [" 10:02       ana │ hello", " 10:02       bob │ hi"]
        host.list.spacing = Spacing()
        await pilot.pause()
        assert " ▊ hello" in host.shown


async def test_the_mouse_finds_names_quotes_and_texts():
    """A name is somebody to write to, a quote a place to go to, a text is picked."""
    host = dense_host(row(1, "lunch?"), row(2, "yes https://e.org/a", author="bob", reply_to=1))
    async with host.run_test(size=(70, 10)) as pilot:
        await click(pilot, "bob", "yes")
        await click(pilot, "╭ ana")
        await click(pilot, "https", "yes")
        await click(pilot, "yes")
        await click(pilot, "Reply")
        heard = [type(message) for message in host.heard]
        assert [one for one in heard if one is not MessageList.UnreadMoved and one is not MessageList.Scrolled] == [
            MessageList.AuthorClicked,
            MessageList.PreviewClicked,
            MessageList.LinkClicked,
            MessageList.Picked,
            MessageList.ActionChosen,
        ]


async def test_a_countdown_runs_behind_the_text():
    """Nothing else of its row is drawn for it."""
    host = dense_host(row(1, "gone soon", expires_at=1042.0, note="private → you", note_kind="private"))
    async with host.run_test(size=(70, 6)) as pilot:
        await pilot.pause()
        assert host.shown[0] == " 10:02       ana ┃ gone soon  ⏳ 0:42  private → you"
        host.clock += 1
        await until(lambda: "0:42" not in host.shown[0])
        assert host.shown[0] == " 10:02       ana ┃ gone soon  ⏳ 0:41  private → you"


async def test_a_drag_takes_the_text_alone():
    """Not time and name, which stand beside it."""
    host = dense_host(row(1, "first words"), row(2, "second words", author="bob"))
    async with host.run_test(size=(70, 6)) as pilot:
        await pilot.pause()
        await pilot.mouse_down("#messages", offset=(25, 0))
        await pilot.hover("#messages", offset=(24, 1))
        await pilot.mouse_up("#messages", offset=(24, 1))
        await pilot.pause()
        assert host.copied == ["ana: words\nbob: second"]


async def test_what_is_found_stands_out():
    """In the text, at its place."""
    host = dense_host(row(1, "a needle"), row(2, "hay"))
    async with host.run_test(size=(70, 6)) as pilot:
        host.list.find(lambda text: spans_of("needle", text))
        await pilot.pause()
        found = [s.text for s in host.strips[0] if s.style is not None and s.style.underline]
        assert found == ["needle"]


# -- in the program -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "least"), [((80, 24), 19), ((120, 36), 31)])
async def test_so_many_messages_are_seen_at_once(size, least):
    """One row each: all rows of the list."""
    async with open_house() as house:
        bob = await house.person("bob")
        await bob.say(*(f"{n}. of many" for n in range(60)))
        async with chat(house, size=size, start=Settings(density="compact")) as ana:
            await ana.shows("│ 59. of many")
            assert sum("of many" in line for line in ana.rows) >= least


async def test_a_key_switches_and_the_choice_is_kept():
    """F8, or the palette; it says so without moving anything."""
    kept = []
    async with open_house() as house, chat(house, clock=lambda: TEN) as ana:
        ana.app.use(Settings(), Keeping(density=kept.append))
        await ana.say("hello")
        await ana.shows("▊ hello")
        await ana.press("f8")
        await ana.shows("ana │ hello", "✓ Compact rows.")
        await ana.press("ctrl+p", *"density", "enter")
        await ana.shows("▊ hello", "✓ Comfortable rows.")
        assert kept == ["compact", "comfortable"]
