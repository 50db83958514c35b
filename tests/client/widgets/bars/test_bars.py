"""The header, the banner, the key bar, and the colours they are shown in."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.color import Color

from chat_tui.app.themes import THEMES
from chat_tui.toolkit.screen_text import screen_text
from chat_tui.widgets.bars.banner import MAX_ROWS, Banner, arrange
from chat_tui.widgets.bars.header import HeaderBar
from chat_tui.widgets.bars.keys import KeyBar

KEYS = [
    ("⏎", "Send", "app.note('send')"),
    ("f1", "Help", "app.note('help')"),
    ("^o", "To", "app.note('to')"),
    ("^b", "People", "app.note('people')"),
    ("^f", "Find", "app.note('find')"),
    ("⌥↑", "Pick message", "app.note('pick')"),
]


class BarsApp(App):
    """The three bars, and what they posted."""

    def __init__(self):
        super().__init__()
        self.posted = []

    def compose(self) -> ComposeResult:
        """Nothing but the bars."""
        yield HeaderBar()
        yield Banner()
        yield KeyBar(KEYS, ("^p", "palette", "app.note('palette')"))

    def on_mount(self):
        """Give the header what a live client would."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        header = self.header
        header.room, header.state, header.here = "lobby", "connected", 4

    @property
    def header(self) -> HeaderBar:
        """The one header."""
        return self.query_one(HeaderBar)

    @property
    def banner(self) -> Banner:
        """The one banner."""
        return self.query_one(Banner)

    def action_note(self, what):
        """Note that an action ran."""
        self.posted.append(what)

    def on_header_bar_newest_requested(self):
        """Note it."""
        self.posted.append("newest")

    def on_header_bar_people_requested(self):
        """Note it."""
        self.posted.append("people")

    def on_header_bar_everyone_requested(self):
        """Note it."""
        self.posted.append("everyone")

    def on_banner_action_pressed(self):
        """Note it."""
        self.posted.append("action")


def row(app, y):
    """One row of the screen."""
    return screen_text(app).split("\n")[y]


async def click_on(pilot, text):
    """Click the first cell of some text on the screen."""
    rows = screen_text(pilot.app).split("\n")
    y = next(y for y, line in enumerate(rows) if text in line)
    await pilot.click(offset=(rows[y].index(text), y))


# The header


async def header_row(width, **state):
    """The header's row at that width in that state."""
    app = BarsApp()
    async with app.run_test(size=(width, 4)) as pilot:
        for name, value in state.items():
            setattr(app.header, name, value)
        await pilot.pause()
        return row(app, 0)


@pytest.mark.parametrize(
    ("width", "compact", "left", "right"),
    [
        (120, False, " chat-tui  lobby   to: Everyone", "● connected · 4 here"),
        (80, False, " chat-tui  lobby   to: Everyone", "● connected · 4 here"),
        (48, False, " lobby   to: Everyone", "● connected · 4 here"),
        (50, True, " lobby  to: Everyone", "● 4"),
    ],
)
async def test_the_header_says_where_and_to_whom(width, compact, left, right):
    """The program, the room and the target on the left, the state and how many on the right."""
    assert await header_row(width, compact=compact) == left + right.rjust(width - 1 - len(left))


@pytest.mark.parametrize(
    ("state", "wide", "compact"),
    [
        ({"state": "connecting", "host": "chat.example"}, "◌ connecting to chat.example…", "◌ connecting…"),
        ({"state": "lost"}, "○ connection lost", "○ lost"),
        ({"state": "refused"}, "✕ refused", "✕ refused"),
        ({"here": None}, "● connected", "●"),
        ({"unread": 3}, "↓ 3 new   ● connected · 4 here", "↓ 3  ● 4"),
        ({"unread": 3, "unread_to_you": 1}, "↓ 3 new, 1 to you   ● connected · 4 here", "↓ 3 @1  ● 4"),
        ({"done": "Copied."}, "✓ Copied.   ● connected · 4 here", "✓ Copied."),
    ],
)
async def test_every_state_has_a_sign_and_a_word(state, wide, compact):
    """No state is told by its colour alone."""
    assert (await header_row(80, **state)).endswith(f" {wide}")
    assert (await header_row(50, compact=True, **state)).endswith(f" {compact}")


@pytest.mark.parametrize("width", [120, 80, 50, 36])
async def test_a_private_target_is_always_said(width):
    """However narrow the row and long the names, it begins with whom and says private."""
    for done in ("", "Copied."):
        names = {"target": "zoë of the very long name", "room": "a room with a long name"}
        shown = await header_row(width, **names, unread=120, done=done)
        assert "to: zo" in shown
        assert "(private)" in shown
        assert done in shown
        assert cell_len(shown) <= width


async def test_what_has_been_done_is_said_for_a_while():
    """And the newest of it for as long as the first would have been."""
    app = BarsApp()
    async with app.run_test(size=(80, 5)) as pilot:
        app.header.tell_done("Copied.", 60.0)
        app.header.tell_done("Copied.", 0.01)
        while app.header.done:
            await pilot.pause(0.01)
        await pilot.pause()
        assert "Copied." not in row(app, 0)


async def test_the_target_is_text():
    """A name that looks like markup is a name."""
    assert "to: [b]bob[/] (private)" in await header_row(80, target="[b]bob[/]")


async def test_pieces_of_the_header_are_buttons():
    """The count of people, the news, and a private target, which goes back to everyone."""
    app = BarsApp()
    async with app.run_test(size=(80, 4)) as pilot:
        await click_on(pilot, "Everyone")
        await click_on(pilot, "lobby")
        await click_on(pilot, "4 here")
        app.header.unread, app.header.target = 3, "zoë"
        await pilot.pause()
        await click_on(pilot, "3 new")
        await click_on(pilot, "zoë")
        app.header.compact = True
        await pilot.pause()
        await click_on(pilot, "● 4")
        assert app.posted == ["people", "newest", "everyone", "people"]


# The banner


async def test_the_banner_takes_no_row_until_it_is_shown():
    """Hidden, shown, hidden again: what is below moves up and down."""
    app = BarsApp()
    async with app.run_test(size=(60, 5)) as pilot:
        assert row(app, 1).startswith("⏎ Send")
        app.banner.show("warning", "Connection lost. [b]kept[/]", "Try now")
        await pilot.pause()
        assert row(app, 1) == " ▲ Connection lost. [b]kept[/] [Try now]"
        app.banner.hide()
        await pilot.pause()
        assert row(app, 1).startswith("⏎ Send")


@pytest.mark.parametrize(("kind", "sign"), [("info", "•"), ("warning", "▲"), ("success", "✓"), ("error", "✕")])
async def test_every_kind_has_its_sign(kind, sign):
    """What it is can be told without colours."""
    app = BarsApp()
    async with app.run_test(size=(40, 5)) as pilot:
        app.banner.show(kind, "text")
        await pilot.pause()
        assert row(app, 1) == f" {sign} text"


async def test_only_the_label_is_the_button():
    """A click on the text does nothing; on the label, also where it has wrapped, it is pressed."""
    app = BarsApp()
    async with app.run_test(size=(30, 6)) as pilot:
        app.banner.show("warning", "Connection lost. Retrying in 4 s.", "Try now")
        await pilot.pause()
        await click_on(pilot, "lost")
        assert app.posted == []
        await click_on(pilot, "Try now")
        assert app.posted == ["action"]


async def test_a_banner_with_an_end_goes_by_itself():
    """And one shown meanwhile is not taken along."""
    app = BarsApp()
    async with app.run_test(size=(40, 5)) as pilot:
        app.banner.show("success", "Reconnected.", seconds=0.01)
        app.banner.show("error", "Stays.")
        later = asyncio.Event()
        app.banner.set_timer(0.02, later.set)  # due after the first banner's end
        await later.wait()
        assert row(app, 1) == " ✕ Stays."
        app.banner.show("success", "Reconnected.", seconds=0.01)
        while app.banner.text:
            await pilot.pause(0.01)
        await pilot.pause()
        assert row(app, 1).startswith("⏎ Send")


@given(
    st.text(max_size=300), st.text(st.characters(codec="ascii", categories=["L"]), max_size=12), st.integers(14, 100)
)
def test_a_banner_fits(text, action, width):
    """Three rows at most, none too wide, and the whole action on one of them."""
    rows, y, x = arrange(" ".join(text.split()), action, width)
    assert 1 <= len(rows) <= MAX_ROWS
    assert all(cell_len(line) <= width for line in rows)
    assert cell_len(rows[y]) <= x or not action
    assert x + cell_len(action) <= width


@pytest.mark.parametrize("width", range(14, 60))
def test_a_number_stays_with_its_unit(width):
    """Whatever the width: "2 s" is in one row."""
    rows = arrange("Connection lost. Retrying in 2 s. Your text is safe.", "", width).rows
    assert any("2 s." in row for row in rows) or rows[-1].endswith("…")


# The key bar


@pytest.mark.parametrize(
    ("width", "left"),
    [
        (80, "⏎ Send  f1 Help  ^o To  ^b People  ^f Find  ⌥↑ Pick message"),
        (60, "⏎ Send  f1 Help  ^o To  ^b People  ^f Find"),
        (20, "⏎ Send"),
    ],
)
async def test_keys_that_do_not_fit_are_left_out(width, left):
    """From the right, and never half of one; the palette keeps its edge."""
    app = BarsApp()
    async with app.run_test(size=(width, 4)):
        assert row(app, 1) == left + "▏^p palette".rjust(width - len(left))


async def test_every_key_shown_is_a_button():
    """Each runs its action; between them nothing runs."""
    app = BarsApp()
    async with app.run_test(size=(80, 4)) as pilot:
        for text in ("⏎", "Help", "^o", "eople", "Pick", "palette"):
            await click_on(pilot, text)
        await pilot.click(offset=(6, 1))
        await pilot.click(offset=(62, 1))
        assert app.posted == ["send", "help", "to", "people", "pick", "palette"]


# The colours

RGB = [theme for theme in THEMES if not theme.ansi]
"""Those that are ours to choose; the terminal's own are its user's."""


def contrast(one: Color, other: Color) -> float:
    """The contrast of WCAG 2, from 1 to 21."""

    def luminance(color: Color) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", RGB, ids=lambda theme: theme.name)
def test_text_can_be_read_in_every_colour(theme):
    """At least 4.5 to 1, for each colour that carries words, on each background that it is put on."""
    colors = theme.to_color_system().generate()
    words = ["foreground", "primary", "secondary", "accent", "warning", "success", "error"]
    for name, ground in itertools.product(words, ["background", "surface", "panel"]):
        assert contrast(Color.parse(colors[name]), Color.parse(colors[ground])) >= 4.5, (name, ground)
    cursor = Color.parse(colors["block-cursor-foreground"]), Color.parse(colors["block-cursor-background"])
    assert contrast(*cursor) >= 4.5


@pytest.mark.parametrize("theme", RGB, ids=lambda theme: theme.name)
def test_quiet_text_can_be_read(theme):
    """Text that stands back, at the shares of the foreground that the widgets use."""
    colors = theme.to_color_system().generate()
    shares = {"background": 0.6, "surface": 0.6, "panel": 0.7}
    for ground, share in shares.items():
        below = Color.parse(colors[ground])
        assert contrast(below.blend(Color.parse(colors["foreground"]), share), below) >= 4.5, ground


@pytest.mark.parametrize("theme", RGB, ids=lambda theme: theme.name)
def test_kinds_are_told_apart(theme):
    """A warning is amber, success green, an error red: their hues are far from each other."""
    hues = {name: Color.parse(getattr(theme, name)).hsl.h * 360 for name in ("warning", "success", "error")}
    assert 30 <= hues["warning"] <= 50
    assert 90 <= hues["success"] <= 150
    assert hues["error"] <= 10 or hues["error"] >= 350
