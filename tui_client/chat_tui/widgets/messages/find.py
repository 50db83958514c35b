"""Showing what was found in the messages: a style for all of it, a stronger one where the search has gone to."""

from chat_tui.widgets.messages.drawing import Drawn, Find, Part
from chat_tui.widgets.messages.selection import SelectablePane

Reading = tuple[int, int] | None
"""Where somebody was reading: the key and row at the top, None for the end."""


class FindingPane(SelectablePane):
    """A message pane in which can be found."""

    @property
    def reading(self) -> Reading:
        """Where we are, for `read_on`."""
        return self._viewport.place

    def read_on(self, reading: Reading) -> None:
        """Go back to where somebody was reading; stay where that message is gone."""
        self._viewport.go_to(reading)
        self._changed(at_once=True)

    @property
    def newest_shown(self) -> int | None:
        """The key of the newest message on the screen; None where there is none."""
        self._build()
        return max((item.key for item in self._viewport.visible), default=None)

    def is_shown(self, key: int) -> bool:
        """Is any of the message on the screen?"""
        self._build()
        return any(item.key == key for item in self._viewport.visible)

    def find(self, find: Find | None) -> None:
        """From now on `find(text)` says what stands out in each text; None ends it."""
        self._canvas.find = find
        self._canvas.found = None
        self.redraw()

    def show_found(self, key: int | None) -> None:
        """Go to a message that has something in it, and to that row of it; None: the search is nowhere."""
        self._canvas.forget({one for one in (key, self._canvas.found) if one is not None})
        self._canvas.found = key
        self._canvas.mark(key)
        if key is not None and self._lines and self._columns and self._blocks.find(key) is not None:
            self._build()
            row = self._row_of_first(key)
            if not any(item.key == key and item.start <= row < item.end for item in self._viewport.visible):
                self._viewport.put(key, row, self._lines // 3)
        self._changed(at_once=True)

    def redraw(self) -> None:
        """Any message may look different now."""
        self._canvas.clear()
        self._changed(at_once=True)

    def _row_of_first(self, key: int) -> int:
        """The row of a message on which its first find begins; a long text is unfolded for it."""
        row = self._lookup(key)
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
