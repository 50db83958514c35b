"""A character is in the text and on the screen when the key has been handed over; whatever else is due comes first."""

import pytest
from textual import events
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets.text_area import Selection

from chat_tui.toolkit.ordered_keys import OrderedKeysApp
from chat_tui.toolkit.screen_text import screen_text
from chat_tui.toolkit.steady_rows import draw_steadily
from chat_tui.toolkit.text_row import draw_text
from client.composer_host import DrawnComposer


def key(character: str, name: str = "") -> events.Key:
    """A key that types something."""
    return events.Key(name or character, character)


class Page(Screen[None]):
    """Draws steady rows, as the real one."""

    def __init__(self):
        super().__init__()
        draw_steadily(self)


class Host(OrderedKeysApp[None]):
    """A composer and nothing else."""

    def get_default_screen(self):
        """The only one."""
        return Page()

    def compose(self):
        """The composer, which has the focus."""
        yield DrawnComposer()

    @property
    def composer(self):
        """The composer."""
        return self.query_one(DrawnComposer)


async def test_a_character_is_there_at_once():
    """Typed, and drawn once, before the loop has turned; the keys after it go on from there."""
    app = Host()
    async with app.run_test(size=(40, 5)) as pilot:
        await pilot.pause()
        for text in ("h", "hé", "hé "):
            app.composer.drawn = 0
            app.post_message(key(text[-1]))
            assert (app.composer.text, app.composer.drawn) == (text, 1)
            assert f"▊ {text}" in screen_text(app)
            assert app.key_is_new
            await pilot.pause()


async def test_it_waits_for_what_was_typed_before():
    """Behind a key that has to take its turn, and behind whatever is queued for the text area."""
    app = Host()
    async with app.run_test() as pilot:
        await pilot.pause()
        for before in (events.Key("left", None), events.Paste("b")):
            app.post_message(key("a"))
            app.post_message(before)
            app.post_message(key("c"))
            assert app.composer.text.endswith("a")
            await pilot.pause()
            await pilot.pause()
        assert app.composer.text == "cabca"
        app.composer.post_message(events.Paste("!"))
        app.post_message(key("?"))
        assert app.composer.text == "cabca"
        await pilot.pause()
        assert app.composer.text == "cabc!?a"


@pytest.mark.parametrize(
    "pressed", [key("x", "alt+x"), events.Key("left", None), events.Key("enter", "\r"), key("\u200d", "zwj")]
)
async def test_what_may_mean_something_else_takes_its_turn(pressed):
    """A key that types nothing, and a character that isn't printed."""
    app = Host()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.composer.drawn = 0
        app.post_message(pressed)
        assert (app.composer.text, app.composer.drawn) == ("", 0)


async def test_a_notice_has_been_read():
    """As with any other key."""
    app = Host()
    async with app.run_test() as pilot:
        app.composer.show_notice("too long by 3")
        await pilot.pause()
        assert "too long by 3" in screen_text(app)
        app.post_message(key("a"))
        await pilot.pause()
        assert "too long by 3" not in screen_text(app)


TEXTS = [
    "a",
    "two words",
    "名前 in a row",
    "a line that is longer than a row is wide, by far",
    "one\n\nthree",
    "\t\u0301x",
]


@pytest.mark.parametrize("text", TEXTS)
async def test_rows_of_the_text_are_drawn_as_they_would_be_with_all_around_them(text):
    """Whatever is selected, and whichever part is asked for."""
    app = Host()
    async with app.run_test(size=(30, 8)) as pilot:
        composer = app.composer
        composer.set_text(text)
        await pilot.pause()
        end = composer.document.end
        for selection in (
            Selection.cursor(end),
            Selection.cursor((0, 0)),
            Selection((0, 0), end),
            Selection(end, (0, 1)),
        ):
            composer.selection = selection
            composer.looks.prepare()
            part = Region(*composer.gutter.top_left, *composer.content_size)
            for crop in (part, Region(part.x + 1, part.y, part.width - 2, 1)):
                stock = Widget.render_lines(composer, crop)
                assert draw_text(composer, crop, composer.looks.ground) == stock
        assert draw_text(composer, composer.size.region.grow((1, 1, 1, 1)), composer.looks.ground) is None
