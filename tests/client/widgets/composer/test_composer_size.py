"""How the composer grows, and what a key costs."""

import pytest
from textual import events
from textual.widgets.text_area import Selection

from client.composer_host import Host


@pytest.mark.parametrize(("compact", "most", "border"), [(False, 6, 2), (True, 4, 0)])
async def test_it_grows_with_its_text_and_then_scrolls(compact, most, border):
    """One row at first; the cursor's row is always visible; sending makes it one row again."""
    async with Host(compact=compact).run_test(size=(50, 20)) as pilot:
        composer = pilot.app.composer
        await pilot.pause()
        for rows in range(1, 10):
            assert composer.region.height == min(rows, most) + border
            assert composer.scroll_offset.y == max(0, rows - most)
            assert composer.region.bottom == 20
            await pilot.press("x", "ctrl+j")
            await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert composer.region.height == 1 + border
        assert composer.scroll_offset.y == 0


async def test_a_long_line_wraps():
    """Rows are counted as they are shown, after a resize too."""
    async with Host().run_test(size=(80, 20)) as pilot:
        pilot.app.composer.set_text("名前" * 30)
        await pilot.pause()
        assert pilot.app.composer.size.height == 2
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert pilot.app.composer.size.height == 4


async def test_a_paste_of_many_lines_shows_its_end():
    """The rows are filled, and the cursor is on the last of them."""
    async with Host().run_test(size=(80, 20)) as pilot:
        composer = pilot.app.composer
        composer.post_message(events.Paste("\n".join("abcdefghij")))
        await pilot.pause()
        assert [row[2] for row in pilot.app.frame.splitlines()[-7:-1]] == list("efghij")
        await pilot.press(*["up"] * 9)
        await pilot.pause()
        assert [row[2] for row in pilot.app.frame.splitlines()[-7:-1]] == list("abcdef")


async def test_the_wheel_scrolls_what_does_not_fit():
    """There is no scrollbar, and none is needed."""
    async with Host().run_test(size=(80, 20)) as pilot:
        composer = pilot.app.composer
        composer.set_text("\n".join("abcdefghij"))
        await pilot.pause()
        assert composer.scroll_offset.y == 4
        composer.post_message(events.MouseScrollUp(composer, 1, 1, 0, -1, 0, shift=False, meta=False, ctrl=False))
        await pilot.pause()
        assert composer.scroll_offset.y < 4


async def test_a_key_lays_nothing_out():
    """Ten letters, their deletion and the cursor's movements are repaints of the composer alone."""
    async with Host().run_test(size=(80, 20)) as pilot:
        await pilot.press("a")
        await pilot.pause()
        before = pilot.app.layouts
        await pilot.press(*"bcdefghijk", "left", "home", "end", *["backspace"] * 5)
        await pilot.pause()
        assert pilot.app.layouts == before
        await pilot.press("ctrl+j")
        await pilot.pause()
        assert pilot.app.layouts > before


async def test_a_letter_is_drawn_in_the_turn_of_the_loop_in_which_it_comes():
    """Nothing is waited for between the edit and the repaint."""
    async with Host().run_test(size=(50, 20)) as pilot:
        await pilot.press("a")
        await pilot.pause()
        before = pilot.app.composer.drawn
        pilot.app.composer.insert("b")
        assert pilot.app.composer.drawn == before + 1


async def test_a_theme_changes_every_colour():
    """Styles that are kept from key to key do not outlive their theme."""
    async with Host().run_test(size=(50, 20)) as pilot:
        composer = pilot.app.composer
        names = ("text-area--cursor", "text-area--selection")
        await pilot.press("a")
        await pilot.pause()
        before = [composer.get_component_rich_style(name) for name in names]
        pilot.app.theme = "textual-light"
        await pilot.pause()
        after = [composer.get_component_rich_style(name) for name in names]
        assert all(old != new for old, new in zip(before, after, strict=True))


async def test_the_cursor_shows_with_the_focus_only():
    """In both layouts."""
    for compact in (False, True):
        async with Host(compact=compact).run_test(size=(50, 20)) as pilot:
            composer = pilot.app.composer
            await pilot.press("a")
            await pilot.pause()
            focused = composer.render_line(0)
            pilot.app.screen.set_focus(None)
            await pilot.pause()
            assert composer.render_line(0) != focused
            composer.focus()
            await pilot.pause()
            assert composer.render_line(0) == focused


@pytest.mark.parametrize(
    ("start", "end", "marked"),
    [
        ((2, 3), (2, 3), [[], [], [], [" "]]),
        ((0, 4), (0, 30), [["two three four five "], ["six se", "v"], [], []]),
        ((0, 30), (2, 2), [[], ["ven"], [" "], ["en", "d"]]),
        ((2, 1), (0, 4), [["t", "wo three four five "], ["six seven"], [" "], ["e"]]),
        ((0, 25), (0, 25), [[], ["i"], [], []]),
    ],
)
async def test_a_row_shows_selection_and_cursor_where_they_are(start, end, marked):
    """On each row of a wrapped text; an empty line that is selected is seen, too."""
    async with Host().run_test(size=(30, 20)) as pilot:
        composer = pilot.app.composer
        composer.set_text("one two three four five six seven\n\nend")
        composer.selection = Selection(start, end)
        await pilot.pause()
        rows = [list(composer.render_line(y)) for y in range(4)]
        plain = rows[0][-1].style
        assert [[text for text, style, _ in row if style != plain] for row in rows] == marked
