"""A text area that grows with its text, takes plain text only, and lays the screen out only when its height changes."""

import re
from typing import Self

from rich.style import Style
from textual import events
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.geometry import Offset, Region, Size
from textual.reactive import Reactive, reactive
from textual.widgets import TextArea

ROWS = 6
ROWS_COMPACT = 4
"""How many rows of text are shown before the text scrolls."""

LONGEST = 32_768
"""Characters that the composer holds; a longer paste is cut. Far above what any room accepts."""

_TAB = "    "
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_JOINERS = frozenset("\u200c\u200d")
"""Zero-width (non-)joiners: not printable, yet part of many emoji and of Persian words."""


def plain_text(text: str) -> str:
    """`text` without control characters; line ends become line feeds, a tab four spaces."""
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text).replace("\t", _TAB))


class ComposerEditor(TextArea):
    """One to six rows of text (`compact`: one to four)."""

    DEFAULT_CSS = """
    ComposerEditor {
        height: auto;
        overflow: hidden hidden;
    }
    """

    # Stock, a new virtual size lays the whole screen out, and every key may set one.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    compact: reactive[bool] = reactive(default=False, toggle_class="-compact")
    """Narrow terminals: no border, fewer rows."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self._rows = 1
        self._part_styles: dict[tuple[tuple[str, ...], bool], Style] = {}
        self._editing = False
        super().__init__(id=id, classes=classes, highlight_cursor_line=False)
        self.match_cursor_bracket = False
        # A blinking cursor writes to the terminal twice a second for ever.
        self.cursor_blink = False

    def set_text(self, text: str) -> None:
        """Replace the text and put the cursor at its end. The history of edits is gone afterwards."""
        self.text = plain_text(text)[:LONGEST]
        self.move_cursor(self.document.end)

    def insert_plain(self, text: str) -> None:
        """Insert in place of the selection, without control characters, as far as it fits."""
        room = max(0, LONGEST - len(self.text))
        self.replace(plain_text(text)[:room], *self.selection, maintain_selection_offset=False)

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

    # Repainting: stock, each key has the border, its titles and what is around them made anew.

    def edit(self, edit: Edit) -> EditResult:
        """Change the text; only the text is to be drawn again."""
        self._editing = True
        try:
            return super().edit(edit)
        finally:
            self._editing = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Draw again, all of it or these regions of the text."""
        if self._editing and not regions and not layout:
            regions = (self.content_size.region,)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    # Size and scrolling

    @property
    def most_rows(self) -> int:
        """How far it grows."""
        return ROWS_COMPACT if self.compact else ROWS

    @property
    def allow_vertical_scroll(self) -> bool:
        """The wheel scrolls although no scrollbar is shown."""
        return self.virtual_size.height > self.size.height

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
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

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:  # noqa: FBT001, FBT002 - Textual's signature
        """Scroll no further than the text needs, also while the new height is still to come."""
        furthest = max(0, self.wrapped_document.height - self.most_rows)
        if furthest == self.scroll_y == 0:
            self._cursor_offset = self.wrapped_document.location_to_offset(self.cursor_location)
            return Offset(0, 0)
        offset = super().scroll_cursor_visible(center, animate)
        if self.scroll_y > furthest:
            self.scroll_to(y=furthest, animate=False, force=True)
        return offset

    # Styles: stock, every repaint works out half a dozen of them anew, a third of what a key costs.

    def get_component_rich_style(self, *names: str, partial: bool = False, default: Style | None = None) -> Style:
        """A component's style, worked out once until styles change."""
        key = (names, partial)
        if key not in self._part_styles:
            self._part_styles[key] = super().get_component_rich_style(*names, partial=partial, default=default)
        return self._part_styles[key]

    def notify_style_update(self) -> None:
        """Styles have changed."""
        self._part_styles.clear()
        super().notify_style_update()
