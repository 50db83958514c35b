"""Facts about what a repaint asks of the widgets of a screen."""

from textual.app import App
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from chat_tui.toolkit.screen_text import screen_text
from chat_tui.toolkit.steady_rows import draw_steadily


class Asked(Static):
    """Says when it was asked for its lines."""

    def render_lines(self, crop):
        """Also write that down."""
        self.app.asked.append(self.id)
        return super().render_lines(crop)


class Behind(Asked, Vertical):
    """A container, which the same is true of."""


class Page(Screen):
    """Three widgets, the middle one in a container that it covers."""

    CSS = "#top, #bottom { height: 1; } #behind { height: 1fr; } #covers { height: 1fr; }"

    def __init__(self):
        super().__init__()
        draw_steadily(self)

    def compose(self):
        """One below the other."""
        yield Asked("top", id="top")
        with Behind(id="behind"):
            yield Asked("covers", id="covers")
        yield Asked("bottom", id="bottom")


class Host(App):
    """Knows who was asked."""

    def __init__(self):
        super().__init__()
        self.asked = []

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
        assert screen_text(app).split("\n")[:2] == ["top", "covers"]


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
        assert [line for line in shown if line] == ["above", "covers", "below"]
