"""Wrapped text of a text area: wraps a line, and cuts a row out of it, with work for what is looked at alone.

Stock, a key in a long line measures each of its words, and every row that is drawn cuts all rows of the line. With
30,000 characters that is what the key waits for.
"""

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate, pairwise

from rich.cells import get_character_cell_size
from textual._wrap import compute_wrap_offsets
from textual.document import _wrapped_document
from textual.document._wrapped_document import WrappedDocument

from chat_protocol.patterns import deferred
from chat_tui.toolkit.cells import is_single_cells

_WORD_STARTS = deferred(r"(?<=\s)(?=\S)")


def wrap_offsets(
    text: str,
    width: int,
    tab_size: int,
    fold: bool = True,  # noqa: FBT001, FBT002  # Textual's signature
    precomputed_tab_sections: list[tuple[str, int]] | None = None,
) -> list[int]:
    """Where a line is cut into rows of at most `width` cells: before a word, or within one that is wider than a row."""
    if "\t" in text or not fold:
        return compute_wrap_offsets(text, width, tab_size, fold, precomputed_tab_sections)
    if is_single_cells(text):
        return [] if len(text) <= width else [row.end() for row in _rows(width).finditer(text)][:-1]
    return _measured_offsets(text, width)


@lru_cache(maxsize=8)
def _rows(width: int) -> re.Pattern[str]:
    """Match a row of characters of one cell each: as many words as fit, or as much of one."""
    return re.compile(rf".{{1,{width}}}(?:(?<=\s)(?=\S)|\Z)|.{{{width}}}", re.DOTALL)


def _measured_offsets(text: str, width: int) -> list[int]:
    ends = list(accumulate(map(get_character_cell_size, text)))
    starts = [found.start() for found in _WORD_STARTS.finditer(text)]
    offsets: list[int] = []
    begin = used = 0
    while ends[-1] - used > width:
        fits = bisect_right(ends, used + width)  # the first character that has no room
        word = bisect_right(starts, fits) - 1
        cut = starts[word] if word >= 0 and starts[word] > begin else max(fits, begin + 1)
        if cut >= len(text):
            break
        offsets.append(cut)
        begin, used = cut, ends[cut - 1]
    return offsets


def row_of(document: WrappedDocument, line: int, section: int) -> tuple[int, int]:
    """The columns of a line that are in one of its rows, the last one excluded."""
    offsets = document.get_offsets(line)
    start = offsets[section - 1] if section else 0
    return start, offsets[section] if section < len(offsets) else len(document.document[line])


def _sections(document: WrappedDocument, line: int) -> list[str]:
    """The rows of a line."""
    text = document.document[line]
    cuts = [0, *document.get_offsets(line), len(text)]
    return [text[start:end] for start, end in pairwise(cuts)]


def wrap_quickly() -> None:
    """Put this in the place of Textual's own."""
    _wrapped_document.compute_wrap_offsets = wrap_offsets  # type: ignore[attr-defined]  # imported there
    WrappedDocument.get_sections = _sections  # type: ignore[assignment, method-assign]  # of any name for the first
