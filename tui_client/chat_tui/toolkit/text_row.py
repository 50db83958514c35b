"""Rows of a text area: the text of one with selection and cursor, and nothing of the rows beside it."""

from collections.abc import Sequence
from itertools import pairwise

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import TextArea

from chat_tui.toolkit.wrapped_text import row_of

_Look = tuple[int, int, Style]
"""From one character of a row to another, which is not included."""


def draw_row(area: TextArea, y: int) -> Strip:
    """Row `y` of what is seen: as the stock one, but for what our text areas never have (line numbers, languages)."""
    base = area._theme.base_style or area.rich_style
    at = y + area.scroll_offset.y
    rows = area.wrapped_document._offset_to_line_info
    if at >= len(rows):
        return Strip.blank(area.size.width, base)
    line, section = rows[at]
    start, end = row_of(area.wrapped_document, line, section)
    text = area.document[line]
    shown = text[start:end]
    if end == len(text):
        shown += " "  # the cursor may stand behind the last character
    looks = [(first - start, last - start, look) for first, last, look in _looks(area, line, text)]
    return Strip(_segments(shown, looks, base)).extend_cell_length(area.scrollable_content_region.size.width, base)


def draw_text(area: TextArea, crop: Region, ground: Color) -> list[Strip] | None:
    """Rows of a part of a text area, on this ground; None where that is more than text, as no key has it drawn again.

    Stock, all that could be around and over the text is looked up for each row: a sixth of what a key costs.
    """
    if area.content_size.width < 1:  # the stock one would cut its placeholder into pieces of no width
        return [Strip.blank(crop.width, area.rich_style)] * crop.height
    left, top = area.gutter.top_left
    within = Region(left, top, *area.content_size).contains_region(crop)
    if not within or (area.placeholder and not area.text):
        return None
    rows = []
    for y in crop.line_range:
        row = draw_row(area, y - top)
        for line_filter in area.get_line_filters():
            row = row.apply_filter(line_filter, ground)
        rows.append(row.crop(crop.x - left, crop.right - left))
    return rows


def _looks(area: TextArea, line: int, text: str) -> list[_Look]:
    """The looks of a line: that of the selection, over it that of the cursor."""
    looks: list[_Look] = []
    theme = area._theme
    top, bottom = sorted(area.selection)
    if theme.selection_style is not None and top != bottom and top[0] <= line <= bottom[0]:
        first = top[1] if line == top[0] else 0
        last = bottom[1] if line == bottom[0] else max(len(text), 1)  # an empty line is seen to be selected
        looks.append((first, last, theme.selection_style))
    row, column = area.selection.end
    if theme.cursor_style is not None and row == line and area._draw_cursor:
        looks.append((column, column + 1, theme.cursor_style))
    return looks


def _segments(text: str, looks: Sequence[_Look], base: Style) -> list[Segment]:
    """A row cut where its look changes; what comes later is drawn over what comes before."""
    within = [(max(0, start), min(end, len(text)), look) for start, end, look in looks]
    within = [one for one in within if one[0] < one[1]]
    cuts = sorted({0, len(text), *(at for start, end, _ in within for at in (start, end))})
    segments = []
    for start, end in pairwise(cuts):
        style = base
        for first, last, look in within:
            if first <= start and end <= last:
                style += look
        segments.append(Segment(text[start:end], style))
    return segments
