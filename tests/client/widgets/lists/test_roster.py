"""The roster shows who is here, whoever they call themselves, and posts who was chosen."""

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widgets import Input

from chat_tui.app.themes import CHAT_DARK
from chat_tui.toolkit.screen_text import screen_strips, screen_text
from chat_tui.widgets.lists.person import Person
from chat_tui.widgets.lists.roster import EVERYONE, Roster, in_order
from chat_tui.widgets.markup.wrapping import fit_cells, one_line

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
ANA = Person("a", "ana", you=True)
BOB = Person("b", "bob", unread=2)
ZOE = Person("z", "Zoë")


class RosterApp(App):
    """A roster beside an input, and what it posted."""

    def __init__(self, people=()):
        super().__init__()
        self.people = people
        self.posted = []

    def compose(self) -> ComposeResult:
        """The input comes first, so it has the focus."""
        yield Input()
        yield Roster()

    def on_mount(self):
        """Show the people."""
        self.register_theme(CHAT_DARK)
        self.theme = CHAT_DARK.name
        self.roster.set_people(self.people)

    @property
    def roster(self) -> Roster:
        """The one roster."""
        return self.query_one(Roster)

    def rows(self):
        """Its rows on the screen, without the border."""
        return [line[2:] for line in screen_text(self).split("\n")[3:]]

    def on_roster_target_chosen(self, event):
        """Note who was chosen."""
        self.posted.append(event.id)

    def on_roster_mute_toggled(self, event):
        """Note who is to be muted."""
        self.posted.append(f"mute {event.id}")

    def on_roster_left(self):
        """Note that it was left."""
        self.posted.append("left")


def crowd(size):
    """So many people with names in order."""
    return [Person(str(number), f"person {number:04}") for number in range(size)]


def test_people_are_in_order_of_their_names():
    """Capitals make no difference, ids decide between equals, you come last."""
    twin = Person("y", "zoë")
    assert in_order([ANA, ZOE, twin, BOB]) == [BOB, twin, ZOE, ANA]


async def test_rows_name_everybody_once():
    """Everyone, a rule, then a row a person with their unread messages."""
    app = RosterApp([ZOE, ANA, BOB])
    async with app.run_test(size=(22, 9)):
        assert app.rows()[:5] == ["Everyone", "─" * 20, "● bob   2", "● Zoë", "● ana (you)"]


async def test_the_target_has_its_own_mark():
    """Who gets the next message differs by more than a colour."""
    app = RosterApp([ANA, BOB])
    async with app.run_test(size=(22, 9)) as pilot:
        app.roster.target = "b"
        await pilot.pause()
        assert app.rows()[2] == "▸ bob   2"


async def test_while_nobody_knows_who_is_here_it_says_so():
    """In words and by another sign, and without the colour of those who are here."""
    app = RosterApp([ANA, BOB])
    async with app.run_test(size=(26, 9)) as pilot:
        app.roster.styles.width = 26
        app.roster.live = False
        await pilot.pause()
        assert app.rows()[1:4] == ["── connection lost ─────", "○ bob   2", "○ ana (you)"]
        quiet = {segment.style.color for strip in screen_strips(app)[3:7] for segment in strip if segment.text.strip()}
        app.roster.live = True
        await pilot.pause()
        assert app.rows()[2] == "● bob   2"
        lively = {segment.style.color for strip in screen_strips(app)[3:7] for segment in strip if segment.text.strip()}
        assert len(quiet) < len(lively)


async def test_names_are_text():
    """What would be markup, a link or a line break to somebody else is shown as it is, on one row."""
    app = RosterApp([Person("1", "[red]x[/] [@click=app.quit]"), Person("2", "two\nrows")])
    async with app.run_test(size=(40, 9)) as pilot:
        app.roster.styles.width = 40
        await pilot.pause()
        assert app.rows()[2:5] == ["● [red]x[/] [@click=app.quit]", "● two rows", ""]


@pytest.mark.parametrize("name", ["日本語の名前は長いことがある", FAMILY * 30, "e\u0301" * 99, "x" * 99, "\u200d" * 40])
async def test_long_names_end_within_the_row(name):
    """Every row is as wide as the widget, whatever the width of its letters, and the count stays."""
    app = RosterApp([Person("1", name, unread=12)])
    async with app.run_test(size=(22, 9)):
        strip = app.roster.render_line(2)
        assert strip.cell_length == sum(cell_len(segment.text) for segment in strip) == 20
        assert strip.text.rstrip().endswith("   12")


def test_text_is_cut_between_letters():
    """A cut text fits, keeps whole letters and says that something is missing."""
    assert fit_cells("日本語", 6, trim=True) == "日本語"
    assert fit_cells("日本語", 5, trim=True) == "日本…"
    assert fit_cells("日本語", 4, trim=True) == "日…"
    assert fit_cells("abc", 0, trim=True) == ""
    assert one_line(" a\n\n b ") == "a b"


async def test_a_click_chooses_and_leaves_the_focus_alone():
    """Each row posts its id, Everyone posts none, the rule posts nothing."""
    app = RosterApp([ANA, BOB])
    async with app.run_test(size=(22, 9)) as pilot:
        for y in (0, 1, 2, 3, 5):
            await pilot.click(Roster, offset=(3, y))
        assert app.posted == ["", "b", "a"]
        assert isinstance(app.focused, Input)


async def test_a_click_on_a_scrolled_list_chooses_what_is_seen():
    """The row under the mouse is meant, not the row of that number."""
    app = RosterApp(crowd(100))
    async with app.run_test(size=(22, 9)) as pilot:
        app.roster.scroll_to(y=50, animate=False)
        await pilot.pause()
        seen = app.rows()[2]
        await pilot.click(Roster, offset=(3, 2))
        assert seen.startswith(f"● person {int(app.posted[0]):04}")


async def test_keys_move_over_the_rule_and_choose():
    """Down from Everyone is the first person, Up is Everyone again, and both ends stop."""
    app = RosterApp([ANA, BOB])
    async with app.run_test(size=(22, 9)) as pilot:
        app.roster.focus()
        await pilot.press("down", "enter", "up", "up", "enter", "end", "down", "enter", "home", "enter", "escape")
        await pilot.pause()
        assert app.posted == ["b", "", "a", "", "left"]


async def test_the_cursor_is_kept_in_view():
    """Paging through a long list scrolls it along."""
    app = RosterApp(crowd(100))
    async with app.run_test(size=(22, 9)) as pilot:
        app.roster.focus()
        await pilot.press("pagedown", "pagedown", "pagedown", "down", "enter")
        await pilot.pause()
        chosen = app.posted[0]
        assert any(f"person {int(chosen):04}" in row for row in app.rows())
        await pilot.press("end", "enter")
        assert app.posted[1] == "99"


async def test_focus_begins_at_the_target():
    """Enter right after coming in chooses whom one is already writing to."""
    app = RosterApp([ANA, BOB, ZOE])
    async with app.run_test(size=(22, 9)) as pilot:
        app.roster.target = "z"
        app.roster.focus()
        await pilot.press("enter")
        assert app.posted == ["z"]


async def test_the_cursor_stays_on_its_person():
    """Somebody who comes or goes above moves nobody else's cursor; if its person goes, it stays near."""
    app = RosterApp([BOB, ZOE])
    async with app.run_test(size=(22, 9)) as pilot:
        app.roster.focus()
        await pilot.press("end")
        app.roster.set_people([ANA, BOB, Person("c", "cem"), ZOE])
        assert app.roster.person_at(app.roster.cursor) == ZOE
        app.roster.set_people([])
        assert app.roster.person_at(app.roster.cursor) == EVERYONE


async def test_muted_people_and_unread_messages_are_said_in_words_and_numbers():
    """However long the name is, and for Everyone too."""
    long = Person("l", "somebody whose name is long", muted=True)
    app = RosterApp([ANA, Person("b", "bob", muted=True), long])
    async with app.run_test(size=(22, 9)) as pilot:
        app.roster.everyone_unread = 3
        await pilot.pause()
        assert [row.rstrip() for row in app.rows()[:5] if "─" not in row] == [
            "Everyone   3", "● bob (muted)", "● somebody… (muted)", "● ana (you)"
        ]  # fmt: skip


async def test_m_asks_to_mute_whom_the_cursor_is_on():
    """Neither Everyone nor oneself."""
    app = RosterApp([ANA, BOB])
    async with app.run_test(size=(22, 9)) as pilot:
        app.roster.focus()
        await pilot.press("m", "down", "m", "down", "m")
        await pilot.pause()
        assert app.posted == ["mute b"]


class Counting(Roster):
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
    app = RosterApp(crowd(1000))
    async with app.run_test(size=(22, 9)) as pilot:
        counting = Counting()
        await app.mount(counting)
        counting.set_people(app.people)
        await pilot.pause()
        assert counting.drawn
        assert max(counting.drawn) < 9


async def test_rows_below_the_last_one_are_drawn_once():
    """They are all alike, and reach down to the end."""
    app = RosterApp(crowd(2))
    async with app.run_test(size=(22, 30)) as pilot:
        counting = Counting()
        await app.mount(counting)
        counting.set_people(app.people)
        await pilot.pause()
        last, size = len(counting.rows), counting.outer_size
        assert size.height > last + 2
        assert max(counting.drawn) == last
        strips = counting.render_lines(size.region)
        assert len(strips) == size.height
        assert {strip.text.strip(" ▏▎▌█") for strip in strips[last:]} == {""}
        assert {strip.cell_length for strip in strips} == {size.width}
        assert strips == [counting.render_lines(Region(0, y, size.width, 1))[0] for y in range(size.height)]
