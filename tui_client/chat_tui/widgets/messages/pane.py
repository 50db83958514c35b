"""The message pane: arranges messages on the lines of a screen, and draws only what is visible.

It keeps no text. It knows keys and heights; what it draws it asks its owner for, and what the owner removes is
gone from here at once. Arrivals touch the model only; the throttle says when the screen is drawn. All that the list
can do besides (select, find, pick) is done by its parts, which it calls at four points.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from chat_tui.toolkit.line_view import LineView
from chat_tui.widgets.messages.canvas import Lookup, MessageCanvas
from chat_tui.widgets.messages.frame import Spacing
from chat_tui.widgets.messages.heights import MessageBlocks
from chat_tui.widgets.messages.heights import Size as MessageSize
from chat_tui.widgets.messages.styles import palette_of
from chat_tui.widgets.messages.throttle import PaintThrottle
from chat_tui.widgets.messages.viewport import Viewport

SHOWN = 0.01
"""Seconds after which what was painted is on the screen, and the page above it is measured: half the work of a key."""
CALM = 0.2
"""The same in a flood, in which each paint shows new messages alone."""


class Scrolled(Message, namespace="message_list"):
    """The newest message has come fully into view or left it; or the same at the oldest."""

    def __init__(self, *, at_end: bool, at_start: bool) -> None:
        super().__init__()
        self.at_end, self.at_start = at_end, at_start


class PanePart:
    """Something more that a list can do: the hooks at which the pane calls its parts, one after the other."""

    def prepared(self) -> None:
        """Palette and width hold; next comes what is visible."""

    def collected(self) -> None:
        """The lines of the screen are there, and can be drawn over."""

    def scrolled(self) -> None:
        """The lines are finished, and the scroll position is told."""

    def changed(self, *, gone: bool) -> None:
        """By the owner's word messages have gone, or (not `gone`) look different."""


class MessagePane:
    """The lines of the messages that are in view on a surface, brought up to date when they are asked for.

    `lookup(key)` gives what a message looks like; it is asked only for what is drawn, and must not change the
    list. `now()` is the server's clock, in seconds since the epoch. `gives_way()` says whether there is something that
    a paint should not hold up; `tell` posts a message to the owner.
    """

    def __init__(
        self,
        surface: LineView,
        lookup: Lookup,
        now: Callable[[], float],
        gives_way: Callable[[], bool],
        tell: Callable[[Message], None],
    ) -> None:
        self._surface, self._tell = surface, tell
        self.lookup, self.now = lookup, now
        self.blocks = MessageBlocks()
        self.canvas = MessageCanvas(lookup, now)
        self.viewport = Viewport(self.blocks, self.canvas.height)
        self.parts: Sequence[PanePart] = ()
        self.columns = self.lines = 0
        self.strips: list[Strip] = []
        self.rows: list[tuple[int, int]] = []  # (key, row in the message) of each line that has one
        self.stale = True
        self._spacing = Spacing()
        self._throttle = PaintThrottle(self._paint, gives_way)
        self._ends = (True, True)
        self._asked_for = False  # the next paint, by somebody who looks at it
        self._fresh = 0  # messages that have come since the last paint
        self._look_back_handle: asyncio.Handle | None = None  # the page above is not measured yet

    # -- questions ------------------------------------------------------------

    @property
    def has_room(self) -> bool:
        """Is there a cell to draw on?"""
        return bool(self.lines and self.columns)

    @property
    def at_end(self) -> bool:
        """Whether the newest message is fully in view (or the next paint will bring it there)."""
        if not self.viewport.following and self.viewport.at_end:
            self.build()  # held here: what has come since may have pushed the newest message out of view
        return self.viewport.following or self.viewport.at_end

    @property
    def spacing(self) -> Spacing:
        """How messages are arranged."""
        return self._spacing

    @spacing.setter
    def spacing(self, spacing: Spacing) -> None:
        if spacing != self._spacing:
            self._spacing = spacing
            self.invalidate()

    def shown_keys(self) -> list[int]:
        """The messages of which something is on the screen."""
        self.build()
        return [item.key for item in self.viewport.visible]

    # -- what the owner tells -------------------------------------------------

    def reset(self, sizes: Iterable[MessageSize]) -> None:
        """Replace everything but the unsent lines, and go to the end. Keys ascend."""
        self.canvas.clear()
        self.blocks.reset(sizes)
        self.viewport.follow_end()
        self.invalidate(gone=True)
        self._tell_parts(gone=True)

    def extend(self, sizes: Iterable[MessageSize], *, more: bool = False) -> None:
        """Append messages. Keys ascend and are greater than all before, else ValueError.

        `more`: others follow at once, so that a paint can wait for them for the length of a frame.
        """
        self._fresh -= len(self.blocks)
        self.blocks.extend(sizes)
        self._fresh += len(self.blocks)
        self.invalidate(later=more)

    def insert(self, sizes: Iterable[MessageSize], wish: int | None = None) -> None:
        """Put messages where they belong among the others; what is being read stays where it is. Keys ascend.

        `wish` is a message that is being read; None for what takes most of the screen.
        """
        added = list(sizes)
        if added:
            if not self.viewport.following:
                self.build()  # what is on the screen is what stays
            steady = self.viewport.steady(added[0][0], wish)
            self.blocks.insert(added)
            self.canvas.clear()  # another one may be above each, and a preview may show one of them
            if steady is not None and self.has_room:
                self.viewport.keep(steady)
            self.invalidate()

    def remove(self, keys: Iterable[int]) -> None:
        """Forget messages, and all that was drawn of them; replies to them, and what comes after, are drawn anew."""
        gone = frozenset(keys)
        seen = self.canvas.shows(gone) or any(key in gone for key, _ in self.rows)
        self.canvas.forget_with_replies(gone)
        self.canvas.forget(self.blocks.following(gone))
        self.viewport.remove(gone, self.lines)
        self.canvas.unfolded -= gone
        self.invalidate(gone=seen, later=not seen)  # in a flood the oldest go all the time, far from the screen
        self._tell_parts(gone=True)

    def redraw(self, keys: Iterable[int]) -> None:
        """These messages look different now; replies to them, and what comes after, are drawn anew."""
        changed = frozenset(keys)
        self.canvas.forget_with_replies(changed)
        self.canvas.forget(self.blocks.following(changed))
        self.invalidate()
        self._tell_parts(gone=False)

    def redraw_all(self) -> None:
        """Any message may look different now."""
        self.canvas.clear()
        self.invalidate(at_once=True)

    def set_unsent(self, keys: Sequence[int]) -> None:
        """Our own lines that are not acknowledged yet (keys < 0): drawn after everything else, in this order."""
        self.canvas.forget([key for key in self.canvas.drawn_keys() if key < 0 and key not in keys])
        self.viewport.set_unsent(keys)
        self.invalidate(gone=True)
        self._tell_parts(gone=True)

    def _tell_parts(self, *, gone: bool) -> None:
        for part in self.parts:
            part.changed(gone=gone)

    # -- moving ---------------------------------------------------------------

    def reveal(self, key: int) -> bool:
        """Scroll until a message is in view and mark it until the next scroll; False where it is not known."""
        if self.blocks.find(key) is None:
            return False
        self.canvas.mark(key)
        if self.has_room:
            self.build()
            height = self.canvas.height(key)
            if not any(item.key == key and item.end - item.start == height for item in self.viewport.visible):
                self.viewport.put(key, 0, self.lines // 3)
        self.invalidate(at_once=True)
        return True

    def mark(self, key: int | None) -> None:
        """Let a message stand out until the next scroll; None ends that."""
        self.canvas.mark(key)
        self.invalidate(at_once=True)

    def go_to(self, place: tuple[int, int] | None) -> bool:
        """Go back to a `Viewport.place`; False where its message is gone."""
        known = self.viewport.go_to(place)
        self.invalidate(at_once=True)
        return known

    def to_end(self) -> None:
        """Go to the newest message, and follow those that come."""
        self.viewport.follow_end()
        self.invalidate(at_once=True)

    def scroll_to(self, row: int) -> None:
        """Somebody scrolled by wheel, key or scrollbar, until this row of all was at the top."""
        moved = 0 if self._look_back_handle is None else self.viewport.look_back(self.lines)
        self.viewport.scroll_to(row + moved, self.lines)
        self.canvas.mark(None)
        self.invalidate(at_once=True)

    def resize(self, size: Size) -> None:
        """There are other columns or lines to draw on."""
        self.columns, self.lines = size
        self._drop_lines()  # Textual asks for new ones in the same turn of the loop: a paint of ours would be another

    def restyle(self) -> None:
        """Theme or style changed: every colour may be another."""
        self.canvas.palette = None
        self.canvas.clear()
        self.invalidate(at_once=True, gone=True)

    # -- painting -------------------------------------------------------------

    def invalidate(self, *, at_once: bool = False, later: bool = False, gone: bool = False) -> None:
        """Have the screen drawn anew: at the next frame, or as soon as the loop turns, or not before a frame's time.

        `gone` says that something must not be shown any more, not even by a line kept for the next frame.
        """
        self.stale = True
        if gone:
            self._drop_lines()
        self._asked_for |= at_once
        if self.lines:
            self._throttle.request(at_once=at_once, later=later)

    def _drop_lines(self) -> None:
        """Whoever asks for lines from now on gets new ones."""
        self.stale = True
        self.strips.clear()
        self.rows.clear()
        self._surface.forget_hover()

    def end(self) -> None:
        """Paint no more."""
        self._throttle.cancel()
        if self._look_back_handle is not None:
            self._look_back_handle.cancel()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The finished lines: going round the style cache, which would take them apart and colour them again.

        What has come since they were finished is drawn by the next paint, which is on its way.
        """
        if not self.strips:
            self.build()
        lines = self.strips[crop.y : crop.bottom]
        if crop.x or crop.width < self.columns:
            lines = [line.crop(crop.x, crop.right) for line in lines]
        return lines

    def build(self) -> None:
        """Bring the lines of the screen up to date."""
        if not self.stale or not self.lines or not self.columns:
            return
        self.stale = False
        self._prepare()
        for part in self.parts:
            part.prepared()
        self._arrange()
        self._collect()
        for part in self.parts:
            part.collected()
        self.canvas.tidy()
        self._tell_position()
        for part in self.parts:
            part.scrolled()

    def _paint(self) -> None:
        if self._surface.is_attached and self.lines:
            self.build()
            self._surface.refresh_cells(0, 0, self.columns, self.lines, at_once=self._asked_for)
            self._asked_for = False

    def _prepare(self) -> None:
        """Palette and width."""
        canvas = self.canvas
        if canvas.palette is None:
            canvas.palette = palette_of(self._surface)
        plain = self._spacing.on(self.columns)
        if canvas.plain != plain:
            canvas.clear()
            canvas.plain = plain
            self.blocks.set_width(plain.text_width, plain.rows_around)

    def _arrange(self) -> None:
        """Find out what is visible; the page above is left for later."""
        viewport = self.viewport
        flood = viewport.following and self._fresh > len(viewport.visible) > 0
        self._fresh = 0
        viewport.arrange(self.lines, look_back=False)
        if self._look_back_handle is not None:
            self._look_back_handle.cancel()
        wait = CALM if flood else SHOWN
        self._look_back_handle = asyncio.get_running_loop().call_later(wait, self._look_back)

    def _look_back(self) -> None:
        """Measure the page above, so that it cannot jump when somebody leafs back."""
        if self._surface.terminal_is_behind:
            self._look_back_handle = asyncio.get_running_loop().call_later(SHOWN, self._look_back)
        elif not self.stale:  # else the paint that is on its way asks for it again
            self._look_back_handle = None
            if self.viewport.look_back(self.lines):
                self._tell_position()
                for part in self.parts:
                    part.scrolled()

    def _collect(self) -> None:
        strips: list[Strip] = []
        rows: list[tuple[int, int]] = []
        for key, start, end in self.viewport.visible:
            drawn = self.canvas.drawn(key)
            strips += drawn.strips[start:end]
            rows += [(key, row) for row in range(start, end)]
        if (missing := self.lines - len(strips)) > 0 and self.canvas.palette is not None:
            strips += [self.canvas.palette.blank(self.columns)] * missing
        self.strips, self.rows = strips, rows

    def _tell_position(self) -> None:
        """Tell Textual, the scrollbar and, where an end was reached or left, the owner."""
        viewport = self.viewport
        self._surface.show_position(viewport.top, self.lines, Size(self.columns, self.blocks.total))
        ends = viewport.at_end, viewport.at_start
        if ends != self._ends:
            self._ends = ends
            self._tell(Scrolled(at_end=ends[0], at_start=ends[1]))
