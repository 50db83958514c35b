"""A drag takes what it went over, whatever it began and ended on, and whichever way it went."""

import pytest
from textual.events import MouseDown, MouseMove, MouseUp

from client.message_list_host import Host, row

SIZE = (60, 20)
URL_LINE = "see https://example.org/a_b and more"
ROWS = [
    row(1, URL_LINE),
    row(2, "for you alone", author="bob", note="private → you"),
    row(3, "two\n\nlines", author="zoë", rule="new since 10:04"),
]
TEXT, GAP, HEADER, SECOND, RULE, THIRD, EMPTY, LAST, BELOW = 2, 3, 4, 5, 7, 9, 10, 11, 16
"""Lines of the list: `GAP` and `HEADER` are above the second message, `RULE` above the third, `BELOW` below all."""
ALL = f"ana: {URL_LINE}\nbob: for you alone\nzoë: two\n\nlines"

PATHS = [
    ((2, TEXT), (20, TEXT), URL_LINE[:18]),
    ((0, TEXT), (58, TEXT), URL_LINE),
    ((10, TEXT - 1), (20, TEXT), URL_LINE[:18]),
    ((10, TEXT - 2), (20, TEXT), URL_LINE[:18]),
    ((4, TEXT), (20, HEADER), URL_LINE[1:]),
    ((4, TEXT), (40, GAP), URL_LINE[1:]),
    ((4, TEXT), (1, SECOND), URL_LINE[1:]),
    ((50, TEXT), (5, SECOND), "for"),
    ((5, SECOND), (30, RULE), "r you alone"),
    ((5, SECOND), (30, RULE + 1), "r you alone"),
    ((30, RULE), (4, LAST), "two\n\nli"),
    ((20, EMPTY), (4, LAST), "\nli"),
    ((4, LAST), (30, BELOW), "ines"),
    ((0, 0), (0, BELOW), ALL),
    ((5, HEADER), (30, HEADER), ""),
    ((5, GAP), (30, HEADER), ""),
    ((5, BELOW), (30, BELOW - 1), ""),
]


async def drag(pilot, start, end) -> None:
    """Press at a cell, let go at another."""
    for event, (x, y) in [(MouseDown, start), (MouseMove, end), (MouseUp, end)]:
        pilot.app.post_message(event(None, x, y, 0, 0, 1, False, False, False, x, y))
    await pilot.pause()


async def test_a_drag_takes_what_is_between_its_ends():
    """A gutter is where its row begins, a row without text where the next text does, below all is the end."""
    host = Host(ROWS)
    async with host.run_test(size=SIZE) as pilot:
        lines = [host.shown[line].strip(" ▊┃") for line in (TEXT, GAP, SECOND, THIRD, EMPTY, LAST, BELOW)]
        assert lines == [URL_LINE, "", "for you alone", "two", "", "lines", ""]
        assert "private" in host.shown[HEADER]
        assert "new since" in host.shown[RULE]
        for start, end, text in PATHS:
            for one, other in ((start, end), (end, start)):
                await drag(pilot, one, other)
                assert host.copied == ([text] if text else []), (one, other)
                host.copied.clear()


@pytest.mark.parametrize(("shown", "taken"), [(":rocket:", "a :rocket:"), ("👩‍💻", "a 👩‍💻"), ("e\u0301", "a e\u0301")])
async def test_what_is_one_to_the_eye_is_taken_whole(shown, taken):
    """A shortcode, joined emoji, a letter with an accent: where a drag ends on it, all of it is copied."""
    host = Host([row(1, f"a {shown} b")])
    async with host.run_test(size=SIZE) as pilot:
        await drag(pilot, (3, 2), (5, 2))
        await drag(pilot, (5, 2), (3, 2))
        assert host.copied == [taken, taken]


async def test_where_there_is_no_text_nothing_is_taken():
    """A drag over messages that are folded, or from the text field to the list: nobody has pointed at a text."""
    host = Host([row(1, "secret", folded="a message of bob, who is muted"), row(2, "more", folded="another one")])
    async with host.run_test(size=SIZE) as pilot:
        await drag(pilot, (4, 0), (20, 10))
        host.say(row(3, "seen"))
        await pilot.pause()
        await drag(pilot, (4, 19), (5, 0))
        assert host.copied == []
