"""Selecting text with the mouse: a drag goes from a character of one message to a character of another.

Textual's offsets are (character, message), so a selection outlives appends, removals and a new width.
"""

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset
from textual.selection import Selection
from textual.strip import Strip

from chat_tui.widgets.message_drawing import Part
from chat_tui.widgets.message_pane import MessagePane

_UNSENT = 1 << 60  # unsent messages have keys < 0, but come after all others


def _order(key: int) -> int:
    return key if key > 0 else _UNSENT - key


def _key(order: int) -> int:
    return order if order < _UNSENT else _UNSENT - order


class SelectablePane(MessagePane):
    """A message pane whose text can be selected."""

    ALLOW_SELECT = True

    def render_line(self, y: int) -> Strip:
        """A line with its text offsets: Textual's way to ask which character is under the mouse."""
        self._build()
        if not 0 <= y < len(self._screen_rows):
            return Strip.blank(self._columns)
        key, row = self._screen_rows[y]
        drawn = self._canvas.drawn(key)
        span, text = drawn.span(row), drawn.text
        strip = self._screen_strips[y]
        if span is None or text is None:
            return strip
        at, end = span
        segments = []
        for number, segment in enumerate(strip):
            if number > 0 and at < end:  # the first one is the gutter
                # Without its own style: nobody sees this line, and Rich keeps sums of styles, links included.
                segments.append(Segment(segment.text, Style.from_meta({"offset": (text.origin(at), _order(key))})))
                at += len(segment.text)
            else:
                segments.append(segment)
        return Strip(segments, strip.cell_length)

    def text_near(self, line: int, start: Offset) -> Offset | None:
        """Where a selection from `start` ends on a line of the screen that has no text: at the last text towards it."""
        self._build()
        rows = self._screen_rows
        if not rows:
            return None
        key, row = rows[min(line, len(rows) - 1)]
        parts = self._canvas.drawn(key).parts
        down = (_order(key), row if Part.TEXT in parts[: row + 1] else -1) > (start.y, -1)
        lines = range(min(line, len(rows) - 1), -1, -1) if down else range(line, len(rows))
        for one in lines:
            key, row = rows[one]
            drawn = self._canvas.drawn(key)
            span, text = drawn.span(row), drawn.text
            if span is not None and text is not None:
                return Offset(text.origin(max(span[0], span[1] - 1) if down else span[0]), _order(key))
        return None

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002  # it is looked up when drawing
        """What is on the screen is drawn anew."""
        self._canvas.forget({key for key, _ in self._screen_rows})
        self._changed(at_once=True)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, with its authors where it is more than one message.

        A selection without a start (everything, or a drag from elsewhere) begins at the top of the screen, and one
        without an end ends at its bottom: what is out of sight is not copied by accident.
        """
        if not self._screen_rows:
            return None
        start = selection.start or Offset(0, _order(self._screen_rows[0][0]))
        first = self._blocks.find(_key(start.y))
        last = self._blocks.find(_key(selection.end.y if selection.end else _order(self._screen_rows[-1][0])))
        if first is None or last is None:
            return None
        pieces = []
        for key in self._blocks.keys_between(first, last):
            row, span = self._lookup(key), selection.get_span(_order(key))
            if row is not None and span is not None and (not row.folded or key in self._canvas.unfolded):
                piece = row.text[span[0] : None if span[1] == -1 else span[1]]
                if first == last:
                    return piece, "\n"
                if piece:  # of the last row of a text a drag may take no more than its end
                    pieces.append(f"{row.author}: {piece}")
        return "\n".join(pieces), "\n"

    def text_select_all(self) -> None:
        """A double click selects nothing: it is two clicks, and "all" would be a million messages."""

    def _selected_part(self, key: int) -> tuple[int, int] | None:
        selection = self.text_selection
        return None if selection is None else selection.get_span(_order(key))
