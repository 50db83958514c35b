"""The help page shows every command and key, at any width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App

from chat_tui.app.themes import CHAT_DARK
from chat_tui.screens.dialogs.help import HelpScreen, entry_rows
from chat_tui.toolkit.screen_text import screen_text

pytest_plugins = ("snapshots",)

COMMANDS = [
    ("/reply <id> <text>", "a message that replies to message <id>"),
    ("/temp <seconds> <text>", "a message that deletes itself after <seconds>"),
    ("/to <name> <text>", "a direct message: its sender and its target see it, nobody else, in history too"),
    ("/delete <id>", "delete a message, [b]not markup[/]"),
]
KEYS = [("Enter", "send"), ("Ctrl+J", "a new line"), ("Alt+Up", "pick a message")]


class HelpApp(App):
    """Opens the page and keeps that it was closed."""

    def __init__(self, commands=COMMANDS):
        super().__init__()
        self.page = HelpScreen(commands, KEYS)
        self.closed = 0
        self.animation_level = "none"

    def on_mount(self):
        """Open it."""
        self.register_theme(CHAT_DARK)
        self.theme = CHAT_DARK.name
        self.push_screen(self.page, self.note)

    def note(self, _):
        """It was closed."""
        self.closed += 1


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (50, 20)])
async def test_it_looks_right(snapshot, size):
    """Two columns where there is room, else each summary below its term; below 90 columns the whole screen."""
    app = HelpApp()
    async with app.run_test(size=size):
        snapshot(app, f"help-{size[0]}x{size[1]}")


@pytest.mark.parametrize("key", ["escape", "f1", "q"])
async def test_keys_close_it(key):
    """Each of them, once."""
    app = HelpApp()
    async with app.run_test() as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert app.closed == 1


async def test_only_a_click_beside_it_closes_it():
    """What is on the page can be clicked, and selected, without losing it."""
    app = HelpApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.click(".help-heading")
        await pilot.pause()
        assert app.closed == 0
        await pilot.click(offset=(1, 1))
        await pilot.pause()
        assert app.closed == 1


async def test_the_key_that_closes_is_a_button():
    """It is on the screen however long the page is."""
    app = HelpApp(COMMANDS * 9)
    async with app.run_test(size=(50, 20)) as pilot:
        rows = screen_text(app).split("\n")
        assert rows[19].startswith("esc Close")
        await pilot.click(offset=(1, 19))
        await pilot.pause()
        assert app.closed == 1


async def test_a_long_page_scrolls():
    """The last command can be read with the keys, or by clicking "Scroll"."""
    app = HelpApp([*COMMANDS * 9, ("/last", "the end")])
    async with app.run_test(size=(80, 24)) as pilot:
        assert "/last" not in screen_text(app)
        await pilot.press("end")
        await pilot.pause()
        assert "/last" in screen_text(app)
        await pilot.press("home")
        await pilot.pause()
        for _ in range(4):
            await pilot.click(offset=(13, 23))
            await pilot.pause()
        assert "/last" in screen_text(app)


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), max_size=5), st.integers(10, 60))
def test_no_row_is_too_wide(entries, width):
    """Whatever is listed fits, each summary beginning on its term's row or the next."""
    rows = entry_rows(entries, width)
    assert len(rows) >= len(entries)
    assert all(cell_len(row.plain) <= width for row in rows)
