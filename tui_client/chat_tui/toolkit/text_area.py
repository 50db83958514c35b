"""A text area that is cheap to type into: a key repaints the text alone, and lays nothing out.

Stock, each key has the border, its titles and what is around them made anew, a new size of the text lays the whole
screen out, and every repaint works out half a dozen styles, a third of what a key costs.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Self

from rich.segment import Segment
from rich.style import Style
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.geometry import Offset, Region, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import TextArea

from chat_tui.toolkit.wrapped_text import row_of, wrap_quickly

wrap_quickly()


class QuietTextArea(TextArea):
    """Textual's own, without its needless repaints and layouts, and without a cursor that blinks.

    A subclass says by `most_rows` how many rows of text it shows before they scroll, and lays out when it grows.
    """

    # Stock, a new virtual size lays the whole screen out, and every key may set one.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's own name
        self._part_styles: dict[tuple[tuple[str, ...], bool], Style] = {}
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

    def _render_line(self, y: int) -> Strip:
        """A row of the text with selection and cursor: what the stock one does but for what this one never has."""
        theme = self._theme
        base = (theme and theme.base_style) or self.rich_style
        at = y + self.scroll_offset.y
        rows = self.wrapped_document._offset_to_line_info
        if at >= len(rows):
            return Strip.blank(self.size.width, base)
        line, section = rows[at]
        start, end = row_of(self.wrapped_document, line, section)
        text = self.document[line][start:end] + " "  # the cursor may stand behind the last one
        looks: list[tuple[int, int, Style | None]] = []
        (top, left), (bottom, right) = sorted(self.selection)
        if theme is not None and top <= line <= bottom and (top, left) != (bottom, right):
            first = left if line == top else 0
            last = right if line == bottom else max(len(self.document[line]), 1)  # an empty line is seen, too
            looks.append((first - start, last - start, theme.selection_style))
        row, column = self.selection.end
        if theme is not None and row == line and self._draw_cursor and start <= column:
            looks.append((column - start, column - start + 1, theme.cursor_style))
        if end < len(self.document[line]):
            text = text[:-1]
        strip = Strip(_segments(text, looks, base))
        return strip.extend_cell_length(self.scrollable_content_region.size.width, base)

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


def _segments(text: str, looks: Sequence[tuple[int, int, Style | None]], base: Style) -> list[Segment]:
    """A row cut where its look changes; what comes later is drawn over what comes before."""
    bounded = [(max(0, start), min(end, len(text)), look) for start, end, look in looks]
    bounded = [one for one in bounded if one[0] < one[1]]
    cuts = sorted({0, len(text), *(at for start, end, _ in bounded for at in (start, end))})
    segments = []
    for start, end in pairwise(cuts):
        style = base
        for first, last, look in bounded:
            if first <= start and end <= last and look is not None:
                style += look
        segments.append(Segment(text[start:end], style))
    return segments
