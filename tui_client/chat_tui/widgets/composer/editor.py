"""The composer's text field: grows with its text up to a bound, and takes plain text only."""

from textual import events
from textual.geometry import Size
from textual.reactive import reactive

from chat_protocol.patterns import deferred
from chat_tui.toolkit.text_area import QuietTextArea
from chat_tui.widgets.composer.caret import backspace_from, left_of, right_of

ROWS = 6
ROWS_COMPACT = 4
"""How many rows of text are shown before the text scrolls."""

LONGEST = 32_768
"""Characters that the composer holds; a longer paste is cut. Far above what any room accepts."""

_TAB = "    "
_LINE_ENDS = deferred("\r\n?|[\u2028\u2029]")
_UNPRINTABLE = deferred("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_JOINERS = frozenset("\u200c\u200d")
"""Zero-width (non-)joiners: not printable, yet part of many emoji and of Persian words."""


def plain_text(text: str) -> str:
    """`text` without control characters; line ends become line feeds, a tab four spaces."""
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text).replace("\t", _TAB))


class ComposerEditor(QuietTextArea):
    """One to six rows of text (`compact`: one to four)."""

    DEFAULT_CSS = """
    ComposerEditor {
        height: auto;
        overflow: hidden hidden;
    }
    """

    compact: reactive[bool] = reactive(default=False, toggle_class="-compact")
    """Narrow terminals: no border, fewer rows."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's own name
        self._rows = 1
        super().__init__(id=id, classes=classes)

    def set_text(self, text: str) -> None:
        """Replace the text and put the cursor at its end. The history of edits is gone afterwards."""
        self.text = plain_text(text)[:LONGEST]
        self.move_cursor(self.document.end)

    def insert_plain(self, text: str) -> int:
        """Insert in place of the selection, without control characters, as far as it fits; returns how many don't."""
        text = plain_text(text)
        room = max(0, LONGEST - len(self.text) + len(self.selected_text))
        self.replace(text[:room], *self.selection, maintain_selection_offset=False)
        return max(0, len(text) - room)

    # What is typed and pasted

    def on_key(self, event: events.Key) -> None:
        """Enter is left to the bindings, and so is Alt with a letter; joiners are letters here."""
        if event.key == "enter" or event.key.startswith("alt+"):
            event.prevent_default()
        elif event.character in _JOINERS:
            event.stop()
            event.prevent_default()
            self.insert_plain(event.character or "")

    def on_paste(self, event: events.Paste) -> None:
        """A paste is text, whatever it contains."""
        event.stop()
        event.prevent_default()
        self.insert_plain(event.text)

    def action_paste(self) -> None:
        """Insert what was copied in this program."""
        self.insert_plain(self.app.clipboard)

    # A flag, a family, a letter with its marks: one step

    get_cursor_left_location = left_of
    get_cursor_right_location = right_of

    def action_delete_left(self) -> None:
        """An emoji whole, of a letter with marks the last mark."""
        row, column = self.cursor_location
        if self.selection.is_empty and column:
            start = backspace_from(self.document[row], column)
            self.delete((row, start), (row, column), maintain_selection_offset=False)
        else:
            super().action_delete_left()

    # Size and scrolling

    @property
    def most_rows(self) -> int:
        """How far it grows."""
        return ROWS_COMPACT if self.compact else ROWS

    @property
    def allow_vertical_scroll(self) -> bool:
        """The wheel scrolls although no scrollbar is shown."""
        return self.virtual_size.height > self.size.height

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's signature
        """As many rows as the text has, within bounds."""
        return self._rows

    def watch_virtual_size(self, size: Size) -> None:
        """Ask for more or fewer rows."""
        rows = max(1, min(size.height, self.most_rows))
        if rows != self._rows:
            self._rows = rows
            self.refresh(layout=True)
        if self.is_mounted and self.cursor_location[0] < self.document.line_count:  # undo moves the cursor after this
            self.scroll_cursor_visible()

    def watch_compact(self) -> None:
        """The bound has changed."""
        self.watch_virtual_size(self.virtual_size)
