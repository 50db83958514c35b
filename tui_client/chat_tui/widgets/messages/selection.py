"""Text selection with the mouse: a drag goes from a place in one message to a place in another.

A place is a Textual offset whose y is the message, so that a selection outlives appends, removals and a new width. Its
x is twice the number of a character in the text that was written, and one more where it is that character itself;
twice the number alone is the gap before it. Textual adds one to the later end, so that halving both ends takes the
characters that a drag began and ended on, and nothing for a gap, whichever way the mouse went.
"""

from collections.abc import Callable

from textual.geometry import Offset
from textual.selection import Selection

from chat_tui.widgets.markup.wrapping import offset_at, whole_clusters
from chat_tui.widgets.messages.pane import MessagePane

_UNSENT = 1 << 60  # unsent messages have keys < 0, but come after all others


def _order(key: int) -> int:
    return key if key > 0 else _UNSENT - key


def _key(order: int) -> int:
    return order if order < _UNSENT else _UNSENT - order


class TextSelection:
    """The places of a selection, and the text in it; `selected()` is what Textual holds to be selected in the list."""

    def __init__(self, pane: MessagePane, selected: Callable[[], Selection | None]) -> None:
        self._pane, self._canvas, self._selected = pane, pane.canvas, selected
        pane.canvas.selected = self._part_of

    def place_at(self, x: int, y: int) -> Offset | None:
        """The place that is meant by a cell of the list, or beside it; None while no text is to be seen.

        Beside a text that is where its row begins or ends; on a row without text, where the next text below begins,
        or, where there is none, the last one above ends.
        """
        self._pane.build()
        rows = self._pane.rows
        if y < 0:
            x = y = 0
        elif y >= len(rows):
            return self._end_above(len(rows))
        for line in range(y, len(rows)):
            key, row = rows[line]
            drawn = self._canvas.drawn(key)
            span, text = drawn.span(row), drawn.text
            if span is None or text is None:
                continue
            cell = x - self._canvas.frame(key).indent if line == y else -1
            at = offset_at(text.text, span, cell) if cell >= 0 else span[0]
            on_it = cell >= 0 and at < span[1]
            return Offset(2 * text.origin(at) + on_it, _order(key))
        return self._end_above(y)

    def _end_above(self, line: int) -> Offset | None:
        """Where the last text above a line ends."""
        for key, row in reversed(self._pane.rows[:line]):
            drawn = self._canvas.drawn(key)
            span, text = drawn.span(row), drawn.text
            if span is not None and text is not None:
                return Offset(2 * text.origin(span[1]), _order(key))
        return None

    def redraw(self) -> None:
        """Draw what is on the screen anew: a drag is under way."""
        self._canvas.forget({key for key, _ in self._pane.rows})
        self._pane.invalidate(at_once=True)

    def text_of(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, with its authors where it is more than one message, and what is put after it.

        A selection without a start or an end (everything, or a drag from elsewhere) has no text: nobody has pointed at
        what would be copied.
        """
        if selection.start is None or selection.end is None:
            return None
        first, last = self._pane.blocks.find(_key(selection.start.y)), self._pane.blocks.find(_key(selection.end.y))
        if first is None or last is None:
            return None
        pieces = []
        for key in self._pane.blocks.keys_between(first, last):
            row, span = self._pane.lookup(key), _span(selection, key)
            if row is not None and span is not None and (not row.folded or key in self._canvas.unfolded):
                piece = row.text[slice(*self._whole(key, span))]
                if piece:  # a drag may begin after the last character of a text, and end before the first of another
                    pieces.append((row.author, piece))
        if len(pieces) == 1:
            return pieces[0][1], "\n"
        return "\n".join(f"{author}: {piece}" for author, piece in pieces), "\n"

    def _whole(self, key: int, span: tuple[int, int]) -> tuple[int, int | None]:
        """The characters that are shown to be selected: no cluster and no shortcode is taken in half."""
        text = self._canvas.drawn(key).text
        if text is None or span == (0, -1):
            return 0, None
        end = len(text.text) if span[1] == -1 else text.place(span[1])
        start, end = whole_clusters(text.text, text.place(span[0]), end)
        return text.origin(start), text.origin(end)

    def _part_of(self, key: int) -> tuple[int, int] | None:
        selection = self._selected()
        return None if selection is None else _span(selection, key)


def _span(selection: Selection, key: int) -> tuple[int, int] | None:
    """The characters of a message that a selection takes; -1: to the end of the text."""
    if selection.start is None or selection.end is None:
        return None
    span = selection.get_span(_order(key))
    return None if span is None else (span[0] // 2, span[1] // 2)
