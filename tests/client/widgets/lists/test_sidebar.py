"""The sidebar shows rooms, conversations and people, however they are called, and posts what was chosen."""

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widgets import Input

from chat_tui.app.themes import CHAT_DARK
from chat_tui.toolkit.screen_text import screen_strips, screen_text
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


@pytest.mark.parametrize("entries", [[], [Entry("Rooms")]])
async def test_where_nothing_can_be_chosen_no_key_does_anything(entries):
    """As in a list that was narrowed down to nothing."""
    app = SidebarApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.sidebar.focus()
        app.sidebar.set_entries(entries)
        await pilot.press("down", "up", "end", "home", "pagedown", "enter", "x", "m")
        await pilot.click(Sidebar, offset=(4, 0))
        assert app.posted == []


@pytest.mark.parametrize("name", ["x" * 80, "日本語" * 20, "[b]mark[/] up", "a\u0301" * 40])
async def test_any_name_has_its_row(name):
    """It is cut, and is no markup."""
    app = SidebarApp([Entry(name, "#x", "#", 7)])
    async with app.run_test(size=(60, 20)):
        row = app.rows()[0]
        assert row.endswith("7")
        assert cell_len(row) <= 24


FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


@pytest.mark.parametrize("name", ["日本語の名前は長いことがある", FAMILY * 30, "e\u0301" * 99, "x" * 99, "\u200d" * 40])
@pytest.mark.parametrize("state", ["", " (muted)"])
async def test_long_names_end_within_the_row(name, state):
    """Every row is as wide as the widget, whatever the width of its letters; count and state stay."""
    app = SidebarApp([Entry(name, "@1", HERE, 12, state=state)])
    async with app.run_test(size=(24, 9)):
        strip = app.sidebar.render_line(0)
        assert strip.cell_length == sum(cell_len(segment.text) for segment in strip) == 22
        assert strip.text.rstrip().endswith("12")
        assert state in strip.text


async def test_names_are_text():
    """What would be markup, a link or a line break to somebody else is shown as it is, on one row."""
    app = SidebarApp([Entry("[red]x[/] [@click=app.quit]", "@1", HERE), Entry("two\nrows", "@2", HERE)])
    async with app.run_test(size=(60, 9)) as pilot:
        app.sidebar.styles.width = 60
        await pilot.pause()
        assert app.rows()[:3] == ["● [red]x[/] [@click=app.quit]", "● two rows", ""]


async def test_while_nobody_knows_what_there_is_nothing_has_its_colour():
    """By the sign and the words alone one might miss it."""
    app = SidebarApp()
    async with app.run_test(size=(60, 20)) as pilot:

        def colours():
            return {part.style.color for strip in screen_strips(app)[3:13] for part in strip if part.text.strip()}

        lively = colours()
        app.sidebar.live = False
        await pilot.pause()
        assert len(colours()) < len(lively)


def crowd(size):
    """So many people with names in order."""
    return [Entry(f"person {number:04}", str(number), HERE) for number in range(size)]


async def test_a_click_on_a_scrolled_list_chooses_what_is_seen():
    """The row under the mouse is meant, not the row of that number; the focus stays where it was."""
    app = SidebarApp(crowd(100))
    async with app.run_test(size=(24, 9)) as pilot:
        app.sidebar.scroll_to(y=50, animate=False)
        await pilot.pause()
        seen = app.rows()[2]
        await pilot.click(Sidebar, offset=(3, 2))
        assert seen.startswith(f"● person {int(app.posted[0]):04}")
        assert isinstance(app.focused, Input)


async def test_the_cursor_is_kept_in_view():
    """Paging through a long list scrolls it along."""
    app = SidebarApp(crowd(100))
    async with app.run_test(size=(24, 9)) as pilot:
        app.sidebar.focus()
        await pilot.press("pagedown", "pagedown", "pagedown", "down", "enter")
        await pilot.pause()
        assert any(f"person {int(app.posted[0]):04}" in row for row in app.rows())
        await pilot.press("end", "enter")
        assert app.posted[1] == "99"


async def test_focus_begins_at_what_is_open():
    """Enter right after coming in chooses what is on the screen already."""
    app = SidebarApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.sidebar.open = "@b"
        app.sidebar.focus()
        await pilot.press("enter")
        assert app.posted == ["@b"]


class Counting(Sidebar):
    """Says which rows were drawn."""

    def __init__(self):
        super().__init__()
        self.drawn = []

    def render_line(self, y):
        """Also write that down."""
        self.drawn.append(y)
        return super().render_line(y)


async def test_only_visible_rows_are_drawn():
    """A thousand people on a short screen cost a few rows a frame."""
    app = SidebarApp(crowd(1000))
    async with app.run_test(size=(24, 9)) as pilot:
        counting = Counting()
        await app.mount(counting)
        counting.set_entries(app.entries)
        await pilot.pause()
        assert counting.drawn
        assert max(counting.drawn) < 9


async def test_rows_below_the_last_one_are_drawn_once():
    """They are all alike, and reach down to the end."""
    app = SidebarApp(crowd(2))
    async with app.run_test(size=(24, 30)) as pilot:
        counting = Counting()
        await app.mount(counting)
        counting.set_entries(app.entries)
        await pilot.pause()
        last, size = len(counting.entries), counting.outer_size
        assert size.height > last + 2
        assert max(counting.drawn) == last
        strips = counting.render_lines(size.region)
        assert len(strips) == size.height
        assert {strip.text.strip(" ▏▎▌█") for strip in strips[last:]} == {""}
        assert {strip.cell_length for strip in strips} == {size.width}
        assert strips == [counting.render_lines(Region(0, y, size.width, 1))[0] for y in range(size.height)]
