"""Cell widths: measures text as wide as any usual terminal draws it, for us and for all that Rich and Textual lay out.

Stock, spacing vowel signs count as nothing, and so does whatever follows a joiner. Terminals that draw them cut off the
end of the row. Where a terminal draws less than is counted, a row ends in blanks (`steady_rows`). To be imported in
place of `rich.cells`, before anything is measured.
"""

import re
from functools import cache

from rich import cells as _rich
from rich.cells import CellSpan, CellTable, cell_len, get_character_cell_size

from chat_protocol.patterns import deferred

__all__ = ["cell_len", "is_single_cells", "split_graphemes"]

EMOJI_STYLE = "\ufe0f"
"""The selector that makes an emoji of the sign before it: in some terminals that takes one more cell."""
_STYLED = deferred(f"([^{EMOJI_STYLE}]?)({EMOJI_STYLE}+)", re.DOTALL)


@cache
def _widest(unicode_version: str = "auto") -> CellTable:  # noqa: ARG001  # Rich's signature; there is one table for all
    from chat_tui.toolkit.cell_table import RANGES  # noqa: PLC0415  # most texts need no table

    return CellTable("widest", RANGES, frozenset())


def is_single_cells(text: str) -> bool:
    """Is each character one cell wide, as in most texts? False also where that is not seen at once."""
    return _rich._is_single_cell_widths(text)


def _measure(text: str, unicode_version: str = "auto") -> int:  # noqa: ARG001  # Rich's signature
    """The cells of a text: the sum of its characters, but that a selector counts once, and behind a narrow one only."""
    if is_single_cells(text):
        return len(text)
    cells = sum(map(get_character_cell_size, text))
    if EMOJI_STYLE in text:
        cells += sum(_widens(run[1]) - len(run[2]) for run in _STYLED.finditer(text))
    return cells


def split_graphemes(text: str, unicode_version: str = "auto") -> tuple[list[CellSpan], int]:  # noqa: ARG001  # Rich's
    """Cut a text into spans of at most two cells, each with the signs drawn onto it; all of them have `cell_len`."""
    spans: list[CellSpan] = []
    before = ""
    for at, char in enumerate(text):
        if char == EMOJI_STYLE:
            cells = _widens(before) if before != EMOJI_STYLE else 0
        else:
            cells = get_character_cell_size(char)
        if spans and (char == EMOJI_STYLE or not cells):
            start, _, taken = spans[-1]
            spans[-1] = start, at + 1, taken + cells
        else:
            spans.append((at, at + 1, cells))
        before = char
    return spans, sum(cells for _, _, cells in spans)


def _widens(before: str) -> int:
    return int(not before or get_character_cell_size(before) == 1)


def _measure_by_the_widest() -> None:
    """Put this in the place of Rich's own; whatever was measured before is forgotten."""
    _rich.load_cell_table = _widest  # type: ignore[attr-defined]  # imported there
    _rich._cell_len = _measure
    _rich.split_graphemes = split_graphemes
    _rich.cached_cell_len.cache_clear()
    get_character_cell_size.cache_clear()


_measure_by_the_widest()
