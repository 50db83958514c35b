"""The scrolling half of the message list: one widget on the line API that draws only what is visible.

It keeps no text. It knows keys and heights; what it draws it asks its owner for, and what the owner removes is
gone from here at once. Arrivals touch the model only; the screen is drawn at most `1 / FRAME` times a second.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Any

from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from chat_tui.toolkit.scrollbar import SlimScrollBar
from chat_tui.widgets.messages.canvas import Lookup, MessageCanvas
from chat_tui.widgets.messages.drawing import text_width
from chat_tui.widgets.messages.heights import MessageBlocks
from chat_tui.widgets.messages.heights import Size as MessageSize
from chat_tui.widgets.messages.styles import palette_of
from chat_tui.widgets.messages.viewport import Viewport


class MessagePane(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows messages and scrolls. It must have neither border nor padding: it draws all of its cells itself.

    `lookup(key)` gives what a message looks like; it is asked only for what is drawn, and must not change the
    list. `now()` is the server's clock, in seconds since the epoch.
    """

    DEFAULT_CSS = """
    MessagePane {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
    }
    """
    FOCUS_ON_CLICK = False
    FRAME = 1 / 30
    """Seconds between two paints in a flood."""
    GRACE = 0.008
    """Seconds for which a paint gives way to something else, once."""
    CALM = 0.2
    """Seconds without a flood, in which each paint shows new messages alone, after which the page above is measured."""

    gives_way: Callable[[], bool] = staticmethod(lambda: False)
    """Is there something that a paint should not hold up?"""

    # Stock: a change lays out the whole screen. Nothing but this widget depends on it.
    virtual_size = Reactive(Size(0, 0), layout=False)
    # Stock: each time the mouse comes to a link, all is drawn again to show that it is one.
    auto_links = Reactive(default=False)

    class Scrolled(Message, namespace="message_list"):
        """The newest message has come fully into view or left it; or the same at the oldest."""

        def __init__(self, *, at_end: bool, at_start: bool) -> None:
            super().__init__()
            self.at_end, self.at_start = at_end, at_start

    def __init__(self, lookup: Lookup, now: Callable[[], float], *, id: str | None = None) -> None:  # noqa: A002  # Textual's name for it
        super().__init__(id=id)
        self._lookup, self._now = lookup, now
        self._blocks = MessageBlocks()
        self._canvas = MessageCanvas(lookup, self._selected_part, now)
        self._viewport = Viewport(self._blocks, self._canvas.height)
        self._compact = False
        self._columns = self._lines = 0
        self._screen_strips: list[Strip] = []
        self._screen_rows: list[tuple[int, int]] = []  # (key, row in the message) of each line that has one
        self._stale = True
        self._paint_handle: asyncio.Handle | None = None
        self._paint_is_next = False
        self._painted_at = 0.0
        self._gave_way = False  # the paint that is on its way, and for the last time
        self._ends = (True, True)
        self._fresh = 0  # messages that have come since the last paint
        self._look_back_handle: asyncio.Handle | None = None  # the page above is not measured yet

    # -- what the owner tells -------------------------------------------------

    @property
    def compact(self) -> bool:
        """The look for narrow terminals: no blank lines between messages, a gutter of one cell."""
        return self._compact

    @compact.setter
    def compact(self, compact: bool) -> None:
        if compact != self._compact:
            self._compact = compact
            self._canvas.width = 0
            self._changed()

    @property
    def at_end(self) -> bool:
        """Whether the newest message is fully in view (or the next paint will bring it there)."""
        if not self._viewport.following and self._viewport.at_end:
            self._build()  # held here: what has come since may have pushed the newest message out of view
        return self._viewport.following or self._viewport.at_end

    def reset(self, sizes: Iterable[MessageSize]) -> None:
        """Replace everything but the unsent lines, and go to the end. Keys ascend."""
        self._canvas.clear()
        self._blocks.reset(sizes)
        self._viewport.follow_end()
        self._changed(gone=True)

    def extend(self, sizes: Iterable[MessageSize], *, more: bool = False) -> None:
        """Append messages. Keys ascend and are greater than all before, else ValueError.

        `more`: others follow at once, so that a paint can wait for them for the length of a frame.
        """
        self._fresh -= len(self._blocks)
        self._blocks.extend(sizes)
        self._fresh += len(self._blocks)
        self._changed(later=more)

    def insert(self, sizes: Iterable[MessageSize], wish: int | None = None) -> None:
        """Put messages where they belong among the others; what is being read stays where it is. Keys ascend.

        `wish` is a message that is being read; None for what takes most of the screen.
        """
        added = list(sizes)
        if added:
            if not self._viewport.following:
                self._build()  # what is on the screen is what stays
            steady = self._viewport.steady(added[0][0], wish)
            self._blocks.insert(added)
            self._canvas.clear()  # another one may be above each, and a preview may show one of them
            if steady is not None and self._lines and self._columns:
                self._viewport.keep(steady)
            self._changed()

    def remove_messages(self, keys: Iterable[int]) -> None:
        """Forget messages, and all that was drawn of them; replies to them, and what comes after, are drawn anew."""
        gone = frozenset(keys)
        seen = self._canvas.shows(gone) or any(key in gone for key, _ in self._screen_rows)
        self._canvas.forget_with_replies(gone)
        self._canvas.forget(self._blocks.following(gone))
        self._viewport.remove(gone, self._lines)
        self._canvas.unfolded -= gone
        self._changed(gone=seen, later=not seen)  # in a flood the oldest go all the time, far from the screen

    def refresh_rows(self, keys: Iterable[int]) -> None:
        """These messages look different now."""
        self._canvas.forget_with_replies(frozenset(keys))
        self._changed()

    def set_unsent(self, keys: Sequence[int]) -> None:
        """Our own lines that are not acknowledged yet (keys < 0): drawn after everything else, in this order."""
        self._canvas.forget([key for key in self._canvas.drawn_keys() if key < 0 and key not in keys])
        self._viewport.set_unsent(keys)
        self._changed(gone=True)

    def reveal(self, key: int) -> bool:
        """Scroll until a message is in view and mark it until the next scroll; False where it is not known."""
        if self._blocks.find(key) is None:
            return False
        self._canvas.mark(key)
        if self._lines and self._columns:
            self._build()
            height = self._canvas.height(key)
            if not any(item.key == key and item.end - item.start == height for item in self._viewport.visible):
                self._viewport.put(key, 0, self._lines // 3)
        self._changed(at_once=True)
        return True

    def clear_mark(self) -> None:
        """End what `reveal()` began."""
        self._canvas.mark(None)
        self._changed(at_once=True)

    def to_end(self) -> None:
        """Go to the newest message, and follow those that come."""
        self._viewport.follow_end()
        self._changed(at_once=True)

    # -- painting -------------------------------------------------------------

    def _changed(self, *, at_once: bool = False, later: bool = False, gone: bool = False) -> None:
        """Have the screen drawn anew: at the next frame, or as soon as the loop turns, or not before a frame's time.

        `gone` says that something must not be shown any more, not even by a line kept for the next frame.
        """
        self._stale = True
        if gone:
            self._screen_strips.clear()
            self._screen_rows.clear()
            # What is under the mouse: Textual keeps its style, and the address of a link is in it.
            self.set_reactive(MessagePane.hover_style, Style.null())
        if not self._lines:
            return
        wait = 0.0 if at_once else self.FRAME if later else self._painted_at + self.FRAME - monotonic()
        if self._paint_handle is not None:
            if wait > 0 or self._paint_is_next or (self._gave_way and not at_once):
                return
            self._paint_handle.cancel()
        self._paint_is_next = wait <= 0
        self._gave_way = at_once
        # The loop's own calls: call_later of a widget is a message and a timer task each, 50 us.
        loop = asyncio.get_running_loop()
        self._paint_handle = loop.call_soon(self._paint) if wait <= 0 else loop.call_later(wait, self._paint)

    def _paint(self) -> None:
        self._paint_handle = None
        if not self.is_attached or not self._lines:
            return
        if not self._gave_way and self.gives_way():
            self._gave_way, self._paint_is_next = True, False
            self._paint_handle = asyncio.get_running_loop().call_later(self.GRACE, self._paint)
            return
        self._build()
        self._painted_at = monotonic()
        self.refresh(Region(0, 0, self._columns, self._lines))

    def _build(self) -> None:
        """Bring the lines of the screen up to date."""
        if not self._stale or not self._lines or not self._columns:
            return
        self._stale = False
        self._prepare()
        self._arrange()
        self._collect()
        self._canvas.tidy()
        self._tell_scroll_position()

    def _prepare(self) -> None:
        """Palette and width."""
        canvas = self._canvas
        if canvas.palette is None:
            canvas.palette = palette_of(self)
        if canvas.width != self._columns:
            canvas.clear()
            canvas.width, canvas.compact = self._columns, self._compact
            extra = 1 if self._compact else 2
            self._blocks.set_width(text_width(self._columns, compact=self._compact), extra)

    def _arrange(self) -> None:
        """Find out what is visible. In a flood the page above, which would never be seen, is left for later."""
        viewport = self._viewport
        flood = viewport.following and self._fresh > len(viewport.visible) > 0
        self._fresh = 0
        viewport.arrange(self._lines, look_back=not flood)
        if self._look_back_handle is not None:
            self._look_back_handle.cancel()
        later = asyncio.get_running_loop().call_later
        self._look_back_handle = later(self.CALM, self._changed) if flood else None

    def _collect(self) -> None:
        strips: list[Strip] = []
        rows: list[tuple[int, int]] = []
        for key, start, end in self._viewport.visible:
            drawn = self._canvas.drawn(key)
            strips += drawn.strips[start:end]
            rows += [(key, row) for row in range(start, end)]
        if (missing := self._lines - len(strips)) > 0 and self._canvas.palette is not None:
            strips += [Strip.blank(self._columns, self._canvas.palette.base)] * missing
        self._screen_strips, self._screen_rows = strips, rows

    def _tell_scroll_position(self) -> None:
        """Tell Textual, the scrollbar and, where an end was reached or left, the owner."""
        viewport, total = self._viewport, self._blocks.total
        self.set_reactive(MessagePane.virtual_size, Size(self._columns, total))
        # Not by assignment: that would scroll, and repaint, once more.
        self.set_reactive(MessagePane.scroll_y, float(viewport.top))
        self.set_reactive(MessagePane.scroll_target_y, float(viewport.top))
        if isinstance(bar := self.vertical_scrollbar, SlimScrollBar):
            bar.show_rows(viewport.top, self._lines, total)
        ends = viewport.at_end, viewport.at_start
        if ends != self._ends:
            self._ends = ends
            told = self.Scrolled(at_end=ends[0], at_start=ends[1])
            self.post_message(
                told.set_sender(self)
            )  # drawn by the screen, it would pass for the screen's and end there

    def render_lines(self, crop: Region) -> list[Strip]:
        """The finished lines: going round the style cache, which would take them apart and colour them again.

        What has come since they were finished is drawn by the next paint, which is on its way.
        """
        if not self._screen_strips:
            self._build()
        lines = self._screen_strips[crop.y : crop.bottom]
        if crop.x or crop.width < self._columns:
            lines = [line.crop(crop.x, crop.right) for line in lines]
        return lines

    # -- Textual --------------------------------------------------------------

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """Our own scrollbar in the place of the stock one."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = SlimScrollBar()
            bar.display = False
            self.app._start_widget(self, bar)
        return self._vertical_scrollbar

    def _scroll_update(self, virtual_size: Size) -> None:  # noqa: ARG002  # ours is told at each paint
        self._refresh_scrollbars()

    def _scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> bool:
        """Scroll without animation: rows may be measured on the way, and then the target is another row."""
        options["animate"] = False
        return super()._scroll_to(x, y, **options)

    def watch_scroll_y(self, old: float, new: float) -> None:
        """Somebody scrolled: by wheel, key or scrollbar."""
        if round(old) != round(new):
            moved = 0 if self._look_back_handle is None else self._viewport.look_back(self._lines)
            self._viewport.scroll_to(round(new) + moved, self._lines)
            self._canvas.mark(None)
            self._changed(at_once=True)

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:  # noqa: FBT001, FBT002  # Textual's signature
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if changed:
            region = self.scrollable_content_region
            self._columns, self._lines = region.width, region.height
            self._changed(at_once=True, gone=True)
        return changed

    def on_unmount(self) -> None:
        """No paint after the end."""
        for handle in (self._paint_handle, self._look_back_handle):
            if handle is not None:
                handle.cancel()

    def notify_style_update(self) -> None:
        """Theme or style changed: every colour may be another."""
        super().notify_style_update()
        self._canvas.palette = None
        self._canvas.clear()
        self._changed(at_once=True, gone=True)

    def _selected_part(self, key: int) -> tuple[int, int] | None:  # noqa: ARG002  # what can be selected overrides it
        """The characters of a message that are selected."""
        return None
