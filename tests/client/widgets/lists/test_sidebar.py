"""The sidebar shows rooms, conversations and people, however they are called, and posts what was chosen."""

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.widgets import Input

from chat_tui.app.themes import CHAT_DARK
from chat_tui.toolkit.screen_text import screen_text
from chat_tui.widgets.lists.sidebar import AWAY, HERE, Entry, Sidebar

ENTRIES = [
    Entry("Rooms"),
    Entry("lobby", "#lobby", "#"),
    Entry("dev", "#dev", "#", 12, closes=True),
    Entry("ops", "#ops", "#", 3, to_you=1, closes=True),
    Entry("join a room", "+", "+", quiet=True),
    Entry("To you", "!", unread=2000),
    Entry("carla", "@c", AWAY, quiet=True, closes=True, mutes=True),
    Entry("here 2", rule=True),
    Entry("ana", "@a", HERE, state=" (you)"),
    Entry("bob", "@b", HERE, mutes=True),
]


class SidebarApp(App):
    """A sidebar beside an input, and what it posted."""

    def __init__(self, entries=ENTRIES):
        super().__init__()
        self.entries = entries
        self.posted = []

    def compose(self) -> ComposeResult:
        """The input comes first, so it has the focus."""
        yield Input()
        yield Sidebar()

    def on_mount(self):
        """Show the entries."""
        self.register_theme(CHAT_DARK)
        self.theme = CHAT_DARK.name
        self.sidebar.set_entries(self.entries)

    @property
    def sidebar(self) -> Sidebar:
        """The one sidebar."""
        return self.query_one(Sidebar)

    def rows(self):
        """Its rows on the screen, without the border."""
        return [line[2:].rstrip() for line in screen_text(self).split("\n")[3:]]

    def on_sidebar_chosen(self, event):
        """Note what was chosen."""
        self.posted.append(event.id)

    def on_sidebar_close_requested(self, event):
        """Note what is to go."""
        self.posted.append(f"close {event.id}")

    def on_sidebar_mute_toggled(self, event):
        """Note who is to be muted."""
        self.posted.append(f"mute {event.id}")

    def on_sidebar_left(self):
        """Note that it was left."""
        self.posted.append("left")


async def posted_after(*keys):
    """What the sidebar posts when these keys are pressed in it."""
    app = SidebarApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.sidebar.focus()
        await pilot.press(*keys)
        await pilot.pause()
        return app.posted


async def test_what_it_shows():
    """Signs before the names, counts at the right, @ where some of it is to us; what is open has a mark of its own."""
    app = SidebarApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.sidebar.open = "#ops"
        await pilot.pause()
        rows = app.rows()
        assert [row.split() for row in rows[:10]] == [
            ["Rooms"], ["#", "lobby"], ["#", "dev", "12"], ["▸", "ops", "@", "3"], ["+", "join", "a", "room"],
            ["To", "you", "999+"], ["○", "carla"], ["──", "here", "2", "────────────"], ["●", "ana", "(you)"],
            ["●", "bob"],
        ]  # fmt: skip
        app.sidebar.live = False
        await pilot.pause()
        assert (app.rows()[7], app.rows()[9]) == ("── connection lost ───", "○ bob")


@pytest.mark.parametrize(
    ("keys", "posted"),
    [
        (["enter"], ["#lobby"]),
        (["down", "enter"], ["#dev"]),
        (["up", "enter"], ["#lobby"]),
        (["end", "enter"], ["@b"]),
        (["end", "up", "up", "enter"], ["@c"]),
        (["down", "x"], ["close #dev"]),
        (["x"], []),
        (["end", "x", "m"], ["mute @b"]),
        (["end", "up", "m"], []),
        (["escape"], ["left"]),
    ],
)
async def test_keys(keys, posted):
    """Headings are stepped over; what can't be closed or muted is not."""
    assert await posted_after(*keys) == posted


async def test_the_mouse():
    """A click chooses, the right button takes away; a heading is nothing."""
    app = SidebarApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.click(Sidebar, offset=(4, 2))
        await pilot.click(Sidebar, offset=(4, 2), button=3)
        await pilot.click(Sidebar, offset=(4, 1), button=3)
        await pilot.click(Sidebar, offset=(4, 0))
        await pilot.click(Sidebar, offset=(4, 7))
        assert app.posted == ["#dev", "close #dev"]


async def test_the_cursor_stays_on_what_it_was_on():
    """Though something comes above it, or it goes."""
    app = SidebarApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.sidebar.focus()
        await pilot.press("down")
        app.sidebar.set_entries([*ENTRIES[:2], Entry("a", "#a", "#"), *ENTRIES[2:]])
        await pilot.press("enter")
        app.sidebar.set_entries(ENTRIES[:2])
        await pilot.press("enter")
        assert app.posted == ["#dev", "#lobby"]


@pytest.mark.parametrize("name", ["x" * 80, "日本語" * 20, "[b]mark[/] up", "a\u0301" * 40])
async def test_any_name_has_its_row(name):
    """It is cut, and is no markup."""
    app = SidebarApp([Entry(name, "#x", "#", 7)])
    async with app.run_test(size=(60, 20)):
        row = app.rows()[0]
        assert row.endswith("7")
        assert cell_len(row) <= 24
