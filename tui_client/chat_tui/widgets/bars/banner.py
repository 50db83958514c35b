"""The banner: a note above the composer that tells what has just happened, and offers the one thing to do about it.

Three rows at most, so that it can't push the conversation away; the action is never what gets cut.
"""

from collections.abc import Mapping
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from chat_protocol.patterns import deferred
from chat_tui.toolkit.cells import cell_len
from chat_tui.toolkit.part_styles import PartStyle, PartStyles
from chat_tui.widgets.bars.kind import Kind
from chat_tui.widgets.markup.wrapping import fit_cells, one_line, wrap

GLYPHS: dict[Kind, str] = {"info": "•", "warning": "▲", "success": "✓", "error": "✕"}
MAX_ROWS = 3
_NUMBER_WITH_UNIT = deferred(r"(?<=\d) (?=(?:s|min|h|d)\b)")
_NO_BREAK = "\u00a0"
INDENT = 3
"""Columns before the text: a blank, the glyph, a blank."""


class Arrangement(NamedTuple):
    """Rows of text, and the row and column where the action begins."""

    rows: list[str]
    row: int
    column: int


def arrange(text: str, action: str, width: int) -> Arrangement:
    """Wrap `text` into rows of `width` cells, `action` after its end; text that has no room ends in "…"."""
    width = max(1, width)
    action = fit_cells(action, width, trim=True)
    bound = _NUMBER_WITH_UNIT.sub(_NO_BREAK, text)
    rows = [bound[start:end].replace(_NO_BREAK, " ").rstrip() for start, end in wrap(bound, max(2, width))]
    if len(rows) > MAX_ROWS:
        rows[MAX_ROWS - 1 :] = [fit_cells(" ".join(rows[MAX_ROWS - 1 :]), width, trim=True)]
    if not action:
        return Arrangement(rows, len(rows) - 1, cell_len(rows[-1]))
    if cell_len(rows[-1]) + 1 + cell_len(action) > width:
        if len(rows) < MAX_ROWS:
            return Arrangement([*rows, ""], len(rows), 0)
        room = width - 1 - cell_len(action)
        rows[-1] = fit_cells(rows[-1], room, trim=True) if room > 0 else ""
    return Arrangement(rows, len(rows) - 1, cell_len(rows[-1]) + 1 if rows[-1] else 0)


LOOKS: Mapping[str, PartStyle] = {
    "info": PartStyle("$primary"),
    "warning": PartStyle("$warning"),
    "success": PartStyle("$success"),
    "error": PartStyle("$error"),
    "action": PartStyle("$primary", attributes="bold underline"),
}


class Banner(Widget):
    """Hidden until `show` is called; every kind has a glyph besides its colour."""

    class ActionPressed(Message):
        """The label of this action was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Banner {
        height: auto;
        max-height: 3;
        background: $panel;
        display: none;
        &.-shown { display: block; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._looks = PartStyles(self, LOOKS)
        self.kind: Kind = "info"
        self.text = ""
        self.action = ""
        self._end: Timer | None = None

    def show(self, kind: Kind, text: str, action: str = "", seconds: float | None = None) -> None:
        """Show `text`, replacing what was shown; `action` is a label, without brackets; `seconds` ends it by itself."""
        self._stop_timer()
        self.kind, self.text, self.action = kind, one_line(text), one_line(action)
        self.set_class(bool(self.text), "-shown")
        self.refresh(layout=True)
        if seconds is not None:
            self._end = self.set_timer(seconds, self.hide)

    def hide(self) -> None:
        """Show nothing."""
        self.show("info", "")

    def _stop_timer(self) -> None:
        if self._end is not None:
            self._end.stop()
            self._end = None

    @property
    def _label(self) -> str:
        return f"[{self.action}]" if self.action else ""

    def _arrange(self, width: int) -> Arrangement:
        return arrange(self.text, self._label, width - INDENT - 1)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """As many rows as the text needs, three at most."""
        return len(self._arrange(width).rows)

    def render_line(self, y: int) -> Strip:
        """One row of the note."""
        width, base = self.size.width, self.rich_style
        rows, action_row, column = self._arrange(width)
        if y >= len(rows):
            return Strip.blank(width, base)
        look = self._looks(self.kind, base)
        head = f" {GLYPHS[self.kind]} " if y == 0 else " " * INDENT
        segments = [Segment(head, look), Segment(rows[y], look)]
        if self.action and y == action_row:
            segments.append(Segment(" " * (column - cell_len(rows[y])), look))
            segments.append(Segment(self._label, self._looks("action", base)))
        return Strip(segments).adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        """Press the action when the click is on its label."""
        event.stop()
        _, row, column = self._arrange(self.size.width)
        start = INDENT + column
        if self.action and event.y == row and start <= event.x < start + cell_len(self._label):
            self.post_message(self.ActionPressed(self.action))
