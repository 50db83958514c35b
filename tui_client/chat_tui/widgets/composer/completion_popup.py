"""The completion popup: lists candidates above the composer and its notices; it floats, so that nothing else moves."""

from collections.abc import Callable, Mapping

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.toolkit.part_styles import PartStyle, PartStyles
from chat_tui.widgets.composer.completion import SHOWN, Candidate, Completion
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

    Stands first in the composer's container and draws itself upwards from there. `choose` is called with the index
    of a candidate that was clicked.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CompletionPopup {
        overlay: screen;
        constrain: inside inside;
        offset: 1 -100%;
        display: none;
        width: auto;
        height: auto;
        background: $panel;
        color: $foreground;
    }
    """

    def __init__(self, choose: Callable[[int], None]) -> None:
        super().__init__()
        self._looks = PartStyles(self, LOOKS)
        self._choose = choose
        self._rows: tuple[Candidate, ...] = ()
        self._selected: int | None = None
        self._choosable = False

    @property
    def shown(self) -> int:
        """How many rows there are, at least one while it is open."""
        return len(self._rows)

    def show(self, completion: Completion, selected: int | None, room: int) -> None:
        """Show the completion with one candidate marked, in at most `room` rows."""
        self._choosable = bool(completion.candidates)
        rows = completion.candidates
        if completion.usage:
            rows = (Candidate("", completion.usage.usage, completion.usage.summary),)
        self._selected = selected
        self._place(rows[: max(1, min(SHOWN, room))])
        self.refresh()

    def hide(self) -> None:
        """Show nothing."""
        self._rows = ()
        self.display = False

    def _place(self, rows: tuple[Candidate, ...]) -> None:
        """Take the size that `rows` need; the screen is laid out again only when that changes."""
        if rows == self._rows:
            return
        self._rows = rows
        width = min(2 + self._label_width() + max(map(_hint_width, rows)), max(1, self.app.size.width - 2))
        self.styles.width = width
        self.styles.height = len(rows)
        self.display = True

    def _label_width(self) -> int:
        return max((cell_len(one_line(row.label)) for row in self._rows), default=0)

    def render_line(self, y: int) -> Strip:
        """One candidate, its hint beside it."""
        width = self.size.width
        if y >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[y]
        style = hint_style = self.rich_style
        if y == self._selected:
            style = hint_style = self._looks("selected", style)
        elif row.hint:
            hint_style = self._looks("hint", style)
        label = fit_cells(one_line(row.label), max(0, width - 2), trim=True)
        indent = max(0, min(self._label_width(), width - 2) - cell_len(label))
        hint = f"{' ' * indent}{_GAP}{row.hint}" if row.hint else ""
        hint = fit_cells(hint, max(0, width - 2 - cell_len(label)), trim=True)
        used = 2 + cell_len(label) + cell_len(hint)
        segments = [Segment(f" {label}", style), Segment(f"{hint} ", hint_style)]
        strip = Strip([*segments, Segment(" " * max(0, width - used), style)], max(used, width))
        return strip.crop(0, width)

    def on_click(self, event: events.Click) -> None:
        """Take the candidate under the mouse."""
        event.stop()
        if self._choosable and 0 <= event.y < len(self._rows):
            self._choose(event.y)


def _hint_width(row: Candidate) -> int:
    return len(_GAP) + cell_len(row.hint) if row.hint else 0
