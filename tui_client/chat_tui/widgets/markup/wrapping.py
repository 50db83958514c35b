"""Text layout in terminal cells: word wrap, and cutting to fit one row, never inside a cluster.

Names and texts come from other people: their letters may be two cells wide, none, or joined into one picture.
Widths are those of `toolkit.cells`, as for all that Textual lays out. Spans are `(start, end)` offsets into
the text that was given, so that a row knows which characters it shows.
"""

import unicodedata
from functools import lru_cache

from chat_protocol.patterns import deferred
from chat_tui.toolkit.cells import cell_len, split_graphemes

Span = tuple[int, int]

ELLIPSIS = "…"
_JOINER, _NON_JOINER = "\u200d", "\u200c"
_EMOJI = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_JOINING = "\u0600-\u0dff"
"""Letters that a joiner changes: Arabic and its like, those of India, Sinhala."""
_LOOSE_JOINER = deferred(f"(?<![{_EMOJI}\ufe0f{_JOINING}]){_JOINER}|(?<![{_JOINING}]){_JOINER}(?![{_EMOJI}{_JOINING}])")
_MOST_CELLS = 16
"""A cluster is no wider, whatever else would belong to it: a kiss of two people with tones of skin has 14."""


def settle(text: str) -> str:
    """Replace joiners that join nothing, same length: some terminals put all that follows one into one cell."""
    return _LOOSE_JOINER.sub(_NON_JOINER, text) if _JOINER in text else text


def clusters(text: str, most: int = _MOST_CELLS) -> list[tuple[int, int, int]]:
    """Every grapheme cluster as `(start, end, cells)`; what is wider than `most` cells is several."""
    spans, _ = split_graphemes(text)
    if len(spans) == len(text) and not any(map(_may_belong, text)):
        return spans
    merged: list[tuple[int, int, int]] = []
    half_open = False
    for start, end, cells in spans:
        char = text[start]
        half = _is_half(char)
        belongs = half_open if half else _may_belong(char) or text[start - 1 : start] == _JOINER
        if merged and belongs:
            first, _, used = merged[-1]
            if used + cells <= most:
                merged[-1] = first, end, used + cells
                half_open = False
                continue
        merged.append((start, end, cells))
        half_open = half
    return merged


@lru_cache(maxsize=4096)
def _may_belong(char: str) -> bool:
    """Whether a character that takes room may belong to the one before it: signs, jamo, tones of skin, half flags."""
    return (
        unicodedata.category(char) == "Mc"
        or "\u1160" <= char <= "\u11ff"
        or "\ud7b0" <= char <= "\ud7ff"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or _is_half(char)
    )


def _is_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def fit_cells(text: str, width: int, *, trim: bool = False) -> str:
    """The text, cut to at most `width` cells with "…" as its last one where something is missing; no half clusters.

    `trim`: with no space before the "…".
    """
    if cell_len(text) <= width:
        return text
    used = 0
    for start, _, cells in clusters(text):
        used += cells
        if used > width - 1:
            kept = text[:start].rstrip(" ") if trim else text[:start]
            return kept + ELLIPSIS if width > 0 else ""
    return text  # cannot be: the clusters are as wide as the text


def one_line(text: str) -> str:
    """`text` with every run of white space, line breaks included, as one space."""
    return " ".join(text.split())


def wrap(text: str, width: int) -> list[Span]:
    """The rows of a text at `width` cells (2 or more), at least one. Line breaks and the spaces at cuts are in none."""
    rows: list[Span] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if len(line) <= width and line.isascii():
            rows.append((start, end))
        elif line.isascii() or cell_len(line) == len(line) == len(clusters(line, width)):
            _wrap_narrow(rows, text, start, end, width)
        else:
            _wrap_clusters(rows, line, start, width)
        start = end + 1
    return rows


def _wrap_narrow(rows: list[Span], text: str, start: int, end: int, width: int) -> None:
    """Append the rows of a line whose characters are one cell each: the work is per row, not per character."""
    while end - start > width:
        cut = text.rfind(" ", start + 1, start + width + 1)
        if cut < 0:
            rows.append((start, start + width))
            start += width
        else:
            rows.append((start, cut))
            start = cut + 1
    rows.append((start, end))


def _wrap_clusters(rows: list[Span], line: str, offset: int, width: int) -> None:
    """Append the rows of a line with wide or combining characters."""
    begin = used = 0
    space = -1  # the newest place to break at, and the cells used up to just after it
    used_at_space = 0
    for start, end, cells in clusters(line, width):
        if used + cells > width:
            if line[start:end] == " ":
                rows.append((offset + begin, offset + start))
                begin, used, space = end, 0, -1
                continue
            if space > begin:
                rows.append((offset + begin, offset + space))
                begin, used = space + 1, used - used_at_space
            if used + cells > width:
                rows.append((offset + begin, offset + start))
                begin, used = start, 0
            space = -1
        used += cells
        if line[start:end] == " ":
            space, used_at_space = start, used
    rows.append((offset + begin, offset + len(line)))


def offset_at(text: str, span: Span, cell: int) -> int:
    """The offset of the character that covers `cell` of a row; the row's end beyond it."""
    start, end = span
    used = 0
    for first, _, cells in clusters(text[start:end]):
        used += cells
        if cell < used:
            return start + first
    return end


def whole_clusters(text: str, start: int, end: int) -> Span:
    """The offsets, moved outwards so that no cluster is cut."""
    if text.isascii():
        return start, end
    for first, last, _ in clusters(text):
        if first < start < last:
            start = first
        if first < end < last:
            end = last
    return start, end
