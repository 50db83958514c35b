"""Search hits: list the messages that were found, newest first, with author, time, and the rows that have the words."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chat_tui.toolkit.cells import cell_len
from chat_tui.toolkit.part_styles import PartStyle, PartStyles
from chat_tui.widgets.markup.wrapping import ELLIPSIS, Span, fit_cells, one_line, settle, wrap

_MOST_ROWS = 3
"""Rows of a text that are shown."""
_MARK = "▸"

LOOKS: Mapping[str, PartStyle] = {
    "author": PartStyle("$primary", attributes="bold"),
    "quiet": PartStyle("$foreground-muted"),
    "found": PartStyle("$text-warning", "$warning-muted", "bold underline", "bold reverse"),
    "hover": PartStyle(background="$block-hover-background"),
    "cursor": PartStyle(
        "$block-cursor-foreground", "$block-cursor-background", "$block-cursor-text-style", "bold reverse"
    ),
    "underlined": PartStyle(attributes="underline"),
}  # fmt: skip


class Hit(NamedTuple):
    """A message that was found: `spans` are where in `text` the words are, ascending."""

    key: int
    author: str
    aside: str
    text: str
    spans: Sequence[Span]


Part = tuple[str, str]
"""A text and the name of its look, "" for none."""


def rows_of(hit: Hit, width: int) -> list[list[Part]]:
    """The rows of one hit in `width` cells, the author's first: as much of the text as is near the first word."""
    author = fit_cells(one_line(hit.author), max(1, width - cell_len(hit.aside) - 2), trim=True)
    head: list[Part] = [(author, "author"), (fit_cells(f"  {hit.aside}", width - cell_len(author), trim=True), "quiet")]
    text = settle(hit.text.replace("\n", " "))
    spans = [span for span in wrap(text, max(2, width - 1)) if text[slice(*span)].strip()]
    first = next((at for at, (_, end) in enumerate(spans) if hit.spans and hit.spans[0][0] < end), 0)
    first = max(0, min(first - 1, len(spans) - _MOST_ROWS))
    rows = [_parts(text, span, hit.spans) for span in spans[first : first + _MOST_ROWS]]
    if first + _MOST_ROWS < len(spans):
        rows[-1].append((ELLIPSIS, "quiet"))
    return [head, *rows]


def _parts(text: str, row: Span, found: Sequence[Span]) -> list[Part]:
    parts: list[Part] = []
    at, end = row
    for start, stop in found:
        if stop <= at or start >= end:
            continue
        parts += [(text[at : max(at, start)], ""), (text[max(at, start) : min(stop, end)], "found")]
        at = min(stop, end)
    return [part for part in (*parts, (text[at:end], "")) if part[0]]


class HitList(ScrollView, can_focus=False):
    """The hits; the cursor is moved from outside, a click chooses."""

    class Chosen(Message):
        """Somebody wants to see this message in its place."""

        def __init__(self, key: int) -> None:
            super().__init__()
            self.key = key

    class EndNear(Message):
        """The last hit is in view."""

    ALLOW_SELECT = False
    GAP: ClassVar[int] = 2
    """Cells before each row, for the mark of the cursor."""
    DEFAULT_CSS = """
    HitList {
        height: 1fr;
        padding: 0 1;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._looks = PartStyles(self, LOOKS)
        self._hits: list[Hit] = []
        self._rows: list[tuple[int, list[Part]]] = []  # which hit, and what of it
        self._first_rows: list[int] = []
        self._width = 0
        self._hover: int | None = None
        self.cursor = 0

    def show_hits(self, hits: Sequence[Hit]) -> None:
        """Show exactly these; the cursor stays on the one that it was on, or goes to what follows it."""
        held = self.chosen
        self._hits = list(hits)
        keys = [hit.key for hit in hits]
        if held in keys:
            self.cursor = keys.index(held)
        self.cursor = max(0, min(self.cursor, len(hits) - 1))
        self._lay_out()

    @property
    def chosen(self) -> int | None:
        """The message that the cursor is on; None where there is none."""
        return self._hits[self.cursor].key if self._hits else None

    def _lay_out(self) -> None:
        self._width = self.scrollable_content_region.width
        self._rows, self._first_rows = [], []
        for at, hit in enumerate(self._hits):
            self._first_rows.append(len(self._rows))
            self._rows += [(at, row) for row in rows_of(hit, max(4, self._width - self.GAP))]
        self.virtual_size = Size(0, len(self._rows))
        self.refresh()
        self.call_after_refresh(self._look_at_end)

    def on_resize(self) -> None:
        """Wrap anew."""
        if self.scrollable_content_region.width != self._width:
            self._lay_out()

    # Moving and choosing

    def move(self, step: int) -> None:
        """Move the cursor by `step` hits."""
        if self._hits:
            self.cursor = max(0, min(self.cursor + step, len(self._hits) - 1))
            first = self._first_rows[self.cursor]
            rows = len(rows_of(self._hits[self.cursor], max(4, self._width - self.GAP)))
            self.scroll_to_region(Region(0, first, 1, rows), animate=False, force=True)
            self.refresh()
            self._look_at_end()

    def page(self, pages: int) -> None:
        """Move the cursor by `pages` screens."""
        if self._hits:
            row = self._first_rows[self.cursor] + pages * max(1, self.size.height - 1)
            at = self._rows[max(0, min(row, len(self._rows) - 1))][0]
            self.move(at - self.cursor or pages)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """By the mouse, the end may come into view."""
        super().watch_scroll_y(old_value, new_value)
        self._look_at_end()

    @property
    def end_near(self) -> bool:
        """Is the last hit in view, or chosen?"""
        at_end = self.scroll_offset.y + self.size.height >= len(self._rows)
        return bool(self._hits) and (at_end or self.cursor == len(self._hits) - 1)

    def _look_at_end(self) -> None:
        if self.end_near:
            self.post_message(self.EndNear())

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Choose the hit under the mouse."""
        at = self._hit_at(event)
        if at is not None:
            event.stop()
            self.cursor = at
            self.post_message(self.Chosen(self._hits[at].key))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Light up the hit under the mouse."""
        self._hover_over(self._hit_at(event))

    def on_leave(self) -> None:
        """Put the light out."""
        self._hover_over(None)

    def _hit_at(self, event: events.MouseEvent) -> int | None:
        offset = event.get_content_offset(self)
        y = -1 if offset is None else offset.y + self.scroll_offset.y
        return self._rows[y][0] if 0 <= y < len(self._rows) else None

    def _hover_over(self, at: int | None) -> None:
        if at != self._hover:
            self._hover = at
            self.refresh()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """The strip of one visible row."""
        width, base = self.scrollable_content_region.width, self.rich_style
        y += self.scroll_offset.y
        if not 0 <= y < len(self._rows):
            return Strip.blank(width, base)
        at, parts = self._rows[y]
        here = at == self.cursor
        if here:
            base = self._looks("cursor", base)
        elif at == self._hover:
            base = self._looks("hover", base)
        mark = _MARK if here and y == self._first_rows[at] else ""
        segments = [Segment(mark.ljust(self.GAP), base)]
        segments += [Segment(text, self._style(look, base, plain=here)) for text, look in parts]
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, look: str, base: Style, *, plain: bool) -> Style:
        """How a part looks; on the cursor nothing but what was found, where other colours would clash."""
        if plain:
            return self._looks("underlined", base) if look == "found" else base
        return self._looks(look, base) if look else base
