"""The first row of a list says who speaks, also where their name stands above it."""

import pytest
from textual.geometry import Offset

from chat_tui.widgets.messages.frame import Spacing
from client.message_list_host import Host, click, row, until

DENSE = Spacing(dense=True)
ANA = [row(number, grouped=number > 1) for number in range(1, 31)]


def host_of(rows, spacing=DENSE):
    """A list that is at its end."""
    host = Host(rows)
    host.list.spacing = spacing
    return host


async def test_beside_the_text_the_name_is_where_names_are():
    """On the first row alone, wherever one scrolls; where the message has its own, nothing is added."""
    host = host_of([*ANA, row(31, "hi", author="bob", author_id="b1")])
    async with host.run_test(size=(61, 11)) as pilot:
        assert host.shown[0] == " 10:02       ana │ message 22"
        assert host.shown[1:] == [
            *(f" 10:02           │ message {number}" for number in range(23, 31)), " 10:02       bob │ hi"
        ]  # fmt: skip
        host.list.scroll_to(y=15, animate=False)
        await pilot.pause()
        assert host.shown[:2] == [" 10:02       ana │ message 16", " 10:02           │ message 17"]
        host.list.scroll_to(y=0, animate=False)
        await pilot.pause()
        assert host.shown[:2] == [" 10:02       ana │ message 1", " 10:02           │ message 2"]


async def test_where_names_have_rows_it_ends_the_first_row():
    """Right of the text, in the column of the texts; below the name itself it is not said again."""
    host = host_of(ANA, Spacing())
    async with host.run_test(size=(61, 11)) as pilot:
        assert host.shown[0] == " ▊ message 21".ljust(56) + "ana"
        assert host.shown[1:] == [f" ▊ message {number}" for number in range(22, 31)]
        host.list.scroll_to(y=0, animate=False)
        await pilot.pause()
        assert [line for line in host.shown if "ana" in line] == [" ▊ ana  10:02"]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("x" * 40, f" ▊ {'x' * 40}  a very long n…"),
        ("x" * 47, f" ▊ {'x' * 47}"),
        ("```\nx\n```", " ▊ ```"),
    ],
)
async def test_no_text_gives_way_to_a_name(words, first):
    """A long name is cut before the text, and left out where too little of it would be seen; code is left alone."""
    rows = [*ANA[:10], row(11, words, grouped=True, author="a very long name"), *ANA[11:20]]
    async with (host := host_of(rows, Spacing())).run_test(size=(61, 11 + words.count("\n"))):
        assert host.shown[0] == first


async def test_the_rest_of_a_long_message_says_whose_it_is():
    """Its name is above the screen, and so is the beginning of the text."""
    text = "\n".join(map(str, range(1, 16)))
    for spacing, first in ((DENSE, "             bob │ 12"), (Spacing(), " ▊ 12".ljust(56) + "bob")):
        host = host_of([*ANA[:3], row(31, text, author="bob", author_id="b1")], spacing)
        async with host.run_test(size=(61, 5)):
            assert host.shown[0] == first
            assert sum("bob" in line for line in host.shown) == 1


async def test_what_can_be_done_with_a_row_is_as_without_a_name():
    """Dragging copies the text alone, a click picks the message, and its time goes on running."""
    rows = [row(number, grouped=number > 1, expires_at=1060.0) for number in range(1, 31)]
    host = host_of(rows)
    async with host.run_test(size=(61, 11)) as pilot:
        assert host.shown[0] == " 10:02       ana │ message 21  ⏳ 1:00"
        host.clock += 1
        await until(lambda: "0:59" in host.shown[0])
        assert host.shown[0] == " 10:02       ana │ message 21  ⏳ 0:59"
        await pilot.mouse_down("#messages", offset=Offset(19, 0))
        await pilot.hover("#messages", offset=Offset(27, 0))
        await pilot.mouse_up("#messages", offset=Offset(28, 0))
        await pilot.pause()
        assert host.copied == ["message 21"]
        await click(pilot, "ana")
        assert [message.key for message in host.named("Picked")] == [21]
        assert host.shown[0] == " 10:02       ana │ message 21  ⏳ 0:59"
