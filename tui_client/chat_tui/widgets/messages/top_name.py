"""Sticky author name: where the header of the topmost message is above the screen, its first row says whose it is."""

from rich.style import Style

from chat_tui.toolkit.cells import cell_len
from chat_tui.widgets.markup.wrapping import fit_cells, settle
from chat_tui.widgets.messages.drawing import AUTHOR_CELLS, GAP, laid_over
from chat_tui.widgets.messages.frame import Drawn, Frame, Part
from chat_tui.widgets.messages.pane import MessagePane, PanePart
from chat_tui.widgets.messages.row import Row
from chat_tui.widgets.messages.styles import Palette


class TopName(PanePart):
    """Lays the name over blank cells of one finished line: no text moves, and none is hidden.

    Beside the text it is where names are; where they have rows of their own it ends with the text's column, and is left
    out where the text takes that.
    """

    def __init__(self, pane: MessagePane) -> None:
        self._pane = pane

    def collected(self) -> None:
        """Find the first row of text, unless a name stands above it."""
        pane = self._pane
        line = 0
        for key, start, end in pane.viewport.visible:
            drawn = pane.canvas.drawn(key)
            if drawn.author and start <= drawn.name_row:
                return
            row = next((row for row in range(start, end) if drawn.parts[row] is Part.TEXT), None)
            if row is not None:
                self._name(line + row - start, key, drawn, row)
                return
            line += end - start

    def _name(self, line: int, key: int, drawn: Drawn, at: int) -> None:
        pane = self._pane
        row, palette, frame = pane.lookup(key), pane.canvas.palette, pane.canvas.frame(key)
        if row is None or palette is None:
            return
        author = settle(row.author)
        end, room = _room(frame, drawn, at)
        if room >= min(cell_len(author), AUTHOR_CELLS):
            name = fit_cells(author, room)
            cells = range(end - cell_len(name), end)
            pane.strips[line] = laid_over(pane.strips[line], cells, name, self._style(key, row, palette), palette)

    def _style(self, key: int, row: Row, palette: Palette) -> Style:
        style = palette.named["own"] if row.own else palette.author(row.author_id)
        over = self._pane.canvas.over(key)
        return style if over is None else style + over


def _room(frame: Frame, drawn: Drawn, row: int) -> tuple[int, int]:
    """Where a name ends on a row of text, and how many cells it can have there."""
    if frame.dense:
        return frame.indent - 3, frame.name_cells
    end = frame.indent + frame.text_width
    span, text = drawn.span(row), drawn.text
    if span is None or text is None or text.in_block(span[0]):
        return end, 0
    return end, end - frame.indent - cell_len(text.text[span[0] : span[1]]) - len(GAP)
