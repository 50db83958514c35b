"""The reply bar: says in one row above the composer which message the next one replies to."""

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from chat_tui.widgets.markup.wrapping import fit_cells, one_line

_LONGEST = 500
"""Characters of a message that are looked at; a row shows fewer."""


class ReplyBar(Widget):
    """`↪ replying to ana: morning!…   [esc cancels]`; hidden while nothing is replied to. A click cancels."""

    class Cancelled(Message):
        """The reply is no longer wanted."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ReplyBar {
        display: none;
        height: 1;
        padding: 0 1;
        color: $foreground 70%;
        &:hover { color: $foreground; }
    }
    """

    compact: reactive[bool] = reactive(default=False)
    """Shorter words, for narrow terminals."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._author = ""
        self._text = ""

    def show(self, author: str, text: str) -> None:
        """Say that the next message replies to this one; both are plain text of any length."""
        self._author = one_line(author)
        self._text = one_line(text[:_LONGEST])
        self.display = True
        self.refresh()

    def hide(self) -> None:
        """Nothing is replied to; nothing of the quoted text is kept."""
        self._author = self._text = ""
        self.display = False

    def render(self) -> Content:
        """The row, cut to the width."""
        intro, way_out = ("↪ ", "[esc]") if self.compact else ("↪ replying to ", "[esc cancels]")
        room = max(0, self.size.width - cell_len(way_out) - 1)
        author = fit_cells(f"{intro}{self._author}", room, trim=True)
        said = fit_cells(f": {self._text}", room - cell_len(author), trim=True)
        gap = " " * max(1, self.size.width - cell_len(author) - cell_len(said) - cell_len(way_out))
        return Content.assemble((author, "bold"), f"{said}{gap}{way_out}")

    def on_click(self, event: events.Click) -> None:
        """Cancel."""
        event.stop()
        self.post_message(self.Cancelled())
