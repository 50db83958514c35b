"""The reply bar: says in one row above the composer which message the next one replies to."""

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from chat_tui.toolkit.cells import cell_len
from chat_tui.widgets.markup.wrapping import fit_cells, one_line

_LONGEST = 500
"""Characters of a message that are looked at; a row shows fewer."""


class ReplyBar(Widget):
    """`↪ replying to ana: morning!…   [esc cancels]`; hidden while nothing is replied to. A click cancels.

    `quote(key)` gives author and text of a message, plain and of any length; it is asked whenever the row is drawn, so
    that nothing of the text is kept here.
    """

    class Cancelled(Message):
        """The reply is no longer wanted."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ReplyBar {
        display: none;
        height: 1;
        padding: 0 1;
        color: $foreground-muted;
        &:hover { color: $foreground; }
    }
    """

    compact: reactive[bool] = reactive(default=False)
    """Shorter words, for narrow terminals."""

    def __init__(
        self,
        quote: Callable[[int], tuple[str, str]],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._quote = quote
        self._key: int | None = None

    def show(self, key: int) -> None:
        """Say that the next message replies to this one."""
        self._key = key
        self.display = True
        self.refresh()

    def hide(self) -> None:
        """Nothing is replied to."""
        self._key = None
        self.display = False

    def render(self) -> Content:
        """The row, cut to the width."""
        intro, way_out = ("↪ ", "[esc]") if self.compact else ("↪ replying to ", "[esc cancels]")
        author, text = ("", "") if self._key is None else self._quote(self._key)
        room = max(0, self.size.width - cell_len(way_out) - 1)
        author = fit_cells(f"{intro}{one_line(author)}", room, trim=True)
        said = fit_cells(f": {one_line(text[:_LONGEST])}", room - cell_len(author), trim=True)
        gap = " " * max(1, self.size.width - cell_len(author) - cell_len(said) - cell_len(way_out))
        return Content.assemble((author, "bold"), f"{said}{gap}{way_out}")

    def on_click(self, event: events.Click) -> None:
        """Cancel."""
        event.stop()
        self.post_message(self.Cancelled())
