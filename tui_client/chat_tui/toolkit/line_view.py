"""A line-API view that draws all of its cells itself and is told its scroll position at each paint.

Stock, scrolling moves a widget over rows that are all measured, a new size of the content lays out the whole screen,
and a target may be reached by animation. Here rows are measured when they come into view, so that only whoever draws
them knows what is at the top.
"""

from typing import Any

from rich.style import Style
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar

from chat_tui.toolkit.scrollbar import SlimScrollBar
from chat_tui.toolkit.showing import is_behind, show_at_once


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """Scrolls without layout and animation, with a slim scrollbar. It must have neither border nor padding.

    A subclass overrides `render_lines`, `watch_scroll_y` and the hooks below.
    """

    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
    }
    """
    FOCUS_ON_CLICK = False

    # Stock: a change lays out the whole screen. Nothing but this widget depends on it.
    virtual_size = Reactive(Size(0, 0), layout=False)
    # Stock: each time the mouse comes to a link, all is drawn again to show that it is one.
    auto_links = Reactive(default=False)

    def resized(self, size: Size) -> None:
        """There are other columns or lines to draw on."""

    def scroll_requested(self) -> None:
        """Somebody scrolls, also where nothing moves any more."""

    def show_position(self, top: int, lines: int, whole: Size) -> None:
        """Tell Textual and the scrollbar which row is at the top, how many are in view, and the size of everything."""
        self.set_reactive(LineView.virtual_size, whole)
        # Not by assignment: that would scroll, and repaint, once more.
        self.set_reactive(LineView.scroll_y, float(top))
        self.set_reactive(LineView.scroll_target_y, float(top))
        if isinstance(bar := self.vertical_scrollbar, SlimScrollBar):
            bar.show_rows(top, lines, whole.height)

    def forget_hover(self) -> None:
        """Drop the style under the mouse, which Textual keeps: the address of a link is in it."""
        self.set_reactive(LineView.hover_style, Style.null())

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """Our own scrollbar in the place of the stock one."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = SlimScrollBar(lambda: self.render_lines(Region(0, 0, 0, 0)))
            bar.display = False
            self.app._start_widget(self, bar)
        return self._vertical_scrollbar

    def _scroll_update(self, virtual_size: Size) -> None:  # noqa: ARG002  # ours is told at each paint
        self._refresh_scrollbars()

    def _scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> bool:
        """Scroll without animation: rows may be measured on the way, and then the target is another row."""
        options["animate"] = False
        scrolled = super()._scroll_to(x, y, **options)
        self.scroll_requested()
        return scrolled

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:  # noqa: FBT001, FBT002  # Textual's signature
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if changed:
            self.resized(self.scrollable_content_region.size)
        return changed

    @property
    def terminal_is_behind(self) -> bool:
        """Has the terminal not yet taken all of what was drawn last? Then it is better to wait than to work."""
        return is_behind(self.app)

    def refresh_cells(self, x: int, y: int, width: int, height: int, *, at_once: bool = False) -> None:
        """Repaint some cells of what is seen, counted from its top left; `at_once`: in this turn of the loop."""
        self.refresh(Region(x, y, width, height))
        if at_once:
            show_at_once(self)
