"""A text area that is cheap to type into: a key repaints the text alone, and lays nothing out.

Stock, each key has the border, its titles and what is around them made anew, a new size of the text lays the whole
screen out, and every repaint works out half a dozen styles, a third of what a key costs.
"""

from collections.abc import Callable
from typing import ClassVar, Self

from rich.style import Style
from textual.color import Color
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.geometry import Offset, Region, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Selection, TextAreaTheme

from chat_tui.toolkit.showing import show_at_once
from chat_tui.toolkit.text_row import draw_row, draw_text
from chat_tui.toolkit.wrapped_text import wrap_quickly

wrap_quickly()


# What of the stock styles, and of those of its bases, is seen here: to read all of them took 2 ms of each start.
_CSS = """
QuietTextArea {
    width: 1fr;
    layout: vertical;
    border: tall $border-blurred;
    padding: 0 1;
    color: $foreground;
    background: $surface;
    pointer: text;
    & .text-area--cursor {
        color: $input-cursor-foreground;
        background: $input-cursor-background;
        text-style: $input-cursor-text-style;
    }
    & .text-area--selection { color: $input-selection-foreground; background: $input-selection-background; }
    &:focus { border: tall $border; }
    &:ansi {
        & .text-area--cursor { text-style: reverse; }
        & .text-area--selection { background: transparent; text-style: reverse; }
    }
}
"""


class TextAreaLooks:
    """Looks of a text area, worked out once until styles change. Stock, each row that is drawn works them out anew."""

    def __init__(self, area: TextArea) -> None:
        self._area = area
        self._parts: dict[tuple[tuple[str, ...], bool], Style] = {}
        self._prepared: TextAreaTheme | None = None
        self._ground: Color | None = None

    def forget(self) -> None:
        """Styles have changed."""
        self._parts.clear()
        self._prepared = self._ground = None

    def prepare(self) -> None:
        """Have the theme follow the styles: a tenth of what a key costs."""
        theme = self._area._theme
        if theme is not self._prepared and theme is not None:
            theme.apply_css(self._area)
            self._prepared = theme

    def part(self, names: tuple[str, ...], partial: bool, work_out: Callable[[], Style]) -> Style:  # noqa: FBT001 - a part of the key
        """The style of a component."""
        key = (names, partial)
        if key not in self._parts:
            self._parts[key] = work_out()
        return self._parts[key]

    @property
    def ground(self) -> Color:
        """The colour below the text."""
        if self._ground is None:
            self._ground = self._area.background_colors[1]
        return self._ground


class QuietTextArea(TextArea, inherit_css=False):
    """Textual's own, without its needless work. A subclass says by `most_rows` how far it grows, and lays out then."""

    COMPONENT_CLASSES: ClassVar[set[str]] = TextArea.COMPONENT_CLASSES
    DEFAULT_CSS = _CSS

    # Stock, a new virtual size lays the whole screen out, and every key may set one.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's own name
        self.looks = TextAreaLooks(self)
        self._editing = False
        super().__init__(id=id, classes=classes, highlight_cursor_line=False)
        self.match_cursor_bracket = False
        # A blinking cursor writes to the terminal twice a second for ever.
        self.cursor_blink = False

    @property
    def most_rows(self) -> int:
        """How far it grows."""
        return self.content_size.height

    def type_character(self, character: str) -> None:
        """Put a character in place of the selection, as Textual does for a key that has waited for its turn."""
        self._replace_via_keyboard(character, *self.selection)

    def edit(self, edit: Edit) -> EditResult:
        """Change the text; only the text is drawn again, at once."""
        self._editing = True
        try:
            result = super().edit(edit)
        finally:
            self._editing = False
        show_at_once(self)
        return result

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Draw again, all of it or these regions of the text."""
        if self._editing and not regions and not layout:
            regions = (self.content_size.region,)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:  # noqa: FBT001, FBT002  # Textual's signature
        """Scroll no further than the text needs, also while the new height is still to come."""
        furthest = max(0, self.wrapped_document.height - self.most_rows)
        if furthest == self.scroll_y == 0:
            self._cursor_offset = self.wrapped_document.location_to_offset(self.cursor_location)
            return Offset(0, 0)
        offset = super().scroll_cursor_visible(center, animate)
        if self.scroll_y > furthest:
            self.scroll_to(y=furthest, animate=False, force=True)
        return offset

    def _watch_selection(self, _previous: Selection, _selection: Selection) -> None:
        """Scroll to the cursor. Stock, a bracket is sought, and a message sent that nobody wants."""
        if self.is_mounted:
            if self.screen.selections:
                self.app.clear_selection()
            self.scroll_cursor_visible()

    def _refresh_size(self) -> None:
        """Say how many rows the text has, where that is new."""
        if self.wrapped_document.height != self.virtual_size.height:
            super()._refresh_size()

    _render_line = draw_row

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region, those of the text alone by a way of their own."""
        self.looks.prepare()
        rows = draw_text(self, crop, self.looks.ground)
        return super(TextArea, self).render_lines(crop) if rows is None else rows

    def get_component_rich_style(self, *names: str, partial: bool = False, default: Style | None = None) -> Style:
        """A component's style, worked out once until styles change."""
        stock = super().get_component_rich_style
        return self.looks.part(names, partial, lambda: stock(*names, partial=partial, default=default))

    def notify_style_update(self) -> None:
        """Styles have changed."""
        self.looks.forget()
        super().notify_style_update()
