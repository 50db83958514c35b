"""Facts about what a repaint asks of the widgets of a screen."""

from textual.app import App
from textual.containers import Horizontal
from textual.geometry import Region
from textual.screen import Screen
from textual.widgets import Static

from chat_tui.toolkit.quick_resize import resize_at_once
from chat_tui.toolkit.screen_text import screen_text
from chat_tui.toolkit.steady_rows import draw_steadily


class Asked(Static):
    """Says when it was asked for its lines."""

    def render_lines(self, crop):
        """Also write that down."""
        self.app.asked.append(self.id)
        return super().render_lines(crop)


class Behind(Asked, Horizontal):
    """A container, which the same is true of."""


class Page(Screen):
    """Four widgets, the middle two in a container that they cover."""

    def __init__(self):
        super().__init__()
        self.drawn_by = draw_steadily(self)

    def compose(self):
        """One below the other."""
        yield Asked("top", id="top")
        with Behind(id="behind"):
            yield Asked("covers", id="covers")
            yield Asked("too", id="beside")
        yield Asked("bottom", id="bottom")

    def on_resize(self, event):
        """A wide screen has a wide column, as others have a roster."""
        self.query_one("#beside").styles.width = 8 if event.size.width > 20 else 5


class Host(App):
    """Knows who was asked."""

    CSS = """
    #top, #bottom { height: 1; }
    #behind { height: 1fr; layout: horizontal; }
    #covers { height: 1fr; width: 1fr; }
    #beside { height: 1fr; width: 5; }
    """

    def __init__(self):
        super().__init__()
        self.asked = []

    def on_resize(self, event):
        """As the real one does."""
        resize_at_once(self, event)

    def get_default_screen(self):
        """The only one."""
        return Page()


async def test_a_repaint_asks_only_who_is_seen_in_it():
    """Neither those elsewhere on the screen nor the container that is covered; and all is on the screen."""
    app = Host()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        app.asked.clear()
        app.query_one("#covers", Static).refresh()
        await pilot.pause()
        assert app.asked == ["covers"]
        assert screen_text(app).split("\n")[:2] == ["top", "covers         too"]


async def test_one_region_of_one_widget_is_drawn_by_itself():
    """No row is cut into the columns of all widgets for it; a region of two widgets, or behind another, is not one."""
    app = Host()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        compositor = app.screen.drawn_by
        app.asked.clear()
        update = compositor.render_part(Region(3, 1, 4, 1))
        assert [[strip.text for strip in row] for row in update.strips] == [["ers "]]
        assert update.region == Region(3, 1, 4, 1)
        assert app.asked == ["covers"]
        assert compositor.render_part(Region(12, 1, 8, 1)) is None
        assert compositor.render_part(Region(3, 0, 4, 2)) is None


async def test_a_disputed_text_is_not_drawn_by_itself():
    """Its row is drawn from end to end, also when the text has gone."""
    app = Host()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        compositor = app.screen.drawn_by
        app.query_one("#covers", Static).update("\U0001f44d\U0001f3fd")
        assert compositor.render_part(Region(0, 1, 4, 1)) is None
        await pilot.pause()
        app.query_one("#covers", Static).update("gone")
        assert compositor.render_part(Region(0, 1, 4, 1)) is None


async def test_what_is_between_two_repainted_regions_is_not_asked():
    """And what is dirty is drawn."""
    app = Host()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        app.asked.clear()
        top, bottom = (app.query_one(f"#{name}", Static) for name in ("top", "bottom"))
        top.update("above")
        bottom.update("below")
        await pilot.pause()
        assert set(app.asked) == {"top", "bottom"}
        shown = screen_text(app).split("\n")
        assert [line for line in shown if line] == ["above", "covers         too", "below"]


async def test_a_new_size_is_laid_out_and_drawn_once():
    """Also where a widget looks different for it; and what is behind others is not asked, how many they may be."""
    app = Host()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        app.asked.clear()
        await pilot.resize_terminal(24, 6)
        await pilot.pause()
        assert sorted(app.asked) == ["beside", "bottom", "covers", "top"]
        assert screen_text(app).split("\n")[1] == "covers          too"


async def test_a_size_that_it_has_is_no_new_one():
    """Terminals say it more than once."""
    app = Host()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        app.asked.clear()
        await pilot.resize_terminal(20, 5)
        assert not app.asked
