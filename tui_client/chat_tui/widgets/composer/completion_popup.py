"""The completion popup: lists candidates above the composer and its notices; it floats, so that nothing else moves."""

from collections.abc import Callable, Mapping

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.toolkit.cells import cell_len
from chat_tui.toolkit.part_styles import PartStyle, PartStyles
from chat_tui.widgets.composer.completion import Candidate, Completion
from chat_tui.widgets.markup.wrapping import fit_cells, one_line

_GAP = "   "
LOOKS: Mapping[str, PartStyle] = {
    "hint": PartStyle("$foreground-muted"),
    "selected": PartStyle(
        "$block-cursor-foreground", "$block-cursor-background", "$block-cursor-text-style", "bold reverse"
    ),
}  # fmt: skip


class CompletionPopup(Widget):
    """Candidates, one a row, or one row of usage; it never takes the focus.

    Stands first in the composer's container and draws itself upwards from there, as wide as that: beside it the
    messages behind would read as a part of it. `choose` is called with the index
    of a candidate that was clicked.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CompletionPopup {
        overlay: screen;
        constrain: inside inside;
        offset: 0 -100%;
        display: none;
        width: 100%;
        height: 1;
        background: $panel;
        color: $foreground;
    }
    """

    def __init__(self, choose: Callable[[int], None]) -> None:
        super().__init__()
        self._looks = PartStyles(self, LOOKS)
        self._choose = choose
        self._rows: tuple[Candidate, ...] = ()
        self._first = 0
        self._height = 0
        self._labels = 0
        self._selected: int | None = None
        self._choosable = False

    def show(self, completion: Completion, selected: int | None, room: int) -> None:
        """Show the completion with one candidate marked, in at most `room` rows; others are scrolled to."""
        self._choosable = bool(completion.candidates)
        rows = completion.candidates
        if completion.usage:
            rows = (Candidate("", completion.usage.usage, completion.usage.summary),)
        self._selected = selected
        self._place(rows, max(1, min(len(rows), room)))
        last_first = len(rows) - self._height
        at = selected or 0
        self._first = max(0, at - self._height + 1, min(self._first, at, last_first))
        self.refresh()

    def hide(self) -> None:
        """Show nothing."""
        self._rows = ()
        self.display = False

    def _place(self, rows: tuple[Candidate, ...], height: int) -> None:
        """Take as many rows as are shown; the screen is laid out again only when that changes."""
        if rows != self._rows:
            self._rows, self._first = rows, 0
            self._labels = max((cell_len(one_line(row.label)) for row in rows), default=0)
        if height != self._height or not self.display:
            self.styles.height = self._height = height
            self.display = True

    def render_line(self, y: int) -> Strip:
        """One candidate, its hint beside it; an arrow where there are more."""
        width = self.size.width
        at = self._first + y
        if y >= self._height or at >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[at]
        style = hint_style = self.rich_style
        if at == self._selected:
            style = hint_style = self._looks("selected", style)
        elif row.hint:
            hint_style = self._looks("hint", style)
        above, below = not y and at > 0, y == self._height - 1 and at < len(self._rows) - 1
        arrow = " ↕" if above and below else " ↑" if above else " ↓" if below else ""
        room = max(0, width - 2 - cell_len(arrow))
        label = fit_cells(one_line(row.label), room, trim=True)
        indent = max(0, min(self._labels, room) - cell_len(label))
        hint = f"{' ' * indent}{_GAP}{row.hint}" if row.hint else ""
        hint = fit_cells(hint, room - cell_len(label), trim=True)
        filled = " " * (room - cell_len(label) - cell_len(hint))
        segments = [Segment(f" {label}", style), Segment(f"{hint}{filled}{arrow} ", hint_style)]
        return Strip(segments).crop(0, width)

    def on_click(self, event: events.Click) -> None:
        """Take the candidate under the mouse."""
        event.stop()
        at = self._first + event.y
        if self._choosable and 0 <= at < len(self._rows):
            self._choose(at)
