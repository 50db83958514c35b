"""Find highlights: one style for all that was found in the messages, a stronger one where the search has gone to."""

from chat_tui.widgets.messages.frame import Drawn, Find, Part
from chat_tui.widgets.messages.pane import MessagePane

Reading = tuple[int, int] | None
"""Where somebody was reading: the key and row at the top, None for the end."""


class FindHighlights:
    """Shows finds in the texts, and goes to them."""

    def __init__(self, pane: MessagePane) -> None:
        self._pane, self._canvas = pane, pane.canvas

    def find(self, find: Find | None) -> None:
        """From now on `find(text)` says what stands out in each text; None ends it."""
        self._canvas.find = find
        self._canvas.found = None
        self._pane.redraw_all()

    def go_to(self, key: int | None) -> None:
        """Go to a message that has something in it, and to that row of it; None: the search is nowhere."""
        self._canvas.forget({one for one in (key, self._canvas.found) if one is not None})
        self._canvas.found = key
        self._canvas.mark(key)
        if key is not None and self._pane.has_room and self._pane.blocks.find(key) is not None:
            self._pane.build()
            row = self._row_of_first(key)
            if not any(item.key == key and item.start <= row < item.end for item in self._pane.viewport.visible):
                self._pane.viewport.put(key, row, self._pane.lines // 3)
        self._pane.invalidate(at_once=True)

    def _row_of_first(self, key: int) -> int:
        """The row of a message on which its first find begins; a long text is unfolded for it."""
        row = self._pane.lookup(key)
        spans = self._canvas.find(row.text) if row is not None and self._canvas.find is not None else ()
        if not spans:
            return 0
        drawn = self._canvas.drawn(key)
        if drawn.hidden and not _shows(drawn, spans[0][0]):
            self._canvas.unfolded.add(key)
            self._canvas.forget({key})
            drawn = self._canvas.drawn(key)
        first = drawn.parts.index(Part.TEXT) if Part.TEXT in drawn.parts else 0
        return (
            first + sum(start <= _place(drawn, spans[0][0]) for start, _ in drawn.spans) - 1 if drawn.spans else first
        )


def _shows(drawn: Drawn, offset: int) -> bool:
    return bool(drawn.spans) and _place(drawn, offset) < drawn.spans[-1][1]


def _place(drawn: Drawn, offset: int) -> int:
    return drawn.text.place(offset) if drawn.text is not None else offset
