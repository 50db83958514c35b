"""A scrollbar of whole cells that repaints only when its thumb looks different."""

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

_DEFAULT = -1
"""What a colour has for `ansi` where it is the terminal's default, of text or background."""


class SlimScrollBar(ScrollBar):
    """The stock scrollbar, one cell wide, moved by `show_rows()` alone; in a flood it moves at every frame.

    `prepare` is called before it is drawn: who scrolls by it finds out what is in view, and tells it.
    """

    window_virtual_size: Reactive[int] = Reactive(100, repaint=False)
    window_size: Reactive[int] = Reactive(0, repaint=False)
    position: Reactive[float] = Reactive(0.0, repaint=False)

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=False)
    """Stock, a new size of the list lays the whole screen out for it once more."""

    def __init__(self, prepare: Callable[[], object] = lambda: None) -> None:
        super().__init__(vertical=True, name="vertical", thickness=1)
        self._prepare = prepare
        self._painted = (-1, -1)
        self._finished: tuple[object, list[Strip]] = (None, [])

    def show_rows(self, position: float, window: int, total: int) -> None:
        """What the thumb stands for, in rows."""
        self.window_size, self.window_virtual_size, self.position = window, total, position
        if self._thumb() != self._painted:
            self.refresh()

    def _thumb(self) -> tuple[int, int]:
        """The thumb's first cell and its length; no length where there is nothing to scroll."""
        size = self.size.height
        room = self.window_virtual_size - self.window_size
        if room <= 0:
            return 0, 0
        length = max(1, min(size, round(size * self.window_size / self.window_virtual_size)))
        return round((size - length) * min(1.0, self.position / room)), length

    def render_lines(self, crop: Region) -> list[Strip]:
        """Plain cells; a press above or below the thumb is a page, on it a grab."""
        self._prepare()
        self._painted = start, length = self._thumb()
        if not isinstance(self.parent, Widget):
            return []
        styles = self.parent.styles
        background = self.parent.background_colors[1] + styles.scrollbar_background
        bar = background + (styles.scrollbar_color_active if self.grabbed else styles.scrollbar_color)
        looks = (start, length, self.size.height, background, bar, *self.get_line_filters())
        if looks != self._finished[0]:
            self._finished = looks, self._rows(start, length, background, bar)
        return self._finished[1][crop.y : crop.bottom]

    def _rows(self, start: int, length: int, background: Color, bar: Color) -> list[Strip]:
        def cells(colour: Style, action: str, count: int) -> list[Strip]:
            style = colour + Style(meta={"@mouse.down": action})
            return [Strip([Segment(" ", style)], 1)] * count

        back = Style(bgcolor=background.rich_color)
        # The terminal's own text colour is none for a background: there it would be that of the background.
        front = Style(reverse=True) if bar.ansi == _DEFAULT else Style(bgcolor=bar.rich_color)
        below = max(0, self.size.height - start - length)
        rows = cells(back, "scroll_up", start) + cells(front, "grab", length) + cells(back, "scroll_down", below)
        for line_filter in self.get_line_filters():
            rows = [row.apply_filter(line_filter, background) for row in rows]
        return rows
