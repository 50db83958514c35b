"""Steady rows: what a terminal shows does not depend on what it thinks of a character, nor on what was there before."""

import re

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import get_character_cell_size
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.containers import Horizontal
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.toolkit.cells import cell_len
from chat_tui.toolkit.steady_rows import draw_steadily, is_disputed, steadied
from terminal_rules import drawn_points, rules

HEARTS = "❤\ufe0f" * 4
MIXED = st.text(st.sampled_from("ab 界é❤\ufe0f\u200d👩ह\u093f"), max_size=20)


def test_terminals_agree_about_what_is_not_disputed():
    """By every rule it takes what we count, but for what came with a newer Unicode than some of them know."""
    agreed = [point for point in drawn_points() if not is_disputed(chr(point))]
    assert len(agreed) > 30_000
    for name in ("categories", "glib", "wcwidth", *(name for name in rules() if name.startswith("Unicode"))):
        assert [hex(point) for point in agreed if rules()[name](point) != get_character_cell_size(chr(point))] == []


@pytest.mark.parametrize("text", ["हिन्दी", HEARTS, "👍🏽", "👩\u200d👧", "\u3164", "🫩", "ไทย", "العربية"])
def test_what_they_may_not_agree_about_is_disputed(text):
    """Signs, selectors, tones, joiners, fillers, new emoji."""
    assert is_disputed(text)


def test_a_row_that_all_agree_about_is_written_as_it_is():
    """Which most are, and so nothing is made for them."""
    strip = Strip([Segment("▊ zoë 界 → …")])
    assert steadied(strip) is strip


@given(MIXED, MIXED, st.integers(0, 1))
def test_what_follows_a_text_stands_where_it_was_counted(before, text, drawn):
    """However many cells the terminal draws for what is disputed; and nothing of what was there is left."""
    strip = Strip([Segment("|"), Segment(before), Segment(text, Style(bgcolor="red")), Segment("|")])
    screen = pyte.Screen(200, 1)
    stream = pyte.Stream(screen)
    stream.feed("x" * 200 + "\r")
    # A terminal that draws one cell, or nothing, for each character that is disputed.
    written = steadied(strip).render(Console(force_terminal=True))
    stream.feed(re.sub("[❤👩ह\u093f]", "o" * drawn, re.sub("[\ufe0f\u200d]", "", written)))
    row = [screen.buffer[0][x].data for x in range(200)]
    end = strip.cell_length - 1
    assert row[0] == row[end] == "|"
    assert "x" not in row[:end]
    assert set(row[end + 1 :]) == {"x"}


class Line(Widget):
    """A row of two segments; `drawn` counts how often it was asked."""

    def __init__(self, text):
        super().__init__()
        self.text, self.drawn = text, 0

    def render_lines(self, crop):
        """Count it."""
        self.drawn += 1
        return super().render_lines(crop)

    def render_line(self, y):  # noqa: ARG002  # Textual's signature
        """The text, and blanks."""
        return Strip([Segment(self.text), Segment(" " * (self.size.width - cell_len(self.text)))])


class Page(Screen):
    """Two lines beside each other."""

    DEFAULT_CSS = "Horizontal { height: 1; } Line { width: 1fr; height: 1; }"

    def __init__(self, left):
        super().__init__()
        draw_steadily(self)
        self.left, self.right = Line(left), Line("right")

    def compose(self):
        """In one row."""
        yield Horizontal(self.left, self.right)
        yield Horizontal(Line("below"), Line("it"))


class Host(App):
    """Shows a page."""

    def __init__(self, left):
        super().__init__()
        self.page = Page(left)

    def get_default_screen(self):
        """The only one."""
        return self.page


@pytest.mark.parametrize(("text", "asked"), [("left", 0), (HEARTS, 1)])
async def test_a_row_with_a_disputed_text_is_drawn_from_end_to_end(text, asked):
    """A part of it alone would be laid over a text that stands elsewhere than was counted."""
    host = Host(text)
    async with host.run_test(size=(40, 4)) as pilot:
        await pilot.pause()
        before = host.page.left.drawn
        host.page.right.refresh()
        await pilot.pause()
        assert host.page.left.drawn == before + asked


async def test_a_row_is_drawn_in_whole_as_soon_as_it_is_disputed():
    """And once more when it is so no longer."""
    host = Host("left")
    async with host.run_test(size=(40, 4)) as pilot:
        await pilot.pause()
        left, right = host.page.left, host.page.right
        before = right.drawn
        left.text = HEARTS
        left.refresh()
        await pilot.pause()
        assert right.drawn == before + 1
        left.text = "left"
        left.refresh()
        await pilot.pause()
        assert right.drawn == before + 2
        left.refresh()
        await pilot.pause()
        assert right.drawn == before + 2


async def test_a_picture_of_the_screen_has_the_texts_alone():
    """The sequences are for terminals."""
    host = Host(HEARTS)
    async with host.run_test(size=(40, 4)) as pilot:
        await pilot.pause()
        picture = host.export_screenshot()
        assert "❤" in picture
        assert "\x1b" not in picture
