"""A text area that is cheap to type into: a key repaints the text alone, and lays nothing out.

Stock, each key has the border, its titles and what is around them made anew, a new size of the text lays the whole
screen out, and every repaint works out half a dozen styles, a third of what a key costs.
"""

from typing import ClassVar, Self

from rich.style import Style
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.geometry import Offset, Region, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from chat_tui.toolkit.showing import show_at_once
from chat_tui.toolkit.text_row import draw_row
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


class QuietTextArea(TextArea, inherit_css=False):
    """Textual's own, without its needless repaints and layouts, and without a cursor that blinks.

    A subclass says by `most_rows` how many rows of text it shows before they scroll, and lays out when it grows.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = TextArea.COMPONENT_CLASSES
    DEFAULT_CSS = _CSS

    # Stock, a new virtual size lays the whole screen out, and every key may set one.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's own name
        self._part_styles: dict[tuple[tuple[str, ...], bool], Style] = {}
        self._styled: TextAreaTheme | None = None  # the theme whose styles are worked out
        self._editing = False
        super().__init__(id=id, classes=classes, highlight_cursor_line=False)
        self.match_cursor_bracket = False
        # A blinking cursor writes to the terminal twice a second for ever.
        self.cursor_blink = False

    @property
    def most_rows(self) -> int:
        """How far it grows."""
        return self.content_size.height

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

    _render_line = draw_row

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region. Stock, the theme's styles are worked out for each: a tenth of what a key costs."""
        if self._theme is not self._styled and self._theme is not None:
            self._theme.apply_css(self)
            self._styled = self._theme
        return super(TextArea, self).render_lines(crop)

    def get_component_rich_style(self, *names: str, partial: bool = False, default: Style | None = None) -> Style:
        """A component's style, worked out once until styles change."""
        key = (names, partial)
        if key not in self._part_styles:
            self._part_styles[key] = super().get_component_rich_style(*names, partial=partial, default=default)
        return self._part_styles[key]

    def notify_style_update(self) -> None:
        """Styles have changed."""
        self._part_styles.clear()
        self._styled = None
        super().notify_style_update()
