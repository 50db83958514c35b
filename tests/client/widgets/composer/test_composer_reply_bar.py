"""The row that says what is replied to."""

import pytest
from rich.cells import cell_len

from chat_tui.widgets.composer.reply_bar import ReplyBar
from client.composer_host import Host


@pytest.mark.parametrize(
    ("compact", "width", "intro", "way_out"),
    [(False, 100, "↪ replying to ana [/b]: ", "[esc cancels]"), (True, 50, "↪ ana [/b]: ", "[esc]")],
)
async def test_it_quotes_in_one_row(compact, width, intro, way_out):
    """Any author, any text: literal, one row, cut with an ellipsis, and the way out always visible."""
    async with Host(compact=compact).run_test(size=(width, 20)) as pilot:
        bar = pilot.app.reply_bar
        assert not bar.display
        pilot.app.quotes |= {1: ("ana [/b]", "[red]one\ntwo 👩‍💻 " + "名前" * 500), 2: ("x" * 500, "hi")}
        bar.show(1)
        await pilot.pause()
        row = next(row for row in pilot.app.frame.splitlines() if "↪" in row)
        assert f"{intro}[red]one two" in row
        assert "…" in row
        assert row.rstrip().endswith(way_out)
        assert cell_len(row) == width
        bar.show(2)
        await pilot.pause()
        row = next(row for row in pilot.app.frame.splitlines() if "↪" in row)
        assert row.rstrip().endswith(way_out)


async def test_a_click_cancels():
    """The screen then hides it."""
    async with Host().run_test() as pilot:
        pilot.app.quotes[1] = ("ana", "morning")
        pilot.app.reply_bar.show(1)
        await pilot.pause()
        await pilot.click(ReplyBar)
        assert pilot.app.said == [ReplyBar.Cancelled]


async def test_hiding_forgets_the_text():
    """What was quoted is gone from the screen and from the widget."""
    async with Host().run_test() as pilot:
        bar = pilot.app.reply_bar
        pilot.app.quotes[1] = ("ana", "code 4711")
        bar.show(1)
        bar.hide()
        await pilot.pause()
        assert "4711" not in pilot.app.frame
        assert "4711" not in bar.render().plain


async def test_it_says_what_the_message_says_now():
    """Whenever it is drawn it asks, so there is no copy that could be left behind."""
    async with Host().run_test() as pilot:
        pilot.app.quotes[1] = ("ana", "code 4711")
        bar = pilot.app.reply_bar
        bar.show(1)
        await pilot.pause()
        assert "ana: code 4711" in bar.render().plain
        pilot.app.quotes[1] = ("", "deleted message")
        assert "4711" not in bar.render().plain
        assert "deleted message" in bar.render().plain
